//! com.microsoft: fused elementwise ops, normalizations, embeddings, images; ops that older opsets lacked.

import { NONE } from "../symbolic/store";
import { MAX_RANK, UNKNOWN, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { broadcast, freshDim, freshUpTo, isLiteral, literal, literalOf, minus, over, overUp, plus, times } from "./dims";
import { productOf } from "./layout";
import { scalarElement, shapeFromList } from "./create";
import { onesided } from "./signal";
import {
  badAxis, dimOf, dimOr, dtypeOf, elementAt, elementCount, freshShape, intAttribute, lastOf, like, listAt, namedElements, needRank, normalAxis, op,
  outputs, present, rankOf, ranked, readList, sameShape, scalarShape, setDType, setDim, shapeFrom, shaped, smallAttribute, vectorShape, withLast,
} from "./node";

/** All outputs are like input 0. */
export function allLike(): i32 {
  for (let o = 1; o < outputs; o++) like(o, 0);
  return sameShape(0, 0);
}

/** Broadcast of inputs `a`, `b` and `c` (with scales and zero points between them) as output 0. */
export function broadcastThree(a: i32, b: i32, c: i32): i32 {
  if (!ranked(a) || !ranked(b) || !ranked(c)) return 0;
  const rank = max(rankOf(a), max(rankOf(b), rankOf(c)));
  const r = shaped(0, rank);
  for (let k = 1; k <= rank; k++) {
    const d = broadcast(fromRight(a, k), fromRight(b, k));
    if (d == NONE) return fail(Wrong.Broadcast, a, b, -k, 0);
    const all = broadcast(d, fromRight(c, k));
    if (all == NONE) return fail(Wrong.Broadcast, a, c, -k, 0);
    setDim(r, rank - k, all);
  }
  return 0;
}
function fromRight(i: i32, k: i32): i32 { return k <= rankOf(i) ? dimOf(i, rankOf(i) - k) : 1; }
export function broadcastPair(a: i32, b: i32): i32 { return broadcastThree(a, b, b); }

/** A mask of 32 elements a word. */
export function bitmaskDropout(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0 || outputs < 2) return wrong;
  vectorShape(1, ranked(0) ? overUp(productOf(0, 0, rankOf(0)), 32) : freshDim());
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

/** The same with quantized tables: mask_index [B]. */
export function quantizedEmbedding(): i32 {
  if (outputs > 1) vectorShape(1, dimOr(0, 2, 0));
  const r = shaped(0, 3);
  setDim(r, 0, dimOr(0, 2, 0));
  setDim(r, 1, dimOr(0, 2, 1));
  setDim(r, 2, dimOr(2, 2, 1));
  return 0;
}

/** Half of the last dim, gated by the other half; SwiGLU only where both come in one operand. */
export function gatedHalf(): i32 {
  if (op == Op.ms_SwiGLU && present(1)) return sameShape(0, 0);
  return ranked(0) && rankOf(0) > 0 ? withLast(0, 0, over(lastOf(0), 2)) : 0;
}

/** Hyper connections: streams are [.., C, H], or [.., C * H] where num_branches is stated. */
export function branchesReduced(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), branches = smallAttribute(Attr.num_branches, 0);
  if (rank < (branches > 0 ? 1 : 2)) return fail(Wrong.Rank, 0, branches > 0 ? 1 : 2, MAX_RANK, 0);
  if (op == Op.ms_HyperConnectionLowRankMix) {
    withLast(1, 0, branches > 0 ? branches : freshDim());
    like(2, 0);
  }
  if (branches > 0) return withLast(0, 0, over(lastOf(0), branches));
  const r = shaped(0, rank - 1);
  for (let k = 0; k < rank - 1; k++) setDim(r, k, dimOf(0, k < rank - 2 ? k : rank - 1));
  return 0;
}

/** [B, S, heads, stride] normalized and rotated: [B, S, heads * width]; before the rotation [B, S, heads, width] in float32. */
export function rmsNormRotary(): i32 {
  setDType(0, smallAttribute(Attr.output_fp16, 0) != 0 ? 10 : 16);
  const width = intAttribute(Attr.input_width, 0) > 0 ? literal(intAttribute(Attr.input_width, 0)) : dimOr(1, 1, 0);
  if (ranked(0) && rankOf(0) == 4 && outputs > 1) withLast(1, 0, width);
  const flat = smallAttribute(Attr.flatten_batch, 0) != 0;
  const r = shaped(0, 3);
  setDim(r, 0, flat ? 1 : dimOr(0, 4, 0));
  setDim(r, 1, flat ? times(dimOr(0, 4, 0), dimOr(0, 4, 1)) : dimOr(0, 4, 1));
  setDim(r, 2, times(dimOr(0, 4, 2), width));
  return 0;
}

/** A new axis of size 1 where the scalar in input 1 says. */
export function expandDims(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0) + 1;
  if (elementCount(1) != 1 || elementAt(1, 0) == UNKNOWN || !isLiteral(elementAt(1, 0))) { freshShape(0, rank); return 0; }
  const axis = normalAxis(literalOf(elementAt(1, 0)), rank);
  if (axis < 0) return badAxis(literalOf(elementAt(1, 0)), rank);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, k == axis ? 1 : dimOf(0, k < axis ? k : k - 1));
  return 0;
}

/** [rois, C, crop height, crop width]. */
export function cropAndResize(): i32 {
  let n = readList(0, 3);
  if (n < 0 && namedElements(3) >= 0) n = readList(0, 3);
  const r = shaped(0, 4);
  setDim(r, 0, dimOr(1, 2, 0));
  setDim(r, 1, dimOr(0, 4, 1));
  for (let k = 0; k < 2; k++) setDim(r, k + 2, n == 2 && listAt(k) != UNKNOWN ? listAt(k) : freshDim());
  return 0;
}

/** Slices of size `size` every `step` along axis `dim`, the slice as a new last axis. */
export function unfold(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), size = literal(intAttribute(Attr.size, 0)), step = literal(intAttribute(Attr.step, 1));
  const axis = normalAxis(intAttribute(Attr.dim, -1), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.dim, -1), rank);
  if (step <= 0) return fail(Wrong.Attribute, Attr.step, 0, 1, 0);
  const r = shaped(0, rank + 1);
  for (let k = 0; k < rank; k++) setDim(r, k, k == axis ? plus(over(minus(dimOf(0, k), size), step), 1) : dimOf(0, k));
  setDim(r, rank, size);
  return 0;
}

/** Fourier transforms of real numbers along the last axis; complex numbers have a last axis of 2. */
export function rfft(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), one = smallAttribute(Attr.onesided, 1) != 0;
  if (rank < 1) return fail(Wrong.Rank, 0, 1, MAX_RANK, 0);
  const r = shaped(0, rank + 1);
  for (let k = 0; k < rank; k++) setDim(r, k, k == rank - 1 && one ? onesided(dimOf(0, k)) : dimOf(0, k));
  setDim(r, rank, 2);
  return 0;
}
export function irfft(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0) - 1, one = smallAttribute(Attr.onesided, 1) != 0;
  if (rank < 1) return fail(Wrong.Rank, 0, 2, MAX_RANK, 0);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, k == rank - 1 && one ? times(2, minus(dimOf(0, k), 1)) : dimOf(0, k));
  return 0;
}

/** [rows of a, rows of b]. */
export function pairwise(): i32 {
  const wrong = needRank(0, 2) || needRank(1, 2);
  if (wrong != 0) return wrong;
  const r = shaped(0, 2);
  setDim(r, 0, dimOr(0, 2, 0));
  setDim(r, 1, dimOr(1, 2, 0));
  return 0;
}

/** y and counts share a size; each element of x has an index. */
export function uniqueVector(): i32 {
  const n = ranked(0) && rankOf(0) == 1 ? freshUpTo(dimOf(0, 0)) : freshDim();
  vectorShape(0, n);
  like(1, 0);
  if (outputs > 2) vectorShape(2, n);
  return 0;
}

/** Hashes are uint32, or int32 where `positive` is 0. */
export function murmurHash(): i32 {
  setDType(0, smallAttribute(Attr.positive, 1) != 0 ? 12 : 6);
  return sameShape(0, 0);
}

/** Block floating point: bytes, and the shape and strides of what was quantized. */
export function quantizeBlocks(): i32 {
  vectorShape(0, freshDim());
  for (let o = 1; o < outputs; o++) vectorShape(o, ranked(0) ? rankOf(0) : freshDim());
  return 0;
}

export function dequantizeBlocks(): i32 {
  setDType(0, smallAttribute(Attr.dtype, 1));
  return shapeFromList(0, 1);
}

/** [1, heads, queries, keys]. */
export function relativePositionBias(): i32 {
  const r = shaped(0, 4);
  setDim(r, 0, 1);
  setDim(r, 1, dimOr(0, 2, 1));
  setDim(r, 2, scalarElement(1));
  setDim(r, 3, scalarElement(2));
  return 0;
}

/** words [.., characters]: [words, filters]. */
export function wordEmbedding(): i32 {
  const r = shaped(0, 2);
  setDim(r, 0, ranked(0) && rankOf(0) > 0 ? dimOf(0, 0) : freshDim());
  setDim(r, 1, ranked(1) && rankOf(1) > 0 ? dimOf(1, 0) : freshDim());
  return 0;
}

/** A path through a cost matrix: [2, steps]. */
export function timeWarping(): i32 {
  const r = shaped(0, 2);
  setDim(r, 0, 2);
  setDim(r, 1, freshDim());
  return 0;
}
/** Whether every element of every input is finite. */
export function allFinite(): i32 { scalarShape(0); return 0; }

/** Words of each string along a new last axis. */
export function tokenizer(): i32 {
  if (!ranked(0)) return 0;
  const r = shaped(0, rankOf(0) + 1);
  for (let k = 0; k < rankOf(0); k++) setDim(r, k, dimOf(0, k));
  setDim(r, rankOf(0), freshDim());
  return 0;
}

/** scores of experts: [tokens, experts]. */
export function groupRouter(): i32 {
  const experts = ranked(2) && rankOf(2) == 2 ? dimOf(2, 0) : ranked(0) && rankOf(0) > 0 ? lastOf(0) : freshDim();
  for (let o = 0; o < outputs; o++) {
    const r = shaped(o, 2);
    setDim(r, 0, ranked(0) && rankOf(0) > 0 ? productOf(0, 0, rankOf(0) - 1) : freshDim());
    setDim(r, 1, experts);
  }
  return 0;
}
