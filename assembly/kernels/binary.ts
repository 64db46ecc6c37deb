//! <op>_<dtype>(nest): y = a op b over a nest of (y, a, b) of one dtype. Returns 0, or 1 when an integer was divided by zero.
//! Integers wrap; maximum and minimum propagate NaN; remainder has the divisor's sign, fmod the dividend's.

import { advance, is, operand, rowSize, rowStride } from "./nest";

class Add {} class Sub {} class Mul {} class Div {} class FloorDiv {} class TruncDiv {} class Remainder {} class Fmod {} class Pow {}
class Maximum {} class Minimum {} class Atan2 {} class And {} class Or {} class Xor {} class Shl {} class Shr {} class Copysign {}

let zeroDivisor: i32 = 0;

// @ts-ignore: decorator
@inline function intDiv<T>(a: T, b: T): T {
  if (b == 0) { zeroDivisor = 1; return 0; }
  // The one quotient that does not fit, -2^(n-1) / -1, traps in WebAssembly and wraps in torch.
  if (isSigned<T>() && b == <T>-1) return <T>(<T>0 - a);
  return <T>(a / b);
}
// @ts-ignore: decorator
@inline function intRem<T>(a: T, b: T): T {
  if (b == 0) { zeroDivisor = 1; return 0; }
  return <T>(a % b);
}
/** Rounds down to -inf, as PyTorch's div_floor_floating (c10/util/generic_math.h). */
// @ts-ignore: decorator
@inline function floorDiv<T>(a: T, b: T): T {
  if (isFloat<T>()) {
    if (b == 0) return <T>(a / b);
    const mod = <T>(a % b);
    let q = <T>((a - mod) / b);
    if (mod != 0 && (b < 0) != (mod < 0)) q -= <T>1;
    if (q == 0) return copysign<T>(0, <T>(a / b));
    const f = floor<T>(q);
    return <T>(q - f > <T>0.5 ? f + <T>1 : f);
  }
  const q = intDiv<T>(a, b);
  if (isSigned<T>() && b != 0 && (a < 0) != (b < 0) && <T>(q * b) != a) return <T>(q - 1);
  return q;
}
// @ts-ignore: decorator
@inline function remainder<T>(a: T, b: T): T {
  if (isFloat<T>()) {
    const mod = <T>(a % b);
    return <T>(mod != 0 && (b < 0) != (mod < 0) ? mod + b : mod);
  }
  const mod = intRem<T>(a, b);
  return <T>(isSigned<T>() && mod != 0 && (b < 0) != (mod < 0) ? <T>(mod + b) : mod);
}
/** C's pow, which knows 1^NaN = 1 and (-1)^inf = 1 where JavaScript's has NaN; integers by squaring, b < 0 rounds to zero. */
// @ts-ignore: decorator
@inline function power<T>(a: T, b: T): T {
  if (isFloat<T>()) {
    if (a == 1 || (a == -1 && abs<T>(b) == <T>Infinity)) return <T>1;
    return <T>Math.pow(<f64>a, <f64>b);
  }
  if (isSigned<T>() && b < 0) {
    if (a == 1) return <T>1;
    return <T>(a == <T>-1 ? ((<i32>b & 1) != 0 ? -1 : 1) : 0);
  }
  let r: T = 1;
  while (b != 0) {
    if ((<i32>b & 1) != 0) r = <T>(r * a);
    a = <T>(a * a);
    b = <T>(b >> 1);
  }
  return r;
}
/** Shifts by all bits or more give 0 (left) or the sign (right), as torch. */
// @ts-ignore: decorator
@inline function shl<T>(a: T, b: T): T {
  const bits = <T>(sizeof<T>() * 8);
  if ((isSigned<T>() && b < 0) || b >= bits) return 0;
  return <T>(a << b);
}
// @ts-ignore: decorator
@inline function shr<T>(a: T, b: T): T {
  const bits = <T>(sizeof<T>() * 8);
  if ((isSigned<T>() && b < 0) || b >= bits) return <T>(isSigned<T>() && a < 0 ? -1 : 0);
  return <T>(a >> b);
}

// @ts-ignore: decorator
@inline function f<Op, T>(a: T, b: T): T {
  if (is<Op, Add>()) return <T>(a + b);
  if (is<Op, Sub>()) return <T>(a - b);
  if (is<Op, Mul>()) return <T>(a * b);
  if (is<Op, Div>()) return <T>(a / b);
  if (is<Op, FloorDiv>()) return floorDiv<T>(a, b);
  if (is<Op, TruncDiv>()) { if (isFloat<T>()) return trunc<T>(<T>(a / b)); else return intDiv<T>(a, b); }
  if (is<Op, Remainder>()) return remainder<T>(a, b);
  if (is<Op, Fmod>()) { if (isFloat<T>()) return <T>(a % b); else return intRem<T>(a, b); }
  if (is<Op, Pow>()) return power<T>(a, b);
  if (is<Op, Maximum>()) return max<T>(a, b);
  if (is<Op, Minimum>()) return min<T>(a, b);
  if (is<Op, Atan2>()) return <T>Math.atan2(<f64>a, <f64>b);
  if (is<Op, Copysign>()) return copysign<T>(a, b);
  if (is<Op, And>()) return <T>(a & b);
  if (is<Op, Or>()) return <T>(a | b);
  if (is<Op, Xor>()) return <T>(a ^ b);
  if (is<Op, Shl>()) return shl<T>(a, b);
  if (is<Op, Shr>()) return shr<T>(a, b);
  ERROR("binary: no formula for this op");
  return a;
}

/** Whether there is a vector form of `Op` on `T`. */
// @ts-ignore: decorator
@inline function simd<Op, T>(): bool {
  if (is<Op, Add>() || is<Op, Sub>()) return true;
  if (is<Op, Mul>()) return sizeof<T>() != 1;
  if (is<Op, Div>() || is<Op, Maximum>() || is<Op, Minimum>()) return isFloat<T>();
  return is<Op, And>() || is<Op, Or>() || is<Op, Xor>();
}
// @ts-ignore: decorator
@inline function v<Op, T>(a: v128, b: v128): v128 {
  if (is<Op, Add>()) return v128.add<T>(a, b);
  if (is<Op, Sub>()) return v128.sub<T>(a, b);
  if (is<Op, Mul>()) return v128.mul<T>(a, b);
  if (is<Op, Div>()) return v128.div<T>(a, b);
  if (is<Op, Maximum>()) return v128.max<T>(a, b);
  if (is<Op, Minimum>()) return v128.min<T>(a, b);
  if (is<Op, And>()) return v128.and(a, b);
  if (is<Op, Or>()) return v128.or(a, b);
  if (is<Op, Xor>()) return v128.xor(a, b);
  ERROR("binary: no vector formula for this op");
  return a;
}

/** One row; contiguous operands and scalars in vectors, the rest and all else one by one. */
// @ts-ignore: decorator
@inline function row<Op, T>(y: usize, sy: usize, a: usize, sa: usize, b: usize, sb: usize, n: i32): void {
  let i = 0;
  if (simd<Op, T>()) {
    const lanes = <i32>(16 / sizeof<T>());
    const whole = n & -lanes;
    if (sy == sizeof<T>()) {
      if (sa == sizeof<T>() && sb == sizeof<T>()) {
        for (; i < whole; i += lanes, y += 16, a += 16, b += 16) v128.store(y, v<Op, T>(v128.load(a), v128.load(b)));
      } else if (sa == sizeof<T>() && sb == 0) {
        const s = v128.splat<T>(load<T>(b));
        for (; i < whole; i += lanes, y += 16, a += 16) v128.store(y, v<Op, T>(v128.load(a), s));
      } else if (sa == 0 && sb == sizeof<T>()) {
        const s = v128.splat<T>(load<T>(a));
        for (; i < whole; i += lanes, y += 16, b += 16) v128.store(y, v<Op, T>(s, v128.load(b)));
      }
    }
  }
  for (; i < n; i++, y += sy, a += sa, b += sb) store<T>(y, f<Op, T>(load<T>(a), load<T>(b)));
}

// @ts-ignore: decorator
@inline function map<Op, T>(nest: usize): i32 {
  zeroDivisor = 0;
  const n = rowSize(nest);
  const sy = rowStride(nest, 0);
  const sa = rowStride(nest, 1);
  const sb = rowStride(nest, 2);
  do row<Op, T>(operand(nest, 0), sy, operand(nest, 1), sa, operand(nest, 2), sb, n); while (advance(nest));
  return zeroDivisor;
}

export function add_f32(nest: usize): i32 { return map<Add, f32>(nest); }
export function add_f64(nest: usize): i32 { return map<Add, f64>(nest); }
export function add_i32(nest: usize): i32 { return map<Add, i32>(nest); }
export function add_i64(nest: usize): i32 { return map<Add, i64>(nest); }
export function add_u8(nest: usize): i32 { return map<Add, u8>(nest); }
export function sub_f32(nest: usize): i32 { return map<Sub, f32>(nest); }
export function sub_f64(nest: usize): i32 { return map<Sub, f64>(nest); }
export function sub_i32(nest: usize): i32 { return map<Sub, i32>(nest); }
export function sub_i64(nest: usize): i32 { return map<Sub, i64>(nest); }
export function sub_u8(nest: usize): i32 { return map<Sub, u8>(nest); }
export function mul_f32(nest: usize): i32 { return map<Mul, f32>(nest); }
export function mul_f64(nest: usize): i32 { return map<Mul, f64>(nest); }
export function mul_i32(nest: usize): i32 { return map<Mul, i32>(nest); }
export function mul_i64(nest: usize): i32 { return map<Mul, i64>(nest); }
export function mul_u8(nest: usize): i32 { return map<Mul, u8>(nest); }
export function div_f32(nest: usize): i32 { return map<Div, f32>(nest); }
export function div_f64(nest: usize): i32 { return map<Div, f64>(nest); }
export function floor_div_f32(nest: usize): i32 { return map<FloorDiv, f32>(nest); }
export function floor_div_f64(nest: usize): i32 { return map<FloorDiv, f64>(nest); }
export function floor_div_i32(nest: usize): i32 { return map<FloorDiv, i32>(nest); }
export function floor_div_i64(nest: usize): i32 { return map<FloorDiv, i64>(nest); }
export function floor_div_u8(nest: usize): i32 { return map<FloorDiv, u8>(nest); }
export function floor_div_u64(nest: usize): i32 { return map<FloorDiv, u64>(nest); }
export function trunc_div_f32(nest: usize): i32 { return map<TruncDiv, f32>(nest); }
export function trunc_div_f64(nest: usize): i32 { return map<TruncDiv, f64>(nest); }
export function trunc_div_i32(nest: usize): i32 { return map<TruncDiv, i32>(nest); }
export function trunc_div_i64(nest: usize): i32 { return map<TruncDiv, i64>(nest); }
export function trunc_div_u8(nest: usize): i32 { return map<TruncDiv, u8>(nest); }
export function trunc_div_u64(nest: usize): i32 { return map<TruncDiv, u64>(nest); }
export function remainder_f32(nest: usize): i32 { return map<Remainder, f32>(nest); }
export function remainder_f64(nest: usize): i32 { return map<Remainder, f64>(nest); }
export function remainder_i32(nest: usize): i32 { return map<Remainder, i32>(nest); }
export function remainder_i64(nest: usize): i32 { return map<Remainder, i64>(nest); }
export function remainder_u8(nest: usize): i32 { return map<Remainder, u8>(nest); }
export function remainder_u64(nest: usize): i32 { return map<Remainder, u64>(nest); }
export function fmod_f32(nest: usize): i32 { return map<Fmod, f32>(nest); }
export function fmod_f64(nest: usize): i32 { return map<Fmod, f64>(nest); }
export function fmod_i32(nest: usize): i32 { return map<Fmod, i32>(nest); }
export function fmod_i64(nest: usize): i32 { return map<Fmod, i64>(nest); }
export function fmod_u8(nest: usize): i32 { return map<Fmod, u8>(nest); }
export function fmod_u64(nest: usize): i32 { return map<Fmod, u64>(nest); }
export function pow_f32(nest: usize): i32 { return map<Pow, f32>(nest); }
export function pow_f64(nest: usize): i32 { return map<Pow, f64>(nest); }
export function pow_i32(nest: usize): i32 { return map<Pow, i32>(nest); }
export function pow_i64(nest: usize): i32 { return map<Pow, i64>(nest); }
export function pow_u8(nest: usize): i32 { return map<Pow, u8>(nest); }
export function maximum_f32(nest: usize): i32 { return map<Maximum, f32>(nest); }
export function maximum_f64(nest: usize): i32 { return map<Maximum, f64>(nest); }
export function maximum_i32(nest: usize): i32 { return map<Maximum, i32>(nest); }
export function maximum_i64(nest: usize): i32 { return map<Maximum, i64>(nest); }
export function maximum_u8(nest: usize): i32 { return map<Maximum, u8>(nest); }
export function maximum_u64(nest: usize): i32 { return map<Maximum, u64>(nest); }
export function minimum_f32(nest: usize): i32 { return map<Minimum, f32>(nest); }
export function minimum_f64(nest: usize): i32 { return map<Minimum, f64>(nest); }
export function minimum_i32(nest: usize): i32 { return map<Minimum, i32>(nest); }
export function minimum_i64(nest: usize): i32 { return map<Minimum, i64>(nest); }
export function minimum_u8(nest: usize): i32 { return map<Minimum, u8>(nest); }
export function minimum_u64(nest: usize): i32 { return map<Minimum, u64>(nest); }
export function atan2_f32(nest: usize): i32 { return map<Atan2, f32>(nest); }
export function atan2_f64(nest: usize): i32 { return map<Atan2, f64>(nest); }
export function copysign_f32(nest: usize): i32 { return map<Copysign, f32>(nest); }
export function copysign_f64(nest: usize): i32 { return map<Copysign, f64>(nest); }
export function bitwise_and_i32(nest: usize): i32 { return map<And, i32>(nest); }
export function bitwise_and_i64(nest: usize): i32 { return map<And, i64>(nest); }
export function bitwise_and_u8(nest: usize): i32 { return map<And, u8>(nest); }
export function bitwise_or_i32(nest: usize): i32 { return map<Or, i32>(nest); }
export function bitwise_or_i64(nest: usize): i32 { return map<Or, i64>(nest); }
export function bitwise_or_u8(nest: usize): i32 { return map<Or, u8>(nest); }
export function bitwise_xor_i32(nest: usize): i32 { return map<Xor, i32>(nest); }
export function bitwise_xor_i64(nest: usize): i32 { return map<Xor, i64>(nest); }
export function bitwise_xor_u8(nest: usize): i32 { return map<Xor, u8>(nest); }
export function shift_left_i32(nest: usize): i32 { return map<Shl, i32>(nest); }
export function shift_left_i64(nest: usize): i32 { return map<Shl, i64>(nest); }
export function shift_left_u8(nest: usize): i32 { return map<Shl, u8>(nest); }
export function shift_right_i32(nest: usize): i32 { return map<Shr, i32>(nest); }
export function shift_right_i64(nest: usize): i32 { return map<Shr, i64>(nest); }
export function shift_right_u8(nest: usize): i32 { return map<Shr, u8>(nest); }
export function shift_right_u64(nest: usize): i32 { return map<Shr, u64>(nest); }
