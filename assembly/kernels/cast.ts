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

/** `encode` of f16 for four numbers; the results are the low halves of the lanes. */
// @ts-ignore: decorator
@inline function f16x4(x: v128): v128 {
  const a = v128.and(x, i32x4.splat(0x7fffffff));
  const odd = v128.and(i32x4.shr_u(a, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(a, odd), i32x4.splat(0xfff - (112 << 23))), 13);
  const magic = i32x4.splat(126 << 23);
  const small = i32x4.sub(f32x4.add(a, magic), magic);
  const top = v128.bitselect(i32x4.splat(0x7e00), i32x4.splat(0x7c00), i32x4.gt_s(a, i32x4.splat(0x7f800000)));
  let r = v128.bitselect(small, normal, i32x4.lt_s(a, i32x4.splat(113 << 23)));
  // 65520 is the first number that rounds past the largest f16.
  r = v128.bitselect(top, r, i32x4.ge_s(a, i32x4.splat(0x477ff000)));
  return v128.or(r, v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000)));
}
export function cast_f32_f16(x: usize, y: usize, n: u32): void {
  const whole = y + ((<usize>n << 1) & ~15);
  const end = y + (<usize>n << 1);
  for (; y < whole; x += 32, y += 16) v128.store(y, i8x16.shuffle(f16x4(v128.load(x)), f16x4(v128.load(x, 16)), 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
  for (; y < end; x += 4, y += 2) store<u16>(y, <u16>encode<F16>(load<u32>(x)));
}
/** `decode` of f16 for four numbers in the low halves of the lanes. */
// @ts-ignore: decorator
@inline function f16to4(h: v128): v128 {
  const w = i32x4.shl(v128.and(h, i32x4.splat(0x7fff)), 13);
  const scaled = f32x4.mul(w, i32x4.splat((127 + 112) << 23));
  const special = v128.and(i32x4.ge_s(w, i32x4.splat(0x0f800000)), i32x4.splat(0x7f800000));
  return v128.or(v128.or(scaled, special), i32x4.shl(v128.and(h, i32x4.splat(0x8000)), 16));
}
export function cast_f16_f32(x: usize, y: usize, n: u32): void {
  const whole = y + ((<usize>n << 2) & ~31);
  const end = y + (<usize>n << 2);
  for (; y < whole; x += 16, y += 32) {
    const h = v128.load(x);
    v128.store(y, f16to4(i32x4.extend_low_i16x8_u(h)));
    v128.store(y, f16to4(i32x4.extend_high_i16x8_u(h)), 16);
  }
  for (; y < end; x += 2, y += 4) store<f32>(y, decode<F16>(load<u16>(x)));
}

/** bf16 is the upper half of f32: eight at a time, rounded as `encode` does, NaN set apart. */
export function cast_f32_bf16(x: usize, y: usize, n: u32): void {
  const whole = y + ((<usize>n << 1) & ~15);
  const end = y + (<usize>n << 1);
  for (; y < whole; x += 32, y += 16) v128.store(y, i8x16.shuffle(bf16x4(v128.load(x)), bf16x4(v128.load(x, 16)), 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31));
  for (; y < end; x += 4, y += 2) store<u16>(y, <u16>encode<BF16>(load<u32>(x)));
}
// @ts-ignore: decorator
@inline function bf16x4(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  const rounded = i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd);
  const nan = v128.or(v128.and(x, i32x4.splat(0x80000000)), i32x4.splat(0x7fc00000));
  return v128.bitselect(rounded, nan, f32x4.eq(x, x));
}
export function cast_bf16_f32(x: usize, y: usize, n: u32): void {
  const whole = y + ((<usize>n << 2) & ~31);
  const end = y + (<usize>n << 2);
  const zero = i32x4.splat(0);
  for (; y < whole; x += 16, y += 32) {
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
