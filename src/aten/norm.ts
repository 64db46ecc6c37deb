/** @file Normalizations: batch, instance, layer, group, RMS and weight norm, softmax, vector and matrix norms. */

import { binary, cast, fill, scalarTensor, unary } from "../core/ops/elementwise.ts";
import { copyInto, reshape } from "../core/ops/layout.ts";
import { batchNorm, groupNorm, groupNormFull, layerNorm, layerNormFull, logSoftmax, softmax } from "../core/ops/norm.ts";
import { reduce } from "../core/ops/reduce.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, realOf, wideOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";

import type { TensorType } from "./graph.ts";
import type { ArgsOf, AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { shaped, wrapDim } from "./view-shape.ts";

/** Machine epsilon of the type that `dtype` is computed in. */
export const epsilonOf = (dtype: DType): number => (realOf(dtype) === "float64" ? 2 ** -52 : 2 ** -23);

/** A number where a float argument may be a symbol by its type. */
export function number(x: number | Dim): number {
  if (typeof x === "number") return x;
  throw new OnnxExporterError("aten/symbolic-float", "an epsilon that is computed at run time", "make it a Python number");
}

/** Axes of the trailing `count` of `rank` dims. */
export const lastDims = (rank: number, count: number): number[] => Array.from({ length: count }, (_, i) => rank - count + i);

/** Dims that are not batch (0) and not channels (1), and the batch: what batch statistics go over. */
export const batchDims = (rank: number): number[] => [0, ...lastDims(rank, Math.max(rank - 2, 0))];

/** `x` [C] (or null) as [C, 1, …] against [N, C, spatial…]. */
const perChannel = (x: Strided, rank: number): Strided =>
  reshape(x, [x.shape[0] as number, ...lastDims(rank, Math.max(rank - 2, 0)).map(() => 1)]);

interface Moments {
  readonly mean: Strided;
  readonly variance: Strided;
}

/** Mean and biased variance over `dims`, kept as 1. `x` is at least float32. */
function moments(x: Strided, dims: readonly number[]): Moments {
  const mean = reduce("mean", x, dims, true);
  const d = binary("sub", x, mean);
  return { mean, variance: reduce("mean", binary("mul", d, d), dims, true) };
}

const rstdOf = (variance: Strided, eps: number): Strided => unary("rsqrt", binary("add", variance, scalarTensor(variance.dtype, eps)));

interface BatchNorm<T> {
  readonly input: T;
  readonly weight: T | null;
  readonly bias: T | null;
  readonly running_mean: T | null;
  readonly running_var: T | null;
  readonly momentum: number | Dim;
  readonly eps: number | Dim;
}

interface BatchNormResult {
  readonly output: Strided;
  readonly mean: Strided;
  readonly rstd: Strided;
  readonly runningMean: Strided;
  readonly runningVar: Strided;
}

const none = (dtype: DType): Strided => fill(dtype, [0], 0);

/** (x - mean) / sqrt(var + eps) * weight + bias per channel, and the running statistics that training moves. */
function normalizeBatch(args: BatchNorm<Strided>, training: boolean): BatchNormResult {
  const { input, weight, bias, running_mean: mean, running_var: variance } = args;
  const { dtype } = input;
  const eps = number(args.eps);
  if (!training) {
    if (mean === null || variance === null)
      throw new OnnxExporterError("aten/argument", "batch_norm in eval mode has no running statistics");
    const output = batchNorm(input, mean, variance, weight, bias, eps);
    return { output, mean: none(dtype), rstd: none(dtype), runningMean: mean, runningVar: variance };
  }
  const x = cast(input, wideOf(dtype));
  const dims = batchDims(x.shape.length);
  const batch = moments(x, dims);
  const flat = (s: Strided) => reshape(s, [x.shape[1] as number]);
  const [m, v] = [flat(batch.mean), flat(batch.variance)];
  const output = cast(batchNorm(x, m, v, weight && cast(weight, x.dtype), bias && cast(bias, x.dtype), eps), dtype);
  const n = dims.reduce((count, d) => count * (x.shape[d] as number), 1);
  const unbiased = binary("mul", v, scalarTensor(v.dtype, n / (n - 1)));
  return {
    output,
    mean: cast(m, dtype),
    rstd: cast(rstdOf(v, eps), dtype),
    runningMean: mean === null ? none(dtype) : moved(mean, m, number(args.momentum)),
    runningVar: variance === null ? none(dtype) : moved(variance, unbiased, number(args.momentum)),
  };
}

/** momentum * now + (1 - momentum) * before. */
function moved(before: Strided, now: Strided, momentum: number): Strided {
  const part = (x: Strided, by: number) => binary("mul", cast(x, now.dtype), scalarTensor(now.dtype, by));
  return cast(binary("add", part(now, momentum), part(before, 1 - momentum)), before.dtype);
}

function update(args: BatchNorm<Strided>, result: BatchNormResult): void {
  if (args.running_mean !== null) copyInto(args.running_mean, result.runningMean);
  if (args.running_var !== null) copyInto(args.running_var, result.runningVar);
}

const channels = (input: TensorType, training: boolean): Meta => ({ dtype: input.dtype, shape: [training ? (input.shape[1] as Dim) : 0] });
const triple = (input: TensorType, training: boolean): [Meta, Meta, Meta] => [
  shaped(input, input.shape),
  channels(input, training),
  channels(input, training),
];

/** Ops that write the running statistics they are given. */
const legit = (trains: (args: { readonly training?: boolean }) => boolean) => ({
  meta: (args: BatchNorm<TensorType> & { readonly training: boolean }) => triple(args.input, trains(args)),
  eval: (args: BatchNorm<Strided> & { readonly training: boolean }): [Strided, Strided, Strided] => {
    const result = normalizeBatch(args, trains(args));
    if (trains(args)) update(args, result);
    return [result.output, result.mean, result.rstd];
  },
});
const legitTraining = legit((args) => args.training === true);

function instanceNorm(args: BatchNorm<Strided>): Strided {
  const { input, weight, bias } = args;
  const x = cast(input, wideOf(input.dtype));
  const { mean, variance } = moments(x, lastDims(x.shape.length, x.shape.length - 2));
  let y = binary("mul", binary("sub", x, mean), rstdOf(variance, number(args.eps)));
  if (weight !== null) y = binary("mul", y, perChannel(cast(weight, x.dtype), x.shape.length));
  if (bias !== null) y = binary("add", y, perChannel(cast(bias, x.dtype), x.shape.length));
  return cast(y, input.dtype);
}

function rmsNorm(input: Strided, shape: readonly number[], weight: Strided | null, eps: number | null): [Strided, Strided] {
  const x = cast(input, wideOf(input.dtype));
  const square = reduce("mean", binary("mul", x, x), lastDims(x.shape.length, shape.length), true);
  const rstd = rstdOf(square, eps ?? epsilonOf(input.dtype));
  const y = binary("mul", x, rstd);
  return [cast(weight === null ? y : binary("mul", y, cast(weight, x.dtype)), input.dtype), rstd];
}

/** x / sqrt(mean(x^2) + eps), squares of complex numbers as they are; ONNX is told that of real ones by RMSNormalization. */
function complexRmsNorm({ input, normalized_shape, weight, eps }: ArgsOf<"aten::rms_norm", Symbolic, Dim>, call: Call): Symbolic {
  const square = call("aten::mul.Tensor", { self: input, other: input });
  const mean = call("aten::mean.dim", { self: square, dim: lastDims(input.shape.length, normalized_shape.length), keepdim: true });
  const by = call("aten::rsqrt", { self: call("aten::add.Scalar", { self: mean, other: eps ?? epsilonOf(input.dtype) }) });
  const y = call("aten::mul.Tensor", { self: input, other: by });
  return weight === null ? y : call("aten::mul.Tensor", { self: y, other: weight });
}

const statsShape = (input: TensorType, count: number): Meta =>
  shaped(
    input,
    input.shape.map((d, i) => (i >= input.shape.length - count ? 1 : d)),
  );

/** The 2-norm over all dims but `dim`, as [1, …, size, …, 1]; over all of them where `dim` is -1. */
function normExcept(v: Symbolic, p: number, dim: number, call: Call): Symbolic {
  const over = v.shape.flatMap((_, i) => (dim !== -1 && i === wrapDim(dim, v.shape.length) ? [] : [i]));
  return call("aten::linalg_vector_norm", { self: v, ord: p, dim: over, keepdim: dim !== -1 });
}

function weightNorm(v: Symbolic, g: Symbolic, dim: number, call: Call): [Symbolic, Symbolic] {
  const norm = normExcept(v, 2, dim, call);
  return [call("aten::mul.Tensor", { self: v, other: call("aten::div.Tensor", { self: g, other: norm }) }), norm];
}

/** Slices along `dim` whose p-norm exceeds `max` are scaled to it (ATen/native/Normalization.cpp, renorm). */
function renorm(self: Symbolic, p: number, dim: number, max: number, call: Call): Symbolic {
  const norm = normExcept(self, p, wrapDim(dim, self.shape.length), call);
  const shrunk = call("aten::mul.Scalar", {
    self: call("aten::reciprocal", { self: call("aten::add.Scalar", { self: norm, other: 1e-7 }) }),
    other: max,
  });
  const factor = call("aten::where.ScalarOther", {
    condition: call("aten::gt.Scalar", { self: norm, other: max }),
    self: shrunk,
    other: 1,
  });
  return call("aten::mul.Tensor", { self, other: factor });
}

const softmaxEntry = (f: (x: Strided, dim: number) => Strided) => ({
  meta: ({ self, dtype }: { readonly self: TensorType; readonly dtype: DType | null }) => ({
    dtype: dtype ?? self.dtype,
    shape: self.shape,
  }),
  eval: ({ self, dim, dtype }: { readonly self: Strided; readonly dim: number; readonly dtype: DType | null }) =>
    f(cast(self, dtype ?? self.dtype), wrapDim(dim, self.shape.length)),
});
const softmaxKernel = (f: (x: Strided, dim: number) => Strided) => ({
  meta: ({ self, half_to_float: widen }: { readonly self: TensorType; readonly half_to_float: boolean }) => ({
    dtype: widen ? ("float32" as const) : self.dtype,
    shape: self.shape,
  }),
  eval: ({ self, dim, half_to_float: widen }: { readonly self: Strided; readonly dim: number; readonly half_to_float: boolean }) =>
    f(widen ? cast(self, "float32") : self, wrapDim(dim, self.shape.length)),
});

/** Softmax that gives zeros, not NaN, where a whole row is -inf. */
function safeSoftmax(self: Symbolic, dim: number, dtype: DType | null, call: Call): Symbolic {
  const out = call("aten::softmax.int", { self, dim, dtype });
  const masked = call("aten::eq.Scalar", { self, other: Number.NEGATIVE_INFINITY });
  const rows = call("aten::all.dim", { self: masked, dim, keepdim: true });
  return call("aten::masked_fill.Scalar", { self: out, mask: rows, value: 0 });
}

export const norm = {
  "aten::batch_norm": {
    meta: ({ input }) => shaped(input, input.shape),
    eval: (args) => {
      const result = normalizeBatch(args, args.training);
      if (args.training) update(args, result);
      return result.output;
    },
  },
  "aten::native_batch_norm": legitTraining,
  "aten::_native_batch_norm_legit": legitTraining,
  "aten::_native_batch_norm_legit.no_stats": {
    meta: ({ input, training }) => triple(input, training),
    eval: (args) => {
      const r = normalizeBatch({ ...args, running_mean: null, running_var: null }, true);
      return [r.output, r.mean, r.rstd];
    },
  },
  "aten::_native_batch_norm_legit_no_training": {
    meta: ({ input }) => triple(input, false),
    eval: (args) => {
      const r = normalizeBatch(args, false);
      return [r.output, r.mean, r.rstd];
    },
  },
  "aten::_native_batch_norm_legit_functional": {
    meta: ({ input, training, running_mean: m, running_var: v }) => [...triple(input, training), shaped(m, m.shape), shaped(v, v.shape)],
    eval: (args) => {
      const r = normalizeBatch(args, args.training);
      return [r.output, r.mean, r.rstd, r.runningMean, r.runningVar];
    },
  },
  "aten::_batch_norm_with_update": {
    meta: ({ input }) => [...triple(input, true), { dtype: "uint8", shape: [0] }],
    eval: (args) => {
      const r = normalizeBatch(args, true);
      update(args, r);
      return [r.output, r.mean, r.rstd, none("uint8")];
    },
  },
  "aten::_batch_norm_with_update_functional": {
    meta: ({ input, running_mean: m, running_var: v }) => [
      ...triple(input, true),
      { dtype: "uint8", shape: [0] },
      shaped(m, m.shape),
      shaped(v, v.shape),
    ],
    eval: (args) => {
      const r = normalizeBatch(args, true);
      return [r.output, r.mean, r.rstd, none("uint8"), r.runningMean, r.runningVar];
    },
  },
  "aten::_batch_norm_no_update": {
    meta: ({ input }) => [...triple(input, false), { dtype: "uint8", shape: [0] }],
    eval: (args) => {
      const r = normalizeBatch(args, false);
      return [r.output, r.mean, r.rstd, none("uint8")];
    },
  },
  "aten::instance_norm": {
    meta: ({ input }) => shaped(input, input.shape),
    eval: (args) => (args.use_input_stats ? instanceNorm(args) : normalizeBatch(args, false).output),
  },
  "aten::layer_norm": {
    meta: ({ input }) => shaped(input, input.shape),
    eval: ({ input, normalized_shape: shape, weight, bias, eps }) => layerNorm(input, shape.length, weight, bias, number(eps)),
  },
  "aten::native_layer_norm": {
    meta: ({ input, normalized_shape: shape }) => [
      shaped(input, input.shape),
      statsShape(input, shape.length),
      statsShape(input, shape.length),
    ],
    eval: ({ input, normalized_shape: shape, weight, bias, eps }) => {
      const { y, mean, rstd } = layerNormFull(input, shape.length, weight, bias, number(eps));
      return [y, cast(mean, input.dtype), cast(rstd, input.dtype)];
    },
  },
  "aten::group_norm": {
    meta: ({ input }) => shaped(input, input.shape),
    eval: ({ input, num_groups, weight, bias, eps }) => groupNorm(input, num_groups, weight, bias, number(eps)),
  },
  "aten::native_group_norm": {
    meta: ({ input, N, group }) => [shaped(input, input.shape), shaped(input, [N, group]), shaped(input, [N, group])],
    eval: ({ input, weight, bias, group, eps }) => {
      const { y, mean, rstd } = groupNormFull(input, group, weight, bias, number(eps));
      return [y, cast(mean, input.dtype), cast(rstd, input.dtype)];
    },
  },
  "aten::rms_norm": {
    meta: ({ input }) => shaped(input, input.shape),
    eval: ({ input, normalized_shape: shape, weight, eps }) => rmsNorm(input, shape, weight, eps === null ? null : number(eps))[0],
    decompose: (args, call) => complexRmsNorm(args, call),
  },
  "aten::_fused_rms_norm": {
    meta: ({ input, normalized_shape: shape }) => [
      shaped(input, input.shape),
      { dtype: wideOf(input.dtype), shape: statsShape(input, shape.length).shape },
    ],
    eval: ({ input, normalized_shape: shape, weight, eps }) => rmsNorm(input, shape, weight, eps === null ? null : number(eps)),
  },
  "aten::_weight_norm": { decompose: ({ v, g, dim }, call) => weightNorm(v, g, dim, call)[0] },
  "aten::_weight_norm_interface": { decompose: ({ v, g, dim }, call) => weightNorm(v, g, dim, call) },
  "aten::norm_except_dim": { decompose: ({ v, pow, dim }, call) => normExcept(v, pow, dim, call) },
  "aten::renorm": { decompose: ({ self, p, dim, maxnorm }, call) => renorm(self, Number(p), dim, Number(maxnorm), call) },
  "aten::softmax.int": softmaxEntry(softmax),
  "aten::log_softmax.int": softmaxEntry(logSoftmax),
  "aten::_softmax": softmaxKernel(softmax),
  "aten::_log_softmax": softmaxKernel(logSoftmax),
  "aten::_safe_softmax": { decompose: ({ self, dim, dtype }, call) => safeSoftmax(self, dim, dtype, call) },
} satisfies AtenTable;
