/**
 * @file Sub-byte elements between files, where bytes hold several (ONNX: the first in the low bits), and the core, where each has a byte.
 *
 * pack_<dtype>(x, y, n): n elements of a byte each to ceil(n / perByte) bytes, the last one filled up with zeros; y may be x.
 * unpack_<dtype>(x, y, n): n elements to a byte each: signed integers extended by their sign, others by zeros; y must not overlap x.
 */

export function pack_i4(x: usize, y: usize, n: u32): void {
  for (; n >= 32; n -= 32, x += 32, y += 16) v128.store(y, i8x16.narrow_i16x8_u(nibbles(v128.load(x)), nibbles(v128.load(x, 16))));
  for (; n > 1; n -= 2, x += 2, y++) store<u8>(y, (load<u8>(x) & 15) | (load<u8>(x, 1) << 4));
  if (n > 0) store<u8>(y, load<u8>(x) & 15);
}
/** Two bytes of a lane to the low one: their low halves. */
// @ts-ignore: decorator
@inline function nibbles(v: v128): v128 { return v128.or(v128.and(v, i16x8.splat(0x0f)), v128.and(i16x8.shr_u(v, 4), i16x8.splat(0xf0))); }

export function pack_i2(x: usize, y: usize, n: u32): void {
  for (; n >= 64; n -= 64, x += 64, y += 16) {
    const a = i16x8.narrow_i32x4_u(quarters(v128.load(x)), quarters(v128.load(x, 16)));
    const b = i16x8.narrow_i32x4_u(quarters(v128.load(x, 32)), quarters(v128.load(x, 48)));
    v128.store(y, i8x16.narrow_i16x8_u(a, b));
  }
  for (; n > 0; y++) {
    const k = min<u32>(n, 4);
    let byte: u32 = 0;
    for (let i: u32 = 0; i < k; i++, x++) byte |= (<u32>load<u8>(x) & 3) << (2 * i);
    store<u8>(y, <u8>byte);
    n -= k;
  }
}
/** Four bytes of a lane to the low one: their two low bits. */
// @ts-ignore: decorator
@inline function quarters(v: v128): v128 {
  const low = v128.or(v128.and(v, i32x4.splat(0x03)), v128.and(i32x4.shr_u(v, 6), i32x4.splat(0x0c)));
  return v128.or(low, v128.or(v128.and(i32x4.shr_u(v, 12), i32x4.splat(0x30)), v128.and(i32x4.shr_u(v, 18), i32x4.splat(0xc0))));
}

/** The low `bits` bits of each byte, extended by their sign or by zeros. */
// @ts-ignore: decorator
@inline function extend<T>(v: v128, bits: i32): v128 {
  if (isSigned<T>()) return i8x16.shr_s(i8x16.shl(v, 8 - bits), 8 - bits);
  return v128.and(v, i8x16.splat(bits == 4 ? 0x0f : 0x03));
}
// @ts-ignore: decorator
@inline function low<T>(code: u32, bits: u32): u8 { return isSigned<T>() ? <u8>((<i32>(code << (32 - bits))) >> (32 - bits)) : <u8>(code & ((1 << bits) - 1)); }

// @ts-ignore: decorator
@inline function unpack4<T>(x: usize, y: usize, n: u32): void {
  for (; n >= 32; n -= 32, x += 16, y += 32) {
    const v = v128.load(x);
    const a = extend<T>(v, 4);
    const b = extend<T>(i8x16.shr_u(v, 4), 4);
    v128.store(y, v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(y, v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
  for (let i: u32 = 0; i < n; i++) store<u8>(y + i, low<T>(<u32>load<u8>(x + (i >> 1)) >> ((i & 1) << 2), 4));
}

// @ts-ignore: decorator
@inline function unpack2<T>(x: usize, y: usize, n: u32): void {
  for (; n >= 64; n -= 64, x += 16, y += 64) {
    const v = v128.load(x);
    const a = extend<T>(v, 2), b = extend<T>(i8x16.shr_u(v, 2), 2), c = extend<T>(i8x16.shr_u(v, 4), 2), d = extend<T>(i8x16.shr_u(v, 6), 2);
    const ab = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const AB = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const cd = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const CD = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    v128.store(y, v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(y, v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    v128.store(y, v128.shuffle<i16>(AB, CD, 0, 8, 1, 9, 2, 10, 3, 11), 32);
    v128.store(y, v128.shuffle<i16>(AB, CD, 4, 12, 5, 13, 6, 14, 7, 15), 48);
  }
  for (let i: u32 = 0; i < n; i++) store<u8>(y + i, low<T>(<u32>load<u8>(x + (i >> 2)) >> ((i & 3) << 1), 2));
}

export function pack_u4(x: usize, y: usize, n: u32): void { pack_i4(x, y, n); }
export function pack_f4e2m1(x: usize, y: usize, n: u32): void { pack_i4(x, y, n); }
export function pack_u2(x: usize, y: usize, n: u32): void { pack_i2(x, y, n); }
export function unpack_i4(x: usize, y: usize, n: u32): void { unpack4<i8>(x, y, n); }
export function unpack_u4(x: usize, y: usize, n: u32): void { unpack4<u8>(x, y, n); }
export function unpack_f4e2m1(x: usize, y: usize, n: u32): void { unpack4<u8>(x, y, n); }
export function unpack_i2(x: usize, y: usize, n: u32): void { unpack2<i8>(x, y, n); }
export function unpack_u2(x: usize, y: usize, n: u32): void { unpack2<u8>(x, y, n); }
