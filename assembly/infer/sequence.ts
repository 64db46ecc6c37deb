//! Sequences and optionals. A sequence's row holds the type that its elements share: a dim in which they differ is UNKNOWN.

import { EMPTY, NOTHING, OPTIONAL, OPTIONAL_SEQUENCE, Row, SEQUENCE, TENSOR, UNKNOWN, Wrong, copyRow, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim } from "./dims";
import {
  badAxis, dimOf, dtypeOf, hasAttribute, input, inputs, intAttribute, normalAxis, output, present, rankOf, ranked, scalarShape, setDType, setDim, shaped,
  smallAttribute,
} from "./node";

function elementType(dtype: i32, rank: i32): Row {
  const r = output(0);
  r.kind = SEQUENCE;
  r.dtype = dtype;
  if (rank < 0) {
    r.rank = -1;
    return r;
  }
  return shaped(0, rank);
}

/** The type that inputs [first, …) share as elements of one sequence. */
function shared(first: i32, n: i32): i32 {
  let rank = -2;
  for (let i = first; i < first + n; i++) {
    if (!present(i)) continue;
    rank = rank == -2 || rank == rankOf(i) ? rankOf(i) : -1;
  }
  const r = elementType(input(first).dtype, max(rank, -1));
  for (let k = 0; k < rank; k++) {
    let d = dimOf(first, k);
    for (let i = first + 1; i < first + n; i++) if (present(i) && dimOf(i, k) != d) d = UNKNOWN;
    setDim(r, k, d);
  }
  return 0;
}

export function sequenceConstruct(): i32 { return present(0) ? shared(0, inputs) : fail(Wrong.Input, 0, 0, 0, 0); }
export function sequenceEmpty(): i32 {
  elementType(smallAttribute(Attr.dtype, 1), -1).content = EMPTY;
  return 0;
}
/** An empty sequence takes the tensor's type. */
export function sequenceInsert(): i32 {
  if (!present(0) || !present(1)) return fail(Wrong.Input, present(0) ? 1 : 0, 0, 0, 0);
  if (dtypeOf(0) != 0 && dtypeOf(1) != 0 && dtypeOf(0) != dtypeOf(1)) return fail(Wrong.DType, 0, 1, dtypeOf(0), dtypeOf(1));
  return input(0).content == EMPTY ? copyElement(1) : shared(0, 2);
}
function copyElement(i: i32): i32 {
  copyRow(output(0), input(i));
  output(0).kind = SEQUENCE;
  output(0).content = NOTHING;
  return 0;
}
export function sequenceErase(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  copyRow(output(0), input(0));
  return 0;
}
export function sequenceAt(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  setDType(0, input(0).dtype);
  if (!ranked(0)) return 0;
  const r = shaped(0, rankOf(0));
  for (let k = 0; k < rankOf(0); k++) setDim(r, k, dimOf(0, k) == UNKNOWN ? freshDim() : dimOf(0, k));
  return 0;
}
export function sequenceLength(): i32 {
  setDType(0, 7);
  scalarShape(0);
  return 0;
}

/** Pieces along an axis; its size is known only where every piece has it. */
export function splitToSequence(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  if (!ranked(0)) { elementType(input(0).dtype, -1); return 0; }
  const rank = rankOf(0);
  const axis = normalAxis(intAttribute(Attr.axis, 0), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rank);
  const drops = !present(1) && smallAttribute(Attr.keepdims, 1) == 0;
  const r = elementType(input(0).dtype, drops ? rank - 1 : rank);
  for (let k = 0, at = 0; k < rank; k++) {
    if (k != axis) setDim(r, at++, dimOf(0, k));
    else if (!drops) setDim(r, at++, present(1) ? UNKNOWN : 1);
  }
  return 0;
}

export function concatFromSequence(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  setDType(0, input(0).dtype);
  if (!ranked(0)) return 0;
  const stacks = smallAttribute(Attr.new_axis, 0) != 0;
  const rank = rankOf(0) + (stacks ? 1 : 0);
  if (!hasAttribute(Attr.axis)) return fail(Wrong.Attribute, Attr.axis, 0, 0, 0);
  const axis = normalAxis(intAttribute(Attr.axis, 0), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rank);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) {
    const from = stacks && k > axis ? k - 1 : k;
    setDim(r, k, k == axis || dimOf(0, from) == UNKNOWN ? freshDim() : dimOf(0, from));
  }
  return 0;
}

/** Without an input, attribute `type` tells the dtype; the host knows what it holds. */
export function optional(): i32 {
  if (present(0)) copyRow(output(0), input(0));
  const r = output(0);
  r.kind = r.kind == SEQUENCE ? OPTIONAL_SEQUENCE : OPTIONAL;
  r.content = NOTHING;
  return 0;
}
export function optionalGetElement(): i32 {
  if (!present(0)) return fail(Wrong.Input, 0, 0, 0, 0);
  copyRow(output(0), input(0));
  const r = output(0);
  if (r.kind == OPTIONAL) r.kind = TENSOR;
  if (r.kind == OPTIONAL_SEQUENCE) r.kind = SEQUENCE;
  return 0;
}
export function optionalHasElement(): i32 {
  setDType(0, 9);
  scalarShape(0);
  return 0;
}
