/** @file The data file: payloads in declaration order, each once, streamed. */

import { core } from "../../core/door.ts";
import { fill, type TensorSource } from "../../weights/source.ts";
import type { OutputFile } from "./output.ts";

/** Payloads up to here are hashed, so that equal ones are found whatever their keys; they fit in memory. */
const maxHashed = 4 << 20;
const large = 1 << 20;
/** Offsets of large tensors can be mapped; small ones suit any vector load. */
const largeAlignment = 4096;
const smallAlignment = 64;

export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** Appends payloads to a file and remembers where they are. */
export class PayloadWriter {
  readonly #file: OutputFile;
  readonly #budget: number;
  readonly #byKey = new Map<string, Place>();
  readonly #byHash = new Map<string, Place[]>();

  constructor(file: OutputFile, budget: number) {
    this.#file = file;
    this.#budget = budget;
  }

  /** Where the payload of `source` is now. Throws what the source or the file throws. */
  add(source: TensorSource): Place {
    const known = source.key === null ? undefined : this.#byKey.get(source.key);
    if (known !== undefined) return known;
    const place = source.nbytes <= maxHashed ? this.#addHashed(source) : this.#append(source);
    if (source.key !== null) this.#byKey.set(source.key, place);
    return place;
  }

  #append(source: TensorSource): Place {
    this.#file.align(source.nbytes >= large ? largeAlignment : smallAlignment);
    const place = { offset: this.#file.position, length: source.nbytes };
    for (const piece of source.chunks(this.#budget)) this.#file.write(piece);
    return place;
  }

  #addHashed(source: TensorSource): Place {
    const length = source.nbytes;
    const { epoch } = core;
    const ptr = core.alloc(hashRoom(length));
    try {
      const view = (): Uint8Array => core.view(ptr, length, epoch);
      fill(source, 0, length, view, this.#budget);
      const hash = `${length}:${hashAt(ptr, length)}`;
      const candidates = this.#byHash.get(hash) ?? [];
      for (const place of candidates) if (this.#same(place, view())) return place;
      this.#file.align(length >= large ? largeAlignment : smallAlignment);
      const place = { offset: this.#file.position, length };
      this.#file.write(view());
      candidates.push(place);
      this.#byHash.set(hash, candidates);
      return place;
    } finally {
      core.free(ptr, epoch);
    }
  }

  #same(place: Place, bytes: Uint8Array): boolean {
    const written = new Uint8Array(place.length);
    this.#file.readBack(place.offset, written);
    return Buffer.compare(written, bytes) === 0;
  }
}

/** XXH64 of bytes, seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  const { epoch } = core;
  const ptr = core.alloc(hashRoom(bytes.length));
  try {
    core.view(ptr, bytes.length, epoch).set(bytes);
    return hashAt(ptr, bytes.length);
  } finally {
    core.free(ptr, epoch);
  }
}

/** What `hashAt` needs for bytes: behind them it puts its result. */
const hashRoom = (length: number): number => length + 16;

function hashAt(ptr: number, length: number): bigint {
  const out = (ptr + length + 7) & ~7;
  core.exports.xxh64(ptr, length, 0, out);
  return BigInt.asUintN(64, core.i64()[(out >>> 0) / 8] as bigint);
}
