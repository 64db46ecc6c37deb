/** @file Normalizations of com.microsoft, fused with the sums before them; SimplifiedLayerNormalization, which ONNX Runtime has in ONNX's domain. */

import { arange, binary, cast, unary } from "../../../core/ops/elementwise.ts";
import { indexSelect, zeros } from "../../../core/ops/index.ts";
import { asMatrix, dimOf, reshape } from "../../../core/ops/layout.ts";
import { groupNorm, layerNormFull, softmax } from "../../../core/ops/norm.ts";
import { widen, widened } from "../../../core/ops/precision.ts";
import { dequantizeLinear } from "../../../core/ops/quantize.ts";
import { reduce } from "../../../core/ops/reduce.ts";
import type { Strided } from "../../../core/strided.ts";
import { wideOf } from "../../../dtype.ts";
import { rmsNorm } from "../norm.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { channelsFirst, channelsLast } from "./image.ts";

/** The sum of tensors, those given, in float32 at least; they broadcast. */
const sum = (...terms: readonly (Strided | null)[]): Strided =>
  terms
    .filter((t) => t !== null)
    .map(widen)
    .reduce((a, b) => binary("add", a, b));

/** Of the last dim: y = (x - mean) / deviation * gamma + beta of input + skip + bias, the moments, and that sum. */
function skipLayerNorm(call: Call): Strided[] {
  const [input, gamma, beta] = [call.tensor(0), call.tensor(2), call.optional(3)];
  const x = sum(input, call.tensor(1), call.optional(4));
  const up = (t: Strided | null) => t && cast(t, x.dtype);
  const { y, mean, rstd } = layerNormFull(x, 1, up(gamma), up(beta), call.float("epsilon", 1e-12));
  return [cast(y, input.dtype), mean, rstd, cast(x, input.dtype)];
}

function skipRmsNorm(call: Call): (Strided | null)[] {
  const input = call.tensor(0);
  const x = sum(input, call.tensor(1), call.optional(3));
  const [y, rstd] = rmsNorm(x, x.shape.length - 1, cast(call.tensor(2), x.dtype), call.float("epsilon", 1e-12));
  return [cast(y, input.dtype), null, rstd, cast(x, input.dtype)];
}

function simplifiedLayerNorm(call: Call): Strided[] {
  const [input, scale] = [call.tensor(0), call.tensor(1)];
  const x = widen(input);
  const first = dimOf(call.int("axis", -1), x.shape.length);
  const [y, rstd] = rmsNorm(x, first, cast(scale, x.dtype), call.float("epsilon", 1e-5));
  return [cast(y, scale.dtype), cast(rstd, call.dtype("stash_type", "float32"))];
}

/**
 * Words, positions and segments looked up, added and normalized; the number of tokens that `mask` counts; the sum. `table` gives the
 * embeddings and weights that are inputs 2 to 6.
 */
function embedded(call: Call, table: (i: number) => Strided, places: Strided | null): Strided[] {
  const [ids, segments] = [call.tensor(0), call.optional(1)];
  const [batch, length] = ids.shape as readonly [number, number];
  const words = table(2);
  const own = places ?? reshape(arange("int64", 0, 1, length), [1, length]);
  const added = [indexSelect(words, 0, ids), indexSelect(table(3), 0, own)];
  if (segments !== null) added.push(indexSelect(table(4), 0, segments));
  const x = sum(...added);
  const up = (i: number) => cast(table(i), x.dtype);
  const { y } = layerNormFull(x, 1, up(5), up(6), call.float("epsilon", 1e-12));
  const mask = call.optional(7);
  const counted = mask === null ? zeros("int32", [batch]) : cast(reduce("sum", cast(mask, "int64"), [1], false), "int32");
  return [cast(y, words.dtype), counted, cast(x, words.dtype)];
}

/** Group normalization of `x`, which has its channels last unless `channels_last` is 0, with SiLU after it where `activation` is 1. */
function groupNormalized(call: Call, x: Strided): Strided {
  const last = call.int("channels_last", 1) === 1;
  const wide = widen(x);
  const up = (i: number) => cast(call.tensor(i), wide.dtype);
  const y = groupNorm(last ? channelsFirst(wide) : wide, call.int("groups", 1), up(1), up(2), call.float("epsilon", 1e-5));
  const active = call.int("activation", 0) === 1 ? unary("silu", y) : y;
  return cast(last ? channelsLast(active) : active, x.dtype);
}

/** The sum of input, skip (a batch of one row of pixels may stand for all) and bias, and its normalization. */
function skipGroupNorm(call: Call): Strided[] {
  const [x, skip] = [call.tensor(0), call.tensor(3)];
  const whole = skip.shape.length === 2 ? reshape(skip, [skip.shape[0] as number, 1, 1, skip.shape[1] as number]) : skip;
  const added = cast(sum(x, whole, call.optional(4)), x.dtype);
  return [groupNormalized(call, added), added];
}

/** softmax(x + bias) over the dims from `axis` on. */
function biasSoftmax(call: Call): Strided {
  return widened(call.tensor(0), (x) => {
    const biased = binary("add", x, cast(call.tensor(1), wideOf(x.dtype)));
    return reshape(softmax(asMatrix(biased, dimOf(call.int("axis", 1), x.shape.length)), 1), x.shape);
  });
}

export const contribNorm: EvaluateTable = {
  SimplifiedLayerNormalization: simplifiedLayerNorm,
  "com.microsoft::SkipLayerNormalization": skipLayerNorm,
  "com.microsoft::SkipSimplifiedLayerNormalization": skipRmsNorm,
  "com.microsoft::EmbedLayerNormalization": (call) => embedded(call, (i) => call.tensor(i), call.optional(8)),
  // Scales are inputs 8 to 12, zero points 13 to 17.
  "com.microsoft::QEmbedLayerNormalization": (call) =>
    embedded(call, (i) => dequantizeLinear(call.tensor(i), call.tensor(i + 6), call.optional(i + 11)), null).slice(0, 2),
  "com.microsoft::GroupNorm": (call) => groupNormalized(call, call.tensor(0)),
  "com.microsoft::SkipGroupNorm": skipGroupNorm,
  "com.microsoft::BiasSoftmax": biasSoftmax,
};
