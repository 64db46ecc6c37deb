/** @file Which constants inference reads the elements of: small ones of integers, and of floats where an op looks at them. */

import { numel } from "../core/strided.ts";
import { type DType, dtypes } from "../dtype.ts";
import type { TensorSource } from "../weights/source.ts";
import type { Value } from "./ir/graph.ts";
import { bytesOf, elementsOf } from "./opset/literal.ts";

/** As in assembly/infer/table.ts. */
export const MAX_ELEMENTS = 64;

/** Ops that read the elements of float constants: only their inputs are looked up. */
const floatReaders = new Set(["Resize", "Upsample", "Range", "Cast", "CastLike", "Mul", "OneHot"]);

/** Whether inference tracks elements of this dtype. */
export const isIndex = (dtype: DType): boolean => indexTypes.has(dtype);
const indexTypes: ReadonlySet<DType> = new Set(
  (Object.keys(dtypes) as DType[]).filter((d) => {
    const { kind, size } = dtypes[d];
    return kind === "bool" || ((kind === "int" || kind === "uint") && size >= 1);
  }),
);

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);

/** The elements of a small tensor of integers. Nearly all are int64 and small: those become numbers without a bigint between. */
export function integersOf(source: TensorSource): (number | bigint)[] {
  if (source.dtype !== "int64") return elementsOf(source);
  const bytes = bytesOf(source);
  const elements = new Array<number>(bytes.length / 8);
  for (let i = 0; i < elements.length; i++) {
    const low = word(bytes, 8 * i);
    if (word(bytes, 8 * i + 4) !== low >> 31) return elementsOf(source);
    elements[i] = low;
  }
  return elements;
}
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
