/** @file Functions of a model that call themselves: ONNX does not allow them, and nothing that follows calls would end. */

import type { FunctionBody, Graph, Node } from "./graph.ts";

/** What a function is called by: domain, name and overload. */
export const functionId = (domain: string, name: string, overload = ""): string => `${domain}::${name}${overload && `:${overload}`}`;

/** The ids of the functions that nodes of `graph` and its bodies call, as far as `known` has them. */
function callees(graph: Graph, known: ReadonlyMap<string, FunctionBody>, found = new Set<string>()): Set<string> {
  const visit = (node: Node): void => {
    const id = functionId(node.domain, node.op, node.overload);
    if (known.has(id)) found.add(id);
    for (const body of node.graphs) callees(body, known, found);
  };
  for (const node of graph.nodes()) visit(node);
  return found;
}

/** A cycle of calls, its first function again at the end; null where there is none. */
export function recursionIn(functions: readonly FunctionBody[]): string[] | null {
  const known = new Map(functions.map((f) => [functionId(f.domain, f.name, f.overload), f]));
  const done = new Set<string>();
  for (const start of known.keys()) {
    const path: { id: string; rest: string[] }[] = [];
    const enter = (id: string): void => {
      path.push({ id, rest: [...callees((known.get(id) as FunctionBody).graph, known)] });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      const at = path.findIndex((step) => step.id === next);
      if (next === undefined) {
        done.add(top.id);
        path.pop();
      } else if (at >= 0) return [...path.slice(at).map((step) => step.id), next];
      else if (!done.has(next)) enter(next);
    }
  }
  return null;
}
