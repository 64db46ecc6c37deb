/** @file Arithmetic and elementary functions of complex numbers in their real and imaginary parts, on principal branches. */

import { Value } from "../../aten/graph.ts";
import { Cartesian, type Part } from "./pair.ts";
import type { Reals } from "./reals.ts";

export type Unary = (z: Cartesian, real: Reals) => Cartesian;
export type Binary = (x: Cartesian, y: Cartesian, real: Reals) => Cartesian;

export const add: Binary = (x, y, real) => new Cartesian(real.add(x.re, y.re), real.add(x.im, y.im));
export const sub: Binary = (x, y, real) => new Cartesian(real.sub(x.re, y.re), real.sub(x.im, y.im));
/** (ac - bd) + (ad + bc)i */
export const mul: Binary = (x, y, real) =>
  new Cartesian(real.sub(real.mul(x.re, y.re), real.mul(x.im, y.im)), real.add(real.mul(x.re, y.im), real.mul(x.im, y.re)));

/** Numerator and denominator are scaled by the larger part of the denominator, as c10::complex does it: squares do not overflow. */
export const div: Binary = (x, y, real) => {
  if (y.im === 0) return new Cartesian(real.div(x.re, y.re), real.div(x.im, y.re));
  const scale = real.maximum(real.unary("abs", y.re), real.unary("abs", y.im));
  const [c, d] = [real.div(y.re, scale), real.div(y.im, scale)];
  const size = real.add(real.mul(c, c), real.mul(d, d));
  const [a, b] = [real.div(x.re, scale), real.div(x.im, scale)];
  const re = real.add(real.mul(a, c), real.mul(b, d));
  const im = real.sub(real.mul(b, c), real.mul(a, d));
  return new Cartesian(real.div(re, size), real.div(im, size));
};

export const neg: Unary = (z, real) => new Cartesian(real.neg(z.re), real.neg(z.im));
export const conj: Unary = (z, real) => new Cartesian(z.re, real.neg(z.im));
export const reciprocal: Unary = (z, real) => div(new Cartesian(1, 0), z, real);
export const abs = (z: Cartesian, real: Reals): Part => real.hypot(z.re, z.im);
/** size (cos angle + i sin angle) */
export const polar = (size: Part, angle: Part, real: Reals): Cartesian =>
  new Cartesian(real.mul(size, real.unary("cos", angle)), real.mul(size, real.unary("sin", angle)));

export const exp: Unary = (z, real) => polar(real.unary("exp", z.re), z.im, real);
export const log: Unary = (z, real) => new Cartesian(real.unary("log", abs(z, real)), real.atan2(z.im, z.re));

/** With t = sqrt((|z| + |a|) / 2): t and b / 2t are the parts, the larger one real where a >= 0. */
export const sqrt: Unary = (z, real) => {
  const size = real.add(abs(z, real), real.unary("abs", z.re));
  const large = real.unary("sqrt", real.mul(size, 0.5));
  if (!(large instanceof Value)) return new Cartesian((z.re as number) >= 0 ? large : Math.abs(z.im as number) / (2 * large) || 0, 0);
  const quotient = real.tensor(real.div(real.unary("abs", z.im), real.mul(large, 2)), large);
  const small = real.where(real.equal(large, 0) as Value, 0, quotient);
  const right = real.call("aten::ge.Scalar", { self: real.tensor(z.re, large), other: 0 });
  return new Cartesian(real.where(right, large, small), real.copysign(real.where(right, small, large), z.im));
};

const products =
  (re: readonly ["sin" | "cos" | "sinh" | "cosh", "sin" | "cos" | "sinh" | "cosh"], im: typeof re, sign: 1 | -1): Unary =>
  (z, real) => {
    const part = ([f, g]: typeof re): Part => real.mul(real.unary(f, z.re), real.unary(g, z.im));
    return new Cartesian(part(re), real.mul(part(im), sign));
  };
export const sin = products(["sin", "cosh"], ["cos", "sinh"], 1);
export const cos = products(["cos", "cosh"], ["sin", "sinh"], -1);
export const sinh = products(["sinh", "cos"], ["cosh", "sin"], 1);
export const cosh = products(["cosh", "cos"], ["sinh", "sin"], 1);
