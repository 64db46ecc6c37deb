/** @file Bytes of a model to a flat list of events (assembly/wire/read.ts), window by window: payloads are skipped, not read. */

import { core } from "../../core/door.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { textsIn } from "../../platform/node.ts";
import { fieldName, messageNames, scanTable } from "./schema.ts";

/** Where a model's bytes are. */
export interface ByteInput {
  /** What errors call it: a path, or "the model". */
  readonly name: string;
  readonly size: number;
  /** Fills `target` with the bytes from `offset` on. */
  read(offset: number, target: Uint8Array): void;
}

/** Words of an event: key (`message << 5 | field`), a, b; see assembly/wire/read.ts. */
export interface Events {
  readonly words: Int32Array;
  readonly count: number;
  /** How many strings there are. */
  readonly strings: number;
  string(id: number): string;
  isEmpty(id: number): boolean;
  /** The same of bytes that need not be text: what is not UTF-8 reads as U+FFFD, and is not exact. */
  text(id: number): { readonly text: string; readonly exact: boolean };
  readonly input: ByteInput;
}

/** Protobuf messages are at most this long, in any implementation. */
export const maxProtobuf = 0x7fffffff;

const encoder = new TextEncoder();
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

const windowBytes = 1 << 20;
const depth = 100;
const stateWords = 17;
const need = { window: 1, events: 2, pool: 3, strings: 4 } as const;
const reasons: { readonly [code: number]: readonly [code: string, text: string] } = {
  [-1]: ["truncated", "ends inside a field"],
  [-2]: ["varint", "has a number of more than 10 bytes, or one that ends too late"],
  [-3]: ["field", "has a field of an impossible number"],
  [-4]: ["wire-type", "has a field of the wrong wire type"],
  [-5]: ["depth", `nests messages more than ${depth} deep`],
  [-6]: ["packed", "has packed floats that are no multiple of 4 bytes"],
};

/** Growable arrays of the core that the scanner writes to; their place in the state. */
const arrays = {
  events: { at: 4, unit: 12, room: 12, first: 1 << 14 },
  pool: { at: 16, unit: 1, room: 24, first: 1 << 18 },
  strings: { at: 28, unit: 16, room: 36, first: 1 << 12, count: 32 },
} as const;

/** A scan whose events are still in the core, for what goes on there (assembly/wire/table.ts). */
export interface LiveScan {
  /** Address of the scanner's state. */
  readonly state: number;
  readonly input: ByteInput;
  /** How many strings there are. */
  readonly strings: number;
  string(id: number): string;
  /** Key, a and b of event `i`. */
  event(i: number): readonly [key: number, a: number, b: number];
}

class Scanner implements LiveScan {
  readonly state: number;
  readonly input: ByteInput;
  readonly #owned = new Map<number, number>();
  readonly #epoch = core.epoch;

  constructor(input: ByteInput, lean: boolean) {
    this.input = input;
    this.state = core.alloc(stateWords * 4);
    this.#owned.set(-1, this.state);
    core.i32().fill(0, this.state >>> 2, (this.state >>> 2) + stateWords);
    const schema = scanTable(lean);
    const table = this.#allocate(60, schema.byteLength);
    core.i32().set(schema, table >>> 2);
    const stack = this.#allocate(48, depth * 12);
    core.i32().set([0, input.size, 0], stack >>> 2); // the model itself
    this.#put(52, 1);
    this.#put(56, depth);
    for (const array of Object.values(arrays)) this.#grow(array, array.first);
    this.#rehash(2 * arrays.strings.first);
  }

  /** Scans all of the input. */
  run(): void {
    let length = Math.min(windowBytes, this.input.size);
    let window = this.#allocate(-2, Math.max(length, 1));
    let start = -1;
    let end = -1;
    for (;;) {
      const code =
        start < 0 && this.input.size > 0
          ? need.window
          : core.exports.wire_scan(this.state, window, Math.max(start, 0), Math.max(end - start, 0));
      if (code === 0) return;
      if (code < 0) throw this.#malformed(code);
      if (code === need.window) {
        const position = this.#get(0);
        if (position === start) {
          length = Math.min(length * 4, this.input.size);
          window = this.#allocate(-2, length);
        }
        start = position;
        end = Math.min(start + length, this.input.size);
        this.input.read(start, core.view(window, end - start, this.#epoch));
      } else this.#makeRoom(code);
    }
  }

  get strings(): number {
    return this.#get(arrays.strings.count);
  }

  string(id: number): string {
    const entry = ((this.#get(arrays.strings.at) >>> 0) >>> 2) + id * 4;
    const i32 = core.i32();
    const [at, length] = [i32[entry] as number, i32[entry + 1] as number];
    const pool = this.#get(arrays.pool.at) >>> 0;
    return textsIn(core.u8()).utf8(pool + at, pool + at + length);
  }

  event(i: number): readonly [key: number, a: number, b: number] {
    const at = ((this.#get(arrays.events.at) >>> 0) >>> 2) + i * 3;
    const i32 = core.i32();
    return [i32[at] as number, i32[at + 1] as number, i32[at + 2] as number];
  }

  /** Gives `words` the first numbers of strings. */
  preload(words: readonly string[]): void {
    const bytes = words.map((w) => encoder.encode(w));
    const scratch = this.#allocate(-3, Math.max(1, ...bytes.map((b) => b.length)));
    for (const [i, b] of bytes.entries()) {
      core.u8().set(b, scratch);
      if (core.exports.wire_intern(this.state, scratch, b.length) !== i) internal(`${words[i]} is twice in the vocabulary`);
    }
  }

  free(): void {
    for (const ptr of this.#owned.values()) core.free(ptr, this.#epoch);
  }

  #makeRoom(code: number): void {
    if (code === need.events) this.#grow(arrays.events, this.#get(arrays.events.room) * 2);
    else if (code === need.pool) this.#grow(arrays.pool, this.#get(arrays.pool.room) * 2 + this.#get(64));
    else {
      const room = this.#get(arrays.strings.room) * 2;
      this.#grow(arrays.strings, room);
      this.#rehash(2 * room);
    }
  }

  /** Memory for what the state has at byte `at`; what was there is freed. */
  #allocate(at: number, nbytes: number): number {
    const ptr = core.alloc(nbytes);
    core.free(this.#owned.get(at) ?? 0, this.#epoch);
    this.#owned.set(at, ptr);
    if (at >= 0) this.#put(at, ptr);
    return ptr;
  }

  #grow({ at, unit, room }: { readonly at: number; readonly unit: number; readonly room: number }, units: number): void {
    const old = this.#get(at) >>> 0;
    const used = this.#get(room) * unit;
    const ptr = core.alloc(units * unit);
    core.u8().copyWithin(ptr, old, old + used);
    core.free(old, this.#epoch);
    this.#owned.set(at, ptr);
    this.#put(at, ptr);
    this.#put(room, units);
  }

  #rehash(slots: number): void {
    this.#allocate(40, slots * 8);
    this.#put(44, slots - 1);
    core.exports.wire_rehash(this.state);
  }

  events(): Events {
    const count = this.#get(8);
    const at = (this.#get(4) >>> 0) >>> 2;
    const words = core.i32().slice(at, at + count * 3);
    const pool = this.#get(16) >>> 0;
    const bytes = core.u8().slice(pool, pool + this.#get(20));
    const texts = textsIn(bytes);
    const table = (this.#get(28) >>> 0) >>> 2;
    const strings = core.i32().slice(table, table + this.#get(32) * 4);
    const known = new Array<string | undefined>(this.strings);
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const string = (id: number): string => {
      const found = known[id];
      if (found !== undefined) return found;
      const begin = strings[id * 4] as number;
      const end = begin + (strings[id * 4 + 1] as number);
      let text: string;
      try {
        text = strings[id * 4 + 3] === 1 ? texts.ascii(begin, end) : decoder.decode(bytes.subarray(begin, end));
      } catch (cause) {
        const shown = hexOf(bytes.subarray(begin, Math.min(end, begin + 20)));
        throw malformed(this.input, "utf8", `has a string that is not UTF-8 (bytes ${shown}…)`, { cause });
      }
      known[id] = text;
      return text;
    };
    const text = (id: number): { text: string; exact: boolean } => {
      try {
        return { text: string(id), exact: true };
      } catch (error) {
        if (!(error instanceof OnnxExporterError)) throw error;
        const begin = strings[id * 4] as number;
        return { text: texts.utf8(begin, begin + (strings[id * 4 + 1] as number)), exact: false };
      }
    };
    const isEmpty = (id: number): boolean => strings[id * 4 + 1] === 0;
    return { words, count, strings: this.strings, string, isEmpty, text, input: this.input };
  }

  #malformed(code: number): OnnxExporterError {
    const [reason, text] = reasons[code] ?? internal(`scan code ${code}`);
    return malformed(this.input, reason, `${text}, in ${fieldName(this.#get(64))} at byte ${this.#get(0)}`);
  }

  #get(at: number): number {
    return core.i32()[(this.state + at) >>> 2] as number;
  }
  #put(at: number, value: number): void {
    core.i32()[(this.state + at) >>> 2] = value;
  }
}

/** The error for bytes that are no model: `what` continues "the protobuf …". */
export function malformed(input: ByteInput, reason: string, what: string, options?: { cause?: unknown }): OnnxExporterError {
  const hint = "the file is damaged or cut short, or it is no ONNX model";
  return new OnnxExporterError(`proto/${reason}`, `${input.name}: the protobuf ${what}`, hint, options);
}

/** Scans a model. Throws `proto/…` naming the field and the byte where it is malformed, and `proto/size` from 2 GiB on. */
export function scan(input: ByteInput): Events {
  return scanned(input, [], false, (scanner) => scanner.events());
}

/** What `use` makes of a lean scan that is freed behind it; `vocabulary` are its first strings. Throws as `scan`. */
export function scanLive<T>(input: ByteInput, vocabulary: readonly string[], use: (live: LiveScan) => T): T {
  return scanned(input, vocabulary, true, use);
}

function scanned<T>(input: ByteInput, vocabulary: readonly string[], lean: boolean, use: (scanner: Scanner) => T): T {
  if (input.size > maxProtobuf) {
    throw malformed(input, "size", `has ${input.size} bytes: protobuf ends at 2 GiB`);
  }
  if (messageNames[0] !== "ModelProto") internal("the model's message is not the first");
  const scanner = new Scanner(input, lean);
  try {
    scanner.preload(vocabulary);
    scanner.run();
    return use(scanner);
  } finally {
    scanner.free();
  }
}
