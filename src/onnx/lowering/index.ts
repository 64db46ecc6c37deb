/** @file Every op's lowering: the families merged into one table. */

import { merge } from "../../aten/index.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { complexView } from "./complex-view.ts";
import { conv } from "./conv.ts";
import { convert } from "./convert.ts";
import { creation } from "./creation.ts";
import { dropout } from "./dropout.ts";
import { embeddingBag } from "./embedding-bag.ts";
import { fft } from "./fft.ts";
import { incompleteGamma } from "./incomplete-gamma.ts";
import { indexing } from "./indexing.ts";
import { join } from "./join.ts";
import { linalg } from "./linalg.ts";
import { linear } from "./linear.ts";
import { norm } from "./norm.ts";
import { pad } from "./pad.ts";
import { pointwise } from "./pointwise.ts";
import { pool } from "./pool.ts";
import { quantized } from "./quantized.ts";
import { random } from "./random.ts";
import { recurrence } from "./recurrence.ts";
import { reduce } from "./reduce.ts";
import { resize } from "./resize.ts";
import { rnn } from "./rnn.ts";
import { sampling } from "./sampling.ts";
import { scatter } from "./scatter.ts";
import { search } from "./search.ts";
import { sort } from "./sort.ts";
import { special } from "./special.ts";
import { symbolic } from "./symbolic.ts";
import type { AnyLowering } from "./table.ts";
import { torchao } from "./torchao.ts";
import { view } from "./view.ts";
import { vision } from "./vision.ts";

/** The families of lowerings by file name. */
const families: Readonly<Record<string, Readonly<Record<string, AnyLowering>>>> = {
  activation,
  attention,
  complexView,
  conv,
  convert,
  creation,
  dropout,
  embeddingBag,
  fft,
  incompleteGamma,
  indexing,
  join,
  linalg,
  linear,
  norm,
  pad,
  pointwise,
  pool,
  quantized,
  random,
  recurrence,
  reduce,
  resize,
  rnn,
  sampling,
  scatter,
  search,
  sort,
  special,
  symbolic,
  torchao,
  view,
  vision,
};

/** Op → how ONNX says it. */
export const lowerings: ReadonlyMap<string, AnyLowering> = merge(families);
