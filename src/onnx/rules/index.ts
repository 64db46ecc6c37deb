/** @file All rules, by the op at the root of their pattern. */

import { arithmetic } from "./arithmetic.ts";
import { broadcast } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { clip } from "./clip.ts";
import { convolution } from "./convolution.ts";
import { layout } from "./layout.ts";
import type { Rule } from "./rule.ts";
import { scatter } from "./scatter.ts";

export const rules: readonly Rule[] = [...arithmetic, ...cast, ...layout, ...broadcast, ...convolution, ...clip, ...scatter];

/** Rules whose pattern's root is `op`, in the order of the tables. */
export const rulesByOp: ReadonlyMap<string, readonly Rule[]> = grouped(rules);

function grouped(all: readonly Rule[]): Map<string, Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const r of all) groups.set(r.pattern.op, [...(groups.get(r.pattern.op) ?? []), r]);
  return groups;
}
