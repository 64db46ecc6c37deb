/** @file Sampling an image at positions of a grid: input [N, C, spatial…], grid [N, out…, n] with x first, in [-1, 1]. */

import { numel, type Strided } from "../strided.ts";
import { cubic } from "./resize.ts";
import { doubles, floats, fromFloats } from "./values.ts";

export interface GridOptions {
  readonly mode: "linear" | "nearest" | "cubic";
  readonly padding: "zeros" | "border" | "reflection";
  readonly alignCorners: boolean;
}

/** From [-1, 1] to a pixel position. */
const unnormalized = (x: number, size: number, align: boolean): number => (align ? ((x + 1) / 2) * (size - 1) : ((x + 1) * size - 1) / 2);

/** `x` reflected into [low, high] / 2 (ATen/native/GridSampler.h, reflect_coordinates). */
function reflected(x: number, twiceLow: number, twiceHigh: number): number {
  if (twiceLow === twiceHigh) return 0;
  const low = twiceLow / 2;
  const span = (twiceHigh - twiceLow) / 2;
  const from = Math.abs(x - low);
  const extra = from % span;
  return Math.floor(from / span) % 2 === 0 ? extra + low : span - extra + low;
}

const clipped = (x: number, size: number): number => Math.min(size - 1, Math.max(x, 0));

/** The position that padding makes of `x`; NaN and infinities become -100 as PyTorch has it for reflection and borders. */
function padded(x: number, size: number, o: GridOptions): number {
  if (o.padding === "zeros") return x;
  const inside = o.padding === "border" ? x : o.alignCorners ? reflected(x, 0, 2 * (size - 1)) : reflected(x, -1, 2 * size - 1);
  return Number.isNaN(inside) ? 0 : clipped(inside, size);
}

/** Round half to even, as nearbyint does. */
function nearest(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

/** Indices and weights along one dim; an index of -1 is outside and counts as 0. */
interface Taps {
  readonly index: readonly number[];
  readonly weight: readonly number[];
}

function tapsAt(position: number, size: number, o: GridOptions): Taps {
  const raw = unnormalized(position, size, o.alignCorners);
  const within = (i: number): number => (i >= 0 && i < size ? i : -1);
  if (o.mode === "cubic") {
    // Padding applies to each tap: the position itself stays where it is.
    const base = Math.floor(raw);
    return {
      index: [-1, 0, 1, 2].map((k) => within(Math.trunc(padded(base + k, size, o)))),
      weight: [-1, 0, 1, 2].map((k) => cubic(raw - base - k, -0.75)),
    };
  }
  const x = padded(raw, size, o);
  if (o.mode === "nearest") return { index: [within(nearest(x))], weight: [1] };
  const low = Math.floor(x);
  return { index: [within(low), within(low + 1)], weight: [low + 1 - x, x - low] };
}

/** Offsets into a plane with their weights: the products of the taps of all dims. */
function corners(taps: readonly Taps[], spatial: readonly number[]): { offset: number; weight: number }[] {
  return taps.reduce<{ offset: number; weight: number }[]>(
    (all, t, d) =>
      all.flatMap(({ offset, weight }) =>
        t.index.flatMap((i, k) =>
          i < 0 ? [] : [{ offset: offset * (spatial[d] as number) + i, weight: weight * (t.weight[k] as number) }],
        ),
      ),
    [{ offset: 0, weight: 1 }],
  );
}

/** One value per channel and grid position, computed in double and rounded once: [N, C, out…]. */
export function gridSample(input: Strided, grid: Strided, options: GridOptions): Strided {
  const [batch, channels, ...spatial] = input.shape as [number, number, ...number[]];
  const out = grid.shape.slice(1, -1);
  const n = spatial.length;
  const [points, plane] = [numel(out), numel(spatial)];
  const [x, g] = [floats(input), floats(grid)];
  const y = doubles([batch, channels, points]);
  for (let b = 0; b < batch; b++) {
    for (let p = 0; p < points; p++) {
      // x is the last spatial dim.
      const taps = spatial.map((size, d) => tapsAt(g[(b * points + p) * n + (n - 1 - d)] as number, size, options));
      const from = corners(taps, spatial);
      for (let c = 0; c < channels; c++) {
        const at = (b * channels + c) * plane;
        let sum = 0;
        for (const { offset, weight } of from) sum += (x[at + offset] as number) * weight;
        y[(b * channels + c) * points + p] = sum;
      }
    }
  }
  return fromFloats(y, [batch, channels, ...out], input.dtype);
}
