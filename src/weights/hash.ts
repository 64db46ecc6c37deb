/** @file Hashes of payloads, piece by piece: XXH64 tells which may be equal, SHA-256 is for others to check. */

import { core } from "../core/door.ts";
import { sha256 as sha256Of } from "../platform/node.ts";
import type { TensorSource } from "./source.ts";

const stepBytes = 64 << 10;

/** XXH64 of the bytes that it is given. `free` it when done. */
class Xxh64 {
  readonly #epoch = core.epoch;
  readonly #state: number;
  readonly #room: number;

  constructor(seed: number) {
    this.#room = (core.exports.xxh64_size() + 15) & ~15;
    this.#state = core.alloc(this.#room + stepBytes);
    core.exports.xxh64_start(this.#state, seed);
  }

  update(bytes: Uint8Array): void {
    const inCore = bytes.buffer === core.memory.buffer;
    if (inCore) core.exports.xxh64_update(this.#state, bytes.byteOffset, bytes.length);
    for (let at = 0; !inCore && at < bytes.length; at += stepBytes) {
      const n = Math.min(stepBytes, bytes.length - at);
      core.view(this.#state + this.#room, n, this.#epoch).set(bytes.subarray(at, at + n));
      core.exports.xxh64_update(this.#state, this.#state + this.#room, n);
    }
  }

  finish(): bigint {
    const out = (this.#state + this.#room) >>> 3;
    core.exports.xxh64_finish(this.#state, out << 3);
    return BigInt.asUintN(64, core.i64()[out] as bigint);
  }

  free(): void {
    core.free(this.#state, this.#epoch);
  }
}

/** XXH64 of all pieces. */
export function xxh64(pieces: Iterable<Uint8Array>, seed = 0): bigint {
  const hash = new Xxh64(seed);
  try {
    for (const piece of pieces) hash.update(piece);
    return hash.finish();
  } finally {
    hash.free();
  }
}

/** SHA-256 of the payload of `source` in hexadecimal digits. Throws `weights/…` when it cannot be read. */
export const sha256 = (source: TensorSource, budget: number): string => sha256Of(source.chunks(budget));
