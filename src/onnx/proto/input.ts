/** @file Where a model's bytes are read from: a file, in windows as far as they are small, or memory. */

import { readInto, type WeightsFile } from "../../weights/files.ts";
import type { ByteInput } from "./scan.ts";

/** Reads of up to here are served from a window of the file. */
const maxSmall = 4096;
const windowBytes = 1 << 16;

/** The bytes of `file`, which errors call `name`. */
export function fileInput(file: WeightsFile, name: string): ByteInput {
  const window = new Uint8Array(Math.min(windowBytes, file.size));
  let [from, end] = [0, 0];
  return {
    name,
    size: file.size,
    read(offset, target) {
      if (target.length > maxSmall) {
        readInto(file, offset, target, "the model");
        return;
      }
      if (offset < from || offset + target.length > end) {
        const length = Math.max(target.length, Math.min(window.length, file.size - offset));
        readInto(file, offset, window.subarray(0, length), "the model");
        [from, end] = [offset, offset + length];
      }
      target.set(window.subarray(offset - from, offset - from + target.length));
    },
  };
}

/** `bytes`, which errors call `name`. */
export const bytesInput = (bytes: Uint8Array, name: string): ByteInput => ({
  name,
  size: bytes.length,
  read: (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
});
