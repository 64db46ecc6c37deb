//! Functions of a complex number x + iy on principal branches, in f64: each sets `outRe` and `outIm`.
//! After W. Kahan, "Branch cuts for complex elementary functions, or Much ado about nothing's sign bit" (1987): signs of zeros pick the side of
//! a cut. Relative error of |result| below 1e-15, but for sin … tanh near their zeros beyond |z| = 1e5 (that of the real functions).

import { hypot } from "../linalg/vector";

export let outRe: f64 = 0;
export let outIm: f64 = 0;

// @ts-ignore: decorator
@inline function set(r: f64, i: f64): void {
  outRe = r;
  outIm = i;
}

export function multiply(a: f64, b: f64, c: f64, d: f64): void { set(a * c - b * d, a * d + b * c); }

/** (a + bi) / (c + di), after Smith: no overflow between. */
export function divide(a: f64, b: f64, c: f64, d: f64): void {
  if (abs(c) >= abs(d)) {
    if (c == 0 && d == 0) return set(a / abs(c), b / abs(c));
    const r = d / c;
    const by = c + d * r;
    set((a + b * r) / by, (b - a * r) / by);
  } else {
    const r = c / d;
    const by = d + c * r;
    set((a * r + b) / by, (b * r - a) / by);
  }
}

export function exp(x: f64, y: f64): void {
  const size = Math.exp(x);
  if (y == 0) return set(size, y);
  // 0 has no direction, wherever the angle went.
  if (size == 0 && !isFinite(y)) return set(0, 0);
  set(size * Math.cos(y), size * Math.sin(y));
}

/** e^z - 1: cos(y) - 1 = -2 sin²(y / 2) loses nothing near 0. */
export function expm1(x: f64, y: f64): void {
  const half = Math.sin(0.5 * y);
  const grown = Math.expm1(x);
  set(grown * Math.cos(y) - 2 * half * half, (grown + 1) * Math.sin(y));
}

/** log |z| is computed from |z|² - 1 where that is small. */
export function log(x: f64, y: f64): void {
  const big = max(abs(x), abs(y));
  const small = min(abs(x), abs(y));
  const size = hypot(x, y);
  const near = size > 0.7 && size < 1.4;
  set(near ? 0.5 * Math.log1p((big - 1) * (big + 1) + small * small) : Math.log(size), Math.atan2(y, x));
}

export function log1p(x: f64, y: f64): void {
  if (abs(x) < 0.5 && abs(y) < 0.5) set(0.5 * Math.log1p(x * (2 + x) + y * y), Math.atan2(y, 1 + x));
  else log(1 + x, y);
}

export function sqrt(x: f64, y: f64): void {
  if (abs(y) == Infinity) return set(Infinity, y);
  if (x == 0 && y == 0) return set(0, y);
  // Numbers whose sum would overflow or whose squares vanish are scaled by an even power of two.
  const size = max(abs(x), abs(y));
  const by: f64 = size > 1e300 ? 0.25 : size < 1e-290 ? 3.4028236692093846e38 : 1;
  const back: f64 = size > 1e300 ? 2 : size < 1e-290 ? 5.421010862427522e-20 : 1;
  const root = Math.sqrt(0.5 * (hypot(x * by, y * by) + abs(x * by))) * back;
  const other = abs(x) == Infinity && isFinite(y) ? 0 : 0.5 * (y / root);
  if (x >= 0) set(root, copysign<f64>(other, y));
  else set(abs(other), copysign<f64>(root, y));
}

export function sin(x: f64, y: f64): void { set(Math.sin(x) * Math.cosh(y), y == 0 ? y : Math.cos(x) * Math.sinh(y)); }
export function cos(x: f64, y: f64): void { set(Math.cos(x) * Math.cosh(y), y == 0 || x == 0 ? -x * y : -(Math.sin(x) * Math.sinh(y))); }
export function sinh(x: f64, y: f64): void {
  sin(-y, x);
  set(outIm, -outRe);
}
export function cosh(x: f64, y: f64): void { cos(-y, x); }

export function tanh(x: f64, y: f64): void {
  if (abs(x) > 20) {
    const far = isFinite(y) ? 4 * Math.sin(y) * Math.cos(y) * Math.exp(-2 * abs(x)) : 0;
    return set(copysign<f64>(1, x), far);
  }
  const t = Math.tan(y);
  const s = Math.sinh(x);
  const b = 1 + t * t;
  // At a pole of tan only the quotient stays.
  if (b == Infinity) return set(Math.sqrt(1 + s * s) / s, 1 / t);
  const by = 1 + b * s * s;
  set((b * Math.sqrt(1 + s * s) * s) / by, t / by);
}
/** f(z) = -i g(iz). */
// @ts-ignore: decorator
@inline function turnBack(): void { set(outIm, -outRe); }
export function tan(x: f64, y: f64): void {
  tanh(-y, x);
  turnBack();
}

export function asin(x: f64, y: f64): void {
  sqrt(1 - x, -y);
  const a = outRe;
  const b = outIm;
  sqrt(1 + x, y);
  set(Math.atan2(x, a * outRe - b * outIm), Math.asinh(a * outIm - b * outRe));
}
export function acos(x: f64, y: f64): void {
  sqrt(1 - x, -y);
  const a = outRe;
  const b = outIm;
  sqrt(1 + x, y);
  set(2 * Math.atan2(a, outRe), Math.asinh(outRe * b - outIm * a));
}
export function acosh(x: f64, y: f64): void {
  sqrt(x - 1, y);
  const a = outRe;
  const b = outIm;
  sqrt(x + 1, y);
  set(Math.asinh(a * outRe + b * outIm), 2 * Math.atan2(b, outRe));
}
export function asinh(x: f64, y: f64): void {
  asin(-y, x);
  turnBack();
}
export function atanh(x: f64, y: f64): void {
  const a = abs(x);
  const beside = 1 - a;
  const r = 0.25 * Math.log1p((4 * a) / (beside * beside + y * y));
  set(copysign<f64>(r, x), 0.5 * Math.atan2(2 * y, beside * (1 + a) - y * y));
}
export function atan(x: f64, y: f64): void {
  atanh(-y, x);
  turnBack();
}

export function reciprocal(x: f64, y: f64): void { divide(1, 0, x, y); }
export function rsqrt(x: f64, y: f64): void {
  sqrt(x, y);
  divide(1, 0, outRe, outIm);
}
export function sigmoid(x: f64, y: f64): void {
  exp(-x, -y);
  divide(1, 0, 1 + outRe, outIm);
}
export function silu(x: f64, y: f64): void {
  sigmoid(x, y);
  multiply(x, y, outRe, outIm);
}
/** z / |z|, 0 at 0. */
export function sign(x: f64, y: f64): void {
  const size = hypot(x, y);
  set(size == 0 ? 0 : x / size, size == 0 ? 0 : y / size);
}
/** z^w = exp(w log z); small whole powers by multiplication, which is nearer. 0^0 is 1, 0 to what has a positive real part 0. */
export function pow(x: f64, y: f64, c: f64, d: f64): void {
  if (x == 0 && y == 0) {
    if (c > 0) return set(0, 0);
    return d == 0 && c == 0 ? set(1, 0) : set(d == 0 ? Infinity : NaN, NaN);
  }
  if (d == 0 && abs(c) <= 8 && nearest<f64>(c) == c) return power(x, y, <i32>c);
  log(x, y);
  multiply(outRe, outIm, c, d);
  exp(outRe, outIm);
}
function power(x: f64, y: f64, n: i32): void {
  let r: f64 = 1;
  let i: f64 = 0;
  for (let k = abs(n); k > 0; k--) {
    multiply(r, i, x, y);
    r = outRe;
    i = outIm;
  }
  if (n < 0) divide(1, 0, r, i);
  else set(r, i);
}
