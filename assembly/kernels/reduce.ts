//! <op>_<dtype>(x, y, outer, r, inner): y[o, i] = op over r of x[o, r, i]; all contiguous.
//! f32 sums and products are kept in f64 and rounded once. max and min propagate NaN and need r > 0.

import { mark, reset, scratch } from "../memory";
import { is } from "./nest";

class Sum {} class SumSq {} class Prod {} class Max {} class Min {} class Mean {}

/** Columns that are reduced together, so that their accumulators stay in cache. */
const BLOCK: u32 = 512;

// @ts-ignore: decorator
@inline function start<Op, A>(): A {
  if (is<Op, Prod>()) return <A>1;
  if (is<Op, Max>()) return isFloat<A>() ? <A>-Infinity : isSigned<A>() ? <A>(<i64>-1 << (sizeof<A>() * 8 - 1)) : 0;
  if (is<Op, Min>()) return isFloat<A>() ? <A>Infinity : isSigned<A>() ? <A>~(<i64>-1 << (sizeof<A>() * 8 - 1)) : <A>-1;
  return <A>0;
}
// @ts-ignore: decorator
@inline function step<Op, A>(a: A, v: A): A {
  if (is<Op, Sum>() || is<Op, Mean>()) return <A>(a + v);
  if (is<Op, SumSq>()) return <A>(a + v * v);
  if (is<Op, Prod>()) return <A>(a * v);
  if (is<Op, Max>()) return max<A>(a, v);
  if (is<Op, Min>()) return min<A>(a, v);
  ERROR("reduce: no formula for this op");
  return a;
}
// @ts-ignore: decorator
@inline function end<Op, A>(a: A, r: u32): A { return is<Op, Mean>() ? <A>(a / <A>r) : a; }

/** Sum of f32 in eight f64 lanes. */
// @ts-ignore: decorator
@inline function rowSum<Op>(x: usize, r: u32): f64 {
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let i: u32 = 0;
  for (const whole = r & ~7; i < whole; i += 8, x += 32) {
    const u = v128.load(x);
    const w = v128.load(x, 16);
    const u0 = f64x2.promote_low_f32x4(u);
    const u1 = f64x2.promote_low_f32x4(i8x16.shuffle(u, u, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    const w0 = f64x2.promote_low_f32x4(w);
    const w1 = f64x2.promote_low_f32x4(i8x16.shuffle(w, w, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    a0 = f64x2.add(a0, is<Op, SumSq>() ? f64x2.mul(u0, u0) : u0);
    a1 = f64x2.add(a1, is<Op, SumSq>() ? f64x2.mul(u1, u1) : u1);
    a2 = f64x2.add(a2, is<Op, SumSq>() ? f64x2.mul(w0, w0) : w0);
    a3 = f64x2.add(a3, is<Op, SumSq>() ? f64x2.mul(w1, w1) : w1);
  }
  const a = f64x2.add(f64x2.add(a0, a1), f64x2.add(a2, a3));
  let s = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < r; i++, x += 4) { const v = <f64>load<f32>(x); s += is<Op, SumSq>() ? v * v : v; }
  return s;
}

// @ts-ignore: decorator
@inline function row<Op, T, A>(x: usize, r: u32): A {
  if (isFloat<T>() && sizeof<T>() == 4 && (is<Op, Sum>() || is<Op, Mean>() || is<Op, SumSq>())) return <A>rowSum<Op>(x, r);
  // Four chains: the additions of one wait for each other.
  let a = start<Op, A>();
  let b = a;
  let c = a;
  let d = a;
  let i: u32 = 0;
  for (const whole = r & ~3; i < whole; i += 4, x += 4 * sizeof<T>()) {
    a = step<Op, A>(a, <A>load<T>(x));
    b = step<Op, A>(b, <A>load<T>(x, sizeof<T>()));
    c = step<Op, A>(c, <A>load<T>(x, 2 * sizeof<T>()));
    d = step<Op, A>(d, <A>load<T>(x, 3 * sizeof<T>()));
  }
  for (; i < r; i++, x += sizeof<T>()) a = step<Op, A>(a, <A>load<T>(x));
  if (is<Op, SumSq>()) return <A>(a + b + c + d);
  return step<Op, A>(step<Op, A>(a, b), step<Op, A>(c, d));
}

// @ts-ignore: decorator
@inline function columns<Op, T, A>(x: usize, y: usize, r: u32, inner: u32): void {
  const m = mark();
  const acc = scratch(BLOCK * sizeof<A>());
  for (let i0: u32 = 0; i0 < inner; i0 += BLOCK) {
    const width = min<u32>(BLOCK, inner - i0);
    const last = acc + <usize>width * sizeof<A>();
    for (let a = acc; a < last; a += sizeof<A>()) store<A>(a, start<Op, A>());
    for (let k: u32 = 0; k < r; k++) {
      let p = x + (<usize>k * inner + i0) * sizeof<T>();
      for (let a = acc; a < last; a += sizeof<A>(), p += sizeof<T>()) store<A>(a, step<Op, A>(load<A>(a), <A>load<T>(p)));
    }
    let q = y + <usize>i0 * sizeof<T>();
    for (let a = acc; a < last; a += sizeof<A>(), q += sizeof<T>()) store<T>(q, <T>end<Op, A>(load<A>(a), r));
  }
  reset(m);
}

// @ts-ignore: decorator
@inline function reduce<Op, T, A>(x: usize, y: usize, outer: u32, r: u32, inner: u32): void {
  for (let o: u32 = 0; o < outer; o++) {
    if (inner == 1) store<T>(y, <T>end<Op, A>(row<Op, T, A>(x, r), r));
    else columns<Op, T, A>(x, y, r, inner);
    x += <usize>r * inner * sizeof<T>();
    y += <usize>inner * sizeof<T>();
  }
}

class ArgMax {} class ArgMin {}

/** argmax_<dtype>(x, y, outer, r, inner): y is i64, the first place of the extremum; a NaN is the extremum of both. */
// @ts-ignore: decorator
@inline function arg<Op, T>(x: usize, y: usize, outer: u32, r: u32, inner: u32): void {
  const stride = <usize>inner * sizeof<T>();
  for (let o: u32 = 0; o < outer; o++, x += stride * (r - 1)) {
    for (let i: u32 = 0; i < inner; i++, x += sizeof<T>(), y += 8) {
      let best = load<T>(x);
      let at: u32 = 0;
      let p = x + stride;
      for (let k: u32 = 1; k < r && best == best; k++, p += stride) {
        const v = load<T>(p);
        if ((is<Op, ArgMax>() ? v > best : v < best) || v != v) { best = v; at = k; }
      }
      store<i64>(y, <i64>at);
    }
  }
}

/** cumsum_<dtype>(x, y, outer, r, inner): running sum (or product) along r; f32 accumulates in f64, as torch. */
// @ts-ignore: decorator
@inline function scan<Op, T, A>(x: usize, y: usize, outer: u32, r: u32, inner: u32): void {
  const stride = <usize>inner * sizeof<T>();
  for (let o: u32 = 0; o < outer; o++, x += stride * (r - 1), y += stride * (r - 1)) {
    for (let i: u32 = 0; i < inner; i++, x += sizeof<T>(), y += sizeof<T>()) {
      let a = start<Op, A>();
      for (let k: u32 = 0, at: usize = 0; k < r; k++, at += stride) {
        a = step<Op, A>(a, <A>load<T>(x + at));
        store<T>(y + at, <T>a);
      }
    }
  }
}

/** cummax_<dtype>(x, y, places, outer, r, inner): running extremum and the last i64 place of it (torch: >=); NaN stays. */
// @ts-ignore: decorator
@inline function scanArg<Op, T>(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void {
  const stride = <usize>inner * sizeof<T>();
  for (let o: u32 = 0; o < outer; o++) {
    for (let i: u32 = 0; i < inner; i++) {
      const base = (<usize>o * r * inner + i);
      let best = load<T>(x + base * sizeof<T>());
      let at: u32 = 0;
      for (let k: u32 = 0; k < r; k++) {
        const e = base + <usize>k * inner;
        const v = load<T>(x + e * sizeof<T>());
        if (v != v || (best == best && (is<Op, ArgMax>() ? v >= best : v <= best))) { best = v; at = k; }
        store<T>(y + e * sizeof<T>(), best);
        store<i64>(places + (e << 3), <i64>at);
      }
    }
  }
}

export function sum_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Sum, f32, f64>(x, y, outer, r, inner); }
export function sum_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Sum, f64, f64>(x, y, outer, r, inner); }
export function sum_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Sum, i32, i32>(x, y, outer, r, inner); }
export function sum_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Sum, i64, i64>(x, y, outer, r, inner); }
export function mean_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Mean, f32, f64>(x, y, outer, r, inner); }
export function mean_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Mean, f64, f64>(x, y, outer, r, inner); }
export function sumsq_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<SumSq, f32, f64>(x, y, outer, r, inner); }
export function sumsq_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<SumSq, f64, f64>(x, y, outer, r, inner); }
export function sumsq_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<SumSq, i32, i32>(x, y, outer, r, inner); }
export function sumsq_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<SumSq, i64, i64>(x, y, outer, r, inner); }
export function prod_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Prod, f32, f64>(x, y, outer, r, inner); }
export function prod_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Prod, f64, f64>(x, y, outer, r, inner); }
export function prod_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Prod, i32, i32>(x, y, outer, r, inner); }
export function prod_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Prod, i64, i64>(x, y, outer, r, inner); }
export function max_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Max, f32, f32>(x, y, outer, r, inner); }
export function max_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Max, f64, f64>(x, y, outer, r, inner); }
export function max_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Max, i32, i32>(x, y, outer, r, inner); }
export function max_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Max, i64, i64>(x, y, outer, r, inner); }
export function max_u8(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Max, u8, u8>(x, y, outer, r, inner); }
export function max_u64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Max, u64, u64>(x, y, outer, r, inner); }
export function min_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Min, f32, f32>(x, y, outer, r, inner); }
export function min_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Min, f64, f64>(x, y, outer, r, inner); }
export function min_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Min, i32, i32>(x, y, outer, r, inner); }
export function min_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Min, i64, i64>(x, y, outer, r, inner); }
export function min_u8(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Min, u8, u8>(x, y, outer, r, inner); }
export function min_u64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { reduce<Min, u64, u64>(x, y, outer, r, inner); }
export function argmax_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMax, f32>(x, y, outer, r, inner); }
export function argmax_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMax, f64>(x, y, outer, r, inner); }
export function argmax_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMax, i32>(x, y, outer, r, inner); }
export function argmax_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMax, i64>(x, y, outer, r, inner); }
export function argmax_u8(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMax, u8>(x, y, outer, r, inner); }
export function argmax_u64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMax, u64>(x, y, outer, r, inner); }
export function argmin_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMin, f32>(x, y, outer, r, inner); }
export function argmin_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMin, f64>(x, y, outer, r, inner); }
export function argmin_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMin, i32>(x, y, outer, r, inner); }
export function argmin_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMin, i64>(x, y, outer, r, inner); }
export function argmin_u8(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMin, u8>(x, y, outer, r, inner); }
export function argmin_u64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { arg<ArgMin, u64>(x, y, outer, r, inner); }
export function cumsum_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Sum, f32, f64>(x, y, outer, r, inner); }
export function cumsum_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Sum, f64, f64>(x, y, outer, r, inner); }
export function cumsum_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Sum, i32, i32>(x, y, outer, r, inner); }
export function cumsum_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Sum, i64, i64>(x, y, outer, r, inner); }
export function cumprod_f32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Prod, f32, f64>(x, y, outer, r, inner); }
export function cumprod_f64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Prod, f64, f64>(x, y, outer, r, inner); }
export function cumprod_i32(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Prod, i32, i32>(x, y, outer, r, inner); }
export function cumprod_i64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { scan<Prod, i64, i64>(x, y, outer, r, inner); }
export function cummax_f32(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMax, f32>(x, y, places, outer, r, inner); }
export function cummax_f64(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMax, f64>(x, y, places, outer, r, inner); }
export function cummax_i32(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMax, i32>(x, y, places, outer, r, inner); }
export function cummax_i64(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMax, i64>(x, y, places, outer, r, inner); }
export function cummax_u8(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMax, u8>(x, y, places, outer, r, inner); }
export function cummin_f32(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMin, f32>(x, y, places, outer, r, inner); }
export function cummin_f64(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMin, f64>(x, y, places, outer, r, inner); }
export function cummin_i32(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMin, i32>(x, y, places, outer, r, inner); }
export function cummin_i64(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMin, i64>(x, y, places, outer, r, inner); }
export function cummin_u8(x: usize, y: usize, places: usize, outer: u32, r: u32, inner: u32): void { scanArg<ArgMin, u8>(x, y, places, outer, r, inner); }
