//! Rows of n contiguous elements, each brought to unit sum or unit variance. Sums are kept in f64.

import { exp4 } from "./vector-math";

const lanes: usize = memory.data(16, 16);

// @ts-ignore: decorator
@inline function rowMax<T>(x: usize, n: u32): T {
  let best = <T>-Infinity;
  for (const end = x + <usize>n * sizeof<T>(); x < end; x += sizeof<T>()) best = max<T>(best, load<T>(x));
  return best;
}

/** Vector maximum of a f32 row; NaN wins. */
function rowMaxF32(x: usize, n: u32): f32 {
  if (n < 4) return rowMax<f32>(x, n);
  let best = v128.load(x);
  const last = x + (<usize>(n - 4) << 2);
  for (; x < last; x += 16) best = f32x4.max(best, v128.load(x));
  best = f32x4.max(best, v128.load(last));
  v128.store(lanes, best);
  return rowMax<f32>(lanes, 4);
}

/** y = exp(x - shift), and its sum. */
function expSumF32(x: usize, y: usize, n: u32, shift: f32): f64 {
  const s = f32x4.splat(shift);
  let a = f64x2.splat(0);
  let b = a;
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4, x += 16, y += 16) {
    const e = exp4(f32x4.sub(v128.load(x), s));
    v128.store(y, e);
    a = f64x2.add(a, f64x2.promote_low_f32x4(e));
    b = f64x2.add(b, f64x2.promote_low_f32x4(i8x16.shuffle(e, e, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < n; i++, x += 4, y += 4) {
    const e = f32x4.extract_lane(exp4(f32x4.splat(load<f32>(x) - shift)), 0);
    store<f32>(y, e);
    sum += <f64>e;
  }
  return sum;
}

/** softmax_<dtype>(x, y, rows, n): y = exp(x - max) / sum; y may be x. */
export function softmax_f32(x: usize, y: usize, rows: u32, n: u32): void {
  for (let r: u32 = 0; r < rows; r++, x += <usize>n << 2, y += <usize>n << 2) {
    const scale = <f32>(1 / expSumF32(x, y, n, rowMaxF32(x, n)));
    const v = f32x4.splat(scale);
    let i: u32 = 0;
    for (; i + 4 <= n; i += 4) v128.store(y + (<usize>i << 2), f32x4.mul(v128.load(y + (<usize>i << 2)), v));
    for (; i < n; i++) store<f32>(y + (<usize>i << 2), load<f32>(y + (<usize>i << 2)) * scale);
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
