/** @file A model's events → the table of inference (assembly/infer/table.ts): graphs with their bodies, calls as the functions' bodies. */

import { Env } from "../symbolic/store";
import { FLOAT, FLOAT_LIST, GRAPH, INT, INTS, STRING as STRING_KIND, STRINGS, TENSOR_VALUE } from "../infer/node";
import { array_data, array_new, array_push, array_size, array_truncate, store_free, store_new } from "../memory";
import { Key } from "./keys.gen";
import { field, first, integer, keyAt, lengthOf, next, stringIn, textOf } from "./events";
import { push, pushSparse, pushTensor, pushWide, setWord, wordsIn } from "./elements";
import { pushType } from "./types";
import { MADE, RESULT, bind, define, enter, find, leave, own, valueAt, valueCount } from "./scopes";
import { DUPLICATE, ORDER, OUTPUT, RECURSION, SIZE, UNKNOWN, UNNAMED, code, wrong } from "./problem";
import { EMPTY, attributeNumber, opNumber } from "./vocabulary";
import { functionOf } from "./functions";
import { MAX_CALLS, beginCall, closeCalls, depth, endCall, openCalls, referred, versionOf } from "./calls";

/** Calls in all, and words of the table inside of them: calls of calls can make a small file endless. */
const MAX_EXPANDED: i32 = 1 << 18;
const MAX_EXPANDED_WORDS: i32 = 1 << 25;
/** Words of the table. */
const MAX_WORDS: i32 = 1 << 28;

// AttributeProto.AttributeType
const TYPE_FLOAT: i32 = 1, TYPE_INT: i32 = 2, TYPE_STRING: i32 = 3, TYPE_TENSOR: i32 = 4, TYPE_GRAPH: i32 = 5, TYPE_FLOATS: i32 = 6, TYPE_INTS: i32 = 7;
const TYPE_STRINGS: i32 = 8, TYPE_SPARSE: i32 = 11, TYPE_TYPE: i32 = 13;

let home: usize = 0;
let graphs: usize = 0;
let table: usize = 0;
let env: Env = changetype<Env>(0);
let handles: usize = 0;
let payloads: usize = 0;
let calls: i32 = 0;
let expanded: i32 = 0;
/** Where the outermost call at hand begins. */
let callStart: i32 = 0;

export function tableWords(): i32 { return wordsIn(table); }
export function tableAddress(): usize { return array_data(table); }
export function closeTable(): void {
  closeCalls();
  if (home != 0) store_free(home);
  home = 0;
}

/** Writes the table of the model whose main graph is event `graph`. */
export function flatten(e: Env, graph: i32, dims: usize, elements: usize): void {
  closeTable();
  home = store_new();
  if (home == 0) unreachable();
  graphs = array_new(home, 4096);
  table = array_new(home, 4096);
  if (graphs == 0 || table == 0) unreachable();
  env = e;
  handles = dims;
  payloads = elements;
  openCalls();
  calls = 0;
  expanded = 0;
  writeGraph(graph, -1, -1);
  if (code == 0) writeValues();
}

/** The values, then the graphs behind them. */
function writeValues(): void {
  const n = valueCount();
  push(table, n);
  for (let id = 0; id < n; id++) writeRow(valueAt(id).declared);
  const bytes = array_size(graphs);
  const words = <i32>(bytes >> 2);
  if (<i64>wordsIn(table) + words > MAX_WORDS) return wrong(SIZE, -1, -1);
  const behind = array_push(table, bytes);
  if (behind == 0) unreachable();
  memory.copy(behind, array_data(graphs), bytes);
}

function writeRow(declared: i32): void {
  const key = declared < 0 ? -1 : keyAt(declared);
  if (key == Key.GraphProto_initializer) pushTensor(table, env, declared, payloads);
  else if (key == Key.GraphProto_sparse_initializer) pushSparse(table, env, declared);
  else pushType(table, env, declared < 0 ? -1 : field(declared, Key.ValueInfoProto_type), handles);
}

function defineOnce(name: i32, declared: i32, flags: i32, at: i32): void {
  if (name < 0 || name == EMPTY) wrong(UNNAMED, at, -1);
  else if (own(name) >= 0) wrong(DUPLICATE, at, name);
  else define(name, declared, flags);
}

function defineInitializer(tensor: i32, at: i32): void {
  const name = tensor < 0 ? -1 : stringIn(tensor, Key.TensorProto_name);
  const known = name < 0 ? -1 : own(name);
  if (known < 0) return defineOnce(name, at, MADE, at);
  const key = keyAt(valueAt(known).declared);
  if (key == Key.GraphProto_initializer || key == Key.GraphProto_sparse_initializer) wrong(DUPLICATE, at, name);
  else valueAt(known).declared = at;
}

/** Names of what the nodes of a graph or a function make. */
function defineResults(message: i32, nodeKey: i32): void {
  for (let i = message + 1, end = first(message); i < end; i = next(i)) {
    if (keyAt(i) != nodeKey) continue;
    for (let k = i + 1, stop = first(i); k < stop; k = next(k)) {
      if (keyAt(k) != Key.NodeProto_output || first(k) == EMPTY) continue;
      const name = first(k);
      const known = own(name);
      // What a function gives back has the value that its caller gave it.
      if (known < 0) define(name, -1, RESULT);
      else if (nodeKey == Key.GraphProto_node || (valueAt(known).flags & MADE) != 0) wrong(DUPLICATE, i, name);
    }
  }
}

/** What value_info and outputs say; a main graph may read what only value_info speaks of: weights that were left out. */
function describe(graph: i32, main: bool): void {
  for (let i = graph + 1, end = first(graph); i < end; i = next(i)) {
    const key = keyAt(i);
    if (key != Key.GraphProto_value_info && key != Key.GraphProto_output) continue;
    const name = stringIn(i, Key.ValueInfoProto_name);
    const id = name < 0 ? -1 : own(name);
    if (id < 0) {
      if (key == Key.GraphProto_output) wrong(OUTPUT, i, name);
      else if (main && name > EMPTY) define(name, i, MADE);
    } else if ((valueAt(id).flags & RESULT) != 0 && (key == Key.GraphProto_output || valueAt(id).declared < 0)) valueAt(id).declared = i;
  }
}

/** Writes the GraphProto that event `graph` is; `attribute` and `node` are what it is the body of, -1 for the main graph. */
function writeGraph(graph: i32, attribute: i32, node: i32): void {
  enter(graph, attribute, node);
  for (let i = graph + 1, end = first(graph); i < end; i = next(i)) {
    if (keyAt(i) == Key.GraphProto_input) defineOnce(stringIn(i, Key.ValueInfoProto_name), i, MADE, i);
  }
  for (let i = graph + 1, end = first(graph); i < end; i = next(i)) {
    if (keyAt(i) == Key.GraphProto_initializer) defineInitializer(i, i);
    else if (keyAt(i) == Key.GraphProto_sparse_initializer) defineInitializer(field(i, Key.SparseTensorProto_values), i);
  }
  defineResults(graph, Key.GraphProto_node);
  describe(graph, node < 0);
  writeNamed(graph, Key.GraphProto_input);
  writeNamed(graph, Key.GraphProto_output);
  const count = wordsIn(graphs);
  push(graphs, 0);
  const n = code == 0 ? writeNodes(graph, Key.GraphProto_node) : 0;
  setWord(graphs, count, n);
  leave();
}

/** Ids of a graph's inputs or outputs. */
function writeNamed(graph: i32, key: i32): void {
  const at = wordsIn(graphs);
  push(graphs, 0);
  let n = 0;
  for (let i = graph + 1, end = first(graph); i < end; i = next(i)) {
    if (keyAt(i) != key) continue;
    const name = stringIn(i, Key.ValueInfoProto_name);
    push(graphs, name < 0 ? -1 : own(name));
    n++;
  }
  setWord(graphs, at, n);
}

function writeNodes(message: i32, key: i32): i32 {
  let n = 0;
  for (let i = message + 1, end = first(message); i < end && code == 0; i = next(i)) if (keyAt(i) == key) n += writeNode(i);
  return n;
}

/** Returns how many nodes were written: a call of a function is written as the function's body. */
function writeNode(node: i32): i32 {
  if (wordsIn(graphs) > MAX_WORDS || (depth > 0 && wordsIn(graphs) - callStart + expanded > MAX_EXPANDED_WORDS)) { wrong(SIZE, node, -1); return 0; }
  let op = -1, domain = -1, overload = -1, attributes = 0;
  const end = first(node);
  for (let i = node + 1; i < end; i = next(i)) {
    const key = keyAt(i);
    if (key == Key.NodeProto_op_type) op = first(i);
    else if (key == Key.NodeProto_domain) domain = first(i);
    else if (key == Key.NodeProto_overload) overload = first(i);
    else if (key == Key.NodeProto_attribute) attributes++;
  }
  const called = functionOf(domain, op, overload);
  if (called >= 0) return writeCall(node, called);
  push(graphs, opNumber(domain, op) | (versionOf(domain) << 16));
  push(graphs, node);
  writeOperands(node, Key.NodeProto_input);
  writeOperands(node, Key.NodeProto_output);
  const count = wordsIn(graphs);
  push(graphs, 0);
  if (attributes > 0) {
    let n = 0;
    for (let i = node + 1; i < end; i = next(i)) if (keyAt(i) == Key.NodeProto_attribute && writeAttribute(i, node)) n++;
    setWord(graphs, count, n);
  }
  markMade(node);
  return 1;
}

function writeOperands(node: i32, key: i32): void {
  const at = wordsIn(graphs);
  push(graphs, 0);
  let n = 0;
  for (let i = node + 1, end = first(node); i < end; i = next(i)) {
    if (keyAt(i) != key) continue;
    push(graphs, key == Key.NodeProto_input ? operand(node, first(i)) : first(i) == EMPTY ? -1 : find(first(i)));
    n++;
  }
  setWord(graphs, at, n);
}

function operand(node: i32, name: i32): i32 {
  if (name == EMPTY) return -1;
  const id = find(name);
  if (id < 0) wrong(UNKNOWN, node, name);
  else if ((valueAt(id).flags & MADE) == 0) wrong(ORDER, node, name);
  return id;
}

function markMade(node: i32): void {
  for (let i = node + 1, end = first(node); i < end; i = next(i)) {
    if (keyAt(i) != Key.NodeProto_output || first(i) == EMPTY) continue;
    const id = find(first(i));
    if (id >= 0) valueAt(id).flags |= MADE;
  }
}

/** Value of operand `n` of a node, -1 where it is omitted. */
function operandOf(node: i32, key: i32, n: i32): i32 {
  for (let i = node + 1, end = first(node); i < end; i = next(i)) {
    if (keyAt(i) == key && n-- == 0) return key == Key.NodeProto_input ? operand(node, first(i)) : first(i) == EMPTY ? -1 : find(first(i));
  }
  return -1;
}

/** Values that a call gives to the names `key` of its function, or gets from them. */
function bindFormals(called: i32, key: i32, node: i32, operandKey: i32, pairs: usize): void {
  let n = 0;
  for (let i = called + 1, end = first(called); i < end; i = next(i)) {
    if (keyAt(i) != key) continue;
    push(pairs, first(i));
    push(pairs, operandOf(node, operandKey, n++));
  }
}

function writeCall(node: i32, called: i32): i32 {
  if (depth == MAX_CALLS) { wrong(RECURSION, node, -1); return 0; }
  if (calls++ == MAX_EXPANDED) { wrong(SIZE, node, -1); return 0; }
  if (depth == 0) callStart = wordsIn(graphs);
  // Operands are looked up among the caller's names before the function's own are seen.
  const store = store_new();
  const pairs: usize = store == 0 ? 0 : array_new(store, 256);
  if (pairs == 0) unreachable();
  bindFormals(called, Key.FunctionProto_input, node, Key.NodeProto_input, pairs);
  const inputs = wordsIn(pairs);
  bindFormals(called, Key.FunctionProto_output, node, Key.NodeProto_output, pairs);
  beginCall(node, called);
  enter(-1, -1, -1);
  for (let i = 0; i < wordsIn(pairs); i += 2) {
    const name = load<i32>(array_data(pairs) + (<usize>i << 2)), id = load<i32>(array_data(pairs) + (<usize>i << 2), 4);
    if (own(name) >= 0) continue;
    if (id >= 0) bind(name, id);
    else if (i < inputs) define(name, -1, MADE);
  }
  store_free(store);
  defineResults(called, Key.FunctionProto_node);
  const n = code == 0 ? writeNodes(called, Key.FunctionProto_node) : 0;
  leave();
  endCall();
  if (depth == 0) expanded += wordsIn(graphs) - callStart;
  markMade(node);
  return n;
}

/** Writes an attribute that inference knows; false for others. */
function writeAttribute(given: i32, node: i32): bool {
  const number = attributeNumber(stringIn(given, Key.AttributeProto_name));
  if (number == 0) return false;
  let attribute = given;
  const reference = stringIn(given, Key.AttributeProto_ref_attr_name);
  if (reference > EMPTY) {
    attribute = referred(reference);
    if (attribute < 0) return false;
  }
  const at = wordsIn(graphs);
  push(graphs, number);
  push(graphs, 0);
  push(graphs, 0);
  const kind = writePayload(attribute, node);
  if (kind == 0) {
    array_truncate(graphs, <u32>at << 2);
    return false;
  }
  setWord(graphs, at + 1, kind);
  setWord(graphs, at + 2, wordsIn(graphs) - at - 3);
  return true;
}

/** The type that an attribute says it has, or that its value has. */
function typeOf(attribute: i32): i32 {
  const type = field(attribute, Key.AttributeProto_type);
  if (type >= 0 && first(type) != 0) return first(type);
  for (let i = attribute + 1, end = first(attribute); i < end; i = next(i)) {
    const key = keyAt(i);
    if (key == Key.AttributeProto_i) return TYPE_INT;
    if (key == Key.AttributeProto_f) return TYPE_FLOAT;
    if (key == Key.AttributeProto_s) return TYPE_STRING;
    if (key == Key.AttributeProto_ints) return TYPE_INTS;
    if (key == Key.AttributeProto_floats) return TYPE_FLOATS;
    if (key == Key.AttributeProto_strings) return TYPE_STRINGS;
    if (key == Key.AttributeProto_t) return TYPE_TENSOR;
    if (key == Key.AttributeProto_g) return TYPE_GRAPH;
  }
  return 0;
}

/** Writes an attribute's value; returns its kind, 0 where inference has none for it. */
function writePayload(attribute: i32, node: i32): i32 {
  const type = typeOf(attribute);
  if (type == TYPE_INT) {
    const at = field(attribute, Key.AttributeProto_i);
    pushWide(graphs, at < 0 ? 0 : integer(at));
    return INT;
  }
  if (type == TYPE_FLOAT) {
    const at = field(attribute, Key.AttributeProto_f);
    pushFloat(at < 0 ? 0 : first(at));
    return FLOAT;
  }
  if (type == TYPE_STRING) {
    const at = field(attribute, Key.AttributeProto_s);
    if (at >= 0) pushText(first(at));
    return STRING_KIND;
  }
  if (type == TYPE_INTS || type == TYPE_FLOATS) return writeList(attribute, type);
  if (type == TYPE_STRINGS) return STRINGS;
  if (type == TYPE_TENSOR) {
    const at = field(attribute, Key.AttributeProto_t);
    if (at < 0) return 0;
    pushTensor(graphs, env, at, payloads);
    return TENSOR_VALUE;
  }
  if (type == TYPE_SPARSE) {
    const at = field(attribute, Key.AttributeProto_sparse_tensor);
    if (at < 0) return 0;
    pushSparse(graphs, env, at);
    return TENSOR_VALUE;
  }
  if (type == TYPE_TYPE) {
    const at = field(attribute, Key.AttributeProto_tp);
    if (at < 0) return 0;
    pushType(graphs, env, at, handles);
    return TENSOR_VALUE;
  }
  const body = type == TYPE_GRAPH ? field(attribute, Key.AttributeProto_g) : -1;
  if (body < 0) return 0;
  writeGraph(body, attribute, node);
  return GRAPH;
}

function writeList(attribute: i32, type: i32): i32 {
  for (let i = attribute + 1, end = first(attribute); i < end; i = next(i)) {
    if (type == TYPE_INTS && keyAt(i) == Key.AttributeProto_ints) pushWide(graphs, integer(i));
    else if (type == TYPE_FLOATS && keyAt(i) == Key.AttributeProto_floats) pushFloat(first(i));
  }
  return type == TYPE_INTS ? INTS : FLOAT_LIST;
}
function pushFloat(bits: i32): void { pushWide(graphs, reinterpret<i64>(<f64>reinterpret<f32>(bits))); }

/** UTF-16 units of a string; bytes that are no UTF-8 count as one each. */
function pushText(string: i32): void {
  const end = textOf(string) + <usize>lengthOf(string);
  for (let p = textOf(string); p < end; ) {
    const byte = <i32>load<u8>(p++);
    let more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    let c = more == 0 ? byte : byte & (0x3f >> more);
    for (; more > 0 && p < end; more--) c = (c << 6) | (load<u8>(p++) & 0x3f);
    if (c >= 0x10000) push(graphs, 0xd800 + ((c - 0x10000) >> 10));
    push(graphs, c >= 0x10000 ? 0xdc00 + (c & 0x3ff) : c);
  }
}
