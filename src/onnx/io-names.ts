/** @file Names that users choose for graph inputs and outputs. */

import { OnnxExporterError } from "../errors.ts";
import type { Model, Value } from "./ir/graph.ts";

/** Renames the first inputs and outputs. Throws `export/names` for duplicates, clashes with weights, empty names and too many names. */
export function nameInputsAndOutputs(model: Model, inputs: readonly string[], outputs: readonly string[]): void {
  if (inputs.length + outputs.length === 0) return;
  const { graph } = model;
  rename("input", graph.inputs, inputs);
  rename("output", graph.outputs, outputs);
  const seen = new Map<string | null, string>([...graph.initializers].map((v) => [v.name, "a weight"]));
  for (const [kind, values] of [
    ["an input", graph.inputs],
    ["an output", graph.outputs],
  ] as const) {
    for (const { name } of values) {
      const other = seen.get(name);
      if (other !== undefined) {
        const twice = other === kind ? `two ${kind.slice(3)}s` : `${other} and ${kind}`;
        throw new OnnxExporterError(
          "export/names",
          `the name ${name} is used twice, for ${twice}`,
          "choose input_names and output_names that differ",
        );
      }
      seen.set(name, kind);
    }
  }
}

function rename(kind: string, values: readonly Value[], names: readonly string[]): void {
  const have = values.map((v) => v.name).join(", ");
  if (names.length > values.length) {
    throw new OnnxExporterError(
      "export/names",
      `${names.length} ${kind}_names for ${values.length} graph ${kind}s`,
      `the ${kind}s are: ${have}`,
    );
  }
  names.forEach((name, i) => {
    if (name === "") throw new OnnxExporterError("export/names", `${kind}_names[${i}] is empty`, `the ${kind}s are: ${have}`);
    const value = values[i] as Value;
    if (value.name !== null && value.name !== name) value.metadata.set("pkg.torch.onnx.original_node_name", value.name);
    value.name = name;
  });
}
