/** @file Reductions, running reductions and sorting. */

import { isComplex } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { complexCast, imagPart, makeComplex, realPart } from "./complex.ts";
import { contiguous, dimOf, permute, show, slice, transpose } from "./layout.ts";
import { carrierOf, realCast } from "./real.ts";

export type ReduceOp = "sum" | "mean" | "prod" | "max" | "min" | "any" | "all" | "sumsq";

/** A contiguous tensor as [outer, r, inner] where r are the dims that go. */
interface Block {
  readonly x: Strided;
  readonly outer: number;
  readonly r: number;
  readonly inner: number;
}

/** `x` such that `dims` are one block: as it lies where they are adjacent, else copied with them last. */
function block(x: Strided, dims: readonly number[]): Block {
  const size = (from: number, to: number) => numel(x.shape.slice(from, to));
  const first = dims[0] ?? 0;
  if (dims.every((d, i) => d === first + i)) {
    const end = first + dims.length;
    return { x: contiguous(x), outer: size(0, first), r: size(first, end), inner: size(end, x.shape.length) };
  }
  const kept = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const moved = contiguous(permute(x, [...kept, ...dims]));
  return { x: moved, outer: numel(kept.map((i) => x.shape[i] as number)), r: numel(dims.map((i) => x.shape[i] as number)), inner: 1 };
}

const sortedDims = (x: Strided, dims: readonly number[] | null): number[] =>
  dims === null || dims.length === 0
    ? x.shape.map((_, i) => i)
    : [...new Set(dims.map((d) => dimOf(d, x.shape.length)))].filter((d) => d < x.shape.length).sort((a, b) => a - b);

const reducedShape = (shape: readonly number[], dims: readonly number[], keepdim: boolean): number[] =>
  keepdim ? shape.map((n, i) => (dims.includes(i) ? 1 : n)) : shape.filter((_, i) => !dims.includes(i));

function notEmpty(op: string, x: Strided, r: number, results: number): void {
  if (r > 0 || results === 0) return;
  throw new OnnxExporterError(
    "core/empty-reduction",
    `${op}: ${x.dtype}${show(x.shape)} has no elements along the dims that go`,
    `${op} has no identity`,
  );
}

/**
 * Reduces `dims` (null or none: all) with `op`, in x's dtype: cast before to what torch accumulates in (ints to int64 for sum and prod).
 * float32 sums are accumulated in double and rounded once. any and all give bool. max and min propagate NaN.
 * Throws `core/empty-reduction` for max and min of nothing, `core/dim`, `core/no-kernel`.
 */
export function reduce(op: ReduceOp, x: Strided, dims: readonly number[] | null, keepdim: boolean): Strided {
  if (op === "any" || op === "all")
    return { ...reduceReal(op === "any" ? "max" : "min", truth(x), dims, keepdim, op === "all" ? 1 : 0), dtype: "bool" };
  if (isComplex(x.dtype) && (op === "sum" || op === "mean")) {
    return makeComplex(reduceReal(op, realPart(x), dims, keepdim), reduceReal(op, imagPart(x), dims, keepdim));
  }
  if (x.dtype === "complex32") return complexCast(reduceReal(op, complexCast(x, "complex64"), dims, keepdim), x.dtype);
  return reduceReal(op, x, dims, keepdim);
}

const truth = (x: Strided): Strided => ({ ...(x.dtype === "bool" ? x : realCast(x, "bool")), dtype: "uint8" });

function reduceReal(op: ReduceOp, x: Strided, dims: readonly number[] | null, keepdim: boolean, identity?: number): Strided {
  const carrier = carrierOf(op, x.dtype);
  if (carrier !== x.dtype) return realCast(reduceReal(op, realCast(x, carrier), dims, keepdim), x.dtype);
  const gone = sortedDims(x, dims);
  const b = block(x, gone);
  const y = empty(x.dtype, reducedShape(x.shape, gone, keepdim));
  if (b.r === 0 && identity !== undefined) y.storage.bytes().fill(identity);
  else {
    if (op === "max" || op === "min") notEmpty(op, x, b.r, b.outer * b.inner);
    core.kernel(op, x.dtype)(address(b.x), address(y), b.outer, b.r, b.inner);
  }
  return y;
}

/**
 * int64 places of the first extremum along `dim` (null: in the flat tensor). NaN is the extremum. bool counts as uint8.
 * Throws `core/empty-reduction`, `core/dim`.
 */
export function argReduce(op: "max" | "min", x: Strided, dim: number | null, keepdim: boolean): Strided {
  const carrier = carrierOf(`arg${op}`, x.dtype);
  if (carrier !== x.dtype) return argReduce(op, realCast(x, carrier), dim, keepdim);
  const gone = sortedDims(x, dim === null ? null : [dim]);
  const b = block(x, gone);
  const y = empty("int64", reducedShape(x.shape, gone, keepdim));
  notEmpty(`arg${op}`, x, b.r, b.outer * b.inner);
  core.kernel(`arg${op}`, x.dtype)(address(b.x), address(y), b.outer, b.r, b.inner);
  return y;
}

/** Running sum or product along `dim`, in x's dtype; float32 accumulates in double, as torch. */
export function cumulative(op: "sum" | "prod", x: Strided, dim: number): Strided {
  const carrier = carrierOf(`cum${op}`, x.dtype);
  if (carrier !== x.dtype) return realCast(cumulative(op, realCast(x, carrier), dim), x.dtype);
  const b = block(x, sortedDims(x, [dim]));
  const y = empty(x.dtype, x.shape);
  if (numel(x.shape) > 0) core.kernel(`cum${op}`, x.dtype)(address(b.x), address(y), b.outer, b.r, b.inner);
  return y;
}

/** Running extremum along `dim` and the int64 place of its last occurrence so far (torch: cummax, cummin). */
export function cumulativeExtremum(op: "max" | "min", x: Strided, dim: number): [values: Strided, indices: Strided] {
  const carrier = carrierOf(`cum${op}`, x.dtype);
  if (carrier !== x.dtype) {
    const [values, places] = cumulativeExtremum(op, realCast(x, carrier), dim);
    return [realCast(values, x.dtype), places];
  }
  const b = block(x, sortedDims(x, [dim]));
  const [y, places] = [empty(x.dtype, x.shape), empty("int64", x.shape)];
  if (numel(x.shape) > 0) core.kernel(`cum${op}`, x.dtype)(address(b.x), address(y), address(places), b.outer, b.r, b.inner);
  return [y, places];
}

const memoryUsedUp = (what: string) =>
  new OnnxExporterError("core/memory", `${what}: the core's memory is used up`, "work on smaller pieces");

/**
 * Sorts along `dim` and gives the int64 places; always stable (`stable` is what torch calls it), NaN is the greatest.
 * Throws `core/dim`, `core/memory`.
 */
export function sort(x: Strided, dim: number, descending: boolean, _stable = true): [values: Strided, indices: Strided] {
  const carrier = carrierOf("sort", x.dtype);
  if (carrier !== x.dtype) {
    const [values, places] = sort(realCast(x, carrier), dim, descending);
    return [realCast(values, x.dtype), places];
  }
  const d = dimOf(dim, x.shape.length);
  const last = contiguous(transpose(x, d, -1));
  const n = last.shape.at(-1) ?? 1;
  const [y, places] = [empty(x.dtype, last.shape), empty("int64", last.shape)];
  const count = numel(x.shape);
  if (count > 0) {
    const code = core.kernel("sort", x.dtype)(address(last), address(y), address(places), count / n, n, descending ? 1 : 0);
    if (code !== 0) throw memoryUsedUp("sort");
  }
  return [contiguous(transpose(y, d, -1)), contiguous(transpose(places, d, -1))];
}

/** The `k` largest (smallest) along `dim`, in order, with their int64 places; of equals the first ones. Throws `core/topk`. */
export function topk(x: Strided, k: number, dim: number, largest: boolean): [values: Strided, indices: Strided] {
  const n = x.shape[dimOf(dim, x.shape.length)] ?? 1;
  if (k > n) throw new OnnxExporterError("core/topk", `topk: k is ${k}, but dim ${dim} of ${show(x.shape)} has ${n}`, `k is at most ${n}`);
  const [values, places] = sort(x, dim, largest);
  if (x.shape.length === 0) return [values, places];
  return [contiguous(slice(values, dim, 0, k)), contiguous(slice(places, dim, 0, k))];
}
