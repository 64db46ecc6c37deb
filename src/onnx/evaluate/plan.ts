/** @file The order of computing a graph: found once, since a body may run many times. */

import { type FunctionBody, functionKey, type Graph, type Node, type Value } from "../ir/graph.ts";
import { evaluatorOf } from "./index.ts";
import type { Evaluate } from "./table.ts";
import type { Computed } from "./value.ts";

/** What a value of the graph is at the moment; null before it is computed, and when nothing reads it any more. */
export interface Slot {
  readonly value: Value;
  computed: Computed | null;
}

/** A node, how it computes (or the function that it calls), and what nothing reads any more after it. */
export interface Step {
  readonly node: Node;
  readonly evaluator: Evaluate | undefined;
  readonly body: FunctionBody | undefined;
  readonly inputs: readonly (Slot | null)[];
  readonly outputs: readonly Slot[];
  readonly dead: readonly Slot[];
}

export interface Plan {
  readonly inputs: readonly Slot[];
  readonly steps: readonly Step[];
  readonly outputs: readonly Slot[];
  /** What is dropped when the graph is done: its inputs, and those of its outputs that it makes. */
  readonly last: readonly Slot[];
}

/** The slots of an evaluation: one for each value, whichever graphs read it. */
export class Slots {
  readonly #slots = new Map<Value, Slot>();
  of(value: Value): Slot {
    let slot = this.#slots.get(value);
    if (slot === undefined) {
      slot = { value, computed: null };
      this.#slots.set(value, slot);
    }
    return slot;
  }
}

/** Where each value that `graph` makes or reads is read last; graph outputs are read after all nodes. */
function lastReaders(graph: Graph): Map<Value, Node> {
  const last = new Map<Value, Node>();
  const read = (inner: Graph, node: Node): void => {
    for (const each of inner.nodes()) {
      for (const v of each.inputs) if (v !== null) last.set(v, node);
      for (const body of each.graphs) read(body, node);
    }
    for (const v of inner.outputs) last.set(v, node);
  };
  for (const node of graph.nodes()) {
    for (const v of node.outputs) last.set(v, node);
    for (const v of node.inputs) if (v !== null) last.set(v, node);
    for (const body of node.graphs) read(body, node);
  }
  for (const v of graph.outputs) last.delete(v);
  return last;
}

/** The plan of `graph`. Initializers of bodies stay for the next iteration. */
export function planOf(graph: Graph, main: boolean, functions: ReadonlyMap<string, FunctionBody>, slots: Slots): Plan {
  const made = new Set<Value>([...graph.inputs, ...(main ? graph.initializers : [])]);
  for (const node of graph.nodes()) for (const v of node.outputs) made.add(v);
  const dead = new Map<Node, Slot[]>();
  for (const [v, node] of lastReaders(graph)) {
    if (!made.has(v)) continue;
    const known = dead.get(node);
    if (known) known.push(slots.of(v));
    else dead.set(node, [slots.of(v)]);
  }
  const steps = Array.from(graph.nodes(), (node) => ({
    node,
    evaluator: evaluatorOf(node),
    body: functions.get(functionKey(node.domain, node.op, node.overload)),
    inputs: node.inputs.map((v) => (v === null ? null : slots.of(v))),
    outputs: node.outputs.map((v) => slots.of(v)),
    dead: dead.get(node) ?? [],
  }));
  const [inputs, outputs] = [graph.inputs, graph.outputs].map((list) => list.map((v) => slots.of(v))) as [Slot[], Slot[]];
  return { inputs, steps, outputs, last: [...outputs.filter(({ value }) => made.has(value)), ...inputs] };
}
