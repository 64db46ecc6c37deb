/** @file What torch.onnx writes about the program beside its nodes: signature and ranges on the graph, kinds on inputs, weights and outputs. */

import type { Typed } from "../aten/promotion.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import type { InputKind, OutputKind } from "../export/signature.ts";
import { show } from "../symbolic.ts";
import type { Graph, Value } from "./ir/graph.ts";

/** Keys of torch/onnx/_internal/exporter/_core.py. */
const inputKey = "pkg.torch.export.graph_signature.InputSpec";
const outputKey = "pkg.torch.export.graph_signature.OutputSpec";
const programKey = "pkg.torch.export.ExportedProgram";

/** States the program's signature, range constraints and guards on the graph. */
export function describeProgram(graph: Graph, program: ExportedProgram): void {
  graph.metadata.set(`${programKey}.graph_signature`, String(program.signature));
  const ranges = [...program.range_constraints].map(([name, { min, max }]) => `${name}: VR[${min ?? "-int_oo"}, ${max ?? "int_oo"}]`);
  graph.metadata.set(`${programKey}.range_constraints`, `{${ranges.join(", ")}}`);
  if (program.guards.length > 0) graph.metadata.set(`${programKey}.guards`, program.guards.join("\n"));
}

/** States what an input or a weight is. */
export function describeInput(value: Value, kind: InputKind, persistent: boolean | undefined): void {
  value.metadata.set(`${inputKey}.kind`, kind.toUpperCase());
  value.metadata.set(`${inputKey}.persistent`, persistent === undefined ? "None" : persistent ? "True" : "False");
}

/** States the other names that a state dict has for a weight: `apply_weights` takes each of them. */
export function describeAliases(weight: Value, names: readonly string[]): void {
  weight.metadata.set("pkg.torch.onnx.aliases", names.join(", "));
}

/** States what an output is, and of a written buffer or input, which. */
export function describeOutput(value: Value, kind: OutputKind, target?: string): void {
  value.metadata.set(`${outputKey}.kind`, kind.toUpperCase());
  if (target !== undefined) value.metadata.set(`${outputKey}.target`, target);
}

/** The buffer or input that an output is the new value of; null for other outputs. */
export const writtenTarget = (output: Value): string | null => output.metadata.get(`${outputKey}.target`) ?? null;

/** States which buffer a graph input is: state of the program, which callers carry from run to run. */
export function describeState(input: Value, target: string): void {
  input.metadata.set(`${inputKey}.target`, target);
}
export const isState = (input: Value): boolean => input.metadata.has(`${inputKey}.target`);
/** The state-dict key of a graph input that is state; "" for other inputs. */
export const stateOf = (input: Value): string => input.metadata.get(`${inputKey}.target`) ?? "";

/** States the complex type of an input, a weight or an output that the model has as real pairs with a trailing dim of 2. */
export function describeComplex(value: Value, { dtype, shape }: Typed): void {
  value.metadata.set("pkg.torch.onnx.complex_type", `${dtype}[${shape.map(show).join(", ")}]`);
}
