//! Elementwise ops: one input, broadcasting, and those that choose.

import { NONE } from "../symbolic/store";
import { MAX_RANK, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { broadcast } from "./dims";
import { foldBroadcast, foldClip, foldUnary, foldWhere, sameElements } from "./elements";
import {
  copyTo, dimAt, dimOf, dtypeOf, input, inputs, op, output, outputs, present, rankOf, ranked, sameShape, setDType, setDim, shaped,
  smallAttribute,
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

/** Broadcasting ops of all their inputs; opset 6 and older wrote `axis` and `broadcast`, where the second operand fits into the first. */
export function broadcasting(): i32 {
  if (smallAttribute(Attr.broadcast, 0) != 0) return sameShape(0, 0);
  const wrong = broadcastShape(0, 0, inputs);
  if (wrong != 0) return wrong;
  if (output(0).rank >= 0) foldBroadcast();
  return 0;
}

/** Pow's result has the base's dtype; its operands may differ. */
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

export function cast(): i32 {
  const to = smallAttribute(Attr.to, 0);
  if (to == 0) return fail(Wrong.Attribute, Attr.to, 0, 0, 0);
  setDType(0, to);
  return unary();
}
export function castLike(): i32 {
  if (!present(1)) return fail(Wrong.Input, 1, 0, 0, 0);
  setDType(0, dtypeOf(1));
  return unary();
}
/** BitCast: the elements have as many bits as before, so the shape stays. */
export function bitCast(): i32 {
  setDType(0, smallAttribute(Attr.to, 0));
  return sameShape(0, 0);
}

export function identity(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  copyTo(0, 0);
  return 0;
}

/** y like x, and a mask like x. */
export function dropout(): i32 {
  const wrong = sameShape(0, 0);
  if (wrong != 0) return wrong;
  if (outputs > 1) {
    setDType(1, 9);
    sameShape(1, 0);
  }
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

/** SwiGLU and other ops whose operands have one shape. */

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
