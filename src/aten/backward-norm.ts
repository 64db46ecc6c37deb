/** @file Gradients of batch, layer and group normalization in their input, weight and bias (tools/autograd/derivatives.yaml). */

import { type Dim, floordiv, mul } from "../symbolic.ts";
import { type Algebra, algebra } from "./algebra.ts";
import { batchDims, lastDims } from "./norm.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

/** In the input, the weight and the bias. PyTorch leaves out those that are not asked for: nothing reads them, and they go. */
type Gradients = [Symbolic, Symbolic, Symbolic];

interface Normalized {
  /** The gradient with the weight multiplied in. */
  readonly g: Symbolic;
  /** The input less its mean, times rstd. */
  readonly normal: Symbolic;
  readonly rstd: Symbolic;
  /** What mean and variance were taken over. */
  readonly dims: readonly number[];
}

/** rstd (g - mean g - normal mean(g normal)). */
function throughStatistics(f: Algebra, { g, normal, rstd, dims }: Normalized): Symbolic {
  const mean = (self: Symbolic): Symbolic => f.call("aten::mean.dim", { self, dim: dims, keepdim: true });
  return f.mul(f.sub(f.sub(g, mean(g)), f.mul(normal, mean(f.mul(g, normal)))), rstd);
}

interface LayerNorm {
  readonly grad_out: Symbolic;
  readonly input: Symbolic;
  readonly normalized_shape: readonly Dim[];
  readonly mean: Symbolic;
  readonly rstd: Symbolic;
  readonly weight: Symbolic | null;
}

function layerNorm({ grad_out, input, normalized_shape, mean, rstd, weight }: LayerNorm, call: Call): Gradients {
  const f = algebra(call);
  const [rank, inner] = [input.shape.length, normalized_shape.length];
  const wide = f.wide(grad_out);
  const normal = f.mul(f.sub(f.wide(input), mean), rstd);
  const g = weight === null ? wide : f.mul(wide, f.wide(weight));
  const outer = Array.from({ length: rank - inner }, (_, i) => i);
  const dtype = (weight ?? input).dtype;
  return [
    f.to(throughStatistics(f, { g, normal, rstd, dims: lastDims(rank, inner) }), input.dtype),
    f.to(f.sum(f.mul(wide, normal), outer), dtype),
    f.to(f.sum(wide, outer), dtype),
  ];
}

interface GroupNorm {
  readonly grad_out: Symbolic;
  readonly input: Symbolic;
  readonly mean: Symbolic;
  readonly rstd: Symbolic;
  readonly weight: Symbolic | null;
  readonly N: Dim;
  readonly C: Dim;
  readonly HxW: Dim;
  readonly group: number;
}

function groupNorm({ grad_out, input, weight, N, C, HxW, group, ...statistics }: GroupNorm, call: Call): Gradients {
  const f = algebra(call);
  const channels = (x: Symbolic): Symbolic => f.reshape(f.wide(x), [N, C, HxW]);
  const groups = (x: Symbolic): Symbolic => f.reshape(x, [N, group, mul(floordiv(C, group), HxW)]);
  const each = (x: Symbolic): Symbolic => f.reshape(f.wide(x), [N, group, 1]);
  const [mean, rstd] = [each(statistics.mean), each(statistics.rstd)];
  const wide = channels(grad_out);
  const normal = f.mul(f.sub(groups(channels(input)), mean), rstd);
  const g = groups(weight === null ? wide : f.mul(wide, f.reshape(f.wide(weight), [C, 1])));
  const dtype = (weight ?? input).dtype;
  return [
    f.to(f.reshape(throughStatistics(f, { g, normal, rstd, dims: [2] }), input.shape), input.dtype),
    f.to(f.sum(f.mul(wide, f.reshape(normal, [N, C, HxW])), [0, 2]), dtype),
    f.to(f.sum(wide, [0, 2]), dtype),
  ];
}

interface BatchNorm {
  readonly grad_out: Symbolic;
  readonly input: Symbolic;
  readonly weight: Symbolic | null;
  readonly mean: Symbolic;
  readonly invstd: Symbolic;
  readonly train: boolean;
}

function batchNorm({ grad_out, input, weight, train, ...statistics }: BatchNorm, call: Call): Gradients {
  const f = algebra(call);
  const rank = input.shape.length;
  const perChannel = (x: Symbolic): Symbolic =>
    f.reshape(f.wide(x), [x.shape[0] as Dim, ...lastDims(rank, Math.max(rank - 2, 0)).map(() => 1)]);
  const [mean, rstd] = [perChannel(statistics.mean), perChannel(statistics.invstd)];
  const wide = f.wide(grad_out);
  const normal = f.mul(f.sub(f.wide(input), mean), rstd);
  const g = weight === null ? wide : f.mul(wide, perChannel(weight));
  const dims = batchDims(rank);
  const gradient = train ? throughStatistics(f, { g, normal, rstd, dims }) : f.mul(g, rstd);
  const dtype = (weight ?? input).dtype;
  return [f.to(gradient, input.dtype), f.to(f.sum(f.mul(wide, normal), dims), dtype), f.to(f.sum(wide, dims), dtype)];
}

interface Statistics {
  readonly train: boolean;
  readonly eps: number | Dim;
  readonly running_mean: Symbolic | null;
  readonly running_var: Symbolic | null;
  readonly saved: readonly [mean: Symbolic | null, invstd: Symbolic | null];
}

/** Mean and 1 / standard deviation that the forward pass used: the batch's, or the running ones. */
function statisticsOf({ train, eps, running_mean, running_var, saved }: Statistics, call: Call): { mean: Symbolic; invstd: Symbolic } {
  const f = algebra(call);
  if (train) return { mean: saved[0] as Symbolic, invstd: saved[1] as Symbolic };
  const variance = f.add(f.wide(running_var as Symbolic), eps as number);
  return { mean: running_mean as Symbolic, invstd: call("aten::rsqrt", { self: variance }) };
}

export const backwardNorm = {
  "aten::native_layer_norm_backward": { decompose: layerNorm },
  "aten::native_group_norm_backward": { decompose: groupNorm },
  "aten::native_batch_norm_backward": {
    decompose: ({ save_mean, save_invstd, ...args }, call) =>
      batchNorm({ ...args, ...statisticsOf({ ...args, saved: [save_mean, save_invstd] }, call) }, call),
  },
  "aten::batch_norm_backward": {
    decompose: ({ save_mean, save_var, update: train, ...args }, call) =>
      batchNorm({ ...args, train, ...statisticsOf({ ...args, train, saved: [save_mean, save_var] }, call) }, call),
  },
} satisfies AtenTable;
