/** @file Constant folding of any ONNX model, whatever opsets it imports. */

import { inferModel } from "../infer.ts";
import type { Model } from "../ir/graph.ts";
import { eliminateDeadCode } from "./eliminate-dead-code.ts";
import { defaultLimits, type FoldLimits, foldConstantsWithin } from "./fold-constants.ts";
import { foldKnownData } from "./fold-known-data.ts";
import { foldWeights } from "./fold-weights.ts";
import { inlineControlFlow } from "./inline-control-flow.ts";
import { liftConstants } from "./lift-constants.ts";
import { toFixpoint } from "./optimize.ts";

/** IR versions before 4 want every initializer among the inputs. */
const firstOwnInitializers = 4;

/**
 * Folds in place what does not depend on inputs: nodes on small constants are computed, sizes that inference knows become constants,
 * conditions that are known choose their branch. Large weights are only described anew (cast, transpose, slice, …) and computed when they
 * are saved. Folded values name the nodes that they come from in their metadata (`folded_from`). Names and types of inputs and outputs stay.
 * Returns the changes of each pass. Throws `infer/…` for a model whose types contradict each other.
 */
export function foldModel(model: Model, limits: Partial<FoldLimits> = {}): Map<string, number> {
  inferModel(model);
  const inline = {
    ...inlineControlFlow,
    // A branch is known better than the If that it was in.
    run: (of: Model) => {
      const changes = inlineControlFlow.run(of);
      if (changes > 0) inferModel(of);
      return changes;
    },
  };
  const constants = foldConstantsWithin({ ...defaultLimits, ...limits });
  const changes = toFixpoint(model, [liftConstants, inline, foldKnownData, foldWeights, constants, eliminateDeadCode]);
  if (model.ir_version > 0 && model.ir_version < firstOwnInitializers) {
    const inputs = new Set(model.graph.inputs);
    for (const v of model.graph.initializers) if (!inputs.has(v)) model.graph.inputs.push(v);
  }
  return changes;
}
