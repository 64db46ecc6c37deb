/**
 * @file A small integer tensor whose elements inference knows becomes a constant: shape arithmetic of static dims goes away. So does any
 * tensor that has no elements.
 */

import { hasLiterals } from "../../literal.ts";
import { isStatic } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { memorySource } from "../opset/literal.ts";
import { pass, type Rewriter } from "./pass.ts";

/** The elements and sizes of `v`, where all are numbers; null otherwise. */
function known(v: Value): { shape: number[]; data: number[] } | null {
  const shape = v.type?.shape;
  if (!shape?.every(isStatic) || !v.data?.every(isStatic)) return null;
  return shape.reduce((n, d) => n * d, 1) === v.data.length ? { shape: [...shape], data: [...v.data] } : null;
}

/** Sizes of `v` where it has no elements, whatever made it; null otherwise. */
function empty(v: Value): readonly number[] | null {
  const shape = v.type?.shape;
  return shape?.every(isStatic) && shape.includes(0) && hasLiterals(v.dtype) ? (shape as readonly number[]) : null;
}

/** An output of the graph without elements is a Constant of its own. */
function emptied(rewrite: Rewriter, node: Node, v: Value): boolean {
  const shape = empty(v);
  if (shape === null || !rewrite.isOutput(v)) return false;
  const [made] = rewrite.at(node).node("Constant", [], { value: memorySource(v.dtype, shape, new Uint8Array(0)) }, 1) as [Value];
  return rewrite.replace(v, made);
}

export const foldKnownData = pass("fold-known-data", (graph, rewrite) => {
  let changes = 0;
  for (const node of graph.nodes()) {
    if (node.op === "Constant" && node.domain === "") continue; // of a function: it says its elements itself, and large ones exactly
    for (const v of node.outputs) {
      if (emptied(rewrite, node, v)) changes++;
      if (v.useCount === 0) continue;
      const shape = empty(v);
      const constant = shape === null ? known(v) : { shape: [...shape], data: [] };
      if (constant === null) continue;
      const made = rewrite.at(node).constant(v.dtype, constant.shape, constant.data);
      if (rewrite.replace(v, made)) changes++;
    }
  }
  return changes;
});
