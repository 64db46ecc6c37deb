/**
 * @file Weights of tensor subclasses (torchao) taken apart: the graph reads their parts through `export::access_subclass_inner_tensor`;
 * each part that is read becomes a graph input of its own, called `<weight>.<attribute>`, and those nodes go.
 */

import { mapArgs, substitute } from "../../aten/arguments.ts";
import { type Arg, type Graph, type Node, Value, valuesOf } from "../../aten/graph.ts";
import type { InputSpec } from "../signature.ts";
import type { Place } from "./place.ts";
import { isSubclass, type Payloads, type Subclass } from "./weights.ts";

const access = "export::access_subclass_inner_tensor";

interface Part {
  readonly spec: InputSpec;
  readonly subclass: Subclass;
  readonly name: string;
}

/**
 * Changes `graph` and `inputs` (its specs) in place; parts are added to the tensors of `payloads`.
 * Throws `pt2/subclass` where a subclass is used as a whole, or has no such part.
 */
export function takeApart(graph: Graph, inputs: InputSpec[], payloads: readonly Payloads[], place: Place): void {
  const known = new Map<Value, Part>();
  for (const spec of inputs) {
    const holder = payloads.find((p) => spec.target !== null && p.subclasses.has(spec.target));
    const subclass = holder?.subclasses.get(spec.target ?? "");
    if (subclass !== undefined && spec.value !== null) known.set(spec.value, { spec, subclass, name: spec.target ?? spec.name });
  }
  if (known.size === 0) return;
  const wholes = new Set(known.keys());
  const added = new Map<InputSpec, InputSpec[]>();
  const parts = new Map<string, Value>();
  const replaced = new Map<Value, Value>();
  graph.nodes = graph.nodes.filter((node) => {
    const of = node.args.src_subclass_tensor;
    const part = node.op === access && of instanceof Value ? known.get(of) : undefined;
    if (part === undefined) return true;
    const { name, inner, output } = innerOf(node, part, place);
    if (isSubclass(inner)) known.set(output, { ...part, subclass: inner, name });
    else {
      const holder = payloads.find((p) => p.subclasses.has(part.spec.target ?? ""));
      holder?.tensors.set(name, inner);
      const shared = parts.get(name);
      if (shared !== undefined) replaced.set(output, shared);
      else {
        parts.set(name, output);
        output.producer = null;
        const list = added.get(part.spec) ?? [];
        list.push({ ...part.spec, name: output.name, value: output, target: name });
        added.set(part.spec, list);
      }
    }
    return false;
  });
  replaceValues(graph, replaced);
  refuseWholes(graph, known, place);
  const specs = inputs.flatMap((spec) => (spec.value !== null && wholes.has(spec.value) ? (added.get(spec) ?? []) : [spec]));
  inputs.splice(0, inputs.length, ...specs);
  graph.inputs = specs.map((spec) => spec.value);
}

function innerOf(node: Node, part: Part, place: Place) {
  const attribute = node.args.attr;
  const output = node.outputs[0];
  const inner = typeof attribute === "string" ? part.subclass.parts.get(attribute) : undefined;
  if (inner === undefined || !(output instanceof Value)) {
    const has = [...part.subclass.parts.keys()].join(", ");
    place.fail(
      "subclass",
      `node ${node.origin.node} reads ${String(attribute)} of ${part.name}, a ${part.subclass.type} with the tensors ${has}`,
    );
  }
  return { name: `${part.name}.${String(attribute)}`, inner, output };
}

function replaceValues(graph: Graph, replaced: ReadonlyMap<Value, Value>): void {
  if (replaced.size === 0) return;
  const swap = (arg: Arg): Arg => substitute(arg, replaced);
  for (const node of graph.nodes) node.args = mapArgs(node.args, swap);
  graph.outputs = graph.outputs.map(swap);
}

function refuseWholes(graph: Graph, known: ReadonlyMap<Value, Part>, place: Place): void {
  for (const node of graph.nodes) {
    for (const arg of Object.values(node.args)) {
      for (const value of valuesOf(arg)) {
        const part = known.get(value);
        if (part === undefined) continue;
        const hint = "decompose it before saving: torchao.utils.unwrap_tensor_subclass(model), then export";
        place.fail("subclass", `node ${node.origin.node} uses ${part.name}, a ${part.subclass.type}, as a whole`, hint);
      }
    }
  }
}
