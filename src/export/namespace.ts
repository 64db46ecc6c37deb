/** @file torch.export. */

import { tensor } from "../creation.ts";
import { OnnxExporterError } from "../errors.ts";
import { Tensor, valuesOf, wrap } from "../tensor.ts";
import { type EvaluateOptions, type EvalValue, evaluateProgram } from "./evaluate.ts";
import type { ExportedProgram } from "./exported-program.ts";

export { Dim } from "./dim.ts";
export { ExportedProgram } from "./exported-program.ts";
export { type LoadOptions, load } from "./load.ts";
export { type ExportOptions, exportProgram as export } from "./trace.ts";

/**
 * Runs a captured program on user inputs, flat and in graph order, by the core's kernels. Returns its user outputs, flat: numbers as 0-d tensors
 * (int64, float32, bool), None as null. Inputs may be given to programs that write to them: they are copied first. Random ops draw PyTorch's
 * numbers from `seed` on (42; null: on with the default generator).
 */
export async function evaluate(
  program: ExportedProgram,
  inputs: readonly (Tensor | number | boolean)[],
  options: Pick<EvaluateOptions, "seed"> = {},
): Promise<(Tensor | null)[]> {
  const values = tensorsAsNumbers(program, inputs);
  return evaluateProgram(program, values, options).map((o) => (o === null ? null : typeof o === "object" ? wrap(o) : tensor(o)));
}

/** Symbolic number inputs may come as 0-d tensors; inputs that are constants of the program are dropped when given. */
function tensorsAsNumbers(program: ExportedProgram, inputs: readonly (Tensor | number | boolean)[]): EvalValue[] {
  const specs = program.signature.inputs.filter((s) => s.kind === "user_input" || (s.kind === "constant_input" && s.constant !== null));
  const wanted = specs.filter((s) => s.kind === "user_input");
  const all = inputs.length === specs.length ? specs : wanted;
  if (inputs.length !== all.length) {
    throw new OnnxExporterError(
      "eval/inputs",
      `${inputs.length} inputs given, the program takes ${wanted.length}: ${wanted.map((s) => s.name).join(", ")}`,
      "give every user input, flat, in graph order",
    );
  }
  return inputs.flatMap((x, i): EvalValue[] => {
    const spec = all[i];
    if (spec === undefined || spec.kind === "constant_input") return [];
    if (!(x instanceof Tensor)) return [x];
    const kind = spec.value?.type.kind;
    if (kind === "tensor") return [valuesOf(x.clone())];
    return [kind === "bool" ? Number(x.item()) !== 0 : Number(x.item())];
  });
}
