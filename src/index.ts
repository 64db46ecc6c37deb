/** @file The public surface, in torch's namespaces: `import * as torch from "torch-onnx"`. */

export { frombuffer, tensor } from "./creation.ts";
export type { DType } from "./dtype.ts";
export * from "./dtypes.ts";
export { OnnxExporterError } from "./errors.ts";
export * as export from "./export/namespace.ts";
export * as fft from "./fft.gen.ts";
export * from "./functions.gen.ts";
export * as library from "./library/namespace.ts";
export * as linalg from "./linalg.gen.ts";
export * as nn from "./nn/nn.ts";
export * as onnx from "./onnx/namespace.ts";
export { ops } from "./ops.ts";
export { initial_seed, manual_seed } from "./random.ts";
export * as safetensors from "./safetensors.ts";
export * as special from "./special.gen.ts";
export { sym } from "./sym.ts";
export { call, Parameter, type Scalar, Tensor } from "./tensor.ts";
