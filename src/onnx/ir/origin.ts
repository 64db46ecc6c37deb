/** @file Where a node comes from, in words for messages. */

import type { Model, OriginRow } from "./graph.ts";

/** Path of the innermost module of an FX module stack (`key,path,type` entries joined by `;`), "" for the root or where unknown. */
export function modulePath(row: OriginRow): string {
  const innermost = row.moduleStack.split(";").at(-1) ?? "";
  const [, path = ""] = innermost.split(",");
  return path.replace(/^L\['self'\]\.?/, "").replace(/^self\.?/, "");
}

/** `model.ts:41` of the last frame of a stack trace, Python's or ours; "" where unknown. */
export function sourceLine(row: OriginRow): string {
  const frames = [...row.stackTrace.matchAll(/File "([^"]+)", line (\d+)|\(?([^\s()]+\.[cm]?[jt]sx?):(\d+)/g)];
  const last = frames.at(-1);
  if (!last) return "";
  return `${(last[1] ?? last[3] ?? "").split("/").at(-1)}:${last[2] ?? last[4]}`;
}

/** `aten::linear linear_3 in encoder.layers.0 (model.py:41)`; "" when nothing is known of `origin`. */
export function describeOrigin(model: Model, origin: number): string {
  const row = model.origins[origin];
  if (!row) return "";
  const path = modulePath(row);
  const line = sourceLine(row);
  return `${row.op} ${row.node}${path ? ` in ${path}` : ""}${line ? ` (${line})` : ""}`;
}
