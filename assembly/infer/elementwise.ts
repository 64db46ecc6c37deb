//! Elementwise ops: one input, broadcasting, and those that choose.

import { NONE } from "../symbolic/store";
import { LAST_DTYPE, MAX_RANK, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { broadcast } from "./dims";
import { foldBroadcast, foldClip, foldUnary, foldWhere, sameElements } from "./elements";
import {
  charAt, copyTo, dimAt, dimOf, dtypeOf, input, inputs, op, output, outputs, present, rankOf, ranked, sameShape, setDType, setDim, shaped,
  smallAttribute, stringLength, version,
} from "./node";

/** y has the shape of x. */
export function unary(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0) return wrong;
  foldUnary();
  return 0;
}

/** The shape that inputs [first, first + n) broadcast to, as output `out`. Unknown ranks leave it unknown. */
export function broadcastShape(out: i32, first: i32, n: i32): i32 {
  let rank = 0;
  for (let i = first; i < first + n; i++) {
    if (!present(i)) return fail(Wrong.Input, i, 0, 0, 0);
    if (!ranked(i)) return 0;
    rank = max(rank, rankOf(i));
  }
  if (rank > MAX_RANK) return fail(Wrong.Rank, first, 0, MAX_RANK, 0);
  const r = shaped(out, rank);
  for (let axis = 1; axis <= rank; axis++) {
    let d = 1, from = first;
    for (let i = first; i < first + n; i++) {
      if (axis > rankOf(i)) continue;
      const other = dimOf(i, rankOf(i) - axis);
      const merged = broadcast(d, other);
      if (merged == NONE) return fail(Wrong.Broadcast, from, i, -axis, 0);
      if (merged != d) from = i;
      d = merged;
    }
    setDim(r, rank - axis, d);
  }
  return 0;
}

/** Broadcasting ops of all their inputs. Up to opset 6 the second operand fitted into the first (`axis`, `broadcast`); variadic ones broadcast since 8. */
export function broadcasting(): i32 {
  if (smallAttribute(Attr.broadcast, 0) != 0 || version < 7) return firstShape();
  const wrong = broadcastShape(0, 0, inputs);
  if (wrong != 0) return wrong;
  if (output(0).rank >= 0) foldBroadcast();
  return 0;
}

/** The shape of the first input; others of known rank tell it where the first one's is not known and nothing broadcasts. */
function firstShape(): i32 {
  if (present(0) && !ranked(0) && smallAttribute(Attr.broadcast, 0) == 0) {
    for (let i = 1; i < inputs; i++) if (ranked(i)) return sameShape(0, i);
  }
  return sameShape(0, 0);
}

export function where(): i32 {
  const wrong = broadcastShape(0, 0, 3);
  if (wrong != 0) return wrong;
  if (output(0).rank >= 0) foldWhere();
  return 0;
}

/** slope broadcasts into x, never the other way. */
export function prelu(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0 || !ranked(0) || !ranked(1)) return wrong;
  if (rankOf(1) > rankOf(0)) return fail(Wrong.Rank, 1, 0, rankOf(0), 0);
  for (let axis = 1; axis <= rankOf(1); axis++) {
    if (broadcast(dimOf(0, rankOf(0) - axis), dimOf(1, rankOf(1) - axis)) == NONE) return fail(Wrong.Broadcast, 0, 1, -axis, 0);
  }
  return 0;
}

export function clip(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong == 0) foldClip();
  return wrong;
}

/** Opset 1 to 5 spelt the data type: its name's length, first and last letter tell it. Rows: those three, the number. */
const NAMES: usize = memory.data<u8>([
  5, 70, 84, 1, 5, 85, 56, 2, 4, 73, 56, 3, 6, 85, 54, 4, 5, 73, 54, 5, 5, 73, 50, 6, 5, 73, 52, 7, 6, 83, 71, 8, 4, 66, 76, 9, 7, 70, 54, 10,
  6, 68, 69, 11, 6, 85, 50, 12, 6, 85, 52, 13, 9, 67, 52, 14, 10, 67, 56, 15,
]);
function spelt(name: i32): i32 {
  const n = stringLength(name);
  if (n == 0) return 0;
  for (let at = NAMES; at < NAMES + 60; at += 4) {
    if (<i32>load<u8>(at) == n && <i32>load<u8>(at, 1) == charAt(name, 0) && <i32>load<u8>(at, 2) == charAt(name, n - 1)) return load<u8>(at, 3);
  }
  return 0;
}

export function cast(): i32 {
  const to = smallAttribute(Attr.to, spelt(Attr.to));
  if (to == 0) return fail(Wrong.Attribute, Attr.to, 0, 0, 0);
  setDType(0, to);
  return unary();
}
export function castLike(): i32 {
  if (!present(1)) return fail(Wrong.Input, 1, 0, 0, 0);
  setDType(0, dtypeOf(1));
  return unary();
}
/** Bits of an element by data type, 0 for strings. */
const BITS: usize = memory.data<u8>([0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2]);
/** BitCast: the elements have as many bits as before, so the shape stays. */
export function bitCast(): i32 {
  const to = smallAttribute(Attr.to, 0), own = dtypeOf(0);
  if (to <= 0 || to > LAST_DTYPE) return fail(Wrong.Attribute, Attr.to, 0, 0, 0);
  if (own > 0 && own <= LAST_DTYPE && load<u8>(BITS + own) != load<u8>(BITS + to)) return fail(Wrong.DType, 0, 0, own, to);
  setDType(0, to);
  return sameShape(0, 0);
}

export function identity(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  copyTo(0, 0);
  return 0;
}

/** y like x, and a mask like x, whose dtype its version tells. */
export function dropout(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0) return wrong;
  if (outputs > 1) sameShape(1, 0);
  sameElements();
  return 0;
}

/** Output dtype is attribute `dtype`, or the input's where it is absent. */
export function likeWithDType(): i32 {
  const to = smallAttribute(Attr.dtype, 0);
  setDType(0, to != 0 ? to : dtypeOf(0));
  return sameShape(0, 0);
}

/** x and scales: per tensor, per axis, or blocked. Their shapes are checked where both are known. */
export function quantize(): i32 {
  let to = smallAttribute(Attr.output_dtype, 0);
  if (op == Op.QuantizeLinear || op == Op.ms_QuantizeLinear) {
    if (to != 0 && dtypeOf(2) != 0 && dtypeOf(2) != to) return fail(Wrong.DeclaredDType, 0, to, dtypeOf(2), 0);
    if (to == 0) to = present(2) ? dtypeOf(2) : 2;
  } else if (to == 0) to = dtypeOf(1);
  setDType(0, to);
  return sameShape(0, 0);
}

/** y like x (uint8), scale and zero point scalars. */
export function dynamicQuantize(): i32 {
  shaped(1, 0);
  shaped(2, 0);
  return sameShape(0, 0);
}

/** Mean and variance outputs have the shape of x with the axes from `axis` on reduced to 1. */
export function layerNormalization(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0 || !ranked(0)) return wrong;
  const rank = rankOf(0);
  let axis = smallAttribute(Attr.axis, -1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return fail(Wrong.Axis, smallAttribute(Attr.axis, -1), rank, 0, 0);
  for (let i = 1; i < inputs; i++) {
    if (!ranked(i)) continue;
    if (rankOf(i) > rank) return fail(Wrong.Rank, i, 0, rank, 0);
    for (let k = 1; k <= rankOf(i); k++) if (broadcast(dimOf(0, rank - k), dimOf(i, rankOf(i) - k)) == NONE) return fail(Wrong.Broadcast, 0, i, -k, 0);
  }
  for (let o = 1; o < outputs; o++) {
    if (output(o).dtype == 0) setDType(o, smallAttribute(Attr.stash_type, 1));
    const r = shaped(o, rank);
    for (let k = 0; k < rank; k++) setDim(r, k, k < axis ? dimAt(input(0), k) : 1);
  }
  return 0;
}
