//! eig_c128(a, n, w, vectors, work): eigenvalues w [n] and eigenvectors of length 1, one after the other with a real largest entry, of a
//! row-major matrix a, which is used up. work: n (n + 2) numbers. Returns 0, or 1 where the iteration does not converge (NaN, inf).
//! Householder's Hessenberg form, QR steps with Wilkinson's shift (Golub and Van Loan, 7.5), then back substitution.

import { reflector } from "./reflect";
import { axpy, Complex, divide, dot, hypot, im, largest, norm, outIm, outRe, put, re, scale, span } from "./vector";

const EPSILON: f64 = 2.220446049250313e-16;
const MAX_STEPS = 90;

// @ts-ignore: decorator
@inline function at(a: usize, n: usize, i: usize, j: usize): usize { return a + (i * n + j << 4); }
// @ts-ignore: decorator
@inline function length(p: usize): f64 { return hypot(re(p), im<Complex>(p)); }

/** A = Z H Zᴴ with H zero below the first subdiagonal, in place of a; v is room for 2 n numbers. */
function hessenberg(a: usize, n: usize, z: usize, v: usize): void {
  memory.fill(z, 0, n * span<Complex>(n));
  for (let k: usize = 0; k < n; k++) store<f64>(at(z, n, k, k), 1);
  const w = v + span<Complex>(n);
  for (let k: usize = 0; k + 2 < n; k++) {
    const m = n - k - 1;
    for (let i: usize = 0; i < m; i++) v128.store(v + (i << 4), v128.load(at(a, n, k + 1 + i, k)));
    reflector<Complex>(v, m, w);
    const tr = re(w);
    const ti = im<Complex>(w);
    if (tr == 0 && ti == 0) continue;
    put<Complex>(v, 1, 0);
    memory.fill(w, 0, span<Complex>(n));
    for (let i: usize = 0; i < m; i++) {
      const p = v + (i << 4);
      axpy<Complex>(w + (k << 4), at(a, n, k + 1 + i, k), re(p), -im<Complex>(p), n - k);
    }
    for (let i: usize = 0; i < m; i++) {
      const r = re(v + (i << 4));
      const s = im<Complex>(v + (i << 4));
      axpy<Complex>(at(a, n, k + 1 + i, k), w + (k << 4), -(tr * r + ti * s), -(tr * s - ti * r), n - k);
    }
    for (let i: usize = 0; i < m; i++) store<f64>(v + (i << 4), -load<f64>(v + (i << 4), 8), 8);
    for (let i: usize = 0; i < n; i++) {
      fromRight(at(a, n, i, k + 1), v, tr, ti, m);
      fromRight(at(z, n, i, k + 1), v, tr, ti, m);
    }
  }
}

/** row -= tau (row v) vᴴ, where `v` has the conjugates. */
// @ts-ignore: decorator
@inline function fromRight(row: usize, v: usize, tr: f64, ti: f64, m: usize): void {
  dot<Complex>(v, row, m);
  const r = outRe;
  const i = outIm;
  axpy<Complex>(row, v, -(tr * r - ti * i), -(tr * i + ti * r), m);
}

/** (p, q) = (c p + s q, -s̄ p + c q), along `count` numbers that are `step` bytes apart. */
function turn(p: usize, q: usize, step: usize, count: usize, c: f64, sr: f64, si: f64): void {
  const cosine = f64x2.splat(c);
  const sine = f64x2.splat(sr);
  const crossed = f64x2(-si, si);
  for (let i: usize = 0; i < count; i++, p += step, q += step) {
    const a = v128.load(p);
    const b = v128.load(q);
    const sb = v128.add<f64>(v128.mul<f64>(b, sine), v128.mul<f64>(v128.shuffle<f64>(b, b, 1, 0), crossed));
    const sa = v128.sub<f64>(v128.mul<f64>(a, sine), v128.mul<f64>(v128.shuffle<f64>(a, a, 1, 0), crossed));
    v128.store(p, v128.add<f64>(v128.mul<f64>(a, cosine), sb));
    v128.store(q, v128.sub<f64>(v128.mul<f64>(b, cosine), sa));
  }
}

let shiftRe: f64 = 0;
let shiftIm: f64 = 0;
/** Sets the shift to the eigenvalue of the block that ends at `hi` that is nearer to its last entry. */
function wilkinson(a: usize, n: usize, hi: usize): void {
  const p = at(a, n, hi - 1, hi - 1);
  const d = at(a, n, hi, hi);
  const b = at(a, n, hi - 1, hi);
  const c = at(a, n, hi, hi - 1);
  const hr = (re(p) - re(d)) / 2;
  const hi_ = (im<Complex>(p) - im<Complex>(d)) / 2;
  const br = re(b) * re(c) - im<Complex>(b) * im<Complex>(c);
  const bi = re(b) * im<Complex>(c) + im<Complex>(b) * re(c);
  // d - bc / (h + sign sqrt(h² + bc)): the larger denominator gives the nearer eigenvalue.
  const rr = hr * hr - hi_ * hi_ + br;
  const ri = 2 * hr * hi_ + bi;
  const size = hypot(rr, ri);
  let sr = sqrt<f64>((size + abs(rr)) / 2);
  let si = sr == 0 ? 0 : abs(ri) / (2 * sr);
  if (rr < 0) {
    const t = sr;
    sr = si;
    si = t;
  }
  if (ri < 0) si = -si;
  const sign: f64 = hr * sr + hi_ * si < 0 ? -1 : 1;
  if (br == 0 && bi == 0) {
    shiftRe = re(d);
    shiftIm = im<Complex>(d);
    return;
  }
  divide(br, bi, hr + sign * sr, hi_ + sign * si);
  shiftRe = re(d) - outRe;
  shiftIm = im<Complex>(d) - outIm;
}

/** One QR step with the shift on rows and columns lo to hi of a Hessenberg matrix. */
function step(a: usize, n: usize, z: usize, lo: usize, hi: usize): void {
  let xr = re(at(a, n, lo, lo)) - shiftRe;
  let xi = im<Complex>(at(a, n, lo, lo)) - shiftIm;
  for (let k = lo; k < hi; k++) {
    const first = k > lo ? k - 1 : k;
    const y = at(a, n, k + 1, first);
    if (k > lo) {
      xr = re(at(a, n, k, first));
      xi = im<Complex>(at(a, n, k, first));
    }
    const x = hypot(xr, xi);
    const r = hypot(x, length(y));
    if (r == 0) continue;
    const c = x / r;
    const ur = x == 0 ? 1 : xr / x;
    const ui = x == 0 ? 0 : xi / x;
    const sr = (ur * re(y) + ui * im<Complex>(y)) / r;
    const si = (ui * re(y) - ur * im<Complex>(y)) / r;
    turn(at(a, n, k, first), at(a, n, k + 1, first), 16, n - first, c, sr, si);
    if (k > lo) put<Complex>(at(a, n, k + 1, first), 0, 0);
    turn(at(a, n, 0, k), at(a, n, 0, k + 1), span<Complex>(n), min(k + 3, hi + 1), c, sr, -si);
    turn(at(z, n, 0, k), at(z, n, 0, k + 1), span<Complex>(n), n, c, sr, -si);
  }
}

/** H = Q T Qᴴ with T triangular; z becomes Z Q. */
function triangularize(a: usize, n: usize, z: usize): bool {
  let steps = 0;
  for (let hi = n - 1; hi > 0; ) {
    let lo = hi;
    for (; lo > 0; lo--) {
      const below = at(a, n, lo, lo - 1);
      const near = length(at(a, n, lo, lo)) + length(at(a, n, lo - 1, lo - 1));
      if (length(below) <= EPSILON * near || length(below) < 1e-300) {
        put<Complex>(below, 0, 0);
        break;
      }
    }
    if (lo == hi) {
      hi--;
      steps = 0;
      continue;
    }
    if (steps++ == MAX_STEPS) return false;
    wilkinson(a, n, hi);
    // Now and then another shift, against cycles.
    if (steps % 10 == 0) shiftRe += length(at(a, n, hi, hi - 1));
    step(a, n, z, lo, hi);
  }
  return true;
}

/** Eigenvector k of the triangular a to x, whose first k + 1 numbers it has. */
function backSubstitute(a: usize, n: usize, k: usize, x: usize, least: f64): void {
  const lambda = at(a, n, k, k);
  for (let i: usize = 0; i <= k; i++) v128.store(x + (i << 4), v128.load(at(a, n, i, k)));
  put<Complex>(x + (k << 4), 1, 0);
  for (let i = k; i-- > 0; ) {
    const p = x + (i << 4);
    let r = re(at(a, n, i, i)) - re(lambda);
    const s = im<Complex>(at(a, n, i, i)) - im<Complex>(lambda);
    if (hypot(r, s) < least) r = least;
    divide(-re(p), -im<Complex>(p), r, s);
    put<Complex>(p, outRe, outIm);
    const f = outRe;
    const g = outIm;
    for (let j: usize = 0; j < i; j++) axpy<Complex>(x + (j << 4), at(a, n, j, i), f, g, 1);
  }
}

/** Length 1, the largest entry real. */
function normalize(v: usize, n: usize): void {
  let best = v;
  for (let p = v, end = v + span<Complex>(n); p < end; p += 16) if (length(p) > length(best)) best = p;
  const size = length(best);
  if (size == 0) return;
  scale<Complex>(v, re(best) / size, -im<Complex>(best) / size, n);
  scale<Complex>(v, 1 / norm<Complex>(v, n), 0, n);
  store<f64>(best, 0, 8);
}

export function eig_c128(a: usize, n: usize, w: usize, vectors: usize, work: usize): i32 {
  if (n == 0) return 0;
  const x = work + n * span<Complex>(n);
  const most = largest<Complex>(a, n * n);
  if (!(most < Infinity)) return 1;
  hessenberg(a, n, work, x);
  if (!triangularize(a, n, work)) return 1;
  for (let k: usize = 0; k < n; k++) {
    v128.store(w + (k << 4), v128.load(at(a, n, k, k)));
    backSubstitute(a, n, k, x, max(EPSILON * most, 1e-300));
    const v = vectors + k * span<Complex>(n);
    memory.fill(v, 0, span<Complex>(n));
    for (let j: usize = 0; j <= k; j++) {
      const p = x + (j << 4);
      for (let i: usize = 0; i < n; i++) axpy<Complex>(v + (i << 4), at(work, n, i, j), re(p), im<Complex>(p), 1);
    }
    normalize(v, n);
  }
  return 0;
}
