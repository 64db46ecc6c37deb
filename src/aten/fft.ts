/** @file Fourier transforms: `fft_*` in terms of `_fft_r2c`, `_fft_c2c`, `_fft_c2r`, which are computed. */

import { realTransform, transform, transformDims } from "../core/ops/fourier.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, isFloat, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { add, type Dim, equal, floordiv, isStatic, mul, sub } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { shaped, wrapDim, wrapDims } from "./view-shape.ts";

const complexOf = (d: DType): DType => (d === "float64" ? "complex128" : d === "float16" ? "complex32" : isComplex(d) ? d : "complex64");

/** What a sum over n points is multiplied with: 1, 1 / sqrt(n), 1 / n (ATen/native/SpectralOpsUtils.h, fft_norm_mode). */
const normFactor = (mode: number, n: number): number => (mode === 0 ? 1 : mode === 1 ? 1 / Math.sqrt(n) : 1 / n);

/** The mode of norm "backward" (or none), "ortho", "forward". */
function normMode(norm: string | null, forward: boolean): number {
  if (norm === "ortho") return 1;
  if (norm === null || norm === "backward") return forward ? 0 : 2;
  if (norm === "forward") return forward ? 2 : 0;
  throw new OnnxExporterError("aten/argument", `norm "${norm}"`, "backward, ortho or forward");
}

const sizeOf = (shape: readonly number[], dims: readonly number[]): number => dims.reduce((n, d) => n * (shape[d] as number), 1);

function realToComplex(self: Strided, dim: readonly number[], mode: number, onesided: boolean): Strided {
  const dims = wrapDims(dim, self.shape.length);
  const last = dims.at(-1) as number;
  const n = self.shape[last] as number;
  const scale = normFactor(mode, sizeOf(self.shape, dims));
  const half = transform(self, last, n, onesided ? Math.floor(n / 2) + 1 : n, { forward: true, scale });
  return transformDims(half, dims.slice(0, -1), { forward: true, scale: 1 });
}

function complexToReal(self: Strided, dim: readonly number[], mode: number, n: number): Strided {
  const dims = wrapDims(dim, self.shape.length);
  const last = dims.at(-1) as number;
  const sizes = self.shape.map((d, i) => (i === last ? n : d));
  const scale = normFactor(mode, sizeOf(sizes, dims));
  return realTransform(transformDims(self, dims.slice(0, -1), { forward: false, scale: 1 }), last, n, { forward: false, scale });
}

const withSize = (shape: readonly Dim[], dim: number, size: Dim): Dim[] => shape.map((d, i) => (i === dim ? size : d));

/** Floats and complex numbers as they are, integers and bools as float32. */
const floating = (self: Symbolic, call: Call): Symbolic =>
  isFloat(self.dtype) || isComplex(self.dtype) ? self : call("aten::to.dtype", { self, dtype: "float32" });

/** `x` with `size` entries along `dim`: cut, or padded with zeros. */
function resized(x: Symbolic, dim: number, size: Dim | null, call: Call): Symbolic {
  const have = x.shape[dim] as Dim;
  if (size === null || equal(size, have)) return x;
  if (isStatic(have) && isStatic(size) && size < have) return call("aten::slice.Tensor", { self: x, dim, start: 0, end: size });
  // Padding by less than nothing cuts, so a symbolic size needs no case of its own.
  const pad = Array.from({ length: 2 * (x.shape.length - dim) }, (_, i) => (i === 2 * (x.shape.length - dim) - 1 ? sub(size, have) : 0));
  return call("aten::constant_pad_nd", { self: x, pad, value: 0 });
}

function transformOf(self: Symbolic, dim: readonly number[], mode: number, forward: boolean, call: Call): Symbolic {
  if (dim.length === 0) return isComplex(self.dtype) ? self : call("aten::to.dtype", { self, dtype: complexOf(self.dtype) });
  if (isComplex(self.dtype)) return call("aten::_fft_c2c", { self, dim, normalization: mode, forward });
  const out = call("aten::_fft_r2c", { self, dim, normalization: mode, onesided: false });
  return forward ? out : call("aten::conj_physical", { self: out });
}

const one = (self: Symbolic, n: Dim | null, dim: number, norm: string | null, forward: boolean, call: Call): Symbolic => {
  const d = wrapDim(dim, self.shape.length);
  return transformOf(resized(floating(self, call), d, n, call), [d], normMode(norm, forward), forward, call);
};

/** The dims of an n-dimensional transform, and the sizes asked for (null: as they are). */
function dimsAndSizes(
  shape: readonly Dim[],
  s: readonly Dim[] | null,
  dim: readonly number[] | null,
): { dims: number[]; sizes: (Dim | null)[] } {
  const rank = shape.length;
  const dims = dim !== null ? wrapDims(dim, rank) : Array.from({ length: s?.length ?? rank }, (_, i) => rank - (s?.length ?? rank) + i);
  return { dims, sizes: dims.map((_, i) => (s === null || s[i] === -1 ? null : (s[i] as Dim))) };
}

const many = (
  self: Symbolic,
  s: readonly Dim[] | null,
  dim: readonly number[] | null,
  norm: string | null,
  forward: boolean,
  call: Call,
): Symbolic => {
  const { dims, sizes } = dimsAndSizes(self.shape, s, dim);
  const x = dims.reduce((y, d, i) => resized(y, d, sizes[i] ?? null, call), floating(self, call));
  return transformOf(x, dims, normMode(norm, forward), forward, call);
};

/** One-sided spectrum of a real signal; with `conjugate` the inverse transform's (ihfft). */
function halfSpectrum(
  self: Symbolic,
  s: readonly Dim[] | null,
  dim: readonly number[] | null,
  norm: string | null,
  forward: boolean,
  call: Call,
): Symbolic {
  const { dims, sizes } = dimsAndSizes(self.shape, s, dim);
  const x = dims.reduce((y, d, i) => resized(y, d, sizes[i] ?? null, call), floating(self, call));
  const out = call("aten::_fft_r2c", { self: x, dim: dims, normalization: normMode(norm, forward), onesided: true });
  return forward ? out : call("aten::conj_physical", { self: out });
}

/** The real signal of a one-sided spectrum; `forward`: hfft. */
function realSignal(
  self: Symbolic,
  s: readonly Dim[] | null,
  dim: readonly number[] | null,
  norm: string | null,
  forward: boolean,
  call: Call,
): Symbolic {
  const { dims, sizes } = dimsAndSizes(self.shape, s, dim);
  const last = dims.at(-1) as number;
  const floats = floating(self, call);
  const complex = isComplex(floats.dtype) ? floats : call("aten::to.dtype", { self: floats, dtype: complexOf(floats.dtype) });
  const n = sizes.at(-1) ?? mul(2, sub(self.shape[last] as Dim, 1));
  const wanted = sizes.map((size, i) => (i < dims.length - 1 ? size : add(floordiv(n, 2), 1)));
  const x = dims.reduce((y, d, i) => resized(y, d, wanted[i] ?? null, call), complex);
  const given = forward ? call("aten::conj_physical", { self: x }) : x;
  return call("aten::_fft_c2r", { self: given, dim: dims, normalization: normMode(norm, forward), last_dim_size: n });
}

/** hfftn: forward transforms along all dims but the last, then a real one along it (ATen/native/SpectralOps.cpp). */
function hermitianSignal(
  self: Symbolic,
  s: readonly Dim[] | null,
  dim: readonly number[] | null,
  norm: string | null,
  call: Call,
): Symbolic {
  const { dims, sizes } = dimsAndSizes(self.shape, s, dim);
  const last = dims.at(-1) as number;
  const n = sizes.at(-1) ?? mul(2, sub(self.shape[last] as Dim, 1));
  const outer = dims.slice(0, -1);
  const x = outer.reduce((y, d, i) => resized(y, d, sizes[i] ?? null, call), floating(self, call));
  const moved = transformOf(x, outer, normMode(norm, true), true, call);
  return realSignal(moved, [n], [last], norm, true, call);
}

/** ihfftn: the inverse of `hermitianSignal`. */
function hermitianSpectrum(
  self: Symbolic,
  s: readonly Dim[] | null,
  dim: readonly number[] | null,
  norm: string | null,
  call: Call,
): Symbolic {
  const { dims, sizes } = dimsAndSizes(self.shape, s, dim);
  const [last, n] = [dims.at(-1) as number, sizes.at(-1) ?? null];
  const half = halfSpectrum(self, n === null ? null : [n], [last], norm, false, call);
  const outer = dims.slice(0, -1);
  const x = outer.reduce((y, d, i) => resized(y, d, sizes[i] ?? null, call), half);
  return outer.length === 0 ? x : call("aten::_fft_c2c", { self: x, dim: outer, normalization: normMode(norm, false), forward: false });
}

const size1 = (n: Dim | null): readonly Dim[] | null => (n === null ? null : [n]);

/** Moves the zero frequency: by half of each dim, forward or back. */
function shifted(self: Symbolic, dim: readonly number[] | null, back: boolean, call: Call): Symbolic {
  const dims = dim === null ? self.shape.map((_, i) => i) : wrapDims(dim, self.shape.length);
  const shifts = dims.map((d) => floordiv(back ? add(self.shape[d] as Dim, 1) : (self.shape[d] as Dim), 2));
  return call("aten::roll", { self, shifts, dims });
}

/** Frequencies 0, 1, …, then (both sides) the negative ones, over n d. */
function frequencies(n: number, d: number, dtype: DType | null, half: boolean, call: Call): Symbolic {
  const positive = Math.floor((n - 1) / 2) + 1;
  const upTo = half ? Math.floor(n / 2) + 1 : positive;
  const range = (start: number, end: number): Symbolic => call("aten::arange.start", { start, end, dtype: dtype ?? "float32" });
  const all = half ? range(0, upTo) : call("aten::cat", { tensors: [range(0, positive), range(-Math.floor(n / 2), 0)], dim: 0 });
  return call("aten::mul.Scalar", { self: all, other: 1 / (n * d) });
}

export const fft = {
  "aten::_fft_c2c": {
    meta: ({ self }) => shaped(self, self.shape),
    eval: ({ self, dim, normalization, forward }) => {
      const dims = wrapDims(dim, self.shape.length);
      return transformDims(self, dims, { forward, scale: normFactor(normalization, sizeOf(self.shape, dims)) });
    },
  },
  "aten::_fft_r2c": {
    meta: ({ self, dim, onesided }): Meta => {
      const last = wrapDim(dim.at(-1) ?? -1, self.shape.length);
      const half = add(floordiv(self.shape[last] as Dim, 2), 1);
      return { dtype: complexOf(self.dtype), shape: onesided ? withSize(self.shape, last, half) : self.shape };
    },
    eval: ({ self, dim, normalization, onesided }) => realToComplex(self, dim, normalization, onesided),
  },
  "aten::_fft_c2r": {
    meta: ({
      self,
      dim,
      last_dim_size: n,
    }: {
      readonly self: TensorType;
      readonly dim: readonly number[];
      readonly last_dim_size: Dim;
    }): Meta => ({
      dtype: realOf(self.dtype),
      shape: withSize(self.shape, wrapDim(dim.at(-1) ?? -1, self.shape.length), n),
    }),
    eval: ({ self, dim, normalization, last_dim_size: n }) => complexToReal(self, dim, normalization, n),
  },
  "aten::fft_fft": { decompose: ({ self, n, dim, norm }, call) => one(self, n, dim, norm, true, call) },
  "aten::fft_ifft": { decompose: ({ self, n, dim, norm }, call) => one(self, n, dim, norm, false, call) },
  "aten::fft_rfft": { decompose: ({ self, n, dim, norm }, call) => halfSpectrum(self, size1(n), [dim], norm, true, call) },
  "aten::fft_irfft": { decompose: ({ self, n, dim, norm }, call) => realSignal(self, size1(n), [dim], norm, false, call) },
  "aten::fft_hfft": { decompose: ({ self, n, dim, norm }, call) => realSignal(self, size1(n), [dim], norm, true, call) },
  "aten::fft_ihfft": { decompose: ({ self, n, dim, norm }, call) => halfSpectrum(self, size1(n), [dim], norm, false, call) },
  "aten::fft_fft2": { decompose: ({ self, s, dim, norm }, call) => many(self, s, dim, norm, true, call) },
  "aten::fft_ifft2": { decompose: ({ self, s, dim, norm }, call) => many(self, s, dim, norm, false, call) },
  "aten::fft_fftn": { decompose: ({ self, s, dim, norm }, call) => many(self, s, dim, norm, true, call) },
  "aten::fft_ifftn": { decompose: ({ self, s, dim, norm }, call) => many(self, s, dim, norm, false, call) },
  "aten::fft_rfft2": { decompose: ({ self, s, dim, norm }, call) => halfSpectrum(self, s, dim, norm, true, call) },
  "aten::fft_rfftn": { decompose: ({ self, s, dim, norm }, call) => halfSpectrum(self, s, dim, norm, true, call) },
  "aten::fft_irfft2": { decompose: ({ self, s, dim, norm }, call) => realSignal(self, s, dim, norm, false, call) },
  "aten::fft_irfftn": { decompose: ({ self, s, dim, norm }, call) => realSignal(self, s, dim, norm, false, call) },
  "aten::fft_hfft2": { decompose: ({ self, s, dim, norm }, call) => hermitianSignal(self, s, dim, norm, call) },
  "aten::fft_hfftn": { decompose: ({ self, s, dim, norm }, call) => hermitianSignal(self, s, dim, norm, call) },
  "aten::fft_ihfft2": { decompose: ({ self, s, dim, norm }, call) => hermitianSpectrum(self, s, dim, norm, call) },
  "aten::fft_ihfftn": { decompose: ({ self, s, dim, norm }, call) => hermitianSpectrum(self, s, dim, norm, call) },
  "aten::fft_fftshift": { decompose: ({ self, dim }, call) => shifted(self, dim, false, call) },
  "aten::fft_ifftshift": { decompose: ({ self, dim }, call) => shifted(self, dim, true, call) },
  "aten::fft_fftfreq": { decompose: ({ n, d, dtype }, call) => frequencies(n, d as number, dtype, false, call) },
  "aten::fft_rfftfreq": { decompose: ({ n, d, dtype }, call) => frequencies(n, d as number, dtype, true, call) },
} satisfies AtenTable;
