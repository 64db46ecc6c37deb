/**
 * @file Distributions that PyTorch draws by rejection: as many numbers for an element as it takes. Each follows ATen's sampler
 * (ATen/native/Distributions.h and .cpp) step by step, float32 parameters in float32 arithmetic where ATen has it so.
 */

import type { DType } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import type { Strided } from "../strided.ts";
import type { Generator } from "./generator.ts";
import { each } from "./random.ts";
import { realCast } from "./real.ts";
import { floats, fromFloats } from "./values.ts";

/** What float arithmetic of a dtype rounds to: PyTorch's scalar_t. */
type Round = (x: number) => number;
const roundOf = (dtype: DType): Round => (dtype === "float64" ? (x) => x : Math.fround);

/** log(k!): Stirling's series from 16 on, whose error is below double precision. */
function logFactorial(k: number): number {
  let sum = 0;
  if (k < 16) for (let i = 2; i <= k; i++) sum += Math.log(i);
  else {
    const n = k + 1;
    const series = 1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * n * n)) / (n * n)) / (n * n);
    sum = (n - 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series / n;
  }
  return sum;
}

/** Hoermann's transformed rejection with squeeze (PTRS), for a rate of 10 or more. */
function poissonByRejection(generator: Generator, rate: number): number {
  const root = Math.sqrt(rate);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const inside = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.double() - 0.5;
    const v = generator.double();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= inside) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const bound = -rate + k * Math.log(rate) - logFactorial(k);
    if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b) <= bound) return k;
  }
}

function poissonOf(generator: Generator, rate: number): number {
  if (!(rate >= 0)) throw new OnnxExporterError("core/poisson", `poisson: the rate is ${rate}`, "give a rate of at least 0");
  if (rate >= 10) return poissonByRejection(generator, rate);
  if (rate === 0) return 0;
  const limit = Math.exp(-rate);
  let k = 0;
  for (let product = generator.double(); product > limit; product *= generator.double()) k++;
  return k;
}

/** torch.poisson: a count for each rate, in its dtype. Throws `core/poisson` for a rate below 0 or NaN. */
export function poisson(generator: Generator, rates: Strided): Strided {
  return fromFloats(
    floats(rates).map((rate) => poissonOf(generator, rate)),
    rates.shape,
    rates.dtype,
  );
}

const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
  0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];
/** What Stirling's formula of log(k!) leaves. */
function stirlingTail(k: number): number {
  const square = (k + 1) * (k + 1);
  return stirlingTails[k] ?? (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

/** Hoermann's BTRS as PyTorch has it, for count * p >= 10 and p <= 0.5. */
function binomialByRejection(generator: Generator, count: number, p: number, round: Round): number {
  const spread = round(Math.sqrt(round(round(count * p) * round(1 - p))));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = round(count * p) + 0.5;
  const inside = 0.92 - 4.2 / b;
  const odds = round(p / round(1 - p));
  const alpha = (2.83 + 5.1 / b) * spread;
  const mode = Math.floor(round(round(count + 1) * p));
  for (;;) {
    const u = generator.double() - 0.5;
    const v = generator.double();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (k < 0 || k > count) continue;
    if (us >= 0.07 && v <= inside) return k;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      (count + 1) * Math.log((count - mode + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(count - mode) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** Geometric waiting times until their sum passes `count`. */
function binomialByWaiting(generator: Generator, count: number, p: number, round: Round): number {
  const failure = round(Math.log1p(-p));
  let [k, sum] = [0, Math.ceil(Math.log(generator.double()) / failure)];
  for (; sum <= count; sum += Math.ceil(Math.log(generator.double()) / failure)) k++;
  return k;
}

function binomialOf(generator: Generator, count: number, p: number, round: Round): number {
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  if (Number.isNaN(p)) return p;
  const rarer = p <= 0.5 ? p : round(1 - p);
  const rare = (round(count * rarer) >= 10 ? binomialByRejection : binomialByWaiting)(generator, count, rarer, round);
  return p <= 0.5 ? rare : count - rare;
}

/** torch.binomial: successes among `count` trials of probability `p`, of one shape and float dtype. */
export function binomial(generator: Generator, count: Strided, p: Strided): Strided {
  const [counts, chances, round] = [floats(count), floats(p), roundOf(count.dtype)];
  return fromFloats(
    counts.map((n, i) => binomialOf(generator, n, chances[i] as number, round)),
    count.shape,
    count.dtype,
  );
}

/** Marsaglia and Tsang's method (doi:10.1145/358407.358414); below 1 the shape is raised by 1 and the result scaled back. */
function gammaOf(generator: Generator, shape: number, round: Round): number {
  if (shape === 0) return 0;
  const boosted = shape < 1;
  const scale = boosted ? (1 - generator.double()) ** round(1 / shape) : 1;
  const d = round((boosted ? round(shape + 1) : shape) - Math.fround(1 / 3));
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let [x, y] = [0, 0];
    do {
      x = generator.normal();
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - generator.double();
    const square = x * x;
    if (u < 1 - Math.fround(0.0331) * square * square || Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v;
  }
}

/** The smallest normal number of a float dtype: no gamma number is 0. */
const smallest = (dtype: DType): number => (dtype === "float64" ? 2 ** -1022 : 2 ** -126);

/** torch._standard_gamma: a gamma number of rate 1 for each shape parameter. */
export function standardGamma(generator: Generator, alpha: Strided): Strided {
  const round = roundOf(alpha.dtype);
  const drawn = floats(alpha).map((a) => Math.max(smallest(alpha.dtype), gammaOf(generator, a, round)));
  return fromFloats(drawn, alpha.shape, alpha.dtype);
}

/** torch._sample_dirichlet: gamma numbers of double precision over their sum along the last dim, inside (0, 1). */
export function dirichlet(generator: Generator, alpha: Strided): Strided {
  const n = alpha.shape.at(-1) ?? 1;
  const drawn = floats(alpha).map((a) =>
    Math.max(
      smallest("float64"),
      gammaOf(generator, a, (x) => x),
    ),
  );
  const below1 = alpha.dtype === "float64" ? 1 - 2 ** -53 : 1 - 2 ** -24;
  const round = roundOf(alpha.dtype);
  for (let start = 0; start < drawn.length; start += n) {
    const row = drawn.subarray(start, start + n);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let i = 0; i < n; i++) row[i] = Math.min(below1, Math.max(smallest(alpha.dtype), round((row[i] as number) / sum)));
  }
  return fromFloats(drawn, alpha.shape, alpha.dtype);
}

/** rrelu in training: x times a number in [lower, upper) where x <= 0, one double each; x elsewhere. The factors come second, 1 where x is kept. */
export function randomSlopes(generator: Generator, x: Strided, lower: number, upper: number): [result: Strided, slopes: Strided] {
  const values = floats(x);
  let next = 0;
  const slopes = each(x.dtype === "float64" ? "float64" : "float32", x.shape, () => {
    const kept = !((values[next++] as number) <= 0);
    return kept ? 1 : generator.double() * (upper - lower) + lower;
  });
  const factors = floats(slopes);
  return [
    fromFloats(
      values.map((v, i) => v * (factors[i] as number)),
      x.shape,
      x.dtype,
    ),
    realCast(slopes, x.dtype),
  ];
}
