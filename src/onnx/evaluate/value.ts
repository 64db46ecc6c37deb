/** @file What ONNX values are while a model is computed: tensors of the core, strings, sequences, maps, and nothing. */

import type { Storage, Strided } from "../../core/strided.ts";
import { isStrided } from "../../core/strided.ts";
import type { DType } from "../../dtype.ts";
import type { StringTensor } from "../ir/graph.ts";

/** A sequence, whose elements are of one type. */
export interface Sequence {
  readonly kind: "sequence";
  readonly elements: readonly Computed[];
  /** dtype of the tensors in it; says what an empty sequence is of. */
  readonly dtype: DType | "string";
}

/** A map of ai.onnx.ml: from integers or strings to numbers or strings. */
export interface MapValue {
  readonly kind: "map";
  readonly entries: ReadonlyMap<bigint | string, number | bigint | string>;
  readonly dtype: DType | "string";
}

/** An optional that holds nothing. One that holds something is that thing. */
export interface None {
  readonly kind: "none";
}
export const none: None = { kind: "none" };

/** A value of ONNX. Sub-byte elements take a byte each, as everywhere in the core. */
export type Computed = Strided | StringTensor | Sequence | MapValue | None;

export const isStrings = (x: Computed): x is StringTensor => "strings" in x;
export const isSequence = (x: Computed): x is Sequence => "kind" in x && x.kind === "sequence";
export const isMap = (x: Computed): x is MapValue => "kind" in x && x.kind === "map";
export const isNone = (x: Computed): x is None => "kind" in x && x.kind === "none";

/** The storages that a value uses. */
export function* storagesOf(x: Computed | null): Generator<Storage, void, void> {
  if (x === null) return;
  if (isStrided(x)) yield x.storage;
  else if (isSequence(x)) for (const element of x.elements) yield* storagesOf(element);
}

/** What a value is, for messages. */
export function describe(x: Computed | null): string {
  if (x === null) return "nothing";
  if (isStrided(x)) return `${x.dtype}[${x.shape.join(", ")}]`;
  if (isStrings(x)) return `string[${x.shape.join(", ")}]`;
  if (isSequence(x)) return `a sequence of ${x.elements.length} ${x.dtype} tensors`;
  return isMap(x) ? `a map to ${x.dtype}` : "an empty optional";
}
