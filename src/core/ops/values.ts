/** @file Elements in and out of the core as JavaScript numbers: for index arithmetic that is not worth a kernel. */

import type { DType } from "../../dtype.ts";
import { core, sized } from "../door.ts";
import { empty, numel, type Strided } from "../strided.ts";
import { cast } from "./elementwise.ts";
import { contiguous } from "./layout.ts";

/** The elements of an integer or bool tensor in row-major order. */
export function integers(x: Strided): number[] {
  const wide = contiguous(cast(x, "int64"));
  const at = (wide.storage.ptr >>> 3) + wide.offset;
  return Array.from(core.i64().subarray(at, at + numel(wide.shape)), Number);
}

/** The elements in row-major order, in double precision. */
export function floats(x: Strided): Float64Array {
  const wide = contiguous(cast(x, "float64"));
  const at = (wide.storage.ptr >>> 3) + wide.offset;
  return core.f64().slice(at, at + numel(wide.shape));
}

/** The elements in row-major order, exactly: bigints of 64-bit integers, else numbers. */
export function elements(x: Strided): (number | bigint)[] {
  if (x.dtype !== "int64" && x.dtype !== "uint64") return Array.from(floats(x));
  const plain = contiguous(x);
  const at = (plain.storage.ptr >>> 3) + plain.offset;
  const values = Array.from(core.i64().subarray(at, at + numel(plain.shape)));
  return x.dtype === "int64" ? values : values.map((v) => BigInt.asUintN(64, v));
}

/** A new int64 tensor with these elements. */
export function fromIntegers(values: readonly number[], shape: readonly number[] = [values.length]): Strided {
  const out = empty("int64", shape);
  const at = out.storage.ptr >>> 3;
  const words = core.i64();
  for (let i = 0; i < values.length; i++) words[at + i] = BigInt(values[i] as number);
  return out;
}

/** Zeros to compute a tensor of `shape` in, in double precision. Throws `core/shape` and `core/memory`, as that tensor would. */
export const doubles = (shape: readonly number[]): Float64Array<ArrayBuffer> => new Float64Array(sized(shape, 8));

/** What a number of a list takes, with what is made of it, in bytes. */
const listed = 128;

/** Number of elements of a tensor that is to become a list. Throws `core/shape`, and `core/memory` where they are too many for one. */
export const listSize = (shape: readonly number[]): number => sized(shape, listed);

/** from, from + 1, … : `n` numbers. Throws `core/shape` where n is no count, `core/memory` where they are too many to list. */
export const range = (n: number, from = 0): number[] => Array.from({ length: listSize([n]) }, (_, i) => from + i);

/** A new tensor of `dtype` with these elements, rounded once. */
export function fromFloats(values: Float64Array, shape: readonly number[], dtype: DType): Strided {
  const out = empty("float64", shape);
  core.f64().set(values, out.storage.ptr >>> 3);
  return cast(out, dtype);
}

/** The runs of elements along `dim` of a row-major tensor of `shape`: calls `visit` with the position of each run's first element, and the step. */
export function alongDim(shape: readonly number[], dim: number, visit: (start: number, step: number, length: number) => void): void {
  const length = shape[dim] ?? 1;
  const step = numel(shape.slice(dim + 1));
  const outer = numel(shape.slice(0, dim));
  for (let o = 0; o < outer; o++) for (let i = 0; i < step; i++) visit(o * length * step + i, step, length);
}

/** The elements of an integer or bool tensor in row-major order, exactly. */
export function bigints(x: Strided): bigint[] {
  const wide = contiguous(cast(x, "int64"));
  const at = (wide.storage.ptr >>> 3) + wide.offset;
  const values = Array.from(core.i64().subarray(at, at + numel(wide.shape)));
  return x.dtype === "uint64" ? values.map((v) => BigInt.asUintN(64, v)) : values;
}

/** A new tensor of the integer `dtype` with these elements, wrapped to it. */
export function fromBigints(values: readonly bigint[], shape: readonly number[], dtype: DType): Strided {
  const out = empty("int64", shape);
  const at = out.storage.ptr >>> 3;
  const target = core.i64();
  values.forEach((v, i) => {
    target[at + i] = v; // a typed array takes the low 64 bits
  });
  return cast(out, dtype);
}
