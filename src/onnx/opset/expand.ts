/** @file Ops that a target lacks, said in ops that it has: rows by family. */

import type { Value } from "../ir/graph.ts";
import type { Attributes } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import { activation } from "./expand-activation.ts";
import { attentions } from "./expand-attention.ts";
import { bitwise } from "./expand-bitwise.ts";
import { grids } from "./expand-grid.ts";
import { normalization } from "./expand-normalization.ts";
import { random } from "./expand-random.ts";
import { tensor } from "./expand-tensor.ts";
import { vision } from "./expand-vision.ts";

/**
 * The outputs of an op, in ops that older opsets have. Inputs and attributes are those of its newest form; a row may use newer ops itself,
 * which are expanded in turn. What cannot be said is refused (`op.refuse`).
 */
export type ExpandRow = (op: OpBuilder, inputs: readonly (Value | null)[], attributes: Attributes) => Value | readonly Value[];
export type ExpandTable = { readonly [op: string]: ExpandRow };

/** By op. The rows of an op are asked only where the target lacks it. */
export const expandRows: ExpandTable = {
  ...activation,
  ...attentions,
  ...bitwise,
  ...grids,
  ...normalization,
  ...random,
  ...tensor,
  ...vision,
};
