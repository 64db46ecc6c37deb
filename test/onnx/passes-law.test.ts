//! Law: optimizing changes nothing that ONNX Runtime computes, on random graphs.
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { cloneModel } from "../../src/onnx/ir/clone.ts";
import { Graph, Model, Value } from "../../src/onnx/ir/graph.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { legalize } from "../../src/onnx/legalize/legalize.ts";
import { OpBuilder } from "../../src/onnx/opset/builder.ts";
import { optimize } from "../../src/onnx/passes/optimize.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { spell } from "../../src/onnx/spell.ts";
import { resolveTarget } from "../../src/onnx/target.ts";
import { type Dim, SymEnv } from "../../src/symbolic.ts";

/** Adds one node: values so far (all f32[N, 4, 6]-like, of rank 3), a number to choose by. */
type Step = (op: OpBuilder, x: Value, y: Value, k: number) => Value;
const weights = (n: number, k: number): number[] => Array.from({ length: n }, (_, i) => ((i * 7 + k) % 11) / 5 - 1);

/** All results have the shape of x: any two values fit together. */
const steps: readonly Step[] = [
  (op, x, _, k) => op.Mul(x, [1, 2, 0.5][k % 3] as number),
  (op, x, _, k) => op.Add(x, [0, 1][k % 2] as number),
  (op, x, _, k) => op.Sub(x, [0, 1][k % 2] as number),
  (op, x, _, k) => op.Div(x, [1, 4][k % 2] as number),
  (op, x) => op.Identity(x),
  (op, x) => op.Neg(x),
  (op, x) => op.Relu(x),
  (op, x) => op.Tanh(x),
  (op, x, y) => op.Add(x, y),
  (op, x, y) => op.Where(op.Less(x, y), x, y),
  (op, x, y, k) => op.Where(op.Expand(op.constant("bool", [], [k % 2 === 0]), op.Shape(x)), x, y),
  (op, x) => op.Cast(op.Cast(x, { to: "float64" }), { to: "float32" }),
  (op, x) => op.Reshape(op.Reshape(x, [0, -1]), op.Shape(x)),
  (op, x) => op.Transpose(op.Transpose(x, { perm: [2, 0, 1] }), { perm: [1, 2, 0] }),
  (op, x, _, k) => op.Reshape(op.Unsqueeze(x, [k % 3]), op.Concat([-1], op.Shape(x, { start: 1 }), { axis: 0 })),
  (op, x, _, k) => op.Concat(op.Slice(x, [0], [2], [1]), op.Slice(x, [2], [9], [1]), { axis: k % 2 === 0 ? 1 : -2 }),
  (op, x, _, k) => op.Concat(op.Slice(x, [3], [99], [2]), op.Slice(x, [0], [3], [2]), { axis: 2 + (k - k) }),
  (op, x) => op.Concat(...op.Split(x, { axis: 2, num_outputs: 2 }).reverse(), { axis: 2 }),
  (op, x, _, k) => op.MatMul(x, op.Transpose(op.constant("float32", [6, 6], weights(36, k)), { perm: [1, 0] })),
  (op, x, _, k) => op.Reshape(op.MatMul(op.Reshape(x, [-1, 6]), op.constant("float32", [6, 6], weights(36, k))), [-1, 4, 6]),
  (op, x, _, k) => op.Mul(x, op.Sqrt(op.Abs(op.Sub(op.constant("float32", [4, 1], weights(4, k)), 1)))),
  (op, x, _, k) => {
    const row = (n: number): Value =>
      op.constant(
        "float32",
        [4],
        weights(4, k + n).map((w) => Math.abs(w) + 0.5),
      );
    const conv = op.Conv(x, op.constant("float32", [4, 4, 1], weights(16, k)), k % 2 === 0 ? row(3) : null);
    return op.BatchNormalization(conv, row(0), row(1), row(2), row(4));
  },
  (op, x, _, k) =>
    op.Conv(op.Pad(x, [0, 0, 1, 0, 0, 1]), op.constant("float32", [4, 4, 3], weights(48, k)), op.constant("float32", [4], [0, 0, 0, 0])),
  (op, x) => op.Sub(x, op.ReduceMean(x, [-1])),
  (op, x) => op.Add(x, op.cast(op.reshape(op.dim(x.shape[0] as Dim as never), [1]), "float32")),
];

async function answers(model: Model, x: ort.Tensor): Promise<number[][]> {
  const target = resolveTarget({});
  const copy = cloneModel(model);
  legalize(copy, target);
  const options = { logSeverityLevel: 4, graphOptimizationLevel: "disabled" } as const;
  const session = await ort.InferenceSession.create(encodeModel(spell(copy, target)), options);
  const result = await session.run({ x });
  return session.outputNames.map((name) => Array.from(result[name]?.data as Float32Array));
}

test("optimize preserves what a model computes", async () => {
  const choice = fc.tuple(fc.nat(steps.length - 1), fc.nat(99), fc.nat(99), fc.nat(99));
  await fc.assert(
    fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 14 }), fc.nat(3), async (choices, outputs) => {
      const env = new SymEnv();
      const graph = new Graph("g");
      const input = new Value("x", { dtype: "float32", shape: [env.symbol("N", 1), 4, 6] });
      graph.inputs.push(input);
      const model = new Model(graph, env);
      const op = new OpBuilder(model, resolveTarget({}));
      const values: Value[] = [input];
      for (const [step, a, b, k] of choices) {
        // Recent values first, so that chains are long.
        const pick = (i: number): Value => values[Math.max(values.length - 1 - (i % 4), 0)] as Value;
        const made = (steps[step] as Step)(op, pick(a), pick(b), k);
        op.retype(made, input.shape);
        values.push(made);
      }
      for (const [i, v] of [...new Set(values.slice(1).reverse())].slice(0, outputs + 1).entries()) {
        if (v.producer === null || v.source) continue;
        v.name = `y${i}`;
        graph.outputs.push(v);
      }
      fc.pre(graph.outputs.length > 0);
      const x = new ort.Tensor("float32", Float32Array.from(weights(2 * 4 * 6, 3)), [2, 4, 6]);
      const before = print(model);
      const wanted = await answers(model, x);
      const names = graph.outputs.map((v) => v.name);
      optimize(model);
      expect(graph.outputs.map((v) => v.name)).toEqual(names);
      const got = await answers(model, x);
      got.forEach((values, i) => {
        const reference = wanted[i] as number[];
        const scale = Math.max(1, ...reference.map(Math.abs));
        const apart = Math.max(...values.map((v, j) => Math.abs(v - (reference[j] as number))));
        expect(apart, `${before}\n\nbecame\n\n${print(model)}`).toBeLessThan(1e-4 * scale);
      });
    }),
    { numRuns: 40 },
  );
}, 600_000);
