/** @file Rows of inference tests: "op, input types, attributes → output types" in the IR's text form. */

import { expect } from "vitest";
import { dtypes } from "../../src/dtype.ts";
import { inferModel } from "../../src/onnx/infer.ts";
import { typeText as containerText } from "../../src/onnx/ir/container.ts";
import type { Model, Value } from "../../src/onnx/ir/graph.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { SymEnv, show } from "../../src/symbolic.ts";
import { isAnonymous } from "../../src/symbolic-values.ts";

/**
 * `[inputs, body, outputs, opset]`: body lines end with one whose results are compared; `?` stands for a size that depends on data. Without an
 * opset the newest one is imported.
 */
export type Row = readonly [inputs: string, body: string, outputs: string, opset?: number | undefined];

/** Sizes named here have ranges, as those of torch.export have. */
const ranges: { readonly [name: string]: number } = { N: 0, B: 2, S: 2, C: 2, H: 8, W: 8, K: 1 };

export function typeText(v: Value): string {
  const { type, data, container } = v;
  if (container !== null) return containerText(container).replaceAll(/_dim\d+/g, "?");
  if (type === null) return "none";
  const shape = type.shape === null ? "…" : type.shape.map((d) => (isAnonymous(d) ? "?" : show(d))).join(", ");
  return `${dtypes[type.dtype].suffix}[${shape}]${data === null ? "" : `{${data.map((d) => (isAnonymous(d) ? "?" : show(d))).join(", ")}}`}`;
}

/** Names of the results of the last statement outside bodies. */
export function resultsOf(lines: readonly string[]): string {
  let depth = 0;
  let last = "";
  for (const line of lines) {
    if (depth === 0) last = line.split(" = ")[0] ?? "";
    depth += (line.match(/\{(?=\()/g)?.length ?? 0) - (line.startsWith("}") ? 1 : 0);
  }
  return last.replaceAll(/: \w+\[[^\]]*\]/g, "");
}

/** The model of a row, not inferred yet. */
export function modelOf([inputs, body, , opset]: Row): Model {
  const env = new SymEnv();
  for (const [name, min] of Object.entries(ranges)) env.symbol(name, min);
  const lines = body
    .trim()
    .split("\n")
    .map((l) => l.trim());
  const text = `(${inputs}) -> (${resultsOf(lines)})\n${lines.map((l) => `  ${l}`).join("\n")}\n`;
  return parse(text, opset === undefined ? { env } : { env, opset });
}

/** The types of the last line's results. */
export function inferred(row: Row): string {
  const model = modelOf(row);
  inferModel(model);
  const text = model.graph.outputs.map(typeText).join("; ");
  model.env.free();
  return text;
}

export const expectRow = (row: Row): void => expect(inferred(row)).toBe(row[2]);
/** A row as the title of a test. */
export const titleOf = (row: Row): string => row.join(" | ").replaceAll("\n", "; ");
