/** @file Packed varints of a tensor's typed fields → its elements. */

import { core } from "../../core/door.ts";
import { type ByteInput, malformed } from "./scan.ts";

/** The low `size` bytes of each varint. Throws `proto/tensor` for more than `count`, and for one that is cut off. */
export function decodeVarints(packed: Uint8Array, size: number, count: number, input: ByteInput, name: string): Uint8Array<ArrayBuffer> {
  const { epoch } = core;
  const room = Math.min(count, packed.length);
  const ptr = core.alloc(packed.length + 16 + room * 8);
  try {
    core.view(ptr, packed.length, epoch).set(packed);
    const words = ptr + ((packed.length + 15) & ~15);
    const n = core.exports.wire_varints(ptr, packed.length, words, room);
    if (n < 0)
      throw malformed(input, "tensor", `has ${name} with ${n === -1 ? "integers that are cut off" : "more elements than its shape"}`);
    const wide = core.view(words, n * 8, epoch);
    const bytes = new Uint8Array(n * size);
    for (let i = 0; i < n; i++) for (let b = 0; b < size; b++) bytes[i * size + b] = wide[i * 8 + b] as number;
    return bytes;
  } finally {
    core.free(ptr, epoch);
  }
}
