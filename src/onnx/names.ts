/** @file Names that users choose for graph inputs and outputs. */

import { OnnxExporterError } from "../errors.ts";
import type { Model, Value } from "./ir/graph.ts";

/** Renames the first inputs. Throws `export/names` for duplicates, clashes and too many names. */
export function nameInputs(model: Model, names: readonly string[]): void {
  rename("input", model.graph.inputs, names, model.graph.outputs);
}
/** Renames the first outputs. Throws as `nameInputs`. */
export function nameOutputs(model: Model, names: readonly string[]): void {
  rename("output", model.graph.outputs, names, model.graph.inputs);
}

function rename(kind: string, values: readonly Value[], names: readonly string[], others: readonly Value[]): void {
  if (names.length > values.length) {
    const have = values.map((v) => v.name).join(", ");
    throw new OnnxExporterError(
      "export/names",
      `${names.length} ${kind}_names for ${values.length} graph ${kind}s`,
      `the ${kind}s are: ${have}`,
    );
  }
  names.forEach((name, i) => {
    const value = values[i] as Value;
    if (value.name !== null && value.name !== name) value.metadata.set("pkg.torch.onnx.original_node_name", value.name);
    value.name = name;
  });
  const seen = new Set(others.map((v) => v.name));
  for (const { name } of values) {
    if (seen.has(name) && names.length > 0) {
      throw new OnnxExporterError(
        "export/names",
        `the name ${name} is used twice among inputs and outputs`,
        `choose ${kind}_names that differ`,
      );
    }
    seen.add(name);
  }
}
