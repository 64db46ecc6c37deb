/** @file Resampling: interpolation to other sizes, sampling on a grid. */

import { cast } from "../core/ops/elementwise.ts";
import { type GridOptions, gridSample } from "../core/ops/grid-sample.ts";
import { type ResizeMode, resizeDim, tapsOf } from "../core/ops/resize.ts";
import type { Strided } from "../core/strided.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, floordiv, isStatic, mul, product, sub } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { shaped } from "./view-shape.ts";

/** The arguments of every `upsample_*` overload: sizes or factors, factors in one list or one argument per dim. */
export interface Upsample<T, I> {
  readonly self?: T;
  readonly input?: T;
  readonly output_size: readonly I[] | null;
  readonly align_corners?: boolean;
  readonly scale_factors?: readonly (number | I)[] | null;
  readonly scales?: number | I | null;
  readonly scales_d?: number | I | null;
  readonly scales_h?: number | I | null;
  readonly scales_w?: number | I | null;
}

export const upsampled = <T, I>(args: Upsample<T, I>): T => args.self ?? args.input ?? internal("upsample without input");

/** The user's factor for each of `n` spatial dims, null where none was given. */
export function factorsOf<I>(args: Upsample<unknown, I>, n: number): (number | null)[] {
  const given = args.scale_factors ?? [args.scales_d ?? null, args.scales_h ?? null, args.scales_w ?? args.scales ?? null].slice(-n);
  return given.map((f) => {
    if (f === null) return null;
    if (typeof f === "number") return f;
    throw new OnnxExporterError("aten/symbolic-float", "a scale factor that is computed at run time", "give the output size instead");
  });
}

/** floor(size * factor), exactly for factors that are multiples of 1/1024. */
function grown(size: Dim, factor: number): Dim {
  if (isStatic(size)) return Math.floor(size * factor);
  const units = factor * 1024;
  if (Number.isInteger(units)) return floordiv(mul(size, units), 1024);
  return size.env.opaque(`floor(${factor}*n)`, [size], (n) => Math.floor((n as number) * factor));
}

/** Sizes of the spatial dims of the result. */
function upsampledSize(shape: readonly Dim[], args: Upsample<unknown, Dim>, n: number): Dim[] {
  const spatial = shape.slice(-n);
  if (args.output_size !== null) return [...args.output_size];
  return factorsOf(args, n).map((f, i) => grown(spatial[i] as Dim, f ?? internal("upsample without size or factor")));
}

function evalUpsample(args: Upsample<Strided, number>, mode: ResizeMode, n: number): Strided {
  const input = upsampled(args);
  const size = upsampledSize(input.shape, args, n) as number[];
  const factors = factorsOf(args, n);
  const plain = mode === "nearest" || mode === "nearest-exact";
  let x = plain || input.dtype === "float64" ? input : cast(input, "float32");
  for (let i = n - 1; i >= 0; i--) {
    const dim = input.shape.length - n + i;
    const taps = tapsOf(mode, input.shape[dim] as number, size[i] as number, args.align_corners ?? false, factors[i] ?? null, x.dtype);
    x = resizeDim(x, dim, taps);
  }
  return x.dtype === input.dtype ? x : cast(x, input.dtype);
}

const upsample = (mode: ResizeMode, n: number) => ({
  meta: (args: Upsample<TensorType, Dim>): Meta => {
    const x = upsampled(args);
    return shaped(x, [...x.shape.slice(0, -n), ...upsampledSize(x.shape, args, n)]);
  },
  eval: (args: Upsample<Strided, number>) => evalUpsample(args, mode, n),
});

interface GridArgs<T> {
  readonly input: T;
  readonly grid: T;
  readonly interpolation_mode: number;
  readonly padding_mode: number;
  readonly align_corners: boolean;
}

export const gridModes = ["linear", "nearest", "cubic"] as const;
export const gridPaddings = ["zeros", "border", "reflection"] as const;

function gridOptions(args: GridArgs<unknown>): GridOptions {
  const mode = gridModes[args.interpolation_mode] ?? internal(`grid_sampler: interpolation mode ${args.interpolation_mode}`);
  const padding = gridPaddings[args.padding_mode] ?? internal(`grid_sampler: padding mode ${args.padding_mode}`);
  return { mode, padding, alignCorners: args.align_corners };
}

const sampler = {
  meta: ({ input, grid }: GridArgs<TensorType>): Meta => shaped(input, [...input.shape.slice(0, 2), ...grid.shape.slice(1, -1)]),
  eval: (args: GridArgs<Strided>) => gridSample(args.input, args.grid, gridOptions(args)),
};

/** Positions of `size` pixels in [-1, 1]: their centers, or with aligned corners from border to border. */
function axis(size: Dim, alignCorners: boolean, like: Symbolic, call: Call): Symbolic {
  const i = call("aten::to.dtype", { self: call("aten::arange", { end: size, dtype: "int64" }), dtype: like.dtype });
  if (alignCorners && size === 1) return call("aten::mul.Scalar", { self: i, other: 0 });
  const steps = alignCorners ? sub(size, 1) : size;
  const doubled = call("aten::mul.Scalar", { self: i, other: 2 });
  const shifted = alignCorners ? doubled : call("aten::add.Scalar", { self: doubled, other: 1 });
  return call("aten::sub.Scalar", { self: call("aten::div.Scalar", { self: shifted, other: steps }), other: 1 });
}

/** theta [N, n, n+1] times the homogeneous positions of an image of `size` [N, C, spatial…]: [N, spatial…, n]. */
function affineGrid(theta: Symbolic, size: readonly Dim[], alignCorners: boolean, call: Call): Symbolic {
  const spatial = size.slice(2);
  const n = spatial.length;
  // The last spatial dim is x, the first coordinate.
  const coordinates = spatial.map((d, k) => {
    const line = call("aten::reshape", { self: axis(d, alignCorners, theta, call), shape: spatial.map((_, i) => (i === k ? d : 1)) });
    return call("aten::expand", { self: line, size: spatial });
  });
  const ones = call("aten::full", { size: spatial, fill_value: 1, dtype: theta.dtype });
  const points = call("aten::reshape", {
    self: call("aten::stack", { tensors: [...coordinates.reverse(), ones], dim: -1 }),
    shape: [product(spatial), n + 1],
  });
  const moved = call("aten::matmul", { self: points, other: call("aten::transpose.int", { self: theta, dim0: 1, dim1: 2 }) });
  return call("aten::reshape", { self: moved, shape: [size[0] as Dim, ...spatial, n] });
}

export const resize = {
  "aten::upsample_nearest1d": upsample("nearest", 1),
  "aten::upsample_nearest2d": upsample("nearest", 2),
  "aten::upsample_nearest3d": upsample("nearest", 3),
  "aten::upsample_nearest1d.vec": upsample("nearest", 1),
  "aten::upsample_nearest2d.vec": upsample("nearest", 2),
  "aten::upsample_nearest3d.vec": upsample("nearest", 3),
  "aten::_upsample_nearest_exact1d": upsample("nearest-exact", 1),
  "aten::_upsample_nearest_exact2d": upsample("nearest-exact", 2),
  "aten::_upsample_nearest_exact3d": upsample("nearest-exact", 3),
  "aten::_upsample_nearest_exact1d.vec": upsample("nearest-exact", 1),
  "aten::_upsample_nearest_exact2d.vec": upsample("nearest-exact", 2),
  "aten::_upsample_nearest_exact3d.vec": upsample("nearest-exact", 3),
  "aten::upsample_linear1d": upsample("linear", 1),
  "aten::upsample_bilinear2d": upsample("linear", 2),
  "aten::upsample_trilinear3d": upsample("linear", 3),
  "aten::upsample_linear1d.vec": upsample("linear", 1),
  "aten::upsample_bilinear2d.vec": upsample("linear", 2),
  "aten::upsample_trilinear3d.vec": upsample("linear", 3),
  "aten::upsample_bicubic2d": upsample("cubic", 2),
  "aten::upsample_bicubic2d.vec": upsample("cubic", 2),
  "aten::_upsample_bilinear2d_aa": upsample("linear-aa", 2),
  "aten::_upsample_bilinear2d_aa.vec": upsample("linear-aa", 2),
  "aten::_upsample_bicubic2d_aa": upsample("cubic-aa", 2),
  "aten::_upsample_bicubic2d_aa.vec": upsample("cubic-aa", 2),
  "aten::_upsample_lanczos2d_aa": upsample("lanczos-aa", 2),
  "aten::_upsample_lanczos2d_aa.vec": upsample("lanczos-aa", 2),
  "aten::grid_sampler": sampler,
  "aten::grid_sampler_2d": sampler,
  "aten::grid_sampler_3d": sampler,
  "aten::_grid_sampler_2d_cpu_fallback": sampler,
  "aten::affine_grid_generator": {
    decompose: ({ theta, size, align_corners }, call) => affineGrid(theta, size, align_corners, call),
  },
} satisfies AtenTable;
