/** @file Running extremes and running log-sum-exp: scans over one dim, in double precision. */

import { imagPart, makeComplex, realPart } from "../core/ops/complex.ts";
import { binary, cast, unary } from "../core/ops/elementwise.ts";
import { reshape } from "../core/ops/layout.ts";
import { cumulative, cumulativeExtremum, reduce } from "../core/ops/reduce.ts";
import { alongDim, floats, fromFloats } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { isComplex } from "../dtype.ts";
import type { Typed } from "./promotion.ts";
import type { Meta } from "./table.ts";
import { shaped, wrapDim } from "./view-shape.ts";

export interface Along<T> {
  readonly self: T;
  readonly dim: number;
}

/** Values and indices of the extreme so far; of equal ones the last, and NaN beats all, as in torch's `cummax`. */
export const runningExtreme = (kind: "max" | "min") => ({
  meta: ({ self }: Along<Typed>): [Meta, Meta] => [shaped(self, self.shape), { dtype: "int64", shape: self.shape }],
  eval: ({ self, dim }: Along<Strided>): [Strided, Strided] => {
    const x = self.shape.length === 0 ? reshape(self, [1]) : self;
    return cumulativeExtremum(kind, x, wrapDim(dim, self.shape.length)).map((y) => reshape(y, self.shape)) as [Strided, Strided];
  },
});

/** log(exp(a) + exp(b)) without overflow. */
function logAddExp(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  return Number.isFinite(high) ? high + Math.log1p(Math.exp(low - high)) : high;
}

/** log of the running sums of exp, with the largest real part taken out. */
function ofComplex(self: Strided, dim: number): Strided {
  const peak = cast(reduce("max", realPart(self), [dim], true), self.dtype);
  const away = unary("exp", binary("sub", self, peak));
  const sums = makeComplex(cumulative("sum", realPart(away), dim), cumulative("sum", imagPart(away), dim));
  return binary("add", unary("log", sums), peak);
}

export const runningLogSumExp = {
  meta: ({ self }: Along<Typed>): Meta => shaped(self, self.shape),
  eval: ({ self, dim }: Along<Strided>): Strided => {
    if (isComplex(self.dtype)) return self.shape.length === 0 ? self : ofComplex(self, wrapDim(dim, self.shape.length));
    const x = floats(self);
    alongDim(self.shape, wrapDim(dim, self.shape.length), (start, step, length) => {
      for (let k = 1; k < length; k++) {
        const i = start + k * step;
        x[i] = logAddExp(x[i - step] as number, x[i] as number);
      }
    });
    return fromFloats(x, self.shape, self.dtype);
  },
};
