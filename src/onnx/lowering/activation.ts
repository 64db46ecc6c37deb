/** @file How ONNX says activations. */

import { seluAlpha, seluScale } from "../../aten/activation.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { axisOf, known, type Numeric, operand, stored } from "./operand.ts";
import type { LoweringTable } from "./table.ts";

/** A number that ONNX wants as an attribute. */
const attribute = (x: Numeric, op: OpBuilder, what: string): number =>
  known(x) ?? op.refuse(`${what} is known at run time only`, `make ${what} a Python number`);

/** scale * (x > 0 ? x : alpha * (exp(inputScale * x) - 1)), by Elu where that says it. */
function elu(x: Value, alpha: number, scale: number, inputScale: number, op: OpBuilder): Value {
  if (inputScale === 1) {
    const y = op.Elu(x, { alpha });
    return scale === 1 ? y : op.Mul(y, scale);
  }
  const negative = op.Mul(op.Sub(op.Exp(op.Mul(x, inputScale)), 1), alpha * scale);
  return op.Where(op.Greater(x, 0), scale === 1 ? x : op.Mul(x, scale), negative);
}

/** ONNX's Celu is for float32 only. */
const celu = (x: Value, alpha: number, op: OpBuilder): Value =>
  x.dtype === "float32" ? op.Celu(x, { alpha }) : elu(x, alpha, 1, 1 / alpha, op);

export const activation = {
  "aten::relu": ({ self }, op) => op.Relu(self),
  "aten::relu6": ({ self }, op) => op.Clip(self, 0, 6),
  "aten::hardtanh": ({ self, min_val, max_val }, op) => {
    const [low, high] = [min_val, max_val].map((bound) => operand(op, stored(bound, self.dtype), self.dtype)) as [Value, Value];
    return op.Clip(self, low, high);
  },
  "aten::gelu": ({ self, approximate }, op) => op.Gelu(self, { approximate }),
  "aten::silu": ({ self }, op) => op.Mul(self, op.Sigmoid(self)),
  "aten::mish": ({ self }, op) => op.Mish(self),
  "aten::elu": ({ self, alpha, scale, input_scale }, op) =>
    elu(self, attribute(alpha, op, "alpha"), attribute(scale, op, "scale"), attribute(input_scale, op, "input_scale"), op),
  "aten::celu": ({ self, alpha }, op) => celu(self, attribute(alpha, op, "alpha"), op),
  "aten::selu": ({ self }, op) => op.Selu(self, { alpha: seluAlpha, gamma: seluScale }),
  "aten::leaky_relu": ({ self, negative_slope }, op) => op.LeakyRelu(self, { alpha: attribute(negative_slope, op, "negative_slope") }),
  "aten::_prelu_kernel": ({ self, weight }, op) => op.PRelu(self, weight),
  "aten::hardswish": ({ self }, op) => op.HardSwish(self),
  "aten::hardsigmoid": ({ self }, op) => op.HardSigmoid(self, { alpha: 1 / 6, beta: 0.5 }),
  // ONNX's Softplus has no threshold: from 15 on, what the threshold changes is below float32's precision.
  "aten::softplus": ({ self, beta, threshold }, op) => {
    const [b, t] = [attribute(beta, op, "beta"), attribute(threshold, op, "threshold")];
    const scaled = b === 1 ? self : op.Mul(self, b);
    const y = b === 1 ? op.Softplus(scaled) : op.Div(op.Softplus(scaled), b);
    return t >= 15 && self.dtype !== "float64" ? y : op.Where(op.Greater(scaled, t), self, y);
  },
  "aten::log_sigmoid": ({ self }, op) => op.Neg(op.Softplus(op.Neg(self))),
  "aten::threshold": ({ self, threshold, value }, op) =>
    op.Where(op.LessOrEqual(self, operand(op, threshold, self.dtype)), operand(op, value, self.dtype), self),
  "aten::hardshrink": ({ self, lambd }, op) =>
    op.Where(op.LessOrEqual(op.Abs(self), operand(op, lambd, self.dtype)), op.scalar(0, self.dtype), self),
  "aten::softshrink": ({ self, lambd }, op) => {
    const bound = attribute(lambd, op, "lambd");
    return op.Sub(self, op.Clip(self, -bound, bound));
  },
  "aten::glu": ({ self, dim }, op) => {
    const [a, b] = op.outputs(2, "Split", [self], { axis: axisOf(dim, self.rank), num_outputs: 2 }) as [Value, Value];
    return op.Mul(a, op.Sigmoid(b));
  },
} satisfies LoweringTable;
