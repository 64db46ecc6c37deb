/** @file Elementwise ops of ONNX. Operands broadcast; results have the operands' dtype unless said otherwise. */

import { binary, cast, compare, unary, where } from "../../core/ops/elementwise.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../core/ops/real.ts";
import { isFloat } from "../../dtype.ts";
import type { Evaluate, EvaluateTable } from "./table.ts";

const unaryRow =
  (op: UnaryOp): Evaluate =>
  (call) =>
    unary(op, call.tensor(0));
const binaryRow =
  (op: BinaryOp): Evaluate =>
  (call) =>
    binary(op, call.tensor(0), call.tensor(1));
const foldRow =
  (op: BinaryOp): Evaluate =>
  (call) =>
    call.tensors().reduce((a, b) => binary(op, a, b));
const compareRow =
  (op: CompareOp): Evaluate =>
  (call) =>
    compare(op, call.tensor(0), call.tensor(1));

export const elementwise: EvaluateTable = {
  Abs: unaryRow("abs"),
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
  Erf: unaryRow("erf"),
  Exp: unaryRow("exp"),
  Floor: unaryRow("floor"),
  IsNaN: unaryRow("isnan"),
  Log: unaryRow("log"),
  Neg: unaryRow("neg"),
  Not: unaryRow("logical_not"),
  Reciprocal: unaryRow("reciprocal"),
  Relu: unaryRow("relu"),
  Round: unaryRow("round"),
  Sigmoid: unaryRow("sigmoid"),
  Sign: unaryRow("sign"),
  Sin: unaryRow("sin"),
  Sinh: unaryRow("sinh"),
  Sqrt: unaryRow("sqrt"),
  Tan: unaryRow("tan"),
  Tanh: unaryRow("tanh"),

  Add: binaryRow("add"),
  Sub: binaryRow("sub"),
  Mul: binaryRow("mul"),
  // Integers divide towards zero.
  Div: (call) => binary(isFloat(call.tensor(0).dtype) ? "div" : "trunc_div", call.tensor(0), call.tensor(1)),
  Mod: (call) => binary(call.int("fmod", 0) === 1 ? "fmod" : "remainder", call.tensor(0), call.tensor(1)),
  Pow: binaryRow("pow"),
  BitwiseAnd: binaryRow("bitwise_and"),
  BitwiseOr: binaryRow("bitwise_or"),
  BitwiseXor: binaryRow("bitwise_xor"),
  And: binaryRow("bitwise_and"),
  Or: binaryRow("bitwise_or"),
  Xor: binaryRow("bitwise_xor"),
  Max: foldRow("maximum"),
  Min: foldRow("minimum"),
  Sum: foldRow("add"),

  Equal: compareRow("eq"),
  Less: compareRow("lt"),
  LessOrEqual: compareRow("le"),
  Greater: compareRow("gt"),
  GreaterOrEqual: compareRow("ge"),
  Where: (call) => where(call.tensor(0), call.tensor(1), call.tensor(2)),

  Identity: (call) => call.value(0),
  Cast: (call) => cast(call.tensor(0), call.dtype("to", "float32")),
  Clip: (call) => {
    const [low, high] = [call.optional(1), call.optional(2)];
    const above = low ? binary("maximum", call.tensor(0), low) : call.tensor(0);
    return high ? binary("minimum", above, high) : above;
  },
};
