/** @file Arithmetic on quantized tensors: integers less their zero point, and numbers back to integers. */

import { type DType, dtypes, isFloat } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { numel, type Strided } from "../strided.ts";
import { binary, cast, scalarTensor, unary } from "./elementwise.ts";
import { reshape } from "./layout.ts";

/** `v`, a scalar or vector, shaped so that it runs along `dim` of a tensor of `rank` dims. Others are as they are. */
export function along(v: Strided, dim: number, rank: number): Strided {
  if (v.shape.length > 1) return v;
  const count = numel(v.shape);
  return reshape(v, count === 1 ? [] : Array.from({ length: rank }, (_, i) => (i === dim ? count : 1)));
}

/** x - zeroPoint in int32 (float8: in float32); `zeroPoint`, null for 0, broadcasts. */
export function centered(x: Strided, zeroPoint: Strided | null): Strided {
  const wide = isFloat(x.dtype) ? "float32" : "int32";
  const y = cast(x, wide);
  return zeroPoint === null ? y : binary("sub", y, cast(zeroPoint, wide));
}

/** (x - zeroPoint) * scale in float32; both broadcast. */
export const dequantized = (x: Strided, scale: Strided, zeroPoint: Strided | null): Strided =>
  binary("mul", cast(centered(x, zeroPoint), "float32"), cast(scale, "float32"));

/** The range of an 8 or 16 bit integer dtype. Throws `core/dtype`. */
function rangeOf(dtype: DType): readonly [low: number, high: number] {
  const { kind, size } = dtypes[dtype];
  if ((kind !== "int" && kind !== "uint") || size > 2) {
    throw new OnnxExporterError("core/dtype", `cannot quantize to ${dtype}`, "use an integer of at most 16 bits, or float8");
  }
  const count = 2 ** (8 * size);
  return kind === "int" ? [-count / 2, count / 2 - 1] : [0, count - 1];
}

/** float32 numbers as `dtype`: round(x) + zeroPoint, halves to even, within the dtype's range. float8 rounds itself. Both broadcast. */
export function rounded(x: Strided, zeroPoint: Strided | null, dtype: DType): Strided {
  if (isFloat(dtype)) return cast(zeroPoint === null ? x : binary("add", x, cast(zeroPoint, x.dtype)), dtype);
  const [low, high] = rangeOf(dtype);
  const whole = unary("round", x);
  const moved = zeroPoint === null ? whole : binary("add", whole, cast(zeroPoint, x.dtype));
  const floor = binary("maximum", moved, scalarTensor(x.dtype, low));
  return cast(binary("minimum", floor, scalarTensor(x.dtype, high)), dtype);
}

/** x / scale as `dtype`, as `rounded`. */
export const quantized = (x: Strided, scale: Strided, zeroPoint: Strided | null, dtype: DType): Strided =>
  rounded(binary("div", cast(x, "float32"), cast(scale, "float32")), zeroPoint, dtype);
