/**
 * @file How ONNX says the regularized incomplete gamma functions: a series up to a + 1 (DLMF 8.11.4), a continued fraction beyond (8.9.2, by
 * Lentz's method), each a Loop that ends when no element changes. Accurate to about 1e-6 of 1 in float32.
 */

import { each } from "../../aten/broadcast.ts";
import { isLow } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { anyLeft } from "./special.ts";
import type { LoweringTable, Results } from "./table.ts";
import { expandTo, shapeOf } from "./view.ts";

const polynomial = (op: OpBuilder, x: Value, [first, ...rest]: readonly number[]): Value =>
  rest.reduce<Value>((y, c) => op.Add(op.Mul(y, x), c), op.scalar(first as number, x.dtype));

/** log(1 + u) - u without cancellation near 0: with s = u / (2 + u) it is 2 atanh(s) - 2s - su. */
function log1pLess(u: Value, op: OpBuilder): Value {
  const s = op.Div(u, op.Add(u, 2));
  const square = op.Mul(s, s);
  const cubic = op.Mul(op.Mul(square, s), polynomial(op, square, [2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3]));
  return op.Where(op.Less(op.Abs(u), 0.4), op.Sub(cubic, op.Mul(s, u)), op.Sub(op.Log(op.Add(u, 1)), u));
}

/** x^a exp(-x) / gamma(a + 1): a sum of logarithms, or from 8 on the distance of x from a in Stirling's formula. */
function factor(a: Value, x: Value, op: OpBuilder): Value {
  const stirling = (y: Value): Value => op.Div(polynomial(op, op.Reciprocal(op.Mul(y, y)), [1 / 1260, -1 / 360, 1 / 12]), y);
  const y = op.Add(a, 8);
  const steps = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => op.Add(a, k)).reduce((product, z) => op.Mul(product, z));
  const whole = op.Sub(op.Mul(op.Add(y, 0.5), op.Log(y)), y);
  const gamma = op.Sub(op.Add(op.Add(whole, stirling(y)), Math.log(2 * Math.PI) / 2), op.Log(steps));
  const near = op.Sub(op.Sub(op.Mul(a, op.Log(x)), x), gamma);
  const away = op.Mul(a, log1pLess(op.Div(op.Sub(x, a), a), op));
  const far = op.Sub(op.Sub(away, op.Mul(op.Log(op.Mul(a, 2 * Math.PI)), 0.5)), stirling(a));
  return op.Exp(op.Where(op.Less(a, 8), near, far));
}

/** Beyond this many steps a series does not get nearer. */
const maxSteps = 2000;
/** What a relative change is too small below. */
const epsilon = (x: Value): number => (x.dtype === "float64" ? 2 ** -52 : 2 ** -24);

/** Repeats `step` on values like `start` until no element of its last result goes on; gives the last values. */
function until(
  op: OpBuilder,
  start: readonly Value[],
  step: (op: OpBuilder, k: Value, state: readonly Value[]) => readonly [Value, ...Value[]],
): Value[] {
  const formals = [{ dtype: "int64", shape: [] } as const, { dtype: "bool", shape: [] } as const, ...start.map((v) => v.type ?? v)];
  const body = op.subgraph("terms", formals, (inner, [k, , ...state]) => {
    const [goes, ...next] = step(inner, inner.cast(k as Value, (start[0] as Value).dtype), state);
    return [anyLeft(goes, inner), ...next];
  });
  return op.outputs(start.length, "Loop", [maxSteps, null, ...start], { body });
}

/** Sum of x^k / ((a + 1) … (a + k)). */
function series(a: Value, x: Value, op: OpBuilder): Value {
  const one = expandTo(op, op.scalar(1, x.dtype), x.shape);
  return until(op, [one, one], (inner, k, [term, sum]) => {
    const next = inner.Mul(term as Value, inner.Div(x, inner.Add(inner.Add(a, k), 1)));
    const goes = inner.Greater(next, inner.Mul(sum as Value, epsilon(x)));
    return [goes, next, inner.Add(sum as Value, next)];
  })[1] as Value;
}

/** 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - …)). */
function fraction(a: Value, x: Value, op: OpBuilder): Value {
  const tiny = 1e-30;
  const kept = (v: Value, inner: OpBuilder): Value => inner.Where(inner.Less(inner.Abs(v), tiny), tiny, v);
  const first = op.Sub(op.Add(x, 1), a);
  const d0 = op.Reciprocal(kept(first, op));
  const c0 = expandTo(op, op.scalar(1 / tiny, x.dtype), x.shape);
  return until(op, [c0, d0, d0], (inner, k, [c, d, value]) => {
    const i = inner.Add(k, 1);
    const top = inner.Mul(i, inner.Sub(a, i));
    const bottom = inner.Add(first, inner.Mul(i, 2));
    const nextD = inner.Reciprocal(kept(inner.Add(inner.Mul(top, d as Value), bottom), inner));
    const nextC = kept(inner.Add(bottom, inner.Div(top, c as Value)), inner);
    const change = inner.Mul(nextC, nextD);
    const goes = inner.Greater(inner.Abs(inner.Sub(change, 1)), epsilon(x) * 2);
    return [goes, nextC, nextD, inner.Mul(value as Value, change)];
  })[2] as Value;
}

/** The lower or the upper function. NaN for negative arguments and where both are 0 or both inf. */
function gamma(upper: boolean, a: Value, x: Value, op: OpBuilder, shape: Value["shape"]): Value {
  const [p, q] = [expandTo(op, a, shape), expandTo(op, x, shape)];
  const isInside = op.And(op.And(op.Greater(p, 0), op.Greater(q, 0)), op.Not(op.Or(op.IsInf(p), op.IsInf(q))));
  const isSeries = op.And(isInside, op.Less(q, op.Add(p, 1)));
  const isFraction = op.And(isInside, op.Not(op.Less(q, op.Add(p, 1))));
  // where one of the two is not asked for, it gets arguments for which it ends at once
  const low = series(op.Where(isSeries, p, 1), op.Where(isSeries, q, 0), op);
  const high = fraction(op.Where(isFraction, p, 1), op.Where(isFraction, q, 2), op);
  const size = factor(p, q, op);
  const [lower, above] = [op.Mul(size, low), op.Mul(op.Mul(size, p), high)];
  const value = op.Where(
    isSeries,
    upper ? op.Sub(op.scalar(1, p.dtype), lower) : lower,
    upper ? above : op.Sub(op.scalar(1, p.dtype), above),
  );
  // at the edges: nothing lies below 0 or above infinity
  const isAll = op.Or(op.IsInf(q), op.Equal(p, 0));
  const isWrong = op.Or(op.Or(op.Less(p, 0), op.Less(q, 0)), op.Or(op.And(op.IsInf(p), op.IsInf(q)), op.Equal(op.Add(p, q), 0)));
  const edge = op.Where(isWrong, Number.NaN, op.Where(isAll, op.scalar(upper ? 0 : 1, p.dtype), op.scalar(upper ? 1 : 0, p.dtype)));
  const known = op.Where(isInside, value, edge);
  return op.Where(op.Or(op.IsNaN(p), op.IsNaN(q)), Number.NaN, known);
}

const lowering =
  (upper: boolean) =>
  ({ self, other }: { readonly self: Value; readonly other: Value }, op: OpBuilder, result: Results): Value => {
    const wide = isLow(self.dtype) ? "float32" : self.dtype;
    return op.cast(gamma(upper, op.cast(self, wide), op.cast(other, wide), op, shapeOf(result)), self.dtype);
  };

export const incompleteGamma = {
  ...each(["aten::igamma", "aten::special_gammainc"], () => lowering(false)),
  ...each(["aten::igammac", "aten::special_gammaincc"], () => lowering(true)),
} satisfies LoweringTable;
