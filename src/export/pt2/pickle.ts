/**
 * @file Pickles as data: a closed list of opcodes builds inert values. Nothing is imported or called: globals are names, and what a pickle
 * wants to construct becomes a PyObject that remembers class, arguments and state. https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

import type { Place } from "./place.ts";

export type Py = null | boolean | number | bigint | string | Uint8Array | readonly Py[] | PyTuple | Map<Py, Py> | PyGlobal | PyObject;

/** Lists are arrays, tuples are these. */
export class PyTuple {
  readonly items: readonly Py[];
  constructor(items: readonly Py[]) {
    this.items = items;
  }
}

/** A class or function, by name only. */
export class PyGlobal {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What a pickle constructs: class, arguments, state (`__setstate__`), and what was appended or set on it. */
export class PyObject {
  readonly type: string;
  readonly args: readonly Py[];
  state: Py = null;
  readonly list: Py[] = [];
  readonly items = new Map<Py, Py>();
  constructor(type: string, args: readonly Py[]) {
    this.type = type;
    this.args = args;
  }
}

/** What callers make of globals that they know. */
export interface PickleTypes {
  /** The value that calling `name` with `args` gives; undefined: an inert object. */
  construct(name: string, args: readonly Py[]): Py | undefined;
  /** The value of a persistent id (a storage). */
  persistent(id: Py): Py;
}

const itemLimit = 4_000_000;
const MARK = Symbol("mark");
type Slot = Py | typeof MARK;

/** The machine: a stack and a memo. Each opcode is a row of the table below. */
class Machine {
  readonly bytes: Buffer;
  readonly types: PickleTypes;
  readonly place: Place;
  readonly memo = new Map<number, Py>();
  readonly stack: Slot[] = [];
  at = 0;
  steps = 0;

  constructor(bytes: Buffer, types: PickleTypes, place: Place) {
    this.bytes = bytes;
    this.types = types;
    this.place = place;
  }

  fail(message: string): never {
    this.place.fail("pickle", `${message} (at byte ${this.at} of the pickle)`);
  }

  /** The next `n` bytes. */
  take(n: number): Buffer {
    if (n < 0 || this.at + n > this.bytes.length) this.fail(`${n} bytes wanted, ${this.bytes.length - this.at} left`);
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }
  u8(): number {
    return this.take(1).readUInt8();
  }
  u16(): number {
    return this.take(2).readUInt16LE();
  }
  u32(): number {
    return this.take(4).readUInt32LE();
  }
  i32(): number {
    return this.take(4).readInt32LE();
  }
  u64(): number {
    const n = Number(this.take(8).readBigUInt64LE());
    return Number.isSafeInteger(n) ? n : this.fail(`length ${n}`);
  }
  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) this.fail("a line without an end");
    const text = this.take(end - this.at).toString("utf8");
    this.at++;
    return text;
  }

  push(x: Slot): void {
    this.stack.push(x);
  }
  pop(): Py {
    const x = this.stack.pop();
    if (x === undefined || x === MARK) this.fail("the stack is empty");
    return x;
  }
  top(): Py {
    const x = this.stack.at(-1);
    if (x === undefined || x === MARK) this.fail("the stack is empty");
    return x;
  }
  /** What was pushed since the last mark. */
  popMark(): Py[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) this.fail("no mark on the stack");
    const items = this.stack.splice(at) as Py[];
    items.shift();
    return items;
  }
  popMany(n: number): PyTuple {
    const items = Array.from({ length: n }, () => this.pop());
    return new PyTuple(items.reverse());
  }
  recall(key: number): Py {
    const x = this.memo.get(key);
    return x === undefined ? this.fail(`memo ${key} is not set`) : x;
  }

  call(fn: Py, args: Py): Py {
    if (!(fn instanceof PyGlobal)) this.fail("something that is not a global is called");
    if (!(args instanceof PyTuple)) this.fail(`${fn.name} is called with arguments that are not a tuple`);
    return this.types.construct(fn.name, args.items) ?? new PyObject(fn.name, args.items);
  }
}

/** Two's complement, little-endian. */
function long(bytes: Buffer): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  if (bytes.length > 0 && (bytes[bytes.length - 1] as number) >= 0x80) value -= 1n << BigInt(8 * bytes.length);
  return BigInt(Number(value)) === value ? Number(value) : value;
}

type Opcode = (m: Machine) => void;
const text = (length: (m: Machine) => number): Opcode => {
  return (m) => m.push(m.take(length(m)).toString("utf8"));
};
const raw = (length: (m: Machine) => number): Opcode => {
  return (m) => m.push(Uint8Array.from(m.take(length(m))));
};
const value = (make: (m: Machine) => Slot): Opcode => {
  return (m) => m.push(make(m));
};
/** Integers of more digits than any weight file has are refused before their digits are multiplied out. */
const longOf = (length: (m: Machine) => number) =>
  value((m) => {
    const n = length(m);
    return n > 256 ? m.fail(`an integer of ${n} bytes`) : long(m.take(n));
  });

/** Changes the value under the items on the stack. */
const withItems =
  (items: (m: Machine) => readonly Py[], change: (m: Machine, of: Py, items: readonly Py[]) => Py): Opcode =>
  (m) => {
    const given = items(m);
    change(m, m.top(), given);
  };

function extend(m: Machine, of: Py, items: readonly Py[]): Py {
  const list =
    of instanceof PyObject ? of.list : Array.isArray(of) ? (of as Py[]) : m.fail("items are appended to something that is not a list");
  for (const x of items) list.push(x);
  return of;
}

function update(m: Machine, of: Py, flat: readonly Py[]): Py {
  const map = of instanceof PyObject ? of.items : of instanceof Map ? of : m.fail("items are set on something that is not a dict");
  if (flat.length % 2 !== 0) m.fail("a key without a value");
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i] as Py, flat[i + 1] as Py);
  return of;
}

/** State of an inert object; what is not one (a dict subclass that became a Map) has no state that matters. */
function build(_m: Machine, of: Py, [state]: readonly Py[]): Py {
  if (of instanceof PyObject && state !== undefined) of.state = state;
  return of;
}

const opcodes: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x80, (m) => void m.u8()], // PROTO
  [0x95, (m) => void m.take(8)], // FRAME
  [0x28, value(() => MARK)],
  [0x30, (m) => void m.stack.pop()], // POP
  [0x31, (m) => void m.popMark()], // POP_MARK
  [0x32, value((m) => m.top())], // DUP
  [0x4e, value(() => null)],
  [0x88, value(() => true)],
  [0x89, value(() => false)],
  [0x4b, value((m) => m.u8())], // BININT1
  [0x4d, value((m) => m.u16())], // BININT2
  [0x4a, value((m) => m.i32())], // BININT
  [0x8a, longOf((m) => m.u8())], // LONG1
  [0x8b, longOf((m) => m.u32())], // LONG4
  [0x47, value((m) => m.take(8).readDoubleBE())], // BINFLOAT
  [0x58, text((m) => m.u32())], // BINUNICODE
  [0x8c, text((m) => m.u8())], // SHORT_BINUNICODE
  [0x8d, text((m) => m.u64())], // BINUNICODE8
  [0x54, raw((m) => m.u32())], // BINSTRING
  [0x55, raw((m) => m.u8())], // SHORT_BINSTRING
  [0x42, raw((m) => m.u32())], // BINBYTES
  [0x43, raw((m) => m.u8())], // SHORT_BINBYTES
  [0x8e, raw((m) => m.u64())], // BINBYTES8
  [0x29, value(() => new PyTuple([]))], // EMPTY_TUPLE
  [0x85, value((m) => m.popMany(1))], // TUPLE1
  [0x86, value((m) => m.popMany(2))], // TUPLE2
  [0x87, value((m) => m.popMany(3))], // TUPLE3
  [0x74, value((m) => new PyTuple(m.popMark()))], // TUPLE
  [0x5d, value(() => [])], // EMPTY_LIST
  [0x6c, value((m) => m.popMark())], // LIST
  [0x61, withItems((m) => [m.pop()], extend)], // APPEND
  [0x65, withItems((m) => m.popMark(), extend)], // APPENDS
  [0x7d, value(() => new Map())], // EMPTY_DICT
  [0x64, value((m) => update(m, new Map(), m.popMark()))], // DICT
  [0x73, withItems((m) => m.popMany(2).items, update)], // SETITEM
  [0x75, withItems((m) => m.popMark(), update)], // SETITEMS
  [0x8f, value(() => new PyObject("builtins.set", []))], // EMPTY_SET
  [0x90, withItems((m) => m.popMark(), extend)], // ADDITEMS
  [0x91, value((m) => extend(m, new PyObject("builtins.frozenset", []), m.popMark()))], // FROZENSET
  [0x63, value((m) => new PyGlobal(`${m.line()}.${m.line()}`))], // GLOBAL
  [0x93, stackGlobal],
  [0x52, reduce],
  [0x81, reduce], // NEWOBJ
  [0x92, newObjEx],
  [0x62, withItems((m) => [m.pop()], build)], // BUILD
  [0x51, value((m) => m.types.persistent(m.pop()))], // BINPERSID
  [0x71, (m) => void m.memo.set(m.u8(), m.top())], // BINPUT
  [0x72, (m) => void m.memo.set(m.u32(), m.top())], // LONG_BINPUT
  [0x94, (m) => void m.memo.set(m.memo.size, m.top())], // MEMOIZE
  [0x68, value((m) => m.recall(m.u8()))], // BINGET
  [0x6a, value((m) => m.recall(m.u32()))], // LONG_BINGET
]);

function stackGlobal(m: Machine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== "string" || typeof module !== "string") m.fail("a global whose name is not text");
  m.push(new PyGlobal(`${module}.${name}`));
}

function reduce(m: Machine): void {
  const args = m.pop();
  m.push(m.call(m.pop(), args));
}

function newObjEx(m: Machine): void {
  const kwargs = m.pop();
  const args = m.pop();
  const made = m.call(m.pop(), args);
  if (made instanceof PyObject && kwargs instanceof Map) for (const [k, v] of kwargs) made.items.set(k, v);
  m.push(made);
}

/** The value that the pickle `bytes` describes. Throws `pt2/pickle`. */
export function unpickle(bytes: Buffer, types: PickleTypes, place: Place): Py {
  const m = new Machine(bytes, types, place);
  for (;;) {
    if (++m.steps > itemLimit) m.fail(`more than ${itemLimit} steps`);
    const code = m.u8();
    if (code === 0x2e) return m.pop(); // STOP
    const run = opcodes.get(code) ?? m.fail(`opcode 0x${code.toString(16)} is not one that PyTorch writes`);
    run(m);
  }
}
