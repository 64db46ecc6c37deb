//! svd_<dtype>(a, m, n, s, v): one-sided Jacobi rotations (Hestenes; Golub and Van Loan, 8.6.3) of the n columns in a, m >= n numbers each.
//! The columns become A V, orthogonal, longest first; s [n] (f64) their lengths, the singular values; v the columns of V.
//! Small singular values come out as accurate as large ones. Returns 0, or 1 where the sweeps do not converge (NaN, inf).

import { Complex, dot, exchange, hypot, largest, norm, outIm, outRe, put, Real, rotate, scale, span } from "./vector";

const MAX_SWEEPS = 60;
/** What a product of two columns of m numbers must exceed, over their lengths, to be more than its own rounding. */
// @ts-ignore: decorator
@inline function tiny(m: usize): f64 { return 2.3e-16 * max(4.0, sqrt<f64>(<f64>m)); }

/** Makes the columns p and q orthogonal; false where they are already. */
// @ts-ignore: decorator
@inline function orthogonalize<F>(p: usize, q: usize, vp: usize, vq: usize, m: usize, n: usize): bool {
  dot<F>(p, p, m);
  const a = outRe;
  dot<F>(q, q, m);
  const b = outRe;
  dot<F>(p, q, m);
  const r = outRe;
  const i = outIm;
  const length = hypot(r, i);
  if (!(length > tiny(m) * sqrt<f64>(a) * sqrt<f64>(b))) return false;
  // Times the conjugate phase, q has a real product with p.
  scale<F>(q, r / length, -i / length, m);
  scale<F>(vq, r / length, -i / length, n);
  const z = (b - a) / (2 * length);
  const t = copysign<f64>(1, z) / (abs(z) + hypot(1, z));
  const c = 1 / sqrt<f64>(1 + t * t);
  rotate<F>(p, q, c, c * t, m);
  rotate<F>(vp, vq, c, c * t, n);
  return true;
}

// @ts-ignore: decorator
@inline function svd<F>(a: usize, m: usize, n: usize, s: usize, v: usize): i32 {
  const column = span<F>(m);
  const most = largest<F>(a, m * n);
  if (!(most < Infinity)) return 1;
  // A power of two near the largest entry keeps squares from overflow and loses no bits.
  const unit = most == 0 ? 1.0 : reinterpret<f64>(reinterpret<u64>(max(most, 1e-300)) & 0x7ff0000000000000);
  scale<F>(a, 1 / unit, 0, m * n);
  memory.fill(v, 0, n * span<F>(n));
  for (let k: usize = 0; k < n; k++) put<F>(v + k * (span<F>(n) + span<F>(1)), 1, 0);
  for (let sweep = 0, turned = true; turned; sweep++) {
    if (sweep == MAX_SWEEPS) return 1;
    turned = false;
    for (let p: usize = 0; p + 1 < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (orthogonalize<F>(a + p * column, a + q * column, v + p * span<F>(n), v + q * span<F>(n), m, n)) turned = true;
      }
    }
  }
  for (let k: usize = 0; k < n; k++) store<f64>(s + (k << 3), norm<F>(a + k * column, m));
  for (let k: usize = 0; k < n; k++) {
    let best = k;
    for (let j = k + 1; j < n; j++) if (load<f64>(s + (j << 3)) > load<f64>(s + (best << 3))) best = j;
    if (best != k) {
      exchange<Real>(s + (k << 3), s + (best << 3), 1);
      exchange<F>(a + k * column, a + best * column, m);
      exchange<F>(v + k * span<F>(n), v + best * span<F>(n), n);
    }
    store<f64>(s + (k << 3), load<f64>(s + (k << 3)) * unit);
  }
  scale<F>(a, unit, 0, m * n);
  return 0;
}

export function svd_f64(a: usize, m: usize, n: usize, s: usize, v: usize): i32 { return svd<Real>(a, m, n, s, v); }
export function svd_c128(a: usize, m: usize, n: usize, s: usize, v: usize): i32 { return svd<Complex>(a, m, n, s, v); }
