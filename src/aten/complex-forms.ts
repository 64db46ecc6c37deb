/** @file Functions of complex numbers in those that the core has (exp, log, sqrt, sin, cos and arithmetic), on principal branches. */

import { isTensor } from "./broadcast.ts";
import type { Complex } from "./graph.ts";
import type { Call, ScalarOf, Symbolic } from "./table.ts";

export type Form = (z: Symbolic, call: Call) => Symbolic;
type Factor = number | Complex;

const times = (z: Symbolic, other: Factor, call: Call): Symbolic => call("aten::mul.Scalar", { self: z, other });
const plus = (z: Symbolic, other: number, call: Call): Symbolic => call("aten::add.Scalar", { self: z, other });
const product = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
const sum = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::add.Tensor", { self, other });
const quotient = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::div.Tensor", { self, other });
const log: Form = (self, call) => call("aten::log", { self });
const exp: Form = (self, call) => call("aten::exp", { self });
const sqrt: Form = (self, call) => call("aten::sqrt", { self });

/** (exp(z) + sign * exp(-z)) / 2 */
const hyperbolic =
  (sign: 1 | -1): Form =>
  (z, call) => {
    const back = times(exp(call("aten::neg", { self: z }), call), sign, call);
    return times(sum(exp(z, call), back, call), 0.5, call);
  };
const sinh = hyperbolic(-1);
const cosh = hyperbolic(1);
/** log(z + sqrt(z^2 + 1)) */
const asinh: Form = (z, call) => log(sum(z, sqrt(plus(product(z, z, call), 1, call), call), call), call);
/** (log(1 + z) - log(1 - z)) / 2 */
const atanh: Form = (z, call) => {
  const below = log(call("aten::rsub.Scalar", { self: z, other: 1 }), call);
  return times(call("aten::sub.Tensor", { self: log(plus(z, 1, call), call), other: below }), 0.5, call);
};
const i: Complex = { re: 0, im: 1 };
const minusI: Complex = { re: 0, im: -1 };
/** f(z) = -i g(iz) */
const turned =
  (g: Form): Form =>
  (z, call) =>
    times(g(times(z, i, call), call), minusI, call);
const asin = turned(asinh);
const sigmoid: Form = (z, call) => call("aten::reciprocal", { self: plus(exp(call("aten::neg", { self: z }), call), 1, call) });

/** By ATen op name, without its namespace. */
export const complexForms: Readonly<Record<string, Form>> = {
  rsqrt: (z, call) => call("aten::reciprocal", { self: sqrt(z, call) }),
  exp2: (z, call) => exp(times(z, Math.LN2, call), call),
  expm1: (z, call) => plus(exp(z, call), -1, call),
  log2: (z, call) => times(log(z, call), Math.LOG2E, call),
  log10: (z, call) => times(log(z, call), Math.LOG10E, call),
  log1p: (z, call) => log(plus(z, 1, call), call),
  tan: (z, call) => quotient(call("aten::sin", { self: z }), call("aten::cos", { self: z }), call),
  sinh,
  cosh,
  tanh: (z, call) => quotient(sinh(z, call), cosh(z, call), call),
  asinh,
  acosh: (z, call) => log(sum(z, product(sqrt(plus(z, 1, call), call), sqrt(plus(z, -1, call), call), call), call), call),
  atanh,
  asin,
  acos: (z, call) => call("aten::rsub.Scalar", { self: asin(z, call), other: Math.PI / 2 }),
  atan: turned(atanh),
  sigmoid,
  silu: (z, call) => product(z, sigmoid(z, call), call),
  // z / |z|, 0 at 0.
  sgn: (z, call) => {
    const size = call("aten::abs", { self: z });
    const by = call("aten::where.ScalarSelf", { condition: call("aten::eq.Scalar", { self: size, other: 0 }), self: 1, other: size });
    return quotient(z, by, call);
  },
};

/** z^n by multiplication for small whole n, else exp(n log z); 0 to a power is 0. */
export function complexPower(self: Symbolic | ScalarOf<unknown>, exponent: Symbolic | ScalarOf<unknown>, call: Call): Symbolic {
  if (!isTensor<Symbolic>(self)) return exp(times(exponent as Symbolic, Math.log(Number(self)), call), call);
  if (typeof exponent === "number" && Number.isInteger(exponent) && exponent >= 1 && exponent <= 8) {
    return Array.from({ length: exponent - 1 }).reduce<Symbolic>((z) => product(z, self, call), self);
  }
  const scaled = isTensor<Symbolic>(exponent) ? product(log(self, call), exponent, call) : times(log(self, call), exponent as Factor, call);
  const zero = call("aten::eq.Scalar", { self, other: 0 });
  return call("aten::masked_fill.Scalar", { self: exp(scaled, call), mask: zero, value: 0 });
}
