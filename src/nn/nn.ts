/** @file torch.nn. */

export * as functional from "./functional.ts";
export { Module, ModuleList, Sequential, UnaryModule } from "./module.ts";
export * from "./modules/activation.ts";
export * from "./modules/conv.ts";
export * from "./modules/linear.ts";
export * from "./modules/normalization.ts";
export * from "./modules/pooling.ts";
export { Parameter } from "../tensor.ts";
