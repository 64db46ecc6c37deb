/** @file Weights and constants of an archive: payload configs with raw storages (2.9+), or one pickled dict (2.5 to 2.8). */

import type { TensorSource } from "../../weights/source.ts";
import { layout, scalarType } from "./enums.ts";
import { boolOf, type Json, listOf, member, numberOf, objectOf, parseJson, stringOf, unionOf } from "./json.ts";
import { payload, type View } from "./payload.ts";
import { type Py, PyObject } from "./pickle.ts";
import type { Place } from "./place.ts";
import { PtFile, PySubclass, PyTensor } from "./pt-file.ts";
import type { Zip } from "./zip.ts";

/** Tensors by name; of tensor subclasses, the parts by attribute. */
export interface Payloads {
  readonly tensors: Map<string, TensorSource>;
  readonly subclasses: Map<string, Subclass>;
  /** TorchBind and opaque objects: there, but never read. */
  readonly objects: Set<string>;
}

/** A tensor of a subclass (torchao's Int8Tensor): parts that are tensors, or subclasses again. */
export interface Subclass {
  readonly type: string;
  readonly parts: ReadonlyMap<string, TensorSource | Subclass>;
}

export const isSubclass = (x: TensorSource | Subclass): x is Subclass => "parts" in x;

export const noPayloads = (): Payloads => ({ tensors: new Map(), subclasses: new Map(), objects: new Set() });

/** Reads `<folder><model>_<kind>_config.json` and binds each tensor to its file in `folder`. */
export function readPayloadConfig(zip: Zip, config: string, folder: string): Payloads {
  const entry = zip.entries.get(config);
  if (entry === undefined) zip.place.fail("missing-entry", `no entry ${config}`);
  const place = zip.place.within(config);
  const json = objectOf(parseJson(zip.readAll(entry, true).toString("utf8"), place), "the config", place);
  const found = noPayloads();
  for (const [name, meta] of Object.entries(objectOf(member(json, "config"), "config", place)))
    readPayload(zip, folder, name, meta, place, found);
  return found;
}

function readPayload(zip: Zip, folder: string, name: string, json: Json, place: Place, found: Payloads): void {
  place.spot = name;
  const meta = objectOf(json, name, place);
  const path = folder + stringOf(member(meta, "path_name"), "path_name", place);
  const entry = zip.entries.get(path);
  if (entry === undefined) place.fail("missing-entry", `the tensor ${name} lies in ${path}, which is not in the archive`);
  const inside = zip.place.within(path);
  if (boolOf(member(meta, "use_pickle") ?? false, "use_pickle", place)) {
    add(found, name, pickled(new PtFile(zip.open(entry), inside), name));
  } else if ((member(meta, "tensor_meta") ?? null) === null) {
    found.objects.add(name);
  } else {
    found.tensors.set(name, payload(zip.open(entry), viewOf(member(meta, "tensor_meta"), name, place), name, inside));
  }
}

function viewOf(json: Json | undefined, name: string, place: Place): View {
  const meta = objectOf(json, "tensor_meta", place);
  const size = (d: Json | undefined, what: string): number => {
    const [form, body] = unionOf(d, what, place);
    return form === "as_int" ? numberOf(body, what, place) : place.fail("schema", `${name}: ${what} of a stored tensor is symbolic`);
  };
  const sizes = (key: string): number[] => listOf(member(meta, key), key, place).map((d) => size(d, key));
  const kind = layout(numberOf(member(meta, "layout"), "layout", place), place);
  if (kind !== "strided")
    place.fail("layout", `the tensor ${name} is ${kind}; only strided tensors can be exported`, "call .to_dense() on it in the model");
  return {
    dtype: scalarType(numberOf(member(meta, "dtype"), "dtype", place), name, place),
    shape: sizes("sizes"),
    strides: sizes("strides"),
    storageOffset: size(member(meta, "storage_offset"), "storage_offset"),
  };
}

/** Reads a pickled dict of tensors. An empty entry is an empty dict. */
export function readPickledPayloads(zip: Zip, name: string): Payloads {
  const found = noPayloads();
  const entry = zip.entries.get(name);
  if (entry === undefined) zip.place.fail("missing-entry", `no entry ${name}`);
  if (entry.size === 0) return found;
  const file: PtFile = new PtFile(zip.open(entry), zip.place.within(name));
  const dict = file.value instanceof PyObject ? file.value.items : file.value;
  if (!(dict instanceof Map)) file.place.fail("pickle", "wanted a dict of tensors");
  for (const [key, value] of dict) {
    if (typeof key !== "string") file.place.fail("pickle", "a tensor whose name is no text");
    add(found, key, payloadOf(file, value, key));
  }
  return found;
}

type Found = TensorSource | Subclass | null;

function add(found: Payloads, name: string, payload: Found): void {
  if (payload === null) found.objects.add(name);
  else if (isSubclass(payload)) found.subclasses.set(name, payload);
  else found.tensors.set(name, payload);
}

const pickled = (file: PtFile, name: string): Found => payloadOf(file, file.value, name);

/** null: neither a tensor nor made of tensors. */
function payloadOf(file: PtFile, value: Py, name: string, depth = 0): Found {
  if (value instanceof PyTensor) return file.source(value, name);
  if (!(value instanceof PySubclass)) return null;
  if (depth > 20) file.place.fail("pickle", `${name}: tensor subclasses nested too deep`);
  const parts = new Map<string, TensorSource | Subclass>();
  if (value.state instanceof Map) {
    for (const [key, part] of value.state) {
      const inner = typeof key === "string" ? payloadOf(file, part, `${name}.${key}`, depth + 1) : null;
      if (inner !== null) parts.set(key as string, inner);
    }
  }
  return { type: value.type, parts };
}
