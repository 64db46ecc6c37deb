//! dynamic_shapes of a captured program name its sizes: on inputs and outputs, and in the range constraints.
import { join } from "node:path";
import { expect, test } from "vitest";
import * as torch from "../../src/index.ts";
import { show } from "../../src/symbolic.ts";

const file = join(import.meta.dirname, "../fixtures/models/d_hf_gpt2.pt2");
const names = { input_ids: { 0: "batch", 1: "length" } };

test("a program's sizes under the user's names", async () => {
  const program = await torch.onnx.export(await torch.export.load(file), [], null, { dynamic_shapes: names });
  const { inputs, outputs, metadata } = program.model.graph;
  expect(inputs[0]?.shape.map(show)).toEqual(["batch", "length"]);
  expect(outputs[0]?.shape.map(show).slice(0, 2)).toEqual(["batch", "length"]);
  const ranges = metadata.get("pkg.torch.export.ExportedProgram.range_constraints");
  expect(ranges).toMatch(/^\{(batch|length): VR\[.*(batch|length): VR\[/);
  expect(String(program.exported_program)).not.toMatch(/\bs\d+\b/);
});

test("one name for two sizes is refused", async () => {
  const ep = await torch.export.load(file);
  const options = { dynamic_shapes: { input_ids: { 0: "n", 1: "n" } } };
  await expect(torch.onnx.export(ep, [], null, options)).rejects.toThrow(/symbolic\/rename/);
});
