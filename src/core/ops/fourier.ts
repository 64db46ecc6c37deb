/** @file Discrete Fourier transforms of any length, in double precision. */

import { numel } from "../strided.ts";

/** Transforms `re`, `im` in place: sum over j of x[j] exp(∓2πi jk / n), minus for `forward`. Radix 2, else Bluestein's chirp. */
export function transform(re: Float64Array, im: Float64Array, forward: boolean): void {
  const n = re.length;
  if (n < 2) return;
  if ((n & (n - 1)) === 0) radix2(re, im, forward);
  else bluestein(re, im, forward);
}

/** Cooley and Tukey, iterative; n is a power of two. */
function radix2(re: Float64Array, im: Float64Array, forward: boolean): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j] as number, re[i] as number];
      [im[i], im[j]] = [im[j] as number, im[i] as number];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    const step = ((forward ? -2 : 2) * Math.PI) / size;
    for (let k = 0; k < half; k++) {
      const [c, s] = [Math.cos(step * k), Math.sin(step * k)];
      for (let a = k; a < n; a += size) {
        const b = a + half;
        const [x, y] = [re[b] as number, im[b] as number];
        const [u, v] = [x * c - y * s, x * s + y * c];
        re[b] = (re[a] as number) - u;
        im[b] = (im[a] as number) - v;
        re[a] = (re[a] as number) + u;
        im[a] = (im[a] as number) + v;
      }
    }
  }
}

/** jk = (j² + k² - (k - j)²) / 2 turns the transform into a convolution with a chirp, whose length may be a power of two. */
function bluestein(re: Float64Array, im: Float64Array, forward: boolean): void {
  const n = re.length;
  const m = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const sign = forward ? -1 : 1;
  // k² mod 2n keeps the angle exact for large k.
  const angle = Float64Array.from({ length: n }, (_, k) => (sign * Math.PI * ((k * k) % (2 * n))) / n);
  const [ar, ai, br, bi] = [new Float64Array(m), new Float64Array(m), new Float64Array(m), new Float64Array(m)];
  for (let k = 0; k < n; k++) {
    const [c, s] = [Math.cos(angle[k] as number), Math.sin(angle[k] as number)];
    ar[k] = (re[k] as number) * c - (im[k] as number) * s;
    ai[k] = (re[k] as number) * s + (im[k] as number) * c;
    br[k] = c;
    bi[k] = -s;
    if (k > 0) {
      br[m - k] = c;
      bi[m - k] = -s;
    }
  }
  radix2(ar, ai, true);
  radix2(br, bi, true);
  for (let k = 0; k < m; k++) {
    const [x, y, u, v] = [ar[k] as number, ai[k] as number, br[k] as number, bi[k] as number];
    ar[k] = x * u - y * v;
    ai[k] = x * v + y * u;
  }
  radix2(ar, ai, false);
  for (let k = 0; k < n; k++) {
    const [c, s] = [Math.cos(angle[k] as number), Math.sin(angle[k] as number)];
    const [x, y] = [(ar[k] as number) / m, (ai[k] as number) / m];
    re[k] = x * c - y * s;
    im[k] = x * s + y * c;
  }
}

/** Complex numbers as two arrays of a row-major tensor of `shape`. */
export interface Planes {
  readonly shape: readonly number[];
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** `x` transformed along `dim`. */
export function transformDim(x: Planes, dim: number, forward: boolean): Planes {
  const n = x.shape[dim] as number;
  const inner = numel(x.shape.slice(dim + 1));
  const [re, im] = [x.re.slice(), x.im.slice()];
  const [lineRe, lineIm] = [new Float64Array(n), new Float64Array(n)];
  for (let start = 0; start < re.length; start++) {
    if (Math.floor(start / inner) % n !== 0) continue;
    for (let k = 0; k < n; k++) {
      lineRe[k] = re[start + k * inner] as number;
      lineIm[k] = im[start + k * inner] as number;
    }
    transform(lineRe, lineIm, forward);
    for (let k = 0; k < n; k++) {
      re[start + k * inner] = lineRe[k] as number;
      im[start + k * inner] = lineIm[k] as number;
    }
  }
  return { shape: x.shape, re, im };
}

/** The first `size` entries of `dim`. */
export function headOf(x: Planes, dim: number, size: number): Planes {
  const n = x.shape[dim] as number;
  const inner = numel(x.shape.slice(dim + 1));
  const kept = (v: Float64Array): Float64Array => v.filter((_, i) => Math.floor(i / inner) % n < size);
  return { shape: x.shape.map((d, i) => (i === dim ? size : d)), re: kept(x.re), im: kept(x.im) };
}

/** The whole spectrum [n] of a real signal from its first half along `dim`: X[n - k] is the conjugate of X[k]. */
export function hermitian(x: Planes, dim: number, n: number): Planes {
  const have = x.shape[dim] as number;
  const inner = numel(x.shape.slice(dim + 1));
  const outer = numel(x.shape.slice(0, dim));
  const shape = x.shape.map((d, i) => (i === dim ? n : d));
  const [re, im] = [new Float64Array(outer * n * inner), new Float64Array(outer * n * inner)];
  const half = Math.floor(n / 2);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < n; k++) {
      const from = k <= half ? k : n - k;
      if (from >= have) continue;
      for (let i = 0; i < inner; i++) {
        const [to, source] = [(o * n + k) * inner + i, (o * have + from) * inner + i];
        re[to] = x.re[source] as number;
        // The signal is real: the imaginary parts at 0 and at n / 2 do not count.
        im[to] = from === 0 || 2 * from === n ? 0 : (k <= half ? 1 : -1) * (x.im[source] as number);
      }
    }
  }
  return { shape, re, im };
}
