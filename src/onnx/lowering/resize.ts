/** @file Resampling in ONNX: Resize where its positions are PyTorch's, Gather and small matrices where they are not; GridSample. */

import { factorsOf, gridModes, gridPaddings, type Upsample, upsampled } from "../../aten/resize.ts";
import { nearestIndices, type ResizeMode, type Taps, tapsOf } from "../../core/ops/resize.ts";
import { range } from "../../core/ops/values.ts";
import { internal } from "../../errors.ts";
import type { Dim } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LoweringTable, Results } from "./table.ts";

type Args = Upsample<Value, number | Value>;

/** Whether ONNX Runtime rounds every position to the pixel that PyTorch takes: its float32 steps, done here. */
function sameNearest(input: number, output: number, factor: number | null, exact: boolean): boolean {
  const f = Math.fround;
  const scale = factor === null ? f(f(output) / f(input)) : f(factor);
  const theirs = range(output).map((i) => {
    if (!exact) return Math.min(Math.floor(f(f(i) / scale)), input - 1);
    return Math.min(Math.max(Math.floor(f(f(f(i + 0.5) / scale) - 0.5) + 0.5), 0), input - 1);
  });
  return nearestIndices(input, output, factor, exact).every((v, i) => v === theirs[i]);
}

const modes: { readonly [M in ResizeMode]?: Readonly<Record<string, string | number>> } = {
  nearest: { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
  "nearest-exact": { mode: "nearest", coordinate_transformation_mode: "half_pixel", nearest_mode: "round_prefer_ceil" },
  linear: { mode: "linear", coordinate_transformation_mode: "half_pixel" },
  cubic: { mode: "cubic", coordinate_transformation_mode: "half_pixel", cubic_coeff_a: -0.75 },
  "linear-aa": { mode: "linear", coordinate_transformation_mode: "half_pixel", antialias: 1, exclude_outside: 1 },
  "cubic-aa": { mode: "cubic", coordinate_transformation_mode: "half_pixel", cubic_coeff_a: -0.5, antialias: 1, exclude_outside: 1 },
};

/** [outputs, inputs]: row i holds the weights of output i. */
function matrixOf(taps: Taps, input: number): Float64Array {
  const outputs = taps.index[0]?.length ?? 0;
  const m = new Float64Array(outputs * input);
  taps.index.forEach((index, k) => {
    index.forEach((from, i) => {
      m[i * input + from] = (m[i * input + from] as number) + (taps.weight?.[k]?.[i] ?? 1);
    });
  });
  return m;
}

/** Resizes dim by dim with constants: nearest picks (Gather), the others multiply the last two dims by matrices of weights. */
function byHand(
  x: Value,
  mode: ResizeMode,
  sizes: readonly (readonly [number, number])[],
  args: Args,
  factors: readonly (number | null)[],
  op: OpBuilder,
): Value {
  const n = sizes.length;
  return sizes.reduce((y, [input, output], i) => {
    const taps = tapsOf(mode, input, output, args.align_corners ?? false, factors[i] ?? null, x.dtype);
    const axis = y.rank - n + i;
    if (taps.weight === null) return op.Gather(y, op.constant("int64", [output], taps.index[0] as readonly number[]), { axis });
    const m = matrixOf(taps, input);
    if (axis === y.rank - 2) return op.MatMul(op.constant(y.dtype, [output, input], m), y);
    const last = axis === y.rank - 1;
    const perm = range(y.rank).filter((d) => d !== axis);
    const moved = last ? y : op.Transpose(y, { perm: [...perm, axis] });
    const product = op.MatMul(moved, op.Transpose(op.constant(y.dtype, [output, input], m), { perm: [1, 0] }));
    return last ? product : op.Transpose(product, { perm: range(y.rank).map((d) => (d < axis ? d : d === axis ? y.rank - 1 : d - 1)) });
  }, x);
}

function resizeNode(
  x: Value,
  mode: ResizeMode,
  size: readonly Dim[],
  args: Args,
  factors: readonly (number | null)[],
  op: OpBuilder,
): Value {
  const row = modes[mode];
  if (row === undefined || (mode.endsWith("-aa") && args.align_corners)) {
    return op.refuse(
      `${mode} interpolation${args.align_corners ? " with align_corners" : ""} of a size that is not known`,
      "export with a fixed image size",
    );
  }
  const attributes = args.align_corners && !mode.startsWith("nearest") ? { ...row, coordinate_transformation_mode: "align_corners" } : row;
  const n = size.length;
  // PyTorch computes positions from the factors where they are given, and so does ONNX.
  if (factors.every((f) => f !== null)) {
    return op.Resize(x, null, op.constant("float32", [n + 2], [1, 1, ...(factors as number[])]), null, attributes);
  }
  return op.Resize(x, null, null, op.dims(size), { ...attributes, axes: range(n).map((i) => x.rank - n + i) });
}

function upsample(args: Args, mode: ResizeMode, n: number, result: Results, op: OpBuilder): Value {
  const x = upsampled(args);
  const size = result[0]?.shape.slice(-n) ?? internal("upsample without result");
  const factors = factorsOf(args, n);
  const known = x.shape.slice(-n).every((d) => typeof d === "number") && size.every((d) => typeof d === "number");
  const pairs = known ? size.map((o, i) => [x.shape.at(i - n), o] as [number, number]) : null;
  if (pairs?.every(([a, b]) => a === b) && !mode.endsWith("-aa") && factors.every((f) => f === null || f === 1)) return op.Identity(x);
  const nearest = mode === "nearest" || mode === "nearest-exact";
  const exact = pairs === null || !nearest || pairs.every(([a, b], i) => sameNearest(a, b, factors[i] ?? null, mode === "nearest-exact"));
  const spelled = modes[mode] !== undefined && !(mode.endsWith("-aa") && (args.align_corners || op.target.opset < 18));
  if (pairs !== null && (!exact || !spelled)) return byHand(x, mode, pairs, args, factors, op);
  return resizeNode(x, mode, size, args, factors, op);
}

const rows = (mode: ResizeMode, n: number) => (args: Args, op: OpBuilder, result: Results) => upsample(args, mode, n, result, op);

interface GridArgs {
  readonly input: Value;
  readonly grid: Value;
  readonly interpolation_mode: number;
  readonly padding_mode: number;
  readonly align_corners: boolean;
}

const gridSample = (args: GridArgs, op: OpBuilder): Value =>
  op.GridSample(args.input, args.grid, {
    mode: gridModes[args.interpolation_mode],
    padding_mode: gridPaddings[args.padding_mode],
    align_corners: args.align_corners ? 1 : 0,
  });

export const resize = {
  "aten::upsample_nearest1d": rows("nearest", 1),
  "aten::upsample_nearest2d": rows("nearest", 2),
  "aten::upsample_nearest3d": rows("nearest", 3),
  "aten::upsample_nearest1d.vec": rows("nearest", 1),
  "aten::upsample_nearest2d.vec": rows("nearest", 2),
  "aten::upsample_nearest3d.vec": rows("nearest", 3),
  "aten::_upsample_nearest_exact1d": rows("nearest-exact", 1),
  "aten::_upsample_nearest_exact2d": rows("nearest-exact", 2),
  "aten::_upsample_nearest_exact3d": rows("nearest-exact", 3),
  "aten::_upsample_nearest_exact1d.vec": rows("nearest-exact", 1),
  "aten::_upsample_nearest_exact2d.vec": rows("nearest-exact", 2),
  "aten::_upsample_nearest_exact3d.vec": rows("nearest-exact", 3),
  "aten::upsample_linear1d": rows("linear", 1),
  "aten::upsample_bilinear2d": rows("linear", 2),
  "aten::upsample_trilinear3d": rows("linear", 3),
  "aten::upsample_linear1d.vec": rows("linear", 1),
  "aten::upsample_bilinear2d.vec": rows("linear", 2),
  "aten::upsample_trilinear3d.vec": rows("linear", 3),
  "aten::upsample_bicubic2d": rows("cubic", 2),
  "aten::upsample_bicubic2d.vec": rows("cubic", 2),
  "aten::_upsample_bilinear2d_aa": rows("linear-aa", 2),
  "aten::_upsample_bilinear2d_aa.vec": rows("linear-aa", 2),
  "aten::_upsample_bicubic2d_aa": rows("cubic-aa", 2),
  "aten::_upsample_bicubic2d_aa.vec": rows("cubic-aa", 2),
  "aten::_upsample_lanczos2d_aa": rows("lanczos-aa", 2),
  "aten::_upsample_lanczos2d_aa.vec": rows("lanczos-aa", 2),
  "aten::grid_sampler": gridSample,
  "aten::grid_sampler_2d": gridSample,
  "aten::grid_sampler_3d": gridSample,
  "aten::_grid_sampler_2d_cpu_fallback": gridSample,
} satisfies LoweringTable;
