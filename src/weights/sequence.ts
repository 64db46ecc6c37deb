/** @file A source's bytes one request after the other, each put where it is wanted; the core may be called in between. */

import { core } from "../core/door.ts";
import { internal } from "../errors.ts";
import { fill, type TensorSource } from "./source.ts";

/** Bytes [begin, end) of a source in order. `close` it when done, also when not all was asked for. */
export class Sequence {
  readonly #of: TensorSource;
  readonly #budget: number;
  readonly #end: number;
  #at: number;
  /** Null where the bytes lie in a file, from which they are read to where they go. */
  #pieces: Generator<Uint8Array, void, void> | null = null;
  /** What of the last piece is not taken yet. One in the core's memory is looked up again, as memory moves when it grows. */
  #rest: { bytes: Uint8Array; readonly inCore: boolean; ptr: number; left: number } | null = null;

  constructor(of: TensorSource, begin: number, end: number, budget: number) {
    this.#of = of;
    this.#at = begin;
    this.#end = end;
    this.#budget = budget;
  }

  /** Fills the `length` bytes that `view()` gives with the next ones; `view` is asked anew whenever memory may have moved. */
  take(length: number, view: () => Uint8Array): void {
    if (this.#of.range !== null) fill(this.#of, this.#at, length, view, this.#budget);
    else for (let done = 0; done < length; ) done += this.#copy(length - done, view, done);
    this.#at += length;
  }

  close(): void {
    this.#pieces?.return();
  }

  /** Copies at most `most` bytes of the current piece to byte `at` of the view; how many. */
  #copy(most: number, view: () => Uint8Array, at: number): number {
    const rest = this.#rest ?? this.#next();
    const n = Math.min(most, rest.left);
    const bytes = rest.inCore ? core.view(rest.ptr, n, core.epoch) : rest.bytes.subarray(rest.ptr, rest.ptr + n);
    view().set(bytes, at);
    rest.ptr += n;
    rest.left -= n;
    this.#rest = rest.left === 0 ? null : rest;
    return n;
  }

  #next(): { bytes: Uint8Array; readonly inCore: boolean; ptr: number; left: number } {
    this.#pieces ??= this.#of.chunks(this.#budget, this.#at, this.#end);
    const { value: bytes } = this.#pieces.next();
    if (bytes === undefined) return internal(`${this.#of.dtype}[${this.#of.shape.join(", ")}] has fewer bytes than it says`);
    const inCore = bytes.buffer === core.memory.buffer;
    return { bytes, inCore, ptr: inCore ? bytes.byteOffset : 0, left: bytes.length };
  }
}
