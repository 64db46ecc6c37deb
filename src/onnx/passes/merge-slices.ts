/** @file Slices that cut a value into consecutive parts along one axis  ->  one Split. */

import { type Dim, equal, isStatic } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { pass } from "./pass.ts";

interface Part {
  readonly node: Node;
  readonly axis: number;
  readonly start: number;
  readonly size: number;
}

/** What a Slice of one axis by step 1 takes; null for any other. */
function partOf(node: Node, x: Value): Part | null {
  const [, starts, ends, axes, steps] = node.inputs.map((v) => v?.data ?? null);
  const [y] = node.outputs;
  if (node.op !== "Slice" || node.domain !== "" || !y?.type?.shape || starts?.length !== 1 || ends?.length !== 1) return null;
  if (node.inputs[3] ? axes?.length !== 1 : x.rank !== 1) return null;
  if (node.inputs[4] && steps?.[0] !== 1) return null;
  const [start, axis] = [starts[0] as Dim, axes?.[0] ?? 0];
  if (!isStatic(start) || !isStatic(axis)) return null;
  const at = axis < 0 ? axis + x.rank : axis;
  const [whole, size] = [x.shape[at], y.shape[at]];
  if (whole === undefined || size === undefined || !isStatic(whole) || !isStatic(size)) return null;
  const begin = Math.min(Math.max(start < 0 ? start + whole : start, 0), whole);
  return { node, axis: at, start: begin, size };
}

/** The parts in order, where together they are all of `x`; null otherwise. */
function covering(x: Value): Part[] | null {
  const parts: Part[] = [];
  for (const { node, index } of x.uses) {
    const part = index === 0 ? partOf(node, x) : null;
    if (part) parts.push(part);
  }
  const [first] = parts;
  if (!first || parts.length < 2 || parts.some((q) => q.axis !== first.axis || q.node.graph !== first.node.graph)) return null;
  parts.sort((a, b) => a.start - b.start);
  let at = 0;
  for (const q of parts) {
    if (q.start !== at || q.size === 0) return null;
    at += q.size;
  }
  return equal(at, x.shape[first.axis] as Dim) ? parts : null;
}

export const mergeSlices = pass("merge-slices", (graph, rewrite) => {
  let changes = 0;
  for (const node of graph.nodes()) {
    const [x] = node.inputs;
    if (node.op !== "Slice" || !x?.type?.shape || x.useCount < 2) continue;
    const parts = covering(x);
    if (parts?.[0]?.node.graph !== graph || !parts.some((q) => q.node === node)) continue;
    // The first one in order is `node`: all others come after it.
    const op = rewrite.at(node);
    const values = op.outputs(parts.length, "Split", [x, parts.map((q) => q.size)], { axis: parts[0].axis });
    for (const [i, q] of parts.entries()) if (rewrite.replace(q.node.outputs[0] as Value, values[i] as Value)) changes++;
  }
  return changes;
});
