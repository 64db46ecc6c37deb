/** @file The report of an export as Markdown, and the file that it is written to. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OnnxExporterError } from "../../errors.ts";
import type { ExportedProgram } from "../../export/exported-program.ts";
import type { ONNXProgram } from "../program.ts";
import type { Verification } from "../verify/verify.ts";
import type { ExportReport } from "./report.ts";

/** How far an export came, as in the names of torch.onnx's reports. */
export type Stage = "pt_export" | "conversion" | "checker" | "runtime" | "accuracy" | "success";

const steps: readonly (readonly [stage: Stage, step: string])[] = [
  ["pt_export", "Obtain model graph with `torch.export.export`"],
  ["conversion", "Translate the graph into ONNX"],
  ["checker", "Check the model against ONNX's rules"],
  ["runtime", "Execute the model with ONNX Runtime"],
  ["accuracy", "Validate the outputs against the captured program"],
];

/** What a report is about: as much as the export got to. */
export interface Exported {
  readonly captured: ExportedProgram | null;
  readonly program: ONNXProgram | null;
  readonly error: unknown;
}

/**
 * Writes `onnx_export_<date>_<stage>.md` into `folder`, which is made, and gives its path (torch: `report=True`, `artifacts_dir`).
 * Throws `export/report` where that cannot be done.
 */
export function writeReport(folder: string, exported: Exported, now: Date = new Date()): string {
  const time = now.toISOString().replace("T", "_").replaceAll(":", "-").replace(".", "-").replace("Z", "000");
  const path = join(folder, `onnx_export_${time}_${stageOf(exported)}.md`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, markdownOf(exported));
  } catch (cause) {
    throw new OnnxExporterError("export/report", `cannot write ${path}: ${(cause as Error).message}`, "choose another artifacts_dir", {
      cause,
    });
  }
  return path;
}

export function stageOf({ captured, program, error }: Exported): Stage {
  if (error !== null) {
    if (captured === null) return "pt_export";
    const code = error instanceof OnnxExporterError ? error.code : "";
    return /^(check|spell)\//.test(code) ? "checker" : code.startsWith("runtime/") ? "runtime" : "conversion";
  }
  return program?.verification?.verdict === "mismatch" ? "accuracy" : "success";
}

export function markdownOf(exported: Exported): string {
  const { captured, program, error } = exported;
  const parts = [
    `# PyTorch ONNX Conversion ${error === null ? "" : "Error "}Report`,
    checklist(exported),
    ...(error === null ? [] : ["## Error messages", fenced(error instanceof Error ? error.message : String(error))]),
    ...(program?.report ? ["## What was kept, fixed and left out", sections(program.report)] : []),
    ...(program?.verification ? ["## Verification results", verification(program.verification)] : []),
    ...(captured ? ["## Exported program", fenced(String(captured), "python")] : []),
    ...(program ? ["## ONNX model", fenced(String(program))] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** ✅ done, ❌ where it failed, ⚪ not run. */
function checklist(exported: Exported): string {
  const stage = stageOf(exported);
  const verified = exported.program?.verification ?? null;
  const ran = verified !== null && verified.outputs.length > 0;
  const failed = steps.findIndex(([s]) => s === stage);
  const marks = steps.map(([s, step], i) => {
    if (failed >= 0 && i === failed) return `❌ ${step}`;
    const done = s === "runtime" || s === "accuracy" ? ran && (failed < 0 || i < failed) : failed < 0 || i < failed;
    return `${done ? "✅" : "⚪"} ${step}`;
  });
  return fenced(marks.join("\n"));
}

const fenced = (text: string, language = ""): string => `\`\`\`${language}\n${text.replaceAll("```", "` ` `").trimEnd()}\n\`\`\``;

const list = (lines: readonly string[], none: string): string => (lines.length === 0 ? none : lines.map((l) => `- ${l}`).join("\n"));

function sections(r: ExportReport): string {
  const checks = r.checked_at_run_time
    ? "the model checks these when it runs"
    : "metadata only: runtime_checks: true makes the model check them";
  const calls = (rows: readonly { op: string; count: number; first: string }[]): string[] =>
    rows.map((c) => `\`${c.op}\`, ${c.count} ${c.count === 1 ? "node" : "nodes"}, first in ${c.first}`);
  const parts: readonly (readonly [title: string, lines: readonly string[], none: string])[] = [
    ["Dynamic sizes", r.ranges.map((s) => `\`${s.size}\`: ${s.min ?? "any"} to ${s.max ?? "any"}`), "All sizes are fixed."],
    [`Guards (${checks})`, r.guards.map((g) => `\`${g}\``), "None."],
    [`Assertions (${checks})`, r.assertions.map((a) => `${a.text} (${a.first})`), "None."],
    ["Fixed at capture", r.fixed.map((f) => `\`${f.input}\`: ${f.what}`), "Nothing."],
    [
      "Written buffers and inputs",
      r.mutations.map((m) => `\`${m.name}\` (${m.kind}): ${m.output === null ? "**not returned**" : `returned as \`${m.output}\``}`),
      "None.",
    ],
    ["Side effects left out", calls(r.removed), "None."],
    ["Custom ops", r.custom_ops.map((c, i) => `${calls(r.custom_ops)[i]}: written as ${c.form}`), "None."],
    ["Random ops (the runtime draws other numbers than PyTorch)", calls(r.random), "None."],
    ["Without a kernel in the runtime", r.without_kernel, "None."],
  ];
  return parts.map(([title, lines, none]) => `### ${title}\n\n${list(lines, none)}`).join("\n\n");
}

function verification(v: Verification): string {
  const rows = v.outputs.map(
    (o) =>
      `| ${o.name} | ${o.actual_dtype}[${o.actual_shape.join(", ")}] | ${o.max_abs_diff.toExponential(1)} | ${o.max_rel_diff.toExponential(1)} | ${o.problem ?? ""} |`,
  );
  const table = ["| output | type | largest difference | relative | problem |", "|---|---|---|---|---|", ...rows].join("\n");
  const verdict = `**${v.verdict}** (witness: ${v.witness}, inputs: ${v.inputs})${v.reason === null ? "" : `: ${v.reason}`}`;
  return rows.length === 0 ? verdict : `${verdict}\n\n${table}`;
}
