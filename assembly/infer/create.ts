//! Ops that make tensors: constants, ranges, shapes of others, random numbers, windows.

import { INTEGERS, MAX_ELEMENTS, MAX_RANK, UNKNOWN, Wrong, copyRow, fail, pooled, room, row, setPooled, setPooledFloat } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { atLeast, freshDim, isLiteral, literal, literalOf, minus, opposite, overUp, times } from "./dims";
import {
  ABSENT, UNKNOWN_LIST, dimOf, dtypeOf, elementAt, elementCount, floatAt, floatCount, floatsAt, floatsCount, freshShape, hasAttribute,
  intAttribute, intsAt, intsCount, isIndexType, listAt, listLength, namedElements, needRank, op, output, present, rankOf, ranked, readList,
  sameShape, scalarShape, setDType, setDim, shaped, smallAttribute, staticCount, stringsCount, tensorAttribute, vectorShape, withElements,
} from "./node";
import { floatsFrom } from "./elements";
import { onesided } from "./signal";

export function constantNode(): i32 {
  const tensor = max(tensorAttribute(Attr.value), tensorAttribute(Attr.sparse_value));
  if (tensor >= 0) {
    copyRow(output(0), row(tensor));
    return 0;
  }
  const strings = hasAttribute(Attr.value_string) || hasAttribute(Attr.value_strings);
  const floats = hasAttribute(Attr.value_float) || hasAttribute(Attr.value_floats);
  const scalar = hasAttribute(Attr.value_float) || hasAttribute(Attr.value_int) || hasAttribute(Attr.value_string);
  if (strings) {
    setDType(0, 8);
    if (scalar) scalarShape(0);
    else vectorShape(0, stringsCount(Attr.value_strings) < 0 ? freshDim() : stringsCount(Attr.value_strings));
    return 0;
  }
  const name = floats ? (scalar ? Attr.value_float : Attr.value_floats) : scalar ? Attr.value_int : Attr.value_ints;
  const n = floats ? floatsCount(name) : intsCount(name);
  if (n < 0) return fail(Wrong.Attribute, Attr.value, 0, 0, 0);
  setDType(0, floats ? 1 : 7);
  if (scalar) scalarShape(0);
  else vectorShape(0, n);
  if (n > MAX_ELEMENTS) return 0;
  if (!floats) {
    const at = withElements(0, n);
    for (let k = 0; k < n; k++) setPooled(at + k, literal(intsAt(name, k)));
    return 0;
  }
  const at = room(2 * n);
  for (let k = 0; k < n; k++) setPooledFloat(at + 2 * k, floatsAt(name, k));
  floatsFrom(at, n);
  return 0;
}

/** Sizes that input `i` (a vector) or attribute `name` holds, as the shape of output 0. Negative literals are refused. */
export function shapeFromList(name: i32, i: i32): i32 {
  let n = readList(name, i);
  if (n == ABSENT) return i < 0 ? fail(Wrong.Attribute, name, 0, 0, 0) : fail(Wrong.Input, i, 0, 0, 0);
  if (n == UNKNOWN_LIST) {
    const length = listLength(i);
    if (length < 0 || length > MAX_RANK) return 0;
    if (namedElements(i) < 0) { freshShape(0, length); return 0; }
    n = readList(name, i);
  }
  if (n > MAX_RANK) return fail(Wrong.Rank, i, 0, MAX_RANK, 0);
  const r = shaped(0, n);
  for (let k = 0; k < n; k++) {
    const d = listAt(k);
    if (d != UNKNOWN && isLiteral(d) && literalOf(d) < 0) return fail(Wrong.Value, max(i, 0), k, d, 0);
    setDim(r, k, d == UNKNOWN ? freshDim() : d);
  }
  return 0;
}

export function constantOfShape(): i32 {
  const value = tensorAttribute(Attr.value);
  setDType(0, value >= 0 ? row(value).dtype : 1);
  const wrong = shapeFromList(0, 0);
  if (wrong != 0) return wrong;
  const n = staticCount(output(0));
  if (n < 0 || n > MAX_ELEMENTS || value < 0 || row(value).content != INTEGERS || row(value).count != 1) return 0;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) setPooled(at + k, pooled(row(value).elements));
  return 0;
}

/** Shape(x)[start : end]. */
export function shapeOf(): i32 {
  setDType(0, 7);
  if (!ranked(0)) { freshShape(0, 1); return 0; }
  const rank = rankOf(0);
  const start = clamped(intAttribute(Attr.start, 0), rank), end = clamped(intAttribute(Attr.end, rank), rank);
  const n = max(end - start, 0);
  vectorShape(0, n);
  if (n > MAX_ELEMENTS) return 0;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) setPooled(at + k, dimOf(0, start + k));
  return 0;
}
function clamped(a: i64, rank: i32): i32 { return <i32>max<i64>(0, min<i64>(rank, a < 0 ? a + rank : a)); }

export function sizeOf(): i32 {
  setDType(0, 7);
  scalarShape(0);
  if (!ranked(0)) return 0;
  let n = 1;
  for (let k = 0; k < rankOf(0); k++) n = times(n, dimOf(0, k));
  setPooled(withElements(0, 1), n);
  return 0;
}

/** Number of elements Max(0, ceil((limit - start) / delta)). */
export function range(): i32 {
  // The one of com.microsoft may leave the step out, which is 1 then.
  for (let i = 0; i < (op == Op.ms_Range ? 2 : 3); i++) if (!present(i)) return fail(Wrong.Input, i, 0, 0, 0);
  if (isIndexType(dtypeOf(0))) return integerRange();
  let n = freshDim();
  if (floatCount(0) == 1 && floatCount(1) == 1 && floatCount(2) == 1 && floatAt(2, 0) != 0) {
    const count = Math.ceil((floatAt(1, 0) - floatAt(0, 0)) / floatAt(2, 0));
    if (count < 9007199254740992) n = literal(<i64>max(count, 0));
  } else if (elementCount(0) == 1 && elementCount(1) == 1 && elementCount(2) == 1) return integerRange();
  vectorShape(0, n);
  return 0;
}

function integerRange(): i32 {
  if (elementCount(0) != 1 || elementCount(1) != 1 || (present(2) && elementCount(2) != 1)) { freshShape(0, 1); return 0; }
  const start = elementAt(0, 0), limit = elementAt(1, 0), delta = present(2) ? elementAt(2, 0) : 1;
  if (start == UNKNOWN || limit == UNKNOWN || delta == UNKNOWN || !isLiteral(delta)) { freshShape(0, 1); return 0; }
  const step = literalOf(delta);
  if (step == 0) return fail(Wrong.Value, 2, 0, 0, 0);
  const span = step > 0 ? minus(limit, start) : minus(start, limit);
  const n = overUp(atLeast(span, 0), step > 0 ? delta : opposite(delta));
  vectorShape(0, n);
  if (n < 0 || n > MAX_ELEMENTS) return 0;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) setPooled(at + k, minus(start, literal(-step * k)));
  return 0;
}

export function eyeLike(): i32 {
  const to = smallAttribute(Attr.dtype, 0);
  setDType(0, to != 0 ? to : dtypeOf(0));
  const wrong = needRank(0, 2);
  return wrong != 0 ? wrong : sameShape(0, 0);
}

/** RandomNormal, RandomUniform: attributes `shape` and `dtype`. */
export function random(): i32 {
  setDType(0, smallAttribute(Attr.dtype, 1));
  return shapeFromList(Attr.shape, -1);
}
export function multinomial(): i32 {
  setDType(0, smallAttribute(Attr.dtype, 6));
  const wrong = needRank(0, 2);
  if (wrong != 0) return wrong;
  const r = shaped(0, 2);
  setDim(r, 0, ranked(0) ? dimOf(0, 0) : freshDim());
  setDim(r, 1, literal(intAttribute(Attr.sample_size, 1)));
  return 0;
}

/** HannWindow and its kin: a vector of `size` elements. */
export function window(): i32 {
  setDType(0, smallAttribute(Attr.output_datatype, 1));
  vectorShape(0, scalarElement(0));
  return 0;
}
/** The only element of input `i` as a size. */
export function scalarElement(i: i32): i32 {
  if (!present(i)) return freshDim();
  if (elementCount(i) != 1 && namedElements(i) != 1) return freshDim();
  const d = elementAt(i, 0);
  return d == UNKNOWN ? freshDim() : d;
}

/** [dft_length / 2 + 1, num_mel_bins]. */
export function melWeights(): i32 {
  setDType(0, smallAttribute(Attr.output_datatype, 1));
  const r = shaped(0, 2);
  setDim(r, 0, onesided(scalarElement(1)));
  setDim(r, 1, scalarElement(0));
  return 0;
}
