/** @file Finding and counting in ONNX: Unique, and runs found by comparing neighbours. */

import { binDType } from "../../aten/search.ts";
import { wrapDim } from "../../aten/view-shape.ts";
import { range } from "../../core/ops/values.ts";
import { type Dim, isStatic, product } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dimOf } from "./ints.ts";
import type { LoweringTable } from "./table.ts";
import { expandTo, sameShape, sliced } from "./view.ts";

interface Wanted {
  readonly return_inverse: boolean;
  readonly return_counts: boolean;
}
type Triple = [Value, Value, Value];

const nothing = (op: OpBuilder): Value => op.constant("int64", [0], []);
/** Values, inverse and counts, empty where they are not asked for. */
const wantedOf = (op: OpBuilder, [values, inverse, counts]: Triple, wanted: Wanted): Triple => [
  values,
  wanted.return_inverse ? inverse : nothing(op),
  wanted.return_counts ? counts : nothing(op),
];

/** Unique, sorted; ONNX knows no Unique of bools. */
function unique(op: OpBuilder, self: Value, axis: number | null): Triple {
  const x = self.dtype === "bool" ? op.cast(self, "int8") : self;
  const [values, , inverse, counts] = op.outputs(4, "Unique", [x], axis === null ? { sorted: 1 } : { sorted: 1, axis });
  return [op.cast(values as Value, self.dtype), inverse as Value, counts as Value];
}

const uniqueFlat = ({ self, ...wanted }: Wanted & { readonly self: Value }, op: OpBuilder): Triple => {
  const [values, inverse, counts] = unique(op, self, null);
  return wantedOf(op, [values, op.reshape(inverse, self.shape), counts], wanted);
};

/** One of each run of equal slices along `axis`: where a slice differs from the one before, a run starts. */
function runs(op: OpBuilder, x: Value, axis: number): Triple {
  const n = x.shape[axis] as Dim;
  const differs = op.Not(op.Equal(sliced(op, x, axis, 1, null), sliced(op, x, axis, 0, -1)));
  const others = range(x.rank).filter((d) => d !== axis);
  const anywhere = others.length === 0 ? differs : op.cast(op.ReduceMax(op.cast(differs, "uint8"), others, { keepdims: 0 }), "bool");
  // the first slice always starts a run; of no slices there is none
  const first = op.Expand(op.constant("bool", [1], [true]), op.dims([typeof n === "number" ? Math.min(n, 1) : 1]));
  const starts = op.Concat([first, anywhere], { axis: 0 });
  const inverse = op.Sub(op.CumSum(op.cast(starts, "int64"), op.scalar(0, "int64")), 1);
  const at = op.Squeeze(op.NonZero(starts), [0]);
  const ends = op.Concat([sliced(op, at, 0, 1, null), op.dims([n])], { axis: 0 });
  return [op.Compress(x, starts, { axis }), inverse, op.Sub(ends, at)];
}

function runsFlat(op: OpBuilder, self: Value): Triple {
  const [values, inverse, counts] = runs(op, op.reshape(self, [product(self.shape)]), 0);
  return [values, op.reshape(inverse, self.shape), counts];
}

/** How often each number occurs, or the weights that go with it added up: as many bins as the largest number needs. */
function bincount({ self, weights, minlength }: { self: Value; weights: Value | null; minlength: number | Value }, op: OpBuilder): Value {
  const dtype = binDType(weights);
  const at = op.cast(self, "int64");
  const least = dimOf(minlength);
  const floor = least === null ? (minlength as Value) : op.dim(least);
  // of no numbers the largest is -1: the bins that are asked for
  const padded = op.Concat([at, op.constant("int64", [1], [-1])], { axis: 0 });
  const bins = op.Max(op.Add(op.ReduceMax(padded, { keepdims: 0 }), 1), floor);
  const zeros = op.Expand(op.scalar(0, dtype), op.reshape(bins, [1]));
  const src = weights === null ? expandTo(op, op.scalar(1, dtype), self.shape) : op.cast(weights, dtype);
  return op.ScatterElements(zeros, at, src, { axis: 0, reduction: "add" });
}

export const search = {
  "aten::_unique2": uniqueFlat,
  "aten::_unique": ({ self, return_inverse }, op) =>
    uniqueFlat({ self, return_inverse, return_counts: false }, op).slice(0, 2) as [Value, Value],
  "aten::unique_dim": ({ self, dim }, op) => unique(op, self, wrapDim(dim, self.rank)),
  "aten::unique_consecutive": ({ self, dim, ...wanted }, op) =>
    dim === null ? wantedOf(op, runsFlat(op, self), wanted) : runs(op, self, wrapDim(dim, self.rank)),
  "aten::unique_dim_consecutive": ({ self, dim }, op) => runs(op, self, wrapDim(dim, self.rank)),
  "aten::bincount": bincount,
  "aten::equal": ({ self, other }, op) => {
    if (!sameShape(self.shape, other.shape)) {
      const fixed = self.rank !== other.rank || [...self.shape, ...other.shape].every(isStatic);
      return fixed ? false : op.refuse("equal of tensors whose sizes may differ at run time", "compare the sizes first, or fix them");
    }
    const same = op.cast(op.Equal(self, op.cast(other, self.dtype)), "int32");
    return op.cast(self.rank === 0 ? same : op.ReduceMin(same, null, { keepdims: 0 }), "bool") as never;
  },
} satisfies LoweringTable;
