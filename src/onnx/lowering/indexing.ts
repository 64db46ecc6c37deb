/** @file Reading by index in ONNX: Gather for one index, GatherND for several, Compress under masks. */

import { each } from "../../aten/broadcast.ts";
import { type IndexPlan, indexPlan, indexShape, isMask, resultOrder, withoutMasks } from "../../aten/index-shape.ts";
import { wrapDim } from "../../aten/view-shape.ts";
import { range } from "../../core/ops/values.ts";
import { type Dim, product } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

import type { LoweringTable } from "./table.ts";
import { expandTo, shapeOf, transposed } from "./view.ts";

const flat = (op: OpBuilder, x: Value): Value => op.reshape(x, [product(x.shape)]);
const atLeast1 = (op: OpBuilder, x: Value): Value => (x.rank === 0 ? op.reshape(x, [1]) : x);

/** Coordinates of non-zero elements, one vector per dim. */
export function coordinates(op: OpBuilder, mask: Value): Value[] {
  const at = op.NonZero(atLeast1(op, mask));
  if (mask.rank <= 1) return [op.Squeeze(at, [0])];
  return range(mask.rank).map((i) => op.Gather(at, i, { axis: 0 }));
}

/** Elements under one mask: its dims become one, which Compress thins out. */
function underMask(op: OpBuilder, self: Value, at: number, mask: Value): Value {
  const { rank } = mask;
  const merged = rank === 1 ? self : op.reshape(self, [...self.shape.slice(0, at), product(mask.shape), ...self.shape.slice(at + rank)]);
  return op.Compress(merged, op.cast(flat(op, mask), "bool"), { axis: at });
}

export interface Points {
  readonly plan: IndexPlan;
  /** `self` with the indexed dims in front. */
  readonly front: Value;
  /** [..., indexed dims]: coordinates for GatherND and ScatterND. */
  readonly points: Value;
  /** Dims of the indices. */
  readonly own: readonly Dim[];
}

/** Several indices as points in the dims that they index. */
export function pointsOf(op: OpBuilder, base: Value, given: readonly (Value | null)[]): Points {
  const indices = withoutMasks(given, (mask) => coordinates(op, mask));
  const plan = indexPlan(base, indices);
  const own = indexShape(indices);
  const columns = plan.indexed.map((d) => {
    const index = op.cast(indices[d] as Value, "int64");
    return op.Unsqueeze(expandTo(op, index, own), [own.length]);
  });
  const points = columns.length === 1 ? (columns[0] as Value) : op.Concat(columns, { axis: own.length });
  return { plan, front: transposed(op, base, [...plan.indexed, ...plan.rest]), points, own };
}

function indexed({ self, indices }: { readonly self: Value; readonly indices: readonly (Value | null)[] }, op: OpBuilder): Value {
  const given = indices.flatMap((x, i) => (x === null ? [] : [{ x, at: i }]));
  const [only] = given;
  if (only === undefined) return self;
  if (given.length === 1) return isMask(only.x) ? underMask(op, self, only.at, only.x) : op.Gather(self, only.x, { axis: only.at });
  const { plan, front, points, own } = pointsOf(op, self, indices);
  return transposed(op, op.GatherND(front, points), resultOrder(plan, own.length));
}

export const indexing = {
  ...each(["aten::index.Tensor", "aten::_unsafe_index.Tensor"], () => indexed),
  "aten::index_select": ({ self, dim, index }, op, result) => {
    const rows = atLeast1(op, index);
    if (self.rank === 0) return op.reshape(op.Gather(op.reshape(self, [1]), rows, { axis: 0 }), shapeOf(result));
    return op.Gather(self, rows, { axis: wrapDim(dim, self.rank) });
  },
  "aten::gather": ({ self, dim, index }, op, result) => {
    const at = op.cast(index, "int64");
    const taken = op.GatherElements(atLeast1(op, self), atLeast1(op, at), { axis: wrapDim(dim, self.rank) });
    return index.rank === 0 ? op.reshape(taken, shapeOf(result)) : taken;
  },
  "aten::masked_select": ({ self, mask }, op) => {
    const rank = Math.max(self.rank, mask.rank);
    const size = indexShape([self, mask]);
    const [x, m] = [expandTo(op, self, size), expandTo(op, mask, size)];
    // without an axis Compress reads the input flattened
    return rank <= 1 ? op.Compress(atLeast1(op, x), atLeast1(op, m), { axis: 0 }) : op.Compress(x, flat(op, m));
  },
  "aten::embedding": ({ weight, indices }, op) => op.Gather(weight, indices, { axis: 0 }),
  ...each(["aten::nonzero", "aten::argwhere"], () => ({ self }: { readonly self: Value }, op: OpBuilder): Value => {
    const at = op.NonZero(atLeast1(op, self));
    // of a 0-d tensor: as many rows, no columns
    return op.Transpose(self.rank === 0 ? op.Slice(at, [0], [0], [0]) : at, { perm: [1, 0] });
  }),
  "aten::nonzero_numpy": ({ self }, op) => coordinates(op, self),
  "aten::where": ({ condition }, op) => coordinates(op, condition),
} satisfies LoweringTable;
