import { expect, test } from "vitest";
import { inferModel } from "../../src/onnx/infer.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { spell } from "../../src/onnx/spell.ts";
import { resolveTarget } from "../../src/onnx/target.ts";

/** What `text` becomes for an opset; the model itself must stay as it was, and the copy must still infer. */
function spelled(text: string, opset_version: number): string {
  const model = parse(text, { infer: true });
  const before = print(model, { types: true });
  const copy = spell(model, resolveTarget({ opset_version }));
  expect(print(model, { types: true })).toBe(before);
  const after = print(copy);
  inferModel(copy);
  expect(copy.graph.outputs.map((v) => [v.name, v.type])).toEqual(model.graph.outputs.map((v) => [v.name, v.type]));
  expect(copy.opset_import.get("")).toBe(opset_version);
  return after;
}

test.each([
  ["axes become an attribute", 17, "(x: f32[N, 3]) -> (y)\n  a = i64[1]{-1}\n  y = ReduceMean<keepdims=0>(x, a)"],
  ["reducing nothing", 17, "(x: f32[N, 3]) -> (y)\n  y = ReduceSumSquare<noop_with_empty_axes=1>(x)"],
  ["reducing all", 17, "(x: f32[N, 3]) -> (y)\n  y = ReduceMax(x)"],
  ["ReduceSum has axes as input from 13 on", 13, "(x: f32[N, 3]) -> (y)\n  a = i64[1]{-1}\n  y = ReduceSum(x, a)"],
  ["uneven parts", 17, "(x: f32[7, 3]) -> (a, b)\n  a, b = Split<num_outputs=2>(x)"],
  ["even parts of a symbolic dim", 17, "(x: f32[2*N, 3]) -> (a, b)\n  a, b = Split<num_outputs=2>(x)"],
  ["parts of a symbolic dim", 17, "(x: f32[N, 3]) -> (a, b)\n  a, b = Split<num_outputs=2>(x)"],
  ["pads of some axes", 17, "(x: f32[N, 3]) -> (y)\n  p = i64[2]{1, 2}\n  a = i64[1]{-1}\n  y = Pad(x, p, _, a)"],
  ["a range of a shape", 14, "(x: f32[N, 3, M]) -> (y)\n  y = Shape<end=2>(x)"],
  ["grid modes", 16, "(x: f32[1, 2, 4, 4], g: f32[1, 3, 3, 2]) -> (y)\n  y = GridSample(x, g)"],
  ["the axis of DFT", 18, "(x: f32[N, 8, 2]) -> (y)\n  a = i64[]{-2}\n  y = DFT(x, _, a)"],
  ["sizes of some axes", 17, '(x: f32[N, 3, 8, 8]) -> (y)\n  s = i64[2]{16, 16}\n  y = Resize<axes=[2, 3], mode="linear">(x, _, _, s)'],
  ["an op that the target lacks", 19, "(x: f32[N, 3]) -> (y)\n  y = Gelu(x)"],
  ["expansions come under the same rows", 16, "(x: f32[N, 3], s: f32[3], b: f32[3]) -> (y)\n  y = LayerNormalization(x, s, b)"],
  ["a cumulative product", 20, "(x: f32[N, 3]) -> (y)\n  a = i64[]{1}\n  y = CumProd<reverse=1>(x, a)"],
  ["saturation is float8's", 18, "(x: f32[N]) -> (y)\n  y = Cast<saturate=0, to=10>(x)"],
  ["an output that is an input elsewhere", 17, "(x: f32[N]) -> (y)\n  y = ReduceMax<noop_with_empty_axes=1>(x)"],
])("%s", (_, opset, text) => {
  expect(spelled(text, opset)).toMatchSnapshot();
});

test.each([
  [
    '(x: f32[N, 3]) -> (y)\n  p = i64[4]{1, -2, 0, 0}\n  y = Pad<mode="wrap">(x, p)',
    18,
    /Pad has mode wrap with negative pads from opset 19 on, the target is opset 18/,
  ],
  ["(x: f32[N, 3], a: i64[1]) -> (y)\n  y = ReduceMean(x, a)", 17, /ReduceMean before opset 18 needs axes that are known at export/],
  ['(x: f32[3], i: i64[3]) -> (y)\n  y = ScatterElements<reduction="max">(x, i, x)', 17, /reduction max and min from opset 18/],
  ['(x: i32[3]) -> (y)\n  y = BitShift<direction="LEFT">(x, x)', 18, /takes no int32 as X/],
  ["(x: f32[3]) -> (y)\n  y = Foo(x)", 18, /Foo is not an op of ONNX/],
])("refuses %s", (text, opset, message) => {
  const model = parse(text);
  const infer = !text.includes("Foo") && !text.includes("BitShift");
  if (infer) inferModel(model);
  expect(() => spell(model, resolveTarget({ opset_version: opset }))).toThrow(message);
});
