/** @file Interpolation along one dim at a time: each output is a weighted sum of a few inputs, the taps. */

import type { DType } from "../../dtype.ts";
import { empty, type Strided } from "../strided.ts";
import { binary } from "./elementwise.ts";
import { indexSelect } from "./index.ts";
import { unsqueeze } from "./layout.ts";
import { fromFloats, fromIntegers, range } from "./values.ts";

export type ResizeMode = "nearest" | "nearest-exact" | "linear" | "cubic" | "linear-aa" | "cubic-aa" | "lanczos-aa";

/** `index[k][i]` and `weight[k][i]`: output i is the sum over k of weight * input[index]. Nearest has one tap and no weights. */
export interface Taps {
  readonly index: readonly (readonly number[])[];
  readonly weight: readonly (readonly number[])[] | null;
}

/** Where the arithmetic on positions is done: in float32, or in double for float64 tensors. */
type Round = (x: number) => number;
const roundOf = (dtype: DType): Round => (dtype === "float64" ? (x) => x : Math.fround);

/** Input positions per output position (ATen/native/UpSample.h, area_pixel_compute_scale). `scale` is the user's factor, null where none was given. */
function ratio(input: number, output: number, alignCorners: boolean, scale: number | null, round: Round): number {
  if (alignCorners) return output > 1 ? round((input - 1) / (output - 1)) : 0;
  return scale !== null && scale > 0 ? round(1 / scale) : round(input / output);
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** Index of the nearest input of each output (ATen/native/UpSample.h, nearest_idx and nearest_exact_idx). */
export function nearestIndices(input: number, output: number, scale: number | null, exact: boolean): number[] {
  const by = ratio(input, output, false, scale, Math.fround);
  return range(output).map((i) => {
    if (!exact && output === input) return i;
    if (!exact && output === 2 * input) return i >> 1;
    return Math.min(Math.floor(Math.fround(Math.fround(exact ? i + 0.5 : i) * by)), input - 1);
  });
}

function sourceOf(i: number, by: number, alignCorners: boolean, round: Round): number {
  return alignCorners ? round(by * i) : round(round(by * round(i + 0.5)) - 0.5);
}

function linearTaps(input: number, output: number, alignCorners: boolean, scale: number | null, round: Round): Taps {
  if (input === output) return { index: [range(output)], weight: null };
  const by = ratio(input, output, alignCorners, scale, round);
  const at = range(output).map((i) => Math.max(sourceOf(i, by, alignCorners, round), 0));
  const low = at.map((x) => Math.min(Math.floor(x), input - 1));
  const high = low.map((x) => Math.min(x + 1, input - 1));
  const upper = at.map((x, i) => clamp(round(x - (low[i] as number)), 0, 1));
  return { index: [low, high], weight: [upper.map((w) => round(1 - w)), upper] };
}

/** Keys' cubic kernel with parameter `a`, at distance x. */
export function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function cubicTaps(input: number, output: number, alignCorners: boolean, scale: number | null, round: Round): Taps {
  const by = ratio(input, output, alignCorners, scale, round);
  const at = range(output).map((i) => sourceOf(i, by, alignCorners, round));
  const base = at.map(Math.floor);
  const offsets = [-1, 0, 1, 2];
  return {
    index: offsets.map((o) => base.map((b) => clamp(b + o, 0, input - 1))),
    weight: offsets.map((o) => at.map((x, i) => cubic(x - (base[i] as number) - o, -0.75))),
  };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The linear kernel at distance x. */
export const triangle = (x: number): number => Math.max(1 - Math.abs(x), 0);

const filters = {
  linear: { width: 2, at: triangle },
  cubic: { width: 4, at: (x: number) => cubic(x, -0.5) },
  lanczos: { width: 6, at: (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** A filter as wide as the pixels it shrinks, normalized within the input (UpSampleKernel.cpp, _compute_indices_min_size_weights_aa). */
function antialiasTaps(
  input: number,
  output: number,
  alignCorners: boolean,
  scale: number | null,
  kind: keyof typeof filters,
  round: Round,
): Taps {
  const filter = filters[kind];
  const by = ratio(input, output, alignCorners, scale, round);
  const stretch = Math.max(by, 1);
  const support = round((filter.width * stretch) / 2);
  const rows = range(output).map((i) => {
    const center = round(by * round(i + 0.5));
    const first = Math.max(Math.trunc(round(center - support + 0.5)), 0);
    const count = Math.max(Math.min(Math.trunc(round(center + support + 0.5)), input) - first, 0);
    const weights = range(count).map((j) => filter.at((j + first - center + 0.5) / stretch));
    const total = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => (total === 0 ? w : w / total)) };
  });
  const longest = Math.max(...rows.map((r) => r.weights.length), 1);
  return {
    index: range(longest).map((k) => rows.map((r) => Math.min(r.first + k, input - 1))),
    weight: range(longest).map((k) => rows.map((r) => r.weights[k] ?? 0)),
  };
}

/** The taps that resize `input` positions to `output`. */
export function tapsOf(mode: ResizeMode, input: number, output: number, alignCorners: boolean, scale: number | null, dtype: DType): Taps {
  const round = roundOf(dtype);
  switch (mode) {
    case "nearest":
    case "nearest-exact":
      return { index: [nearestIndices(input, output, scale, mode === "nearest-exact")], weight: null };
    case "linear":
      return linearTaps(input, output, alignCorners, scale, round);
    case "cubic":
      return cubicTaps(input, output, alignCorners, scale, round);
    default:
      return antialiasTaps(input, output, alignCorners, scale, mode.slice(0, -3) as keyof typeof filters, round);
  }
}

/** `x` with dim `dim` resized by `taps`, in the dtype of x (float32 or float64, any for taps without weights). */
export function resizeDim(x: Strided, dim: number, taps: Taps): Strided {
  const shape = x.shape.map((d, i) => (i === dim ? (taps.index[0] as readonly number[]).length : d));
  if (shape.includes(0)) return empty(x.dtype, shape);
  const parts = taps.index.map((index, k) => {
    const picked = indexSelect(x, dim, fromIntegers(index));
    const weights = taps.weight?.[k];
    if (weights === undefined) return picked;
    let w: Strided = fromFloats(Float64Array.from(weights), [weights.length], x.dtype);
    for (let i = dim + 1; i < x.shape.length; i++) w = unsqueeze(w, 1);
    return binary("mul", picked, w);
  });
  return parts.reduce((sum, part) => binary("add", sum, part));
}
