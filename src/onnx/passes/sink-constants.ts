/** @file A function sees no initializers of the model: what its nodes read of them becomes Constants of its own. */

import { type Attribute, type FunctionBody, type Model, Node, Value } from "../ir/graph.ts";
import { graphsIn } from "./pass.ts";

/** Gives each function of `model` the constants that it reads; initializers without a name that nothing reads any more go. */
export function sinkConstants(model: Model): void {
  for (const f of model.functions) sink(f);
  if (model.functions.length === 0) return;
  for (const v of model.graph.initializers) {
    if (v.useCount === 0 && v.name === null && !model.graph.outputs.includes(v)) model.graph.initializers.delete(v);
  }
}

function sink({ graph }: FunctionBody): void {
  const constants = new Map<Value, Value>();
  const own = (v: Value): Value => {
    if (v.source === null) return v;
    let constant = constants.get(v);
    if (constant === undefined) {
      constant = new Value(v.name, v.type);
      constant.data = v.data;
      const value: Attribute = { kind: "tensor", value: v.source };
      graph.insert(new Node("Constant", [], new Map([["value", value]]), [constant], -1), graph.first);
      constants.set(v, constant);
    }
    return constant;
  };
  for (const inner of graphsIn(graph)) {
    for (const node of inner.nodes()) {
      node.inputs.forEach((v, i) => {
        if (v !== null && v.source !== null) node.setInput(i, own(v));
      });
    }
    inner.outputs.forEach((v, i) => {
      inner.outputs[i] = own(v);
    });
  }
}
