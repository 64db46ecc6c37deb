/** @file Walking the arguments of calls: lists are walked into, whatever else stands there is a leaf. */

import { type Arg, Value } from "./graph.ts";

/** `x` with `f` applied to it, or to every leaf of it where it is a list. */
export function mapLeaves(x: unknown, f: (leaf: unknown) => unknown): unknown {
  return Array.isArray(x) ? x.map((e) => mapLeaves(e, f)) : f(x);
}

/** `args` with `f` applied to every leaf. */
export function mapArgs<T>(args: Readonly<Record<string, T>>, f: (leaf: T) => unknown): Record<string, T> {
  const each = (x: T): T => mapLeaves(x, f as (leaf: unknown) => unknown) as T;
  return Object.fromEntries(Object.entries(args).map(([name, x]) => [name, each(x)]));
}

/** `arg` with values replaced. */
export function substitute(arg: Arg, replaced: ReadonlyMap<Value, Arg>): Arg {
  return mapLeaves(arg, (x) => (x instanceof Value ? (replaced.get(x) ?? x) : x)) as Arg;
}
