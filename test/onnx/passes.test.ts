import { expect, test } from "vitest";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { optimize } from "../../src/onnx/passes/optimize.ts";
import { byName, dedent, golden, run } from "./pass-texts.ts";

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
