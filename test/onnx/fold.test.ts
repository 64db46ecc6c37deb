//! fold_constants: what becomes a constant, what stays and why, and where a constant says that it came from.
import { describe, expect, test } from "vitest";
import { Graph, Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { memorySource } from "../../src/onnx/opset/literal.ts";
import { foldModel } from "../../src/onnx/passes/fold.ts";
import type { FoldLimits } from "../../src/onnx/passes/fold-constants.ts";

const dedent = (text: string): string => text.replace(/\n {4}/g, "\n").trim();

interface Options {
  readonly opset?: number;
  readonly limits?: Partial<FoldLimits>;
}
type Row = readonly [what: string, before: string, after: string, options?: Options];

const rows: readonly Row[] = [
  [
    "quantization stays: runtimes compute it with what it is around",
    `
    (x: f32[2]) -> (y)
      w = i8[2]{1, 2}
      s = f32[]{0.5}
      d = DequantizeLinear(w, s)
      y = Add(x, d)`,
    `
    (x: f32[2]) -> (y)
      w = i8[2]{1, 2}
      s = f32[]{0.5}
      d = DequantizeLinear(w, s)
      y = Add(x, d)`,
  ],
  [
    "numbers drawn stay: they are others each time",
    `
    (x: f32[2]) -> (y)
      p = f32[2]{0.5, 0.5}
      b = Bernoulli(p)
      y = Add(x, b)`,
    `
    (x: f32[2]) -> (y)
      p = f32[2]{0.5, 0.5}
      b = Bernoulli(p)
      y = Add(x, b)`,
  ],
  [
    "arithmetic of constants",
    `
    (x: f32[2]) -> (y)
      a = f32[]{2}
      b = f32[]{3}
      c = Mul(a, b)
      d = Add(c, b)
      y = Add(x, d)`,
    `
    (x: f32[2]) -> (y)
      v0 = f32[]{9}
      y = Add(x, v0)`,
  ],
  [
    "all outputs of a node",
    `
    (x: f32[2]) -> (y)
      a = f32[4]{4, 2, 8, 6}
      k = i64[1]{2}
      values, indices = TopK(a, k)
      f = Cast<to=1>(indices)
      s = Add(values, f)
      y = Add(x, s)`,
    `
    (x: f32[2]) -> (y)
      v0 = f32[2]{10, 9}
      y = Add(x, v0)`,
  ],
  [
    "sizes that inference knows",
    `
    (x: f32[N, 6]) -> (y)
      s = Shape<start=1>(x)
      two = i64[1]{2}
      half = Div(s, two)
      rest = i64[1]{-1}
      shape = Concat<axis=0>(rest, two, half)
      y = Reshape(x, shape)`,
    `
    (x: f32[N, 6]) -> (y)
      v0 = i64[3]{-1, 2, 3}
      y = Reshape(x, v0)`,
  ],
  [
    "the branch that a known condition takes, with what it reads from outside",
    `
    (x: f32[2]) -> (y)
      c = bool[]{1}
      h = Relu(x)
      z = If<else_branch={
        () -> (e)
          e = Neg(h)
      }, then_branch={
        () -> (t)
          w = f32[]{2}
          u = Mul(h, w)
          t = Sqrt(u)
      }>(c)
      y = Exp(z)`,
    `
    (x: f32[2]) -> (y)
      w = f32[]{2}
      h = Relu(x)
      u = Mul(h, w)
      t = Sqrt(u)
      y = Exp(t)`,
  ],
  [
    "a condition that folds first, in a branch of a branch",
    `
    (x: f32[2]) -> (y)
      a = i64[]{3}
      b = i64[]{4}
      c = Less(a, b)
      y = If<else_branch={
        () -> (e)
          e = Neg(x)
      }, then_branch={
        () -> (t)
          d = Not(c)
          t = If<else_branch={
            () -> (i)
              i = Exp(x)
          }, then_branch={
            () -> (j)
              j = Abs(x)
          }>(d)
      }>(c)`,
    `
    (x: f32[2]) -> (y)
      y = Exp(x)`,
  ],
  [
    "a branch that returns an outer value is copied where the output needs a value of its own",
    `
    (x: f32[2]) -> (y)
      c = bool[]{1}
      y = If<else_branch={
        () -> (e)
          e = Neg(x)
      }, then_branch={
        () -> (x)
      }>(c)`,
    `
    (x: f32[2]) -> (y)
      y = Identity(x)`,
  ],
  [
    "a loop that never runs",
    `
    (x: f32[2]) -> (y, z)
      none = i64[]{0}
      more = bool[]{1}
      a, z = Loop<body={
        (i: i64[], go: bool[], s: f32[2]) -> (go2, t, row)
          go2 = Identity(go)
          t = Add(s, s)
          row = Neg(s)
      }>(none, more, x)
      y = Relu(a)`,
    `
    (x: f32[2]) -> (y, z)
      z = Constant<value=f32[0, 2]{}>()
      y = Relu(x)`,
  ],
  [
    "axes as attributes, as older opsets have them",
    `
    (x: f32[2, 1]) -> (y)
      a = f32[1, 2]{3, 4}
      b = Squeeze<axes=[0]>(a)
      c = Unsqueeze<axes=[1]>(b)
      d = ReduceSum<axes=[1], keepdims=1>(c)
      y = Add(x, d)`,
    `
    (x: f32[2, 1]) -> (y)
      v0 = f32[2, 1]{3, 4}
      y = Add(x, v0)`,
    { opset: 11 },
  ],
  [
    "division by zero stays the runtime's",
    `
    (x: i64[2]) -> (y)
      a = i64[2]{1, 2}
      z = i64[2]{0, 1}
      d = Div(a, z)
      y = Add(x, d)`,
    `
    (x: i64[2]) -> (y)
      a = i64[2]{1, 2}
      z = i64[2]{0, 1}
      d = Div(a, z)
      y = Add(x, d)`,
  ],
  [
    "quantized weights stay quantized",
    `
    (x: f32[2]) -> (y)
      w = i8[2]{3, -4}
      scale = f32[]{0.5}
      d = DequantizeLinear(w, scale)
      y = Add(x, d)`,
    `
    (x: f32[2]) -> (y)
      w = i8[2]{3, -4}
      scale = f32[]{0.5}
      d = DequantizeLinear(w, scale)
      y = Add(x, d)`,
  ],
  [
    "random numbers stay random",
    `
    (x: f32[2]) -> (y)
      a = f32[2]{1, 2}
      r = RandomNormalLike(a)
      y = Add(x, r)`,
    `
    (x: f32[2]) -> (y)
      a = f32[2]{1, 2}
      r = RandomNormalLike(a)
      y = Add(x, r)`,
  ],
  [
    "inputs above the limit are not read",
    `
    (x: f32[4]) -> (y)
      a = f32[4]{1, 2, 3, 4}
      b = Exp(a)
      y = Add(x, b)`,
    `
    (x: f32[4]) -> (y)
      a = f32[4]{1, 2, 3, 4}
      b = Exp(a)
      y = Add(x, b)`,
    { limits: { input_size_limit: 3 } },
  ],
  [
    "results above the limit are not stored",
    `
    (x: f32[2, 2]) -> (y)
      a = f32[2, 1]{1, 2}
      b = f32[1, 2]{3, 4}
      c = Mul(a, b)
      y = Add(x, c)`,
    `
    (x: f32[2, 2]) -> (y)
      a = f32[2, 1]{1, 2}
      b = f32[1, 2]{3, 4}
      c = Mul(a, b)
      y = Add(x, c)`,
    { limits: { output_size_limit: 3 } },
  ],
];

test.each(rows.map(([what, ...row]) => [what, row] as const))("%s", (_, [before, after, { opset, limits } = {}]) => {
  const model = parse(dedent(before), opset === undefined ? {} : { opset });
  foldModel(model, limits);
  expect(print(model)).toBe(dedent(after));
  expect(
    [...foldModel(model, limits).values()].reduce((a, b) => a + b),
    "changes of a second run",
  ).toBe(0);
});

test("what grows the model ends with the budget of one call", () => {
  const model = parse(
    dedent(`
    (x: f32[2, 2]) -> (y)
      a = f32[2, 1]{1, 2}
      b = f32[1, 2]{3, 4}
      c = Mul(a, b)
      d = Add(a, b)
      e = Sub(a, b)
      f = Mul(x, c)
      g = Mul(f, d)
      y = Mul(g, e)`),
  );
  foldModel(model, { growth_limit: 16 });
  expect([...model.graph.nodes()].map((n) => n.op)).toEqual(["Add", "Sub", "Mul", "Mul", "Mul"]);
  foldModel(model, { growth_limit: 16 });
  // The last reader of its constants frees as much as it stores.
  expect([...model.graph.nodes()].map((n) => n.op)).toEqual(["Mul", "Mul", "Mul"]);
});

describe("provenance", () => {
  test("a folded value names the nodes that it came from, through other folded values", () => {
    const model = parse(
      dedent(`
    (x: f32[2]) -> (y)
      a = f32[]{2}
      b = Exp(a)
      c = Sqrt(b)
      y = Add(x, c)`),
    );
    foldModel(model);
    expect([...model.graph.initializers].map((v) => v.metadata.get("folded_from"))).toEqual(["Sqrt c, Exp b"]);
  });
  test("and no more than eight of them", () => {
    const chain = Array.from({ length: 20 }, (_, i) => `  v${i + 1} = Exp(v${i})`).join("\n");
    const model = parse(`(x: f32[2]) -> (y)\n  v0 = f32[]{-30}\n${chain}\n  y = Add(x, v20)`);
    foldModel(model);
    const [folded] = model.graph.initializers;
    expect(folded?.metadata.get("folded_from")?.split(", ")).toHaveLength(9);
    expect(folded?.metadata.get("folded_from")).toMatch(/^Exp v20, .*, …$/);
  });
});

test("functions keep their constants: they see no initializers", () => {
  const model = parse("(x: f32[2]) -> (y)\n  y = Relu(x)");
  const body = parse(
    "(a) -> (b)\n  c = Constant<value_float=2.0>()\n  d = Constant<value_float=3.0>()\n  e = Mul(c, d)\n  b = Mul(a, e)",
  ).graph;
  model.functions.push({ domain: "my", name: "scale", graph: body, attributes: [] });
  const before = print(new Model(body, model.env));
  foldModel(model);
  expect(print(new Model(body, model.env))).toBe(before);
});

test("initializers that callers may replace are no constants", () => {
  const model = parse("(x: f32[2], a: f32[]) -> (y)\n  b = Exp(a)\n  y = Add(x, b)");
  const a = model.graph.inputs[1] as Value;
  a.source = memorySource("float32", [], new Uint8Array(4));
  model.graph.initializers.add(a);
  const before = print(model);
  foldModel(model);
  expect(print(model)).toBe(before);
});

test("before IR version 4 new initializers are inputs", () => {
  const model = parse("(x: f32[2]) -> (y)\n  a = Constant<value_float=2.0>()\n  b = Exp(a)\n  y = Add(x, b)", { opset: 8 });
  model.ir_version = 3;
  foldModel(model);
  const [folded] = model.graph.initializers;
  expect(model.graph.inputs).toContain(folded);
});

test("4,096 stacked layers fold to one addition each", () => {
  const graph = new Graph("layers");
  const model = new Model(graph, parse("() -> ()").env);
  model.opset_import.set("", 20);
  let x = new Value("x", { dtype: "float32", shape: [4] });
  graph.inputs.push(x);
  const append = (op: string, ...inputs: Value[]): Value => {
    const y = new Value(null, null);
    graph.append(new Node(op, inputs, new Map(), [y], -1));
    return y;
  };
  for (let i = 0; i < 4096; i++) {
    const scale = new Value(`layer.${i}.scale`, { dtype: "float32", shape: [4] });
    scale.source = memorySource("float32", [4], new Uint8Array(Float32Array.of(i, 1, 2, 3).buffer));
    graph.initializers.add(scale);
    x = append("Add", x, append("Exp", append("Neg", scale)));
  }
  graph.outputs.push(x);
  foldModel(model);
  expect(graph.size).toBe(4096);
});
