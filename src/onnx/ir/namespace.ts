/** @file torch.onnx.ir: any ONNX file without the rest. Also the package's entry `torch-onnx/ir`, which loads nothing of aten, nn or export. */

export { OnnxExporterError } from "../../errors.ts";
export { check as check_model } from "../check.ts";
export { type EvaluateOptions, evaluate } from "../evaluate/evaluate.ts";
export type { EvaluatedValue, Feed } from "../evaluate/feed.ts";
export { Tensor, type TensorLike } from "../evaluate/tensor.ts";
export { inferShapes as infer_shapes } from "../infer.ts";
export { inferShapesBytes as infer_shapes_bytes, inferShapesPath as infer_shapes_path } from "../infer-file.ts";
export { foldModel as fold_constants } from "../passes/fold.ts";
export type { FoldLimits } from "../passes/fold-constants.ts";
export { type ReadOptions, readModel as load } from "../proto/read.ts";
export { encodeModel as to_bytes, type SaveOptions, saveModel as save } from "../proto/save.ts";
export { type AnyType, type Attribute, type ContainerType, Graph, Model, Node, Value, type ValueType } from "./graph.ts";
export { parse } from "./parse.ts";
export { print } from "./text.ts";
