/**
 * @file Quantization of weights piece by piece: numbers that share a scale and a zero point.
 *
 * `geometry`: four f64. A tensor is rows of `row` elements, a row is groups of `group` elements (the last may be shorter), and element j of a
 * group has parameter (j / inner) % count of the `count` ones of that group:
 *
 *     one scale                    row = group = inner = all, count = 1
 *     a scale an index of a dim    row = group = all, count = that dim's size, inner = elements of an index
 *     blocks of a dim              row = elements of the dim, group = elements of a block, count = elements of an index, inner = 1
 *
 * n elements at x, the first of which is element `first` of the tensor. The tables of parameters, f32, begin with those of its group.
 */

class Range {} class Quantize {} class Divide {} class Dequantize {}
/** Whether the elements of a run have one parameter, or each its own. */
class Same {} class Each {}

// @ts-ignore: decorator
@inline function is<A, B>(): bool { return idof<A>() == idof<B>(); }
// @ts-ignore: decorator
@inline function four<P>(table: usize, at: usize): v128 { return is<P, Same>() ? v128.load32_splat(table) : v128.load(table + at); }
// @ts-ignore: decorator
@inline function one<P>(table: usize, at: usize): f32 { return is<P, Same>() ? load<f32>(table) : load<f32>(table + at); }

/** round(x / a) + b between lo and hi; NaN gives b. */
// @ts-ignore: decorator
@inline function quantize4<P>(x: usize, at: usize, a: usize, b: usize, lo: f32, hi: f32): v128 {
  const zero = four<P>(b, at);
  const q = f32x4.nearest(f32x4.div(v128.load(x + at), four<P>(a, at)));
  const held = f32x4.max(f32x4.min(q, f32x4.sub(f32x4.splat(hi), zero)), f32x4.sub(f32x4.splat(lo), zero));
  return i32x4.add(i32x4.trunc_sat_f32x4_s(held), i32x4.trunc_sat_f32x4_s(zero));
}
// @ts-ignore: decorator
@inline function quantize1<P>(x: usize, at: usize, a: usize, b: usize, lo: f32, hi: f32): i32 {
  const zero = one<P>(b, at);
  const q = nearest<f32>(load<f32>(x + at) / one<P>(a, at));
  return (q != q ? 0 : <i32>max<f32>(min<f32>(q, hi - zero), lo - zero)) + <i32>zero;
}

// @ts-ignore: decorator
@inline function quantizeRun<P>(x: usize, y: usize, n: usize, a: usize, b: usize, lo: f32, hi: f32): void {
  let i: usize = 0;
  const byte = i16x8.splat(0xff);
  for (; i + 16 <= n; i += 16) {
    const at = i << 2;
    const p = i16x8.narrow_i32x4_s(quantize4<P>(x, at, a, b, lo, hi), quantize4<P>(x, at + 16, a, b, lo, hi));
    const q = i16x8.narrow_i32x4_s(quantize4<P>(x, at + 32, a, b, lo, hi), quantize4<P>(x, at + 48, a, b, lo, hi));
    v128.store(y + i, i8x16.narrow_i16x8_u(v128.and(p, byte), v128.and(q, byte)));
  }
  for (; i < n; i++) store<u8>(y + i, <u8>quantize1<P>(x, i << 2, a, b, lo, hi));
}

/** x / a between lo and hi; (x - b) * a. */
// @ts-ignore: decorator
@inline function mapRun<Op, P>(x: usize, y: usize, n: usize, a: usize, b: usize, lo: f32, hi: f32): void {
  let at: usize = 0;
  const end = n << 2;
  for (; at + 16 <= end; at += 16) {
    const v = v128.load(x + at);
    if (is<Op, Divide>()) v128.store(y + at, f32x4.max(f32x4.min(f32x4.div(v, four<P>(a, at)), f32x4.splat(hi)), f32x4.splat(lo)));
    else v128.store(y + at, f32x4.mul(f32x4.sub(v, four<P>(b, at)), four<P>(a, at)));
  }
  for (; at < end; at += 4) {
    const v = load<f32>(x + at);
    if (is<Op, Divide>()) store<f32>(y + at, max<f32>(min<f32>(v / one<P>(a, at), hi), lo));
    else store<f32>(y + at, (v - one<P>(b, at)) * one<P>(a, at));
  }
}

/** Widens the ranges from a to b such that they hold x; NaN stays. */
// @ts-ignore: decorator
@inline function rangeRun<P>(x: usize, n: usize, a: usize, b: usize): void {
  let at: usize = 0;
  const end = n << 2;
  if (is<P, Same>()) {
    let lo = v128.load32_splat(a), hi = v128.load32_splat(b);
    for (; at + 16 <= end; at += 16) {
      const v = v128.load(x + at);
      lo = f32x4.min(lo, v);
      hi = f32x4.max(hi, v);
    }
    for (; at < end; at += 4) {
      const v = v128.load32_splat(x + at);
      lo = f32x4.min(lo, v);
      hi = f32x4.max(hi, v);
    }
    store<f32>(a, min(min(f32x4.extract_lane(lo, 0), f32x4.extract_lane(lo, 1)), min(f32x4.extract_lane(lo, 2), f32x4.extract_lane(lo, 3))));
    store<f32>(b, max(max(f32x4.extract_lane(hi, 0), f32x4.extract_lane(hi, 1)), max(f32x4.extract_lane(hi, 2), f32x4.extract_lane(hi, 3))));
    return;
  }
  for (; at + 16 <= end; at += 16) {
    const v = v128.load(x + at);
    v128.store(a + at, f32x4.min(v128.load(a + at), v));
    v128.store(b + at, f32x4.max(v128.load(b + at), v));
  }
  for (; at < end; at += 4) {
    store<f32>(a + at, min<f32>(load<f32>(a + at), load<f32>(x + at)));
    store<f32>(b + at, max<f32>(load<f32>(b + at), load<f32>(x + at)));
  }
}

// @ts-ignore: decorator
@inline function run<Op, P>(x: usize, y: usize, n: usize, a: usize, b: usize, lo: f32, hi: f32): void {
  if (is<Op, Range>()) rangeRun<P>(x, n, a, b);
  else if (is<Op, Quantize>()) quantizeRun<P>(x, y, n, a, b, lo, hi);
  else mapRun<Op, P>(x, y, n, a, b, lo, hi);
}

// @ts-ignore: decorator
@inline function walk<Op>(x: usize, y: usize, n: i32, first: f64, geometry: usize, a: usize, b: usize, lo: f32, hi: f32): void {
  const row = <i64>load<f64>(geometry), group = <i64>load<f64>(geometry, 8), inner = <i64>load<f64>(geometry, 16), count = <i64>load<f64>(geometry, 24);
  let inRow = <i64>first % row;
  let j = inRow % group;
  let left = <i64>n;
  while (left > 0) {
    const end = min(j + min(group - j, row - inRow), j + left);
    left -= end - j;
    inRow += end - j;
    if (inRow == row) inRow = 0;
    while (j < end) {
      let k = end - j;
      if (count == 1) {
        run<Op, Same>(x, y, <usize>k, a, b, lo, hi);
      } else if (inner == 1) {
        const p = <usize>(j % count) << 2;
        k = min(k, count - j % count);
        run<Op, Each>(x, y, <usize>k, a + p, b + p, lo, hi);
      } else {
        const p = <usize>((j / inner) % count) << 2;
        k = min(k, inner - j % inner);
        run<Op, Same>(x, y, <usize>k, a + p, b + p, lo, hi);
      }
      j += k;
      x += <usize>k << 2;
      y += <usize>k << (is<Op, Quantize>() ? 0 : 2);
    }
    j = 0;
    a += <usize>count << 2;
    b += <usize>count << 2;
  }
}

/** Widens the ranges from lo to hi, one for each parameter, such that they hold the f32 at x; NaN makes them NaN. */
export function blocks_range(x: usize, n: i32, first: f64, geometry: usize, lo: usize, hi: usize): void { walk<Range>(x, 0, n, first, geometry, lo, hi, 0, 0); }
/** y[i] = round(x[i] / scale) + zero between lo and hi, to nearest even, in a byte each; NaN gives zero. */
export function blocks_quantize(x: usize, y: usize, n: i32, first: f64, geometry: usize, scale: usize, zero: usize, lo: f32, hi: f32): void { walk<Quantize>(x, y, n, first, geometry, scale, zero, lo, hi); }
/** y[i] = x[i] / scale between lo and hi, in f32. */
export function blocks_divide(x: usize, y: usize, n: i32, first: f64, geometry: usize, scale: usize, lo: f32, hi: f32): void { walk<Divide>(x, y, n, first, geometry, scale, scale, lo, hi); }
/** y[i] = (x[i] - zero) * scale, in f32; y may be x. */
export function blocks_dequantize(x: usize, y: usize, n: i32, first: f64, geometry: usize, scale: usize, zero: usize): void { walk<Dequantize>(x, y, n, first, geometry, scale, zero, 0, 0); }
