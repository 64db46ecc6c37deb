//! Householder reflections of f64 and c128 matrices that are given as columns, each contiguous: the transpose of a row-major matrix.
//!   qr_<dtype>(a, m, n, tau): A [m, n] = Q R: R on and above the diagonal, with a real diagonal; below it the vectors v (v[k] = 1) of
//!     H_k = I - tau[k] v vᴴ, whose product in order of k is Q (LAPACK's geqrf, its signs too).
//!   qr_columns_<dtype>(a, m, k, tau, q, columns): the first `columns` columns of Q, from k reflections.

import { axpy, Complex, divide, dot, hypot, im, norm, outIm, outRe, put, re, Real, scale, span } from "./vector";

/**
 * Makes x [n] a multiple of the first unit vector: x becomes (beta, v[1], …) with v[0] = 1, and tau the factor of Hᴴ x = beta e₁,
 * beta real (LAPACK's larfg).
 */
// @ts-ignore: decorator
@inline export function reflector<F>(x: usize, n: usize, tau: usize): void {
  const r = re(x);
  const i = im<F>(x);
  const rest = norm<F>(x + span<F>(1), n - 1);
  if (rest == 0 && i == 0) {
    put<F>(tau, 0, 0);
    return;
  }
  const beta = -copysign<f64>(hypot(hypot(r, i), rest), r);
  put<F>(tau, (beta - r) / beta, -i / beta);
  divide(1, 0, r - beta, i);
  scale<F>(x + span<F>(1), outRe, outIm, n - 1);
  put<F>(x, beta, 0);
}

/** y -= (r + i) (vᴴ y) v, where v[0] stands for 1. */
// @ts-ignore: decorator
@inline export function reflect<F>(v: usize, y: usize, r: f64, i: f64, n: usize): void {
  dot<F>(v + span<F>(1), y + span<F>(1), n - 1);
  const a = outRe + re(y);
  const b = outIm + im<F>(y);
  const wr = a * r - b * i;
  const wi = a * i + b * r;
  put<F>(y, re(y) - wr, im<F>(y) - wi);
  axpy<F>(y + span<F>(1), v + span<F>(1), -wr, -wi, n - 1);
}

// @ts-ignore: decorator
@inline function qr<F>(a: usize, m: usize, n: usize, tau: usize): void {
  const column = span<F>(m);
  for (let k: usize = 0; k < min(m, n); k++) {
    const v = a + k * column + span<F>(k);
    const t = tau + span<F>(k);
    reflector<F>(v, m - k, t);
    for (let j = k + 1, y = v + column; j < n; j++, y += column) reflect<F>(v, y, re(t), -im<F>(t), m - k);
  }
}

/** Columns of the product of k reflections, the i-th of which has its v at a + i (column + one number). */
// @ts-ignore: decorator
@inline export function product<F>(a: usize, column: usize, m: usize, k: usize, tau: usize, q: usize, columns: usize): void {
  memory.fill(q, 0, columns * span<F>(m));
  for (let j: usize = 0, y = q; j < columns; j++, y += span<F>(m)) {
    put<F>(y + span<F>(j), 1, 0);
    for (let i = min(j + 1, k); i-- > 0; ) {
      const t = tau + span<F>(i);
      reflect<F>(a + i * (column + span<F>(1)), y + span<F>(i), re(t), im<F>(t), m - i);
    }
  }
}

export function qr_f64(a: usize, m: usize, n: usize, tau: usize): void { qr<Real>(a, m, n, tau); }
export function qr_c128(a: usize, m: usize, n: usize, tau: usize): void { qr<Complex>(a, m, n, tau); }
export function qr_columns_f64(a: usize, m: usize, k: usize, tau: usize, q: usize, columns: usize): void {
  product<Real>(a, span<Real>(m), m, k, tau, q, columns);
}
export function qr_columns_c128(a: usize, m: usize, k: usize, tau: usize, q: usize, columns: usize): void {
  product<Complex>(a, span<Complex>(m), m, k, tau, q, columns);
}
