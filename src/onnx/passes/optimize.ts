/** @file All passes to a fixpoint. */

import type { Model } from "../ir/graph.ts";
import { fusionOpset } from "../rules/index.ts";
import { applyFusions, applyRules } from "./apply-rules.ts";
import { eliminateDeadCode } from "./eliminate-dead-code.ts";
import { eliminateIdentity } from "./eliminate-identity.ts";
import { foldConstants } from "./fold-constants.ts";
import { foldKnownData } from "./fold-known-data.ts";
import { foldWeights } from "./fold-weights.ts";
import { fuseAttention } from "./fuse-attention.ts";
import { fuseBatchNormalization } from "./fuse-batch-normalization.ts";
import { inlineControlFlow } from "./inline-control-flow.ts";
import { liftConstants } from "./lift-constants.ts";
import { mergeSlices } from "./merge-slices.ts";
import type { Pass } from "./pass.ts";
import { shareSubexpressions } from "./share-subexpressions.ts";

/** In the order that lets each pass see what the ones before it made simple. */
export const passes: readonly Pass[] = [
  liftConstants,
  inlineControlFlow,
  eliminateDeadCode,
  eliminateIdentity,
  foldKnownData,
  fuseBatchNormalization,
  foldWeights,
  foldConstants,
  applyRules,
  mergeSlices,
  shareSubexpressions,
  eliminateDeadCode,
];

/** What the ops of opset 23 stand for, after everything else is simple. */
export const fusionPasses: readonly Pass[] = [applyFusions, fuseAttention, shareSubexpressions, eliminateDeadCode];

/** Rounds after which it ends even if something still changes. */
const ROUNDS = 8;

export interface OptimizeOptions {
  /** Fold constants and weights; without, only the graph's own structure is simplified. */
  readonly fold?: boolean;
  /** What the model is written in; from 23 on, RMSNormalization, RotaryEmbedding and Attention take the place of what they stand for. */
  readonly opset?: number;
}

/**
 * Simplifies `model` in place: inputs, outputs and their names stay. Returns the changes of each pass.
 * Values stay the same but for the rounding of folded constants (computed once, as the runtime would) and of fusions.
 */
export function optimize(model: Model, { fold = true, opset = 0 }: OptimizeOptions = {}): Map<string, number> {
  const folding: readonly Pass[] = [foldConstants, foldWeights, fuseBatchNormalization];
  const changes = toFixpoint(model, fold ? passes : passes.filter((p) => !folding.includes(p)));
  if (opset < fusionOpset) return changes;
  for (const [name, n] of toFixpoint(model, fusionPasses)) changes.set(name, (changes.get(name) ?? 0) + n);
  return changes;
}

/** Runs `chosen` by turns until each has run without a change since the last one, or for `ROUNDS`. Returns the changes of each. */
export function toFixpoint(model: Model, chosen: readonly Pass[]): Map<string, number> {
  const changes = new Map(chosen.map(({ name }) => [name, 0]));
  let quiet = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, run } of chosen) {
      const n = run(model);
      changes.set(name, (changes.get(name) as number) + n);
      quiet = n === 0 ? quiet + 1 : 0;
      if (quiet === chosen.length) return changes;
    }
  }
  return changes;
}
