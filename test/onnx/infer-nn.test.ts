/** @file Inference of layers: convolutions and pooling with exact floor divisions, matrix products, normalizations, recurrence, images. */

import { expect, test } from "vitest";
import { inferNode } from "../../src/onnx/infer.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { SymEnv } from "../../src/symbolic.ts";
import { layerRows } from "./infer-nn-rows.ts";
import { expectRow, inferred, typeText } from "./infer-rows.ts";

test.each(layerRows.map((row) => ({ title: row.join(" | ").replaceAll("\n", "; "), row })))("$title", ({ row }) => expectRow(row));

test("one node at a time gives what the whole model gives", () => {
  for (const [inputs, body, outputs] of layerRows) {
    if (body.includes("{(")) continue;
    const env = new SymEnv();
    for (const name of ["N", "B", "S", "C", "H", "W", "K"])
      env.symbol(name, name === "N" ? 0 : name === "K" ? 1 : name === "H" || name === "W" ? 8 : 2);
    const lines = body.split("\n").map((l) => l.trim());
    const results = (lines.at(-1) ?? "").split(" = ")[0];
    const model = parse(`(${inputs}) -> (${results})\n${lines.map((l) => `  ${l}`).join("\n")}\n`, { env });
    for (const node of model.graph.nodes()) inferNode(node, env);
    expect(model.graph.outputs.map(typeText).join("; ")).toBe(outputs);
  }
});

test.each([
  ["x: f32[1, 3, 8, 8], w: f32[8, 4, 3, 3]", "y = Conv(x, w)", "infer/dims", "dim 1 of input 0 [1, 3, 8, 8] is 3, not 4"],
  ["x: f32[1, 3, 2, 2], w: f32[8, 3, 5, 5]", "y = Conv(x, w)", "infer/dims", "Conv(f32[1, 3, 2, 2], f32[8, 3, 5, 5])"],
  ["x: f32[3, 8]", "y = MaxPool<kernel_shape=[2]>(x)", "infer/rank", "must have rank at least 3"],
  ["x: f32[1, 2, 8, 8]", "y = MaxPool<kernel_shape=[2]>(x)", "infer/attribute", "kernel_shape"],
  ["x: f32[4, 8], y: f32[8, 4], z: f32[5]", "y2 = Gemm(x, y, z)", "infer/dims", "Gemm"],
])("refuses %s | %s", (inputs, body, code, text) => {
  expect(() => inferred([inputs, body, ""])).toThrow(code);
  expect(() => inferred([inputs, body, ""])).toThrow(text);
});
