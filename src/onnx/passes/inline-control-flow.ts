/** @file An If whose condition is known becomes its branch; a Loop that never runs becomes its initial values. */

import { isStatic } from "../../symbolic.ts";
import { type Graph, Node, Value } from "../ir/graph.ts";
import { elementsOf, memorySource } from "../opset/literal.ts";
import { pass, type Rewriter } from "./pass.ts";

/** The one element of a constant; null where it is not known. */
function known(v: Value | null | undefined, rewrite: Rewriter): number | null {
  if (!v?.source?.materialized || v.source.shape.some((d) => d !== 1) || rewrite.model.graph.inputs.includes(v)) return null;
  const [element] = elementsOf(v.source);
  return element === undefined ? null : Number(element);
}

/** `to` stands for `from`; an output that needs a value of its own gets a copy. */
function stand(rewrite: Rewriter, node: Node, from: Value, to: Value): void {
  const own = to.producer?.graph === rewrite.graph && !rewrite.isOutput(to);
  if (!rewrite.isOutput(from) || own) {
    rewrite.replace(from, to);
    return;
  }
  const copy = new Value(null, to.type);
  copy.container = to.container;
  rewrite.graph.insert(new Node("Identity", [to], new Map(), [copy], node.origin), node);
  rewrite.replace(from, copy);
}

/** The nodes of `branch` take the place of `node`. */
function inline(rewrite: Rewriter, node: Node, branch: Graph): void {
  for (const v of branch.initializers) rewrite.model.graph.initializers.add(v);
  for (const inner of [...branch.nodes()]) rewrite.graph.adopt(inner, node);
  const results = [...branch.outputs];
  node.outputs.forEach((y, i) => {
    const result = results[i];
    if (result !== undefined) stand(rewrite, node, y, result);
  });
}

/** The branch that a constant condition takes. */
function branchOf(node: Node, rewrite: Rewriter): Graph | null {
  const condition = node.op === "If" ? known(node.inputs[0], rewrite) : null;
  if (condition === null) return null;
  const branch = node.attributes.get(condition === 0 ? "else_branch" : "then_branch");
  // A function's body sees no initializers: such a branch stays where it is.
  return branch?.kind === "graph" && !(rewrite.inFunction && branch.value.initializers.size > 0) ? branch.value : null;
}

const isNever = (node: Node, rewrite: Rewriter): boolean =>
  node.op === "Loop" && (known(node.inputs[0], rewrite) === 0 || known(node.inputs[1], rewrite) === 0);

/** Initial values, and no rows of what the iterations would have given; null where their type is not known. */
function withoutIterations(node: Node, rewrite: Rewriter): Value[] | null {
  const carried = node.inputs.slice(2).filter((v) => v !== null);
  if (carried.length < node.inputs.length - 2) return null;
  const scanned = node.outputs.slice(carried.length);
  const isKnown = (y: Value): boolean => y.type?.shape?.slice(1).every(isStatic) ?? false;
  if (scanned.length > 0 && (rewrite.inFunction || !scanned.every(isKnown))) return null;
  const nothing = (y: Value): Value =>
    rewrite.at(node).initializer(null, memorySource(y.dtype, [0, ...(y.shape.slice(1) as number[])], new Uint8Array(0)));
  return [...carried, ...scanned.map(nothing)];
}

export const inlineControlFlow = pass("inline-control-flow", (graph, rewrite) => {
  let changes = 0;
  for (const node of graph.nodes()) {
    if (node.domain !== "" || node.graphs.length === 0) continue;
    const branch = branchOf(node, rewrite);
    if (branch !== null) {
      inline(rewrite, node, branch);
      changes++;
    } else if (isNever(node, rewrite)) {
      const results = withoutIterations(node, rewrite);
      if (results === null) continue;
      node.outputs.forEach((y, i) => {
        stand(rewrite, node, y, results[i] as Value);
      });
      changes++;
    }
  }
  return changes;
});
