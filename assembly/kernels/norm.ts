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
@inline function total(a: v128): f64 { return pairSum(f64x2.add(f64x2.promote_low_f32x4(a), promoteHigh(a))); }

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

/** The upper two lanes as f64. */
// @ts-ignore: decorator
@inline function promoteHigh(v: v128): v128 { return f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); }
// @ts-ignore: decorator
@inline function pairSum(v: v128): f64 { return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1); }

/** Sum of x - shift, or of its square, over a row of `bytes` bytes; f32 four at a time. */
// @ts-ignore: decorator
@inline function moment<T>(x: usize, bytes: usize, shift: f64, squared: bool): f64 {
  const end = x + bytes;
  let sum: f64 = 0;
  if (sizeof<T>() == 4) {
    const s = f64x2.splat(shift);
    let low = f64x2.splat(0), high = low;
    for (const whole = end - (bytes & 15); x < whole; x += 16) {
      const v = v128.load(x);
      const a = f64x2.sub(f64x2.promote_low_f32x4(v), s), b = f64x2.sub(promoteHigh(v), s);
      low = f64x2.add(low, squared ? f64x2.mul(a, a) : a);
      high = f64x2.add(high, squared ? f64x2.mul(b, b) : b);
    }
    sum = pairSum(f64x2.add(low, high));
  }
  for (; x < end; x += sizeof<T>()) {
    const d = <f64>load<T>(x) - shift;
    sum += squared ? d * d : d;
  }
  return sum;
}

/** y = (x - mean) / sqrt(var + eps) * weight + bias; weight and bias have n elements or are null. mean and rstd are written per row. */
// @ts-ignore: decorator
@inline function layerNorm<T>(x: usize, y: usize, rows: u32, n: u32, weight: usize, bias: usize, eps: f64, means: usize, rstds: usize): void {
  const bytes = <usize>n * sizeof<T>();
  for (let r: u32 = 0; r < rows; r++, x += bytes, y += bytes) {
    const mean = moment<T>(x, bytes, 0, false) / <f64>n;
    const rstd = 1 / sqrt(moment<T>(x, bytes, mean, true) / <f64>n + eps);
    store<T>(means + <usize>r * sizeof<T>(), <T>mean);
    store<T>(rstds + <usize>r * sizeof<T>(), <T>rstd);
    let i: usize = 0;
    if (sizeof<T>() == 4) {
      const m = f64x2.splat(mean), s = f64x2.splat(rstd);
      for (const whole = bytes & ~15; i < whole; i += 16) {
        const u = v128.load(x + i);
        const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(u), m), s));
        const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(promoteHigh(u), m), s));
        let v = i64x2.shuffle(low, high, 0, 2);
        if (weight != 0) v = f32x4.mul(v, v128.load(weight + i));
        if (bias != 0) v = f32x4.add(v, v128.load(bias + i));
        v128.store(y + i, v);
      }
    }
    for (; i < bytes; i += sizeof<T>()) {
      let v = <T>((<f64>load<T>(x + i) - mean) * rstd);
      if (weight != 0) v = <T>(v * load<T>(weight + i));
      if (bias != 0) v = <T>(v + load<T>(bias + i));
      store<T>(y + i, v);
    }
  }
}
export function layer_norm_f32(x: usize, y: usize, rows: u32, n: u32, weight: usize, bias: usize, eps: f64, means: usize, rstds: usize): void { layerNorm<f32>(x, y, rows, n, weight, bias, eps, means, rstds); }
export function layer_norm_f64(x: usize, y: usize, rows: u32, n: u32, weight: usize, bias: usize, eps: f64, means: usize, rstds: usize): void { layerNorm<f64>(x, y, rows, n, weight, bias, eps, means, rstds); }
