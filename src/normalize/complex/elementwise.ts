/** @file The complex pass on arithmetic, elementary functions and tests of every element. */

import { each } from "../../aten/broadcast.ts";
import { Value } from "../../aten/graph.ts";
import type { Op, ScalarOf } from "../../aten/table.ts";
import type { Dim, Shape } from "../../symbolic.ts";
import * as algebra from "./algebra.ts";
import type { Cartesian, Operand, Pair } from "./pair.ts";
import { cartesian, type Rewriting, type RuleTable } from "./rule.ts";

type X = Operand | ScalarOf<Dim>;
interface Two {
  readonly self: X;
  readonly other: X;
}

const unary =
  (f: algebra.Unary) =>
  ({ self }: { readonly self: Operand }, at: Rewriting): Cartesian =>
    f(cartesian(self, at), at.real);
const binary =
  (f: algebra.Binary) =>
  ({ self, other }: Two, at: Rewriting): Cartesian =>
    f(cartesian(self, at), cartesian(other, at), at.real);

/** self ± alpha other, with the operands exchanged where `flip`. */
const sum =
  (f: algebra.Binary, flip = false) =>
  ({ self, other, alpha }: Two & { readonly alpha: ScalarOf<Dim> }, at: Rewriting): Cartesian => {
    const [x, y] = flip ? [other, self] : [self, other];
    return f(cartesian(x, at), algebra.mul(cartesian(y, at), cartesian(alpha, at), at.real), at.real);
  };

const size = ({ self }: { readonly self: Operand }, at: Rewriting): Value =>
  at.real.hypot((self as Pair).re, (self as Pair).cartesian.im) as Value;

/** Whether x == y, part by part: truth values of `shape` where only numbers are compared. */
function equal(x: X, y: X, shape: Shape, at: Rewriting): Value {
  const [a, b] = [cartesian(x, at), cartesian(y, at)];
  const same = at.real.and(at.real.equal(a.re, b.re), at.real.equal(a.im, b.im));
  return same instanceof Value ? same : at.real.call("aten::full", { size: shape, fill_value: same, dtype: "bool" });
}
const equals = ({ self, other }: Two, at: Rewriting): Value => equal(self, other, at.types[0]?.shape ?? [], at);
const differs = (args: Two, at: Rewriting): Value => at.real.call("aten::logical_not", { self: equals(args, at) });

/** A test that holds where it holds of the parts, joined by `join`; an imaginary part of 0 changes none of them. */
const test =
  (name: "isnan" | "isinf" | "isfinite" | "logical_not", join: "logical_or" | "logical_and") =>
  ({ self }: { readonly self: Operand }, at: Rewriting): Value => {
    const z = self as Pair;
    const ofReal = at.real.call(`aten::${name}`, { self: z.re });
    if (z.cartesian.im === 0) return ofReal;
    return at.real.call(`aten::${join}`, { self: ofReal, other: at.real.call(`aten::${name}`, { self: z.im }) });
  };

/** What is true of a number: that it is not 0. */
export const truth = (self: Operand, at: Rewriting): Value => at.real.call("aten::logical_not", { self: equal(self, 0, self.shape, at) });

const logical = <N extends "aten::logical_and" | "aten::logical_or" | "aten::logical_xor">(names: readonly N[]) =>
  each(
    names,
    (op) =>
      ({ self, other }: { readonly self: Operand; readonly other: Operand }, at: Rewriting) =>
        at.real.call(op, { self: truth(self, at), other: truth(other, at) }),
  );

const both = <N extends Op, R>(names: readonly N[], rule: R) => each(names, () => rule);

export const elementwise = {
  ...both(["aten::add.Tensor", "aten::add.Scalar"], sum(algebra.add)),
  ...both(["aten::sub.Tensor", "aten::sub.Scalar"], sum(algebra.sub)),
  ...both(["aten::rsub.Tensor", "aten::rsub.Scalar"], sum(algebra.sub, true)),
  ...both(["aten::mul.Tensor", "aten::mul.Scalar"], binary(algebra.mul)),
  ...both(["aten::div.Tensor", "aten::div.Scalar", "aten::true_divide.Tensor", "aten::true_divide.Scalar"], binary(algebra.div)),
  "aten::neg": unary(algebra.neg),
  "aten::reciprocal": unary(algebra.reciprocal),
  "aten::exp": unary(algebra.exp),
  "aten::log": unary(algebra.log),
  "aten::sqrt": unary(algebra.sqrt),
  "aten::sin": unary(algebra.sin),
  "aten::cos": unary(algebra.cos),
  "aten::sinh": unary(algebra.sinh),
  "aten::cosh": unary(algebra.cosh),
  "aten::abs": size,
  ...both(["aten::eq.Tensor", "aten::eq.Scalar"], equals),
  ...both(["aten::ne.Tensor", "aten::ne.Scalar"], differs),
  "aten::isnan": test("isnan", "logical_or"),
  "aten::isinf": test("isinf", "logical_or"),
  "aten::isfinite": test("isfinite", "logical_and"),
  "aten::logical_not": test("logical_not", "logical_and"),
  ...logical(["aten::logical_and", "aten::logical_or", "aten::logical_xor"]),
  "aten::isreal": ({ self }, at) => at.call("aten::eq.Scalar", { self: at.call("aten::imag", { self }), other: 0 }),
} satisfies RuleTable;
