/** @file Short-time Fourier transforms: frames of a signal times a window, each transformed, and back by overlapping sums (ATen/native/SpectralOps.cpp). */

import { isComplex } from "../dtype.ts";
import { add, type Dim, isStatic, mul, sub } from "../symbolic.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface Frames {
  readonly n_fft: number;
  readonly hop_length: Dim | null;
  readonly win_length: Dim | null;
  readonly window: Symbolic | null;
}

const hopOf = ({ n_fft, hop_length }: Frames): number => Number(hop_length ?? Math.floor(n_fft / 4));

/** The window with zeros on both sides up to n_fft, null where every frame counts whole. */
function windowOf({ n_fft, win_length, window }: Frames, call: Call): Symbolic | null {
  const length = Number(win_length ?? n_fft);
  if (length === n_fft) return window;
  const self = window ?? call("aten::ones", { size: [length], dtype: "float32" });
  const left = Math.floor((n_fft - length) / 2);
  return call("aten::constant_pad_nd", { self, pad: [left, n_fft - length - left], value: 0 });
}

interface Forward extends Frames {
  readonly self: Symbolic;
  readonly normalized: boolean;
  readonly onesided: boolean | null;
  readonly return_complex: boolean | null;
}

/** [batch, length] to [batch, frequencies, frames]; a signal without batch dim has none in its spectrum. */
function stft(args: Forward, call: Call): Symbolic {
  const { self, n_fft, normalized } = args;
  const batched = self.shape.length === 1 ? call("aten::unsqueeze", { self, dim: 0 }) : self;
  const frames = call("aten::unfold", { self: batched, dimension: -1, size: n_fft, step: hopOf(args) });
  const window = windowOf(args, call);
  const x = window === null ? frames : call("aten::mul.Tensor", { self: frames, other: window });
  const normalization = normalized ? 1 : 0;
  const spectra = isComplex(x.dtype)
    ? call("aten::_fft_c2c", { self: x, dim: [2], normalization, forward: true })
    : call("aten::_fft_r2c", { self: x, dim: [2], normalization, onesided: args.onesided ?? true });
  const turned = call("aten::transpose.int", { self: spectra, dim0: 1, dim1: 2 });
  const out = self.shape.length === 1 ? call("aten::squeeze.dim", { self: turned, dim: 0 }) : turned;
  return (args.return_complex ?? isComplex(self.dtype)) ? out : call("aten::view_as_real", { self: out });
}

/** Signal frames [batch, frames, n_fft] added up where they overlap: [batch, length]. */
function overlapped(frames: Symbolic, hop: number, call: Call): Symbolic {
  const [, count, n] = frames.shape as [Dim, Dim, number];
  const length = add(mul(sub(count, 1), hop), n);
  const columns = call("aten::transpose.int", { self: frames, dim0: 1, dim1: 2 });
  const sum = call("aten::col2im", {
    self: columns,
    output_size: [1, length],
    kernel_size: [1, n],
    dilation: [1, 1],
    padding: [0, 0],
    stride: [1, hop],
  });
  return call("aten::squeeze.dims", { self: sum, dim: [1, 2] });
}

interface Backward extends Frames {
  readonly self: Symbolic;
  readonly center: boolean;
  readonly normalized: boolean;
  readonly onesided: boolean | null;
  readonly length: Dim | null;
  readonly return_complex: boolean;
}

/** Frames [batch, frames, n_fft] of the signal whose spectra are [batch, frequencies, frames]. */
function signalFrames({ n_fft, normalized, onesided, return_complex }: Backward, spectra: Symbolic, call: Call): Symbolic {
  const self = call("aten::transpose.int", { self: spectra, dim0: 1, dim1: 2 });
  const normalization = normalized ? 1 : 2;
  if (return_complex) return call("aten::_fft_c2c", { self, dim: [2], normalization, forward: false });
  const half = Math.floor(n_fft / 2) + 1;
  const needed = (onesided ?? true) ? self : call("aten::slice.Tensor", { self, dim: 2, start: 0, end: half });
  return call("aten::_fft_c2r", { self: needed, dim: [2], normalization, last_dim_size: n_fft });
}

/** The signal of least squares: overlapping sums of windowed frames over those of the squared window. */
function istft(args: Backward, call: Call): Symbolic {
  const { self, n_fft, center, length } = args;
  const spectra = self.shape.length === 2 ? call("aten::unsqueeze", { self, dim: 0 }) : self;
  const frames = signalFrames(args, spectra, call);
  const window = windowOf(args, call) ?? call("aten::ones", { size: [n_fft], dtype: "float32" });
  const weights = call("aten::expand", {
    self: call("aten::mul.Tensor", { self: window, other: window }),
    size: [1, frames.shape[1] as Dim, n_fft],
  });
  const sums = overlapped(call("aten::mul.Tensor", { self: frames, other: window }), hopOf(args), call);
  const envelope = overlapped(weights, hopOf(args), call);
  const whole = sums.shape[1] as Dim;
  const start = center ? Math.floor(n_fft / 2) : 0;
  const end = length !== null ? add(length, start) : sub(whole, start);
  const cut = (x: Symbolic): Symbolic => call("aten::slice.Tensor", { self: x, dim: 1, start, end });
  const signal = call("aten::div.Tensor", { self: cut(sums), other: cut(envelope) });
  const missing = sub(end, whole);
  const padded = isStatic(missing) && missing > 0 ? call("aten::constant_pad_nd", { self: signal, pad: [0, missing], value: 0 }) : signal;
  return self.shape.length === 2 ? call("aten::squeeze.dim", { self: padded, dim: 0 }) : padded;
}

export const shortTime = {
  "aten::stft": { decompose: (args, call) => stft(args, call) },
  "aten::stft.center": {
    decompose: (args, call) => {
      if (!args.center) return stft(args, call);
      const side = Math.floor(args.n_fft / 2);
      const lead = new Array<Dim>(3 - args.self.shape.length).fill(1);
      const spread = call("aten::reshape", { self: args.self, shape: [...lead, ...args.self.shape] });
      const padded = call("aten::pad", { self: spread, pad: [side, side], mode: args.pad_mode });
      const self = call("aten::reshape", { self: padded, shape: padded.shape.slice(lead.length) });
      return stft({ ...args, self }, call);
    },
  },
  "aten::istft": { decompose: (args, call) => istft(args, call) },
} satisfies AtenTable;
