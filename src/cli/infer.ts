/** @file `torch-onnx infer`. */

import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { inferShapes } from "../onnx/infer.ts";
import { inferShapesPath } from "../onnx/infer-file.ts";
import { anyTypeOf, typeText } from "../onnx/ir/container.ts";
import type { Graph, Value } from "../onnx/ir/graph.ts";
import { readModel } from "../onnx/proto/read.ts";
import { filesOf } from "./files.ts";

const help = `torch-onnx infer MODEL.onnx [OUT.onnx] [options]

Infers the types of all values. With OUT.onnx, writes the model with them, and else as it is; without, prints the types of inputs and outputs.
Weights in other files are not copied: OUT.onnx belongs into the same folder.

  --all   print the types of all values

Exit code: 0 inferred, 1 the file cannot be read or its types contradict each other, 2 wrong usage
`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { all: { type: "boolean" } }, allowPositionals: true });
  const files = filesOf("infer", positionals, 1, 2, help);
  if (files === null) return 2;
  const [input, output] = files as [string, string?];
  if (output !== undefined) {
    inferShapesPath(input, output);
    stdout.write(`${output}\n`);
  }
  if (output === undefined || values.all) stdout.write(typesOf(inferShapes(readModel(input)).graph, values.all ?? false));
  return 0;
}

const line = (v: Value): string => {
  const type = anyTypeOf(v);
  return `  ${v.name}: ${type === null ? "?" : typeText(type)}\n`;
};

function typesOf(graph: Graph, all: boolean): string {
  const section = (title: string, values: readonly Value[]): string => `${title}\n${values.map(line).join("")}`;
  const inputs = section("inputs", graph.inputs);
  if (!all) return inputs + section("outputs", graph.outputs);
  const results = [...graph.nodes()].flatMap((node) => node.outputs.filter((v) => v.name !== ""));
  return inputs + section("values", results);
}

export const inferCommand = { help, run };
