//! Reshape and the ops that put dims in, take them out, or stretch them: Squeeze, Unsqueeze, Flatten, Expand.

import { NONE } from "../symbolic/store";
import { MAX_ELEMENTS, MAX_RANK, Row, UNKNOWN, Wrong, fail, setPooled } from "./table";
import { Attr } from "./op-numbers.gen";
import { broadcast, freshDim, from, isFresh, isLiteral, literalOf, mayEqual, over, times } from "./dims";
import { sameElements } from "./elements";
import { productOf } from "./layout";
import { removedByAny } from "./reduce";
import {
  ABSENT, UNKNOWN_LIST, badAxis, dimOf, elementAt, elementCount, freshShape, listAt, listLength, namedElements, rankOf, ranked, readAxes,
  readList, setDim, shaped, smallAttribute, staticCount, withElements,
} from "./node";

/** 0 copies the input's dim (unless allowzero), one -1 takes what is left; so does the only one that is not known. */
export function reshape(): i32 {
  let n = readList(Attr.shape, 1);
  if (n == ABSENT) return fail(Wrong.Input, 1, 0, 0, 0);
  if (n == UNKNOWN_LIST) {
    const length = listLength(1);
    if (length < 0 || length > MAX_RANK) return 0;
    if (namedElements(1) < 0) { freshShape(0, length); return 0; }
    n = readList(Attr.shape, 1);
  }
  if (n > MAX_RANK) return fail(Wrong.Rank, 1, 0, MAX_RANK, 0);
  const r = shaped(0, n);
  const wrong = reshaped(r, n, smallAttribute(Attr.allowzero, 0) != 0);
  if (wrong == 0) sameElements();
  return wrong;
}

function reshaped(r: Row, n: i32, allowzero: bool): i32 {
  let open = -1, known = 1, guesses = 0, guess = -1;
  for (let k = 0; k < n; k++) {
    let d = listAt(k);
    if (d != UNKNOWN && isLiteral(d) && literalOf(d) == -1) {
      if (open >= 0) return fail(Wrong.Value, 1, k, d, 0);
      open = k;
      continue;
    }
    if (d == 0 && !allowzero) {
      if (ranked(0) && k >= rankOf(0)) return fail(Wrong.Axis, k, rankOf(0), 0, 0);
      d = ranked(0) ? dimOf(0, k) : freshDim();
    } else if (d == UNKNOWN || (isFresh(d) && !from(d, 0))) {
      // It may be -1 or 0 at run time.
      setDim(r, k, freshDim());
      guesses++;
      guess = k;
      continue;
    } else if (isLiteral(d) && literalOf(d) < 0) return fail(Wrong.Value, 1, k, d, 0);
    setDim(r, k, d);
    known = times(known, d);
  }
  if (open >= 0 && known == 0 && allowzero) return fail(Wrong.Value, 1, open, listAt(open), 0);
  if (!ranked(0)) {
    if (open >= 0) setDim(r, open, freshDim());
    return 0;
  }
  const total = productOf(0, 0, rankOf(0));
  const unknown = guesses + (open >= 0 ? 1 : 0);
  if (unknown == 0) return mayEqual(total, known) ? 0 : fail(Wrong.Count, total, known, 0, 0);
  if (total >= 0 && known > 0 && total % known != 0) return fail(Wrong.Count, total, known, 1, 0);
  if (unknown == 1) setDim(r, open >= 0 ? open : guess, known == 0 ? freshDim() : over(total, known));
  else for (let k = 0; k < n; k++) if (total == 1) setDim(r, k, 1);
  if (unknown > 1 && total != 1 && open >= 0) setDim(r, open, freshDim());
  return 0;
}

/** The axes whose size may be 1. */
function onesOf(rank: i32): i64 {
  let mask: i64 = 0;
  for (let k = 0; k < rank; k++) if (mayEqual(dimOf(0, k), 1)) mask |= 1 << <i64>k;
  return mask;
}

export function squeeze(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  let axes = readAxes(Attr.axes, 1, rank);
  if (axes == -3) return Wrong.Axis;
  if (axes == -2) {
    const n = listLength(1);
    if (n > rank) return fail(Wrong.Length, 1, n, rank, 0);
    if (n < 0) return 0;
    const ones = onesOf(rank);
    if (<i32>popcnt(ones) < n) return fail(Wrong.Length, 1, n, <i32>popcnt(ones), 0);
    removedByAny(n, ones);
    return 0;
  }
  if (axes == ABSENT) {
    axes = 0;
    for (let k = 0; k < rank; k++) {
      if (dimOf(0, k) == 1) axes |= 1 << <i64>k;
      else if (mayEqual(dimOf(0, k), 1)) return 0; // the rank depends on it
    }
  }
  const r = shaped(0, rank - <i32>popcnt(axes));
  for (let k = 0, out = 0; k < rank; k++) {
    if (!(axes & (1 << <i64>k))) setDim(r, out++, dimOf(0, k));
    else if (!mayEqual(dimOf(0, k), 1)) return fail(Wrong.Dims, 0, k, dimOf(0, k), 1);
  }
  sameElements();
  return 0;
}

export function unsqueeze(): i32 {
  if (!ranked(0)) return 0;
  const n = readList(Attr.axes, 1);
  if (n == ABSENT) return fail(Wrong.Input, 1, 0, 0, 0);
  const count = n == UNKNOWN_LIST ? listLength(1) : n;
  if (count < 0) return 0;
  const rank = rankOf(0) + min(count, MAX_RANK + 1);
  if (rank > MAX_RANK) return fail(Wrong.Rank, 0, 0, MAX_RANK, 0);
  const axes = readAxes(Attr.axes, 1, rank);
  if (axes == -3) return Wrong.Axis;
  if (axes == -2) { insertedAnywhere(rank); return 0; }
  if (<i32>popcnt(axes) != count) return fail(Wrong.Attribute, Attr.axes, count, count, 0);
  const r = shaped(0, rank);
  for (let k = 0, at = 0; k < rank; k++) setDim(r, k, axes & (1 << <i64>k) ? 1 : dimOf(0, at++));
  sameElements();
  return 0;
}

/** Ones come in at axes that are not known: a dim is known where what may come to its place is 1 as well. */
function insertedAnywhere(rank: i32): void {
  const own = rankOf(0), n = rank - own;
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) {
    let ones = true;
    for (let j = max(k - n, 0); j <= min(k, own - 1); j++) if (dimOf(0, j) != 1) ones = false;
    setDim(r, k, ones ? 1 : freshDim());
  }
}

export function flatten(): i32 {
  const r = shaped(0, 2);
  if (!ranked(0)) { freshShape(0, 2); return 0; }
  const rank = rankOf(0);
  let axis = smallAttribute(Attr.axis, 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) return badAxis(smallAttribute(Attr.axis, 1), rank);
  setDim(r, 0, productOf(0, 0, axis));
  setDim(r, 1, productOf(0, axis, rank));
  return 0;
}

/** Both shapes broadcast to each other: a 1 in `shape` keeps the input's dim. */
export function expand(): i32 {
  let n = readList(Attr.shape, 1);
  if (n == UNKNOWN_LIST) {
    const length = listLength(1);
    if (length < 0 || length > MAX_RANK || !ranked(0)) return 0;
    if (namedElements(1) < 0) { freshShape(0, max(length, rankOf(0))); return 0; }
    n = readList(Attr.shape, 1);
  }
  if (n == ABSENT) return fail(Wrong.Input, 1, 0, 0, 0);
  if (!ranked(0)) return 0;
  const rank = max(n, rankOf(0));
  if (rank > MAX_RANK) return fail(Wrong.Rank, 1, 0, MAX_RANK, 0);
  const r = shaped(0, rank);
  for (let axis = 1; axis <= rank; axis++) {
    const d = axis <= rankOf(0) ? dimOf(0, rankOf(0) - axis) : 1;
    let want = axis <= n ? listAt(n - axis) : 1;
    if (want == UNKNOWN) want = freshDim();
    if (isLiteral(want) && literalOf(want) < 0) return fail(Wrong.Value, 1, n - axis, want, 0);
    const merged = broadcast(d, want);
    if (merged == NONE) return fail(Wrong.Dims, 0, rankOf(0) - axis, d, want);
    setDim(r, rank - axis, merged);
  }
  const count = staticCount(r);
  if (elementCount(0) == 1 && count >= 0 && count <= MAX_ELEMENTS) {
    const value = elementAt(0, 0), at = withElements(0, count);
    for (let k = 0; k < count; k++) setPooled(at + k, value);
  } else if (elementCount(0) == count) sameElements();
  return 0;
}
