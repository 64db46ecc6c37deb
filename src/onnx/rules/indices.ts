/** @file Laws of indices that count: 0, 1, 2, … to the end of a dim take all of it, and are never negative. */

import { bounds, type Dim, equal } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { type Match, p, producerOf, type Rule, rule, variable } from "./rule.ts";

const x = variable("x");

/** Ops that keep the numbers of their first operand. */
const moving = ["Unsqueeze", "Squeeze", "Reshape", "Expand"];

/** No element is below 0. */
function isCount(v: Value): boolean {
  if (v.data) return v.data.every((d) => bounds(d)[0] >= 0);
  const node = v.producer;
  const [from] = node?.inputs ?? [];
  if (node?.domain !== "" || !from) return false;
  if (node.op === "Range") return (from.data?.[0] ?? -1) === 0 && bounds(node.inputs[2]?.data?.[0] ?? -1)[0] > 0;
  return moving.includes(node.op) && isCount(from);
}

const counts = p.GreaterOrEqual(variable("n"), 0);

const counted = (m: Match): string | null => {
  const n = m.node(counts).inputs[0];
  return n && isCount(n) ? null : "something may be negative";
};

/** A vector of indices along `axis` of a grid of indices. */
interface Along {
  readonly vector: Value;
  readonly axis: number;
}

/** The vector whose elements `v` has along one of its dims, and repeats along the others. */
function alongOne(v: Value): Along | null {
  const inner = producerOf(v, "Expand")?.inputs[0] ?? v;
  const column = producerOf(inner, "Unsqueeze") ?? producerOf(inner, "Reshape");
  const [vector] = column?.inputs ?? [];
  if (vector?.type?.shape?.length !== 1 || !inner.type?.shape) return null;
  const long = inner.shape.flatMap((d, i) => (d === 1 ? [] : [i]));
  const [axis] = long;
  if (long.length !== 1 || axis === undefined) return null;
  return equal(inner.shape[axis] as Dim, vector.shape[0] as Dim) ? { vector, axis: axis + v.rank - inner.rank } : null;
}

/** The same of `v` with a last dim of 1. */
function alongOneOf(v: Value | null, rank: number): Along | null {
  const column = producerOf(v, "Unsqueeze");
  const [from, axes] = column?.inputs ?? [];
  if (!v || !from || v.type?.shape?.length !== rank || v.shape[rank - 1] !== 1) return null;
  if (from.type?.shape?.length === 1) return alongOne(v);
  const [axis] = axes?.data ?? [];
  return axes?.data?.length === 1 && (axis === -1 || axis === rank - 1) ? alongOne(from) : null;
}

/** The vectors that the indices of a GatherND are a grid of, one for each of the leading dims of the data; null where they are none. */
function gridOf(node: Node): Along[] | null {
  const joined = producerOf(node.inputs[1], "Concat");
  const rank = joined?.outputs[0]?.type?.shape?.length;
  const axis = joined?.int("axis", 0);
  if (!joined || rank === undefined || (axis !== -1 && axis !== rank - 1) || node.int("batch_dims", 0) !== 0) return null;
  const found: Along[] = [];
  for (const part of joined.inputs) {
    const one = alongOneOf(part, rank);
    if (one === null || one.axis <= (found.at(-1)?.axis ?? -1)) return null;
    found.push(one);
  }
  return found;
}

/** `vector` is 0, 1, 2, … for each of `size` elements. */
function isAll(vector: Value, size: Dim): boolean {
  const [start, limit, delta] = producerOf(vector, "Range")?.inputs.map((v) => v?.data?.[0]) ?? [];
  return start === 0 && delta === 1 && limit !== undefined && equal(limit, size);
}

export const indices: readonly Rule[] = [
  rule("x and n >= 0 -> x of counts n", p.And(x, counts), x, counted),
  rule("n >= 0 and x -> x of counts n", p.And(counts, x), x, counted),
  rule("GatherND(x, grid) -> Unsqueeze(Gather(x, i)) where a grid takes all of the other dims", p.GatherND(), (op, { root }) => {
    const [data] = root.inputs;
    const grid = gridOf(root);
    if (!data?.type?.shape || grid === null || grid.length > data.rank) return null;
    const taken = grid.flatMap(({ vector }, i) => (isAll(vector, data.shape[i] as Dim) ? [] : [i]));
    if (taken.length > 1) return null;
    const chosen = taken.reduce((v, i) => op.Gather(v, grid[i]?.vector as Value, { axis: i }), data);
    const own = new Set(grid.map(({ axis }) => axis));
    const added = Array.from({ length: (root.outputs[0] as Value).rank - data.rank + grid.length }, (_, i) => i).filter((i) => !own.has(i));
    return added.length === 0 ? chosen : op.Unsqueeze(chosen, added);
  }),
];
