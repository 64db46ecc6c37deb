//! Rows of n contiguous elements, each brought to unit sum or unit variance. Sums are kept in f64, softmax's in f32 for up to 128 elements at a time.

import { expBelow4 } from "./vector-math";

const lanes: usize = memory.data(16, 16);

// @ts-ignore: decorator
@inline function rowMax<T>(x: usize, n: u32): T {
  let best = <T>-Infinity;
  for (const end = x + <usize>n * sizeof<T>(); x < end; x += sizeof<T>()) best = max<T>(best, load<T>(x));
  return best;
}

/** Vector maximum of a f32 row. A NaN may get lost: it comes back when e^x is summed. */
function rowMaxF32(x: usize, n: u32): f32 {
  if (n < 16) return rowMax<f32>(x, n);
  let a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
  const last = x + (<usize>(n - 16) << 2);
  for (x += 64; x < last; x += 64) {
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(x, 16));
    c = f32x4.pmax(c, v128.load(x, 32));
    d = f32x4.pmax(d, v128.load(x, 48));
  }
  a = f32x4.pmax(f32x4.pmax(a, v128.load(last)), f32x4.pmax(b, v128.load(last, 16)));
  c = f32x4.pmax(f32x4.pmax(c, v128.load(last, 32)), f32x4.pmax(d, v128.load(last, 48)));
  v128.store(lanes, f32x4.pmax(a, c));
  return rowMax<f32>(lanes, 4);
}

// @ts-ignore: decorator
@inline function total(a: v128): f64 {
  const b = f64x2.add(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
  return f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1);
}

/** y = exp(x - shift), and its sum. */
function expSumF32(x: usize, y: usize, n: u32, shift: f32): f64 {
  const s = f32x4.splat(shift);
  const end = y + (<usize>n << 2);
  let sum: f64 = 0;
  for (const whole = end - ((end - y) & 63); y < whole; ) {
    let ab = f32x4.splat(0);
    let cd = ab;
    for (const stretch = min(y + 512, whole); y < stretch; x += 64, y += 64) {
      // All four before a store: see vector-math.ts.
      const a = expBelow4(f32x4.sub(v128.load(x), s));
      const b = expBelow4(f32x4.sub(v128.load(x, 16), s));
      const c = expBelow4(f32x4.sub(v128.load(x, 32), s));
      const d = expBelow4(f32x4.sub(v128.load(x, 48), s));
      v128.store(y, a);
      v128.store(y, b, 16);
      v128.store(y, c, 32);
      v128.store(y, d, 48);
      ab = f32x4.add(ab, f32x4.add(a, b));
      cd = f32x4.add(cd, f32x4.add(c, d));
    }
    sum += total(f32x4.add(ab, cd));
  }
  for (; y < end; x += 4, y += 4) {
    const e = f32x4.extract_lane(expBelow4(f32x4.splat(load<f32>(x) - shift)), 0);
    store<f32>(y, e);
    sum += <f64>e;
  }
  return sum;
}

/** softmax_<dtype>(x, y, rows, n): y = exp(x - max) / sum; y may be x. */
export function softmax_f32(x: usize, y: usize, rows: u32, n: u32): void {
  const bytes = <usize>n << 2;
  for (let r: u32 = 0; r < rows; r++, x += bytes) {
    const scale = <f32>(1 / expSumF32(x, y, n, rowMaxF32(x, n)));
    const v = f32x4.splat(scale);
    const end = y + bytes;
    for (const whole = end - (bytes & 63); y < whole; y += 64) {
      v128.store(y, f32x4.mul(v128.load(y), v));
      v128.store(y, f32x4.mul(v128.load(y, 16), v), 16);
      v128.store(y, f32x4.mul(v128.load(y, 32), v), 32);
      v128.store(y, f32x4.mul(v128.load(y, 48), v), 48);
    }
    for (; y < end; y += 4) store<f32>(y, load<f32>(y) * scale);
  }
}
export function softmax_f64(x: usize, y: usize, rows: u32, n: u32): void {
  for (let r: u32 = 0; r < rows; r++, x += <usize>n << 3, y += <usize>n << 3) {
    const shift = rowMax<f64>(x, n);
    let sum: f64 = 0;
    for (let i: usize = 0; i < <usize>n << 3; i += 8) {
      const e = Math.exp(load<f64>(x + i) - shift);
      store<f64>(y + i, e);
      sum += e;
    }
    for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(y + i, load<f64>(y + i) / sum);
  }
}

/** log_softmax_<dtype>(x, y, rows, n): y = x - max - log(sum of exp(x - max)); y may be x only for f64. */
export function log_softmax_f32(x: usize, y: usize, rows: u32, n: u32): void {
  for (let r: u32 = 0; r < rows; r++, x += <usize>n << 2, y += <usize>n << 2) {
    const shift = rowMaxF32(x, n);
    const log = <f32>Math.log(expSumF32(x, y, n, shift));
    for (let i: usize = 0; i < <usize>n << 2; i += 4) store<f32>(y + i, load<f32>(x + i) - shift - log);
  }
}
export function log_softmax_f64(x: usize, y: usize, rows: u32, n: u32): void {
  for (let r: u32 = 0; r < rows; r++, x += <usize>n << 3, y += <usize>n << 3) {
    const shift = rowMax<f64>(x, n);
    let sum: f64 = 0;
    for (let i: usize = 0; i < <usize>n << 3; i += 8) sum += Math.exp(load<f64>(x + i) - shift);
    const log = Math.log(sum);
    for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(y + i, load<f64>(x + i) - shift - log);
  }
}

/** y = (x - mean) / sqrt(var + eps) * weight + bias; weight and bias have n elements or are null. mean and rstd are written per row. */
// @ts-ignore: decorator
@inline function layerNorm<T>(x: usize, y: usize, rows: u32, n: u32, weight: usize, bias: usize, eps: f64, means: usize, rstds: usize): void {
  const bytes = <usize>n * sizeof<T>();
  for (let r: u32 = 0; r < rows; r++, x += bytes, y += bytes) {
    let sum: f64 = 0;
    let odd: f64 = 0;
    let i: usize = 0;
    for (; i + 2 * sizeof<T>() <= bytes; i += 2 * sizeof<T>()) { sum += <f64>load<T>(x + i); odd += <f64>load<T>(x + i, sizeof<T>()); }
    if (i < bytes) sum += <f64>load<T>(x + i);
    const mean = (sum + odd) / <f64>n;
    let square: f64 = 0;
    for (i = 0; i < bytes; i += sizeof<T>()) { const d = <f64>load<T>(x + i) - mean; square += d * d; }
    const rstd = 1 / sqrt(square / <f64>n + eps);
    store<T>(means + <usize>r * sizeof<T>(), <T>mean);
    store<T>(rstds + <usize>r * sizeof<T>(), <T>rstd);
    for (i = 0; i < bytes; i += sizeof<T>()) {
      let v = <T>((<f64>load<T>(x + i) - mean) * rstd);
      if (weight != 0) v = <T>(v * load<T>(weight + i));
      if (bias != 0) v = <T>(v + load<T>(bias + i));
      store<T>(y + i, v);
    }
  }
}
export function layer_norm_f32(x: usize, y: usize, rows: u32, n: u32, weight: usize, bias: usize, eps: f64, means: usize, rstds: usize): void { layerNorm<f32>(x, y, rows, n, weight, bias, eps, means, rstds); }
export function layer_norm_f64(x: usize, y: usize, rows: u32, n: u32, weight: usize, bias: usize, eps: f64, means: usize, rstds: usize): void { layerNorm<f64>(x, y, rows, n, weight, bias, eps, means, rstds); }
