/** @file Normalizations in ONNX. Missing scales and biases become constants of ones and zeros, as the ops demand them. */

import { batchDims, epsilonOf, lastDims } from "../../aten/norm.ts";
import { reducedDims } from "../../aten/view-shape.ts";
import type { DType } from "../../dtype.ts";
import { type Dim, floordiv, product, type Shape } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type Int, staticShape } from "./ints.ts";
import type { LoweringTable } from "./table.ts";

/** An epsilon as an attribute. */
const float = (x: number | Value, op: OpBuilder): number =>
  typeof x === "number" ? x : op.refuse("an epsilon that is computed at run time", "make it a Python number");

/** A tensor of one value. */
function filled(value: number, dtype: DType, shape: Shape, op: OpBuilder): Value {
  const known = staticShape(shape);
  if (known === null) return op.Expand(op.scalar(value, dtype), op.dims(shape));
  return op.constant(dtype, known, new Array<number>(known.reduce((a, b) => a * b, 1)).fill(value));
}

const orOnes = (x: Value | null, like: Value, shape: Shape, op: OpBuilder): Value => x ?? filled(1, like.dtype, shape, op);
const orZeros = (x: Value | null, like: Value, shape: Shape, op: OpBuilder): Value => x ?? filled(0, like.dtype, shape, op);

interface Normalized {
  readonly y: Value;
  /** Over the normalized dims, kept as 1. */
  readonly mean: Value;
  readonly variance: Value;
  readonly rstd: Value;
}

/** (x - mean) * rstd over `axes`, written out: for statistics that no ONNX op gives. */
function normalized(x: Value, axes: readonly number[], eps: number, op: OpBuilder): Normalized {
  const mean = op.ReduceMean(x, axes, { keepdims: 1 });
  const d = op.Sub(x, mean);
  const variance = op.ReduceMean(op.Mul(d, d), axes, { keepdims: 1 });
  const rstd = op.Reciprocal(op.Sqrt(op.Add(variance, eps)));
  return { y: op.Mul(d, rstd), mean, variance, rstd };
}

/** `x` [C] against [N, C, spatial…]. */
const perChannel = (x: Value, rank: number, op: OpBuilder): Value => (rank <= 2 ? x : op.Unsqueeze(x, lastDims(rank - 1, rank - 2)));

interface BatchNorm {
  readonly input: Value;
  readonly weight: Value | null;
  readonly bias: Value | null;
  readonly running_mean: Value | null;
  readonly running_var: Value | null;
  readonly momentum: number | Value;
  readonly eps: number | Value;
}

interface BatchNormResult {
  readonly output: Value;
  readonly mean: Value;
  readonly rstd: Value;
  readonly runningMean: Value;
  readonly runningVar: Value;
}

function batchNorm(args: BatchNorm, training: boolean, op: OpBuilder): BatchNormResult {
  const { input, weight, bias, running_mean: mean, running_var: variance } = args;
  // PyTorch lets a vector through that has no elements.
  if (input.rank < 2) return { output: op.Identity(input), mean: input, rstd: input, runningMean: input, runningVar: input };
  if (training) return trainedBatchNorm(args, op);
  if (mean === null || variance === null)
    op.refuse("batch_norm in eval mode has no running statistics", "set track_running_stats=True or training=True");
  const shape = [input.shape[1] as Dim];
  const empty = () => filled(0, input.dtype, [0], op);
  const output = op.BatchNormalization(input, orOnes(weight, input, shape, op), orZeros(bias, input, shape, op), mean, variance, {
    epsilon: float(args.eps, op),
  });
  return { output, mean: empty(), rstd: empty(), runningMean: mean, runningVar: variance };
}

function trainedBatchNorm(args: BatchNorm, op: OpBuilder): BatchNormResult {
  const { input, weight, bias } = args;
  const rank = input.rank;
  const axes = batchDims(rank);
  const momentum = float(args.momentum, op);
  const n = normalized(input, axes, float(args.eps, op), op);
  let y = n.y;
  if (weight !== null) y = op.Mul(y, perChannel(weight, rank, op));
  if (bias !== null) y = op.Add(y, perChannel(bias, rank, op));
  const flat = (x: Value) => op.Squeeze(x, axes);
  const count = op.cast(op.dim(product(axes.map((d) => input.shape[d] as Dim))), input.dtype);
  const unbiased = () => op.Mul(flat(n.variance), op.Div(count, op.Sub(count, 1)));
  const moved = (before: Value | null, now: () => Value) =>
    before === null ? filled(0, input.dtype, [0], op) : op.Add(op.Mul(now(), momentum), op.Mul(before, 1 - momentum));
  return {
    output: y,
    mean: flat(n.mean),
    rstd: flat(n.rstd),
    runningMean: moved(args.running_mean, () => flat(n.mean)),
    runningVar: moved(args.running_var, unbiased),
  };
}

const triple = (r: BatchNormResult): [Value, Value, Value] => [r.output, r.mean, r.rstd];
const reserve = (op: OpBuilder): Value => op.constant("uint8", [0], []);

function instanceNorm(args: BatchNorm & { readonly use_input_stats: boolean }, op: OpBuilder): Value {
  const { input } = args;
  if (!args.use_input_stats) return batchNorm(args, false, op).output;
  const shape = [input.shape[1] as Dim];
  return op.InstanceNormalization(input, orOnes(args.weight, input, shape, op), orZeros(args.bias, input, shape, op), {
    epsilon: float(args.eps, op),
  });
}

function layerNorm(
  input: Value,
  shape: readonly Int[],
  weight: Value | null,
  bias: Value | null,
  eps: number,
  count: 1 | 3,
  op: OpBuilder,
): Value[] {
  const dims = input.shape.slice(input.rank - shape.length);
  const scale = orOnes(weight, input, dims, op);
  const operands = bias === null ? [input, scale] : [input, scale, bias];
  return op.outputs(count, "LayerNormalization", operands, { axis: -shape.length, epsilon: eps });
}

function groupNorm(input: Value, groups: number, weight: Value | null, bias: Value | null, eps: number, op: OpBuilder): Value {
  // Of no elements there is nothing to normalize, and runtimes cannot tell the size of a group.
  if (input.shape.includes(0)) return op.Identity(input);
  const shape = [input.shape[1] as Dim];
  return op.GroupNormalization(input, orOnes(weight, input, shape, op), orZeros(bias, input, shape, op), {
    num_groups: groups,
    epsilon: eps,
  });
}

/** Mean and 1 / std of each group: [N, groups]. */
function groupStats(input: Value, groups: number, eps: number, op: OpBuilder): [Value, Value] {
  const x = op.reshape(input, [input.shape[0] as Dim, groups, floordiv(product(input.shape.slice(1)), groups)]);
  const stats = normalized(x, [2], eps, op);
  const flat = (v: Value) => op.Squeeze(v, [2]);
  return [flat(stats.mean), flat(stats.rstd)];
}

function rmsNorm(input: Value, shape: readonly Int[], weight: Value | null, eps: number | Value | null, op: OpBuilder): Value {
  const dims = input.shape.slice(input.rank - shape.length);
  return op.RMSNormalization(input, orOnes(weight, input, dims, op), {
    axis: -shape.length,
    epsilon: eps === null ? epsilonOf(input.dtype) : float(eps, op),
  });
}

/** `f` along `dim`; ONNX has no axis in a 0-d tensor, so it becomes a vector of one. */
function along(x: Value, dim: number, op: OpBuilder, f: (x: Value, axis: number) => Value): Value {
  return x.rank === 0 ? op.Squeeze(f(op.Unsqueeze(x, [0]), 0), [0]) : f(x, dim);
}

const softmax = (x: Value, dim: number, dtype: DType | null, op: OpBuilder): Value =>
  along(dtype === null ? x : op.cast(x, dtype), dim, op, (v, axis) => op.Softmax(v, { axis }));
const logSoftmax = (x: Value, dim: number, dtype: DType | null, op: OpBuilder): Value =>
  along(dtype === null ? x : op.cast(x, dtype), dim, op, (v, axis) => op.LogSoftmax(v, { axis }));

function vectorNorm(self: Value, p: number, dims: readonly number[] | null, keepdim: boolean, op: OpBuilder): Value {
  const axes = reducedDims(dims, self.rank);
  const options = { keepdims: keepdim ? 1 : 0 };
  if (p === 0) return op.ReduceSum(op.cast(op.Not(op.Equal(self, 0)), self.dtype), axes, options);
  if (axes.length === 0) return op.Abs(self);
  if (p === Number.POSITIVE_INFINITY) return op.ReduceMax(op.Abs(self), axes, options);
  if (p === Number.NEGATIVE_INFINITY) return op.ReduceMin(op.Abs(self), axes, options);
  if (p === 1) return op.ReduceL1(self, axes, options);
  if (p === 2) return op.ReduceL2(self, axes, options);
  return op.Pow(op.ReduceSum(op.Pow(op.Abs(self), p), axes, options), 1 / p);
}

export const norm = {
  "aten::batch_norm": (args, op) => batchNorm(args, args.training, op).output,
  "aten::native_batch_norm": (args, op) => triple(batchNorm(args, args.training, op)),
  "aten::_native_batch_norm_legit": (args, op) => triple(batchNorm(args, args.training, op)),
  "aten::_native_batch_norm_legit.no_stats": (args, op) => triple(batchNorm({ ...args, running_mean: null, running_var: null }, true, op)),
  "aten::_native_batch_norm_legit_no_training": (args, op) => triple(batchNorm(args, false, op)),
  "aten::_native_batch_norm_legit_functional": (args, op) => {
    const r = batchNorm(args, args.training, op);
    return [...triple(r), r.runningMean, r.runningVar];
  },
  "aten::_batch_norm_with_update": (args, op) => [...triple(batchNorm(args, true, op)), reserve(op)],
  "aten::_batch_norm_with_update_functional": (args, op) => {
    const r = batchNorm(args, true, op);
    return [...triple(r), reserve(op), r.runningMean, r.runningVar];
  },
  "aten::_batch_norm_no_update": (args, op) => [...triple(batchNorm(args, false, op)), reserve(op)],
  "aten::instance_norm": instanceNorm,
  "aten::layer_norm": ({ input, normalized_shape, weight, bias, eps }, op) =>
    layerNorm(input, normalized_shape, weight, bias, float(eps, op), 1, op)[0] as Value,
  "aten::native_layer_norm": ({ input, normalized_shape, weight, bias, eps }, op, result) => {
    const [y, mean, rstd] = layerNorm(input, normalized_shape, weight, bias, float(eps, op), 3, op) as [Value, Value, Value];
    return [y, op.cast(mean, result[1]?.dtype ?? input.dtype), op.cast(rstd, result[2]?.dtype ?? input.dtype)];
  },
  "aten::group_norm": ({ input, num_groups, weight, bias, eps }, op) => groupNorm(input, num_groups, weight, bias, float(eps, op), op),
  "aten::native_group_norm": ({ input, weight, bias, group, eps }, op) => [
    groupNorm(input, group, weight, bias, float(eps, op), op),
    ...groupStats(input, group, float(eps, op), op),
  ],
  "aten::rms_norm": ({ input, normalized_shape, weight, eps }, op) => rmsNorm(input, normalized_shape, weight, eps, op),
  "aten::_fused_rms_norm": ({ input, normalized_shape, weight, eps }, op, result) => {
    const x = op.cast(input, result[1]?.dtype ?? input.dtype);
    const square = op.ReduceMean(op.Mul(x, x), lastDims(x.rank, normalized_shape.length), { keepdims: 1 });
    const rstd = op.Reciprocal(op.Sqrt(op.Add(square, eps === null ? epsilonOf(input.dtype) : float(eps, op))));
    return [rmsNorm(input, normalized_shape, weight, eps, op), rstd];
  },
  "aten::softmax.int": ({ self, dim, dtype }, op) => softmax(self, dim, dtype, op),
  "aten::log_softmax.int": ({ self, dim, dtype }, op) => logSoftmax(self, dim, dtype, op),
  "aten::_softmax": ({ self, dim, half_to_float: widen }, op) => softmax(self, dim, widen ? "float32" : null, op),
  "aten::_log_softmax": ({ self, dim, half_to_float: widen }, op) => logSoftmax(self, dim, widen ? "float32" : null, op),
  "aten::linalg_vector_norm": ({ self, ord, dim, keepdim, dtype }, op) =>
    vectorNorm(
      op.cast(self, dtype ?? self.dtype),
      typeof ord === "object" ? op.refuse("a norm whose order is computed at run time") : Number(ord),
      dim,
      keepdim,
      op,
    ),
} satisfies LoweringTable;
