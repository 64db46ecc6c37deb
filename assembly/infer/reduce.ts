//! Reductions, and ops along one axis.

import { NONE } from "../symbolic/store";
import { MAX_ELEMENTS, UNKNOWN, Wrong, fail, setPooled } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { atLeast, atMost, freshDim, plus, times } from "./dims";
import {
  ABSENT, badAxis, dimOf, elementAt, elementCount, hasAttribute, input, intAttribute, listLength, normalAxis, op, present, rankOf,
  ranked, readAxes, sameShape, setDim, shaped, smallAttribute, withElements,
} from "./node";

/** The axes of `mask` become 1, or go. */
function reduced(mask: i64, keepdims: bool): void {
  const rank = rankOf(0);
  const r = shaped(0, keepdims ? rank : rank - <i32>popcnt(mask));
  for (let k = 0, at = 0; k < rank; k++) {
    const gone = (mask >> <i64>k & 1) != 0;
    if (!gone || keepdims) setDim(r, at++, gone ? 1 : dimOf(0, k));
  }
}

export function reduce(): i32 { return reduceBy(1); }
/** `i`: the input that holds the axes where attribute `axes` does not; -1 for an op whose axes are always an attribute. */
export function reduceBy(i: i32): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  if (!ranked(0)) return 0;
  const rank = rankOf(0), keepdims = smallAttribute(Attr.keepdims, 1) != 0;
  let axes = readAxes(Attr.axes, i, rank);
  if (axes == -3) return Wrong.Axis;
  if (axes == -2) {
    const n = listLength(i);
    if (n > rank) return fail(Wrong.Length, i, n, rank, 0);
    if (keepdims) keptByAny(n == rank);
    else if (n >= 0) removedByAny(n, -1);
    return 0;
  }
  if (axes == ABSENT || axes == 0) {
    if (smallAttribute(Attr.noop_with_empty_axes, 0) != 0) return sameShape(0, 0);
    axes = ((<i64>1) << <i64>rank) - 1;
  }
  reduced(axes, keepdims);
  if (rank == 1) foldReduce();
  return 0;
}

/** Axes that are not known become 1 (`all`: every one): dims that are 1 anyway are known. */
function keptByAny(all: bool): void {
  const rank = rankOf(0);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, all || dimOf(0, k) == 1 ? 1 : freshDim());
}
/** `n` axes out of `mask` go: a dim is known where those that may come to its place are the same. */
export function removedByAny(n: i32, mask: i64): void {
  const rank = rankOf(0) - n;
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) {
    let d = NONE;
    for (let j = k; j <= k + n; j++) {
      // Axis j comes to place k where j - k axes before it go, and the others behind it.
      const before: i64 = ((<i64>1) << <i64>j) - 1, behind = ~before & ~((<i64>1) << <i64>j);
      if (<i32>popcnt(mask & before) < j - k || <i32>popcnt(mask & behind) < n - (j - k)) continue;
      d = d == NONE || d == dimOf(0, j) ? dimOf(0, j) : freshDim();
    }
    setDim(r, k, d == NONE ? freshDim() : d);
  }
}

/** Sum, product or extreme of the known elements of a vector. */
function foldReduce(): void {
  const n = elementCount(0);
  if (n <= 0 || n > MAX_ELEMENTS || (input(0).dtype != 7 && input(0).dtype != 6)) return;
  let value = elementAt(0, 0);
  for (let k = 1; k < n && value != UNKNOWN; k++) {
    const e = elementAt(0, k);
    if (e == UNKNOWN) value = UNKNOWN;
    else if (op == Op.ReduceSum) value = plus(value, e);
    else if (op == Op.ReduceProd) value = times(value, e);
    else if (op == Op.ReduceMax) value = atLeast(value, e);
    else if (op == Op.ReduceMin) value = atMost(value, e);
    else return;
  }
  if (op != Op.ReduceSum && op != Op.ReduceProd && op != Op.ReduceMax && op != Op.ReduceMin) return;
  setPooled(withElements(0, 1), value);
}

export function argReduce(): i32 {
  if (!ranked(0)) return 0;
  if (rankOf(0) == 0) return sameShape(0, 0); // numpy takes axes 0 and -1 of a scalar
  const axis = normalAxis(intAttribute(Attr.axis, 0), rankOf(0));
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rankOf(0));
  reduced(1 << <i64>axis, smallAttribute(Attr.keepdims, 1) != 0);
  return 0;
}

/** Softmax and its kin keep the shape; the axis must exist. */
export function alongAxis(): i32 {
  if (ranked(0) && hasAttribute(Attr.axis) && rankOf(0) > 0) {
    const axis = intAttribute(Attr.axis, -1);
    // Opset 1 to 12 allowed axis = rank: everything is one row.
    if (axis != rankOf(0) && normalAxis(axis, rankOf(0)) < 0) return badAxis(axis, rankOf(0));
  }
  return sameShape(0, 0);
}

/** CumSum along the axis in input 1; elements of small vectors are summed. */
export function cumulative(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0) return wrong;
  const n = elementCount(0);
  if (op != Op.CumSum || rankOf(0) != 1 || n <= 0 || smallAttribute(Attr.reverse, 0) != 0) return 0;
  const exclusive = smallAttribute(Attr.exclusive, 0) != 0;
  const at = withElements(0, n);
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const e = elementAt(0, k);
    const next = sum == UNKNOWN || e == UNKNOWN ? UNKNOWN : plus(sum, e);
    setPooled(at + k, exclusive ? sum : next);
    sum = next;
  }
  return 0;
}
