//! The normal distribution's functions and their inverses, in f64. Rational approximations are those of the Cephes Math Library (ndtri).

import { erf, erfc, erfcx } from "../scalar-math";
import { ratio } from "./series";

const middleTop: usize = memory.data<f64>([-59.96335010141079, 98.00107541859997, -56.67628574690703, 13.931260938727968, -1.2391658386738125]);
const middleBottom: usize = memory.data<f64>([
  1.0, 1.9544885833814176, 4.676279128988815, 86.36024213908905, -225.46268785411937, 200.26021238006066, -82.03722561683334, 15.90562251262117,
  -1.1833162112133,
]);
const tailTop: usize = memory.data<f64>([
  4.0554489230596245, 31.525109459989388, 57.16281922464213, 44.08050738932008, 14.684956192885803, 2.1866330685079025, -0.1402560791713545,
  -0.03504246268278482, -0.0008574567851546854,
]);
const tailBottom: usize = memory.data<f64>([
  1.0, 15.779988325646675, 45.39076351288792, 41.3172038254672, 15.04253856929075, 2.504649462083094, -0.14218292285478779, -0.03808064076915783,
  -0.0009332594808954574,
]);
const farTop: usize = memory.data<f64>([
  3.2377489177694603, 6.915228890689842, 3.9388102529247444, 1.3330346081580755, 0.20148538954917908, 0.012371663481782003, 0.00030158155350823543,
  2.6580697468673755e-06, 6.239745391849833e-09,
]);
const farBottom: usize = memory.data<f64>([
  1.0, 6.02427039364742, 3.6798356385616087, 1.3770209948908132, 0.21623699359449663, 0.013420400608854318, 0.00032801446468212774,
  2.8924786474538068e-06, 6.790194080099813e-09,
]);

/** The distribution function; absolute error below 2e-16, relative below 1.2e-16 (1 + x²). */
export function ndtr(x: f64): f64 { return 0.5 * erfc(-x * Math.SQRT1_2); }

/** log ndtr(x); relative error below 1e-15, right of 0 that of 1 - ndtr. */
export function log_ndtr(x: f64): f64 {
  const t = x * Math.SQRT1_2;
  return x < -1 ? Math.log(erfcx(-t) / 2) - t * t : Math.log1p(-erfc(t) / 2);
}

/** x with ndtr(x) = p, -inf and inf at 0 and 1, NaN beyond; relative error below 7e-16. */
export function ndtri(p: f64): f64 {
  if (p == 0) return -Infinity;
  if (p == 1) return Infinity;
  if (!(p > 0 && p < 1)) return NaN;
  const right = p > 1 - 0.13533528323661269189;
  const y = right ? 1 - p : p;
  if (y > 0.13533528323661269189) {
    const d = y - 0.5;
    const z = d * d;
    return (d + d * z * ratio(middleTop, 5, middleBottom, 9, z)) * 2.50662827463100050242;
  }
  const x = Math.sqrt(-2 * Math.log(y));
  const z = 1 / x;
  const correction = z * (x < 8 ? ratio(tailTop, 9, tailBottom, 9, z) : ratio(farTop, 9, farBottom, 9, z));
  const size = x - Math.log(x) / x - correction;
  return right ? size : -size;
}

/** x with erf(x) = y, infinite at 1 and -1, NaN beyond; relative error below 1e-15. One of Halley's steps from ndtri, on erfc where y is near 1. */
export function erfinv(y: f64): f64 {
  const size = abs(y);
  if (size > 1) return NaN;
  if (size == 1) return copysign<f64>(Infinity, y);
  if (size < 1e-8) return y * 0.88622692545275801365;
  const rest = 0.5 * (1 - size);
  let x = -ndtri(rest) * Math.SQRT1_2;
  for (let i = 0; i < 2; i++) {
    const error = size < 0.5 ? erf(x) - size : (1 - size) - erfc(x);
    const step = error / (1.1283791670955125739 * Math.exp(-x * x));
    x -= step / (1 + x * step);
  }
  return copysign<f64>(x, y);
}
