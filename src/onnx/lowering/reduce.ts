/** @file Reductions in ONNX: one Reduce op where there is one; running extremes as a Scan. */

import { each } from "../../aten/broadcast.ts";
import { isNone, sumDType } from "../../aten/reduce.ts";
import { reducedDims, wrapDim } from "../../aten/view-shape.ts";
import { type DType, greatestOf, isFloat, leastOf } from "../../dtype.ts";
import { bounds, type Dim, product } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { scanAlong } from "../opset/scan.ts";
import type { LoweringTable, Results } from "./table.ts";
import { expandTo, shapeOf } from "./view.ts";

interface Reduced {
  readonly self: Value;
  readonly dim?: readonly number[] | number | null;
  readonly keepdim?: boolean;
  readonly dtype?: DType | null;
}

type ReduceOp =
  | "ReduceSum"
  | "ReduceMean"
  | "ReduceProd"
  | "ReduceMax"
  | "ReduceMin"
  | "ReduceL1"
  | "ReduceL2"
  | "ReduceLogSumExp"
  | "ReduceSumSquare";

const dimsOf = ({ self, dim }: Reduced): number[] => reducedDims(typeof dim === "number" ? [dim] : (dim ?? null), self.rank);

/** `kind` over the dims of `args`, of `x` in its place; axes are written where they are not all. */
function reduced(op: OpBuilder, kind: ReduceOp, args: Reduced, x: Value = args.self): Value {
  const dims = dimsOf(args);
  const attributes = { keepdims: args.keepdim ? 1 : 0 };
  if (x.rank === 0 || (dims.length === x.rank && !args.keepdim)) return op[kind](x, attributes);
  return op[kind](x, dims, attributes);
}

const summing =
  (kind: ReduceOp) =>
  (args: Reduced, op: OpBuilder): Value =>
    reduced(op, kind, args, op.cast(args.self, sumDType(args)));

/** The mean; of nothing it is NaN, which ONNX Runtime's ReduceMean does not say. */
function averaged(args: Reduced, op: OpBuilder, result: Results): Value {
  const x = op.cast(args.self, args.dtype ?? args.self.dtype);
  if (product(dimsOf(args).map((d) => x.shape[d] as Dim)) === 0) return expandTo(op, op.scalar(Number.NaN, x.dtype), shapeOf(result));
  return reduced(op, "ReduceMean", args, x);
}

/** any is the maximum of bools, all the minimum; as bytes where there may be nothing to reduce, for which bools have no rule. */
const logical =
  (kind: "ReduceMax" | "ReduceMin") =>
  (args: Reduced, op: OpBuilder): Value => {
    const { self } = args;
    const found = op.cast(self, "bool");
    const some = dimsOf(args).every((d) => bounds(self.shape[d] as Dim)[0] > 0);
    const wide = some ? found : op.cast(found, "uint8");
    return op.cast(op.cast(reduced(op, kind, args, wide), "bool"), self.dtype === "uint8" ? "uint8" : "bool");
  };

/** any.dims and all.dims: over no dims they only make bools. */
const overNone =
  (over: ReturnType<typeof logical>) =>
  (args: Reduced, op: OpBuilder): Value =>
    isNone(args) ? op.cast(op.cast(args.self, "bool"), args.self.dtype === "uint8" ? "uint8" : "bool") : over(args, op);

const extreme =
  (kind: "ReduceMax" | "ReduceMin") =>
  (args: Reduced, op: OpBuilder): Value =>
    reduced(op, kind, args);

interface Arg {
  readonly self: Value;
  readonly dim: number | null;
  readonly keepdim: boolean;
}

/** Place of the first extreme; ONNX compares no bools. */
const position =
  (kind: "ArgMax" | "ArgMin") =>
  (args: Arg, op: OpBuilder, result: Results): Value =>
    placeOf(kind, args, op, shapeOf(result));

function placeOf(kind: "ArgMax" | "ArgMin", { self, dim, keepdim }: Arg, op: OpBuilder, shape: readonly Dim[]): Value {
  const x = self.dtype === "bool" ? op.cast(self, "uint8") : self;
  if (dim === null || self.rank === 0) return op.reshape(op[kind](op.reshape(x, [product(x.shape)]), { axis: 0, keepdims: 0 }), shape);
  return op[kind](x, { axis: wrapDim(dim, self.rank), keepdims: keepdim ? 1 : 0 });
}

const extremeAlong =
  (value: "ReduceMax" | "ReduceMin", place: "ArgMax" | "ArgMin") =>
  (args: Arg & { readonly dim: number }, op: OpBuilder, result: Results): [Value, Value] => [
    reduced(op, value, args),
    placeOf(place, args, op, shapeOf(result)),
  ];

interface Along {
  readonly self: Value;
  readonly dim: number;
}

/** Runs `step` over the slices of `self` along `dim` with a state of one slice per entry of `start`; gives the states passed through, stacked. */
function scan(
  op: OpBuilder,
  { self, dim }: Along,
  start: readonly Value[],
  step: (op: OpBuilder, state: readonly Value[], x: Value, place: Value) => readonly Value[],
): Value[] {
  // ONNX Runtime's Scan takes no sequence of length 0.
  if (self.shape.includes(0)) return start.map((s) => op.Expand(s, op.dims(self.shape)));
  const axis = wrapDim(dim, self.rank);
  const rest = self.shape.filter((_, i) => i !== axis);
  const zero = op.scalar(0, "int64");
  const places = op.Range(zero, op.dim(self.shape[axis] as Dim), op.scalar(1, "int64"));
  const types = [...start.map((s) => s.dtype), self.dtype].map((dtype) => ({ dtype, shape: rest }));
  const body = op.subgraph("running", [...types, { dtype: "int64", shape: [] }], (inner, inputs) => {
    const next = step(inner, inputs.slice(0, start.length), inputs[start.length] as Value, inputs[start.length + 1] as Value);
    return [...next, ...next];
  });
  const first = start.map((s) => op.Expand(s, op.dims(rest)));
  return scanAlong(
    op,
    body,
    first,
    [
      { x: self, axis },
      { x: places, axis: 0 },
    ],
    axis,
  );
}

/** The extreme so far and where: of equal ones the last, and NaN beats all. */
const runningExtreme =
  (kind: "max" | "min") =>
  (args: Along, op: OpBuilder): [Value, Value] => {
    const { self } = args;
    if (self.rank === 0) return [self, op.scalar(0, "int64")];
    const start = kind === "max" ? leastOf(self.dtype) : greatestOf(self.dtype);
    const numbers = self.dtype === "bool" ? op.cast(self, "int32") : self;
    const [values, places] = scan(
      op,
      { ...args, self: numbers },
      [op.scalar(start, numbers.dtype), op.scalar(0, "int64")],
      (inner, [best, at], x, place) => {
        const reaches = kind === "max" ? inner.GreaterOrEqual(x, best as Value) : inner.LessOrEqual(x, best as Value);
        const taken = isFloat(x.dtype) ? inner.Or(reaches, inner.IsNaN(x)) : reaches;
        return [inner.Where(taken, x, best as Value), inner.Where(taken, place, at as Value)];
      },
    ) as [Value, Value];
    return [op.cast(values, self.dtype), places];
  };

/** log(exp(a) + exp(b)) of the sum so far and the next: a larger one, and log1p of what the other adds to it. */
function runningLogSumExp(args: Along, op: OpBuilder): Value {
  const { self } = args;
  if (self.rank === 0) return self;
  const [sums] = scan(op, args, [op.scalar(Number.NEGATIVE_INFINITY, self.dtype)], (inner, [sum], x) => {
    const pair = inner.Concat([inner.Unsqueeze(sum as Value, [0]), inner.Unsqueeze(x, [0])], { axis: 0 });
    return [inner.ReduceLogSumExp(pair, [0], { keepdims: 0 })];
  });
  return sums as Value;
}

export const reduce = {
  ...each(["aten::sum", "aten::sum.dim_IntList"], () => summing("ReduceSum")),
  ...each(["aten::prod", "aten::prod.dim_int"], () => summing("ReduceProd")),
  ...each(["aten::mean", "aten::mean.dim"], () => averaged),
  "aten::amax": extreme("ReduceMax"),
  "aten::amin": extreme("ReduceMin"),
  "aten::max.dim": extremeAlong("ReduceMax", "ArgMax"),
  "aten::min.dim": extremeAlong("ReduceMin", "ArgMin"),
  ...each(["aten::any", "aten::any.dim"], () => logical("ReduceMax")),
  ...each(["aten::all", "aten::all.dim"], () => logical("ReduceMin")),
  "aten::any.dims": overNone(logical("ReduceMax")),
  "aten::all.dims": overNone(logical("ReduceMin")),
  "aten::argmax": position("ArgMax"),
  "aten::argmin": position("ArgMin"),
  ...each(
    ["aten::logsumexp", "aten::special_logsumexp"],
    () =>
      (args: Reduced, op: OpBuilder): Value =>
        reduced(op, "ReduceLogSumExp", args, op.cast(args.self, isFloat(args.self.dtype) ? args.self.dtype : "float32")),
  ),
  "aten::cumsum": ({ self, dim, dtype }, op) => {
    const x = op.cast(self, sumDType({ self, dtype }));
    return x.rank === 0 ? x : op.CumSum(x, op.scalar(wrapDim(dim, x.rank), "int64"));
  },
  "aten::cumprod": ({ self, dim, dtype }, op) => {
    const x = op.cast(self, sumDType({ self, dtype }));
    return x.rank === 0 ? x : op.CumProd(x, op.scalar(wrapDim(dim, x.rank), "int64"));
  },
  "aten::cummax": runningExtreme("max"),
  "aten::cummin": runningExtreme("min"),
  "aten::logcumsumexp": runningLogSumExp,
} satisfies LoweringTable;
