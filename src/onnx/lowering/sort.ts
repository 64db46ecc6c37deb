/** @file Order statistics in ONNX: TopK over the whole dim is a stable sort in ONNX Runtime. */

import { each } from "../../aten/broadcast.ts";
import { moveDims, wrapDim } from "../../aten/view-shape.ts";
import { greatestOf } from "../../dtype.ts";
import type { Dim } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dimOf } from "./ints.ts";
import type { LoweringTable, Results } from "./table.ts";
import { shapeOf, transposed } from "./view.ts";

/** The first `k` along `dim` in order, and their places. TopK knows no bools. */
function ordered(op: OpBuilder, x: Value, dim: number, k: Value, largest: boolean): [Value, Value] {
  const numbers = x.dtype === "bool" ? op.cast(x, "uint8") : x;
  const [values, places] = op.TopK(numbers, k, { axis: wrapDim(dim, x.rank), largest: largest ? 1 : 0, sorted: 1 });
  return [op.cast(values, x.dtype), places];
}

function sorted(
  { self, dim, descending }: { readonly self: Value; readonly dim: number; readonly descending: boolean },
  op: OpBuilder,
): [Value, Value] {
  if (self.rank === 0) return [self, op.scalar(0, "int64")];
  return ordered(op, self, dim, op.dims([self.shape[wrapDim(dim, self.rank)] as Dim]), descending);
}

/** The value that equals most others, of several the smallest, and the last place that has it. */
function mode(
  { self, dim, keepdim }: { readonly self: Value; readonly dim: number; readonly keepdim: boolean },
  op: OpBuilder,
  result: Results,
): [Value, Value] {
  if (self.rank === 0) return [self, op.scalar(0, "int64")];
  const d = wrapDim(dim, self.rank);
  const last = self.rank - 1;
  const numbers = self.dtype === "bool" ? op.cast(self, "int32") : self;
  const x = transposed(op, numbers, moveDims(self.rank, [d], [last]));
  const same = op.Equal(op.Unsqueeze(x, [last + 1]), op.Unsqueeze(x, [last]));
  const counts = op.ReduceSum(op.cast(same, "int32"), [last + 1], { keepdims: 0 });
  const frequent = op.Equal(counts, op.ReduceMax(counts, [last], { keepdims: 1 }));
  const value = op.ReduceMin(op.Where(frequent, x, op.scalar(greatestOf(x.dtype), x.dtype)), [last], { keepdims: 1 });
  const place = op.ArgMax(op.cast(op.Equal(x, value), "uint8"), { axis: last, keepdims: 0, select_last_index: 1 });
  const shape = shapeOf(result);
  return [op.cast(op.reshape(keepdim ? value : op.Squeeze(value, [last]), shape), self.dtype), op.reshape(place, shape)];
}

export const sort = {
  ...each(["aten::sort", "aten::sort.stable"], () => sorted),
  "aten::topk": ({ self, k, dim, largest }, op) => {
    if (self.rank === 0) return [self, op.scalar(0, "int64")];
    const known = dimOf(k);
    return ordered(op, self, dim, known === null ? op.reshape(k as Value, [1]) : op.dims([known]), largest);
  },
  "aten::mode": mode,
} satisfies LoweringTable;
