/** @file Matrix products. */

import { matmul } from "../../core/ops/matmul.ts";
import type { EvaluateTable } from "./table.ts";

export const linear: EvaluateTable = {
  MatMul: (call) => matmul(call.tensor(0), call.tensor(1)),
};
