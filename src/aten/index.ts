/** @file Every op's meaning: the families merged into one table. */

import { internal } from "../errors.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { backwardConv } from "./backward-conv.ts";
import { backwardIndexing } from "./backward-indexing.ts";
import { backwardNorm } from "./backward-norm.ts";
import { backwardPointwise } from "./backward-pointwise.ts";
import { backwardPool } from "./backward-pool.ts";
import { backwardResample } from "./backward-resample.ts";
import { bessel } from "./bessel.ts";
import { comparison } from "./comparison.ts";
import { complexView } from "./complex-view.ts";
import { composed } from "./composed.ts";
import { conv } from "./conv.ts";
import { convert } from "./convert.ts";
import { creation } from "./creation.ts";
import { distance } from "./distance.ts";
import { dropout } from "./dropout.ts";
import { embeddingBag } from "./embedding-bag.ts";
import { fakeQuantize } from "./fake-quantize.ts";
import { fft } from "./fft.ts";
import { floatParts } from "./float-parts.ts";
import { foreach } from "./foreach.ts";
import { fractionalPool } from "./fractional-pool.ts";
import { histogram } from "./histogram.ts";
import { indexing } from "./indexing.ts";
import { join } from "./join.ts";
import { linalg } from "./linalg.ts";
import { linalgComposed } from "./linalg-composed.ts";
import { linalgEig } from "./linalg-eig.ts";
import { linalgEigh } from "./linalg-eigh.ts";
import { linalgLdl } from "./linalg-ldl.ts";
import { linalgLu } from "./linalg-lu.ts";
import { linalgNorms } from "./linalg-norm.ts";
import { linalgQr } from "./linalg-qr.ts";
import { linalgRank } from "./linalg-rank.ts";
import { linalgSvd } from "./linalg-svd.ts";
import { linalgTriangular } from "./linalg-triangular.ts";
import { linear } from "./linear.ts";
import { linearCrossEntropy } from "./linear-cross-entropy.ts";
import { loss } from "./loss.ts";
import { norm } from "./norm.ts";
import { pad } from "./pad.ts";
import { pointwise } from "./pointwise.ts";
import { polynomial } from "./polynomial.ts";
import { pool } from "./pool.ts";
import { prims } from "./prims.ts";
import { primsShape } from "./prims-shape.ts";
import { quantized } from "./quantized.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { regionPool } from "./region-pool.ts";
import { resize } from "./resize.ts";
import { resizeStorage } from "./resize-storage.ts";
import { rnn } from "./rnn.ts";
import { scatter } from "./scatter.ts";
import { search } from "./search.ts";
import { secondNames } from "./second-names.ts";
import { sort } from "./sort.ts";
import { special } from "./special.ts";
import { stack } from "./stack.ts";
import { statistics } from "./statistics.ts";
import { shortTime } from "./stft.ts";
import { symbolic } from "./symbolic.ts";
import type { Entry } from "./table.ts";
import { torchao } from "./torchao.ts";
import { view } from "./view.ts";
import { vision } from "./vision.ts";
import { windows } from "./window.ts";

/** The families of ops by file name. */
export const families: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  activation,
  attention,
  bessel,
  comparison,
  backwardConv,
  backwardIndexing,
  backwardNorm,
  backwardResample,
  backwardPool,
  backwardPointwise,
  complexView,
  composed,
  conv,
  convert,
  creation,
  distance,
  dropout,
  embeddingBag,
  fakeQuantize,
  fft,
  floatParts,
  foreach,
  fractionalPool,
  histogram,
  indexing,
  join,
  linalgNorms,
  linalgComposed,
  linalgEig,
  linalgEigh,
  linalgLdl,
  linalgLu,
  linalgQr,
  linalgRank,
  linalgSvd,
  linalgTriangular,
  linalg,
  linear,
  linearCrossEntropy,
  loss,
  norm,
  pad,
  pointwise,
  polynomial,
  pool,
  prims,
  primsShape,
  quantized,
  random,
  reduce,
  regionPool,
  resizeStorage,
  resize,
  rnn,
  scatter,
  search,
  secondNames,
  sort,
  special,
  shortTime,
  stack,
  statistics,
  symbolic,
  torchao,
  view,
  windows,
  vision,
};

/** One table of several; an op that two families claim is our error. */
export function merge<E>(parts: Readonly<Record<string, Readonly<Record<string, E>>>>): ReadonlyMap<string, E> {
  const all = new Map<string, E>();
  for (const [family, table] of Object.entries(parts)) {
    for (const [op, entry] of Object.entries(table)) {
      if (all.has(op)) internal(`${op} has a second entry in ${family}`);
      all.set(op, entry);
    }
  }
  return all;
}

/** Op → what it means. */
export const aten: ReadonlyMap<string, Entry> = merge(families);
