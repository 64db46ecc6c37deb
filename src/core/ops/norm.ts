/** @file Softmax and normalizations. */

import { wideOf } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { asStrided, contiguous, dimOf, reshape, show, transpose } from "./layout.ts";
import { carrierOf, realBinary, realCast, realFill, realUnary } from "./real.ts";

function alongRows(kernel: "softmax" | "log_softmax", x: Strided, dim: number): Strided {
  const carrier = carrierOf(kernel, x.dtype);
  if (carrier !== x.dtype) return realCast(alongRows(kernel, realCast(x, carrier), dim), x.dtype);
  const d = dimOf(dim, x.shape.length);
  const last = contiguous(transpose(x, d, -1));
  const y = empty(x.dtype, last.shape);
  const [count, n] = [numel(x.shape), last.shape.at(-1) ?? 1];
  if (count > 0) core.kernel(kernel, x.dtype)(address(last), address(y), count / n, n);
  return contiguous(transpose(y, d, -1));
}

/** exp(x) over its sum along `dim`, in x's float dtype. A row of -inf gives NaN, as torch. */
export const softmax = (x: Strided, dim: number): Strided => alongRows("softmax", x, dim);
/** log(softmax(x)), computed without leaving the range. */
export const logSoftmax = (x: Strided, dim: number): Strided => alongRows("log_softmax", x, dim);

/** What torch's native normalizations return: the result, and mean and 1 / sqrt(var + eps) of each row. */
export interface Normalized {
  readonly y: Strided;
  readonly mean: Strided;
  readonly rstd: Strided;
}

function normalizeRows(x: Strided, rows: number, n: number, weight: Strided | null, bias: Strided | null, eps: number): Normalized {
  const y = empty(x.dtype, x.shape);
  const [mean, rstd] = [empty(x.dtype, [rows]), empty(x.dtype, [rows])];
  const [source, w, b] = [contiguous(x), weight === null ? null : contiguous(weight), bias === null ? null : contiguous(bias)];
  const ptr = (t: Strided | null) => (t === null ? 0 : address(t));
  core.kernel("layer_norm", x.dtype)(address(source), address(y), rows, n, ptr(w), ptr(b), eps, address(mean), address(rstd));
  return { y, mean, rstd };
}

/**
 * (x - mean) / sqrt(var + eps) over the last `normalizedDims` dims, times weight plus bias (of those dims' shape).
 * Moments are taken in double. mean and rstd keep the leading dims, then ones. Low precision is computed in float32 throughout.
 */
export function layerNormFull(x: Strided, normalizedDims: number, weight: Strided | null, bias: Strided | null, eps: number): Normalized {
  const carrier = carrierOf("layer_norm", x.dtype);
  const up = (t: Strided | null) => (t === null ? null : realCast(t, carrier));
  const lead = x.shape.slice(0, x.shape.length - normalizedDims);
  const size = numel(x.shape.slice(lead.length));
  for (const t of [weight, bias]) {
    if (t === null || numel(t.shape) === size) continue;
    throw new OnnxExporterError(
      "core/layer-norm",
      `layerNorm: weight or bias ${show(t.shape)} for ${show(x.shape)} over ${normalizedDims} dims`,
      "they have the shape of the last dims",
    );
  }
  const { y, mean, rstd } = normalizeRows(realCast(x, carrier), numel(lead), size, up(weight), up(bias), eps);
  const moments = [...lead, ...new Array<number>(normalizedDims).fill(1)];
  return { y: realCast(y, x.dtype), mean: reshape(mean, moments), rstd: reshape(rstd, moments) };
}

/** The result of `layerNormFull` alone. */
export const layerNorm = (x: Strided, normalizedDims: number, weight: Strided | null, bias: Strided | null, eps: number): Strided =>
  layerNormFull(x, normalizedDims, weight, bias, eps).y;

/** A vector of channels (dim 1) shaped to broadcast with `x`; itself where `x` has one dim, which PyTorch lets be empty. */
function perChannel(v: Strided, x: Strided): Strided {
  if (x.shape.length < 2) return v;
  const shape = x.shape.map((_, i) => (i === 1 ? numel(v.shape) : 1));
  const strides = x.shape.map((_, i) => (i === 1 ? (v.strides[0] ?? 1) : 0));
  return asStrided(v, shape, strides);
}

/** x * weight + bias per channel, in x's dtype. */
function affine(x: Strided, weight: Strided | null, bias: Strided | null): Strided {
  const scaled = weight === null ? x : realBinary("mul", x, perChannel(realCast(weight, x.dtype), x));
  return bias === null ? scaled : realBinary("add", scaled, perChannel(realCast(bias, x.dtype), scaled));
}

/** x * scale + shift per channel, with scale = weight / sqrt(var + eps) and shift = bias - mean * scale, as PyTorch's CPU kernel. */
export function batchNorm(
  x: Strided,
  mean: Strided,
  variance: Strided,
  weight: Strided | null,
  bias: Strided | null,
  eps: number,
): Strided {
  const carrier = wideOf(x.dtype);
  const up = (t: Strided) => realCast(t, carrier);
  const rstd = realUnary("rsqrt", realBinary("add", up(variance), realFill(carrier, [], eps)));
  const scale = weight === null ? rstd : realBinary("mul", rstd, up(weight));
  const moved = realBinary("mul", up(mean), scale);
  const shift = bias === null ? realUnary("neg", moved) : realBinary("sub", up(bias), moved);
  return realCast(affine(up(x), scale, shift), x.dtype);
}

/** Normalizes each of `groups` groups of channels per sample, then scales and shifts per channel; mean and rstd are [N, groups]. */
export function groupNormFull(x: Strided, groups: number, weight: Strided | null, bias: Strided | null, eps: number): Normalized {
  const [batch, channels] = [x.shape[0] ?? 1, x.shape[1] ?? 1];
  if (channels % groups !== 0) {
    throw new OnnxExporterError(
      "core/group-norm",
      `groupNorm: ${channels} channels of ${show(x.shape)} in ${groups} groups`,
      "the groups must divide them",
    );
  }
  const carrier = carrierOf("layer_norm", x.dtype);
  const rows = batch * groups;
  const { y, mean, rstd } = normalizeRows(realCast(x, carrier), rows, rows === 0 ? 0 : numel(x.shape) / rows, null, null, eps);
  return { y: realCast(affine(y, weight, bias), x.dtype), mean: reshape(mean, [batch, groups]), rstd: reshape(rstd, [batch, groups]) };
}

/** The result of `groupNormFull` alone. */
export const groupNorm = (x: Strided, groups: number, weight: Strided | null, bias: Strided | null, eps: number): Strided =>
  groupNormFull(x, groups, weight, bias, eps).y;
