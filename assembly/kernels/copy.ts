//! copy_<bytes>(nest): y[…] = x[…] over a nest of (y, x), whatever the dtype, by element size.

import { advance, DIM, DIMS, operand, rowSize, rowStride } from "./nest";

/** Side of the square that a transposing copy keeps in cache. */
const TILE: i32 = 32;

// @ts-ignore: decorator
@inline function move<T>(y: usize, x: usize): void {
  if (sizeof<T>() == 16) v128.store(y, v128.load(x));
  else store<T>(y, load<T>(x));
}

// @ts-ignore: decorator
@inline function row<T>(y: usize, sy: usize, x: usize, sx: usize, n: i32): void {
  if (sy == sizeof<T>() && sx == sizeof<T>()) memory.copy(y, x, <usize>n * sizeof<T>());
  else for (let i = 0; i < n; i++, y += sy, x += sx) move<T>(y, x);
}

/** Dims 0 and 1 at once, tile by tile: y is contiguous along dim 0, x along dim 1. */
// @ts-ignore: decorator
@inline function plane<T>(nest: usize): void {
  const n0 = rowSize(nest);
  const n1 = load<i32>(nest, DIMS + DIM);
  const sx = rowStride(nest, 1);
  const sy = rowStride(nest + DIM, 0);
  const y = operand(nest, 0);
  const x = operand(nest, 1);
  for (let j0 = 0; j0 < n1; j0 += TILE) {
    const j1 = min(j0 + TILE, n1);
    for (let i0 = 0; i0 < n0; i0 += TILE) {
      const m = min(TILE, n0 - i0);
      for (let j = j0; j < j1; j++) {
        row<T>(y + <usize>i0 * sizeof<T>() + <usize>j * sy, sizeof<T>(), x + <usize>i0 * sx + <usize>j * sizeof<T>(), sx, m);
      }
    }
  }
}

// @ts-ignore: decorator
@inline function copy<T>(nest: usize): void {
  const transposes = load<i32>(nest) > 1 && rowStride(nest, 0) == sizeof<T>() && rowStride(nest + DIM, 1) == sizeof<T>();
  if (transposes) do plane<T>(nest); while (advance(nest, 2));
  else do row<T>(operand(nest, 0), rowStride(nest, 0), operand(nest, 1), rowStride(nest, 1), rowSize(nest)); while (advance(nest));
}

export function copy_1(nest: usize): void { copy<u8>(nest); }
export function copy_2(nest: usize): void { copy<u16>(nest); }
export function copy_4(nest: usize): void { copy<u32>(nest); }
export function copy_8(nest: usize): void { copy<u64>(nest); }
export function copy_16(nest: usize): void { copy<v128>(nest); }

// @ts-ignore: decorator
@inline function select<T>(nest: usize): void {
  const n = rowSize(nest);
  const sy = rowStride(nest, 0);
  const sc = rowStride(nest, 1);
  const sa = rowStride(nest, 2);
  const sb = rowStride(nest, 3);
  do {
    let y = operand(nest, 0);
    let c = operand(nest, 1);
    let a = operand(nest, 2);
    let b = operand(nest, 3);
    for (let i = 0; i < n; i++, y += sy, c += sc, a += sa, b += sb) move<T>(y, load<u8>(c) != 0 ? a : b);
  } while (advance(nest));
}

/** where_<bytes>(nest): y = c ? a : b over a nest of (y, c, a, b); c is bool. */
export function where_1(nest: usize): void { select<u8>(nest); }
export function where_2(nest: usize): void { select<u16>(nest); }
export function where_4(nest: usize): void { select<u32>(nest); }
export function where_8(nest: usize): void { select<u64>(nest); }
export function where_16(nest: usize): void { select<v128>(nest); }

/** Fills `n` elements of `size` bytes at `y` with the element at `value`, which may be the first of them. */
export function fill(y: usize, value: usize, size: u32, n: u32): void {
  const end = y + <usize>n * size;
  if (n == 0) return;
  if (size == 1) { memory.fill(y, load<u8>(value), n); return; }
  memory.copy(y, value, size);
  // Doubling: each copy repeats all that is there already.
  for (let done: usize = size; y + done < end; done <<= 1) memory.copy(y + done, y, min<usize>(done, end - y - done));
}
