/** @file TensorProto → TensorSource: raw data, typed data and external data; payloads stay where they are until they are read. */

import { core } from "../../core/door.ts";
import { type DType, dtypes, fromOnnx } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { bufferSource } from "../../weights/basic.ts";
import { fileSource } from "../../weights/file.ts";
import type { WeightsFile } from "../../weights/files.ts";
import { pieceBytes, source, type TensorSource, tensorBytes } from "../../weights/source.ts";
import type { Cursor, Range } from "./cursor.ts";
import { type ExternalFiles, externalNumber } from "./external.ts";
import { type ByteInput, malformed } from "./scan.ts";
import { keysOf } from "./schema.ts";

const keys = keysOf("TensorProto");

/** Where tensors come from: the model's own bytes, as a file where they are one, and the files beside it. */
export interface Origin {
  readonly input: ByteInput;
  readonly file: WeightsFile | null;
  readonly external: ExternalFiles;
}

export interface NamedTensor {
  readonly name: string;
  readonly doc_string: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly source: TensorSource;
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What a TensorProto says, before it is believed. */
class Parts {
  readonly dims: number[] = [];
  dtype = 0;
  name = "";
  doc_string = "";
  raw: Span | null = null;
  external = false;
  readonly typed = new Map<number, Span[]>();
  readonly entries = new Map<string, string>();
  readonly metadata = new Map<string, string>();
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

/** The tensor in `range`; `where` names it in errors when it has no name. Throws `proto/tensor`, `proto/external`, `weights/…`. */
export function readTensor(cursor: Cursor, range: Range, origin: Origin, where: string): NamedTensor {
  const parts = collect(cursor, range, where);
  const { name, doc_string, metadata } = parts;
  const called = name === "" ? where : `tensor ${name}`;
  if (parts.dtype === 8) {
    throw new OnnxExporterError(
      "proto/unsupported",
      `${cursor.input.name}: ${called} is a tensor of strings`,
      "only tensors of numbers can be held: remove what uses it",
    );
  }
  const dtype = fromOnnx(parts.dtype, `${cursor.input.name}, ${called}`);
  return { name, doc_string, metadata, source: sourceOf(parts, dtype, origin, called) };
}

function collect(cursor: Cursor, range: Range, where: string): Parts {
  const parts = new Parts();
  cursor.fields(range, (key, i) => {
    if (key === keys.dims) parts.dims.push(cursor.int(i));
    else if (key === keys.data_type) parts.dtype = cursor.int(i);
    else if (key === keys.name) parts.name = cursor.string(i);
    else if (key === keys.doc_string) parts.doc_string = cursor.string(i);
    else if (key === keys.raw_data) parts.raw = cursor.span(i);
    else if (key === keys.external_data) cursor.entry(i, parts.entries);
    else if (key === keys.data_location) parts.external = cursor.int(i) === 1;
    else if (key === keys.metadata_props) cursor.entry(i, parts.metadata);
    else if (key === keys.segment || key === keys.string_data) {
      throw malformed(
        cursor.input,
        "tensor",
        `has ${parts.name || where} in ${key === keys.segment ? "segments" : "strings"}, which nothing can read`,
      );
    } else if ((key & 31) !== 0) {
      const spans = parts.typed.get(key) ?? [];
      spans.push(cursor.span(i));
      parts.typed.set(key, spans);
    }
  });
  return parts;
}

function sourceOf(parts: Parts, dtype: DType, origin: Origin, name: string): TensorSource {
  const { dims: shape, raw } = parts;
  const { input } = origin;
  const nbytes = tensorBytes(`${input.name}, ${name}`, dtype, shape);
  const shown = `${dtype}[${shape.join(", ")}], ${nbytes} bytes`;
  const typed = [...parts.typed].filter(([, spans]) => spans.some((s) => s.length > 0));
  if ((raw !== null && raw.length > 0 ? 1 : 0) + typed.length + (parts.external ? 1 : 0) > 1) {
    throw malformed(input, "tensor", `has ${name} with its data in several fields`);
  }
  if (parts.external) return externalSource(parts.entries, dtype, shape, nbytes, origin, name);
  if (typed[0] !== undefined) return typedSource(typed[0][0], typed[0][1], dtype, shape, input, name);
  const length = raw?.length ?? 0;
  if (length !== nbytes) throw malformed(input, "tensor", `has ${name}, ${shown}, with ${length} bytes of data`);
  if (raw === null) return bufferSource(dtype, shape, new Uint8Array(0), name);
  if (origin.file !== null) return fileSource({ file: origin.file, offset: raw.offset, dtype, shape, name });
  return inputSource(input, raw.offset, dtype, shape, name);
}

function inputSource(input: ByteInput, offset: number, dtype: DType, shape: readonly number[], name: string): TensorSource {
  return source({
    name,
    dtype,
    shape,
    key: null,
    *pieces(budget, begin, end) {
      const buffer = new Uint8Array(Math.min(budget, pieceBytes, end - begin));
      for (let at = begin; at < end; at += buffer.length) {
        const piece = buffer.subarray(0, Math.min(buffer.length, end - at));
        input.read(offset + at, piece);
        yield piece;
      }
    },
  });
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
  return fileSource({ file: origin.external.find(location, name), offset, length, dtype, shape, name });
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

/** The low `size` bytes of each varint. */
function decodeVarints(packed: Uint8Array, size: number, count: number, input: ByteInput, name: string): Uint8Array<ArrayBuffer> {
  const { epoch } = core;
  const room = Math.min(count, packed.length);
  const ptr = core.alloc(packed.length + 16 + room * 8);
  try {
    core.view(ptr, packed.length, epoch).set(packed);
    const words = ptr + ((packed.length + 15) & ~15);
    const n = core.exports.wire_varints(ptr, packed.length, words, room);
    if (n < 0)
      throw malformed(input, "tensor", `has ${name} with ${n === -1 ? "integers that are cut off" : "more elements than its shape"}`);
    const wide = core.view(words, n * 8, epoch);
    const bytes = new Uint8Array(n * size);
    for (let i = 0; i < n; i++) for (let b = 0; b < size; b++) bytes[i * size + b] = wide[i * 8 + b] as number;
    return bytes;
  } finally {
    core.free(ptr, epoch);
  }
}
