/** @file Conditions that a model keeps to at run time: a node that fails, named after what does not hold. */

import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";

/** Longest text of a condition in a node's name. */
const LONGEST = 200;

/** 0 where `condition` holds: `token = Gather([0], condition ? 0 : 1)`, and ONNX Runtime refuses the index 1, naming the node. */
export function token(op: OpBuilder, condition: Value, text: string): Value {
  const index = op.cast(op.Not(op.reshape(op.cast(condition, "bool"), [])), "int64");
  const made = op.Gather(op.constant("int64", [1], [0]), index);
  if (made.producer) made.producer.name = `check: ${text.replaceAll(/\s+/g, " ").slice(0, LONGEST)}`;
  return made;
}

/**
 * `values`, of which the one of least rank depends on all `tokens`, so that no optimizer takes them away: `y = Gather(Unsqueeze(y, 0), token)`.
 */
export function sealed(op: OpBuilder, values: readonly Value[], tokens: readonly Value[]): Value[] {
  const ranks = values.map((v) => v.rank);
  const least = ranks.indexOf(Math.min(...ranks));
  const value = values[least];
  if (tokens.length === 0 || value === undefined) return [...values];
  const sum = tokens.reduce((a, b) => op.Add(a, b));
  const shape = value.shape;
  const kept = op.Gather(op.Unsqueeze(value, [0]), sum, { axis: 0 });
  op.retype(kept, shape);
  return values.map((v, i) => (i === least ? kept : v));
}
