/** @file Ops on images: resizing, sampling, regions, deformable convolution. */

import { sized } from "../../core/door.ts";
import { affineGrid } from "../../core/ops/affine-grid.ts";
import { maxRoiPool, roiAlign } from "../../core/ops/boxes.ts";
import { deformConv } from "../../core/ops/deform-conv.ts";
import { binary, cast, fill, unary, where } from "../../core/ops/elementwise.ts";
import { gridSample } from "../../core/ops/grid-sample.ts";
import { concat, dimOf, unsqueeze } from "../../core/ops/layout.ts";
import { positionsOf, type ResampledDim, type Resampling, resamplingTaps } from "../../core/ops/resample.ts";
import { resizeDim } from "../../core/ops/resize.ts";
import { floats, fromIntegers, range } from "../../core/ops/values.ts";
import { isStrided, type Strided } from "../../core/strided.ts";
import { type DType, greatestOf, isComplex, isFloat, leastOf, wideOf, width } from "../../dtype.ts";
import { type AnyTensor, anyTensor, arrange } from "./arrange.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { describe } from "./value.ts";

const modes = ["nearest", "linear", "cubic"] as const;
const nearestModes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;
const transformations = [
  ...(["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"] as const),
  ...(["tf_half_pixel_for_nn", "tf_crop_and_resize"] as const),
];

/** How ops before opset 11 resize: positions are multiples, the nearest is the one below, or above when shrinking. */
function simple(call: Call): Resampling {
  const mode = call.oneOf("mode", "nearest", [...modes, "bilinear"]);
  return {
    mode: mode === "bilinear" ? "linear" : mode,
    transformation: "asymmetric",
    nearest: "simple",
    cubicA: 0,
    excludeOutside: false,
    antialias: false,
  };
}

function resampling(call: Call): Resampling {
  return {
    mode: call.oneOf("mode", "nearest", modes),
    transformation: call.oneOf("coordinate_transformation_mode", "half_pixel", transformations),
    nearest: call.oneOf("nearest_mode", "round_prefer_floor", nearestModes),
    cubicA: call.float("cubic_coeff_a", -0.75),
    excludeOutside: call.int("exclude_outside", 0) === 1,
    antialias: call.int("antialias", 0) === 1,
  };
}

/** Input `i` as numbers, null where it is omitted or empty. */
function listAt(call: Call, i: number): readonly number[] | null {
  const list = call.has(i) ? [...floats(call.tensor(i))] : [];
  return list.length === 0 ? null : list;
}

/** How many positions `n` become: the product is taken in float32, as shape inference has it. */
const scaledSize = (n: number, scale: number): number => Math.floor(Math.fround(n * scale));

/** Dims by axis from scales, or from sizes, which `keep_aspect_ratio_policy` may change. */
function dimsOf(call: Call, shape: readonly number[], axes: readonly number[]): ResampledDim[] {
  const [roi, scales, sizes] = [listAt(call, 1), listAt(call, 2), listAt(call, 3)];
  const roiOf = (i: number): readonly [number, number] => [roi?.[i] ?? 0, roi?.[i + axes.length] ?? 1];
  const inputs = axes.map((d) => shape[d] as number);
  const given = scales ?? sizes;
  if (given === null || given.length !== axes.length)
    throw call.refuse("input", `${given?.length ?? 0} scales or sizes for ${axes.length} axes`, "give one scale or one size for each axis");
  if (scales)
    return inputs.map((input, i) => ({ input, output: scaledSize(input, given[i] as number), scale: given[i] as number, roi: roiOf(i) }));
  const ratios = inputs.map((input, i) => (given[i] as number) / input);
  const policy = call.oneOf("keep_aspect_ratio_policy", "stretch", ["stretch", "not_larger", "not_smaller"]);
  const common = policy === "not_larger" ? Math.min(...ratios) : policy === "not_smaller" ? Math.max(...ratios) : null;
  return inputs.map((input, i) => ({
    input,
    output: common === null ? (given[i] as number) : Math.floor(common * input + 0.5),
    scale: common ?? (ratios[i] as number),
    roi: roiOf(i),
  }));
}

/** Floats of x's precision, where weights need them. */
const carrierOf = (dtype: DType): DType => (isFloat(dtype) ? wideOf(dtype) : "float64");

/** Floats as `dtype`; integers are rounded to the nearest and saturate. */
function stored(x: Strided, dtype: DType): Strided {
  if (isFloat(dtype) || dtype === x.dtype) return cast(x, dtype);
  const [low, high] = [fill(x.dtype, [], leastOf(dtype)), fill(x.dtype, [], greatestOf(dtype))];
  return cast(binary("minimum", binary("maximum", unary("round", x), low), high), dtype);
}

const stays = (d: ResampledDim): boolean => d.scale === 1 && d.input === d.output && d.roi[0] === 0 && d.roi[1] === 1;

/** `value` where a position along `dim` is outside the input. */
function extrapolated(x: Strided, dim: number, positions: readonly number[], input: number, value: number): Strided {
  const outside = fromIntegers(
    positions.map((p) => (p < 0 || p > input - 1 ? 1 : 0)),
    x.shape.map((n, d) => (d === dim ? n : 1)),
  );
  return where(cast(outside, "bool"), fill(x.dtype, [], value), x);
}

/** One dim after the other. Only numbers that have an order can be weighed; the nearest may be anything. */
function resampled(call: Call, source: AnyTensor, axes: readonly number[], dims: readonly ResampledDim[], how: Resampling): AnyTensor {
  const crops = how.transformation === "tf_crop_and_resize";
  const moves = how.mode === "nearest" && !crops;
  if (!moves && (!isStrided(source) || isComplex(source.dtype))) {
    throw call.refuse("input", `input 0 is ${describe(source)}, which has no ${how.mode} mean`, "resize it in mode nearest");
  }
  const shape = source.shape.map((n, d) => dims[axes.indexOf(d)]?.output ?? n);
  return arrange(call, source, (x) => {
    sized(shape, width(x.dtype));
    const y = axes.reduce(
      (part, axis, i) => {
        const dim = dims[i] as ResampledDim;
        if (stays(dim)) return part;
        const resized = resizeDim(part, axis, resamplingTaps(dim, how));
        const beyond = call.float("extrapolation_value", 0);
        return crops ? extrapolated(resized, axis, positionsOf(dim, how.transformation), dim.input, beyond) : resized;
      },
      moves ? x : cast(x, carrierOf(x.dtype)),
    );
    return stored(y, x.dtype);
  });
}

/** Scales by dim: from the image's attributes (opset 1), an attribute (7), or input 1 (9, and Resize-10). */
function scaled(call: Call): AnyTensor {
  const x = anyTensor(call, 0);
  const pair = [call.float("height_scale", 1), call.float("width_scale", 1)];
  const scales = listAt(call, 1) ?? call.floats("scales") ?? [...x.shape.slice(2).map(() => 1), ...pair];
  const dims = x.shape.map((input, d) => ({
    input,
    output: scaledSize(input, scales[d] as number),
    scale: scales[d] as number,
    roi: [0, 1] as const,
  }));
  return resampled(call, x, range(x.shape.length), dims, simple(call));
}

function resize(call: Call): AnyTensor {
  if (call.opset < 11) return scaled(call);
  const x = anyTensor(call, 0);
  const axes = call.ints("axes")?.map((d) => dimOf(d, x.shape.length)) ?? range(x.shape.length);
  return resampled(call, x, axes, dimsOf(call, x.shape, axes), resampling(call));
}

/** Opset 16 said bilinear and bicubic. */
function sampled(call: Call): Strided {
  const mode = call.oneOf("mode", "linear", [...modes, "bilinear", "bicubic"]);
  return gridSample(call.tensor(0), call.tensor(1), {
    mode: mode === "bilinear" ? "linear" : mode === "bicubic" ? "cubic" : mode,
    padding: call.oneOf("padding_mode", "zeros", ["zeros", "border", "reflection"]),
    alignCorners: call.int("align_corners", 0) === 1,
  });
}

/** Boxes in half pixels since opset 16, unless said otherwise. */
function regions(call: Call): Strided {
  const [rois, images] = [cast(call.tensor(1), "float64"), cast(call.tensor(2), "float64")];
  const transformation = call.string("coordinate_transformation_mode", call.opset < 16 ? "output_half_pixel" : "half_pixel");
  return roiAlign(call.tensor(0), concat([unsqueeze(images, 1), rois], 1), {
    scale: call.float("spatial_scale", 1),
    height: call.int("output_height", 1),
    width: call.int("output_width", 1),
    ratio: call.int("sampling_ratio", 0),
    aligned: transformation === "half_pixel",
    max: call.oneOf("mode", "avg", ["avg", "max"]) === "max",
  });
}

function deformed(call: Call): Strided {
  const [x, w, offset] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  if (x.shape.length !== 4) throw call.refuse("input", `input 0 has ${x.shape.length} dims`, "give an image [N, C, H, W]");
  const pair = (name: string): [number, number] => {
    const [a = 1, b = 1] = call.ints(name) ?? [];
    return [a, b];
  };
  const [top = 0, left = 0] = call.ints("pads") ?? [];
  return deformConv(x, w, offset, call.optional(4), call.optional(3) ?? fill(x.dtype, [w.shape[0] as number], 0), {
    stride: pair("strides"),
    padding: [top, left],
    dilation: pair("dilations"),
    groups: call.int("group", 1),
    offsetGroups: call.int("offset_group", 1),
  });
}

export const image: EvaluateTable = {
  Resize: resize,
  Upsample: scaled,
  GridSample: sampled,
  AffineGrid: (call) => affineGrid(call.tensor(0), (call.integersAt(1) ?? []).slice(2), call.int("align_corners", 0) === 1),
  RoiAlign: regions,
  MaxRoiPool: (call) => {
    const [height = 1, columns = 1] = call.ints("pooled_shape") ?? [];
    return maxRoiPool(call.tensor(0), call.tensor(1), { scale: call.float("spatial_scale", 1), height, width: columns });
  },
  DeformConv: deformed,
};
