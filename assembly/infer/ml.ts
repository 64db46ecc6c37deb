//! ai.onnx.ml: feature transformers and estimators.

import { MAP, MAPS, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { freshDim, literal, plus } from "./dims";
import { productOf } from "./layout";
import {
  charAt, dimOf, dtypeOf, hasAttribute, input, inputs, intAttribute, intsAt, intsCount, op, output, outputs, present, rankOf, ranked, sameShape,
  setDType, setDim, shapeFrom, shaped, stringsCount,
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
  const ints = max(intsCount(Attr.classlabels_ints), intsCount(Attr.classlabels_int64s)), names = stringsCount(Attr.classlabels_strings);
  const classes = ints > 0 ? ints : names > 0 ? names : freshDim();
  setDType(0, ints <= 0 && hasAttribute(Attr.classlabels_strings) ? 8 : 7);
  const r = shaped(0, 1);
  setDim(r, 0, ranked(0) && rankOf(0) == 2 ? dimOf(0, 0) : ranked(0) && rankOf(0) == 1 ? 1 : freshDim());
  if (outputs > 1) perRow(1, classes);
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
  const rank = rankOf(0), n = max(intsCount(Attr.cats_int64s), stringsCount(Attr.cats_strings));
  const r = shaped(0, rank + 1);
  for (let k = 0; k < rank; k++) setDim(r, k, dimOf(0, k));
  setDim(r, rank, n >= 0 ? n : freshDim());
  return 0;
}
/** Scores as a sequence of maps, from names or numbers of classes. */
export function zipMap(): i32 {
  const r = output(0);
  r.kind = MAPS;
  r.dtype = 1;
  r.count = hasAttribute(Attr.classlabels_strings) ? 8 : 7;
  return 0;
}
/** A map's values as one row; those of a dense map are as many as it has. */
export function castMap(): i32 {
  const letter = charAt(Attr.cast_to, 3); // TO_FLOAT, TO_INT64, TO_STRING
  setDType(0, letter == 73 ? 7 : letter == 83 ? 8 : 1);
  const sparse = charAt(Attr.map_form, 0) == 83; // SPARSE
  const r = shaped(0, 2);
  setDim(r, 0, 1);
  setDim(r, 1, sparse ? literal(intAttribute(Attr.max_map, 1)) : freshDim());
  return 0;
}
/** A map as a row with a column per word. */
export function dictVectorizer(): i32 {
  const n = max(intsCount(Attr.int64_vocabulary), stringsCount(Attr.string_vocabulary));
  if (present(0) && input(0).kind == MAP) setDType(0, input(0).dtype);
  const r = shaped(0, 2);
  setDim(r, 0, 1);
  setDim(r, 1, n >= 0 ? n : freshDim());
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
