/** @file Elementwise ops of com.microsoft, most of them fused with a bias, and what is reduced from them at once. */

import { binary, cast, fill, unary } from "../../../core/ops/elementwise.ts";
import { slice, unsqueeze } from "../../../core/ops/layout.ts";
import { widen, widened } from "../../../core/ops/precision.ts";
import { reduce } from "../../../core/ops/reduce.ts";
import type { Strided } from "../../../core/strided.ts";
import { swish } from "../activation.ts";
import type { Call, Evaluate, EvaluateTable } from "../table.ts";

/** f of the first input plus the second, where it is given; low precision is rounded once. */
const biased =
  (f: (x: Strided, call: Call) => Strided): Evaluate =>
  (call) =>
    widened(call.tensor(0), (x) => {
      const bias = call.optional(1);
      return f(bias === null ? x : binary("add", x, widen(bias)), call);
    });

/** The left half of the last dim times the gelu of the right one. */
function splitGelu(x: Strided): Strided {
  const [last, size] = [x.shape.length - 1, x.shape.at(-1) as number];
  return binary("mul", slice(x, last, 0, size / 2), unary("gelu", slice(x, last, size / 2, size)));
}

/** Whether no element of any input is infinite or NaN (only one of these with `isinf_only`, `isnan_only`). */
function allFinite(call: Call): Strided {
  const kinds =
    call.int("isinf_only", 0) === 1
      ? (["isinf"] as const)
      : call.int("isnan_only", 0) === 1
        ? (["isnan"] as const)
        : (["isinf", "isnan"] as const);
  if (call.inputs.length === 0) throw call.refuse("input", "there is no input", "give a tensor");
  const found = call.tensors().flatMap((x) => kinds.map((kind) => reduce("any", unary(kind, x), null, false)));
  return unary(
    "logical_not",
    found.reduce((a, b) => binary("bitwise_or", a, b)),
  );
}

/** Distances of each row of A [n, d] to each of B [m, d], [n, m]: euclidean, or its squares. */
function distances(call: Call): Strided {
  const [a, b] = [unsqueeze(call.tensor(0), 1), unsqueeze(call.tensor(1), 0)];
  const metric = call.oneOf("metric", "sqeuclidean", ["euclidean", "sqeuclidean"]);
  const apart = binary("sub", a, b);
  const squares = reduce("sum", binary("mul", apart, apart), [2], false);
  return metric === "euclidean" ? unary("sqrt", squares) : squares;
}

/** data + bias + residual: what BiasDropout is outside training, and its mask, which keeps all. */
function biasDropout(call: Call): Strided[] {
  const [x, training] = [call.tensor(0), call.optional(4)];
  if (training !== null && call.integersAt(4)?.[0] !== 0)
    throw call.refuse("unsupported", "BiasDropout in training", "give training_mode false");
  const terms = [call.tensor(1), call.optional(2)].filter((t) => t !== null);
  const y = terms.map(widen).reduce((a, b) => binary("add", a, b), widen(x));
  return [cast(y, x.dtype), fill("bool", y.shape, true)];
}

export const contribElementwise: EvaluateTable = {
  "com.microsoft::Gelu": biased((x) => unary("gelu", x)),
  "com.microsoft::BiasGelu": biased((x) => unary("gelu", x)),
  "com.microsoft::FastGelu": biased((x) => unary("gelu_tanh", x)),
  "com.microsoft::QuickGelu": biased((x, call) => swish(x, call.float("alpha", 1.702))),
  "com.microsoft::BiasSplitGelu": biased(splitGelu),
  "com.microsoft::BiasAdd": (call) => {
    const [x, bias, skip] = [call.tensor(0), call.tensor(1), call.tensor(2)];
    return cast(
      [bias, skip].map(widen).reduce((a, b) => binary("add", a, b), widen(x)),
      x.dtype,
    );
  },
  "com.microsoft::IsAllFinite": allFinite,
  "com.microsoft::CDist": distances,
  "com.microsoft::BiasDropout": biasDropout,
};
