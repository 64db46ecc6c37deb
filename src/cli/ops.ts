/** @file `torch-onnx ops`: which ops of PyTorch are known, and how they come to ONNX. */

import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { schemaOf } from "../aten/schema.ts";
import { functionalTwin } from "../dispatch.ts";
import { OnnxExporterError } from "../errors.ts";
import { coveragePage, dtypeText, loweringText, meaningText, summary } from "./coverage-page.ts";
import { coreCount, coverage, missing, type OpCoverage, opsetText } from "./op-coverage.ts";

const help = `torch-onnx ops [NAME…] [options]

Lists ops of PyTorch: their meaning, their lowering, the dtypes of the rows that PyTorch answered. NAME is an op or all of its overloads:
aten::add.Tensor, aten::add, add.

  --core       only the Core ATen set
  --missing    what has no meaning: the to-do list, and the ops that no program to be converted has, by reason
  --json       as JSON
  --markdown   the page docs/coverage.md

Exit code: 0 printed, 1 no such op, 2 wrong usage
`;

const options = {
  core: { type: "boolean", default: false },
  missing: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const all = coverage().filter((o) => o.core || !values.core);
  const ops = positionals.length === 0 ? all : positionals.flatMap((name) => named(name, all));
  if (values.markdown) stdout.write(coveragePage());
  else if (values.missing) stdout.write(values.json ? json(missingJson()) : missingText());
  else if (values.json) stdout.write(json({ core: coreCount(), ops }));
  else stdout.write(table(ops) + (positionals.length === 0 ? `\n${summary().join("\n")}\n` : ""));
  return 0;
}

const json = (x: unknown): string => `${JSON.stringify(x, null, 1)}\n`;

/** The ops that `name` means; in-place ones stand for their functional twins. Throws `aten/no-entry`, `aten/unknown-op`. */
function named(name: string, ops: readonly OpCoverage[]): OpCoverage[] {
  const full = name.includes("::") ? name : `aten::${name}`;
  const schema = schemaOf(full);
  const wanted = (schema && functionalTwin(schema)) ?? full;
  const found = ops.filter(({ op }) => op === wanted || op.split(".")[0] === wanted);
  if (found.length > 0) return found;
  if (schema !== null) throw new OnnxExporterError("aten/no-entry", `${full} has no meaning here`, `schema: ${schema.text}`);
  throw new OnnxExporterError(
    "aten/unknown-op",
    `${full} is not an operator of PyTorch, or not one that was asked for`,
    "torch-onnx ops lists those that are known",
  );
}

/** Columns as wide as their widest cell. */
function table(ops: readonly OpCoverage[]): string {
  const cells = ops.map((o) => [o.op, meaningText(o), loweringText(o), opsetText(o.recorded.opsets), dtypeText(o.recorded.dtypes)]);
  const rows = [["op", "meaning", "lowering", "opsets", "dtypes"], ...cells];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((r) => (r[i] as string).length)));
  return rows
    .map((r) => `${r.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd())
    .join("\n")
    .concat("\n");
}

function missingText(): string {
  const { wanted, outOfScope } = missing();
  const excluded = [...outOfScope].map(([reason, ops]) => `  ${String(ops.length).padStart(4)}  ${reason}\n`);
  return `to do: ${wanted.length} ops\n${wanted.map((op) => `  ${op}\n`).join("")}\nout of scope\n${excluded.join("")}`;
}

const missingJson = (): unknown => {
  const { wanted, outOfScope } = missing();
  return { wanted, outOfScope: Object.fromEntries(outOfScope) };
};

export const opsCommand = { help, run };
