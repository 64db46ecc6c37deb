//! Elementary functions on four f32 at once. Errors are the largest seen against f64 on millions of points.

// @ts-ignore: decorator
@inline function c(x: f32): v128 { return f32x4.splat(x); }
// @ts-ignore: decorator
@inline function fma(a: v128, b: v128, d: v128): v128 { return f32x4.add(f32x4.mul(a, b), d); }

/** k = x / ln2 rounded, in the low bits of the result: adding 1.5 * 2^23 rounds to a whole number. */
// @ts-ignore: decorator
@inline function shifted(x: v128): v128 { return fma(x, c(1.44269504088896341), c(12582912)); }

/** e^(x - k ln2), |x - k ln2| <= ln2 / 2: 1 + r + r² q(r), q minimax of degree 4 with relative error 3.1e-9. */
// @ts-ignore: decorator
@inline function reduced(x: v128, k: v128): v128 {
  // ln2 in two parts, the first with so few bits that its product with k is exact (Cephes).
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, c(0.693359375))), f32x4.mul(k, c(-2.12194440e-4)));
  let q = fma(c(1.3814581325277686e-3), r, c(8.368724957108498e-3));
  q = fma(q, r, c(4.166838899254799e-2));
  q = fma(q, r, c(0.1666652113199234));
  q = fma(q, r, c(0.4999999403953552));
  return f32x4.add(fma(f32x4.mul(r, r), q, r), c(1));
}

/** e^x, 1 ulp; subnormal results too. NaN stays, overflow is inf: 2^k is multiplied in two steps so that neither leaves the range. */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  // pmin and pmax keep their first operand when it is NaN, and are one instruction where min and max are several.
  const t = f32x4.pmax(f32x4.pmin(x, c(89)), c(-104));
  const s = shifted(t);
  const n = i32x4.sub(s, c(12582912));
  const half = i32x4.shr_s(n, 1);
  const one = i32x4.splat(0x3f800000);
  const a = i32x4.add(i32x4.shl(half, 23), one);
  const b = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), one);
  return f32x4.mul(f32x4.mul(reduced(t, f32x4.sub(s, c(12582912))), a), b);
}

/** What `exp4` gives, for |x| <= 87 and NaN: the result is normal, so 2^k is one factor. Other x give anything but NaN for a number. */
// @ts-ignore: decorator
@inline export function quickExp4(x: v128): v128 {
  const s = shifted(x);
  return f32x4.mul(reduced(x, f32x4.sub(s, c(12582912))), i32x4.add(i32x4.shl(s, 23), i32x4.splat(0x3f800000)));
}

/** Whether |x| <= 87 in all four vectors. */
// @ts-ignore: decorator
@inline export function quick16(x: v128, y: v128, z: v128, w: v128): bool {
  const most = f32x4.max(f32x4.pmax(f32x4.abs(x), f32x4.abs(y)), f32x4.pmax(f32x4.abs(z), f32x4.abs(w)));
  return !v128.any_true(f32x4.gt(most, c(87)));
}

/** 1 / (1 + e^-x), 2.3 ulp where the result is normal. */
// @ts-ignore: decorator
@inline export function sigmoid4(x: v128): v128 { return f32x4.div(c(1), f32x4.add(c(1), exp4(f32x4.neg(x)))); }

/** tanh, 1.3 ulp: odd polynomial (Cephes tanhf) below 0.625, 1 - 2 / (e^2|x| + 1) above. -0 stays -0. */
// @ts-ignore: decorator
@inline export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const big = f32x4.sub(c(1), f32x4.div(c(2), f32x4.add(exp4(f32x4.add(a, a)), c(1))));
  const z = f32x4.mul(x, x);
  let p = fma(c(-5.70498872745e-3), z, c(2.06390887954e-2));
  p = fma(p, z, c(-5.37397155531e-2));
  p = fma(p, z, c(1.33314422036e-1));
  p = fma(p, z, c(-3.33332819422e-1));
  const small = fma(f32x4.mul(p, z), x, x);
  const sign = v128.and(x, c(-0.0));
  // A NaN compares false and takes the first form, which keeps it.
  return v128.bitselect(small, v128.or(big, sign), f32x4.lt(a, c(0.625)));
}

/**
 * erf, 1 ulp below 0.84375 and 2.6e-7 absolute above: fdlibm's rational form near 0,
 * 1 - t (a1 + t (a2 + …)) e^(-x²) with t = 1 / (1 + p x) (Abramowitz and Stegun 7.1.26) beyond.
 */
// @ts-ignore: decorator
@inline export function erf4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = fma(c(-2.37630166566501626084e-5), z, c(-5.77027029648944159157e-3));
  p = fma(p, z, c(-2.84817495755985104766e-2));
  p = fma(p, z, c(-3.25042107247001499370e-1));
  p = fma(p, z, c(1.28379167095512558561e-1));
  let q = fma(c(-3.96022827877536812320e-6), z, c(1.32494738004321644526e-4));
  q = fma(q, z, c(5.08130628187576562776e-3));
  q = fma(q, z, c(6.50222499887672944485e-2));
  q = fma(q, z, c(3.97917223959155352819e-1));
  q = fma(q, z, c(1));
  const small = fma(f32x4.div(p, q), x, x);
  const t = f32x4.div(c(1), fma(c(0.3275911), a, c(1)));
  let s = fma(c(1.061405429), t, c(-1.453152027));
  s = fma(s, t, c(1.421413741));
  s = fma(s, t, c(-0.284496736));
  s = fma(s, t, c(0.254829592));
  const big = f32x4.sub(c(1), f32x4.mul(f32x4.mul(s, t), exp4(f32x4.neg(z))));
  return v128.bitselect(small, v128.or(big, v128.and(x, c(-0.0))), f32x4.lt(a, c(0.84375)));
}

/**
 * x Φ(x) = max(x, 0) - |x| Q(|x|), error below 1.8e-7 anywhere. The tail Q(a) = 1 - Φ(a) is 1 / (2 p(a)^8), a form of Abramowitz and Stegun
 * 7.1.28 with p minimax for a Q(a) on [0, 6]; beyond, the eighth power makes it 0 by itself. As in PyTorch's vectors, ±inf give NaN.
 */
// @ts-ignore: decorator
@inline export function gelu4(x: v128): v128 {
  const a = f32x4.abs(x);
  let p = fma(c(2.932145434897393e-6), a, c(-1.674325903877616e-5));
  p = fma(p, a, c(9.756420331541449e-5));
  p = fma(p, a, c(1.113928301492706e-4));
  p = fma(p, a, c(9.806087473407388e-4));
  p = fma(p, a, c(8.59166868031025e-3));
  p = fma(p, a, c(4.478878900408745e-2));
  p = fma(p, a, c(9.973249584436417e-2));
  p = fma(p, a, c(1));
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  return f32x4.sub(f32x4.pmax(x, c(0)), f32x4.div(f32x4.mul(a, c(0.5)), p));
}

/** x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³))), error below 1.2e-7 max(1, |x|). */
// @ts-ignore: decorator
@inline export function geluTanh4(x: v128): v128 {
  const inner = f32x4.mul(c(0.79788456080286536), f32x4.mul(x, fma(f32x4.mul(x, x), c(0.044715), c(1))));
  return f32x4.mul(f32x4.mul(x, c(0.5)), f32x4.add(c(1), tanh4(inner)));
}
