/** @file Linear models: scores are sums of weighted features. */

import { fromFloats } from "../../../core/ops/values.ts";
import type { Strided } from "../../../core/strided.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { labelsOf } from "./labels.ts";
import { type Rows, rowsOf } from "./rows.ts";
import { argMax, bothClasses, regressed, transformed, transformOf } from "./scores.ts";

/** For each row its score for each target: intercepts, and coefficients by target. Throws `eval/attribute` when their number does not fit. */
function scored(call: Call, x: Rows): number[][] {
  const coefficients = call.floats("coefficients") ?? [];
  const targets = Math.floor(coefficients.length / x.width);
  if (targets === 0 || targets * x.width !== coefficients.length) {
    throw call.refuse(
      "attribute",
      `${coefficients.length} coefficients do not fit ${x.width} features`,
      "there is one for each feature and target",
    );
  }
  const intercepts = call.floats("intercepts") ?? [];
  return Array.from({ length: x.count }, (_, i) =>
    Array.from({ length: targets }, (_, t) =>
      x.row(i).reduce((sum, value, f) => sum + value * (coefficients[t * x.width + f] as number), intercepts[t] ?? 0),
    ),
  );
}

export const matrix = (rows: readonly (readonly number[])[], width: number): Strided =>
  fromFloats(Float64Array.from(rows.flat()), [rows.length, rows[0]?.length ?? width], "float32");

export const linearModels: EvaluateTable = {
  "ai.onnx.ml::LinearClassifier": (call) => {
    const [x, labels, transform] = [rowsOf(call), labelsOf(call, "classlabels_ints"), transformOf(call)];
    const scores = scored(call, x);
    const single = (scores[0]?.length ?? 1) === 1;
    if (!single) {
      const places = scores.map(argMax);
      return [
        labels.of(places),
        matrix(
          scores.map((s) => transformed(transform, s)),
          labels.count,
        ),
      ];
    }
    const yes = scores.map(([s]) => (s as number) > 0);
    if (labels.count !== 2)
      return [
        labels.truths(yes),
        matrix(
          scores.map((s) => regressed(transform, s)),
          1,
        ),
      ];
    return [
      labels.of(yes.map(Number)),
      matrix(
        scores.map(([s]) => bothClasses(transform, s as number, "probability")),
        2,
      ),
    ];
  },
  "ai.onnx.ml::LinearRegressor": (call) => {
    const [x, transform] = [rowsOf(call), transformOf(call)];
    return matrix(
      scored(call, x).map((s) => regressed(transform, s)),
      call.int("targets", 1),
    );
  },
};
