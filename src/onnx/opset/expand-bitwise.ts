/** @file Bitwise ops on integers before opset 18: exact, bit by bit along a new last axis. */

import { type DType, dtypes } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { given } from "./expand-operands.ts";

const isSigned = (dtype: DType): boolean => dtypes[dtype].kind === "int";

/** Sums bits by their weights 1, 2, 4, …; the last one of a signed type weighs negative: two's complement. */
function joined(op: OpBuilder, bits: Value, dtype: DType): Value {
  const count = dtypes[dtype].size * 8;
  const weighted = (from: number, to: number): Value => {
    const weight = (i: number): bigint => (isSigned(dtype) && i === count - 1 ? -(1n << BigInt(i - from)) : 1n << BigInt(i - from));
    const data = Array.from({ length: count }, (_, i) => (i < from || i >= to ? 0n : weight(i)));
    return op.ReduceSum(op.Mul(bits, op.constant(dtype, [count], data)), [-1], { keepdims: 0 });
  };
  if (count < 64) return weighted(0, count);
  // ONNX Runtime sums in doubles: 64 bits at once would be rounded, halves are not.
  return op.Add(op.Mul(weighted(32, 64), op.scalar(1n << 32n, dtype)), weighted(0, 32));
}

/** The bits of `x` (0 or 1) along a new last axis: floor(x / 2^i) mod 2, the sign bit being x < 0. */
function bits(op: OpBuilder, x: Value): Value {
  const { dtype } = x;
  const signed = isSigned(dtype);
  const count = dtypes[dtype].size * 8 - (signed ? 1 : 0);
  const powers = op.constant(
    dtype,
    [count],
    Array.from({ length: count }, (_, i) => 1n << BigInt(i)),
  );
  const column = op.Unsqueeze(x, [-1]);
  // The difference is a multiple of the divisor: truncating division is exact, also below 0.
  const floors = op.Div(op.Sub(column, op.Mod(column, powers)), powers);
  const low = op.Mod(floors, 2);
  return signed ? op.Concat(low, op.cast(op.Less(column, 0), dtype), { axis: -1 }) : low;
}

const combined = (f: (op: OpBuilder, a: Value, b: Value) => Value): ExpandTable[string] => {
  return (op, inputs) => {
    const [a, b] = [given(inputs, 0), given(inputs, 1)];
    return joined(op, f(op, bits(op, a), bits(op, b)), a.dtype);
  };
};

export const bitwise: ExpandTable = {
  BitwiseAnd: combined((op, a, b) => op.Mul(a, b)),
  BitwiseOr: combined((op, a, b) => op.Max(a, b)),
  BitwiseXor: combined((op, a, b) => op.Mod(op.Add(a, b), 2)),
  // -1 - x, or (2^n - 1) - x where there is no sign.
  BitwiseNot: (op, inputs) => {
    const x = given(inputs, 0);
    const ones = isSigned(x.dtype) ? -1n : (1n << BigInt(dtypes[x.dtype].size * 8)) - 1n;
    return op.Sub(op.scalar(ones, x.dtype), x);
  },
};
