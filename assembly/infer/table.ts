//! Tables of one inference: values (type and known elements) and nodes, all 32-bit integers, written by the host in one buffer.
//!
//!   buffer   values, top graph
//!   values   count, then each: kind, dtype, rank, dims…, content, count, elements…
//!   graph    inputs: count, ids…   outputs: count, ids…   nodes: count, then each node
//!   node     op + 65536 * opset version of its domain (0: the newest), serial, inputs: count, ids…   outputs: count, ids…   attributes: count, then each: name, kind, words, payload
//!   payload  INT, INTS: two words each   FLOAT, FLOATS: two words each   STRING: UTF-16 units   STRINGS: how many   TENSOR: a value   GRAPH: a graph
//! An id is an index of the values, -1 for an omitted input or output. dtypes are ONNX's numbers, 0 unknown. dims and elements are
//! symbolic dims (assembly/symbolic), NONE where an element, or a dim in which a sequence's elements differ, is unknown. An unknown rank is -1.

import { Env, NONE } from "../symbolic/store";
import { array_data, array_new, array_push, array_size, array_truncate, store_new } from "../memory";

export const TENSOR: i32 = 0;
export const SEQUENCE: i32 = 1;
export const OPTIONAL: i32 = 2;
export const OPTIONAL_SEQUENCE: i32 = 3;
/** A map, a sequence of maps: the row's dtype is that of the values, `count` that of the keys. */
export const MAP: i32 = 4;
export const MAPS: i32 = 5;

/** What is known of a value's elements: nothing, integers as dims, floats (two words each in the pool), that a sequence has none. */
export const NOTHING: i32 = 0;
export const INTEGERS: i32 = 1;
export const FLOATS: i32 = 2;
export const EMPTY: i32 = 3;

/** Greatest number of TensorProto.DataType. */
export const LAST_DTYPE: i32 = 26;
export const MAX_RANK: i32 = 32;
/** More elements than this are not tracked. */
export const MAX_ELEMENTS: i32 = 64;

/** A rule's result: 0, or what is wrong; operands are in `problem`. Texts: src/onnx/infer-error.ts. */
export const enum Wrong {
  Nothing = 0,
  Broadcast = 1,
  Dims = 2,
  Rank = 3,
  Axis = 4,
  DType = 5,
  Attribute = 6,
  Count = 7,
  Input = 8,
  Declared = 9,
  Value = 10,
  DeclaredDType = 11,
  DeclaredRank = 12,
  Length = 13,
  Body = 14,
  ResultRank = 15,
  NoDType = 16,
}

@unmanaged export class Row {
  kind: i32;
  dtype: i32;
  rank: i32;
  /** First dim in the pool. */
  dims: i32;
  content: i32;
  count: i32;
  /** First element in the pool. */
  elements: i32;
  /** Pool index + 1 of what was known before inference, -1: nothing was; 0: not looked at yet. */
  declared: i32;
}

/** Bytes of a row that say what is known. */
const KNOWN: usize = 28;

export let env: Env = changetype<Env>(0);
let home: usize = 0;
let buffer: usize = 0;
let rows: usize = 0;
let pool: usize = 0;

/** What is wrong: four operands whose meaning the code tells, and the node's serial. */
export const problem: usize = memory.data(32, 8);

export function fail(code: i32, a: i32, b: i32, c: i32, d: i32): i32 {
  store<i32>(problem, a);
  store<i32>(problem, b, 4);
  store<i32>(problem, c, 8);
  store<i32>(problem, d, 12);
  return code;
}

export function open(e: Env): void {
  env = e;
  if (home == 0) {
    home = store_new();
    if (home == 0) unreachable();
    buffer = array_new(home, 4096);
    rows = array_new(home, 4096);
    pool = array_new(home, 4096);
    if (buffer == 0 || rows == 0 || pool == 0) unreachable();
  }
  array_truncate(rows, 0);
  array_truncate(pool, 0);
}

/** Room for the host to write `words` integers. */
export function bufferOf(words: i32): usize {
  if (home == 0) open(changetype<Env>(0));
  array_truncate(buffer, 0);
  const p = array_push(buffer, <u32>words * 4);
  if (p == 0) unreachable();
  return p;
}

// @ts-ignore: decorator
@inline export function word(at: i32): i32 { return load<i32>(array_data(buffer) + (<usize>at << 2)); }
// @ts-ignore: decorator
@inline export function setWord(at: i32, w: i32): void { store<i32>(array_data(buffer) + (<usize>at << 2), w); }
export function words(): i32 { return <i32>(array_size(buffer) >> 2); }
// @ts-ignore: decorator
@inline export function wide(at: i32): i64 { return load<i64>(array_data(buffer) + (<usize>at << 2)); }
// @ts-ignore: decorator
@inline export function double(at: i32): f64 { return load<f64>(array_data(buffer) + (<usize>at << 2)); }

// @ts-ignore: decorator
@inline export function row(id: i32): Row { return changetype<Row>(array_data(rows) + <usize>id * offsetof<Row>()); }
export function rowCount(): i32 { return <i32>(array_size(rows) / offsetof<Row>()); }
export function rowsAddress(): usize { return array_data(rows); }
export function poolAddress(): usize { return array_data(pool); }

/** A new row, of which nothing is known. */
export function newRow(): i32 {
  const p = changetype<Row>(array_push(rows, offsetof<Row>()));
  if (changetype<usize>(p) == 0) unreachable();
  clearRow(p);
  return rowCount() - 1;
}
export function clearRow(r: Row): void {
  r.kind = TENSOR;
  r.dtype = 0;
  r.rank = -1;
  r.dims = 0;
  r.content = NOTHING;
  r.count = 0;
  r.elements = 0;
  r.declared = 0;
}

/** `n` new words in the pool; returns the first one's index. */
export function room(n: i32): i32 {
  const at = <i32>(array_size(pool) >> 2);
  if (array_push(pool, <u32>n * 4) == 0) unreachable();
  return at;
}
// @ts-ignore: decorator
@inline export function pooled(at: i32): i32 { return load<i32>(array_data(pool) + (<usize>at << 2)); }
// @ts-ignore: decorator
@inline export function setPooled(at: i32, d: i32): void { store<i32>(array_data(pool) + (<usize>at << 2), d); }
// @ts-ignore: decorator
@inline export function pooledFloat(at: i32): f64 { return reinterpret<f64>(<u64><u32>pooled(at) | (<u64><u32>pooled(at + 1) << 32)); }

/** Reads one value at word `at` into `r`; returns where the next one begins, -1 where it does not make sense. */
export function readValue(r: Row, at: i32): i32 {
  clearRow(r);
  r.kind = word(at);
  r.dtype = word(at + 1);
  r.rank = word(at + 2);
  at += 3;
  const rank = max(r.rank, 0);
  if (rank > 0) {
    // A row may move when the table grows, never when the pool does.
    r.dims = room(rank);
    memory.copy(array_data(pool) + (<usize>r.dims << 2), array_data(buffer) + (<usize>at << 2), <usize>rank << 2);
  }
  at += rank;
  r.content = word(at);
  r.count = word(at + 1);
  at += 2;
  const n = r.content == FLOATS ? r.count * 2 : r.content == INTEGERS ? r.count : 0;
  if (n > 0) {
    r.elements = room(n);
    memory.copy(array_data(pool) + (<usize>r.elements << 2), array_data(buffer) + (<usize>at << 2), <usize>n << 2);
  }
  return at + n;
}

/** Copies what is known of `from` to `to`. Dims and elements are shared: the pool is append-only. */
export function copyRow(to: Row, from: Row): void {
  memory.copy(changetype<usize>(to), changetype<usize>(from), KNOWN);
}

/** Empties a row for its node's rule, also when the node is visited again; `declared` keeps what was known before. */
export function rewind(r: Row): void {
  if (r.declared == 0) {
    if (r.dtype == 0 && r.rank < 0 && r.content == NOTHING) r.declared = -1;
    else {
      const at = room(<i32>(KNOWN >> 2));
      memory.copy(array_data(pool) + (<usize>at << 2), changetype<usize>(r), KNOWN);
      r.declared = at + 1;
    }
  }
  const declared = r.declared;
  clearRow(r);
  r.declared = declared;
}

/** Marks an element as unknown. */
export const UNKNOWN: i32 = NONE;
