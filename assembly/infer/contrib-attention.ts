//! com.microsoft: attention. Hidden sizes are heads times their size; caches are [B, heads, length, size], or both in one [2, B, heads, length, size].

import { UNKNOWN, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { atLeast, freshDim, literal, over, plus, times } from "./dims";
import {
  charAt, dimOf, dimOr, dtypeOf, elementAt, elementCount, intAttribute, intsAt, intsCount, lastOf, like, needRank, op, outputs, present, rankOf, ranked,
  sameShape, setDType, setDim, shapeFrom, shaped, smallAttribute, withLast,
} from "./node";

/** Attribute that counts heads; 0 where it is not positive. */
function headsIn(name: i32): i32 {
  const n = intAttribute(name, 0);
  return n > 0 ? literal(n) : 0;
}

/** One tensor of past keys and values in input `past`: longer by the new ones, unless its buffer is shared. */
function presentBoth(past: i32, heads: i32, size: i32): void {
  if (outputs < 2) return;
  if (op == Op.ms_Attention || op == Op.ms_DecoderMaskedSelfAttention) setDType(1, dtypeOf(0));
  if (smallAttribute(Attr.past_present_share_buffer, 0) != 0 && ranked(past)) { sameShape(1, past); return; }
  const r = shaped(1, 5);
  setDim(r, 0, 2);
  setDim(r, 1, dimOr(0, 3, 0));
  setDim(r, 2, heads);
  setDim(r, 3, present(past) ? plus(dimOr(past, 5, 3), dimOr(0, 3, 1)) : dimOr(0, 3, 1));
  setDim(r, 4, size);
}

/** Input times packed weights [D, q + k + v]: [.., v]. `past`: the input that holds past keys and values, -1: none does. */
export function packedAttention(past: i32): i32 {
  const heads = headsIn(Attr.num_heads);
  if (heads == 0) return fail(Wrong.Attribute, Attr.num_heads, 0, 0, 0);
  const split = intsCount(Attr.qkv_hidden_sizes);
  const third = over(dimOr(1, 2, 1), 3);
  const value = split == 3 ? literal(intsAt(Attr.qkv_hidden_sizes, 2)) : third;
  if (past >= 0) presentBoth(past, heads, over(value, heads));
  return withLast(0, 0, value);
}
/** Input [B, S, D] times the matrix of values in input 7. */
export function orderedAttention(): i32 { return withLast(0, 0, dimOr(7, 2, 1)); }

/** Heads of output `o`'s cache, whose past is in input `past`: `length` new entries. */
function cache(o: i32, past: i32, heads: i32, length: i32, size: i32): void {
  if (outputs <= o) return;
  if (present(past) && (smallAttribute(Attr.past_present_share_buffer, 0) != 0 || present(8)) && op != Op.ms_GroupQueryAttention) { like(o, past); return; }
  const r = shaped(o, 4);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, heads);
  setDim(r, 2, present(past) ? plus(dimOr(past, 4, 2), length) : length);
  setDim(r, 3, size);
}

/** query [B, S, D] (or [B, S, heads, 3, size] with keys and values), key and value [B, L, D] or as caches: [B, S, D of value]. `past`: input of past keys. */
export function multiHeadAttention(past: i32): i32 {
  const heads = headsIn(Attr.num_heads);
  if (heads == 0) return fail(Wrong.Attribute, Attr.num_heads, 0, 0, 0);
  if (!ranked(0)) return 0;
  if (rankOf(0) != 3 && rankOf(0) != 5) return fail(Wrong.Rank, 0, 3, 5, 0);
  const packed = rankOf(0) == 5;
  if (!packed && present(1) && !present(2)) {
    // Keys and values are packed: [B, L, heads, 2, size].
    const r = shaped(0, 3);
    for (let k = 0; k < 2; k++) setDim(r, k, dimOf(0, k));
    setDim(r, 2, rankOf(1) == 5 ? times(dimOf(1, 2), dimOf(1, 4)) : freshDim());
    return 0;
  }
  const own = packed ? times(dimOf(0, 2), dimOf(0, 4)) : present(1) ? dimOf(0, 2) : over(dimOf(0, 2), 3);
  const value = !present(2) ? own : !ranked(2) ? freshDim() : rankOf(2) == 3 ? dimOf(2, 2) : rankOf(2) == 4 ? times(dimOf(2, 1), dimOf(2, 3)) : freshDim();
  const r = shaped(0, 3);
  for (let k = 0; k < 2; k++) setDim(r, k, dimOf(0, k));
  setDim(r, 2, value);
  const length = !present(1) ? dimOf(0, 1) : !ranked(1) ? freshDim() : rankOf(1) == 4 ? dimOf(1, 2) : rankOf(1) >= 2 ? dimOf(1, 1) : freshDim();
  cache(1, past, heads, length, over(own, heads));
  cache(2, past + 1, heads, length, over(value, heads));
  if (outputs > 3) scores(3, heads, present(past) ? plus(dimOr(past, 4, 2), length) : length);
  return 0;
}
/** [B, heads, S, keys]. */
function scores(o: i32, heads: i32, keys: i32): void {
  const r = shaped(o, 4);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, heads);
  setDim(r, 2, dimOf(0, 1));
  setDim(r, 3, keys);
}

/** Size of a head of the query, which may hold keys and values too; it is in the last dim of input 0. */
function headSize(heads: i32, kvHeads: i32): i32 {
  return over(lastOf(0), present(1) ? heads : plus(heads, times(kvHeads, 2)));
}

/** query [B, S, heads * size], or packed with keys and values. Caches hold at least total_sequence_length entries where that is known. */
export function groupQueryAttention(): i32 {
  const heads = headsIn(Attr.num_heads), kvHeads = headsIn(Attr.kv_num_heads);
  if (heads == 0 || kvHeads == 0) return fail(Wrong.Attribute, heads == 0 ? Attr.num_heads : Attr.kv_num_heads, 0, 0, 0);
  const wrong = needRank(0, 3);
  if (wrong != 0 || !ranked(0)) return wrong;
  const size = headSize(heads, kvHeads);
  setDim(shapeFrom(0, 0), 2, times(heads, size));
  const total = elementCount(6) == 1 && elementAt(6, 0) != UNKNOWN ? elementAt(6, 0) : UNKNOWN;
  for (let o = 1; o < min(outputs, 3); o++) {
    setDType(o, dtypeOf(present(3) ? 3 : 0));
    const r = shaped(o, 4);
    setDim(r, 0, dimOf(0, 0));
    setDim(r, 1, kvHeads);
    setDim(r, 2, !present(3) ? dimOf(0, 1) : total == UNKNOWN || rankOf(3) != 4 ? freshDim() : atLeast(dimOf(3, 2), total));
    setDim(r, 3, rankOf(3) == 4 ? dimOf(3, 3) : size);
  }
  if (outputs > 3) scores(3, heads, total == UNKNOWN ? freshDim() : total);
  return 0;
}
/** The same over caches that are updated in place: outputs 1 and 2 are like inputs 3 and 4. Packed tokens [T, hidden] where they are paged. */
export function cachedAttention(): i32 {
  const heads = headsIn(Attr.num_heads), kvHeads = headsIn(Attr.kv_num_heads);
  if (heads == 0 || kvHeads == 0) return fail(Wrong.Attribute, heads == 0 ? Attr.num_heads : Attr.kv_num_heads, 0, 0, 0);
  for (let o = 1; o < 3; o++) like(o, o + 2);
  if (!ranked(0)) return 0;
  if (rankOf(0) < 2) return fail(Wrong.Rank, 0, 2, 3, 0);
  const stated = intAttribute(Attr.v_head_size, 0);
  return withLast(0, 0, times(heads, stated > 0 ? literal(stated) : headSize(heads, kvHeads)));
}

/** Packed tokens: query [T, hidden], or [T, heads, 3, size] with keys and values. */
export function packedMultiHeadAttention(): i32 {
  if (!ranked(0)) return 0;
  if (rankOf(0) != 2 && rankOf(0) != 4) return fail(Wrong.Rank, 0, 2, 4, 0);
  const r = shaped(0, 2);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, rankOf(0) == 4 ? times(dimOf(0, 1), dimOf(0, 3)) : present(2) ? dimOr(2, 2, 1) : dimOf(0, 1));
  return 0;
}

/** query [S, B, hidden]; caches grow where boolean inputs say so. */
export function decoderAttention(): i32 {
  const heads = headsIn(Attr.num_heads);
  if (heads == 0) return fail(Wrong.Attribute, Attr.num_heads, 0, 0, 0);
  for (let o = 1; o < min(outputs, 3); o++) {
    const r = shaped(o, 4);
    setDim(r, 0, dimOr(0, 3, 1));
    setDim(r, 1, heads);
    setDim(r, 2, freshDim());
    setDim(r, 3, over(dimOr(0, 3, 2), heads));
  }
  return sameShape(0, 0);
}

/** Entries that queries look at: [B, S, token_budget + compress_ratio - 1] by policy "qsa", [B, S, index_topk] by "csa". */
export function attentionIndexer(): i32 {
  const budget = charAt(Attr.policy_mode, 0) == 113; // "q"
  const r = shaped(0, 3);
  for (let k = 0; k < 2; k++) setDim(r, k, dimOr(0, 3, k));
  setDim(r, 2, literal(budget ? intAttribute(Attr.token_budget, 0) + intAttribute(Attr.compress_ratio, 1) - 1 : intAttribute(Attr.index_topk, 0)));
  if (present(12)) like(1, 7);
  return 0;
}

/** [B, heads, S, S]; packed tokens know B and S by their offsets. */
export function gatedRelativePositionBias(): i32 {
  const from = present(6) ? 6 : 0, rank = present(6) ? 2 : 3;
  const r = shaped(0, 4);
  setDim(r, 0, dimOr(from, rank, 0));
  setDim(r, 1, literal(intAttribute(Attr.num_heads, 0)));
  for (let k = 2; k < 4; k++) setDim(r, k, dimOr(from, rank, 1));
  return 0;
}

/** [B, S, hidden] without its padding: [T, hidden], where each token was [B, S], sums of lengths [B + 1], the longest [1]. */
export function removePadding(): i32 {
  const r = shaped(0, 2);
  setDim(r, 0, freshDim());
  setDim(r, 1, dimOr(0, 3, 2));
  if (outputs > 1) {
    const offsets = shaped(1, 2);
    for (let k = 0; k < 2; k++) setDim(offsets, k, dimOr(0, 3, k));
  }
  if (outputs > 2) setDim(shaped(2, 1), 0, plus(dimOr(0, 3, 0), 1));
  if (outputs > 3) setDim(shaped(3, 1), 0, 1);
  return 0;
}
export function restorePadding(): i32 {
  const r = shaped(0, 3);
  for (let k = 0; k < 2; k++) setDim(r, k, dimOr(1, 2, k));
  setDim(r, 2, dimOr(0, 2, 1));
  return 0;
}
