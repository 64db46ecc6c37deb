//! Slice: starts, ends, steps per axis, as attributes (opset 1) or inputs.

import { UNKNOWN, Wrong, fail, pooled, room, setPooled } from "./table";
import { Attr } from "./op-numbers.gen";
import { atLeast, atMost, freshUpTo, from, isLiteral, literal, literalOf, minus, opposite, overUp, plus, upTo } from "./dims";
import { strideElements, strideOf } from "./layout";
import {
  ABSENT, UNKNOWN_LIST, badAxis, dimAt, dimOf, elementCount, freshShape, input, listAt, listLength, namedElements, normalAxis, output, rankOf,
  ranked, readList, setDim, shapeFrom, staticCount,
} from "./node";

/** From here on a bound means "to the end". */
const END: i64 = i32.MAX_VALUE;

/** A list copied to the pool, where the next list does not overwrite it; negative as `readList`. */
let at: i32 = 0;
function kept(name: i32, i: i32): i32 {
  let n = readList(name, i);
  if (n == UNKNOWN_LIST && namedElements(i) >= 0) n = readList(name, i);
  if (n <= 0) return n;
  at = room(n);
  for (let k = 0; k < n; k++) setPooled(at + k, listAt(k));
  return n;
}

/** A bound brought into [low, high], negative ones counted from the end; UNKNOWN where its sign is not known. */
function bound(b: i32, d: i32, low: i32, high: i32): i32 {
  if (b == UNKNOWN) return UNKNOWN;
  if (isLiteral(b)) {
    const c = literalOf(b);
    if (c >= END) return high;
    if (c <= -END) return low;
  }
  if (!from(b, 0)) {
    if (!upTo(b, -1)) return UNKNOWN;
    b = plus(b, d);
  }
  return atMost(atLeast(b, low), high);
}

/** Max(0, ceil((end - start) / step)) with bounds clamped to the dim; UNKNOWN where a sign is not known. */
function length(start: i32, end: i32, step: i32, d: i32): i32 {
  if (!isLiteral(step)) return UNKNOWN;
  const s = literalOf(step);
  const minusOne = literal(-1);
  const last = s > 0 ? d : minus(d, 1);
  const b = bound(start, d, 0, last), e = s > 0 ? bound(end, d, 0, d) : bound(end, d, minusOne, last);
  if (b == UNKNOWN || e == UNKNOWN) return UNKNOWN;
  return overUp(atLeast(s > 0 ? minus(e, b) : minus(b, e), 0), s > 0 ? step : opposite(step));
}

export function slice(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  const starts = kept(Attr.starts, 1), startsAt = at;
  const ends = kept(Attr.ends, 2), endsAt = at;
  const listed = kept(Attr.axes, 3), axesAt = at;
  const axes = listed == 0 ? ABSENT : listed; // an empty list stands for all, as in ONNX Runtime
  const steps = kept(0, 4), stepsAt = at;
  if (starts == ABSENT || ends == ABSENT) return fail(Wrong.Input, starts == ABSENT ? 1 : 2, 0, 0, 0);
  const count = starts >= 0 ? starts : listLength(1);
  if (count < 0 || axes == UNKNOWN_LIST || (axes == ABSENT && count > rank)) { freshShape(0, rank); return 0; }
  if (ends >= 0 && ends != count) return fail(Wrong.Length, 2, ends, count, 0);
  if (axes >= 0 && axes != count) return fail(Wrong.Length, 3, axes, count, 0);
  if (steps >= 0 && steps != count) return fail(Wrong.Length, 4, steps, count, 0);
  const r = shapeFrom(0, 0);
  let seen: i64 = 0;
  for (let k = 0; k < count; k++) {
    let axis = k;
    if (axes >= 0) {
      const a = pooled(axesAt + k);
      if (a == UNKNOWN || !isLiteral(a)) { freshShape(0, rank); return 0; }
      axis = normalAxis(literalOf(a), rank);
      if (axis < 0) return badAxis(literalOf(a), rank);
      if (seen >> axis & 1) return fail(Wrong.Value, 3, k, a, 0);
      seen |= 1 << <i64>axis;
    }
    const step = steps >= 0 ? pooled(stepsAt + k) : steps == ABSENT ? 1 : UNKNOWN;
    if (step == 0) return fail(Wrong.Value, 4, k, 0, 0);
    const d = dimOf(0, axis);
    const n = starts < 0 || ends < 0 || step == UNKNOWN ? UNKNOWN : length(pooled(startsAt + k), pooled(endsAt + k), step, d);
    setDim(r, axis, n == UNKNOWN ? freshUpTo(d) : n);
  }
  if (starts >= 0 && ends >= 0 && elementCount(0) >= 0 && staticCount(input(0)) == elementCount(0)) {
    sliceElements(count, startsAt, endsAt, axes >= 0 ? axesAt : -1, steps >= 0 ? stepsAt : -1);
  }
  return 0;
}

/** Elements where all bounds and steps are literals: a walk with a stride per axis. */
function sliceElements(count: i32, starts: i32, ends: i32, axes: i32, steps: i32): void {
  const rank = rankOf(0);
  const strides = room(rank);
  let offset = 0;
  for (let k = 0; k < rank; k++) setPooled(strides + k, strideOf(input(0), k));
  for (let k = 0; k < count; k++) {
    const axis = axes >= 0 ? normalAxis(literalOf(pooled(axes + k)), rank) : k;
    const step = steps >= 0 ? pooled(steps + k) : 1, d = dimOf(0, axis);
    if (step == UNKNOWN || !isLiteral(step)) return;
    const first = bound(pooled(starts + k), d, 0, literalOf(step) > 0 ? d : minus(d, 1));
    if (first == UNKNOWN || !isLiteral(first) || dimAt(output(0), axis) < 0) return;
    offset += <i32>literalOf(first) * strideOf(input(0), axis);
    setPooled(strides + axis, <i32>literalOf(step) * strideOf(input(0), axis));
  }
  strideElements(offset, strides);
}
