/** @file Losses of classifiers: negative log-likelihoods of the target classes, weighted, some ignored, reduced or not. */

import { binary, cast, compare, fill, scalarTensor, unary, where } from "../../core/ops/elementwise.ts";
import { gather, indexSelect } from "../../core/ops/index.ts";
import { reshape } from "../../core/ops/layout.ts";
import { logSoftmax } from "../../core/ops/norm.ts";
import { reduce } from "../../core/ops/reduce.ts";
import type { Strided } from "../../core/strided.ts";
import { wideOf } from "../../dtype.ts";

import type { Call, EvaluateTable } from "./table.ts";

/** The target's places in dims of `logProbabilities` but dim 1; where one is ignored, class 0 stands for it. */
interface Targets {
  readonly classes: Strided;
  readonly kept: Strided;
}

function targetsOf(call: Call): Targets {
  const target = cast(call.tensor(1), "int64");
  if (call.attribute("ignore_index") === undefined) return { classes: target, kept: fill("bool", target.shape, true) };
  const kept = compare("ne", target, scalarTensor("int64", call.int("ignore_index", 0)));
  return { classes: where(kept, target, scalarTensor("int64", 0)), kept };
}

/** The loss of log-probabilities [N, C, …] for targets [N, …], in their dtype. Throws `eval/attribute` for an unknown reduction. */
function negativeLogLikelihood(call: Call, logProbabilities: Strided): Strided {
  const { classes, kept } = targetsOf(call);
  const [n, ...others] = classes.shape;
  const places = reshape(classes, [n as number, 1, ...others]);
  const zero = scalarTensor(logProbabilities.dtype, 0);
  const weight = call.optional(2);
  const given = weight ? indexSelect(cast(weight, zero.dtype), 0, classes) : fill(zero.dtype, classes.shape, 1);
  const weights = where(kept, given, zero);
  const picked = reshape(gather(logProbabilities, 1, places), classes.shape);
  const losses = where(kept, binary("mul", unary("neg", picked), weights), zero);
  const reduction = call.oneOf("reduction", "mean", ["none", "sum", "mean"]);
  if (reduction === "none") return losses;
  const sum = reduce("sum", losses, null, false);
  return reduction === "sum" ? sum : binary("div", sum, reduce("sum", weights, null, false));
}

export const loss: EvaluateTable = {
  NegativeLogLikelihoodLoss: (call) => {
    const x = call.tensor(0);
    return cast(negativeLogLikelihood(call, cast(x, wideOf(x.dtype))), x.dtype);
  },
  SoftmaxCrossEntropyLoss: (call) => {
    const x = call.tensor(0);
    const logProbabilities = logSoftmax(cast(x, wideOf(x.dtype)), 1);
    return [cast(negativeLogLikelihood(call, logProbabilities), x.dtype), cast(logProbabilities, x.dtype)];
  },
};
