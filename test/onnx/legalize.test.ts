import { expect, test } from "vitest";
import { inferModel } from "../../src/onnx/infer.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { gapError, legalize } from "../../src/onnx/legalize/legalize.ts";
import { resolveTarget } from "../../src/onnx/target.ts";

function legal(text: string, opset_version = 20, target = "onnxruntime"): string {
  // Types are given: inference refuses what schemas do.
  const model = parse(text);
  expect(legalize(model, resolveTarget({ opset_version, target }))).toEqual([]);
  const after = print(model, { types: true });
  expect(legalize(model, resolveTarget({ opset_version, target }))).toEqual([]);
  expect(print(model, { types: true })).toBe(after);
  inferModel(model);
  return after;
}

test.each([
  ["what is fine stays", "(x: f32[N], y: f32[N]) -> (z)\n  z: f32[N] = Add(x, y)"],
  ["bool arithmetic", "(x: bool[N], y: bool[N]) -> (z)\n  z: bool[N] = Add(x, y)"],
  ["choosing bools", "(c: bool[N], x: bool[N], y: bool[N]) -> (z)\n  z: bool[N] = Where(c, x, y)"],
  ["small integers wrap after the fact", "(x: i16[N]) -> (z)\n  z: i16[N] = Max(x, x)"],
  ["float16 is the runtime's own business", "(x: f16[N]) -> (z)\n  z: f16[N] = Erf(x)"],
  ["bfloat16 rounds once per op", "(x: bf16[N]) -> (z)\n  y: bf16[N] = Exp(x)\n  z: bf16[N] = Neg(y)"],
  ["small constants are made in the carrier", "(x: bf16[N]) -> (z)\n  c = bf16[]{2}\n  z: bf16[N] = Mul(x, c)"],
  ["comparing bools", "(x: bool[N], y: bool[N]) -> (z)\n  z: bool[N] = Less(x, y)"],
  ["zeros of halves", "(x: f64[N]) -> (z)\n  z: i64[1, M] = NonZero(x)"],
  ["a formula in float64", "(x: f64[N]) -> (z)\n  z: f64[N] = Softplus(x)"],
  ["Relu of int64", "(x: i64[N]) -> (z)\n  z: i64[N] = Relu(x)"],
  ["order of int64", "(x: i64[N]) -> (z)\n  z: i64[1] = ArgMax(x)"],
  ["operands that only the newest form has", "(x: f32[N, 3], a: i64[1]) -> (z)\n  z: f32[N, 1] = ReduceMean(x, a)"],
  // ONNX Runtime divides by the number of rows
  ["the greatest of nothing", "(x: f32[0, 5], k: i64[1]) -> (y, z)\n  y: f32[0, M], z: i64[0, M] = TopK(x, k)"],
  // ONNX Runtime merges Pad and MaxPool as if maxima were of zeros
  [
    "padding before a maximum",
    "(x: f32[N, 3, 8]) -> (z)\n  p = i64[6]{0, 0, 1, 0, 0, 1}\n  y: f32[N, 3, 10] = Pad(x, p)\n  z: f32[N, 3, 8] = MaxPool<kernel_shape=[3]>(y)",
  ],
  // ONNX Runtime rounds the other factor of a product with a transposed weight of 8 bits
  [
    "products with quantized weights",
    "(x: f32[N, 3, 8]) -> (z)\n  q = i8[2, 8]{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8}\n  s = f32[2]{1, 2}\n  w: f32[2, 8] = DequantizeLinear<axis=0>(q, s)\n  t: f32[8, 2] = Transpose<perm=[1, 0]>(w)\n  z: f32[N, 3, 2] = MatMul(x, t)",
  ],
])("%s", (_, text) => {
  expect(legal(text)).toMatchSnapshot();
});

test.each([
  // Kernels of 1.32 that 1.30 lacks
  ["Pad", "(x: bf16[N], p: i64[2]) -> (z)\n  z: bf16[M] = Pad(x, p)", "float32"],
  ["Where", "(c: bool[N], x: u32[N], y: u32[N]) -> (z)\n  z: u32[N] = Where(c, x, y)", "int64"],
  ["Where", "(c: bool[N], x: i8[N], y: i8[N]) -> (z)\n  z: i8[N] = Where(c, x, y)", "int32"],
  ["BitShift", '(x: u16[N], y: u16[N]) -> (z)\n  z: u16[N] = BitShift<direction="LEFT">(x, y)', "uint32"],
])("%s is computed in what 1.30 takes too", (op, text, carrier) => {
  const model = parse(text);
  expect(legalize(model, resolveTarget({ opset_version: 25 }))).toEqual([]);
  const node = [...model.graph.nodes()].find((n) => n.op === op);
  expect(node?.outputs[0]?.dtype).toBe(carrier);
});

test("casts cancel between nodes of one origin only", () => {
  const text = "(x: bf16[N]) -> (z)\n  y: bf16[N] = Exp(x)\n  w: bf16[N] = Neg(y)\n  z: bf16[N] = Sqrt(w)";
  const model = parse(text);
  [...model.graph.nodes()].forEach((n, i) => {
    n.origin = i < 2 ? 7 : 8;
  });
  legalize(model, resolveTarget({}));
  expect(print(model, { types: true })).toMatchSnapshot();
});

test("float64 is never narrowed in silence", () => {
  const model = parse("(x: f64[N]) -> (z)\n  z: f64[N] = Erf(x)");
  const gaps = legalize(model, resolveTarget({}));
  expect(gaps.map((g) => g.op)).toEqual(["Erf"]);
  expect(gapError(model, gaps).message).toMatch(/legalize\/no-kernel.*no kernel for 1 op\n {2}Erf in float64 {2}1 node/);
  expect(legalize(parse("(x: f64[N]) -> (z)\n  z: f64[N] = Erf(x)"), resolveTarget({ target: "onnx" }))).toEqual([]);
});

test("what no schema takes is refused", () => {
  const model = parse("(x: u64[N]) -> (z)\n  z: u64[N] = Sin(x)");
  expect(() => legalize(model, resolveTarget({}))).toThrow(/legalize\/dtype.*Sin in opset 20 takes no uint64/);
  const two = parse("(x: u64[N]) -> (z)\n  y: u64[N] = Sin(x)\n  w: u64[N] = Sin(y)\n  z: u64[N] = Cos(w)");
  expect(() => legalize(two, resolveTarget({}))).toThrow(
    /legalize\/dtype[\s\S]*Sin {2}2 nodes.*takes no uint64\n {2}Cos {2}1 node.*\n {2}hint: cast the operands/,
  );
});
