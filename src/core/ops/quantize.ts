/** @file Quantization as ONNX has it: y = clamp(round(x / scale) + zero point), and back. */

import { type DType, integerRange, isFloat } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, contiguousStrides, empty, numel, type Strided } from "../strided.ts";
import { binary, cast } from "./elementwise.ts";
import { asStrided, concat, contiguous, dimOf, expand, reshape, show, slice, unsqueeze } from "./layout.ts";
import { castTo } from "./low-precision.ts";
import { item, realFill } from "./real.ts";
import { reduce } from "./reduce.ts";

/** Which elements share a scale: all of x (one scale), a slice along `axis`, or `blockSize` elements along it. */
export interface Grain {
  /** Default 1. Counts only where there is more than one scale. */
  readonly axis?: number;
  /** 0, the default: no blocks. */
  readonly blockSize?: number;
}

export interface QuantizeOptions extends Grain {
  readonly dtype: DType;
  /** For the float8 dtypes, as `castTo`. */
  readonly saturate?: boolean;
  /** What the division is rounded to; by default the scale's dtype. */
  readonly precision?: DType;
}

export interface DequantizeOptions extends Grain {
  /** By default the scale's dtype. */
  readonly dtype?: DType;
}

/** Dtypes of integers that are quantized to, and the dtype of the kernel that writes such elements. */
const writers: { readonly [d in DType]?: DType } = {
  uint8: "uint8",
  int8: "int8",
  uint16: "uint16",
  int16: "int16",
  uint4: "uint8",
  int4: "int8",
  uint2: "uint8",
  int2: "int8",
};

/** Calls `f` with x, and with scale and zero point in shapes that broadcast to x's; blocks get a dim of their own. The result has x's shape. */
function graded(
  x: Strided,
  scale: Strided,
  zero: Strided | null,
  { axis = 1, blockSize = 0 }: Grain,
  f: (x: Strided, scale: Strided, zero: Strided | null) => Strided,
): Strided {
  const rank = x.shape.length;
  if (zero !== null && numel(zero.shape) !== numel(scale.shape)) throw misfit(x, scale, `zero point ${show(zero.shape)}`);
  const both = (see: (t: Strided) => Strided): [Strided, Strided | null] => [see(scale), zero === null ? null : see(zero)];
  if (numel(scale.shape) === 1) return f(x, ...both((t) => asStrided(t, new Array<number>(rank).fill(1), new Array<number>(rank).fill(0))));
  const d = dimOf(axis, rank);
  const n = x.shape[d] as number;
  if (blockSize === 0) {
    if (scale.shape.length !== 1 || scale.shape[0] !== n) throw misfit(x, scale, `axis ${axis}`);
    const along = x.shape.map((_, i) => (i === d ? n : 1));
    return f(x, ...both((t) => reshape(t, along)));
  }
  const blocks = scale.shape[d] as number;
  const fits =
    scale.shape.length === rank && scale.shape.every((s, i) => i === d || s === x.shape[i]) && Math.ceil(n / blockSize) === blocks;
  if (!fits) throw misfit(x, scale, `axis ${axis}, blocks of ${blockSize}`);
  const whole = n - (n % blockSize);
  if (whole !== n && whole > 0) {
    const part = (from: number, to: number, block: number, size: number) => {
      const [s, z] = both((t) => slice(t, d, block, block + Math.ceil((to - from) / size)));
      return graded(slice(x, d, from, to), s, z, { axis, blockSize: size }, f);
    };
    return concat([part(0, whole, 0, blockSize), part(whole, n, blocks - 1, n - whole)], d);
  }
  const split = [...x.shape.slice(0, d), blocks, n / blocks, ...x.shape.slice(d + 1)];
  return reshape(f(reshape(x, split), ...both((t) => unsqueeze(t, d + 1))), x.shape);
}

const misfit = (x: Strided, scale: Strided, what: string) =>
  new OnnxExporterError(
    "core/quantize",
    `quantize: scale ${show(scale.shape)} does not fit ${show(x.shape)} (${what})`,
    "one scale, a vector as long as the axis, or x's shape with the axis divided into blocks",
  );

/**
 * x / scale, rounded to nearest even, plus the zero point, clamped to the range of `dtype`: (u)int8, (u)int16, (u)int4 or (u)int2;
 * NaN becomes the smallest. float8 dtypes ignore the zero point, which ONNX wants to be 0, and take `saturate`; float4_e2m1 saturates.
 * Throws `core/quantize` for scales that do not fit x and for other dtypes.
 */
export function quantizeLinear(x: Strided, scale: Strided, zero: Strided | null, options: QuantizeOptions): Strided {
  const { dtype, saturate = true, precision = scale.dtype } = options;
  const whole = writers[dtype] !== undefined;
  if (!whole && !isFloat(dtype)) {
    throw new OnnxExporterError("core/quantize", `quantize: to ${dtype}`, `known: ${Object.keys(writers).join(", ")}, float8 and float4`);
  }
  return graded(x, scale, zero, options, (v, s, z) => {
    if (whole && precision === "float32") return quantized(cast(v, precision), cast(s, precision), z, dtype);
    const quotient = binary("div", cast(v, precision), cast(s, precision));
    if (whole) return quantized(cast(quotient, "float32"), realFill("float32", [], 1), z, dtype);
    const shifted = z === null || dtype !== "float4_e2m1" ? quotient : binary("add", quotient, cast(z, precision));
    return castTo(shifted, dtype, { saturate });
  });
}

/** By the kernels: float32 x and scale, which broadcasts to x, as zero does. */
function quantized(x: Strided, scale: Strided, zero: Strided | null, dtype: DType): Strided {
  const [low, high] = integerRange(dtype).map(Number) as [number, number];
  const writer = writers[dtype] ?? dtype;
  const source = contiguous(x);
  const y = empty(dtype, x.shape);
  if (numel(x.shape) === 0) return y;
  const z = zero === null ? realFill("float32", [], 0) : cast(zero, "float32");
  const moves = (t: Strided) => t.shape.findLastIndex((n) => n !== 1) + 1;
  // Dims behind the last along which scale or zero changes make one run.
  const lead = x.shape.slice(0, Math.max(moves(scale), moves(z)));
  const n = numel(x.shape.slice(lead.length));
  const spread = (t: Strided) => contiguous(expand(leading(t, lead.length), lead));
  const [scales, zeros] = [spread(scale), spread(z)];
  if (n === 1) core.kernel("quantize_each", writer)(address(source), address(y), numel(lead), address(scales), address(zeros), low, high);
  else core.kernel("quantize", writer)(address(source), address(y), numel(lead), n, address(scales), address(zeros), low, high);
  return y;
}

/** `t` without the dims of size 1 behind the first `rank` ones. */
const leading = (t: Strided, rank: number): Strided => asStrided(t, t.shape.slice(0, rank), t.strides.slice(0, rank));

/** (x - zero point) * scale in float32 (int32: in double), rounded once to the result's dtype. Throws `core/quantize` for scales that do not fit x. */
export function dequantizeLinear(x: Strided, scale: Strided, zero: Strided | null, options: DequantizeOptions = {}): Strided {
  const { dtype = scale.dtype } = options;
  const wide = x.dtype === "int32" ? "float64" : "float32";
  return graded(x, scale, isFloat(x.dtype) ? null : zero, options, (v, s, z) => {
    const whole = cast(v, wide);
    const difference = z === null ? whole : binary("sub", whole, cast(z, wide));
    return castTo(binary("mul", difference, cast(s, wide)), dtype);
  });
}

/** ONNX's DynamicQuantizeLinear: float32 x in uint8 with the scale and zero point that its range, widened to hold 0, asks for. */
export function dynamicQuantizeLinear(x: Strided): { readonly y: Strided; readonly scale: Strided; readonly zero: Strided } {
  const end = (op: "min" | "max") => (numel(x.shape) === 0 ? 0 : item(reduce(op, x, null, false)));
  const [low, high] = [Math.min(end("min"), 0), Math.max(end("max"), 0)];
  const step = high === low ? 1 : Math.fround(Math.fround(high - low) / 255);
  const scale = realFill("float32", [], step);
  const point = quantizeLinear(realFill("float32", [], -low), scale, null, { dtype: "uint8" });
  return { y: quantizeLinear(x, scale, point, { dtype: "uint8" }), scale, zero: asStrided(point, [], contiguousStrides([])) };
}
