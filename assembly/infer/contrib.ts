//! com.microsoft: the fused and quantized ops of ONNX Runtime that optimized files hold most often.

import { NONE } from "../symbolic/store";
import { MAX_RANK, Wrong, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { broadcast, freshDim, literal, mayEqual, over, plus, times } from "./dims";
import {
  dimAt, dimOf, dtypeOf, input, intAttribute, outputs, present, rankOf, ranked, sameShape, setDType, setDim, shapeFrom, shaped, smallAttribute,
} from "./node";

/** Broadcast of inputs `a` and `b` (with scales and zero points between them) as output 0. */
export function broadcastPair(a: i32, b: i32): i32 {
  if (!ranked(a) || !ranked(b)) return 0;
  const rank = max(rankOf(a), rankOf(b));
  const r = shaped(0, rank);
  for (let k = 1; k <= rank; k++) {
    const d = broadcast(k <= rankOf(a) ? dimOf(a, rankOf(a) - k) : 1, k <= rankOf(b) ? dimOf(b, rankOf(b) - k) : 1);
    if (d == NONE) return fail(Wrong.Broadcast, a, b, -k, 0);
    setDim(r, rank - k, d);
  }
  return 0;
}

/** Output like x, statistics [.., 1] in float32, and the sum like x. */
export function skipNormalization(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0 || !ranked(0)) return wrong;
  for (let o = 1; o < min(outputs, 3); o++) {
    setDType(o, 1);
    setDim(shapeFrom(o, 0), rankOf(0) - 1, 1);
  }
  return outputs > 3 ? sameShape(3, 0) : 0;
}

/** A [.., K] times a packed matrix of N columns. */
export function matMulNBits(): i32 {
  if (!ranked(0)) return 0;
  if (rankOf(0) < 1) return fail(Wrong.Rank, 0, 1, MAX_RANK, 0);
  const k = literal(intAttribute(Attr.K, 0)), n = literal(intAttribute(Attr.N, 0));
  if (!mayEqual(dimOf(0, rankOf(0) - 1), k)) return fail(Wrong.Dims, 0, rankOf(0) - 1, dimOf(0, rankOf(0) - 1), k);
  setDim(shapeFrom(0, 0), rankOf(0) - 1, n);
  return 0;
}

/** MatMul whose last two axes of either operand may be swapped; transBatch forms are not followed. */
export function fusedMatMul(): i32 {
  if (!ranked(0) || !ranked(1)) return 0;
  if (smallAttribute(Attr.transBatchA, 0) != 0 || smallAttribute(Attr.transBatchB, 0) != 0) return 0;
  const p = rankOf(0), q = rankOf(1);
  if (p < 2 || q < 2) return 0;
  const ta = smallAttribute(Attr.transA, 0) != 0, tb = smallAttribute(Attr.transB, 0) != 0;
  const k = dimOf(0, ta ? p - 2 : p - 1), l = dimOf(1, tb ? q - 1 : q - 2);
  if (!mayEqual(k, l)) return fail(Wrong.Dims, 1, tb ? q - 1 : q - 2, l, k);
  const rank = max(p, q);
  const r = shaped(0, rank);
  for (let j = 3; j <= rank; j++) {
    const d = broadcast(j <= p ? dimOf(0, p - j) : 1, j <= q ? dimOf(1, q - j) : 1);
    if (d == NONE) return fail(Wrong.Broadcast, 0, 1, -j, 0);
    setDim(r, rank - j, d);
  }
  setDim(r, rank - 2, dimOf(0, ta ? p - 1 : p - 2));
  setDim(r, rank - 1, dimOf(1, tb ? q - 2 : q - 1));
  return 0;
}

/** [B, S, hidden]; embedding_sum like it; mask_index [B]. */
export function embedLayerNormalization(): i32 {
  if (!ranked(0) || !ranked(2)) return 0;
  for (let o = 0; o < outputs; o++) {
    if (o == 1) { setDim(shaped(1, 1), 0, dimOf(0, 0)); continue; }
    setDType(o, dtypeOf(2));
    const r = shaped(o, 3);
    setDim(r, 0, dimOf(0, 0));
    setDim(r, 1, dimOf(0, 1));
    setDim(r, 2, dimOf(2, 1));
  }
  return 0;
}

/** Packed projection: [B, S, 3 * hidden] weights [D, 3 * hidden]; present [2, B, heads, total, head]. */
export function packedAttention(): i32 {
  if (!ranked(0) || !ranked(1) || rankOf(0) != 3 || rankOf(1) != 2) return 0;
  const hidden = over(dimOf(1, 1), 3), heads = literal(intAttribute(Attr.num_heads, 0));
  if (heads == 0) return fail(Wrong.Attribute, Attr.num_heads, 0, 0, 0);
  setDim(shapeFrom(0, 0), 2, hidden);
  if (outputs < 2) return 0;
  setDType(1, dtypeOf(0));
  const p = shaped(1, 5);
  setDim(p, 0, 2);
  setDim(p, 1, dimOf(0, 0));
  setDim(p, 2, heads);
  setDim(p, 3, present(4) && ranked(4) && rankOf(4) == 5 ? plus(dimAt(input(4), 3), dimOf(0, 1)) : dimOf(0, 1));
  setDim(p, 4, over(hidden, heads));
  return 0;
}

/** query [B, S, D], key and value [B, L, D] (or absent: query is packed): output [B, S, D of value]. */
export function multiHeadAttention(): i32 {
  const heads = literal(intAttribute(Attr.num_heads, 0));
  if (heads == 0) return fail(Wrong.Attribute, Attr.num_heads, 0, 0, 0);
  if (!ranked(0)) return 0;
  const r = shaped(0, 3);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, dimOf(0, 1));
  const packed = rankOf(0) == 5; // [B, S, heads, 3, head]
  const value = ranked(2) ? (rankOf(2) == 3 ? dimOf(2, 2) : times(dimOf(2, 1), dimOf(2, 3))) : packed ? times(dimOf(0, 2), dimOf(0, 4)) : dimOf(0, 2);
  setDim(r, 2, value);
  for (let o = 1; o < min(outputs, 3); o++) {
    setDType(o, dtypeOf(0));
    const p = shaped(o, 4);
    setDim(p, 0, dimOf(0, 0));
    setDim(p, 1, heads);
    const length = ranked(o) ? (rankOf(o) == 3 ? dimOf(o, 1) : dimOf(o, 2)) : dimOf(0, 1);
    setDim(p, 2, present(o + 5) ? (ranked(o + 5) && rankOf(o + 5) == 4 ? plus(dimOf(o + 5, 2), length) : freshDim()) : length);
    setDim(p, 3, over(o == 1 && rankOf(0) == 3 ? dimOf(0, 2) : value, heads));
  }
  return 0;
}

/** query [B, S, heads * head], or packed with keys and values; the caches grow by data. */
export function groupQueryAttention(): i32 {
  const heads = literal(intAttribute(Attr.num_heads, 0)), kvHeads = literal(intAttribute(Attr.kv_num_heads, 0));
  if (heads == 0 || kvHeads == 0) return fail(Wrong.Attribute, Attr.num_heads, 0, 0, 0);
  if (!ranked(0) || rankOf(0) != 3) return 0;
  const head = present(1) ? over(dimOf(0, 2), heads) : over(dimOf(0, 2), plus(heads, times(kvHeads, 2)));
  setDim(shapeFrom(0, 0), 2, times(heads, head));
  for (let o = 1; o < min(outputs, 3); o++) {
    setDType(o, dtypeOf(present(3) ? 3 : 0));
    const p = shaped(o, 4);
    setDim(p, 0, dimOf(0, 0));
    setDim(p, 1, kvHeads);
    setDim(p, 2, freshDim());
    setDim(p, 3, head);
  }
  return 0;
}

/** Half of the last dim, gated by the other half. */
export function biasSplitGelu(): i32 {
  if (!ranked(0)) return 0;
  setDim(shapeFrom(0, 0), rankOf(0) - 1, over(dimOf(0, rankOf(0) - 1), 2));
  return 0;
}
