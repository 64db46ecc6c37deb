/** @file How ONNX says dropout and rrelu. */

import type { ScalarOf } from "../../aten/table.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type Numeric, operand } from "./operand.ts";
import { uniform } from "./random.ts";
import type { LoweringTable } from "./table.ts";

/** In eval mode the input. In training ONNX's Dropout draws the mask; it takes no ratio of 1. */
export const dropped = ({ input, p, train }: { input: Value; p: Numeric; train: boolean }, op: OpBuilder): Value => {
  if (!train || p === 0) return input;
  if (p === 1) return op.Mul(input, 0);
  return op.outputs(1, "Dropout", [input, operand(op, p, "float32"), op.scalar(true, "bool")])[0] as Value;
};

/** Slopes in [lower, upper) where x <= 0, else 1. */
function slopes(x: Value, lower: ScalarOf<unknown>, upper: ScalarOf<unknown>, op: OpBuilder): Value {
  const [low, high] = [Number(lower), Number(upper)];
  const drawn = op.Add(op.Mul(uniform({ dtype: x.dtype, shape: x.shape }, op), high - low), low);
  return op.Where(op.LessOrEqual(x, op.scalar(0, x.dtype)), drawn, op.scalar(1, x.dtype));
}

export const dropout = {
  "aten::dropout": (args, op) => (args.train && args.p !== 0 ? dropped(args, op) : op.Identity(args.input)),
  "aten::rrelu_with_noise_functional": ({ self, noise, lower, upper, training }, op) => {
    if (!training) return [op.LeakyRelu(self, { alpha: (Number(lower) + Number(upper)) / 2 }), noise];
    const factors = slopes(self, lower, upper, op);
    return [op.Mul(self, factors), factors];
  },
} satisfies LoweringTable;
