/** @file torch.onnx.export: the pipeline on one screen. */

import { emitWarning } from "node:process";
import { OnnxExporterError } from "../errors.ts";
import { axisSpec, DynamicDim, type DynamicShapes, type TensorSpec } from "../export/dim.ts";
import { ExportedProgram } from "../export/exported-program.ts";
import { exportProgram } from "../export/trace.ts";
import { Module } from "../nn/module.ts";
import { normalize } from "../normalize/normalize.ts";
import { Tensor } from "../tensor.ts";
import { watchReads } from "../weights/source.ts";
import { check } from "./check.ts";
import { nameInputsAndOutputs } from "./io-names.ts";
import { structuredNames } from "./io-structure.ts";
import type { Model } from "./ir/graph.ts";
import { gapError, legalize } from "./legalize/legalize.ts";
import { lower, type TranslationTable } from "./lower.ts";
import type { AnyLowering } from "./lowering/table.ts";
import { optimize } from "./passes/optimize.ts";
import { ONNXProgram } from "./program.ts";
import { progress } from "./progress.ts";
import { resolveTarget, type Target } from "./target.ts";

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
  /** Folding, fusions and clean-up; true unless said otherwise. */
  readonly optimize?: boolean;
  /** Runs the file in ONNX Runtime against the captured program. */
  readonly verify?: boolean;
  /** False leaves the weights out of the file. */
  readonly export_params?: boolean;
  readonly keep_initializers_as_inputs?: boolean;
}

let depth = 0;

/** Whether an export is running (torch: `torch.onnx.is_in_onnx_export`). */
export const is_in_onnx_export = (): boolean => depth > 0;

/**
 * Exports a Module or an ExportedProgram to ONNX (torch: `torch.onnx.export`) and, unless `f` is null, saves it.
 * Throws OnnxExporterError: the code says which stage refused, the message what and where, the hint what to do.
 */
export async function exportModel(
  model: Module | ExportedProgram,
  args: Tensor | readonly unknown[] = [],
  f: string | null = null,
  options: ExportOptions = {},
): Promise<ONNXProgram> {
  depth++;
  try {
    return await runPipeline(model, args instanceof Tensor ? [args] : args, f, options);
  } finally {
    depth--;
  }
}

async function runPipeline(
  model: Module | ExportedProgram,
  args: readonly unknown[],
  f: string | null,
  options: ExportOptions,
): Promise<ONNXProgram> {
  if (options.dynamo === false) {
    const hint = "leave dynamo out: modules and .pt2 programs are captured by torch.export";
    throw new OnnxExporterError("export/dynamo", "dynamo: false asks for TorchScript capture, which this version does not have", hint);
  }
  const say = progress(options.verbose ?? null);
  const target = resolveTarget(options);
  const captured = await say("Obtain model graph", () => capture(model, args, options));
  const computedWith = watchReads([...captured.weights, ...captured.constants]);
  const onnx = await say("Translate the graph into ONNX", () => translate(captured, target, options));
  const { inputs, outputs } = options.structured_names ? structuredNames(captured) : { inputs: [], outputs: [] };
  nameInputsAndOutputs(onnx, chosen(options.input_names, inputs), chosen(options.output_names, outputs));
  if (options.optimize ?? true) await say("Optimize the ONNX graph", () => optimize(onnx));
  const gaps = legalize(onnx, target);
  if (gaps.length > 0) emitWarning(gapError(onnx, gaps).message, "OnnxExporterWarning");
  check(onnx);
  const program = new ONNXProgram(onnx, captured, target, computedWith());
  if (options.verify) await say("Verify the ONNX model", async () => void (await program.verify()));
  if (f !== null) {
    const { external_data = true, export_params = true, keep_initializers_as_inputs = false } = options;
    await say(`Save ${f}`, () => program.save(f, { external_data, include_initializers: export_params, keep_initializers_as_inputs }));
  }
  return program;
}

/** The user's names, which may be fewer, before `others`. */
const chosen = (given: readonly string[] | null | undefined, others: readonly string[]): readonly string[] => [
  ...(given ?? []),
  ...others.slice(given?.length ?? 0),
];

function translate(captured: ExportedProgram, target: Target, options: ExportOptions): Model {
  const normalized = normalize(captured);
  if (normalized.mutated.size > 0) {
    const names = [...normalized.mutated.keys()].map((v) => captured.signature.inputs.find((s) => s.value === v)?.target ?? v.name);
    emitWarning(
      `the program writes to ${names.join(", ")}: the ONNX model computes with the new values, and does not return them`,
      "OnnxExporterWarning",
    );
  }
  return lower(normalized, target, translations(options.custom_translation_table));
}

function capture(model: Module | ExportedProgram, args: readonly unknown[], options: ExportOptions): ExportedProgram {
  if (!(model instanceof ExportedProgram)) {
    if (model instanceof Module)
      return exportProgram(model, args, { kwargs: options.kwargs ?? null, dynamic_shapes: options.dynamic_shapes ?? null });
    const got = typeof model === "string" ? `the string "${model}"` : typeof model;
    throw new OnnxExporterError(
      "export/model",
      `torch.onnx.export takes an nn.Module or an ExportedProgram, got ${got}`,
      "load a file with await torch.export.load(path)",
    );
  }
  if (options.dynamic_shapes) renameAxes(model, options.dynamic_shapes);
  return model;
}

/** dynamic_shapes of a captured program only name its axes. */
function renameAxes(program: ExportedProgram, shapes: DynamicShapes): void {
  const inputs = program.signature.inputs.filter((s) => s.kind === "user_input");
  inputs.forEach(({ value, name }, i) => {
    const spec = ((shapes as Readonly<Record<string, unknown>>)[name] ?? (shapes as readonly unknown[])[i] ?? null) as TensorSpec;
    if (value?.type.kind !== "tensor") return;
    value.type.shape.forEach((dim, axis) => {
      const given = axisSpec(spec, axis);
      const named = given instanceof DynamicDim ? given.name : given?.startsWith("dim.") ? null : given;
      if (named && typeof dim !== "number") program.renameSize(dim, named);
    });
  });
}

/** `torch.ops.aten.relu.default` and `aten::relu` name the same op. */
function translations(table: ExportOptions["custom_translation_table"]): TranslationTable {
  const canonical = (name: string): string =>
    name.startsWith("torch.ops.")
      ? name
          .slice("torch.ops.".length)
          .replace(".", "::")
          .replace(/\.default$/, "")
      : name.replace(/\.default$/, "");
  return new Map(Object.entries(table ?? {}).map(([name, lowering]) => [canonical(name), lowering]));
}
