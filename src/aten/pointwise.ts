/**
 * @file Elementwise arithmetic and elementary functions. Operands arrive promoted (torch/onnx's promotion rows and promotion-extra.ts); a Tensor
 * operand may be a Python number in captured programs.
 */

import { complexUnary, onParts } from "../core/ops/complex.ts";
import { binary, cast, compare, unary, where } from "../core/ops/elementwise.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, isFloat, isInteger, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import { asFloat, widened } from "./algebra.ts";
import { each, finiteMax, inOpmath, isTensor, type Operand, operand, pointwiseType } from "./broadcast.ts";
import { complexForms, complexPower, type Form } from "./complex-forms.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Op, ScalarOf, Symbolic } from "./table.ts";

type X = Operand<Strided, number>;
type M = Operand<TensorType, Dim>;
type CoreUnary = Parameters<typeof unary>[0];
type CoreBinary = Parameters<typeof binary>[0];

/** The core's `op` for each ATen op; the result has the promoted dtype. ONNX is told complex functions by formula. */
const unaries = <N extends Op>(names: readonly N[]) =>
  each(names, (op) => {
    const name = op.slice("aten::".length);
    const form = complexForms[name];
    return {
      meta: ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape }),
      eval: ({ self }: { self: Strided }): Strided => unary(name as CoreUnary, self),
      ...(form && { decompose: ({ self }: { self: Symbolic }, call: Call): Symbolic => form(self, call) }),
    };
  });

/** floor, ceil, …: integers are themselves. */
const roundings = <N extends Op>(names: readonly N[]) =>
  each(names, (op) => ({
    meta: ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape }),
    eval: ({ self }: { self: Strided }): Strided => (isFloat(self.dtype) ? unary(op.slice(6) as CoreUnary, self) : cast(self, self.dtype)),
  }));

/** self and other, each a tensor or a number, to the promoted dtype. */
const pair = (f: (a: Strided, b: Strided) => Strided, dtype?: DType) => ({
  meta: ({ self, other }: { self: M; other: M }): Meta => pointwiseType([self, other], dtype),
  eval: ({ self, other }: { self: X; other: X }): Strided => inOpmath([self, other], f),
});
const binaries = <N extends Op>(names: readonly N[], name: CoreBinary) => each(names, () => pair((a, b) => binary(name, a, b)));

/** `a + alpha * b`; on bools `+` is or, and alpha is a truth value. */
function addScaled(a: Strided, b: Strided, alpha: ScalarOf<number>): Strided {
  const scaled = alpha === 1 ? b : times(b, operand(alpha, b.dtype));
  return a.dtype === "bool" ? binary("bitwise_or", a, scaled) : binary("add", a, scaled);
}
const times = (a: Strided, b: Strided): Strided => binary(a.dtype === "bool" ? "bitwise_and" : "mul", a, b);

const add = {
  meta: ({ self, other }: { self: M; other: M }): Meta => pointwiseType([self, other]),
  eval: ({ self, other, alpha }: { self: X; other: X; alpha: ScalarOf<number> }): Strided =>
    inOpmath([self, other], (a, b) => addScaled(a, b, alpha)),
};
const subtract = (flip: boolean) => ({
  meta: add.meta,
  eval: ({ self, other, alpha }: { self: X; other: X; alpha: ScalarOf<number> }): Strided =>
    inOpmath(flip ? [other, self] : [self, other], (a, b) => binary("sub", a, alpha === 1 ? b : times(b, operand(alpha, b.dtype)))),
});

const roundingModes: Readonly<Record<string, CoreBinary>> = { floor: "floor_div", trunc: "trunc_div" };
function divide(a: Strided, b: Strided, mode: string | null): Strided {
  const op = mode === null ? "div" : roundingModes[mode];
  if (op === undefined) throw new OnnxExporterError("aten/argument", `div: rounding_mode is "${mode}"`, 'give None, "trunc" or "floor"');
  return binary(op, a, b);
}
const divMode = {
  meta: add.meta,
  eval: ({ self, other, rounding_mode }: { self: X; other: X; rounding_mode: string | null }): Strided =>
    inOpmath([self, other], (a, b) => divide(a, b, rounding_mode)),
};

const power = {
  meta: ({ self, exponent }: { self: M; exponent: M }): Meta => pointwiseType([self, exponent]),
  eval: ({ self, exponent }: { self: X; exponent: X }): Strided => inOpmath([self, exponent], (a, b) => binary("pow", a, b)),
  decompose: ({ self, exponent }: { self: Symbolic | ScalarOf<Dim>; exponent: Symbolic | ScalarOf<Dim> }, call: Call): Symbolic =>
    complexPower(self, exponent, call),
};

/** min(max(x, lo), hi), NaN going through. Bounds are tensors, numbers or absent. */
const clampEntry = <L extends string, H extends string>(low: L | null, high: H | null) => ({
  meta: (args: { readonly [K in "self" | L | H]: M | null }): Meta =>
    pointwiseType((["self", low, high] as const).flatMap((k) => (k !== null && args[k] !== null ? [args[k] as M] : []))),
  eval: (args: { readonly [K in "self" | L | H]: X | null }): Strided => {
    const [lo, hi] = [low === null ? null : args[low], high === null ? null : args[high]];
    let x = args.self as Strided;
    if (lo !== null) x = binary("maximum", x, operand(lo, x.dtype));
    if (hi !== null) x = binary("minimum", x, operand(hi, x.dtype));
    return x;
  },
});

/** fmax, fmin: the other operand where one is NaN. */
const ignoringNaN = (name: "maximum" | "minimum") => pair((a, b) => (isFloat(a.dtype) ? fOf(name, a, b) : binary(name, a, b)));
const fOf = (name: "maximum" | "minimum", a: Strided, b: Strided): Strided =>
  where(unary("isnan", a), b, where(unary("isnan", b), a, binary(name, a, b)));

const scalar = (x: Symbolic | ScalarOf<Dim>, like: Symbolic, call: Call): Symbolic =>
  isTensor<Symbolic>(x) ? x : call("aten::scalar_tensor", { s: x, dtype: like.dtype });

/** max + log1p(exp(-|a - b|)), or the same to base 2; equal infinities have no difference. */
function logAddExp(self: Symbolic, other: Symbolic, base2: boolean, call: Call): Symbolic {
  const gap = call("aten::neg", { self: call("aten::abs", { self: call("aten::sub.Tensor", { self, other }) }) });
  const tail = call("aten::log1p", { self: call(base2 ? "aten::exp2" : "aten::exp", { self: gap }) });
  const sum = call("aten::add.Tensor", { self: call("aten::maximum", { self, other }), other: tail, alpha: base2 ? Math.LOG2E : 1 });
  const same = call("aten::logical_and", { self: call("aten::isinf", { self }), other: call("aten::eq.Tensor", { self, other }) });
  return call("aten::where.self", { condition: same, self, other: sum });
}

/** The same of complex numbers, the one with the larger real part taken out; of two whose sizes are 0 the first. */
function complexLogAddExp(self: Symbolic, other: Symbolic, call: Call): Symbolic {
  const real = (x: Symbolic): Symbolic => call("aten::real", { self: x });
  const pick = (condition: Symbolic, a: Symbolic, b: Symbolic): Symbolic => call("aten::where.self", { condition, self: a, other: b });
  const less = call("aten::lt.Tensor", { self: real(self), other: real(other) });
  const [least, most] = [pick(less, self, other), pick(less, other, self)];
  const gap = call("aten::exp", { self: call("aten::sub.Tensor", { self: least, other: most }) });
  const sum = call("aten::add.Tensor", { self: call("aten::log1p", { self: gap }), other: most });
  return pick(call("aten::isneginf", { self: real(most) }), least, sum);
}

export const pointwise = {
  ...unaries([
    "aten::neg",
    "aten::sqrt",
    "aten::rsqrt",
    "aten::reciprocal",
    "aten::exp",
    "aten::exp2",
    "aten::expm1",
    "aten::log",
    "aten::log2",
    "aten::log10",
    "aten::log1p",
    "aten::sin",
    "aten::cos",
    "aten::tan",
    "aten::asin",
    "aten::acos",
    "aten::atan",
    "aten::sinh",
    "aten::cosh",
    "aten::tanh",
    "aten::asinh",
    "aten::acosh",
    "aten::atanh",
    "aten::erf",
    "aten::erfc",
    "aten::sigmoid",
    "aten::bitwise_not",
  ]),
  ...roundings(["aten::floor", "aten::ceil", "aten::round", "aten::trunc"]),
  "aten::abs": {
    meta: ({ self }) => ({ dtype: realOf(self.dtype), shape: self.shape }),
    eval: ({ self }) => (self.dtype === "bool" ? cast(self, "bool") : unary("abs", self)),
  },
  // NaN has sign 0.
  ...each(["aten::sign", "aten::sgn"], () => ({
    meta: ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape }),
    eval: ({ self }: { self: Strided }): Strided => {
      if (self.dtype === "bool") return cast(self, "bool");
      if (!isFloat(self.dtype)) return unary("sign", self);
      return where(unary("isnan", self), operand(0, self.dtype), unary("sign", self));
    },
    decompose: ({ self }: { self: Symbolic }, call: Call): Symbolic => (complexForms.sgn as Form)(self, call),
  })),

  ...each(["aten::add.Tensor", "aten::add.Scalar"], () => add),
  ...each(["aten::sub.Tensor", "aten::sub.Scalar"], () => subtract(false)),
  ...each(["aten::rsub.Tensor", "aten::rsub.Scalar"], () => subtract(true)),
  ...each(["aten::mul.Tensor", "aten::mul.Scalar"], () => pair(times)),
  ...binaries(["aten::div.Tensor", "aten::div.Scalar", "aten::true_divide.Tensor", "aten::true_divide.Scalar"], "div"),
  ...each(["aten::div.Tensor_mode", "aten::div.Scalar_mode"], () => divMode),
  ...binaries(["aten::floor_divide", "aten::floor_divide.Scalar"], "floor_div"),
  ...binaries(["aten::remainder.Tensor", "aten::remainder.Scalar", "aten::remainder.Scalar_Tensor"], "remainder"),
  ...binaries(["aten::fmod.Tensor", "aten::fmod.Scalar"], "fmod"),
  ...binaries(["aten::maximum"], "maximum"),
  ...binaries(["aten::minimum"], "minimum"),
  ...binaries(["aten::atan2"], "atan2"),
  ...binaries(["aten::bitwise_and.Tensor", "aten::bitwise_and.Scalar", "aten::bitwise_and.Scalar_Tensor"], "bitwise_and"),
  ...binaries(["aten::bitwise_or.Tensor", "aten::bitwise_or.Scalar", "aten::bitwise_or.Scalar_Tensor"], "bitwise_or"),
  ...binaries(["aten::bitwise_xor.Tensor", "aten::bitwise_xor.Scalar", "aten::bitwise_xor.Scalar_Tensor"], "bitwise_xor"),
  ...binaries(
    ["aten::bitwise_left_shift.Tensor", "aten::bitwise_left_shift.Tensor_Scalar", "aten::bitwise_left_shift.Scalar_Tensor"],
    "shift_left",
  ),
  ...binaries(
    ["aten::bitwise_right_shift.Tensor", "aten::bitwise_right_shift.Tensor_Scalar", "aten::bitwise_right_shift.Scalar_Tensor"],
    "shift_right",
  ),
  "aten::fmax": ignoringNaN("maximum"),
  "aten::fmin": ignoringNaN("minimum"),
  ...each(["aten::pow.Tensor_Tensor", "aten::pow.Tensor_Scalar", "aten::pow.Scalar"], () => power),
  ...each(["aten::clamp", "aten::clamp.Tensor"], () => clampEntry("min", "max")),
  ...each(["aten::clamp_min", "aten::clamp_min.Tensor"], () => clampEntry("min", null)),
  ...each(["aten::clamp_max", "aten::clamp_max.Tensor"], () => clampEntry(null, "max")),

  "aten::_add_relu.Tensor": { decompose: (args, call) => call("aten::relu", { self: call("aten::add.Tensor", args) }) },
  "aten::_add_relu.Scalar": { decompose: (args, call) => call("aten::relu", { self: call("aten::add.Scalar", args) }) },
  "aten::square": { decompose: ({ self }, call) => call("aten::mul.Tensor", { self, other: self }) },
  "aten::frac": { decompose: ({ self }, call) => call("aten::sub.Tensor", { self, other: call("aten::trunc", { self }) }) },
  "aten::deg2rad": { decompose: ({ self }, call) => call("aten::mul.Scalar", { self, other: Math.PI / 180 }) },
  "aten::rad2deg": { decompose: ({ self }, call) => call("aten::mul.Scalar", { self, other: 180 / Math.PI }) },
  "aten::round.decimals": {
    decompose: ({ self, decimals }, call) => {
      if (!isFloat(self.dtype)) return call("aten::clone", { self });
      const scale = 10 ** Math.abs(decimals);
      const [there, back] =
        decimals >= 0 ? (["aten::mul.Scalar", "aten::div.Scalar"] as const) : (["aten::div.Scalar", "aten::mul.Scalar"] as const);
      return call(back, { self: call("aten::round", { self: call(there, { self, other: scale }) }), other: scale });
    },
  },
  "aten::addcmul": {
    decompose: ({ self, tensor1, tensor2, value }, call) =>
      call("aten::add.Tensor", { self, other: call("aten::mul.Tensor", { self: tensor1, other: tensor2 }), alpha: value }),
  },
  "aten::addcdiv": {
    decompose: ({ self, tensor1, tensor2, value }, call) =>
      call("aten::add.Tensor", { self, other: call("aten::div.Tensor", { self: tensor1, other: tensor2 }), alpha: value }),
  },
  // ATen/native/Lerp.h: from the nearer end, so that weight 1 gives `end` exactly.
  "aten::lerp.Scalar": {
    decompose: ({ self, end, weight }, call) => {
      const span = call("aten::sub.Tensor", { self: end, other: self });
      if (typeof weight !== "number" || Math.abs(weight) < 0.5) return call("aten::add.Tensor", { self, other: span, alpha: weight });
      return call("aten::sub.Tensor", { self: end, other: span, alpha: 1 - weight });
    },
  },
  "aten::lerp.Tensor": {
    decompose: ({ self, end, weight }, call) => {
      const span = call("aten::sub.Tensor", { self: end, other: self });
      const near = call("aten::add.Tensor", { self, other: call("aten::mul.Tensor", { self: weight, other: span }) });
      const rest = call("aten::mul.Tensor", { self: call("aten::rsub.Scalar", { self: weight, other: 1 }), other: span });
      const isNear = call("aten::lt.Scalar", { self: call("aten::abs", { self: weight }), other: 0.5 });
      return call("aten::where.self", { condition: isNear, self: near, other: call("aten::sub.Tensor", { self: end, other: rest }) });
    },
  },
  "aten::nan_to_num": {
    meta: ({ self }) => ({ dtype: self.dtype, shape: self.shape }),
    eval: ({ self, nan, posinf, neginf }) =>
      onParts((x) => {
        if (!isFloat(x.dtype)) return cast(x, x.dtype);
        const lit = (v: number) => operand(v, x.dtype);
        const [low, high] = [neginf ?? -finiteMax(x.dtype), posinf ?? finiteMax(x.dtype)];
        const finite = where(compare("eq", x, lit(Number.POSITIVE_INFINITY)), lit(high), x);
        return where(unary("isnan", x), lit(nan ?? 0), where(compare("eq", x, lit(Number.NEGATIVE_INFINITY)), lit(low), finite));
      }, self),
  },
  // Real numbers: 0 or pi; NaN stays.
  "aten::angle": {
    meta: ({ self }) => ({ dtype: isInteger(self.dtype) || self.dtype === "bool" ? "float32" : realOf(self.dtype), shape: self.shape }),
    eval: ({ self }) => {
      if (isComplex(self.dtype)) return complexUnary("angle", self);
      const x = isFloat(self.dtype) ? self : cast(self, "float32");
      const turned = where(compare("lt", x, operand(0, x.dtype)), operand(Math.PI, x.dtype), operand(0, x.dtype));
      return where(unary("isnan", x), x, turned);
    },
    decompose: ({ self }, call) => call("aten::atan2", { self: call("aten::imag", { self }), other: call("aten::real", { self }) }),
  },
  ...binaries(["aten::copysign.Tensor", "aten::copysign.Scalar"], "copysign"),
  "aten::heaviside": {
    meta: ({ self, values }) => pointwiseType([self, values]),
    eval: ({ self, values }) => {
      const zero = operand(0, self.dtype);
      return where(compare("eq", self, zero), values, cast(compare("gt", self, zero), self.dtype));
    },
  },
  ...each(["aten::logaddexp", "aten::logaddexp2"], (name) => ({
    decompose: ({ self, other }: { self: Symbolic; other: Symbolic }, call: Call): Symbolic =>
      isComplex(self.dtype)
        ? complexLogAddExp(self, other, call)
        : widened([self, other], call, (a, b) => logAddExp(a, b, name === "aten::logaddexp2", call)),
  })),
  "aten::hypot": {
    decompose: ({ self, other }, call) => {
      const sum = call("aten::add.Tensor", {
        self: call("aten::mul.Tensor", { self, other: self }),
        other: call("aten::mul.Tensor", { self: other, other }),
      });
      return call("aten::sqrt", { self: sum });
    },
  },
  ...each(["aten::xlogy.Tensor", "aten::xlogy.Scalar_Other", "aten::xlogy.Scalar_Self"], () => ({
    eval: ({ self, other }: { self: X; other: X }): Strided => inOpmath([self, other], (a, b) => binary("xlogy", a, b)),
    decompose: ({ self, other }: { self: Symbolic | ScalarOf<Dim>; other: Symbolic | ScalarOf<Dim> }, call: Call): Symbolic => {
      const like = isTensor<Symbolic>(self) ? self : (other as Symbolic);
      const [x, y] = [scalar(self, like, call), scalar(other, like, call)];
      const product = call("aten::mul.Tensor", { self: x, other: call("aten::log", { self: y }) });
      const zero = call("aten::where.ScalarSelf", { condition: call("aten::eq.Scalar", { self: x, other: 0 }), self: 0, other: product });
      return call("aten::where.self", { condition: call("aten::isnan", { self: y }), self: y, other: zero });
    },
  })),
  "aten::ldexp.Tensor": {
    decompose: ({ self, other }, call) => {
      const exponent =
        isFloat(self.dtype) && isInteger(other.dtype) ? call("aten::to.dtype", { self: other, dtype: self.dtype }) : asFloat(other, call);
      return call("aten::mul.Tensor", { self, other: call("aten::pow.Scalar", { self: 2, exponent }) });
    },
  },
} satisfies AtenTable;
