/** @file All rules, and how they are found. */

import { arithmetic } from "./arithmetic.ts";
import { broadcast } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { clip } from "./clip.ts";
import { convolution } from "./convolution.ts";
import { indices } from "./indices.ts";
import { layout } from "./layout.ts";
import { normalization } from "./normalization.ts";
import { rotary } from "./rotary.ts";
import type { Rule } from "./rule.ts";
import { scatter } from "./scatter.ts";

export const rules: readonly Rule[] = [...arithmetic, ...cast, ...layout, ...broadcast, ...convolution, ...clip, ...scatter, ...indices];

/** What opset 23 has one op for. */
export const fusions: readonly Rule[] = [...normalization, ...rotary];
/** The first opset that has the ops of `fusions`. */
export const fusionOpset = 23;

/** Rules by the op at the root of their pattern, in the order of the table. */
export function byOp(all: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const r of all) groups.set(r.pattern.op, [...(groups.get(r.pattern.op) ?? []), r]);
  return groups;
}
