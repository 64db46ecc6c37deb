//! Law: what inference says of a value without knowing sizes is what evaluation finds for any sizes, on random graphs.
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../src/onnx/evaluate/evaluate.ts";
import { Tensor } from "../../src/onnx/evaluate/tensor.ts";
import { Graph, Model, Value } from "../../src/onnx/ir/graph.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { OpBuilder } from "../../src/onnx/opset/builder.ts";
import { newestOpset } from "../../src/onnx/opset/schemas.gen.ts";
import { type Dim, SymEnv, show } from "../../src/symbolic.ts";
import { evaluate as sizeOf, symbolsOf } from "../../src/symbolic-values.ts";

/** Adds nodes on `x` and `y`, any two values of the graph; null where they do not fit. */
type Step = (op: OpBuilder, x: Value, y: Value, k: number) => Value | null;

const isFloat = (x: Value): boolean => x.dtype === "float32";
const isVector = (x: Value): boolean => x.dtype === "int64" && x.rank === 1;
/** An axis of `x`, from either end. */
const axisOf = (x: Value, k: number): number => (k % (2 * x.rank)) - x.rank;

const steps: { readonly [name: string]: Step } = {
  shape: (op, x) => op.Shape(x),
  shapePart: (op, x, _, k) => op.Shape(x, { start: -1 - (k % 3) }),
  size: (op, x) => op.Size(x),
  sizeOfDim: (op, x, _, k) => (x.rank > 0 ? op.Gather(op.Shape(x), op.constant("int64", [], [axisOf(x, k)]), { axis: 0 }) : null),
  add: (op, x, y) => (x.dtype === y.dtype && x.dtype !== "bool" ? op.Add(x, y) : null),
  multiply: (op, x, y) => (x.dtype === y.dtype && x.dtype !== "bool" ? op.Mul(x, y) : null),
  halve: (op, x) => (x.dtype === "int64" ? op.Div(x, op.constant("int64", [], [2])) : null),
  remainder: (op, x) => (x.dtype === "int64" ? op.Mod(x, op.constant("int64", [], [3])) : null),
  less: (op, x, y) => (x.dtype === y.dtype && x.dtype !== "bool" ? op.Less(x, y) : null),
  where: (op, x, y) => (x.dtype === y.dtype && x.dtype !== "bool" ? op.Where(op.Less(x, y), x, y) : null),
  cast: (op, x, _, k) => op.cast(x, (["int64", "float32", "bool"] as const)[k % 3] as "int64"),
  relu: (op, x) => (isFloat(x) ? op.Relu(x) : null),
  transpose: (op, x, _, k) => {
    const perm = Array.from({ length: x.rank }, (_, i) => (i + k) % x.rank);
    return x.rank > 1 ? op.Transpose(x, { perm }) : null;
  },
  flatten: (op, x, _, k) => (x.rank > 0 ? op.Flatten(x, { axis: axisOf(x, k) }) : null),
  asVector: (op, x) => op.Reshape(x, [-1]),
  keepFirst: (op, x) => (x.rank > 0 ? op.Reshape(x, [0, -1]) : null),
  unsqueeze: (op, x, _, k) => (x.rank < 5 ? op.Unsqueeze(x, [(k % (x.rank + 1)) - x.rank - 1]) : null),
  squeeze: (op, x) => op.Squeeze(op.Unsqueeze(x, [0]), [0]),
  concat: (op, x, _, k) => (x.rank > 0 ? op.Concat(x, x, x, { axis: axisOf(x, k) }) : null),
  concatVectors: (op, x, y) => (isVector(x) && isVector(y) ? op.Concat(x, y, { axis: 0 }) : null),
  split: (op, x, _, k) => (x.rank > 0 ? (op.Split(x, { axis: axisOf(x, k), num_outputs: 2 })[k % 2] as Value) : null),
  slice: (op, x, _, k) => (x.rank > 0 ? op.Slice(x, [(k % 5) - 2], [(k % 7) - 1], [axisOf(x, k)]) : null),
  sliceSteps: (op, x, _, k) => (x.rank > 0 ? op.Slice(x, [0], [9999], [axisOf(x, k)], [1 + (k % 3)]) : null),
  sliceBack: (op, x, _, k) => (x.rank > 0 ? op.Slice(x, [-1], [-9999], [axisOf(x, k)], [-1 - (k % 2)]) : null),
  pad: (op, x, _, k) => (x.rank > 0 ? op.Pad(x, [1, k % 3], null, [axisOf(x, k)]) : null),
  tile: (op, x, _, k) =>
    x.rank > 0
      ? op.Tile(
          x,
          Array.from({ length: x.rank }, (_, i) => 1 + ((i + k) % 2)),
        )
      : null,
  expand: (op, x, y) => op.Expand(x, op.Concat(op.Shape(y), op.Shape(x), { axis: 0 })),
  gather: (op, x, _, k) => (x.rank > 0 ? op.Gather(x, op.constant("int64", [2, 1], [0, -1]), { axis: axisOf(x, k) }) : null),
  sum: (op, x, _, k) => (x.rank > 0 && x.dtype !== "bool" ? op.ReduceSum(x, [axisOf(x, k)], { keepdims: k % 2 }) : null),
  product: (op, x) => (isVector(x) ? op.ReduceProd(x, [0], { keepdims: 0 }) : null),
  argmax: (op, x, _, k) => (x.rank > 0 && x.dtype !== "bool" ? op.ArgMax(x, { axis: axisOf(x, k), keepdims: k % 2 }) : null),
  topK: (op, x, _, k) => (x.rank > 0 && isFloat(x) ? (op.TopK(x, [1], { axis: axisOf(x, k) })[k % 2] as Value) : null),
  matmul: (op, x) => (isFloat(x) && x.rank === 2 ? op.MatMul(x, op.Transpose(x, { perm: [1, 0] })) : null),
  softmax: (op, x, _, k) => (isFloat(x) && x.rank > 0 ? op.Softmax(x, { axis: axisOf(x, k) }) : null),
  range: (op, x) =>
    op.Range(op.constant("int64", [], [0]), op.Min(op.Size(x), op.constant("int64", [], [50])), op.constant("int64", [], [2])),
  constantOfShape: (op, x) => op.ConstantOfShape(op.Shape(x)),
  pool: (op, x, _, k) =>
    isFloat(x) && x.rank === 3 ? op.MaxPool(x, { kernel_shape: [2], strides: [1 + (k % 2)], pads: [1, 1], ceil_mode: k % 2 }) : null,
  depthToSpace: (op, x) =>
    isFloat(x) && x.rank === 2 ? op.DepthToSpace(op.Tile(op.Unsqueeze(x, [0, 1]), [1, 4, 1, 1]), { blocksize: 2 }) : null,
  nonZero: (op, x) => (x.rank > 0 ? op.NonZero(x) : null),
  trilu: (op, x) => (x.rank >= 2 && x.dtype !== "bool" ? op.Trilu(x) : null),
};
const names = Object.keys(steps);

/** Elements that keep any arithmetic of a few steps within float32 and int64. */
const elements = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 7) % 5) - 2);

const tooLarge = 20_000;

/** The value of `d`; null where evaluation alone knows it. Sizes for which operands do not broadcast are no example. */
function known(d: Dim, sizes: { readonly [name: string]: number }): number | null {
  if (!symbolsOf(d).every((name) => name in sizes)) return null;
  try {
    return sizeOf(d, (name) => sizes[name] as number);
  } catch (error) {
    fc.pre(!String(error).includes("[symbolic/broadcast]"));
    throw error;
  }
}

test("symbolic shapes and elements are what evaluation finds", () => {
  const choice = fc.tuple(fc.constantFrom(...names), fc.nat(99), fc.nat(99), fc.nat(99));
  const sizes = fc.record({ N: fc.integer({ min: 1, max: 6 }), M: fc.integer({ min: 1, max: 6 }) });
  fc.assert(
    fc.property(fc.array(choice, { minLength: 1, maxLength: 10 }), sizes, (choices, at) => {
      const env = new SymEnv();
      const graph = new Graph("g");
      const [n, m] = [env.symbol("N", 1), env.symbol("M", 1)];
      const x = new Value("x", { dtype: "float32", shape: [n, 4, m] });
      const y = new Value("y", { dtype: "int64", shape: [n, 1] });
      graph.inputs.push(x, y);
      const model = new Model(graph, env);
      model.opset_import.set("", newestOpset);
      const op = new OpBuilder(model, { opset: newestOpset, ir_version: 0, runtime: null });
      const values: Value[] = [x, y];
      for (const [name, a, b, k] of choices) {
        const pick = (i: number): Value => values[Math.max(values.length - 1 - (i % 5), 0)] as Value;
        const [p, q] = [pick(a), pick(b)];
        if ([p, q].some((v) => v.shape.reduce((size: number, d) => size * (known(d, at) ?? 1), 1) > tooLarge)) continue;
        try {
          const made = (steps[name] as Step)(op, p, q, k);
          if (made !== null) values.push(made);
        } catch (error) {
          // Two values that do not broadcast, or an axis too short for what is taken of it.
          if (!/\[infer\/(broadcast|dims|value)\]/.test(String(error))) throw error;
        }
      }
      const results = [...new Set(values.filter((v) => v.producer !== null && v.source === null))];
      results.forEach((v, i) => {
        v.name = `v${i}`;
      });
      graph.outputs.push(...results);
      const feeds = {
        x: Tensor.from(elements(4 * at.N * at.M), "float32", [at.N, 4, at.M]),
        y: Tensor.from(elements(at.N).map(BigInt), "int64", [at.N, 1]),
      };
      let found: Tensor[];
      try {
        found = evaluate(model, feeds) as Tensor[];
      } catch (error) {
        // Sizes for which operands do not broadcast after all, or an axis has nothing to take from.
        fc.pre(!/\[(core\/broadcast|core\/index|core\/empty-reduction|core\/topk|core\/reshape)\]/.test(String(error)));
        throw error;
      }
      const text = print(model, { types: true });
      results.forEach((v, i) => {
        const tensor = found[i] as Tensor;
        expect(tensor.dtype, text).toBe(v.dtype);
        expect(tensor.shape.length, text).toBe(v.rank);
        v.shape.forEach((d, k) => {
          const size = known(d, at);
          if (size !== null)
            expect(`${v.name} dim ${k}: ${show(d)} = ${tensor.shape[k]}`, text).toBe(`${v.name} dim ${k}: ${show(d)} = ${size}`);
        });
        v.data?.forEach((d, k) => {
          const element = known(d, at);
          if (element !== null)
            expect(`${v.name}[${k}]: ${show(d)} = ${tensor.tolist()[k]}`, text).toBe(`${v.name}[${k}]: ${show(d)} = ${element}`);
        });
      });
    }),
    { numRuns: 300 },
  );
});
