/** @file `torch-onnx fold`. */

import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { OnnxExporterError } from "../errors.ts";
import { foldModel } from "../onnx/passes/fold.ts";
import { defaultLimits, type FoldLimits } from "../onnx/passes/fold-constants.ts";
import { readModel } from "../onnx/proto/read.ts";
import { saveModel } from "../onnx/proto/save.ts";
import { filesOf } from "./files.ts";

const help = `torch-onnx fold MODEL.onnx OUT.onnx [options]

Computes what does not depend on inputs and writes the smaller model. Large weights are only cast, transposed or cut, while they are written.

  --input-size-limit N    elements of a constant that may be read (default ${defaultLimits.input_size_limit})
  --output-size-limit N   elements of a constant that may be stored (default ${defaultLimits.output_size_limit})
  --growth-limit N        bytes by which the model may grow (default ${defaultLimits.growth_limit})
  --external-data         weights beside the model, in OUT.onnx.data
  --quiet                 print nothing but the file's name

Exit code: 0 written, 1 refused (nothing is written), 2 wrong usage
`;

const options = {
  "input-size-limit": { type: "string" },
  "output-size-limit": { type: "string" },
  "growth-limit": { type: "string" },
  "external-data": { type: "boolean" },
  quiet: { type: "boolean" },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const files = filesOf("fold", positionals, 2, 2, help);
  if (files === null) return 2;
  const [input, output] = files as [string, string];
  const limits: { -readonly [K in keyof FoldLimits]?: number } = {};
  for (const name of ["input_size_limit", "output_size_limit", "growth_limit"] as const) {
    const text = values[name.replaceAll("_", "-") as "growth-limit"];
    if (text !== undefined) limits[name] = countOf(name, text);
  }
  const model = readModel(input);
  const before = model.graph.size;
  const changes = foldModel(model, limits);
  const saved = saveModel(model, output, values["external-data"] ? { external_data: true } : {});
  stdout.write(`${saved.files[0]}\n`);
  if (!values.quiet) {
    const made = [...changes].filter(([, n]) => n > 0).map(([pass, n]) => `  ${String(n).padStart(6)}  ${pass}\n`);
    stdout.write(`${before} nodes to ${model.graph.size}\n${made.join("")}`);
  }
  return 0;
}

function countOf(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new OnnxExporterError("text/number", `--${name.replaceAll("_", "-")} ${text} is no count`, "give a whole number");
}

export const foldCommand = { help, run };
