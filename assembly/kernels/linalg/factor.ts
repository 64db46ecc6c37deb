//! Triangular factors of f64 and c128 matrices, row-major, in place.
//!   lu_<dtype>(a, m, n, pivots, pivoting): P A = L U, L below the diagonal with ones on it; pivots[k] (i32) is the row, from 0, that row k
//!     was exchanged with. Returns 0, or k + 1 for the first pivot U[k, k] = 0 (LAPACK's getrf).
//!   cholesky_<dtype>(a, n): A = L Lᴴ from the lower triangle; zeros above. Returns 0, or k + 1 where the leading minor of order k + 1 is
//!     not positive definite (LAPACK's potrf).
//!   triangular_<dtype>(t, n, b, columns, upper, unit): b [n, columns] becomes T⁻¹ b.

import { axpy, Complex, divide, dot, exchange, im, outIm, outRe, put, re, Real, size, span } from "./vector";

// @ts-ignore: decorator
@inline function lu<F>(a: usize, m: usize, n: usize, pivots: usize, pivoting: bool): i32 {
  const row = span<F>(n);
  const one = span<F>(1);
  let info = 0;
  for (let k: usize = 0; k < min(m, n); k++) {
    const top = a + k * row;
    const pivot = top + k * one;
    let best = k;
    for (let i = k + 1, p = pivot + row, most = size<F>(pivot); pivoting && i < m; i++, p += row) {
      const s = size<F>(p);
      if (s > most) { most = s; best = i; }
    }
    store<u32>(pivots + (k << 2), <u32>best);
    if (best != k) exchange<F>(top, a + best * row, n);
    const r = re(pivot);
    const s = im<F>(pivot);
    if (r == 0 && s == 0) {
      if (info == 0) info = <i32>k + 1;
      continue;
    }
    for (let p = pivot + row, end = a + m * row; p < end; p += row) {
      divide(re(p), im<F>(p), r, s);
      put<F>(p, outRe, outIm);
      axpy<F>(p + one, pivot + one, -outRe, -outIm, n - k - 1);
    }
  }
  return info;
}

// @ts-ignore: decorator
@inline function cholesky<F>(a: usize, n: usize): i32 {
  const row = span<F>(n);
  for (let i: usize = 0, p = a; i < n; i++, p += row) {
    for (let j: usize = 0, q = a; j < i; j++, q += row) {
      dot<F>(q, p, j);
      const r = re(p + span<F>(j)) - outRe;
      divide(r, im<F>(p + span<F>(j)) - outIm, re(q + span<F>(j)), 0);
      put<F>(p + span<F>(j), outRe, outIm);
    }
    dot<F>(p, p, i);
    const square = re(p + span<F>(i)) - outRe;
    if (!(square > 0)) return <i32>i + 1;
    put<F>(p + span<F>(i), sqrt<f64>(square), 0);
    memory.fill(p + span<F>(i + 1), 0, span<F>(n - i - 1));
  }
  return 0;
}

// @ts-ignore: decorator
@inline function triangular<F>(t: usize, n: usize, b: usize, columns: usize, upper: bool, unit: bool): void {
  const row = span<F>(columns);
  for (let step: usize = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const ti = t + i * span<F>(n);
    const bi = b + i * row;
    const end = upper ? n : i;
    for (let j: usize = upper ? i + 1 : 0; j < end; j++) {
      const p = ti + span<F>(j);
      axpy<F>(bi, b + j * row, -re(p), -im<F>(p), columns);
    }
    if (unit) continue;
    const d = ti + span<F>(i);
    for (let p = bi; p < bi + row; p += span<F>(1)) {
      divide(re(p), im<F>(p), re(d), im<F>(d));
      put<F>(p, outRe, outIm);
    }
  }
}

export function lu_f64(a: usize, m: usize, n: usize, pivots: usize, pivoting: bool): i32 { return lu<Real>(a, m, n, pivots, pivoting); }
export function lu_c128(a: usize, m: usize, n: usize, pivots: usize, pivoting: bool): i32 { return lu<Complex>(a, m, n, pivots, pivoting); }
export function cholesky_f64(a: usize, n: usize): i32 { return cholesky<Real>(a, n); }
export function cholesky_c128(a: usize, n: usize): i32 { return cholesky<Complex>(a, n); }
export function triangular_f64(t: usize, n: usize, b: usize, columns: usize, upper: bool, unit: bool): void {
  triangular<Real>(t, n, b, columns, upper, unit);
}
export function triangular_c128(t: usize, n: usize, b: usize, columns: usize, upper: bool, unit: bool): void {
  triangular<Complex>(t, n, b, columns, upper, unit);
}
