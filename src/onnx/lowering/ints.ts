/** @file Integer arguments of lowerings: numbers, or int64 scalars that are computed at run time. */

import { range } from "../../core/ops/values.ts";
import type { Dim, Shape } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

export type Int = number | Value;

/** What is known of an integer: itself, or the size that its value stands for; null where nothing is. */
export const dimOf = (x: Int): Dim | null => (typeof x === "number" ? x : (x.data?.[0] ?? null));

/** The numbers that `xs` are, for attributes. Refuses sizes that only the run knows, naming `what`. */
export function staticInts(xs: readonly Int[], op: OpBuilder, what: string): number[] {
  return xs.map((x) => {
    const d = dimOf(x);
    return typeof d === "number" ? d : op.refuse(`${what} is known at run time only, ONNX wants a number`, `make ${what} a Python number`);
  });
}

/** `xs` for each of `n` spatial dims: one number stands for all, none for `otherwise`. */
export const spread = (xs: readonly number[], n: number, otherwise: readonly number[]): number[] =>
  xs.length === 0 ? [...otherwise] : Array.from({ length: n }, (_, i) => xs[xs.length === 1 ? 0 : i] as number);

/** The sizes that are numbers; null where one is a symbol. */
export const staticShape = (shape: Shape): number[] | null =>
  shape.every((d) => typeof d === "number") ? [...(shape as readonly number[])] : null;

/** The permutation that swaps the last two of `rank` dims. */
export const swapLast = (rank: number): number[] => [...range(rank - 2), rank - 1, rank - 2];
