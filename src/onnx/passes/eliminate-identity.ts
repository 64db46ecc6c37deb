/** @file y = Identity(x)  ->  every use of y becomes x. */

import { pass } from "./pass.ts";

export const eliminateIdentity = pass("eliminate-identity", (graph, rewrite) => {
  let changes = 0;
  for (const node of graph.nodes()) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (node.op !== "Identity" || node.domain !== "" || !x || !y) continue;
    if (rewrite.replace(y, x)) changes++;
  }
  return changes;
});
