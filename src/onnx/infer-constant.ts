/** @file Which constants inference reads the elements of: small ones of integers, and of floats where an op looks at them. */

import { numel } from "../core/strided.ts";
import { type DType, dtypes } from "../dtype.ts";
import type { TensorSource } from "../weights/source.ts";
import type { Value } from "./ir/graph.ts";

/** As in assembly/infer/table.ts. */
export const MAX_ELEMENTS = 64;

/** Ops that read the elements of float constants: only their inputs are looked up. */
const floatReaders = new Set(["Resize", "Upsample", "Range", "Cast", "CastLike", "Mul", "OneHot"]);

/** Whether inference tracks elements of this dtype. */
export const isIndex = (dtype: DType): boolean => {
  const { kind, size } = dtypes[dtype];
  return kind === "bool" || ((kind === "int" || kind === "uint") && size >= 1);
};
export const isSmall = (s: TensorSource): boolean => s.materialized && numel(s.shape) <= MAX_ELEMENTS;

/** The tensor that a value is, where the model has its bytes: an initializer, or a Constant node's tensor. */
export function constantOf(value: Value): TensorSource | null {
  if (value.source !== null) return value.source;
  const a = value.producer?.op === "Constant" ? value.producer.attributes.get("value") : undefined;
  return a?.kind === "tensor" ? a.value : null;
}

export const readsFloats = (value: Value): boolean => {
  for (const { node } of value.uses) if (floatReaders.has(node.op)) return true;
  return false;
};
