/** @file Every op's meaning: the families merged into one table. */

import { internal } from "../errors.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { complexView } from "./complex-view.ts";
import { composed } from "./composed.ts";
import { conv } from "./conv.ts";
import { convert } from "./convert.ts";
import { creation } from "./creation.ts";
import { distance } from "./distance.ts";
import { embeddingBag } from "./embedding-bag.ts";
import { fft } from "./fft.ts";
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
import { loss } from "./loss.ts";
import { norm } from "./norm.ts";
import { pad } from "./pad.ts";
import { pointwise } from "./pointwise.ts";
import { pool } from "./pool.ts";
import { prims } from "./prims.ts";
import { quantized } from "./quantized.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { resize } from "./resize.ts";
import { rnn } from "./rnn.ts";
import { scatter } from "./scatter.ts";
import { search } from "./search.ts";
import { sort } from "./sort.ts";
import { special } from "./special.ts";
import { stack } from "./stack.ts";
import { shortTime } from "./stft.ts";
import { symbolic } from "./symbolic.ts";
import type { Entry } from "./table.ts";
import { view } from "./view.ts";
import { vision } from "./vision.ts";
import { windows } from "./window.ts";

/** The families of ops by file name. */
export const families: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  activation,
  attention,
  complexView,
  composed,
  conv,
  convert,
  creation,
  distance,
  embeddingBag,
  fft,
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
  loss,
  norm,
  pad,
  pointwise,
  pool,
  prims,
  quantized,
  random,
  reduce,
  resize,
  rnn,
  scatter,
  search,
  sort,
  special,
  shortTime,
  stack,
  symbolic,
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
