/** @file torch.onnx. */

export { OnnxExporterError } from "../errors.ts";
export { exportModel as export, is_in_onnx_export } from "./export.ts";
export type { ExportOptions } from "./export-options.ts";
export { enable_fake_mode } from "./fake-mode.ts";
export * as ir from "./ir/namespace.ts";
export { ONNXProgram } from "./program.ts";
export type { ExportReport } from "./report/report.ts";
export * as verification from "./verify/namespace.ts";
