/** @file Activations and dropout. Formulas are those of ATen/native/cpu/Activation.cpp; low precision is computed in float32, rounded once. */

import { binary, compare, unary, where } from "../core/ops/elementwise.ts";
import { slice } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import type { DType } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, floordiv } from "../symbolic.ts";
import { each, inOpmath, operand } from "./broadcast.ts";
import { complexForms, type Form } from "./complex-forms.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";
import { wrapDim } from "./view-shape.ts";

type Number_ = ScalarOf<number>;

const same = ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape });

/** An activation of one tensor: `f` computes in float32 or float64. */
const floating = <A extends { self: Strided }>(f: (x: Strided, args: A) => Strided) => ({
  meta: same,
  eval: (args: A): Strided => inOpmath([args.self], (x) => f(x, args)),
});

const add = (x: Strided, y: Strided | Number_): Strided => binary("add", x, operand(y, x.dtype));
const mul = (x: Strided, y: Strided | Number_): Strided => binary("mul", x, operand(y, x.dtype));
const div = (x: Strided, y: Strided | Number_): Strided => binary("div", x, operand(y, x.dtype));
const gt = (x: Strided, y: Number_): Strided => compare("gt", x, operand(y, x.dtype));
const lt = (x: Strided, y: Number_): Strided => compare("lt", x, operand(y, x.dtype));
const clamp = (x: Strided, low: Number_, high: Number_): Strided =>
  binary("minimum", binary("maximum", x, operand(low, x.dtype)), operand(high, x.dtype));

/** x > 0 ? scale * x : scale * alpha * (exp(inputScale * x) - 1) */
const elu = (x: Strided, alpha: Number_, scale: Number_ = 1, inputScale: Number_ = 1): Strided =>
  where(gt(x, 0), mul(x, scale), mul(mul(unary("expm1", mul(x, inputScale)), alpha), scale));
/** log(1 + exp(x)), x itself where beta * x > threshold. */
const softplus = (x: Strided, beta: Number_ = 1, threshold: Number_ = 20): Strided => {
  const scaled = mul(x, beta);
  return where(gt(scaled, threshold), x, div(unary("log1p", unary("exp", scaled)), beta));
};
/** log(1 / (1 + exp(-x))) = min(x, 0) - log1p(exp(-|x|)) */
const logSigmoid = (x: Strided): Strided =>
  binary("sub", binary("minimum", x, operand(0, x.dtype)), unary("log1p", unary("exp", unary("neg", unary("abs", x)))));
const leaky = (x: Strided, slope: Strided | Number_): Strided => where(gt(x, 0), x, mul(x, slope));
const hardsigmoid = (x: Strided): Strided => div(clamp(add(x, 3), 0, 6), 6);

/** torch.nn.SELU's constants. */
export const seluAlpha = 1.6732632423543772;
export const seluScale = 1.0507009873554805;

/** In eval mode the input itself, as PyTorch returns it; in training times 0 or 1/(1-p). */
const dropout = ({ input, p, train }: { input: Symbolic; p: number | Dim; train: boolean }, call: Call): Symbolic => {
  if (!train || p === 0) return call("aten::alias", { self: input });
  return call("aten::native_dropout", { input, p, train: true })[0];
};
/** Ones that drop whole channels, or keep the variance of SELU: random in training only. */
const evalOnlyDropout = (name: string) => ({
  meta: ({ input }: { input: TensorType }): Meta => ({ dtype: input.dtype, shape: input.shape }),
  eval: ({ input, train }: { input: Strided; p: number; train: boolean }): Strided => {
    if (!train) return input;
    throw new OnnxExporterError(
      "aten/training",
      `${name} with train=True has no meaning in an exported program`,
      "call model.eval() before exporting",
    );
  },
});

/** Slopes along dim 1, as PyTorch broadcasts them. */
const alongChannels = (weight: readonly unknown[], rank: number): number[] | null =>
  weight.length === 1 && rank > 1 ? new Array<number>(rank - 2).fill(1) : null;

export const activation = {
  "aten::relu": { meta: same, eval: ({ self }) => unary("relu", self) },
  "aten::relu6": { meta: same, eval: ({ self }) => clamp(self, 0, 6) },
  "aten::hardtanh": { meta: same, eval: ({ self, min_val, max_val }) => clamp(self, min_val, max_val) },
  "aten::gelu": floating((x, { approximate }: { self: Strided; approximate: string }) =>
    unary(approximate === "tanh" ? "gelu_tanh" : "gelu", x),
  ),
  "aten::silu": {
    meta: same,
    eval: ({ self }) => inOpmath([self], (x) => unary("silu", x)),
    decompose: ({ self }, call) => (complexForms.silu as Form)(self, call),
  },
  "aten::mish": floating((x) => mul(x, unary("tanh", softplus(x)))),
  "aten::elu": floating((x, args: { self: Strided; alpha: Number_; scale: Number_; input_scale: Number_ }) =>
    elu(x, args.alpha, args.scale, args.input_scale),
  ),
  "aten::celu": floating((x, { alpha }: { self: Strided; alpha: Number_ }) => elu(x, alpha, 1, 1 / Number(alpha))),
  "aten::selu": floating((x) => elu(x, seluAlpha, seluScale)),
  "aten::leaky_relu": floating((x, { negative_slope }: { self: Strided; negative_slope: Number_ }) => leaky(x, negative_slope)),
  "aten::prelu": {
    decompose: ({ self, weight }, call) => {
      const tail = alongChannels(weight.shape, self.shape.length);
      const slopes = tail === null ? weight : call("aten::reshape", { self: weight, shape: [weight.shape[0] as Dim, ...tail] });
      return call("aten::_prelu_kernel", { self, weight: slopes });
    },
  },
  "aten::_prelu_kernel": {
    meta: same,
    eval: ({ self, weight }) => inOpmath([self, weight], (x, w) => leaky(x, w)),
  },
  "aten::rrelu": {
    decompose: ({ self, lower, upper, training }, call) => {
      if (!training) return call("aten::leaky_relu", { self, negative_slope: (Number(lower) + Number(upper)) / 2 });
      throw new OnnxExporterError(
        "aten/training",
        "rrelu with training=True has no meaning in an exported program",
        "call model.eval() before exporting",
      );
    },
  },
  "aten::hardswish": floating((x) => mul(x, hardsigmoid(x))),
  "aten::hardsigmoid": floating((x) => hardsigmoid(x)),
  "aten::softplus": floating((x, { beta, threshold }: { self: Strided; beta: Number_; threshold: Number_ }) =>
    softplus(x, beta, threshold),
  ),
  "aten::log_sigmoid": floating((x) => logSigmoid(x)),
  "aten::threshold": floating((x, { threshold, value }: { self: Strided; threshold: Number_; value: Number_ }) =>
    where(compare("le", x, operand(threshold, x.dtype)), operand(value, x.dtype), x),
  ),
  "aten::hardshrink": floating((x, { lambd }: { self: Strided; lambd: Number_ }) =>
    where(compare("le", unary("abs", x), operand(lambd, x.dtype)), operand(0, x.dtype), x),
  ),
  // Between the thresholds 0 * x, so that NaN stays.
  "aten::softshrink": floating((x, { lambd }: { self: Strided; lambd: Number_ }) =>
    where(gt(x, lambd), add(x, -Number(lambd)), where(lt(x, -Number(lambd)), add(x, lambd), mul(x, 0))),
  ),
  "aten::glu": {
    meta: ({ self, dim }) => {
      const at = wrapDim(dim, self.shape.length);
      return { dtype: self.dtype, shape: self.shape.map((d, i) => (i === at ? floordiv(d, 2) : d)) };
    },
    eval: ({ self, dim }) => {
      const at = wrapDim(dim, self.shape.length);
      const half = (self.shape[at] as number) / 2;
      return inOpmath([slice(self, at, 0, half, 1), slice(self, at, half, 2 * half, 1)], (a, b) => mul(a, unary("sigmoid", b)));
    },
  },
  "aten::dropout": { decompose: dropout },
  ...each(["aten::feature_dropout", "aten::alpha_dropout", "aten::feature_alpha_dropout"], (name) => evalOnlyDropout(name)),
  "aten::native_dropout": {
    decompose: ({ input, p, train }, call) => {
      const ones = (dtype: DType): Symbolic => call("aten::ones_like", { self: input, dtype });
      if (train === false) return [call("aten::clone", { self: input }), ones("bool")];
      const mask = call("aten::bernoulli.p", { self: input, p: 1 - Number(p) });
      if (p === 1) return [call("aten::mul.Tensor", { self: input, other: mask }), call("aten::to.dtype", { self: mask, dtype: "bool" })];
      const scaled = call("aten::mul.Scalar", { self: call("aten::mul.Tensor", { self: input, other: mask }), other: 1 / (1 - Number(p)) });
      return [scaled, call("aten::to.dtype", { self: mask, dtype: "bool" })];
    },
  },
  ...each(["aten::special_expit"], () => ({
    decompose: ({ self }: { self: Symbolic }, call: Call): Symbolic => call("aten::sigmoid", { self }),
  })),
  "aten::special_logit": { decompose: (args, call) => call("aten::logit", args) },
  "aten::special_softmax": { decompose: (args, call) => call("aten::softmax.int", args) },
  "aten::special_log_softmax": { decompose: (args, call) => call("aten::log_softmax.int", args) },
  "aten::_add_relu.Tensor": { decompose: (args, call) => call("aten::relu", { self: call("aten::add.Tensor", args) }) },
  "aten::_add_relu.Scalar": { decompose: (args, call) => call("aten::relu", { self: call("aten::add.Scalar", args) }) },
  "aten::logit": {
    decompose: ({ self, eps }, call) => {
      const low = eps === null ? null : Number(eps);
      const x = low === null ? self : call("aten::clamp", { self, min: low, max: 1 - low });
      return call("aten::log", { self: call("aten::div.Tensor", { self: x, other: call("aten::rsub.Scalar", { self: x, other: 1 }) }) });
    },
  },
} satisfies AtenTable;
