/** @file Losses, in other ops. Reduction: 0 none, 1 mean, 2 sum (torch/nn/_reduction.py). */

import { isFloat } from "../dtype.ts";
import { type Dim, product } from "../symbolic.ts";
import { asFloat } from "./algebra.ts";
import { pairwise } from "./distance.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

const mul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
const add = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::add.Tensor", { self, other });
const sub = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::sub.Tensor", { self, other });
const div = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::div.Tensor", { self, other });
const scale = (self: Symbolic, other: number | Dim, call: Call): Symbolic =>
  other === 1 ? self : call("aten::mul.Scalar", { self, other });
const shift = (self: Symbolic, other: number | Dim, call: Call): Symbolic =>
  other === 0 ? self : call("aten::add.Scalar", { self, other });
const neg = (self: Symbolic, call: Call): Symbolic => call("aten::neg", { self });
const atLeast0 = (self: Symbolic, call: Call): Symbolic => call("aten::clamp_min", { self, min: 0 });
const oneMinus = (self: Symbolic, call: Call): Symbolic => call("aten::rsub.Scalar", { self, other: 1 });
const where = (condition: Symbolic, self: Symbolic, other: Symbolic, call: Call): Symbolic =>
  call("aten::where.self", { condition, self, other });
const orZero = (condition: Symbolic, self: Symbolic, call: Call): Symbolic =>
  call("aten::where.ScalarOther", { condition, self, other: 0 });

function reduced(self: Symbolic, reduction: number, call: Call): Symbolic {
  if (reduction === 0) return self;
  return reduction === 1 ? call("aten::mean", { self }) : call("aten::sum", { self });
}

/** A parabola near zero, a line beyond `bend`. */
function bent(
  difference: Symbolic,
  bend: number,
  inside: (d: Symbolic) => Symbolic,
  outside: (d: Symbolic) => Symbolic,
  call: Call,
): Symbolic {
  const d = call("aten::abs", { self: difference });
  return where(call("aten::lt.Scalar", { self: d, other: bend }), inside(d), outside(d), call);
}

interface Nll {
  readonly output: Symbolic;
  readonly total: Symbolic;
}

export interface Targets {
  /** Class dim of the input. */
  readonly dim: number;
  /** Where the target counts. */
  readonly counts: Symbolic;
  /** The target, 0 where it does not count. */
  readonly safe: Symbolic;
}

export function targetsOf(self: Symbolic, target: Symbolic, ignore: number, call: Call): Targets {
  const counts = call("aten::ne.Scalar", { self: target, other: ignore });
  return {
    dim: self.shape.length === 1 ? 0 : 1,
    counts,
    safe: call("aten::to.dtype", { self: orZero(counts, target, call), dtype: "int64" }),
  };
}

/** The weight of each target's class. */
export function classWeights(weight: Symbolic, t: Targets, call: Call): Symbolic {
  const flat = call("aten::reshape", { self: t.safe, shape: [product(t.safe.shape)] });
  return call("aten::reshape", { self: call("aten::index_select", { self: weight, dim: 0, index: flat }), shape: t.safe.shape });
}

/** -weight[target] * self[target] over class scores self [N, C, …] or [C]; targets equal to `ignore` count nothing. */
function nll(self: Symbolic, target: Symbolic, weight: Symbolic | null, reduction: number, ignore: number, call: Call): Nll {
  const t = targetsOf(self, target, ignore, call);
  const picked = call("aten::gather", { self, dim: t.dim, index: call("aten::unsqueeze", { self: t.safe, dim: t.dim }) });
  const score = neg(call("aten::squeeze.dim", { self: picked, dim: t.dim }), call);
  const w = weight === null ? null : classWeights(weight, t, call);
  const loss = orZero(t.counts, w === null ? score : mul(score, w, call), call);
  const counted = w === null ? call("aten::to.dtype", { self: t.counts, dtype: self.dtype }) : orZero(t.counts, w, call);
  const total = call("aten::sum", { self: counted });
  if (reduction === 0) return { output: loss, total: call("aten::zeros_like", { self: total }) };
  const sum = call("aten::sum", { self: loss });
  return { output: reduction === 1 ? div(sum, total, call) : sum, total };
}

interface CrossEntropy {
  readonly self: Symbolic;
  readonly target: Symbolic;
  readonly weight: Symbolic | null;
  readonly reduction: number;
  readonly ignore_index: number | Dim;
  readonly label_smoothing: number | Dim;
}

/** `weight` [C] against scores with the classes at `dim`. */
const perClass = (weight: Symbolic, rank: number, dim: number, call: Call): Symbolic =>
  call("aten::reshape", { self: weight, shape: Array.from({ length: rank }, (_, i) => (i === dim ? (weight.shape[0] as Dim) : 1)) });

/** Targets are classes, or probabilities of all classes where they are floats (ATen/native/LossNLL.cpp). */
function crossEntropy(a: CrossEntropy, call: Call): Symbolic {
  const rank = a.self.shape.length;
  const dim = rank === 1 ? 0 : 1;
  const smoothing = a.label_smoothing as number;
  const logp = call("aten::log_softmax.int", { self: a.self, dim });
  const weighted = (x: Symbolic): Symbolic => (a.weight === null ? x : mul(x, perClass(a.weight, rank, dim, call), call));
  const classes = a.self.shape[dim] as Dim;
  const overClasses = (x: Symbolic): Symbolic => neg(call("aten::sum.dim_IntList", { self: x, dim: [dim] }), call);
  if (isFloat(a.target.dtype)) {
    const soft = smoothing > 0 ? shift(scale(a.target, 1 - smoothing, call), smoothing / (classes as number), call) : a.target;
    const loss = overClasses(weighted(mul(logp, soft, call)));
    if (a.reduction !== 1) return reduced(loss, a.reduction, call);
    return call("aten::div.Scalar", { self: call("aten::sum", { self: loss }), other: product(loss.shape) });
  }
  const { output, total } = nll(logp, a.target, a.weight, a.reduction, a.ignore_index as number, call);
  if (smoothing === 0) return output;
  const t = targetsOf(a.self, a.target, a.ignore_index as number, call);
  const smooth = orZero(t.counts, overClasses(weighted(logp)), call);
  const counted = a.reduction === 1 ? div(call("aten::sum", { self: smooth }), total, call) : reduced(smooth, a.reduction, call);
  return add(scale(output, 1 - smoothing, call), scale(counted, smoothing / (classes as number), call), call);
}

/** log x, at least -100. */
const boundedLog = (self: Symbolic, call: Call): Symbolic => call("aten::clamp_min", { self: call("aten::log", { self }), min: -100 });

function bce(x: Symbolic, target: Symbolic, weight: Symbolic | null, reduction: number, call: Call): Symbolic {
  const hit = mul(target, boundedLog(x, call), call);
  const miss = mul(oneMinus(target, call), boundedLog(oneMinus(x, call), call), call);
  const loss = neg(add(hit, miss, call), call);
  return reduced(weight === null ? loss : mul(loss, weight, call), reduction, call);
}

/** (1 - t) x - (1 + (w - 1) t) log sigmoid(x). */
function bceWithLogits(
  x: Symbolic,
  target: Symbolic,
  weight: Symbolic | null,
  positive: Symbolic | null,
  reduction: number,
  call: Call,
): Symbolic {
  const log = call("aten::log_sigmoid", { self: x });
  const factor = positive === null ? null : shift(mul(shift(positive, -1, call), target, call), 1, call);
  const loss = sub(mul(oneMinus(target, call), x, call), factor === null ? log : mul(factor, log, call), call);
  return reduced(weight === null ? loss : mul(loss, weight, call), reduction, call);
}

function poisson(x: Symbolic, target: Symbolic, logInput: boolean, full: boolean, eps: number, reduction: number, call: Call): Symbolic {
  const log = (self: Symbolic): Symbolic => call("aten::log", { self });
  const loss = logInput
    ? sub(call("aten::exp", { self: x }), mul(target, x, call), call)
    : sub(x, mul(target, log(shift(x, eps, call)), call), call);
  if (!full) return reduced(loss, reduction, call);
  // Stirling's approximation of log target!.
  const half = scale(log(scale(target, 2 * Math.PI, call)), 0.5, call);
  const stirling = add(sub(mul(target, log(target), call), target, call), half, call);
  const large = call("aten::gt.Scalar", { self: target, other: 1 });
  return reduced(add(loss, orZero(large, stirling, call), call), reduction, call);
}

interface Margin {
  readonly loss: Symbolic;
  readonly isTarget: Symbolic;
}

/** sum over targets j and other classes i of max(0, 1 - (x[j] - x[i])) / C; a row's targets end at the first -1. */
function multilabelMargin(self: Symbolic, target: Symbolic, reduction: number, call: Call): Margin {
  const classes = self.shape.length === 0 ? 1 : (self.shape.at(-1) as Dim);
  const rows = product(self.shape.slice(0, -1));
  const matrix = (x: Symbolic): Symbolic => call("aten::reshape", { self: x, shape: [rows, classes] });
  const [x, t] = [matrix(self), matrix(target)];
  const ended = call("aten::cumsum", {
    self: call("aten::to.dtype", { self: call("aten::lt.Scalar", { self: t, other: 0 }), dtype: "int64" }),
    dim: 1,
  });
  const valid = call("aten::eq.Scalar", { self: ended, other: 0 });
  const safe = orZero(valid, t, call);
  const index = call("aten::arange", { end: classes, dtype: "int64" });
  // [rows, targets, classes]
  const column = (v: Symbolic): Symbolic => call("aten::unsqueeze", { self: v, dim: 2 });
  const row = (v: Symbolic): Symbolic => call("aten::unsqueeze", { self: v, dim: 1 });
  const named = call("aten::logical_and", { self: call("aten::eq.Tensor", { self: column(safe), other: index }), other: column(valid) });
  const isTarget = call("aten::any.dim", { self: named, dim: 1 });
  const scores = call("aten::gather", { self: x, dim: 1, index: safe });
  const margins = atLeast0(shift(sub(row(x), column(scores), call), 1, call), call);
  const counts = call("aten::logical_and", { self: column(valid), other: call("aten::logical_not", { self: row(isTarget) }) });
  const sums = call("aten::sum.dim_IntList", { self: orZero(counts, margins, call), dim: [1, 2] });
  const perRow = call("aten::div.Scalar", { self: sums, other: classes });
  const shaped = self.shape.length < 2 ? call("aten::reshape", { self: perRow, shape: [] }) : perRow;
  const flags = call("aten::reshape", { self: call("aten::to.dtype", { self: isTarget, dtype: self.dtype }), shape: target.shape });
  return { loss: reduced(shaped, reduction, call), isTarget: flags };
}

/** sum over classes i other than the target of max(0, margin - x[target] + x[i])^p * weight[target] / C. */
function multiMargin(
  self: Symbolic,
  target: Symbolic,
  p: number,
  margin: number,
  weight: Symbolic | null,
  reduction: number,
  call: Call,
): Symbolic {
  const classes = self.shape.length === 0 ? 1 : (self.shape.at(-1) as Dim);
  const rows = product(self.shape.slice(0, -1));
  const x = call("aten::reshape", { self, shape: [rows, classes] });
  const t = call("aten::reshape", { self: target, shape: [rows, 1] });
  const margins = atLeast0(shift(sub(x, call("aten::gather", { self: x, dim: 1, index: t }), call), margin, call), call);
  const powered = p === 1 ? margins : mul(margins, margins, call);
  const factor =
    weight === null
      ? powered
      : mul(
          powered,
          call("aten::reshape", {
            self: call("aten::index_select", { self: weight, dim: 0, index: call("aten::reshape", { self: t, shape: [rows] }) }),
            shape: [rows, 1],
          }),
          call,
        );
  const others = call("aten::ne.Tensor", { self: call("aten::arange", { end: classes, dtype: "int64" }), other: t });
  const sums = call("aten::div.Scalar", {
    self: call("aten::sum.dim_IntList", { self: orZero(others, factor, call), dim: [1] }),
    other: classes,
  });
  return reduced(self.shape.length < 2 ? call("aten::reshape", { self: sums, shape: [] }) : sums, reduction, call);
}

interface Triplet {
  readonly anchor: Symbolic;
  readonly positive: Symbolic;
  readonly negative: Symbolic;
  readonly margin: number | Dim;
  readonly p: number | Dim;
  readonly eps: number | Dim;
  readonly swap: boolean;
  readonly reduction: number;
}

function triplet(a: Triplet, call: Call): Symbolic {
  const distance = (x: Symbolic, y: Symbolic): Symbolic => pairwise(x, y, a.p as number, a.eps as number, false, call);
  const near = distance(a.anchor, a.positive);
  const direct = distance(a.anchor, a.negative);
  const far = a.swap ? call("aten::minimum", { self: direct, other: distance(a.positive, a.negative) }) : direct;
  return reduced(atLeast0(shift(sub(near, far, call), a.margin, call), call), a.reduction, call);
}

/** 1 - cos where the target is 1, max(0, cos - margin) where it is -1. */
function cosineEmbedding(x1: Symbolic, x2: Symbolic, target: Symbolic, margin: number, reduction: number, call: Call): Symbolic {
  const dim = target.shape.length;
  const sum = (self: Symbolic): Symbolic => call("aten::sum.dim_IntList", { self, dim: [dim] });
  const size = (x: Symbolic): Symbolic => shift(sum(mul(x, x, call)), 1e-12, call);
  const cos = div(sum(mul(x1, x2, call)), call("aten::sqrt", { self: mul(size(x1), size(x2), call) }), call);
  const is = (v: number): Symbolic => call("aten::eq.Scalar", { self: target, other: v });
  const loss = add(orZero(is(1), oneMinus(cos, call), call), orZero(is(-1), atLeast0(shift(cos, -margin, call), call), call), call);
  return reduced(loss, reduction, call);
}

export const loss = {
  "aten::mse_loss": {
    decompose: ({ self, target, reduction }, call) => {
      const d = sub(self, target, call);
      return reduced(mul(d, d, call), reduction, call);
    },
  },
  "aten::l1_loss": {
    decompose: ({ self, target, reduction }, call) => reduced(call("aten::abs", { self: sub(self, target, call) }), reduction, call),
  },
  "aten::smooth_l1_loss": {
    decompose: ({ self, target, reduction, beta: b }, call) => {
      const beta = b as number;
      const d = sub(self, target, call);
      if (beta === 0) return reduced(call("aten::abs", { self: d }), reduction, call);
      const inside = (x: Symbolic): Symbolic => scale(mul(x, x, call), 0.5 / beta, call);
      return reduced(
        bent(d, beta, inside, (x) => shift(x, -0.5 * beta, call), call),
        reduction,
        call,
      );
    },
  },
  "aten::huber_loss": {
    decompose: ({ self, target, reduction, delta: d }, call) => {
      const delta = d as number;
      const inside = (x: Symbolic): Symbolic => scale(mul(x, x, call), 0.5, call);
      const outside = (x: Symbolic): Symbolic => scale(shift(x, -0.5 * delta, call), delta, call);
      return reduced(bent(sub(self, target, call), delta, inside, outside, call), reduction, call);
    },
  },
  "aten::nll_loss": {
    decompose: ({ self, target, weight, reduction, ignore_index }, call) =>
      nll(self, target, weight, reduction, ignore_index as number, call).output,
  },
  "aten::nll_loss2d": {
    decompose: ({ self, target, weight, reduction, ignore_index }, call) =>
      nll(self, target, weight, reduction, ignore_index as number, call).output,
  },
  "aten::nll_loss_nd": {
    decompose: ({ self, target, weight, reduction, ignore_index }, call) =>
      nll(self, target, weight, reduction, ignore_index as number, call).output,
  },
  "aten::nll_loss_forward": {
    decompose: ({ self, target, weight, reduction, ignore_index }, call) => {
      const { output, total } = nll(self, target, weight, reduction, ignore_index as number, call);
      return [output, total];
    },
  },
  "aten::nll_loss2d_forward": {
    decompose: ({ self, target, weight, reduction, ignore_index }, call) => {
      const { output, total } = nll(self, target, weight, reduction, ignore_index as number, call);
      return [output, total];
    },
  },
  "aten::cross_entropy_loss": { decompose: (args, call) => crossEntropy(args, call) },
  "aten::binary_cross_entropy": { decompose: ({ self, target, weight, reduction }, call) => bce(self, target, weight, reduction, call) },
  "aten::binary_cross_entropy_with_logits": {
    decompose: ({ self, target, weight, pos_weight, reduction }, call) => bceWithLogits(self, target, weight, pos_weight, reduction, call),
  },
  "aten::kl_div": {
    decompose: ({ self, target, reduction, log_target }, call) => {
      const loss = log_target
        ? mul(call("aten::exp", { self: target }), sub(target, self, call), call)
        : sub(call("aten::xlogy.Tensor", { self: target, other: target }), mul(target, self, call), call);
      return reduced(loss, reduction, call);
    },
  },
  "aten::hinge_embedding_loss": {
    decompose: ({ self, target, margin, reduction }, call) => {
      const is = (v: number): Symbolic => call("aten::eq.Scalar", { self: target, other: v });
      const away = atLeast0(call("aten::rsub.Scalar", { self, other: margin }), call);
      const not = (condition: Symbolic): Symbolic => call("aten::logical_not", { self: condition });
      return reduced(add(orZero(not(is(1)), away, call), orZero(not(is(-1)), self, call), call), reduction, call);
    },
  },
  "aten::margin_ranking_loss": {
    decompose: ({ input1, input2, target, margin, reduction }, call) =>
      reduced(atLeast0(shift(asFloat(mul(neg(target, call), sub(input1, input2, call), call), call), margin, call), call), reduction, call),
  },
  "aten::soft_margin_loss": {
    decompose: ({ self, target, reduction }, call) =>
      reduced(call("aten::log1p", { self: call("aten::exp", { self: mul(neg(target, call), self, call) }) }), reduction, call),
  },
  "aten::poisson_nll_loss": {
    decompose: ({ input, target, log_input, full, eps, reduction }, call) =>
      poisson(input, target, log_input, full, eps as number, reduction, call),
  },
  "aten::triplet_margin_loss": { decompose: (args, call) => triplet(args, call) },
  "aten::cosine_embedding_loss": {
    decompose: ({ input1, input2, target, margin, reduction }, call) =>
      cosineEmbedding(input1, input2, target, margin as number, reduction, call),
  },
  "aten::multilabel_margin_loss": {
    decompose: ({ self, target, reduction }, call) => multilabelMargin(self, target, reduction, call).loss,
  },
  "aten::multilabel_margin_loss_forward": {
    decompose: ({ self, target, reduction }, call) => {
      const { loss, isTarget } = multilabelMargin(self, target, reduction, call);
      return [loss, isTarget];
    },
  },
  "aten::multi_margin_loss": {
    decompose: ({ self, target, p, margin, weight, reduction }, call) =>
      multiMargin(self, target, Number(p), Number(margin), weight, reduction, call),
  },
} satisfies AtenTable;
