//! Formats that WebAssembly lacks, stored as bits: to f32 exactly, from f32 rounded once to nearest even. A float4 and the integers of 4
//! and 2 bits take a byte each. Names and arguments as in cast.ts.

import { cast_i8_f32, cast_i8_i64, cast_u8_f32, cast_u8_i64 } from "./cast";
import { decode, E2M1, E4M3FN, E4M3FNUZ, E5M2, E5M2FNUZ, encode, Overflow, Saturate } from "./float-format";
import { is } from "./nest";
import { truncate32 } from "./scalar-math";

// @ts-ignore: decorator
@inline function narrow<F, S>(x: usize, y: usize, n: u32): void {
  for (const end = y + n; y < end; x += 4, y++) store<u8>(y, <u8>encode<F, S>(load<u32>(x)));
}
// @ts-ignore: decorator
@inline function widen<F>(x: usize, y: usize, n: u32): void {
  for (const end = y + (<usize>n << 2); y < end; x++, y += 4) store<f32>(y, decode<F>(load<u8>(x)));
}

/** saturate_<dtype>(x, y, n) and overflow_<dtype>(x, y, n): f32 to float8 as ONNX's Cast with saturate = 1 and 0. */
export function saturate_f8e4m3fn(x: usize, y: usize, n: u32): void { narrow<E4M3FN, Saturate>(x, y, n); }
export function saturate_f8e4m3fnuz(x: usize, y: usize, n: u32): void { narrow<E4M3FNUZ, Saturate>(x, y, n); }
export function saturate_f8e5m2(x: usize, y: usize, n: u32): void { narrow<E5M2, Saturate>(x, y, n); }
export function saturate_f8e5m2fnuz(x: usize, y: usize, n: u32): void { narrow<E5M2FNUZ, Saturate>(x, y, n); }
export function overflow_f8e4m3fn(x: usize, y: usize, n: u32): void { narrow<E4M3FN, Overflow>(x, y, n); }
export function overflow_f8e4m3fnuz(x: usize, y: usize, n: u32): void { narrow<E4M3FNUZ, Overflow>(x, y, n); }
export function overflow_f8e5m2(x: usize, y: usize, n: u32): void { narrow<E5M2, Overflow>(x, y, n); }
export function overflow_f8e5m2fnuz(x: usize, y: usize, n: u32): void { narrow<E5M2FNUZ, Overflow>(x, y, n); }
/** As torch casts: float8_e4m3fn saturates (since 2.13), the others do not. */
export function cast_f32_f8e4m3fn(x: usize, y: usize, n: u32): void { saturate_f8e4m3fn(x, y, n); }
export function cast_f32_f8e4m3fnuz(x: usize, y: usize, n: u32): void { overflow_f8e4m3fnuz(x, y, n); }
export function cast_f32_f8e5m2(x: usize, y: usize, n: u32): void { overflow_f8e5m2(x, y, n); }
export function cast_f32_f8e5m2fnuz(x: usize, y: usize, n: u32): void { overflow_f8e5m2fnuz(x, y, n); }
export function cast_f32_f4e2m1(x: usize, y: usize, n: u32): void { narrow<E2M1, Saturate>(x, y, n); }
export function cast_f8e4m3fn_f32(x: usize, y: usize, n: u32): void { widen<E4M3FN>(x, y, n); }
export function cast_f8e4m3fnuz_f32(x: usize, y: usize, n: u32): void { widen<E4M3FNUZ>(x, y, n); }
export function cast_f8e5m2_f32(x: usize, y: usize, n: u32): void { widen<E5M2>(x, y, n); }
export function cast_f8e5m2fnuz_f32(x: usize, y: usize, n: u32): void { widen<E5M2FNUZ>(x, y, n); }
export function cast_f4e2m1_f32(x: usize, y: usize, n: u32): void { widen<E2M1>(x, y, n); }

/** How a power of two is chosen for what lies between two. */
const DOWN: i32 = 0, NEAREST: i32 = 1;

/** round_f8e8m0(x, y, n, mode): the exponents of f32 numbers; mode is 0 down, 1 nearest (ties up), 2 up. inf, NaN and what is past 2^127 are 255. */
export function round_f8e8m0(x: usize, y: usize, n: u32, mode: i32): void {
  for (const end = y + n; y < end; x += 4, y++) {
    const u = load<u32>(x);
    const e = (u >> 23) & 0xff;
    const fraction = u & 0x7fffff;
    // Half way goes up, but not from the subnormals, whose exponent is not even.
    const up = mode == DOWN ? false : mode == NEAREST ? fraction > 0x400000 || (fraction == 0x400000 && e > 0) : fraction > 0;
    store<u8>(y, <u8>(up && e < 0xff ? e + 1 : e));
  }
}
export function cast_f32_f8e8m0(x: usize, y: usize, n: u32): void { round_f8e8m0(x, y, n, NEAREST); }
export function cast_f8e8m0_f32(x: usize, y: usize, n: u32): void {
  for (const end = y + (<usize>n << 2); y < end; x++, y += 4) {
    const e = <u32>load<u8>(x);
    // 2^-127 is subnormal in f32.
    store<u32>(y, e == 0xff ? 0x7fc00000 : e == 0 ? 0x00400000 : e << 23);
  }
}

/** Integers of 4 and 2 bits, a byte each: sign-extended where they are signed. */
class I4 {} class U4 {} class I2 {} class U2 {}

/** The low bits of v. */
// @ts-ignore: decorator
@inline function wrap<S>(v: i32): u8 {
  if (is<S, I4>()) return <u8>((v << 28) >> 28);
  if (is<S, I2>()) return <u8>((v << 30) >> 30);
  return <u8>(v & (is<S, U4>() ? 15 : 3));
}
// @ts-ignore: decorator
@inline function toBits<A, S>(x: usize, y: usize, n: u32): void {
  for (const end = y + n; y < end; x += sizeof<A>(), y++) store<u8>(y, wrap<S>(isFloat<A>() ? truncate32(<f64>load<A>(x)) : <i32>load<A>(x)));
}

export function cast_i64_i4(x: usize, y: usize, n: u32): void { toBits<i64, I4>(x, y, n); }
export function cast_i64_u4(x: usize, y: usize, n: u32): void { toBits<i64, U4>(x, y, n); }
export function cast_i64_i2(x: usize, y: usize, n: u32): void { toBits<i64, I2>(x, y, n); }
export function cast_i64_u2(x: usize, y: usize, n: u32): void { toBits<i64, U2>(x, y, n); }
export function cast_f32_i4(x: usize, y: usize, n: u32): void { toBits<f32, I4>(x, y, n); }
export function cast_f32_u4(x: usize, y: usize, n: u32): void { toBits<f32, U4>(x, y, n); }
export function cast_f32_i2(x: usize, y: usize, n: u32): void { toBits<f32, I2>(x, y, n); }
export function cast_f32_u2(x: usize, y: usize, n: u32): void { toBits<f32, U2>(x, y, n); }
export function cast_f64_i4(x: usize, y: usize, n: u32): void { toBits<f64, I4>(x, y, n); }
export function cast_f64_u4(x: usize, y: usize, n: u32): void { toBits<f64, U4>(x, y, n); }
export function cast_f64_i2(x: usize, y: usize, n: u32): void { toBits<f64, I2>(x, y, n); }
export function cast_f64_u2(x: usize, y: usize, n: u32): void { toBits<f64, U2>(x, y, n); }
export function cast_i4_i64(x: usize, y: usize, n: u32): void { cast_i8_i64(x, y, n); }
export function cast_u4_i64(x: usize, y: usize, n: u32): void { cast_u8_i64(x, y, n); }
export function cast_i2_i64(x: usize, y: usize, n: u32): void { cast_i8_i64(x, y, n); }
export function cast_u2_i64(x: usize, y: usize, n: u32): void { cast_u8_i64(x, y, n); }
export function cast_i4_f32(x: usize, y: usize, n: u32): void { cast_i8_f32(x, y, n); }
export function cast_u4_f32(x: usize, y: usize, n: u32): void { cast_u8_f32(x, y, n); }
export function cast_i2_f32(x: usize, y: usize, n: u32): void { cast_i8_f32(x, y, n); }
export function cast_u2_f32(x: usize, y: usize, n: u32): void { cast_u8_f32(x, y, n); }
