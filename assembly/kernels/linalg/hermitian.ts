//! eigh_<dtype>(a, n, w, vectors, work): eigenvalues w [n] (f64, ascending) and orthonormal eigenvectors, one after the other, of the
//! Hermitian matrix whose columns stand in a, which is used up. work: 3 n numbers. Returns 0, or 1 where the iteration does not converge
//! (NaN, inf). Householder's tridiagonal form (LAPACK's hetd2), then QL with implicit shifts (Wilkinson and Reinsch, 1971).

import { product, reflector } from "./reflect";
import { axpy, Complex, dot, exchange, hypot, im, outIm, outRe, put, re, Real, rotate, span } from "./vector";

/** Qᴴ A Q = T: the diagonal to d, the one beside it to e (real), Q's reflections to the columns of a below the diagonal and to tau. */
// @ts-ignore: decorator
@inline function tridiagonal<F>(a: usize, n: usize, d: usize, e: usize, tau: usize, p: usize): void {
  const column = span<F>(n);
  const one = span<F>(1);
  for (let k: usize = 0; k < n; k++) {
    const diagonal = a + k * (column + one);
    store<f64>(d + (k << 3), re(diagonal));
    if (k + 1 == n) break;
    const m = n - k - 1;
    const v = diagonal + one;
    const t = tau + span<F>(k);
    reflector<F>(v, m, t);
    const beta = re(v);
    store<f64>(e + (k << 3), beta);
    const r = re(t);
    const i = im<F>(t);
    if (r == 0 && i == 0) continue;
    put<F>(v, 1, 0);
    const rest = diagonal + column + one;
    // p = tau A v: a row of a Hermitian matrix is the conjugate of its column.
    for (let j: usize = 0; j < m; j++) {
      dot<F>(rest + j * column, v, m);
      put<F>(p + span<F>(j), r * outRe - i * outIm, r * outIm + i * outRe);
    }
    // w = p - tau (pᴴ v) / 2 v, and A -= v wᴴ + w vᴴ.
    dot<F>(p, v, m);
    axpy<F>(p, v, -0.5 * (r * outRe - i * outIm), -0.5 * (r * outIm + i * outRe), m);
    for (let j: usize = 0; j < m; j++) {
      const y = rest + j * column;
      const wj = p + span<F>(j);
      const vj = v + span<F>(j);
      axpy<F>(y, v, -re(wj), im<F>(wj), m);
      axpy<F>(y, p, -re(vj), im<F>(vj), m);
    }
    put<F>(v, beta, 0);
  }
}

const MAX_STEPS = 60;

// @ts-ignore: decorator
@inline function entry(p: usize, i: usize): f64 { return load<f64>(p + (i << 3)); }
// @ts-ignore: decorator
@inline function setEntry(p: usize, i: usize, value: f64): void { store<f64>(p + (i << 3), value); }

/** Diagonalizes T; the rotations go to the rows of z. False where a value takes more than MAX_STEPS steps. */
// @ts-ignore: decorator
@inline function implicitQl<F>(d: usize, e: usize, n: usize, z: usize): bool {
  if (n > 0) setEntry(e, n - 1, 0);
  for (let l: usize = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      for (; m + 1 < n; m++) {
        const near = abs(entry(d, m)) + abs(entry(d, m + 1));
        if (near + abs(entry(e, m)) == near) break;
      }
      if (m == l) break;
      if (step == MAX_STEPS) return false;
      chase<F>(d, e, n, l, m, z);
    }
  }
  return true;
}

/** One QL step on rows l to m of T, with Wilkinson's shift: a bulge goes up from m to l. */
// @ts-ignore: decorator
@inline function chase<F>(d: usize, e: usize, n: usize, l: usize, m: usize, z: usize): void {
  const row = span<F>(n);
  let g = (entry(d, l + 1) - entry(d, l)) / (2 * entry(e, l));
  let r = hypot(g, 1);
  g = entry(d, m) - entry(d, l) + entry(e, l) / (g + copysign<f64>(r, g));
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  for (let i = m; i-- > l; ) {
    const f = s * entry(e, i);
    const b = c * entry(e, i);
    r = hypot(f, g);
    setEntry(e, i + 1, r);
    if (r == 0) {
      setEntry(d, i + 1, entry(d, i + 1) - p);
      setEntry(e, m, 0);
      return;
    }
    s = f / r;
    c = g / r;
    g = entry(d, i + 1) - p;
    r = (entry(d, i) - g) * s + 2 * c * b;
    p = s * r;
    setEntry(d, i + 1, g + p);
    g = c * r - b;
    rotate<F>(z + i * row, z + (i + 1) * row, c, s, n);
  }
  setEntry(d, l, entry(d, l) - p);
  setEntry(e, l, g);
  setEntry(e, m, 0);
}

/** Sorts w ascending, and the rows of z with it. */
// @ts-ignore: decorator
@inline function ascending<F>(w: usize, n: usize, z: usize): void {
  for (let i: usize = 0; i < n; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (load<f64>(w + (j << 3)) < load<f64>(w + (least << 3))) least = j;
    if (least == i) continue;
    exchange<Real>(w + (i << 3), w + (least << 3), 1);
    exchange<F>(z + i * span<F>(n), z + least * span<F>(n), n);
  }
}

// @ts-ignore: decorator
@inline function eigh<F>(a: usize, n: usize, w: usize, vectors: usize, work: usize): i32 {
  const tau = work;
  const p = tau + span<F>(n);
  const e = p + span<F>(n);
  tridiagonal<F>(a, n, w, e, tau, p);
  // Q has a first row and column of the identity: its other columns are those of n - 1 reflections of n - 1 numbers.
  memory.fill(vectors, 0, n * span<F>(n));
  if (n > 1) {
    const inner = vectors + n * span<F>(n) - (n - 1) * span<F>(n - 1);
    product<F>(a + span<F>(1), span<F>(n), n - 1, n - 1, tau, inner, n - 1);
    for (let j: usize = 1; j < n; j++) {
      memory.copy(vectors + j * span<F>(n) + span<F>(1), inner + (j - 1) * span<F>(n - 1), span<F>(n - 1));
      put<F>(vectors + j * span<F>(n), 0, 0);
    }
    memory.fill(vectors, 0, span<F>(n));
  }
  if (n > 0) put<F>(vectors, 1, 0);
  if (!implicitQl<F>(w, e, n, vectors)) return 1;
  ascending<F>(w, n, vectors);
  return 0;
}

export function eigh_f64(a: usize, n: usize, w: usize, vectors: usize, work: usize): i32 { return eigh<Real>(a, n, w, vectors, work); }
export function eigh_c128(a: usize, n: usize, w: usize, vectors: usize, work: usize): i32 { return eigh<Complex>(a, n, w, vectors, work); }
