/** @file Complex tensors: their real and imaginary parts as views, and elementwise operations. complex32 is computed in complex64. */

import { type DType, isComplex, realOf } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, numel, type Strided } from "../strided.ts";
import { broadcastShapes, copyInto, emptyStrided } from "./layout.ts";
import { nest, operand } from "./nest.ts";
import { type BinaryOp, type CompareOp, dense, emptyLike, realBinary, realCast, realFill, realUnary, type UnaryOp } from "./real.ts";

function part(x: Strided, which: 0 | 1): Strided {
  return { storage: x.storage, dtype: realOf(x.dtype), shape: x.shape, strides: x.strides.map((s) => s * 2), offset: x.offset * 2 + which };
}

/** The real parts, a view; `x` itself where it is real. */
export const realPart = (x: Strided): Strided => (isComplex(x.dtype) ? part(x, 0) : x);
/** The imaginary parts of a complex tensor, a view. */
export const imagPart = (x: Strided): Strided => part(x, 1);

/** The complex dtype whose parts are `real`; bfloat16 has none, and float32 carries it. */
export const complexOf = (real: DType): DType => (real === "float64" ? "complex128" : real === "float16" ? "complex32" : "complex64");

/** A new complex tensor from its parts, which have one float dtype and broadcast. */
export function makeComplex(re: Strided, im: Strided): Strided {
  const y = emptyLike(complexOf(re.dtype), broadcastShapes(re.shape, im.shape), [re, im]);
  copyInto(part(y, 0), re);
  copyInto(part(y, 1), im);
  return y;
}

/** `f` of a tensor of real numbers, of each part of a complex one. */
export const onParts = (f: (x: Strided) => Strided, x: Strided): Strided =>
  isComplex(x.dtype) ? makeComplex(f(part(x, 0)), f(part(x, 1))) : f(x);

/** A complex tensor as a real one with a trailing dim of 2, a view. */
export function viewAsReal(x: Strided): Strided {
  const { storage, shape, strides, offset } = part(x, 0);
  return { storage, dtype: realOf(x.dtype), shape: [...shape, 2], strides: [...strides, 1], offset };
}

/** A real tensor with a contiguous trailing dim of 2 as a complex one, a view. Throws `core/complex-view`. */
export function viewAsComplex(x: Strided): Strided {
  const outer = x.strides.slice(0, -1);
  const fits = x.shape.at(-1) === 2 && x.strides.at(-1) === 1 && outer.every((s) => s % 2 === 0) && x.offset % 2 === 0;
  if (!fits)
    throw new OnnxExporterError(
      "core/complex-view",
      `cannot view [${x.shape.join(", ")}] as complex`,
      "the last dim must be 2 and contiguous",
    );
  return {
    storage: x.storage,
    dtype: complexOf(x.dtype),
    shape: x.shape.slice(0, -1),
    strides: outer.map((s) => s / 2),
    offset: x.offset / 2,
  };
}

/** Complex conjugate, a new tensor. */
export const conj = (x: Strided): Strided => makeComplex(part(x, 0), realUnary("neg", part(x, 1)));

/** `x` as complex64 or complex128, which the kernels of assembly/kernels/complex take, and dense. */
const computable = (x: Strided): Strided => dense(x.dtype === "complex32" ? complexCast(x, "complex64") : x);

const tests = new Set<UnaryOp>(["isnan", "isinf", "logical_not"]);
const either = (a: Strided, b: Strided): Strided => realBinary("bitwise_or", a, b);
const both = (a: Strided, b: Strided): Strided => realBinary("bitwise_and", a, b);

/** `unary` of complex numbers. abs and angle are real; a number is NaN or infinite where one of its parts is, false where both are. */
export function complexUnary(op: UnaryOp | "angle", x: Strided): Strided {
  if (op === "neg") return makeComplex(realUnary(op, part(x, 0)), realUnary(op, part(x, 1)));
  if (op !== "angle" && tests.has(op)) return (op === "logical_not" ? both : either)(realUnary(op, part(x, 0)), realUnary(op, part(x, 1)));
  const source = computable(x);
  const kernel = core.kernel(op, source.dtype);
  const real = op === "abs" || op === "angle";
  const y = emptyStrided(real ? realOf(source.dtype) : source.dtype, x.shape, source.strides);
  kernel(address(source), address(y), numel(x.shape));
  return real ? realCast(y, realOf(x.dtype)) : complexCast(y, x.dtype);
}

/** The kernel `op` over a nest of the result in `dtype` (null: that of a and b) and a, b of one complex dtype. */
function complexNest(op: string, dtype: DType | null, a: Strided, b: Strided): Strided {
  const [p, q] = [computable(a), computable(b)];
  const kernel = core.kernel(op, p.dtype);
  const shape = broadcastShapes(a.shape, b.shape);
  const y = emptyLike(dtype ?? p.dtype, shape, [p, q]);
  if (numel(shape) > 0) core.frame(() => kernel(nest(shape, [operand(y, shape), operand(p, shape), operand(q, shape)])));
  return dtype === null ? complexCast(y, a.dtype) : y;
}

export const complexBinary = (op: BinaryOp, a: Strided, b: Strided): Strided => complexNest(op, null, a, b);

export function complexCompare(op: CompareOp, a: Strided, b: Strided): Strided {
  if (op === "eq" || op === "ne") return complexNest(op, "bool", a, b);
  throw new OnnxExporterError("core/no-kernel", `${op}: complex numbers have no order`, "compare their parts or their abs");
}

export function complexCast(x: Strided, dtype: DType): Strided {
  if (x.dtype === dtype) return x;
  if (!isComplex(dtype)) {
    if (dtype === "bool") return realBinary("bitwise_or", realCast(part(x, 0), "bool"), realCast(part(x, 1), "bool"));
    return realCast(part(x, 0), dtype);
  }
  const y = emptyLike(dtype, x.shape, [x]);
  const real = realOf(dtype);
  copyInto(part(y, 0), realCast(realPart(x), real));
  if (isComplex(x.dtype)) copyInto(part(y, 1), realCast(part(x, 1), real));
  else copyInto(part(y, 1), realFill(real, [], 0));
  return y;
}
