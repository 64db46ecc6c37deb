/** @file The mel scale: weights that gather a spectrum into bands, as MelWeightMatrix defines them. */

import { doubles, fromFloats, range } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import type { DType } from "../../dtype.ts";

export interface MelBands {
  /** How many bands. */
  readonly bins: number;
  /** Samples of the transform that the spectrum is of: it has half as many bins, and one. */
  readonly dftLength: number;
  readonly sampleRate: number;
  /** Edges in hertz. */
  readonly low: number;
  readonly high: number;
}

const melOf = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const hertzOf = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Weights of shape [spectrum bins, bands]: triangles of height 1, whose corners are spaced evenly on the mel scale and lie on bins. */
export function melWeights({ bins, dftLength, sampleRate, low, high }: MelBands, dtype: DType): Strided {
  const rows = Math.floor(dftLength / 2) + 1;
  const [from, to] = [melOf(low), melOf(high)];
  const step = (to - from) / (bins + 2);
  const corners = range(bins + 2).map((i) => Math.floor(((dftLength + 1) * hertzOf(from + i * step)) / sampleRate));
  const weights = doubles([rows, bins]);
  for (let band = 0; band < bins; band++) {
    const [left = 0, center = 0, right = 0] = corners.slice(band, band + 3);
    const set = (row: number, weight: number): void => {
      if (row >= 0 && row < rows) weights[row * bins + band] = weight;
    };
    if (center === left) set(center, 1);
    else for (let row = Math.max(left, 0); row <= Math.min(center, rows - 1); row++) set(row, (row - left) / (center - left));
    for (let row = Math.max(center, 0); row < Math.min(right, rows); row++) set(row, (right - row) / (right - center));
  }
  return fromFloats(weights, [rows, bins], dtype);
}
