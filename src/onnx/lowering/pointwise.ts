/** @file How ONNX says elementwise arithmetic, comparison and logic. */

import { each, finiteMax } from "../../aten/broadcast.ts";
import type { Op } from "../../aten/table.ts";
import { type DType, dtypes, isFloat } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { elementsOf } from "../opset/literal.ts";
import { dtypeOf, known, type Numeric, operand, pairOf } from "./operand.ts";
import type { LoweringTable, Results } from "./table.ts";

type Self = { readonly self: Value };
type Pair = { readonly self: Numeric; readonly other: Numeric };

/** ONNX ops of the same name and one operand. */
type SameName =
  | "Abs"
  | "Acos"
  | "Acosh"
  | "Asin"
  | "Asinh"
  | "Atan"
  | "Atanh"
  | "Ceil"
  | "Cos"
  | "Cosh"
  | "Erf"
  | "Exp"
  | "Floor"
  | "Log"
  | "Neg"
  | "Reciprocal"
  | "Round"
  | "Sigmoid"
  | "Sin"
  | "Sinh"
  | "Sqrt"
  | "Tan"
  | "Tanh";
const named = <N extends Lowercase<SameName>>(names: readonly `aten::${N}`[]) =>
  each(names, (name) => {
    const onnx = (name.charAt(6).toUpperCase() + name.slice(7)) as SameName;
    return ({ self }: Self, op: OpBuilder): Value => op[onnx](self);
  });
/** Roundings leave integers alone. */
const roundings = <N extends "ceil" | "floor" | "round">(names: readonly `aten::${N}`[]) =>
  each(names, (name) => {
    const onnx = (name.charAt(6).toUpperCase() + name.slice(7)) as "Ceil" | "Floor" | "Round";
    return ({ self }: Self, op: OpBuilder): Value => (isFloat(self.dtype) ? op[onnx](self) : op.Identity(self));
  });

/** self and other of one dtype, however the overload spells them. */
const pair =
  (f: (a: Value, b: Value, op: OpBuilder) => Value) =>
  ({ self, other }: Pair, op: OpBuilder): Value => {
    const [a, b] = pairOf(op, self, other);
    return f(a, b, op);
  };
const pairs = <N extends Op>(names: readonly N[], f: (a: Value, b: Value, op: OpBuilder) => Value) => each(names, () => pair(f));
const tensorAndScalar = <N extends string>(name: N) => [`aten::${name}.Tensor`, `aten::${name}.Scalar`] as const;

/** `alpha * x`; bools know no multiplication but truth. */
function scaled(x: Value, alpha: Numeric, op: OpBuilder): Value {
  if (alpha === 1) return x;
  const factor = operand(op, alpha, x.dtype);
  return x.dtype === "bool" ? op.And(x, factor) : op.Mul(x, factor);
}
const add = ({ self, other, alpha }: Pair & { alpha: Numeric }, op: OpBuilder): Value => {
  const [a, b] = pairOf(op, self, other);
  return a.dtype === "bool" ? op.Or(a, scaled(b, alpha, op)) : op.Add(a, scaled(b, alpha, op));
};
const subtract =
  (flip: boolean) =>
  ({ self, other, alpha }: Pair & { alpha: Numeric }, op: OpBuilder): Value => {
    const [a, b] = flip ? pairOf(op, other, self) : pairOf(op, self, other);
    return op.Sub(a, scaled(b, alpha, op));
  };

/** Towards zero. */
export function truncate(x: Value, op: OpBuilder): Value {
  return isFloat(x.dtype) ? op.Where(op.Less(x, 0), op.Ceil(x), op.Floor(x)) : op.Identity(x);
}

/** The number that a 0-d constant holds; null for any other value. */
const numberIn = (x: Value): number | null => (x.source?.materialized && x.rank === 0 ? Number(elementsOf(x.source)[0]) : null);

/** Remainder with the sign of the divisor: ONNX's Mod has it for integers; floats take it from the sign of the dividend. */
function remainder(a: Value, b: Value, op: OpBuilder): Value {
  if (!isFloat(a.dtype)) return op.Mod(a, b);
  const rest = op.Mod(a, b, { fmod: 1 });
  const divisor = numberIn(b);
  const opposite =
    divisor === null || !(Math.abs(divisor) > 0)
      ? op.Equal(op.Add(op.Sign(rest), op.Sign(b)), 0)
      : divisor > 0
        ? op.Less(rest, 0)
        : op.Greater(rest, 0);
  return op.Where(opposite, op.Add(rest, b), rest);
}

/**
 * Floor of the exact quotient, as ATen/native/cpu/BinaryOpsKernel.cpp takes it from the remainder; integers exactly. A quotient by a power
 * of two is exact itself (but for subnormal ones).
 */
function floorDivide(a: Value, b: Value, op: OpBuilder): Value {
  const divisor = numberIn(b);
  if (isFloat(a.dtype) && divisor !== null && Number.isInteger(Math.log2(Math.abs(divisor)))) return op.Floor(op.Div(a, b));
  const whole = op.Div(op.Sub(a, remainder(a, b, op)), b);
  if (!isFloat(a.dtype)) return whole;
  const quotient = op.Round(whole);
  return divisor !== null && divisor !== 0 ? quotient : op.Where(op.Equal(b, 0), op.Div(a, b), quotient);
}
const divMode = ({ self, other, rounding_mode }: Pair & { rounding_mode: string | null }, op: OpBuilder): Value => {
  const [a, b] = pairOf(op, self, other);
  if (rounding_mode === null) return op.Div(a, b);
  if (rounding_mode === "floor") return floorDivide(a, b, op);
  return isFloat(a.dtype) ? truncate(op.Div(a, b), op) : op.Div(a, b);
};

const power = ({ self, exponent }: { self: Numeric; exponent: Numeric }, op: OpBuilder): Value => {
  const [base, e] = pairOf(op, self, exponent);
  const n = known(exponent);
  if (n === 1) return op.Identity(base);
  if (n === 0.5) return op.Sqrt(base);
  if (n === -0.5) return op.Reciprocal(op.Sqrt(base));
  if (n === -1 && isFloat(base.dtype)) return op.Reciprocal(base);
  return op.Pow(base, e);
};

/** The bool form, or that of integers, of and, or, xor. */
const bitwise = (logical: "And" | "Or" | "Xor") =>
  pair((a, b, op) => (a.dtype === "bool" ? op[logical](a, b) : op[`Bitwise${logical}`](a, b)));
const bitwiseNames = <N extends string>(name: N) =>
  [`aten::${name}.Tensor`, `aten::${name}.Scalar`, `aten::${name}.Scalar_Tensor`] as const;
const shiftNames = <N extends string>(name: N) =>
  [`aten::${name}.Tensor`, `aten::${name}.Tensor_Scalar`, `aten::${name}.Scalar_Tensor`] as const;

/** x << n is x * 2^n, wrapping; x >> n is the floor of x / 2^n. ONNX shifts unsigned integers only. */
const shift =
  (direction: "LEFT" | "RIGHT") =>
  ({ self, other }: Pair, op: OpBuilder): Value => {
    const dtype = dtypeOf(op, self, other);
    const [x, n] = [operand(op, self, dtype), operand(op, other, dtype)];
    if (dtypes[dtype].kind === "uint") return op.BitShift(x, n, { direction });
    const bits = known(other);
    const factor =
      bits === null ? op.Pow(op.scalar(2, dtype), n) : op.scalar(BigInt.asIntN(dtypes[dtype].size * 8, 1n << BigInt(bits)), dtype);
    return direction === "LEFT" ? op.Mul(x, factor) : op.Div(op.Sub(x, op.Mod(x, factor)), factor);
  };

const comparison = (f: (a: Value, b: Value, op: OpBuilder) => Value) => pair(f);
const truth = (x: Value, op: OpBuilder): Value => op.cast(x, "bool");
const logical =
  (name: "And" | "Or" | "Xor") =>
  ({ self, other }: { self: Value; other: Value }, op: OpBuilder): Value =>
    op[name](truth(self, op), truth(other, op));

const where = (
  { condition, self, other }: Pair & { condition: Value },
  op: OpBuilder,
  [result]: readonly { readonly dtype: DType }[],
): Value => {
  const dtype = (result as { readonly dtype: DType }).dtype;
  return op.Where(truth(condition, op), operand(op, self, dtype), operand(op, other, dtype));
};

/** Clip takes 0-d bounds; tensors with dims are compared elementwise. */
function clamp(x: Value, min: Numeric | null, max: Numeric | null, op: OpBuilder): Value {
  const [low, high] = [min, max].map((b) => (b === null ? null : operand(op, b, x.dtype))) as [Value | null, Value | null];
  if ((low?.rank ?? 0) === 0 && (high?.rank ?? 0) === 0) return op.Clip(x, low, high);
  const raised = low === null ? x : op.Max(x, low);
  return high === null ? raised : op.Min(raised, high);
}

const ignoringNaN = (name: "Max" | "Min") =>
  pair((a, b, op) => (isFloat(a.dtype) ? op.Where(op.IsNaN(a), b, op.Where(op.IsNaN(b), a, op[name](a, b))) : op[name](a, b)));

/** The sign bit of floats, that of -0 too: x and 1 / x have the same sign, and one of them is not zero. */
function negative(x: Value, op: OpBuilder): Value {
  return op.Less(isFloat(x.dtype) ? op.Add(x, op.Reciprocal(x)) : x, 0);
}

/**
 * Angle of (x, y) in (-pi, pi]: atan of the quotient, turned by pi left of the y axis. Of two zeros or two infinities, which have no quotient,
 * the product of the signs is one; NaN is its own sign, but in half precision.
 */
function atan2(y: Value, x: Value, op: OpBuilder): Value {
  if (y.dtype === "float16") return op.cast(atan2(op.cast(y, "float32"), op.cast(x, "float32"), op), y.dtype);
  const quotient = op.Div(y, x);
  const unit = op.Where(op.IsNaN(quotient), op.Mul(op.Sign(y), op.Sign(x)), quotient);
  const pi = op.scalar(Math.PI, y.dtype);
  const turn = op.Where(negative(x, op), op.Where(negative(y, op), op.Neg(pi), pi), op.scalar(0, y.dtype));
  return op.Add(op.Atan(unit), turn);
}

export const pointwise = {
  ...named([
    "aten::acos",
    "aten::acosh",
    "aten::asin",
    "aten::asinh",
    "aten::atan",
    "aten::atanh",
    "aten::cos",
    "aten::cosh",
    "aten::erf",
    "aten::exp",
    "aten::log",
    "aten::neg",
    "aten::reciprocal",
    "aten::sigmoid",
    "aten::sin",
    "aten::sinh",
    "aten::sqrt",
    "aten::tan",
    "aten::tanh",
  ]),
  ...roundings(["aten::ceil", "aten::floor", "aten::round"]),
  "aten::trunc": ({ self }, op) => truncate(self, op),
  "aten::abs": ({ self }, op) => (self.dtype === "bool" || dtypes[self.dtype].kind === "uint" ? op.Identity(self) : op.Abs(self)),
  ...each(
    ["aten::sign", "aten::sgn"],
    () =>
      ({ self }: Self, op: OpBuilder): Value =>
        self.dtype === "bool" ? op.Identity(self) : op.Sign(self),
  ),
  "aten::rsqrt": ({ self }, op) => op.Reciprocal(op.Sqrt(self)),
  "aten::exp2": ({ self }, op) => op.Pow(op.scalar(2, self.dtype), self),
  "aten::expm1": ({ self }, op) => op.Sub(op.Exp(self), 1),
  "aten::log2": ({ self }, op) => op.Div(op.Log(self), Math.LN2),
  "aten::log10": ({ self }, op) => op.Div(op.Log(self), Math.LN10),
  "aten::log1p": ({ self }, op) => op.Log(op.Add(self, 1)),
  "aten::erfc": ({ self }, op) => op.Sub(op.scalar(1, self.dtype), op.Erf(self)),
  "aten::bitwise_not": ({ self }, op) => (self.dtype === "bool" ? op.Not(self) : op.BitwiseNot(self)),
  "aten::logical_not": ({ self }, op) => op.Not(truth(self, op)),
  "aten::isnan": ({ self }, op) => (isFloat(self.dtype) ? op.IsNaN(self) : op.Not(op.Equal(self, self))),
  "aten::isinf": ({ self }, op) => (isFloat(self.dtype) ? op.IsInf(self) : op.Not(op.Equal(self, self))),
  "aten::isposinf": ({ self }, op) => (isFloat(self.dtype) ? op.IsInf(self, { detect_negative: 0 }) : op.Not(op.Equal(self, self))),
  "aten::isneginf": ({ self }, op) => (isFloat(self.dtype) ? op.IsInf(self, { detect_positive: 0 }) : op.Not(op.Equal(self, self))),
  "aten::isfinite": ({ self }, op) => (isFloat(self.dtype) ? op.Not(op.Or(op.IsInf(self), op.IsNaN(self))) : op.Equal(self, self)),
  "aten::isreal": (_, op, [result]) => op.Expand(op.scalar(true, "bool"), op.dims((result as Results[number]).shape)),
  "aten::signbit": ({ self }, op) => negative(self, op),

  ...each(tensorAndScalar("add"), () => add),
  ...each(tensorAndScalar("sub"), () => subtract(false)),
  ...each(tensorAndScalar("rsub"), () => subtract(true)),
  ...pairs(tensorAndScalar("mul"), (a, b, op) => (a.dtype === "bool" ? op.And(a, b) : op.Mul(a, b))),
  ...pairs([...tensorAndScalar("div"), ...tensorAndScalar("true_divide")], (a, b, op) => op.Div(a, b)),
  ...each(["aten::div.Tensor_mode", "aten::div.Scalar_mode"], () => divMode),
  ...pairs(["aten::floor_divide", "aten::floor_divide.Scalar"], floorDivide),
  ...pairs([...tensorAndScalar("remainder"), "aten::remainder.Scalar_Tensor"], remainder),
  ...pairs(tensorAndScalar("fmod"), (a, b, op) => op.Mod(a, b, { fmod: 1 })),
  ...pairs(["aten::maximum"], (a, b, op) => op.Max(a, b)),
  ...pairs(["aten::minimum"], (a, b, op) => op.Min(a, b)),
  "aten::fmax": ignoringNaN("Max"),
  "aten::fmin": ignoringNaN("Min"),
  ...pairs(["aten::atan2"], atan2),
  ...each(["aten::pow.Tensor_Tensor", "aten::pow.Tensor_Scalar", "aten::pow.Scalar"], () => power),
  ...each(bitwiseNames("bitwise_and"), () => bitwise("And")),
  ...each(bitwiseNames("bitwise_or"), () => bitwise("Or")),
  ...each(bitwiseNames("bitwise_xor"), () => bitwise("Xor")),
  ...each(shiftNames("bitwise_left_shift"), () => shift("LEFT")),
  ...each(shiftNames("bitwise_right_shift"), () => shift("RIGHT")),
  ...each(tensorAndScalar("eq"), () => comparison((a, b, op) => op.Equal(a, b))),
  ...each(tensorAndScalar("ne"), () => comparison((a, b, op) => op.Not(op.Equal(a, b)))),
  ...each(tensorAndScalar("lt"), () => comparison((a, b, op) => op.Less(a, b))),
  ...each(tensorAndScalar("le"), () => comparison((a, b, op) => op.LessOrEqual(a, b))),
  ...each(tensorAndScalar("gt"), () => comparison((a, b, op) => op.Greater(a, b))),
  ...each(tensorAndScalar("ge"), () => comparison((a, b, op) => op.GreaterOrEqual(a, b))),
  "aten::logical_and": logical("And"),
  "aten::logical_or": logical("Or"),
  "aten::logical_xor": logical("Xor"),
  ...each(["aten::where.self", "aten::where.ScalarSelf", "aten::where.ScalarOther", "aten::where.Scalar"], () => where),
  ...each(
    ["aten::masked_fill.Scalar", "aten::masked_fill.Tensor"],
    () =>
      ({ self, mask, value }: { self: Value; mask: Value; value: Numeric }, op: OpBuilder): Value =>
        op.Where(truth(mask, op), operand(op, value, self.dtype), self),
  ),
  ...each(
    ["aten::clamp", "aten::clamp.Tensor"],
    () =>
      ({ self, min, max }: { self: Value; min: Numeric | null; max: Numeric | null }, op: OpBuilder): Value =>
        clamp(self, min, max, op),
  ),
  ...each(
    ["aten::clamp_min", "aten::clamp_min.Tensor"],
    () =>
      ({ self, min }: { self: Value; min: Numeric }, op: OpBuilder): Value =>
        clamp(self, min, null, op),
  ),
  ...each(
    ["aten::clamp_max", "aten::clamp_max.Tensor"],
    () =>
      ({ self, max }: { self: Value; max: Numeric }, op: OpBuilder): Value =>
        clamp(self, null, max, op),
  ),
  "aten::nan_to_num": ({ self, nan, posinf, neginf }, op) => {
    if (!isFloat(self.dtype)) return op.Identity(self);
    const [low, high] = [neginf ?? -finiteMax(self.dtype), posinf ?? finiteMax(self.dtype)];
    const finite = op.Where(op.IsInf(self, { detect_negative: 0 }), operand(op, high, self.dtype), self);
    const bounded = op.Where(op.IsInf(self, { detect_positive: 0 }), operand(op, low, self.dtype), finite);
    return op.Where(op.IsNaN(self), operand(op, nan ?? 0, self.dtype), bounded);
  },
  "aten::angle": ({ self }, op) => {
    const x = isFloat(self.dtype) ? self : op.cast(self, "float32");
    return op.Where(op.IsNaN(x), x, op.Where(op.Less(x, 0), op.scalar(Math.PI, x.dtype), op.scalar(0, x.dtype)));
  },
  ...each(tensorAndScalar("copysign"), () =>
    pair((a, b, op) => {
      const size = op.Abs(a);
      return op.Where(negative(b, op), op.Neg(size), size);
    }),
  ),
  "aten::heaviside": ({ self, values }, op) => op.Where(op.Equal(self, 0), values, op.cast(op.Greater(self, 0), self.dtype)),
} satisfies LoweringTable;
