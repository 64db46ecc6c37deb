/** @file torch.onnx. */

export { OnnxExporterError } from "../errors.ts";
export { type ExportOptions, exportModel as export, is_in_onnx_export } from "./export.ts";
export { enable_fake_mode } from "./fake-mode.ts";
export * as ir from "./ir/namespace.ts";
export { ONNXProgram } from "./program.ts";
export * as verification from "./verify/namespace.ts";
