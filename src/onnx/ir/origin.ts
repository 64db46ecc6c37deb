/** @file Where a node comes from, in words for messages. */

import { parseModuleStack } from "../../module-stack.ts";
import type { Model, OriginRow } from "./graph.ts";

/** Path of the innermost module that a node lies in, "" for the root or where unknown. */
export const modulePath = (row: OriginRow): string => parseModuleStack(row.moduleStack).at(-1)?.path ?? "";

/** `model.ts:41` of the last frame of a stack trace, Python's or ours; "" where unknown. */
export function sourceLine(row: OriginRow): string {
  const frames = [...row.stackTrace.matchAll(/File "([^"]+)", line (\d+)|\(?([^\s()]+\.[cm]?[jt]sx?):(\d+)/g)];
  const last = frames.at(-1);
  if (!last) return "";
  return `${(last[1] ?? last[3] ?? "").split("/").at(-1)}:${last[2] ?? last[4]}`;
}

const packageRoot = /^.*\/(?:site-packages|dist-packages|node_modules|lib\/python[\d.]+)\//;

/** A path that says the same on every machine: from the package folder on, else the file's name; relative paths stay. */
function portablePath(path: string): string {
  const plain = path.replaceAll("\\", "/");
  if (packageRoot.test(plain)) return plain.replace(packageRoot, "");
  return /^(\/|[A-Za-z]:)/.test(plain) ? (plain.split("/").at(-1) ?? plain) : plain;
}

/** A stack trace, Python's or ours, without the folders of the machine that it was made on. */
export const portableTrace = (trace: string): string =>
  trace
    .replaceAll(/File "([^"]+)"/g, (_, path: string) => `File "${portablePath(path)}"`)
    .replaceAll(
      /(^|[\s(])((?:\/|[A-Za-z]:[\\/])[^\s():]+)(:\d+)/g,
      (_, before: string, path: string, line: string) => `${before}${portablePath(path)}${line}`,
    );

/** `aten::linear linear_3 in encoder.layers.0 (model.py:41)`; "" when nothing is known of `origin`. */
export function describeOrigin(model: Model, origin: number): string {
  const row = model.origins[origin];
  if (!row) return "";
  const path = modulePath(row);
  const line = sourceLine(row);
  return `${row.op} ${row.node}${path ? ` in ${path}` : ""}${line ? ` (${line})` : ""}`;
}
