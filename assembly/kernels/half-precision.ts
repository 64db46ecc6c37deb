//! Half precision, as low-precision.ts, in vectors: numbers that need care are seldom, and what surrounds them goes the slow way too.

import { BF16, decode, encode, F16, Overflow } from "./float-format";

/** Words that the loops below hold: the exponent, f16's smallest and largest one, the sign, 2^13; then bf16's last bit and half of it less one; then f16's scale. */
const words: usize = memory.data<u32>([0x7f800000, 113 << 23, 142 << 23, 0x80000000, 13 << 23, 1, 0x7fff, (127 + 112) << 23], 16);
/** Read rather than written as a constant: V8 builds those anew in each turn of a loop. */
// @ts-ignore: decorator
@inline function word(i: usize): v128 { return v128.load32_splat(words + (i << 2)); }

/**
 * `encode` of f16 for numbers below 65536, four at a time. Adding 2^13 times the power of two below x makes the FPU round to f16's
 * last bit; numbers below the normal range count as its smallest power of two, whose last bit is theirs too.
 */
export function cast_f32_f16(x: usize, y: usize, n: u32): void {
  const end = y + (<usize>n << 1);
  const E = word(0), MIN = word(1), MAX = word(2), SIGN = word(3), STEP = word(4);
  for (const whole = end - ((<usize>n << 1) & 15); y < whole; x += 32, y += 16) {
    const a = v128.load(x), b = v128.load(x, 16);
    const ea = i32x4.max_s(v128.and(a, E), MIN), eb = i32x4.max_s(v128.and(b, E), MIN);
    if (v128.any_true(i32x4.gt_s(i32x4.max_s(ea, eb), MAX))) {
      for (let i: usize = 0; i < 16; i += 2) store<u16>(y + i, <u16>encode<F16, Overflow>(load<u32>(x + (i << 1))));
      continue;
    }
    const sa = v128.and(a, SIGN), sb = v128.and(b, SIGN);
    const ma = v128.or(i32x4.add(ea, STEP), sa), mb = v128.or(i32x4.add(eb, STEP), sb);
    const ra = i32x4.add(i32x4.sub(f32x4.add(a, ma), ma), i32x4.shr_u(i32x4.sub(ea, MIN), 13));
    const rb = i32x4.add(i32x4.sub(f32x4.add(b, mb), mb), i32x4.shr_u(i32x4.sub(eb, MIN), 13));
    v128.store(y, i16x8.narrow_i32x4_u(v128.or(ra, i32x4.shr_u(sa, 16)), v128.or(rb, i32x4.shr_u(sb, 16))));
  }
  for (; y < end; x += 4, y += 2) store<u16>(y, <u16>encode<F16, Overflow>(load<u32>(x)));
}

/** The sign and the exponent's place in the upper half of a f32, f16's exponent. */
const halves: usize = memory.data<u16>([0x8fff, 0x7c00], 16);
export function cast_f16_f32(x: usize, y: usize, n: u32): void {
  const end = y + (<usize>n << 2);
  const scale = word(7);
  const KEEP = v128.load16_splat(halves), E = v128.load16_splat(halves, 2);
  for (const whole = end - ((<usize>n << 2) & 31); y < whole; x += 16, y += 32) {
    const h = v128.load(x);
    if (v128.any_true(i16x8.eq(v128.and(h, E), E))) {
      for (let i: usize = 0; i < 16; i += 2) store<f32>(y + (i << 1), decode<F16>(load<u16>(x + i)));
      continue;
    }
    // Upper and lower halves of words with the bits of h as `decode` places them, joined and scaled.
    const high = v128.and(i16x8.shr_s(h, 3), KEEP);
    const low = i16x8.shl(h, 13);
    v128.store(y, f32x4.mul(i16x8.shuffle(low, high, 0, 8, 1, 9, 2, 10, 3, 11), scale));
    v128.store(y, f32x4.mul(i16x8.shuffle(low, high, 4, 12, 5, 13, 6, 14, 7, 15), scale), 16);
  }
  for (; y < end; x += 2, y += 4) store<f32>(y, decode<F16>(load<u16>(x)));
}

/** bf16 is the upper half of f32, rounded as `encode` does. */
export function cast_f32_bf16(x: usize, y: usize, n: u32): void {
  const end = y + (<usize>n << 1);
  const ONE = word(5), HALF = word(6);
  for (const whole = end - ((<usize>n << 1) & 15); y < whole; x += 32, y += 16) {
    const a = v128.load(x), b = v128.load(x, 16);
    if (v128.any_true(v128.or(f32x4.ne(a, a), f32x4.ne(b, b)))) {
      for (let i: usize = 0; i < 16; i += 2) store<u16>(y + i, <u16>encode<BF16, Overflow>(load<u32>(x + (i << 1))));
      continue;
    }
    const ra = i32x4.add(i32x4.add(a, HALF), v128.and(i32x4.shr_u(a, 16), ONE));
    const rb = i32x4.add(i32x4.add(b, HALF), v128.and(i32x4.shr_u(b, 16), ONE));
    v128.store(y, i8x16.shuffle(ra, rb, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31));
  }
  for (; y < end; x += 4, y += 2) store<u16>(y, <u16>encode<BF16, Overflow>(load<u32>(x)));
}
export function cast_bf16_f32(x: usize, y: usize, n: u32): void {
  const end = y + (<usize>n << 2);
  const zero = i32x4.splat(0);
  for (const whole = end - ((<usize>n << 2) & 31); y < whole; x += 16, y += 32) {
    const h = v128.load(x);
    v128.store(y, i16x8.shuffle(zero, h, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(y, i16x8.shuffle(zero, h, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
  for (; y < end; x += 2, y += 4) store<u32>(y, <u32>load<u16>(x) << 16);
}
