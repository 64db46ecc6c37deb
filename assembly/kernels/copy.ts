//! copy_<bytes>(nest): y[…] = x[…] over a nest of (y, x), whatever the dtype, by element size.

import { advance, DIM, DIMS, operand, rowSize, rowStride } from "./nest";

/** Side of the square that a transposing copy turns at a time. */
const TILE: i32 = 32;
/** A square of the largest elements, its rows 16 bytes further apart than they are long: powers of two would share cache lines. */
const square: usize = memory.data(32 * (32 * 16 + 16), 16);

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

/** Turns a 4 x 4 block of 32-bit elements: rows `from` + i * pitch become rows `to` + j * sy. */
// @ts-ignore: decorator
@inline function turn4(to: usize, sy: usize, from: usize, pitch: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + pitch);
  const c = v128.load(from + 2 * pitch);
  const d = v128.load(from + 3 * pitch);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(to + sy, i64x2.shuffle(ab, cd, 1, 3));
  v128.store(to + 2 * sy, i64x2.shuffle(abHigh, cdHigh, 0, 2));
  v128.store(to + 3 * sy, i64x2.shuffle(abHigh, cdHigh, 1, 3));
}

/**
 * Dims 0 and 1 at once: y is contiguous along dim 0, x along dim 1. Squares of x are read row by row into a buffer
 * and written from there, so that neither side jumps about in memory.
 */
// @ts-ignore: decorator
@inline function plane<T>(nest: usize): void {
  const n0 = rowSize(nest);
  const n1 = load<i32>(nest, DIMS + DIM);
  const sx = rowStride(nest, 1);
  const sy = rowStride(nest + DIM, 0);
  const pitch: usize = TILE * sizeof<T>() + 16;
  for (let j0 = 0; j0 < n1; j0 += TILE) {
    const columns = min(TILE, n1 - j0);
    for (let i0 = 0; i0 < n0; i0 += TILE) {
      const rows = min(TILE, n0 - i0);
      const x = operand(nest, 1) + <usize>i0 * sx + <usize>j0 * sizeof<T>();
      for (let i = 0; i < rows; i++) memory.copy(square + <usize>i * pitch, x + <usize>i * sx, <usize>columns * sizeof<T>());
      const y = operand(nest, 0) + <usize>i0 * sizeof<T>() + <usize>j0 * sy;
      if (sizeof<T>() == 4 && rows == TILE && columns == TILE) {
        for (let j = 0; j < TILE; j += 4) {
          for (let i = 0; i < TILE; i += 4) turn4(y + <usize>j * sy + <usize>i * 4, sy, square + <usize>i * pitch + <usize>j * 4, pitch);
        }
      } else {
        for (let j = 0; j < columns; j++) row<T>(y + <usize>j * sy, sizeof<T>(), square + <usize>j * sizeof<T>(), pitch, rows);
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
