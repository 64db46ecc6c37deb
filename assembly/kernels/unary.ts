//! <op>_<dtype>(x, y, n): y[i] = op(x[i]) for i in [0, n). y may be x; otherwise the two must not overlap.
//! f32 is computed in vectors where vector-math.ts has the function (errors there), else in f64 and rounded once.

import { is } from "./nest";
import { erf, erfc, exp2 } from "./scalar-math";
import { erf4, exp4, gelu4, geluTanh4, quick16, quickExp4, sigmoid4, tanh4 } from "./vector-math";

class Neg {} class Abs {} class Sign {} class Sqrt {} class Rsqrt {} class Reciprocal {} class Exp {} class Exp2 {} class Expm1 {} class Log {} class Log2 {} class Log10 {}
class Log1p {} class Sin {} class Cos {} class Tan {} class Asin {} class Acos {} class Atan {} class Sinh {} class Cosh {} class Tanh {} class Asinh {} class Acosh {}
class Atanh {} class Erf {} class Erfc {} class Sigmoid {} class Floor {} class Ceil {} class Round {} class Trunc {} class Relu {} class Gelu {} class GeluTanh {} class Silu {}
class Not {} class IsNan {} class IsInf {} class IsZero {}

/** log(1 + x) loses nothing near 0; Math.log1p of AssemblyScript is fdlibm's. */
// @ts-ignore: decorator
@inline function real<Op>(x: f64): f64 {
  if (is<Op, Exp>()) return Math.exp(x);
  if (is<Op, Exp2>()) return exp2(x);
  if (is<Op, Expm1>()) return Math.expm1(x);
  if (is<Op, Log>()) return Math.log(x);
  if (is<Op, Log2>()) return Math.log2(x);
  if (is<Op, Log10>()) return Math.log10(x);
  if (is<Op, Log1p>()) return Math.log1p(x);
  if (is<Op, Sin>()) return Math.sin(x);
  if (is<Op, Cos>()) return Math.cos(x);
  if (is<Op, Tan>()) return Math.tan(x);
  if (is<Op, Asin>()) return Math.asin(x);
  if (is<Op, Acos>()) return Math.acos(x);
  if (is<Op, Atan>()) return Math.atan(x);
  if (is<Op, Sinh>()) return Math.sinh(x);
  if (is<Op, Cosh>()) return Math.cosh(x);
  if (is<Op, Tanh>()) return Math.tanh(x);
  if (is<Op, Asinh>()) return Math.asinh(x);
  if (is<Op, Acosh>()) return Math.acosh(x);
  if (is<Op, Atanh>()) return Math.atanh(x);
  if (is<Op, Erf>()) return erf(x);
  if (is<Op, Erfc>()) return erfc(x);
  if (is<Op, Sigmoid>()) return 1 / (1 + Math.exp(-x));
  if (is<Op, Gelu>()) return 0.5 * x * (1 + erf(x * 0.70710678118654752));
  if (is<Op, GeluTanh>()) return 0.5 * x * (1 + Math.tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));
  if (is<Op, Silu>()) return x / (1 + Math.exp(-x));
  ERROR("unary: no formula for this op");
  return x;
}

// @ts-ignore: decorator
@inline function f<Op, T>(x: T): T {
  if (is<Op, Neg>()) return <T>(isFloat<T>() ? -x : <T>0 - x);
  if (is<Op, Abs>()) return isSigned<T>() || isFloat<T>() ? abs<T>(x) : x;
  if (is<Op, Sign>()) return <T>(<i32>(x > 0) - <i32>(x < 0));
  if (is<Op, Relu>()) return x < 0 ? 0 : x;
  if (is<Op, Not>()) return <T>~x;
  if (is<Op, Sqrt>()) return sqrt<T>(x);
  if (is<Op, Rsqrt>()) return <T>(<T>1 / sqrt<T>(x));
  if (is<Op, Reciprocal>()) return <T>(<T>1 / x);
  if (is<Op, Floor>()) return floor<T>(x);
  if (is<Op, Ceil>()) return ceil<T>(x);
  if (is<Op, Round>()) return nearest<T>(x);
  if (is<Op, Trunc>()) return trunc<T>(x);
  return <T>real<Op>(<f64>x);
}

// @ts-ignore: decorator
@inline function simd<Op, T>(): bool {
  if (is<Op, Neg>() || is<Op, Abs>()) return isFloat<T>();
  if (is<Op, Relu>() || is<Op, Sqrt>() || is<Op, Rsqrt>() || is<Op, Reciprocal>() || is<Op, Floor>() || is<Op, Ceil>() || is<Op, Round>() || is<Op, Trunc>()) return isFloat<T>();
  if (!isFloat<T>() || sizeof<T>() != 4) return false;
  return is<Op, Exp>() || is<Op, Sigmoid>() || is<Op, Tanh>() || is<Op, Erf>() || is<Op, Gelu>() || is<Op, GeluTanh>() || is<Op, Silu>();
}
// @ts-ignore: decorator
@inline function v<Op, T>(x: v128): v128 {
  if (is<Op, Neg>()) return v128.neg<T>(x);
  if (is<Op, Abs>()) return v128.abs<T>(x);
  // x < 0 ? 0 : x keeps NaN and -0, as torch's clamp_min(0) does.
  if (is<Op, Relu>()) return v128.andnot(x, v128.lt<T>(x, v128.splat<T>(0)));
  if (is<Op, Sqrt>()) return v128.sqrt<T>(x);
  if (is<Op, Rsqrt>()) return v128.div<T>(v128.splat<T>(1), v128.sqrt<T>(x));
  if (is<Op, Reciprocal>()) return v128.div<T>(v128.splat<T>(1), x);
  if (is<Op, Floor>()) return v128.floor<T>(x);
  if (is<Op, Ceil>()) return v128.ceil<T>(x);
  if (is<Op, Round>()) return v128.nearest<T>(x);
  if (is<Op, Trunc>()) return v128.trunc<T>(x);
  if (is<Op, Exp>()) return exp4(x);
  if (is<Op, Sigmoid>()) return sigmoid4(x);
  if (is<Op, Tanh>()) return tanh4(x);
  if (is<Op, Erf>()) return erf4(x);
  if (is<Op, Gelu>()) return gelu4(x);
  if (is<Op, GeluTanh>()) return geluTanh4(x);
  if (is<Op, Silu>()) return v128.div<T>(x, v128.add<T>(v128.splat<T>(1), exp4(v128.neg<T>(x))));
  ERROR("unary: no vector formula for this op");
  return x;
}

/** Whether `Op` has a quicker form, with the same results, where |x| is moderate. */
// @ts-ignore: decorator
@inline function hasQuick<Op>(): bool { return is<Op, Exp>() || is<Op, Sigmoid>() || is<Op, Silu>(); }
// @ts-ignore: decorator
@inline function quick<Op>(x: v128): v128 {
  if (is<Op, Exp>()) return quickExp4(x);
  const one = f32x4.splat(1);
  return f32x4.div(is<Op, Silu>() ? x : one, f32x4.add(one, quickExp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline function put(y: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
}
/** Four vectors, all computed before one is stored: see vector-math.ts. */
// @ts-ignore: decorator
@inline function block<Op, T>(x: usize, y: usize): void {
  const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
  if (hasQuick<Op>()) {
    if (quick16(a, b, c, d)) {
      put(y, quick<Op>(a), quick<Op>(b), quick<Op>(c), quick<Op>(d));
      return;
    }
  }
  put(y, v<Op, T>(a), v<Op, T>(b), v<Op, T>(c), v<Op, T>(d));
}

// @ts-ignore: decorator
@inline function map<Op, T>(x: usize, y: usize, n: u32): void {
  const end = y + <usize>n * sizeof<T>();
  if (simd<Op, T>()) {
    for (const blocks = end - ((end - y) & 63); y < blocks; x += 64, y += 64) block<Op, T>(x, y);
    for (const whole = end - ((end - y) & 15); y < whole; x += 16, y += 16) v128.store(y, v<Op, T>(v128.load(x)));
    if (y < end && isFloat<T>() && sizeof<T>() == 4) {
      // The rest goes through a padded vector too, so an element's result does not depend on its place.
      const m = mark4(x, end - y);
      memory.copy(y, store4(v<Op, T>(m)), end - y);
      return;
    }
  }
  for (; y < end; x += sizeof<T>(), y += sizeof<T>()) store<T>(y, f<Op, T>(load<T>(x)));
}

const pad: usize = memory.data(16, 16);
function mark4(x: usize, bytes: usize): v128 {
  v128.store(pad, i32x4.splat(0));
  memory.copy(pad, x, bytes);
  return v128.load(pad);
}
function store4(x: v128): usize { v128.store(pad, x); return pad; }

// @ts-ignore: decorator
@inline function test<Op, T>(x: T): bool {
  if (is<Op, IsNan>()) return x != x;
  if (is<Op, IsInf>()) return abs<T>(x) == <T>Infinity;
  if (is<Op, IsZero>()) return x == 0;
  ERROR("unary: no test for this op");
  return false;
}
// @ts-ignore: decorator
@inline function ask<Op, T>(x: usize, y: usize, n: u32): void {
  for (const end = y + n; y < end; x += sizeof<T>(), y++) store<u8>(y, test<Op, T>(load<T>(x)));
}

export function neg_f32(x: usize, y: usize, n: u32): void { map<Neg, f32>(x, y, n); }
export function neg_f64(x: usize, y: usize, n: u32): void { map<Neg, f64>(x, y, n); }
export function neg_i32(x: usize, y: usize, n: u32): void { map<Neg, i32>(x, y, n); }
export function neg_i64(x: usize, y: usize, n: u32): void { map<Neg, i64>(x, y, n); }
export function neg_u8(x: usize, y: usize, n: u32): void { map<Neg, u8>(x, y, n); }
export function abs_f32(x: usize, y: usize, n: u32): void { map<Abs, f32>(x, y, n); }
export function abs_f64(x: usize, y: usize, n: u32): void { map<Abs, f64>(x, y, n); }
export function abs_i32(x: usize, y: usize, n: u32): void { map<Abs, i32>(x, y, n); }
export function abs_i64(x: usize, y: usize, n: u32): void { map<Abs, i64>(x, y, n); }
export function abs_u8(x: usize, y: usize, n: u32): void { map<Abs, u8>(x, y, n); }
export function sign_f32(x: usize, y: usize, n: u32): void { map<Sign, f32>(x, y, n); }
export function sign_f64(x: usize, y: usize, n: u32): void { map<Sign, f64>(x, y, n); }
export function sign_i32(x: usize, y: usize, n: u32): void { map<Sign, i32>(x, y, n); }
export function sign_i64(x: usize, y: usize, n: u32): void { map<Sign, i64>(x, y, n); }
export function sign_u8(x: usize, y: usize, n: u32): void { map<Sign, u8>(x, y, n); }
export function relu_f32(x: usize, y: usize, n: u32): void { map<Relu, f32>(x, y, n); }
export function relu_f64(x: usize, y: usize, n: u32): void { map<Relu, f64>(x, y, n); }
export function relu_i32(x: usize, y: usize, n: u32): void { map<Relu, i32>(x, y, n); }
export function relu_i64(x: usize, y: usize, n: u32): void { map<Relu, i64>(x, y, n); }
export function relu_u8(x: usize, y: usize, n: u32): void { map<Relu, u8>(x, y, n); }
export function bitwise_not_i32(x: usize, y: usize, n: u32): void { map<Not, i32>(x, y, n); }
export function bitwise_not_i64(x: usize, y: usize, n: u32): void { map<Not, i64>(x, y, n); }
export function bitwise_not_u8(x: usize, y: usize, n: u32): void { map<Not, u8>(x, y, n); }
export function sqrt_f32(x: usize, y: usize, n: u32): void { map<Sqrt, f32>(x, y, n); }
export function sqrt_f64(x: usize, y: usize, n: u32): void { map<Sqrt, f64>(x, y, n); }
export function rsqrt_f32(x: usize, y: usize, n: u32): void { map<Rsqrt, f32>(x, y, n); }
export function rsqrt_f64(x: usize, y: usize, n: u32): void { map<Rsqrt, f64>(x, y, n); }
export function reciprocal_f32(x: usize, y: usize, n: u32): void { map<Reciprocal, f32>(x, y, n); }
export function reciprocal_f64(x: usize, y: usize, n: u32): void { map<Reciprocal, f64>(x, y, n); }
export function exp_f32(x: usize, y: usize, n: u32): void { map<Exp, f32>(x, y, n); }
export function exp_f64(x: usize, y: usize, n: u32): void { map<Exp, f64>(x, y, n); }
export function exp2_f32(x: usize, y: usize, n: u32): void { map<Exp2, f32>(x, y, n); }
export function exp2_f64(x: usize, y: usize, n: u32): void { map<Exp2, f64>(x, y, n); }
export function expm1_f32(x: usize, y: usize, n: u32): void { map<Expm1, f32>(x, y, n); }
export function expm1_f64(x: usize, y: usize, n: u32): void { map<Expm1, f64>(x, y, n); }
export function log_f32(x: usize, y: usize, n: u32): void { map<Log, f32>(x, y, n); }
export function log_f64(x: usize, y: usize, n: u32): void { map<Log, f64>(x, y, n); }
export function log2_f32(x: usize, y: usize, n: u32): void { map<Log2, f32>(x, y, n); }
export function log2_f64(x: usize, y: usize, n: u32): void { map<Log2, f64>(x, y, n); }
export function log10_f32(x: usize, y: usize, n: u32): void { map<Log10, f32>(x, y, n); }
export function log10_f64(x: usize, y: usize, n: u32): void { map<Log10, f64>(x, y, n); }
export function log1p_f32(x: usize, y: usize, n: u32): void { map<Log1p, f32>(x, y, n); }
export function log1p_f64(x: usize, y: usize, n: u32): void { map<Log1p, f64>(x, y, n); }
export function sin_f32(x: usize, y: usize, n: u32): void { map<Sin, f32>(x, y, n); }
export function sin_f64(x: usize, y: usize, n: u32): void { map<Sin, f64>(x, y, n); }
export function cos_f32(x: usize, y: usize, n: u32): void { map<Cos, f32>(x, y, n); }
export function cos_f64(x: usize, y: usize, n: u32): void { map<Cos, f64>(x, y, n); }
export function tan_f32(x: usize, y: usize, n: u32): void { map<Tan, f32>(x, y, n); }
export function tan_f64(x: usize, y: usize, n: u32): void { map<Tan, f64>(x, y, n); }
export function asin_f32(x: usize, y: usize, n: u32): void { map<Asin, f32>(x, y, n); }
export function asin_f64(x: usize, y: usize, n: u32): void { map<Asin, f64>(x, y, n); }
export function acos_f32(x: usize, y: usize, n: u32): void { map<Acos, f32>(x, y, n); }
export function acos_f64(x: usize, y: usize, n: u32): void { map<Acos, f64>(x, y, n); }
export function atan_f32(x: usize, y: usize, n: u32): void { map<Atan, f32>(x, y, n); }
export function atan_f64(x: usize, y: usize, n: u32): void { map<Atan, f64>(x, y, n); }
export function sinh_f32(x: usize, y: usize, n: u32): void { map<Sinh, f32>(x, y, n); }
export function sinh_f64(x: usize, y: usize, n: u32): void { map<Sinh, f64>(x, y, n); }
export function cosh_f32(x: usize, y: usize, n: u32): void { map<Cosh, f32>(x, y, n); }
export function cosh_f64(x: usize, y: usize, n: u32): void { map<Cosh, f64>(x, y, n); }
export function tanh_f32(x: usize, y: usize, n: u32): void { map<Tanh, f32>(x, y, n); }
export function tanh_f64(x: usize, y: usize, n: u32): void { map<Tanh, f64>(x, y, n); }
export function asinh_f32(x: usize, y: usize, n: u32): void { map<Asinh, f32>(x, y, n); }
export function asinh_f64(x: usize, y: usize, n: u32): void { map<Asinh, f64>(x, y, n); }
export function acosh_f32(x: usize, y: usize, n: u32): void { map<Acosh, f32>(x, y, n); }
export function acosh_f64(x: usize, y: usize, n: u32): void { map<Acosh, f64>(x, y, n); }
export function atanh_f32(x: usize, y: usize, n: u32): void { map<Atanh, f32>(x, y, n); }
export function atanh_f64(x: usize, y: usize, n: u32): void { map<Atanh, f64>(x, y, n); }
export function erf_f32(x: usize, y: usize, n: u32): void { map<Erf, f32>(x, y, n); }
export function erf_f64(x: usize, y: usize, n: u32): void { map<Erf, f64>(x, y, n); }
export function erfc_f32(x: usize, y: usize, n: u32): void { map<Erfc, f32>(x, y, n); }
export function erfc_f64(x: usize, y: usize, n: u32): void { map<Erfc, f64>(x, y, n); }
export function sigmoid_f32(x: usize, y: usize, n: u32): void { map<Sigmoid, f32>(x, y, n); }
export function sigmoid_f64(x: usize, y: usize, n: u32): void { map<Sigmoid, f64>(x, y, n); }
export function floor_f32(x: usize, y: usize, n: u32): void { map<Floor, f32>(x, y, n); }
export function floor_f64(x: usize, y: usize, n: u32): void { map<Floor, f64>(x, y, n); }
export function ceil_f32(x: usize, y: usize, n: u32): void { map<Ceil, f32>(x, y, n); }
export function ceil_f64(x: usize, y: usize, n: u32): void { map<Ceil, f64>(x, y, n); }
export function round_f32(x: usize, y: usize, n: u32): void { map<Round, f32>(x, y, n); }
export function round_f64(x: usize, y: usize, n: u32): void { map<Round, f64>(x, y, n); }
export function trunc_f32(x: usize, y: usize, n: u32): void { map<Trunc, f32>(x, y, n); }
export function trunc_f64(x: usize, y: usize, n: u32): void { map<Trunc, f64>(x, y, n); }
export function gelu_f32(x: usize, y: usize, n: u32): void { map<Gelu, f32>(x, y, n); }
export function gelu_f64(x: usize, y: usize, n: u32): void { map<Gelu, f64>(x, y, n); }
export function gelu_tanh_f32(x: usize, y: usize, n: u32): void { map<GeluTanh, f32>(x, y, n); }
export function gelu_tanh_f64(x: usize, y: usize, n: u32): void { map<GeluTanh, f64>(x, y, n); }
export function silu_f32(x: usize, y: usize, n: u32): void { map<Silu, f32>(x, y, n); }
export function silu_f64(x: usize, y: usize, n: u32): void { map<Silu, f64>(x, y, n); }

// These write bools.
export function isnan_f32(x: usize, y: usize, n: u32): void { ask<IsNan, f32>(x, y, n); }
export function isinf_f32(x: usize, y: usize, n: u32): void { ask<IsInf, f32>(x, y, n); }
export function isnan_f64(x: usize, y: usize, n: u32): void { ask<IsNan, f64>(x, y, n); }
export function isinf_f64(x: usize, y: usize, n: u32): void { ask<IsInf, f64>(x, y, n); }
export function logical_not_f32(x: usize, y: usize, n: u32): void { ask<IsZero, f32>(x, y, n); }
export function logical_not_f64(x: usize, y: usize, n: u32): void { ask<IsZero, f64>(x, y, n); }
export function logical_not_i32(x: usize, y: usize, n: u32): void { ask<IsZero, i32>(x, y, n); }
export function logical_not_i64(x: usize, y: usize, n: u32): void { ask<IsZero, i64>(x, y, n); }
export function logical_not_u8(x: usize, y: usize, n: u32): void { ask<IsZero, u8>(x, y, n); }
