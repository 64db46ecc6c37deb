//! All that the host can see of the core.

export * from "./memory";
export * from "./initializer";
export * from "./wire";
export * from "./symbolic";
