/** @file How ops of several steps compute in low precision. */

import { cast } from "../../core/ops/elementwise.ts";
import type { Strided } from "../../core/strided.ts";
import { wideOf } from "../../dtype.ts";
import type { Call, Evaluate } from "./table.ts";

/** The evaluator of an op whose result has its first operand's dtype: `f` gets all operands in the dtype to compute in. */
export const rounded =
  (f: (call: Call, x: Strided, ...others: Strided[]) => Strided): Evaluate =>
  (call) => {
    const { dtype } = call.tensor(0);
    const wide = wideOf(dtype);
    const [x, ...others] = call.tensors().map((operand) => cast(operand, wide)) as [Strided, ...Strided[]];
    return cast(f(call, x, ...others), dtype);
  };
