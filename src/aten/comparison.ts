/** @file Elementwise comparison, tests and logic, and what chooses by them. Operands arrive promoted. */

import { binary, cast, compare, fill, unary, where } from "../core/ops/elementwise.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, isFloat, realOf } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { asFloat } from "./algebra.ts";
import { each, isTensor, type Operand, operand, pointwiseType, scalarDType } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Fresh, Meta, Op } from "./table.ts";

type X = Operand<Strided, number>;
type M = Operand<TensorType, Dim>;
type CoreCompare = Parameters<typeof compare>[0];

/** Integers and bools: finite, all of them. */
const isExact = (d: DType): boolean => !isFloat(d) && !isComplex(d);
const dtypeOf = (...operands: readonly X[]): DType => (operands.find((x) => isTensor<Strided>(x)) as Strided).dtype;

/** A test of every element: bool. */
const tests = <N extends Op>(names: readonly N[], test: (self: Strided, name: string) => Strided) =>
  each(names, (op) => ({
    meta: ({ self }: { self: TensorType }): Meta => ({ dtype: "bool", shape: self.shape }),
    eval: ({ self }: { self: Strided }): Strided => test(self, op.slice(6)),
  }));

const comparisons = <N extends CoreCompare>(names: readonly N[]) => {
  const entry = (name: N) => ({
    meta: ({ self, other }: { self: M; other: M }): Meta => pointwiseType([self, other], "bool"),
    eval: ({ self, other }: { self: X; other: X }): Strided =>
      compare(name, operand(self, dtypeOf(self, other)), operand(other, dtypeOf(self, other))),
  });
  return each(
    names.flatMap((n) => [`aten::${n}.Tensor`, `aten::${n}.Scalar`] as const),
    (op) => entry(op.slice(6, 8) as N),
  );
};

/** and, or, xor of truth values, of whatever dtype. */
const logicals = <N extends "and" | "or" | "xor">(names: readonly N[]) =>
  each(
    names.map((n) => `aten::logical_${n}` as const),
    (op) => ({
      meta: ({ self, other }: { self: M; other: M }): Meta => pointwiseType([self, other], "bool"),
      eval: ({ self, other }: { self: Strided; other: Strided }): Strided =>
        binary(`bitwise_${op.slice(14) as N}`, cast(self, "bool"), cast(operand(other, self.dtype), "bool")),
    }),
  );

const whereEntry = {
  meta: ({ condition, self, other }: { condition: TensorType; self: M; other: M }, _: Fresh, captured?: DType): Meta =>
    pointwiseType([condition, self, other], chosenDType(self, other, captured)),
  eval: ({ condition, self, other }: { condition: Strided; self: X; other: X }, captured?: DType): Strided => {
    const dtype = chosenDType(self, other, captured);
    return where(cast(condition, "bool"), operand(self, dtype), operand(other, dtype));
  },
};
/** A tensor's dtype, to which promotion brought the other one; of two numbers the captured one. */
const chosenDType = (self: M | X, other: M | X, captured?: DType): DType => {
  const tensor = [self, other].find((x) => isTensor<TensorType | Strided>(x));
  return tensor === undefined ? (captured ?? scalarDType(self, other)) : (tensor as TensorType | Strided).dtype;
};

const maskedFill = {
  meta: ({ self, mask }: { self: TensorType; mask: TensorType }): Meta => pointwiseType([self, mask]),
  eval: ({ self, mask, value }: { self: Strided; mask: Strided; value: X }): Strided =>
    where(mask, cast(operand(value, self.dtype), self.dtype), self),
};

/** Sign bit of floats, that of -0 too: the reciprocal of -0 is -inf. */
const negative = (x: Strided): Strided => {
  const zero = operand(0, x.dtype);
  const isNegative = compare("lt", x, zero);
  return binary("bitwise_or", isNegative, binary("bitwise_and", compare("eq", x, zero), compare("lt", unary("reciprocal", x), zero)));
};

export const comparison = {
  ...tests(["aten::logical_not"], (x) => unary("logical_not", x)),
  ...tests(["aten::isnan", "aten::isinf"], (x, name) => (isExact(x.dtype) ? compare("ne", x, x) : unary(name as "isnan", x))),
  ...tests(["aten::isfinite"], (x) =>
    isExact(x.dtype) ? compare("eq", x, x) : unary("logical_not", binary("bitwise_or", unary("isnan", x), unary("isinf", x))),
  ),
  ...tests(["aten::isposinf"], (x) =>
    isFloat(x.dtype) ? compare("eq", x, operand(Number.POSITIVE_INFINITY, x.dtype)) : compare("ne", x, x),
  ),
  ...tests(["aten::isneginf"], (x) =>
    isFloat(x.dtype) ? compare("eq", x, operand(Number.NEGATIVE_INFINITY, x.dtype)) : compare("ne", x, x),
  ),
  ...tests(["aten::signbit"], (x) => (isFloat(x.dtype) ? negative(x) : compare("lt", x, operand(0, x.dtype)))),
  "aten::isreal": {
    meta: ({ self }) => ({ dtype: "bool", shape: self.shape }),
    eval: ({ self }) =>
      isComplex(self.dtype) ? compare("eq", self, cast(cast(self, realOf(self.dtype)), self.dtype)) : fill("bool", self.shape, true),
  },

  ...comparisons(["eq", "ne", "lt", "le", "gt", "ge"]),
  ...logicals(["and", "or", "xor"]),
  ...each(["aten::where.self", "aten::where.ScalarSelf", "aten::where.ScalarOther", "aten::where.Scalar"], () => whereEntry),
  ...each(["aten::masked_fill.Scalar", "aten::masked_fill.Tensor"], () => maskedFill),
  "aten::isclose": {
    decompose: ({ self, other, rtol, atol, equal_nan }, call) => {
      const [x, y] = [asFloat(self, call), asFloat(other, call)];
      const gap = call("aten::abs", { self: call("aten::sub.Tensor", { self: x, other: y }) });
      const allowed = call("aten::add.Scalar", {
        self: call("aten::mul.Scalar", { self: call("aten::abs", { self: y }), other: rtol }),
        other: atol,
      });
      const near = call("aten::logical_and", {
        self: call("aten::isfinite", { self: gap }),
        other: call("aten::le.Tensor", { self: gap, other: allowed }),
      });
      const close = call("aten::logical_or", { self: call("aten::eq.Tensor", { self, other }), other: near });
      if (!equal_nan) return close;
      const both = call("aten::logical_and", { self: call("aten::isnan", { self: x }), other: call("aten::isnan", { self: y }) });
      return call("aten::logical_or", { self: close, other: both });
    },
  },
} satisfies AtenTable;
