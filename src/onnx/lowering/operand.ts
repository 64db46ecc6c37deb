/** @file Operands of lowerings: Python numbers and run-time integers beside tensors. */

import type { ScalarOf } from "../../aten/table.ts";
import { type DType, isInteger } from "../../dtype.ts";
import { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

/** A tensor, or what a captured program may hold in its place. */
export type Numeric = ScalarOf<number | Value>;

/** `x` as a value of `dtype`: numbers become 0-d constants. Refuses complex numbers, which the complex pass has made into pairs. */
export function operand(op: OpBuilder, x: Numeric, dtype: DType): Value {
  if (x instanceof Value) return op.cast(x, dtype);
  if (typeof x === "object") return op.refuse(`a complex number (${x.re}+${x.im}j) meets a real tensor`, "use real numbers here");
  return op.scalar(x, dtype);
}

/** A number as a tensor of `dtype` stores it: PyTorch drops the fraction where `dtype` has none. */
export const stored = <T>(x: T, dtype: DType): T | number => (typeof x === "number" && isInteger(dtype) ? Math.trunc(x) : x);

/** dtype of the first tensor among `xs`. */
export function dtypeOf(op: OpBuilder, ...xs: readonly (Numeric | null)[]): DType {
  for (const x of xs) if (x instanceof Value) return x.dtype;
  return op.refuse("none of the operands is a tensor");
}

/** `self` and `other` in the dtype of the tensor among them: two promoted tensors, or a tensor and a number. */
export function pairOf(op: OpBuilder, self: Numeric, other: Numeric): [Value, Value] {
  const dtype = dtypeOf(op, self, other);
  return [operand(op, self, dtype), operand(op, other, dtype)];
}

/** `x` as a JS number, null where it is computed at run time or complex. */
export const known = (x: Numeric | null): number | null => (typeof x === "object" ? null : Number(x));

/** `dim` of a tensor of `rank` as a non-negative number. */
export const axisOf = (dim: number, rank: number): number => (dim < 0 ? dim + Math.max(rank, 1) : dim);
