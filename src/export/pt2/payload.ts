/** @file Tensors of an archive: a dtype, a strided view, and the storage that it looks at, left where it lies. */

import { numel } from "../../core/strided.ts";
import { type DType, dtypes } from "../../dtype.ts";
import { bufferSource, fakeSource } from "../../weights/basic.ts";
import { fileSource } from "../../weights/file.ts";
import { type TensorSource, tensorBytes } from "../../weights/source.ts";
import { extent, isDense } from "../../weights/view.ts";
import type { Place } from "./place.ts";
import type { Bytes } from "./zip.ts";

/** How a tensor lies in its storage, in elements. */
export interface View {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly storageOffset: number;
}

/**
 * The tensor `name` on the storage `bytes`; null or empty bytes for a tensor that has elements make a fake one (exported without data).
 * Throws `pt2/short-payload` when the storage is shorter than the view wants, `weights/shape` for impossible shapes.
 */
export function payload(bytes: Bytes | null, view: View, name: string, place: Place): TensorSource {
  const { dtype, shape, strides, storageOffset } = view;
  const nbytes = tensorBytes(`${place}: ${name}`, dtype, shape);
  if (strides.length !== shape.length) place.fail("schema", `${name}: ${strides.length} strides for ${shape.length} dims`);
  const spelled = `${storageOffset}/[${strides.join(",")}]`;
  if (bytes === null || (bytes.size === 0 && nbytes > 0)) return fakeSource(dtype, shape, name, `${place}|${spelled}`);
  if (nbytes > 0) checkInside(bytes, view, name, place);
  if (bytes.range === null) return inMemory(bytes, view, nbytes, name);
  return fileSource({
    file: bytes.range.file,
    offset: bytes.range.offset,
    length: bytes.size,
    dtype,
    shape,
    strides,
    storage_offset: nbytes === 0 ? 0 : storageOffset,
    name,
  });
}

function checkInside(bytes: Bytes, { dtype, shape, strides, storageOffset }: View, name: string, place: Place): void {
  const [first, last] = extent({ shape, strides, offset: storageOffset });
  const wanted = (last + 1) * dtypes[dtype].size;
  if (first >= 0 && wanted <= bytes.size) return;
  const tensor = `${dtype}[${shape.join(", ")}] with strides [${strides.join(", ")}] at offset ${storageOffset}`;
  place.fail("short-payload", `${name} is ${tensor} and needs ${wanted} bytes, the entry has ${bytes.size}`);
}

/** Inflated entries are small and in memory; a strided view of one is put in order at once. */
function inMemory(bytes: Bytes, { dtype, shape, strides, storageOffset }: View, nbytes: number, name: string): TensorSource {
  const { size } = dtypes[dtype];
  if (nbytes === 0) return bufferSource(dtype, shape, new Uint8Array(0), name);
  const all = bytes.read(0, bytes.size);
  if (isDense({ shape, strides, offset: storageOffset })) {
    return bufferSource(dtype, shape, all.subarray(storageOffset * size, storageOffset * size + nbytes), name);
  }
  const ordered = Buffer.alloc(nbytes);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < numel(shape); i++) {
    const at = index.reduce((sum, k, d) => sum + k * (strides[d] as number), storageOffset);
    all.copy(ordered, i * size, at * size, (at + 1) * size);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = (index[d] as number) + 1;
      if ((index[d] as number) < (shape[d] as number)) break;
      index[d] = 0;
    }
  }
  return bufferSource(dtype, shape, ordered, name);
}
