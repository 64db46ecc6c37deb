/** @file What a pass is: a function on one graph that says how many changes it made, and the safe ways to change. */

import { equal } from "../../symbolic.ts";
import type { Graph, Model, Node, Value } from "../ir/graph.ts";
import { OpBuilder } from "../opset/builder.ts";
import { newestOpset } from "../opset/schemas.gen.ts";

// The IR holds newest forms whatever the target: passes expand nothing.
const newestTarget = { opset: newestOpset, ir_version: 0, runtime: null };

/** A law of rewriting: idempotent at zero changes, never touching the graph's signature. */
export interface Pass {
  readonly name: string;
  /** Changes made in the main graph, in bodies of control flow and in functions. */
  run(model: Model): number;
}

/** A pass from what it does to one graph. Bodies come before the graph around them. */
export function pass(name: string, change: (graph: Graph, rewrite: Rewriter) => number): Pass {
  return {
    name,
    run(model) {
      let changes = 0;
      for (const root of [model.graph, ...model.functions.map((f) => f.graph)]) {
        for (const graph of graphsIn(root)) changes += change(graph, new Rewriter(model, graph, root !== model.graph));
      }
      return changes;
    },
  };
}

/** `graph` and the graphs of its nodes, inner ones first. */
export function graphsIn(graph: Graph): Graph[] {
  const found: Graph[] = [];
  for (let node = graph.first; node !== null; node = node.next) for (const inner of node.graphs) found.push(...graphsIn(inner));
  found.push(graph);
  return found;
}

/** Changes one graph and keeps what its outputs promise: own values, their names and types. */
export class Rewriter {
  readonly model: Model;
  readonly graph: Graph;
  /** Whether the graph is in a function, which sees no initializers. */
  readonly inFunction: boolean;
  readonly #outputs: Set<Value>;
  #inputs: Set<Value> | null = null;
  #op: OpBuilder | null = null;

  constructor(model: Model, graph: Graph, inFunction = false) {
    this.model = model;
    this.graph = graph;
    this.inFunction = inFunction;
    this.#outputs = new Set(graph.outputs);
  }

  isOutput(v: Value): boolean {
    return this.#outputs.has(v);
  }

  /** Whether callers of the model give `v`, or may: an initializer among the inputs is a default. */
  isInput(v: Value): boolean {
    this.#inputs ??= new Set(this.model.graph.inputs);
    return this.#inputs.has(v);
  }

  /** Whether nothing reads `v` but (at most) one operand. */
  isUsedOnce(v: Value): boolean {
    return v.useCount <= 1 && !this.isOutput(v);
  }

  /** A builder whose nodes come right before `node` and inherit its origin. */
  at(node: Node): OpBuilder {
    this.#op ??= new OpBuilder(this.model, newestTarget, this.graph);
    this.#op.before = node;
    this.#op.origin = node.origin;
    return this.#op;
  }

  /** Whether `to` may stand for `from`: the same dtype, and provably the same shape. */
  static agree(from: Value, to: Value): boolean {
    const [a, b] = [from.type, to.type];
    if (a === null || b === null) return a === b;
    if (a.dtype !== b.dtype) return false;
    if (a.shape === null || b.shape === null) return a.shape === b.shape;
    const shape = b.shape;
    return a.shape.length === shape.length && a.shape.every((d, i) => equal(d, shape[i] as typeof d));
  }

  /**
   * `to` stands for `from` wherever it is read; the producer of `from` is removed when nothing needs it. An output keeps its name, and must
   * have a value of its own: where `to` is an input, an initializer, another output or made elsewhere, the output stays as it is.
   * Returns whether anything changed.
   */
  replace(from: Value, to: Value): boolean {
    if (from === to) return false;
    let changed = false;
    if (this.isOutput(from) && to.producer?.graph === this.graph && !this.isOutput(to)) {
      if (to.type === null || from.type?.shape) to.type = from.type;
      to.name = from.name;
      for (const [key, value] of from.metadata) to.metadata.set(key, value);
      this.graph.replaceAllUses(from, to);
      this.#outputs.delete(from);
      this.#outputs.add(to);
      changed = true;
    } else if (from.useCount > 0) {
      for (const use of [...from.uses]) use.node.setInput(use.index, to);
      changed = true;
    }
    if (changed) {
      to.data ??= from.data;
      if (to.producer !== null) to.name ??= from.name;
    }
    return this.removeIfDead(from.producer) || changed;
  }

  /** Removes `node` if nothing reads its outputs. */
  removeIfDead(node: Node | null): boolean {
    if (node === null || node.graph !== this.graph || node.outputs.some((v) => v.useCount > 0 || this.isOutput(v))) return false;
    removeNode(node);
    return true;
  }
}

/** Takes a dead node out, with the reads that its bodies make of outer values. */
export function removeNode(node: Node): void {
  for (const graph of node.graphs) for (const inner of [...graph.nodes()].reverse()) detach(inner);
  node.graph?.remove(node);
}

function detach(node: Node): void {
  for (const graph of node.graphs) for (const inner of [...graph.nodes()].reverse()) detach(inner);
  for (let i = 0; i < node.inputs.length; i++) node.setInput(i, null);
}
