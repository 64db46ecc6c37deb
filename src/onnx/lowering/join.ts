/** @file Joining and splitting in ONNX. */

import { each } from "../../aten/broadcast.ts";
import { joinedOperands } from "../../aten/join.ts";
import { wrapDim, wrapDims } from "../../aten/view-shape.ts";
import { range } from "../../core/ops/values.ts";
import { add, type Dim, equal, product } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

import type { LoweringTable, Results } from "./table.ts";
import { type Bound, expandTo, fromStart, shapeOf, sliced } from "./view.ts";

const joined = ({ tensors, dim }: { readonly tensors: readonly Value[]; readonly dim: number }, op: OpBuilder): Value => {
  const parts = joinedOperands(tensors);
  const [first] = parts as readonly [Value];
  return parts.length === 1 ? first : op.Concat(parts, { axis: wrapDim(dim, first.rank) });
};

interface Splitting {
  readonly self: Value;
  readonly dim: number;
}

/** Consecutive pieces whose sizes the captured results tell. */
function split({ self, dim }: Splitting, op: OpBuilder, result: Results): Value[] {
  const axis = wrapDim(dim, self.rank);
  if (result.length === 1) return [self];
  const pieces = result.map((_, i) => shapeOf(result, i)[axis] as Dim);
  return op.outputs(result.length, "Split", [self, op.dims(pieces)], { axis });
}

/** Pieces between cuts, as slices: cuts may lie anywhere. */
function splitAt({ self, dim }: Splitting, cuts: readonly Bound[], op: OpBuilder): Value[] {
  const axis = wrapDim(dim, self.rank);
  return [0, ...cuts].map((start, i) => sliced(op, self, axis, start, i < cuts.length ? (cuts[i] as Bound) : null));
}

/** Element numbers, each as often as `repeats` says: how many runs have ended at or before each place. */
function interleaved(
  { repeats, output_size }: { readonly repeats: Value; readonly output_size: number | Value | null },
  op: OpBuilder,
): Value {
  const ends = op.CumSum(repeats, op.scalar(0, "int64"));
  const total = output_size ?? op.ReduceSum(op.cast(repeats, "int64"), { keepdims: 0 });
  const place = op.Range(op.scalar(0, "int64"), typeof total === "number" ? op.scalar(total, "int64") : total, op.scalar(1, "int64"));
  const ended = op.LessOrEqual(op.Unsqueeze(op.cast(ends, "int64"), [0]), op.Unsqueeze(place, [1]));
  return op.cast(op.ReduceSum(op.cast(ended, "int64"), [1], { keepdims: 0 }), repeats.dtype);
}

export const join = {
  ...each(["aten::cat", "aten::concat", "aten::concatenate"], () => joined),
  ...each(
    [
      "aten::split.Tensor",
      "aten::split.sizes",
      "aten::split_with_sizes",
      "aten::chunk",
      "aten::tensor_split.sections",
      "aten::unsafe_split.Tensor",
      "aten::unsafe_split_with_sizes",
      "aten::unsafe_chunk",
    ],
    () => split,
  ),
  "aten::tensor_split.indices": (args, op, result) => {
    const axis = wrapDim(args.dim, args.self.rank);
    const total = result.reduce<Dim>((n, _, i) => add(n, shapeOf(result, i)[axis] as Dim), 0);
    return equal(total, args.self.shape[axis] as Dim) ? split(args, op, result) : splitAt(args, args.indices, op);
  },
  "aten::tensor_split.tensor_indices_or_sections": ({ tensor_indices_or_sections: cuts, ...args }, op, result) => {
    if (cuts.rank === 0) return op.refuse("tensor_split by a number of sections that only the data decide", "give it as a number");
    const at = range(result.length - 1).map((i) => op.Gather(cuts, i, { axis: 0 }));
    return splitAt(args, at, op);
  },
  "aten::repeat": ({ self, repeats }, op, result) => {
    const lead = repeats.length - self.rank;
    const wide = lead > 0 ? op.Unsqueeze(self, range(lead)) : self;
    // repeating one element is expanding it
    if (wide.shape.every((n, i) => n === 1 || repeats[i] === 1)) return expandTo(op, self, shapeOf(result));
    return op.Tile(wide, [...repeats]);
  },
  "aten::repeat_interleave.Tensor": interleaved,
  "aten::flip": ({ self, dims }, op) => {
    const axes = wrapDims(dims, self.rank).filter((d) => d < self.rank);
    if (axes.length === 0) return self;
    const all = <T>(x: T): T[] => axes.map(() => x);
    return op.Slice(self, all(-1), all(fromStart), axes, all(-1));
  },
  "aten::pixel_shuffle": ({ self, upscale_factor }, op, result) => {
    const lead = self.shape.slice(0, -3);
    const images = op.reshape(self, [product(lead), ...self.shape.slice(-3)]);
    return op.reshape(op.DepthToSpace(images, { blocksize: upscale_factor, mode: "CRD" }), shapeOf(result));
  },
} satisfies LoweringTable;
