/** @file Tensors of strings, elementwise. */

import { arange } from "../../core/ops/elementwise.ts";
import { broadcastShapes, expand, reshape } from "../../core/ops/layout.ts";
import { integers } from "../../core/ops/values.ts";
import { numel } from "../../core/strided.ts";
import type { StringTensor } from "../ir/graph.ts";

/** For each element of `to`, row-major, the place of the element of `shape` that broadcasts there. Throws `core/broadcast`. */
const broadcastPlaces = (shape: readonly number[], to: readonly number[]): number[] =>
  integers(expand(reshape(arange("int64", 0, 1, numel(shape)), shape), to));

/** `f` of each pair, with broadcasting; row-major. Throws `core/broadcast`. */
export function zipStrings<T>(a: StringTensor, b: StringTensor, f: (a: string, b: string) => T): { shape: number[]; values: T[] } {
  const shape = broadcastShapes(a.shape, b.shape);
  const [p, q] = [broadcastPlaces(a.shape, shape), broadcastPlaces(b.shape, shape)];
  return { shape, values: p.map((i, k) => f(a.strings[i] as string, b.strings[q[k] as number] as string)) };
}
