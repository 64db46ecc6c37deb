/** @file Elementwise operations on all dtypes. Results keep the memory order of their operands, as PyTorch's TensorIterator does. */

import { type DType, dtypes, isComplex, realOf, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { empty, numel, type Strided } from "../strided.ts";
import { complexBinary, complexCast, complexCompare, complexUnary } from "./complex.ts";
import { broadcastShapes } from "./layout.ts";
import { nest, operand } from "./nest.ts";
import {
  type BinaryOp,
  type CompareOp,
  emptyLike,
  realBinary,
  realCast,
  realCompare,
  realFill,
  realUnary,
  type Scalar,
  sameDtype,
  type UnaryOp,
} from "./real.ts";

/**
 * y = op(x), in x's dtype; isnan, isinf and logical_not give bool, abs of complex its real dtype. Low precision computes in float32
 * and rounds once. Throws `core/no-kernel` where the dtype has no such function (sqrt of integers: cast first, as torch promotes).
 */
export const unary = (op: UnaryOp, x: Strided): Strided => (isComplex(x.dtype) ? complexUnary(op, x) : realUnary(op, x));

/**
 * y = a op b with broadcasting; a and b have one dtype, which is y's. Integers wrap. bool: add and maximum are or, mul and minimum are and.
 * Throws `core/dtype`, `core/broadcast`, `core/no-kernel`, and `core/zero-division` for integers.
 */
export function binary(op: BinaryOp, a: Strided, b: Strided): Strided {
  sameDtype(op, a, b);
  return isComplex(a.dtype) ? complexBinary(op, a, b) : realBinary(op, a, b);
}

/** a op b as bool, with broadcasting; a and b have one dtype (complex: eq and ne only). Throws `core/dtype`, `core/broadcast`. */
export function compare(op: CompareOp, a: Strided, b: Strided): Strided {
  sameDtype(op, a, b);
  return isComplex(a.dtype) ? complexCompare(op, a, b) : realCompare(op, a, b);
}

/** `x` in another dtype, by torch's rules: floats truncate, ints wrap, bool is x != 0, complex to real drops the imaginary part. */
export function cast(x: Strided, dtype: DType): Strided {
  if (x.dtype === dtype) return x;
  return isComplex(x.dtype) || isComplex(dtype) ? complexCast(x, dtype) : realCast(x, dtype);
}

/** cond ? a : b with broadcasting; cond is bool (or uint8), a and b have one dtype. Throws `core/dtype`, `core/broadcast`. */
export function where(cond: Strided, a: Strided, b: Strided): Strided {
  sameDtype("where", a, b);
  if (width(cond.dtype) !== 1) throw new OnnxExporterError("core/dtype", `where: the condition is ${cond.dtype}`, "cast it to bool");
  const shape = broadcastShapes(cond.shape, a.shape, b.shape);
  const y = emptyLike(a.dtype, shape, [cond, a, b]);
  const operands = () => [y, cond, a, b].map((x) => operand(x, shape));
  if (numel(shape) > 0) core.frame(() => core.kernel(`where_${width(a.dtype)}`)(nest(shape, operands())));
  return y;
}

/** A new tensor with all elements `value`. */
export const fill = (dtype: DType, shape: readonly number[], value: Scalar): Strided =>
  isComplex(dtype) ? complexCast(realFill(realOf(dtype), shape, value), dtype) : realFill(dtype, shape, value);

/** A tensor of rank 0. */
export const scalarTensor = (dtype: DType, value: Scalar): Strided => fill(dtype, [], value);

/** x op value, in x's dtype. Throws as `binary`. */
export const binaryScalar = (op: BinaryOp, x: Strided, value: Scalar): Strided => binary(op, x, scalarTensor(x.dtype, value));

/** x op value as bool. Throws as `compare`. */
export const compareScalar = (op: CompareOp, x: Strided, value: Scalar): Strided => compare(op, x, scalarTensor(x.dtype, value));

/** start + i * step for i in [0, n), computed in double (int64: in integers) and rounded once. */
export function arange(dtype: DType, start: Scalar, step: Scalar, n: number): Strided {
  const integer = dtypes[dtype].kind === "int" || dtypes[dtype].kind === "uint";
  const wide = empty(integer ? "int64" : "float64", [n]);
  if (integer) {
    const values = core.i64().subarray(wide.storage.ptr >>> 3, (wide.storage.ptr >>> 3) + n);
    const [a, b] = [
      BigInt(typeof start === "number" ? Math.trunc(start) : start),
      BigInt(typeof step === "number" ? Math.trunc(step) : step),
    ];
    for (let i = 0; i < n; i++) values[i] = a + BigInt(i) * b;
  } else {
    const values = core.f64().subarray(wide.storage.ptr >>> 3, (wide.storage.ptr >>> 3) + n);
    const [a, b] = [Number(start), Number(step)];
    for (let i = 0; i < n; i++) values[i] = a + i * b;
  }
  return cast(wide, dtype);
}
