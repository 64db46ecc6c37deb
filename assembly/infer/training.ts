//! ai.onnx.preview.training: optimizers and gradients. ai.onnx.preview: FlexAttention.

import { Wrong, fail } from "./table";
import { Op } from "./op-numbers.gen";
import { mayEqual } from "./dims";
import { dimOf, dtypeOf, inputs, needRank, op, outputId, outputs, present, rankOf, ranked, sameShape, setDType, setDim, shapeFrom } from "./node";

/** R, T, then n tensors of each kind (weights, gradients, states…): the new weights, then the new states, each like the old one. */
export function optimizer(): i32 {
  const kinds = op == Op.training_Adam ? 4 : 3;
  const n = (inputs - 2) / kinds;
  if (n < 1 || n * kinds != inputs - 2) return fail(Wrong.Input, inputs, 0, 0, 0);
  for (let o = 0; o < outputs; o++) {
    // Gradients, the second kind, have no successors.
    const kind = o / n, from = 2 + (kind == 0 ? 0 : kind + 1) * n + o % n;
    if (outputId(o) < 0 || !present(from)) continue;
    setDType(o, dtypeOf(from));
    sameShape(o, from);
  }
  return 0;
}

/** The derivative by each of the first inputs is like it. */
export function gradient(): i32 {
  for (let o = 0; o < outputs; o++) {
    if (!present(o)) return fail(Wrong.Input, o, 0, 0, 0);
    setDType(o, dtypeOf(o));
    sameShape(o, o);
  }
  return 0;
}

/** Q [B, heads, L, E], K [B, kv heads, S, E], V [B, kv heads, S, F]: Y [B, heads, L, F]. */
export function flexAttention(): i32 {
  const wrong = needRank(0, 4) || needRank(1, 4) || needRank(2, 4);
  if (wrong != 0 || !ranked(0) || !ranked(2)) return wrong;
  if (ranked(1) && !mayEqual(dimOf(0, 3), dimOf(1, 3))) return fail(Wrong.Dims, 1, 3, dimOf(1, 3), dimOf(0, 3));
  setDim(shapeFrom(0, 0), rankOf(0) - 1, dimOf(2, 3));
  return 0;
}
