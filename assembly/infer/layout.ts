//! Ops that keep elements and change where they lie: Transpose, Concat, Split, Pad, Tile, blocks of images.

import { NONE } from "../symbolic/store";
import { MAX_ELEMENTS, MAX_RANK, Row, UNKNOWN, Wrong, fail, pooled, room, setPooled, setPooledFloat } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim, freshUpTo, isLiteral, literalOf, mayEqual, minus, over, plus, times, unify } from "./dims";
import { floatsFrom, sameElements } from "./elements";
import {
  ABSENT, UNKNOWN_LIST, badAxis, dimAt, dimOf, elementAt, elementCount, floatAt, floatCount, freshShape, input, inputs, intAttribute,
  intsAt, intsCount, listAt, listLiteral, namedElements, normalAxis, output, outputs, present, rankOf, ranked, readAxes, readList,
  sameShape, setDim, shapeFrom, shaped, smallAttribute, staticCount, stringLength, version, withElements,
} from "./node";

/** Product of dims [begin, end) of input `i`. */
export function productOf(i: i32, begin: i32, end: i32): i32 {
  let n = 1;
  for (let k = begin; k < end; k++) n = times(n, dimOf(i, k));
  return n;
}

export function transpose(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  const given = intsCount(Attr.perm);
  if (given >= 0 && given != rank) return fail(Wrong.Rank, 0, given, given, 0);
  const r = shaped(0, rank);
  let seen: u32 = 0;
  for (let k = 0; k < rank; k++) {
    const a = given < 0 ? rank - 1 - k : normalAxis(intsAt(Attr.perm, k), rank);
    if (a < 0) return badAxis(intsAt(Attr.perm, k), rank);
    seen |= 1 << a;
    setDim(r, k, dimOf(0, a));
  }
  if (rank > 0 && seen != <u32>((<u64>1 << rank) - 1)) return fail(Wrong.Attribute, Attr.perm, rank, rank, 0);
  transposeElements(given, rank);
  return 0;
}

/** Row-major stride of axis `axis` of a tensor with literal dims. */
export function strideOf(r: Row, axis: i32): i32 {
  let s = 1;
  for (let k = axis + 1; k < r.rank; k++) s *= dimAt(r, k);
  return s;
}

/** Sets the elements of output 0: that at index i is element `offset + sum i[k] * strides[k]` of input 0; `strides` lie in the pool. */
export function strideElements(offset: i32, strides: i32): void {
  const out = output(0);
  const n = staticCount(out);
  if (n < 0 || n > MAX_ELEMENTS || elementCount(0) < 0) return;
  const at = withElements(0, n);
  for (let i = 0; i < n; i++) {
    let from = offset, rest = i;
    for (let k = out.rank - 1; k >= 0; k--) {
      const d = dimAt(out, k);
      from += (rest % d) * pooled(strides + k);
      rest /= d;
    }
    setPooled(at + i, elementAt(0, from));
  }
}

function transposeElements(given: i32, rank: i32): void {
  if (rank < 2) { sameElements(); return; }
  if (elementCount(0) < 0 || staticCount(input(0)) != elementCount(0)) return;
  const strides = room(rank);
  for (let k = 0; k < rank; k++) setPooled(strides + k, strideOf(input(0), given < 0 ? rank - 1 - k : normalAxis(intsAt(Attr.perm, k), rank)));
  strideElements(0, strides);
}

export function tile(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  let n = readList(0, 1);
  if (n == UNKNOWN_LIST && namedElements(1) >= 0) n = readList(0, 1);
  if (n < 0) { freshShape(0, rank); return 0; }
  if (n != rank) return fail(Wrong.Rank, 0, n, n, 0);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, listAt(k) == UNKNOWN ? freshDim() : times(dimOf(0, k), listAt(k)));
  const count = staticCount(r), have = elementCount(0);
  if (rank == 1 && have > 0 && count >= 0 && count <= MAX_ELEMENTS) {
    const at = withElements(0, count);
    for (let k = 0; k < count; k++) setPooled(at + k, elementAt(0, k % have));
  }
  return 0;
}

export function concat(): i32 { return joined(0, 1); }
/** The inputs first, first + step, … joined along attribute `axis`. */
export function joined(first: i32, step: i32): i32 {
  if (inputs <= first) return fail(Wrong.Input, first, 0, 0, 0);
  let rank = -1;
  for (let i = first; i < inputs; i += step) {
    if (!present(i)) return fail(Wrong.Input, i, 0, 0, 0);
    if (!ranked(i)) continue;
    if (rank >= 0 && rankOf(i) != rank) return fail(Wrong.Rank, i, rank, rank, 0);
    rank = rankOf(i);
  }
  if (rank < 0) return 0;
  const axis = normalAxis(intAttribute(Attr.axis, 1), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 1), rank);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) {
    let d = k == axis ? 0 : NONE;
    for (let i = first; i < inputs; i += step) {
      const own = ranked(i) ? dimOf(i, k) : freshDim();
      if (k == axis) d = plus(d, own);
      else {
        const merged = d == NONE ? own : unify(d, own);
        if (merged == NONE) return fail(Wrong.Dims, i, k, own, d);
        d = merged;
      }
    }
    setDim(r, k, d);
  }
  if (axis == 0 && step == 1) concatElements(r);
  return 0;
}

/** Along the first axis the elements simply follow each other. */
function concatElements(r: Row): void {
  const total = staticCount(r);
  if (total < 0 || total > MAX_ELEMENTS) return;
  let any = false, floats = false;
  for (let i = 0; i < inputs; i++) {
    if (elementCount(i) >= 0) any = true;
    if (floatCount(i) >= 0) floats = true;
    if (staticCount(input(i)) < 0) return;
  }
  if (floats) { concatFloats(total); return; }
  if (!any) return;
  const at = withElements(0, total);
  for (let i = 0, k = 0; i < inputs; i++) {
    const n = staticCount(input(i));
    for (let j = 0; j < n; j++) setPooled(at + k++, elementCount(i) >= 0 ? elementAt(i, j) : UNKNOWN);
  }
}

/** Scales, put together of numbers that are all known. */
function concatFloats(total: i32): void {
  const at = room(2 * total);
  for (let i = 0, k = 0; i < inputs; i++) {
    const n = staticCount(input(i));
    for (let j = 0; j < n; j++, k++) {
      if (floatCount(i) >= 0) setPooledFloat(at + 2 * k, floatAt(i, j));
      else if (elementCount(i) >= 0 && elementAt(i, j) != UNKNOWN && isLiteral(elementAt(i, j))) setPooledFloat(at + 2 * k, <f64>literalOf(elementAt(i, j)));
      else return;
    }
  }
  floatsFrom(at, total);
}

/** Sizes from `split`, or equal parts of which the last may be smaller. */
export function split(): i32 {
  if (!ranked(0) || outputs == 0) return 0;
  const rank = rankOf(0);
  const axis = normalAxis(intAttribute(Attr.axis, 0), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rank);
  let n = readList(Attr.split, 1);
  const total = dimOf(0, axis);
  const parts = outputs;
  if (n == UNKNOWN_LIST && namedElements(1) >= 0) n = readList(Attr.split, 1);
  if (n >= 0 && n != parts) return fail(Wrong.Length, 1, n, parts, 0);
  // Up to opset 17 the parts are equal; then the last one may be smaller.
  if (n == ABSENT && version < 18 && total >= 0 && total % parts != 0) return fail(Wrong.Dims, 0, axis, total, parts);
  const each = version < 18 ? over(total, parts) : over(plus(total, parts - 1), parts);
  let sum = 0, start = 0;
  for (let o = 0; o < parts; o++) {
    let d: i32;
    if (n >= 0) d = listAt(o) == UNKNOWN ? freshDim() : listAt(o);
    else if (n == UNKNOWN_LIST) d = parts == 1 || total == 0 ? total : freshUpTo(total);
    else d = o < parts - 1 || version < 18 ? each : minus(total, times(each, parts - 1));
    sum = plus(sum, d);
    const r = shapeFrom(o, 0);
    setDim(r, axis, d);
    start = splitElements(o, start, d);
  }
  if (n >= 0 && !mayEqual(sum, total)) return fail(Wrong.Dims, 0, axis, total, sum);
  return 0;
}
/** Elements [start, start + d) of a vector as output `o`; returns where the next part begins, -1 where that is not known. */
function splitElements(o: i32, start: i32, d: i32): i32 {
  if (rankOf(0) != 1 || elementCount(0) < 0 || start < 0 || d < 0 || start + d > elementCount(0)) return -1;
  const at = withElements(o, d);
  for (let k = 0; k < d; k++) setPooled(at + k, elementAt(0, start + k));
  return start + d;
}

/** Pairs (begin, end) of the padded axes added to their dims; negative ones crop. */
export function pad(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  let axes: i64 = readAxes(Attr.axes, 3, rank);
  if (axes == -3) return Wrong.Axis;
  if (axes == -2) { freshShape(0, rank); return 0; }
  const listed = axes != ABSENT && axes != 0; // an empty list stands for all, as in ONNX Runtime
  const order = room(rank);
  let count = rank;
  if (listed) {
    count = readList(Attr.axes, 3);
    for (let k = 0; k < count; k++) setPooled(order + k, normalAxis(listLiteral(k, 0), rank));
  } else for (let k = 0; k < rank; k++) setPooled(order + k, k);
  let n = readList(Attr.pads, 1);
  if (n == ABSENT) n = readList(Attr.paddings, -1);
  if (n == ABSENT) return fail(Wrong.Input, 1, 0, 0, 0);
  if (n == UNKNOWN_LIST) {
    if (namedElements(1) < 0) { freshShape(0, rank); return 0; }
    n = readList(Attr.pads, 1);
  }
  if (n != 2 * count) return fail(Wrong.Length, 1, n, 2 * count, 0);
  const r = shapeFrom(0, 0);
  for (let k = 0; k < count; k++) {
    const axis = pooled(order + k), begin = listAt(k), end = listAt(k + count);
    const d = begin == UNKNOWN || end == UNKNOWN ? freshDim() : plus(dimOf(0, axis), plus(begin, end));
    if (isLiteral(d) && literalOf(d) < 0) return fail(Wrong.Value, 1, k, d, 0);
    setDim(r, axis, d);
  }
  if (rank == 1 && n == 2) padElements();
  return 0;
}
/** A vector with literal pads in mode "constant" (8 letters). */
function padElements(): void {
  const total = staticCount(output(0)), have = elementCount(0), begin = listAt(0);
  if (total < 0 || total > MAX_ELEMENTS || have < 0 || begin == UNKNOWN || !isLiteral(begin)) return;
  if (stringLength(Attr.mode) != 0 && stringLength(Attr.mode) != 8) return;
  const filler = !present(2) ? 0 : elementCount(2) == 1 ? elementAt(2, 0) : UNKNOWN;
  const at = withElements(0, total);
  for (let k = 0; k < total; k++) {
    const from: i64 = k - literalOf(begin);
    setPooled(at + k, from >= 0 && from < have ? elementAt(0, <i32>from) : filler);
  }
}

export function depthToSpace(): i32 {
  if (!ranked(0)) return 0;
  if (rankOf(0) != 4) return fail(Wrong.Rank, 0, 4, 4, 0);
  const b = smallAttribute(Attr.blocksize, 0);
  if (b <= 0 || b > 46340) return fail(Wrong.Attribute, Attr.blocksize, 0, 0, 0);
  const channels = dimOf(0, 1);
  if (channels >= 0 && channels % (b * b) != 0) return fail(Wrong.Dims, 0, 1, channels, b * b);
  const r = shapeFrom(0, 0);
  setDim(r, 1, over(channels, b * b));
  setDim(r, 2, times(dimOf(0, 2), b));
  setDim(r, 3, times(dimOf(0, 3), b));
  return 0;
}
export function spaceToDepth(): i32 {
  if (!ranked(0)) return 0;
  if (rankOf(0) != 4) return fail(Wrong.Rank, 0, 4, 4, 0);
  const b = smallAttribute(Attr.blocksize, 0);
  if (b <= 0 || b > 46340) return fail(Wrong.Attribute, Attr.blocksize, 0, 0, 0);
  const r = shapeFrom(0, 0);
  setDim(r, 1, times(dimOf(0, 1), b * b));
  for (let k = 2; k < 4; k++) {
    if (dimOf(0, k) >= 0 && dimOf(0, k) % b != 0) return fail(Wrong.Dims, 0, k, dimOf(0, k), b);
    setDim(r, k, over(dimOf(0, k), b));
  }
  return 0;
}

/** The axes listed (all where none are) get the sizes of `shape`. */
export function centerCropPad(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  let n = readList(0, 1);
  if (n == UNKNOWN_LIST && namedElements(1) >= 0) n = readList(0, 1);
  const axes = intsCount(Attr.axes);
  const count = axes < 0 ? rank : axes;
  if (n >= 0 && n != count) return fail(Wrong.Length, 1, n, count, 0);
  const r = shapeFrom(0, 0);
  for (let k = 0; k < count; k++) {
    const axis = axes < 0 ? k : normalAxis(intsAt(Attr.axes, k), rank);
    if (axis < 0) return badAxis(intsAt(Attr.axes, k), rank);
    setDim(r, axis, n < 0 || listAt(k) == UNKNOWN ? freshDim() : listAt(k));
  }
  return 0;
}

export function trilu(): i32 {
  if (ranked(0) && rankOf(0) < 2) return fail(Wrong.Rank, 0, 2, MAX_RANK, 0);
  return sameShape(0, 0);
}

