/** @file Where the walk through a model is: which calls of functions it is in, what they give, and the opsets that hold there. */

import { array_data, array_new, array_push, array_size, array_truncate, store_free, store_new } from "../memory";
import { Key } from "./keys.gen";
import { eventCount, field, first, integer, keyAt, next, stringIn } from "./events";
import { EMPTY, sameDomain } from "./vocabulary";

/** Functions may call functions; a chain of more calls is taken for a cycle. */
export const MAX_CALLS: i32 = 32;
/** Greater versions are the newest. */
const MAX_VERSION: i64 = 0x7fff;

let home: usize = 0;
/** Pairs: domain, version. Those that hold now are the ones from `importsFrom` on. */
let imports: usize = 0;
let importsFrom: u32 = 0;
export let depth: i32 = 0;
/** By depth: the node that calls, the function, and what `importsFrom` was outside. */
const frames: usize = memory.data(396, 8);

export function openCalls(): void {
  closeCalls();
  home = store_new();
  if (home == 0) unreachable();
  imports = array_new(home, 256);
  if (imports == 0) unreachable();
  importsFrom = 0;
  depth = 0;
  for (let i = 0; i < eventCount; i = next(i)) if (keyAt(i) == Key.ModelProto_opset_import) addImport(i);
  // The first IR versions name no opset: theirs is the first.
  if (array_size(imports) == 0) pushImport(EMPTY, 1);
}
export function closeCalls(): void {
  if (home != 0) store_free(home);
  home = 0;
}

function pushImport(domain: i32, version: i32): void {
  const p = array_push(imports, 8);
  if (p == 0) unreachable();
  store<i32>(p, domain);
  store<i32>(p, version, 4);
}
function addImport(entry: i32): void {
  const version = field(entry, Key.OperatorSetIdProto_version);
  const v = version < 0 ? 0 : integer(version);
  pushImport(stringIn(entry, Key.OperatorSetIdProto_domain), v > 0 && v <= MAX_VERSION ? <i32>v : 0);
}

/** The version of a domain that holds here; 0: the newest. */
export function versionOf(domain: i32): i32 {
  for (let at = importsFrom; at < array_size(imports); at += 8) {
    const entry = array_data(imports) + at;
    if (sameDomain(load<i32>(entry), domain)) return load<i32>(entry, 4);
  }
  return 0;
}

/** `node` calls `called`: what follows is inside of the function. */
export function beginCall(node: i32, called: i32): void {
  const frame = frames + <usize>depth * 12;
  depth++;
  store<i32>(frame, node);
  store<i32>(frame, called, 4);
  store<u32>(frame, importsFrom, 8);
  const outside = array_size(imports);
  for (let i = called + 1, end = first(called); i < end; i = next(i)) if (keyAt(i) == Key.FunctionProto_opset_import) addImport(i);
  if (array_size(imports) > outside) importsFrom = outside;
}
export function endCall(): void {
  depth--;
  const outer = load<u32>(frames + <usize>depth * 12, 8);
  if (importsFrom != outer) array_truncate(imports, importsFrom);
  importsFrom = outer;
}

function attributeOf(message: i32, key: i32, name: i32): i32 {
  for (let i = message + 1, end = first(message); i < end; i = next(i)) {
    if (keyAt(i) == key && stringIn(i, Key.AttributeProto_name) == name) return i;
  }
  return -1;
}

/** The attribute that a name means inside of the call at hand: what the caller gives, else the function's default; -1 for none. */
export function referred(name: i32): i32 {
  for (let level = depth - 1; level >= 0; level--) {
    const frame = frames + <usize>level * 12;
    let given = attributeOf(load<i32>(frame), Key.NodeProto_attribute, name);
    if (given < 0) given = attributeOf(load<i32>(frame, 4), Key.FunctionProto_attribute_proto, name);
    if (given < 0) return -1;
    name = stringIn(given, Key.AttributeProto_ref_attr_name);
    if (name <= EMPTY) return given;
  }
  return -1;
}
