/**
 * @file Random numbers of the one generator that ONNX Runtime keeps in opsets from 22 on, the mask of a Dropout that trains: fair bits, which
 * are new in each run, and whose sums are uniform numbers.
 */

import { type DType, fromOnnx } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { Attributes, AttributeValue } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { attr, given } from "./expand-operands.ts";

/** The type that an attribute gives by its name or its ONNX number, and else `otherwise`. */
function drawnType(dtype: AttributeValue, otherwise: DType): DType {
  if (typeof dtype === "number" || typeof dtype === "bigint") return fromOnnx(Number(dtype), "the dtype of random numbers");
  return typeof dtype === "string" ? (dtype as DType) : otherwise;
}
/** What distributions are computed in. */
const wide = (dtype: DType): DType => (dtype === "float64" ? "float64" : "float32");

/** The sizes of what is drawn, as a value, and how many. */
interface Sizes {
  readonly rank: number;
  readonly sizes: Value;
}
const sizesOf = (op: OpBuilder, value: AttributeValue): Sizes => {
  const numbers = (value as readonly (number | bigint)[]).map(Number);
  return { rank: numbers.length, sizes: op.constant("int64", [numbers.length], numbers) };
};
/** Read off `x` itself: no other value need know sizes that only the data decide. */
const like = (op: OpBuilder, x: Value): Sizes => ({ rank: x.rank, sizes: op.Shape(x) });
/** With `before` in front. */
const within = (op: OpBuilder, before: number, { rank, sizes }: Sizes): Sizes => ({
  rank: rank + 1,
  sizes: op.Concat([op.constant("int64", [1], [before]), sizes], { axis: 0 }),
});

/** Numbers in [0, 1), multiples of 2^-24 (float32) or 2^-53 (float64), each as likely. */
function uniform(op: OpBuilder, dtype: DType, shape: Sizes, attributes: Attributes): Value {
  const bits = dtype === "float64" ? 53 : 24;
  const ones = op.Expand(op.scalar(1, "float32"), within(op, bits, shape).sizes);
  const seed = attributes.seed === undefined ? {} : { seed: Math.trunc(attr.number(attributes, "seed", 0)) };
  const [, kept] = op.outputs(2, "Dropout", [ones, op.scalar(0.5, "float32"), op.scalar(true, "bool")], seed);
  const weights = Array.from({ length: bits }, (_, k) => 2 ** -(k + 1));
  const places = op.constant(dtype, [bits, ...new Array<number>(shape.rank).fill(1)], weights);
  return op.ReduceSum(op.Mul(op.cast(kept as Value, dtype), places), [0], { keepdims: 0 });
}

function uniformBetween(op: OpBuilder, dtype: DType, shape: Sizes, attributes: Attributes): Value {
  const [low, high] = [attr.number(attributes, "low", 0), attr.number(attributes, "high", 1)];
  const u = uniform(op, wide(dtype), shape, attributes);
  return op.cast(low === 0 && high === 1 ? u : op.Add(op.Mul(u, high - low), low), dtype);
}

/** Box and Muller: sqrt(-2 log(1 - u)) cos(2 pi v), with u and v of one draw, so that one seed serves both. */
function normal(op: OpBuilder, dtype: DType, shape: Sizes, attributes: Attributes): Value {
  const drawn = wide(dtype);
  const pair = uniform(op, drawn, within(op, 2, shape), attributes);
  const [u, v] = op.outputs(2, "Split", [pair], { axis: 0, num_outputs: 2 }).map((x) => op.Squeeze(x, [0])) as [Value, Value];
  const radius = op.Sqrt(op.Mul(op.Log(op.Sub(op.scalar(1, drawn), u)), -2));
  // cos(2 pi v) is sin of a quarter turn more; ONNX Runtime has no Cos of float64.
  const x = op.Mul(radius, op.Sin(op.Mul(op.Add(v, 0.25), 2 * Math.PI)));
  return op.cast(op.Add(op.Mul(x, attr.number(attributes, "scale", 1)), attr.number(attributes, "mean", 0)), dtype);
}

export const random: ExpandTable = {
  RandomUniform: (op, _, attributes) =>
    uniformBetween(op, drawnType(attributes.dtype, "float32"), sizesOf(op, attributes.shape), attributes),
  RandomUniformLike: (op, inputs, attributes) => {
    const x = given(inputs, 0);
    return uniformBetween(op, drawnType(attributes.dtype, x.dtype), like(op, x), attributes);
  },
  RandomNormal: (op, _, attributes) => normal(op, drawnType(attributes.dtype, "float32"), sizesOf(op, attributes.shape), attributes),
  RandomNormalLike: (op, inputs, attributes) => {
    const x = given(inputs, 0);
    return normal(op, drawnType(attributes.dtype, x.dtype), like(op, x), attributes);
  },
  // The class whose logarithm plus a Gumbel number, -log(-log u), is largest.
  Multinomial: (op, inputs, attributes) => {
    const logits = given(inputs, 0);
    const count = op.constant("int64", [1], [attr.number(attributes, "sample_size", 1)]);
    const [rows, classes] = op.outputs(2, "Split", [op.Shape(logits)], { axis: 0, num_outputs: 2 }) as [Value, Value];
    const drawn = { rank: 3, sizes: op.Concat([rows, count, classes], { axis: 0 }) };
    const u = uniform(op, wide(logits.dtype), drawn, attributes);
    const gumbel = op.Neg(op.Log(op.Neg(op.Log(op.Max([u, op.scalar(2 ** -30, u.dtype)])))));
    const scores = op.Add(op.Unsqueeze(op.cast(logits, u.dtype), [1]), gumbel);
    return op.cast(op.ArgMax(scores, { axis: 2, keepdims: 0 }), drawnType(attributes.dtype, "int32"));
  },
};
