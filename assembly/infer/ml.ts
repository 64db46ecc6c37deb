//! ai.onnx.ml: feature transformers and estimators.

import { Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { freshDim, literal, plus } from "./dims";
import { productOf } from "./layout";
import {
  dimOf, dtypeOf, hasAttribute, inputs, intAttribute, intsAt, intsCount, op, outputs, rankOf, ranked, sameShape, setDType, setDim, shapeFrom,
  shaped,
} from "./node";

/** Elementwise; LabelEncoder and CategoryMapper change the dtype as their attributes say (8 is string). */
export function likeInput(): i32 {
  if (op == Op.ml_LabelEncoder) {
    setDType(0, hasAttribute(Attr.values_floats) ? 1 : hasAttribute(Attr.values_int64s) ? 7 : hasAttribute(Attr.values_strings) ? 8 : 0);
  } else if (op == Op.ml_CategoryMapper) setDType(0, dtypeOf(0) == 8 ? 7 : 8);
  return sameShape(0, 0);
}

/** Scores per row: [N, targets]; a vector is one row. */
function perRow(o: i32, columns: i32): void {
  const r = shaped(o, 2);
  setDim(r, 0, ranked(0) ? (rankOf(0) == 2 ? dimOf(0, 0) : rankOf(0) == 1 ? 1 : freshDim()) : freshDim());
  setDim(r, 1, columns);
}
export function regressor(): i32 {
  perRow(0, literal(op == Op.ml_TreeEnsembleRegressor || op == Op.ml_TreeEnsemble ? intAttribute(Attr.n_targets, 1) : intAttribute(Attr.targets, 1)));
  return 0;
}
/** Labels [N] and scores [N, classes]. */
export function classifier(): i32 {
  const ints = max(intsCount(Attr.classlabels_ints), intsCount(Attr.classlabels_int64s));
  setDType(0, ints <= 0 && hasAttribute(Attr.classlabels_strings) ? 8 : 7);
  const r = shaped(0, 1);
  setDim(r, 0, ranked(0) && rankOf(0) == 2 ? dimOf(0, 0) : ranked(0) && rankOf(0) == 1 ? 1 : freshDim());
  if (outputs > 1) perRow(1, ints > 0 ? ints : freshDim());
  return 0;
}
/** As many columns as `Y` names. */
export function featureExtractor(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  if (rank < 1) return fail(Wrong.Rank, 0, 1, 32, 0);
  const r = rank == 1 ? shaped(0, 2) : shapeFrom(0, 0);
  if (rank == 1) setDim(r, 0, 1);
  setDim(r, r.rank - 1, ranked(1) ? productOf(1, 0, rankOf(1)) : freshDim());
  return 0;
}
/** A new last axis with one entry per category. */
export function oneHotEncoder(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), n = intsCount(Attr.cats_int64s);
  const r = shaped(0, rank + 1);
  for (let k = 0; k < rank; k++) setDim(r, k, dimOf(0, k));
  setDim(r, rank, n >= 0 ? n : freshDim());
  return 0;
}
/** [N, sum of the inputs' widths]. */
export function featureVectorizer(): i32 {
  if (intsCount(Attr.inputdimensions) != inputs) { perRow(0, freshDim()); return 0; }
  let n = 0;
  for (let k = 0; k < inputs; k++) n = plus(n, literal(intsAt(Attr.inputdimensions, k)));
  perRow(0, n);
  return 0;
}
