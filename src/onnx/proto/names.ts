/** @file Names at save: hints become unique names, inputs, outputs and initializers first. */

import { internal } from "../../errors.ts";
import type { Graph, Model, Node, Value } from "../ir/graph.ts";

/** Names that are taken; a hint that is gets a number. */
class Allocator {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  take(hint: string): string {
    if (!this.#taken.has(hint)) {
      this.#taken.add(hint);
      return hint;
    }
    let n = this.#next.get(hint) ?? 1;
    while (this.#taken.has(`${hint}_${n}`)) n++;
    this.#next.set(hint, n + 1);
    const name = `${hint}_${n}`;
    this.#taken.add(name);
    return name;
  }
}

/** The names of one model's values and nodes. Values of all its graphs share one space, so nothing is ever shadowed; so do nodes. */
export class Names {
  readonly #values = new Map<Value, string>();
  readonly #nodes = new Map<Node, string>();
  #space = new Allocator();
  #nodeSpace = new Allocator();
  #unnamedValues = 0;
  #unnamedNodes = 0;

  constructor(model: Model) {
    this.#claim(model.graph);
    this.#name(model.graph);
    for (const { graph } of model.functions) {
      this.#space = new Allocator();
      this.#nodeSpace = new Allocator();
      this.#claim(graph);
      this.#name(graph);
    }
  }

  /** "" for an optional output that nothing uses and that has the hint "". */
  value(v: Value): string {
    return this.#values.get(v) ?? internal(`${v.name ?? "a value"} of ${v.producer?.op ?? "no node"} is in no graph of the model`);
  }
  node(n: Node): string {
    return this.#nodes.get(n) ?? internal(`${n.op} is in no graph of the model`);
  }

  /** Inputs, outputs and initializers keep their hints as long as no two are the same. */
  #claim(graph: Graph): void {
    graph.inputs.forEach((v, i) => {
      this.#bind(v, v.name || `input_${i}`);
    });
    graph.outputs.forEach((v, i) => {
      this.#bind(v, v.name || `output_${i}`);
    });
    let i = 0;
    for (const v of graph.initializers) this.#bind(v, v.name || `initializer_${i++}`);
  }

  #name(graph: Graph): void {
    for (const node of graph.nodes()) {
      this.#nodes.set(node, this.#nodeSpace.take(node.name || `node_${node.op}_${this.#unnamedNodes++}`));
      for (const sub of node.graphs) {
        this.#claim(sub);
        this.#name(sub);
      }
      for (const v of node.outputs) {
        if (v.name === "" && v.uses.size === 0 && !this.#values.has(v)) this.#values.set(v, "");
        else this.#bind(v, v.name || `val_${this.#unnamedValues++}`);
      }
    }
  }

  #bind(v: Value, hint: string): void {
    if (!this.#values.has(v)) this.#values.set(v, this.#space.take(hint));
  }
}
