import { expect, test } from "vitest";
import { inferModel } from "../../src/onnx/infer.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { applyRules } from "../../src/onnx/passes/apply-rules.ts";
import { eliminateDeadCode } from "../../src/onnx/passes/eliminate-dead-code.ts";
import { rules } from "../../src/onnx/rules/index.ts";

/** Statements that make y from x (and c, b, w) → what is left of them. null: no rule may fire. */
type Row = readonly [rule: string, input: string, before: string, after: string | null];

const lines = (text: string): string =>
  text
    .split("; ")
    .map((l) => `  ${l}`)
    .join("\n");

function apply(input: string, text: string): string {
  const model = parse(`(${input}) -> (y)\n${lines(text)}`, { infer: true });
  const type = String(model.graph.outputs[0]?.type?.shape);
  // An identity on both sides: rules never remove an output, which must have a value of its own.
  applyRules.run(model);
  eliminateDeadCode.run(model);
  expect(applyRules.run(model), "changes of a second run").toBe(0);
  inferModel(model);
  expect(model.graph.outputs[0]?.name).toBe("y");
  expect(String(model.graph.outputs[0]?.type?.shape)).toBe(type);
  return print(model)
    .split("\n")
    .slice(1)
    .map((l) => l.trim())
    .join("; ");
}

const f = "x: f32[N, 3]";
const clips: readonly Row[] = [
  [
    "Clip(Clip(x)) -> Clip(x)",
    f,
    "l = f32[]{-1}; h = f32[]{6}; k = f32[]{8}; a = Clip(x, l, k); y = Clip(a, _, h)",
    "v0 = f32[]{-1}; v1 = f32[]{6}; y = Clip(x, v0, v1)",
  ],
  ["Clip(Clip(x)) -> Clip(x)", f, "l = f32[]{5}; h = f32[]{1}; a = Clip(x, _, h); y = Clip(a, l)", "v0 = f32[]{5}; y = Clip(x, v0, v0)"],
  ["Clip(Clip(x)) -> Clip(x)", `${f}, l: f32[]`, "h = f32[]{1}; a = Clip(x, l); y = Clip(a, _, h)", null],
  ["Clip(Clip(x)) -> Clip(x)", f, "l = f32[]{nan}; h = f32[]{1}; a = Clip(x, l); y = Clip(a, _, h)", null],
  [
    "Clip(Clip(x)) -> Clip(x)",
    "x: i64[N]",
    "l = i64[]{9007199254740993}; h = i64[]{9223372036854775807}; a = Clip(x, l); y = Clip(a, _, h)",
    null,
  ],
  ["Clip(Relu(x)) -> Clip(x)", f, "h = f32[]{6}; a = Relu(x); y = Clip(a, _, h)", "v0 = f32[]{0}; v1 = f32[]{6}; y = Clip(x, v0, v1)"],
  [
    "Relu(Clip(x)) -> Clip(x)",
    f,
    "l = f32[]{-2}; h = f32[]{6}; a = Clip(x, l, h); y = Relu(a)",
    "v0 = f32[]{0}; v1 = f32[]{6}; y = Clip(x, v0, v1)",
  ],
  ["Relu(Clip(x)) -> Clip(x)", f, "h = f32[]{-6}; a = Clip(x, _, h); y = Relu(a)", "v0 = f32[]{0}; y = Clip(x, v0, v0)"],
  [
    "Min(Min(x, a), b) -> Min(x, Min(a, b)) of constants",
    f,
    "c = f32[3]{1, 2, 3}; d = f32[]{2}; a = Min(x, c); y = Min(d, a)",
    "c = f32[3]{1, 2, 3}; d = f32[]{2}; v0 = Min(c, d); y = Min(x, v0)",
  ],
  ["Min(Min(x, a), b) -> Min(x, Min(a, b)) of constants", f, "d = f32[]{2}; a = Min(x, d); b = Min(a, d); y = Add(a, b)", null],
  [
    "Max(Max(x, a), b) -> Max(x, Max(a, b)) of constants",
    f,
    "c = f32[]{1}; d = f32[]{2}; a = Max(c, x); y = Max(a, d)",
    "c = f32[]{1}; d = f32[]{2}; v0 = Max(c, d); y = Max(x, v0)",
  ],
  ["Max(Max(x, a), b) -> Max(x, Max(a, b)) of constants", `${f}, c: f32[]`, "d = f32[]{2}; a = Max(c, x); y = Max(a, d)", null],
  [
    "Min(Max(x, low), high) -> Clip(x, low, high)",
    f,
    "c = f32[]{1}; d = f32[1]{-2}; a = Max(c, x); y = Min(a, d)",
    "v0 = f32[]{1}; v1 = f32[]{-2}; y = Clip(x, v0, v1)",
  ],
  ["Min(Max(x, low), high) -> Clip(x, low, high)", f, "c = f32[1, 1, 1]{1}; d = f32[]{2}; a = Max(c, x); y = Min(a, d)", null],
  [
    "Max(Min(x, high), low) -> Clip(x, low, high) when low <= high",
    f,
    "c = f32[]{1}; d = f32[]{2}; a = Min(x, d); y = Max(a, c)",
    "v0 = f32[]{1}; v1 = f32[]{2}; y = Clip(x, v0, v1)",
  ],
  ["Max(Min(x, high), low) -> Clip(x, low, high) when low <= high", f, "c = f32[]{1}; d = f32[]{2}; a = Min(x, c); y = Max(a, d)", null],
];

const range = "o = i64[]{0}; w = i64[]{1}; t = i64[1]{-1}; l = i64[1]{0}";
const sizes = "a = Shape<end=1>(x); n = Squeeze(a, l); b = Shape<start=1>(x); m = Squeeze(b, l)";
const grid =
  "r = Range(o, n, w); c = Range(o, m, w); ri = Unsqueeze(r, q); ci = Unsqueeze(c, v); re = Expand(ri, s); ce = Expand(ci, s); ru = Unsqueeze(re, t); cu = Unsqueeze(ce, t); i = Concat<axis=-1>(ru, cu); y = GatherND(x, i)";
const axes = "q = i64[3]{1, 2, 3}; v = i64[3]{0, 1, 2}";
const wholeGrid = "GatherND(x, grid) -> Unsqueeze(Gather(x, i)) where a grid takes all of the other dims";

const counts: readonly Row[] = [
  [
    "x and n >= 0 -> x of counts n",
    "x: bool[N, M], e: bool[N, M]",
    `${range}; b = Shape<start=1>(x); m = Squeeze(b, l); r = Range(o, m, w); c = GreaterOrEqual(r, o); d = And(x, c); y = Xor(d, e)`,
    "y = Xor(x, e)",
  ],
  [
    "n >= 0 and x -> x of counts n",
    "x: bool[N, M], e: bool[N, M]",
    `${range}; b = Shape<start=1>(x); m = Squeeze(b, l); r = Range(o, m, w); u = Unsqueeze(r, l); c = GreaterOrEqual(u, o); d = And(c, x); y = Xor(d, e)`,
    "y = Xor(x, e)",
  ],
  [
    "x and n >= 0 -> x of counts n",
    "x: bool[N, M], e: bool[N, M], n: i64[M]",
    "o = i64[]{0}; c = GreaterOrEqual(n, o); d = And(x, c); y = Xor(d, e)",
    null,
  ],
  [
    wholeGrid,
    "x: f32[N, M]",
    `${range}; ${axes}; k = i64[2]{1, 1}; ${sizes}; s = Concat<axis=0>(a, k, b); ${grid}`,
    "v0 = i64[2]{1, 2}; y = Unsqueeze(x, v0)",
  ],
  [
    wholeGrid,
    "x: f32[N, M], z: f32[K]",
    `${range}; ${axes}; k = i64[2]{1, 1}; ${sizes.replace("Shape<end=1>(x)", "Shape(z)")}; s = Concat<axis=0>(a, k, b); ${grid}`,
    "o = i64[]{0}; w = i64[]{1}; l = i64[1]{0}; v0 = i64[2]{1, 2}; a = Shape(z); n = Squeeze(a, l); r = Range(o, n, w); v1 = Gather(x, r); y = Unsqueeze(v1, v0)",
  ],
  [
    wholeGrid,
    "x: f32[N, N]",
    `${range}; q = i64[2]{0, 2}; v = i64[2]{0, 2}; k = i64[1]{1}; ${sizes}; s = Concat<axis=0>(k, a, k); ${grid}`,
    "o = i64[]{0}; w = i64[]{1}; l = i64[1]{0}; v0 = i64[3]{0, 2, 3}; a = Shape<end=1>(x); n = Squeeze(a, l); b = Shape<start=1>(x); m = Squeeze(b, l); r = Range(o, n, w); c = Range(o, m, w); ru = Unsqueeze(r, v0); cu = Unsqueeze(c, v0); i = Concat<axis=-1>(ru, cu); y = GatherND(x, i)",
  ],
];

const rows: readonly Row[] = [
  ...clips,
  ...counts,
  ["Flatten(x) -> Reshape(x)", "x: f32[N, 3, 4]", "y = Flatten(x)", "v0 = i64[2]{0, 12}; y = Reshape(x, v0)"],
  [
    "Unsqueeze(Unsqueeze(x)) -> Unsqueeze(x)",
    "x: f32[N, M]",
    "s = i64[2]{-1, 0}; t = i64[1]{1}; a = Unsqueeze(x, s); y = Unsqueeze(a, t)",
    "v0 = i64[3]{0, 1, 4}; y = Unsqueeze(x, v0)",
  ],
  ["Reshape(Squeeze(x: 1-D), [-1]) -> x", "x: f32[1]", "s = i64[1]{-1}; a = Squeeze(x); z = Reshape(a, s); y = Exp(z)", "y = Exp(x)"],
  [
    "Cast(ConstantOfShape<value>(s)) -> ConstantOfShape<cast value>(s)",
    "x: i64[2]",
    "a = ConstantOfShape<value=f32[1]{2.5}>(x); y = Cast<to=7>(a)",
    "y = ConstantOfShape<value=i64[1]{2}>(x)",
  ],
  [
    "Cast(ConstantOfShape<value>(s)) -> ConstantOfShape<cast value>(s)",
    "x: i64[2]",
    "a = ConstantOfShape(x); y = Cast<to=9>(a)",
    "y = ConstantOfShape<value=bool[1]{0}>(x)",
  ],
  [
    "ScatterND(x, all rows, u) -> u",
    "x: f32[3, 2], u: f32[3, 2]",
    "i = i64[3, 1]{0, 1, 2}; z = ScatterND(x, i, u); y = Exp(z)",
    "y = Exp(u)",
  ],
  ["ScatterND(x, all rows, u) -> u", "x: f32[3, 2], u: f32[3, 2]", "i = i64[3, 1]{0, 2, 1}; y = ScatterND(x, i, u)", null],
  ["ScatterND(x, all rows, u) -> u", "x: f32[3, 2], u: f32[3, 2]", 'i = i64[3, 1]{0, 1, 2}; y = ScatterND<reduction="add">(x, i, u)', null],
  [
    "ScatterND(x, all rows, u) -> u",
    "x: f32[N, 2], u: f32[N, 2]",
    "o = i64[]{0}; w = i64[]{1}; s = Shape(x); n = Gather(s, o); r = Range(o, n, w); t = i64[1]{-1}; i = Unsqueeze(r, t); z = ScatterND(x, i, u); y = Exp(z)",
    "y = Exp(u)",
  ],
  [
    "ScatterND(x, all rows, u) -> u",
    "x: f32[N, M], u: f32[M, M]",
    "o = i64[]{0}; w = i64[]{1}; t = i64[1]{-1}; s = Shape(x); n = Gather(s, w); r = Range(o, n, w); i = Unsqueeze(r, t); y = ScatterND(x, i, u)",
    null,
  ],
  ["x * 1 -> x", f, "o = f32[]{1}; z = Mul(x, o); y = Exp(z)", "y = Exp(x)"],
  ["x * 1 -> x", "x: f32[]", "o = f32[3]{1, 1, 1}; z = Mul(x, o); y = Exp(z)", null],
  ["x * 1 -> x", f, "o = f32[1]{2}; z = Mul(x, o); y = Exp(z)", null],
  ["1 * x -> x", f, "o = f32[3]{1, 1, 1}; z = Mul(o, x); y = Exp(z)", "y = Exp(x)"],
  ["x + 0 -> x", f, "o = f32[]{0}; z = Add(x, o); y = Exp(z)", "y = Exp(x)"],
  ["0 + x -> x", f, "o = f32[]{0}; z = Add(o, x); y = Exp(z)", "y = Exp(x)"],
  ["x - 0 -> x", f, "o = f32[]{0}; z = Sub(x, o); y = Exp(z)", "y = Exp(x)"],
  ["x - 0 -> x", f, "o = f32[]{0}; z = Sub(o, x); y = Exp(z)", null],
  ["x / 1 -> x", f, "o = f32[]{1}; z = Div(x, o); y = Exp(z)", "y = Exp(x)"],
  ["x ** 1 -> x", f, "o = f32[]{1}; z = Pow(x, o); y = Exp(z)", "y = Exp(x)"],
  ["-(-x) -> x", f, "a = Neg(x); z = Neg(a); y = Exp(z)", "y = Exp(x)"],
  ["Relu(Relu(x)) -> Relu(x)", f, "a = Relu(x); z = Relu(a); y = Exp(z)", "a = Relu(x); y = Exp(a)"],
  ["Abs(Abs(x)) -> Abs(x)", f, "a = Abs(x); z = Abs(a); y = Exp(z)", "a = Abs(x); y = Exp(a)"],
  ["not not x -> x", "x: bool[N], b: bool[N]", "a = Not(x); z = Not(a); y = Xor(z, b)", "y = Xor(x, b)"],
  ["x and true -> x", "x: bool[N], b: bool[N]", "t = bool[]{1}; z = And(x, t); y = Xor(z, b)", "y = Xor(x, b)"],
  ["true and x -> x", "x: bool[N], b: bool[N]", "t = bool[]{1}; z = And(t, x); y = Xor(z, b)", "y = Xor(x, b)"],
  ["x or false -> x", "x: bool[N], b: bool[N]", "t = bool[]{0}; z = Or(x, t); y = Xor(z, b)", "y = Xor(x, b)"],
  ["false or x -> x", "x: bool[N], b: bool[N]", "t = bool[]{0}; z = Or(t, x); y = Xor(z, b)", "y = Xor(x, b)"],
  ["Where(c, x, x) -> x", `c: bool[], ${f}`, "z = Where(c, x, x); y = Exp(z)", "y = Exp(x)"],
  ["Where(c, x, x) -> x", "c: bool[4, 1, 1], x: f32[N, 3]", "z = Where(c, x, x); y = Exp(z)", null],
  ["Clip(x) -> x", f, "z = Clip(x); y = Exp(z)", "y = Exp(x)"],
  ["Sum(x) -> x", f, "z = Sum(x); y = Exp(z)", "y = Exp(x)"],
  ["Max(x) -> x", f, "z = Max(x); y = Exp(z)", "y = Exp(x)"],
  ["Max(x) -> x", f, "z = Max(x, x); y = Exp(z)", null],
  ["Min(x) -> x", f, "z = Min(x); y = Exp(z)", "y = Exp(x)"],
  ["Mean(x) -> x", f, "z = Mean(x); y = Exp(z)", "y = Exp(x)"],
  ["Dropout(x) -> x when not training", f, "z = Dropout(x); y = Exp(z)", "y = Exp(x)"],
  ["Dropout(x) -> x when not training", f, "t = bool[]{1}; z = Dropout(x, _, t); y = Exp(z)", null],
  ["Cast<to=T>(x: T) -> x", f, "z = Cast<to=1>(x); y = Exp(z)", "y = Exp(x)"],
  [
    "Cast<C>(Cast<B>(x: A)) -> Cast<C>(x) when B holds all of A",
    "x: f16[N]",
    "a = Cast<to=1>(x); z = Cast<to=11>(a); y = Exp(z)",
    "z = Cast<to=11>(x); y = Exp(z)",
  ],
  [
    "Cast<C>(Cast<B>(x: A)) -> Cast<C>(x) when B holds all of A",
    "x: f16[N]",
    "a = Cast<to=1>(x); z = Cast<to=10>(a); y = Exp(z)",
    "y = Exp(x)",
  ],
  ["Cast<C>(Cast<B>(x: A)) -> Cast<C>(x) when B holds all of A", "x: f32[N]", "a = Cast<to=10>(x); z = Cast<to=1>(a); y = Exp(z)", null],
  ["Cast<C>(Cast<B>(x: A)) -> Cast<C>(x) when B holds all of A", "x: i8[N]", "a = Cast<to=1>(x); z = Cast<to=2>(a); y = Add(z, z)", null],
  ["Reshape(x) -> x of the same shape", f, "s = i64[2]{0, 3}; z = Reshape(x, s); y = Exp(z)", "y = Exp(x)"],
  [
    "Reshape(Reshape(x)) -> Reshape(x)",
    "x: f32[N, 6]",
    "s = i64[3]{0, 2, 3}; t = i64[3]{0, 3, 2}; a = Reshape(x, s); z = Reshape(a, t); y = Exp(z)",
    "v0 = i64[3]{0, 3, 2}; z = Reshape(x, v0); y = Exp(z)",
  ],
  ["Squeeze(Unsqueeze(x)) -> Reshape(x)", f, "s = i64[1]{1}; a = Unsqueeze(x, s); z = Squeeze(a, s); y = Exp(z)", "y = Exp(x)"],
  [
    "Reshape(x, computed) -> Reshape(x, constant)",
    "x: f32[N, 4]",
    "m = i64[2]{2, 2}; n = Shape<end=1>(x); s = Concat<axis=0>(n, m); z = Reshape(x, s); y = Exp(z)",
    "v0 = i64[3]{0, 2, 2}; z = Reshape(x, v0); y = Exp(z)",
  ],
  [
    "Reshape(x, computed) -> Reshape(x, constant)",
    "x: f32[N, M, 4]",
    "m = i64[1]{2}; n = Shape<end=2>(x); s = Concat<axis=0>(n, m, m); z = Reshape(x, s); y = Exp(z)",
    "v0 = i64[4]{0, 0, 2, 2}; z = Reshape(x, v0); y = Exp(z)",
  ],
  ["Transpose(x) -> x where nothing moves", f, "z = Transpose<perm=[0, 1]>(x); y = Exp(z)", "y = Exp(x)"],
  [
    "Transpose(Transpose(x)) -> Transpose(x)",
    "x: f32[2, 3, 4]",
    "a = Transpose<perm=[1, 2, 0]>(x); z = Transpose<perm=[0, 2, 1]>(a); y = Exp(z)",
    "z = Transpose<perm=[1, 0, 2]>(x); y = Exp(z)",
  ],
  ["Transpose(Transpose(x)) -> Transpose(x)", "x: f32[2, 3, 4]", "a = Transpose(x); z = Transpose(a); y = Exp(z)", "y = Exp(x)"],
  ["Expand(x) -> x of the same shape", f, "s = i64[2]{1, 3}; z = Expand(x, s); y = Exp(z)", "y = Exp(x)"],
  ["Expand(x) -> x of the same shape", f, "s = i64[3]{1, 1, 3}; z = Expand(x, s); y = Exp(z)", null],
  [
    "Slice(x) -> x where all is taken",
    f,
    "s = i64[1]{0}; e = i64[1]{9223372036854775807}; a = i64[1]{1}; z = Slice(x, s, e, a); y = Exp(z)",
    "y = Exp(x)",
  ],
  ["Slice(x) -> x where all is taken", f, "s = i64[1]{-1}; e = i64[1]{-9}; a = i64[1]{1}; z = Slice(x, s, e, a, s); y = Exp(z)", null],
  ["Concat(x) -> x", f, "z = Concat<axis=0>(x); y = Exp(z)", "y = Exp(x)"],
  ["Pad(x, zeros) -> x", f, "p = i64[4]{0, 0, 0, 0}; z = Pad(x, p); y = Exp(z)", "y = Exp(x)"],
  ["Tile(x, ones) -> x", f, "p = i64[2]{1, 1}; z = Tile(x, p); y = Exp(z)", "y = Exp(x)"],
  ["Split(x) -> x", f, "z = Split<num_outputs=1>(x); y = Exp(z)", "y = Exp(x)"],
  ["Concat without its empty operands", "x: f32[N, 3], e: f32[0, 3]", "z = Concat<axis=0>(x, e); y = Exp(z)", "y = Exp(x)"],
  [
    "Add(Expand(x), y) -> Add(x, y)",
    "x: f32[3], b: f32[N, 3]",
    "s = i64[2]{1, 3}; n = Shape(b); e = Expand(x, n); y = Add(e, b)",
    "y = Add(x, b)",
  ],
  ["Add(Expand(x), y) -> Add(x, y)", "x: f32[3], b: f32[1, 3]", "s = i64[2]{4, 3}; e = Expand(x, s); y = Add(e, b)", null],
  ["Mul(y, Expand(x)) -> Mul(y, x)", "x: f32[3], b: f32[N, 3]", "n = Shape(b); e = Expand(x, n); y = Mul(b, e)", "y = Mul(b, x)"],
  [
    "Where(Expand(c), x, y) -> Where(c, x, y)",
    "c: bool[], x: f32[N, 3]",
    "n = Shape(x); z = Neg(x); e = Expand(c, n); y = Where(e, x, z)",
    "z = Neg(x); y = Where(c, x, z)",
  ],
  [
    "Where(c, Expand(x), y) -> Where(c, x, y)",
    "c: bool[N, 3], x: f32[], b: f32[N, 3]",
    "n = Shape(b); e = Expand(x, n); y = Where(c, e, b)",
    "y = Where(c, x, b)",
  ],
  [
    "Where(c, x, Expand(y)) -> Where(c, x, y)",
    "c: bool[N, 3], x: f32[], b: f32[N, 3]",
    "n = Shape(b); e = Expand(x, n); y = Where(c, b, e)",
    "y = Where(c, b, x)",
  ],
  [
    "MatMul(Expand(x), y) -> MatMul(x, y)",
    "x: f32[2, 3], b: f32[N, 3, 4]",
    "n = Shape<end=1>(b); m = i64[2]{2, 3}; s = Concat<axis=0>(n, m); e = Expand(x, s); y = MatMul(e, b)",
    "y = MatMul(x, b)",
  ],
  [
    "MatMul(y, Expand(x)) -> MatMul(y, x)",
    "x: f32[3, 4], b: f32[7, 2, 3]",
    "s = i64[3]{7, 1, 1}; e = Expand(x, s); y = MatMul(b, e)",
    "y = MatMul(b, x)",
  ],
  [
    "MatMul(y, Expand(x)) -> MatMul(y, x)",
    "x: f32[1, 4], b: f32[7, 2, 3]",
    "s = i64[3]{7, 3, 4}; e = Expand(x, s); y = MatMul(b, e)",
    null,
  ],
  [
    "Reshape(MatMul(Reshape(a), Reshape(b))) -> MatMul(a, b)",
    "x: f32[2, 5, 3, 4], b: f32[2, 5, 4, 6]",
    "s = i64[3]{10, 3, 4}; t = i64[3]{10, 4, 6}; u = i64[4]{2, 5, 3, 6}; c = Reshape(x, s); d = Reshape(b, t); e = MatMul(c, d); y = Reshape(e, u)",
    "y = MatMul(x, b)",
  ],
  [
    "Reshape(MatMul(Reshape(a), Reshape(b))) -> MatMul(a, b)",
    "x: f32[2, 5, 3, 4], b: f32[5, 2, 4, 6]",
    "s = i64[3]{10, 3, 4}; t = i64[3]{10, 4, 6}; u = i64[4]{2, 5, 3, 6}; c = Reshape(x, s); d = Reshape(b, t); e = MatMul(c, d); y = Reshape(e, u)",
    null,
  ],
  [
    "Reshape(MatMul(Reshape(a), b)) -> MatMul(a, b)",
    "x: f32[N, 5, 4], b: f32[4, 6]",
    "s = i64[2]{-1, 4}; u = i64[3]{-1, 5, 6}; c = Reshape(x, s); e = MatMul(c, b); y = Reshape(e, u)",
    "y = MatMul(x, b)",
  ],
  [
    "Conv(Pad(x, zeros around), w) -> Conv(x, w) with pads",
    "x: f32[N, 1, 5], w: f32[1, 1, 3]",
    "p = i64[6]{0, 0, 1, 0, 0, 2}; a = Pad(x, p); y = Conv<pads=[1, 0]>(a, w)",
    "y = Conv<pads=[2, 2]>(x, w)",
  ],
  [
    "Conv(Pad(x, zeros around), w) -> Conv(x, w) with pads",
    "x: f32[N, 1, 5], w: f32[1, 1, 3]",
    "p = i64[6]{0, 0, 1, 0, 0, 2}; o = f32[]{1}; a = Pad(x, p, o); y = Conv(a, w)",
    null,
  ],
  ["Conv(x, w, 0) -> Conv(x, w)", "x: f32[N, 1, 5], w: f32[1, 1, 3]", "b = f32[1]{0}; y = Conv(x, w, b)", "y = Conv(x, w)"],
  [
    "ConvTranspose(x, w, 0) -> ConvTranspose(x, w)",
    "x: f32[N, 1, 5], w: f32[1, 1, 3]",
    "b = f32[1]{0}; y = ConvTranspose(x, w, b)",
    "y = ConvTranspose(x, w)",
  ],
  [
    "Conv(Pad(x, zeros around), w) -> Conv(x, w) with pads",
    "x: f32[N, 1, 5], w: f32[1, 1, 3], o: f32[]",
    "p = i64[6]{0, 0, 1, 0, 0, 2}; a = Pad(x, p, o); y = Conv(a, w)",
    null,
  ],
  [
    "ConvInteger(Pad(x, zeros around), w) -> ConvInteger(x, w) with pads",
    "x: u8[N, 1, 5], w: u8[1, 1, 3]",
    "p = i64[6]{0, 0, 1, 0, 0, 2}; o = u8[]{7}; a = Pad(x, p, o); y = ConvInteger(a, w, o)",
    "o = u8[]{7}; y = ConvInteger<pads=[1, 2]>(x, w, o)",
  ],
  [
    "ConvInteger(Pad(x, zeros around), w) -> ConvInteger(x, w) with pads",
    "x: u8[N, 1, 5], w: u8[1, 1, 3]",
    "p = i64[6]{0, 0, 1, 0, 0, 2}; o = u8[]{7}; a = Pad(x, p); y = ConvInteger(a, w, o)",
    null,
  ],
  ["Conv<auto_pad>(x, w) -> Conv<pads>(x, w)", "x: f32[N, 1, M], w: f32[1, 1, 3]", 'y = Conv<auto_pad="VALID">(x, w)', "y = Conv(x, w)"],
  ["Conv<auto_pad>(x, w) -> Conv<pads>(x, w)", "x: f32[N, 1, M], w: f32[1, 1, 3]", 'y = Conv<auto_pad="SAME_UPPER">(x, w)', null],
  [
    "Conv<auto_pad>(x, w) -> Conv<pads>(x, w)",
    "x: f32[N, 1, 6], w: f32[1, 1, 3]",
    'y = Conv<auto_pad="SAME_UPPER", strides=[2]>(x, w)',
    "y = Conv<pads=[0, 1], strides=[2]>(x, w)",
  ],
  [
    "Conv<auto_pad>(x, w) -> Conv<pads>(x, w)",
    "x: f32[N, 1, 6], w: f32[1, 1, 3]",
    'y = Conv<auto_pad="SAME_LOWER", dilations=[2], strides=[2]>(x, w)',
    "y = Conv<dilations=[2], pads=[2, 1], strides=[2]>(x, w)",
  ],
  [
    "ConvInteger<auto_pad>(x, w) -> ConvInteger<pads>(x, w)",
    "x: u8[N, 1, 6, 2], w: u8[1, 1, 3, 2]",
    'y = ConvInteger<auto_pad="SAME_LOWER">(x, w)',
    "y = ConvInteger<pads=[1, 1, 1, 0]>(x, w)",
  ],
  [
    "QLinearConv(x, w, y, 0) -> QLinearConv(x, w, y)",
    "x: u8[N, 1, 5], w: u8[1, 1, 3], s: f32[], z: u8[]",
    "b = i32[1]{0}; y = QLinearConv(x, s, z, w, s, z, s, z, b)",
    "y = QLinearConv(x, s, z, w, s, z, s, z)",
  ],
  ["Gemm(x, w, 0) -> Gemm(x, w)", "x: f32[N, 2], w: f32[2, 3]", "b = f32[3]{0, 0, 0}; y = Gemm(x, w, b)", "y = Gemm(x, w)"],
];

test.each(rows)("%s: %s: %s", (name, input, before, after) => {
  expect(
    rules.some((r) => r.name === name),
    `a rule named ${name}`,
  ).toBe(true);
  expect(apply(input, before)).toBe(after ?? before);
});

test("every rule has a golden", () => {
  const tested = new Set(rows.map(([name]) => name));
  // Rows that one function makes for many ops have a golden for one of them.
  const families = /^(Reshape|Squeeze|Unsqueeze|Flatten)|Expand\(x\)/;
  const missing = rules.map((r) => r.name).filter((name) => !tested.has(name) && !families.test(name));
  expect(missing).toEqual([]);
});

test("linear in the number of nodes", () => {
  const chain = (n: number): string => Array.from({ length: n }, (_, i) => `  v${i + 1} = Mul(v${i}, o)`).join("\n");
  const time = (n: number): number => {
    const model = parse(`(v0: f32[4]) -> (y)\n  o = f32[]{1}\n${chain(n)}\n  y = Exp(v${n})`, { infer: true });
    const begin = performance.now();
    expect(applyRules.run(model)).toBe(n);
    return performance.now() - begin;
  };
  time(500);
  const [small, large] = [time(1000), time(8000)];
  expect(large / small).toBeLessThan(40);
});
