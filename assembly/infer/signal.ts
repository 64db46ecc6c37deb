//! Fourier transforms.

import { MAX_RANK, UNKNOWN, Wrong, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim, isLiteral, literal, literalOf, mayEqual, minus, over, plus } from "./dims";
import { scalarElement } from "./create";
import {
  badAxis, dimOf, elementAt, elementCount, freshShape, hasAttribute, intAttribute, normalAxis, present, rankOf, ranked, setDim, shapeFrom,
  shaped, smallAttribute, version,
} from "./node";

/** n / 2 + 1: what a transform of real numbers keeps. */
export function onesided(n: i32): i32 { return plus(over(n, 2), 1); }

/** The transformed axis (attribute in opset 17, input from 20 on) gets dft_length; the last dim is 2, or 1 for a real result of an inverse onesided one. */
export function dft(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  if (rank < 2) return fail(Wrong.Rank, 0, 2, MAX_RANK, 0);
  const one = smallAttribute(Attr.onesided, 0) != 0, inverse = smallAttribute(Attr.inverse, 0) != 0;
  let axis: i64 = intAttribute(Attr.axis, version < 20 ? 1 : -2);
  if (present(2)) {
    if (elementCount(2) != 1 || elementAt(2, 0) == UNKNOWN || !isLiteral(elementAt(2, 0))) { transformedSomewhere(one, inverse); return 0; }
    axis = literalOf(elementAt(2, 0));
  } else if (!hasAttribute(Attr.axis) && rank == 2) axis = 0;
  const a = normalAxis(axis, rank);
  if (a < 0 || a == rank - 1) return badAxis(axis, rank);
  const r = shapeFrom(0, 0);
  setDim(r, a, transformed(dimOf(0, a), one, inverse));
  setDim(r, rank - 1, one && inverse ? 1 : 2);
  return 0;
}

/** Size of the transformed axis, which is `d` before. */
function transformed(d: i32, one: bool, inverse: bool): i32 {
  const n = present(1) ? scalarElement(1) : d;
  if (one && !inverse) return onesided(n);
  return one && !present(1) ? plus(minus(n, 1), minus(n, 1)) : n;
}
/** The axis is not known: dims that the transform would leave as they are stay. */
function transformedSomewhere(one: bool, inverse: bool): void {
  const rank = rankOf(0);
  const r = shaped(0, rank);
  for (let k = 0; k < rank - 1; k++) setDim(r, k, transformed(dimOf(0, k), one, inverse) == dimOf(0, k) ? dimOf(0, k) : freshDim());
  setDim(r, rank - 1, one && inverse ? 1 : 2);
}

/** [batch, frames, bins, 2]. */
export function stft(): i32 {
  if (!ranked(0)) { freshShape(0, 4); return 0; }
  if (rankOf(0) != 2 && rankOf(0) != 3) return fail(Wrong.Rank, 0, 2, 3, 0);
  if (present(3) && ranked(2) && rankOf(2) == 1 && !mayEqual(scalarElement(3), dimOf(2, 0))) return fail(Wrong.Dims, 2, 0, dimOf(2, 0), scalarElement(3));
  const length = present(3) ? scalarElement(3) : ranked(2) && rankOf(2) == 1 ? dimOf(2, 0) : freshDim();
  const step = scalarElement(1);
  const r = shaped(0, 4);
  setDim(r, 0, dimOf(0, 0));
  const span = minus(dimOf(0, 1), length);
  setDim(r, 1, step == 0 ? freshDim() : plus(over(span, step), 1));
  setDim(r, 2, smallAttribute(Attr.onesided, 1) != 0 ? onesided(length) : length);
  setDim(r, 3, literal(2));
  return 0;
}
