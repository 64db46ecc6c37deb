/**
 * @file How ONNX says random tensors. Its generators are the runtime's: the distribution is PyTorch's, the numbers are not. Seeds are not
 * given here: `seed.ts` gives each node its own.
 */

import { each } from "../../aten/broadcast.ts";
import { randints } from "../../aten/random.ts";
import type { Op } from "../../aten/table.ts";
import { largestInteger } from "../../core/ops/random.ts";
import type { DType } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { filled } from "./creation.ts";
import { type Int, staticShape } from "./ints.ts";
import { type Numeric, operand } from "./operand.ts";
import type { LoweringTable, Results } from "./table.ts";

type Result = Results[number];

/** Random* where all sizes are numbers, Random*Like a tensor of the shape otherwise. The runtime's generators draw float32 and float64. */
function draw(kind: "Uniform" | "Normal", range: object, result: Result, op: OpBuilder): Value {
  const dtype = result.dtype === "float64" ? "float64" : "float32";
  const shape = staticShape(result.shape);
  const x =
    shape === null
      ? op[`Random${kind}Like`](filled(0, { dtype, shape: result.shape }, op), { dtype, ...range })
      : op[`Random${kind}`]({ dtype, shape, ...range });
  return op.cast(x, result.dtype);
}
/** What distributions are computed in: the functions that make them of uniform numbers would overflow in low precision. */
const widely = ({ dtype, shape }: Result): Result => ({ dtype: dtype === "float64" ? "float64" : "float32", shape });

/** Uniform numbers in [0, 1). */
export const uniform = (result: Result, op: OpBuilder): Value => draw("Uniform", {}, result, op);
/** Standard normal numbers. */
export const normal = (result: Result, op: OpBuilder): Value => draw("Normal", {}, result, op);

const draws = <N extends Op>(names: readonly N[], kind: "Uniform" | "Normal") =>
  each(
    names,
    () =>
      (_: object, op: OpBuilder, [result]: Results): Value =>
        draw(kind, {}, result as Result, op),
  );

/** floor(low + u * (high - low)) with u in [0, 1). */
function between(low: Numeric, high: Numeric, { dtype, shape }: Result, op: OpBuilder): Value {
  const u = uniform({ dtype: "float64", shape }, op);
  const [from, to] = [operand(op, low, "float64"), operand(op, high, "float64")];
  return op.cast(op.Floor(op.Add(op.Mul(u, op.Sub(to, from)), from)), dtype);
}
const integers = ({ low = 0, high }: { low?: Numeric; high: Numeric }, op: OpBuilder, [result]: Results): Value =>
  between(low, high, result as Result, op);
/** Up to the largest integer that random_ draws in `dtype`. */
const untilLargest = (low: Int, result: Result, op: OpBuilder): Value =>
  between(low, Number(largestInteger(result.dtype) + 1n), result, op);

/** u < p, as numbers of the result's dtype: what ONNX's Bernoulli is defined to be. */
function chance(p: Numeric, op: OpBuilder, { dtype, shape }: Result): Value {
  const drawn: DType = typeof p === "object" && "dtype" in p && p.dtype === "float64" ? "float64" : "float32";
  return op.cast(op.Less(uniform({ dtype: drawn, shape }, op), operand(op, p, drawn)), dtype);
}

/** -log(1 - u) / lambda */
function exponential(lambda: number, result: Result, op: OpBuilder): Value {
  const u = uniform(widely(result), op);
  const x = op.Neg(op.Log(op.Sub(op.scalar(1, u.dtype), u)));
  return op.cast(lambda === 1 ? x : op.Div(x, lambda), result.dtype);
}

export const random = {
  ...draws(["aten::rand", "aten::rand.generator", "aten::rand_like", "aten::rand_like.generator"], "Uniform"),
  ...draws(["aten::randn", "aten::randn.generator", "aten::randn_like", "aten::randn_like.generator"], "Normal"),
  ...each(randints, () => integers),
  "aten::random": (_, op, [result]) => untilLargest(0, result as Result, op),
  "aten::random.to": ({ to }, op, [result]) => between(0, to, result as Result, op),
  "aten::random.from": ({ from, to }, op, [result]) =>
    to === null ? untilLargest(from, result as Result, op) : between(from, to, result as Result, op),
  // The order of n random numbers.
  ...each(["aten::randperm", "aten::randperm.generator"], () => (_: object, op: OpBuilder, [result]: Results): Value => {
    const { dtype, shape } = result as Result;
    const keys = uniform({ dtype: "float32", shape }, op);
    const [, order] = op.TopK(keys, op.dims(shape), { axis: 0 });
    return op.cast(order, dtype);
  }),
  "aten::bernoulli": ({ self }, op, [result]) => chance(self, op, result as Result),
  "aten::bernoulli.p": ({ p }, op, [result]) => chance(p, op, result as Result),
  "aten::bernoulli.Tensor": ({ p }, op, [result]) => chance(p, op, result as Result),
  "aten::uniform": ({ from, to }, op, [result]) => draw("Uniform", { low: Number(from), high: Number(to) }, result as Result, op),
  "aten::normal_functional": ({ mean, std }, op, [result]) =>
    draw("Normal", { mean: Number(mean), scale: Number(std) }, result as Result, op),
  "aten::exponential": ({ lambd }, op, [result]) => exponential(Number(lambd), result as Result, op),
  "aten::log_normal": ({ mean, std }, op, [result]) =>
    op.cast(op.Exp(draw("Normal", { mean: Number(mean), scale: Number(std) }, widely(result as Result), op)), (result as Result).dtype),
  // median + sigma * tan(pi * (u - 1/2))
  "aten::cauchy": ({ median, sigma }, op, [result]) => {
    const u = uniform(widely(result as Result), op);
    const x = op.Mul(op.Tan(op.Mul(op.Sub(u, 0.5), Math.PI)), Number(sigma));
    return op.cast(op.Add(x, Number(median)), (result as Result).dtype);
  },
  // ceil(log(1 - u) / log(1 - p)), and the first trial for u = 0.
  "aten::geometric": ({ p }, op, [result]) => {
    const { dtype, shape } = result as Result;
    const u = uniform({ dtype: "float64", shape }, op);
    const trials = op.Ceil(op.Div(op.Log(op.Sub(op.scalar(1, "float64"), u)), Math.log1p(-Number(p))));
    return op.cast(op.Max([trials, op.scalar(1, "float64")]), dtype);
  },
} satisfies LoweringTable;
