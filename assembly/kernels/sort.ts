//! sort_<dtype>(x, y, places, rows, n, descending): sorts each row of n into y, with the i64 places its elements had.
//! Stable both ways; NaN is the greatest number, as in torch. y must not overlap x. Returns 1 when memory is used up, else 0.

import { mark, reset, scratch } from "../memory";

/** Runs of this length are sorted by insertion before they are merged. */
const RUN: u32 = 16;

/** Whether `b` must come before `a`, which stands before it. */
// @ts-ignore: decorator
@inline function before<T>(b: T, a: T, descending: bool): bool {
  if (descending) return b > a || (isFloat<T>() && b != b && a == a);
  return b < a || (isFloat<T>() && a != a && b == b);
}

// @ts-ignore: decorator
@inline function insertion<T>(v: usize, p: usize, from: u32, to: u32, descending: bool): void {
  for (let i = from + 1; i < to; i++) {
    const key = load<T>(v + <usize>i * sizeof<T>());
    const place = load<i64>(p + (<usize>i << 3));
    let j = i;
    for (; j > from && before<T>(key, load<T>(v + <usize>(j - 1) * sizeof<T>()), descending); j--) {
      store<T>(v + <usize>j * sizeof<T>(), load<T>(v + <usize>(j - 1) * sizeof<T>()));
      store<i64>(p + (<usize>j << 3), load<i64>(p + (<usize>(j - 1) << 3)));
    }
    store<T>(v + <usize>j * sizeof<T>(), key);
    store<i64>(p + (<usize>j << 3), place);
  }
}

/** Merges the runs [from, middle) and [middle, to) of (v, p) into (w, q). */
// @ts-ignore: decorator
@inline function merge<T>(v: usize, p: usize, w: usize, q: usize, from: u32, middle: u32, to: u32, descending: bool): void {
  let i = from;
  let j = middle;
  for (let k = from; k < to; k++) {
    const second = i == middle || (j < to && before<T>(load<T>(v + <usize>j * sizeof<T>()), load<T>(v + <usize>i * sizeof<T>()), descending));
    const s = second ? j++ : i++;
    store<T>(w + <usize>k * sizeof<T>(), load<T>(v + <usize>s * sizeof<T>()));
    store<i64>(q + (<usize>k << 3), load<i64>(p + (<usize>s << 3)));
  }
}

// @ts-ignore: decorator
@inline function sort<T>(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 {
  const m = mark();
  let bv = scratch(n * sizeof<T>());
  let bp = n < 0x1fff_ffff ? scratch(n << 3) : 0;
  if (bv == 0 || bp == 0) { reset(m); return 1; }
  for (let row: u32 = 0; row < rows; row++, x += <usize>n * sizeof<T>(), y += <usize>n * sizeof<T>(), places += <usize>n << 3) {
    memory.copy(y, x, <usize>n * sizeof<T>());
    for (let i: u32 = 0; i < n; i++) store<i64>(places + (<usize>i << 3), <i64>i);
    for (let i: u32 = 0; i < n; i += RUN) insertion<T>(y, places, i, min<u32>(i + RUN, n), descending);
    let v = y;
    let p = places;
    let w = bv;
    let q = bp;
    for (let width: u64 = RUN; width < <u64>n; width <<= 1) {
      for (let i: u64 = 0; i < <u64>n; i += width << 1) {
        merge<T>(v, p, w, q, <u32>i, <u32>min<u64>(i + width, n), <u32>min<u64>(i + (width << 1), n), descending);
      }
      const t = v; v = w; w = t;
      const u = p; p = q; q = u;
    }
    if (v != y) { memory.copy(y, v, <usize>n * sizeof<T>()); memory.copy(places, p, <usize>n << 3); }
  }
  reset(m);
  return 0;
}

export function sort_f32(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 { return sort<f32>(x, y, places, rows, n, descending); }
export function sort_f64(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 { return sort<f64>(x, y, places, rows, n, descending); }
export function sort_i32(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 { return sort<i32>(x, y, places, rows, n, descending); }
export function sort_i64(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 { return sort<i64>(x, y, places, rows, n, descending); }
export function sort_u8(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 { return sort<u8>(x, y, places, rows, n, descending); }
export function sort_u64(x: usize, y: usize, places: usize, rows: u32, n: u32, descending: bool): i32 { return sort<u64>(x, y, places, rows, n, descending); }
