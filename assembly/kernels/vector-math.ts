//! Elementary functions on four f32 at once. Errors are the largest seen against f64 on millions of points.
//! Constants are read from tables: V8 builds a vector constant anew each time it is used, which costs more than a load, and loads of
//! the same place are joined when several vectors are computed before one is stored.

// @ts-ignore: decorator
@inline function fma(a: v128, b: v128, d: v128): v128 { return f32x4.add(f32x4.mul(a, b), d); }
// @ts-ignore: decorator
@inline function at(table: usize, i: usize): v128 { return v128.load32_splat(table + (i << 2)); }

/** 1 / ln2, 1.5 * 2^23, ln2 in two parts, q of `reduced`, 1, and the bounds of x. */
const E: usize = memory.data<f32>([1.44269504088896341, 12582912, 0.693359375, -2.12194440e-4, 1.3814581325277686e-3, 8.368724957108498e-3, 4.166838899254799e-2, 0.1666652113199234, 0.4999999403953552, 1, 89, -104, 87, -88], 16);

/** k = x / ln2 rounded, in the low bits of the result: adding 1.5 * 2^23 rounds to a whole number. */
// @ts-ignore: decorator
@inline function shifted(x: v128): v128 { return fma(x, at(E, 0), at(E, 1)); }

/** e^(x - k ln2), |x - k ln2| <= ln2 / 2: 1 + r + r² q(r), q minimax of degree 4 with relative error 3.1e-9. */
// @ts-ignore: decorator
@inline function reduced(x: v128, k: v128): v128 {
  // The first part of ln2 has so few bits that its product with k is exact (Cephes).
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, at(E, 2))), f32x4.mul(k, at(E, 3)));
  let q = fma(at(E, 4), r, at(E, 5));
  q = fma(q, r, at(E, 6));
  q = fma(q, r, at(E, 7));
  q = fma(q, r, at(E, 8));
  return f32x4.add(fma(f32x4.mul(r, r), q, r), at(E, 9));
}

/** e^x, 1 ulp; subnormal results too. NaN stays, overflow is inf: 2^k is multiplied in two steps so that neither leaves the range. */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  // pmin and pmax keep their first operand when it is NaN, and are one instruction where min and max are several.
  const t = f32x4.pmax(f32x4.pmin(x, at(E, 10)), at(E, 11));
  const s = shifted(t);
  const n = i32x4.sub(s, at(E, 1));
  const half = i32x4.shr_s(n, 1);
  const a = i32x4.add(i32x4.shl(half, 23), at(E, 9));
  const b = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), at(E, 9));
  return f32x4.mul(f32x4.mul(reduced(t, f32x4.sub(s, at(E, 1))), a), b);
}

/** What `exp4` gives, for |x| <= 87 and NaN: the result is normal, so 2^k is one factor. */
// @ts-ignore: decorator
@inline export function quickExp4(x: v128): v128 {
  const s = shifted(x);
  return f32x4.mul(reduced(x, f32x4.sub(s, at(E, 1))), i32x4.add(i32x4.shl(s, 23), at(E, 9)));
}

/** Whether |x| <= 87 or NaN in all four vectors. */
// @ts-ignore: decorator
@inline export function quick16(x: v128, y: v128, z: v128, w: v128): bool {
  const bound = at(E, 12);
  const past = v128.or(v128.or(f32x4.gt(f32x4.abs(x), bound), f32x4.gt(f32x4.abs(y), bound)), v128.or(f32x4.gt(f32x4.abs(z), bound), f32x4.gt(f32x4.abs(w), bound)));
  return !v128.any_true(past);
}

/** e^x for x <= 0; below -87.6, where a sum of 1 or more does not see it, 0: the bound makes 2^k the 2^-127 that f32 lacks. */
// @ts-ignore: decorator
@inline export function expBelow4(x: v128): v128 { return quickExp4(f32x4.pmax(x, at(E, 13))); }

/** 1 / (1 + e^-x), 2.3 ulp where the result is normal. */
// @ts-ignore: decorator
@inline export function sigmoid4(x: v128): v128 { return f32x4.div(at(E, 9), f32x4.add(at(E, 9), exp4(f32x4.neg(x)))); }

/** Polynomial, its bound, 1, 2, and the sign. */
const TANH: usize = memory.data<f32>([-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, 0.625, 1, 2, -0.0], 16);

/** tanh, 1.3 ulp: odd polynomial (Cephes tanhf) below 0.625, 1 - 2 / (e^2|x| + 1) above. -0 stays -0. */
// @ts-ignore: decorator
@inline export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const big = f32x4.sub(at(TANH, 6), f32x4.div(at(TANH, 7), f32x4.add(exp4(f32x4.add(a, a)), at(TANH, 6))));
  const z = f32x4.mul(x, x);
  let p = fma(at(TANH, 0), z, at(TANH, 1));
  p = fma(p, z, at(TANH, 2));
  p = fma(p, z, at(TANH, 3));
  p = fma(p, z, at(TANH, 4));
  const small = fma(f32x4.mul(p, z), x, x);
  const sign = v128.and(x, at(TANH, 8));
  // A NaN compares false and takes the first form, which keeps it.
  return v128.bitselect(small, v128.or(big, sign), f32x4.lt(a, at(TANH, 5)));
}

/** Numerator, denominator, t, s, the bound, 1, and the sign. */
const ERF: usize = memory.data<f32>([
  -2.37630166566501626084e-5, -5.77027029648944159157e-3, -2.84817495755985104766e-2, -3.25042107247001499370e-1, 1.28379167095512558561e-1,
  -3.96022827877536812320e-6, 1.32494738004321644526e-4, 5.08130628187576562776e-3, 6.50222499887672944485e-2, 3.97917223959155352819e-1, 0.3275911,
  1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, 0.84375, 1, -0.0,
], 16);

/**
 * erf, 1 ulp below 0.84375 and 2.6e-7 absolute above: fdlibm's rational form near 0,
 * 1 - t (a1 + t (a2 + …)) e^(-x²) with t = 1 / (1 + p x) (Abramowitz and Stegun 7.1.26) beyond.
 */
// @ts-ignore: decorator
@inline export function erf4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = fma(at(ERF, 0), z, at(ERF, 1));
  p = fma(p, z, at(ERF, 2));
  p = fma(p, z, at(ERF, 3));
  p = fma(p, z, at(ERF, 4));
  let q = fma(at(ERF, 5), z, at(ERF, 6));
  q = fma(q, z, at(ERF, 7));
  q = fma(q, z, at(ERF, 8));
  q = fma(q, z, at(ERF, 9));
  q = fma(q, z, at(ERF, 17));
  const small = fma(f32x4.div(p, q), x, x);
  const t = f32x4.div(at(ERF, 17), fma(at(ERF, 10), a, at(ERF, 17)));
  let s = fma(at(ERF, 11), t, at(ERF, 12));
  s = fma(s, t, at(ERF, 13));
  s = fma(s, t, at(ERF, 14));
  s = fma(s, t, at(ERF, 15));
  const big = f32x4.sub(at(ERF, 17), f32x4.mul(f32x4.mul(s, t), exp4(f32x4.neg(z))));
  return v128.bitselect(small, v128.or(big, v128.and(x, at(ERF, 18))), f32x4.lt(a, at(ERF, 16)));
}

/** p of `gelu4`, highest power first, and 1 / 2. */
const GELU: usize = memory.data<f32>([2.932145434897393e-6, -1.674325903877616e-5, 9.756420331541449e-5, 1.113928301492706e-4, 9.806087473407388e-4, 8.59166868031025e-3, 4.478878900408745e-2, 9.973249584436417e-2, 1, 0.5], 16);

/**
 * x Φ(x) = max(x, 0) - |x| Q(|x|), error below 1.8e-7 anywhere. The tail Q(a) = 1 - Φ(a) is 1 / (2 p(a)^8), a form of Abramowitz and Stegun
 * 7.1.28 with p minimax for a Q(a) on [0, 6]; beyond, the eighth power makes it 0 by itself. As in PyTorch's vectors, ±inf give NaN.
 */
// @ts-ignore: decorator
@inline export function gelu4(x: v128): v128 {
  const a = f32x4.abs(x);
  let p = fma(at(GELU, 0), a, at(GELU, 1));
  p = fma(p, a, at(GELU, 2));
  p = fma(p, a, at(GELU, 3));
  p = fma(p, a, at(GELU, 4));
  p = fma(p, a, at(GELU, 5));
  p = fma(p, a, at(GELU, 6));
  p = fma(p, a, at(GELU, 7));
  p = fma(p, a, at(GELU, 8));
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  p = f32x4.mul(p, p);
  return f32x4.sub(f32x4.pmax(x, i32x4.splat(0)), f32x4.div(f32x4.mul(a, at(GELU, 9)), p));
}

/** √(2/π), 0.044715, 1, 1 / 2. */
const GELU_TANH: usize = memory.data<f32>([0.79788456080286536, 0.044715, 1, 0.5], 16);

/** x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³))), error below 1.2e-7 max(1, |x|). */
// @ts-ignore: decorator
@inline export function geluTanh4(x: v128): v128 {
  const inner = f32x4.mul(at(GELU_TANH, 0), f32x4.mul(x, fma(f32x4.mul(x, x), at(GELU_TANH, 1), at(GELU_TANH, 2))));
  return f32x4.mul(f32x4.mul(x, at(GELU_TANH, 3)), f32x4.add(at(GELU_TANH, 2), tanh4(inner)));
}
