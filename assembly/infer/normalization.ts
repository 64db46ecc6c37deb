//! Normalizations with statistics, losses, attention.

import { MAX_RANK, Wrong, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim, literal, mayEqual, over, plus, times } from "./dims";
import {
  stringLength, charAt, dimOf, dtypeOf, intAttribute, output, outputs, present, rankOf, ranked, sameShape, setDType, setDim, shapeFrom, shaped,
  smallAttribute,
} from "./node";

/** Scale, bias, mean and variance have as many elements as there are channels; before opset 9 they may have one for each feature instead. */
export function batchNormalization(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0) return wrong;
  for (let i = 1; i < 5 && present(i); i++) {
    // Up to opset 8 `spatial=0` had statistics of each activation.
    if (!ranked(0) || !ranked(i) || smallAttribute(Attr.spatial, 1) == 0) continue;
    if (rankOf(i) != 1) return fail(Wrong.Rank, i, 1, 1, 0);
    const channels = rankOf(0) > 1 ? dimOf(0, 1) : 1;
    if (!mayEqual(channels, dimOf(i, 0))) return fail(Wrong.Dims, i, 0, dimOf(i, 0), channels);
  }
  for (let o = 1; o < outputs; o++) {
    for (let i = 1; i < 5; i++) if (ranked(i)) { sameShape(o, i); break; }
    if (output(o).rank < 0) setDim(shaped(o, 1), 0, rankOf(0) > 1 ? dimOf(0, 1) : freshDim());
  }
  return 0;
}
export function channelNormalization(): i32 {
  if (ranked(0) && rankOf(0) < 2) return fail(Wrong.Rank, 0, 2, MAX_RANK, 0);
  return sameShape(0, 0);
}

/** reduction "none" (4 letters) keeps the shape of the target; others give a scalar. log_prob is like the scores. */
export function loss(): i32 {
  if (outputs > 1) {
    setDType(1, dtypeOf(0));
    sameShape(1, 0);
  }
  if (stringLength(Attr.reduction) == 4 && charIsN()) return sameShape(0, 1);
  shaped(0, 0);
  return 0;
}
/** "none" and "mean" both have 4 letters. */
function charIsN(): bool { return charAt(Attr.reduction, 0) == 110; }

/** Y [B, heads, q, v], or [B, q, heads * v] for 3-D inputs; present keys and values are past + new; scores [B, heads, q, k]. */
export function attention(): i32 {
  if (!ranked(0) || !ranked(1) || !ranked(2)) return 0;
  const flat = rankOf(0) == 3;
  if (!flat && rankOf(0) != 4) return fail(Wrong.Rank, 0, 3, 4, 0);
  if (rankOf(1) != rankOf(0)) return fail(Wrong.Rank, 1, rankOf(0), rankOf(0), 0);
  if (rankOf(2) != rankOf(0)) return fail(Wrong.Rank, 2, rankOf(0), rankOf(0), 0);
  const qHeads = flat ? literal(intAttribute(Attr.q_num_heads, 0)) : dimOf(0, 1);
  const kvHeads = flat ? literal(intAttribute(Attr.kv_num_heads, 0)) : dimOf(1, 1);
  if (qHeads == 0) return fail(Wrong.Attribute, Attr.q_num_heads, 0, 0, 0);
  if (kvHeads == 0) return fail(Wrong.Attribute, Attr.kv_num_heads, 0, 0, 0);
  const kSize = flat ? over(dimOf(1, 2), kvHeads) : dimOf(1, 3), vSize = flat ? over(dimOf(2, 2), kvHeads) : dimOf(2, 3);
  if (!flat && !mayEqual(dimOf(0, 3), kSize)) return fail(Wrong.Dims, 1, 3, kSize, dimOf(0, 3));
  const q = dimOf(0, flat ? 1 : 2);
  let k = dimOf(1, flat ? 1 : 2);
  if (present(4)) k = ranked(4) && rankOf(4) == 4 ? plus(dimOf(4, 2), k) : freshDim();
  const r = shapeFrom(0, 0);
  if (flat) setDim(r, 2, times(qHeads, vSize));
  else setDim(r, 3, vSize);
  for (let o = 1; o < min(outputs, 4); o++) {
    if (o == 3) setDType(o, dtypeOf(0));
    else setDType(o, dtypeOf(o));
    const p = shaped(o, 4);
    setDim(p, 0, dimOf(0, 0));
    setDim(p, 1, o == 3 ? qHeads : kvHeads);
    setDim(p, 2, o == 3 ? q : k);
    setDim(p, 3, o == 1 ? kSize : o == 2 ? vSize : k);
  }
  return 0;
}

/** Y [B, T, heads * v], state [B, kv heads, k, v]. */
export function linearAttention(): i32 {
  setDType(0, dtypeOf(0));
  setDType(1, present(3) ? dtypeOf(3) : dtypeOf(0));
  if (!ranked(0) || !ranked(1) || !ranked(2) || rankOf(0) != 3) return 0;
  const heads = smallAttribute(Attr.q_num_heads, 0), kvHeads = smallAttribute(Attr.kv_num_heads, 0);
  if (heads <= 0 || kvHeads <= 0) return fail(Wrong.Attribute, Attr.kv_num_heads, 0, 0, 0);
  const v = over(dimOf(2, 2), kvHeads);
  const r = shapeFrom(0, 0);
  setDim(r, 2, times(max(heads, kvHeads), v));
  if (ranked(3) && rankOf(3) == 4) return sameShape(1, 3);
  const s = shaped(1, 4);
  setDim(s, 0, dimOf(0, 0));
  setDim(s, 1, kvHeads);
  setDim(s, 2, over(dimOf(1, 2), kvHeads));
  setDim(s, 3, v);
  return 0;
}
