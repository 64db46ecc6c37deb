/**
 * @file Takes away the higher-order ops that only wrap calls: `wrap_with_set_grad_enabled` is inlined as it is, `wrap_with_autocast`
 * with the casts that it implies written out, `vmap` as calls on batches, `auto_functionalized_v2` as the call that writes, `with_effects` as
 * the call whose order it keeps, `invoke_subgraph` as what its body does.
 */

import { type DType, isFloat } from "../dtype.ts";
import { mapArgs, substitute } from "./arguments.ts";
import { isFunctionalized, unfold } from "./auto-functionalized.ts";
import { type Arg, Graph, Node, type Output, type TensorType, Value } from "./graph.ts";
import { bodyOfCall, firstOperand, invokeSubgraph } from "./invoke-subgraph.ts";
import { schemaOf } from "./schema.ts";
import { inlineVmaps } from "./vmap.ts";

/** Positions of the sub-graph, of its first operand, and of the flag that turns autocast on or off inside. */
const regions: Readonly<Record<string, { readonly graph: number; readonly operands: number; readonly autocast: number | null }>> = {
  "higher_order::wrap_with_set_grad_enabled": { graph: 1, operands: 2, autocast: null },
  /** `(device_type, dtype, enabled, cache_enabled, graph, …)`. */
  "higher_order::wrap_with_autocast": { graph: 4, operands: 5, autocast: 2 },
  [invokeSubgraph]: { graph: 0, operands: firstOperand, autocast: null },
};

/** `(token, op, …)` gives `(token, results…)`: calls of a graph stay in order without tokens. */
const withEffects = "higher_order::with_effects";

/** `graph` without mode and vmap regions and wrapped calls, nested ones and those of sub-graphs included; the same graph when it has none. */
export const inlineRegions = (graph: Graph): Graph => inlineVmaps(inSubgraphs(inlineModes(graph)));

/** `graph` with the sub-graphs of its control flow inlined. */
function inSubgraphs(graph: Graph): Graph {
  const nodes = graph.nodes.map((n) => {
    const bodies = Object.entries(n.args).flatMap(([k, body]) => (body instanceof Graph ? [[k, inlineRegions(body)] as const] : []));
    const changed = bodies.some(([k, body]) => body !== n.args[k]);
    return changed ? new Node(n.op, { ...n.args, ...Object.fromEntries(bodies) }, n.outputs, n.origin) : n;
  });
  return nodes.every((n, i) => n === graph.nodes[i]) ? graph : new Graph(graph.name, graph.inputs, nodes, graph.outputs);
}

function inlineModes(graph: Graph): Graph {
  if (!graph.nodes.some((n) => n.op in regions || n.op === withEffects || isFunctionalized(n))) return graph;
  const replaced = new Map<Value, Arg>();
  const nodes: Node[] = [];
  const read = (arg: Arg): Arg => substitute(arg, replaced);
  for (const node of graph.nodes) inlineNode(node, read, replaced, nodes, false);
  return new Graph(graph.name, graph.inputs, nodes, graph.outputs.map(read));
}

function inlineNode(node: Node, read: (arg: Arg) => Arg, replaced: Map<Value, Arg>, nodes: Node[], autocast: boolean): void {
  const args = mapArgs(node.args, read);
  if (isFunctionalized(node)) {
    nodes.push(...unfold(node, args));
    return;
  }
  if (node.op === withEffects) {
    inlineNode(effectOf(node, args, replaced), read, replaced, nodes, autocast);
    return;
  }
  const region = regions[node.op];
  const given = region && args[String(region.graph)];
  if (!region || !(given instanceof Graph)) {
    nodes.push(new Node(node.op, autocast ? withAutocasts(node, args, nodes) : args, node.outputs, node.origin));
    return;
  }
  const body = node.op === invokeSubgraph ? bodyOfCall(node, given) : given;
  body.inputs.forEach((formal, i) => {
    if (formal) replaced.set(formal, args[String(region.operands + i)] ?? null);
  });
  const enabled = region.autocast === null ? autocast : args[String(region.autocast)] === true;
  for (const inner of body.nodes) inlineNode(inner, read, replaced, nodes, enabled);
  const results = flatOutputs(node.outputs);
  body.outputs.flat().forEach((output, i) => {
    const result = results[i];
    if (result) replaced.set(result, read(output as Arg));
  });
}

/** The call that `with_effects` makes; the token that comes out is the one that went in. */
function effectOf(node: Node, { 0: token, 1: op, ...args }: Record<string, Arg>, replaced: Map<Value, Arg>): Node {
  const names = (schemaOf(String(op))?.args ?? []).map((a) => a.name);
  const named = Object.entries(args).map(([k, arg]): [string, Arg] => {
    const position = Number(k) - 2;
    return Number.isNaN(position) ? [k, arg] : [names[position] ?? String(position), arg];
  });
  const [next, ...results] = node.outputs;
  if (next instanceof Value) replaced.set(next, token ?? null);
  return new Node(String(op), Object.fromEntries(named), results.every((r) => r === null) ? [] : results, node.origin);
}

const flatOutputs = (outputs: readonly Output[]): (Value | null)[] => outputs.flat() as (Value | null)[];

/** Under autocast an op runs in the floating dtype of its result, whatever its operands have; `to` itself states both. */
function withAutocasts(node: Node, args: Record<string, Arg>, nodes: Node[]): Record<string, Arg> {
  const result = flatOutputs(node.outputs)[0];
  if (result?.type.kind !== "tensor" || !isFloat(result.type.dtype) || /^aten::(_?to|_to_copy|type_as)\b/.test(node.op)) return args;
  const dtype = result.type.dtype;
  const cast = (arg: Arg): Arg => {
    if (!(arg instanceof Value) || arg.type.kind !== "tensor" || !isFloat(arg.type.dtype) || arg.type.dtype === dtype) return arg;
    return castNode(arg, arg.type, dtype, node, nodes);
  };
  return mapArgs(args, cast);
}

function castNode(value: Value, type: TensorType, dtype: DType, node: Node, nodes: Node[]): Value {
  const out = new Value(`${value.name}_${dtype}_${nodes.length}`, { ...type, dtype });
  nodes.push(new Node("aten::to.dtype", { self: value, dtype }, [out], node.origin));
  return out;
}
