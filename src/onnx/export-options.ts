/** @file What torch.onnx.export can be asked for. */

import { OnnxExporterError } from "../errors.ts";
import type { DynamicShapes } from "../export/dim.ts";
import type { Module } from "../nn/module.ts";
import type { Chosen } from "../normalize/outline.ts";
import type { TranslationTable } from "./lower.ts";
import { type CustomOpForms, formOf } from "./lowering/custom-op.ts";
import type { AnyLowering } from "./lowering/table.ts";
import type { Choices } from "./report/report.ts";
import type { Target } from "./target.ts";

/** A class of modules: its name, qualified (`"torch.nn.modules.linear.Linear"`) or not, or itself. */
export type ModuleClass = string | (abstract new (...args: never[]) => Module);

/** torch.onnx.export's keyword arguments that this exporter has, under their names. */
export interface ExportOptions {
  readonly kwargs?: Readonly<Record<string, unknown>> | null;
  /** Progress lines; without it, only where standard error is a terminal. */
  readonly verbose?: boolean | null;
  /** New names of the graph inputs, in order; fewer leave the rest. */
  readonly input_names?: readonly string[] | null;
  readonly output_names?: readonly string[] | null;
  /** Names by place in arguments and result (`past_key_values.0.key`, `logits`) where `input_names` and `output_names` give none. */
  readonly structured_names?: boolean;
  /** 13 to 26; 20 without it. */
  readonly opset_version?: number | null;
  /** `"onnxruntime"` (default), `"onnxruntime-web@1.22"`, or `"onnx"` for no runtime's limits. */
  readonly target?: string;
  readonly dynamo?: boolean;
  /** Weights over 256 bytes in `<file>.data`; true unless said otherwise. */
  readonly external_data?: boolean;
  readonly dynamic_shapes?: DynamicShapes;
  /** Lowerings by op (`"aten::relu"`, `"mylib::op"`); they come before ours. */
  readonly custom_translation_table?: Readonly<Record<string, AnyLowering>> | null;
  /**
   * Ops of `torch.library` without translation: `"node"` of the domain that is their namespace, a `"function"` traced from their implementation, or
   * refused (`"error"`, the default). For all of them, or by op and namespace: `{ "mylib::op": "node" }`.
   */
  readonly custom_ops?: CustomOpForms;
  /**
   * Buffers and inputs that the program writes to: `"drop"` (default) warns and returns the user's outputs alone, `"outputs"` returns what becomes of
   * each behind them, as `<state-dict key or input>_out`, `"state"` takes written buffers as inputs too, and `"error"` refuses.
   */
  readonly mutations?: "drop" | "outputs" | "state" | "error";
  /**
   * Ranges of sizes, sizes that must be one, guards and assertions of the program are nodes of the model, which fail its run under a name that says what
   * does not hold. Without it they are metadata and lines of the report.
   */
  readonly runtime_checks?: boolean;
  /**
   * Calls of modules are functions of the model: those of all classes (true), or of the classes named (`"BertLayer"`, `nn.Linear`). The function has the
   * class's name, and its Python module for a domain; equal layers are one function, weights are its inputs. `invoke_subgraph` is a function then,
   * otherwise written out. Needs opset 15. False without it.
   */
  readonly export_modules_as_functions?: boolean | readonly ModuleClass[];
  /** Versions of custom domains, 1 unless said otherwise. */
  readonly custom_opsets?: Readonly<Record<string, number>> | null;
  /** Folding, fusions and clean-up; true unless said otherwise. */
  readonly optimize?: boolean;
  /** What the seeds of random nodes are derived from, a whole number; 0 without it. Each node has its own. */
  readonly seed?: number;
  /** Runs the file in ONNX Runtime against the captured program. */
  readonly verify?: boolean;
  /** Writes what `program.report` says, or why the export failed, to `onnx_export_<date>_<stage>.md` in `artifacts_dir`. */
  readonly report?: boolean;
  /** Folder of the report; "." unless said otherwise. */
  readonly artifacts_dir?: string;
  /** False leaves the weights out of the file. */
  readonly export_params?: boolean;
  readonly keep_initializers_as_inputs?: boolean;
}

/** `torch.ops.aten.relu.default` and `aten::relu` name the same op. */
export function translations(table: ExportOptions["custom_translation_table"]): TranslationTable {
  const canonical = (name: string): string =>
    name.startsWith("torch.ops.")
      ? name
          .slice("torch.ops.".length)
          .replace(".", "::")
          .replace(/\.default$/, "")
      : name.replace(/\.default$/, "");
  return new Map(Object.entries(table ?? {}).map(([name, lowering]) => [canonical(name), lowering]));
}

const forms: readonly unknown[] = ["error", "node", "function"];
const mutationKinds: readonly unknown[] = ["drop", "outputs", "state", "error"];

/** Throws `export/option` where an option is given what it does not know, and `export/seed`: JavaScript has no types that would. */
export function checkOptions({ custom_ops, mutations, export_modules_as_functions: classes, seed }: ExportOptions): void {
  const choices: [name: string, given: unknown, known: readonly unknown[]][] = [["mutations", mutations, mutationKinds]];
  if (typeof custom_ops === "object" && custom_ops !== null)
    for (const [op, form] of Object.entries(custom_ops)) choices.push([`custom_ops of ${op}`, form, forms]);
  else choices.push(["custom_ops", custom_ops, forms]);
  for (const [name, given, known] of choices) {
    if (given !== undefined && !known.includes(given))
      throw new OnnxExporterError("export/option", `${name}: ${String(given)} is not known`, `give one of ${known.join(", ")}`);
  }
  if (classes !== undefined && typeof classes !== "boolean" && !Array.isArray(classes)) {
    const message = `export_modules_as_functions: ${String(classes)} is neither true nor a list`;
    throw new OnnxExporterError("export/option", message, 'give true, or classes: ["BertLayer", nn.Linear]');
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new OnnxExporterError("export/seed", `the seed is ${seed}`, "give a whole number");
  }
}

/** First opset whose IR version has functions of a model. */
const functionsSince = 15;

/** Which classes of modules become functions; null: none. Throws `export/functions` for opsets without functions. */
export function outlinedClasses(given: ExportOptions["export_modules_as_functions"], target: Target): Chosen | null {
  if (given === undefined || given === false) return null;
  if (target.opset < functionsSince) {
    const message = `export_modules_as_functions needs opset ${functionsSince}, the target is opset ${target.opset}`;
    throw new OnnxExporterError("export/functions", message, `export with opset_version: ${functionsSince} or later`);
  }
  if (given === true) return () => true;
  const names = new Set(given.map((c) => (typeof c === "string" ? c : c.name)));
  return (type) => names.has(type) || names.has(type.slice(type.lastIndexOf(".") + 1));
}

/** What a report tells of the options, defaults filled in. */
export function choicesOf(options: ExportOptions): Choices {
  const translated = translations(options.custom_translation_table);
  return {
    runtime_checks: options.runtime_checks ?? false,
    mutations: options.mutations ?? "drop",
    formOf: (op) => (translated.has(op) ? "translation" : formOf(options.custom_ops ?? "error", op)),
  };
}
