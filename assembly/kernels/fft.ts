//! Fourier transforms of any length along a dim of row-major tensors: y[k] = scale * sum over j of x[j] exp(∓2πi jk / n), minus forward.
//!   fft_<c64|c128>(x, y, outer, inner, have, n, keep, inverse, scale)    complex to complex
//!   rfft_<f32|f64>(…)                                                   real to complex
//!   irfft_<f32|f64>(…)                                                  the half spectrum of a real signal to that signal
//! x is [outer, have, inner], taken as cut or padded with zeros to n (the half spectrum: to n / 2 + 1); y is [outer, keep, inner] and no
//! alias of x. All is computed in f64 and rounded once: the error is below 4e-16 log2(n) of the result's norm.
//! Stockham's autosort with radices 5, 4, 3 and 2; other lengths by Bluestein's chirp, a convolution over a power of two of points.
//! Returns 1 when memory is used up, else 0.

import { mark, reset, scratch } from "../memory";
import { is } from "./nest";

class Whole {} class Signal {} class Half {}

// @ts-ignore: decorator
@inline function swap(a: v128): v128 { return v128.shuffle<f64>(a, a, 1, 0); }
// @ts-ignore: decorator
@inline function conj(a: v128): v128 { return v128.xor(a, f64x2(0, -0.0)); }
// @ts-ignore: decorator
@inline function add(a: v128, b: v128): v128 { return v128.add<f64>(a, b); }
// @ts-ignore: decorator
@inline function sub(a: v128, b: v128): v128 { return v128.sub<f64>(a, b); }
// @ts-ignore: decorator
@inline function scaled(a: v128, by: f64): v128 { return v128.mul<f64>(a, f64x2.splat(by)); }
/** -i a. */
// @ts-ignore: decorator
@inline function turned(a: v128): v128 { return conj(swap(a)); }
// @ts-ignore: decorator
@inline function product(a: v128, b: v128): v128 {
  const re = v128.mul<f64>(a, v128.shuffle<f64>(b, b, 0, 0));
  const im = v128.mul<f64>(swap(a), v128.shuffle<f64>(b, b, 1, 1));
  return add(re, v128.xor(im, f64x2(-0.0, 0)));
}

/** exp(-2πi k / n) for k < n, from angles in the first eighth of the circle, where sine and cosine lose nothing. */
function root(k: u64, n: u64): v128 {
  const eighth = (8 * k) / n;
  const from = (eighth + 1) / 2;
  const past = <i64>(4 * k) - <i64>(from * n);
  const angle = (<f64>past / <f64>n) * (Math.PI / 2);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const quarter = <i32>from & 3;
  if (quarter == 0) return f64x2(c, -s);
  if (quarter == 1) return f64x2(-s, -c);
  if (quarter == 2) return f64x2(-c, s);
  return f64x2(s, c);
}

function isSmooth(n: u32): bool {
  while (n % 5 == 0) n /= 5;
  while (n % 3 == 0) n /= 3;
  return (n & (n - 1)) == 0;
}
/** Points of the transform that is carried out for one of length n > 0. */
function points(n: u32): u32 {
  if (isSmooth(n)) return n;
  let m: u32 = 1;
  while (m < 2 * n - 1) m <<= 1;
  return m;
}

/** What lines of one length share. A complex number is one vector. */
let roots: usize = 0;
let buffer: usize = 0;
let other: usize = 0;
let chirp: usize = 0;
let filter: usize = 0;
let count: u32 = 0;

// @ts-ignore: decorator
@inline function at(p: usize, k: u32): usize { return p + (<usize>k << 4); }

/** Sets up transforms of length n > 0; false when memory is used up. */
function plan(n: u32): bool {
  count = points(n);
  const chirped = count != n;
  const bytes = <u64>16 * (3 * <u64>count + (chirped ? <u64>n + count : 0));
  if (bytes > 0xfff0_0000) return false;
  roots = scratch(<u32>bytes);
  if (roots == 0) return false;
  buffer = at(roots, count);
  other = at(buffer, count);
  chirp = at(other, count);
  filter = at(chirp, n);
  for (let k: u32 = 0; k < count; k++) v128.store(at(roots, k), root(k, count));
  if (!chirped) return true;
  memory.fill(buffer, 0, <usize>count << 4);
  for (let k: u32 = 0; k < n; k++) {
    // The angle π k² / n, reduced while it is whole.
    const c = root((<u64>k * k) % (2 * <u64>n), 2 * <u64>n);
    v128.store(at(chirp, k), c);
    v128.store(at(buffer, k), conj(c));
    if (k > 0) v128.store(at(buffer, count - k), conj(c));
  }
  memory.copy(filter, passes(), <usize>count << 4);
  return true;
}

class By2 {} class By3 {} class By4 {} class By5 {}

/** One output of a pass, times the power u of its root. */
// @ts-ignore: decorator
@inline function put(y: usize, a: v128, w: v128): void { v128.store(y, product(a, w)); }

// The sums over t of one q, and their places `run` bytes apart; inputs are `step` bytes apart.
// @ts-ignore: decorator
@inline function two(x: usize, step: usize, y: usize, run: usize, w1: v128): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  v128.store(y, add(a, b));
  put(y + run, sub(a, b), w1);
}
// @ts-ignore: decorator
@inline function three(x: usize, step: usize, y: usize, run: usize, w1: v128, w2: v128): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const sum = add(b, c);
  const middle = sub(a, scaled(sum, 0.5));
  const side = turned(scaled(sub(b, c), 0.86602540378443864676));
  v128.store(y, add(a, sum));
  put(y + run, add(middle, side), w1);
  put(y + 2 * run, sub(middle, side), w2);
}
// @ts-ignore: decorator
@inline function four(x: usize, step: usize, y: usize, run: usize, w1: v128, w2: v128, w3: v128): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const d = v128.load(x + 3 * step);
  const even = add(a, c);
  const odd = sub(a, c);
  const sum = add(b, d);
  const side = turned(sub(b, d));
  v128.store(y, add(even, sum));
  put(y + run, add(odd, side), w1);
  put(y + 2 * run, sub(even, sum), w2);
  put(y + 3 * run, sub(odd, side), w3);
}
// @ts-ignore: decorator
@inline function five(x: usize, step: usize, y: usize, run: usize, w1: v128, w2: v128, w3: v128, w4: v128): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const d = v128.load(x + 3 * step);
  const e = v128.load(x + 4 * step);
  const near = add(b, e);
  const far = add(c, d);
  const nearSide = sub(b, e);
  const farSide = sub(c, d);
  // Cosines and sines of 2π / 5 and 4π / 5.
  const first = add(a, sub(scaled(near, 0.30901699437494742410), scaled(far, 0.80901699437494742410)));
  const second = add(a, sub(scaled(far, 0.30901699437494742410), scaled(near, 0.80901699437494742410)));
  const firstSide = turned(add(scaled(nearSide, 0.95105651629515357212), scaled(farSide, 0.58778525229247312917)));
  const secondSide = turned(sub(scaled(nearSide, 0.58778525229247312917), scaled(farSide, 0.95105651629515357212)));
  v128.store(y, add(a, add(near, far)));
  put(y + run, add(first, firstSide), w1);
  put(y + 2 * run, add(second, secondSide), w2);
  put(y + 3 * run, sub(second, secondSide), w3);
  put(y + 4 * run, sub(first, firstSide), w4);
}

/** y[q + s (r p + u)] = w^(pu) * sum over t of x[q + s (p + m t)] exp(-2πi tu / r), with w = exp(-2πi / (r m)) and q < s, p < m. */
// @ts-ignore: decorator
@inline function pass<R>(x: usize, y: usize, m: u32, s: u32): void {
  const step = <usize>m * s << 4;
  const run = <usize>s << 4;
  const r: usize = is<R, By2>() ? 2 : is<R, By3>() ? 3 : is<R, By4>() ? 4 : 5;
  let w: usize = 0;
  for (let p: u32 = 0; p < m; p++, w += run, y += (r - 1) * run) {
    const w1 = v128.load(roots + w);
    const w2 = v128.load(roots + (r > 2 ? 2 * w : 0));
    const w3 = v128.load(roots + (r > 3 ? 3 * w : 0));
    const w4 = v128.load(roots + (r > 4 ? 4 * w : 0));
    for (const end = x + run; x < end; x += 16, y += 16) {
      if (is<R, By2>()) two(x, step, y, run, w1);
      if (is<R, By3>()) three(x, step, y, run, w1, w2);
      if (is<R, By4>()) four(x, step, y, run, w1, w2, w3);
      if (is<R, By5>()) five(x, step, y, run, w1, w2, w3, w4);
    }
  }
}
function pass2(x: usize, y: usize, m: u32, s: u32): void { pass<By2>(x, y, m, s); }
function pass3(x: usize, y: usize, m: u32, s: u32): void { pass<By3>(x, y, m, s); }
function pass4(x: usize, y: usize, m: u32, s: u32): void { pass<By4>(x, y, m, s); }
function pass5(x: usize, y: usize, m: u32, s: u32): void { pass<By5>(x, y, m, s); }

/** Transforms `buffer` forward, `count` points; returns which of the two buffers has the result. */
function passes(): usize {
  let x = buffer;
  let y = other;
  let s: u32 = 1;
  for (let left = count; left > 1; ) {
    const r: u32 = left % 5 == 0 ? 5 : left % 4 == 0 ? 4 : left % 3 == 0 ? 3 : 2;
    left /= r;
    if (r == 2) pass2(x, y, left, s);
    else if (r == 3) pass3(x, y, left, s);
    else if (r == 4) pass4(x, y, left, s);
    else pass5(x, y, left, s);
    s *= r;
    const z = x;
    x = y;
    y = z;
  }
  return x;
}

/** Transforms the first n numbers of `buffer` forward; returns where the result is. */
function transform(n: u32): usize {
  if (count == n) return passes();
  for (let k: u32 = 0; k < n; k++) v128.store(at(buffer, k), product(v128.load(at(buffer, k)), v128.load(at(chirp, k))));
  memory.fill(at(buffer, n), 0, <usize>(count - n) << 4);
  const spectrum = passes();
  // With parts exchanged before and after, a forward transform is an inverse one.
  for (let k: u32 = 0; k < count; k++) v128.store(at(buffer, k), swap(product(v128.load(at(spectrum, k)), v128.load(at(filter, k)))));
  const back = passes();
  const by = 1 / <f64>count;
  for (let k: u32 = 0; k < n; k++) v128.store(at(back, k), product(scaled(swap(v128.load(at(back, k))), by), v128.load(at(chirp, k))));
  return back;
}

/** Element type and kind of a line: a complex number of two T, or a real T. */
// @ts-ignore: decorator
@inline function read<T, Kind>(x: usize): v128 {
  if (is<Kind, Signal>()) return f64x2(<f64>load<T>(x), 0);
  if (sizeof<T>() == 8) return v128.load(x);
  return f64x2.promote_low_f32x4(v128.load64_zero(x));
}
// @ts-ignore: decorator
@inline function write<T, Kind>(y: usize, a: v128): void {
  if (is<Kind, Half>()) store<T>(y, <T>f64x2.extract_lane(a, 0));
  else if (sizeof<T>() == 8) v128.store(y, a);
  else v128.store64_lane(y, f32x4.demote_f64x2_zero(a), 0);
}

/** Puts a line of x into `buffer`, real and imaginary parts exchanged for an inverse transform. */
// @ts-ignore: decorator
@inline function gather<T, Kind>(x: usize, step: usize, have: u32, n: u32, inverse: bool): void {
  const known = min(have, is<Kind, Half>() ? n / 2 + 1 : n);
  for (let k: u32 = 0; k < known; k++, x += step) {
    let a = read<T, Kind>(x);
    // The signal is real: the imaginary parts at 0 and at n / 2 do not count.
    if (is<Kind, Half>() && (k == 0 || k == n - k)) a = f64x2.replace_lane(a, 1, 0);
    v128.store(at(buffer, k), inverse ? swap(a) : a);
    if (is<Kind, Half>() && k > 0 && k < n - k) v128.store(at(buffer, n - k), inverse ? swap(conj(a)) : conj(a));
  }
  const rest = is<Kind, Half>() ? n - 2 * known + 1 : n - known;
  if (<i32>rest > 0) memory.fill(at(buffer, known), 0, <usize>rest << 4);
}

// @ts-ignore: decorator
@inline function lines<T, Kind>(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  const m = mark();
  if (!plan(n)) { reset(m); return 1; }
  const stepIn = <usize>inner * sizeof<T>() * (is<Kind, Signal>() ? 1 : 2);
  const stepOut = <usize>inner * sizeof<T>() * (is<Kind, Half>() ? 1 : 2);
  for (let o: u32 = 0; o < outer; o++, x += stepIn * have, y += stepOut * keep) {
    for (let i: u32 = 0; i < inner; i++) {
      gather<T, Kind>(x + <usize>i * (stepIn / inner), stepIn, have, n, inverse);
      const result = transform(n);
      let to = y + <usize>i * (stepOut / inner);
      for (let k: u32 = 0; k < keep; k++, to += stepOut) {
        const a = scaled(v128.load(at(result, k)), scale);
        write<T, Kind>(to, inverse ? swap(a) : a);
      }
    }
  }
  reset(m);
  return 0;
}

export function fft_c64(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  return lines<f32, Whole>(x, y, outer, inner, have, n, keep, inverse, scale);
}
export function fft_c128(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  return lines<f64, Whole>(x, y, outer, inner, have, n, keep, inverse, scale);
}
export function rfft_f32(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  return lines<f32, Signal>(x, y, outer, inner, have, n, keep, inverse, scale);
}
export function rfft_f64(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  return lines<f64, Signal>(x, y, outer, inner, have, n, keep, inverse, scale);
}
export function irfft_f32(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  return lines<f32, Half>(x, y, outer, inner, have, n, keep, inverse, scale);
}
export function irfft_f64(x: usize, y: usize, outer: u32, inner: u32, have: u32, n: u32, keep: u32, inverse: bool, scale: f64): i32 {
  return lines<f64, Half>(x, y, outer, inner, have, n, keep, inverse, scale);
}
