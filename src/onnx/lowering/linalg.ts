/** @file Linear algebra that ONNX has an op for. */

import type { LoweringTable } from "./table.ts";

export const linalg = {
  "aten::linalg_det": ({ A }, op) => op.Det(A),
  "aten::det": ({ self }, op) => op.Det(self),
} satisfies LoweringTable;
