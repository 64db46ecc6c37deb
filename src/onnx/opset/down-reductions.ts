/** @file Reductions before opset 18: axes are an attribute, and without axes everything is reduced. */

import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";
import type { DownRow, DownTable } from "./down.ts";
import { knownInput, withInputs, without } from "./down-node.ts";

/** What a reduction makes of each element when it reduces nothing. */
const ofElements: { readonly [op: string]: (op: OpBuilder, x: Value) => Value } = {
  ReduceL1: (op, x) => op.Abs(x),
  ReduceL2: (op, x) => op.Abs(x),
  ReduceLogSum: (op, x) => op.Log(x),
  ReduceLogSumExp: (op, x) => op.Identity(x),
  ReduceMax: (op, x) => op.Identity(x),
  ReduceMean: (op, x) => op.Identity(x),
  ReduceMin: (op, x) => op.Identity(x),
  ReduceProd: (op, x) => op.Identity(x),
  ReduceSumSquare: (op, x) => op.Mul(x, x),
};

function spell(node: Node, op: OpBuilder): Node | readonly Value[] {
  const axes = knownInput(node, op, 1, "axes", 18);
  const noop = node.int("noop_with_empty_axes", 0) === 1;
  const x = node.inputs[0] as Value;
  if ((axes === null || axes.length === 0) && noop) {
    const of = ofElements[node.op];
    if (of) return [of(op, x)];
  }
  const some = axes !== null && axes.length > 0;
  return withInputs(without(node, "noop_with_empty_axes"), [x], some ? { axes: { kind: "ints", value: axes } } : {});
}

const rows: readonly DownRow[] = [{ below: 18, spell }];
export const reductions: DownTable = Object.fromEntries(Object.keys(ofElements).map((op) => [op, rows]));
