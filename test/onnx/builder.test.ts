import { expect, test } from "vitest";
import { Graph, Model, Value } from "../../src/onnx/ir/graph.ts";
import { printGraph } from "../../src/onnx/ir/text.ts";
import { OpBuilder } from "../../src/onnx/opset/builder.ts";
import { opNames, versionsOf } from "../../src/onnx/opset/schema.ts";
import { resolveTarget } from "../../src/onnx/target.ts";
import { add, type Dim, floordiv, max, mul, SymEnv, type SymInt, sub } from "../../src/symbolic.ts";

const env = new SymEnv();
const N = env.symbol("N", 1);
const M = env.symbol("M", 1);

function builder(
  shapes: readonly (readonly Dim[])[],
  opset_version = 26,
): { op: OpBuilder; inputs: Value[]; text: (...outputs: Value[]) => string } {
  const graph = new Graph("g");
  const inputs = shapes.map((shape, i) => new Value("xyz"[i] ?? null, { dtype: "float32", shape }));
  graph.inputs.push(...inputs);
  const op = new OpBuilder(new Model(graph, env), resolveTarget({ opset_version }));
  const text = (...outputs: Value[]) => {
    graph.outputs.push(...outputs);
    return printGraph(graph);
  };
  return { op, inputs, text };
}

test("all schemas parse", () => {
  let count = 0;
  for (const name of opNames()) count += versionsOf(name).length;
  expect(count).toBeGreaterThan(500);
});

test("literals take the dtype of their operands, and are one constant per model", () => {
  const { op, inputs, text } = builder([[N, 3]]);
  const [x] = inputs as [Value];
  const h = op.Cast(x, { to: "float16" });
  const y = op.Add(op.Mul(h, 2), 2);
  const z = op.Pow(op.Clip(x, 0, 2), 2);
  expect(y.dtype).toBe("float16");
  expect(z.shape).toEqual([N, 3]);
  expect(text(y, z)).toMatchInlineSnapshot(`
    "(x: f32[N, 3]) -> (v5, v7)
      v0 = f16[]{2}
      v1 = f32[]{0}
      v2 = f32[]{2}
      v3 = Cast<to=10>(x)
      v4 = Mul(v3, v0)
      v5 = Add(v4, v0)
      v6 = Clip(x, v1, v2)
      v7 = Pow(v6, v2)"
  `);
});

test("variadic operands are given one by one or as a list; counts of outputs follow", () => {
  const { op, inputs } = builder([[4, 6]]);
  const [x] = inputs as [Value];
  expect(op.Concat([x, x], { axis: 0 }).shape).toEqual([8, 6]);
  expect(op.Concat(x, x, x, { axis: -1 }).shape).toEqual([4, 18]);
  expect(op.Max(x, 0).shape).toEqual([4, 6]);
  expect(op.TopK(x, [2]).map((v) => v.shape)).toEqual([
    [4, 2],
    [4, 2],
  ]);
  expect(op.Split(x, [1, 5], { axis: 1 }).map((v) => v.shape)).toEqual([
    [4, 1],
    [4, 5],
  ]);
  expect(op.outputs(2, "MaxPool", [op.reshape(x, [1, 1, 4, 6])], { kernel_shape: [2, 2] }).map((v) => v.dtype)).toEqual([
    "float32",
    "int64",
  ]);
});

test("reshape is a constant with 0 and -1 where that says it, and nothing where shapes are equal", () => {
  const { op, inputs, text } = builder([[N, 3, M]]);
  const [x] = inputs as [Value];
  expect(op.reshape(x, [N, 3, M])).toBe(x);
  const flat = op.reshape(x, [mul(N, 3), M]);
  expect(text(flat, op.reshape(x, [N, mul(3, M)]), op.reshape(x, [N, 1, 3, M]))).toMatchInlineSnapshot(`
    "(x: f32[N, 3, M]) -> (v5, v6, v7)
      v0 = i64[1]{-1}
      v1 = i64[2]{0, -1}
      v2 = i64[4]{0, 1, 3, -1}
      v3 = Shape<start=2>(x)
      v4 = Concat<axis=0>(v0, v3)
      v5 = Reshape(x, v4)
      v6 = Reshape(x, v1)
      v7 = Reshape(x, v2)"
  `);
  expect(flat.shape).toEqual([mul(3, N), M]);
});

test("sizes are read off shapes, or computed from them", () => {
  const { op, text } = builder([[N, 3, M]]);
  const shape = op.dims([N, 3, M]);
  expect(op.dims([N, 3, M])).toBe(shape);
  const odd = op.dim(sub(add(mul(2, N), floordiv(M, 2)), 1) as SymInt);
  expect(odd.data).toEqual([sub(add(mul(2, N), floordiv(M, 2)), 1)]);
  expect(op.dims([4, max(N, M)]).data).toEqual([4, max(N, M)]);
  expect(text(shape, odd)).toMatchInlineSnapshot(`
    "(x: f32[N, 3, M]) -> (v4, v11)
      v0 = i64[1]{2}
      v1 = i64[1]{1}
      v2 = i64[1]{0}
      v3 = i64[1]{4}
      v4 = Shape(x)
      v5 = Shape<end=1>(x)
      v6 = Mul(v5, v0)
      v7 = Shape<start=2>(x)
      v8 = Div(v7, v0)
      v9 = Add(v6, v8)
      v10 = Sub(v9, v1)
      v11 = Squeeze(v10, v2)
      v12 = Max(v5, v7)
      v13 = Concat<axis=0>(v3, v12)"
  `);
});

test("a symbol inside a larger dim is solved for", () => {
  const { op, text } = builder([[add(mul(2, env.symbol("K", 0)), 3)]]);
  const k = op.dim(env.symbol("K"));
  expect(text(k)).toMatchInlineSnapshot(`
    "(x: f32[2*K + 3]) -> (v6)
      v0 = i64[1]{3}
      v1 = i64[]{2}
      v2 = i64[1]{0}
      v3 = Shape(x)
      v4 = Sub(v3, v0)
      v5 = Div(v4, v1)
      v6 = Squeeze(v5, v2)"
  `);
  expect(() => op.dim(env.symbol("nowhere"))).toThrow(/lower\/unsupported-case.*nowhere/);
});

test("bodies read outer values, and their outputs are their own", () => {
  const { op, inputs, text } = builder([[N, 3], []]);
  const [x, c] = inputs as [Value, Value];
  const then_branch = op.subgraph("then", [], (inner) => [inner.Add(x, 1)]);
  const else_branch = op.subgraph("else", [], () => [x]);
  const [y] = op.If(op.cast(c, "bool"), { then_branch, else_branch }) as [Value];
  expect(y.shape).toEqual([N, 3]);
  expect(text(y)).toMatchInlineSnapshot(`
    "(x: f32[N, 3], y: f32[]) -> (v2)
      v0 = f32[]{1}
      v1 = Cast<to=9>(y)
      v2 = If<else_branch={
        () -> (v3)
          v3 = Identity(x)
      }, then_branch={
        () -> (v4)
          v4 = Add(x, v0)
      }>(v1)"
  `);
});

test("what the target lacks is expanded, or refused with its place", () => {
  const { op, inputs, text } = builder([[N, 3]], 13);
  const [x] = inputs as [Value];
  op.model.origins.push({
    node: "mish_1",
    op: "aten::mish",
    moduleStack: "L__self__,,M;L__self___a,a.b,B",
    stackTrace: 'File "/m/model.py", line 7, in forward',
  });
  op.origin = 0;
  expect(op.has("Mish")).toBe(false);
  expect(text(op.Mish(x))).toMatchInlineSnapshot(`
    "(x: f32[N, 3]) -> (v2)
      v0 = Softplus(x)
      v1 = Tanh(v0)
      v2 = Mul(x, v1)"
  `);
  expect(() => op.TensorScatter(x, x)).toThrow(
    /aten::mish mish_1 in a.b \(model.py:7\): ONNX op TensorScatter needs opset 24, the target is opset 13/,
  );
});

test("targets", () => {
  expect(resolveTarget({})).toEqual({ opset: 20, ir_version: 9, runtime: "onnxruntime" });
  expect(resolveTarget({ target: "onnxruntime-web@1.17.3" }).opset).toBe(20);
  expect(resolveTarget({ opset_version: 23, target: "onnx" })).toEqual({ opset: 23, ir_version: 11, runtime: null });
  expect(() => resolveTarget({ opset_version: 11 })).toThrow(/target\/opset.*opset 11 is not an opset that can be written/);
  expect(() => resolveTarget({ opset_version: 23, target: "onnxruntime-web@1.20" })).toThrow(/opsets up to 21, not 23/);
  expect(() => resolveTarget({ target: "tensorrt" })).toThrow(/target\/runtime/);
});
