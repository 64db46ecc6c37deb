/**
 * @file Derivatives of activations, softmax and losses, as a captured training step holds them: the gradient of a result to that of its
 * argument (tools/autograd/derivatives.yaml, torch/_decomp/decompositions.py), computed in float32 for low precision.
 */

import { product } from "../symbolic.ts";
import { algebra, type Term, widened } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";

type Algebra = ReturnType<typeof algebra>;
type Slope = (x: Symbolic, a: Algebra, call: Call) => Term;

/** grad times the slope at `x`, rounded once. */
const sloped = (grad: Symbolic, x: Symbolic, call: Call, slope: Slope): Symbolic =>
  widened([grad, x], call, (g, wide) => {
    const by = slope(wide, algebra(call), call);
    return algebra(call).mul(g, by);
  });
/** Ops of a gradient and the argument, and of a gradient and the result. */
const ofSelf = (slope: Slope) => ({
  decompose: ({ grad_output, self }: { grad_output: Symbolic; self: Symbolic }, call: Call) => sloped(grad_output, self, call, slope),
});
const ofOutput = (slope: Slope) => ({
  decompose: ({ grad_output, output }: { grad_output: Symbolic; output: Symbolic }, call: Call) => sloped(grad_output, output, call, slope),
});
const sigmoid = (self: Symbolic, call: Call): Symbolic => call("aten::sigmoid", { self });
const number = (x: ScalarOf<unknown>): number => Number(x);

/** Phi(x) + x phi(x), or that of the approximation by tanh. */
const geluSlope =
  (approximate: string): Slope =>
  (x, { add, exp, mul, sub }, call) => {
    const square = mul(x, x);
    if (approximate === "none") {
      const tail = mul(add(call("aten::erf", { self: mul(x, Math.SQRT1_2) }), 1), 0.5);
      return add(tail, mul(mul(x, exp(mul(square, -0.5))), 1 / Math.sqrt(2 * Math.PI)));
    }
    const beta = Math.sqrt(2 / Math.PI);
    const bent = call("aten::tanh", { self: mul(mul(add(mul(square, 0.044715), 1), x), beta) });
    const inner = mul(add(mul(square, 3 * 0.044715), 1), beta);
    const right = mul(mul(mul(x, 0.5), sub(1, mul(bent, bent))), inner);
    return add(mul(add(bent, 1), 0.5), right);
  };

/** 1 between the bounds, 0 elsewhere. */
const within =
  (low: number, high: number): Slope =>
  (x, { and, cast, gt, lt }) =>
    cast(and(gt(x, low), lt(x, high)), x.dtype);

/** mean: over how many; sum and none: as it is. */
const perElement = (grad: Symbolic, self: Symbolic, reduction: number, call: Call): Symbolic =>
  reduction === 1 ? call("aten::div.Scalar", { self: grad, other: product(self.shape) }) : grad;

interface Lossy {
  readonly grad_output: Symbolic;
  readonly self: Symbolic;
  readonly target: Symbolic;
  readonly reduction: number;
}
/** Losses of a difference: its slope. */
const ofDifference = (slope: (d: Symbolic, a: Algebra, parameter: number) => Term, parameter: (args: object) => number) => ({
  decompose: ({ grad_output, self, target, reduction, ...rest }: Lossy, call: Call): Symbolic =>
    widened([grad_output, self, target], call, (grad, x, y) => {
      const a = algebra(call);
      return perElement(a.mul(grad, slope(a.sub(x, y), a, parameter(rest))), x, reduction, call);
    }),
});

/** y (grad - sum(grad y)). */
function softmaxBackward(grad: Symbolic, output: Symbolic, dim: number, call: Call): Symbolic {
  const { mul, sub } = algebra(call);
  const weighed = mul(grad, output);
  return sub(weighed, mul(output, call("aten::sum.dim_IntList", { self: weighed, dim: [dim], keepdim: true })));
}
/** grad - exp(y) sum(grad). */
function logSoftmaxBackward(grad: Symbolic, output: Symbolic, dim: number, call: Call): Symbolic {
  const { exp, mul, sub } = algebra(call);
  return sub(grad, mul(exp(output), call("aten::sum.dim_IntList", { self: grad, dim: [dim], keepdim: true })));
}

export const derivative = {
  "aten::sigmoid_backward": ofOutput((y, { mul, sub }) => mul(y, sub(1, y))),
  "aten::tanh_backward": ofOutput((y, { mul, sub }) => sub(1, mul(y, y))),
  "aten::silu_backward": ofSelf((x, { add, mul, sub }, call) => {
    const s = sigmoid(x, call);
    return mul(s, add(mul(x, sub(1, s)), 1));
  }),
  "aten::mish_backward": ofSelf((x, { add, mul, sub }, call) => {
    const bent = call("aten::tanh", { self: call("aten::softplus", { self: x }) });
    return add(bent, mul(mul(x, sigmoid(x, call)), sub(1, mul(bent, bent))));
  }),
  "aten::hardsigmoid_backward": ofSelf((x, a, call) => a.mul(within(-3, 3)(x, a, call) as Symbolic, 1 / 6)),
  "aten::hardswish_backward": ofSelf((x, { add, le, lt, mul, where }) => where(lt(x, -3), 0, where(le(x, 3), add(mul(x, 1 / 3), 0.5), 1))),
  "aten::gelu_backward": {
    decompose: ({ grad_output, self, approximate }, call) => sloped(grad_output, self, call, geluSlope(approximate)),
  },
  "aten::hardtanh_backward": {
    decompose: ({ grad_output, self, min_val, max_val }, call) => sloped(grad_output, self, call, within(number(min_val), number(max_val))),
  },
  "aten::threshold_backward": {
    decompose: ({ grad_output, self, threshold }, call) => {
      const { le, where } = algebra(call);
      return where(le(self, number(threshold)), 0, grad_output);
    },
  },
  ...each(["aten::hardshrink_backward", "aten::softshrink_backward"], (name) => ({
    decompose: (
      { self, lambd, ...grads }: { self: Symbolic; lambd: ScalarOf<unknown>; grad_out?: Symbolic; grad_output?: Symbolic },
      call: Call,
    ): Symbolic => {
      const { abs, le, where } = algebra(call);
      const grad = (name === "aten::hardshrink_backward" ? grads.grad_out : grads.grad_output) as Symbolic;
      return where(le(abs(self), number(lambd)), 0, grad);
    },
  })),
  "aten::leaky_relu_backward": {
    decompose: ({ grad_output, self, negative_slope }, call) => {
      const { gt, mul, where } = algebra(call);
      return where(gt(self, 0), grad_output, mul(grad_output, number(negative_slope)));
    },
  },
  "aten::elu_backward": {
    decompose: ({ grad_output, alpha, scale, input_scale, is_result, self_or_result }, call) =>
      sloped(grad_output, self_or_result, call, (x, { add, exp, gt, mul, where }) => {
        const [a, s, k] = [number(alpha), number(scale), number(input_scale)];
        const left = is_result ? mul(add(x, a * s), k) : mul(exp(mul(x, k)), a * s * k);
        return where(gt(x, 0), s, left);
      }),
  },
  "aten::softplus_backward": {
    decompose: ({ grad_output, self, beta, threshold }, call) =>
      sloped(grad_output, self, call, (x, { gt, mul, where }) => {
        const scaled = mul(x, number(beta));
        return where(gt(scaled, number(threshold)), 1, sigmoid(scaled, call));
      }),
  },
  "aten::logit_backward": {
    decompose: ({ grad_output, self, eps }, call) =>
      sloped(grad_output, self, call, (x, { and, ge, le, mul, sub, where }) => {
        const slope = call("aten::reciprocal", { self: mul(x, sub(1, x)) });
        const low = eps === null ? 0 : number(eps);
        return where(and(ge(x, low), le(x, 1 - low)), slope, eps === null ? Number.NaN : 0);
      }),
  },
  "aten::log_sigmoid_forward": {
    decompose: ({ self }, call) => {
      const { abs, exp, neg } = algebra(call);
      return [call("aten::log_sigmoid", { self }), widened([self], call, (x) => exp(neg(abs(x))))];
    },
  },
  "aten::log_sigmoid_backward": ofSelf((x, { neg }, call) => sigmoid(neg(x), call)),
  "aten::glu_backward": {
    decompose: ({ grad_output, self, dim }, call) => {
      const { mul, sub } = algebra(call);
      const [a, b] = call("aten::chunk", { self, chunks: 2, dim }) as readonly [Symbolic, Symbolic];
      const s = sigmoid(b, call);
      const first = mul(grad_output, s);
      return call("aten::cat", { tensors: [first, mul(mul(first, sub(1, s)), a)], dim });
    },
  },
  "aten::_softmax_backward_data": {
    decompose: ({ grad_output, output, dim, input_dtype }, call) =>
      algebra(call).cast(
        widened([grad_output, output], call, (g, y) => softmaxBackward(g, y, dim, call)),
        input_dtype,
      ),
  },
  "aten::_log_softmax_backward_data": {
    decompose: ({ grad_output, output, dim, input_dtype }, call) =>
      algebra(call).cast(
        widened([grad_output, output], call, (g, y) => logSoftmaxBackward(g, y, dim, call)),
        input_dtype,
      ),
  },
  "aten::native_dropout_backward": {
    decompose: ({ grad_output, mask, scale }, call) => {
      const { mul } = algebra(call);
      return mul(mul(grad_output, call("aten::to.dtype", { self: mask, dtype: grad_output.dtype })), number(scale));
    },
  },
  "aten::mse_loss_backward": ofDifference(
    (d, { mul }) => mul(d, 2),
    () => 0,
  ),
  "aten::smooth_l1_loss_backward": ofDifference(
    (d, { add, clamp, div, le, mul, where }, beta) => (beta === 0 ? where(le(d, 0), -1, add(mul(d, 0), 1)) : clamp(div(d, beta), -1, 1)),
    (args) => number((args as { beta: number }).beta),
  ),
  "aten::huber_loss_backward": ofDifference(
    (d, { clamp }, delta) => clamp(d, -delta, delta),
    (args) => number((args as { delta: number }).delta),
  ),
} satisfies AtenTable;
