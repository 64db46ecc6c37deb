/** @file Gradients of pointwise functions, as they stand in exported training graphs (tools/autograd/derivatives.yaml, ATen/native/cpu). */

import { type Dim, product } from "../symbolic.ts";
import { type Algebra, algebra } from "./algebra.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";

const number = (x: ScalarOf<Dim>): number => Number(x);

/** The gradient `g` times `slope` of x, computed wide and rounded once. */
function scaled(g: Symbolic, x: Symbolic, call: Call, slope: (f: Algebra, x: Symbolic) => Symbolic): Symbolic {
  const f = algebra(call);
  return f.to(f.mul(f.wide(g), slope(f, f.wide(x))), g.dtype);
}

/** The gradient `g` where `passes` of x, else 0: no arithmetic, so no rounding and no 0 * Infinity. */
function passing(g: Symbolic, x: Symbolic, call: Call, passes: (f: Algebra, x: Symbolic) => Symbolic): Symbolic {
  const f = algebra(call);
  return f.where(passes(f, x), g, 0);
}

/** d/dx of x Φ(x), or of its approximation by tanh. */
function geluSlope(f: Algebra, x: Symbolic, approximate: string): Symbolic {
  if (approximate !== "tanh") {
    const cdf = f.mul(f.add(f.call("aten::erf", { self: f.mul(x, Math.SQRT1_2) }), 1), 0.5);
    const density = f.mul(f.exp(f.mul(f.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return f.add(cdf, f.mul(x, density));
  }
  const [beta, kappa] = [Math.SQRT2 * (2 / Math.sqrt(Math.PI)) * 0.5, 0.044715];
  const square = f.square(x);
  const t = f.tanh(f.mul(f.add(x, f.mul(f.mul(square, x), kappa)), beta));
  const inner = f.mul(f.add(f.mul(square, 3 * kappa), 1), beta);
  const right = f.mul(f.mul(f.mul(x, 0.5), f.sub(1, f.square(t))), inner);
  return f.add(f.mul(f.add(t, 1), 0.5), right);
}

interface Elu {
  readonly alpha: ScalarOf<Dim>;
  readonly scale: ScalarOf<Dim>;
  readonly input_scale: ScalarOf<Dim>;
  readonly is_result: boolean;
}

function eluSlope(f: Algebra, x: Symbolic, { alpha, scale, input_scale, is_result }: Elu): Symbolic {
  const [below, by] = [number(alpha) * number(scale), number(input_scale)];
  const negative = is_result ? f.mul(f.add(x, below), by) : f.mul(f.exp(f.mul(x, by)), by * below);
  return f.where(f.le(x, 0), negative, number(scale));
}

/** Outside of [eps, 1 - eps] the input was clamped; without eps there is no logit outside of [0, 1]. */
function logitSlope(f: Algebra, x: Symbolic, eps: number | null): Symbolic {
  const slope = f.reciprocal(f.mul(x, f.sub(1, x)));
  const [low, high] = eps === null ? [0, 1] : [eps, 1 - eps];
  const inside = f.and(f.ge(x, low), f.le(x, high));
  return f.where(inside, slope, eps === null ? Number.NaN : 0);
}

function mishSlope(f: Algebra, x: Symbolic): Symbolic {
  const t = f.tanh(f.call("aten::softplus", { self: x }));
  return f.add(t, f.mul(f.mul(x, f.sigmoid(x)), f.sub(1, f.square(t))));
}

function gluBackward({ grad_output, self, dim }: { grad_output: Symbolic; self: Symbolic; dim: number }, call: Call): Symbolic {
  const f = algebra(call);
  const [a, b] = call("aten::chunk", { self: f.wide(self), chunks: 2, dim }) as [Symbolic, Symbolic];
  const gate = f.sigmoid(b);
  const left = f.mul(f.wide(grad_output), gate);
  const right = f.mul(f.mul(left, a), f.sub(1, gate));
  return f.to(call("aten::cat", { tensors: [left, right], dim }), self.dtype);
}

/** The gradients of a PReLU in its input and in its weight, which has the input's shape or broadcasts to it. */
function preluBackward(
  { grad_output, self, weight }: { grad_output: Symbolic; self: Symbolic; weight: Symbolic },
  call: Call,
): [Symbolic, Symbolic] {
  const f = algebra(call);
  const positive = f.gt(self, 0);
  return [f.where(positive, grad_output, f.mul(weight, grad_output)), f.where(positive, 0, f.mul(self, grad_output))];
}

const softmaxBackward = (log: boolean) => ({
  decompose: ({ grad_output, output, dim, input_dtype }: SoftmaxBackward, call: Call): Symbolic => {
    const f = algebra(call);
    const [g, y] = [f.wide(grad_output), f.wide(output)];
    const gradient = log ? f.sub(g, f.mul(f.exp(y), f.sum(g, [dim], true))) : f.mul(y, f.sub(g, f.sum(f.mul(g, y), [dim], true)));
    return f.to(gradient, input_dtype);
  },
});
interface SoftmaxBackward {
  readonly grad_output: Symbolic;
  readonly output: Symbolic;
  readonly dim: number;
  readonly input_dtype: Symbolic["dtype"];
}

interface LossBackward {
  readonly grad_output: Symbolic;
  readonly self: Symbolic;
  readonly target: Symbolic;
  readonly reduction: number;
}

/** The incoming gradient times `slope` of the error, divided by the number of elements where their mean was taken. */
function lossGradient(
  { grad_output, self, target, reduction }: LossBackward,
  call: Call,
  slope: (f: Algebra, x: Symbolic, target: Symbolic) => Symbolic,
): Symbolic {
  const f = algebra(call);
  const d = slope(f, f.wide(self), f.wide(target));
  const shared = reduction === 1 ? f.div(d, product(self.shape)) : d;
  return f.to(f.mul(shared, f.wide(grad_output)), self.dtype);
}

/** x / bend within [-bend, bend], beyond it the sign of x. */
const bentSlope = (f: Algebra, d: Symbolic, bend: number): Symbolic =>
  bend === 0 ? f.call("aten::sign", { self: d }) : f.call("aten::clamp", { self: f.div(d, bend), min: -1, max: 1 });

export const backwardPointwise = {
  "aten::sigmoid_backward": {
    decompose: ({ grad_output: g, output }, call) => scaled(g, output, call, (f, y) => f.mul(y, f.sub(1, y))),
  },
  "aten::tanh_backward": { decompose: ({ grad_output: g, output }, call) => scaled(g, output, call, (f, y) => f.sub(1, f.square(y))) },
  "aten::gelu_backward": {
    decompose: ({ grad_output: g, self, approximate }, call) => scaled(g, self, call, (f, x) => geluSlope(f, x, approximate)),
  },
  "aten::silu_backward": {
    decompose: ({ grad_output: g, self }, call) =>
      scaled(g, self, call, (f, x) => {
        const s = f.sigmoid(x);
        return f.mul(s, f.add(f.mul(x, f.sub(1, s)), 1));
      }),
  },
  "aten::mish_backward": { decompose: ({ grad_output: g, self }, call) => scaled(g, self, call, mishSlope) },
  "aten::elu_backward": {
    decompose: ({ grad_output: g, self_or_result, ...rest }, call) => scaled(g, self_or_result, call, (f, x) => eluSlope(f, x, rest)),
  },
  "aten::hardswish_backward": {
    decompose: ({ grad_output: g, self }, call) =>
      scaled(g, self, call, (f, x) => f.where(f.le(x, -3), 0, f.where(f.lt(x, 3), f.add(f.div(x, 3), 0.5), 1))),
  },
  "aten::logit_backward": {
    decompose: ({ grad_output: g, self, eps }, call) => scaled(g, self, call, (f, x) => logitSlope(f, x, eps as number | null)),
  },
  "aten::log_sigmoid_backward": { decompose: ({ grad_output: g, self }, call) => scaled(g, self, call, (f, x) => f.sigmoid(f.neg(x))) },
  "aten::log_sigmoid_forward": {
    decompose: ({ self }, call) => {
      const f = algebra(call);
      return [call("aten::log_sigmoid", { self }), f.exp(f.neg(call("aten::abs", { self })))];
    },
  },
  "aten::softplus_backward": {
    decompose: ({ grad_output: g, self, beta, threshold }, call) =>
      scaled(g, self, call, (f, x) => {
        const steep = f.mul(x, number(beta));
        return f.where(f.gt(steep, number(threshold)), 1, f.sigmoid(steep));
      }),
  },
  "aten::hardsigmoid_backward": {
    decompose: ({ grad_output: g, self }, call) => {
      const f = algebra(call);
      return passing(f.div(g, 6), self, call, (_, x) => f.and(f.gt(x, -3), f.lt(x, 3)));
    },
  },
  "aten::threshold_backward": {
    decompose: ({ grad_output: g, self, threshold }, call) => {
      const f = algebra(call);
      return f.where(f.le(self, number(threshold)), 0, g);
    },
  },
  "aten::hardtanh_backward": {
    decompose: ({ grad_output: g, self, min_val, max_val }, call) => {
      const f = algebra(call);
      const either = call("aten::logical_or", { self: f.le(self, number(min_val)), other: f.ge(self, number(max_val)) });
      return f.where(either, 0, g);
    },
  },
  "aten::softshrink_backward": {
    decompose: ({ grad_output: g, self, lambd }, call) => passing(g, self, call, (f, x) => beyond(f, x, number(lambd))),
  },
  "aten::hardshrink_backward": {
    decompose: ({ grad_out: g, self, lambd }, call) => passing(g, self, call, (f, x) => beyond(f, x, number(lambd))),
  },
  "aten::leaky_relu_backward": {
    decompose: ({ grad_output: g, self, negative_slope }, call) => {
      const f = algebra(call);
      return f.where(f.gt(self, 0), g, f.mul(g, number(negative_slope)));
    },
  },
  "aten::rrelu_with_noise_backward": {
    decompose: ({ grad_output, self, noise, lower, upper, training }, call) => {
      if (training && number(upper) - number(lower) > 1e-6) return call("aten::mul.Tensor", { self: grad_output, other: noise });
      const negative_slope = (number(lower) + number(upper)) / 2;
      return call("aten::leaky_relu_backward", { grad_output, self, negative_slope, self_is_result: false });
    },
  },
  "aten::glu_backward": { decompose: gluBackward },
  "aten::_prelu_kernel_backward": { decompose: preluBackward },
  "aten::_softmax_backward_data": softmaxBackward(false),
  "aten::_log_softmax_backward_data": softmaxBackward(true),
  "aten::mse_loss_backward": { decompose: (args, call) => lossGradient(args, call, (f, x, target) => f.mul(f.sub(x, target), 2)) },
  "aten::smooth_l1_loss_backward": {
    decompose: ({ beta, ...args }, call) => lossGradient(args, call, (f, x, target) => bentSlope(f, f.sub(x, target), beta as number)),
  },
  "aten::huber_loss_backward": {
    decompose: ({ delta, ...args }, call) =>
      lossGradient(args, call, (f, x, target) =>
        call("aten::clamp", { self: f.sub(x, target), min: -(delta as number), max: delta as number }),
      ),
  },
  "aten::soft_margin_loss_backward": {
    decompose: (args, call) => lossGradient(args, call, (f, x, target) => f.mul(f.neg(target), f.sigmoid(f.neg(f.mul(target, x))))),
  },
  "aten::binary_cross_entropy_backward": {
    decompose: ({ weight, ...args }, call) =>
      lossGradient(args, call, (f, x, target) => {
        const spread = call("aten::clamp_min", { self: f.mul(f.sub(1, x), x), min: 1e-12 });
        const slope = f.div(f.sub(x, target), spread);
        return weight === null ? slope : f.mul(slope, f.wide(weight));
      }),
  },
} satisfies AtenTable;

/** Outside of [-bound, bound]. */
function beyond(f: Algebra, x: Symbolic, bound: number): Symbolic {
  return f.gt(f.abs(x), bound);
}
