/**
 * @file Random outputs: two sides that draw different numbers agree when runs of both have the same distribution of a few statistics. Each
 * run of a side gives one number for each statistic, so elements of a run may depend on each other.
 */

import { type DType, isFloat } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import type { VerificationInfo } from "./compare.ts";

/** Runs of each side. */
export const runs = 16;

/** How many standard errors two means may be apart: by chance they are with a probability of about one in a million. */
const limit = 6;

/** What rounding may add, as a share of the statistic's size. */
const rounding: Readonly<Partial<Record<DType, number>>> = { float64: 1e-6, float32: 1e-4, float16: 1e-2, bfloat16: 4e-2 };

/** Mean and standard deviation of the finite values, how many of all are finite, and how many of all are at most `middle`. */
interface Statistics {
  readonly mean: number;
  readonly std: number;
  readonly finite: number;
  readonly low: number;
  readonly least: number;
  readonly most: number;
}

const valuesIn = (x: Tensor): Float64Array => Float64Array.from(x.tolist() as (number | bigint | boolean)[], Number);

const mean = (xs: readonly number[] | Float64Array): number => {
  let sum = 0;
  for (const x of xs) sum += x;
  return xs.length === 0 ? 0 : sum / xs.length;
};
const variance = (xs: readonly number[] | Float64Array): number => {
  const middle = mean(xs);
  let sum = 0;
  for (const x of xs) sum += (x - middle) ** 2;
  return xs.length < 2 ? 0 : sum / (xs.length - 1);
};

/** The value that half of the values are at most. */
function medianOf(values: Float64Array): number {
  return values.slice().sort()[Math.max(0, (values.length - 1) >> 1)] ?? 0;
}

function statistics(values: Float64Array, middle: number): Statistics {
  const finite = values.filter(Number.isFinite);
  const share = (count: number): number => (values.length === 0 ? 1 : count / values.length);
  let low = 0;
  for (const v of values) if (v <= middle) low++;
  return {
    mean: mean(finite),
    std: Math.sqrt(variance(finite)),
    finite: share(finite.length),
    low: share(low),
    least: finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    most: finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

const compared = {
  mean: "mean",
  std: "standard deviation",
  finite: "share of finite values",
  low: "share of values up to the witness's median",
} as const;

/** Whole numbers outside what the witness drew by more than its whole range: no seed gives them. */
function strays(expected: readonly Statistics[], actual: readonly Statistics[]): string | null {
  const [from, to] = [Math.min(...expected.map((s) => s.least)), Math.max(...expected.map((s) => s.most))];
  const reach = to - from + 1;
  const [least, most] = [Math.min(...actual.map((s) => s.least)), Math.max(...actual.map((s) => s.most))];
  if (!(least < from - reach || most > to + reach)) return null;
  return `values from ${least} to ${most}, the witness has ${from} to ${to}`;
}

/** The first statistic that differs by more than chance, as text; null where all agree. */
function differing(dtype: DType, expected: readonly Statistics[], actual: readonly Statistics[]): string | null {
  for (const [key, name] of Object.entries(compared) as [keyof typeof compared, string][]) {
    const [want, got] = [expected, actual].map((side) => side.map((s) => s[key])) as [number[], number[]];
    const error = Math.sqrt((variance(want) + variance(got)) / runs);
    const [w, g] = [mean(want), mean(got)];
    const scale = Math.max(Math.abs(w), ...expected.map((s) => s.std), key === "finite" || key === "low" ? 1 : 0);
    const slack = (rounding[dtype] ?? 1e-9) * scale + 1e-12;
    if (!(Math.abs(g - w) <= limit * error + slack))
      return `${name} ${g} of ${runs} runs, the witness has ${w} (standard error ${error.toExponential(1)})`;
  }
  return isFloat(dtype) ? null : strays(expected, actual);
}

/** `expected` and `actual` are an output of `runs` runs each; the first of `expected` more only says where the middle is. */
export function compareMoments(name: string, expected: readonly Tensor[], actual: readonly Tensor[]): VerificationInfo {
  const [first, ...rest] = expected as [Tensor, ...Tensor[]];
  const got = actual[0] as Tensor;
  const shapes = { expected_shape: [...first.shape], actual_shape: [...got.shape] };
  const info = { name, compared: "moments" as const, expected_dtype: first.dtype, actual_dtype: got.dtype, ...shapes };
  const none = { ...info, max_abs_diff: Number.POSITIVE_INFINITY, max_rel_diff: Number.POSITIVE_INFINITY };
  if (first.dtype !== got.dtype) return { ...none, problem: `dtype ${got.dtype}, the witness has ${first.dtype}` };
  const unlike = differentShape(expected, actual);
  if (unlike !== null) return { ...none, problem: unlike };
  const middle = medianOf(valuesIn(first));
  const [want, have] = [rest, actual].map((side) => side.map((x) => statistics(valuesIn(x), middle))) as [Statistics[], Statistics[]];
  const [a, b] = [mean(want.map((s) => s.mean)), mean(have.map((s) => s.mean))];
  const max_abs_diff = Math.abs(a - b);
  return { ...info, max_abs_diff, max_rel_diff: max_abs_diff / (Math.abs(a) + 1e-7), problem: differing(first.dtype, want, have) };
}

/** Sizes that stay the same in all runs of the witness must be the same; others are drawn. */
function differentShape(expected: readonly Tensor[], actual: readonly Tensor[]): string | null {
  const [first] = expected as [Tensor];
  const settled = first.shape.map((n, d) => expected.every((x) => x.shape[d] === n));
  const same = (x: Tensor): boolean =>
    x.shape.length === first.shape.length && x.shape.every((n, d) => !settled[d] || n === first.shape[d]);
  const odd = actual.find((x) => !same(x));
  return odd === undefined ? null : `shape [${odd.shape.join(", ")}], the witness has [${first.shape.join(", ")}]`;
}
