/** @file Every op's meaning: the families merged into one table. */

import { internal } from "../errors.ts";
import type { Entry } from "./table.ts";

/** The families of ops by file name. */
export const families: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {};

/** One table of several; an op that two families claim is our error. */
export function merge<E>(parts: Readonly<Record<string, Readonly<Record<string, E>>>>): ReadonlyMap<string, E> {
  const all = new Map<string, E>();
  for (const [family, table] of Object.entries(parts)) {
    for (const [op, entry] of Object.entries(table)) {
      if (all.has(op)) internal(`${op} has a second entry in ${family}`);
      all.set(op, entry);
    }
  }
  return all;
}

/** Op → what it means. */
export const aten: ReadonlyMap<string, Entry> = merge(families);
