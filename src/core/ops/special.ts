/** @file Special functions of more than one argument or with parameters; the others are `unary` and `binary` by torch.special's names. */

import { type DType, isFloat } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import type { Strided } from "../strided.ts";
import { realBinary, realCast, realFill, realUnary } from "./real.ts";

const number = (dtype: DType, value: number): Strided => realFill(dtype, [], value);

/** `f` in double precision, rounded once. Throws `core/dtype` where x is no float. */
function inDouble(what: string, x: Strided, f: (x: Strided) => Strided): Strided {
  if (!isFloat(x.dtype)) throw new OnnxExporterError("core/dtype", `${what}: not for ${x.dtype}`, "cast to a float dtype first");
  return realCast(f(realCast(x, "float64")), x.dtype);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** The n-th derivative of digamma, n ≥ 0: (-1)^(n + 1) n! zeta(n + 1, x). Relative error below 1e-14 where x > 0. */
export const polygamma = (n: number, x: Strided): Strided =>
  inDouble("polygamma", x, (wide) => {
    if (n === 0) return realUnary("digamma", wide);
    if (n === 1) return realUnary("trigamma", wide);
    return realBinary("mul", realBinary("zeta", number("float64", n + 1), wide), number("float64", (n % 2 ? 1 : -1) * factorial(n)));
  });

/** The logarithm of the multivariate gamma function: p (p - 1) / 4 log(pi) and the sum of lgamma(x - j / 2), j < p. */
export const multigammaln = (x: Strided, p: number): Strided =>
  inDouble("multigammaln", x, (wide) => {
    const start = number("float64", ((p * (p - 1)) / 4) * Math.log(Math.PI));
    const terms = Array.from({ length: p }, (_, j) => realUnary("lgamma", realBinary("sub", wide, number("float64", j / 2))));
    return terms.reduce((sum, term) => realBinary("add", sum, term), start);
  });
