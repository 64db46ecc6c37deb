/** @file Discrete Fourier transforms of any length, computed in double precision and rounded once. */

import { type DType, isComplex, isFloat, realOf } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { complexOf, makeComplex, viewAsReal } from "./complex.ts";
import { cast } from "./elementwise.ts";
import { asStrided, contiguous, select, show, unsqueeze } from "./layout.ts";
import { realBinary } from "./real.ts";
import { doubles, fromFloats } from "./values.ts";

export interface TransformOptions {
  /** Which exponent: exp(-2πi jk / n) forward, exp(2πi jk / n) backward. */
  readonly forward: boolean;
  /** What the sums are multiplied with. */
  readonly scale: number;
}

/** One of the kernels of assembly/kernels/fft.ts along `dim` of `x`, taken at length `n`; the first `keep` results. */
function lines(kernel: string, x: Strided, dim: number, n: number, keep: number, to: DType, { forward, scale }: TransformOptions): Strided {
  const have = x.shape[dim] as number;
  const y = empty(
    to,
    x.shape.map((d, i) => (i === dim ? keep : d)),
  );
  if (numel(y.shape) === 0) return y;
  const [outer, inner] = [numel(x.shape.slice(0, dim)), numel(x.shape.slice(dim + 1))];
  const run = core.kernel(kernel, kernel === "fft" ? to : realOf(to));
  const code = run(address(x), address(y), outer, inner, have, n, keep, forward ? 0 : 1, scale);
  if (code !== 0) throw new OnnxExporterError("core/memory", `a Fourier transform of length ${n} does not fit`, "work on smaller pieces");
  return y;
}

/** The dtype that the kernels compute `dtype` in. */
const carrierOf = (dtype: DType): DType => (dtype === "float64" || dtype === "complex128" ? "float64" : "float32");

/**
 * The transform of length `n` along `dim` (0 ≤ dim) of a real or complex float tensor, cut or padded with zeros: the first `keep` of
 * its n numbers, complex. float16 and bfloat16 give complex32 and complex64.
 */
export function transform(x: Strided, dim: number, n: number, keep: number, options: TransformOptions): Strided {
  const to = isComplex(x.dtype) ? x.dtype : complexOf(x.dtype);
  const real = carrierOf(x.dtype);
  const wide = contiguous(cast(x, isComplex(x.dtype) ? complexOf(real) : real));
  return cast(lines(isComplex(x.dtype) ? "fft" : "rfft", wide, dim, n, keep, complexOf(real), options), to);
}

/** The real signal of length `n` along `dim` whose spectrum begins with x (complex, n / 2 + 1 numbers, zeros where fewer). */
export function realTransform(x: Strided, dim: number, n: number, options: TransformOptions): Strided {
  const real = carrierOf(x.dtype);
  return cast(lines("irfft", contiguous(cast(x, complexOf(real))), dim, n, n, real, options), realOf(x.dtype));
}

/** Transforms a complex or real tensor along `dims` one after the other, sizes as they are; `scale` counts once. */
export const transformDims = (x: Strided, dims: readonly number[], { forward, scale }: TransformOptions): Strided =>
  dims.reduce((y, d, i) => {
    const n = x.shape[d] as number;
    return transform(y, d, n, n, { forward, scale: i === 0 ? scale : 1 });
  }, x);

export interface DftOptions {
  /** Dim of the signal; the last dim (1 for real, 2 for complex numbers) is none. */
  readonly axis: number;
  readonly inverse: boolean;
  readonly onesided: boolean;
  /** Length that the signal is cut or padded with zeros to. */
  readonly length?: number;
}

/** Part `i` of the last dim: a view without that dim. */
const partOf = (x: Strided, i: number): Strided => select(x, x.shape.length - 1, i);

/** The signal whose last dim holds its parts, 1 (real) or 2 (real and imaginary): real or complex. Throws `core/fourier`. */
function fromParts(what: string, x: Strided): Strided {
  const parts = x.shape.at(-1);
  if (isFloat(x.dtype) && parts === 1) return partOf(x, 0);
  const wide = carrierOf(x.dtype);
  if (isFloat(x.dtype) && parts === 2) return makeComplex(cast(partOf(x, 0), wide), cast(partOf(x, 1), wide));
  const message = `${what}: the signal is ${x.dtype}${show(x.shape)}`;
  throw new OnnxExporterError("core/fourier", message, "a float tensor whose last dim is 1 (real) or 2 (complex)");
}

/** `x` as a float tensor of `dtype` with its parts in a last dim: 2 for a complex tensor, 1 for a real one. */
function toParts(x: Strided, dtype: DType): Strided {
  return isComplex(x.dtype) ? cast(viewAsReal(x), dtype) : unsqueeze(cast(x, dtype), -1);
}

/**
 * The Fourier transform of ONNX (DFT of opsets 17 and 20) of […, n, …, 1 or 2], whose last dim is the real and imaginary part: […, length, …, 2].
 * Inverse divides by the length. One-sided: forward gives the first length / 2 + 1 numbers, inverse takes them and gives the real signal
 * […, length, …, 1], 2 (n - 1) long where no length is given. Throws `core/fourier` where the axis or the last dim is no such thing.
 */
export function dft(x: Strided, { axis, inverse, onesided, length }: DftOptions): Strided {
  const rank = x.shape.length;
  const dim = axis < 0 ? axis + rank : axis;
  if (dim < 0 || dim > rank - 2)
    throw new OnnxExporterError("core/fourier", `dft: axis ${axis} of ${show(x.shape)}`, "one of the dims before the last");
  const signal = fromParts("dft", x);
  const have = x.shape[dim] as number;
  const n = length ?? (inverse && onesided ? 2 * (have - 1) : have);
  if (n < 1) throw new OnnxExporterError("core/fourier", `dft: a transform of length ${n}`, "at least 1");
  const options = { forward: !inverse, scale: inverse ? 1 / n : 1 };
  const y =
    inverse && onesided ? realTransform(signal, dim, n, options) : transform(signal, dim, n, onesided ? Math.floor(n / 2) + 1 : n, options);
  return toParts(y, x.dtype);
}

export interface StftOptions {
  /** Samples from one frame to the next. */
  readonly frameStep: number;
  /** Samples of a frame; the window's length where there is one, else the signal's, by default. */
  readonly frameLength?: number;
  /** [frameLength], which frames are multiplied with; ones by default. */
  readonly window?: Strided;
  readonly onesided: boolean;
}

/**
 * Short-time Fourier transforms of ONNX (STFT of opset 17): signal [batch, length, 1 or 2] → [batch, frames, bins, 2] with
 * frames = 1 + (length - frameLength) / frameStep and bins = frameLength, one-sided frameLength / 2 + 1. Throws `core/fourier`.
 */
export function stft(signal: Strided, { frameStep, frameLength, window, onesided }: StftOptions): Strided {
  const [batch, have, parts] = signal.shape as [number, number, number];
  const size = frameLength ?? window?.shape[0] ?? have;
  if (signal.shape.length !== 3 || frameStep < 1 || size < 1 || size > have || (window !== undefined && window.shape[0] !== size)) {
    const message = `stft: frames of ${size} every ${frameStep} of a signal ${show(signal.shape)} under a window ${show(window?.shape ?? [])}`;
    throw new OnnxExporterError("core/fourier", message, "the signal is [batch, length, 1 or 2], frame and window are no longer than it");
  }
  const count = 1 + Math.floor((have - size) / frameStep);
  const whole = contiguous(signal);
  const frames = asStrided(whole, [batch, count, size, parts], [have * parts, frameStep * parts, parts, 1]);
  const weighted = window === undefined ? frames : realBinary("mul", frames, unsqueeze(window, -1));
  return dft(weighted, { axis: 2, inverse: false, onesided });
}

export type WindowKind = "hann" | "hamming" | "blackman";

/** Coefficients of a0 - a1 cos(2πi / n) + a2 cos(4πi / n): Hamming's as ONNX has them (25 / 46, torch has 0.54). */
const windowTerms: { readonly [k in WindowKind]: readonly [number, number, number] } = {
  hann: [0.5, 0.5, 0],
  hamming: [25 / 46, 21 / 46, 0],
  blackman: [0.42, 0.5, 0.08],
};

/** A window of `size` samples, of period `size` or, symmetric, `size` - 1; computed in double and rounded once. A window of 1 is 1. */
export function cosineWindow(kind: WindowKind, size: number, periodic: boolean, dtype: DType): Strided {
  const [a0, a1, a2] = windowTerms[kind];
  const step = (2 * Math.PI) / (periodic ? size : size - 1);
  const at = (i: number): number => (size === 1 ? 1 : a0 - a1 * Math.cos(step * i) + a2 * Math.cos(2 * step * i));
  return fromFloats(
    doubles([size]).map((_, i) => at(i)),
    [size],
    dtype,
  );
}
