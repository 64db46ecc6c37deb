/** @file A node in other words. */

import { Node, type Value } from "./graph.ts";

/** `node` with other inputs or attributes (or another op), in its place and with its outputs. */
export function respell(
  node: Node,
  inputs: readonly (Value | null)[],
  attributes: Node["attributes"] = node.attributes,
  op = node.op,
): Node {
  const given = inputs.slice(0, inputs.findLastIndex((v) => v !== null) + 1);
  const made = new Node(op, given, new Map(attributes), node.outputs, node.origin, node.domain);
  made.name = node.name;
  for (const [key, value] of node.metadata) made.metadata.set(key, value);
  node.graph?.exchange(node, made);
  return made;
}
