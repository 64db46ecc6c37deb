/**
 * @file `invoke_subgraph(subgraph, identifier, *operands)`, a call of a part of the program: written out, its nodes lie in a frame of their module stack
 * that says which call they are from, as those of a module do.
 */

import { mapArgs, substitute } from "./arguments.ts";
import { type Arg, Graph, Node, type Origin, type Output, Value } from "./graph.ts";

export const invokeSubgraph = "higher_order::invoke_subgraph";

/** Position of the first operand. */
export const firstOperand = 2;

/** What frames of such calls have for a class, before the identifier. */
const frameType = "torch.ops.higher_order.invoke_subgraph";

/** Whether a frame with the class `type` is such a call, of no module. */
export const isSubgraphCall = (type: string): boolean => type.startsWith(`${frameType}.`);

/** `node` with results of its own, which take the places of the old ones in `replaced`, as other values there do in its arguments. */
export function copyNode(node: Node, replaced: Map<Value, Arg>, origin: Origin = node.origin): Node {
  const args = mapArgs(node.args, (x) => substitute(x, replaced));
  const fresh = (v: Value): Value => {
    const copy = new Value(v.name, v.type);
    replaced.set(v, copy);
    return copy;
  };
  const outputs = node.outputs.map((o): Output => (o === null ? null : o instanceof Value ? fresh(o) : o.map(fresh)));
  return new Node(node.op, args, outputs, origin);
}

/** The body that `node` calls, for this call alone: its nodes lie in the frame of the call. */
export function bodyOfCall({ args, origin }: Node, body: Graph): Graph {
  const identifier = String(args["1"]).replaceAll(/\W/g, "_");
  const path = origin.moduleStack.split(";").at(-1)?.split(",")[1] ?? "";
  const frame = `${origin.node},${path},${frameType}.${identifier}`;
  const around = origin.moduleStack === "" ? "" : `${origin.moduleStack};`;
  const framed = (stack: string): string => {
    const inner = stack.startsWith(around) ? stack.slice(around.length) : stack === origin.moduleStack ? "" : stack;
    return `${around}${frame}${inner === "" ? "" : `;${inner}`}`;
  };
  const replaced = new Map<Value, Arg>();
  const inputs = body.inputs.map((v) => {
    const formal = v && new Value(v.name, v.type);
    if (v && formal) replaced.set(v, formal);
    return formal;
  });
  const nodes = body.nodes.map((n) => copyNode(n, replaced, { ...n.origin, moduleStack: framed(n.origin.moduleStack) }));
  const outputs = body.outputs.map((o) => substitute(o, replaced));
  return new Graph(body.name, inputs, nodes, outputs);
}
