/** @file Nodes whose outputs nothing reads, and initializers that nothing reads, go. */

import { pass, removeNode } from "./pass.ts";

export const eliminateDeadCode = pass("eliminate-dead-code", (graph, rewrite) => {
  let changes = 0;
  // Backwards: a node's readers go before it.
  for (const node of [...graph.nodes()].reverse()) {
    if (node.outputs.some((v) => v.uses.size > 0 || rewrite.isOutput(v))) continue;
    removeNode(node);
    changes++;
  }
  for (const v of graph.initializers) {
    if (v.uses.size > 0 || rewrite.isOutput(v) || graph.inputs.includes(v)) continue;
    graph.initializers.delete(v);
    changes++;
  }
  return changes;
});
