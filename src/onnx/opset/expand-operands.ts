/** @file What expand rows read of an op: inputs and attributes with their defaults. */

import type { DType } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { Value } from "../ir/graph.ts";
import type { Attributes } from "./attributes.ts";

/** Input `index`, which the op cannot be without. */
export const given = (inputs: readonly (Value | null)[], index: number): Value => inputs[index] ?? internal(`input ${index} is missing`);

const otherKind = (name: string): never => internal(`attribute ${name} is of another kind`);

/** Attributes as builders give them. */
export const attr = {
  number(attributes: Attributes, name: string, otherwise: number): number {
    const x = attributes[name] ?? otherwise;
    return typeof x === "number" || typeof x === "bigint" || typeof x === "boolean" ? Number(x) : otherKind(name);
  },
  string(attributes: Attributes, name: string, otherwise: string): string {
    const x = attributes[name] ?? otherwise;
    return typeof x === "string" ? x : otherKind(name);
  },
};

/** The dtype in which an op with `stash_type` computes: 1 (the default) is float32; float64 is never narrowed. */
export function stashDType(attributes: Attributes, dtype: DType): DType {
  const stash = attributes.stash_type ?? 1;
  const wide = stash === 1 || stash === "float32";
  return wide && (dtype === "float16" || dtype === "bfloat16") ? "float32" : dtype;
}
