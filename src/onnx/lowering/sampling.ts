/** @file How ONNX says random tensors whose parameters are tensors: categories, counts, gamma and Dirichlet numbers. */

import { broadcastShapes } from "../../aten/broadcast.ts";
import type { DType } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type Int, staticInts } from "./ints.ts";
import { normal, uniform } from "./random.ts";
import type { LoweringTable } from "./table.ts";

/** With replacement, or one: Multinomial, which takes logarithms in rows. */
function withReplacement(weights: Value, count: number, op: OpBuilder): Value {
  const logits = op.Log(op.cast(weights, "float32"));
  const options = { dtype: "int64", sample_size: count } as const;
  if (weights.rank === 2) return op.Multinomial(logits, options);
  return op.Squeeze(op.Multinomial(op.Unsqueeze(logits, [0]), options), [0]);
}

/** Without: each category waits an exponential time of its weight as rate; the first `count` to come are drawn. -log(u) is never 0, so no 0 / 0 comes. */
function withoutReplacement(weights: Value, count: Int, op: OpBuilder): Value {
  const wide = op.cast(weights, "float64");
  const times = op.Neg(op.Log(uniform({ dtype: "float64", shape: weights.shape }, op)));
  const k = typeof count === "number" ? op.constant("int64", [1], [count]) : op.reshape(count, [1]);
  return op.TopK(op.Div(wide, times), k, { axis: -1 })[1] as Value;
}

/** Whether any is true, as a scalar. */
const any = (x: Value, op: OpBuilder): Value => op.Greater(op.ReduceSum(op.cast(x, "int64"), null, { keepdims: 0 }), 0);

/** Below this logarithm of a probability, what is left is nothing in double precision. */
const nothingLeft = -745;

/**
 * Counts by inversion: how often u exceeds the running sum of the probabilities of 0, 1, 2, …. `first` is the logarithm of that of 0, `ratio`
 * that of the quotient of the probabilities of k and k - 1. All float64, of one shape. Where rounding keeps the sum below u, counting
 * stops when probabilities have fallen to nothing.
 */
function inversion(first: Value, ratio: (op: OpBuilder, k: Value) => Value, op: OpBuilder): Value {
  const { shape } = first;
  const u = uniform({ dtype: "float64", shape }, op);
  const [float, bool] = [
    { dtype: "float64" as DType, shape },
    { dtype: "bool" as DType, shape },
  ];
  const formals = [{ dtype: "int64" as DType, shape: [] }, { dtype: "bool" as DType, shape: [] }, float, float, float, bool];
  const body = op.subgraph("inversion", formals, (inner, [step, , log, sum, count, going]) => {
    const quotient = ratio(inner, inner.Add(inner.cast(step as Value, "float64"), 1));
    const next = inner.Add(log as Value, quotient);
    const total = inner.Add(sum as Value, inner.Exp(next));
    const alive = inner.Or(inner.Greater(next, nothingLeft), inner.Greater(quotient, 0));
    const goes = inner.And(inner.And(going as Value, inner.Greater(u, total)), alive);
    return [any(goes, inner), next, total, inner.Add(count as Value, inner.cast(going as Value, "float64")), goes];
  });
  const sum = op.Exp(first);
  const going = op.Greater(u, sum);
  const zeros = op.Expand(op.scalar(0, "float64"), op.dims(shape));
  return op.outputs(4, "Loop", [null, any(going, op), first, sum, zeros, going], { body })[2] as Value;
}

/** p(0) = exp(-rate), p(k) / p(k - 1) = rate / k. */
function poisson(rates: Value, op: OpBuilder): Value {
  const rate = op.cast(rates, "float64");
  const log = op.Log(rate);
  return op.cast(
    inversion(op.Neg(rate), (inner, k) => inner.Sub(log, inner.Log(k)), op),
    rates.dtype,
  );
}

/** p(0) = (1 - p)^n, p(k) / p(k - 1) = (n - k + 1) / k * p / (1 - p); of the rarer outcome, so that p(0) is largest. */
function binomial(count: Value, prob: Value, op: OpBuilder): Value {
  const sizes = op.dims(broadcastShapes(count.shape, prob.shape));
  const [n, p] = [count, prob].map((x) => op.Expand(op.cast(x, "float64"), sizes)) as [Value, Value];
  const one = op.scalar(1, "float64");
  const common = op.Greater(p, 0.5);
  const rare = op.Where(common, op.Sub(one, p), p);
  const other = op.Log(op.Sub(one, rare));
  const odds = op.Sub(op.Log(rare), other);
  const quotient = (inner: OpBuilder, k: Value): Value =>
    inner.Add(odds, inner.Log(inner.Div(inner.Max([inner.Add(inner.Sub(n, k), 1), inner.scalar(0, "float64")]), k)));
  const drawn = op.Min([inversion(op.Mul(n, other), quotient, op), n]);
  return op.cast(op.Where(common, op.Sub(n, drawn), drawn), count.dtype);
}

/** Candidates for each gamma number; one is rejected with probability below 0.05, all with one below 1e-20. */
const candidates = 16;

/**
 * Marsaglia and Tsang (doi:10.1145/358407.358414): d * v with v = (1 + x / sqrt(9 d))^3, x normal, is accepted where
 * log(u) < x^2 / 2 + d (1 - v + log(v)); the first accepted of the candidates is taken. Below 1 the shape is raised by 1 and the number
 * multiplied by u^(1 / alpha).
 */
function gamma(alpha: Value, op: OpBuilder): Value {
  const { dtype, shape } = alpha;
  const [one, drawn] = [op.scalar(1, dtype), { dtype, shape: [candidates, ...shape] }];
  const boosted = op.Less(alpha, one);
  const d = op.Sub(op.Where(boosted, op.Add(alpha, 1), alpha), 1 / 3);
  const x = normal(drawn, op);
  const y = op.Add(op.Div(x, op.Sqrt(op.Mul(d, 9))), 1);
  const v = op.Mul(op.Mul(y, y), y);
  // The logarithm of a v below 0 is NaN, which accepts nothing.
  const bound = op.Add(op.Mul(op.Mul(x, x), 0.5), op.Mul(d, op.Add(op.Sub(one, v), op.Log(v))));
  const accepted = op.Less(op.Log(op.Sub(one, uniform(drawn, op))), bound);
  const first = op.ArgMax(op.cast(accepted, "int32"), { axis: 0, keepdims: 1 });
  const chosen = op.Mul(d, op.Squeeze(op.GatherElements(v, first, { axis: 0 }), [0]));
  const scale = op.Pow(op.Sub(one, uniform({ dtype, shape }, op)), op.Div(one, alpha));
  return op.Max([op.Where(boosted, op.Mul(chosen, scale), chosen), op.scalar(smallest(dtype), dtype)]);
}
const smallest = (dtype: DType): number => (dtype === "float64" ? 2 ** -1022 : 2 ** -126);

export const sampling = {
  "aten::multinomial": ({ self, num_samples: n, replacement }, op) => {
    if (!replacement && n !== 1) return withoutReplacement(self, n, op);
    return withReplacement(self, staticInts([n], op, "num_samples")[0] as number, op);
  },
  "aten::poisson": ({ self }, op) => poisson(self, op),
  "aten::binomial": ({ count, prob }, op) => binomial(count, prob, op),
  "aten::_standard_gamma": ({ self }, op) => gamma(self, op),
  // Gamma numbers of double precision over their sum, inside (0, 1).
  "aten::_sample_dirichlet": ({ self }, op) => {
    const drawn = gamma(op.cast(self, "float64"), op);
    const share = op.cast(op.Div(drawn, op.ReduceSum(drawn, [-1], { keepdims: 1 })), self.dtype);
    const below1 = self.dtype === "float64" ? 1 - 2 ** -53 : 1 - 2 ** -24;
    return op.Clip(share, op.scalar(smallest(self.dtype), self.dtype), op.scalar(below1, self.dtype));
  },
} satisfies LoweringTable;
