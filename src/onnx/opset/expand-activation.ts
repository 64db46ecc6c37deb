/** @file Activations that older opsets lack. Formulas are those of the ops' own texts. */

import type { ExpandTable } from "./expand.ts";
import { attr, given } from "./expand-operands.ts";

export const activation: ExpandTable = {
  Gelu: (op, inputs, attributes) => {
    const x = given(inputs, 0);
    if (attr.string(attributes, "approximate", "none") === "tanh") {
      // 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
      const cubic = op.Mul(op.Mul(op.Mul(x, x), x), 0.044715);
      const inner = op.Mul(op.Add(x, cubic), Math.sqrt(2 / Math.PI));
      return op.Mul(op.Mul(x, 0.5), op.Add(op.Tanh(inner), 1));
    }
    // 0.5 x (1 + erf(x / sqrt(2)))
    return op.Mul(op.Mul(x, 0.5), op.Add(op.Erf(op.Mul(x, Math.SQRT1_2)), 1));
  },
  HardSwish: (op, inputs) => op.Mul(given(inputs, 0), op.HardSigmoid(given(inputs, 0), { alpha: 1 / 6, beta: 0.5 })),
  Mish: (op, inputs) => op.Mul(given(inputs, 0), op.Tanh(op.Softplus(given(inputs, 0)))),
  Swish: (op, inputs, attributes) => {
    const x = given(inputs, 0);
    const alpha = attr.number(attributes, "alpha", 1);
    return op.Mul(x, op.Sigmoid(alpha === 1 ? x : op.Mul(x, alpha)));
  },
};
