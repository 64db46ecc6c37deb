/** @file Older forms of ops: how a node in its newest form is written for an older opset. Rows by family. */

import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";
import { arrangement } from "./down-arrangement.ts";
import { numeric } from "./down-numeric.ts";
import { reductions } from "./down-reductions.ts";

/** One change of an op's form. */
export interface DownRow {
  /** The opset that brought the newer form: the row is for targets below it. */
  readonly below: number;
  /**
   * Writes `node` in the older form: the node that took its place (or itself), or the values that stand for its outputs. New nodes come from
   * `op`, right before `node`, in newest forms. What the older form cannot say is refused.
   */
  readonly spell: (node: Node, op: OpBuilder) => Node | readonly Value[];
}
/** Rows of an op, newest change first. */
export type DownTable = { readonly [op: string]: readonly DownRow[] };

export const downRows: DownTable = { ...reductions, ...arrangement, ...numeric };
