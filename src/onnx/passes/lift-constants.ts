/** @file y = Constant<value>()  ->  y is an initializer of the main graph; functions keep their Constants. */

import type { DType } from "../../dtype.ts";
import { encode } from "../../literal.ts";
import type { TensorSource } from "../../weights/source.ts";
import type { Attribute, Node } from "../ir/graph.ts";
import { memorySource } from "../opset/literal.ts";
import { pass } from "./pass.ts";

/** The forms of Constant that say elements as attributes: dtype and whether it is a vector. */
const forms: { readonly [name: string]: readonly [dtype: DType, vector: boolean] } = {
  value_int: ["int64", false],
  value_ints: ["int64", true],
  value_float: ["float32", false],
  value_floats: ["float32", true],
};

function sourceOf(name: string, a: Attribute): TensorSource | null {
  if (a.kind === "tensor") return a.value;
  const form = forms[name];
  if (!form) return null;
  const data = (form[1] ? a.value : [a.value]) as readonly (number | bigint)[];
  return memorySource(form[0], form[1] ? [data.length] : [], encode(form[0], data));
}

function constantOf(node: Node): TensorSource | null {
  for (const [name, a] of node.attributes) {
    const source = sourceOf(name, a);
    if (source) return source;
  }
  return null;
}

export const liftConstants = pass("lift-constants", (graph, rewrite) => {
  if (rewrite.inFunction) return 0;
  let changes = 0;
  for (const node of graph.nodes()) {
    const [y] = node.outputs;
    if (node.op !== "Constant" || node.domain !== "" || !y || y.useCount === 0) continue;
    const source = constantOf(node);
    if (source === null) continue; // strings and sparse tensors stay
    const value = rewrite.at(node).initializer(rewrite.isOutput(y) ? null : y.name, source);
    if (rewrite.replace(y, value)) changes++;
  }
  return changes;
});
