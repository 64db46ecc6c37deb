import { expect, test } from "vitest";
import { decode, encode } from "../../src/literal.ts";
import { inferModel } from "../../src/onnx/infer.ts";
import type { Model } from "../../src/onnx/ir/graph.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { bytesOf } from "../../src/onnx/opset/literal.ts";
import { optimize, passes } from "../../src/onnx/passes/optimize.ts";
import type { Pass } from "../../src/onnx/passes/pass.ts";
import { bufferSource } from "../../src/weights/basic.ts";

const byName = (name: string): Pass => passes.find((p) => p.name === name) as Pass;

/** Names and types of inputs and outputs. */
const signature = (model: Model): unknown =>
  [model.graph.inputs, model.graph.outputs].map((vs) => vs.map((v) => [v.name, v.type?.dtype, v.type?.shape?.map(String)]));

/** Runs a pass and holds it to its contract: idempotent, the signature unchanged, types still inferable. */
function run(pass: Pass, model: Model): string {
  const before = signature(model);
  pass.run(model);
  expect(signature(model)).toEqual(before);
  const after = print(model);
  expect(pass.run(model), "changes of a second run").toBe(0);
  expect(print(model)).toBe(after);
  inferModel(model);
  expect(signature(model)).toEqual(before);
  return after;
}

const dedent = (text: string): string => text.replace(/\n {4}/g, "\n").trim();

const golden = (name: string, rows: readonly (readonly [string, string, string])[]) =>
  test.each(rows)(`${name}: %s`, (_, before, after) => {
    const model = parse(dedent(before), { infer: true });
    expect(run(byName(name), model)).toBe(dedent(after));
  });

golden("eliminate-identity", [
  [
    "goes",
    `
    (x: f32[2]) -> (z)
      y = Identity(x)
      z = Relu(y)`,
    `
    (x: f32[2]) -> (z)
      z = Relu(x)`,
  ],
  [
    "an output keeps its name",
    `
    (x: f32[2]) -> (z)
      y = Relu(x)
      z = Identity(y)`,
    `
    (x: f32[2]) -> (z)
      z = Relu(x)`,
  ],
  [
    "an output that is an input stays",
    `
    (x: f32[2]) -> (y)
      y = Identity(x)`,
    `
    (x: f32[2]) -> (y)
      y = Identity(x)`,
  ],
  [
    "a copy of another output stays",
    `
    (x: f32[2]) -> (a, b)
      a = Relu(x)
      b = Identity(a)`,
    `
    (x: f32[2]) -> (a, b)
      a = Relu(x)
      b = Identity(a)`,
  ],
  [
    "a copied constant stays an output",
    `
    (x: f32[2]) -> (y, z)
      w = f32[2]{1, 2}
      y = Identity(w)
      z = Add(y, x)`,
    `
    (x: f32[2]) -> (y, z)
      w = f32[2]{1, 2}
      y = Identity(w)
      z = Add(w, x)`,
  ],
  [
    "in bodies too",
    `
    (c: bool[], x: f32[2]) -> (y)
      y = If<else_branch={
        () -> (b)
          i = Identity(x)
          b = Neg(i)
      }, then_branch={
        () -> (a)
          a = Identity(x)
      }>(c)`,
    `
    (c: bool[], x: f32[2]) -> (y)
      y = If<else_branch={
        () -> (b)
          b = Neg(x)
      }, then_branch={
        () -> (a)
          a = Identity(x)
      }>(c)`,
  ],
]);

golden("eliminate-dead-code", [
  [
    "nodes, then what only they read",
    `
    (x: f32[2]) -> (y)
      w = f32[2]{1, 2}
      y = Relu(x)
      a = Add(x, w)
      b = Neg(a)`,
    `
    (x: f32[2]) -> (y)
      y = Relu(x)`,
  ],
  [
    "one read output keeps a node",
    `
    (x: f32[4]) -> (a)
      a, b = Split<num_outputs=2>(x)`,
    `
    (x: f32[4]) -> (a)
      a, b = Split<num_outputs=2>(x)`,
  ],
  [
    "what a dead body reads",
    `
    (c: bool[], x: f32[2]) -> (y)
      y = Relu(x)
      d = Neg(x)
      z = If<else_branch={
        () -> (b)
          b = Neg(d)
      }, then_branch={
        () -> (a)
          a = Abs(d)
      }>(c)`,
    `
    (c: bool[], x: f32[2]) -> (y)
      y = Relu(x)`,
  ],
]);

golden("lift-constants", [
  [
    "all forms",
    `
    (x: f32[2]) -> (y)
      a = Constant<value=f32[2]{1, 2}>()
      b = Constant<value_float=2.5>()
      c = Constant<value_ints=[0]>()
      d = Add(x, a)
      e = Mul(d, b)
      y = Unsqueeze(e, c)`,
    `
    (x: f32[2]) -> (y)
      a = f32[2]{1, 2}
      b = f32[]{2.5}
      c = i64[1]{0}
      d = Add(x, a)
      e = Mul(d, b)
      y = Unsqueeze(e, c)`,
  ],
]);

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

golden("share-subexpressions", [
  [
    "equal nodes are one",
    `
    (x: f32[2]) -> (y)
      a = Exp(x)
      b = Exp(x)
      y = Add(a, b)`,
    `
    (x: f32[2]) -> (y)
      a = Exp(x)
      y = Add(a, a)`,
  ],
  [
    "attributes count",
    `
    (x: f32[2]) -> (y)
      a = LeakyRelu<alpha=0.5>(x)
      b = LeakyRelu<alpha=0.25>(x)
      y = Add(a, b)`,
    `
    (x: f32[2]) -> (y)
      a = LeakyRelu<alpha=0.5>(x)
      b = LeakyRelu<alpha=0.25>(x)
      y = Add(a, b)`,
  ],
  [
    "random ops differ",
    `
    (x: f32[2]) -> (y)
      a = RandomUniformLike(x)
      b = RandomUniformLike(x)
      y = Add(a, b)`,
    `
    (x: f32[2]) -> (y)
      a = RandomUniformLike(x)
      b = RandomUniformLike(x)
      y = Add(a, b)`,
  ],
  [
    "an output takes over the twin",
    `
    (x: f32[2]) -> (y, b)
      a = Exp(x)
      b = Exp(x)
      y = Neg(a)`,
    `
    (x: f32[2]) -> (y, b)
      b = Exp(x)
      y = Neg(b)`,
  ],
  [
    "two outputs stay two",
    `
    (x: f32[2]) -> (a, b)
      a = Exp(x)
      b = Exp(x)`,
    `
    (x: f32[2]) -> (a, b)
      a = Exp(x)
      b = Exp(x)`,
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

golden("merge-slices", [
  [
    "parts that are all of a value",
    `
    (x: f32[N, 6]) -> (b, a)
      z = i64[1]{0}
      t = i64[1]{2}
      e = i64[1]{9223372036854775807}
      c = i64[1]{-1}
      b = Slice(x, t, e, c)
      a = Slice(x, z, t, c)`,
    `
    (x: f32[N, 6]) -> (b, a)
      z = i64[1]{0}
      t = i64[1]{2}
      e = i64[1]{9223372036854775807}
      c = i64[1]{-1}
      v0 = i64[2]{2, 4}
      a, b = Split<axis=1>(x, v0)`,
  ],
  [
    "not where something is left out, or taken twice",
    `
    (x: f32[N, 6]) -> (a, b)
      z = i64[1]{0}
      t = i64[1]{2}
      e = i64[1]{5}
      c = i64[1]{1}
      a = Slice(x, z, t, c)
      b = Slice(x, t, e, c)`,
    `
    (x: f32[N, 6]) -> (a, b)
      z = i64[1]{0}
      t = i64[1]{2}
      e = i64[1]{5}
      c = i64[1]{1}
      a = Slice(x, z, t, c)
      b = Slice(x, t, e, c)`,
  ],
]);

test("fuse-batch-normalization: scales the weight, which keeps its name", () => {
  const model = parse(
    dedent(`
    (x: f32[N, 2, 5]) -> (y)
      conv.weight = f32[2, 2, 1]{1, 2, 3, 4}
      scale = f32[2]{2, 3}
      shift = f32[2]{1, -1}
      mean = f32[2]{4, 5}
      var = f32[2]{3, 8}
      c = Conv(x, conv.weight)
      y = BatchNormalization<epsilon=1.0>(c, scale, shift, mean, var)`),
    { infer: true },
  );
  run(byName("fuse-batch-normalization"), model);
  byName("eliminate-dead-code").run(model);
  expect(print(model)).toBe(
    dedent(`
    (x: f32[N, 2, 5]) -> (y)
      conv.weight = f32[2, 2, 1]{1, 2, 3, 4}
      conv.bias = f32[2]{-3, -6}
      y = Conv(x, conv.weight, conv.bias)`),
  );
});

test.each(["Conv", "ConvTranspose", "Gemm"])("fuse-batch-normalization: not where %s is read elsewhere", (op) => {
  const shape = op === "Gemm" ? "2, 2" : "2, 2, 1";
  const text = `(x: f32[${op === "Gemm" ? "N, 2" : "N, 2, 5"}]) -> (y, c)
  w = f32[${shape}]{1, 2, 3, 4}
  s = f32[2]{2, 3}
  c = ${op}(x, w)
  y = BatchNormalization(c, s, s, s, s)`;
  const model = parse(text, { infer: true });
  expect(run(byName("fuse-batch-normalization"), model)).toBe(text);
});

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

test("optimize: everything to a fixpoint", () => {
  const model = parse(
    dedent(`
    (x: f32[N, 4]) -> (y)
      one = f32[]{1}
      four = Constant<value_int=4>()
      s = Shape(x)
      i = i64[1]{0}
      n = Gather(s, i)
      m = i64[1]{-1}
      t = Concat<axis=0>(n, m)
      a = Mul(x, one)
      b = Reshape(a, t)
      c = Transpose<perm=[1, 0]>(b)
      d = Transpose<perm=[1, 0]>(c)
      e = Identity(d)
      f = Relu(e)
      g = Relu(x)
      h = Add(f, g)
      y = Cast<to=1>(h)`),
    { infer: true },
  );
  optimize(model);
  expect(print(model)).toBe(
    dedent(`
    (x: f32[N, 4]) -> (y)
      f = Relu(x)
      y = Add(f, f)`),
  );
});
