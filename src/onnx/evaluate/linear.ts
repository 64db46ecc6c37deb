/** @file Matrix products of ONNX, plain, by index letters and quantized. */

import { einsum } from "../../core/ops/einsum.ts";
import { binary, cast, scalarTensor } from "../../core/ops/elementwise.ts";
import { transpose } from "../../core/ops/layout.ts";
import { det } from "../../core/ops/linalg.ts";
import { matmul } from "../../core/ops/matmul.ts";
import { wideOf } from "../../core/ops/precision.ts";
import { along, centered, rounded } from "../../core/ops/requantize.ts";
import type { Strided } from "../../core/strided.ts";
import { isFloat } from "../../dtype.ts";
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

/** A B of quantized matrices: A's zero point runs along its rows, B's along its columns. int32, for float8 float32. */
export function quantizedProduct(a: Strided, aZero: Strided | null, b: Strided, bZero: Strided | null): Strided {
  const left = aZero && along(aZero, a.shape.length - 2, a.shape.length);
  const right = bZero && along(bZero, b.shape.length - 1, b.shape.length);
  return matmul(centered(a, left), centered(b, right));
}

/** a b / y with a along rows, b along columns: what turns the integers of a product into those of the result. */
function rescaled(product: Strided, a: Strided, b: Strided, y: Strided): Strided {
  const rank = product.shape.length;
  const [rows, columns] = [along(cast(a, "float32"), rank - 2, rank), along(cast(b, "float32"), rank - 1, rank)];
  const factor = binary("div", binary("mul", rows, columns), along(cast(y, "float32"), rank - 2, rank));
  return binary("mul", cast(product, "float32"), factor);
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
    const y = rescaled(product, call.tensor(1), call.tensor(4), call.tensor(6));
    return rounded(y, along(zero, y.shape.length - 2, y.shape.length), zero.dtype);
  },
};
