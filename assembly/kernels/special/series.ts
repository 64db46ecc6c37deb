//! Polynomials and series whose coefficients stand in memory, the highest degree first.

/** c[0] x^(n - 1) + … + c[n - 1]. */
export function horner(c: usize, n: i32, x: f64): f64 {
  let y = load<f64>(c);
  for (const end = c + (<usize>n << 3); (c += 8) < end; ) y = y * x + load<f64>(c);
  return y;
}

/** horner(top) / horner(bottom). */
export function ratio(top: usize, m: i32, bottom: usize, n: i32, x: f64): f64 { return horner(top, m, x) / horner(bottom, n, x); }

/** Sum of c[n - 1 - i] T_i(x / 2), the last coefficient halved (Cephes' chbevl, after Clenshaw). */
export function chebyshev(c: usize, n: i32, x: f64): f64 {
  let b0 = load<f64>(c);
  let b1: f64 = 0;
  let b2: f64 = 0;
  for (const end = c + (<usize>n << 3); (c += 8) < end; ) {
    b2 = b1;
    b1 = b0;
    b0 = x * b1 - b2 + load<f64>(c);
  }
  return 0.5 * (b0 - b2);
}
