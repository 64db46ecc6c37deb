/** @file Laws of numbers. A neutral operand must not broadcast the other: then shapes differ, and the rule does not fire. */

import type { Node } from "../ir/graph.ts";
import { p, type Rule, rule, variable } from "./rule.ts";

const x = variable("x");
const c = variable("c");

/** Whether `node` has no second operand. */
const alone = (node: Node): string | null => (node.inputs.length === 1 ? null : "several operands");

export const arithmetic: readonly Rule[] = [
  rule("x * 1 -> x", p.Mul(x, 1), x),
  rule("1 * x -> x", p.Mul(1, x), x),
  // -0 + 0 is 0: the sign of a zero may change, as with every optimizer of ONNX models.
  rule("x + 0 -> x", p.Add(x, 0), x),
  rule("0 + x -> x", p.Add(0, x), x),
  rule("x - 0 -> x", p.Sub(x, 0), x),
  rule("x / 1 -> x", p.Div(x, 1), x),
  rule("x ** 1 -> x", p.Pow(x, 1), x),
  rule("-(-x) -> x", p.Neg(p.Neg(x)), x),
  rule("Relu(Relu(x)) -> Relu(x)", p.Relu(p.Relu(x)), (_, m) => m.root.inputs[0] ?? null),
  rule("Abs(Abs(x)) -> Abs(x)", p.Abs(p.Abs(x)), (_, m) => m.root.inputs[0] ?? null),
  rule("not not x -> x", p.Not(p.Not(x)), x),
  rule("x and true -> x", p.And(x, 1), x),
  rule("true and x -> x", p.And(1, x), x),
  rule("x or false -> x", p.Or(x, 0), x),
  rule("false or x -> x", p.Or(0, x), x),
  rule("Where(c, x, x) -> x", p.Where(c, x, x), x),
  rule("Clip(x) -> x", p.Clip(x, null, null), x),
  ...(["Sum", "Max", "Min", "Mean"] as const).map((op) => rule(`${op}(x) -> x`, p[op](x), x, (m) => alone(m.root))),
  rule("Dropout(x) -> x when not training", p.Dropout(x), x, ({ root, rewrite }) => {
    const [, , training] = root.inputs;
    const mask = root.outputs[1];
    if (mask && (mask.useCount > 0 || rewrite.isOutput(mask))) return "the mask is read";
    return !training || training.data?.[0] === 0 ? null : "may be training";
  }),
];
