/** @file Complex tensors: their real and imaginary parts as views, and elementwise operations computed on these. */

import { type DType, isComplex, realOf } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import type { Strided } from "../strided.ts";
import { broadcastShapes, copyInto } from "./layout.ts";
import { type BinaryOp, type CompareOp, emptyLike, realBinary, realCast, realCompare, realFill, realUnary, type UnaryOp } from "./real.ts";

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

const add = (a: Strided, b: Strided) => realBinary("add", a, b);
const sub = (a: Strided, b: Strided) => realBinary("sub", a, b);
const mul = (a: Strided, b: Strided) => realBinary("mul", a, b);
const div = (a: Strided, b: Strided) => realBinary("div", a, b);

/** |z| without overflow: computed one precision up. */
function modulus(re: Strided, im: Strided): Strided {
  const [a, b] = [realCast(re, "float64"), realCast(im, "float64")];
  return realCast(realUnary("sqrt", add(mul(a, a), mul(b, b))), re.dtype);
}

const polar = (r: Strided, angle: Strided) => makeComplex(mul(r, realUnary("cos", angle)), mul(r, realUnary("sin", angle)));

const unaries: { readonly [op in UnaryOp]?: (re: Strided, im: Strided) => Strided } = {
  neg: (re, im) => makeComplex(realUnary("neg", re), realUnary("neg", im)),
  abs: modulus,
  exp: (re, im) => polar(realUnary("exp", re), im),
  log: (re, im) => makeComplex(realUnary("log", modulus(re, im)), realBinary("atan2", im, re)),
  sqrt: (re, im) => polar(realUnary("sqrt", modulus(re, im)), mul(realBinary("atan2", im, re), realFill(re.dtype, [], 0.5))),
  reciprocal: (re, im) => {
    const norm = add(mul(re, re), mul(im, im));
    return makeComplex(div(re, norm), realUnary("neg", div(im, norm)));
  },
  sin: (re, im) => makeComplex(mul(realUnary("sin", re), realUnary("cosh", im)), mul(realUnary("cos", re), realUnary("sinh", im))),
  cos: (re, im) =>
    makeComplex(mul(realUnary("cos", re), realUnary("cosh", im)), realUnary("neg", mul(realUnary("sin", re), realUnary("sinh", im)))),
  isnan: (re, im) => realBinary("bitwise_or", realUnary("isnan", re), realUnary("isnan", im)),
  isinf: (re, im) => realBinary("bitwise_or", realUnary("isinf", re), realUnary("isinf", im)),
  logical_not: (re, im) => realBinary("bitwise_and", realUnary("logical_not", re), realUnary("logical_not", im)),
};

export function complexUnary(op: UnaryOp, x: Strided): Strided {
  const rule = unaries[op];
  if (rule === undefined)
    throw new OnnxExporterError("core/no-kernel", `no kernel ${op} for ${x.dtype}`, "write it in real and imaginary parts");
  return rule(part(x, 0), part(x, 1));
}

export function complexBinary(op: BinaryOp, a: Strided, b: Strided): Strided {
  const [ar, ai, br, bi] = [part(a, 0), part(a, 1), part(b, 0), part(b, 1)];
  if (op === "add" || op === "sub") return makeComplex(realBinary(op, ar, br), realBinary(op, ai, bi));
  if (op === "mul") return makeComplex(sub(mul(ar, br), mul(ai, bi)), add(mul(ar, bi), mul(ai, br)));
  if (op === "div") {
    const norm = add(mul(br, br), mul(bi, bi));
    return makeComplex(div(add(mul(ar, br), mul(ai, bi)), norm), div(sub(mul(ai, br), mul(ar, bi)), norm));
  }
  throw new OnnxExporterError("core/no-kernel", `no kernel ${op} for ${a.dtype}`, "write it in real and imaginary parts");
}

export function complexCompare(op: CompareOp, a: Strided, b: Strided): Strided {
  const [re, im] = [part(a, 0), part(a, 1)];
  if (op === "eq") return realBinary("bitwise_and", realCompare("eq", re, part(b, 0)), realCompare("eq", im, part(b, 1)));
  if (op === "ne") return realBinary("bitwise_or", realCompare("ne", re, part(b, 0)), realCompare("ne", im, part(b, 1)));
  throw new OnnxExporterError("core/no-kernel", `${op}: complex numbers have no order`, "compare their parts or their abs");
}

export function complexCast(x: Strided, dtype: DType): Strided {
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
