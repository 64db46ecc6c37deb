/** @file How ONNX says numbers of a program: sizes as int64 scalars, fractions in double precision as Python has them, assertions where checks are kept. */

import { each } from "../../aten/broadcast.ts";
import { promoteTypes } from "../../aten/promotion.ts";
import { type BinaryName, binaryKnown, operators, type UnaryName, unaries, unaryKnown } from "../../aten/symbolic.ts";
import { type DType, isFloat, isInteger } from "../../dtype.ts";
import { product, SymInt } from "../../symbolic.ts";
import { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { axisOf, type Numeric, operand } from "./operand.ts";
import type { LoweringTable } from "./table.ts";

type Number_ = number | Value;

/** A number as symbolic arithmetic takes it: what is known of a size; null where only the run can tell. */
const asKnown = (x: Numeric) => (x instanceof Value ? (x.dtype === "int64" ? (x.data?.[0] ?? null) : null) : x);

/** What is known, as a number or as an int64 scalar; null where it must be computed from the operands. */
function fromKnown(x: ReturnType<typeof binaryKnown>, op: OpBuilder): Number_ | null {
  if (x === null || x instanceof SymInt) return x === null ? null : op.dim(x);
  return x as number; // a truth value stays one: results of comparisons
}

const dtypeOf = (x: Numeric): DType =>
  x instanceof Value ? x.dtype : typeof x === "boolean" ? "bool" : Number.isInteger(Number(x)) ? "int64" : "float64";
/** Operands of one dtype: double precision where one is a fraction, else int64. */
function common(a: Numeric, b: Numeric, op: OpBuilder): [Value, Value] {
  const dtype: DType = [a, b].some((x) => isFloat(dtypeOf(x))) ? "float64" : "int64";
  return [operand(op, a, dtype), operand(op, b, dtype)];
}
const twoTo = (b: Numeric, op: OpBuilder): Value => op.Pow(op.scalar(2, "int64"), operand(op, b, "int64"));
const floorDiv = (a: Value, b: Value, op: OpBuilder): Value =>
  isFloat(a.dtype) ? op.Floor(op.Div(a, b)) : op.Div(op.Sub(a, op.Mod(a, b)), b);
const floorMod = (a: Value, b: Value, op: OpBuilder): Value =>
  isFloat(a.dtype) ? op.Sub(a, op.Mul(op.Floor(op.Div(a, b)), b)) : op.Mod(a, b);

const computed: { readonly [K in BinaryName]: (a: Value, b: Value, op: OpBuilder) => Value } = {
  "_operator::add": (a, b, op) => op.Add(a, b),
  "_operator::sub": (a, b, op) => op.Sub(a, b),
  "_operator::mul": (a, b, op) => op.Mul(a, b),
  "_operator::floordiv": floorDiv,
  "_operator::mod": floorMod,
  "_operator::truediv": (a, b, op) => op.Div(op.cast(a, "float64"), op.cast(b, "float64")),
  "_operator::pow": (a, b, op) => op.Pow(a, b),
  "_operator::lshift": (a, b, op) => op.Mul(a, twoTo(b, op)),
  "_operator::rshift": (a, b, op) => floorDiv(a, twoTo(b, op), op),
  "_operator::eq": (a, b, op) => op.Equal(a, b),
  "_operator::ne": (a, b, op) => op.Not(op.Equal(a, b)),
  "_operator::lt": (a, b, op) => op.Less(a, b),
  "_operator::le": (a, b, op) => op.LessOrEqual(a, b),
  "_operator::gt": (a, b, op) => op.Greater(a, b),
  "_operator::ge": (a, b, op) => op.GreaterOrEqual(a, b),
  "torch::sym_max": (a, b, op) => op.Max(a, b),
  "torch::sym_min": (a, b, op) => op.Min(a, b),
};
const computedUnary: { readonly [K in UnaryName]: (a: Value, op: OpBuilder) => Value } = {
  "_operator::neg": (a, op) => op.Neg(a),
  "_operator::pos": (a, op) => op.Identity(a),
  "_operator::abs": (a, op) => op.Abs(a),
  "_operator::invert": (a, op) => (a.dtype === "bool" ? op.Not(a) : op.Sub(op.Neg(a), 1)),
  "math::ceil": (a, op) => (isFloat(a.dtype) ? op.cast(op.Ceil(a), "int64") : a),
  "math::floor": (a, op) => (isFloat(a.dtype) ? op.cast(op.Floor(a), "int64") : a),
  "math::trunc": (a, op) => op.cast(a, "int64"),
  "torch::sym_int": (a, op) => op.cast(a, "int64"),
  "torch::sym_float": (a, op) => op.cast(a, "float64"),
  "torch::sym_sqrt": (a, op) => op.Sqrt(op.cast(a, "float64")),
  "torch::_sym_sqrt": (a, op) => op.Sqrt(op.cast(a, "float64")),
  "torch::sym_not": (a, op) => op.Not(op.cast(a, "bool")),
};

const binaryNames = Object.keys(operators) as BinaryName[];
/** What is known of sizes is what a check is about: with checks, comparisons are left to the run, in doubles, of which nothing is known. */
const compares = (name: BinaryName): boolean => /::(eq|ne|lt|le|gt|ge)$/.test(name);
const binary = (name: BinaryName, a: Numeric, b: Numeric, op: OpBuilder): Number_ => {
  if (op.checks !== null && compares(name) && (a instanceof Value || b instanceof Value))
    return computed[name](operand(op, a, "float64"), operand(op, b, "float64"), op);
  return fromKnown(binaryKnown(operators[name], asKnown(a), asKnown(b)), op) ?? computed[name](...common(a, b, op), op);
};
const unary = (name: UnaryName, a: Numeric, op: OpBuilder): Number_ =>
  fromKnown(unaryKnown(unaries[name], asKnown(a)), op) ?? computedUnary[name](operand(op, a, dtypeOf(a)), op);
/** Logic on truth values, bits of integers. */
const logic =
  (onnx: "And" | "Or") =>
  ({ a, b }: { a: Numeric; b: Numeric }, op: OpBuilder): Value => {
    if (dtypeOf(a) === "bool" && dtypeOf(b) === "bool") return op[onnx](operand(op, a, "bool"), operand(op, b, "bool"));
    return op[`Bitwise${onnx}`](operand(op, a, "int64"), operand(op, b, "int64"));
  };

/** The one element, as a scalar: integers in int64. */
const element = ({ self }: { self: Value }, op: OpBuilder): Value => {
  const scalar = op.reshape(self, []);
  return isInteger(self.dtype) ? op.cast(scalar, "int64") : scalar;
};
const nothing = (): [] => [];
const token = ({ dep_token }: { dep_token: Value }, op: OpBuilder): Value => op.Identity(dep_token);
/** Keeps what is asserted, where checks are kept. */
const assert = (self: Numeric, text: string, op: OpBuilder): [] => {
  op.check(self instanceof Value ? self : Boolean(self), text);
  return [];
};
interface Ranged {
  readonly size: Numeric;
  readonly min: number | null;
  readonly max: number | null;
}
const assertRange = ({ size, min, max }: Ranged, op: OpBuilder): [] => {
  if (op.checks === null) return [];
  const x = operand(op, size, "float64");
  if (min !== null) assert(op.GreaterOrEqual(x, Number(min)), `a size is at least ${min}`, op);
  if (max !== null) assert(op.LessOrEqual(x, Number(max)), `a size is at most ${max}`, op);
  return [];
};

export const symbolic = {
  ...each(
    binaryNames,
    (name) =>
      ({ a, b }: { a: Numeric; b: Numeric }, op: OpBuilder): Number_ =>
        binary(name, a, b, op),
  ),
  "_operator::and_": logic("And"),
  "_operator::or_": logic("Or"),
  ...each(
    ["_operator::neg", "_operator::pos", "_operator::abs", "_operator::invert"],
    (name) =>
      ({ a }: { a: Numeric }, op: OpBuilder): Number_ =>
        unary(name, a, op),
  ),
  ...each(
    ["torch::sym_int", "torch::sym_float", "torch::sym_sqrt", "torch::_sym_sqrt", "torch::sym_not"],
    (name) =>
      ({ a }: { a: Numeric }, op: OpBuilder): Number_ =>
        unary(name, a, op),
  ),
  ...each(
    ["math::ceil", "math::floor", "math::trunc"],
    (name) =>
      ({ x }: { x: Numeric }, op: OpBuilder): Number_ =>
        unary(name, x, op),
  ),
  "torch::sym_sum": ({ args }, op) => args.reduce<Number_>((a, b) => binary("_operator::add", a, b, op), 0),
  "torch::sym_ite": ({ b, t, f }, op) => (b instanceof Value ? op.Where(b, ...common(t, f, op)) : b ? (t as number) : (f as number)),

  "aten::sym_size.int": ({ self, dim }, op) => op.dim(self.shape[axisOf(dim, self.rank)] as number),
  "aten::size.int": ({ self, dim }, op) => op.dim(self.shape[axisOf(dim, self.rank)] as number) as never,
  "aten::sym_numel": ({ self }, op) => op.dim(product(self.shape)),
  "aten::numel": ({ self }, op) => op.dim(product(self.shape)) as never,
  "aten::dim": ({ self }) => self.rank,
  // ONNX values are contiguous: what a program computes from strides and offsets of other layouts is settled when it is captured.
  "aten::sym_stride.int": ({ self, dim }, op) => op.dim(product(self.shape.slice(axisOf(dim, self.rank) + 1))),
  "aten::sym_storage_offset": () => 0,
  "aten::sym_is_contiguous": () => true,
  "aten::_shape_as_tensor": ({ self }, op) => op.Identity(op.dims(self.shape)),
  ...each(["aten::item", "aten::_local_scalar_dense"], () => element),
  "aten::is_nonzero": ({ self }, op) => op.cast(op.reshape(self, []), "bool") as never,

  "aten::_assert_scalar": ({ self, assert_msg }, op) => assert(self, assert_msg, op),
  "aten::_assert_async": ({ self }, op) => assert(self, "torch._assert_async", op),
  "aten::_assert_async.msg": ({ self, assert_msg }, op) => assert(self, assert_msg, op),
  ...each(["aten::_assert_tensor_metadata", "aten::_linalg_check_errors"], () => nothing),
  "aten::promote_types": ({ type1, type2 }) => promoteTypes(type1, type2),
  ...each(["aten::sym_constrain_range", "aten::sym_constrain_range_for_size"], () => assertRange),
  ...each(
    ["aten::_functional_sym_constrain_range", "aten::_functional_sym_constrain_range_for_size"],
    () =>
      (args: Ranged & { dep_token: Value }, op: OpBuilder): Value => {
        assertRange(args, op);
        return token(args, op);
      },
  ),
  "aten::_functional_assert_scalar": ({ self, assert_msg, dep_token }, op) => {
    assert(self, assert_msg, op);
    return token({ dep_token }, op);
  },
  "aten::_functional_assert_async.msg": ({ self, assert_msg, dep_token }, op) => {
    assert(self, assert_msg, op);
    return token({ dep_token }, op);
  },
} satisfies LoweringTable;
