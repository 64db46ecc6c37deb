#!/usr/bin/env node
/** @file The command: `torch-onnx export|inspect|infer|check|fold|run|ops …`. */

import { exit, stderr, stdout, versions } from "node:process";
import { setFlagsFromString } from "node:v8";
import { OnnxExporterError } from "../errors.ts";

const help = `torch-onnx: PyTorch programs to ONNX

  torch-onnx export MODEL.pt2 [MODEL.onnx]   convert an exported program
  torch-onnx inspect FILE                    what is in a .pt2, .onnx or .safetensors file
  torch-onnx infer MODEL.onnx [OUT.onnx]     types of all values
  torch-onnx check MODEL.onnx                hold a model to ONNX's rules
  torch-onnx fold MODEL.onnx OUT.onnx        compute what does not depend on inputs
  torch-onnx run MODEL.onnx                  compute the outputs
  torch-onnx ops [NAME…]                     which ops of PyTorch are known

  torch-onnx COMMAND --help   options of a command
  torch-onnx --version
`;

// A conversion is over before optimizing its code pays: V8 waits longer for proof that a function is hot. A third less CPU time,
// measured on the V8 of Node 20; others may not know the flag.
if (versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=2000000");

interface Command {
  readonly help: string;
  /** The promise gives the exit code. */
  readonly run: (args: string[]) => Promise<number>;
}

/** Commands by name; each loads what it needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  export: async () => (await import("./export.ts")).exportCommand,
  inspect: async () => (await import("./inspect.ts")).inspectCommand,
  infer: async () => (await import("./infer.ts")).inferCommand,
  check: async () => (await import("./check.ts")).checkCommand,
  fold: async () => (await import("./fold.ts")).foldCommand,
  run: async () => (await import("./run.ts")).runCommand,
  ops: async () => (await import("./ops.ts")).opsCommand,
};

/** Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 verification found a mismatch. */
async function main(args: string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "--help" || name === "-h") return print(help);
  if (name === "--version") return print(`${(await import("../version.ts")).version}\n`);
  const loaded = commands[name];
  if (loaded === undefined) {
    stderr.write(`torch-onnx: unknown command ${name}\n\n${help}`);
    return 2;
  }
  const command = await loaded();
  if (rest.includes("--help") || rest.includes("-h")) return print(command.help);
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof OnnxExporterError) {
      stderr.write(`OnnxExporterError ${error.message}\n`);
      return 1;
    }
    if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
      stderr.write(`torch-onnx ${name}: ${error.message}\n\n${command.help}`);
      return 2;
    }
    throw error;
  }
}

const print = (text: string): number => {
  stdout.write(text);
  return 0;
};

// Whoever reads the output may stop reading, as `head` does: what is left to say has no one to say it to.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") exit(0);
    throw error;
  });
}

/** Done once all that was written to `stream` has left: a pipe takes 64 KB at a time, and `exit` would drop the rest. */
const drained = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write("", () => resolve()));

const code = await main(process.argv.slice(2));
await Promise.all([stdout, stderr].map(drained));
exit(code);
