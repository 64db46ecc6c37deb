/** @file Formulas in other ops, written as formulas: `const { add, mul, exp } = algebra(call)`. */

import { type DType, isComplex, isFloat, isLow } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { isTensor } from "./broadcast.ts";
import type { Call, Symbolic } from "./table.ts";

/** An operand of a formula: a tensor, or a number that takes the tensor's dtype. At least one operand of an operation is a tensor. */
export type Term = Symbolic | Dim;
/** The words of a formula, each one call. */
export type Algebra = ReturnType<typeof algebra>;

const unaries = ["exp", "log", "log1p", "sqrt", "abs", "neg", "reciprocal", "erfc", "sigmoid", "floor", "trunc", "round"] as const;
const circular = ["sin", "cos", "tan", "acos", "sinh", "cosh", "tanh", "acosh"] as const;
const tests = ["isnan", "isinf"] as const;
const comparisons = ["lt", "le", "gt", "ge", "eq", "ne"] as const;

/** A word for each of `names`. */
const each = <N extends string, F>(names: readonly N[], word: (name: N) => F): { readonly [K in N]: F } =>
  Object.fromEntries(names.map((name) => [name, word(name)])) as { readonly [K in N]: F };

/** Operations on tensors and numbers, carried out by `call`. */
export function algebra(call: Call) {
  const words = { ...arithmetic(call), ...choices(call), ...conversions(call) };
  return { call, ...words, ...series(words) };
}

function arithmetic(call: Call) {
  const binary =
    (name: "add" | "sub" | "mul" | "div") =>
    (a: Term, b: Term): Symbolic => {
      if (!isTensor<Symbolic>(b)) return call(`aten::${name}.Scalar`, { self: a as Symbolic, other: b });
      if (isTensor<Symbolic>(a)) return call(`aten::${name}.Tensor`, { self: a, other: b });
      if (name === "add" || name === "mul") return call(`aten::${name}.Scalar`, { self: b, other: a });
      if (name === "sub") return call("aten::rsub.Scalar", { self: b, other: a });
      return call("aten::mul.Scalar", { self: call("aten::reciprocal", { self: b }), other: a });
    };
  const mul = binary("mul");
  return {
    add: binary("add"),
    sub: binary("sub"),
    mul,
    div: binary("div"),
    ...each(
      [...unaries, ...circular, ...tests],
      (name) =>
        (self: Symbolic): Symbolic =>
          call(`aten::${name}`, { self }),
    ),
    square: (self: Symbolic): Symbolic => mul(self, self),
    pow: (self: Symbolic, exponent: Term): Symbolic =>
      isTensor<Symbolic>(exponent)
        ? call("aten::pow.Tensor_Tensor", { self, exponent })
        : call("aten::pow.Tensor_Scalar", { self, exponent }),
    remainder: (self: Symbolic, other: number): Symbolic => call("aten::remainder.Scalar", { self, other }),
    /** The sum over `dims`, which stay as 1 where `keepdim`. */
    sum: (self: Symbolic, dim: readonly number[], keepdim = false): Symbolic =>
      dim.length === 0 ? self : call("aten::sum.dim_IntList", { self, dim, keepdim }),
  };
}

function choices(call: Call) {
  const compare =
    (name: (typeof comparisons)[number]) =>
    (self: Symbolic, other: Term): Symbolic =>
      isTensor<Symbolic>(other) ? call(`aten::${name}.Tensor`, { self, other }) : call(`aten::${name}.Scalar`, { self, other });
  return {
    ...each(comparisons, compare),
    and: (self: Symbolic, other: Symbolic): Symbolic => call("aten::logical_and", { self, other }),
    or: (self: Symbolic, other: Symbolic): Symbolic => call("aten::logical_or", { self, other }),
    not: (self: Symbolic): Symbolic => call("aten::logical_not", { self }),
    clamp: (self: Symbolic, min: number | null, max: number | null): Symbolic => call("aten::clamp", { self, min, max }),
    /** condition ? a : b. */
    where(condition: Symbolic, self: Term, other: Term): Symbolic {
      if (isTensor<Symbolic>(self)) {
        if (isTensor<Symbolic>(other)) return call("aten::where.self", { condition, self, other });
        return call("aten::where.ScalarOther", { condition, self, other });
      }
      if (isTensor<Symbolic>(other)) return call("aten::where.ScalarSelf", { condition, self, other });
      return call("aten::where.Scalar", { condition, self, other });
    },
  };
}

function conversions(call: Call) {
  const to = (self: Symbolic, dtype: DType): Symbolic => (self.dtype === dtype ? self : call("aten::to.dtype", { self, dtype }));
  return {
    to,
    /** A low-precision tensor in float32, where PyTorch's kernels compute and round once. */
    wide: (self: Symbolic): Symbolic => (isLow(self.dtype) ? to(self, "float32") : self),
    reshape: (self: Symbolic, shape: readonly Dim[]): Symbolic => call("aten::reshape", { self, shape }),
    flatten: (self: Symbolic): Symbolic => call("aten::flatten.using_ints", { self, start_dim: 0, end_dim: -1 }),
    zeros: (size: readonly Dim[], dtype: DType): Symbolic => call("aten::zeros", { size, dtype }),
    /** 0, 1, …, end - 1 in int64. */
    iota: (end: Dim): Symbolic => call("aten::arange", { end, dtype: "int64" }),
  };
}

function series({ add, sub, mul }: ReturnType<typeof arithmetic>) {
  return {
    /** coefficients[0] * x^n + … + coefficients[n] (Horner). */
    polynomial: (x: Symbolic, coefficients: readonly number[]): Symbolic =>
      coefficients
        .slice(1)
        .reduce<Term>((y, c) => (typeof y === "number" ? add(mul(x, y), c) : add(mul(y, x), c)), coefficients[0] as number) as Symbolic,
    /** Sum of c[n-1-i] T_i(x / 2), the last coefficient halved (Cephes' chbevl, Clenshaw). */
    chebyshev(x: Symbolic, coefficients: readonly number[]): Symbolic {
      let [b0, b1, b2]: [Term, Term, Term] = [coefficients[0] as number, 0, 0];
      for (const c of coefficients.slice(1)) {
        [b2, b1] = [b1, b0];
        const grown = mul(x, b1);
        b0 = add(b2 === 0 ? grown : sub(grown, b2), c);
      }
      return mul(b2 === 0 ? (b0 as Symbolic) : sub(b0, b2), 0.5);
    },
  };
}

/** `f` computed in float32 where the tensors are float16 or bfloat16, and rounded once. */
export function widened(xs: readonly Symbolic[], call: Call, f: (...xs: Symbolic[]) => Symbolic): Symbolic {
  const dtype = xs[0]?.dtype as DType;
  const { to, wide } = algebra(call);
  return isLow(dtype) ? to(f(...xs.map(wide)), dtype) : f(...xs);
}

/** `self`, or as float32 where it is of integers. */
export const asFloat = (self: Symbolic, call: Call): Symbolic =>
  isFloat(self.dtype) || isComplex(self.dtype) ? self : call("aten::to.dtype", { self, dtype: "float32" });
