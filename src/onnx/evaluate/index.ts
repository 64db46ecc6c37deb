/** @file Every op's evaluator: the families merged into one table. */

import { internal } from "../../errors.ts";
import type { Node } from "../ir/graph.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { casts } from "./cast.ts";
import { contrib } from "./contrib/index.ts";
import { control } from "./control.ts";
import { conv } from "./conv.ts";
import { creation } from "./creation.ts";
import { elementwise } from "./elementwise.ts";
import { image } from "./image.ts";
import { imageDecoder } from "./image-decoder/index.ts";
import { indexing } from "./indexing.ts";
import { layout } from "./layout.ts";
import { linear } from "./linear.ts";
import { loss } from "./loss.ts";
import { ml } from "./ml/index.ts";
import { norm } from "./norm.ts";
import { pool } from "./pool.ts";
import { quantize } from "./quantize.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { rnn } from "./rnn.ts";
import { sequence } from "./sequence.ts";
import { signal } from "./signal.ts";
import type { Evaluate, EvaluateTable } from "./table.ts";
import { text } from "./text.ts";
import { training } from "./training.ts";

/** The families by file name. */
const families: Readonly<Record<string, EvaluateTable>> = {
  activation,
  attention,
  cast: casts,
  control,
  ...contrib,
  conv,
  creation,
  elementwise,
  image,
  imageDecoder,
  indexing,
  layout,
  linear,
  loss,
  ...ml,
  norm,
  pool,
  quantize,
  random,
  reduce,
  rnn,
  sequence,
  signal,
  text,
  training,
};

const evaluators = new Map<string, Evaluate>();
for (const [family, table] of Object.entries(families)) {
  for (const [op, evaluate] of Object.entries(table)) {
    if (evaluators.has(op)) internal(`${op} of evaluate/${family}.ts is in another family too`);
    evaluators.set(op, evaluate);
  }
}

/** The key of an op in the tables. */
const keyOf = (domain: string, op: string): string => (domain === "" || domain === "ai.onnx" ? op : `${domain}::${op}`);

/** How `node` computes; undefined where that is not known. */
export const evaluatorOf = (node: Node): Evaluate | undefined => evaluators.get(keyOf(node.domain, node.op));

/** Ops that have an evaluator. */
export const evaluatedOps = (): Iterable<string> => evaluators.keys();
