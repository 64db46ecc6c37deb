/** @file Unique: the different elements of a tensor, or the different slices along an axis. */

import { indexSelect } from "../../core/ops/index.ts";
import { dimOf, permute, reshape } from "../../core/ops/layout.ts";
import { elements, fromIntegers } from "../../core/ops/values.ts";
import { isStrided, numel, type Strided } from "../../core/strided.ts";
import { type AnyTensor, anyTensor, arrange } from "./arrange.ts";
import type { Call } from "./table.ts";

type Element = number | bigint | string;

/** NaN is the greatest, and equal to itself. */
function order(a: Element, b: Element): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function lexicographic(a: readonly Element[], b: readonly Element[]): number {
  for (let i = 0; i < a.length; i++) {
    const o = order(a[i] as Element, b[i] as Element);
    if (o !== 0) return o;
  }
  return 0;
}

/** `x` with what is compared as its first dim: all its elements where `axis` is null. */
const sliced = (x: Strided, axis: number | null): Strided =>
  axis === null ? reshape(x, [numel(x.shape)]) : permute(x, [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)]);

/** The slices of `x` as lists of elements. */
function slicesOf(call: Call, x: AnyTensor, axis: number | null): Element[][] {
  const moved = arrange(call, x, (t) => sliced(t, axis));
  const flat: readonly Element[] = isStrided(moved) ? elements(moved) : moved.strings;
  const count = moved.shape[0] as number;
  const size = count === 0 ? 0 : flat.length / count;
  return Array.from({ length: count }, (_, i) => flat.slice(i * size, (i + 1) * size));
}

/** Y, the first place of each in X, the place in Y of each of X, and how often each occurs. Sorted, or in order of first occurrence. */
export function unique(call: Call): AnyTensor[] {
  const x = anyTensor(call, 0);
  const axis = call.attribute("axis") ? dimOf(call.int("axis", 0), x.shape.length) : null;
  const slices = slicesOf(call, x, axis);
  const at = (i: number): Element[] => slices[i] as Element[];
  const sorted = slices.map((_, i) => i).sort((i, j) => lexicographic(at(i), at(j)) || i - j);
  const firsts: number[] = [];
  const firstOf = new Array<number>(slices.length);
  for (const i of sorted) {
    const last = firsts.at(-1);
    if (last === undefined || lexicographic(at(last), at(i)) !== 0) firsts.push(i);
    firstOf[i] = firsts.at(-1) as number;
  }
  if (call.int("sorted", 1) === 0) firsts.sort((i, j) => i - j);
  const place = new Map(firsts.map((first, k) => [first, k]));
  const inverse = firstOf.map((first) => place.get(first) as number);
  const counts = firsts.map(() => 0);
  for (const k of inverse) counts[k] = (counts[k] as number) + 1;
  const index = fromIntegers(firsts);
  const y = arrange(call, x, (t) => indexSelect(axis === null ? sliced(t, null) : t, axis ?? 0, index));
  return [y, index, fromIntegers(inverse), fromIntegers(counts)];
}
