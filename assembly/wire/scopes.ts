/**
 * @file Which value a name is. Names are strings by number; each has the value that is visible now, and what it hid comes back when its
 * graph is left. Graphs of one call of a function see each other, those of other calls do not.
 */

import { array_data, array_new, array_push, array_size, array_truncate, store_free, store_new } from "../memory";

@unmanaged export class Value {
  /** Number of its name. */
  name: i32;
  /** The scope it belongs to. */
  scope: i32;
  /** Event of what says its type: ValueInfoProto, TensorProto, SparseTensorProto; -1: nothing does. */
  declared: i32;
  flags: i32;
}
/** Made by a node before the one at hand, or given. */
export const MADE: i32 = 1;
/** Made by a node, and not by a caller. */
export const RESULT: i32 = 2;

@unmanaged export class Scope {
  /** Event of the GraphProto; -1 for the body of a function. */
  graph: i32;
  /** Events of the attribute and the node that it is the body of, and its scope; -1 for the main graph. */
  attribute: i32;
  node: i32;
  outer: i32;
  /** Number of the call; 0 for the main graph. */
  call: i32;
  /** First and last + 1 of the names that were hidden, in `hidden`. */
  hidden: i32;
}

let home: usize = 0;
let values: usize = 0;
let scopes: usize = 0;
/** Triples: name, value and scope that it had. */
let hidden: usize = 0;
/** By name: value + 1, scope. */
let visible: usize = 0;
export let scope: i32 = -1;
let calls: i32 = 0;

export function openScopes(names: i32): void {
  if (home != 0) store_free(home);
  home = store_new();
  if (home == 0) unreachable();
  values = array_new(home, 4096);
  scopes = array_new(home, 1024);
  hidden = array_new(home, 1024);
  const table = array_new(home, <u32>names * 8);
  if (values == 0 || scopes == 0 || hidden == 0 || table == 0) unreachable();
  visible = array_push(table, <u32>names * 8);
  if (visible == 0 && names > 0) unreachable();
  memory.fill(visible, 0, <usize>names * 8);
  scope = -1;
  calls = 0;
}
export function closeScopes(): void {
  if (home != 0) store_free(home);
  home = 0;
}

// @ts-ignore: decorator
@inline export function valueAt(id: i32): Value { return changetype<Value>(array_data(values) + <usize>id * offsetof<Value>()); }
export function valueCount(): i32 { return <i32>(array_size(values) / offsetof<Value>()); }
// @ts-ignore: decorator
@inline export function scopeAt(i: i32): Scope { return changetype<Scope>(array_data(scopes) + <usize>i * offsetof<Scope>()); }
export function scopeCount(): i32 { return <i32>(array_size(scopes) / offsetof<Scope>()); }

/** Enters a graph: the body of a node, or (`node` -1) one that sees nothing around it: the main graph, or the body of a function. */
export function enter(graph: i32, attribute: i32, node: i32): void {
  const outer = scope;
  scope = scopeCount();
  const s = changetype<Scope>(array_push(scopes, offsetof<Scope>()));
  if (changetype<usize>(s) == 0) unreachable();
  s.graph = graph;
  s.attribute = attribute;
  s.node = node;
  s.outer = outer;
  s.call = node >= 0 ? scopeAt(outer).call : calls++;
  s.hidden = <i32>array_size(hidden);
}
export function leave(): void {
  const s = scopeAt(scope);
  for (let at = <i32>array_size(hidden); at > s.hidden; at -= 12) {
    const entry = array_data(hidden) + <usize>(at - 12);
    const slot = visible + (<usize>load<u32>(entry) << 3);
    store<i32>(slot, load<i32>(entry, 4));
    store<i32>(slot, load<i32>(entry, 8), 4);
  }
  array_truncate(hidden, <u32>s.hidden);
  scope = s.outer;
}

/** The value that `name` is; -1 where it is none. */
export function find(name: i32): i32 {
  const slot = visible + (<usize>name << 3);
  const id = load<i32>(slot) - 1;
  return id >= 0 && scopeAt(load<i32>(slot, 4)).call == scopeAt(scope).call ? id : -1;
}
/** The same in the graph at hand only. */
export function own(name: i32): i32 {
  const slot = visible + (<usize>name << 3);
  const id = load<i32>(slot) - 1;
  return id >= 0 && load<i32>(slot, 4) == scope ? id : -1;
}
/** `name` is value `id` in the graph at hand. */
export function bind(name: i32, id: i32): void {
  const slot = visible + (<usize>name << 3);
  const entry = array_push(hidden, 12);
  if (entry == 0) unreachable();
  store<i32>(entry, name);
  store<i32>(entry, load<i32>(slot), 4);
  store<i32>(entry, load<i32>(slot, 4), 8);
  store<i32>(slot, id + 1);
  store<i32>(slot, scope, 4);
}
/** A new value of the graph at hand. */
export function define(name: i32, declared: i32, flags: i32): i32 {
  const id = valueCount();
  const v = changetype<Value>(array_push(values, offsetof<Value>()));
  if (changetype<usize>(v) == 0) unreachable();
  v.name = name;
  v.scope = scope;
  v.declared = declared;
  v.flags = flags;
  if (name >= 0) bind(name, id);
  return id;
}
