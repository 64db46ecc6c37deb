/**
 * @file What inference found, as bytes to be inserted into the model: a ValueInfoProto for each result that has none, and what those lack
 * that are there. Nothing is taken away: every insertion is at the end of a message.
 */

import { Env, NONE, isConstant, valueOf } from "../symbolic/store";
import { OPTIONAL, Row, SEQUENCE, TENSOR, pooled, row } from "../infer/table";
import { array_data, array_new, array_push, array_size, store_free, store_new } from "../memory";
import { Key } from "./keys.gen";
import { field, first, keyAt, lengthOf, next, textOf } from "./events";
import { dimOf, tensorTypeOf } from "./types";
import { RESULT, Value, scopeAt, valueAt, valueCount } from "./scopes";
import { push } from "./elements";

let home: usize = 0;
/** Handles of dims that are written as text. */
let needed: usize = 0;
/** Rows of four words: event of a message, of the one around it (-1: the model), first byte of what is inserted, bytes. */
let edits: usize = 0;
let bytes: usize = 0;
let env: Env = changetype<Env>(0);
/** Address and length of the text of symbolic dim `~handle`. */
let texts: usize = 0;
let handles: usize = 0;

export function closeDescriptions(): void {
  if (home != 0) store_free(home);
  home = 0;
}
export function neededCount(): i32 { return <i32>(array_size(needed) >> 2); }
export function neededAddress(): usize { return array_data(needed); }
export function editCount(): i32 { return <i32>(array_size(edits) >> 4); }
export function editsAddress(): usize { return array_data(edits); }
export function bytesAddress(): usize { return array_data(bytes); }

/** Whether a value is a result of a graph of the file, not of a call of a function. */
// @ts-ignore: decorator
@inline function isShown(v: Value): bool { return (v.flags & RESULT) != 0 && scopeAt(v.scope).call == 0; }

/** Collects the dims whose texts the host must give; `marks` has a zeroed byte for each expression. */
export function needTexts(e: Env, marks: usize): void {
  closeDescriptions();
  home = store_new();
  if (home == 0) unreachable();
  needed = array_new(home, 256);
  edits = array_new(home, 1024);
  bytes = array_new(home, 1 << 16);
  if (needed == 0 || edits == 0 || bytes == 0) unreachable();
  env = e;
  for (let id = 0, n = valueCount(); id < n; id++) {
    if (!isShown(valueAt(id))) continue;
    const r = row(id);
    for (let k = 0; k < r.rank; k++) {
      const d = pooled(r.dims + k);
      if (d >= 0 || d == NONE || load<u8>(marks + <usize>~d) != 0) continue;
      store<u8>(marks + <usize>~d, 1);
      if (!isConstant(env, d)) push(needed, d);
    }
  }
}

/** Finds all insertions; `dimTexts` has address and length of each text that is needed, `params` the handles of dim_params by string. */
export function describeAll(dimTexts: usize, params: usize): void {
  texts = dimTexts;
  handles = params;
  let scope = -1, from = 0;
  const n = valueCount();
  for (let id = 0; id < n; id++) {
    const v = valueAt(id);
    if (!isShown(v) || row(id).dtype == 0 || v.declared >= 0) continue;
    if (v.scope != scope) {
      insertInfos(scope, from);
      scope = v.scope;
      from = <i32>array_size(bytes);
    }
    putInfo(v.name, row(id));
  }
  insertInfos(scope, from);
  for (let id = 0; id < n; id++) {
    const v = valueAt(id);
    if (isShown(v) && row(id).dtype != 0 && v.declared >= 0) complete(v, row(id));
  }
}

function edit(event: i32, around: i32, from: i32): void {
  push(edits, event);
  push(edits, around);
  push(edits, from);
  push(edits, <i32>array_size(bytes) - from);
}

/** Notes that scope `i` is changed, and the messages around it are. */
function touch(i: i32): void {
  const s = scopeAt(i), end = <i32>array_size(bytes);
  if (s.node < 0) return edit(s.graph, -1, end);
  edit(s.graph, s.attribute, end);
  edit(s.attribute, s.node, end);
  edit(s.node, scopeAt(s.outer).graph, end);
  touch(s.outer);
}
function insertInfos(scope: i32, from: i32): void {
  if (scope < 0) return;
  const graph = scopeAt(scope).graph;
  edit(graph, scopeAt(scope).node < 0 ? -1 : scopeAt(scope).attribute, from);
  touch(scope);
}

/** What a ValueInfoProto, of a result or an output, lacks. */
function complete(v: Value, r: Row): void {
  const before = editCount();
  const info = v.declared;
  const type = field(info, Key.ValueInfoProto_type);
  let from = <i32>array_size(bytes);
  if (type < 0) {
    putMessage(2, typeSize(r));
    putType(r);
    edit(info, scopeAt(v.scope).graph, from);
  } else if (isEmptyType(type)) {
    putType(r);
    edit(type, info, from);
  } else {
    const tensor = tensorTypeOf(type);
    if (tensor >= 0 && r.kind == TENSOR) completeTensor(tensor, r);
    if (editCount() > before) edit(tensor, type, <i32>array_size(bytes));
  }
  if (editCount() == before) return;
  from = <i32>array_size(bytes);
  if (type >= 0) edit(type, info, from);
  edit(info, scopeAt(v.scope).graph, from);
  touch(v.scope);
}

function isEmptyType(type: i32): bool {
  for (let i = type + 1, end = first(type); i < end; i = next(i)) if ((keyAt(i) & 31) != 0) return false;
  return true;
}

function completeTensor(tensor: i32, r: Row): void {
  const elem = field(tensor, Key.TensorType_elem_type), shape = field(tensor, Key.TensorType_shape);
  const from = <i32>array_size(bytes);
  if (elem < 0 || first(elem) == 0) {
    put(8);
    putVarint(<u64>r.dtype);
  }
  if (shape < 0 && r.rank >= 0) {
    putMessage(2, shapeSize(r));
    putShape(r);
  }
  if (<i32>array_size(bytes) > from) edit(tensor, -1, from);
  if (shape < 0 || r.rank < 0) return;
  let k = 0, changed = false;
  for (let i = shape + 1, end = first(shape); i < end && k < r.rank; i = next(i)) {
    if (keyAt(i) != Key.TensorShapeProto_dim) continue;
    const known = dimOf(i, env, handles), found = pooled(r.dims + k++);
    // A name that a user gave a size stays, unless the size is a number.
    if (known >= 0 || (known != i32.MIN_VALUE && !isConstant(env, found)) || found == NONE) continue;
    const at = <i32>array_size(bytes);
    putDim(found);
    edit(i, shape, at);
    changed = true;
  }
  if (changed) edit(shape, tensor, <i32>array_size(bytes));
}

// @ts-ignore: decorator
@inline function varintLength(v: u64): i32 { return (70 - <i32>clz<u64>(v | 1)) / 7; }
function put(byte: i32): void {
  const p = array_push(bytes, 1);
  if (p == 0) unreachable();
  store<u8>(p, byte);
}
function putVarint(v: u64): void {
  for (; v > 0x7f; v >>= 7) put(<i32>(v & 0x7f) | 0x80);
  put(<i32>v);
}
/** Head of a message, or of a string, of n bytes. */
function putMessage(field: i32, n: i32): void {
  put((field << 3) | 2);
  putVarint(<u64>n);
}
function putText(field: i32, text: usize, n: i32): void {
  putMessage(field, n);
  const p = array_push(bytes, <u32>n);
  if (p == 0) unreachable();
  memory.copy(p, text, n);
}
/** Bytes of a message of n bytes with its head. */
// @ts-ignore: decorator
@inline function headed(n: i32): i32 { return 1 + varintLength(<u64>n) + n; }

function dimTextLength(d: i32): i32 { return load<i32>(texts + (<usize>~d << 3), 4); }
function dimSize(d: i32): i32 {
  if (d == NONE) return 0;
  if (isConstant(env, d)) return 1 + varintLength(<u64>valueOf(env, d));
  return headed(dimTextLength(d));
}
function putDim(d: i32): void {
  if (d == NONE) return;
  if (isConstant(env, d)) {
    put(8);
    putVarint(<u64>valueOf(env, d));
  } else putText(2, <usize>load<u32>(texts + (<usize>~d << 3)), dimTextLength(d));
}

function shapeSize(r: Row): i32 {
  let n = 0;
  for (let k = 0; k < r.rank; k++) n += headed(dimSize(pooled(r.dims + k)));
  return n;
}
function putShape(r: Row): void {
  for (let k = 0; k < r.rank; k++) {
    putMessage(1, dimSize(pooled(r.dims + k)));
    putDim(pooled(r.dims + k));
  }
}

function tensorSize(r: Row): i32 { return 1 + varintLength(<u64>r.dtype) + (r.rank < 0 ? 0 : headed(shapeSize(r))); }
/** Bytes of a TypeProto's fields: a tensor in a sequence in an optional. */
function typeSize(r: Row): i32 {
  let n = headed(tensorSize(r));
  if ((r.kind & SEQUENCE) != 0) n = headed(headed(n));
  if ((r.kind & OPTIONAL) != 0) n = headed(headed(n));
  return n;
}
function putType(r: Row): void {
  let n = typeSize(r);
  if ((r.kind & OPTIONAL) != 0) n = putContainer(9, n);
  if ((r.kind & SEQUENCE) != 0) n = putContainer(4, n);
  putMessage(1, tensorSize(r));
  put(8);
  putVarint(<u64>r.dtype);
  if (r.rank < 0) return;
  putMessage(2, shapeSize(r));
  putShape(r);
}
/** Heads of a container and of its element, which together have n bytes; returns the bytes of the element. */
function putContainer(field: i32, n: i32): i32 {
  const inner = unheaded(n);
  putMessage(field, inner);
  const element = unheaded(inner);
  putMessage(1, element);
  return element;
}
function unheaded(n: i32): i32 {
  for (let size = 1; size <= 5; size++) if (headed(n - 1 - size) == n) return n - 1 - size;
  return 0;
}

function putInfo(name: i32, r: Row): void {
  const type = typeSize(r);
  putMessage(13, headed(lengthOf(name)) + headed(type));
  putText(1, textOf(name), lengthOf(name));
  putMessage(2, type);
  putType(r);
}
