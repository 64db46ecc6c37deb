/** @file Elementwise ops of ONNX. Operands broadcast; results have the operands' dtype unless said otherwise. */

import { binary, cast, compare, fill, scalarTensor, unary, where } from "../../core/ops/elementwise.ts";
import { reshape } from "../../core/ops/layout.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../core/ops/real.ts";
import { fromIntegers } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import { dtypes, isFloat, isInteger } from "../../dtype.ts";
import { rounded } from "./rounded.ts";
import { zipStrings } from "./string-tensors.ts";
import type { Call, Evaluate, EvaluateTable } from "./table.ts";
import { isStrings } from "./value.ts";

const unaryRow =
  (op: UnaryOp): Evaluate =>
  (call) =>
    unary(op, call.tensor(0));

/** Both operands. Before opset 7 the second one broadcasts only where `broadcast` says so, its dims put at `axis` of the first one's. */
function pair(call: Call): [Strided, Strided] {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  if (call.opset >= 7 || call.node.domain !== "") return [a, b];
  if (call.int("broadcast", 0) === 0) {
    if (a.shape.join() === b.shape.join()) return [a, b];
    throw call.refuse("shape", `shapes [${a.shape}] and [${b.shape}] differ`, "before opset 7 broadcast=1 is needed for that");
  }
  const axis = call.int("axis", a.shape.length - b.shape.length);
  const after = a.shape.length - axis - b.shape.length;
  if (axis < 0 || after < 0) throw call.refuse("shape", `[${b.shape}] at axis ${axis} does not fit into [${a.shape}]`);
  return [a, reshape(b, [...b.shape, ...new Array<number>(after).fill(1)])];
}

const binaryRow =
  (op: BinaryOp): Evaluate =>
  (call) =>
    binary(op, ...pair(call));
const compareRow =
  (op: CompareOp): Evaluate =>
  (call) =>
    compare(op, ...pair(call));
const foldRow = (op: BinaryOp): Evaluate => rounded((_, ...xs) => xs.reduce((a, b) => binary(op, a, b)));

/** Unsigned integers are their own absolute values; in the core their large ones look negative. */
const isUnsigned = (x: Strided): boolean => dtypes[x.dtype].kind === "uint";

/** ONNX's modulo with the divisor's sign, zeros too. */
function floorMod(a: Strided, b: Strided): Strided {
  const y = binary("remainder", a, b);
  if (!isFloat(a.dtype)) return y;
  return where(compare("eq", y, scalarTensor(y.dtype, 0)), binary("copysign", y, b), y);
}

/** The dtype is the base's. Operands of different dtypes are raised in double, integers in 64 bits, and rounded once. */
function power(base: Strided, exponent: Strided): Strided {
  if (base.dtype === exponent.dtype) return binary("pow", base, exponent);
  const wide = isInteger(base.dtype) && isInteger(exponent.dtype) ? "int64" : "float64";
  return cast(binary("pow", cast(base, wide), cast(exponent, wide)), base.dtype);
}

function shifted(call: Call): Strided {
  const direction = call.oneOf("direction", "", ["LEFT", "RIGHT"]);
  return binary(direction === "LEFT" ? "shift_left" : "shift_right", call.tensor(0), call.tensor(1));
}

function equal(call: Call): Strided {
  const [a, b] = [call.value(0), call.value(1)];
  if (!isStrings(a) || !isStrings(b)) return compare("eq", ...pair(call));
  const { shape, values } = zipStrings(a, b, (s, t) => (s === t ? 1 : 0));
  return cast(fromIntegers(values, shape), "bool");
}

function clipped(call: Call): Strided {
  const x = call.tensor(0);
  const bound = (i: number, name: string): Strided | null => {
    const given = call.optional(i);
    if (given !== null) return reshape(given, []);
    return call.attribute(name) === undefined ? null : scalarTensor(x.dtype, call.float(name, 0));
  };
  const [low, high] = [bound(1, "min"), bound(2, "max")];
  const above = low === null ? x : binary("maximum", x, low);
  return high === null ? above : binary("minimum", above, high);
}

function infinite(call: Call): Strided {
  const x = call.tensor(0);
  const is = (name: string, sign: CompareOp): Strided =>
    call.int(name, 1) === 1 ? compare(sign, x, scalarTensor(x.dtype, 0)) : fill("bool", x.shape, false);
  return binary("bitwise_and", unary("isinf", x), binary("bitwise_or", is("detect_negative", "lt"), is("detect_positive", "gt")));
}

export const elementwise: EvaluateTable = {
  Abs: (call) => (isUnsigned(call.tensor(0)) ? call.tensor(0) : unary("abs", call.tensor(0))),
  Acos: unaryRow("acos"),
  Acosh: unaryRow("acosh"),
  Asin: unaryRow("asin"),
  Asinh: unaryRow("asinh"),
  Atan: unaryRow("atan"),
  Atanh: unaryRow("atanh"),
  BitwiseNot: unaryRow("bitwise_not"),
  Ceil: unaryRow("ceil"),
  Cos: unaryRow("cos"),
  Cosh: unaryRow("cosh"),
  // Integers are admitted: their results are whole, -1, 0 or 1, cut off.
  Erf: (call) => {
    const x = call.tensor(0);
    return isFloat(x.dtype) ? unary("erf", x) : cast(unary("erf", cast(x, "float64")), x.dtype);
  },
  Exp: unaryRow("exp"),
  Floor: unaryRow("floor"),
  IsInf: infinite,
  IsNaN: unaryRow("isnan"),
  Log: unaryRow("log"),
  Neg: unaryRow("neg"),
  Not: unaryRow("logical_not"),
  Reciprocal: unaryRow("reciprocal"),
  Round: unaryRow("round"),
  Sign: (call) => {
    const x = call.tensor(0);
    if (isUnsigned(x)) return cast(compare("ne", x, scalarTensor(x.dtype, 0)), x.dtype);
    const sign = unary("sign", x);
    // NaN has no sign: torch says 0 there.
    return isFloat(x.dtype) ? where(unary("isnan", x), x, sign) : sign;
  },
  Sin: unaryRow("sin"),
  Sinh: unaryRow("sinh"),
  Sqrt: unaryRow("sqrt"),
  Tan: unaryRow("tan"),
  Tanh: unaryRow("tanh"),

  Add: binaryRow("add"),
  Sub: binaryRow("sub"),
  Mul: binaryRow("mul"),
  // Integers divide towards zero.
  Div: (call) => binary(isFloat(call.tensor(0).dtype) ? "div" : "trunc_div", ...pair(call)),
  Mod: (call) => (call.int("fmod", 0) === 1 ? binary("fmod", ...pair(call)) : floorMod(...pair(call))),
  Pow: (call) => power(...pair(call)),
  BitShift: shifted,
  BitwiseAnd: binaryRow("bitwise_and"),
  BitwiseOr: binaryRow("bitwise_or"),
  BitwiseXor: binaryRow("bitwise_xor"),
  And: binaryRow("bitwise_and"),
  Or: binaryRow("bitwise_or"),
  Xor: binaryRow("bitwise_xor"),
  Max: foldRow("maximum"),
  Min: foldRow("minimum"),
  Sum: foldRow("add"),
  Mean: rounded((_, ...xs) => {
    const sum = xs.reduce((a, b) => binary("add", a, b));
    return binary("div", sum, scalarTensor(sum.dtype, xs.length));
  }),

  Equal: equal,
  Less: compareRow("lt"),
  LessOrEqual: compareRow("le"),
  Greater: compareRow("gt"),
  GreaterOrEqual: compareRow("ge"),

  Identity: (call) => call.value(0),
  Clip: clipped,
};
