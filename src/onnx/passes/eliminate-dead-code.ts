/** @file Nodes whose outputs nothing reads, optional outputs that nothing reads, and initializers that nothing reads, go. */

import { type Graph, Node, type Value } from "../ir/graph.ts";
import { newest } from "../opset/schema.ts";
import { pass, type Rewriter, removeNode } from "./pass.ts";

const isRead = (v: Value, rewrite: Rewriter): boolean => v.useCount > 0 || rewrite.isOutput(v);

/** Leaves out trailing optional outputs that nothing reads. */
function trimOutputs(graph: Graph, node: Node, rewrite: Rewriter): boolean {
  if (node.outputs.length < 2 || node.domain !== "") return false;
  const formals = newest(node.op)?.outputs ?? [];
  let kept = node.outputs.length;
  while (kept > 1 && formals[kept - 1]?.option === "optional" && !isRead(node.outputs[kept - 1] as Value, rewrite)) kept--;
  if (kept === node.outputs.length) return false;
  const made = new Node(node.op, node.inputs, new Map(node.attributes), node.outputs.slice(0, kept), node.origin);
  made.name = node.name;
  made.doc_string = node.doc_string;
  for (const [key, value] of node.metadata) made.metadata.set(key, value);
  graph.insert(made, node);
  for (const v of node.outputs.slice(kept)) v.producer = null;
  graph.supersede(node);
  return true;
}

export const eliminateDeadCode = pass("eliminate-dead-code", (graph, rewrite) => {
  let changes = 0;
  // Backwards: a node's readers go before it.
  for (const node of [...graph.nodes()].reverse()) {
    if (!node.outputs.some((v) => isRead(v, rewrite))) {
      removeNode(node);
      changes++;
    } else if (trimOutputs(graph, node, rewrite)) changes++;
  }
  const inputs = new Set(graph.inputs);
  for (const v of graph.initializers) {
    if (isRead(v, rewrite) || inputs.has(v)) continue;
    graph.initializers.delete(v);
    changes++;
  }
  return changes;
});
