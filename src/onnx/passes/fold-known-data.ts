/** @file A small integer tensor whose elements inference knows becomes a constant: shape arithmetic of static dims goes away. */

import { isStatic } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import { pass } from "./pass.ts";

/** The elements and sizes of `v`, where all are numbers; null otherwise. */
function known(v: Value): { shape: number[]; data: number[] } | null {
  const shape = v.type?.shape;
  if (!shape?.every(isStatic) || !v.data?.every(isStatic)) return null;
  return shape.reduce((n, d) => n * d, 1) === v.data.length ? { shape: [...shape], data: [...v.data] } : null;
}

export const foldKnownData = pass("fold-known-data", (graph, rewrite) => {
  let changes = 0;
  for (const node of graph.nodes()) {
    for (const v of node.outputs) {
      if (v.useCount === 0) continue;
      const constant = known(v);
      if (constant === null) continue;
      const made = rewrite.at(node).constant(v.dtype, constant.shape, constant.data);
      if (rewrite.replace(v, made)) changes++;
    }
  }
  return changes;
});
