//! All that the host can see of the core.

export * from "./memory";
