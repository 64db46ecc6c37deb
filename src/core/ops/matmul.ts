/** @file Matrix products. */

import { dtypes, isComplex } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { imagPart, makeComplex, realPart } from "./complex.ts";
import { broadcastShapes, contiguous, expand, reshape, select, show, tryView, unsqueeze } from "./layout.ts";
import { carrierOf, realBinary, realCast } from "./real.ts";

/**
 * c = a b for matrices; `c` has rows without gaps and a, b, c one dtype that has a gemm kernel (float32, float64, int32, int64).
 * Shapes are the caller's business. Throws `core/memory`.
 */
export function gemmInto(c: Strided, a: Strided, b: Strided): void {
  const [m, n, k] = [c.shape[0] as number, c.shape[1] as number, a.shape[1] as number];
  if (m === 0 || n === 0) return;
  const [ra, ca] = a.strides as [number, number];
  const [rb, cb] = b.strides as [number, number];
  const code = core.kernel("gemm", c.dtype)(m, n, k, address(a), ra, ca, address(b), rb, cb, address(c), c.strides[0] as number);
  if (code !== 0) throw new OnnxExporterError("core/memory", "matmul: the core's memory is used up", "work on smaller pieces");
}

/**
 * a b by torch's rules: vectors are rows on the left and columns on the right, leading dims broadcast. One dtype, which is the result's.
 * float16 and bfloat16 accumulate in float32 and round once; ints wrap. a: […, m, k], b: […, k, n] → […, m, n].
 * Throws `core/matmul` for shapes or dtypes that do not fit, `core/broadcast`.
 */
export function matmul(a: Strided, b: Strided): Strided {
  const left = a.shape.length === 1 ? unsqueeze(a, 0) : a;
  const right = b.shape.length === 1 ? unsqueeze(b, 1) : b;
  const fits = a.dtype === b.dtype && left.shape.length > 1 && right.shape.length > 1 && left.shape.at(-1) === right.shape.at(-2);
  if (!fits) {
    const message = `matmul: ${a.dtype}${show(a.shape)} and ${b.dtype}${show(b.shape)} do not fit`;
    throw new OnnxExporterError("core/matmul", message, "the last dim of a must equal the last but one of b, and dtypes too");
  }
  const y = isComplex(a.dtype) ? complexProduct(left, right) : product(left, right);
  const shape = y.shape.filter(
    (_, i) => !(a.shape.length === 1 && i === y.shape.length - 2) && !(b.shape.length === 1 && i === y.shape.length - 1),
  );
  return reshape(y, shape);
}

function complexProduct(a: Strided, b: Strided): Strided {
  const [ar, ai, br, bi] = [realPart(a), imagPart(a), realPart(b), imagPart(b)];
  return makeComplex(realBinary("sub", product(ar, br), product(ai, bi)), realBinary("add", product(ar, bi), product(ai, br)));
}

function product(a: Strided, b: Strided): Strided {
  const carrier = carrierOf("gemm", a.dtype);
  if (carrier !== a.dtype) {
    if (dtypes[a.dtype].kind === "bool") throw new OnnxExporterError("core/no-kernel", "no kernel matmul for bool", "cast first");
    return realCast(product(realCast(a, carrier), realCast(b, carrier)), a.dtype);
  }
  const [m, k, n] = [a.shape.at(-2) as number, a.shape.at(-1) as number, b.shape.at(-1) as number];
  if (b.shape.length === 2) {
    // All rows of a meet the same matrix: one product.
    const rows = numel(a.shape.slice(0, -1));
    const y = empty(a.dtype, [...a.shape.slice(0, -1), n]);
    const flat = tryView(a, [rows, k]) ?? reshape(contiguous(a), [rows, k]);
    gemmInto(reshape(y, [rows, n]), flat, b);
    return y;
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const count = numel(batch);
  const y = empty(a.dtype, [...batch, m, n]);
  if (count === 0) return y;
  const [as, bs, ys] = [flatBatch(expand(a, [...batch, m, k]), count), flatBatch(expand(b, [...batch, k, n]), count), flatBatch(y, count)];
  for (let i = 0; i < count; i++) gemmInto(select(ys, 0, i), select(as, 0, i), select(bs, 0, i));
  return y;
}

/** Leading dims as one; a copy only where strides demand it. */
const flatBatch = (x: Strided, count: number): Strided => reshape(x, [count, x.shape.at(-2) as number, x.shape.at(-1) as number]);
