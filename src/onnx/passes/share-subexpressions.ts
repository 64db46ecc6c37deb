/** @file Two nodes with the same op, attributes and inputs  ->  one. */

import { isRandom } from "../evaluate/random.ts";
import type { Attribute, Graph, Model, Node, Value } from "../ir/graph.ts";
import { pass, type Rewriter } from "./pass.ts";

class Numbers {
  readonly #numbers = new Map<Value, number>();
  of(v: Value | null): number {
    if (v === null) return -1;
    const known = this.#numbers.get(v);
    if (known !== undefined) return known;
    this.#numbers.set(v, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Text that equal attributes share; null where equality cannot be told cheaply. */
function attributeKey(a: Attribute): string | null {
  if (a.kind === "graph") return null;
  if (a.kind === "tensor") return a.value.key;
  if (a.kind === "float") return `f${Object.is(a.value, -0) ? "-0" : a.value}`;
  return `${a.kind}:${JSON.stringify(a.value, (_, x) => (typeof x === "bigint" ? `${x}n` : Object.is(x, -0) ? "-0" : x))}`;
}

function keyOf(node: Node, numbers: Numbers): string | null {
  if (node.domain === "" && isRandom(node.op)) return null;
  const attributes: string[] = [];
  for (const [name, a] of node.attributes) {
    const key = attributeKey(a);
    if (key === null) return null;
    attributes.push(`${name}=${key}`);
  }
  const inputs = node.inputs.map((v) => numbers.of(v));
  while (inputs.at(-1) === -1) inputs.pop();
  return `${node.domain}::${node.op}(${inputs})<${attributes.sort().join()}>${node.outputs.length}`;
}

/** Unnamed constants of equal bytes are one value. */
function shareConstants(model: Model, graph: Graph, rewrite: Rewriter): number {
  const seen = new Map<string, Value>();
  let changes = 0;
  for (const v of graph.initializers) {
    const key = v.name === null ? v.source?.key : null;
    if (!key || rewrite.isOutput(v)) continue;
    const first = seen.get(key);
    if (!first) seen.set(key, v);
    else {
      model.graph.replaceAllUses(v, first);
      graph.initializers.delete(v);
      changes++;
    }
  }
  return changes;
}

export const shareSubexpressions = pass("share-subexpressions", (graph, rewrite) => {
  const numbers = new Numbers();
  const seen = new Map<string, Node>();
  let changes = shareConstants(rewrite.model, graph, rewrite);
  for (const node of graph.nodes()) {
    const key = keyOf(node, numbers);
    if (key === null) continue;
    const first = seen.get(key);
    if (!first) {
      seen.set(key, node);
      continue;
    }
    // Each output in turn: where both are graph outputs, both nodes stay.
    for (const [i, v] of node.outputs.entries()) {
      const twin = first.outputs[i];
      if (twin && rewrite.replace(v, twin)) changes++;
      if (node.graph === null) break;
    }
  }
  return changes;
});
