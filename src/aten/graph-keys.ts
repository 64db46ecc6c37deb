/** @file Which graphs are the same but for the names of their values. */

import { SymInt, show } from "../symbolic.ts";
import { type Arg, Graph, type Node, type Output, type Type, Value } from "./graph.ts";

/** Numbers graphs so that two have one number if and only if their ops, arguments, types and wiring are equal. */
export class GraphKeys {
  readonly #ids = new Map<string, number>();
  readonly #known = new WeakMap<Graph, number>();

  of(graph: Graph): number {
    const known = this.#known.get(graph);
    if (known !== undefined) return known;
    const text = this.#text(graph);
    const id = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, id);
    this.#known.set(graph, id);
    return id;
  }

  #text(graph: Graph): string {
    const numbers = new Map<Value, number>();
    const bind = (v: Value): string => {
      numbers.set(v, numbers.size);
      return typeText(v.type);
    };
    const output = (o: Output): string => (o === null ? "None" : o instanceof Value ? bind(o) : `[${o.map(bind).join()}]`);
    const arg = (a: Arg | undefined): string => {
      if (a instanceof Value) return `%${numbers.get(a)}`;
      if (a instanceof Graph) return `graph ${this.of(a)}`;
      if (a instanceof SymInt) return show(a);
      if (Array.isArray(a)) return `[${a.map(arg).join()}]`;
      if (typeof a === "bigint") return `${a}n`;
      if (typeof a === "number") return Object.is(a, -0) ? "-0" : String(a);
      return JSON.stringify(a ?? null);
    };
    const line = ({ op, args, outputs }: Node): string => {
      const given = Object.entries(args).map(([name, a]) => `${name}=${arg(a)}`);
      return `${op}(${given.join()})->${outputs.map(output).join()}`;
    };
    const inputs = graph.inputs.map(output).join();
    return [inputs, ...graph.nodes.map(line), graph.outputs.map(arg).join()].join("\n");
  }
}

function typeText(type: Type): string {
  if (type.kind === "tensor") return `${type.dtype}[${type.shape.map(show).join()}]`;
  return "expr" in type && type.expr !== null ? `${type.kind} ${show(type.expr)}` : type.kind;
}
