//! A model with its inputs and the outputs that were recorded: what is wrong with what we compute. Runs in Node and in a browser.
import { cast } from "../../../src/core/ops/elementwise.ts";
import { contiguous } from "../../../src/core/ops/layout.ts";
import { fromFloats } from "../../../src/core/ops/values.ts";
import type { DType } from "../../../src/dtype.ts";
import { OnnxExporterError } from "../../../src/errors.ts";
import { hasLiterals } from "../../../src/literal.ts";
import { evaluate } from "../../../src/onnx/evaluate/evaluate.ts";
import type { EvaluatedValue, Feed } from "../../../src/onnx/evaluate/feed.ts";
import { Tensor } from "../../../src/onnx/evaluate/tensor.ts";
import { inferModel } from "../../../src/onnx/infer.ts";
import type { Model } from "../../../src/onnx/ir/graph.ts";
import { readModel } from "../../../src/onnx/proto/read.ts";
import { bytesOf } from "../../../src/weights/basic.ts";

type Element = number | string | readonly [number | string, number | string];
type Recorded =
  | null
  | { readonly dtype: DType | "string"; readonly shape: readonly number[]; readonly data: readonly Element[] }
  | { readonly dtype: DType; readonly shape: readonly number[]; readonly bytes: string }
  | { readonly sequence: readonly Recorded[] }
  | { readonly map: readonly (readonly [Element, Element])[] };

/** How far a number may be from what was recorded: `rtol` of that number, and `atol` plus `ltol` of the largest number of the tensor. */
interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
  readonly ltol: number;
}

/** A model, its inputs and its outputs. */
export interface Row {
  readonly name: string;
  readonly model: string;
  readonly inputs: { readonly [name: string]: Recorded };
  readonly outputs: readonly Recorded[];
  /** Of the largest number; 0 or absent: by dtype. */
  readonly tolerance?: number;
  readonly rtol?: number;
  readonly atol?: number;
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const modelOf = (row: Row): Model => readModel(fromBase64(row.model), { name: row.name });

const number = (x: Element): number =>
  typeof x === "number" ? x : x === "inf" ? Number.POSITIVE_INFINITY : x === "-inf" ? Number.NEGATIVE_INFINITY : Number(x);

function feedOf(x: Recorded): Feed {
  if (x === null) return null;
  if ("sequence" in x) return x.sequence.map(feedOf);
  if ("map" in x)
    return new Map(x.map.map(([k, v]) => [typeof k === "string" ? k : BigInt(number(k)), typeof v === "string" ? v : number(v)]));
  return tensorOf(x);
}

function tensorOf(x: Extract<Recorded, { readonly shape: readonly number[] }>): Tensor {
  const { dtype, shape } = x;
  if ("bytes" in x) return new Tensor(dtype, shape, fromBase64(x.bytes));
  const { data } = x;
  if (dtype === "string") return new Tensor("string", shape, data as readonly string[]);
  if (dtype === "complex64" || dtype === "complex128") {
    const values = data.flatMap((pair) => (pair as readonly Element[]).map(number));
    return new Tensor(dtype, shape, new Uint8Array((dtype === "complex64" ? Float32Array.from(values) : Float64Array.from(values)).buffer));
  }
  if (dtype === "int64" || dtype === "uint64")
    return Tensor.from(
      data.map((v) => BigInt(v as number | string)),
      dtype,
      shape,
    );
  if (hasLiterals(dtype)) return Tensor.from(data.map(number), dtype, shape);
  return new Tensor(dtype, shape, bytesOf(contiguous(cast(fromFloats(Float64Array.from(data, number), shape, "float32"), dtype))));
}

/** The elements, complex ones as pairs. */
const elementsOf = (x: Tensor): (number | bigint | string)[] => {
  if (x.dtype !== "complex64" && x.dtype !== "complex128") return x.tolist();
  const { buffer, byteOffset, byteLength } = Uint8Array.from(x.bytes());
  return [
    ...(x.dtype === "complex64"
      ? new Float32Array(buffer, byteOffset, byteLength / 4)
      : new Float64Array(buffer, byteOffset, byteLength / 8)),
  ];
};

/** Of the largest number. Integers, bools and strings are compared exactly. */
const tolerances: { readonly [dtype: string]: number } = {
  float64: 1e-7,
  float32: 1e-5,
  float16: 2e-3,
  bfloat16: 1e-2,
  float8_e4m3fn: 0.13,
  float8_e5m2: 0.13,
  complex64: 1e-5,
  complex128: 1e-9,
};

function toleranceOf({ tolerance, rtol = 0, atol = 0 }: Row, dtype: string): Tolerance {
  const ltol = tolerance || (tolerances[dtype] ?? 0);
  return ltol === 0 ? { rtol: 0, atol: 0, ltol: 0 } : { rtol, atol, ltol };
}

/** What differs between a value and what was recorded; null where nothing does. */
function difference(got: EvaluatedValue | undefined, want: Recorded, row: Row): string | null {
  if (got === undefined) return "no output";
  if (want === null) return got === null ? null : `${got} where nothing was recorded`;
  if ("sequence" in want) {
    if (!Array.isArray(got) || got.length !== want.sequence.length) return `${got} is no sequence of ${want.sequence.length}`;
    return got.map((g, i) => difference(g, want.sequence[i] as Recorded, row)).find((d) => d !== null) ?? null;
  }
  if ("map" in want) {
    const text = JSON.stringify(want.map.map(([k, v]) => [String(k), Number(v)]));
    const shown = got instanceof Map ? JSON.stringify([...got].map(([k, v]) => [String(k), Number(v)])) : String(got);
    return shown === text ? null : `${shown}, want ${text}`;
  }
  if (!(got instanceof Tensor)) return `${got} is no tensor`;
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join()) return `${got}, want ${want.dtype}[${want.shape}]`;
  return differentElement(elementsOf(got), elementsOf(tensorOf(want)), toleranceOf(row, want.dtype));
}

function differentElement(
  got: readonly (number | bigint | string)[],
  want: readonly (number | bigint | string)[],
  { rtol, atol, ltol }: Tolerance,
): string | null {
  const largest = want.reduce<number>((m, w) => (typeof w === "number" && Number.isFinite(w) ? Math.max(m, Math.abs(w)) : m), 0);
  for (const [i, w] of want.entries()) {
    const g = got[i];
    if (g === w || Object.is(g, w)) continue;
    if (typeof g === "number" && typeof w === "number" && Math.abs(g - w) <= rtol * Math.abs(w) + atol + ltol * largest) continue;
    return `[${i}] is ${g}, want ${w}`;
  }
  return null;
}

/** Evaluates a row; what differs from what was recorded, null where nothing does. */
export function check(row: Row): string | null {
  const inputs = Object.fromEntries(Object.entries(row.inputs).map(([name, x]) => [name, feedOf(x)]));
  const outputs = evaluate(modelOf(row), inputs);
  return row.outputs.map((want, i) => difference(outputs[i], want, row)).find((d) => d !== null) ?? null;
}

/** What inference says of a row's outputs that is wrong: dtypes and dims that are not those recorded. */
export function wrongTypes(row: Row): string[] {
  const model = modelOf(row);
  inferModel(model);
  return row.outputs.flatMap((want, i) => {
    const type = model.graph.outputs[i]?.type;
    if (want === null || !("shape" in want) || !type) return [];
    const dims = type.shape?.map((d, k) =>
      typeof d === "number" && d !== want.shape[k] ? `dim ${k} is ${want.shape[k]}, inferred ${d}` : "",
    );
    const rank = type.shape !== null && type.shape.length !== want.shape.length ? `rank ${type.shape.length} for ${want.shape.length}` : "";
    return [type.dtype === want.dtype ? "" : `${type.dtype} for ${want.dtype}`, rank, ...(dims ?? [])].filter((d) => d !== "");
  });
}

/** Cases that no evaluation can meet, and why. They must fail: one that passes is taken out here. */
export const unmet: { readonly [name: string]: string } = {
  ...Object.fromEntries(
    ["bernoulli", "bernoulli_expanded", "bernoulli_double", "bernoulli_double_expanded", "bernoulli_seed", "bernoulli_seed_expanded"].map(
      (name) => [name, "drawn by NumPy's generator in a state that the model does not say"],
    ),
  ),
  image_decoder_decode_jpeg2k_rgb: "JPEG 2000 is not decoded",
  image_decoder_decode_webp_rgb: "WebP is not decoded",
};

/** What is wrong with a row, a refusal included. */
export function outcome(row: Row): string | null {
  try {
    return check(row);
  } catch (error) {
    if (error instanceof OnnxExporterError) return error.message;
    throw error;
  }
}
