/** @file Tensors that lie in a file: contiguous ranges, and strided views of a storage. */

import { core } from "../core/door.ts";
import { contiguousStrides, numel } from "../core/strided.ts";
import type { DType } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { readInto, type WeightsFile, weightsFile } from "./files.ts";
import { elementBytes, type FileRange, pieceBytes, Source, source, type TensorSource, tensorBytes } from "./source.ts";
import { extent, isDense, type Layout, viewPieces } from "./view.ts";

export interface FileTensor {
  /** The file, or its path. */
  readonly file: WeightsFile | string;
  /** Where the tensor's storage begins in the file, in bytes. */
  readonly offset: number;
  /** Bytes of the storage; the tensor's own bytes when left out. */
  readonly length?: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** In elements; row-major when left out. */
  readonly strides?: readonly number[];
  /** Elements from the start of the storage to the first one. */
  readonly storage_offset?: number;
  /** What errors call the tensor. */
  readonly name: string;
}

/**
 * A tensor in a file. Throws `weights/range` when its bytes are not inside its storage or the storage not inside the file, `weights/shape`,
 * `weights/file`.
 */
export function fileSource(tensor: FileTensor): TensorSource {
  const { dtype, shape, name, offset, storage_offset = 0 } = tensor;
  const file = typeof tensor.file === "string" ? weightsFile(tensor.file) : tensor.file;
  const nbytes = tensorBytes(name, dtype, shape);
  const { length = nbytes } = tensor;
  if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 && offset + length <= file.size)) {
    throw outside(`${name}: bytes ${offset} to ${offset + length}`, `${file.path}, which has ${file.size} bytes`);
  }
  const strides = tensor.strides ?? contiguousStrides(shape);
  if (strides.length !== shape.length || !strides.every(Number.isSafeInteger) || !Number.isSafeInteger(storage_offset)) {
    throw new OnnxExporterError(
      "weights/shape",
      `${name} in ${file.path}: [${strides.join(", ")}] are not the strides of [${shape.join(", ")}]`,
    );
  }
  const layout: Layout = { shape, strides, offset: storage_offset };
  if (tensor.strides === undefined || isDense(layout)) return denseSource(file, tensor, offset, nbytes, length);

  const size = elementBytes(dtype, name);
  if (numel(shape) > 0) checkInside(layout, size, length, `${name} in ${file.path}`);
  return source({
    name,
    dtype,
    shape,
    key: `${file.path}|${file.stamp}|${offset}+${storage_offset}:${dtype}[${shape.join(",")}]/[${strides.join(",")}]`,
    pieces: (budget, begin, end) =>
      viewPieces(layout, size, (at, _, view) => readInto(file, offset + at, view(), name), budget, begin, end),
  });
}

function denseSource(
  file: WeightsFile,
  { dtype, shape, name, storage_offset = 0 }: FileTensor,
  offset: number,
  nbytes: number,
  length: number,
): TensorSource {
  const start = nbytes === 0 || storage_offset === 0 ? 0 : storage_offset * elementBytes(dtype, name);
  if (start < 0 || start + nbytes > length)
    throw outside(`${name}: bytes ${start} to ${start + nbytes}`, `its storage of ${length} bytes in ${file.path}`);
  return new DenseSource(name, dtype, shape, file, offset + start);
}

/** A tensor that is a range of a file. */
class DenseSource extends Source {
  readonly name: string;
  readonly #file: WeightsFile;
  readonly #first: number;
  constructor(name: string, dtype: DType, shape: readonly number[], file: WeightsFile, first: number) {
    super(name, dtype, shape);
    this.name = name;
    this.#file = file;
    this.#first = first;
  }
  get key(): string {
    const { path, stamp } = this.#file;
    return `${path}|${stamp}|${this.#first}:${this.dtype}[${this.shape.join(",")}]`;
  }
  override get range(): FileRange {
    return { path: this.#file.path, offset: this.#first, file: this.#file, name: this.name };
  }
  protected *pieces(budget: number, begin: number, end: number): Generator<Uint8Array, void, void> {
    const step = Math.min(budget, pieceBytes, end - begin);
    const { epoch } = core;
    const buffer = core.alloc(step); // twice as fast to read to as an array of JavaScript's
    try {
      for (let at = begin; at < end; at += step) {
        const piece = core.view(buffer, Math.min(step, end - at), epoch);
        readInto(this.#file, this.#first + at, piece, this.name);
        yield piece;
      }
    } finally {
      core.free(buffer, epoch);
    }
  }
}

function checkInside(layout: Layout, size: number, length: number, name: string): void {
  const [first, last] = extent(layout);
  if (first >= 0 && (last + 1) * size <= length) return;
  throw outside(`${name}: elements ${first} to ${last} of ${size} bytes`, `its storage of ${length} bytes`);
}

function outside(what: string, where: string): OnnxExporterError {
  return new OnnxExporterError(
    "weights/range",
    `${what} are not inside ${where}`,
    "the file is damaged or cut short: copy or download it again",
  );
}
