//! Elementary functions on four f32 at once. Errors are the largest seen against f64 on millions of points.

// @ts-ignore: decorator
@inline function c(x: f32): v128 { return f32x4.splat(x); }
// @ts-ignore: decorator
@inline function fma(a: v128, b: v128, d: v128): v128 { return f32x4.add(f32x4.mul(a, b), d); }

/**
 * e^x, 1 ulp; subnormal results too. NaN stays, overflow is inf.
 * x = k ln2 + r with |r| <= ln2 / 2; e^r by a polynomial (Cephes expf); times 2^k in two steps so that neither leaves the range.
 */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  // pmin and pmax keep their first operand when it is NaN, and are one instruction where min and max are several.
  const t = f32x4.pmax(f32x4.pmin(x, c(89)), c(-104));
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
  const shifted = fma(t, c(1.44269504088896341), c(12582912));
  const k = f32x4.sub(shifted, c(12582912));
  const r = f32x4.sub(f32x4.sub(t, f32x4.mul(k, c(0.693359375))), f32x4.mul(k, c(-2.12194440e-4)));
  let p = fma(c(1.9875691500e-4), r, c(1.3981999507e-3));
  p = fma(p, r, c(8.3334519073e-3));
  p = fma(p, r, c(4.1665795894e-2));
  p = fma(p, r, c(1.6666665459e-1));
  p = fma(p, r, c(5.0000001201e-1));
  p = f32x4.add(fma(f32x4.mul(r, r), p, r), c(1));
  const n = i32x4.sub(shifted, c(12582912));
  const half = i32x4.shr_s(n, 1);
  const one = i32x4.splat(0x3f800000);
  const a = i32x4.add(i32x4.shl(half, 23), one);
  const b = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), one);
  return f32x4.mul(f32x4.mul(p, a), b);
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

/** x Φ(x) = x / 2 (1 + erf(x / √2)), error below 2e-7 max(1, |x|). */
// @ts-ignore: decorator
@inline export function gelu4(x: v128): v128 {
  return f32x4.mul(f32x4.mul(x, c(0.5)), f32x4.add(c(1), erf4(f32x4.mul(x, c(0.70710678118654752)))));
}

/** x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³))), error below 1.2e-7 max(1, |x|). */
// @ts-ignore: decorator
@inline export function geluTanh4(x: v128): v128 {
  const inner = f32x4.mul(c(0.79788456080286536), f32x4.mul(x, fma(f32x4.mul(x, x), c(0.044715), c(1))));
  return f32x4.mul(f32x4.mul(x, c(0.5)), f32x4.add(c(1), tanh4(inner)));
}
