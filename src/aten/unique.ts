/** @file Distinct elements and rows, with where they came from and how often. */

import { compare } from "../core/ops/elementwise.ts";
import { indexSelect } from "../core/ops/index.ts";
import { permute, reshape, slice } from "../core/ops/layout.ts";
import { sort } from "../core/ops/reduce.ts";
import { floats, fromIntegers, integers } from "../core/ops/values.ts";
import { numel, type Strided } from "../core/strided.ts";
import { inversePermutation, moveDims } from "./view-shape.ts";

type Triple = [values: Strided, inverse: Strided, counts: Strided];

/**
 * Groups of equal neighbours. `order[k]` is where the k-th in line came from; `isNew(k)` tells whether it differs from the one before.
 * Gives the first of each group, the group of each original place, and the sizes.
 */
function groups(order: readonly number[], isNew: (k: number) => boolean): { firsts: number[]; inverse: number[]; counts: number[] } {
  const [firsts, counts]: [number[], number[]] = [[], []];
  const inverse = new Array<number>(order.length).fill(0);
  order.forEach((from, k) => {
    if (k === 0 || isNew(k)) {
      firsts.push(k);
      counts.push(0);
    }
    const group = counts.length - 1;
    counts[group] = (counts[group] as number) + 1;
    inverse[from] = group;
  });
  return { firsts, inverse, counts };
}

/** Distinct elements of `x` flattened: in order, or (`consecutive`) one of each run. */
export function distinct(x: Strided, consecutive: boolean): Triple {
  const n = numel(x.shape);
  const flat = reshape(x, [n]);
  const [line, from] = consecutive ? [flat, null] : sort(flat, 0, false, true);
  const order = from === null ? Array.from({ length: n }, (_, i) => i) : integers(from);
  const differs = n > 1 ? integers(compare("ne", slice(line, 0, 1, n, 1), slice(line, 0, 0, n - 1, 1))) : [];
  const { firsts, inverse, counts } = groups(order, (k) => differs[k - 1] === 1);
  return [indexSelect(line, 0, fromIntegers(firsts)), fromIntegers(inverse, x.shape), fromIntegers(counts)];
}

/** Distinct slices along `dim`: in lexicographic order, or one of each run. */
export function distinctRows(x: Strided, dim: number, consecutive: boolean): Triple {
  const order = moveDims(x.shape.length, [dim], [0]);
  const front = permute(x, order);
  const n = front.shape[0] as number;
  const width = numel(front.shape.slice(1));
  const table = reshape(front, [n, width]);
  const values = floats(table);
  const difference = (a: number, b: number): number => {
    for (let k = 0; k < width; k++) {
      const [p, q] = [values[a * width + k] as number, values[b * width + k] as number];
      if (p !== q) return p < q ? -1 : 1;
    }
    return 0;
  };
  const line = Array.from({ length: n }, (_, i) => i);
  if (!consecutive) line.sort((a, b) => difference(a, b) || a - b);
  const { firsts, inverse, counts } = groups(line, (k) => difference(line[k - 1] as number, line[k] as number) !== 0);
  const rows = indexSelect(table, 0, fromIntegers(firsts.map((k) => line[k] as number)));
  const back = permute(reshape(rows, [firsts.length, ...front.shape.slice(1)]), inversePermutation(order));
  return [back, fromIntegers(inverse), fromIntegers(counts)];
}
