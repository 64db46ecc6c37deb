//! Reading and writing by int64 index. A negative index counts from the end. Returns 0, or 1 when an index was outside [-n, n):
//! then nothing was read or written there.

import { advance, is, operand, rowSize, rowStride } from "./nest";

// @ts-ignore: decorator
@inline function move<T>(y: usize, x: usize): void {
  if (sizeof<T>() == 16) v128.store(y, v128.load(x));
  else store<T>(y, load<T>(x));
}

/** gather_<bytes>(nest, stride, n): y = x[index * stride] over a nest of (y, index, x), where x does not move along the indexed dim. */
// @ts-ignore: decorator
@inline function gather<T>(nest: usize, stride: usize, n: u32): i32 {
  const size = rowSize(nest);
  const sy = rowStride(nest, 0);
  const si = rowStride(nest, 1);
  const sx = rowStride(nest, 2);
  do {
    let y = operand(nest, 0);
    let index = operand(nest, 1);
    let x = operand(nest, 2);
    for (let k = 0; k < size; k++, y += sy, index += si, x += sx) {
      let i = load<i64>(index);
      if (i < 0) i += <i64>n;
      if (<u64>i >= <u64>n) return 1;
      move<T>(y, x + <usize>i * stride);
    }
  } while (advance(nest));
  return 0;
}
export function gather_1(nest: usize, stride: usize, n: u32): i32 { return gather<u8>(nest, stride, n); }
export function gather_2(nest: usize, stride: usize, n: u32): i32 { return gather<u16>(nest, stride, n); }
export function gather_4(nest: usize, stride: usize, n: u32): i32 { return gather<u32>(nest, stride, n); }
export function gather_8(nest: usize, stride: usize, n: u32): i32 { return gather<u64>(nest, stride, n); }
export function gather_16(nest: usize, stride: usize, n: u32): i32 { return gather<v128>(nest, stride, n); }

/** index_select(x, y, index, outer, n, m, bytes): y[o, j] = x[o, index[j]] for rows of `bytes` bytes; all contiguous. */
export function index_select(x: usize, y: usize, index: usize, outer: u32, n: u32, m: u32, bytes: u32): i32 {
  for (let o: u32 = 0; o < outer; o++, x += <usize>n * bytes) {
    for (let j: u32 = 0; j < m; j++, y += bytes) {
      let i = load<i64>(index + (<usize>j << 3));
      if (i < 0) i += <i64>n;
      if (<u64>i >= <u64>n) return 1;
      const row = x + <usize>i * bytes;
      if (bytes == 4) store<u32>(y, load<u32>(row));
      else if (bytes == 8) store<u64>(y, load<u64>(row));
      else memory.copy(y, row, bytes);
    }
  }
  return 0;
}

class Put {} class Add {} class Mul {} class Max {} class Min {}

/** y[index * stride] = that op src, over a nest of (y, index, src), where y does not move along the indexed dim. */
// @ts-ignore: decorator
@inline function scatter<Op, T>(nest: usize, stride: usize, n: u32): i32 {
  const size = rowSize(nest);
  const sy = rowStride(nest, 0);
  const si = rowStride(nest, 1);
  const ss = rowStride(nest, 2);
  do {
    let y = operand(nest, 0);
    let index = operand(nest, 1);
    let src = operand(nest, 2);
    for (let k = 0; k < size; k++, y += sy, index += si, src += ss) {
      let i = load<i64>(index);
      if (i < 0) i += <i64>n;
      if (<u64>i >= <u64>n) return 1;
      const p = y + <usize>i * stride;
      if (is<Op, Put>()) move<T>(p, src);
      else if (sizeof<T>() < 16) {
        const v = load<T>(src);
        const w = load<T>(p);
        if (is<Op, Add>()) store<T>(p, <T>(w + v));
        if (is<Op, Mul>()) store<T>(p, <T>(w * v));
        if (is<Op, Max>()) store<T>(p, max<T>(w, v));
        if (is<Op, Min>()) store<T>(p, min<T>(w, v));
      }
    }
  } while (advance(nest));
  return 0;
}
export function scatter_1(nest: usize, stride: usize, n: u32): i32 { return scatter<Put, u8>(nest, stride, n); }
export function scatter_2(nest: usize, stride: usize, n: u32): i32 { return scatter<Put, u16>(nest, stride, n); }
export function scatter_4(nest: usize, stride: usize, n: u32): i32 { return scatter<Put, u32>(nest, stride, n); }
export function scatter_8(nest: usize, stride: usize, n: u32): i32 { return scatter<Put, u64>(nest, stride, n); }
export function scatter_16(nest: usize, stride: usize, n: u32): i32 { return scatter<Put, v128>(nest, stride, n); }

/** nonzero(x, y, n, dims, rank): writes the int64 coordinates of each true byte of x, row by row, and returns how many there are. */
export function nonzero(x: usize, y: usize, n: u32, dims: usize, rank: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    if (load<u8>(x + i) == 0) continue;
    count++;
    if (y == 0) continue;
    let rest = i;
    for (let d = rank; d-- > 0; ) {
      const size = load<u32>(dims + (<usize>d << 2));
      store<i64>(y + (<usize>d << 3), <i64>(rest % size));
      rest /= size;
    }
    y += <usize>rank << 3;
  }
  return count;
}

export function scatter_add_f32(nest: usize, stride: usize, n: u32): i32 { return scatter<Add, f32>(nest, stride, n); }
export function scatter_mul_f32(nest: usize, stride: usize, n: u32): i32 { return scatter<Mul, f32>(nest, stride, n); }
export function scatter_max_f32(nest: usize, stride: usize, n: u32): i32 { return scatter<Max, f32>(nest, stride, n); }
export function scatter_min_f32(nest: usize, stride: usize, n: u32): i32 { return scatter<Min, f32>(nest, stride, n); }
export function scatter_add_f64(nest: usize, stride: usize, n: u32): i32 { return scatter<Add, f64>(nest, stride, n); }
export function scatter_mul_f64(nest: usize, stride: usize, n: u32): i32 { return scatter<Mul, f64>(nest, stride, n); }
export function scatter_max_f64(nest: usize, stride: usize, n: u32): i32 { return scatter<Max, f64>(nest, stride, n); }
export function scatter_min_f64(nest: usize, stride: usize, n: u32): i32 { return scatter<Min, f64>(nest, stride, n); }
export function scatter_add_i32(nest: usize, stride: usize, n: u32): i32 { return scatter<Add, i32>(nest, stride, n); }
export function scatter_mul_i32(nest: usize, stride: usize, n: u32): i32 { return scatter<Mul, i32>(nest, stride, n); }
export function scatter_max_i32(nest: usize, stride: usize, n: u32): i32 { return scatter<Max, i32>(nest, stride, n); }
export function scatter_min_i32(nest: usize, stride: usize, n: u32): i32 { return scatter<Min, i32>(nest, stride, n); }
export function scatter_add_i64(nest: usize, stride: usize, n: u32): i32 { return scatter<Add, i64>(nest, stride, n); }
export function scatter_mul_i64(nest: usize, stride: usize, n: u32): i32 { return scatter<Mul, i64>(nest, stride, n); }
export function scatter_max_i64(nest: usize, stride: usize, n: u32): i32 { return scatter<Max, i64>(nest, stride, n); }
export function scatter_min_i64(nest: usize, stride: usize, n: u32): i32 { return scatter<Min, i64>(nest, stride, n); }
export function scatter_add_u8(nest: usize, stride: usize, n: u32): i32 { return scatter<Add, u8>(nest, stride, n); }
export function scatter_mul_u8(nest: usize, stride: usize, n: u32): i32 { return scatter<Mul, u8>(nest, stride, n); }
export function scatter_max_u8(nest: usize, stride: usize, n: u32): i32 { return scatter<Max, u8>(nest, stride, n); }
export function scatter_min_u8(nest: usize, stride: usize, n: u32): i32 { return scatter<Min, u8>(nest, stride, n); }
export function scatter_max_u64(nest: usize, stride: usize, n: u32): i32 { return scatter<Max, u64>(nest, stride, n); }
export function scatter_min_u64(nest: usize, stride: usize, n: u32): i32 { return scatter<Min, u64>(nest, stride, n); }
