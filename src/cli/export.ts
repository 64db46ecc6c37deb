/** @file `torch-onnx export`. */

import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { OnnxExporterError } from "../errors.ts";
import { load } from "../export/load.ts";
import { exportModel } from "../onnx/export.ts";
import type { Verification } from "../onnx/verify/verify.ts";
import { filesOf } from "./files.ts";

const help = `torch-onnx export MODEL.pt2 [MODEL.onnx] [options]

Converts a program saved by torch.export.save. Without MODEL.onnx, it is written beside the input.

  --opset N              ONNX opset, 13 to 26 (default 20)
  --target NAME          runtime that must load it: onnxruntime (default), onnxruntime-web@1.22, onnx for no limits
  --verify               run the file in ONNX Runtime against the captured program
  --seed N               what the seeds of random nodes are derived from, each its own (default 0)
  --no-external-data     weights inside the file (up to 2 GB)
  --no-params            leave the weights out
  --no-optimize          no folding, fusions and clean-up
  --input-names A,B      names of the inputs, in order
  --output-names A,B     names of the outputs, in order
  --structured-names     names by place in arguments and result: past_key_values.0.key, logits
  --runtime-checks       ranges, guards and assertions fail a run of the model
  --mutations KIND       written buffers and inputs: drop (default), outputs, state, error
  --custom-ops FORM      ops of users: error (default) or node
  --modules-as-functions A,B
                         calls of modules of the classes A, B (all: of every class) are functions of the model
  --report DIR           write what was kept, fixed and left out to a Markdown file in DIR
  --model NAME           which program of an archive that holds several
  --quiet, --verbose     no progress lines, or also where standard error is no terminal

Exit code: 0 written, 1 refused (nothing is written), 2 wrong usage, 3 written, but --verify did not confirm it
`;

const options = {
  opset: { type: "string" },
  target: { type: "string" },
  verify: { type: "boolean" },
  seed: { type: "string" },
  "no-external-data": { type: "boolean" },
  "no-params": { type: "boolean" },
  "no-optimize": { type: "boolean" },
  "input-names": { type: "string" },
  "output-names": { type: "string" },
  "structured-names": { type: "boolean" },
  "runtime-checks": { type: "boolean" },
  mutations: { type: "string" },
  "custom-ops": { type: "string" },
  "modules-as-functions": { type: "string" },
  report: { type: "string" },
  model: { type: "string" },
  quiet: { type: "boolean" },
  verbose: { type: "boolean" },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const files = filesOf("export", positionals, 1, 2, help);
  if (files === null) return 2;
  const [input, output] = files as [string, string?];
  const destination = output ?? input.replace(/(\.pt2)?$/, ".onnx");
  const program = await load(input, values.model === undefined ? {} : { model: values.model });
  const onnx = await exportModel(program, [], destination, {
    dynamo: true,
    opset_version: opsetOf(values.opset),
    ...(values.target === undefined ? {} : { target: values.target }),
    verify: values.verify ?? false,
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    external_data: !values["no-external-data"],
    export_params: !values["no-params"],
    optimize: !values["no-optimize"],
    input_names: values["input-names"]?.split(",") ?? [],
    output_names: values["output-names"]?.split(",") ?? [],
    structured_names: values["structured-names"] ?? false,
    runtime_checks: values["runtime-checks"] ?? false,
    mutations: oneOf("mutations", values.mutations ?? "drop", ["drop", "outputs", "state", "error"] as const),
    custom_ops: oneOf("custom-ops", values["custom-ops"] ?? "error", ["error", "node"] as const),
    export_modules_as_functions: classesOf(values["modules-as-functions"]),
    report: values.report !== undefined,
    artifacts_dir: values.report ?? ".",
    verbose: values.quiet ? false : values.verbose ? true : null,
  });
  onnx.release();
  stdout.write(`${destination}\n`);
  if (onnx.verification === null) return 0;
  stdout.write(verdict(onnx.verification));
  return onnx.verification.verdict === "verified" ? 0 : 3;
}

function oneOf<T extends string>(option: string, given: string, choices: readonly T[]): T {
  const found = choices.find((c) => c === given);
  if (found !== undefined) return found;
  throw new OnnxExporterError("export/option", `--${option} ${given} is none of ${choices.join(", ")}`);
}

/** `all`, or names of classes. */
const classesOf = (text: string | undefined): boolean | string[] => (text === undefined ? false : text === "all" ? true : text.split(","));

function opsetOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new OnnxExporterError("target/opset", `--opset ${text} is no number`, "give a number from 13 to 26");
}

/** One line for each output, and the verdict. */
function verdict(v: Verification): string {
  const rows = v.outputs.map(
    (o) =>
      `  ${o.name}  ${o.actual_dtype}[${o.actual_shape.join(", ")}]  ${o.compared === "moments" ? "mean of random values: " : ""}abs ${o.max_abs_diff.toExponential(1)}  rel ${o.max_rel_diff.toExponential(1)}\n`,
  );
  const reason = v.reason === null ? "" : `: ${v.reason}`;
  const random = v.outputs.filter((o) => o.compared === "moments").length;
  const how = random === 0 ? "" : `, ${random} of ${v.outputs.length} outputs by moments`;
  return `${rows.join("")}${v.verdict} (witness: ${v.witness}, inputs: ${v.inputs}${how})${reason}\n`;
}

export const exportCommand = { help, run };
