/**
 * @file Bessel and Airy functions: their values are the core's, and ONNX is told them in elementwise ops, by the formulas of
 * ATen/native/Math.h (after Cephes); accurate to about 1e-6 relative in float32, and to the rounding of the phase where they oscillate.
 */

import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import {
  airyRight,
  airyWave,
  bessel0,
  bessel1,
  i0eLarge,
  i0eSmall,
  i1eLarge,
  i1eSmall,
  k0Large,
  k0Small,
  k1Large,
  k1Small,
} from "./special-coefficients.ts";
import { type Formula, ofX, unarySpecial } from "./special-unary.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

/** exp(-|x|) I_0(x), two Chebyshev series. */
function i0e(self: Symbolic, call: Call): Symbolic {
  const { abs, chebyshev, div, le, mul, sqrt, sub, where } = algebra(call);
  const x = abs(self);
  const large = div(chebyshev(sub(div(32, x), 2), i0eLarge), sqrt(x));
  return where(le(x, 8), chebyshev(sub(mul(x, 0.5), 2), i0eSmall), large);
}
/** exp(-|x|) I_1(x), odd. */
function i1e(self: Symbolic, call: Call): Symbolic {
  const { abs, chebyshev, div, le, lt, mul, neg, sqrt, sub, where } = algebra(call);
  const x = abs(self);
  const large = div(chebyshev(sub(div(32, x), 2), i1eLarge), sqrt(x));
  const size = where(le(x, 8), mul(chebyshev(sub(mul(x, 0.5), 2), i1eSmall), x), large);
  return where(lt(self, 0), neg(size), size);
}
const grown =
  (f: Formula): Formula =>
  (x, call) => {
    const { abs, exp, mul } = algebra(call);
    return mul(exp(abs(x)), f(x, call));
  };
const i0 = grown(i0e);
const i1 = grown(i1e);

/** exp(x) K(x) beyond 2 where `scaled`, else K(x): a series up to 2 with the logarithm of I, one in 8 / x beyond. inf at 0, NaN left of it. */
const modifiedK =
  (order: 0 | 1, scaled: boolean): Formula =>
  (x, call) => {
    const { add, chebyshev, div, eq, exp, le, log, mul, neg, sqrt, sub, where } = algebra(call);
    const logarithm = log(mul(x, 0.5));
    const argument = sub(mul(x, x), 2);
    const near =
      order === 0
        ? sub(chebyshev(argument, k0Small), mul(logarithm, i0(x, call)))
        : add(mul(logarithm, i1(x, call)), div(chebyshev(argument, k1Small), x));
    const far = div(chebyshev(sub(div(8, x), 2), order === 0 ? k0Large : k1Large), sqrt(x));
    const value = scaled ? where(le(x, 2), mul(near, exp(x)), far) : where(le(x, 2), near, mul(far, exp(neg(x))));
    return where(eq(x, 0), Number.POSITIVE_INFINITY, value);
  };

/** sqrt(2 / (pi x)) (p cos(x - phase) - q sin(x - phase)) beyond 5; p sin + q cos for the function of the second kind. */
function wave(x: Symbolic, order: 0 | 1, second: boolean, call: Call): Symbolic {
  const { add, cos, div, mul, polynomial, sin, sqrt, sub } = algebra(call);
  const c = order === 0 ? bessel0 : bessel1;
  const inverse = div(25, mul(x, x));
  const phase = sub(x, c.phase);
  const p = div(polynomial(inverse, c.pp), polynomial(inverse, c.pq));
  const q = mul(div(polynomial(inverse, c.qp), polynomial(inverse, c.qq)), div(5, x));
  const mixed = second ? add(mul(p, sin(phase)), mul(q, cos(phase))) : sub(mul(p, cos(phase)), mul(q, sin(phase)));
  return mul(mixed, div(Math.sqrt(2 / Math.PI), sqrt(x)));
}

/** Rational functions up to 5. */
function nearJ(x: Symbolic, order: 0 | 1, call: Call): Symbolic {
  const { div, mul, polynomial, sub } = algebra(call);
  const c = order === 0 ? bessel0 : bessel1;
  const square = mul(x, x);
  const ratio = div(polynomial(square, c.rp), polynomial(square, c.rq));
  const zeros = mul(sub(square, c.zeros[0]), sub(square, c.zeros[1]));
  return order === 0 ? mul(zeros, ratio) : mul(mul(ratio, x), zeros);
}

/** J_1 is odd. */
const besselJ =
  (order: 0 | 1): Formula =>
  (self, call) => {
    const { abs, le, lt, neg, where } = algebra(call);
    const x = abs(self);
    const size = where(le(x, 5), nearJ(x, order, call), wave(x, order, false, call));
    return order === 0 ? size : where(lt(self, 0), neg(size), size);
  };

/** -inf at 0, NaN left of it. */
const besselY =
  (order: 0 | 1): Formula =>
  (x, call) => {
    const { add, div, eq, le, log, mul, polynomial, sub, where } = algebra(call);
    const c = order === 0 ? bessel0 : bessel1;
    const square = mul(x, x);
    const ratio = div(polynomial(square, c.yp), polynomial(square, c.yq));
    const logarithm = mul(log(x), nearJ(x, order, call));
    const near =
      order === 0
        ? add(ratio, mul(logarithm, 2 / Math.PI))
        : add(mul(ratio, x), mul(sub(logarithm, call("aten::reciprocal", { self: x })), 2 / Math.PI));
    const value = where(le(x, 5), near, wave(x, order, true, call));
    return where(eq(x, 0), Number.NEGATIVE_INFINITY, value);
  };

/** sin(x) / x, by its series near 0; 0 at infinity. */
function sphericalJ0(x: Symbolic, call: Call): Symbolic {
  const { abs, div, isinf, lt, mul, polynomial, sin, where } = algebra(call);
  const series = polynomial(mul(x, x), [-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1]);
  return where(isinf(x), 0, where(lt(abs(x), 0.5), series, div(sin(x), x)));
}

/** Maclaurin's series of Ai, |x| < 2.09: Ai(0) f(x^3) + Ai'(0) x g(x^3), each term from the one before. */
function airySeries(x: Symbolic, call: Call): Symbolic {
  const { add, mul, polynomial } = algebra(call);
  const terms = (offset: 1 | 2, first: number): number[] => {
    const c = [first];
    for (let k = 1; k < 11; k++) c.push((c.at(-1) as number) / ((3 * k - 2 + offset) * (3 * k - 1 + offset)));
    return c.reverse();
  };
  const cube = mul(mul(x, x), x);
  return add(polynomial(cube, terms(1, 0.3550280538878172)), mul(polynomial(cube, terms(2, -0.2588194037928068)), x));
}

/** NaN at both infinities, as torch. */
function airy(x: Symbolic, call: Call): Symbolic {
  const { abs, add, cos, div, exp, gt, isinf, lt, mul, polynomial, sin, sqrt, sub, where } = algebra(call);
  const rootPi = 1 / Math.sqrt(Math.PI);
  const size = abs(x);
  const zeta = mul(mul(size, sqrt(size)), 2 / 3);
  const root = sqrt(sqrt(size));
  const inverse = div(1, zeta);
  const ratio = (of: Symbolic, top: readonly number[], bottom: readonly number[]) => div(polynomial(of, top), polynomial(of, bottom));
  const decaying = mul(div(ratio(inverse, airyRight.top, airyRight.bottom), mul(root, exp(zeta))), rootPi / 2);
  const square = mul(inverse, inverse);
  const even = add(mul(ratio(square, airyWave.evenTop, airyWave.evenBottom), square), 1);
  const odd = mul(ratio(square, airyWave.oddTop, airyWave.oddBottom), inverse);
  const angle = add(zeta, Math.PI / 4);
  const waving = mul(div(sub(mul(sin(angle), even), mul(cos(angle), odd)), root), rootPi);
  const far = where(gt(x, 0), decaying, waving);
  return where(isinf(x), Number.NaN, where(lt(size, 2.09), airySeries(x, call), far));
}

export const bessel = {
  ...each(["aten::i0", "aten::special_i0", "aten::special_modified_bessel_i0"], () => unarySpecial("i0", i0)),
  "aten::special_i0e": unarySpecial("i0e", i0e),
  ...each(["aten::special_i1", "aten::special_modified_bessel_i1"], () => unarySpecial("i1", i1)),
  "aten::special_i1e": unarySpecial("i1e", i1e),
  "aten::special_bessel_j0": unarySpecial("bessel_j0", besselJ(0)),
  "aten::special_bessel_j1": unarySpecial("bessel_j1", besselJ(1)),
  "aten::special_bessel_y0": unarySpecial("bessel_y0", besselY(0)),
  "aten::special_bessel_y1": unarySpecial("bessel_y1", besselY(1)),
  "aten::special_modified_bessel_k0": unarySpecial("modified_bessel_k0", modifiedK(0, false)),
  "aten::special_modified_bessel_k1": unarySpecial("modified_bessel_k1", modifiedK(1, false)),
  "aten::special_scaled_modified_bessel_k0": ofX("scaled_modified_bessel_k0", modifiedK(0, true)),
  "aten::special_scaled_modified_bessel_k1": ofX("scaled_modified_bessel_k1", modifiedK(1, true)),
  "aten::special_spherical_bessel_j0": ofX("spherical_bessel_j0", sphericalJ0),
  "aten::special_airy_ai": ofX("airy_ai", airy),
} satisfies AtenTable;
