//! The logarithm of the gamma function and its derivatives, and Hurwitz' zeta, in f64.

import { horner } from "./series";

/** (-1)^k (zeta(k) - 1) / k for k = 27 … 2, and 1 - Euler's constant: log gamma(2 + t) = t (c_1 + t (c_2 + …)). */
const nearTwo: usize = memory.data<f64>([
  -2.7595228851242334e-10, 5.731367241678862e-10, -1.1921401405860912e-09, 2.4836745438024785e-09, -5.183475041970047e-09, 1.0838659214896955e-08,
  -2.2711094608943164e-08, 4.7698101693639804e-08, -1.0043224823968099e-07, 2.1207184805554665e-07, -4.492469198764566e-07, 9.55141213040742e-07,
  -2.039215753801366e-06, 4.374866789907488e-06, -9.439488275268397e-06, 2.050721277567069e-05, -4.492623673813314e-05, 9.945751278180853e-05,
  -0.00022315475845357939, 0.0005096695247430425, -0.001192753911703261, 0.0028905103307415234, -0.007385551028673986, 0.020580808427784546,
  -0.0673523010531981, 0.3224670334241132, 0.42278433509846713,
]);
/** B_2k / (2k (2k - 1)), k = 8 … 1. */
const stirling: usize = memory.data<f64>([
  -0.029550653594771242, 0.00641025641025641, -0.0019175269175269176, 0.0008417508417508417, -0.0005952380952380953, 0.0007936507936507937,
  -0.002777777777777778, 0.08333333333333333,
]);
/** B_2k / 2k, k = 8 … 1. */
const digammaTail: usize = memory.data<f64>([
  -0.4432598039215686, 0.08333333333333333, -0.021092796092796094, 0.007575757575757576, -0.004166666666666667, 0.003968253968253968,
  -0.008333333333333333, 0.08333333333333333,
]);
/** B_2k, k = 8 … 1. */
const trigammaTail: usize = memory.data<f64>([
  -7.092156862745098, 1.1666666666666667, -0.2531135531135531, 0.07575757575757576, -0.03333333333333333, 0.023809523809523808,
  -0.03333333333333333, 0.16666666666666666,
]);
/** B_2k / (2k)!, k = 1 … 12. */
const zetaTail: usize = memory.data<f64>([
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07, 2.08767569878681e-08, -5.284190138687493e-10,
  1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15, -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
]);

/** sin(pi x), exact in its zeros. */
export function sinPi(x: f64): f64 {
  const whole = nearest<f64>(x);
  const s = Math.sin(Math.PI * (x - whole));
  return whole % 2 == 0 ? s : -s;
}

/** log gamma(x) for x > 0. */
function lgammaPositive(x: f64): f64 {
  if (x >= 8) {
    const y = 1 / x;
    return (x - 0.5) * (Math.log(x) - 1) - 0.5 + 0.91893853320467274178 + y * horner(stirling, 8, y * y);
  }
  if (x < 0.5) return x * horner(nearTwo, 27, x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return (x - 1) * horner(nearTwo, 27, x - 1) - Math.log1p(x - 1);
  let product: f64 = 1;
  for (; x >= 2.5; x--) product *= x - 1;
  return (x - 2) * horner(nearTwo, 27, x - 2) + Math.log(product);
}

/** Error below 7e-16 of max(1, |lgamma|), right of 0 also relative to |lgamma| (4e-16); poles are inf. */
export function lgamma(x: f64): f64 {
  if (abs(x) == Infinity) return Infinity;
  if (x > 0) return lgammaPositive(x);
  if (x != x) return x;
  if (nearest<f64>(x) == x) return Infinity;
  if (x > -1e-17) return -Math.log(-x);
  return Math.log(Math.PI / abs(x * sinPi(x))) - lgammaPositive(-x);
}

/** Error below 1e-15 of max(1, |digamma|); at -n NaN, at 0 -inf with the sign of 0, as torch. */
export function digamma(x: f64): f64 {
  if (x == 0) return copysign<f64>(Infinity, -x);
  if (x < 0) {
    if (trunc<f64>(x) == x) return NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - nearest<f64>(x)));
  }
  if (x == Infinity) return x;
  let sum: f64 = 0;
  for (; x < 10; x++) sum -= 1 / x;
  const y = 1 / (x * x);
  return sum + Math.log(x) - 0.5 / x - y * horner(digammaTail, 8, y);
}

/** Relative error below 6e-16; at whole x <= 0 inf. */
export function trigamma(x: f64): f64 {
  if (x < 0.5) {
    const s = sinPi(x);
    return (Math.PI / s) * (Math.PI / s) - trigamma(1 - x);
  }
  if (x == Infinity) return 0;
  let sum: f64 = 0;
  for (; x < 12; x++) sum += 1 / (x * x);
  const y = 1 / (x * x);
  return sum + 0.5 * y + (1 + y * horner(trigammaTail, 8, y)) / x;
}

/**
 * Sum over k of (q + k)^-x by Euler and Maclaurin, as Cephes and torch: NaN for x < 1, inf for x = 1 and at the poles q = 0, -1, …,
 * NaN for other q < 0 unless x is whole. Relative error below 1e-14 where q > 0.
 */
export function zeta(x: f64, q: f64): f64 {
  if (x != x || q != q) return NaN;
  if (x == 1) return Infinity;
  if (x < 1) return NaN;
  if (q <= 0) {
    if (q == floor<f64>(q)) return Infinity;
    if (x != floor<f64>(x)) return NaN;
  }
  // JavaScript says that 1 to the power of infinity is NaN.
  let sum: f64 = q == 1 ? 1 : Math.pow(q, -x);
  let a = q;
  let power: f64 = 0;
  for (let i = 0; i < 9 || a <= 9; i++) {
    a++;
    power = Math.pow(a, -x);
    sum += power;
    if (abs(power) < 1.1e-16 * abs(sum)) return sum;
  }
  sum += (power * a) / (x - 1) - 0.5 * power;
  let factor: f64 = 1;
  let k: f64 = 0;
  for (let i: usize = 0; i < 12; i++) {
    factor *= x + k;
    power /= a;
    const term = factor * power * load<f64>(zetaTail + (i << 3));
    sum += term;
    if (abs(term) < 1.1e-16 * abs(sum)) break;
    factor *= x + k + 1;
    power /= a;
    k += 2;
  }
  return sum;
}
