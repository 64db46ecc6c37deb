//! Ops that pick or place elements by index.

import { NONE } from "../symbolic/store";
import { MAX_RANK, UNKNOWN, Wrong, fail, setPooled } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim, freshUpTo, isLiteral, literal, literalOf, mayEqual, unify } from "./dims";
import { productOf } from "./layout";
import { scalarElement } from "./create";
import {
  badAxis, dimOf, dtypeOf, elementAt, elementCount, floatAt, floatCount, freshShape, hasAttribute, intAttribute, needRank, normalAxis, outputs, present, rankOf,
  ranked, sameShape, setDType, setDim, shapeFrom, shaped, smallAttribute, withElements,
} from "./node";

/** data[:axis] + indices + data[axis+1:]. */
export function gather(): i32 {
  if (!present(0) || !present(1)) return fail(Wrong.Input, present(0) ? 1 : 0, 0, 0, 0);
  if (!ranked(0) || !ranked(1)) return 0;
  const rank = rankOf(0), picks = rankOf(1);
  const axis = normalAxis(intAttribute(Attr.axis, 0), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rank);
  if (rank - 1 + picks > MAX_RANK) return fail(Wrong.Rank, 1, 0, MAX_RANK, 0);
  const r = shaped(0, rank - 1 + picks);
  for (let k = 0; k < axis; k++) setDim(r, k, dimOf(0, k));
  for (let k = 0; k < picks; k++) setDim(r, axis + k, dimOf(1, k));
  for (let k = axis + 1; k < rank; k++) setDim(r, k - 1 + picks, dimOf(0, k));
  const have = elementCount(0), n = elementCount(1);
  if (rank != 1 || have < 0 || n < 0) return 0;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) {
    const i = elementAt(1, k);
    let value = UNKNOWN;
    if (i != UNKNOWN && isLiteral(i)) {
      const index = normalAxis(literalOf(i), have);
      if (index < 0) return fail(Wrong.Value, 1, k, i, 0);
      value = elementAt(0, index);
    }
    setPooled(at + k, value);
  }
  return 0;
}

/** Output like the indices; data has their rank. */
export function gatherElements(): i32 {
  if (ranked(0) && ranked(1) && rankOf(0) != rankOf(1)) return fail(Wrong.Rank, 1, rankOf(0), rankOf(0), 0);
  return sameShape(0, 1);
}

/** indices[:-1] + data[batch_dims + indices[-1]:]. */
export function gatherND(): i32 {
  if (!ranked(0) || !ranked(1)) return 0;
  const rank = rankOf(0), q = rankOf(1), batch = smallAttribute(Attr.batch_dims, 0);
  if (rank < 1) return fail(Wrong.Rank, 0, 1, MAX_RANK, 0);
  if (q < 1) return fail(Wrong.Rank, 1, 1, MAX_RANK, 0);
  if (batch < 0 || batch >= min(rank, q)) return fail(Wrong.Axis, batch, min(rank, q), 0, 0);
  const width = dimOf(1, q - 1);
  if (width < 0) return 0;
  if (width > rank || width + batch > rank) return fail(Wrong.Dims, 1, q - 1, width, rank - batch);
  const r = shaped(0, q - 1 + rank - width - batch);
  for (let k = 0; k < q - 1; k++) {
    const d = k < batch ? unify(dimOf(0, k), dimOf(1, k)) : dimOf(1, k);
    if (d == NONE) return fail(Wrong.Dims, 1, k, dimOf(1, k), dimOf(0, k));
    setDim(r, k, d);
  }
  for (let k = batch + width; k < rank; k++) setDim(r, q - 1 + k - batch - width, dimOf(0, k));
  return 0;
}

/** Output like data. */
export function scatterElements(): i32 {
  if (ranked(0) && ranked(1) && rankOf(0) != rankOf(1)) return fail(Wrong.Rank, 1, rankOf(0), rankOf(0), 0);
  if (ranked(1) && ranked(2)) {
    if (rankOf(1) != rankOf(2)) return fail(Wrong.Rank, 2, rankOf(1), rankOf(1), 0);
    for (let k = 0; k < rankOf(1); k++) if (!mayEqual(dimOf(1, k), dimOf(2, k))) return fail(Wrong.Dims, 2, k, dimOf(2, k), dimOf(1, k));
  }
  return sameShape(0, 0);
}
export function likeData(): i32 { return sameShape(0, 0); }

/** The number of classes, which may be a float. */
function depth(): i32 {
  if (floatCount(1) == 1 && floatAt(1, 0) >= 0 && floatAt(1, 0) < 9007199254740992) return literal(<i64>floatAt(1, 0));
  return scalarElement(1);
}
/** indices with an axis of size `depth` put in. */
export function oneHot(): i32 {
  setDType(0, dtypeOf(2));
  if (!ranked(0)) return 0;
  const rank = rankOf(0) + 1;
  const axis = normalAxis(intAttribute(Attr.axis, -1), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, -1), rank);
  const r = shaped(0, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, k == axis ? depth() : dimOf(0, k < axis ? k : k - 1));
  return 0;
}

/** [rank, number of non-zero elements]. */
export function nonZero(): i32 {
  if (!ranked(0)) { freshShape(0, 2); return 0; }
  const r = shaped(0, 2);
  setDim(r, 0, rankOf(0));
  setDim(r, 1, freshUpTo(productOf(0, 0, rankOf(0))));
  return 0;
}

/** How many elements input 1 chooses of `total`. */
function chosen(total: i32): i32 {
  const n = elementCount(1);
  let count = 0;
  for (let k = 0; k < n; k++) {
    if (elementAt(1, k) != 0 && elementAt(1, k) != 1) return freshUpTo(total);
    count += elementAt(1, k);
  }
  return n >= 0 ? count : freshUpTo(total);
}

export function compress(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  if (!hasAttribute(Attr.axis)) {
    setDim(shaped(0, 1), 0, chosen(productOf(0, 0, rank)));
    return 0;
  }
  const axis = normalAxis(intAttribute(Attr.axis, 0), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rank);
  const d = chosen(dimOf(0, axis));
  setDim(shapeFrom(0, 0), axis, d);
  return 0;
}

/** Y, indices and counts share one size; inverse_indices has as many as were looked at. */
export function unique(): i32 {
  for (let o = 1; o < outputs; o++) setDType(o, 7);
  if (!ranked(0)) {
    const n = freshDim();
    if (!hasAttribute(Attr.axis)) setDim(shaped(0, 1), 0, n);
    for (let o = 1; o < outputs; o++) setDim(shaped(o, 1), 0, o == 2 ? freshDim() : n);
    return 0;
  }
  const rank = rankOf(0);
  let looked = productOf(0, 0, rank);
  let n: i32;
  if (hasAttribute(Attr.axis)) {
    const axis = normalAxis(intAttribute(Attr.axis, 0), rank);
    if (axis < 0) return badAxis(intAttribute(Attr.axis, 0), rank);
    looked = dimOf(0, axis);
    n = freshUpTo(looked);
    setDim(shapeFrom(0, 0), axis, n);
  } else {
    n = freshUpTo(looked);
    setDim(shaped(0, 1), 0, n);
  }
  for (let o = 1; o < outputs; o++) setDim(shaped(o, 1), 0, o == 2 ? looked : n);
  return 0;
}

/** Both outputs: the axis has size k (an attribute in opset 1). */
export function topK(): i32 {
  setDType(1, 7);
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  const axis = normalAxis(intAttribute(Attr.axis, -1), rank);
  if (axis < 0) return badAxis(intAttribute(Attr.axis, -1), rank);
  const k = hasAttribute(Attr.k) ? literal(intAttribute(Attr.k, 0)) : scalarElement(1);
  if (isLiteral(k) && isLiteral(dimOf(0, axis)) && literalOf(k) > literalOf(dimOf(0, axis))) return fail(Wrong.Dims, 0, axis, dimOf(0, axis), k);
  for (let o = 0; o < 2; o++) setDim(shapeFrom(o, 0), axis, k);
  return 0;
}

/** [selected, 3]. */
export function nonMaxSuppression(): i32 {
  const wrong = needRank(0, 3) || needRank(1, 3);
  if (wrong != 0) return wrong;
  const r = shaped(0, 2);
  setDim(r, 0, freshDim());
  setDim(r, 1, 3);
  return 0;
}
