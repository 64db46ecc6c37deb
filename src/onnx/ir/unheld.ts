/**
 * @file What a file says beyond what the IR holds (unknown fields, device configurations, training information, denotations, …): kept
 * beside the object that it belongs to, in protobuf's own bytes, and written back with it.
 */

import type { TensorSource } from "../../weights/source.ts";
import type { Attribute, ContainerType, Graph, Model, Node, StringTensor, Value, ValueType } from "./graph.ts";

/** Whole fields, heads and all; long ones stay in their file, as sources of uint8. */
export type Fields = readonly (Uint8Array | TensorSource)[];

export interface Unheld {
  readonly fields: Fields;
  /** The value itself, where the IR's form says less: strings that are not UTF-8, or elements that lie in typed fields. */
  readonly value?: Fields;
}

/** What the TypeProto of a value says beyond the IR's type. */
export interface UnheldType {
  /** The type that was read; another one has come to be known since where the value's is not this one. */
  readonly of: ValueType | ContainerType | null;
  /** The field that has the type. */
  readonly whole: Fields;
  /** Fields beside those of the type, and of each dim: they stay when more comes to be known of the type. */
  readonly fields: Fields;
  readonly dims: readonly Fields[];
}

type Holder = Model | Graph | Node | Value | Attribute | TensorSource | StringTensor;
const unheld = new WeakMap<Holder, Unheld>();
const types = new WeakMap<Value, UnheldType>();

export const unheldOf = (object: Holder): Unheld | undefined => unheld.get(object);
export const unheldTypeOf = (value: Value): UnheldType | undefined => types.get(value);

/** Keeps what a file says of `object`, behind what is kept already. */
export function keep(object: Holder, { fields, value }: Unheld): void {
  if (fields.length === 0 && value === undefined) return;
  const before = unheld.get(object);
  const all = [...(before?.fields ?? []), ...fields];
  const exact = value ?? before?.value;
  unheld.set(object, exact === undefined ? { fields: all } : { fields: all, value: exact });
}

export function keepType(value: Value, type: UnheldType): void {
  types.set(value, type);
}

/** `to` takes the place of `from`, or is its copy. */
export function copyUnheld(from: Holder, to: Holder): void {
  const found = unheld.get(from);
  if (found !== undefined) unheld.set(to, found);
}
export function copyUnheldType(from: Value, to: Value): void {
  const found = types.get(from);
  if (found !== undefined) types.set(to, found);
}
