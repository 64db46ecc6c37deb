/** @file What the control-flow operators mean, given a way to run a graph: used by the witness. */

import { Graph } from "../aten/graph.ts";
import { select, stack } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import type { Args } from "../dispatch.ts";
import { internal } from "../errors.ts";

/** Runs a body on operands, giving its outputs. */
export type RunGraph = (body: Graph, operands: readonly unknown[]) => unknown[];

const graphAt = (args: Args, i: number): Graph => {
  const body = args[String(i)];
  return body instanceof Graph ? body : internal(`argument ${i} is no graph`);
};
const listAt = (args: Args, i: number): readonly unknown[] => (args[String(i)] as readonly unknown[] | undefined) ?? [];

const isTrue = (x: unknown): boolean => {
  if (typeof x === "boolean") return x;
  const t = x as Strided;
  return t.storage.bytes()[t.offset] !== 0;
};

/** Stacks what each step gave, one list per result. */
const stackSteps = (steps: readonly (readonly unknown[])[]): unknown[] =>
  (steps[0] ?? []).map((_, k) =>
    stack(
      steps.map((s) => s[k] as Strided),
      0,
    ),
  );

const lengthOf = (xs: readonly unknown[]): number => (xs[0] as Strided | undefined)?.shape[0] ?? 0;
const stepOf = (xs: readonly unknown[], i: number): Strided[] => xs.map((x) => select(x as Strided, 0, i));

/** Higher-order op → its results. Arguments are positional: `0`, `1`, …, as in the `.pt2` schema. */
export const controlFlow: Readonly<Record<string, (args: Args, run: RunGraph) => unknown[]>> = {
  "higher_order::cond": (args, run) => run(graphAt(args, isTrue(args["0"]) ? 1 : 2), listAt(args, 3)),

  "higher_order::while_loop": (args, run) => {
    const [condition, body, extra] = [graphAt(args, 0), graphAt(args, 1), listAt(args, 3)];
    let carried = [...listAt(args, 2)];
    while (isTrue(run(condition, [...carried, ...extra])[0])) carried = run(body, [...carried, ...extra]);
    return carried;
  },

  "higher_order::scan": (args, run) => {
    const [combine, xs, extra] = [graphAt(args, 0), listAt(args, 2), listAt(args, 3)];
    let carried = [...listAt(args, 1)];
    const steps: unknown[][] = [];
    for (let i = 0; i < lengthOf(xs); i++) {
      const out = run(combine, [...carried, ...stepOf(xs, i), ...extra]);
      steps.push(out.slice(carried.length));
      carried = out.slice(0, carried.length);
    }
    return [...carried, ...stackSteps(steps)];
  },

  "higher_order::map_impl": (args, run) => {
    const [body, xs, extra] = [graphAt(args, 0), listAt(args, 1), listAt(args, 2)];
    return stackSteps(Array.from({ length: lengthOf(xs) }, (_, i) => run(body, [...stepOf(xs, i), ...extra])));
  },
};
