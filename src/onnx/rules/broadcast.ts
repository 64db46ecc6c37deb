/** @file Laws of broadcasting: an operand need not be expanded to what the other operand has anyway, nor a batch be flattened for a product. */

import { equal } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import { type Match, p, type Rule, rule, variable } from "./rule.ts";

const x = variable("x");
const y = variable("y");
const c = variable("c");
const a = variable("a");
const b = variable("b");

const binary = [
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Equal",
  "Less",
  "LessOrEqual",
  "Greater",
  "GreaterOrEqual",
  "And",
  "Or",
  "Xor",
] as const;

/** The last `count` dims of two values are provably the same. */
function sameEnd(v: Value, w: Value, count: number): boolean {
  if (!v.type?.shape || !w.type?.shape || v.rank < count || w.rank < count) return false;
  const end = w.shape.slice(w.rank - count);
  return v.shape.slice(v.rank - count).every((d, i) => equal(d, end[i] as typeof d));
}

/** Expanding the operand of a product must leave its matrices alone. */
const batchOnly = (m: Match): string | null => {
  const expanded = m.root.inputs.find((v) => v?.producer?.op === "Expand" && v.producer.inputs[0] === m.value(x));
  return expanded && sameEnd(expanded, m.value(x), 2) ? null : "the matrices are expanded";
};

const flatA = p.Reshape(a);
const flatB = p.Reshape(b);

/** Both operands of a product have the same batch, flattened in the same way. */
const sameBatch = (m: Match): string | null => {
  const [va, vb] = [m.value(a), m.value(b)];
  const [fa, fb] = [m.node(flatA).outputs[0] as Value, m.node(flatB).outputs[0] as Value];
  if (!va.type?.shape || !vb.type?.shape || !fa.type?.shape || !fb.type?.shape) return "unknown rank";
  if (va.rank < 3 || va.rank !== vb.rank || fa.rank !== fb.rank) return "other ranks";
  if (!sameEnd(va, fa, 2) || !sameEnd(vb, fb, 2)) return "the matrices are reshaped";
  const batches = va.shape.slice(0, -2).every((d, i) => equal(d, vb.shape[i] as typeof d));
  const flat = fa.shape.slice(0, -2).every((d, i) => equal(d, fb.shape[i] as typeof d));
  return batches && flat ? null : "other batches";
};

/** A matrix on the right sees rows, however they are arranged. */
const rowsOnly = (m: Match): string | null => {
  const flat = m.node(flatA).outputs[0] as Value;
  if (!m.value(b).type?.shape || m.value(b).rank !== 2) return "no matrix";
  return sameEnd(m.value(a), flat, 1) && flat.rank >= 2 && m.value(a).rank >= 2 ? null : "the rows are reshaped";
};

export const broadcast: readonly Rule[] = [
  ...binary.flatMap((op) => [
    rule(`${op}(Expand(x), y) -> ${op}(x, y)`, p[op](p.Expand(x), y), (build, m) => build[op](m.value(x), m.value(y))),
    rule(`${op}(y, Expand(x)) -> ${op}(y, x)`, p[op](y, p.Expand(x)), (build, m) => build[op](m.value(y), m.value(x))),
  ]),
  rule("Where(Expand(c), x, y) -> Where(c, x, y)", p.Where(p.Expand(c), x, y), (op, m) => op.Where(m.value(c), m.value(x), m.value(y))),
  rule("Where(c, Expand(x), y) -> Where(c, x, y)", p.Where(c, p.Expand(x), y), (op, m) => op.Where(m.value(c), m.value(x), m.value(y))),
  rule("Where(c, x, Expand(y)) -> Where(c, x, y)", p.Where(c, x, p.Expand(y)), (op, m) => op.Where(m.value(c), m.value(x), m.value(y))),
  rule("MatMul(Expand(x), y) -> MatMul(x, y)", p.MatMul(p.Expand(x), y), (op, m) => op.MatMul(m.value(x), m.value(y)), batchOnly),
  rule("MatMul(y, Expand(x)) -> MatMul(y, x)", p.MatMul(y, p.Expand(x)), (op, m) => op.MatMul(m.value(y), m.value(x)), batchOnly),
  rule(
    "Reshape(MatMul(Reshape(a), Reshape(b))) -> MatMul(a, b)",
    p.Reshape(p.MatMul(flatA, flatB)),
    (op, m) => op.MatMul(m.value(a), m.value(b)),
    sameBatch,
  ),
  rule(
    "Reshape(MatMul(Reshape(a), b)) -> MatMul(a, b)",
    p.Reshape(p.MatMul(flatA, b)),
    (op, m) => op.MatMul(m.value(a), m.value(b)),
    rowsOnly,
  ),
];
