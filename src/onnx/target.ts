/** @file What the file is for: an opset, the IR version that belongs to it, and what the runtime's kernels can take. */

import type { DType } from "../dtype.ts";

export interface Target {
  /** Version of the default domain. */
  readonly opset: number;
  readonly ir_version: number;
  /** Whose kernels limit dtypes; null: only ONNX's own schemas do. */
  readonly runtime: "onnxruntime" | null;
}
export type { DType };
