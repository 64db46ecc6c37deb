/** @file Products of quantized tensors: integers with zero points, summed in int32. */

import { type DType, dtypes, integerRange } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { type ConvOptions, conv } from "./conv.ts";
import { binary, cast, unary } from "./elementwise.ts";
import { asStrided, broadcastShapes, contiguous, expand, reshape, select, show, unsqueeze } from "./layout.ts";
import { realFill } from "./real.ts";

const isByte = (dtype: DType): boolean => dtype === "uint8" || dtype === "int8";

/** A zero point as one int32 for each of `lines` rows or columns of `batch` matrices: given for all, for each line, or for each of both. */
function zerosOf(zero: Strided | null, batch: readonly number[], lines: number, side: "row" | "column"): Strided {
  const shape = [...batch, lines];
  if (zero === null) return realFill("int32", shape, 0);
  const wide = cast(zero, "int32");
  if (numel(wide.shape) === 1) return contiguous(expand(asStrided(wide, [], []), shape));
  // With more than one dim it has a matrix's dims, one of them 1.
  const last = wide.shape.length - 1;
  const one = side === "row" ? last : last - 1;
  const lined = wide.shape.length === 1 ? wide : asStrided(wide, wide.shape.toSpliced(one, 1), wide.strides.toSpliced(one, 1));
  return contiguous(expand(lined, shape));
}

/**
 * (a - aZero) (b - bZero) in int32, which wraps: a [..., m, k] and b [..., k, n] of uint8 or int8, with torch's rules for vectors and leading
 * dims. A zero point is one number, or one per row of a or column of b. Throws `core/matmul` for shapes or dtypes that do not fit.
 */
export function matmulInteger(a: Strided, b: Strided, aZero: Strided | null = null, bZero: Strided | null = null): Strided {
  const left = a.shape.length === 1 ? unsqueeze(a, 0) : a;
  const right = b.shape.length === 1 ? unsqueeze(b, 1) : b;
  if (!isByte(a.dtype) || !isByte(b.dtype) || left.shape.length < 2 || right.shape.length < 2 || left.shape.at(-1) !== right.shape.at(-2)) {
    const message = `matmulInteger: ${a.dtype}${show(a.shape)} and ${b.dtype}${show(b.shape)} do not fit`;
    throw new OnnxExporterError("core/matmul", message, "both are uint8 or int8, and the last dim of a equals the last but one of b");
  }
  const [m, k, n] = [left.shape.at(-2) as number, left.shape.at(-1) as number, right.shape.at(-1) as number];
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const y = empty("int32", [...batch, m, n]);
  const count = numel(batch);
  const [as, bs] = [reshape(expand(left, [...batch, m, k]), [count, m, k]), reshape(expand(right, [...batch, k, n]), [count, k, n])];
  const za = reshape(zerosOf(aZero, batch, m, "row"), [count, m]);
  const zb = reshape(zerosOf(bZero, batch, n, "column"), [count, n]);
  const ys = reshape(y, [count, m, n]);
  for (let i = 0; i < count; i++) productInto(select(ys, 0, i), select(as, 0, i), select(za, 0, i), select(bs, 0, i), select(zb, 0, i));
  const kept = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])];
  return reshape(y, kept);
}

function productInto(c: Strided, a: Strided, za: Strided, b: Strided, zb: Strided): void {
  const [m, n, k] = [c.shape[0] as number, c.shape[1] as number, a.shape[1] as number];
  if (m === 0 || n === 0) return;
  const side = (x: Strided, zeros: Strided) => {
    const [rows, columns] = x.strides as [number, number];
    return [address(x), rows, columns, dtypes[x.dtype].kind === "int" ? 1 : 0, address(zeros)] as const;
  };
  const code = core.exports.integer_gemm(m, n, k, ...side(a, za), ...side(b, zb), address(c), c.strides[0] as number);
  if (code !== 0) throw new OnnxExporterError("core/memory", "matmulInteger: the core's memory is used up", "work on smaller pieces");
}

/** Convolution of uint8 or int8 x and w less their zero points in int32; padding counts as x's zero point. w's may be one per output channel. */
export function convInteger(x: Strided, w: Strided, xZero: Strided | null, wZero: Strided | null, options: ConvOptions): Strided {
  const channels = (zero: Strided) =>
    numel(zero.shape) === 1 ? asStrided(zero, [], []) : reshape(zero, [-1, ...w.shape.slice(1).map(() => 1)]);
  const shifted = (t: Strided, zero: Strided | null, see: (zero: Strided) => Strided) =>
    zero === null ? cast(t, "int32") : binary("sub", cast(t, "int32"), see(cast(zero, "int32")));
  return conv(
    shifted(x, xZero, (zero) => asStrided(zero, [], [])),
    shifted(w, wZero, channels),
    null,
    options,
  );
}

/** int32 sums times a factor, which broadcasts, plus a zero point, rounded to nearest even and clamped to `dtype`: (u)int8. In double. */
export function requantize(sums: Strided, factor: Strided, zero: Strided | null, dtype: "uint8" | "int8"): Strided {
  const [low, high] = integerRange(dtype).map(Number) as [number, number];
  const bound = (v: number) => realFill("float64", [], v);
  const scaled = binary("mul", cast(sums, "float64"), cast(factor, "float64"));
  const moved = zero === null ? scaled : binary("add", scaled, cast(zero, "float64"));
  return cast(binary("minimum", binary("maximum", unary("round", moved), bound(low)), bound(high)), dtype);
}
