/** @file Literals as operands: plain numbers in JavaScript, tensors of the right dtype in ONNX; small tensors in memory. */

import type { DType } from "../../dtype.ts";
import { decode, type Literal } from "../../literal.ts";
import type { SymInt } from "../../symbolic.ts";
import { bufferSource, MemorySource } from "../../weights/basic.ts";
import { bytesIn, type TensorSource } from "../../weights/source.ts";
import type { Value } from "../ir/graph.ts";

/** What an op takes as an input: a value, a scalar, a size (int64), or a list of these (a vector). */
export type Operand = Value | Literal | SymInt | readonly (Literal | SymInt | Value)[];

/** A small tensor in memory, known by its contents. */
class Constant extends MemorySource {
  override get key(): string {
    return `${this.dtype}[${this.shape}]:${String.fromCharCode(...this.held)}`;
  }
}

/** A tensor in memory, known by its contents where it is small. `bytes` are row-major, little-endian, and must not change afterwards. */
export function memorySource(dtype: DType, shape: readonly number[], bytes: Uint8Array): TensorSource {
  if (bytes.byteLength > LARGEST_KEY) return bufferSource(dtype, shape, bytes, "a constant");
  return new Constant("a constant", dtype, shape, bytes);
}

/** Bytes up to which a constant's contents are its key. */
const LARGEST_KEY = 1024;
const LARGEST_READ = 64 << 20;

/** All bytes of a source, in one piece, to be looked at only. */
export const bytesOf = (from: TensorSource): Uint8Array => bytesIn(from, LARGEST_READ);

/** Elements of a materialized source. */
export const elementsOf = (from: TensorSource): (number | bigint)[] => decode(from.dtype, bytesOf(from));
