//! Ops on strings, and decoding of images.

import { MAX_RANK, Wrong, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim, literal } from "./dims";
import { stringLength, dimOf, intsAt, intsCount, rankOf, ranked, sameShape, setDim, shapeFrom, shaped } from "./node";

/** [height, width, channels]: "Grayscale" has 9 letters and one channel. */
export function imageDecoder(): i32 {
  const r = shaped(0, 3);
  setDim(r, 0, freshDim());
  setDim(r, 1, freshDim());
  setDim(r, 2, stringLength(Attr.pixel_format) == 9 ? 1 : 3);
  return 0;
}

/** Stop words go, so the last dim depends on the strings. */
export function stringNormalizer(): i32 {
  if (!ranked(0)) return 0;
  const r = shapeFrom(0, 0);
  if (rankOf(0) > 0) setDim(r, rankOf(0) - 1, freshDim());
  return 0;
}

/** Substrings along a new last axis, and how many there are. */
export function stringSplit(): i32 {
  const wrong = sameShape(1, 0);
  if (wrong != 0 || !ranked(0)) return wrong;
  const rank = rankOf(0);
  const r = shaped(0, rank + 1);
  for (let k = 0; k < rank; k++) setDim(r, k, dimOf(0, k));
  setDim(r, rank, freshDim());
  return 0;
}

/** The last dim becomes the greatest of ngram_indexes + 1. */
export function tfIdf(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  if (rank != 1 && rank != 2) return fail(Wrong.Rank, 0, 1, min(2, MAX_RANK), 0);
  let top: i64 = -1;
  for (let k = 0; k < intsCount(Attr.ngram_indexes); k++) top = max(top, intsAt(Attr.ngram_indexes, k));
  const r = shapeFrom(0, 0);
  setDim(r, rank - 1, literal(top + 1));
  return 0;
}
