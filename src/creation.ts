/** @file Tensors from data that JavaScript has. */

import { cast } from "./core/ops/elementwise.ts";
import { empty, numel, type Strided } from "./core/strided.ts";
import { byteLength, type DType, isComplex, isFloat } from "./dtype.ts";
import { OnnxExporterError } from "./errors.ts";
import { encode, hasLiterals } from "./literal.ts";
import { type Scalar, type Tensor, wrap } from "./tensor.ts";

/** The 1-D tensor whose elements are the bytes of `buffer`, copied (PyTorch: `torch.frombuffer`). */
export function frombuffer(buffer: ArrayBufferView | ArrayBuffer, options: { dtype: DType }): Tensor {
  const bytes =
    buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const size = byteLength(options.dtype, 1);
  if (bytes.length % size !== 0) {
    throw new OnnxExporterError(
      "torch/frombuffer",
      `${bytes.length} bytes are no whole number of ${options.dtype} elements (${size} bytes each)`,
      "give the dtype that the bytes were written with, or cut the buffer",
    );
  }
  return wrap(fromBytes(bytes, options.dtype, [bytes.length / size]));
}

function fromBytes(bytes: Uint8Array, dtype: DType, shape: readonly number[]): Strided {
  const x = empty(dtype, shape);
  x.storage.bytes().set(bytes);
  return x;
}

type Nested = Scalar | readonly Nested[];

/** A tensor of nested lists of numbers (PyTorch: `torch.tensor`). Integers are int64, bools bool, the rest float32, unless `dtype` says otherwise. */
export function tensor(data: Nested, options: { dtype?: DType } = {}): Tensor {
  const shape: number[] = [];
  for (let at: Nested = data; Array.isArray(at); at = at[0] as Nested) shape.push(at.length);
  const flat = (Array.isArray(data) ? data.flat(Number.POSITIVE_INFINITY) : [data]) as Scalar[];
  if (flat.length !== numel(shape)) {
    const message = `lists of different lengths: ${flat.length} elements for [${shape.join(", ")}]`;
    throw new OnnxExporterError("torch/tensor", message, "give nested lists that are equally long at each level");
  }
  const dtype = options.dtype ?? naturalDType(flat);
  const values = flat as (number | bigint | boolean)[];
  // What cannot be written as it is (8-bit floats, 1.7 as an integer) is cast, as in torch.
  const direct = hasLiterals(dtype) && (isFloat(dtype) || values.every((x) => typeof x !== "number" || Number.isInteger(x)));
  if (direct || isComplex(dtype)) return wrap(fromBytes(encode(dtype, values), dtype, shape));
  return wrap(cast(fromBytes(encode("float64", values), "float64", shape), dtype));
}

function naturalDType(flat: readonly Scalar[]): DType {
  if (flat.length > 0 && flat.every((x) => typeof x === "boolean")) return "bool";
  return flat.length > 0 && flat.every((x) => typeof x === "bigint" || Number.isInteger(x)) ? "int64" : "float32";
}
