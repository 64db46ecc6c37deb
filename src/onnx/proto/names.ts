/** @file Names at save: hints become unique names, inputs, outputs and initializers first. */

import { internal } from "../../errors.ts";
import { type Graph, type Model, numbering, type Value } from "../ir/graph.ts";
import { NameSet } from "./name-set.ts";

/** Names that are taken here, or in a graph around; a hint that is gets a number. */
class Allocator {
  readonly #outer: Allocator | null;
  readonly #taken = new NameSet();
  readonly #next = new Map<string, number>();

  constructor(outer: Allocator | null) {
    this.#outer = outer;
  }

  take(hint: string): string {
    if (!this.#outer?.isTaken(hint) && this.#taken.add(hint)) return hint;
    let n = this.#next.get(hint) ?? 1;
    while (this.isTaken(`${hint}_${n}`)) n++;
    this.#next.set(hint, n + 1);
    const name = `${hint}_${n}`;
    this.#taken.add(name);
    return name;
  }
  isTaken(name: string): boolean {
    return this.#taken.has(name) || (this.#outer?.isTaken(name) ?? false);
  }
}

/**
 * The names of one model's values and nodes. What a body makes is named differently from all of the graphs around it, so nothing is ever
 * shadowed; bodies side by side may use the same names.
 */
export class Names {
  readonly #walk = numbering();
  /** By the numbers of the values in this walk. */
  readonly #values: string[] = [];
  readonly #nodes = new Map<Graph, string[]>();
  #unnamedValues = 0;
  #unnamedNodes = 0;

  constructor(model: Model) {
    this.#graph(model.graph, { values: new Allocator(null), nodes: new Allocator(null) });
    for (const { graph } of model.functions) this.#graph(graph, { values: new Allocator(null), nodes: new Allocator(null) });
  }

  /** How many values there are. */
  get count(): number {
    return this.#values.length;
  }
  /** The number of a value among them, as long as no other walk numbers the values. */
  number(v: Value): number {
    if (v.walk !== this.#walk) internal(`${v.name ?? "a value"} of ${v.producer?.op ?? "no node"} is in no graph of the model`);
    return v.number;
  }
  /** "" for an optional output that nothing uses and that has the hint "". */
  value(v: Value): string {
    return this.#values[this.number(v)] as string;
  }
  /** Names of the nodes of `graph`, in their order. */
  nodes(graph: Graph): readonly string[] {
    return this.#nodes.get(graph) ?? internal(`${graph.name} is no graph of the model`);
  }

  #graph(graph: Graph, space: Space): void {
    this.#claim(graph, space.values);
    const bodies: Graph[] = [];
    const nodes = new Array<string>(graph.size);
    this.#nodes.set(graph, nodes);
    let i = 0;
    for (let node = graph.first; node !== null; node = node.next) {
      nodes[i++] = node.name === "" ? "" : space.nodes.take(node.name ?? `node_${node.op}_${this.#unnamedNodes++}`);
      if (node.hasAttributes) bodies.push(...node.graphs);
      for (const v of node.outputs) {
        if (v.name === "" && v.useCount === 0 && v.walk !== this.#walk) this.#number(v, "");
        else this.#bind(v, space.values, v.name || `val_${this.#unnamedValues++}`);
      }
    }
    for (const body of bodies) this.#graph(body, { values: new Allocator(space.values), nodes: new Allocator(space.nodes) });
  }

  /** Inputs, outputs and initializers keep their hints as long as no two are the same. */
  #claim(graph: Graph, space: Allocator): void {
    graph.inputs.forEach((v, i) => {
      this.#bind(v, space, v.name || `input_${i}`);
    });
    graph.outputs.forEach((v, i) => {
      this.#bind(v, space, v.name || `output_${i}`);
    });
    let i = 0;
    for (const v of graph.initializers) this.#bind(v, space, v.name || `initializer_${i++}`);
  }

  #bind(v: Value, space: Allocator, hint: string): void {
    if (v.walk !== this.#walk) this.#number(v, space.take(hint));
  }
  #number(v: Value, name: string): void {
    v.walk = this.#walk;
    v.number = this.#values.push(name) - 1;
  }
}

interface Space {
  readonly values: Allocator;
  readonly nodes: Allocator;
}
