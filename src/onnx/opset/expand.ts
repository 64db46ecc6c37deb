/** @file Ops that a target lacks, said in ops that it has: rows by family. */

import type { Value } from "../ir/graph.ts";
import type { Attributes } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";

/**
 * The outputs of an op, in ops that older opsets have. Inputs and attributes are those of its newest form; a row may use newer ops itself,
 * which are expanded in turn. What cannot be said is refused (`op.refuse`).
 */
export type ExpandRow = (op: OpBuilder, inputs: readonly (Value | null)[], attributes: Attributes) => Value | readonly Value[];
export type ExpandTable = { readonly [op: string]: ExpandRow };

export const expandRows: ExpandTable = {};
