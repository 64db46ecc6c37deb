/** @file What the type of a graph's input or output must say. */

import type { AnyType, Value } from "./ir/graph.ts";

/** What is missing in the type that a caller sees; null where it is whole. Elements of containers may be of any shape. */
export function typeProblem({ type, container }: Value): string | null {
  if (container !== null) return containerProblem(container);
  if (type === null) return "has no type";
  return type.shape === null ? "has no shape" : null;
}

function containerProblem(type: AnyType): string | null {
  switch (type.kind) {
    case "strings":
    case "sparse_tensor":
      return type.shape === null ? "has no shape" : null;
    case "sequence":
    case "optional":
    case "map":
      return type.of === null ? `is a${type.kind === "optional" ? "n" : ""} ${type.kind} of no type` : null;
    case "opaque":
      return type.name === "" ? "is of an opaque type without a name" : null;
    default:
      return null;
  }
}
