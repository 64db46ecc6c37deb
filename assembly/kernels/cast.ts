//! cast_<from>_<to>(x, y, n): y[i] = x[i] in another dtype, as torch's CPU kernels do it on x86:
//! ints wrap; floats are truncated towards 0, through i32 (i64 for 64-bit results) where the result is smaller; to bool is x != 0.
//! low-precision.ts has the formats that WebAssembly lacks. y must not overlap x.

import { truncate32, truncate64, truncateU64 } from "./scalar-math";

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
