//! Special functions, named as torch.special's.
//!   <op>_<dtype>(x, y, n): y[i] = op(x[i]); y may be x, otherwise the two must not overlap.
//!   <op>_<dtype>(nest): y = op(a, b) over a nest of (y, a, b).
//! All is computed in f64, to the bounds that the functions state; f32 is rounded once.

import { advance, is, operand, rowSize, rowStride } from "../nest";
import { erfcx } from "../scalar-math";
import { airy_ai } from "./airy";
import { bessel_j0, bessel_j1, bessel_y0, bessel_y1, spherical_bessel_j0 } from "./bessel";
import { digamma, lgamma, sinPi, trigamma, zeta } from "./gamma";
import { gammainc, gammaincc } from "./incomplete-gamma";
import {
  i0, i0e, i1, i1e, modified_bessel_k0, modified_bessel_k1, scaled_modified_bessel_k0, scaled_modified_bessel_k1,
} from "./modified-bessel";
import { erfinv, log_ndtr, ndtr, ndtri } from "./normal";

class Lgamma {} class Digamma {} class Trigamma {} class Erfinv {} class Erfcx {} class Ndtr {} class Ndtri {} class LogNdtr {} class I0 {}
class I0e {} class I1 {} class I1e {} class J0 {} class J1 {} class Y0 {} class Y1 {} class K0 {} class K1 {} class K0e {} class K1e {}
class Spherical {} class Airy {} class Entr {} class Logit {} class Sinc {} class Zeta {} class Gammainc {} class Gammaincc {} class Xlogy {}
class Xlog1py {}

/** -x log(x), 0 at 0, -inf left of it. */
function entr(x: f64): f64 { return x > 0 ? -x * Math.log(x) : x == 0 ? 0 : x < 0 ? -Infinity : x; }
/** log(x / (1 - x)), NaN outside [0, 1]. */
function logit(x: f64): f64 {
  const near = x > 0.25 && x < 0.75;
  return near ? Math.log1p((2 * x - 1) / (1 - x)) : Math.log(x) - Math.log1p(-x);
}
/** sin(pi x) / (pi x). */
function sinc(x: f64): f64 { return x == 0 ? 1 : sinPi(x) / (Math.PI * x); }
/** x log(y), 0 where x is and y is no NaN. */
function xlogy(x: f64, y: f64): f64 { return x == 0 && y == y ? 0 : x * Math.log(y); }
/** x log(1 + y), 0 where x is and y is no NaN. */
function xlog1py(x: f64, y: f64): f64 { return x == 0 && y == y ? 0 : x * Math.log1p(y); }

// @ts-ignore: decorator
@inline function f<Op>(x: f64): f64 {
  if (is<Op, Lgamma>()) return lgamma(x);
  if (is<Op, Digamma>()) return digamma(x);
  if (is<Op, Trigamma>()) return trigamma(x);
  if (is<Op, Erfinv>()) return erfinv(x);
  if (is<Op, Erfcx>()) return erfcx(x);
  if (is<Op, Ndtr>()) return ndtr(x);
  if (is<Op, Ndtri>()) return ndtri(x);
  if (is<Op, LogNdtr>()) return log_ndtr(x);
  if (is<Op, I0>()) return i0(x);
  if (is<Op, I0e>()) return i0e(x);
  if (is<Op, I1>()) return i1(x);
  if (is<Op, I1e>()) return i1e(x);
  if (is<Op, J0>()) return bessel_j0(x);
  if (is<Op, J1>()) return bessel_j1(x);
  if (is<Op, Y0>()) return bessel_y0(x);
  if (is<Op, Y1>()) return bessel_y1(x);
  if (is<Op, K0>()) return modified_bessel_k0(x);
  if (is<Op, K1>()) return modified_bessel_k1(x);
  if (is<Op, K0e>()) return scaled_modified_bessel_k0(x);
  if (is<Op, K1e>()) return scaled_modified_bessel_k1(x);
  if (is<Op, Spherical>()) return spherical_bessel_j0(x);
  if (is<Op, Airy>()) return airy_ai(x);
  if (is<Op, Entr>()) return entr(x);
  if (is<Op, Logit>()) return logit(x);
  if (is<Op, Sinc>()) return sinc(x);
  ERROR("special: no formula for this op");
  return x;
}
// @ts-ignore: decorator
@inline function g<Op>(a: f64, b: f64): f64 {
  if (is<Op, Zeta>()) return zeta(a, b);
  if (is<Op, Gammainc>()) return gammainc(a, b);
  if (is<Op, Gammaincc>()) return gammaincc(a, b);
  if (is<Op, Xlogy>()) return xlogy(a, b);
  if (is<Op, Xlog1py>()) return xlog1py(a, b);
  ERROR("special: no formula for this op");
  return a;
}

// @ts-ignore: decorator
@inline function map<Op, T>(x: usize, y: usize, n: u32): void {
  for (const end = x + <usize>n * sizeof<T>(); x < end; x += sizeof<T>(), y += sizeof<T>()) store<T>(y, <T>f<Op>(<f64>load<T>(x)));
}
// @ts-ignore: decorator
@inline function pair<Op, T>(nest: usize): i32 {
  const n = rowSize(nest);
  const sy = rowStride(nest, 0);
  const sa = rowStride(nest, 1);
  const sb = rowStride(nest, 2);
  do {
    let y = operand(nest, 0);
    let a = operand(nest, 1);
    let b = operand(nest, 2);
    for (let i = 0; i < n; i++, y += sy, a += sa, b += sb) store<T>(y, <T>g<Op>(<f64>load<T>(a), <f64>load<T>(b)));
  } while (advance(nest));
  return 0;
}

export function lgamma_f32(x: usize, y: usize, n: u32): void { map<Lgamma, f32>(x, y, n); }
export function lgamma_f64(x: usize, y: usize, n: u32): void { map<Lgamma, f64>(x, y, n); }
export function digamma_f32(x: usize, y: usize, n: u32): void { map<Digamma, f32>(x, y, n); }
export function digamma_f64(x: usize, y: usize, n: u32): void { map<Digamma, f64>(x, y, n); }
export function trigamma_f32(x: usize, y: usize, n: u32): void { map<Trigamma, f32>(x, y, n); }
export function trigamma_f64(x: usize, y: usize, n: u32): void { map<Trigamma, f64>(x, y, n); }
export function erfinv_f32(x: usize, y: usize, n: u32): void { map<Erfinv, f32>(x, y, n); }
export function erfinv_f64(x: usize, y: usize, n: u32): void { map<Erfinv, f64>(x, y, n); }
export function erfcx_f32(x: usize, y: usize, n: u32): void { map<Erfcx, f32>(x, y, n); }
export function erfcx_f64(x: usize, y: usize, n: u32): void { map<Erfcx, f64>(x, y, n); }
export function ndtr_f32(x: usize, y: usize, n: u32): void { map<Ndtr, f32>(x, y, n); }
export function ndtr_f64(x: usize, y: usize, n: u32): void { map<Ndtr, f64>(x, y, n); }
export function ndtri_f32(x: usize, y: usize, n: u32): void { map<Ndtri, f32>(x, y, n); }
export function ndtri_f64(x: usize, y: usize, n: u32): void { map<Ndtri, f64>(x, y, n); }
export function log_ndtr_f32(x: usize, y: usize, n: u32): void { map<LogNdtr, f32>(x, y, n); }
export function log_ndtr_f64(x: usize, y: usize, n: u32): void { map<LogNdtr, f64>(x, y, n); }
export function i0_f32(x: usize, y: usize, n: u32): void { map<I0, f32>(x, y, n); }
export function i0_f64(x: usize, y: usize, n: u32): void { map<I0, f64>(x, y, n); }
export function i0e_f32(x: usize, y: usize, n: u32): void { map<I0e, f32>(x, y, n); }
export function i0e_f64(x: usize, y: usize, n: u32): void { map<I0e, f64>(x, y, n); }
export function i1_f32(x: usize, y: usize, n: u32): void { map<I1, f32>(x, y, n); }
export function i1_f64(x: usize, y: usize, n: u32): void { map<I1, f64>(x, y, n); }
export function i1e_f32(x: usize, y: usize, n: u32): void { map<I1e, f32>(x, y, n); }
export function i1e_f64(x: usize, y: usize, n: u32): void { map<I1e, f64>(x, y, n); }
export function bessel_j0_f32(x: usize, y: usize, n: u32): void { map<J0, f32>(x, y, n); }
export function bessel_j0_f64(x: usize, y: usize, n: u32): void { map<J0, f64>(x, y, n); }
export function bessel_j1_f32(x: usize, y: usize, n: u32): void { map<J1, f32>(x, y, n); }
export function bessel_j1_f64(x: usize, y: usize, n: u32): void { map<J1, f64>(x, y, n); }
export function bessel_y0_f32(x: usize, y: usize, n: u32): void { map<Y0, f32>(x, y, n); }
export function bessel_y0_f64(x: usize, y: usize, n: u32): void { map<Y0, f64>(x, y, n); }
export function bessel_y1_f32(x: usize, y: usize, n: u32): void { map<Y1, f32>(x, y, n); }
export function bessel_y1_f64(x: usize, y: usize, n: u32): void { map<Y1, f64>(x, y, n); }
export function modified_bessel_k0_f32(x: usize, y: usize, n: u32): void { map<K0, f32>(x, y, n); }
export function modified_bessel_k0_f64(x: usize, y: usize, n: u32): void { map<K0, f64>(x, y, n); }
export function modified_bessel_k1_f32(x: usize, y: usize, n: u32): void { map<K1, f32>(x, y, n); }
export function modified_bessel_k1_f64(x: usize, y: usize, n: u32): void { map<K1, f64>(x, y, n); }
export function scaled_modified_bessel_k0_f32(x: usize, y: usize, n: u32): void { map<K0e, f32>(x, y, n); }
export function scaled_modified_bessel_k0_f64(x: usize, y: usize, n: u32): void { map<K0e, f64>(x, y, n); }
export function scaled_modified_bessel_k1_f32(x: usize, y: usize, n: u32): void { map<K1e, f32>(x, y, n); }
export function scaled_modified_bessel_k1_f64(x: usize, y: usize, n: u32): void { map<K1e, f64>(x, y, n); }
export function spherical_bessel_j0_f32(x: usize, y: usize, n: u32): void { map<Spherical, f32>(x, y, n); }
export function spherical_bessel_j0_f64(x: usize, y: usize, n: u32): void { map<Spherical, f64>(x, y, n); }
export function airy_ai_f32(x: usize, y: usize, n: u32): void { map<Airy, f32>(x, y, n); }
export function airy_ai_f64(x: usize, y: usize, n: u32): void { map<Airy, f64>(x, y, n); }
export function entr_f32(x: usize, y: usize, n: u32): void { map<Entr, f32>(x, y, n); }
export function entr_f64(x: usize, y: usize, n: u32): void { map<Entr, f64>(x, y, n); }
export function logit_f32(x: usize, y: usize, n: u32): void { map<Logit, f32>(x, y, n); }
export function logit_f64(x: usize, y: usize, n: u32): void { map<Logit, f64>(x, y, n); }
export function sinc_f32(x: usize, y: usize, n: u32): void { map<Sinc, f32>(x, y, n); }
export function sinc_f64(x: usize, y: usize, n: u32): void { map<Sinc, f64>(x, y, n); }
export function zeta_f32(nest: usize): i32 { return pair<Zeta, f32>(nest); }
export function zeta_f64(nest: usize): i32 { return pair<Zeta, f64>(nest); }
export function gammainc_f32(nest: usize): i32 { return pair<Gammainc, f32>(nest); }
export function gammainc_f64(nest: usize): i32 { return pair<Gammainc, f64>(nest); }
export function gammaincc_f32(nest: usize): i32 { return pair<Gammaincc, f32>(nest); }
export function gammaincc_f64(nest: usize): i32 { return pair<Gammaincc, f64>(nest); }
export function xlogy_f32(nest: usize): i32 { return pair<Xlogy, f32>(nest); }
export function xlogy_f64(nest: usize): i32 { return pair<Xlogy, f64>(nest); }
export function xlog1py_f32(nest: usize): i32 { return pair<Xlog1py, f32>(nest); }
export function xlog1py_f64(nest: usize): i32 { return pair<Xlog1py, f64>(nest); }
