/** @file Inflate: data compressed by deflate (RFC 1951), inside of zlib's frame (RFC 1950). Synchronous, in any environment. */

import { imageError } from "./pixels.ts";

/** A prefix code: how many codes of each length there are, and the symbols in the order of their codes. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

const longest = 15;

function codeOf(lengths: readonly number[]): Code {
  const counts = new Uint16Array(longest + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  const next = new Uint16Array(longest + 2);
  for (let i = 1; i <= longest; i++) next[i + 1] = (next[i] as number) + (counts[i] as number);
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const place = next[length] as number;
    symbols[place] = symbol;
    next[length] = place + 1;
  });
  return { counts, symbols };
}

/** Lengths and distances: the number of extra bits of each symbol, and from them what it begins at. */
function steps(first: number, bits: readonly number[]): { readonly base: number; readonly bits: number }[] {
  let base = first;
  return bits.map((b) => {
    const step = { base, bits: b };
    base += 1 << b;
    return step;
  });
}
const lengthSteps = steps(3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]).concat({
  base: 258,
  bits: 0,
});
const distanceSteps = steps(1, [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]);
/** The order in which a block names the lengths of its code lengths' code. */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const times = (count: number, length: number): number[] => new Array<number>(count).fill(length);
const fixedLiterals = codeOf([...times(144, 8), ...times(112, 9), ...times(24, 7), ...times(8, 8)]);
const fixedDistances = codeOf(times(30, 5));

class Inflation {
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;
  /** Behind zlib's two bytes. */
  #at = 2;
  #bits = 0;
  #held = 0;
  #done = 0;

  constructor(from: Uint8Array, size: number) {
    this.#from = from;
    this.#to = new Uint8Array(size);
  }

  run(): Uint8Array {
    for (let last = false; !last && this.#done < this.#to.length; ) {
      last = this.#take(1) === 1;
      const kind = this.#take(2);
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#block(fixedLiterals, fixedDistances);
      else if (kind === 2) this.#block(...this.#codes());
      else throw imageError("compressed data has a block of no known kind");
    }
    if (this.#done < this.#to.length) throw imageError(`compressed data has ${this.#done} bytes, the image needs ${this.#to.length}`);
    return this.#to;
  }

  #take(count: number): number {
    while (this.#held < count) {
      const byte = this.#from[this.#at++];
      if (byte === undefined) throw imageError("compressed data ends early");
      this.#bits |= byte << this.#held;
      this.#held += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#held -= count;
    return value;
  }

  #symbol({ counts, symbols }: Code): number {
    let [code, first, place] = [0, 0, 0];
    for (let length = 1; length <= longest; length++) {
      code |= this.#take(1);
      const count = counts[length] as number;
      if (code - first < count) return symbols[place + code - first] as number;
      place += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw imageError("compressed data has a code that stands for nothing");
  }

  #put(byte: number): void {
    // More than was asked for is not kept.
    if (this.#done < this.#to.length) this.#to[this.#done++] = byte;
  }

  #stored(): void {
    [this.#bits, this.#held] = [0, 0];
    const size = this.#take(16);
    this.#take(16);
    for (let i = 0; i < size; i++) this.#put(this.#take(8));
  }

  #codes(): [literals: Code, distances: Code] {
    const [literals, distances, named] = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4];
    const own = times(19, 0);
    for (let i = 0; i < named; i++) own[lengthOrder[i] as number] = this.#take(3);
    const code = codeOf(own);
    const lengths: number[] = [];
    while (lengths.length < literals + distances) {
      const symbol = this.#symbol(code);
      if (symbol < 16) lengths.push(symbol);
      else if (symbol === 16) lengths.push(...times(3 + this.#take(2), lengths.at(-1) ?? 0));
      else lengths.push(...times(symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7), 0));
    }
    return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals, literals + distances))];
  }

  #block(literals: Code, distances: Code): void {
    for (let symbol = this.#symbol(literals); symbol !== 256; symbol = this.#symbol(literals)) {
      if (symbol < 256) this.#put(symbol);
      else this.#copy(symbol - 257, distances);
      if (this.#done === this.#to.length) return;
    }
  }

  #copy(lengthSymbol: number, distances: Code): void {
    const step = lengthSteps[lengthSymbol];
    const length = step && step.base + this.#take(step.bits);
    const far = distanceSteps[this.#symbol(distances)];
    const distance = far && far.base + this.#take(far.bits);
    if (length === undefined || distance === undefined || distance > this.#done)
      throw imageError("compressed data copies from before its beginning");
    for (let i = 0; i < length; i++) this.#put(this.#to[this.#done - distance] as number);
  }
}

/** The first `size` bytes of what `bytes` hold compressed. Throws `eval/image` for data that is damaged or too short. */
export const inflate = (bytes: Uint8Array, size: number): Uint8Array => new Inflation(bytes, size).run();
