/** @file DequantizeLinear of integers in the fewest bits that the opset can store, and of float8. */

import { type DType, dtypes, integerRange } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import { castSource } from "../../weights/map.ts";
import { packSource, unpackedType } from "../../weights/packed.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { schemaAt } from "../opset/schema.ts";
import { type Spread, spreadAttributes, spreadOver } from "./scale-spread.ts";

export type Range = readonly [low: number, high: number];

export const rangeOf = (dtype: DType): Range => integerRange(dtype).map(Number) as [number, number];

const holds = (dtype: DType, [low, high]: Range): boolean => rangeOf(dtype)[0] <= low && high <= rangeOf(dtype)[1];

/** Whether the target's DequantizeLinear takes `dtype`; int32 has no zero point there. */
export const reads = (dtype: DType, op: OpBuilder): boolean =>
  dtype !== "int32" && (schemaAt("DequantizeLinear", op.target.opset)?.inputs[0]?.allowed.has(dtype) ?? false);

/** The narrowest dtype that the target's DequantizeLinear takes and that holds `bounds`: that of the element where nothing narrower does. */
function storageOf(dtype: DType, bounds: Range | null, op: OpBuilder): DType {
  const narrower: readonly DType[] = dtypes[dtype].kind === "int" ? ["int2", "int4"] : ["uint2", "uint4"];
  return (bounds && narrower.find((d) => holds(d, bounds) && reads(d, op))) ?? dtype;
}

/** A stored tensor of integers packed to `dtype`. */
function packed(x: Value, dtype: DType, op: OpBuilder): Value {
  const source = packSource(castSource(x.source ?? internal("what is packed is stored"), unpackedType(dtype)), dtype);
  return op.initializer(x.name && `${x.name}.${dtypes[dtype].suffix}`, source);
}

interface Affine {
  readonly input: Value;
  readonly zero: Value | null;
}

/** `input` and its zero point in one dtype, in the fewest bits that hold `bounds` where both are stored in the file. */
function stored({ input, zero }: Affine, bounds: Range | null, op: OpBuilder): Affine {
  const dtype = storageOf(input.dtype, bounds, op);
  const isStored = input.source !== null && (zero === null || zero.source !== null);
  if (dtype === input.dtype || !isStored) return { input, zero: zero && op.cast(zero, input.dtype) };
  return { input: packed(input, dtype, op), zero: zero && packed(zero, dtype, op) };
}

/**
 * (input - zero) * scale, rounded once to `dtype`: what PyTorch computes in `dtype`, as differences of integers of 8 bits are exact in
 * every float that it may be.
 */
export function dequantizeLinear(given: Affine, scale: Value, spread: Spread, bounds: Range | null, dtype: DType, op: OpBuilder): Value {
  const { input, zero } = stored(given, bounds, op);
  const by = spreadOver(op.cast(scale, "float32"), spread, op);
  return op.cast(op.DequantizeLinear(input, by, zero && spreadOver(zero, spread, op), spreadAttributes(spread)), dtype);
}
