//! <op>_<dtype>(nest): y = a op b as bool over a nest of (y, a, b); a and b of one dtype. Comparisons with NaN are false, except ne.

import { advance, is, operand, rowSize, rowStride } from "./nest";

class Eq {} class Ne {} class Lt {} class Le {} class Gt {} class Ge {}

// @ts-ignore: decorator
@inline function f<Op, T>(a: T, b: T): bool {
  if (is<Op, Eq>()) return a == b;
  if (is<Op, Ne>()) return a != b;
  if (is<Op, Lt>()) return a < b;
  if (is<Op, Le>()) return a <= b;
  if (is<Op, Gt>()) return a > b;
  if (is<Op, Ge>()) return a >= b;
  ERROR("compare: no formula for this op");
  return false;
}

// @ts-ignore: decorator
@inline function map<Op, T>(nest: usize): void {
  const n = rowSize(nest);
  const sy = rowStride(nest, 0);
  const sa = rowStride(nest, 1);
  const sb = rowStride(nest, 2);
  do {
    let y = operand(nest, 0);
    let a = operand(nest, 1);
    let b = operand(nest, 2);
    for (let i = 0; i < n; i++, y += sy, a += sa, b += sb) store<u8>(y, f<Op, T>(load<T>(a), load<T>(b)));
  } while (advance(nest));
}

export function eq_f32(nest: usize): void { map<Eq, f32>(nest); }
export function eq_f64(nest: usize): void { map<Eq, f64>(nest); }
export function eq_i32(nest: usize): void { map<Eq, i32>(nest); }
export function eq_i64(nest: usize): void { map<Eq, i64>(nest); }
export function eq_u8(nest: usize): void { map<Eq, u8>(nest); }
export function eq_u64(nest: usize): void { map<Eq, u64>(nest); }
export function ne_f32(nest: usize): void { map<Ne, f32>(nest); }
export function ne_f64(nest: usize): void { map<Ne, f64>(nest); }
export function ne_i32(nest: usize): void { map<Ne, i32>(nest); }
export function ne_i64(nest: usize): void { map<Ne, i64>(nest); }
export function ne_u8(nest: usize): void { map<Ne, u8>(nest); }
export function ne_u64(nest: usize): void { map<Ne, u64>(nest); }
export function lt_f32(nest: usize): void { map<Lt, f32>(nest); }
export function lt_f64(nest: usize): void { map<Lt, f64>(nest); }
export function lt_i32(nest: usize): void { map<Lt, i32>(nest); }
export function lt_i64(nest: usize): void { map<Lt, i64>(nest); }
export function lt_u8(nest: usize): void { map<Lt, u8>(nest); }
export function lt_u64(nest: usize): void { map<Lt, u64>(nest); }
export function le_f32(nest: usize): void { map<Le, f32>(nest); }
export function le_f64(nest: usize): void { map<Le, f64>(nest); }
export function le_i32(nest: usize): void { map<Le, i32>(nest); }
export function le_i64(nest: usize): void { map<Le, i64>(nest); }
export function le_u8(nest: usize): void { map<Le, u8>(nest); }
export function le_u64(nest: usize): void { map<Le, u64>(nest); }
export function gt_f32(nest: usize): void { map<Gt, f32>(nest); }
export function gt_f64(nest: usize): void { map<Gt, f64>(nest); }
export function gt_i32(nest: usize): void { map<Gt, i32>(nest); }
export function gt_i64(nest: usize): void { map<Gt, i64>(nest); }
export function gt_u8(nest: usize): void { map<Gt, u8>(nest); }
export function gt_u64(nest: usize): void { map<Gt, u64>(nest); }
export function ge_f32(nest: usize): void { map<Ge, f32>(nest); }
export function ge_f64(nest: usize): void { map<Ge, f64>(nest); }
export function ge_i32(nest: usize): void { map<Ge, i32>(nest); }
export function ge_i64(nest: usize): void { map<Ge, i64>(nest); }
export function ge_u8(nest: usize): void { map<Ge, u8>(nest); }
export function ge_u64(nest: usize): void { map<Ge, u64>(nest); }
