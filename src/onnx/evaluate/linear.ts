/** @file Matrix products of ONNX, plain, by index letters and quantized. */

import { einsum } from "../../core/ops/einsum.ts";
import { binary, cast, scalarTensor } from "../../core/ops/elementwise.ts";
import { along, transpose } from "../../core/ops/layout.ts";
import { det } from "../../core/ops/linalg.ts";
import { castTo } from "../../core/ops/low-precision.ts";
import { matmul } from "../../core/ops/matmul.ts";
import { matmulInteger, requantize } from "../../core/ops/quantized-matmul.ts";
import type { Strided } from "../../core/strided.ts";
import { isFloat, wideOf } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";

/** factor * x; an integer is multiplied in double and truncated. */
function scaled(x: Strided, factor: number): Strided {
  if (factor === 1) return x;
  const wide = isFloat(x.dtype) ? x.dtype : "float64";
  return cast(binary("mul", cast(x, wide), scalarTensor(wide, factor)), x.dtype);
}

/** alpha A B + beta C, where A and B may be transposed and C broadcasts. */
export function gemm(call: Call, a: Strided, b: Strided, c: Strided | null): Strided {
  const wide = wideOf(a.dtype);
  const turned = (x: Strided, name: string) => (call.int(name, 0) === 0 ? cast(x, wide) : transpose(cast(x, wide), 0, 1));
  const product = scaled(matmul(turned(a, "transA"), turned(b, "transB")), call.float("alpha", 1));
  const beta = call.float("beta", 1);
  return cast(c === null || beta === 0 ? product : binary("add", product, scaled(cast(c, wide), beta)), a.dtype);
}

/** A B of quantized matrices: A's zero point runs along its rows, B's along its columns. int32; of float8, which has none, float32. */
export function quantizedProduct(a: Strided, aZero: Strided | null, b: Strided, bZero: Strided | null): Strided {
  return isFloat(a.dtype) ? matmul(cast(a, "float32"), cast(b, "float32")) : matmulInteger(a, b, aZero, bZero);
}

/** Sums times a factor as what `zero` is the zero point of: both broadcast. */
export function requantized(sums: Strided, factor: Strided, zero: Strided): Strided {
  const { dtype } = zero;
  if (dtype === "uint8" || dtype === "int8") return requantize(sums, factor, zero, dtype);
  return castTo(binary("mul", cast(sums, "float32"), factor), dtype, { saturate: true });
}

/** What turns the sums of a product of `rank` dims into integers of its result: a along rows times b along columns, by y. */
function factorOf(rank: number, a: Strided, b: Strided, y: Strided): Strided {
  const [rows, columns] = [along(cast(a, "float32"), rank - 2, rank), along(cast(b, "float32"), rank - 1, rank)];
  return binary("div", binary("mul", rows, columns), along(cast(y, "float32"), rank - 2, rank));
}

export const linear: EvaluateTable = {
  MatMul: (call) => matmul(call.tensor(0), call.tensor(1)),
  Gemm: (call) => gemm(call, call.tensor(0), call.tensor(1), call.optional(2)),
  Einsum: (call) => einsum(call.string("equation", ""), call.tensors()),
  Det: (call) => det(call.tensor(0)),
  MatMulInteger: (call) => quantizedProduct(call.tensor(0), call.optional(2), call.tensor(1), call.optional(3)),
  QLinearMatMul: (call) => {
    const [a, b, zero] = [call.tensor(0), call.tensor(3), call.tensor(7)];
    const product = quantizedProduct(a, call.optional(2), b, call.optional(5));
    const rank = product.shape.length;
    const factor = factorOf(rank, call.tensor(1), call.tensor(4), call.tensor(6));
    return requantized(product, factor, along(zero, rank - 2, rank));
  },
};
