/** @file The list of tokens that the core turns into protobuf bytes (assembly/wire/write.ts). */

import { core } from "../../core/door.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { fieldHead } from "./field-head.ts";

const kinds = { begin: 0, end: 1, varint: 2, fixed32: 3, string: 4, hole: 5, fields: 6, fieldsHole: 7 } as const;
/** What the core returns instead of a length (assembly/wire/write.ts). */
const refusals = { depth: -2, size: -4 } as const;
/** Messages inside messages. */
const depth = 400;
/** Longer strings are rarely the same: looking for them costs more than writing them. */
const maxInterned = 24;

const encoder = new TextEncoder();

/** Words of tokens from which on whole messages are encoded, so that neither tokens nor their strings pile up. */
const batchWords = 1 << 16;

/** Bytes with holes: `holes[i].length` bytes of someone else's go behind the first `at` bytes. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly holes: readonly { readonly at: number; readonly id: number; readonly length: number }[];
}
export interface Encoded {
  readonly pieces: readonly Piece[];
  /** Holes included. */
  readonly size: number;
}
const noHoles: Piece["holes"] = [];

/** Tokens that were written, and the room for the strings in them. */
export interface TokenRange {
  readonly batch: number;
  readonly begin: number;
  readonly end: number;
  readonly room: number;
}

/**
 * Collects tokens field by field and has the core write them, many at a time. What was added or written before a batch ended can no longer
 * be referred to: `has` and `isHere` tell.
 */
export class Tokens {
  #words = new Int32Array(1 << 14);
  #count = 0;
  #pool = new Uint8Array(1 << 16);
  #used = 0;
  #room = 0;
  /** Offset and length of each string in the pool. */
  readonly #strings: number[] = [];
  /** The number of the first string of the batch. */
  #first = 0;
  #batch = 0;
  #depth = 0;
  readonly #known = new Map<string, number>();
  /** Lengths of holes by id, and how many of them are in the batch. */
  readonly #holes: number[] = [];
  #open = 0;
  readonly #pieces: Piece[] = [];
  #size = 0;
  readonly #float = new Float32Array(1);
  readonly #bits = new Int32Array(this.#float.buffer);

  begin(field: number): void {
    this.#depth++;
    this.#push((field << 3) | kinds.begin);
  }
  end(): void {
    this.#push(kinds.end);
    if (--this.#depth === 0 && this.#count >= batchWords) this.#flush();
  }
  /** A message of many others, which are encoded as they come: its length is only known behind them. */
  message(field: number, write: () => void): void {
    this.#flush();
    const [at, before] = [this.#pieces.length, this.#size];
    write();
    this.#flush();
    const head = fieldHead(field, this.#size - before);
    this.#size += head.length;
    this.#pieces.splice(at, 0, { bytes: head, holes: noHoles });
  }
  int(field: number, value: number | bigint): void {
    if (typeof value === "number" && (value | 0) === value) this.#push(value, value >> 31, (field << 3) | kinds.varint);
    else {
      const wide = BigInt(value);
      this.#push(Number(BigInt.asIntN(32, wide)), Number(BigInt.asIntN(32, wide >> 32n)), (field << 3) | kinds.varint);
    }
  }
  float(field: number, value: number): void {
    this.#float[0] = value;
    this.#push(this.#bits[0] as number, (field << 3) | kinds.fixed32);
  }
  string(field: number, text: string): void {
    this.reference(field, text.length > maxInterned ? this.add(text) : this.intern(text));
  }
  /** A string that was added before. */
  reference(field: number, id: number): void {
    const here = id - this.#first;
    this.#room += this.#strings[2 * here + 1] as number;
    this.#push(here, (field << 3) | kinds.string);
  }
  /** Whether a string may still be referred to. */
  has(id: number): boolean {
    return id >= this.#first;
  }
  /** The number of a string that is often the same. */
  intern(text: string): number {
    let id = this.#known.get(text);
    if (id === undefined || !this.has(id)) {
      id = this.add(text);
      this.#known.set(text, id);
    }
    return id;
  }
  /** The number of a string that is not looked for among the others. */
  add(text: string): number {
    this.#reserve(text.length * 3);
    const pool = this.#pool;
    const at = this.#used;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c > 127) return this.#add(encoder.encodeInto(text, pool.subarray(at)).written);
      pool[at + i] = c;
    }
    return this.#add(text.length);
  }
  /** A field of bytes that are small enough to be copied. */
  bytes(field: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#pool.set(bytes, this.#used);
    this.#push(this.#add(bytes.length) - this.#first, (field << 3) | kinds.string);
    this.#room += bytes.length;
  }
  /** A field of `length` bytes that stay elsewhere, under the number `id`. */
  hole(field: number, id: number, length: number): void {
    if (length > 0x7fffffff) throw tooLarge(length);
    this.#holes[id] = length;
    this.#open++;
    this.#push(id, length, (field << 3) | kinds.hole);
  }

  /** Whole fields, heads and all, as they were read. */
  fields(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#pool.set(bytes, this.#used);
    this.#push(this.#add(bytes.length) - this.#first, kinds.fields);
    this.#room += bytes.length;
  }
  /** The same, of `length` bytes that stay elsewhere, under the number `id`. */
  fieldsHole(id: number, length: number): void {
    if (length > 0x7fffffff) throw tooLarge(length);
    this.#holes[id] = length;
    this.#open++;
    this.#push(id, length, kinds.fieldsHole);
  }

  /** Where the next token will be. */
  get here(): { readonly at: number; readonly room: number } {
    return { at: this.#count, room: this.#room };
  }
  /** The tokens from `here` on. */
  since({ at, room }: { readonly at: number; readonly room: number }): TokenRange {
    return { batch: this.#batch, begin: at, end: this.#count, room: this.#room - room };
  }
  /** Whether tokens can be written again. */
  isHere({ batch }: TokenRange): boolean {
    return batch === this.#batch;
  }
  /** Writes whole fields again. */
  repeat({ begin, end, room }: TokenRange): void {
    const length = end - begin;
    if (this.#count + length > this.#words.length) this.#grow();
    const words = this.#words;
    for (let i = begin; i < end; i++) words[this.#count++] = words[i] as number;
    this.#room += room;
  }

  /** The protobuf bytes. Throws `save/size` when they are 2 GiB or more, holes included. */
  encode(): Encoded {
    this.#flush();
    if (this.#size > 0x7fffffff) throw tooLarge(null);
    return { pieces: this.#pieces, size: this.#size };
  }

  /** Encodes the batch, and begins another one. */
  #flush(): void {
    if (this.#count === 0) return;
    const { epoch } = core;
    // A word of tokens stands for at most 5 bytes beside the strings.
    const capacity = this.#room + this.#count * 5 + 64;
    const sizes = [this.#count * 4, this.#strings.length * 4, this.#used, depth * 8, this.#open * 8, capacity];
    const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((at, n) => at + ((n + 15) & ~15), 0));
    const [tokens, strings, pool, stack, holes, out] = offsets as [number, number, number, number, number, number];
    const base = core.alloc(out + capacity);
    try {
      core.u8().set(this.#pool.subarray(0, this.#used), base + pool);
      const i32 = core.i32();
      i32.set(this.#words.subarray(0, this.#count), (base + tokens) >>> 2);
      const entries = (base + strings) >>> 2;
      for (let i = 0; i < this.#strings.length; i += 2) {
        i32[entries + i] = base + pool + (this.#strings[i] as number);
        i32[entries + i + 1] = this.#strings[i + 1] as number;
      }
      const [at, end] = [base + out, base + stack];
      const n = core.exports.wire_write(base + tokens, this.#count, base + strings, at, capacity, end, depth, base + holes);
      this.#refuse(n);
      const found = core.i32().subarray((base + holes) >>> 2, ((base + holes) >>> 2) + this.#open * 2);
      const filled = Array.from({ length: this.#open }, (_, i) => this.#hole(n, found[2 * i] as number, found[2 * i + 1] as number));
      this.#pieces.push({ bytes: core.u8().slice(at + capacity - n, at + capacity), holes: filled.reverse() });
      this.#size += filled.reduce((sum, { length }) => sum + length, n);
    } finally {
      core.free(base, epoch);
    }
    this.#first += this.#strings.length / 2;
    this.#strings.length = 0;
    this.#batch++;
    this.#count = 0;
    this.#used = 0;
    this.#room = 0;
    this.#open = 0;
  }

  #hole(n: number, behind: number, id: number): Piece["holes"][number] {
    return { at: n - behind, id, length: this.#holes[id] as number };
  }

  #refuse(n: number): void {
    if (n === refusals.size) throw tooLarge(null);
    if (n === refusals.depth) {
      const message = `graphs are nested more than ${depth / 4} deep`;
      throw new OnnxExporterError("save/depth", message, "flatten the control flow of the model");
    }
    if (n < 0) internal(`wire_write says ${n}`);
  }

  #add(length: number): number {
    this.#strings.push(this.#used, length);
    this.#used += length;
    return this.#first + this.#strings.length / 2 - 1;
  }
  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#pool.length) return;
    const larger = new Uint8Array(Math.max(this.#pool.length * 2, this.#used + bytes));
    larger.set(this.#pool.subarray(0, this.#used));
    this.#pool = larger;
  }
  #grow(): void {
    const larger = new Int32Array(this.#words.length * 2);
    larger.set(this.#words);
    this.#words = larger;
  }
  #push(a: number, b?: number, c?: number): void {
    if (this.#count + 3 > this.#words.length) this.#grow();
    this.#words[this.#count++] = a;
    if (b !== undefined) this.#words[this.#count++] = b;
    if (c !== undefined) this.#words[this.#count++] = c;
  }
}

function tooLarge(length: number | null): OnnxExporterError {
  const what = length === null ? "the model with its weights" : `one tensor of ${length} bytes`;
  return new OnnxExporterError(
    "save/size",
    `${what} does not fit into one file: protobuf ends at 2 GiB`,
    "save with { external_data: true }",
  );
}
