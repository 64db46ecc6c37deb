/** @file `torch-onnx check`. */

import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { check } from "../onnx/check.ts";
import { inferShapes } from "../onnx/infer.ts";
import { readModel } from "../onnx/proto/read.ts";
import { filesOf } from "./files.ts";

const help = `torch-onnx check MODEL.onnx [options]

Holds a model to ONNX's rules: names, order, arity, attributes, types, versions. All violations are listed.

  --full   infer shapes too, and hold declared ones to them

Exit code: 0 valid, 1 not, 2 wrong usage
`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { full: { type: "boolean" } }, allowPositionals: true });
  const files = filesOf("check", positionals, 1, 1, help);
  if (files === null) return 2;
  const [input] = files as [string];
  const model = readModel(input);
  check(model);
  if (values.full) inferShapes(model);
  const imports = [...model.opset_import].map(([domain, version]) => `${domain || "ai.onnx"} ${version}`).join(", ");
  stdout.write(`${input}: valid (IR version ${model.ir_version}, opset ${imports}, ${model.graph.size} nodes)\n`);
  return 0;
}

export const checkCommand = { help, run };
