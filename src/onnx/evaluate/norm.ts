/** @file Normalizations of ONNX. Moments and what follows are computed in float32 at least and rounded once. */

import { binary, binaryScalar, cast, scalarTensor, unary } from "../../core/ops/elementwise.ts";
import { dimOf, expand, reshape } from "../../core/ops/layout.ts";
import { batchNorm, groupNorm, layerNormFull } from "../../core/ops/norm.ts";
import { avgPool } from "../../core/ops/pool.ts";
import { widen, widened } from "../../core/ops/precision.ts";
import { reduce } from "../../core/ops/reduce.ts";
import { numel, type Strided } from "../../core/strided.ts";
import { wideOf } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";

const squared = (x: Strided): Strided => binary("mul", x, x);

/** Whether statistics are the batch's own: `training_mode`, before opset 14 said by the outputs, before 7 by `is_test`. */
function isTraining(call: Call): boolean {
  if (call.opset >= 14) return call.int("training_mode", 0) === 1;
  return call.opset >= 7 ? call.outputCount > 1 : call.int("is_test", 0) === 0;
}

/** [N, C, places]; without `spatial` (before opset 9) each feature is a channel of its own. */
function asChannels(call: Call, x: Strided): Strided {
  const batch = x.shape[0] ?? 1;
  const channels = call.int("spatial", 1) === 0 ? numel(x.shape.slice(1)) : (x.shape[1] ?? 1);
  return reshape(x, [batch, channels, batch * channels === 0 ? 0 : numel(x.shape) / (batch * channels)]);
}

/** Mean and variance (over all elements, not one less) of each channel of [N, C, places]. */
function momentsOf(x: Strided): [mean: Strided, variance: Strided] {
  const mean = reduce("mean", x, [0, 2], true);
  const variance = reduce("mean", squared(binary("sub", x, mean)), [0, 2], false);
  return [reshape(mean, variance.shape), variance];
}

function batchNormalization(call: Call): Strided[] {
  const [x, mean, variance] = [call.tensor(0), call.tensor(3), call.tensor(4)];
  const wide = wideOf(x.dtype);
  const flat = (t: Strided) => reshape(cast(t, wide), [-1]);
  const channels = asChannels(call, cast(x, wide));
  const training = isTraining(call);
  const [m, v] = training ? momentsOf(channels) : [flat(mean), flat(variance)];
  const y = batchNorm(channels, m, v, flat(call.tensor(1)), flat(call.tensor(2)), call.float("epsilon", 1e-5));
  const result = cast(reshape(y, x.shape), x.dtype);
  if (!training) return [result];
  const momentum = call.float("momentum", 0.9);
  const like = (t: Strided, old: Strided) => cast(reshape(t, old.shape), old.dtype);
  const running = (old: Strided, now: Strided) =>
    like(binary("add", binaryScalar("mul", flat(old), momentum), binaryScalar("mul", now, 1 - momentum)), old);
  const statistics = [running(mean, m), running(variance, v)];
  return call.opset >= 14 ? [result, ...statistics] : [result, ...statistics, like(m, mean), like(v, variance)];
}

/** Scale and bias are one per channel, before opset 21 one per group. */
function groupNormalization(call: Call): Strided {
  const [x, groups] = [call.tensor(0), call.int("num_groups", 1)];
  const channels = x.shape[1] ?? 1;
  const perChannel = (v: Strided): Strided =>
    call.opset >= 21 ? v : reshape(expand(reshape(v, [groups, 1]), [groups, channels / groups]), [channels]);
  return groupNorm(x, groups, perChannel(call.tensor(1)), perChannel(call.tensor(2)), call.float("epsilon", 1e-5));
}

/** The first dim that is normalized: `axis`, from which on all are. */
const firstDim = (call: Call, x: Strided): number => dimOf(call.int("axis", -1), x.shape.length);

/** y, and mean and 1 / deviation in the dtype that `stash_type` says. */
function layerNormalization(call: Call): Strided[] {
  const [x, scale, bias] = [call.tensor(0), call.tensor(1), call.optional(2)];
  const dims = x.shape.length - firstDim(call, x);
  const wide = widen(x);
  const fits = numel(scale.shape) === numel(x.shape.slice(-dims));
  const { y, mean, rstd } = layerNormFull(wide, dims, fits ? cast(scale, wide.dtype) : null, null, call.float("epsilon", 1e-5));
  const scaled = fits ? y : binary("mul", y, cast(scale, wide.dtype));
  const moved = bias === null ? scaled : binary("add", scaled, cast(bias, wide.dtype));
  const stash = call.dtype("stash_type", "float32");
  return [cast(moved, x.dtype), cast(mean, stash), cast(rstd, stash)];
}

/** x / sqrt(mean of squares + epsilon) over the dims from `first` on, times `scale`. In x's dtype. */
export function rmsNorm(x: Strided, first: number, scale: Strided, epsilon: number): [y: Strided, rstd: Strided] {
  const dims = x.shape.map((_, d) => d).slice(first);
  const rstd = unary("rsqrt", binaryScalar("add", reduce("mean", squared(x), dims, true), epsilon));
  return [binary("mul", binary("mul", x, rstd), scale), rstd];
}

function rmsNormalization(call: Call): Strided {
  const [x, scale] = [call.tensor(0), call.tensor(1)];
  const wide = widen(x);
  const [y] = rmsNorm(wide, firstDim(call, x), cast(scale, wide.dtype), call.float("epsilon", 1e-5));
  return cast(y, scale.dtype);
}

/** x / (bias + alpha / size * the sum of squares of the `size` channels around)^beta. */
function localResponse(call: Call, x: Strided): Strided {
  const [size, channels] = [call.int("size", 1), x.shape[1] ?? 1];
  // Channels are pooled as a spatial dim.
  const planes = reshape(squared(x), [x.shape[0] ?? 1, 1, channels, numel(x.shape.slice(2))]);
  const means = avgPool(planes, {
    kernel: [size, 1],
    stride: [1, 1],
    padding: [
      [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)],
      [0, 0],
    ],
    countIncludePad: true,
    divisor: size,
  });
  const base = binaryScalar("add", binaryScalar("mul", reshape(means, x.shape), call.float("alpha", 1e-4)), call.float("bias", 1));
  return binary("div", x, binary("pow", base, scalarTensor(x.dtype, call.float("beta", 0.75))));
}

/** (x - mean) / (deviation + 1e-9) over `axes`. */
function meanVariance(call: Call, x: Strided): Strided {
  const axes = call.ints("axes") ?? [0, 2, 3];
  const moved = binary("sub", x, reduce("mean", x, axes, true));
  const deviation = unary("sqrt", reduce("mean", squared(moved), axes, true));
  return binary("div", moved, binaryScalar("add", deviation, 1e-9));
}

export const norm: EvaluateTable = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: (call) => {
    const x = call.tensor(0);
    return groupNorm(x, x.shape[1] ?? 1, call.tensor(1), call.tensor(2), call.float("epsilon", 1e-5));
  },
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  LRN: (call) => widened(call.tensor(0), (x) => localResponse(call, x)),
  MeanVarianceNormalization: (call) => widened(call.tensor(0), (x) => meanVariance(call, x)),
};
