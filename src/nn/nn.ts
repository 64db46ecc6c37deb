/** @file torch.nn. */

export { Parameter } from "../tensor.ts";
export * as functional from "./functional.ts";
export { Module, ModuleList, Sequential, UnaryModule } from "./module.ts";
export * from "./modules/activation.ts";
export * from "./modules/conv.ts";
export * from "./modules/linear.ts";
export * from "./modules/normalization.ts";
export * from "./modules/pooling.ts";
