//! cast_<from>_<to>(x, y, n): y[i] = x[i] in another dtype, as torch's CPU kernels do it on x86:
//! ints wrap; floats are truncated towards 0, through i32 (i64 for 64-bit results) where the result is smaller; to bool is x != 0.
//! Low precision formats are stored as bits: to f32 exactly, from f32 rounded once to nearest even. y must not overlap x.

/** cvttss2si and its kin: what does not fit becomes the smallest integer. */
// @ts-ignore: decorator
@inline function truncate32(x: f64): i32 { return x > -2147483649 && x < 2147483648 ? <i32>x : i32.MIN_VALUE; }
// @ts-ignore: decorator
@inline function truncate64(x: f64): i64 { return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? <i64>x : i64.MIN_VALUE; }
// @ts-ignore: decorator
@inline function truncateU64(x: f64): u64 { return x >= 9223372036854775808.0 ? <u64>truncate64(x - 9223372036854775808.0) ^ 0x8000000000000000 : <u64>truncate64(x); }

// @ts-ignore: decorator
@inline function convert<A, B>(x: A): B {
  if (isFloat<A>() && isInteger<B>()) {
    if (sizeof<B>() == 8 && !isSigned<B>()) return <B>truncateU64(<f64>x);
    if (sizeof<B>() == 8 || (sizeof<B>() == 4 && !isSigned<B>())) return <B>truncate64(<f64>x);
    return <B>truncate32(<f64>x);
  }
  return <B>x;
}

// @ts-ignore: decorator
@inline function map<A, B>(x: usize, y: usize, n: u32): void {
  for (const end = y + <usize>n * sizeof<B>(); y < end; x += sizeof<A>(), y += sizeof<B>()) store<B>(y, convert<A, B>(load<A>(x)));
}
// @ts-ignore: decorator
@inline function truth<A>(x: usize, y: usize, n: u32): void {
  for (const end = y + n; y < end; x += sizeof<A>(), y++) store<u8>(y, load<A>(x) != 0);
}

/** A float format of at most 16 bits: exponent bits, mantissa bits, and how it ends. */
class F16 {} class BF16 {} class E4M3FN {} class E4M3FNUZ {} class E5M2 {} class E5M2FNUZ {}

// @ts-ignore: decorator
@inline function is<A, B>(): bool { return idof<A>() == idof<B>(); }
// @ts-ignore: decorator
@inline function mantissa<F>(): i32 { return is<F, F16>() ? 10 : is<F, BF16>() ? 7 : is<F, E4M3FN>() || is<F, E4M3FNUZ>() ? 3 : 2; }
// @ts-ignore: decorator
@inline function bias<F>(): i32 {
  if (is<F, F16>()) return 15;
  if (is<F, BF16>()) return 127;
  if (is<F, E4M3FN>()) return 7;
  if (is<F, E4M3FNUZ>()) return 8;
  return is<F, E5M2>() ? 15 : 16;
}
// @ts-ignore: decorator
@inline function wide<F>(): bool { return is<F, F16>() || is<F, BF16>(); }
/** No inf, no -0; the sign bit alone is NaN. */
// @ts-ignore: decorator
@inline function fnuz<F>(): bool { return is<F, E4M3FNUZ>() || is<F, E5M2FNUZ>(); }
/** Bits of inf where the format has it, else of its largest number. */
// @ts-ignore: decorator
@inline function top<F>(): u32 {
  if (is<F, F16>()) return 0x7c00;
  if (is<F, BF16>()) return 0x7f80;
  if (is<F, E4M3FN>()) return 0x7e;
  return is<F, E5M2>() ? 0x7c : 0x7f;
}
// @ts-ignore: decorator
@inline function nan<F>(): u32 {
  if (is<F, F16>()) return 0x7e00;
  if (is<F, BF16>()) return 0x7fc0;
  return fnuz<F>() ? 0x80 : 0x7f;
}

/** f32 bits to format bits. Adding half an ulp less one plus the last kept bit rounds to nearest even and carries into the exponent. */
// @ts-ignore: decorator
@inline function encode<F>(u: u32): u32 {
  const signShift = wide<F>() ? 16 : 24;
  const sign = (u >> signShift) & (wide<F>() ? 0x8000 : 0x80);
  const a = u & 0x7fffffff;
  if (a > 0x7f800000) return fnuz<F>() ? nan<F>() : sign | nan<F>();
  const drop = 23 - mantissa<F>();
  const smallest = <u32>(128 - bias<F>()) << 23;
  let r: u32;
  if (bias<F>() < 127 && a < smallest) {
    // Subnormal: adding the float whose last bit has the format's smallest value makes the FPU round there.
    const magic = <u32>(127 - bias<F>() + drop + 1) << 23;
    r = reinterpret<u32>(reinterpret<f32>(a) + reinterpret<f32>(magic)) - magic;
  } else {
    r = (a + ((<u32>1 << (drop - 1)) - 1) + ((a >> drop) & 1) - (<u32>(127 - bias<F>()) << 23)) >> drop;
    if (r > top<F>() || a == 0x7f800000) r = overflow<F>();
  }
  if (fnuz<F>()) return r == 0 ? 0 : r == 0x80 ? 0x80 : sign | r;
  return sign | r;
}
/** Past the end: inf where there is one; else float8_e4m3fn saturates, as torch since 2.13, and the fnuz formats give NaN. */
// @ts-ignore: decorator
@inline function overflow<F>(): u32 { return fnuz<F>() ? nan<F>() : top<F>(); }

// @ts-ignore: decorator
@inline function decode<F>(h: u32): f32 {
  const bits = wide<F>() ? 16 : 8;
  const m = mantissa<F>();
  if (is<F, BF16>()) return reinterpret<f32>(h << 16);
  const sign = (h >> (bits - 1)) << 31;
  const a = h & ((1 << (bits - 1)) - 1);
  if (fnuz<F>() && h == 0x80) return <f32>NaN;
  if (is<F, E4M3FN>() && a == 0x7f) return reinterpret<f32>(sign | 0x7fc00000);
  if (!fnuz<F>() && !is<F, E4M3FN>() && a >= top<F>()) return reinterpret<f32>(sign | 0x7f800000 | ((a & ((1 << m) - 1)) << (23 - m)));
  // Exact also for subnormals: the bits are placed as a tiny f32 and scaled by the difference of the biases.
  const scale = reinterpret<f32>(<u32>(127 + 127 - bias<F>()) << 23);
  return reinterpret<f32>(sign | reinterpret<u32>(reinterpret<f32>(a << (23 - m)) * scale));
}

// @ts-ignore: decorator
@inline function narrow<F>(x: usize, y: usize, n: u32): void {
  if (wide<F>()) for (const end = y + (<usize>n << 1); y < end; x += 4, y += 2) store<u16>(y, <u16>encode<F>(load<u32>(x)));
  else for (const end = y + n; y < end; x += 4, y++) store<u8>(y, <u8>encode<F>(load<u32>(x)));
}
// @ts-ignore: decorator
@inline function widen<F>(x: usize, y: usize, n: u32): void {
  const end = y + (<usize>n << 2);
  if (wide<F>()) for (; y < end; x += 2, y += 4) store<f32>(y, decode<F>(load<u16>(x)));
  else for (; y < end; x++, y += 4) store<f32>(y, decode<F>(load<u8>(x)));
}

export function cast_f32_f8e4m3fn(x: usize, y: usize, n: u32): void { narrow<E4M3FN>(x, y, n); }
export function cast_f32_f8e4m3fnuz(x: usize, y: usize, n: u32): void { narrow<E4M3FNUZ>(x, y, n); }
export function cast_f32_f8e5m2(x: usize, y: usize, n: u32): void { narrow<E5M2>(x, y, n); }
export function cast_f32_f8e5m2fnuz(x: usize, y: usize, n: u32): void { narrow<E5M2FNUZ>(x, y, n); }
export function cast_f8e4m3fn_f32(x: usize, y: usize, n: u32): void { widen<E4M3FN>(x, y, n); }
export function cast_f8e4m3fnuz_f32(x: usize, y: usize, n: u32): void { widen<E4M3FNUZ>(x, y, n); }
export function cast_f8e5m2_f32(x: usize, y: usize, n: u32): void { widen<E5M2>(x, y, n); }
export function cast_f8e5m2fnuz_f32(x: usize, y: usize, n: u32): void { widen<E5M2FNUZ>(x, y, n); }

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
      for (let i: usize = 0; i < 16; i += 2) store<u16>(y + i, <u16>encode<F16>(load<u32>(x + (i << 1))));
      continue;
    }
    const sa = v128.and(a, SIGN), sb = v128.and(b, SIGN);
    const ma = v128.or(i32x4.add(ea, STEP), sa), mb = v128.or(i32x4.add(eb, STEP), sb);
    const ra = i32x4.add(i32x4.sub(f32x4.add(a, ma), ma), i32x4.shr_u(i32x4.sub(ea, MIN), 13));
    const rb = i32x4.add(i32x4.sub(f32x4.add(b, mb), mb), i32x4.shr_u(i32x4.sub(eb, MIN), 13));
    v128.store(y, i16x8.narrow_i32x4_u(v128.or(ra, i32x4.shr_u(sa, 16)), v128.or(rb, i32x4.shr_u(sb, 16))));
  }
  for (; y < end; x += 4, y += 2) store<u16>(y, <u16>encode<F16>(load<u32>(x)));
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
      for (let i: usize = 0; i < 16; i += 2) store<u16>(y + i, <u16>encode<BF16>(load<u32>(x + (i << 1))));
      continue;
    }
    const ra = i32x4.add(i32x4.add(a, HALF), v128.and(i32x4.shr_u(a, 16), ONE));
    const rb = i32x4.add(i32x4.add(b, HALF), v128.and(i32x4.shr_u(b, 16), ONE));
    v128.store(y, i8x16.shuffle(ra, rb, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31));
  }
  for (; y < end; x += 4, y += 2) store<u16>(y, <u16>encode<BF16>(load<u32>(x)));
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

export function cast_u8_i8(x: usize, y: usize, n: u32): void { map<u8, i8>(x, y, n); }
export function cast_u8_i16(x: usize, y: usize, n: u32): void { map<u8, i16>(x, y, n); }
export function cast_u8_i32(x: usize, y: usize, n: u32): void { map<u8, i32>(x, y, n); }
export function cast_u8_i64(x: usize, y: usize, n: u32): void { map<u8, i64>(x, y, n); }
export function cast_u8_f32(x: usize, y: usize, n: u32): void { map<u8, f32>(x, y, n); }
export function cast_u8_f64(x: usize, y: usize, n: u32): void { map<u8, f64>(x, y, n); }
export function cast_i8_u8(x: usize, y: usize, n: u32): void { map<i8, u8>(x, y, n); }
export function cast_i8_i16(x: usize, y: usize, n: u32): void { map<i8, i16>(x, y, n); }
export function cast_i8_i32(x: usize, y: usize, n: u32): void { map<i8, i32>(x, y, n); }
export function cast_i8_i64(x: usize, y: usize, n: u32): void { map<i8, i64>(x, y, n); }
export function cast_i8_f32(x: usize, y: usize, n: u32): void { map<i8, f32>(x, y, n); }
export function cast_i8_f64(x: usize, y: usize, n: u32): void { map<i8, f64>(x, y, n); }
export function cast_i16_u8(x: usize, y: usize, n: u32): void { map<i16, u8>(x, y, n); }
export function cast_i16_i8(x: usize, y: usize, n: u32): void { map<i16, i8>(x, y, n); }
export function cast_i16_i32(x: usize, y: usize, n: u32): void { map<i16, i32>(x, y, n); }
export function cast_i16_i64(x: usize, y: usize, n: u32): void { map<i16, i64>(x, y, n); }
export function cast_i16_f32(x: usize, y: usize, n: u32): void { map<i16, f32>(x, y, n); }
export function cast_i16_f64(x: usize, y: usize, n: u32): void { map<i16, f64>(x, y, n); }
export function cast_i32_u8(x: usize, y: usize, n: u32): void { map<i32, u8>(x, y, n); }
export function cast_i32_i8(x: usize, y: usize, n: u32): void { map<i32, i8>(x, y, n); }
export function cast_i32_i16(x: usize, y: usize, n: u32): void { map<i32, i16>(x, y, n); }
export function cast_i32_i64(x: usize, y: usize, n: u32): void { map<i32, i64>(x, y, n); }
export function cast_i32_f32(x: usize, y: usize, n: u32): void { map<i32, f32>(x, y, n); }
export function cast_i32_f64(x: usize, y: usize, n: u32): void { map<i32, f64>(x, y, n); }
export function cast_i64_u8(x: usize, y: usize, n: u32): void { map<i64, u8>(x, y, n); }
export function cast_i64_i8(x: usize, y: usize, n: u32): void { map<i64, i8>(x, y, n); }
export function cast_i64_i16(x: usize, y: usize, n: u32): void { map<i64, i16>(x, y, n); }
export function cast_i64_i32(x: usize, y: usize, n: u32): void { map<i64, i32>(x, y, n); }
export function cast_i64_f32(x: usize, y: usize, n: u32): void { map<i64, f32>(x, y, n); }
export function cast_i64_f64(x: usize, y: usize, n: u32): void { map<i64, f64>(x, y, n); }
export function cast_i64_u16(x: usize, y: usize, n: u32): void { map<i64, u16>(x, y, n); }
export function cast_i64_u32(x: usize, y: usize, n: u32): void { map<i64, u32>(x, y, n); }
export function cast_i64_u64(x: usize, y: usize, n: u32): void { map<i64, u64>(x, y, n); }
export function cast_f32_u8(x: usize, y: usize, n: u32): void { map<f32, u8>(x, y, n); }
export function cast_f32_i8(x: usize, y: usize, n: u32): void { map<f32, i8>(x, y, n); }
export function cast_f32_i16(x: usize, y: usize, n: u32): void { map<f32, i16>(x, y, n); }
export function cast_f32_i32(x: usize, y: usize, n: u32): void { map<f32, i32>(x, y, n); }
export function cast_f32_i64(x: usize, y: usize, n: u32): void { map<f32, i64>(x, y, n); }
export function cast_f32_f64(x: usize, y: usize, n: u32): void { map<f32, f64>(x, y, n); }
export function cast_f32_u16(x: usize, y: usize, n: u32): void { map<f32, u16>(x, y, n); }
export function cast_f32_u32(x: usize, y: usize, n: u32): void { map<f32, u32>(x, y, n); }
export function cast_f32_u64(x: usize, y: usize, n: u32): void { map<f32, u64>(x, y, n); }
export function cast_f64_u8(x: usize, y: usize, n: u32): void { map<f64, u8>(x, y, n); }
export function cast_f64_i8(x: usize, y: usize, n: u32): void { map<f64, i8>(x, y, n); }
export function cast_f64_i16(x: usize, y: usize, n: u32): void { map<f64, i16>(x, y, n); }
export function cast_f64_i32(x: usize, y: usize, n: u32): void { map<f64, i32>(x, y, n); }
export function cast_f64_i64(x: usize, y: usize, n: u32): void { map<f64, i64>(x, y, n); }
export function cast_f64_f32(x: usize, y: usize, n: u32): void { map<f64, f32>(x, y, n); }
export function cast_f64_u16(x: usize, y: usize, n: u32): void { map<f64, u16>(x, y, n); }
export function cast_f64_u32(x: usize, y: usize, n: u32): void { map<f64, u32>(x, y, n); }
export function cast_f64_u64(x: usize, y: usize, n: u32): void { map<f64, u64>(x, y, n); }
export function cast_u16_i64(x: usize, y: usize, n: u32): void { map<u16, i64>(x, y, n); }
export function cast_u16_f32(x: usize, y: usize, n: u32): void { map<u16, f32>(x, y, n); }
export function cast_u16_f64(x: usize, y: usize, n: u32): void { map<u16, f64>(x, y, n); }
export function cast_u32_i64(x: usize, y: usize, n: u32): void { map<u32, i64>(x, y, n); }
export function cast_u32_f32(x: usize, y: usize, n: u32): void { map<u32, f32>(x, y, n); }
export function cast_u32_f64(x: usize, y: usize, n: u32): void { map<u32, f64>(x, y, n); }
export function cast_u64_i64(x: usize, y: usize, n: u32): void { map<u64, i64>(x, y, n); }
export function cast_u64_f32(x: usize, y: usize, n: u32): void { map<u64, f32>(x, y, n); }
export function cast_u64_f64(x: usize, y: usize, n: u32): void { map<u64, f64>(x, y, n); }

export function cast_u8_bool(x: usize, y: usize, n: u32): void { truth<u8>(x, y, n); }
export function cast_i16_bool(x: usize, y: usize, n: u32): void { truth<i16>(x, y, n); }
export function cast_i32_bool(x: usize, y: usize, n: u32): void { truth<i32>(x, y, n); }
export function cast_i64_bool(x: usize, y: usize, n: u32): void { truth<i64>(x, y, n); }
export function cast_f32_bool(x: usize, y: usize, n: u32): void { truth<f32>(x, y, n); }
export function cast_f64_bool(x: usize, y: usize, n: u32): void { truth<f64>(x, y, n); }
