/** @file Between a captured node and its lowering: the types of its operands and results, and who reads them. */

import { mapLeaves } from "../aten/arguments.ts";
import { Graph as AtenGraph, type Node as AtenNode, Value as AtenValue, operandsOf, type TensorType, valuesOf } from "../aten/graph.ts";
import { isTyped } from "../aten/promotion.ts";
import type { Schema } from "../aten/schema.ts";
import type { Args } from "../dispatch.ts";
import { isStatic, type Shape } from "../symbolic.ts";
import { Value } from "./ir/graph.ts";

/** Shapes that may be one: same rank, no two different numbers. */
export const agree = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => !isStatic(d) || !isStatic(b[i] as never) || d === b[i]);

/** Operands of a lowering as `meta` takes them: tensors as types, runtime numbers as expressions. */
export function operandTypes(args: Args, schema: Schema): Args {
  const tensors = new Set(schema.args.filter((a) => a.type === "Tensor").map((a) => a.name));
  const typeOf = (x: unknown, isTensor: boolean): unknown => {
    if (!(x instanceof Value)) return x;
    return !isTensor && x.data?.length === 1 ? x.data[0] : { kind: "tensor", dtype: x.dtype, shape: x.shape };
  };
  return Object.fromEntries(Object.entries(args).map(([k, v]) => [k, mapLeaves(v, (x) => typeOf(x, tensors.has(k)))]));
}

/** Types of the tensors in a result, in order. */
export const flatTypes = (result: unknown): TensorType[] =>
  Array.isArray(result) ? result.flatMap(flatTypes) : isTyped(result) ? [result as TensorType] : [];

/** How many nodes and outputs read each value. */
export function usersOf(graph: AtenGraph): Map<AtenValue, number> {
  const users = new Map<AtenValue, number>();
  const count = (v: AtenValue): void => void users.set(v, (users.get(v) ?? 0) + 1);
  const within = ({ nodes, outputs }: AtenGraph): void => {
    for (const node of nodes) {
      operandsOf(node).forEach(count);
      for (const arg of Object.values(node.args)) if (arg instanceof AtenGraph) within(arg);
    }
    for (const v of valuesOf(outputs)) count(v);
  };
  within(graph);
  return users;
}

/** `values` as the results of `node` are nested. */
export function shaped(node: AtenNode, values: readonly Value[]): unknown {
  let i = 0;
  const results = node.outputs.map((o) => (o === null ? null : o instanceof AtenValue ? values[i++] : o.map(() => values[i++])));
  return results.length === 1 ? results[0] : results;
}
