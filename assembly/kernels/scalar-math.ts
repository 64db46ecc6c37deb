//! Elementary functions on f64 that AssemblyScript's Math lacks.

/** Chebyshev coefficients of Numerical Recipes' erfc (section 6.2.2), error below 1.2e-16 relative. */
const erfcCoefficients: usize = memory.data<f64>([
  -1.3026537197817094, 6.4196979235649026e-1, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4, 3.66839497852761e-4,
  4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.303655835580e-6, 1.5626441722e-8, -8.5238095915e-8, 6.529054439e-9,
  5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12, -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13,
  3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16, -2.8e-17,
]);

/** erfc for x >= 0. */
function erfcPositive(x: f64): f64 {
  const t = 2 / (2 + x);
  const ty = 4 * t - 2;
  let d: f64 = 0;
  let dd: f64 = 0;
  for (let j: usize = 27; j > 0; j--) {
    const tmp = d;
    d = ty * d - dd + load<f64>(erfcCoefficients + (j << 3));
    dd = tmp;
  }
  return t * Math.exp(-x * x + 0.5 * (load<f64>(erfcCoefficients) + ty * d) - dd);
}

export function erfc(x: f64): f64 { return x >= 0 ? erfcPositive(x) : 1 + erf(-x); }

/** Maclaurin series below 0.5, where 1 - erfc would cancel. */
export function erf(x: f64): f64 {
  if (abs(x) >= 0.5) return x >= 0 ? 1 - erfcPositive(x) : erfcPositive(-x) - 1;
  const z = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; n < 20; n++) {
    term *= -z / <f64>n;
    sum += term / <f64>(2 * n + 1);
  }
  return x != x ? x : sum * 1.1283791670955126;
}

/** 2^x, exact where x is whole. */
export function exp2(x: f64): f64 { return Math.pow(2, x); }

/** Half to even. */
// @ts-ignore: decorator
@inline export function roundEven<T>(x: T): T { return nearest<T>(x); }

/** cvttss2si and its kin: what does not fit becomes the smallest integer. */
// @ts-ignore: decorator
@inline export function truncate32(x: f64): i32 { return x > -2147483649 && x < 2147483648 ? <i32>x : i32.MIN_VALUE; }
// @ts-ignore: decorator
@inline export function truncate64(x: f64): i64 { return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? <i64>x : i64.MIN_VALUE; }
// @ts-ignore: decorator
@inline export function truncateU64(x: f64): u64 { return x >= 9223372036854775808.0 ? <u64>truncate64(x - 9223372036854775808.0) ^ 0x8000000000000000 : <u64>truncate64(x); }
