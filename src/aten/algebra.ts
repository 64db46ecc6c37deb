/** @file Formulas in other ops, written as formulas: `const { add, mul, exp } = algebra(call)`. */

import { type DType, isComplex, isFloat, isLow } from "../dtype.ts";
import { isTensor } from "./broadcast.ts";
import type { Call, Symbolic } from "./table.ts";

/** An operand of a formula: a tensor or a number. At least one operand of an operation is a tensor. */
export type Term = Symbolic | number;

/** Operations on tensors and numbers, carried out by `call`. */
export function algebra(call: Call) {
  const binary =
    (name: "add" | "sub" | "mul" | "div") =>
    (a: Term, b: Term): Symbolic => {
      if (!isTensor<Symbolic>(b)) return call(`aten::${name}.Scalar`, { self: a as Symbolic, other: b });
      if (isTensor<Symbolic>(a)) return call(`aten::${name}.Tensor`, { self: a, other: b });
      if (name === "add" || name === "mul") return call(`aten::${name}.Scalar`, { self: b, other: a });
      if (name === "sub") return call("aten::rsub.Scalar", { self: b, other: a });
      return call("aten::mul.Scalar", { self: call("aten::reciprocal", { self: b }), other: a });
    };
  const unary =
    <
      N extends
        | "exp"
        | "log"
        | "sin"
        | "cos"
        | "tan"
        | "sqrt"
        | "abs"
        | "neg"
        | "floor"
        | "trunc"
        | "round"
        | "acos"
        | "acosh"
        | "sinh"
        | "cosh"
        | "isnan"
        | "isinf"
        | "erfc"
        | "log1p",
    >(
      name: N,
    ) =>
    (x: Symbolic): Symbolic =>
      call(`aten::${name}`, { self: x });
  const compare =
    (name: "lt" | "le" | "gt" | "ge" | "eq") =>
    (a: Symbolic, b: Term): Symbolic =>
      isTensor<Symbolic>(b) ? call(`aten::${name}.Tensor`, { self: a, other: b }) : call(`aten::${name}.Scalar`, { self: a, other: b });
  const [add, sub, mul, div] = [binary("add"), binary("sub"), binary("mul"), binary("div")];
  return {
    add,
    sub,
    mul,
    div,
    exp: unary("exp"),
    log: unary("log"),
    sin: unary("sin"),
    cos: unary("cos"),
    tan: unary("tan"),
    sqrt: unary("sqrt"),
    abs: unary("abs"),
    neg: unary("neg"),
    floor: unary("floor"),
    trunc: unary("trunc"),
    round: unary("round"),
    acos: unary("acos"),
    acosh: unary("acosh"),
    sinh: unary("sinh"),
    cosh: unary("cosh"),
    isnan: unary("isnan"),
    isinf: unary("isinf"),
    erfc: unary("erfc"),
    log1p: unary("log1p"),
    lt: compare("lt"),
    le: compare("le"),
    gt: compare("gt"),
    ge: compare("ge"),
    eq: compare("eq"),
    and: (self: Symbolic, other: Symbolic): Symbolic => call("aten::logical_and", { self, other }),
    pow: (self: Symbolic, exponent: Term): Symbolic =>
      isTensor<Symbolic>(exponent)
        ? call("aten::pow.Tensor_Tensor", { self, exponent })
        : call("aten::pow.Tensor_Scalar", { self, exponent }),
    remainder: (self: Symbolic, other: number): Symbolic => call("aten::remainder.Scalar", { self, other }),
    clamp: (self: Symbolic, min: number | null, max: number | null): Symbolic => call("aten::clamp", { self, min, max }),
    /** condition ? a : b; one of a and b is a tensor. */
    where(condition: Symbolic, a: Term, b: Term): Symbolic {
      if (!isTensor<Symbolic>(a)) return call("aten::where.ScalarSelf", { condition, self: a, other: b as Symbolic });
      return isTensor<Symbolic>(b)
        ? call("aten::where.self", { condition, self: a, other: b })
        : call("aten::where.ScalarOther", { condition, self: a, other: b });
    },
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
        const grown = typeof b1 === "number" ? mul(x, b1) : mul(x, b1);
        b0 = add(b2 === 0 ? grown : sub(grown, b2), c);
      }
      return mul(b2 === 0 ? (b0 as Symbolic) : sub(b0, b2), 0.5);
    },
    cast: (self: Symbolic, dtype: DType): Symbolic => (self.dtype === dtype ? self : call("aten::to.dtype", { self, dtype })),
  };
}

/** `f` computed in float32 where the tensors are float16 or bfloat16, and rounded once. */
export function widened(xs: readonly Symbolic[], call: Call, f: (...xs: Symbolic[]) => Symbolic): Symbolic {
  const dtype = xs[0]?.dtype as DType;
  if (!isLow(dtype)) return f(...xs);
  const wide = xs.map((self) => call("aten::to.dtype", { self, dtype: "float32" }));
  return call("aten::to.dtype", { self: f(...wide), dtype });
}

/** `self`, or as float32 where it is of integers. */
export const asFloat = (self: Symbolic, call: Call): Symbolic =>
  isFloat(self.dtype) || isComplex(self.dtype) ? self : call("aten::to.dtype", { self, dtype: "float32" });
