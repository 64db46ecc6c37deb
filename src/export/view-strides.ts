/**
 * @file How results of view ops lie in memory: a `.pt2` file states strides, a trace computes them here. They decide whether `reshape` and
 * `contiguous` alias or copy. Memory that an op makes for its result is row-major.
 */

import { type Arg, type TensorType, Value } from "../aten/graph.ts";
import { moveDims, swapDims, wrapDim } from "../aten/view-shape.ts";
import { add, type Dim, equal, max, mul, type Shape } from "../symbolic.ts";

type Args = Readonly<Record<string, unknown>>;
/** Strides of the view `to` of a tensor of `shape` and `strides`; null where it is no view of it. */
type Rule = (strides: Shape, args: Args, to: Shape, shape: Shape) => Shape | null;

const int = (x: unknown): number => Number(x);
const ints = (x: unknown): number[] => (Array.isArray(x) ? x.map(Number) : [Number(x)]);
const picked = (strides: Shape, order: readonly number[]): Shape => order.map((d) => strides[d] as Dim);
const without = (strides: Shape, dims: readonly number[]): Shape => strides.filter((_, i) => !dims.includes(i));
const same: Rule = (strides) => strides;

/** Strides of `shape` in row-major order. */
export function rowMajor(shape: Shape): Shape {
  const strides: Dim[] = [];
  let step: Dim = 1;
  for (const d of [...shape].reverse()) {
    strides.unshift(step);
    step = mul(step, d);
  }
  return strides;
}

/** Whether elements of `shape` lie in row-major order for certain. Strides that torch states count an empty dim as 1: `Max(1, s0)`. */
export function isRowMajor(shape: Shape, strides: Shape): boolean {
  const wanted = rowMajor(shape);
  const stated = rowMajor(shape.map((d) => max(1, d)));
  return shape.every((d, i) => d === 1 || equal(strides[i] as Dim, wanted[i] as Dim) || equal(strides[i] as Dim, stated[i] as Dim));
}

/** A shape over the same memory (at::detail::computeStride, on symbolic sizes): runs of old dims that lie together are split anew. */
const viewed: Rule = (strides, _, to, shape) => {
  if (isRowMajor(shape, strides)) return rowMajor(to);
  const result: Dim[] = new Array<Dim>(to.length).fill(1);
  let at = to.length - 1;
  let [inChunk, inView, base]: [Dim, Dim, Dim] = [1, 1, strides.at(-1) ?? 1];
  for (let i = shape.length - 1; i >= 0; i--) {
    inChunk = mul(inChunk, shape[i] as Dim);
    if (i > 0 && (shape[i - 1] === 1 || equal(strides[i - 1] as Dim, mul(inChunk, base)))) continue;
    while (at >= 0 && (!equal(inView, inChunk) || to[at] === 1)) {
      result[at] = mul(inView, base);
      inView = mul(inView, to[at] as Dim);
      at--;
    }
    if (!equal(inView, inChunk)) return null;
    if (i > 0) [inChunk, inView, base] = [1, 1, strides[i - 1] as Dim];
  }
  return at === -1 ? result : null;
};

const squeezed: Rule = (strides, { dim }, to, shape) => {
  const dims = dim === undefined || dim === null ? shape.map((_, i) => i) : ints(dim).map((d) => wrapDim(d, shape.length));
  const dropped = dims.filter((d) => shape[d] === 1);
  return strides.length - dropped.length === to.length ? without(strides, dropped) : null;
};
const expanded: Rule = (strides, _, to, shape) => {
  const lead = to.length - shape.length;
  return to.map((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? 0 : (strides[i - lead] as Dim)));
};
const swapped =
  (a: string, b: string): Rule =>
  (s, args) =>
    picked(s, swapDims(s.length, int(args[a]), int(args[b])));
const moved: Rule = (s, { source, destination }) => picked(s, moveDims(s.length, ints(source), ints(destination)));
const dropDim: Rule = (s, { dim }) => without(s, [wrapDim(int(dim ?? 0), s.length)]);

const rules: Readonly<Record<string, Rule>> = {
  "aten::transpose.int": swapped("dim0", "dim1"),
  "aten::swapdims": swapped("dim0", "dim1"),
  "aten::swapaxes": swapped("axis0", "axis1"),
  "aten::t": (s) => [...s].reverse(),
  "aten::numpy_T": (s) => [...s].reverse(),
  "aten::mT": (s) => picked(s, swapDims(s.length, -2, -1)),
  "aten::permute": (s, { dims }) =>
    picked(
      s,
      ints(dims).map((d) => wrapDim(d, s.length)),
    ),
  "aten::movedim.int": moved,
  "aten::movedim.intlist": moved,
  "aten::moveaxis.int": moved,
  "aten::moveaxis.intlist": moved,
  "aten::select.int": dropDim,
  "aten::unbind.int": dropDim,
  "aten::slice.Tensor": (s, { dim, step }) => s.map((x, i) => (i === wrapDim(int(dim ?? 0), s.length) ? mul(x, int(step ?? 1)) : x)),
  "aten::narrow": same,
  "aten::split.Tensor": same,
  "aten::split.sizes": same,
  "aten::split_with_sizes": same,
  "aten::chunk": same,
  "aten::tensor_split.sections": same,
  "aten::tensor_split.indices": same,
  "aten::alias": same,
  "aten::detach": same,
  "aten::unsqueeze": (s, { dim }, _, shape) => {
    const at = wrapDim(int(dim), s.length + 1);
    return s.toSpliced(at, 0, at < s.length ? mul(shape[at] as Dim, s[at] as Dim) : 1);
  },
  "aten::squeeze": squeezed,
  "aten::squeeze.dim": squeezed,
  "aten::squeeze.dims": squeezed,
  "aten::expand": expanded,
  "aten::expand_as": expanded,
  "aten::broadcast_to": expanded,
  "aten::diagonal": (s, { dim1, dim2 }) => {
    const [a, b] = [wrapDim(int(dim1 ?? 0), s.length), wrapDim(int(dim2 ?? 1), s.length)];
    return [...without(s, [a, b]), add(s[a] as Dim, s[b] as Dim)];
  },
  "aten::unfold": (s, { dimension, step }) => {
    if (s.length === 0) return [1];
    const at = wrapDim(int(dimension), s.length);
    return [...s.map((x, i) => (i === at ? mul(x, int(step)) : x)), s[at] as Dim];
  },
  "aten::as_strided": (_, { stride }) => stride as Shape,
  "aten::view": viewed,
  "aten::view_as": viewed,
  "aten::_unsafe_view": viewed,
  "aten::unflatten.int": viewed,
  "aten::reshape": viewed,
  "aten::reshape_as": viewed,
  "aten::flatten.using_ints": viewed,
};

/** States the strides of what the view op `op` gave for `args`, where they are not row-major. */
export function stateStrides(op: string, args: Readonly<Record<string, Arg>>, result: unknown): void {
  const { self } = args;
  const rule = rules[op];
  if (rule === undefined || !(self instanceof Value) || self.type.kind !== "tensor") return;
  const { shape, strides = rowMajor(shape) } = self.type;
  for (const value of [result].flat()) {
    if (!(value instanceof Value) || value.type.kind !== "tensor") continue;
    const given = rule(strides, args, value.shape, shape);
    if (given !== null && !isRowMajor(value.shape, given)) value.type = { ...value.type, strides: given } satisfies TensorType;
  }
}
