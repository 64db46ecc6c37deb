/** @file The data file: payloads in declaration order, each once, streamed. */

import { sameBytes } from "../../platform/node.ts";
import { xxh64 } from "../../weights/hash.ts";
import { pieceBytes, type TensorSource } from "../../weights/source.ts";
import type { OutputFile } from "./output.ts";

/** Payloads of one size whose first bytes, so many of them, hash alike may be equal: only they are hashed whole and compared. */
const headBytes = 64 << 10;
const large = 1 << 20;
/** Offsets of large tensors can be mapped; small ones suit any vector load. */
const largeAlignment = 4096;
const smallAlignment = 64;

export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** A payload in the file; its hash is computed when a second one begins like it. */
interface Written {
  readonly place: Place;
  hash: bigint | null;
}

/** Appends payloads to a file and remembers where they are. */
export class PayloadWriter {
  readonly #file: OutputFile;
  readonly #budget: number;
  readonly #byKey = new Map<string, Place>();
  /** By size and hash of the first bytes. */
  readonly #byHead = new Map<string, Written[]>();

  constructor(file: OutputFile, budget: number) {
    this.#file = file;
    this.#budget = budget;
  }

  /** Where the payload of `source` is now: that of an equal one where there is one. Throws what the source or the file throws. */
  add(source: TensorSource): Place {
    const known = source.key === null ? undefined : this.#byKey.get(source.key);
    if (known !== undefined) return known;
    const place = this.#append(source);
    if (source.key !== null) this.#byKey.set(source.key, place);
    return place;
  }

  #append(source: TensorSource): Place {
    const { nbytes: length } = source;
    const before = this.#file.position;
    this.#file.align(length >= large ? largeAlignment : smallAlignment);
    const written: Written = { place: { offset: this.#file.position, length }, hash: null };
    const head = new Uint8Array(Math.min(headBytes, length));
    let held = 0;
    for (const piece of source.chunks(this.#budget)) {
      this.#file.write(piece);
      if (held === head.length) continue;
      const part = piece.subarray(0, head.length - held);
      head.set(part, held);
      held += part.length;
      if (held < head.length) continue;
      const twin = this.#twin(source, head, written);
      if (twin === null) continue;
      this.#file.rewind(before);
      return twin;
    }
    return written.place;
  }

  /** The place of a payload equal to that of `source`, which begins with `head`; without one, null, and it is found itself from now on. */
  #twin(source: TensorSource, head: Uint8Array, written: Written): Place | null {
    const key = `${source.nbytes}:${xxh64([head])}`;
    const candidates = this.#byHead.get(key) ?? [];
    for (const candidate of candidates) {
      written.hash ??= xxh64(source.chunks(this.#budget));
      candidate.hash ??= xxh64(this.#readBack(candidate.place));
      if (written.hash === candidate.hash && this.#same(source, candidate.place)) return candidate.place;
    }
    candidates.push(written);
    this.#byHead.set(key, candidates);
    return null;
  }

  #same(source: TensorSource, { offset }: Place): boolean {
    let at = offset;
    for (const piece of source.chunks(this.#budget)) {
      const bytes = new Uint8Array(piece.length);
      this.#file.readBack(at, bytes);
      if (!sameBytes(bytes, piece)) return false;
      at += piece.length;
    }
    return true;
  }

  *#readBack({ offset, length }: Place): Generator<Uint8Array, void, void> {
    const buffer = new Uint8Array(Math.min(pieceBytes, this.#budget, length));
    for (let at = 0; at < length; at += buffer.length) {
      const piece = buffer.subarray(0, Math.min(buffer.length, length - at));
      this.#file.readBack(offset + at, piece);
      yield piece;
    }
  }
}
