//! Airy's function in f64, after the Cephes Math Library (torch drops the leading 1 of two denominators, and is off by up to 3e-6 left of 0).
//! Error below 2e-15 of max(|Ai|, |x|^-1/4 for x < 0) to |x| = 10; beyond, the rounding of |x|^1.5 adds 1e-16 |x|^1.5 of that.

import { ratio } from "./series";

const rightTop: usize = memory.data<f64>([
  0.346538101525629, 12.007595273964581, 76.27960536152345, 168.08922493463058, 159.75639135016442, 70.53609068404442, 14.026469116338967, 1.0,
]);
const rightBottom: usize = memory.data<f64>([
  0.5675945326387702, 14.75625625848472, 84.51389701414746, 177.31808814540045, 164.2346928715297, 71.47784008255756, 14.095913560783403, 1.0,
]);
const evenTop: usize = memory.data<f64>([
  -0.1316963234183318, -0.6264565444319123, -0.6931580360369335, -0.2797799815451191, -0.04919001326095003, -0.004062659235948854,
  -0.0001592764962392621, -2.776491081552329e-06, -1.6778769848911465e-08,
]);
const evenBottom: usize = memory.data<f64>([
  1.0, 13.356042070655324, 32.682503279522464, 26.736704094149957, 9.187074029072596, 1.4752914677166642, 0.11568717379518804,
  0.004402916416152112, 7.547203482874142e-05, 4.5185009297058035e-07,
]);
const oddTop: usize = memory.data<f64>([
  0.01973399320916857, 0.39110302961568827, 1.0657989759959559, 0.9391692298166502, 0.35146565610554764, 0.06338889196289255, 0.005858041130483885,
  0.000282851600836737, 6.98793669997261e-06, 8.117892395543892e-08, 3.415517847659236e-10,
]);
const oddBottom: usize = memory.data<f64>([
  1.0, 9.30892908077442, 19.835292871831214, 15.564662893286462, 5.476860694229755, 0.9542936116189619, 0.08645808263523921, 0.004126565238242226,
  0.00010125908511650914, 1.1716673321441352e-06, 4.9183457006293e-09,
]);

const ONE_OVER_SQRT_PI: f64 = 0.56418958354775628695;

/** Maclaurin's series, |x| < 2.09. */
function series(x: f64): f64 {
  const z = x * x * x;
  let m: f64 = 1;
  let n = x;
  let f: f64 = 1;
  let g = x;
  for (let k: f64 = 1; abs(m) > 1e-17 * abs(f) || abs(n) > 1e-17 * abs(g); k += 3) {
    m *= z / ((k + 1) * (k + 2));
    n *= z / ((k + 2) * (k + 3));
    f += m;
    g += n;
  }
  return 0.355028053887817239260 * f - 0.258819403792806798405 * g;
}

/** NaN at both infinities, as torch. */
export function airy_ai(x: f64): f64 {
  if (abs(x) == Infinity || x != x) return NaN;
  if (x > 103.892) return 0;
  if (abs(x) < 2.09) return series(x);
  const size = Math.sqrt(abs(x));
  const zeta = (2 * abs(x) * size) / 3;
  const root = Math.sqrt(size);
  const z = 1 / zeta;
  if (x > 0) return (ONE_OVER_SQRT_PI * ratio(rightTop, 8, rightBottom, 8, z)) / (2 * root * Math.exp(zeta));
  const angle = zeta + 0.25 * Math.PI;
  const square = z * z;
  const even = 1 + square * ratio(evenTop, 9, evenBottom, 10, square);
  const odd = z * ratio(oddTop, 11, oddBottom, 11, square);
  return (ONE_OVER_SQRT_PI / root) * (Math.sin(angle) * even - Math.cos(angle) * odd);
}
