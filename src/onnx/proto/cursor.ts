/** @file Walking the scanner's events: messages nest by position, so a message is a range of events. */

import { internal } from "../../errors.ts";
import type { ByteInput, Events } from "./scan.ts";
import { type FieldRow, keysOf, messageNames, messages, splitType } from "./schema.ts";

/** Whether events of a key are messages, whose `a` says where their last event is. */
const isMessage = new Uint8Array(messageNames.length * 32);
for (const [m, name] of messageNames.entries()) {
  for (const [number, type] of Object.values<FieldRow>(messages[name])) isMessage[m * 32 + number] = splitType(type)[0] in messages ? 1 : 0;
}

const pairs = keysOf("StringStringEntryProto");

/** Events [begin, end): the fields of one message. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Bytes of the input. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The varint at `at`, of which the scanner has seen that it ends; wide ones lose their high bits. */
function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] as number;
    value += (byte & 127) * scale;
    if (byte < 128 || at === bytes.length) return { value, end: at };
  }
}

/** Reads the fields of one message after the other from the events of the scanner. */
export class Cursor {
  readonly input: ByteInput;
  readonly #words: Int32Array;
  readonly #events: Events;
  readonly #float = new Float32Array(1);
  readonly #bits = new Int32Array(this.#float.buffer);

  constructor(events: Events) {
    this.#events = events;
    this.#words = events.words;
    this.input = events.input;
  }

  get all(): Range {
    return { begin: 0, end: this.#events.count };
  }
  key(i: number): number {
    return this.#words[i * 3] as number;
  }
  /** The event behind event `i` and all that is in it. */
  next(i: number): number {
    return isMessage[this.key(i)] === 1 ? (this.#words[i * 3 + 1] as number) : i + 1;
  }
  /** The fields of the message that event `i` is. */
  inside(i: number): Range {
    return { begin: i + 1, end: this.#words[i * 3 + 1] as number };
  }
  string(i: number): string {
    return this.#events.string(this.#words[i * 3 + 1] as number);
  }
  /** The number of the string that event `i` is: equal strings have equal ones. */
  id(i: number): number {
    return this.#words[i * 3 + 1] as number;
  }
  /** How many numbers of strings there are. */
  get strings(): number {
    return this.#events.strings;
  }
  isEmpty(id: number): boolean {
    return this.#events.isEmpty(id);
  }
  named(id: number): string {
    return this.#events.string(id);
  }
  /** The strings, by number, of all fields of `key` in a range, nested ones too. */
  stringIds({ begin, end }: Range, key: number): Set<number> {
    const ids = new Set<number>();
    for (let i = begin; i < end; i++) if (this.#words[i * 3] === key) ids.add(this.#words[i * 3 + 1] as number);
    return ids;
  }
  /** The event that is the last field of `key` of a message; -1 without one. */
  find({ begin, end }: Range, key: number): number {
    let found = -1;
    for (let i = begin; i < end; i = this.next(i)) if (this.key(i) === key) found = i;
    return found;
  }
  /** The events that are fields of `key` of a message. */
  findAll({ begin, end }: Range, key: number): number[] {
    const found: number[] = [];
    for (let i = begin; i < end; i = this.next(i)) if (this.key(i) === key) found.push(i);
    return found;
  }
  /** The number of the string in field `key` of a message; -1 without one. */
  stringId({ begin, end }: Range, key: number): number {
    const found = this.find({ begin, end }, key);
    return found < 0 ? -1 : this.id(found);
  }
  /** An integer of 64 bits: a number where one holds it. */
  integer(i: number): number | bigint {
    const low = this.#words[i * 3 + 1] as number;
    const high = this.#words[i * 3 + 2] as number;
    if (high === low >> 31) return low;
    const value = high * 4294967296 + (low >>> 0);
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low >>> 0);
  }
  int(i: number): number {
    return Number(this.integer(i));
  }
  float(i: number): number {
    this.#bits[0] = this.#words[i * 3 + 1] as number;
    return this.#float[0] as number;
  }
  /** Where the bytes of a payload are in the input. */
  span(i: number): Span {
    return { offset: this.#words[i * 3 + 1] as number, length: this.#words[i * 3 + 2] as number };
  }
  /** The string as bytes are read that need not be text; `exact` where they are. */
  text(i: number): { readonly text: string; readonly exact: boolean } {
    return this.#events.text(this.#words[i * 3 + 1] as number);
  }
  /** Where the field that event `i` is lies in the input, head and all: a message, a string, or a field that is not known. */
  field(i: number): Span {
    const offset = this.#words[i * 3 + 2] as number;
    const head = new Uint8Array(Math.min(20, this.input.size - offset));
    this.input.read(offset, head);
    const tag = varint(head, 0);
    const wire = tag.value & 7;
    const body = varint(head, tag.end);
    const length = wire === 0 ? body.end : wire === 1 ? tag.end + 8 : wire === 5 ? tag.end + 4 : body.end + body.value;
    return { offset, length };
  }
  /** Key and value of the StringStringEntryProto that event `i` is, put into `map`. */
  entry(i: number, map: Map<string, string>): void {
    const { begin, end } = this.inside(i);
    let key = "";
    let value = "";
    for (let k = begin; k < end; k++) {
      if (this.key(k) === pairs.key) key = this.string(k);
      else if (this.key(k) === pairs.value) value = this.string(k);
    }
    map.set(key, value);
  }
  /** Calls `each` with every field of a message; a message among them as one. */
  fields({ begin, end }: Range, each: (key: number, i: number) => void): void {
    for (let i = begin; i < end; i = this.next(i)) each(this.key(i), i);
    if (end > this.#events.count) internal(`events end at ${this.#events.count}, a message at ${end}`);
  }
}
