/** @file Sub-byte elements: packed in files (ONNX: the first element in the low bits), one to a byte in the core's memory. */

import { core } from "../core/door.ts";
import { type DType, dtypes } from "../dtype.ts";
import { internal } from "../errors.ts";
import { mapped } from "./mapped.ts";
import { source, type TensorSource } from "./source.ts";

export const isPacked = (dtype: DType): boolean => dtypes[dtype].size < 1;

/** The dtype of elements unpacked: int8 for signed integers, uint8 for unsigned ones and for the codes of floats; others unchanged. */
export const unpackedType = (dtype: DType): DType => (isPacked(dtype) ? (dtypes[dtype].kind === "int" ? "int8" : "uint8") : dtype);

/** Packed elements of `of` one to a byte, as int8 or uint8; `of` itself where it is not packed. */
export function unpackSource(of: TensorSource): TensorSource {
  if (!isPacked(of.dtype)) return of;
  const kernel = core.kernel("unpack", of.dtype);
  return source({
    name: `${of.dtype}[${of.shape.join(", ")}] unpacked`,
    dtype: unpackedType(of.dtype),
    shape: of.shape,
    key: of.key === null ? null : `unpack(${of.key})`,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => unpackSource(other as TensorSource) },
    pieces: (budget, begin, end) => mapped(of, unpackedType(of.dtype), kernel, budget, begin, end),
  });
}

/** The low bits of the bytes of `of`, which is what `unpackedType(dtype)` says, packed to `dtype`; `of` itself where `dtype` is not packed. */
export function packSource(of: TensorSource, dtype: DType): TensorSource {
  if (!isPacked(dtype)) return of;
  if (of.dtype !== unpackedType(dtype)) internal(`${of.dtype} elements packed to ${dtype}`);
  const kernel = core.kernel("pack", dtype);
  return source({
    name: `${of.dtype}[${of.shape.join(", ")}] packed to ${dtype}`,
    dtype,
    shape: of.shape,
    key: of.key === null ? null : `pack(${of.key};${dtype})`,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => packSource(other as TensorSource, dtype) },
    pieces: (budget, begin, end) => mapped(of, dtype, kernel, budget, begin, end),
  });
}
