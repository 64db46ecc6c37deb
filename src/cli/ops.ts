/** @file `torch-onnx ops`: which ops of PyTorch are known, and how they come to ONNX. */

import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { schemaOf } from "../aten/schema.ts";
import { functionalTwin } from "../dispatch.ts";
import { OnnxExporterError } from "../errors.ts";
import { coveragePage, dtypeText, loweringText, meaningText, summary } from "./coverage-page.ts";
import { nearNames } from "./near-names.ts";
import { coreCount, coverage, missing, type OpCoverage, opsetText } from "./op-coverage.ts";
import { reasonOutOfScope } from "./out-of-scope.ts";

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
  if (positionals.length > 0 && (values.missing || values.markdown)) {
    stderr.write(`torch-onnx ops: ${values.missing ? "--missing" : "--markdown"} takes no names\n\n${help}`);
    return 2;
  }
  const ops = (positionals.length === 0 ? coverage() : positionals.flatMap(named)).filter((o) => o.core || !values.core);
  if (values.markdown) stdout.write(coveragePage());
  else if (values.missing) stdout.write(values.json ? json(missingJson(values.core)) : missingText(values.core));
  else if (values.json) stdout.write(json({ core: coreCount(), ops }));
  else stdout.write(table(ops) + (positionals.length === 0 ? `\n${summary().join("\n")}\n` : ""));
  return 0;
}

const json = (x: unknown): string => `${JSON.stringify(x, null, 1)}\n`;

/** The ops that `name` means; in-place ones stand for their functional twins. Throws `aten/no-entry`, `aten/unknown-op`. */
function named(name: string): OpCoverage[] {
  const full = qualified(name);
  const schema = schemaOf(full);
  const wanted = (schema && functionalTwin(schema)) ?? full;
  const found = coverage().filter(({ op }) => op === wanted || op.split(".")[0] === wanted);
  if (found.length > 0) return found;
  if (schema !== null) {
    const why = reasonOutOfScope(schema);
    throw new OnnxExporterError("aten/no-entry", `${full} has no meaning here${why === null ? "" : `: ${why}`}`, `schema: ${schema.text}`);
  }
  const near = nearOps(full);
  throw new OnnxExporterError(
    "aten/unknown-op",
    `${full} is not an operator of PyTorch`,
    near.length === 0 ? "torch-onnx ops lists those that are known" : `near it: ${near.join(", ")}`,
  );
}

/** `relu`, `torch.ops.aten.relu.default` and `aten::relu.default`, as programs print them, are `aten::relu`. */
function qualified(name: string): string {
  const full = name.replace(/^(torch\.ops\.)(\w+)\./, "$2::").replace(/\.default$/, "");
  return full.includes("::") ? full : `aten::${full}`;
}

/** Ops whose name is near that of `full`, in any namespace; the overloads of one where its overload alone is unknown. */
function nearOps(full: string): string[] {
  const base = (op: string): string => op.split(".")[0] as string;
  const known = coverage().map(({ op }) => op);
  const overloads = known.filter((op) => base(op) === base(full));
  if (overloads.length > 0) return overloads;
  const plain = (op: string): string => base(op).slice(op.indexOf("::") + 2);
  const near = nearNames(plain(full), known.map(plain), 5);
  return near.flatMap((name) => [...new Set(known.filter((op) => plain(op) === name).map(base))]);
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

function missingText(coreOnly: boolean): string {
  const { wanted, outOfScope } = missing(coreOnly);
  const excluded = [...outOfScope].map(([reason, ops]) => `  ${String(ops.length).padStart(4)}  ${reason}\n`);
  const scope = excluded.length === 0 ? "" : `\nout of scope\n${excluded.join("")}`;
  return `to do: ${wanted.length} ops\n${wanted.map((op) => `  ${op}\n`).join("")}${scope}`;
}

const missingJson = (coreOnly: boolean): unknown => {
  const { wanted, outOfScope } = missing(coreOnly);
  return { wanted, outOfScope: Object.fromEntries(outOfScope) };
};

export const opsCommand = { help, run };
