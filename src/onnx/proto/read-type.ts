/** @file TypeProto → the IR's types; what they do not hold (denotations, unknown fields) is kept beside the value. */

import { fromOnnx } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { type Dim, type SymEnv, show } from "../../symbolic.ts";
import { stringType } from "../ir/container.ts";
import { parseDim } from "../ir/dim-text.ts";
import type { AnyType, ContainerType } from "../ir/graph.ts";
import type { Fields } from "../ir/unheld.ts";
import type { Cursor } from "./cursor.ts";
import { fieldsAt } from "./read-fields.ts";
import type { Origin } from "./read-tensor.ts";
import { keysOf } from "./schema.ts";

const typeKeys = keysOf("TypeProto");
const tensorKeys = keysOf("TensorType");
const sparseKeys = keysOf("SparseTensorType");
const sequenceKeys = keysOf("SequenceType");
const optionalKeys = keysOf("OptionalType");
const mapKeys = keysOf("MapType");
const opaqueKeys = keysOf("OpaqueType");
const shapeKeys = keysOf("TensorShapeProto");
const dimKeys = keysOf("Dimension");

export interface ReadType {
  readonly type: AnyType | null;
  /** False where the TypeProto says more than `type`. */
  readonly exact: boolean;
  /** Fields beside those of a tensor's type, and of its dims. */
  readonly fields: Fields;
  readonly dims: readonly Fields[];
}

/** Reads TypeProtos. Throws `dtype/…` naming the value. */
export class TypeReader {
  readonly #cursor: Cursor;
  readonly #env: SymEnv;
  readonly #origin: Origin;
  #exact = true;
  #fields: Fields = [];
  #dims: Fields[] = [];

  constructor(cursor: Cursor, env: SymEnv, origin: Origin) {
    this.#cursor = cursor;
    this.#env = env;
    this.#origin = origin;
  }

  /** The type that event `at` is, of the value `name`. */
  read(at: number, name: string): ReadType {
    this.#exact = true;
    this.#fields = [];
    this.#dims = [];
    const type = this.#any(at, name, true);
    return { type, exact: this.#exact, fields: this.#fields, dims: this.#dims };
  }

  #any(at: number, name: string, top = false): AnyType | null {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    let type: AnyType | null = null;
    for (let i = begin; i < end; i = cursor.next(i)) {
      const key = cursor.key(i);
      if (key === typeKeys.tensor_type) type = this.#tensor(i, name, top);
      else if (key === typeKeys.sparse_tensor_type) type = this.#sparse(i, name);
      else if (key === typeKeys.sequence_type) type = { kind: "sequence", of: this.#element(i, sequenceKeys.elem_type, name) };
      else if (key === typeKeys.optional_type) type = { kind: "optional", of: this.#element(i, optionalKeys.elem_type, name) };
      else if (key === typeKeys.map_type) type = this.#map(i, name);
      else if (key === typeKeys.opaque_type) type = this.#opaque(i);
      else {
        this.#exact = false;
        if (top) this.#fields = [...this.#fields, ...fieldsAt(cursor, [i], this.#origin)];
      }
    }
    if (type === null) this.#exact = false;
    return type;
  }

  #tensor(at: number, name: string, top: boolean): AnyType | null {
    const { elem, shape } = this.#parts(at, tensorKeys, name, top);
    if (elem === stringType) return { kind: "strings", shape };
    return elem === 0 ? null : { kind: "tensor", dtype: fromOnnx(elem, this.#where(name)), shape };
  }

  #sparse(at: number, name: string): ContainerType | null {
    const { elem, shape } = this.#parts(at, sparseKeys, name, false);
    return elem === 0 ? null : { kind: "sparse_tensor", dtype: fromOnnx(elem, this.#where(name)), shape };
  }

  #parts(at: number, keys: typeof tensorKeys, name: string, top: boolean): { elem: number; shape: Dim[] | null } {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    let elem = 0;
    let shape: Dim[] | null = null;
    for (let i = begin; i < end; i = cursor.next(i)) {
      const key = cursor.key(i);
      if (key === keys.elem_type) elem = cursor.int(i);
      else if (key === keys.shape) shape = this.#shape(i, name, top);
      else this.#exact = false;
    }
    return { elem, shape };
  }

  #element(at: number, key: number, name: string): AnyType | null {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    let of: AnyType | null = null;
    for (let i = begin; i < end; i = cursor.next(i)) {
      if (cursor.key(i) === key) of = this.#any(i, name);
      else this.#exact = false;
    }
    return of;
  }

  #map(at: number, name: string): ContainerType {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    let key = 0;
    for (let i = begin; i < end; i = cursor.next(i)) if (cursor.key(i) === mapKeys.key_type) key = cursor.int(i);
    const known = key === stringType ? "string" : fromOnnx(key, `${this.#where(name)}, a map's keys`);
    let of: AnyType | null = null;
    for (let i = begin; i < end; i = cursor.next(i)) {
      if (cursor.key(i) === mapKeys.value_type) of = this.#any(i, name);
      else if (cursor.key(i) !== mapKeys.key_type) this.#exact = false;
    }
    return { kind: "map", key: known, of };
  }

  #opaque(at: number): ContainerType {
    const cursor = this.#cursor;
    let [domain, name] = ["", ""];
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key === opaqueKeys.domain) domain = cursor.string(i);
      else if (key === opaqueKeys.name) name = cursor.string(i);
      else this.#exact = false;
    });
    return { kind: "opaque", domain, name };
  }

  #shape(at: number, name: string, top: boolean): Dim[] {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    const shape: Dim[] = [];
    const dims: Fields[] = [];
    for (let i = begin; i < end; i = cursor.next(i)) {
      if (cursor.key(i) !== shapeKeys.dim) {
        this.#exact = false;
        continue;
      }
      const rest: number[] = [];
      shape.push(this.#dim(i, rest) ?? this.#unnamed(`${name}_dim_${shape.length}`));
      if (rest.length > 0) dims[shape.length - 1] = fieldsAt(cursor, rest, this.#origin);
    }
    if (dims.length > 0) this.#exact = false;
    if (top) this.#dims = dims;
    return shape;
  }

  /** Sizes below 0 are what some writers call a size that they do not know. */
  #dim(at: number, rest: number[]): Dim | null {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    let dim: Dim | null = null;
    for (let i = begin; i < end; i++) {
      const key = cursor.key(i);
      if (key === dimKeys.dim_value) dim = this.#size(i);
      else if (key === dimKeys.dim_param) dim = cursor.string(i) === "" ? null : readDim(cursor.string(i), this.#env);
      else rest.push(i);
    }
    return dim;
  }

  #size(i: number): Dim | null {
    const size = this.#cursor.integer(i);
    if (typeof size === "number") return size < 0 ? null : size;
    throw new OnnxExporterError(
      "proto/dim",
      `${this.#cursor.input.name}: a dim of ${size} elements`,
      "no tensor has so many: the file is damaged",
    );
  }

  #unnamed(hint: string): Dim {
    const dim = this.#env.fresh(hint);
    this.#env.setRange(dim, 0, null);
    return dim;
  }

  #where(name: string): string {
    return `${this.#cursor.input.name}, value ${name}`;
  }
}

/** A dim_param: an expression where it is one that we would print just so, else the name of a symbol. */
export function readDim(text: string, env: SymEnv): Dim {
  if (/^[A-Za-z_]\w*$/.test(text)) return env.symbol(text, 0);
  try {
    const dim = parseDim(text, env);
    if (show(dim) === text) return dim;
  } catch (error) {
    if (!(error instanceof OnnxExporterError)) throw error;
  }
  return env.symbol(text, 0);
}
