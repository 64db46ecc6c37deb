/** @file Laws of ops that only move elements: Reshape and its kin, Transpose, Expand, Slice, Concat, Pad, Tile, Split. */

import { bounds, equal, isStatic } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { reshapeOperand } from "../opset/reshape.ts";
import { type Match, p, type Rule, rule, variable } from "./rule.ts";

const x = variable("x");
const s = variable("s");

const allAre = (v: Value | null | undefined, wanted: number): boolean => v?.data?.every((d) => d === wanted) ?? false;

/** Why Reshape from `from` to `to` cannot be said with a constant that is right for all sizes; null where it can. */
function notConstant(from: Value, to: Value): string | null {
  if (!from.type?.shape || !to.type?.shape) return "unknown rank";
  const { sizes } = reshapeOperand(from.shape, to.shape);
  if (!sizes.every(isStatic)) return "sizes would have to be computed";
  const copied = from.shape.some((d, i) => sizes[i] === 0 && bounds(d)[0] <= 0);
  return copied && sizes.includes(-1) ? "a copied dim may be 0, and -1 cannot be told" : null;
}

const toShapeOfRoot: Rule["to"] = (op, m) => op.reshape(m.value(x), (m.root.outputs[0] as Value).shape);
const constantly = (m: Match): string | null => notConstant(m.value(x), m.root.outputs[0] as Value);

/** Ops that keep elements and their order. */
const reshapes = ["Reshape", "Squeeze", "Unsqueeze", "Flatten"] as const;

const perm = (m: Match, of: ReturnType<typeof p.Transpose>): number[] => {
  const node = m.node(of);
  const rank = node.inputs[0]?.rank ?? 0;
  return node.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
};

const innerTranspose = p.Transpose(x);
const outerTranspose = p.Transpose(innerTranspose);
const transpose = p.Transpose(x);

const innerUnsqueeze = p.Unsqueeze(x);

/** The new dims of an Unsqueeze, counted in its result; null where they are not known. */
function axesOf(node: Node): number[] | null {
  const axes = node.inputs[1]?.data;
  const rank = node.outputs[0]?.type?.shape?.length;
  return axes?.every(isStatic) && rank !== undefined ? axes.map((d) => (d < 0 ? d + rank : d)) : null;
}

const sameShape = (m: Match): string | null => {
  const [a, b] = [m.value(x).type?.shape, m.root.outputs[0]?.type?.shape];
  if (!a || !b) return "unknown rank";
  return a.length === b.length && a.every((d, i) => equal(d, b[i] as typeof d)) ? null : "another shape";
};

export const layout: readonly Rule[] = [
  ...reshapes.map((op) => rule(`${op}(x) -> x of the same shape`, p[op](x), x, sameShape)),
  rule("Unsqueeze(Unsqueeze(x)) -> Unsqueeze(x)", p.Unsqueeze(innerUnsqueeze), (op, m) => {
    const [first, second] = [axesOf(m.node(innerUnsqueeze)), axesOf(m.root)];
    if (first === null || second === null) return null;
    const own = new Set(second);
    const rank = (m.root.outputs[0] as Value).rank;
    const rest = Array.from({ length: rank }, (_, d) => d).filter((d) => !own.has(d));
    return op.Unsqueeze(
      m.value(x),
      [...second, ...first.map((d) => rest[d] as number)].sort((a, b) => a - b),
    );
  }),
  ...reshapes.flatMap((outer) =>
    reshapes.map((inner) => rule(`${outer}(${inner}(x)) -> Reshape(x)`, p[outer](p[inner](x)), toShapeOfRoot, constantly)),
  ),
  rule("Flatten(x) -> Reshape(x)", p.Flatten(x), toShapeOfRoot, constantly),
  rule("Reshape(Squeeze(x: 1-D), [-1]) -> x", p.Reshape(p.Squeeze(x), s), x, (m) => {
    if (m.value(x).type?.shape?.length !== 1) return "not 1-D";
    return allAre(m.value(s), -1) ? null : "another shape";
  }),
  rule("Reshape(x, computed) -> Reshape(x, constant)", p.Reshape(x, s), toShapeOfRoot, (m) =>
    m.value(s).isInitializer ? "constant already" : constantly(m),
  ),
  rule("Transpose(x) -> x where nothing moves", transpose, x, (m) => {
    if (!m.value(x).type?.shape) return "unknown rank";
    return perm(m, transpose).every((d, i) => d === i) ? null : "something moves";
  }),
  rule(
    "Transpose(Transpose(x)) -> Transpose(x)",
    outerTranspose,
    (op, m) => {
      const first = perm(m, innerTranspose);
      const both = perm(m, outerTranspose).map((d) => first[d] as number);
      return both.every((d, i) => d === i) ? m.value(x) : op.Transpose(m.value(x), { perm: both });
    },
    (m) => (m.value(x).type?.shape ? null : "unknown rank"),
  ),
  rule("Expand(x) -> x of the same shape", p.Expand(x), x, sameShape),
  rule("Slice(x) -> x where all is taken", p.Slice(x), x, (m) => {
    const steps = m.root.inputs[4];
    if (steps && !allAre(steps, 1)) return "steps";
    return sameShape(m);
  }),
  rule("Concat(x) -> x", p.Concat(x), x, ({ root }) => (root.inputs.length === 1 ? null : "several operands")),
  rule("Pad(x, zeros) -> x", p.Pad(x), x, ({ root }) => (allAre(root.inputs[1], 0) ? null : "something is padded")),
  rule("Tile(x, ones) -> x", p.Tile(x), x, ({ root }) => (allAre(root.inputs[1], 1) ? null : "something is repeated")),
  rule("Split(x) -> x", p.Split(x), x, ({ root }) => (root.outputs.length === 1 ? null : "several parts")),
  rule(
    "Concat without its empty operands",
    p.Concat(),
    (op, { root }) => {
      const rank = root.outputs[0]?.rank ?? 0;
      const axis = root.int("axis", 0);
      const at = axis < 0 ? axis + rank : axis;
      const kept = root.inputs.filter((v) => v?.type?.shape?.[at] !== 0) as Value[];
      if (kept.length === 0 || kept.length === root.inputs.length) return null;
      return kept.length === 1 ? (kept[0] as Value) : op.Concat(kept, { axis });
    },
    ({ root }) => (root.outputs[0]?.type?.shape ? null : "unknown rank"),
  ),
];
