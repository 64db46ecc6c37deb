/** @file Casts to 8-bit floats that let their caller choose what becomes of numbers past the ends, as ONNX does. */

import { type DType, dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { binary, cast, compare, scalarTensor, unary, where } from "./elementwise.ts";
import { contiguous } from "./layout.ts";

/** The largest number of each 8-bit float with a mantissa. */
const largest: { readonly [d in DType]?: number } = {
  float8_e4m3fn: 448,
  float8_e4m3fnuz: 240,
  float8_e5m2: 57344,
  float8_e5m2fnuz: 57344,
};

/** Whether `dtype` is an 8-bit float with a mantissa. */
export const isFloat8 = (dtype: DType): boolean => largest[dtype] !== undefined;

/** How a number between two powers of two becomes one of them; nearest: halfway goes up. */
export type RoundMode = "up" | "down" | "nearest";

/**
 * `x` in an 8-bit float with a mantissa, through float32, rounded to nearest even. Past the ends: the largest number where it saturates, inf
 * included; else inf, or NaN where the format has none. Throws `core/dtype` for other dtypes.
 */
export function castFloat8(x: Strided, dtype: DType, saturate: boolean): Strided {
  const end = largest[dtype];
  if (end === undefined) throw new OnnxExporterError("core/dtype", `castFloat8: ${dtype} is no 8-bit float with a mantissa`);
  const wide = cast(x, "float32");
  const constant = (value: number): Strided => scalarTensor("float32", value);
  if (saturate) return cast(binary("maximum", binary("minimum", wide, constant(end)), constant(-end)), dtype);
  if (dtype !== "float8_e4m3fn") return cast(wide, dtype);
  // The core's cast to float8_e4m3fn saturates, as torch's. 464, halfway to what would come next, still rounds to 448.
  const past = compare("gt", unary("abs", wide), constant(464));
  return cast(where(past, constant(Number.NaN), wide), dtype);
}

/** Bits of float32 with exponent field `e` and mantissa `m`, rounded to a power of two: its exponent field, 255 past the end. */
function roundedExponent(e: number, m: number, mode: RoundMode): number {
  if (mode === "down") return e;
  if (mode === "up") return m > 0 ? e + 1 : e;
  // Halfway goes up, but for the subnormals of float32, whose half is a number of its own.
  return m > 0x400000 || (m === 0x400000 && e > 0) ? e + 1 : e;
}

/**
 * `x` in float8_e8m0fnu, the powers of two from 2^-127 to 2^127, through float32. Signs are dropped, NaN stays. What is too small, and 0,
 * becomes 2^-127, what is too large 2^127 where it saturates; otherwise both, and inf, become NaN.
 */
export function castE8m0(x: Strided, saturate: boolean, mode: RoundMode): Strided {
  const wide = contiguous(cast(x, "float32"));
  const y = empty("float8_e8m0fnu", x.shape);
  const n = numel(x.shape);
  const from = core.i32().subarray(address(wide) >>> 2, (address(wide) >>> 2) + n);
  const to = core.u8().subarray(address(y), address(y) + n);
  for (let i = 0; i < n; i++) {
    const bits = (from[i] as number) & 0x7fffffff;
    if (bits > 0x7f800000) to[i] = 255;
    else if (bits === 0) to[i] = saturate ? 0 : 255;
    else {
      const e = roundedExponent(bits >>> 23, bits & 0x7fffff, mode);
      to[i] = e < 255 ? e : saturate ? 254 : 255;
    }
  }
  return y;
}

/** Smallest and largest integer of `dtype`, as doubles. */
export function integerRange(dtype: DType): readonly [low: number, high: number] {
  const { kind, size } = dtypes[dtype];
  const bits = size * 8;
  return kind === "int" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}
