//! All that the host can see of the core.

export * from "./initializer";
export * from "./kernels/index";
export * from "./memory";
export * from "./symbolic";
export * from "./wire";
export * from "./infer";
