//! Rows that tools/record_evaluate.py wrote: a model, its inputs and outputs, as plain JSON.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cast } from "../../../src/core/ops/elementwise.ts";
import { contiguous } from "../../../src/core/ops/layout.ts";
import { fromFloats } from "../../../src/core/ops/values.ts";
import type { DType } from "../../../src/dtype.ts";
import { hasLiterals } from "../../../src/literal.ts";
import { evaluate } from "../../../src/onnx/evaluate/evaluate.ts";
import type { EvaluatedValue, Feed } from "../../../src/onnx/evaluate/feed.ts";
import { Tensor } from "../../../src/onnx/evaluate/tensor.ts";
import { readModel } from "../../../src/onnx/proto/read.ts";
import { bytesOf } from "../../../src/weights/basic.ts";

type Element = number | string | readonly [number | string, number | string];
type Recorded =
  | null
  | { readonly dtype: DType | "string"; readonly shape: readonly number[]; readonly data: readonly Element[] }
  | { readonly sequence: readonly Recorded[] }
  | { readonly map: readonly (readonly [Element, Element])[] };

export interface Row {
  readonly name: string;
  readonly tolerance: number;
  readonly model: string;
  readonly inputs: { readonly [name: string]: Recorded };
  readonly outputs: readonly Recorded[];
}

const folder = join(import.meta.dirname, "golden");

/** All rows, under `family/name`. */
export const rows: readonly (readonly [string, Row])[] = readdirSync(folder).flatMap((file) =>
  (JSON.parse(readFileSync(join(folder, file), "utf8")) as Row[]).map((row) => [`${file.replace(".json", "")}/${row.name}`, row] as const),
);

const number = (x: Element): number =>
  typeof x === "number" ? x : x === "inf" ? Number.POSITIVE_INFINITY : x === "-inf" ? Number.NEGATIVE_INFINITY : Number(x);

function feedOf(x: Recorded): Feed {
  if (x === null) return null;
  if ("sequence" in x) return x.sequence.map(feedOf);
  if ("map" in x)
    return new Map(x.map.map(([k, v]) => [typeof k === "string" ? k : BigInt(number(k)), typeof v === "string" ? v : number(v)]));
  const { dtype, shape, data } = x;
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

const list = (x: Tensor): (number | bigint | string)[] => {
  if (x.dtype !== "complex64" && x.dtype !== "complex128") return x.tolist();
  const { buffer, byteOffset, byteLength } = Uint8Array.from(x.bytes());
  return [
    ...(x.dtype === "complex64"
      ? new Float32Array(buffer, byteOffset, byteLength / 4)
      : new Float64Array(buffer, byteOffset, byteLength / 8)),
  ];
};

/** Relative tolerances by dtype, of the largest value; integers, bools and strings are compared exactly. */
const tolerances: { readonly [dtype: string]: number } = {
  float64: 1e-7,
  float32: 1e-5,
  float16: 2e-3,
  bfloat16: 1e-2,
  complex64: 1e-5,
  complex128: 1e-9,
};

/** What differs between a value and what was recorded; null where nothing does. */
function difference(got: EvaluatedValue | undefined, want: Recorded, tolerance: number): string | null {
  if (got === undefined) return "no output";
  if (want === null) return got === null ? null : `${got} where nothing was recorded`;
  if ("sequence" in want) {
    if (!Array.isArray(got) || got.length !== want.sequence.length) return `${got} is no sequence of ${want.sequence.length}`;
    return got.map((g, i) => difference(g, want.sequence[i] as Recorded, tolerance)).find((d) => d !== null) ?? null;
  }
  if ("map" in want) {
    const text = JSON.stringify(want.map.map(([k, v]) => [String(k), Number(v)]));
    const shown = got instanceof Map ? JSON.stringify([...got].map(([k, v]) => [String(k), Number(v)])) : String(got);
    return shown === text ? null : `${shown}, want ${text}`;
  }
  if (!(got instanceof Tensor)) return `${got} is no tensor`;
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join()) return `${got}, want ${want.dtype}[${want.shape}]`;
  const elements = list(got);
  const wanted = want.data.flat() as (number | string)[];
  if (want.dtype === "string") return elements.join("\0") === wanted.join("\0") ? null : `${elements}, want ${wanted}`;
  const relative = tolerance || (tolerances[want.dtype] ?? 0);
  const values = wanted.map(number);
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  for (const [i, w] of values.entries()) {
    const g = Number(elements[i]);
    if (Object.is(g, w) || g === w || (Number.isNaN(g) && Number.isNaN(w))) continue;
    if (typeof elements[i] === "bigint" ? elements[i] === BigInt(wanted[i] as number | string) : Math.abs(g - w) <= relative * largest)
      continue;
    return `[${i}] is ${elements[i]}, want ${wanted[i]}`;
  }
  return null;
}

/** Evaluates a row; what differs from what was recorded, null where nothing does. */
export function check(row: Row): string | null {
  const model = readModel(Buffer.from(row.model, "base64"), { name: row.name });
  const inputs = Object.fromEntries(Object.entries(row.inputs).map(([name, x]) => [name, feedOf(x)]));
  const outputs = evaluate(model, inputs);
  return row.outputs.map((want, i) => difference(outputs[i], want, row.tolerance)).find((d) => d !== null) ?? null;
}
