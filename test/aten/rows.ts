/** @file Golden rows: PyTorch's answers as tools/record_golden.py wrote them, and how a row's arguments look to each stage. */

import { readdirSync, readFileSync } from "node:fs";
import type { DType } from "../../src/dtype.ts";

const folder = new URL("./golden/", import.meta.url);

/** A tensor of a row: bytes in the family's safetensors file, stored contiguous; `permute` gives the memory order it is to have. */
export interface TensorRef {
  readonly tensor: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly permute?: readonly number[];
  readonly strides?: readonly number[];
}
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json } | TensorRef;

export interface Row {
  readonly op: string;
  readonly args: Readonly<Record<string, Json>>;
  readonly results: readonly Json[];
  readonly atol?: number;
  readonly rtol?: number;
  /** Dims of tensor arguments that are symbols in one more run; equal sizes are one symbol. */
  readonly dynamic?: Readonly<Record<string, readonly number[]>>;
  /** "shape": values are not defined. "eval": they are, but ONNX draws others. "first": only the first result's are. */
  readonly compare?: "shape" | "eval" | "first";
  /** What the row is there for. */
  readonly note?: string;
  readonly xfail_meta?: string;
  readonly xfail_eval?: string;
  readonly xfail_onnx?: string;
}
export interface Family {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly bytes: (key: string) => Uint8Array;
}

/** Names of the recorded families. */
export const families = (): string[] =>
  readdirSync(folder)
    .filter((f) => f.endsWith(".json"))
    .map((f) => f.slice(0, -".json".length))
    .sort();

export function loadFamily(name: string): Family {
  const { rows } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as { rows: Row[] };
  const file = readFileSync(new URL(`${name}.safetensors`, folder));
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + length)) as Record<string, { data_offsets: [number, number] }>;
  return {
    name,
    rows,
    bytes(key) {
      const [begin, end] = header[key]?.data_offsets ?? [0, 0];
      return file.subarray(8 + length + begin, 8 + length + end);
    },
  };
}

export const isTensorRef = (x: unknown): x is TensorRef => typeof x === "object" && x !== null && "tensor" in x;

/** The sizes that a tensor argument has in the call, after its permutation. */
export const sizesOf = (ref: TensorRef): number[] => (ref.permute ? ref.permute.map((d) => ref.shape[d] as number) : [...ref.shape]);

/** `arg` with its tensors and its `dim(n)` integers replaced, and non-finite floats read. */
export function decode(arg: Json, name: string, tensor: (ref: TensorRef, name: string) => unknown, dim: (n: number) => unknown): unknown {
  if (isTensorRef(arg)) return tensor(arg, name);
  if (Array.isArray(arg)) return (arg as readonly Json[]).map((a) => decode(a, name, tensor, dim));
  if (typeof arg !== "object" || arg === null) return arg;
  if ("dim" in arg) return dim(arg.dim as number);
  return "float" in arg ? Number(arg.float) : arg;
}

export const decodeArgs = (
  row: Row,
  tensor: (ref: TensorRef, name: string) => unknown,
  dim: (n: number) => unknown,
): Record<string, unknown> => Object.fromEntries(Object.entries(row.args).map(([name, arg]) => [name, decode(arg, name, tensor, dim)]));

/** A row as text to paste into tools/golden/<family>.py. */
export function describe(row: Row): string {
  const text = (a: Json): string => {
    if (isTensorRef(a)) return `draw("${a.dtype}", ${a.shape.join(", ")})${a.permute ? ` permuted (${a.permute.join(", ")})` : ""}`;
    return Array.isArray(a) ? `[${(a as readonly Json[]).map(text).join(", ")}]` : JSON.stringify(a);
  };
  return `row("${row.op}", ${Object.entries(row.args)
    .map(([k, v]) => `${k}=${text(v)}`)
    .join(", ")})`;
}
