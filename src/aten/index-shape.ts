/**
 * @file Advanced indexing (`x[:, i, :, j]`), torch's rules: a mask stands for the coordinates of its true elements, index tensors broadcast,
 * and their dims replace the indexed ones where those are neighbours, else they come first.
 */

import type { DType } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim, Shape } from "../symbolic.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import { showShape } from "./view-shape.ts";

export const isMask = (x: { readonly dtype: DType }): boolean => x.dtype === "bool" || x.dtype === "uint8";

/** `indices` with every mask replaced by the index vectors that `coordinates` makes of it, one per dim of the mask. */
export function withoutMasks<T extends Typed>(indices: readonly (T | null)[], coordinates: (mask: T) => readonly T[]): (T | null)[] {
  return indices.flatMap<T | null>((x) => (x !== null && isMask(x) ? [...coordinates(x)] : [x]));
}

export interface IndexPlan {
  /** Dims of the indexed tensor that have an index, in order, and the others. */
  readonly indexed: readonly number[];
  readonly rest: readonly number[];
  /** How many of `rest` come before the broadcast dims of the indices in the result. */
  readonly before: number;
}

/** Which dims are indexed, and where the dims of the indices go. Throws `shape/index` for more indices than dims. */
export function indexPlan(self: Typed, indices: readonly (unknown | null)[]): IndexPlan {
  const rank = self.shape.length;
  if (indices.length > rank) {
    throw new OnnxExporterError("shape/index", `${indices.length} indices for ${showShape(self.shape)}`, "give at most one index per dim");
  }
  const dims = Array.from({ length: rank }, (_, i) => i);
  const indexed = dims.filter((d) => (indices[d] ?? null) !== null);
  const first = indexed[0] ?? 0;
  const adjacent = indexed.every((d, i) => d === first + i);
  return { indexed, rest: dims.filter((d) => !indexed.includes(d)), before: adjacent ? first : 0 };
}

/** The shape that index tensors broadcast to. */
export const indexShape = (indices: readonly (Typed | null)[]): Dim[] =>
  broadcastShapes(...indices.flatMap((x) => (x === null ? [] : [x.shape])));

/** Shape of the result: the dims of the indices among those that are left. */
export function indexedShape(self: Typed, plan: IndexPlan, own: Shape): Dim[] {
  const rest = plan.rest.map((d) => self.shape[d] as Dim);
  return [...rest.slice(0, plan.before), ...own, ...rest.slice(plan.before)];
}

/** The permutation of a result laid out as [dims of the indices, rest] into torch's order; `n` dims of the indices. */
export function resultOrder(plan: IndexPlan, n: number): number[] {
  const own = Array.from({ length: n }, (_, i) => i);
  const rest = plan.rest.map((_, i) => n + i);
  return [...rest.slice(0, plan.before), ...own, ...rest.slice(plan.before)];
}
