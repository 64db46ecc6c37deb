//! Complex numbers as pairs of f32 (c64) or f64 (c128); all is computed in f64 and rounded once.
//!   <op>_<dtype>(x, y, n): y[i] = op(x[i]); abs and angle write real numbers. y may be x, but for these two.
//!   <op>_<dtype>(nest): y = a op b; eq and ne write bools.
//!   prod_<dtype>(x, y, outer, r, inner): as the reductions of reduce.ts.

import { hypot } from "../linalg/vector";
import { advance, is, operand, rowSize, rowStride } from "../nest";
import {
  acos, acosh, asin, asinh, atan, atanh, cos, cosh, divide, exp, expm1, log, log1p, multiply, outIm, outRe, pow, reciprocal, rsqrt, sigmoid, sign,
  silu, sin, sinh, sqrt, tan, tanh,
} from "./functions";

class Exp {} class Exp2 {} class Expm1 {} class Log {} class Log2 {} class Log10 {} class Log1p {} class Sqrt {} class Rsqrt {} class Reciprocal {} class Sign {}
class Sin {} class Cos {} class Tan {} class Sinh {} class Cosh {} class Tanh {} class Asin {} class Acos {} class Atan {} class Asinh {} class Acosh {}
class Atanh {} class Sigmoid {} class Silu {} class Abs {} class Angle {} class Add {} class Sub {} class Mul {} class Div {} class Pow {} class Eq {} class Ne {}

// @ts-ignore: decorator
@inline function apply<Op>(x: f64, y: f64): void {
  if (is<Op, Exp>()) exp(x, y);
  else if (is<Op, Exp2>()) exp(x * Math.LN2, y * Math.LN2);
  else if (is<Op, Expm1>()) expm1(x, y);
  else if (is<Op, Log>() || is<Op, Log2>() || is<Op, Log10>()) log(x, y);
  else if (is<Op, Log1p>()) log1p(x, y);
  else if (is<Op, Sqrt>()) sqrt(x, y);
  else if (is<Op, Rsqrt>()) rsqrt(x, y);
  else if (is<Op, Reciprocal>()) reciprocal(x, y);
  else if (is<Op, Sign>()) sign(x, y);
  else if (is<Op, Sin>()) sin(x, y);
  else if (is<Op, Cos>()) cos(x, y);
  else if (is<Op, Tan>()) tan(x, y);
  else if (is<Op, Sinh>()) sinh(x, y);
  else if (is<Op, Cosh>()) cosh(x, y);
  else if (is<Op, Tanh>()) tanh(x, y);
  else if (is<Op, Asin>()) asin(x, y);
  else if (is<Op, Acos>()) acos(x, y);
  else if (is<Op, Atan>()) atan(x, y);
  else if (is<Op, Asinh>()) asinh(x, y);
  else if (is<Op, Acosh>()) acosh(x, y);
  else if (is<Op, Atanh>()) atanh(x, y);
  else if (is<Op, Sigmoid>()) sigmoid(x, y);
  else if (is<Op, Silu>()) silu(x, y);
  else ERROR("complex: no formula for this op");
}
/** What the result is multiplied with: logarithms of other bases. */
// @ts-ignore: decorator
@inline function factor<Op>(): f64 { return is<Op, Log2>() ? Math.LOG2E : is<Op, Log10>() ? Math.LOG10E : 1; }

// @ts-ignore: decorator
@inline function re<T>(p: usize): f64 { return <f64>load<T>(p); }
// @ts-ignore: decorator
@inline function im<T>(p: usize): f64 { return <f64>load<T>(p, sizeof<T>()); }
// @ts-ignore: decorator
@inline function put<T>(p: usize): void {
  store<T>(p, <T>outRe);
  store<T>(p, <T>outIm, sizeof<T>());
}

// @ts-ignore: decorator
@inline function map<Op, T>(x: usize, y: usize, n: u32): void {
  for (const end = x + (<usize>n * sizeof<T>() * 2); x < end; x += 2 * sizeof<T>(), y += 2 * sizeof<T>()) {
    apply<Op>(re<T>(x), im<T>(x));
    store<T>(y, <T>(outRe * factor<Op>()));
    store<T>(y, <T>(outIm * factor<Op>()), sizeof<T>());
  }
}
// @ts-ignore: decorator
@inline function measure<Op, T>(x: usize, y: usize, n: u32): void {
  for (const end = x + (<usize>n * sizeof<T>() * 2); x < end; x += 2 * sizeof<T>(), y += sizeof<T>()) {
    store<T>(y, <T>(is<Op, Abs>() ? hypot(re<T>(x), im<T>(x)) : Math.atan2(im<T>(x), re<T>(x))));
  }
}

// @ts-ignore: decorator
@inline function combine<Op, T>(y: usize, a: usize, b: usize): void {
  const ar = load<T>(a);
  const ai = load<T>(a, sizeof<T>());
  const br = load<T>(b);
  const bi = load<T>(b, sizeof<T>());
  if (is<Op, Add>() || is<Op, Sub>()) {
    store<T>(y, is<Op, Add>() ? ar + br : ar - br);
    store<T>(y, is<Op, Add>() ? ai + bi : ai - bi, sizeof<T>());
    return;
  }
  if (is<Op, Eq>() || is<Op, Ne>()) {
    store<u8>(y, is<Op, Eq>() ? ar == br && ai == bi : ar != br || ai != bi);
    return;
  }
  if (is<Op, Mul>()) multiply(<f64>ar, <f64>ai, <f64>br, <f64>bi);
  if (is<Op, Div>()) divide(<f64>ar, <f64>ai, <f64>br, <f64>bi);
  if (is<Op, Pow>()) pow(<f64>ar, <f64>ai, <f64>br, <f64>bi);
  put<T>(y);
}
// @ts-ignore: decorator
@inline function pair<Op, T>(nest: usize): i32 {
  const n = rowSize(nest);
  const sy = rowStride(nest, 0);
  const sa = rowStride(nest, 1);
  const sb = rowStride(nest, 2);
  do {
    let y = operand(nest, 0);
    let a = operand(nest, 1);
    let b = operand(nest, 2);
    for (let i = 0; i < n; i++, y += sy, a += sa, b += sb) combine<Op, T>(y, a, b);
  } while (advance(nest));
  return 0;
}

// @ts-ignore: decorator
@inline function product<T>(x: usize, y: usize, outer: u32, r: u32, inner: u32): void {
  const size = 2 * sizeof<T>();
  for (let o: u32 = 0; o < outer; o++, x += <usize>r * inner * size) {
    for (let i: u32 = 0; i < inner; i++, y += size) {
      let a: f64 = 1;
      let b: f64 = 0;
      for (let k: u32 = 0, p = x + <usize>i * size; k < r; k++, p += <usize>inner * size) {
        multiply(a, b, re<T>(p), im<T>(p));
        a = outRe;
        b = outIm;
      }
      store<T>(y, <T>a);
      store<T>(y, <T>b, sizeof<T>());
    }
  }
}

export function exp_c64(x: usize, y: usize, n: u32): void { map<Exp, f32>(x, y, n); }
export function exp_c128(x: usize, y: usize, n: u32): void { map<Exp, f64>(x, y, n); }
export function exp2_c64(x: usize, y: usize, n: u32): void { map<Exp2, f32>(x, y, n); }
export function exp2_c128(x: usize, y: usize, n: u32): void { map<Exp2, f64>(x, y, n); }
export function expm1_c64(x: usize, y: usize, n: u32): void { map<Expm1, f32>(x, y, n); }
export function expm1_c128(x: usize, y: usize, n: u32): void { map<Expm1, f64>(x, y, n); }
export function log_c64(x: usize, y: usize, n: u32): void { map<Log, f32>(x, y, n); }
export function log_c128(x: usize, y: usize, n: u32): void { map<Log, f64>(x, y, n); }
export function log2_c64(x: usize, y: usize, n: u32): void { map<Log2, f32>(x, y, n); }
export function log2_c128(x: usize, y: usize, n: u32): void { map<Log2, f64>(x, y, n); }
export function log10_c64(x: usize, y: usize, n: u32): void { map<Log10, f32>(x, y, n); }
export function log10_c128(x: usize, y: usize, n: u32): void { map<Log10, f64>(x, y, n); }
export function log1p_c64(x: usize, y: usize, n: u32): void { map<Log1p, f32>(x, y, n); }
export function log1p_c128(x: usize, y: usize, n: u32): void { map<Log1p, f64>(x, y, n); }
export function sqrt_c64(x: usize, y: usize, n: u32): void { map<Sqrt, f32>(x, y, n); }
export function sqrt_c128(x: usize, y: usize, n: u32): void { map<Sqrt, f64>(x, y, n); }
export function rsqrt_c64(x: usize, y: usize, n: u32): void { map<Rsqrt, f32>(x, y, n); }
export function rsqrt_c128(x: usize, y: usize, n: u32): void { map<Rsqrt, f64>(x, y, n); }
export function reciprocal_c64(x: usize, y: usize, n: u32): void { map<Reciprocal, f32>(x, y, n); }
export function reciprocal_c128(x: usize, y: usize, n: u32): void { map<Reciprocal, f64>(x, y, n); }
export function sign_c64(x: usize, y: usize, n: u32): void { map<Sign, f32>(x, y, n); }
export function sign_c128(x: usize, y: usize, n: u32): void { map<Sign, f64>(x, y, n); }
export function sin_c64(x: usize, y: usize, n: u32): void { map<Sin, f32>(x, y, n); }
export function sin_c128(x: usize, y: usize, n: u32): void { map<Sin, f64>(x, y, n); }
export function cos_c64(x: usize, y: usize, n: u32): void { map<Cos, f32>(x, y, n); }
export function cos_c128(x: usize, y: usize, n: u32): void { map<Cos, f64>(x, y, n); }
export function tan_c64(x: usize, y: usize, n: u32): void { map<Tan, f32>(x, y, n); }
export function tan_c128(x: usize, y: usize, n: u32): void { map<Tan, f64>(x, y, n); }
export function sinh_c64(x: usize, y: usize, n: u32): void { map<Sinh, f32>(x, y, n); }
export function sinh_c128(x: usize, y: usize, n: u32): void { map<Sinh, f64>(x, y, n); }
export function cosh_c64(x: usize, y: usize, n: u32): void { map<Cosh, f32>(x, y, n); }
export function cosh_c128(x: usize, y: usize, n: u32): void { map<Cosh, f64>(x, y, n); }
export function tanh_c64(x: usize, y: usize, n: u32): void { map<Tanh, f32>(x, y, n); }
export function tanh_c128(x: usize, y: usize, n: u32): void { map<Tanh, f64>(x, y, n); }
export function asin_c64(x: usize, y: usize, n: u32): void { map<Asin, f32>(x, y, n); }
export function asin_c128(x: usize, y: usize, n: u32): void { map<Asin, f64>(x, y, n); }
export function acos_c64(x: usize, y: usize, n: u32): void { map<Acos, f32>(x, y, n); }
export function acos_c128(x: usize, y: usize, n: u32): void { map<Acos, f64>(x, y, n); }
export function atan_c64(x: usize, y: usize, n: u32): void { map<Atan, f32>(x, y, n); }
export function atan_c128(x: usize, y: usize, n: u32): void { map<Atan, f64>(x, y, n); }
export function asinh_c64(x: usize, y: usize, n: u32): void { map<Asinh, f32>(x, y, n); }
export function asinh_c128(x: usize, y: usize, n: u32): void { map<Asinh, f64>(x, y, n); }
export function acosh_c64(x: usize, y: usize, n: u32): void { map<Acosh, f32>(x, y, n); }
export function acosh_c128(x: usize, y: usize, n: u32): void { map<Acosh, f64>(x, y, n); }
export function atanh_c64(x: usize, y: usize, n: u32): void { map<Atanh, f32>(x, y, n); }
export function atanh_c128(x: usize, y: usize, n: u32): void { map<Atanh, f64>(x, y, n); }
export function sigmoid_c64(x: usize, y: usize, n: u32): void { map<Sigmoid, f32>(x, y, n); }
export function sigmoid_c128(x: usize, y: usize, n: u32): void { map<Sigmoid, f64>(x, y, n); }
export function silu_c64(x: usize, y: usize, n: u32): void { map<Silu, f32>(x, y, n); }
export function silu_c128(x: usize, y: usize, n: u32): void { map<Silu, f64>(x, y, n); }
export function abs_c64(x: usize, y: usize, n: u32): void { measure<Abs, f32>(x, y, n); }
export function abs_c128(x: usize, y: usize, n: u32): void { measure<Abs, f64>(x, y, n); }
export function angle_c64(x: usize, y: usize, n: u32): void { measure<Angle, f32>(x, y, n); }
export function angle_c128(x: usize, y: usize, n: u32): void { measure<Angle, f64>(x, y, n); }
export function add_c64(nest: usize): i32 { return pair<Add, f32>(nest); }
export function add_c128(nest: usize): i32 { return pair<Add, f64>(nest); }
export function sub_c64(nest: usize): i32 { return pair<Sub, f32>(nest); }
export function sub_c128(nest: usize): i32 { return pair<Sub, f64>(nest); }
export function mul_c64(nest: usize): i32 { return pair<Mul, f32>(nest); }
export function mul_c128(nest: usize): i32 { return pair<Mul, f64>(nest); }
export function div_c64(nest: usize): i32 { return pair<Div, f32>(nest); }
export function div_c128(nest: usize): i32 { return pair<Div, f64>(nest); }
export function pow_c64(nest: usize): i32 { return pair<Pow, f32>(nest); }
export function pow_c128(nest: usize): i32 { return pair<Pow, f64>(nest); }
export function eq_c64(nest: usize): i32 { return pair<Eq, f32>(nest); }
export function eq_c128(nest: usize): i32 { return pair<Eq, f64>(nest); }
export function ne_c64(nest: usize): i32 { return pair<Ne, f32>(nest); }
export function ne_c128(nest: usize): i32 { return pair<Ne, f64>(nest); }
export function prod_c64(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { product<f32>(x, y, outer, r, inner); }
export function prod_c128(x: usize, y: usize, outer: u32, r: u32, inner: u32): void { product<f64>(x, y, outer, r, inner); }
