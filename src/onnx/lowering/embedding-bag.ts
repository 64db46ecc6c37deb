/** @file embedding_bag in ONNX: rows gathered, then scattered into their bags. */

import { each } from "../../aten/broadcast.ts";
import { bagCount, maxMode, paddingOf, sumMode } from "../../aten/embedding-bag.ts";
import { leastOf, wideOf } from "../../dtype.ts";
import type { Dim } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LoweringTable, Results } from "./table.ts";
import { expandTo, shapeOf, sliced } from "./view.ts";

interface Bags {
  readonly weight: Value;
  readonly indices: Value;
  readonly offsets: Value;
  readonly mode: number;
  readonly per_sample_weights: Value | null;
  readonly include_last_offset: boolean;
  readonly padding_idx?: number | null;
}

/** The bag of each index: how many offsets are at or before its place, less one. */
function bagOf(op: OpBuilder, offsets: Value, count: Dim): Value {
  const place = op.Range(op.scalar(0, "int64"), op.dim(count), op.scalar(1, "int64"));
  const begun = op.LessOrEqual(op.Unsqueeze(op.cast(offsets, "int64"), [0]), op.Unsqueeze(place, [1]));
  return op.Sub(op.ReduceSum(op.cast(begun, "int64"), [1], { keepdims: 0 }), 1);
}

function lowered(args: Bags, op: OpBuilder, result: Results, padding: Dim | null): [Value, Value, Value, Value] {
  const { weight, mode, per_sample_weights } = args;
  const [bags, columns] = [bagCount(args), weight.shape[1] as Dim];
  const offsets = args.include_last_offset ? sliced(op, args.offsets, 0, 0, -1) : args.offsets;
  const into = bagOf(op, offsets, args.indices.shape[0] as Dim);
  const kept = padding === null ? null : op.Not(op.Equal(args.indices, op.cast(op.dim(padding), args.indices.dtype)));
  const counted = (x: Value): Value => (kept === null ? x : op.Compress(x, kept, { axis: 0 }));
  const dtype = wideOf(weight.dtype);
  const rows = op.cast(op.Gather(weight, counted(args.indices), { axis: 0 }), dtype);
  const scaled = per_sample_weights === null ? rows : op.Mul(rows, op.Unsqueeze(op.cast(counted(per_sample_weights), dtype), [1]));
  const points = op.Unsqueeze(counted(into), [1]);
  const start = expandTo(op, op.scalar(mode === maxMode ? leastOf(dtype) : 0, dtype), [bags, columns]);
  const total = op.ScatterND(start, points, scaled, { reduction: mode === maxMode ? "max" : "add" });
  const zeros = expandTo(op, op.scalar(0, "int64"), [bags]);
  const sizes = op.ScatterND(zeros, points, expandTo(op, op.scalar(1, "int64"), counted(into).shape), { reduction: "add" });
  const output = finished(op, mode, total, op.Unsqueeze(sizes, [1]));
  const map = shapeOf(result, 1)[0] === 0 ? op.constant("int64", [0], []) : into;
  const most = expandTo(op, op.scalar(0, "int64"), shapeOf(result, 3));
  // the fast path counts the last offset as a bag
  const all = shapeOf(result, 2)[0] === bags ? sizes : op.Concat([sizes, op.constant("int64", [1], [0])], { axis: 0 });
  const like = (x: Value): Value => op.cast(x, args.offsets.dtype);
  return [op.cast(output, weight.dtype), like(map), like(args.include_last_offset ? all : sizes), like(most)];
}

/** Means are over what counts; an empty bag is 0. */
function finished(op: OpBuilder, mode: number, total: Value, sizes: Value): Value {
  if (mode === sumMode) return total;
  if (mode === maxMode) return op.Where(op.Equal(sizes, 0), op.scalar(0, total.dtype), total);
  return op.Div(total, op.cast(op.Max(sizes, 1), total.dtype));
}

export const embeddingBag = {
  ...each(
    ["aten::embedding_bag", "aten::embedding_bag.padding_idx"],
    () => (args: Bags, op: OpBuilder, result: Results) =>
      lowered(args, op, result, paddingOf(args.padding_idx, args.weight.shape[0] as Dim)),
  ),
  ...each(
    ["aten::_embedding_bag", "aten::_embedding_bag_forward_only"],
    () => (args: Bags & { readonly padding_idx: number }, op: OpBuilder, result: Results) =>
      lowered(args, op, result, args.padding_idx < 0 ? null : args.padding_idx),
  ),
} satisfies LoweringTable;
