/** @file `torch-onnx inspect`: what a file holds, without running anything. */

import { closeSync, openSync, readSync } from "node:fs";
import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { dtypes } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import { load } from "../export/load.ts";
import type { Model } from "../onnx/ir/graph.ts";
import { print } from "../onnx/ir/text.ts";
import { readModel } from "../onnx/proto/read.ts";
import { type Shape, show } from "../symbolic.ts";
import { readSafetensors } from "../weights/safetensors.ts";
import type { TensorSource } from "../weights/source.ts";
import { filesOf } from "./files.ts";

const help = `torch-onnx inspect FILE [options]

Shows the signature, dims, ops and weights of a .pt2, .onnx or .safetensors file. Nothing in the file is run.

  --weights   every weight, not only their sum
  --graph     the whole graph as text

Exit code: 0 shown, 1 the file cannot be read, 2 wrong usage
`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { weights: { type: "boolean" }, graph: { type: "boolean" } },
    allowPositionals: true,
  });
  const files = filesOf("inspect", positionals, 1, 1, help);
  if (files === null) return 2;
  const [file] = files as [string];
  const options = { weights: values.weights ?? false, graph: values.graph ?? false };
  const kind = kindOf(file);
  if (kind === "pt2") stdout.write(aboutProgram(await load(file), options));
  else if (kind === "safetensors") stdout.write(aboutWeights([...readSafetensors(file).tensors], options.weights));
  else stdout.write(aboutModel(readModel(file), options));
  return 0;
}

/** By content: a zip is a .pt2, a safetensors file begins with the length of its JSON header, the rest is ONNX. */
function kindOf(file: string): "pt2" | "safetensors" | "onnx" {
  const head = Buffer.alloc(9);
  try {
    const fd = openSync(file, "r");
    try {
      readSync(fd, head, 0, 9, 0);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw new OnnxExporterError("inspect/open", `${file}: ${(cause as Error).message}`, "check the path", { cause });
  }
  if (head.toString("latin1", 0, 2) === "PK") return "pt2";
  return head[8] === 0x7b && head.readBigUInt64LE(0) < 1n << 32n ? "safetensors" : "onnx";
}

interface Options {
  readonly weights: boolean;
  readonly graph: boolean;
}

const typeText = (dtype: keyof typeof dtypes, shape: Shape | null): string =>
  `${dtypes[dtype].suffix}[${shape === null ? "…" : shape.map(show).join(", ")}]`;

function aboutProgram(program: ExportedProgram, options: Options): string {
  if (options.graph) return `${program}\n`;
  const inputs = program.signature.inputs.flatMap(({ kind, value, name }) => {
    if (kind !== "user_input" || value === null) return [];
    return [`  ${name}: ${value.type.kind === "tensor" ? typeText(value.type.dtype, value.type.shape) : value.type.kind}`];
  });
  const outputs = program.signature.outputs.flatMap(({ kind, arg }) => {
    if (kind !== "user_output") return [];
    const value = typeof arg === "object" && arg !== null && "type" in arg ? (arg as { name: string; type: { kind: string } }) : null;
    return [value === null ? `  ${String(arg)}` : `  ${value.name}`];
  });
  const ranges = [...program.range_constraints].map(([name, { min, max }]) => `  ${name}: ${min ?? "-∞"} to ${max ?? "∞"}`);
  return [
    `ExportedProgram of PyTorch ${program.torch_version}, ${program.graph.nodes.length} nodes`,
    section("inputs", inputs),
    section("outputs", outputs),
    section("dims", ranges),
    section(
      "guards",
      program.guards.map((g) => `  ${g}`),
    ),
    section("ops", counted(program.graph.nodes.map((n) => n.op))),
    aboutWeights([...program.weights, ...program.constants], options.weights),
  ].join("");
}

function aboutModel(model: Model, options: Options): string {
  const { graph } = model;
  if (options.graph) return `${print(model)}\n`;
  const imports = [...model.opset_import].map(([domain, version]) => `${domain || "ai.onnx"} ${version}`).join(", ");
  const value = (v: { name: string | null; type: { dtype: keyof typeof dtypes; shape: Shape | null } | null }) =>
    `  ${v.name}: ${v.type === null ? "?" : typeText(v.type.dtype, v.type.shape)}`;
  const weights = [...graph.initializers].flatMap((v): [string, TensorSource][] => (v.source ? [[v.name ?? "", v.source]] : []));
  return [
    `ONNX model, IR version ${model.ir_version}, opset ${imports}, by ${model.producer_name} ${model.producer_version}, ${graph.size} nodes`,
    section("inputs", graph.inputs.map(value)),
    section("outputs", graph.outputs.map(value)),
    section("ops", counted([...graph.nodes()].map((n) => (n.domain === "" ? n.op : `${n.domain}::${n.op}`)))),
    aboutWeights(weights, options.weights),
  ].join("");
}

function aboutWeights(weights: readonly (readonly [string, TensorSource])[], all: boolean): string {
  const bytes = weights.reduce((n, [, w]) => n + w.nbytes, 0);
  const rows = weights.map(([name, w]) => `  ${name}: ${typeText(w.dtype, w.shape)}`);
  return section(`weights: ${weights.length} tensors, ${bytes.toLocaleString("en-US")} bytes`, all ? rows : [], true);
}

const section = (title: string, rows: readonly string[], always = false): string =>
  rows.length === 0 && !always ? "" : `\n${title}\n${rows.map((r) => `${r}\n`).join("")}`;

/** Ops by how often they occur. */
function counted(ops: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const op of ops) count.set(op, (count.get(op) ?? 0) + 1);
  return [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([op, n]) => `  ${String(n).padStart(5)}  ${op}`);
}

export const inspectCommand = { help, run };
