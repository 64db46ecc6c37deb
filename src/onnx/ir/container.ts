/** @file Types that are no tensors of numbers: as a row of inference's table has them, and as text. */

import { type DType, dtypes, fromOnnx } from "../../dtype.ts";
import { type Dim, show } from "../../symbolic.ts";
import type { AnyType, ContainerType, Value } from "./graph.ts";

/** `TensorProto.DataType.STRING`. */
export const stringType = 8;

/** Bits of a row's kind (assembly/infer/table.ts): an optional of a sequence has both. */
const sequence = 1;
const optional = 2;

/** What inference knows of a value: what holds its tensors, their dtype (ONNX's number; 0: unknown), and the dims that they share. */
export interface Row {
  readonly kind: number;
  readonly dtype: number;
  readonly dims: readonly Dim[] | null;
}

/** The row of a type; null for maps and sparse tensors, of which inference knows nothing. */
export function rowOf(type: AnyType): Row | null {
  if (type.kind === "tensor") return { kind: 0, dtype: dtypes[type.dtype].onnx, dims: type.shape };
  if (type.kind === "strings") return { kind: 0, dtype: stringType, dims: type.shape };
  if (type.kind !== "sequence" && type.kind !== "optional") return null;
  const inner = type.of === null ? { kind: 0, dtype: 0, dims: null } : rowOf(type.of);
  const bit = type.kind === "sequence" ? sequence : optional;
  return inner === null || inner.kind >= bit ? null : { ...inner, kind: inner.kind | bit };
}

/** The type of a row that is no tensor of numbers. */
export function containerOf({ kind, dtype, dims }: Row): ContainerType {
  const tensor: AnyType | null =
    dtype === 0
      ? null
      : dtype === stringType
        ? { kind: "strings", shape: dims }
        : { kind: "tensor", dtype: fromOnnx(dtype, "inference"), shape: dims };
  if (kind === 0) return { kind: "strings", shape: dims };
  const inner: AnyType | null = (kind & sequence) === 0 ? tensor : { kind: "sequence", of: tensor };
  return (kind & optional) === 0 ? { kind: "sequence", of: tensor } : { kind: "optional", of: inner };
}

const shapeText = (shape: readonly Dim[] | null): string => (shape === null ? "?" : `[${shape.map(show).join(", ")}]`);
const dtypeText = (dtype: DType | "string"): string => (dtype === "string" ? "string" : dtypes[dtype].suffix);

/** `f32[N, 3]`; `f32?` where the rank is not known; `seq(f32[2])`, `optional(…)`, `map(i64, …)`, `string[3]`, `sparse(f32[2, 2])`. */
export function typeText(type: AnyType): string {
  const inner = (of: AnyType | null): string => (of === null ? "?" : typeText(of));
  switch (type.kind) {
    case "tensor":
      return dtypeText(type.dtype) + shapeText(type.shape);
    case "strings":
      return `string${shapeText(type.shape)}`;
    case "sparse_tensor":
      return `sparse(${dtypeText(type.dtype)}${shapeText(type.shape)})`;
    case "sequence":
      return `seq(${inner(type.of)})`;
    case "optional":
      return `optional(${inner(type.of)})`;
    case "map":
      return `map(${dtypeText(type.key)}, ${inner(type.of)})`;
    case "opaque":
      return `opaque(${type.domain}.${type.name})`;
  }
}

/** What is known of a value, whatever it is; null where nothing is. */
export const anyTypeOf = (value: Value): AnyType | null =>
  value.container ?? (value.type === null ? null : { kind: "tensor", ...value.type });
