//! normal_fill_<dtype>(data, n, mean, std): uniform numbers in [0, 1) become normal ones, 16 at a time (n is a multiple of 16), in place:
//! the Box-Muller transform of PyTorch's CPU kernels (ATen/native/cpu/DistributionTemplates.h, NormalFill16).
//! For f32 bit for bit what the AVX2 build computes: Cephes log and sincos (avx_mathfun.h), with the same multiplications fused.

/** a * b + c rounded once: the product of two f32 is exact in f64. */
// @ts-ignore: decorator
@inline function fma(a: f32, b: f32, c: f32): f32 { return <f32>(<f64>a * <f64>b + <f64>c); }

function log(x: f32): f32 {
  const bits = reinterpret<i32>(max<f32>(x, 1.17549435e-38));
  let e = <f32>((bits >> 23) - 0x7f) + 1;
  let m = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000);
  if (m < 0.707106781186547524) { e -= 1; m = (m - 1) + m; }
  else m -= 1;
  const z = m * m;
  let y = fma(7.0376836292e-2, m, -1.1514610310e-1);
  y = fma(y, m, 1.1676998740e-1);
  y = fma(y, m, -1.2420140846e-1);
  y = fma(y, m, 1.4249322787e-1);
  y = fma(y, m, -1.6668057665e-1);
  y = fma(y, m, 2.0000714765e-1);
  y = fma(y, m, -2.4999993993e-1);
  y = fma(y, m, 3.3333331174e-1) * m;
  y = fma(y, z, e * <f32>-2.12194440e-4);
  y = fma(z, -0.5, y);
  return fma(e, 0.693359375, m + y);
}

let sine: f32 = 0;
let cosine: f32 = 0;
/** Sets sine and cosine of x >= 0. */
function sincos(x: f32): void {
  const j = (<i32>(x * <f32>1.27323954473516) + 1) & ~1;
  const y = <f32>j;
  x = fma(y, -0.78515625, x);
  x = fma(y, -2.4187564849853515625e-4, x);
  x = fma(y, -3.77489497744594108e-8, x);
  const z = x * x;
  let c = fma(2.443315711809948e-5, z, -1.388731625493765e-3);
  c = fma(c, z, 4.166664568298827e-2) * z;
  c = fma(c, z, -(z * <f32>0.5)) + 1;
  let s = fma(-1.9515295891e-4, z, 8.3321608736e-3);
  s = fma(s, z, -1.6666654611e-1) * z;
  s = fma(s, x, x);
  const swapped = (j & 2) != 0;
  sine = swapped ? c : s;
  cosine = swapped ? s : c;
  if ((j & 4) != 0) sine = -sine;
  if (((j - 2) & 4) == 0) cosine = -cosine;
}

export function normal_fill_f32(data: usize, n: u32, mean: f32, std: f32): void {
  for (const end = data + (<usize>n << 2); data < end; data += 64) {
    for (let p = data; p < data + 32; p += 4) {
      const radius = sqrt<f32>(<f32>-2 * log(<f32>1 - load<f32>(p)));
      sincos(<f32>6.283185307179586 * load<f32>(p, 32));
      store<f32>(p, fma(radius * cosine, std, mean));
      store<f32>(p, fma(radius * sine, std, mean), 32);
    }
  }
}

/** f64 uses the plain functions: the last bit may differ from glibc's. */
export function normal_fill_f64(data: usize, n: u32, mean: f64, std: f64): void {
  for (const end = data + (<usize>n << 3); data < end; data += 128) {
    for (let p = data; p < data + 64; p += 8) {
      const radius = sqrt<f64>(-2 * Math.log(1 - load<f64>(p)));
      const theta = 6.283185307179586 * load<f64>(p, 64);
      store<f64>(p, radius * Math.cos(theta) * std + mean);
      store<f64>(p, radius * Math.sin(theta) * std + mean, 64);
    }
  }
}
