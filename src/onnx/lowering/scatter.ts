/** @file Writing by index in ONNX: ScatterElements, ScatterND, and Where and Concat where these say it shorter. */

import { each } from "../../aten/broadcast.ts";
import { isMask, resultOrder } from "../../aten/index-shape.ts";
import { reductionOf } from "../../aten/scatter.ts";
import { clampBound, inversePermutation, isBeyond, wrapDim } from "../../aten/view-shape.ts";
import { range } from "../../core/ops/values.ts";
import { greatestOf, isFloat, leastOf, wideOf } from "../../dtype.ts";
import { add, type Dim, equal, isStatic, mul, product } from "../../symbolic.ts";
import { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { pointsOf } from "./indexing.ts";
import { dimOf } from "./ints.ts";
import { type Numeric, operand } from "./operand.ts";
import type { LoweringTable } from "./table.ts";
import { expandTo, sliced, stridedPositions, transposed } from "./view.ts";

type Combine = "none" | "add" | "mul" | "max" | "min";
const combining = { sum: "add", add: "add", mean: "add", prod: "mul", multiply: "mul", amax: "max", amin: "min" } as const;

interface Scattered {
  readonly self: Value;
  readonly dim: number;
  readonly index: Value;
  readonly src: Value;
}

/** dtype that elements combine in: low precision adds up in float32, and true is the greater bool. */
const combinedIn = (x: Value): Value["dtype"] => (x.dtype === "bool" ? "int32" : wideOf(x.dtype));

/** `src` cut to the index's shape: torch reads no more of it. */
function cut(op: OpBuilder, src: Value, index: Value): Value {
  const longer = range(index.rank).filter((d) => !equal(src.shape[d] as Dim, index.shape[d] as Dim));
  if (longer.length === 0) return src;
  return op.Slice(
    src,
    longer.map(() => 0),
    op.dims(longer.map((d) => index.shape[d] as Dim)),
    longer,
  );
}

function scattered({ self, dim, index, src }: Scattered, reduction: Combine, op: OpBuilder): Value {
  const axis = wrapDim(dim, self.rank);
  const wide = reduction === "none" ? self.dtype : combinedIn(self);
  const atLeast1 = (x: Value): Value => (x.rank === 0 ? op.reshape(x, [1]) : x);
  const [x, at, from] = [op.cast(self, wide), op.cast(index, "int64"), op.cast(src, wide)].map(atLeast1) as [Value, Value, Value];
  const out = op.ScatterElements(x, at, cut(op, from, at), reduction === "none" ? { axis } : { axis, reduction });
  return op.cast(self.rank === 0 ? op.reshape(out, []) : out, self.dtype);
}

const likeIndex = (op: OpBuilder, self: Value, index: Value, value: Numeric): Value =>
  expandTo(op, operand(op, value, self.dtype), index.shape);

/** `scatter_reduce`: without `include_self`, places that are written to start from what the reduction leaves alone. */
function scatterReduce(
  { self, dim, index, src, reduce, include_self }: Scattered & { reduce: string; include_self: boolean },
  op: OpBuilder,
): Value {
  const name = reductionOf(reduce);
  const kind = combining[name];
  const neutral = kind === "add" ? 0 : kind === "mul" ? 1 : kind === "max" ? leastOf(self.dtype) : greatestOf(self.dtype);
  const clear = (x: Value, value: number | bigint): Value =>
    scattered({ self: x, dim, index, src: likeIndex(op, x, index, value) }, "none", op);
  const total = scattered({ self: include_self ? self : clear(self, neutral), dim, index, src }, kind, op);
  if (name !== "mean") return total;
  const start = expandTo(op, op.scalar(include_self ? 1 : 0, self.dtype), self.shape);
  const written = scattered({ self: start, dim, index, src: likeIndex(op, self, index, 1) }, "add", op);
  const count = include_self ? written : op.Max(written, 1);
  // places that nothing is written to are divided by 1; whole numbers round down
  if (isFloat(self.dtype)) return op.Div(total, count);
  return op.Div(op.Sub(total, op.Mod(total, count)), count);
}

interface ByVector {
  readonly self: Value;
  readonly dim: number;
  readonly index: Value;
}

/** Whole slices of `self` along `dim` at `index` combined with those of `source`: points of one coordinate in front. */
function scatteredRows({ self, dim, index }: ByVector, source: Value, reduction: Combine, op: OpBuilder): Value {
  const d = wrapDim(dim, self.rank);
  if (self.rank === 1) return scattered({ self, dim, index: op.reshape(index, source.shape), src: source }, reduction, op);
  const wide = reduction === "none" ? self.dtype : combinedIn(self);
  const points = op.reshape(op.cast(index, "int64"), [product(index.shape), 1]);
  const order = [d, ...range(self.rank).filter((i) => i !== d)];
  const rows = (x: Value): Value => (self.rank === 0 ? op.reshape(op.cast(x, wide), [1]) : transposed(op, op.cast(x, wide), order));
  const attributes = reduction === "none" ? {} : { reduction };
  const out = op.ScatterND(rows(self), points, rows(source), attributes);
  return op.cast(self.rank === 0 ? op.reshape(out, []) : transposed(op, out, inversePermutation(order)), self.dtype);
}

/** `source` in the shape of the slices: torch takes a 0-d source for one of them. */
function rowsFor(op: OpBuilder, { self, dim, index }: ByVector, source: Value): Value {
  const d = wrapDim(dim, self.rank);
  return op.reshape(
    source,
    self.shape.map((n, i) => (i === d ? product(index.shape) : n)),
  );
}

const filled = (args: ByVector, value: Numeric, op: OpBuilder): Value => {
  const { self, dim, index } = args;
  const d = wrapDim(dim, self.rank);
  const shape = self.shape.map((n, i) => (i === d ? product(index.shape) : n));
  return scatteredRows(args, expandTo(op, operand(op, value, self.dtype), shape), "none", op);
};

interface Put {
  readonly self: Value;
  readonly indices: readonly (Value | null)[];
  readonly values: Value;
  readonly accumulate: boolean;
}

/** One value for every place under a mask in front: Where says it, and sizes stay known. */
function maskedPut({ self, indices, values, accumulate }: Put, op: OpBuilder): Value | null {
  const [mask, ...others] = indices;
  if (accumulate || !mask || !isMask(mask) || others.some((x) => x !== null)) return null;
  const rest = self.rank - mask.rank;
  const alike = values.rank <= rest || (values.rank === rest + 1 && values.shape[0] === 1);
  if (!alike) return null;
  const value = values.rank > rest ? op.Squeeze(values, [0]) : values;
  const where =
    rest === 0
      ? mask
      : op.Unsqueeze(
          mask,
          range(rest).map((i) => mask.rank + i),
        );
  return op.Where(op.cast(where, "bool"), value, self);
}

function put(args: Put, op: OpBuilder): Value {
  const masked = maskedPut(args, op);
  if (masked !== null) return masked;
  const { self, indices, values, accumulate } = args;
  const { plan, front, points, own } = pointsOf(op, self, indices);
  const laid = [...own, ...plan.rest.map((d) => self.shape[d] as Dim)];
  const order = resultOrder(plan, own.length);
  const updates = transposed(
    op,
    expandTo(
      op,
      values,
      order.map((d) => laid[d] as Dim),
    ),
    inversePermutation(order),
  );
  const wide = accumulate ? combinedIn(self) : self.dtype;
  const reduction: Combine = !accumulate ? "none" : self.dtype === "bool" ? "max" : "add";
  const out = op.ScatterND(op.cast(front, wide), points, op.cast(updates, wide), reduction === "none" ? {} : { reduction });
  const back = transposed(op, op.cast(out, self.dtype), inversePermutation([...plan.indexed, ...plan.rest]));
  return back;
}

/** The slice at `index` replaced: chosen by its number, so that no other slice is copied by hand. */
function selectScatter({ self, src, dim, index }: { self: Value; src: Value; dim: number; index: number | Value }, op: OpBuilder): Value {
  const d = wrapDim(dim, self.rank);
  const n = self.shape[d] as Dim;
  const placed = op.Unsqueeze(src, [d]);
  if (n === 1) return placed;
  const ones = range(self.rank - d - 1).map(() => 1);
  if (isStatic(n) && typeof index === "number") {
    const at = index < 0 ? index + n : index;
    const chosen = op.constant(
      "bool",
      [n, ...ones],
      range(n).map((i) => i === at),
    );
    return op.Where(chosen, placed, self);
  }
  const at = typeof index === "number" && index < 0 ? add(n, index) : index;
  const place = op.Range(op.scalar(0, "int64"), op.dim(n), op.scalar(1, "int64"));
  return op.Where(op.reshape(op.Equal(place, at instanceof Value ? at : op.dim(at)), [n, ...ones]), placed, self);
}

interface SliceScattered {
  readonly self: Value;
  readonly src: Value;
  readonly dim: number;
  readonly start: number | Value | null;
  readonly end: number | Value | null;
  readonly step: number | Value;
}

/** Where a slice starts, counted from the front. */
function startOf({ self, dim, start }: SliceScattered, op: OpBuilder): Dim | Value {
  if (start === null) return 0;
  const n = self.shape[wrapDim(dim, self.rank)] as Dim;
  const known = dimOf(start);
  const clamped = known === null ? null : clampBound(known, n, 0);
  if (clamped !== null) return clamped;
  const at = start as Value;
  return op.Where(op.Less(at, 0), op.Add(at, op.dim(n)), at);
}

/** What lies before and after the slice joined with `src`; slices with steps are written row by row. */
function sliceScatter(args: SliceScattered, op: OpBuilder): Value {
  const { self, src, dim, step } = args;
  const d = wrapDim(dim, self.rank);
  const [n, length] = [self.shape[d] as Dim, src.shape[d] as Dim];
  if (step === 1 && equal(n, length)) return src;
  const start = startOf(args, op);
  const plus = (by: Dim): Dim | Value => (start instanceof Value ? op.Add(start, op.dim(by)) : add(start, by));
  if (step !== 1) {
    const by = typeof step === "number" ? step : op.refuse("slice_scatter with a step that only the data decide", "give it as a number");
    const end = plus(mul(length, by));
    const value = (x: Dim | Value): Value => (x instanceof Value ? x : op.dim(x));
    return scatteredRows({ self, dim: d, index: op.Range(value(start), value(end), op.scalar(by, "int64")) }, src, "none", op);
  }
  const after = plus(length);
  const head = start === 0 ? [] : [sliced(op, self, d, 0, start)];
  const atEnd = isBeyond(args.end) || (!(after instanceof Value) && equal(after, n));
  const tail = atEnd ? [] : [sliced(op, self, d, after, null)];
  return op.Concat([...head, src, ...tail], { axis: d });
}

/** Points (i, i + offset) of the matrices that dims `dim1` and `dim2` span. */
function diagonalScatter(
  { self, src, offset, dim1, dim2 }: { self: Value; src: Value; offset: number; dim1: number; dim2: number },
  op: OpBuilder,
): Value {
  const [a, b] = [wrapDim(dim1, self.rank), wrapDim(dim2, self.rank)];
  const length = src.shape.at(-1) as Dim;
  const [row, column] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const corner = op.constant("int64", [1, 2], [row, column]);
  const points = isStatic(length)
    ? op.constant(
        "int64",
        [length, 2],
        range(length).flatMap((i) => [i + row, i + column]),
      )
    : op.Add(op.Unsqueeze(op.Range(op.scalar(0, "int64"), op.dim(length), op.scalar(1, "int64")), [1]), corner);
  const rest = range(self.rank).filter((i) => i !== a && i !== b);
  const order = [a, b, ...rest];
  const last = src.rank - 1;
  const updates = transposed(op, src, [last, ...range(last)]);
  return transposed(op, op.ScatterND(transposed(op, self, order), points, updates), inversePermutation(order));
}

export const scatter = {
  "aten::scatter.src": (args, op) => scattered(args, "none", op),
  "aten::scatter.value": ({ self, dim, index, value }, op) =>
    scattered({ self, dim, index, src: likeIndex(op, self, index, value) }, "none", op),
  "aten::scatter.value_reduce": ({ self, dim, index, value, reduce }, op) =>
    scatterReduce({ self, dim, index, src: likeIndex(op, self, index, value), reduce, include_self: true }, op),
  "aten::scatter_add": (args, op) => scattered(args, args.self.dtype === "bool" ? "max" : "add", op),
  "aten::scatter_reduce.two": scatterReduce,
  "aten::index_add": ({ source, alpha, ...args }, op) => {
    const scaled = alpha === 1 ? source : op.Mul(source, operand(op, alpha, source.dtype));
    return scatteredRows(args, rowsFor(op, args, scaled), args.self.dtype === "bool" ? "max" : "add", op);
  },
  "aten::index_copy": ({ source, ...args }, op) => scatteredRows(args, rowsFor(op, args, source), "none", op),
  "aten::index_fill.int_Scalar": ({ value, ...args }, op) => filled(args, value, op),
  "aten::index_fill.int_Tensor": ({ value, ...args }, op) => filled(args, value, op),
  ...each(["aten::index_put", "aten::_unsafe_index_put"], () => put),
  "aten::select_scatter": selectScatter,
  "aten::slice_scatter": sliceScatter,
  "aten::diagonal_scatter": diagonalScatter,
  "aten::as_strided_scatter": ({ self, src, size, stride, storage_offset }, op) => {
    const positions = stridedPositions(size, stride, storage_offset ?? 0);
    if (positions === null) return op.refuse("as_strided_scatter with symbolic sizes or strides", "write to a slice or a view instead");
    const flat = op.reshape(self, [product(self.shape)]);
    const at = op.constant("int64", [positions.length], positions);
    return op.reshape(op.ScatterElements(flat, at, op.reshape(src, [positions.length]), { axis: 0 }), self.shape);
  },
} satisfies LoweringTable;
