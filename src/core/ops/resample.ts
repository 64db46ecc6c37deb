/** @file Taps of ONNX Resize: which inputs each output position weighs, for its ways to map positions. */

import { cubic, type Taps, triangle } from "./resize.ts";
import { range } from "./values.ts";

export type Transformation =
  | ("half_pixel" | "half_pixel_symmetric" | "pytorch_half_pixel" | "align_corners" | "asymmetric")
  | ("tf_half_pixel_for_nn" | "tf_crop_and_resize");
/** `simple` is what Resize had before opset 11: up when shrinking, else down. */
export type NearestMode = "round_prefer_floor" | "round_prefer_ceil" | "floor" | "ceil" | "simple";

export interface Resampling {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly transformation: Transformation;
  readonly nearest: NearestMode;
  /** Parameter of the cubic kernel. */
  readonly cubicA: number;
  /** Positions outside have no weight, the others share it. */
  readonly excludeOutside: boolean;
  /** Widens the kernel as far as the image shrinks. */
  readonly antialias: boolean;
}

/** One dim: `input` positions become `output`; `scale` times `input` may be less than a whole number above `output`. */
export interface ResampledDim {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** The part of the input that is shown, as fractions of it (tf_crop_and_resize). */
  readonly roi: readonly [start: number, end: number];
}

/** The input position of output position `i`. */
function positionOf(i: number, { input, output, scale, roi }: ResampledDim, transformation: Transformation): number {
  const width = scale * input;
  switch (transformation) {
    case "half_pixel":
      return (i + 0.5) / scale - 0.5;
    case "half_pixel_symmetric":
      return (input / 2) * (1 - output / width) + (i + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return width === 1 ? -0.5 : (i + 0.5) / scale - 0.5;
    case "align_corners":
      return width === 1 ? 0 : (i * (input - 1)) / (width - 1);
    case "asymmetric":
      return i / scale;
    case "tf_half_pixel_for_nn":
      return (i + 0.5) / scale;
    case "tf_crop_and_resize": {
      const shown = (roi[1] - roi[0]) * (input - 1);
      return roi[0] * (input - 1) + (width === 1 ? shown / 2 : (i * shown) / (width - 1));
    }
  }
}

/** The input positions of all output positions. */
export const positionsOf = (dim: ResampledDim, transformation: Transformation): number[] =>
  range(dim.output).map((i) => positionOf(i, dim, transformation));

function nearest(x: number, mode: NearestMode, shrinks: boolean): number {
  const low = Math.floor(x);
  if (x === low || mode === "floor" || (mode === "simple" && !shrinks)) return low;
  if (mode === "round_prefer_floor") return x - low <= 0.5 ? low : low + 1;
  if (mode === "round_prefer_ceil") return x - low < 0.5 ? low : low + 1;
  return low + 1;
}

const kernels = { linear: { reach: 1, at: triangle }, cubic: { reach: 2, at: cubic } };

/** The taps of one dim. Weights of a position sum to 1; positions outside read the edge. */
export function resamplingTaps(dim: ResampledDim, o: Resampling): Taps {
  const { input } = dim;
  const inside = (i: number): number => Math.min(Math.max(i, 0), input - 1);
  const positions = positionsOf(dim, o.transformation);
  if (o.mode === "nearest") return { index: [positions.map((x) => inside(nearest(x, o.nearest, dim.scale < 1)))], weight: null };
  const kernel = kernels[o.mode];
  const stretch = o.antialias ? Math.min(dim.scale, 1) : 1;
  const first = Math.floor(-kernel.reach / stretch) + 1;
  const offsets = range(2 - 2 * first, first);
  const rows = positions.map((x) => {
    // A whole position belongs to the pixel on its left, so that as many taps are on either side.
    const base = Math.ceil(x) - 1;
    const weights = offsets.map((k) => {
      const outside = base + k < 0 || base + k >= input;
      return o.excludeOutside && outside ? 0 : kernel.at((base + k - x) * stretch, o.cubicA);
    });
    const total = weights.reduce((a, b) => a + b, 0);
    return { base, weights: weights.map((w) => (total === 0 ? w : w / total)) };
  });
  return {
    index: offsets.map((k) => rows.map(({ base }) => inside(base + k))),
    weight: offsets.map((_, k) => rows.map(({ weights }) => weights[k] as number)),
  };
}
