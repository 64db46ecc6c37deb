/** @file torch.onnx.ir: any ONNX file without the rest. Also the package's entry `torch-onnx/ir`, which loads nothing of aten, nn or export. */

export { OnnxExporterError } from "../../errors.ts";
export { check as check_model } from "../check.ts";
export { type EvaluateOptions, evaluate } from "../evaluate/evaluate.ts";
export type { EvaluatedValue, Feed } from "../evaluate/feed.ts";
export { Tensor, type TensorLike } from "../evaluate/tensor.ts";
export { inferShapes as infer_shapes } from "../infer.ts";
export { inferShapesPath as infer_shapes_path } from "../infer-file.ts";
export { type ReadOptions, readModel as load } from "../proto/read.ts";
export { type SaveOptions, saveModel as save } from "../proto/save.ts";
export { type AnyType, type Attribute, type ContainerType, Graph, Model, Node, Value, type ValueType } from "./graph.ts";
export { parse } from "./parse.ts";
export { print } from "./text.ts";
