/** @file Shapes of views: torch's rules on dims, sizes and slices, on numbers and symbols alike. */

import { internal, OnnxExporterError } from "../errors.ts";
import { add, ceildiv, compare, type Dim, equal, floordiv, max, min, mul, product, type Shape, show, sub } from "../symbolic.ts";
import type { Typed } from "./promotion.ts";
import type { Meta, Op } from "./table.ts";

/** Ops that give all elements in their order under another shape, which their arguments say. */
export const reshapingOps = [
  "aten::view",
  "aten::_reshape_alias",
  "aten::_unsafe_view",
  "aten::reshape",
  "aten::view_as",
  "aten::reshape_as",
  "aten::flatten.using_ints",
  "aten::ravel",
  "aten::unflatten.int",
  "aten::squeeze",
  "aten::squeeze.dim",
  "aten::squeeze.dims",
] as const satisfies readonly Op[];

export const showShape = (shape: Shape): string => `[${shape.map(show).join(", ")}]`;

/** `x`'s dtype with another shape. */
export const shaped = (x: Typed, shape: Shape): Meta => ({ dtype: x.dtype, shape });

/** `shape` where every size is a number: what `eval` works on. */
export function sizes(shape: Shape): number[] {
  return shape.map((d) => (typeof d === "number" ? d : internal(`${showShape(shape)} has symbols`)));
}

/** `dim` counted from the front; a 0-d tensor has dims -1 and 0, as in torch. Throws `shape/dim`. */
export function wrapDim(dim: number, rank: number): number {
  const n = Math.max(rank, 1);
  if (dim >= -n && dim < n) return dim < 0 ? dim + n : dim;
  throw new OnnxExporterError("shape/dim", `dim ${dim} is out of range: the tensor has ${rank} dims`, `give a dim from ${-n} to ${n - 1}`);
}

/** Distinct wrapped dims in the given order. Throws `shape/dim`. */
export function wrapDims(dims: readonly number[], rank: number): number[] {
  const wrapped = dims.map((d) => wrapDim(d, rank));
  if (new Set(wrapped).size === wrapped.length) return wrapped;
  throw new OnnxExporterError("shape/dim", `dims [${dims.join(", ")}] of a tensor of ${rank} dims repeat one`, "name each dim once");
}

/** Dims that a reduction goes over: all where `dims` is null or empty. */
export const reducedDims = (dims: readonly number[] | null, rank: number): number[] =>
  dims === null || dims.length === 0 ? Array.from({ length: rank }, (_, i) => i) : wrapDims(dims, rank).filter((d) => d < rank);

/** The shape after a reduction over `dims` (wrapped). */
export const reducedShape = (shape: Shape, dims: readonly number[], keepdim: boolean): Dim[] =>
  shape.flatMap((d, i) => (dims.includes(i) ? (keepdim ? [1] : []) : [d]));

/** total / (product of `parts`), with equal factors cancelled first so that symbols divide exactly. */
function quotient(total: Shape, parts: Shape): Dim {
  const above = [...total];
  const below: Dim[] = [];
  for (const d of parts) {
    const i = above.findIndex((a) => equal(a, d));
    if (i >= 0 && d !== 0) above.splice(i, 1);
    else below.push(d);
  }
  const by = product(below);
  if (by !== 0) return floordiv(product(above), by);
  throw new OnnxExporterError("shape/infer", `-1 beside a size of 0 is ambiguous in ${showShape(parts)}`, "give the size instead of -1");
}

/** `size` with its -1 worked out from the elements of `shape`. Throws `shape/reshape` where numbers of elements differ. */
export function inferSize(shape: Shape, size: Shape): Dim[] {
  const at = size.indexOf(-1);
  const out =
    at < 0
      ? [...size]
      : size.map((d, i) =>
          i === at
            ? quotient(
                shape,
                size.filter((_, k) => k !== at),
              )
            : d,
        );
  const [from, to] = [product(shape), product(out)];
  if (typeof from === "number" && typeof to === "number" && from !== to) {
    throw new OnnxExporterError(
      "shape/reshape",
      `cannot view ${showShape(shape)} as ${showShape(size)}: ${from} elements`,
      "make the products equal",
    );
  }
  return out;
}

/** The shape with dims `start..end` (wrapped, inclusive) as one. */
export function flattenShape(shape: Shape, startDim: number, endDim: number): Dim[] {
  const [start, end] = [wrapDim(startDim, shape.length), wrapDim(endDim, shape.length)];
  if (shape.length === 0) return [1];
  return [...shape.slice(0, start), product(shape.slice(start, end + 1)), ...shape.slice(end + 1)];
}

/** Repeats and expansions: `size` aligned right, where -1 keeps a dim of `shape`. Throws `shape/expand`. */
export function expandShape(shape: Shape, size: Shape): Dim[] {
  const lead = size.length - shape.length;
  return size.map((d, i) => {
    const own = i < lead ? 1 : (shape[i - lead] as Dim);
    if (d === -1 && i >= lead) return own;
    const fits = own === 1 || typeof own !== "number" || typeof d !== "number" || own === d;
    if (fits && d !== -1 && lead >= 0) return own !== 1 && typeof own === "number" ? own : d;
    throw new OnnxExporterError(
      "shape/expand",
      `cannot expand ${showShape(shape)} to ${showShape(size)} (dim ${i})`,
      "only sizes of 1 expand",
    );
  });
}

/** Whether a slice bound means "to the end": `sys.maxsize`, or any number that no size reaches. */
export const isBeyond = (bound: unknown): boolean =>
  bound === null || (typeof bound !== "object" && Number(bound) >= Number.MAX_SAFE_INTEGER);

/** A slice bound in 0..size: negative ones count from the end. null where the sign of a symbolic bound is not known. */
export function clampBound(bound: Dim | null, size: Dim, otherwise: Dim): Dim | null {
  if (bound === null) return otherwise;
  if (isBeyond(bound)) return size;
  const i = typeof bound === "object" ? bound : Number(bound);
  if (compare(i, ">=", 0) === true) return compare(i, "<=", size) === true ? i : min(i, size);
  if (compare(i, "<", 0) !== true) return null;
  const fromEnd = add(size, i);
  return compare(fromEnd, ">=", 0) === true ? fromEnd : max(fromEnd, 0);
}

/** Elements that `[start:end:step]` takes of `size`; null where not known before the data are. */
export function sliceLength(size: Dim, start: Dim | null, end: Dim | null, step: Dim): Dim | null {
  const [from, to] = [clampBound(start, size, 0), clampBound(end, size, size)];
  if (from === null || to === null) return null;
  const span = sub(to, from);
  return ceildiv(compare(span, ">=", 0) === true ? span : max(span, 0), step);
}

/** Sizes of the pieces of `size` cut every `step` (`split`). */
export function pieceSizes(size: Dim, step: Dim): Dim[] {
  const count = step === 0 ? 1 : ceildiv(size, step);
  if (typeof count !== "number") {
    const hint = "fix the size, or the number of pieces";
    throw new OnnxExporterError("shape/split", `the number of pieces of ${show(step)} in a dim of ${show(size)} is not known`, hint);
  }
  const n = Math.max(count, 1);
  return Array.from({ length: n }, (_, i) => (i < n - 1 ? step : sub(size, mul(step, n - 1))));
}

/** Sizes of `chunk`'s pieces: torch cuts every ceil(size / chunks), so there may be fewer. */
export function chunkSizes(size: Dim, chunks: number): Dim[] {
  if (typeof size === "number") return size === 0 ? new Array<Dim>(chunks).fill(0) : pieceSizes(size, Math.ceil(size / chunks));
  const step = ceildiv(size, chunks);
  const last = sub(size, mul(step, chunks - 1));
  return [...new Array<Dim>(chunks - 1).fill(step), last];
}

/** Start and length of `tensor_split`'s sections. */
export function sectionSizes(size: Dim, sections: number): Dim[] {
  const small = floordiv(size, sections);
  return Array.from({ length: sections }, (_, i) => {
    // the first (size mod sections) pieces have one more: floor((size + sections - 1 - i) / sections)
    return typeof size === "number" ? (i < size % sections ? add(small, 1) : small) : floordiv(add(size, sections - 1 - i), sections);
  });
}

/** The sum of the sizes before piece `i`. */
export const startOf = (pieces: Shape, i: number): Dim => pieces.slice(0, i).reduce<Dim>((n, d) => add(n, d), 0);

/** Length and corner of a diagonal of a `rows` x `columns` matrix. */
export function diagonalLength(rows: Dim, columns: Dim, offset: number): Dim {
  const length = offset >= 0 ? min(rows, sub(columns, offset)) : min(add(rows, offset), columns);
  return compare(length, ">=", 0) === true ? length : max(length, 0);
}

/** The permutation that moves `source` to `destination`, the other dims keeping their order (`movedim`). */
export function moveDims(rank: number, source: readonly number[], destination: readonly number[]): number[] {
  const [from, to] = [wrapDims(source, rank), wrapDims(destination, rank)];
  const order = new Array<number>(rank).fill(-1);
  to.forEach((d, i) => {
    order[d] = from[i] as number;
  });
  const rest = order.map((_, d) => d).filter((d) => !from.includes(d));
  return order.map((d) => (d >= 0 ? d : (rest.shift() as number)));
}

/** The permutation that swaps two dims. */
export function swapDims(rank: number, dim0: number, dim1: number): number[] {
  const [a, b] = [wrapDim(dim0, rank), wrapDim(dim1, rank)];
  return Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
}

/** The permutation that undoes `dims`. */
export function inversePermutation(dims: readonly number[]): number[] {
  const inverse = new Array<number>(dims.length);
  dims.forEach((d, i) => {
    inverse[d] = i;
  });
  return inverse;
}
