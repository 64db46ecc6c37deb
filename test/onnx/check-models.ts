/** @file Models that break one rule of the checker: a small one, and what a case adds to it. */

import { type Attribute, type Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { emptyModel } from "./proto-models.ts";

export const f32 = { dtype: "float32", shape: [2, 3] } as const;
export const attributes = (pairs: Record<string, Attribute> = {}): Map<string, Attribute> => new Map(Object.entries(pairs));

/** x → Relu → y, and what a case adds. */
export function model(change: (m: Model, x: Value, y: Value) => void = () => undefined): Model {
  const m = emptyModel();
  const x = new Value("x", f32);
  const y = new Value("y", f32);
  m.graph.inputs.push(x);
  m.graph.append(new Node("Relu", [x], attributes(), [y], 0));
  m.graph.outputs.push(y);
  m.origins.push({ node: "relu", op: "aten::relu", moduleStack: "a,,M;b,encoder.act,ReLU", stackTrace: 'File "m.py", line 7, in forward' });
  change(m, x, y);
  return m;
}
export const add = (
  m: Model,
  op: string,
  inputs: (Value | null)[],
  outputs: Value[],
  pairs: Record<string, Attribute> = {},
  domain = "",
): Node => {
  const node = new Node(op, inputs, attributes(pairs), outputs, -1, domain);
  m.graph.append(node);
  return node;
};
