/** @file Tensors → TensorProto. What a file said of a tensor beyond the IR is written back as long as the tensor is the same. */

import { dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { bytesIn, type TensorSource } from "../../weights/source.ts";
import { stringType } from "../ir/container.ts";
import type { SparseTensor, StringTensor } from "../ir/graph.ts";
import { type Fields, type Unheld, unheldOf } from "../ir/unheld.ts";
import { enums, fieldsOf } from "./schema.ts";
import type { Tokens } from "./tokens.ts";

const tensorFields = fieldsOf("TensorProto");
const sparseFields = fieldsOf("SparseTensorProto");
const entryFields = fieldsOf("StringStringEntryProto");

/** Payloads up to here are copied into the message; larger ones are streamed into their place. */
const maxCopied = 64 << 10;

/** Where the bytes of an initializer are: in the file itself (null), or in another. */
export interface Placement {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}
export type Place = (source: TensorSource) => Placement | null;

/** Writes tensors; `payloads` are what the holes that it leaves are filled with. */
export class TensorWriter {
  readonly payloads: TensorSource[] = [];
  readonly #tokens: Tokens;
  readonly #place: Place;

  constructor(tokens: Tokens, place: Place) {
    this.#tokens = tokens;
    this.#place = place;
  }

  /** A tensor of numbers; one that is `placeable` may lie in another file. */
  numbers(field: number, name: string, source: TensorSource, placeable: boolean): void {
    const t = this.#tokens;
    const unheld = unheldOf(source);
    t.begin(field);
    for (const d of source.shape) t.int(tensorFields.dims, d);
    t.int(tensorFields.data_type, onnxType(source.dtype));
    if (name !== "") t.string(tensorFields.name, name);
    const place = placeable ? this.#place(source) : null;
    if (place !== null) this.#outside(place);
    else if (unheld?.value !== undefined) this.fields(unheld.value);
    else if (source.nbytes <= maxCopied) t.bytes(tensorFields.raw_data, bytesIn(source, maxCopied));
    else t.hole(tensorFields.raw_data, this.payloads.push(source) - 1, source.nbytes);
    this.fields(unheld?.fields ?? none);
    t.end();
  }

  strings(field: number, name: string, tensor: StringTensor): void {
    const t = this.#tokens;
    const unheld = unheldOf(tensor);
    t.begin(field);
    for (const d of tensor.shape) t.int(tensorFields.dims, d);
    t.int(tensorFields.data_type, stringType);
    if (unheld?.value !== undefined) this.fields(unheld.value);
    else for (const s of tensor.strings) t.string(tensorFields.string_data, s);
    if (name !== "") t.string(tensorFields.name, name);
    this.fields(unheld?.fields ?? none);
    t.end();
  }

  /** A sparse tensor, with what `unheld` says of it. */
  sparse(field: number, name: string, { shape, values, indices }: SparseTensor, unheld?: Unheld): void {
    const t = this.#tokens;
    t.begin(field);
    this.numbers(sparseFields.values, name, values, false);
    this.numbers(sparseFields.indices, "", indices, false);
    for (const d of shape) t.int(sparseFields.dims, d);
    this.fields(unheld?.fields ?? none);
    t.end();
  }

  /** Fields as they were read. */
  fields(fields: Fields): void {
    for (const piece of fields) {
      if (piece instanceof Uint8Array) this.#tokens.fields(piece);
      else this.#tokens.fieldsHole(this.payloads.push(piece) - 1, piece.nbytes);
    }
  }

  #outside({ location, offset, length }: Placement): void {
    const t = this.#tokens;
    this.#entry("location", location);
    this.#entry("offset", String(offset));
    this.#entry("length", String(length));
    t.int(tensorFields.data_location, enums.DataLocation.EXTERNAL);
  }

  #entry(key: string, value: string): void {
    const t = this.#tokens;
    t.begin(tensorFields.external_data);
    t.string(entryFields.key, key);
    t.string(entryFields.value, value);
    t.end();
  }
}

const none: Fields = [];

/** ONNX's number of a dtype. Throws `save/dtype` for those that ONNX lacks. */
export function onnxType(dtype: keyof typeof dtypes): number {
  const { onnx } = dtypes[dtype];
  if (onnx > 0) return onnx;
  throw new OnnxExporterError("save/dtype", `ONNX has no ${dtype}`, "split complex numbers into real pairs before saving");
}
