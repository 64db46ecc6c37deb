/**
 * @file Calls of modules, and `invoke_subgraph`s that were written out, become sub-graphs that are called: the nodes of one call, told by their module
 * stacks, go into one body. What they read is an operand, weights included, so that equal layers differ in operands alone.
 */

import { type Arg, Graph, Node, type Origin, operandsOf, Value, valuesOf } from "../aten/graph.ts";
import { copyNode, firstOperand, invokeSubgraph, isSubgraphCall } from "../aten/invoke-subgraph.ts";
import { splitOutside } from "../brackets.ts";
import { type ModuleFrame, parseModuleStack } from "../module-stack.ts";
import type { Normalized } from "./normalize.ts";
import { inOrder } from "./topological-order.ts";

/** Whether calls of a module of the class `type` are outlined. */
export type Chosen = (type: string) => boolean;

/** Nodes that go together: those of a call, or one node that lies in no call. */
interface Unit {
  readonly nodes: Node[];
  readonly call: ModuleFrame | null;
}

/**
 * `normalized` with the calls of chosen modules outlined, nested ones inside others. Calls stay as they are where they give nothing that others read,
 * take or give what is neither tensor nor number, or need, for their results, nodes that need their results.
 */
export function outlineCalls(normalized: Normalized, chosen: Chosen): Normalized {
  const { graph, mutated } = normalized;
  const returned = new Set([...valuesOf(graph.outputs), ...mutated.values()]);
  const nodes = new Outline(chosen).outlined(graph.nodes, returned, 0);
  return { ...normalized, graph: new Graph(graph.name, graph.inputs, nodes, graph.outputs) };
}

class Outline {
  readonly #chosen: Chosen;
  /** Names in the captured program of what stands for its values. */
  readonly #captured = new Map<Value, string>();
  constructor(chosen: Chosen) {
    this.#chosen = chosen;
  }

  /** `nodes`, the calls that are `level` calls deep outlined; of what they make, `returned` is read by others. */
  outlined(nodes: readonly Node[], returned: ReadonlySet<Value>, level: number): Node[] {
    const units = this.#unitsOf(nodes, level);
    if (units.every((u) => u.call === null)) return [...nodes];
    const makers = new Map<Value, Unit>();
    for (const unit of units) for (const v of made(unit.nodes)) makers.set(v, unit);
    const read = new Set(returned);
    const needs = new Map<Unit, Set<Unit>>();
    for (const unit of units) {
      const needed = new Set<Unit>();
      for (const v of unit.nodes.flatMap(operandsOf)) {
        const maker = makers.get(v);
        if (maker === undefined || maker === unit) continue;
        read.add(v);
        needed.add(maker);
      }
      needs.set(unit, needed);
    }
    const places = new Map(nodes.map((n, i) => [n, i]));
    const place = (n: Node): number => places.get(n) as number;
    return inOrder(units, (u) => needs.get(u) as Set<Unit>).flatMap((group) => {
      const inside = group.flatMap((u) => u.nodes);
      const [unit] = group as [Unit];
      if (group.length === 1) return unit.call === null ? inside : this.#called(inside, unit.call, read, level);
      return this.outlined(
        inside.sort((a, b) => place(a) - place(b)),
        read,
        level + 1,
      );
    });
  }

  #unitsOf(nodes: readonly Node[], level: number): Unit[] {
    const units: Unit[] = [];
    const calls = new Map<string, Unit>();
    for (const node of nodes) {
      const call = this.#callsOf(node)[level] ?? null;
      const id = call === null ? "" : `${call.key}@${call.call},${call.path},${call.type}`;
      const known = calls.get(id);
      if (known) known.nodes.push(node);
      else {
        const unit = { nodes: [node], call };
        units.push(unit);
        if (call !== null) calls.set(id, unit);
      }
    }
    return units;
  }

  /** The outlined calls that `node` lies in, outermost first; the model itself is none. */
  #callsOf({ origin }: Node): ModuleFrame[] {
    const frames = parseModuleStack(origin.moduleStack);
    return frames.filter(({ path, type }) => isSubgraphCall(type) || (path !== "" && this.#chosen(type)));
  }

  #called(nodes: readonly Node[], call: ModuleFrame, read: ReadonlySet<Value>, level: number): Node[] {
    const own = new Set(made(nodes));
    const operands = [...new Set(nodes.flatMap(operandsOf))].filter((v) => !own.has(v));
    const results = [...own].filter((v) => read.has(v));
    if (results.length === 0 || [...operands, ...results].some(isOpaque)) return this.outlined(nodes, read, level + 1);
    const replaced = new Map<Value, Arg>();
    const formals = operands.map((v) => {
      const captured = this.#captured.get(v) ?? v.name;
      const formal = new Value(nameIn(call, captured), v.type);
      this.#captured.set(formal, captured);
      replaced.set(v, formal);
      return formal;
    });
    const copies = nodes.map((n) => copyNode(n, replaced));
    const outputs = results.map((v) => replaced.get(v) as Value);
    const body = new Graph(call.key, formals, this.outlined(copies, new Set(outputs), level + 1), outputs);
    const given = operands.map((v, i) => [String(firstOperand + i), v]);
    return [new Node(invokeSubgraph, { 0: body, 1: call.type, ...Object.fromEntries(given) }, results, originOf(nodes[0] as Node, call))];
  }
}

/** Weights of the module have the name that they have there: `p_layers_0_fc_weight` is `fc_weight` in `layers.0`. */
function nameIn({ path }: ModuleFrame, captured: string): string {
  const end = captured.indexOf("_") + 1 + path.length;
  const isOwn =
    /^[pbc]_/.test(captured) && captured.slice(0, end + 1).toLowerCase() === `${captured[0]}_${path.replaceAll(".", "_")}_`.toLowerCase();
  return isOwn && path !== "" ? captured.slice(end + 1) : captured;
}

const made = (nodes: readonly Node[]): Value[] => nodes.flatMap((n) => [...valuesOf(n.outputs)]);
const isOpaque = ({ type }: Value): boolean => type.kind === "object" || type.kind === "token";

/** A call lies where the module that it calls does. */
function originOf({ origin }: Node, call: ModuleFrame): Origin {
  const depth = parseModuleStack(origin.moduleStack).findIndex((f) => f.key === call.key && f.call === call.call && f.path === call.path);
  const moduleStack = splitOutside(origin.moduleStack, ";").slice(0, depth + 1);
  return { node: call.path === "" ? call.key : call.path.replaceAll(/\W/g, "_"), moduleStack: moduleStack.join(";"), stackTrace: "" };
}
