/** @file What ONNX ops make of constants: rows on core/ops, for folding. An op without a row is not folded. */

import { binary, cast, compare, fill, unary, where } from "../../core/ops/elementwise.ts";
import { gather, indexSelect } from "../../core/ops/index.ts";
import { concat, expand, permute, repeat, reshape, slice } from "../../core/ops/layout.ts";
import { matmul } from "../../core/ops/matmul.ts";
import { softmax } from "../../core/ops/norm.ts";
import { pad } from "../../core/ops/pad.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../core/ops/real.ts";
import { cumulative, type ReduceOp, reduce } from "../../core/ops/reduce.ts";
import { floats, fromIntegers, integers } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import { isFloat, isInteger } from "../../dtype.ts";
import { isStatic } from "../../symbolic.ts";
import type { Node } from "../ir/graph.ts";
import { dtypeAttribute } from "../opset/attributes.ts";

/** The first output; null where this row cannot tell. Omitted inputs are null. */
export type Evaluate = (node: Node, inputs: readonly (Strided | null)[]) => Strided | null;

const first = (xs: readonly (Strided | null)[]): Strided => xs[0] as Strided;
const unaryRow =
  (op: UnaryOp): Evaluate =>
  (_, xs) =>
    unary(op, first(xs));
const binaryRow =
  (op: BinaryOp): Evaluate =>
  (_, [a, b]) =>
    a && b && a.dtype === b.dtype ? binary(op, a, b) : null;
const foldRow =
  (op: BinaryOp): Evaluate =>
  (_, xs) =>
    (xs as Strided[]).reduce((a, b) => binary(op, a, b));
const compareRow =
  (op: CompareOp): Evaluate =>
  (_, [a, b]) =>
    a && b ? compare(op, a, b) : null;

/** The output's shape as inference knows it: right for every version of the ops that only move elements. */
function shapeOf(node: Node): number[] | null {
  const shape = node.outputs[0]?.type?.shape;
  return shape?.every(isStatic) ? [...shape] : null;
}
const toShape: Evaluate = (node, xs) => {
  const shape = shapeOf(node);
  return shape && reshape(first(xs), shape);
};
const ints = (x: Strided | null | undefined): number[] | null => (x ? integers(x) : null);
const axisOf = (node: Node, rank: number, otherwise: number): number => {
  const axis = node.int("axis", otherwise);
  return axis < 0 ? axis + rank : axis;
};

const reduceRow =
  (op: ReduceOp): Evaluate =>
  (node, xs) => {
    const x = first(xs);
    if (isInteger(x.dtype) && op === "mean") return null;
    const axes = ints(xs[1]) ?? node.ints("axes");
    if ((axes === null || axes.length === 0) && node.int("noop_with_empty_axes", 0) === 1) return op === "sumsq" ? null : x;
    return reduce(op, x, axes, node.int("keepdims", 1) === 1);
  };

/** Indices from the end become plain ones. */
function plainIndices(index: Strided, size: number): Strided {
  const values = integers(index);
  if (values.every((i) => i >= 0)) return index;
  return fromIntegers(
    values.map((i) => (i < 0 ? i + size : i)),
    index.shape,
  );
}

const sliceRow: Evaluate = (_, xs) => {
  const x = first(xs);
  const [starts, ends] = [ints(xs[1]), ints(xs[2])];
  if (!starts || !ends) return null;
  const axes = ints(xs[3]) ?? starts.map((_, i) => i);
  const steps = ints(xs[4]) ?? starts.map(() => 1);
  if (steps.some((s) => s <= 0)) return null;
  return axes.reduce((y, axis, i) => {
    const d = axis < 0 ? axis + x.shape.length : axis;
    const n = x.shape[d] as number;
    const bound = (v: number): number => Math.min(Math.max(v < 0 ? v + n : v, 0), n);
    const start = bound(starts[i] as number);
    return slice(y, d, start, Math.max(bound(ends[i] as number), start), steps[i]);
  }, x);
};

const rangeRow: Evaluate = (_, [start, limit, delta]) => {
  if (!start || !limit || !delta || !isInteger(start.dtype)) return null;
  const [a, b, d] = [integers(start)[0] ?? 0, integers(limit)[0] ?? 0, integers(delta)[0] ?? 1];
  const count = Math.max(Math.ceil((b - a) / d), 0);
  return cast(fromIntegers(Array.from({ length: count }, (_, i) => a + i * d)), start.dtype);
};

const padRow: Evaluate = (node, xs) => {
  const [x, pads, value, axes] = xs;
  const around = ints(pads);
  if (!x || !around || axes || node.string("mode", "constant") !== "constant") return null;
  const rank = x.shape.length;
  const fillWith = value ? (floats(value)[0] ?? 0) : 0;
  return pad(
    x,
    x.shape.map((_, i) => [around[i] ?? 0, around[i + rank] ?? 0]),
    "constant",
    fillWith,
  );
};

const unaries: { readonly [op: string]: UnaryOp } = {
  Abs: "abs",
  Acos: "acos",
  Acosh: "acosh",
  Asin: "asin",
  Asinh: "asinh",
  Atan: "atan",
  Atanh: "atanh",
  BitwiseNot: "bitwise_not",
  Ceil: "ceil",
  Cos: "cos",
  Cosh: "cosh",
  Erf: "erf",
  Exp: "exp",
  Floor: "floor",
  IsNaN: "isnan",
  Log: "log",
  Neg: "neg",
  Not: "logical_not",
  Reciprocal: "reciprocal",
  Relu: "relu",
  Round: "round",
  Sigmoid: "sigmoid",
  Sign: "sign",
  Sin: "sin",
  Sinh: "sinh",
  Sqrt: "sqrt",
  Tan: "tan",
  Tanh: "tanh",
};
const binaries: { readonly [op: string]: BinaryOp } = {
  Add: "add",
  Sub: "sub",
  Mul: "mul",
  Pow: "pow",
  BitwiseAnd: "bitwise_and",
  BitwiseOr: "bitwise_or",
  BitwiseXor: "bitwise_xor",
  And: "bitwise_and",
  Or: "bitwise_or",
  Xor: "bitwise_xor",
};
const compares: { readonly [op: string]: CompareOp } = {
  Equal: "eq",
  Less: "lt",
  LessOrEqual: "le",
  Greater: "gt",
  GreaterOrEqual: "ge",
};
const reductions: { readonly [op: string]: ReduceOp } = {
  ReduceSum: "sum",
  ReduceMean: "mean",
  ReduceProd: "prod",
  ReduceMax: "max",
  ReduceMin: "min",
  ReduceSumSquare: "sumsq",
};
const rows = <T>(table: { readonly [op: string]: T }, row: (x: T) => Evaluate): { [op: string]: Evaluate } =>
  Object.fromEntries(Object.entries(table).map(([op, x]) => [op, row(x)]));

export const evaluators: { readonly [op: string]: Evaluate } = {
  ...rows(unaries, unaryRow),
  ...rows(binaries, binaryRow),
  ...rows(compares, compareRow),
  ...rows(reductions, reduceRow),
  Identity: (_, xs) => first(xs),
  Cast: (node, xs) => {
    const to = dtypeAttribute(node, "to", first(xs).dtype);
    return to.startsWith("float8") ? null : cast(first(xs), to);
  },
  // Integers divide towards zero; nothing is said of a division by 0.
  Div: (_, [a, b]) => {
    if (!a || !b) return null;
    if (isFloat(a.dtype)) return binary("div", a, b);
    return integers(b).includes(0) ? null : binary("trunc_div", a, b);
  },
  Mod: (node, [a, b]) => {
    if (!a || !b || (isInteger(b.dtype) && integers(b).includes(0))) return null;
    return binary(node.int("fmod", 0) === 1 ? "fmod" : "remainder", a, b);
  },
  Max: foldRow("maximum"),
  Min: foldRow("minimum"),
  Sum: foldRow("add"),
  Clip: (_, [x, low, high]) => {
    if (!x) return null;
    const above = low ? binary("maximum", x, low) : x;
    return high ? binary("minimum", above, high) : above;
  },
  Where: (_, [c, a, b]) => (c && a && b ? where(c, a, b) : null),
  Reshape: toShape,
  Squeeze: toShape,
  Unsqueeze: toShape,
  Flatten: toShape,
  Expand: (node, xs) => {
    const shape = shapeOf(node);
    return shape && expand(first(xs), shape);
  },
  ConstantOfShape: (node, xs) => {
    const shape = ints(xs[0]);
    const value = node.attributes.get("value");
    return shape && value === undefined ? fill("float32", shape, 0) : null;
  },
  Transpose: (node, xs) => {
    const rank = first(xs).shape.length;
    return permute(first(xs), node.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i));
  },
  Slice: sliceRow,
  Concat: (node, xs) => concat(xs as Strided[], axisOf(node, first(xs).shape.length, 0)),
  Gather: (node, [x, index]) => {
    if (!x || !index) return null;
    const axis = axisOf(node, x.shape.length, 0);
    return indexSelect(x, axis, plainIndices(index, x.shape[axis] as number));
  },
  GatherElements: (node, [x, index]) => {
    if (!x || !index) return null;
    const axis = axisOf(node, x.shape.length, 0);
    return gather(x, axis, plainIndices(index, x.shape[axis] as number));
  },
  Tile: (_, [x, reps]) => (x && reps ? repeat(x, integers(reps)) : null),
  Pad: padRow,
  Range: rangeRow,
  MatMul: (_, [a, b]) => (a && b ? matmul(a, b) : null),
  Softmax: (node, xs) => softmax(first(xs), axisOf(node, first(xs).shape.length, -1)),
  CumSum: (node, [x, axis]) => {
    if (!x || !axis || node.int("exclusive", 0) === 1 || node.int("reverse", 0) === 1) return null;
    const at = integers(axis)[0] ?? 0;
    return cumulative("sum", x, at < 0 ? at + x.shape.length : at);
  },
};
