//! Vectors of f64 numbers, real or complex, without gaps: what the kernels of this folder are written in.
//! `F` is Real or Complex; where it is Real, imaginary parts are 0 and cost nothing.

import { is } from "../nest";

export class Real {} export class Complex {}

// @ts-ignore: decorator
@inline export function isComplex<F>(): bool { return is<F, Complex>(); }
/** Bytes of n numbers. */
// @ts-ignore: decorator
@inline export function span<F>(n: usize): usize { return n << (isComplex<F>() ? 4 : 3); }
// @ts-ignore: decorator
@inline export function re(p: usize): f64 { return load<f64>(p); }
// @ts-ignore: decorator
@inline export function im<F>(p: usize): f64 { return isComplex<F>() ? load<f64>(p, 8) : 0; }
// @ts-ignore: decorator
@inline export function put<F>(p: usize, r: f64, i: f64): void {
  store<f64>(p, r);
  if (isComplex<F>()) store<f64>(p, i, 8);
}
/** |re| + |im|, by which LAPACK compares pivots. */
// @ts-ignore: decorator
@inline export function size<F>(p: usize): f64 { return isComplex<F>() ? abs(re(p)) + abs(load<f64>(p, 8)) : abs(re(p)); }
/** sqrt(a² + b²) without overflow. */
// @ts-ignore: decorator
@inline export function hypot(a: f64, b: f64): f64 {
  const x = abs(a);
  const y = abs(b);
  if (x == Infinity || y == Infinity) return Infinity;
  const big = max(x, y);
  if (big == 0) return 0;
  const small = min(x, y) / big;
  return big * sqrt<f64>(1 + small * small);
}

/** The complex result of the last `divide` or `dot`. */
export let outRe: f64 = 0;
export let outIm: f64 = 0;

/** out = (a + bi) / (c + di), after Smith. */
export function divide(a: f64, b: f64, c: f64, d: f64): void {
  if (d == 0) {
    outRe = a / c;
    outIm = b / c;
  } else if (abs(c) >= abs(d)) {
    const r = d / c;
    const by = c + d * r;
    outRe = (a + b * r) / by;
    outIm = (b - a * r) / by;
  } else {
    const r = c / d;
    const by = d + c * r;
    outRe = (a * r + b) / by;
    outIm = (b * r - a) / by;
  }
}

/** y += (r + i) x. */
// @ts-ignore: decorator
@inline export function axpy<F>(y: usize, x: usize, r: f64, i: f64, n: usize): void {
  const end = y + span<F>(n);
  const factor = f64x2.splat(r);
  if (isComplex<F>()) {
    const turned = f64x2(-i, i);
    for (; y < end; x += 16, y += 16) {
      const a = v128.load(x);
      const b = v128.mul<f64>(v128.shuffle<f64>(a, a, 1, 0), turned);
      v128.store(y, v128.add<f64>(v128.load(y), v128.add<f64>(v128.mul<f64>(a, factor), b)));
    }
    return;
  }
  for (const whole = y + (span<F>(n) & ~15); y < whole; x += 16, y += 16) {
    v128.store(y, v128.add<f64>(v128.load(y), v128.mul<f64>(v128.load(x), factor)));
  }
  if (y < end) store<f64>(y, load<f64>(y) + load<f64>(x) * r);
}

/** out = sum of conj(x) y. */
// @ts-ignore: decorator
@inline export function dot<F>(x: usize, y: usize, n: usize): void {
  const end = x + span<F>(n);
  let same = f64x2.splat(0);
  if (isComplex<F>()) {
    let crossed = f64x2.splat(0);
    for (; x < end; x += 16, y += 16) {
      const a = v128.load(x);
      const b = v128.load(y);
      same = v128.add<f64>(same, v128.mul<f64>(a, b));
      crossed = v128.add<f64>(crossed, v128.mul<f64>(a, v128.shuffle<f64>(b, b, 1, 0)));
    }
    outRe = f64x2.extract_lane(same, 0) + f64x2.extract_lane(same, 1);
    outIm = f64x2.extract_lane(crossed, 0) - f64x2.extract_lane(crossed, 1);
    return;
  }
  for (const whole = x + (span<F>(n) & ~15); x < whole; x += 16, y += 16) {
    same = v128.add<f64>(same, v128.mul<f64>(v128.load(x), v128.load(y)));
  }
  outRe = f64x2.extract_lane(same, 0) + f64x2.extract_lane(same, 1) + (x < end ? load<f64>(x) * load<f64>(y) : 0);
  outIm = 0;
}

/** x *= r + i. */
// @ts-ignore: decorator
@inline export function scale<F>(x: usize, r: f64, i: f64, n: usize): void {
  for (const end = x + span<F>(n); x < end; x += span<F>(1)) {
    const a = re(x);
    const b = im<F>(x);
    put<F>(x, a * r - b * i, a * i + b * r);
  }
}

/** The largest |re| or |im|; NaN where there is one. */
// @ts-ignore: decorator
@inline export function largest<F>(x: usize, n: usize): f64 {
  let most: f64 = 0;
  for (const end = x + span<F>(n); x < end; x += 8) most = max(most, abs(load<f64>(x)));
  return most;
}

/** Euclidean norm, without overflow or underflow. */
// @ts-ignore: decorator
@inline export function norm<F>(x: usize, n: usize): f64 {
  const most = largest<F>(x, n);
  if (most == 0 || !(most < Infinity)) return most;
  const by = most > 1e-140 && most < 1e140 ? 1.0 : 1 / most;
  let sum: f64 = 0;
  for (const end = x + span<F>(n); x < end; x += 8) {
    const a = load<f64>(x) * by;
    sum += a * a;
  }
  return sqrt<f64>(sum) / by;
}

/** (x, y) = (c x - s y, s x + c y). */
// @ts-ignore: decorator
@inline export function rotate<F>(x: usize, y: usize, c: f64, s: f64, n: usize): void {
  for (const end = x + span<F>(n); x < end; x += 8, y += 8) {
    const a = load<f64>(x);
    const b = load<f64>(y);
    store<f64>(x, c * a - s * b);
    store<f64>(y, s * a + c * b);
  }
}

// @ts-ignore: decorator
@inline export function exchange<F>(x: usize, y: usize, n: usize): void {
  for (const end = x + span<F>(n); x < end; x += 8, y += 8) {
    const a = load<f64>(x);
    store<f64>(x, load<f64>(y));
    store<f64>(y, a);
  }
}
