/** @file Every op's lowering: the families merged into one table. */

import { merge } from "../../aten/index.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { conv } from "./conv.ts";
import { convert } from "./convert.ts";
import { creation } from "./creation.ts";
import { linear } from "./linear.ts";
import { norm } from "./norm.ts";
import { pad } from "./pad.ts";
import { pointwise } from "./pointwise.ts";
import { pool } from "./pool.ts";
import { resize } from "./resize.ts";
import { rnn } from "./rnn.ts";
import { symbolic } from "./symbolic.ts";
import type { AnyLowering } from "./table.ts";
import { view } from "./view.ts";

/** The families of lowerings by file name. */
const families: Readonly<Record<string, Readonly<Record<string, AnyLowering>>>> = {
  activation,
  attention,
  conv,
  convert,
  creation,
  linear,
  norm,
  pad,
  pointwise,
  pool,
  resize,
  rnn,
  symbolic,
  view,
};

/** Op → how ONNX says it. */
export const lowerings: ReadonlyMap<string, AnyLowering> = merge(families);
