/** @file View ops in ONNX. The captured result shape says the sizes, so a reshape needs no shape arithmetic in the graph. */

import { each } from "../../aten/broadcast.ts";
import { isBeyond, moveDims, reshapingOps, swapDims, wrapDim } from "../../aten/view-shape.ts";
import { dtypes } from "../../dtype.ts";
import { add, type Dim, equal, isStatic, mul, product, type Shape } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LoweringTable, Results } from "./table.ts";

/** "To the end" of any dim. */
const toEnd = 9223372036854775807n;
export const fromStart = -9223372036854775808n;

interface Self {
  readonly self: Value;
}

/** The captured shape of result `i`. */
export const shapeOf = (result: Results, i = 0): Shape => (result[i] as Results[number]).shape;
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => equal(d, b[i] as Dim));

/** The same elements in order, under the captured shape. */
const reshaped = ({ self }: Self, op: OpBuilder, result: Results): Value => op.reshape(self, shapeOf(result));

/** Transpose, nothing where the order stays. */
export function transposed(op: OpBuilder, x: Value, perm: readonly number[]): Value {
  return perm.every((d, i) => d === i) ? x : op.Transpose(x, { perm: [...perm] });
}

const permuted =
  <A extends Self>(dimsOf: (args: A) => readonly number[]) =>
  (args: A, op: OpBuilder): Value =>
    transposed(op, args.self, dimsOf(args));

const reversed = ({ self }: Self): number[] => self.shape.map((_, i) => self.rank - 1 - i);
const lastTwo = ({ self }: Self): number[] => (self.rank < 2 ? reversed({ self }) : swapDims(self.rank, -2, -1));

/** `x` broadcast to `shape`; dims that stay are written as 1, so that only sizes that grow are computed. */
export function expandTo(op: OpBuilder, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.rank;
  const target = shape.map((d, i) => (i >= lead && equal(d, x.shape[i - lead] as Dim) ? 1 : d));
  return op.Expand(x, op.dims(target));
}
const expanded = ({ self }: Self, op: OpBuilder, result: Results): Value => expandTo(op, self, shapeOf(result));

/** `x[start:end:step]` along `dim`; bounds as torch has them (negative from the end, clamped), which are ONNX's rules too. */
export function sliced(op: OpBuilder, x: Value, dim: number, start: Bound, end: Bound, step: number | Value = 1): Value {
  return op.Slice(x, [start ?? 0], [end === null || isBeyond(end) ? toEnd : end], [dim], [step]);
}
export type Bound = number | Value | Dim | bigint | null;

/** Indices of the windows that `unfold` takes: [count, size]. */
function windows(op: OpBuilder, count: Dim, size: number, step: number): Value {
  if (isStatic(count)) {
    const at = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + (i % size));
    return op.constant("int64", [count, size], at);
  }
  const starts = op.Unsqueeze(op.Range(0, op.dim(mul(count, step)), op.scalar(step, "int64")), [1]);
  return op.Add(
    starts,
    op.constant(
      "int64",
      [size],
      Array.from({ length: size }, (_, i) => i),
    ),
  );
}

/** Row-major strides of a symbolic shape. */
const stridesOf = (shape: Shape): Dim[] => shape.map((_, i) => shape.slice(i + 1).reduce<Dim>((a, b) => mul(a, b), 1));

/** Positions in row-major order of the elements of an `as_strided` view; null where a size or stride is symbolic. */
export function stridedPositions(size: readonly unknown[], stride: readonly unknown[], offset: unknown): number[] | null {
  const known = [...size, ...stride, offset].every((n) => typeof n === "number");
  if (!known) return null;
  let at = [offset as number];
  size.forEach((n, i) => {
    at = at.flatMap((p) => Array.from({ length: n as number }, (_, k) => p + k * (stride[i] as number)));
  });
  return at;
}

/** `as_strided` of a value whose memory is row-major, which is what functionalization leaves. */
function strided(
  { self, size, stride, storage_offset }: Self & { size: readonly unknown[]; stride: readonly unknown[]; storage_offset: unknown },
  op: OpBuilder,
  result: Results,
): Value {
  const shape = shapeOf(result);
  const own = stridesOf(shape);
  const offset = storage_offset ?? 0;
  if (offset === 0 && stride.every((s, i) => typeof s === "number" && own[i] === s) && sameShape([count(shape)], [count(self.shape)]))
    return op.reshape(self, shape);
  const positions = stridedPositions(size, stride, offset);
  if (positions === null) op.refuse("as_strided with symbolic sizes or strides", "use view, slice or unfold");
  const flat = op.reshape(self, [count(self.shape)]);
  return op.Gather(flat, op.constant("int64", shape.map(Number), positions), { axis: 0 });
}

const count = (shape: Shape): Dim => shape.reduce<Dim>((a, b) => mul(a, b), 1);

/** A diagonal as a slice: in a flattened matrix it is every (columns + 1)-th element. */
function diagonal(
  { self, offset, dim1, dim2 }: Self & { offset: number; dim1: number; dim2: number },
  op: OpBuilder,
  result: Results,
): Value {
  const [a, b] = [wrapDim(dim1, self.rank), wrapDim(dim2, self.rank)];
  const rest = self.shape.flatMap((_, i) => (i === a || i === b ? [] : [i]));
  const matrix = transposed(op, self, [...rest, a, b]);
  const [rows, columns] = matrix.shape.slice(-2) as [Dim, Dim];
  const shape = shapeOf(result);
  const length = shape.at(-1) as Dim;
  const flat = op.reshape(matrix, [...shape.slice(0, -1), mul(rows, columns)]);
  const start = offset >= 0 ? offset : mul(columns, -offset);
  const step = add(columns, 1);
  return op.Slice(flat, [start], [add(start, mul(length, step))], [rest.length], [step]);
}

/** The elements in order, as many as the captured shape has: the first ones, or zeros behind them. */
function resized({ self }: Self, op: OpBuilder, result: Results): Value {
  const shape = shapeOf(result);
  if (sameShape(shape, self.shape)) return op.Identity(self);
  const [held, wanted] = [product(self.shape), product(shape)];
  const flat = op.reshape(self, [held]);
  if (equal(held, wanted)) return op.reshape(flat, shape);
  if (isStatic(held) && isStatic(wanted) && wanted < held) return op.reshape(sliced(op, flat, 0, 0, wanted), shape);
  const zeros = op.Expand(op.scalar(0, self.dtype), op.dims([wanted]));
  const both = op.Concat([flat, zeros], { axis: 0 });
  return op.reshape(sliced(op, both, 0, 0, isStatic(wanted) ? wanted : op.dim(wanted)), shape);
}

export const view = {
  ...each(["aten::resize", "aten::resize_as"], () => resized),
  ...each(reshapingOps, () => reshaped),
  // Unsqueeze says it without sizes, which a reshape of several symbols would need
  "aten::unsqueeze": ({ self, dim }, op) => op.Unsqueeze(self, [wrapDim(dim, self.rank + 1)]),
  "aten::permute": permuted(({ self, dims }: Self & { readonly dims: readonly number[] }) => dims.map((d) => wrapDim(d, self.rank))),
  ...each(["aten::transpose.int", "aten::swapdims"], () =>
    permuted((a: Self & { readonly dim0: number; readonly dim1: number }) => swapDims(a.self.rank, a.dim0, a.dim1)),
  ),
  "aten::swapaxes": permuted((a: Self & { readonly axis0: number; readonly axis1: number }) => swapDims(a.self.rank, a.axis0, a.axis1)),
  ...each(["aten::t", "aten::numpy_T"], () => permuted(reversed)),
  "aten::mT": permuted(lastTwo),
  ...each(["aten::movedim.int", "aten::moveaxis.int"], () =>
    permuted((a: Self & { readonly source: number; readonly destination: number }) => moveDims(a.self.rank, [a.source], [a.destination])),
  ),
  ...each(["aten::movedim.intlist", "aten::moveaxis.intlist"], () =>
    permuted((a: Self & { readonly source: readonly number[]; readonly destination: readonly number[] }) =>
      moveDims(a.self.rank, a.source, a.destination),
    ),
  ),
  ...each(["aten::expand", "aten::expand_as", "aten::broadcast_to"], () => expanded),
  "aten::slice.Tensor": ({ self, dim, start, end, step }, op, result) => {
    const d = wrapDim(dim, self.rank);
    // as long as the whole: it is the whole
    if (step === 1 && equal(shapeOf(result)[d] as Dim, self.shape[d] as Dim)) return self;
    return sliced(op, self, d, start, end, step);
  },
  "aten::select.int": ({ self, dim, index }, op) => op.Gather(self, index, { axis: wrapDim(dim, self.rank) }),
  "aten::diagonal": diagonal,
  "aten::unfold": ({ self, dimension, size, step }, op, result) => {
    if (self.rank === 0) return op.reshape(self, shapeOf(result));
    const d = wrapDim(dimension, self.rank);
    const taken = op.Gather(self, windows(op, shapeOf(result)[d] as Dim, size, step), { axis: d });
    const order = taken.shape.map((_, i) => i).filter((i) => i !== d + 1);
    return transposed(op, taken, [...order, d + 1]);
  },
  "aten::as_strided": strided,
  "aten::view.dtype": ({ self, dtype }, op) => {
    if (self.dtype === dtype) return self;
    if (dtypes[self.dtype].size === dtypes[dtype].size) return op.BitCast(self, { to: dtype });
    return op.refuse(
      `view of ${self.dtype} as ${dtype}, whose elements are of another size`,
      "use .to(dtype) if the values should be kept",
    );
  },
  ...each(
    ["aten::alias", "aten::detach", "aten::lift", "aten::lift_fresh"],
    () =>
      ({ self }: Self) =>
        self,
  ),
} satisfies LoweringTable;
