/** @file `torch-onnx run`. */

import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { cast } from "../core/ops/elementwise.ts";
import { Generator } from "../core/ops/generator.ts";
import { contiguous } from "../core/ops/layout.ts";
import { randint, uniform } from "../core/ops/random.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isFloat } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { evaluate } from "../onnx/evaluate/evaluate.ts";
import type { EvaluatedValue, Feed } from "../onnx/evaluate/feed.ts";
import { Tensor, type TensorLike } from "../onnx/evaluate/tensor.ts";
import type { Model, Value } from "../onnx/ir/graph.ts";
import { readModel } from "../onnx/proto/read.ts";
import { writeSafetensors } from "../onnx/proto/write-safetensors.ts";
import { SymInt } from "../symbolic.ts";
import { evaluate as sizeOf, symbolsOf } from "../symbolic-values.ts";
import { bytesOf } from "../weights/basic.ts";
import { readSafetensors } from "../weights/safetensors.ts";
import { readAll } from "../weights/source.ts";
import { filesOf } from "./files.ts";

const help = `torch-onnx run MODEL.onnx [options]

Computes the model in this package's own core and prints its outputs.

  --inputs FILE.safetensors   inputs by name
  --random                    makes the inputs that are not given: floats in [-1, 1), integers and bools 0 or 1
  --dim NAME=N                size of a dynamic dim of made inputs; may be repeated
  --seed N                    of made inputs and of random nodes (default 0)
  --output FILE.safetensors   writes the outputs
  --quiet                     no values, no progress

Exit code: 0 computed, 1 refused, 2 wrong usage
`;

const options = {
  inputs: { type: "string" },
  random: { type: "boolean" },
  dim: { type: "string", multiple: true },
  seed: { type: "string" },
  output: { type: "string" },
  quiet: { type: "boolean" },
} as const;

/** Elements of an output that are printed. */
const shownElements = 8;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const files = filesOf("run", positionals, 1, 1, help);
  if (files === null) return 2;
  const model = readModel(files[0] as string);
  const seed = seedOf(values.seed ?? "0");
  const inputs = values.inputs === undefined ? {} : readInputs(values.inputs);
  if (values.random) Object.assign(inputs, made(model, inputs, dimsOf(values.dim ?? []), new Generator(seed)));
  const watched = stderr.isTTY && !values.quiet;
  const outputs = evaluate(model, inputs, {
    seed,
    onNode: (_, index, count) => {
      if (watched) stderr.write(`\r${index + 1} of ${count} nodes${index + 1 === count ? "\n" : ""}`);
    },
  });
  const named = model.graph.outputs.map((v, i) => [v.name ?? "", outputs[i] as EvaluatedValue] as const);
  if (values.output !== undefined) writeSafetensors(values.output, named.map(writable));
  for (const [name, value] of named) stdout.write(`${name}: ${described(value, values.quiet ? 0 : shownElements)}\n`);
  return 0;
}

function seedOf(text: string): bigint {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw new OnnxExporterError("text/seed", `--seed ${text} is no whole number`, "give it as --seed 7");
}

function readInputs(path: string): Record<string, Feed> {
  const feeds: Record<string, Feed> = {};
  for (const [name, source] of readSafetensors(path).tensors) {
    feeds[name] = new Tensor(source.dtype, source.shape, readAll(source, source.nbytes));
  }
  return feeds;
}

function dimsOf(texts: readonly string[]): Map<string, number> {
  return new Map(
    texts.map((text) => {
      const [, name, size] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
      if (name !== undefined) return [name, Number(size)];
      throw new OnnxExporterError("text/dim", `--dim ${text} names no size`, "give it as NAME=N");
    }),
  );
}

/** Inputs of the model that are not in `given`. Throws `eval/input` naming all dims that have no size. */
function made(
  model: Model,
  given: { readonly [name: string]: Feed },
  dims: ReadonlyMap<string, number>,
  generator: Generator,
): Record<string, Feed> {
  const wanted = model.graph.inputs.filter((v) => !v.isInitializer && !((v.name ?? "") in given));
  const missing = new Set(wanted.flatMap((v) => unsized(v, dims)));
  if (missing.size > 0) {
    throw new OnnxExporterError(
      "eval/input",
      `dims ${[...missing].join(", ")} of the inputs have no size`,
      [...missing].map((name) => `--dim ${name}=N`).join(" "),
    );
  }
  return Object.fromEntries(
    wanted.map((v) => {
      if (!v.type?.shape)
        throw new OnnxExporterError("eval/input", `input ${v.name} has no shape to make a tensor of`, "give it with --inputs");
      const shape = v.type.shape.map((d) => sizeOf(d, (name) => dims.get(name) ?? 0));
      const value = contiguous(madeTensor(v.type.dtype, shape, generator));
      return [v.name ?? "", new Tensor(value.dtype, value.shape, bytesOf(value))];
    }),
  );
}

const unsized = (v: Value, dims: ReadonlyMap<string, number>): string[] =>
  (v.type?.shape ?? []).flatMap((d) => (d instanceof SymInt ? [...symbolsOf(d)].filter((name) => !dims.has(name)) : []));

function madeTensor(dtype: DType, shape: readonly number[], generator: Generator): Strided {
  return cast(isFloat(dtype) ? uniform(generator, "float32", shape, -1, 1) : randint(generator, "int64", shape, 0, 2), dtype);
}

function writable([name, value]: readonly [string, EvaluatedValue]): readonly [string, TensorLike] {
  if (value instanceof Tensor && value.isNumeric()) return [name, value];
  throw new OnnxExporterError(
    "eval/output",
    `output ${name} is ${described(value, 0)}: safetensors hold tensors of numbers only`,
    "leave --output out",
  );
}

function described(value: EvaluatedValue, shown: number): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return `[${value.map((v) => described(v, shown)).join(", ")}]`;
  if (!(value instanceof Tensor)) return `a map of ${value.size} entries`;
  if (shown === 0) return String(value);
  const elements = value.tolist();
  const text = elements
    .slice(0, shown)
    .map((x) => (typeof x === "number" ? Number(x.toPrecision(6)) : typeof x === "bigint" ? x : JSON.stringify(x)));
  return `${value} ${text.join(", ")}${elements.length > shown ? ", …" : ""}`;
}

export const runCommand = { help, run };
