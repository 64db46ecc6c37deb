/** @file RMSNormalization, said as a mean of squares. The op divides where the pattern multiplies by a reciprocal: the last bit may differ. */

import type { DType } from "../../dtype.ts";
import { equal } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { type Match, orders, p, producerOf, type Rule, rule, uniform } from "./rule.ts";

interface Normal {
  readonly x: Value;
  readonly epsilon: number;
}

/** The node is a mean over the last axis, which stays as 1. */
function isLastMean(node: Node): boolean {
  const [x, axes] = node.inputs;
  const rank = x?.type?.shape?.length;
  const axis = axes?.data?.length === 1 ? axes.data[0] : undefined;
  return rank !== undefined && node.int("keepdims", 1) === 1 && (axis === -1 || axis === rank - 1);
}

const isSquareOf = (m: Match, v: Value, x: Value): boolean => {
  const [power, product] = [producerOf(v, "Pow"), producerOf(v, "Mul")];
  const two = power?.inputs[1] && m.held(power.inputs[1]);
  if (two) return power.inputs[0] === x && two.shape.length <= x.rank && uniform(two) === 2;
  return product?.inputs[0] === x && product.inputs[1] === x;
};

/** epsilon of `v` = Sqrt(ReduceMean(x²) + epsilon); null for anything else. */
function rootMeanSquare(m: Match, v: Value, x: Value): number | null {
  const sum = producerOf(producerOf(v, "Sqrt")?.inputs[0], "Add");
  for (const [mean, epsilon] of orders(sum)) {
    const node = producerOf(mean, "ReduceMean");
    const source = m.held(epsilon);
    const number = source?.shape.every((d) => d === 1) ? uniform(source) : null;
    if (number !== null && node?.inputs[0] && isLastMean(node) && isSquareOf(m, node.inputs[0], x)) return number;
  }
  return null;
}

/** `v` as x / Sqrt(…) or x · Reciprocal(Sqrt(…)). */
function normalOf(m: Match, v: Value): Normal | null {
  const [x, divisor] = producerOf(v, "Div")?.inputs ?? [];
  const quotient = x && divisor ? rootMeanSquare(m, divisor, x) : null;
  if (x && quotient !== null) return { x, epsilon: quotient };
  for (const [factor, inverse] of orders(producerOf(v, "Mul"))) {
    const root = producerOf(inverse, "Reciprocal")?.inputs[0];
    const epsilon = root ? rootMeanSquare(m, root, factor) : null;
    if (epsilon !== null) return { x: factor, epsilon };
  }
  return null;
}

/** What RMSNormalization may compute its mean in. */
const stashes: ReadonlySet<DType> = new Set<DType>(["float32", "float64"]);

/** The input whose mean was taken: the one before a cast to the dtype of the mean, where the result is cast back. */
function inputOf(normal: Value, x: Value, dtype: DType): Value | null {
  if (normal.dtype === dtype && x.dtype === dtype) return x;
  const before = producerOf(x, "Cast")?.inputs[0];
  return before?.dtype === dtype ? before : null;
}

export const normalization: readonly Rule[] = [
  rule("x / Sqrt(ReduceMean(x ** 2) + e) * w -> RMSNormalization(x, w)", p.Mul(), (op, m) => {
    const { dtype } = m.root.outputs[0] as Value;
    for (const [normal, scale] of orders(m.root)) {
      const found = normalOf(m, producerOf(normal, "Cast")?.inputs[0] ?? normal) ?? normalOf(m, normal);
      const x = found && stashes.has(found.x.dtype) ? inputOf(producerOf(normal, "Cast")?.inputs[0] ?? normal, found.x, dtype) : null;
      if (!found || !x || scale.type?.shape?.length !== 1 || !equal(scale.shape[0] ?? 0, x.shape.at(-1) ?? 0)) continue;
      return op.RMSNormalization(x, scale, { epsilon: found.epsilon, stash_type: found.x.dtype });
    }
    return null;
  }),
];
