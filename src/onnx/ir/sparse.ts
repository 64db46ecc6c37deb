/** @file Sparse tensors as dense ones, whose elements are laid out when they are read. */

import { numel } from "../../core/strided.ts";
import { byteLength, dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { decode } from "../../literal.ts";
import { pieceBytes, readAll, source, type TensorSource } from "../../weights/source.ts";
import type { SparseTensor } from "./graph.ts";

const sparse = new WeakMap<TensorSource, SparseTensor>();

/** The sparse tensor that a source lays out; undefined for others. */
export const sparseOf = (dense: TensorSource): SparseTensor | undefined => sparse.get(dense);

/** Bytes of indices and values that may be read at once. */
const limit = 256 << 20;

/**
 * `of` with its zeros. Nothing is read before the elements are; then `proto/sparse` is thrown for indices that are out of range, and for
 * types of less than a byte.
 */
export function dense(of: SparseTensor, name: string): TensorSource {
  const { shape, values } = of;
  const made = source({
    name,
    dtype: values.dtype,
    shape,
    key: null,
    *pieces(budget, begin, end) {
      const { size } = dtypes[values.dtype];
      if (size < 1) throw new OnnxExporterError("proto/sparse", `${name}: a sparse tensor of ${values.dtype}, which packs elements`);
      const at = positions(of, name);
      const bytes = readAll(values, limit);
      const step = Math.max(Math.floor(Math.min(budget, pieceBytes) / size), 1) * size;
      for (let from = begin; from < end; from += step) {
        const piece = new Uint8Array(Math.min(step, end - from));
        for (const [i, position] of at.entries()) lay(bytes, i * size, piece, position * size - from, size);
        yield piece;
      }
    },
  });
  sparse.set(made, of);
  return made;
}

/** Copies the part of an element that lies in `piece`. */
function lay(bytes: Uint8Array, element: number, piece: Uint8Array, at: number, size: number): void {
  if (at <= -size || at >= piece.length) return;
  for (let k = Math.max(0, -at); k < size && at + k < piece.length; k++) piece[at + k] = bytes[element + k] as number;
}

/** Row-major positions of the values. */
function positions({ shape, values, indices }: SparseTensor, name: string): number[] {
  const numbers = decode("int64", readAll(indices, limit)).map(Number);
  const count = values.shape[0] as number;
  if (indices.shape.length === 1) return numbers.map((n) => inRange(n, numel(shape), name));
  return Array.from({ length: count }, (_, i) =>
    shape.reduce((at, d, axis) => at * d + inRange(numbers[i * shape.length + axis] as number, d, name), 0),
  );
}

function inRange(n: number, size: number, name: string): number {
  if (n >= 0 && n < size) return n;
  throw new OnnxExporterError("proto/sparse", `${name}: the index ${n} of a sparse tensor is not below ${size}`, "the file is damaged");
}

/** What is wrong with the parts of a sparse tensor, or null. */
export function sparseProblem({ shape, values, indices }: SparseTensor): string | null {
  const count = values.shape[0];
  if (values.shape.length !== 1) return `has values of rank ${values.shape.length}, not 1`;
  if (indices.dtype !== "int64") return `has indices of ${indices.dtype}, not int64`;
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0) || !Number.isSafeInteger(byteLength(values.dtype, numel(shape))))
    return `has the shape [${shape.join(", ")}]`;
  const wanted = indices.shape.length === 2 ? [count, shape.length] : [count];
  return indices.shape.join() === wanted.join() ? null : `has indices of shape [${indices.shape.join(", ")}] for ${count} values`;
}

/** What is wrong with the indices of a sparse tensor: ONNX wants them in range, each once and in row-major order; null where nothing is. Reads them. */
export function orderProblem(of: SparseTensor): string | null {
  if (of.shape.length === 0 || of.shape.includes(0))
    return `is a sparse tensor of shape [${of.shape.join(", ")}], which has no place for values`;
  try {
    const at = positions(of, "the sparse tensor");
    const wrong = at.findIndex((position, i) => i > 0 && position <= (at[i - 1] as number));
    return wrong < 0 ? null : `has indices that are not in order, at ${wrong}`;
  } catch (error) {
    if (error instanceof OnnxExporterError && error.code === "proto/sparse") return "has an index that is out of range";
    throw error;
  }
}
