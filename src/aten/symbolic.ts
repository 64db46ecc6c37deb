/** @file Numbers of a program: Python's arithmetic on sizes (`_operator::*`, `math::*`, `torch::sym_*`), numbers out of tensors, assertions. */

import { item } from "../core/ops/real.ts";
import { fromIntegers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { contiguousStrides, numel } from "../core/strided.ts";
import { isInteger } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { compare, type Dim, floordiv, max, min, mod, mul, neg, product, type Shape, SymInt, sub, add as sum } from "../symbolic.ts";
import { each } from "./broadcast.ts";
import type { Complex, TensorType } from "./graph.ts";
import { promoteTypes } from "./promotion.ts";
import type { AtenTable, Fresh, Op, ScalarOf } from "./table.ts";
import { wrapDim } from "./view-shape.ts";

/** Number or truth value that only a run can tell: a float of the data, an undecided comparison. */
export const runtime = null as never;

type Plain = number | bigint | boolean | Complex;
type Known = Dim | boolean;

/** An operand of exact arithmetic: a size, an integer, a truth value as 0 or 1; null for fractions and numbers that only a run can tell. */
function asDim(x: ScalarOf<Dim> | null): Dim | null {
  if (x instanceof SymInt) return x;
  if (x === null || typeof x === "object") return null;
  const n = Number(x);
  return Number.isInteger(n) ? n : null;
}
const isNumber = (x: ScalarOf<Dim> | null): x is number | bigint | boolean => x !== null && typeof x !== "object";

/** What an operator does to two JS numbers as Python does it, and to two sizes. */
interface Operator {
  readonly numbers: (a: number, b: number) => number | boolean;
  readonly dims: (a: Dim, b: Dim) => Known | null;
}

/** Python's `a % b`: the sign of b. */
const pythonMod = (a: number, b: number): number => a - Math.floor(a / b) * b;

/** A size to a small power that is a number. */
function powerOf(a: Dim, b: Dim): Dim | null {
  if (typeof b !== "number" || b < 0 || b > 8) return null;
  return Array.from({ length: b }, () => a).reduce<Dim>(mul, 1);
}
const shifted =
  (f: (a: Dim, factor: Dim) => Dim) =>
  (a: Dim, b: Dim): Dim | null =>
    typeof b === "number" ? f(a, 2 ** b) : null;
const noDims = (): null => null;

/** Every binary operator on numbers of a program, by the name of the Python function. */
export const operators = {
  "_operator::add": { numbers: (a, b) => a + b, dims: sum },
  "_operator::sub": { numbers: (a, b) => a - b, dims: sub },
  "_operator::mul": { numbers: (a, b) => a * b, dims: mul },
  "_operator::floordiv": { numbers: (a, b) => Math.floor(a / b), dims: floordiv },
  "_operator::mod": { numbers: pythonMod, dims: mod },
  "_operator::truediv": { numbers: (a, b) => a / b, dims: noDims },
  "_operator::pow": { numbers: (a, b) => a ** b, dims: powerOf },
  "_operator::lshift": { numbers: (a, b) => a * 2 ** b, dims: shifted(mul) },
  "_operator::rshift": { numbers: (a, b) => Math.floor(a / 2 ** b), dims: shifted(floordiv) },
  "_operator::eq": { numbers: (a, b) => a === b, dims: (a, b) => compare(a, "==", b) },
  "_operator::ne": { numbers: (a, b) => a !== b, dims: (a, b) => compare(a, "!=", b) },
  "_operator::lt": { numbers: (a, b) => a < b, dims: (a, b) => compare(a, "<", b) },
  "_operator::le": { numbers: (a, b) => a <= b, dims: (a, b) => compare(a, "<=", b) },
  "_operator::gt": { numbers: (a, b) => a > b, dims: (a, b) => compare(a, ">", b) },
  "_operator::ge": { numbers: (a, b) => a >= b, dims: (a, b) => compare(a, ">=", b) },
  "torch::sym_max": { numbers: Math.max, dims: max },
  "torch::sym_min": { numbers: Math.min, dims: min },
} as const satisfies { readonly [K in Op]?: Operator };
export type BinaryName = keyof typeof operators;

/** `and_` and `or_`: of truth values a truth value, of integers their bits. */
const bits = {
  "_operator::and_": (a: number | boolean, b: number | boolean) =>
    typeof a === "boolean" && typeof b === "boolean" ? a && b : Number(a) & Number(b),
  "_operator::or_": (a: number | boolean, b: number | boolean) =>
    typeof a === "boolean" && typeof b === "boolean" ? a || b : Number(a) | Number(b),
};

/** What is known of `a op b`: a size, a number, a truth value; null where only a run can tell. */
export function binaryKnown({ numbers, dims }: Operator, a: ScalarOf<Dim> | null, b: ScalarOf<Dim> | null): Known | null {
  if (isNumber(a) && isNumber(b)) return numbers(Number(a), Number(b));
  const [x, y] = [asDim(a), asDim(b)];
  return x === null || y === null ? null : dims(x, y);
}

type Unary = { readonly numbers: (a: number) => number | boolean; readonly dims: (a: Dim) => Known | null };
const same = (a: Dim): Dim => a;
/** Every unary operator on numbers of a program. */
export const unaries = {
  "_operator::neg": { numbers: (a) => -a, dims: neg },
  "_operator::pos": { numbers: (a) => a, dims: same },
  "_operator::abs": { numbers: Math.abs, dims: (a) => max(a, neg(a)) },
  "_operator::invert": { numbers: (a) => -a - 1, dims: (a) => sub(neg(a), 1) },
  "math::ceil": { numbers: Math.ceil, dims: same },
  "math::floor": { numbers: Math.floor, dims: same },
  "math::trunc": { numbers: Math.trunc, dims: same },
  "torch::sym_int": { numbers: Math.trunc, dims: same },
  "torch::sym_float": { numbers: (a) => a, dims: noDims },
  "torch::sym_sqrt": { numbers: Math.sqrt, dims: noDims },
  // The name that saved programs have for it.
  "torch::_sym_sqrt": { numbers: Math.sqrt, dims: noDims },
  "torch::sym_not": { numbers: (a) => !a, dims: noDims },
} as const satisfies { readonly [K in Op]?: Unary };
export type UnaryName = keyof typeof unaries;

export function unaryKnown({ numbers, dims }: Unary, a: ScalarOf<Dim> | null): Known | null {
  if (isNumber(a)) return numbers(Number(a));
  const x = asDim(a);
  return x === null ? null : dims(x);
}

const binaryNames = Object.keys(operators) as BinaryName[];
const bitNames = ["_operator::and_", "_operator::or_"] as const;
const unaryNames = ["_operator::neg", "_operator::pos", "_operator::abs", "_operator::invert"] as const;

/** The one element of a tensor: an integer is a new size, anything else is known at run time only. */
const element = {
  meta: ({ self }: { self: TensorType }, fresh: Fresh): ScalarOf<Dim> => (isInteger(self.dtype) ? fresh("u") : runtime),
  eval: ({ self }: { self: Strided }): ScalarOf<number> => (self.dtype === "bool" ? item(self) !== 0 : item(self)),
};

/** Strides that are known, else those of a contiguous tensor. */
function stridesOf({ shape, strides }: TensorType): Shape {
  return strides ?? shape.map((_, i) => product(shape.slice(i + 1)));
}

function refuted(message: string): never {
  throw new OnnxExporterError(
    "eval/assert",
    `an assertion of the program does not hold: ${message}`,
    "give inputs that satisfy the program's constraints",
  );
}
const holds = (x: Plain): boolean => (typeof x === "object" ? x.re !== 0 || x.im !== 0 : Boolean(x));
const nothing = (): [] => [];
const token = { meta: ({ dep_token }: { dep_token: TensorType }) => dep_token, eval: ({ dep_token }: { dep_token: Strided }) => dep_token };

export const symbolic = {
  ...each(binaryNames, (name) => ({
    meta: ({ a, b }: { a: ScalarOf<Dim>; b: ScalarOf<Dim> }): Known => binaryKnown(operators[name], a, b) ?? runtime,
    eval: ({ a, b }: { a: ScalarOf<number>; b: ScalarOf<number> }): boolean | number => operators[name].numbers(Number(a), Number(b)),
  })),
  ...each(bitNames, (name) => ({
    meta: ({ a, b }: { a: ScalarOf<Dim>; b: ScalarOf<Dim> }): Known =>
      isNumber(a) && isNumber(b) && typeof a !== "bigint" && typeof b !== "bigint" ? bits[name](a, b) : runtime,
    eval: ({ a, b }: { a: ScalarOf<number>; b: ScalarOf<number> }): boolean | number =>
      bits[name](a as number | boolean, b as number | boolean),
  })),
  ...each(unaryNames, (name) => ({
    meta: ({ a }: { a: ScalarOf<Dim> }): Known => unaryKnown(unaries[name], a) ?? runtime,
    eval: ({ a }: { a: ScalarOf<number> }): number => Number(unaries[name].numbers(Number(a))),
  })),
  ...each(["torch::sym_int", "torch::sym_float", "torch::sym_sqrt", "torch::_sym_sqrt", "torch::sym_not"], (name) => ({
    meta: ({ a }: { a: ScalarOf<Dim> }): Known => unaryKnown(unaries[name], a) ?? runtime,
    eval: ({ a }: { a: ScalarOf<number> }): never => unaries[name].numbers(Number(a)) as never,
  })),
  ...each(["math::ceil", "math::floor", "math::trunc"], (name) => ({
    meta: ({ x }: { x: ScalarOf<Dim> }): Known => unaryKnown(unaries[name], x) ?? runtime,
    eval: ({ x }: { x: ScalarOf<number> }): number => unaries[name].numbers(Number(x)),
  })),
  "torch::sym_sum": {
    meta: ({ args }) => args.reduce<ScalarOf<Dim>>((a, b) => binaryKnown(operators["_operator::add"], a, b) ?? runtime, 0),
    eval: ({ args }) => args.reduce<number>((a, b) => a + Number(b), 0),
  },
  "torch::sym_ite": {
    meta: ({ b, t, f }) => (typeof b === "boolean" ? (b ? t : f) : runtime),
    eval: ({ b, t, f }) => (holds(b) ? t : f),
  },

  "aten::sym_size.int": {
    meta: ({ self, dim }) => self.shape[wrapDim(dim, self.shape.length)] as Dim,
    eval: ({ self, dim }) => self.shape[wrapDim(dim, self.shape.length)] as number,
  },
  "aten::size.int": {
    meta: ({ self, dim }) => self.shape[wrapDim(dim, self.shape.length)] as number,
    eval: ({ self, dim }) => self.shape[wrapDim(dim, self.shape.length)] as number,
  },
  "aten::sym_numel": { meta: ({ self }) => product(self.shape), eval: ({ self }) => numel(self.shape) },
  "aten::numel": { meta: ({ self }) => product(self.shape) as number, eval: ({ self }) => numel(self.shape) },
  "aten::dim": { meta: ({ self }) => self.shape.length, eval: ({ self }) => self.shape.length },
  "aten::sym_stride.int": {
    meta: ({ self, dim }) => stridesOf(self)[wrapDim(dim, self.shape.length)] as Dim,
    eval: ({ self, dim }) => self.strides[wrapDim(dim, self.shape.length)] as number,
  },
  "aten::sym_storage_offset": { meta: () => runtime, eval: ({ self }) => self.offset },
  "aten::sym_is_contiguous": {
    meta: () => true,
    eval: ({ self }) => contiguousStrides(self.shape).every((s, i) => self.shape[i] === 1 || s === self.strides[i]),
  },
  "aten::_shape_as_tensor": {
    meta: ({ self }) => ({ dtype: "int64", shape: [self.shape.length] }),
    eval: ({ self }) => fromIntegers(self.shape),
  },
  ...each(["aten::item", "aten::_local_scalar_dense"], () => element),
  "aten::is_nonzero": { meta: () => runtime, eval: ({ self }) => item(self) !== 0 },

  "aten::_assert_scalar": { meta: nothing, eval: ({ self, assert_msg }) => (holds(self) ? [] : refuted(assert_msg)) },
  "aten::_assert_async": { meta: nothing, eval: ({ self }) => (item(self) !== 0 ? [] : refuted("torch._assert_async")) },
  "aten::_assert_async.msg": { meta: nothing, eval: ({ self, assert_msg }) => (item(self) !== 0 ? [] : refuted(assert_msg)) },
  "aten::_assert_tensor_metadata": {
    meta: nothing,
    eval: ({ a, dtype }) => (dtype === null || dtype === a.dtype ? [] : refuted(`dtype is ${a.dtype}, expected ${dtype}`)),
  },
  ...each(["aten::sym_constrain_range", "aten::sym_constrain_range_for_size"], () => ({
    meta: nothing,
    eval: ({ size, min, max }: { size: ScalarOf<number>; min: number | null; max: number | null }): [] =>
      (min === null || Number(size) >= min) && (max === null || Number(size) <= max)
        ? []
        : refuted(`${String(size)} is not in [${min}, ${max}]`),
  })),
  ...each(
    ["aten::_functional_sym_constrain_range", "aten::_functional_sym_constrain_range_for_size", "aten::_functional_assert_scalar"],
    () => token,
  ),
  "aten::_functional_assert_async.msg": token,
  // What torch.tensor of symbolic sizes leaves in a program.
  "aten::promote_types": { meta: ({ type1, type2 }) => promoteTypes(type1, type2), eval: ({ type1, type2 }) => promoteTypes(type1, type2) },
  "aten::_make_dep_token": { decompose: (_, call) => call("aten::zeros", { size: [], dtype: "float32" }) },
} satisfies AtenTable;
