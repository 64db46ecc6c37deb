/** @file Scaled dot product attention on [batch, heads, length, size], its masks, and rotary positions. */

import { type DType, isFloat, wideOf } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { numel, type Strided } from "../strided.ts";
import { arange, binary, cast, compare, fill, scalarTensor, unary, where } from "./elementwise.ts";
import { concat, expand, permute, reshape, show, slice, transpose, unsqueeze } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { softmax } from "./norm.ts";
import { widen } from "./precision.ts";
import { reduce } from "./reduce.ts";

/** [batch, length, heads * size] as [batch, heads, length, size], a view. */
export function splitHeads(x: Strided, heads: number): Strided {
  const [batch, length, hidden] = x.shape as readonly [number, number, number];
  if (x.shape.length !== 3 || heads < 1 || hidden % heads !== 0) {
    throw new OnnxExporterError("core/attention", `attention: ${show(x.shape)} in ${heads} heads`, "[batch, length, heads * size]");
  }
  return permute(reshape(x, [batch, length, heads, hidden / heads]), [0, 2, 1, 3]);
}

/** [batch, heads, length, size] as [batch, length, heads * size]. */
export function joinHeads(x: Strided): Strided {
  const [batch, heads, length, size] = x.shape as readonly [number, number, number, number];
  return reshape(permute(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}

/** Each head of `x` repeated for its share of `heads` query heads. Throws `core/attention` where these are no multiple. */
export function shareHeads(x: Strided, heads: number): Strided {
  const [batch, own, length, size] = x.shape as readonly [number, number, number, number];
  if (own === heads) return x;
  if (heads % own !== 0)
    throw new OnnxExporterError("core/attention", `attention: ${heads} query heads share ${own}`, "they must be a multiple");
  return reshape(expand(unsqueeze(x, 2), [batch, own, heads / own, length, size]), [batch, heads, length, size]);
}

/** How scores become probabilities. */
export interface AttentionOptions {
  readonly scale: number;
  /** Scores are bounded to softcap * tanh(score / softcap); 0 for not. */
  readonly softcap: number;
  /** What is added to the scores; broadcasts. A query whose row is all -inf gets no key: its result is 0. */
  readonly bias: Strided | null;
  /** A logit per head, [1, heads, 1, 1], that takes its share of the softmax and lets nothing through; null for none. */
  readonly sink?: Strided | null;
  /** Softmax is taken in this dtype. */
  readonly softmaxDtype: DType;
}

/** Every stage; probabilities are in the dtype that q has. */
export interface Attended {
  readonly y: Strided;
  /** q k scaled. */
  readonly scores: Strided;
  readonly capped: Strided;
  readonly biased: Strided;
  readonly probabilities: Strided;
}

/** Whether a row of `bias` lets any key through. */
const opened = (bias: Strided): Strided =>
  compare("gt", reduce("max", bias, [-1], true), scalarTensor(bias.dtype, Number.NEGATIVE_INFINITY));

/** The softmax of scores of which `sink` takes its share. */
function sunk(scores: Strided, sink: Strided | null): Strided {
  if (sink === null) return softmax(scores, -1);
  const column = expand(cast(sink, scores.dtype), scores.shape.with(-1, 1));
  return slice(softmax(concat([scores, column], 3), -1), 3, 0, scores.shape[3] as number);
}

/** softmax(q k scale + bias) v; q, k, v have one dtype, at least float32, and as many heads. */
export function attend(
  q: Strided,
  k: Strided,
  v: Strided,
  { scale, softcap, bias, sink = null, softmaxDtype }: AttentionOptions,
): Attended {
  const number = (value: number) => scalarTensor(q.dtype, value);
  // Both factors take the root, so that large queries do not overflow.
  const root = number(Math.sqrt(scale));
  const scores = matmul(binary("mul", q, root), transpose(binary("mul", k, root), -2, -1));
  const capped = softcap > 0 ? binary("mul", unary("tanh", binary("div", scores, number(softcap))), number(softcap)) : scores;
  const biased = bias === null ? capped : binary("add", capped, bias);
  const rows = cast(sunk(cast(biased, softmaxDtype), sink), q.dtype);
  // Of no keys there is nothing to guard.
  const probabilities = bias === null || bias.shape.at(-1) === 0 ? rows : where(opened(bias), rows, number(0));
  return { y: matmul(probabilities, v), scores, capped, biased, probabilities };
}

/** A mask as what is added to scores, in `dtype`: true (or 1 for what is not a float) lets through, false is -inf; floats are as they are. */
export const biasOf = (mask: Strided, dtype: DType): Strided =>
  isFloat(mask.dtype)
    ? cast(mask, dtype)
    : where(cast(mask, "bool"), scalarTensor(dtype, 0), scalarTensor(dtype, Number.NEGATIVE_INFINITY));

/** Where queries stand among the keys: query i has `offsets[b]` + i keys up to its own before it. */
export interface Positions {
  readonly queries: number;
  readonly keys: number;
  /** One for all, or one per batch. */
  readonly offsets: readonly number[];
}

/** What is added to scores so that query at place p sees the keys in [p - left, p + right] only; null is no bound. [1 or batch, 1, queries, keys]. */
export function windowBias({ queries, keys, offsets }: Positions, left: number | null, right: number | null, dtype: DType): Strided {
  const places = concat(
    offsets.map((offset) => reshape(arange("int64", offset, 1, queries), [1, 1, queries, 1])),
    0,
  );
  const ahead = binary("sub", reshape(arange("int64", 0, 1, keys), [1, 1, 1, keys]), places);
  const bounds = [
    ...(right === null ? [] : [compare("le", ahead, scalarTensor("int64", right))]),
    ...(left === null ? [] : [compare("ge", ahead, scalarTensor("int64", -left))]),
  ];
  return biasOf(
    bounds.reduce((a, b) => binary("bitwise_and", a, b), fill("bool", ahead.shape, true)),
    dtype,
  );
}

/** What is added to scores so that batch b sees its first `lengths[b]` keys only. [batch, 1, 1, keys]. */
export function lengthBias(lengths: readonly number[], keys: number, dtype: DType): Strided {
  const limits = concat(
    lengths.map((n) => fill("int64", [1, 1, 1, 1], n)),
    0,
  );
  return biasOf(compare("lt", reshape(arange("int64", 0, 1, keys), [1, 1, 1, keys]), limits), dtype);
}

/** The sum of what is added to scores, null where that is nothing. */
export const sumOf = (biases: readonly (Strided | null)[]): Strided | null =>
  biases.reduce((a, b) => (a === null ? b : b === null ? a : binary("add", a, b)), null);

/** Which elements of a head are turned together. */
export interface RotaryOptions {
  /** Neighbours instead of halves. */
  readonly interleaved: boolean;
  /** How many elements of each head are turned, from the first on. */
  readonly dims: number;
}

/**
 * Turns pairs of elements of x [batch, heads, length, size] by the angles whose cosines and sines are given, [batch, length, dims / 2]
 * or what broadcasts to it. Computed in float32 at least. Throws `core/broadcast`.
 */
export function rotate(x: Strided, cos: Strided, sin: Strided, { interleaved, dims }: RotaryOptions): Strided {
  const wide = slice(widen(x), 3, 0, dims);
  const half = dims / 2;
  const [a, b] = interleaved
    ? [slice(wide, 3, 0, dims, 2), slice(wide, 3, 1, dims, 2)]
    : [slice(wide, 3, 0, half), slice(wide, 3, half, dims)];
  const [c, s] = [cos, sin].map((t) => unsqueeze(cast(t, wideOf(x.dtype)), -3)) as [Strided, Strided];
  const first = binary("sub", binary("mul", c, a), binary("mul", s, b));
  const second = binary("add", binary("mul", s, a), binary("mul", c, b));
  const turned = interleaved ? reshape(concat([unsqueeze(first, 4), unsqueeze(second, 4)], 4), wide.shape) : concat([first, second], 3);
  const rest = slice(x, 3, dims, x.shape[3] as number);
  return numel(rest.shape) === 0 ? cast(turned, x.dtype) : concat([cast(turned, x.dtype), rest], 3);
}
