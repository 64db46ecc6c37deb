/** @file TensorProto → TensorSource: raw data, typed data and external data; payloads stay where they are until they are read. */

import { numel } from "../../core/strided.ts";
import { type DType, dtypes, fromOnnx } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { sameBytes } from "../../platform/node.ts";
import { bufferSource } from "../../weights/basic.ts";
import { fileSource } from "../../weights/file.ts";
import type { WeightsFile } from "../../weights/files.ts";
import { type TensorSource, tensorBytes } from "../../weights/source.ts";
import { stringType } from "../ir/container.ts";
import type { SparseTensor, StringTensor } from "../ir/graph.ts";
import { sparseProblem } from "../ir/sparse.ts";
import { type Fields, keep, type Unheld } from "../ir/unheld.ts";
import type { Cursor, Range, Span } from "./cursor.ts";
import { type ExternalFiles, externalNumber } from "./external.ts";
import { decodeVarints } from "./packed-varints.ts";
import { fieldsAt, inputSource, refield } from "./read-fields.ts";
import { type ByteInput, malformed } from "./scan.ts";
import { keysOf } from "./schema.ts";

const keys = keysOf("TensorProto");
const sparseKeys = keysOf("SparseTensorProto");

/** Payloads up to here are read with the graph: sizes, axes and scales, which everybody asks for. */
const maxCopied = 256;
const slabBytes = 8192;

/** Where tensors come from: the model's own bytes, as a file where they are one, and the files beside it. */
export interface Origin {
  readonly input: ByteInput;
  readonly file: WeightsFile | null;
  readonly external: ExternalFiles;
}

/** A tensor of numbers, or of strings. */
export type ReadTensor = { readonly name: string } & (
  | { readonly source: TensorSource; readonly strings: null }
  | { readonly source: null; readonly strings: StringTensor; readonly unheld: Unheld }
);

const noEntries: ReadonlyMap<string, string> = new Map();
const noFields: Fields = [];
/** The last small payloads: one array for many, as a small array takes more time and room than what is in it. */
let slab = new Uint8Array(0);
let slabUsed = 0;

/** Zeros that nobody else has. */
function small(length: number): Uint8Array {
  if (slabUsed + length > slab.length) {
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
  const at = slabUsed;
  slabUsed = (at + length + 7) & ~7;
  return slab.subarray(at, at + length);
}

/** What a TensorProto says, before it is believed; what few of them say is null, or nothing, until one does. */
class Parts {
  readonly dims: number[] = [];
  dtype = 0;
  name = "";
  /** Event of the name. */
  named = -1;
  raw: Span | null = null;
  external = false;
  typed: Map<number, Span[]> | null = null;
  strings: Span[] | null = null;
  entries: Map<string, string> | null = null;
  rest: number[] | null = null;
}

/** The fields that hold elements of a type one by one, and how. */
const fixed: { readonly [key: number]: readonly DType[] } = {
  [keys.float_data]: ["float32", "complex64"],
  [keys.double_data]: ["float64", "complex128"],
};
const varints: { readonly [key: number]: readonly DType[] } = {
  [keys.int64_data]: ["int64"],
  [keys.uint64_data]: ["uint32", "uint64"],
};

/**
 * The tensor in `range`; `where` names it in errors when it has no name. What the file says beyond it is kept beside it, with its name
 * where that is nobody's (`named` false). Throws `proto/tensor`, `proto/external`, `weights/…`.
 */
export function readTensor(cursor: Cursor, range: Range, origin: Origin, where: string, named: boolean): ReadTensor {
  const parts = collect(cursor, range, where);
  const { name } = parts;
  const called = name === "" ? where : `tensor ${name}`;
  const rest = !named && parts.named >= 0 ? [parts.named, ...(parts.rest ?? [])] : parts.rest;
  const fields = rest === null ? noFields : fieldsAt(cursor, rest, origin);
  if (parts.dtype === stringType) {
    const { tensor, exact } = stringsOf(parts, origin.input, called);
    const unheld = exact ? { fields } : { fields, value: refield(keys.string_data & 31, parts.strings ?? [], origin) };
    return { name, source: null, strings: tensor, unheld };
  }
  const dtype = fromOnnx(parts.dtype, `${cursor.input.name}, ${called}`);
  if (parts.strings !== null) throw malformed(cursor.input, "tensor", `has ${called}, ${dtype}, with strings as its data`);
  const source = sourceOf(parts, dtype, origin, called);
  const typed = parts.typed === null ? noFields : [...parts.typed].flatMap(([key, spans]) => refield(key & 31, spans, origin));
  if (fields.length + typed.length > 0) keep(source, typed.length === 0 ? { fields } : { fields, value: typed });
  return { name, source, strings: null };
}

/** The tensor of numbers in `range`; `proto/tensor` for one of strings. */
function readNumbers(cursor: Cursor, range: Range, origin: Origin, where: string, named: boolean): { name: string; source: TensorSource } {
  const { name, source } = readTensor(cursor, range, origin, where, named);
  if (source === null) throw malformed(cursor.input, "tensor", `has ${where} of strings`);
  return { name, source };
}

/** The SparseTensorProto that event `at` is; its name is that of its values. Throws `proto/sparse` where its parts do not go together. */
export function readSparse(
  cursor: Cursor,
  at: number,
  origin: Origin,
  where: string,
  named: boolean,
): { name: string; sparse: SparseTensor; fields: Fields } {
  const shape: number[] = [];
  const rest: number[] = [];
  let [values, indices] = [-1, -1];
  cursor.fields(cursor.inside(at), (key, i) => {
    if (key === sparseKeys.values) values = i;
    else if (key === sparseKeys.indices) indices = i;
    else if (key === sparseKeys.dims) shape.push(cursor.int(i));
    else rest.push(i);
  });
  if (values < 0 || indices < 0) throw malformed(cursor.input, "sparse", `has ${where} without values or indices`);
  const { name, source } = readNumbers(cursor, cursor.inside(values), origin, `the values of ${where}`, named);
  const places = readNumbers(cursor, cursor.inside(indices), origin, `the indices of ${where}`, false);
  const sparse = { shape, values: source, indices: places.source };
  const problem = sparseProblem(sparse);
  if (problem !== null) throw malformed(cursor.input, "sparse", `has ${name || where}, which ${problem}`);
  return { name, sparse, fields: fieldsAt(cursor, rest, origin) };
}

function push<T>(list: T[] | null, item: T): T[] {
  if (list === null) return [item];
  list.push(item);
  return list;
}

function collect(cursor: Cursor, { begin, end }: Range, where: string): Parts {
  const parts = new Parts();
  for (let i = begin; i < end; i = cursor.next(i)) {
    const key = cursor.key(i);
    if (key === keys.dims) parts.dims.push(cursor.int(i));
    else if (key === keys.data_type) parts.dtype = cursor.int(i);
    else if (key === keys.name) {
      parts.name = cursor.string(i);
      parts.named = i;
    } else if (key === keys.raw_data) parts.raw = cursor.span(i);
    else if (key === keys.external_data) {
      parts.entries ??= new Map();
      cursor.entry(i, parts.entries);
    } else if (key === keys.data_location) parts.external = cursor.int(i) === 1;
    else if (key === keys.string_data) parts.strings = push(parts.strings, cursor.span(i));
    else if (key === keys.segment)
      throw malformed(cursor.input, "tensor", `has ${parts.name || where} in segments, which nothing can read`);
    else if ((key & 31) === 0) parts.rest = push(parts.rest, i);
    else {
      parts.typed ??= new Map();
      parts.typed.set(key, push(parts.typed.get(key) ?? null, cursor.span(i)));
    }
  }
  return parts;
}

function stringsOf(parts: Parts, input: ByteInput, name: string): { tensor: StringTensor; exact: boolean } {
  const { dims: shape } = parts;
  const spans = parts.strings ?? [];
  if (parts.raw !== null || parts.typed !== null || parts.external) {
    throw malformed(input, "tensor", `has ${name}, a tensor of strings, with data that are no strings`);
  }
  if (!shape.every((d) => d >= 0) || numel(shape) !== spans.length)
    throw malformed(input, "tensor", `has ${name}, string[${shape.join(", ")}], with ${spans.length} strings`);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let exact = true;
  const strings = spans.map(({ offset, length }) => {
    const bytes = new Uint8Array(length);
    input.read(offset, bytes);
    const text = decoder.decode(bytes);
    if (text.includes("\ufffd") && !sameBytes(new TextEncoder().encode(text), bytes)) exact = false;
    return text;
  });
  return { tensor: { shape, strings }, exact };
}

function sourceOf(parts: Parts, dtype: DType, origin: Origin, name: string): TensorSource {
  const { dims: shape, raw } = parts;
  const { input } = origin;
  const nbytes = tensorBytes(`${input.name}, ${name}`, dtype, shape);
  const typed = parts.typed === null ? [] : [...parts.typed].filter(([, spans]) => spans.some((s) => s.length > 0));
  if ((raw !== null && raw.length > 0 ? 1 : 0) + typed.length + (parts.external ? 1 : 0) > 1) {
    throw malformed(input, "tensor", `has ${name} with its data in several fields`);
  }
  if (parts.external) return externalSource(parts.entries ?? noEntries, dtype, shape, nbytes, origin, name);
  if (typed[0] !== undefined) return typedSource(typed[0][0], typed[0][1], dtype, shape, input, name);
  const length = raw?.length ?? 0;
  if (length !== nbytes) {
    throw malformed(input, "tensor", `has ${name}, ${dtype}[${shape.join(", ")}], ${nbytes} bytes, with ${length} bytes of data`);
  }
  if (raw === null || length <= maxCopied) {
    const bytes = small(length);
    if (raw !== null) input.read(raw.offset, bytes);
    return bufferSource(dtype, shape, bytes, name);
  }
  if (origin.file !== null) return fileSource({ file: origin.file, offset: raw.offset, dtype, shape, name });
  return inputSource(input, raw.offset, dtype, shape, name);
}

function externalSource(
  entries: ReadonlyMap<string, string>,
  dtype: DType,
  shape: readonly number[],
  nbytes: number,
  origin: Origin,
  name: string,
): TensorSource {
  const model = origin.input.name;
  const location = entries.get("location");
  const hint = "the file is damaged, or its writer was wrong: write it again";
  if (location === undefined) throw new OnnxExporterError("proto/external", `${model}: ${name} has external data without a location`, hint);
  const offset = externalNumber(model, name, "offset", entries.get("offset") ?? "0");
  const length = externalNumber(model, name, "length", entries.get("length") ?? String(nbytes));
  if (length !== nbytes) {
    throw new OnnxExporterError(
      "proto/external",
      `${model}: ${name} is ${dtype}[${shape.join(", ")}], ${nbytes} bytes, but its external data has ${length}`,
      hint,
    );
  }
  return origin.external.tensor(location, offset, dtype, shape, name);
}

/** Elements in float_data, int32_data and their like: small by nature, so they are decoded at once. */
function typedSource(
  key: number,
  spans: readonly Span[],
  dtype: DType,
  shape: readonly number[],
  input: ByteInput,
  name: string,
): TensorSource {
  const packed = new Uint8Array(spans.reduce((n, s) => n + s.length, 0));
  let at = 0;
  for (const { offset, length } of spans) {
    input.read(offset, packed.subarray(at, at + length));
    at += length;
  }
  const nbytes = tensorBytes(name, dtype, shape);
  const { size } = dtypes[dtype];
  const other = !(key in fixed) && !(key in varints);
  const fits = key in fixed ? fixed[key] : key in varints ? varints[key] : null;
  if (fits != null ? !fits.includes(dtype) : size > 4 || dtype === "float32" || dtype === "uint32") {
    throw malformed(input, "tensor", `has ${name}, ${dtype}, with its data in a field of another type`);
  }
  let bytes = packed;
  if (!(key in fixed)) bytes = decodeVarints(packed, other && size < 1 ? 1 : size, size < 1 ? nbytes : nbytes / size, input, name);
  if (bytes.length === nbytes) return bufferSource(dtype, shape, bytes, name);
  throw malformed(
    input,
    "tensor",
    `has ${name}, ${dtype}[${shape.join(", ")}], with ${bytes.length} bytes of elements instead of ${nbytes}`,
  );
}
