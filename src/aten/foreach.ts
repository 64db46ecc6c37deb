/** @file `_foreach_*`: one op on each tensor of a list, with operands of the same place in other lists, or one for all. */

import type { Dim } from "../symbolic.ts";
import { each, isTensor } from "./broadcast.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";

type Scalar = ScalarOf<Dim>;
type Two = (self: Symbolic, other: Symbolic | Scalar, call: Call, alpha?: Scalar) => Symbolic;

const unaryNames = [
  ...(["abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1", "floor", "frac", "lgamma", "log"] as const),
  ...(["log10", "log1p", "log2", "neg", "reciprocal", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "tan"] as const),
  ...(["tanh", "trunc", "max"] as const),
];
const unaries = each(
  unaryNames.map((name) => `aten::_foreach_${name}` as const),
  (op) => ({
    decompose: ({ self }: { readonly self: readonly Symbolic[] }, call: Call): Symbolic[] =>
      self.map((x) => call(op.replace("_foreach_", "") as "aten::relu", { self: x })),
  }),
);

/** An op with a tensor or a number beside it, by the names of its two overloads. */
const arithmetic =
  (name: "add" | "sub" | "mul" | "div"): Two =>
  (self, other, call, alpha) => {
    const by = name === "add" || name === "sub" ? { alpha: alpha ?? 1 } : {};
    const op = isTensor<Symbolic>(other) ? "Tensor" : "Scalar";
    return call(`aten::${name}.${op}` as "aten::add.Tensor", { self, other: other as Symbolic, ...by });
  };
/** The larger or the smaller of two. */
const extreme =
  (name: "maximum" | "minimum"): Two =>
  (self, other, call) => {
    if (isTensor<Symbolic>(other)) return call(`aten::${name}`, { self, other });
    return name === "maximum" ? call("aten::clamp_min", { self, min: other }) : call("aten::clamp_max", { self, max: other });
  };
const twos = {
  add: arithmetic("add"),
  sub: arithmetic("sub"),
  mul: arithmetic("mul"),
  div: arithmetic("div"),
  maximum: extreme("maximum"),
  minimum: extreme("minimum"),
  clamp_min: extreme("maximum"),
  clamp_max: extreme("minimum"),
} satisfies Readonly<Record<string, Two>>;
type Name = keyof typeof twos;
const names = Object.keys(twos) as Name[];
const nameOf = (op: string): Name => op.slice("aten::_foreach_".length).replace(/\..*/, "") as Name;

interface Listed {
  readonly self: readonly Symbolic[];
  readonly other: readonly Symbolic[];
  readonly alpha?: Scalar;
}
interface Three<B> {
  readonly self: readonly Symbolic[];
  readonly tensor1: readonly Symbolic[];
  readonly tensor2: readonly Symbolic[];
  readonly by: (i: number) => B;
}
/** self + value * tensor1 (times or over) tensor2. */
const fused = (op: "addcmul" | "addcdiv", { self, tensor1, tensor2, by }: Three<Scalar>, call: Call): Symbolic[] =>
  self.map((x, i) => call(`aten::${op}`, { self: x, tensor1: tensor1[i] as Symbolic, tensor2: tensor2[i] as Symbolic, value: by(i) }));

export const foreach = {
  ...unaries,
  ...each(
    names.map((name) => `aten::_foreach_${name}.List` as const),
    (op) => ({
      decompose: ({ self, other, alpha }: Listed, call: Call) => self.map((x, i) => twos[nameOf(op)](x, other[i] as Symbolic, call, alpha)),
    }),
  ),
  ...each(
    names.map((name) => `aten::_foreach_${name}.Scalar` as const),
    (op) => ({
      decompose: ({ self, scalar }: { readonly self: readonly Symbolic[]; readonly scalar: Scalar }, call: Call) =>
        self.map((x) => twos[nameOf(op)](x, scalar, call)),
    }),
  ),
  ...each(
    names.map((name) => `aten::_foreach_${name}.ScalarList` as const),
    (op) => ({
      decompose: ({ self, scalars }: { readonly self: readonly Symbolic[]; readonly scalars: readonly Scalar[] }, call: Call) =>
        self.map((x, i) => twos[nameOf(op)](x, scalars[i] as Scalar, call)),
    }),
  ),
  ...each(["aten::_foreach_add.Tensor", "aten::_foreach_mul.Tensor", "aten::_foreach_div.Tensor"], (op) => ({
    decompose: (
      { self, other, alpha }: { readonly self: readonly Symbolic[]; readonly other: Symbolic; readonly alpha?: Scalar },
      call: Call,
    ) => self.map((x) => twos[nameOf(op)](x, other, call, alpha)),
  })),
  "aten::_foreach_addcmul.Scalar": { decompose: ({ value, ...args }, call) => fused("addcmul", { ...args, by: () => value }, call) },
  "aten::_foreach_addcdiv.Scalar": { decompose: ({ value, ...args }, call) => fused("addcdiv", { ...args, by: () => value }, call) },
  "aten::_foreach_addcmul.ScalarList": {
    decompose: ({ scalars, ...args }, call) => fused("addcmul", { ...args, by: (i) => scalars[i] as Scalar }, call),
  },
  "aten::_foreach_addcdiv.ScalarList": {
    decompose: ({ scalars, ...args }, call) => fused("addcdiv", { ...args, by: (i) => scalars[i] as Scalar }, call),
  },
  "aten::_foreach_lerp.List": {
    decompose: ({ self, tensors1, weights }, call) =>
      self.map((x, i) => call("aten::lerp.Tensor", { self: x, end: tensors1[i] as Symbolic, weight: weights[i] as Symbolic })),
  },
  "aten::_foreach_lerp.Scalar": {
    decompose: ({ self, tensors1, weight }, call) =>
      self.map((x, i) => call("aten::lerp.Scalar", { self: x, end: tensors1[i] as Symbolic, weight })),
  },
  "aten::_foreach_pow.List": {
    decompose: ({ self, exponent }, call) =>
      self.map((x, i) => call("aten::pow.Tensor_Tensor", { self: x, exponent: exponent[i] as Symbolic })),
  },
  "aten::_foreach_pow.Scalar": {
    decompose: ({ self, exponent }, call) => self.map((x) => call("aten::pow.Tensor_Scalar", { self: x, exponent })),
  },
  "aten::_foreach_pow.ScalarAndTensor": {
    decompose: ({ self, exponent }, call) => exponent.map((x) => call("aten::pow.Scalar", { self, exponent: x })),
  },
  "aten::_foreach_norm.Scalar": {
    decompose: ({ self, ord, dtype }, call) =>
      self.map((x) => call("aten::linalg_vector_norm", { self: x, ord, dim: null, keepdim: false, dtype })),
  },
} satisfies AtenTable;
