//! ONNX Runtime gives the same answers whatever opset a model is spelled for.
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { numel } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { Graph, Model, Value } from "../../src/onnx/ir/graph.ts";
import { legalize } from "../../src/onnx/legalize/legalize.ts";
import { OpBuilder } from "../../src/onnx/opset/builder.ts";
import { optimize } from "../../src/onnx/passes/optimize.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { spell } from "../../src/onnx/spell.ts";
import { resolveTarget } from "../../src/onnx/target.ts";
import { runtimeArrays } from "../../src/onnx/verify/runtime.ts";
import { type Dim, floordiv, mul, SymEnv } from "../../src/symbolic.ts";

type Input = readonly [dtype: DType, shape: readonly number[]];
interface Row {
  readonly inputs: readonly Input[];
  readonly make: (op: OpBuilder, ...inputs: Value[]) => Value | readonly Value[];
  readonly opsets: readonly number[];
  readonly tolerance?: number;
}

/** Numbers that look random and are the same every time. */
function feed([dtype, shape]: Input, seed: number): ort.Tensor {
  const count = numel(shape);
  let state = seed + 1;
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const type = runtimeArrays[dtype as keyof typeof runtimeArrays];
  const values = Array.from({ length: count }, () => {
    if (dtype === "bool") return next() > 0.5 ? 1 : 0;
    if (dtype.startsWith("float")) return next() * 4 - 2;
    return Math.floor(next() * 100) - (dtype.startsWith("u") ? 0 : 50);
  });
  const data = type === BigInt64Array ? BigInt64Array.from(values.map(BigInt)) : (type as typeof Float32Array).from(values);
  return new ort.Tensor(dtype as "float32", data as Float32Array, [...shape]);
}

async function run({ inputs, make }: Row, opset_version: number): Promise<number[][]> {
  const graph = new Graph("g");
  const model = new Model(graph, new SymEnv());
  const target = resolveTarget({ opset_version });
  model.opset_import.set("", opset_version);
  model.ir_version = target.ir_version;
  // The first dim of each matrix is symbolic: rows must not rely on static shapes.
  for (const [i, [dtype, shape]] of inputs.entries()) {
    const dims = shape.map((d, axis) => (axis === 0 && shape.length > 1 ? model.env.symbol(`N${d}`, 1) : d));
    graph.inputs.push(new Value(`x${i}`, { dtype, shape: dims }));
  }
  const op = new OpBuilder(model, target);
  const results = make(op, ...graph.inputs);
  for (const [i, v] of (results instanceof Value ? [results] : results).entries()) {
    v.name = `y${i}`;
    graph.outputs.push(v);
  }
  optimize(model);
  expect(legalize(model, target)).toEqual([]);
  const session = await ort.InferenceSession.create(encodeModel(spell(model, target)), { logSeverityLevel: 4 });
  const answers = await session.run(Object.fromEntries(inputs.map((x, i) => [`x${i}`, feed(x, i)])));
  return graph.outputs.map((v) => Array.from(answers[v.name as string]?.data as Float32Array, Number));
}

const f32 = (...shape: number[]): Input => ["float32", shape];
const all = [13, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25];
const rows: { readonly [name: string]: Row } = {
  Gelu: { inputs: [f32(3, 4)], make: (op, x) => op.Gelu(x), opsets: all },
  "Gelu tanh": { inputs: [f32(3, 4)], make: (op, x) => op.Gelu(x, { approximate: "tanh" }), opsets: all },
  HardSwish: { inputs: [f32(3, 4)], make: (op, x) => op.HardSwish(x), opsets: all },
  Mish: { inputs: [f32(3, 4)], make: (op, x) => op.Mish(x), opsets: all },
  Swish: { inputs: [f32(3, 4)], make: (op, x) => op.Swish(x, { alpha: 1.5 }), opsets: all },
  LayerNormalization: {
    inputs: [f32(3, 4, 5), f32(4, 5), f32(4, 5)],
    make: (op, x, s, b) => op.LayerNormalization(x, s, b, { axis: 1 }),
    opsets: all,
  },
  RMSNormalization: { inputs: [f32(3, 4, 5), f32(5)], make: (op, x, s) => op.RMSNormalization(x, s), opsets: all },
  GroupNormalization: {
    inputs: [f32(2, 6, 3, 2), f32(6), f32(6)],
    make: (op, x, s, b) => op.GroupNormalization(x, s, b, { num_groups: 3 }),
    opsets: all,
  },
  BitwiseAnd: {
    inputs: [
      ["int64", [20]],
      ["int64", [20]],
    ],
    make: (op, a, b) => op.BitwiseAnd(a, b),
    opsets: all,
  },
  BitwiseOr: {
    inputs: [
      ["int32", [20]],
      ["int32", [20]],
    ],
    make: (op, a, b) => op.BitwiseOr(a, b),
    opsets: all,
  },
  BitwiseXor: {
    inputs: [
      ["uint8", [20]],
      ["uint8", [20]],
    ],
    make: (op, a, b) => op.BitwiseXor(a, b),
    opsets: all,
  },
  BitwiseNot: { inputs: [["int8", [20]]], make: (op, a) => op.BitwiseNot(a), opsets: all },
  Trilu: { inputs: [f32(2, 3, 4)], make: (op, x) => [op.Trilu(x, 1), op.Trilu(x, -1, { upper: 0 })], opsets: all },
  "Trilu of bool": { inputs: [["bool", [3, 4]]], make: (op, x) => op.Trilu(x), opsets: all },
  CastLike: { inputs: [f32(4), ["int32", [1]]], make: (op, x, t) => op.CastLike(x, t), opsets: all },
  HannWindow: {
    inputs: [],
    make: (op) => [op.HannWindow(8), op.HannWindow(8, { periodic: 0 }), op.HammingWindow(7), op.BlackmanWindow(6)],
    opsets: all,
    tolerance: 1e-5,
  },
  "AffineGrid 2d": {
    inputs: [f32(2, 2, 3)],
    make: (op, t) => [op.AffineGrid(t, [2, 3, 4, 5]), op.AffineGrid(t, [2, 3, 4, 5], { align_corners: 1 })],
    opsets: all,
  },
  "AffineGrid 3d": { inputs: [f32(2, 3, 4)], make: (op, t) => op.AffineGrid(t, [2, 3, 2, 4, 5]), opsets: all },
  "Attention 4d": {
    inputs: [f32(2, 4, 3, 8), f32(2, 2, 5, 8), f32(2, 2, 5, 8), ["bool", [3, 5]]],
    make: (op, q, k, v, m) => [
      op.Attention(q, k, v, m),
      op.Attention(q, k, v, { is_causal: 1, scale: 0.5 }),
      op.Attention(q, k, v, { softcap: 2 }),
    ],
    opsets: all,
    tolerance: 1e-5,
  },
  "Attention 3d with a past": {
    inputs: [f32(2, 3, 16), f32(2, 3, 8), f32(2, 3, 8), f32(2, 2, 4, 4), f32(2, 2, 4, 4)],
    make: (op, q, k, v, a, b) => op.outputs(3, "Attention", [q, k, v, null, a, b], { q_num_heads: 4, kv_num_heads: 2, is_causal: 1 }),
    opsets: all,
    tolerance: 1e-5,
  },
  RotaryEmbedding: {
    inputs: [f32(2, 4, 3, 8), f32(2, 3, 4), f32(2, 3, 4), f32(2, 3, 2), f32(2, 3, 32)],
    make: (op, x, c, s, h, w) => [
      op.RotaryEmbedding(x, c, s),
      op.RotaryEmbedding(x, c, s, { interleaved: 1 }),
      op.RotaryEmbedding(x, h, h, { rotary_embedding_dim: 4, num_heads: 4 }),
      op.RotaryEmbedding(w, c, s, { num_heads: 4 }),
    ],
    opsets: all,
    tolerance: 1e-5,
  },
  ReduceMean: {
    inputs: [f32(3, 4, 5)],
    make: (op, x) => [op.ReduceMean(x, [0, -1]), op.ReduceMax(x), op.ReduceL2(x, [1], { keepdims: 0 }), op.ReduceSum(x, [1])],
    opsets: all,
  },
  "ReduceMax of bool": { inputs: [["bool", [3, 4]]], make: (op, x) => op.ReduceMax(x, [1]), opsets: all },
  Split: { inputs: [f32(7, 3)], make: (op, x) => op.Split(x, { num_outputs: 3 }), opsets: all },
  Pad: {
    inputs: [f32(3, 4)],
    make: (op, x) => [op.Pad(x, [1, 2], 5, [1]), op.Pad(x, [1, 1], null, [-2], { mode: "reflect" })],
    opsets: all,
  },
  "Pad around": {
    inputs: [f32(3, 4)],
    make: (op, x) => [op.Pad(x, [1, 2, 0, 1], null, null, { mode: "wrap" }), op.Pad(x, [1, 1], null, [-1], { mode: "wrap" })],
    opsets: all,
  },
  Shape: { inputs: [f32(3, 4, 5)], make: (op, x) => op.Concat(op.Shape(x, { start: 1, end: 2 }), [1], { axis: 0 }), opsets: all },
  Resize: {
    inputs: [f32(1, 2, 3, 4)],
    make: (op, x) => [op.Resize(x, null, null, [6, 8], { axes: [2, 3], mode: "linear" }), op.Resize(x, null, [2, 2], { axes: [2, 3] })],
    opsets: all,
  },
  GridSample: {
    inputs: [f32(1, 2, 4, 4), f32(1, 3, 3, 2)],
    make: (op, x, g) => [op.GridSample(x, g), op.GridSample(x, g, { mode: "cubic", padding_mode: "border" })],
    opsets: all.slice(2),
  },
  DFT: {
    inputs: [f32(2, 8, 3, 2)],
    make: (op, x) => [op.DFT(x, null, 1), op.DFT(x, null, -2, { inverse: 1 })],
    opsets: all.slice(2),
    tolerance: 1e-5,
  },
  "Reshape of nothing": { inputs: [f32(2, 6)], make: (op, x) => op.Reshape(x, [3, 4], { allowzero: 1 }), opsets: all },
  DequantizeLinear: {
    inputs: [["uint8", [4]]],
    make: (op, x) => op.DequantizeLinear(x, op.scalar(0.5, "float32"), op.scalar(3, "uint8")),
    opsets: all,
  },
  QuantizeLinear: {
    inputs: [f32(4)],
    make: (op, x) => op.QuantizeLinear(x, op.scalar(0.5, "float32"), { output_dtype: "int8" }),
    opsets: all,
  },
  "bool arithmetic": {
    inputs: [
      ["bool", [20]],
      ["bool", [20]],
    ],
    make: (op, a, b) => [op.Max(a, b), op.Where(a, b, a), op.Less(a, b), op.Pad(a, [1, 1])].slice(1),
    opsets: all,
  },
  "int16 where kernels have none": {
    inputs: [
      ["int16", [20]],
      ["int16", [20]],
    ],
    make: (op, a, b) => [op.Max(a, b), op.Clip(a, -3, 3), op.Where(op.Less(a, b), a, b)],
    opsets: all,
  },
  "formulas in float64": {
    inputs: [["float64", [20]]],
    make: (op, x) => [
      op.Softplus(x),
      op.Tan(x),
      op.Sinh(x),
      op.Cosh(x),
      op.Elu(x, { alpha: 0.5 }),
      op.Selu(x),
      op.LeakyRelu(x),
      op.HardSigmoid(x),
      op.Softsign(x),
      op.HardSwish(x),
      op.Mish(x),
    ],
    opsets: all,
    tolerance: 1e-6,
  },
  "sizes computed": {
    inputs: [f32(3, 4, 5)],
    make: (op, x) => op.reshape(x, [mul(x.shape[0] as Dim, 2), floordiv(mul(x.shape[0] as Dim, 10), x.shape[0] as Dim)]),
    opsets: all,
  },
};

const names = Object.keys(rows);
test.each(names)("%s", async (name) => {
  const row = rows[name] as Row;
  const wanted = await run(row, 26);
  for (const opset of row.opsets) {
    const got = await run(row, opset);
    expect(got.length).toBe(wanted.length);
    got.forEach((values, i) => {
      expect(values.length, `opset ${opset}, output ${i}`).toBe(wanted[i]?.length);
      const apart = Math.max(0, ...values.map((v, k) => Math.abs(v - (wanted[i]?.[k] ?? Number.NaN))));
      expect(apart, `opset ${opset}, output ${i}: [${values}] for [${wanted[i]}]`).toBeLessThanOrEqual(row.tolerance ?? 2e-6);
    });
  }
});

/** Formulas of legalize against JavaScript's: the reference above runs the same formulas. */
test("float64 formulas are right", async () => {
  const x: Input = ["float64", [9]];
  const data = Array.from(feed(x, 0).data as Float64Array);
  const make: Row["make"] = (op, v) => [
    op.Softplus(v),
    op.Tan(v),
    op.Sinh(v),
    op.Cosh(v),
    op.Elu(v, { alpha: 0.5 }),
    op.Softsign(v),
    op.Mish(v),
    op.HardSwish(v),
  ];
  const softplus = (v: number) => Math.log1p(Math.exp(v));
  const formulas = [
    softplus,
    Math.tan,
    Math.sinh,
    Math.cosh,
    (v: number) => (v < 0 ? 0.5 * Math.expm1(v) : v),
    (v: number) => v / (1 + Math.abs(v)),
    (v: number) => v * Math.tanh(softplus(v)),
    (v: number) => v * Math.min(Math.max(v / 6 + 0.5, 0), 1),
  ];
  const got = await run({ inputs: [x], make, opsets: [] }, 20);
  formulas.forEach((f, i) => {
    for (const [k, v] of data.entries()) expect(got[i]?.[k], `${i} of ${v}`).toBeCloseTo(f(v), 12);
  });
});

test("bitwise ops are right bit by bit", async () => {
  const inputs: Input[] = [
    ["int64", [50]],
    ["int64", [50]],
  ];
  const [a, b] = inputs.map((x, i) => Array.from(feed(x, i).data as BigInt64Array, Number)) as [number[], number[]];
  const got = await run(
    { inputs, make: (op, x, y) => [op.BitwiseAnd(x, y), op.BitwiseOr(x, y), op.BitwiseXor(x, y), op.BitwiseNot(x)], opsets: [] },
    13,
  );
  expect(got).toEqual([
    a.map((v, i) => v & (b[i] as number)),
    a.map((v, i) => v | (b[i] as number)),
    a.map((v, i) => v ^ (b[i] as number)),
    a.map((v) => ~v),
  ]);
});

test("a cumulative product scans", async () => {
  const inputs: Input[] = [["float32", [2, 3]]];
  const [p, q, r] = Array.from(feed(inputs[0] as Input, 0).data as Float32Array) as [number, number, number];
  const make: Row["make"] = (op, x) => [op.CumProd(x, 1), op.CumProd(x, 1, { exclusive: 1 }), op.CumProd(x, -1, { reverse: 1 })];
  const [plain, exclusive, reverse] = (await run({ inputs, make, opsets: [] }, 20)) as [number[], number[], number[]];
  for (const [i, v] of [p, p * q, p * q * r].entries()) expect(plain[i]).toBeCloseTo(v, 5);
  for (const [i, v] of [1, p, p * q].entries()) expect(exclusive[i]).toBeCloseTo(v, 5);
  for (const [i, v] of [p * q * r, q * r, r].entries()) expect(reverse[i]).toBeCloseTo(v, 5);
});
