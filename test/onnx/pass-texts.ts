/** Before/after texts of a pass, which is held to its contract. */
import { expect, test } from "vitest";
import { inferModel } from "../../src/onnx/infer.ts";
import type { Model } from "../../src/onnx/ir/graph.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { passes } from "../../src/onnx/passes/optimize.ts";
import type { Pass } from "../../src/onnx/passes/pass.ts";

export const byName = (name: string): Pass => passes.find((p) => p.name === name) as Pass;

/** Names and types of inputs and outputs. */
const signature = (model: Model): unknown =>
  [model.graph.inputs, model.graph.outputs].map((vs) => vs.map((v) => [v.name, v.type?.dtype, v.type?.shape?.map(String)]));

/** Runs a pass and holds it to its contract: idempotent, the signature unchanged, types still inferable. */
export function run(pass: Pass, model: Model): string {
  const before = signature(model);
  pass.run(model);
  expect(signature(model)).toEqual(before);
  const after = print(model);
  expect(pass.run(model), "changes of a second run").toBe(0);
  expect(print(model)).toBe(after);
  inferModel(model);
  expect(signature(model)).toEqual(before);
  return after;
}

export const dedent = (text: string): string => text.replace(/\n {4}/g, "\n").trim();

export const golden = (name: string, rows: readonly (readonly [string, string, string])[]) =>
  test.each(rows)(`${name}: %s`, (_, before, after) => {
    const model = parse(dedent(before), { infer: true });
    expect(run(byName(name), model)).toBe(dedent(after));
  });
