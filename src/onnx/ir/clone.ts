/** @file A copy of a model: new nodes and values, the same tensors' bytes, dims and origins. */

import { type Attribute, Graph, Model, Node, Value } from "./graph.ts";
import { copyUnheld, copyUnheldType } from "./unheld.ts";

type Copies = Map<Value, Value>;

/** A copy that can be changed without changing `model`. */
export function cloneModel(model: Model): Model {
  const copy = new Model(cloneGraph(model.graph, new Map()), model.env);
  for (const f of model.functions) copy.functions.push({ ...f, graph: cloneGraph(f.graph, new Map()) });
  copy.origins.push(...model.origins);
  copyMap(model.metadata, copy.metadata);
  copyMap(model.opset_import, copy.opset_import);
  copy.ir_version = model.ir_version;
  copy.producer_name = model.producer_name;
  copy.producer_version = model.producer_version;
  copy.domain = model.domain;
  copy.model_version = model.model_version;
  copy.doc_string = model.doc_string;
  copyUnheld(model, copy);
  return copy;
}

function copyMap<K, V>(from: ReadonlyMap<K, V>, to: Map<K, V>): void {
  for (const [k, v] of from) to.set(k, v);
}

function cloneValue(v: Value, copies: Copies): Value {
  const copy = new Value(v.name, v.type);
  copy.container = v.container;
  copy.source = v.source;
  copy.strings = v.strings;
  copy.data = v.data;
  copy.doc_string = v.doc_string;
  if (v.hasMetadata) copyMap(v.metadata, copy.metadata);
  copyUnheld(v, copy);
  copyUnheldType(v, copy);
  copies.set(v, copy);
  return copy;
}

/** A copy of `graph`; values that it reads from outside are looked up in `copies`, and are themselves where they are not there. */
function cloneGraph(graph: Graph, copies: Copies): Graph {
  const copy = new Graph(graph.name);
  copy.doc_string = graph.doc_string;
  copyMap(graph.metadata, copy.metadata);
  for (const v of graph.inputs) copy.inputs.push(cloneValue(v, copies));
  for (const v of graph.initializers) copy.initializers.add(copies.get(v) ?? cloneValue(v, copies));
  for (const node of graph.nodes()) copy.append(cloneNode(node, copies));
  for (const v of graph.outputs) copy.outputs.push(copies.get(v) ?? v);
  copyUnheld(graph, copy);
  return copy;
}

function cloneAttribute(a: Attribute, copies: Copies): Attribute {
  if (a.kind !== "graph" && a.kind !== "graphs") return a;
  const copy: Attribute =
    a.kind === "graph"
      ? { kind: "graph", value: cloneGraph(a.value, copies) }
      : { kind: "graphs", value: a.value.map((g) => cloneGraph(g, copies)) };
  copyUnheld(a, copy);
  return copy;
}

function cloneNode(node: Node, copies: Copies): Node {
  const attributes = new Map<string, Attribute>();
  for (const [name, a] of node.attributes) {
    attributes.set(name, cloneAttribute(a, copies));
  }
  const inputs = node.inputs.map((v) => (v === null ? null : (copies.get(v) ?? v)));
  const outputs = node.outputs.map((v) => cloneValue(v, copies));
  const copy = new Node(node.op, inputs, attributes, outputs, node.origin, node.domain);
  copy.name = node.name;
  copy.doc_string = node.doc_string;
  copy.overload = node.overload;
  copyUnheld(node, copy);
  if (node.hasMetadata) copyMap(node.metadata, copy.metadata);
  return copy;
}
