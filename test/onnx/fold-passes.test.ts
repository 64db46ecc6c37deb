//! The passes that compute at export what no input decides.
import { expect, test } from "vitest";
import { decode, encode } from "../../src/literal.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { bytesOf } from "../../src/onnx/opset/literal.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import { byName, golden } from "./pass-texts.ts";

golden("fold-known-data", [
  [
    "the Constants of a function stay as exact as they are",
    `
    (x: f32[4]) -> (z)
      z = mylib::Tail(x)
    function mylib::Tail(x) -> (y)
      starts = Constant<value=i64[1]{1}>()
      ends = Constant<value=i64[1]{9223372036854775807}>()
      y = Slice(x, starts, ends)`,
    `
    (x: f32[4]) -> (z)
      z = mylib::Tail(x)
    function mylib::Tail(x) -> (y)
      starts = Constant<value=i64[1]{1}>()
      ends = Constant<value=i64[1]{9223372036854775807}>()
      y = Slice(x, starts, ends)`,
  ],
  [
    "what has no elements is computed from nothing",
    `
    (x: f32[N, 0], w: f32[4]) -> (y, z)
      s = i64[1]{0}
      e = i64[1]{0}
      a = Slice(w, s, e)
      y = Concat<axis=0>(a, w)
      z = Exp(a)`,
    `
    (x: f32[N, 0], w: f32[4]) -> (y, z)
      s = i64[1]{0}
      e = i64[1]{0}
      v0 = f32[0]{}
      y = Concat<axis=0>(v0, w)
      z = Constant<value=f32[0]{}>()`,
  ],
  [
    "shape arithmetic of static dims",
    `
    (x: f32[N, 3, 4]) -> (y, n)
      m = i64[1]{-1}
      s = Shape<start=1>(x)
      i = i64[1]{0}
      d = Gather(s, i)
      t = Concat<axis=0>(d, m)
      n = Shape(x)
      y = Reshape(x, t)`,
    `
    (x: f32[N, 3, 4]) -> (y, n)
      m = i64[1]{-1}
      i = i64[1]{0}
      v0 = i64[2]{3, 4}
      v1 = i64[1]{3}
      v2 = i64[2]{3, -1}
      n = Shape(x)
      y = Reshape(x, v2)`,
  ],
]);

golden("fold-constants", [
  [
    "arithmetic",
    `
    (x: f32[2]) -> (y)
      a = f32[2]{1, 4}
      b = f32[1]{2}
      s = Sqrt(a)
      c = Mul(s, b)
      y = Add(x, c)`,
    `
    (x: f32[2]) -> (y)
      a = f32[2]{1, 4}
      b = f32[1]{2}
      v0 = f32[2]{1, 2}
      v1 = f32[2]{2, 4}
      y = Add(x, v1)`,
  ],
  [
    "integers divide towards zero; indices from the end",
    `
    (x: i64[2]) -> (y, z)
      a = i64[2]{-7, 7}
      b = i64[]{2}
      i = i64[1]{-1}
      q = Div(a, b)
      g = Gather(a, i)
      y = Add(x, q)
      z = Add(x, g)`,
    `
    (x: i64[2]) -> (y, z)
      a = i64[2]{-7, 7}
      b = i64[]{2}
      i = i64[1]{-1}
      v0 = i64[2]{-3, 3}
      v1 = i64[1]{7}
      y = Add(x, v0)
      z = Add(x, v1)`,
  ],
  [
    "a graph output is a Constant of its own",
    `
    (x: f32[2]) -> (c)
      a = f32[2]{1, 4}
      c = Neg(a)`,
    `
    (x: f32[2]) -> (c)
      a = f32[2]{1, 4}
      c = Constant<value=f32[2]{-1, -4}>()`,
  ],
  [
    "what would swell the file stays",
    `
    (x: f32[2000]) -> (y)
      a = f32[]{1}
      s = i64[1]{2000}
      e = Expand(a, s)
      y = Add(x, e)`,
    `
    (x: f32[2000]) -> (y)
      a = f32[]{1}
      s = i64[1]{2000}
      e = Expand(a, s)
      y = Add(x, e)`,
  ],
  [
    "elements that are not there are not read",
    `
    (x: f32[2, 2]) -> (y)
      w = f32[2, 2]{...}
      n = Neg(w)
      y = Add(x, n)`,
    `
    (x: f32[2, 2]) -> (y)
      w = f32[2, 2]{...}
      n = Neg(w)
      y = Add(x, n)`,
  ],
]);

golden("fold-weights", [
  [
    "a transposed weight",
    `
    (x: f32[5, 300]) -> (y)
      fc.weight = f32[200, 300]{...}
      t = Transpose<perm=[1, 0]>(fc.weight)
      y = MatMul(x, t)`,
    `
    (x: f32[5, 300]) -> (y)
      fc.weight = f32[200, 300]{...}
      fc.weight.T = f32[300, 200]{...}
      y = MatMul(x, fc.weight.T)`,
  ],
  [
    "not where the weight itself is read: both would be stored",
    `
    (x: f32[5, 300]) -> (y, z)
      w = f32[200, 300]{...}
      t = Transpose<perm=[1, 0]>(w)
      y = MatMul(x, t)
      z = Neg(w)`,
    `
    (x: f32[5, 300]) -> (y, z)
      w = f32[200, 300]{...}
      t = Transpose<perm=[1, 0]>(w)
      y = MatMul(x, t)
      z = Neg(w)`,
  ],
  [
    "parts of a weight, if they are no more than the weight",
    `
    (x: f32[5, 100]) -> (y, z)
      w = f32[100, 300]{...}
      a, b = Split<axis=1, num_outputs=2>(w)
      y = MatMul(x, a)
      z = MatMul(x, b)`,
    `
    (x: f32[5, 100]) -> (y, z)
      w = f32[100, 300]{...}
      w.part.0 = f32[100, 150]{...}
      w.part.1 = f32[100, 150]{...}
      y = MatMul(x, w.part.0)
      z = MatMul(x, w.part.1)`,
  ],
  [
    "weights joined",
    `
    (x: f32[5, 100]) -> (y)
      q.weight = f32[100, 50]{...}
      k.weight = f32[100, 50]{...}
      w = Concat<axis=1>(q.weight, k.weight)
      y = MatMul(x, w)`,
    `
    (x: f32[5, 100]) -> (y)
      q.weight = f32[100, 50]{...}
      k.weight = f32[100, 50]{...}
      q.weight.joined = f32[100, 100]{...}
      y = MatMul(x, q.weight.joined)`,
  ],
  [
    "a cast that would double the weight stays",
    `
    (x: f32[5, 300]) -> (y)
      w = f16[300, 200]{...}
      t = Cast<to=1>(w)
      y = MatMul(x, t)`,
    `
    (x: f32[5, 300]) -> (y)
      w = f16[300, 200]{...}
      t = Cast<to=1>(w)
      y = MatMul(x, t)`,
  ],
]);

test("large weights are folded without being read", () => {
  const weight = bufferSource("float32", [3, 2], new Uint8Array(encode("float32", [1, 2, 3, 4, 5, 6])));
  const model = parse("(x: f32[1, 3]) -> (y)\n  w = f32[2, 3]{...}\n  t = Transpose(w)\n  y = MatMul(x, t)");
  for (const v of model.graph.initializers) {
    v.source = weight;
    v.type = { dtype: "float32", shape: [3, 2] };
  }
  byName("fold-weights").run(model);
  const folded = [...model.graph.initializers].at(-1);
  expect(folded?.name).toBe("w.T");
  expect(folded?.source && decode("float32", bytesOf(folded.source))).toEqual([1, 3, 5, 2, 4, 6]);
});
