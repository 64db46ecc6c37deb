/** @file Laws of ScatterND: what is written everywhere is all that is left. */

import { equal } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { elementsOf } from "../opset/literal.ts";
import { p, type Rule, rule, variable } from "./rule.ts";

const x = variable("x");
const indices = variable("i");
const updates = variable("u");

/** Rows up to which constant indices are looked into. */
const LONGEST = 8192;

const counts = (source: Value["source"], rows: number): boolean =>
  source?.materialized === true &&
  source.shape.length === 2 &&
  source.shape[0] === rows &&
  source.shape[1] === 1 &&
  rows <= LONGEST &&
  elementsOf(source).every((e, i) => Number(e) === i);

/** The Range from 0 by 1 whose numbers, each in a row of its own, are `v`; null for anything else. */
function rangeBehind(v: Value): Node | null {
  const column = v.producer;
  const [row] = column?.inputs ?? [];
  const range = row?.producer;
  if (!column || !["Unsqueeze", "Reshape"].includes(column.op) || range?.op !== "Range") return null;
  const [start, , delta] = range.inputs;
  const flat = v.type?.shape;
  if (flat?.length !== 2 || flat[1] !== 1 || row?.rank !== 1) return null;
  return start?.data?.[0] === 0 && delta?.data?.[0] === 1 ? range : null;
}

export const scatter: readonly Rule[] = [
  rule("ScatterND(x, all rows, u) -> u", p.ScatterND(x, indices, updates), updates, (m) => {
    if (m.root.string("reduction", "none") !== "none") return "updates are added to what is there";
    const [rows] = m.value(x).type?.shape ?? [];
    if (rows === undefined) return "unknown rank";
    const at = m.value(indices);
    if (typeof rows === "number" && counts(m.held(at), rows)) return null;
    const limit = rangeBehind(at)?.inputs[1]?.data?.[0];
    return limit !== undefined && equal(limit, rows) ? null : "the indices are not 0, 1, 2, … to the last row";
  }),
];
