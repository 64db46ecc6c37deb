/** @file torch.onnx.export: the pipeline on one screen. */

import { emitWarning } from "node:process";
import { OnnxExporterError } from "../errors.ts";
import { axisSpec, DynamicDim, type DynamicShapes, type TensorSpec } from "../export/dim.ts";
import { ExportedProgram } from "../export/exported-program.ts";
import { exportProgram } from "../export/trace.ts";
import { Module } from "../nn/module.ts";
import { type Mutation, mutationsOf, nameOf } from "../normalize/mutations.ts";
import { normalize } from "../normalize/normalize.ts";
import { outlineCalls } from "../normalize/outline.ts";
import { Tensor } from "../tensor.ts";
import { watchReads } from "../weights/source.ts";
import { check } from "./check.ts";
import { checkOptions, choicesOf, type ExportOptions, outlinedClasses, translations } from "./export-options.ts";
import { nameInputsAndOutputs } from "./io-names.ts";
import { structuredNames } from "./io-structure.ts";
import type { Model } from "./ir/graph.ts";
import { gapError, gapLines, legalize } from "./legalize/legalize.ts";
import { lower } from "./lower.ts";
import { optimize } from "./passes/optimize.ts";
import { ONNXProgram } from "./program.ts";
import { progress } from "./progress.ts";
import { type Exported, writeReport } from "./report/markdown.ts";
import { type ExportReport, reportOf } from "./report/report.ts";
import { seedRandomNodes } from "./seed.ts";
import { resolveTarget, type Target } from "./target.ts";

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
  const exported: { -readonly [K in keyof Exported]: Exported[K] } = { captured: null, program: null, error: null };
  try {
    return await runPipeline(model, args instanceof Tensor ? [args] : args, f, options, exported);
  } catch (error) {
    exported.error = error;
    throw error;
  } finally {
    depth--;
    if (options.report) writeReport(options.artifacts_dir ?? ".", exported);
  }
}

async function runPipeline(
  model: Module | ExportedProgram,
  args: readonly unknown[],
  f: string | null,
  options: ExportOptions,
  exported: { captured: ExportedProgram | null; program: ONNXProgram | null },
): Promise<ONNXProgram> {
  if (options.dynamo === false) {
    const hint = "leave dynamo out: modules and .pt2 programs are captured by torch.export";
    throw new OnnxExporterError("export/dynamo", "dynamo: false asks for TorchScript capture, which this version does not have", hint);
  }
  checkOptions(options);
  const say = progress(options.verbose ?? null);
  const target = resolveTarget(options);
  const captured = await say("Obtain model graph", () => capture(model, args, options));
  exported.captured = captured;
  const computedWith = watchReads([...captured.weights, ...captured.constants]);
  const { onnx, written } = await say("Translate the graph into ONNX", () => translate(captured, target, options));
  const { inputs, outputs } = options.structured_names ? structuredNames(captured) : { inputs: [], outputs: [] };
  nameInputsAndOutputs(onnx, chosen(options.input_names, inputs), chosen(options.output_names, outputs));
  if (options.optimize ?? true) await say("Optimize the ONNX graph", () => optimize(onnx, { opset: target.opset }));
  const gaps = legalize(onnx, target);
  if (gaps.length > 0) emitWarning(gapError(onnx, gaps).message, "OnnxExporterWarning");
  check(onnx);
  const report = (): ExportReport => reportOf(captured, onnx, written, choicesOf(options), gapLines(onnx, gaps));
  const program = new ONNXProgram(onnx, captured, target, computedWith(), report);
  exported.program = program;
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

function translate(captured: ExportedProgram, target: Target, options: ExportOptions): { onnx: Model; written: Mutation[] } {
  const normalized = normalize(captured);
  const { mutations, runtime_checks: checks } = choicesOf(options);
  const written = mutationsOf(normalized);
  const names = written.map(({ input }) => nameOf(input)).join(", ");
  if (written.length > 0 && mutations === "error")
    throw new OnnxExporterError("export/mutation", `the program writes to ${names}`, returned);
  if (written.length > 0 && mutations === "drop") {
    const message = `the program writes to ${names}: the ONNX model computes with the new values, and does not return them`;
    emitWarning(`${message}; ${returned}`, "OnnxExporterWarning");
  }
  const custom = translations(options.custom_translation_table);
  const chosen = outlinedClasses(options.export_modules_as_functions, target);
  const onnx = lower(chosen === null ? normalized : outlineCalls(normalized, chosen), target, {
    custom,
    forms: options.custom_ops ?? "error",
    mutations,
    checks,
  });
  seedRandomNodes(onnx, options.seed);
  for (const [domain, version] of Object.entries(options.custom_opsets ?? {})) onnx.opset_import.set(domain, version);
  return { onnx, written };
}

const returned = 'mutations: "outputs" returns them as further outputs, mutations: "state" takes buffers as inputs too';

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
