//! Matrix products, Einsum, Gemm, Det.

import { NONE } from "../symbolic/store";
import { MAX_RANK, Wrong, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { broadcast, freshDim, mayEqual } from "./dims";
import {
  stringLength, charAt, dimOf, dtypeOf, inputs, needRank, needRankFrom, rankOf, ranked, setDType, setDim, shaped, smallAttribute,
} from "./node";

/** numpy.matmul of inputs `a` and `b`: batch dims broadcast, a vector is a row or a column. */
export function product(a: i32, b: i32): i32 {
  const wrong = needRankFrom(a, 1) || needRankFrom(b, 1);
  if (wrong != 0) return wrong;
  if (!ranked(a) || !ranked(b)) return 0;
  const p = rankOf(a), q = rankOf(b);
  const inner = dimOf(a, p - 1), other = dimOf(b, q == 1 ? 0 : q - 2);
  if (!mayEqual(inner, other)) return fail(Wrong.Dims, b, q == 1 ? 0 : q - 2, other, inner);
  const rank = max(p, q);
  const matrix = (p > 1 ? 1 : 0) + (q > 1 ? 1 : 0);
  const batch = max(rank - 2, 0);
  const r = shaped(0, batch + matrix);
  for (let k = 1; k <= batch; k++) {
    const d = k + 2 <= p ? dimOf(a, p - 2 - k) : 1, e = k + 2 <= q ? dimOf(b, q - 2 - k) : 1;
    const merged = broadcast(d, e);
    if (merged == NONE) return fail(Wrong.Broadcast, a, b, -k - 2, 0);
    setDim(r, batch - k, merged);
  }
  let at = batch;
  if (p > 1) setDim(r, at++, dimOf(a, p - 2));
  if (q > 1) setDim(r, at, dimOf(b, q - 1));
  return 0;
}

export function matMul(): i32 { return product(0, 1); }
export function matMulInteger(): i32 { setDType(0, 6); return product(0, 1); }
/** a, scale, zero point, b, scale, zero point, y's scale, zero point. */
export function qLinearMatMul(): i32 { setDType(0, dtypeOf(7)); return product(0, 3); }

export function gemm(): i32 { return affine(0, 1, 2); }
/** alpha * a * b + beta * c, of matrices that may be transposed; c broadcasts into the result. */
export function affine(a: i32, b: i32, c: i32): i32 {
  const wrong = needRank(a, 2) || needRank(b, 2);
  if (wrong != 0) return wrong;
  const ta = smallAttribute(Attr.transA, 0) != 0, tb = smallAttribute(Attr.transB, 0) != 0;
  if (!ranked(a) || !ranked(b)) {
    const r = shaped(0, 2);
    setDim(r, 0, ranked(a) ? dimOf(a, ta ? 1 : 0) : freshDim());
    setDim(r, 1, ranked(b) ? dimOf(b, tb ? 0 : 1) : freshDim());
    return 0;
  }
  const k = dimOf(a, ta ? 0 : 1), l = dimOf(b, tb ? 1 : 0);
  if (!mayEqual(k, l)) return fail(Wrong.Dims, b, tb ? 1 : 0, l, k);
  const r = shaped(0, 2);
  setDim(r, 0, dimOf(a, ta ? 1 : 0));
  setDim(r, 1, dimOf(b, tb ? 0 : 1));
  if (!ranked(c)) return 0;
  if (rankOf(c) > 2) return fail(Wrong.Rank, c, 0, 2, 0);
  for (let axis = 1; axis <= rankOf(c); axis++) {
    const d = axis == 1 ? dimOf(b, tb ? 0 : 1) : dimOf(a, ta ? 1 : 0), own = dimOf(c, rankOf(c) - axis);
    if (own != 1 && !mayEqual(own, d) && !mayEqual(own, 1)) return fail(Wrong.Dims, c, rankOf(c) - axis, own, d);
  }
  return 0;
}

export function det(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  if (rank < 2) return fail(Wrong.Rank, 0, 2, MAX_RANK, 0);
  if (!mayEqual(dimOf(0, rank - 1), dimOf(0, rank - 2))) return fail(Wrong.Dims, 0, rank - 1, dimOf(0, rank - 1), dimOf(0, rank - 2));
  const r = shaped(0, rank - 2);
  for (let k = 0; k < rank - 2; k++) setDim(r, k, dimOf(0, k));
  return 0;
}

/** Size of each letter (A-Z, a-z), NONE where it has not occurred. */
const sizes: usize = memory.data(232, 8);
const uses: usize = memory.data(232, 8);
/** Dims that `...` stands for, counted from the right. */
const ellipsis: usize = memory.data(132, 8);
let ellipsisRank: i32 = 0;

// @ts-ignore: decorator
@inline function sizeOf(letter: i32): i32 { return load<i32>(sizes + (<usize>letter << 2)); }
function letterAt(i: i32): i32 {
  const c = charAt(Attr.equation, i);
  return c >= 65 && c <= 90 ? c - 65 : c >= 97 && c <= 122 ? c - 97 + 26 : -1;
}
const DOT: i32 = 46, COMMA: i32 = 44, ARROW: i32 = 45;

export function einsum(): i32 {
  const length = stringLength(Attr.equation);
  if (length == 0 && inputs != 1) return fail(Wrong.Attribute, Attr.equation, 0, 0, 0);
  for (let i = 0; i < inputs; i++) if (!ranked(i)) return 0;
  for (let l = 0; l < 52; l++) {
    store<i32>(sizes + (<usize>l << 2), NONE);
    store<i32>(uses + (<usize>l << 2), 0);
  }
  ellipsisRank = 0;
  let at = 0;
  for (let i = 0; i < inputs; i++) {
    let letters = 0, dots = false, end = at;
    for (; end < length && charAt(Attr.equation, end) != COMMA && charAt(Attr.equation, end) != ARROW; end++) {
      if (letterAt(end) >= 0) letters++;
      if (charAt(Attr.equation, end) == DOT) dots = true;
    }
    const wrong = einsumOperand(i, at, end, letters, dots);
    if (wrong != 0) return wrong;
    // Each operand but the last one ends with a comma, the last one with the arrow or the text.
    if ((i < inputs - 1) != (end < length && charAt(Attr.equation, end) == COMMA)) return fail(Wrong.Attribute, Attr.equation, 0, 0, 0);
    at = end + 1;
  }
  return einsumResult(at - 1, length);
}

/** Binds the letters in [at, end) of the equation to the dims of input `i`. */
function einsumOperand(i: i32, at: i32, end: i32, letters: i32, dots: bool): i32 {
  const rank = rankOf(i), spare = rank - letters;
  if (spare < 0 || (spare > 0 && !dots)) return fail(Wrong.Rank, i, letters, dots ? MAX_RANK : letters, 0);
  let axis = 0;
  for (; at < end; at++) {
    const letter = letterAt(at);
    if (letter >= 0) {
      const d = dimOf(i, axis), known = sizeOf(letter);
      const merged = known == NONE ? d : broadcast(known, d);
      if (merged == NONE) return fail(Wrong.Dims, i, axis, d, known);
      store<i32>(sizes + (<usize>letter << 2), merged);
      store<i32>(uses + (<usize>letter << 2), load<i32>(uses + (<usize>letter << 2)) + 1);
      axis++;
    } else if (charAt(Attr.equation, at) == DOT) {
      at += 2;
      for (let k = 1; k <= spare; k++) {
        const d = dimOf(i, axis + spare - k), slot = ellipsis + (<usize>k << 2);
        const merged = k > ellipsisRank ? d : broadcast(load<i32>(slot), d);
        if (merged == NONE) return fail(Wrong.Dims, i, axis + spare - k, d, load<i32>(slot));
        store<i32>(slot, merged);
      }
      ellipsisRank = max(ellipsisRank, spare);
      axis += spare;
    }
  }
  return 0;
}

/** After `->` the letters of the result; without it those that occur once, in alphabetical order (capitals first). */
function einsumResult(at: i32, length: i32): i32 {
  const explicit = at < length && charAt(Attr.equation, at) == ARROW;
  let rank = explicit ? 0 : ellipsisRank;
  if (explicit) {
    for (let i = at; i < length; i++) {
      if (letterAt(i) >= 0) rank++;
      else if (charAt(Attr.equation, i) == DOT) { rank += ellipsisRank; i += 2; }
    }
  } else for (let l = 0; l < 52; l++) if (load<i32>(uses + (<usize>l << 2)) == 1) rank++;
  const r = shaped(0, rank);
  let k = 0;
  if (!explicit) {
    for (let e = ellipsisRank; e > 0; e--) setDim(r, k++, load<i32>(ellipsis + (<usize>e << 2)));
    for (let l = 0; l < 52; l++) if (load<i32>(uses + (<usize>l << 2)) == 1) setDim(r, k++, sizeOf(l));
    return 0;
  }
  for (let i = at; i < length; i++) {
    const letter = letterAt(i);
    if (letter >= 0) {
      if (sizeOf(letter) == NONE) return fail(Wrong.Attribute, Attr.equation, 0, 0, 0);
      setDim(r, k++, sizeOf(letter));
    } else if (charAt(Attr.equation, i) == DOT) {
      for (let e = ellipsisRank; e > 0; e--) setDim(r, k++, load<i32>(ellipsis + (<usize>e << 2)));
      i += 2;
    }
  }
  return 0;
}
