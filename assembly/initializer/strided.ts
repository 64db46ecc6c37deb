/**
 * @file Strided bytes to contiguous ones, for the sizes that elements have: transposes, slices, broadcasts of weights.
 *
 * One dim (the last) is contiguous in the destination and one, `rows`, is contiguous in the source (often the same). The plane
 * of the two is walked in tiles that use whole cache lines on both sides; the other dims are an odometer around it.
 */

/** Elements along a side of a tile: one cache line of 4-byte elements. */
const TILE: i32 = 16;

// @ts-ignore: decorator
@inline function transpose4x4(x: usize, xs: usize, y: usize, ys: usize): void {
  const a = v128.load(x), b = v128.load(x + xs), c = v128.load(x + 2 * xs), d = v128.load(x + 3 * xs);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(y + ys, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(y + 2 * ys, v128.shuffle<i64>(AB, CD, 0, 2));
  v128.store(y + 3 * ys, v128.shuffle<i64>(AB, CD, 1, 3));
}

// @ts-ignore: decorator
@inline function transpose8x8(x: usize, xs: usize, y: usize, ys: usize): void {
  const a = v128.load(x), b = v128.load(x + xs), c = v128.load(x + 2 * xs), d = v128.load(x + 3 * xs);
  const e = v128.load(x + 4 * xs), f = v128.load(x + 5 * xs), g = v128.load(x + 6 * xs), h = v128.load(x + 7 * xs);
  const ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), AB = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  const cd = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11), CD = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
  const ef = v128.shuffle<i16>(e, f, 0, 8, 1, 9, 2, 10, 3, 11), EF = v128.shuffle<i16>(e, f, 4, 12, 5, 13, 6, 14, 7, 15);
  const gh = v128.shuffle<i16>(g, h, 0, 8, 1, 9, 2, 10, 3, 11), GH = v128.shuffle<i16>(g, h, 4, 12, 5, 13, 6, 14, 7, 15);
  const p = v128.shuffle<i32>(ab, cd, 0, 4, 1, 5), q = v128.shuffle<i32>(ef, gh, 0, 4, 1, 5);
  v128.store(y, v128.shuffle<i64>(p, q, 0, 2));
  v128.store(y + ys, v128.shuffle<i64>(p, q, 1, 3));
  const r = v128.shuffle<i32>(ab, cd, 2, 6, 3, 7), s = v128.shuffle<i32>(ef, gh, 2, 6, 3, 7);
  v128.store(y + 2 * ys, v128.shuffle<i64>(r, s, 0, 2));
  v128.store(y + 3 * ys, v128.shuffle<i64>(r, s, 1, 3));
  const t = v128.shuffle<i32>(AB, CD, 0, 4, 1, 5), u = v128.shuffle<i32>(EF, GH, 0, 4, 1, 5);
  v128.store(y + 4 * ys, v128.shuffle<i64>(t, u, 0, 2));
  v128.store(y + 5 * ys, v128.shuffle<i64>(t, u, 1, 3));
  const v = v128.shuffle<i32>(AB, CD, 2, 6, 3, 7), w = v128.shuffle<i32>(EF, GH, 2, 6, 3, 7);
  v128.store(y + 6 * ys, v128.shuffle<i64>(v, w, 0, 2));
  v128.store(y + 7 * ys, v128.shuffle<i64>(v, w, 1, 3));
}

/** y[i * yi + j] = x[i * xi + j * xj], i in [0, ni), j in [0, nj): strides in elements of T. */
// @ts-ignore: decorator
@inline function scalar<T>(x: usize, y: usize, ni: i32, nj: i32, xi: i32, xj: i32, yi: i32): void {
  for (let i = 0; i < ni; i++) {
    let from = x + (<usize>(i * xi) << alignof<T>());
    let to = y + (<usize>(i * yi) << alignof<T>());
    for (let j = 0; j < nj; j++) {
      store<T>(to, load<T>(from));
      from += <usize>xj << alignof<T>();
      to += sizeof<T>();
    }
  }
}

/** As `scalar` with xi = 1: a transpose, tile by tile. */
// @ts-ignore: decorator
@inline function transpose<T>(x: usize, y: usize, ni: i32, nj: i32, xj: i32, yi: i32): void {
  const xs = <usize>xj << alignof<T>();
  const ys = <usize>yi << alignof<T>();
  const step = sizeof<T>() == 4 ? 4 : 8; // the micro tile's side
  for (let i = 0; i < ni; i += TILE) {
    const iEnd = min<i32>(i + TILE, ni);
    for (let j = 0; j < nj; j += TILE) {
      const jEnd = min<i32>(j + TILE, nj);
      const from = x + (<usize>i << alignof<T>()) + <usize>j * xs;
      const to = y + <usize>i * ys + (<usize>j << alignof<T>());
      if ((sizeof<T>() == 4 || sizeof<T>() == 2) && iEnd - i == TILE && jEnd - j == TILE) {
        for (let b = 0; b < TILE; b += step) {
          for (let a = 0; a < TILE; a += step) {
            const p = from + (<usize>a << alignof<T>()) + <usize>b * xs;
            const q = to + <usize>a * ys + (<usize>b << alignof<T>());
            if (sizeof<T>() == 4) transpose4x4(p, xs, q, ys);
            else transpose8x8(p, xs, q, ys);
          }
        }
      } else {
        scalar<T>(from, to, iEnd - i, jEnd - j, 1, xj, yi);
      }
    }
  }
}

// @ts-ignore: decorator
@inline function plane<T>(x: usize, y: usize, ni: i32, nj: i32, xi: i32, xj: i32, yi: i32): void {
  if (xj == 1) {
    for (let i = 0; i < ni; i++) memory.copy(y + (<usize>(i * yi) << alignof<T>()), x + (<usize>(i * xi) << alignof<T>()), <usize>nj << alignof<T>());
  } else if (xi == 1) {
    transpose<T>(x, y, ni, nj, xj, yi);
  } else {
    scalar<T>(x, y, ni, nj, xi, xj, yi);
  }
}

/**
 * Copies the elements x[sum of index * stride] in row-major order to y. `shape`, `strides`: rank words each, rank >= 1, strides in elements,
 * which may be 0 or negative. `counter`: rank words of scratch.
 */
// @ts-ignore: decorator
@inline function strided<T>(x: usize, y: usize, rank: i32, shape: usize, strides: usize, counter: usize): void {
  const last = rank - 1;
  const nj = load<i32>(shape + (<usize>last << 2));
  const xj = load<i32>(strides + (<usize>last << 2));
  // The row dim: the one that is contiguous in the source, else the one before the last.
  let row = last - 1;
  if (xj != 1) {
    for (let d = 0; d < last; d++) if (load<i32>(strides + (<usize>d << 2)) == 1) row = d;
  }
  let ni = 1, xi = 0, yi = nj;
  if (row >= 0) {
    ni = load<i32>(shape + (<usize>row << 2));
    xi = load<i32>(strides + (<usize>row << 2));
    for (let d = row + 1; d < last; d++) yi *= load<i32>(shape + (<usize>d << 2));
  }
  for (let d = 0; d < rank; d++) {
    if (load<i32>(shape + (<usize>d << 2)) == 0) return;
    store<i32>(counter + (<usize>d << 2), 0);
  }
  for (;;) {
    let from = x;
    let at = 0;
    for (let d = 0; d < rank; d++) {
      const c = load<i32>(counter + (<usize>d << 2));
      from += <usize>(c * load<i32>(strides + (<usize>d << 2))) << alignof<T>();
      at = at * load<i32>(shape + (<usize>d << 2)) + c;
    }
    plane<T>(from, y + (<usize>at << alignof<T>()), ni, nj, xi, xj, yi);
    let d = last - 1;
    for (; d >= 0; d--) {
      if (d == row) continue;
      const p = counter + (<usize>d << 2);
      const c = load<i32>(p) + 1;
      if (c < load<i32>(shape + (<usize>d << 2))) {
        store<i32>(p, c);
        break;
      }
      store<i32>(p, 0);
    }
    if (d < 0) return;
  }
}

export function strided_1(x: usize, y: usize, rank: i32, shape: usize, strides: usize, counter: usize): void { strided<u8>(x, y, rank, shape, strides, counter); }
export function strided_2(x: usize, y: usize, rank: i32, shape: usize, strides: usize, counter: usize): void { strided<u16>(x, y, rank, shape, strides, counter); }
export function strided_4(x: usize, y: usize, rank: i32, shape: usize, strides: usize, counter: usize): void { strided<u32>(x, y, rank, shape, strides, counter); }
export function strided_8(x: usize, y: usize, rank: i32, shape: usize, strides: usize, counter: usize): void { strided<u64>(x, y, rank, shape, strides, counter); }
export function strided_16(x: usize, y: usize, rank: i32, shape: usize, strides: usize, counter: usize): void { strided<v128>(x, y, rank, shape, strides, counter); }
