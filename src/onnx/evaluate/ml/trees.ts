/** @file Ensembles of decision trees. */

import { fromFloats, listSize } from "../../../core/ops/values.ts";
import type { Call, EvaluateTable } from "../table.ts";
import type { Computed } from "../value.ts";
import { type Aggregate, aggregates, type Forest, namedForest, placedForest, precisionOf, voted } from "./forest.ts";
import { labelsOf } from "./labels.ts";
import { matrix } from "./linear.ts";
import { floatsOf, rowsOf } from "./rows.ts";
import { argMax, bothClasses, regressed, type Transform, transformed, transformOf, transforms } from "./scores.ts";

const zeros = (scores: readonly (number | null)[]): number[] => scores.map((s) => s ?? 0);

interface Regression {
  readonly forest: Forest;
  readonly targets: number;
  readonly aggregate: Aggregate;
  readonly base: ArrayLike<number>;
  readonly transform: Transform;
}

function predicted(call: Call, { forest, targets, aggregate, base, transform }: Regression): number[][] {
  const x = rowsOf(call);
  listSize([x.count, targets]);
  return Array.from({ length: x.count }, (_, i) => {
    const scores = zeros(voted(call, forest, x.row(i), targets, aggregate));
    return regressed(
      transform,
      scores.map((s, t) => s + (base[t] ?? 0)),
    );
  });
}

/** The class of a row, and its scores, transformed. */
interface Verdict {
  readonly place: number;
  readonly scores: number[];
}

/** What the classes of a model's votes look like. */
interface Votes {
  /** All votes are for one class. */
  readonly onlyOne: boolean;
  /** No vote counts against its class. */
  readonly allPositive: boolean;
  readonly base: ArrayLike<number>;
}

/** As ONNX Runtime: where all votes are for one of two classes, the other one has what is left to 1, or the opposite where votes are negative. */
function verdict(call: Call, scores: readonly (number | null)[], { onlyOne, allPositive, base }: Votes, transform: Transform): Verdict {
  const rounded = precisionOf(call);
  if (scores.length > 2 || !onlyOne) {
    const sums = zeros(scores).map((s, c) => rounded(s + (base[c] ?? 0)));
    return { place: argMax(sums), scores: transformed(transform, sums) };
  }
  const score = rounded((scores[1] ?? scores[0] ?? 0) + (base[base.length - 1] ?? 0));
  const place = Number(score > (allPositive ? 0.5 : 0));
  return { place, scores: bothClasses(transform, score, allPositive ? "probability" : "margin") };
}

function classified(call: Call): Computed[] {
  const [x, labels, transform] = [rowsOf(call), labelsOf(call, "classlabels_int64s"), transformOf(call)];
  const forest = namedForest(call, "class");
  const votes: Votes = {
    onlyOne: new Set(call.ints("class_ids")).size === 1,
    allPositive: Array.from(floatsOf(call, "class_weights") ?? []).every((w) => w >= 0),
    base: floatsOf(call, "base_values") ?? [],
  };
  const verdicts = Array.from({ length: x.count }, (_, i) =>
    verdict(call, voted(call, forest, x.row(i), labels.count, "SUM"), votes, transform),
  );
  return [
    labels.of(verdicts.map((v) => v.place)),
    matrix(
      verdicts.map((v) => v.scores),
      labels.count,
    ),
  ];
}

function aggregateOf(call: Call): Aggregate {
  const name = call.string("aggregate_function", "SUM");
  const found = aggregates.find((a) => a === name);
  if (found === undefined) throw call.refuse("attribute", `aggregate_function is ${name}`, `it is one of ${aggregates.join(", ")}`);
  return found;
}

/** One of `options`, which newer versions give by number. */
function numbered<T>(call: Call, name: string, options: readonly T[], otherwise: number): T {
  const found = options[call.int(name, otherwise)];
  if (found === undefined)
    throw call.refuse("attribute", `${name} is ${call.int(name, otherwise)}`, `it is one of 0 to ${options.length - 1}`);
  return found;
}

export const trees: EvaluateTable = {
  "ai.onnx.ml::TreeEnsembleClassifier": classified,
  "ai.onnx.ml::TreeEnsembleRegressor": (call) => {
    const targets = call.int("n_targets", 1);
    const base = floatsOf(call, "base_values") ?? [];
    const forest = namedForest(call, "target");
    return matrix(predicted(call, { forest, targets, aggregate: aggregateOf(call), base, transform: transformOf(call) }), targets);
  },
  "ai.onnx.ml::TreeEnsemble": (call) => {
    const targets = call.int("n_targets", 1);
    const aggregate = numbered(call, "aggregate_function", aggregates, 1);
    const transform = numbered(call, "post_transform", transforms, 0);
    const scores = predicted(call, { forest: placedForest(call), targets, aggregate, base: [], transform });
    return fromFloats(Float64Array.from(scores.flat()), [scores.length, targets], call.tensor(0).dtype);
  },
};
