/**
 * @file Special functions: their values are the core's, and ONNX is told them in elementwise ops. Those formulas are of ATen/native/Math.h
 * (after Cephes) with loops of a data-dependent length replaced by a shift of fixed length; accurate to about 1e-6 relative in float32.
 */

import { binary, cast, compare, unary as core, where } from "../core/ops/elementwise.ts";
import { polygamma as corePolygamma, multigammaln } from "../core/ops/special.ts";
import { fromIntegers, integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { isComplex } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { algebra, widened } from "./algebra.ts";
import { each, inOpmath, isTensor, type Operand, operand, pointwiseType } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { erfcxRight } from "./special-coefficients.ts";
import { unarySpecial } from "./special-unary.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";

/** The core's function `name` of two operands, one of which may be a number. */
const pair = (name: "zeta" | "gammainc" | "gammaincc" | "xlogy" | "xlog1py") => ({
  eval: ({ self, other }: { readonly self: Operand<Strided, number>; readonly other: Operand<Strided, number> }): Strided =>
    inOpmath([self, other], (a, b) => binary(name, a, b)),
});
const broadcasting = {
  meta: ({ self, other }: { readonly self: TensorType; readonly other: TensorType }): Meta => pointwiseType([self, other]),
};

/** x + k for k in [0, n), along a new last dim. */
const shifted = (x: Symbolic, n: number, call: Call): Symbolic =>
  call("aten::add.Tensor", {
    self: call("aten::unsqueeze", { self: x, dim: -1 }),
    other: call("aten::arange", { end: n, dtype: x.dtype }),
  });
const sumLast = (self: Symbolic, call: Call): Symbolic => call("aten::sum.dim_IntList", { self, dim: [-1], keepdim: false });
const prodLast = (self: Symbolic, call: Call): Symbolic => call("aten::prod.dim_int", { self, dim: -1, keepdim: false });

/** log(pi / |sin(pi x)|) - lgamma(1 - x) left of 0; Stirling's series from 8 on; lgamma(x) = lgamma(x + 8) - log(x (x+1) … (x+7)) between. */
function lgamma(x: Symbolic, call: Call): Symbolic {
  const { abs, add, div, isinf, log, lt, mul, round, sin, sub, where } = algebra(call);
  const left = lt(x, 0);
  const z = where(left, sub(1, x), x);
  const small = lt(z, 8);
  const y = where(small, add(z, 8), z);
  const inverse = div(1, mul(y, y));
  const series = div(add(mul(sub(mul(inverse, 1 / 1260), 1 / 360), inverse), 1 / 12), y);
  const stirling = add(add(sub(mul(sub(y, 0.5), log(y)), y), 0.5 * Math.log(2 * Math.PI)), series);
  const product = prodLast(shifted(z, 8, call), call);
  const right = where(small, sub(stirling, log(product)), stirling);
  const sine = abs(sin(mul(sub(x, round(x)), Math.PI)));
  const reflected = sub(log(div(Math.PI, sine)), right);
  return where(isinf(x), Number.POSITIVE_INFINITY, where(left, reflected, right));
}

/** digamma(1 - x) - pi / tan(pi x) left of 0; the asymptotic series at x + 10 less 1/x + … + 1/(x + 9) else. */
function digamma(x: Symbolic, call: Call): Symbolic {
  const { add, and, div, eq, log, lt, mul, polynomial, sub, tan, trunc, where } = algebra(call);
  const left = lt(x, 0);
  const z = where(left, sub(1, x), x);
  const y = add(z, 10);
  const inverse = div(1, mul(y, y));
  const tail = mul(inverse, polynomial(inverse, [-1 / 240, 1 / 252, -1 / 120, 1 / 12]));
  const asymptotic = sub(sub(log(y), div(0.5, y)), tail);
  const right = sub(asymptotic, sumLast(call("aten::reciprocal", { self: shifted(z, 10, call) }), call));
  const fraction = sub(x, trunc(x));
  const reflected = sub(right, div(Math.PI, tan(mul(fraction, Math.PI))));
  const atPole = and(left, eq(fraction, 0));
  return where(atPole, Number.NaN, where(left, reflected, right));
}

/** pi^2 / sin(pi x)^2 - trigamma(1 - x) left of 1/2. */
function trigamma(x: Symbolic, call: Call): Symbolic {
  const { add, div, lt, mul, polynomial, sin, sub, where } = algebra(call);
  const left = lt(x, 0.5);
  const z = where(left, sub(1, x), x);
  const y = add(z, 6);
  const inverse = div(1, mul(y, y));
  const series = div(add(add(mul(inverse, polynomial(inverse, [1 / 42, -1 / 30, 1 / 6])), div(0.5, y)), 1), y);
  const steps = shifted(z, 6, call);
  const right = add(series, sumLast(call("aten::reciprocal", { self: mul(steps, steps) }), call));
  const sine = sin(mul(x, Math.PI));
  return where(left, sub(div(Math.PI ** 2, mul(sine, sine)), right), right);
}

type Term = Symbolic | number;

/** Terms that are summed before the Euler-Maclaurin tail. */
const zetaTerms = 24;
/** B_2j / (2j)!, inverted. */
const zetaTail = [12, -720, 30240, -1209600, 47900160, -1892437580.3183792] as const;

/**
 * Hurwitz zeta, sum of (q + k)^-x. NaN for x < 1, and for q below 9 - 24, where PyTorch's loop goes on until q + k passes 9.
 */
function zeta(x: Term, q: Symbolic, call: Call): Symbolic {
  const { add, and, div, eq, floor, le, lt, mul, neg, pow, where } = algebra(call);
  const power = (base: Symbolic, e: Term): Symbolic => pow(base, typeof e === "number" ? -e : neg(e));
  const spread = isTensor<Symbolic>(x) ? call("aten::unsqueeze", { self: x, dim: -1 }) : x;
  const sum = sumLast(power(shifted(q, zetaTerms, call), spread), call);
  const a = add(q, zetaTerms);
  let total = add(sum, mul(power(a, x), add(div(a, sub1(x, call)), 0.5)));
  let factor: Term = x;
  let base = div(power(a, x), a);
  const square = mul(a, a);
  const times = (s: Term, t: Term): Term => (typeof s === "number" && typeof t === "number" ? s * t : mul(s, t));
  const plus = (s: Term, n: number): Term => (typeof s === "number" ? s + n : add(s, n));
  zetaTail.forEach((c, j) => {
    total = add(total, div(mul(base, factor), c));
    factor = times(times(factor, plus(x, 2 * j + 1)), plus(x, 2 * j + 2));
    base = div(base, square);
  });
  const pole = and(le(q, 0), eq(q, floor(q)));
  const known = where(pole, Number.POSITIVE_INFINITY, where(lt(a, 9), Number.NaN, total));
  if (typeof x === "number") return x === 1 ? where(eq(q, q), Number.POSITIVE_INFINITY, q) : known;
  return where(eq(x, 1), Number.POSITIVE_INFINITY, where(lt(x, 1), Number.NaN, known));
}
const sub1 = (x: Term, call: Call): Term => (typeof x === "number" ? x - 1 : call("aten::sub.Scalar", { self: x, other: 1 }));

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
function polygamma(n: number, x: Symbolic, call: Call): Symbolic {
  if (n === 0) return digamma(x, call);
  if (n === 1) return trigamma(x, call);
  return call("aten::mul.Scalar", { self: zeta(n + 1, x, call), other: (n % 2 ? 1 : -1) * factorial(n) });
}

/** Sum of lgamma(x - j/2), j < p, and p (p-1)/4 log(pi). */
function mvlgamma(x: Symbolic, p: number, call: Call): Symbolic {
  const { add, sub } = algebra(call);
  let total = lgamma(x, call);
  for (let j = 1; j < p; j++) total = add(total, lgamma(sub(x, j / 2), call));
  return p === 1 ? total : add(total, ((p * (p - 1)) / 4) * Math.log(Math.PI));
}

/** Giles' approximation, refined twice by Newton's method as ATen/native/Math.h does. */
function erfinv(y: Symbolic, call: Call): Symbolic {
  const { abs, add, div, eq, exp, gt, le, log, lt, mul, neg, polynomial, sqrt, sub, where } = algebra(call);
  const size = abs(y);
  const z = mul(y, y);
  const central = mul(
    y,
    div(
      polynomial(z, [-0.140543331, 0.914624893, -1.645349621, 0.886226899]),
      polynomial(z, [0.012229801, -0.329097515, 1.442710462, -2.118377725, 1]),
    ),
  );
  const t = sqrt(neg(log(div(sub(1, size), 2))));
  const tail = div(polynomial(t, [1.641345311, 3.429567803, -1.62490649, -1.970840454]), polynomial(t, [1.6370678, 3.5438892, 1]));
  let x = where(le(size, 0.7), central, where(lt(y, 0), neg(tail), tail));
  for (let i = 0; i < 2; i++) {
    const error = sub(call("aten::erf", { self: x }), y);
    x = sub(x, div(error, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))));
  }
  const edge = where(lt(y, 0), Number.NEGATIVE_INFINITY, add(mul(size, 0), Number.POSITIVE_INFINITY));
  return where(eq(size, 1), edge, where(gt(size, 1), Number.NaN, x));
}

/** exp(x^2) erfc(x), x >= 0: a series in (x - 4) / (x + 4) for what is left of its decay. */
function erfcxPositive(x: Symbolic, call: Call): Symbolic {
  const { add, chebyshev, div, mul, sub } = algebra(call);
  const place = sub(2, div(16, add(x, 4))); // twice (x - 4) / (x + 4), with no quotient of infinities
  return div(chebyshev(place, erfcxRight), add(mul(x, 2), 1));
}
function erfcx(x: Symbolic, call: Call): Symbolic {
  const { abs, exp, lt, mul, sub, where } = algebra(call);
  const right = erfcxPositive(abs(x), call);
  return where(lt(x, 0), sub(mul(exp(mul(x, x)), 2), right), right);
}

/** log(erfcx(-t) / 2) - t^2 with t = x / sqrt(2) where little is left of the tail, log(1 - erfc(t) / 2) elsewhere. */
function logNdtr(x: Symbolic, call: Call): Symbolic {
  const { abs, erfc, log, log1p, lt, mul, sub, where } = algebra(call);
  const t = mul(x, Math.SQRT1_2);
  const tail = sub(log(mul(erfcxPositive(abs(t), call), 0.5)), mul(t, t));
  return where(lt(x, -1), tail, log1p(mul(erfc(t), -0.5)));
}

const power = ({ self, exponent }: { self: Symbolic | ScalarOf<Dim>; exponent: Symbolic | ScalarOf<Dim> }, call: Call): Symbolic => {
  const complex = [self, exponent].some((x) => (isTensor<Symbolic>(x) ? isComplex(x.dtype) : typeof x === "object" && "re" in x));
  const wide = (x: Symbolic): Symbolic => call("aten::to.dtype", { self: x, dtype: complex ? "complex128" : "float64" });
  if (!isTensor<Symbolic>(self)) return call("aten::pow.Scalar", { self, exponent: wide(exponent as Symbolic) });
  return isTensor<Symbolic>(exponent)
    ? call("aten::pow.Tensor_Tensor", { self: wide(self), exponent: wide(exponent) })
    : call("aten::pow.Tensor_Scalar", { self: wide(self), exponent });
};

/** Greatest common divisor, not negative. */
function divisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** sin(pi x) / (pi x), 1 at 0. */
const sinc = unarySpecial("sinc", (x, call) => {
  const { div, eq, mul, sin, where } = algebra(call);
  const angle = mul(x, Math.PI);
  return where(eq(x, 0), 1, div(sin(angle), angle));
});
function complexSinc(x: Strided): Strided {
  const angle = binary("mul", x, operand(Math.PI, x.dtype));
  return where(compare("eq", x, operand(0, x.dtype)), operand(1, x.dtype), binary("div", core("sin", angle), angle));
}

export const special = {
  ...each(["aten::lgamma", "aten::special_gammaln"], () => unarySpecial("lgamma", lgamma)),
  ...each(["aten::digamma", "aten::special_digamma", "aten::special_psi"], () => unarySpecial("digamma", digamma)),
  ...each(["aten::polygamma", "aten::special_polygamma"], () => ({
    eval: ({ n, self }: { n: number; self: Strided }): Strided => corePolygamma(n, self),
    decompose: ({ n, self }: { n: number; self: Symbolic }, call: Call): Symbolic => widened([self], call, (x) => polygamma(n, x, call)),
  })),
  ...each(["aten::mvlgamma", "aten::special_multigammaln"], () => ({
    eval: ({ self, p }: { self: Strided; p: number }): Strided => multigammaln(self, p),
    decompose: ({ self, p }: { self: Symbolic; p: number }, call: Call): Symbolic => widened([self], call, (x) => mvlgamma(x, p, call)),
  })),
  "aten::special_zeta": { ...pair("zeta"), decompose: ({ self, other }, call) => zeta(self, other, call) },
  "aten::special_zeta.self_scalar": { ...pair("zeta"), decompose: ({ self, other }, call) => zeta(Number(self), other, call) },
  "aten::special_zeta.other_scalar": {
    ...pair("zeta"),
    decompose: ({ self, other }, call) => zeta(self, call("aten::full_like", { self, fill_value: other }), call),
  },
  "aten::special_erfcx": unarySpecial("erfcx", erfcx),
  "aten::special_log_ndtr": unarySpecial("log_ndtr", logNdtr),
  ...each(["aten::igamma", "aten::special_gammainc"], () => ({ ...broadcasting, ...pair("gammainc") })),
  ...each(["aten::igammac", "aten::special_gammaincc"], () => ({ ...broadcasting, ...pair("gammaincc") })),
  ...each(["aten::erfinv", "aten::special_erfinv"], () => unarySpecial("erfinv", erfinv)),
  "aten::special_ndtri": unarySpecial("ndtri", (x, call) => {
    const { mul, sub } = algebra(call);
    return mul(erfinv(sub(mul(x, 2), 1), call), Math.SQRT2);
  }),
  "aten::special_ndtr": unarySpecial("ndtr", (x, call) => {
    const { erfc, mul } = algebra(call);
    return mul(erfc(mul(x, -Math.SQRT1_2)), 0.5);
  }),
  "aten::special_entr": unarySpecial("entr", (x, call) => {
    const { eq, log, lt, mul, neg, where } = algebra(call);
    return where(lt(x, 0), Number.NEGATIVE_INFINITY, where(eq(x, 0), 0, mul(neg(x), log(x))));
  }),
  ...each(["aten::sinc", "aten::special_sinc"], () => ({
    ...sinc,
    eval: ({ self }: { readonly self: Strided }): Strided => (isComplex(self.dtype) ? complexSinc(self) : sinc.eval({ self })),
  })),
  "aten::gcd": {
    meta: ({ self, other }) => pointwiseType([self, other]),
    eval: ({ self, other }) => {
      const [a, b] = [binary("add", self, binary("sub", other, other)), binary("add", other, binary("sub", self, self))];
      const [p, q] = [integers(a), integers(b)];
      return cast(
        fromIntegers(
          p.map((x, i) => divisor(x, q[i] as number)),
          a.shape,
        ),
        self.dtype,
      );
    },
  },
  "aten::lcm": {
    decompose: ({ self, other }, call) => {
      const { abs, eq, mul, where } = algebra(call);
      const common = call("aten::gcd", { self, other });
      const by = where(eq(common, 0), 1, common);
      return abs(mul(call("aten::div.Tensor_mode", { self, other: by, rounding_mode: "trunc" }), other));
    },
  },
  // 0 where self is 0, NaN where other is.
  ...each(["aten::special_xlog1py", "aten::special_xlog1py.other_scalar", "aten::special_xlog1py.self_scalar"], () => ({
    ...pair("xlog1py"),
    decompose: ({ self, other }: { self: Symbolic | ScalarOf<unknown>; other: Symbolic | ScalarOf<unknown> }, call: Call): Symbolic => {
      const { add, eq, isnan, log1p, mul, where } = algebra(call);
      const dtype = (isTensor<Symbolic>(self) ? self : (other as Symbolic)).dtype;
      const [x, y] = [self, other].map((v) => (isTensor<Symbolic>(v) ? v : call("aten::scalar_tensor", { s: Number(v), dtype }))) as [
        Symbolic,
        Symbolic,
      ];
      const value = where(eq(x, 0), 0, mul(x, log1p(y)));
      return where(isnan(y), add(mul(x, 0), y), value);
    },
  })),
  ...each(["aten::float_power.Tensor_Tensor", "aten::float_power.Tensor_Scalar", "aten::float_power.Scalar"], () => ({ decompose: power })),
} satisfies AtenTable;
