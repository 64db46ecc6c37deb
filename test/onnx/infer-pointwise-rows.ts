/** @file Inference rows of elementwise ops, which differ in their names only; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

const unary =
  "Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Cos Cosh Elu Erf Exp Floor HardSigmoid HardSwish LeakyRelu Log Mish Neg Reciprocal Relu Round " +
  "Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu";
const arithmetic = "Add Sub Mul Div Mod";
const compared = "Equal Greater GreaterOrEqual Less LessOrEqual";
const logical = "And Or Xor";
const bitwise = "BitwiseAnd BitwiseOr BitwiseXor";

const broadcasting = (ops: string, dtype: string, result: string): readonly Row[] =>
  ops.split(" ").map((op): Row => [`x: ${dtype}[N, 1, C], y: ${dtype}[H, 1]`, `z = ${op}(x, y)`, `${result}[N, H, C]`]);

export const pointwiseRows: readonly Row[] = [
  ...unary.split(" ").map((op): Row => ["x: f32[N, C]", `y = ${op}(x)`, "f32[N, C]"]),
  ...broadcasting(arithmetic, "i32", "i32"),
  ...broadcasting(compared, "f32", "bool"),
  ...broadcasting(logical, "bool", "bool"),
  ...broadcasting(bitwise, "u8", "u8"),
  ["x: bool[N, C]", "y = Not(x)", "bool[N, C]"],
  ["x: u8[N, C]", "y = BitwiseNot(x)", "u8[N, C]"],
];
