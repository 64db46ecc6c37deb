/** @file Tensors outside the core, as models take and give them. */

import { floats } from "../../core/ops/values.ts";
import { numel, scoped } from "../../core/strided.ts";
import { byteLength, type DType, dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { decode, encode, hasLiterals, type Literal } from "../../literal.ts";
import { bufferSource, loadStrided } from "../../weights/basic.ts";

/** What counts as a tensor of numbers: torch's Tensor does, and so does `Tensor`. Bytes are row-major, little-endian; sub-byte elements are packed. */
export interface TensorLike {
  readonly dtype: DType;
  readonly shape: readonly number[];
  bytes(): Uint8Array;
}

/** A tensor of numbers or strings in JavaScript's memory. */
export class Tensor {
  readonly dtype: DType | "string";
  readonly shape: readonly number[];
  readonly #data: Uint8Array | readonly string[];

  /**
   * `data`: bytes as a file has them (row-major, little-endian, sub-byte elements packed), or strings. They are not copied.
   * Throws `eval/tensor` when they are not as many as `shape` says.
   */
  constructor(dtype: DType | "string", shape: readonly number[], data: Uint8Array | readonly string[]) {
    const wanted = dtype === "string" ? numel(shape) : byteLength(dtype, numel(shape));
    if ((dtype === "string") === data instanceof Uint8Array || data.length !== wanted) {
      const unit = dtype === "string" ? "strings" : "bytes";
      const message = `a ${dtype} tensor of shape [${shape.join(", ")}] takes ${wanted} ${unit}, got ${data.length}`;
      throw new OnnxExporterError("eval/tensor", message, `give ${wanted} ${unit}`);
    }
    this.dtype = dtype;
    this.shape = [...shape];
    this.#data = data;
  }

  /** A tensor of these elements. Throws `dtype/literal` for what `dtype` cannot hold. */
  static from(elements: ArrayLike<Literal>, dtype: DType, shape: readonly number[] = [elements.length]): Tensor {
    return new Tensor(dtype, shape, encode(dtype, elements));
  }

  /** Whether the elements are numbers, not strings. */
  isNumeric(): this is TensorLike {
    return this.dtype !== "string";
  }

  /** The bytes. Throws `eval/tensor` for strings. */
  bytes(): Uint8Array {
    if (this.#data instanceof Uint8Array) return this.#data;
    throw new OnnxExporterError("eval/tensor", `${this} has no bytes`, "call tolist() for the strings");
  }
  /** The elements, row-major: bigints for 64-bit integers, else numbers (bool as 0 and 1), or strings. */
  tolist(): (number | bigint | string)[] {
    const { dtype } = this;
    if (dtype === "string") return [...(this.#data as readonly string[])];
    if (hasLiterals(dtype)) return decode(dtype, this.bytes());
    return scoped(
      () => [...floats(loadStrided(bufferSource(dtype, this.shape, this.bytes())))],
      () => [],
    );
  }
  toString(): string {
    return `${this.dtype === "string" ? "string" : dtypes[this.dtype].suffix}[${this.shape.join(", ")}]`;
  }
}
