/** @file The functions of a model, by domain, name and overload. */

import { array_data, array_new, array_push, array_size, store_free, store_new } from "../memory";
import { Key } from "./keys.gen";
import { eventCount, keyAt, next, stringCount, stringIn } from "./events";
import { EMPTY, sameDomain } from "./vocabulary";

let home: usize = 0;
/** Per function: event, domain, overload, the function before it of the same name (number + 1). */
let rows: usize = 0;
/** By name: the last function of this name, number + 1. */
let byName: usize = 0;

export function openFunctions(): void {
  closeFunctions();
  for (let i = 0; i < eventCount; i = next(i)) if (keyAt(i) == Key.ModelProto_functions) add(i);
}
export function closeFunctions(): void {
  if (home != 0) store_free(home);
  home = 0;
}

function add(event: i32): void {
  if (home == 0) {
    home = store_new();
    if (home == 0) unreachable();
    rows = array_new(home, 256);
    const table = array_new(home, <u32>stringCount * 4);
    if (rows == 0 || table == 0) unreachable();
    byName = array_push(table, <u32>stringCount * 4);
    memory.fill(byName, 0, <usize>stringCount * 4);
  }
  const name = stringIn(event, Key.FunctionProto_name);
  if (name < 0) return;
  const slot = byName + (<usize>name << 2);
  const row = array_push(rows, 16);
  if (row == 0) unreachable();
  store<i32>(row, event);
  store<i32>(row, stringIn(event, Key.FunctionProto_domain), 4);
  store<i32>(row, max(stringIn(event, Key.FunctionProto_overload), EMPTY), 8);
  store<i32>(row, load<i32>(slot), 12);
  store<i32>(slot, <i32>(array_size(rows) >> 4));
}

/** Event of the function that a node calls, -1 where it calls none. */
export function functionOf(domain: i32, op: i32, overload: i32): i32 {
  if (home == 0 || op < 0) return -1;
  for (let n = load<i32>(byName + (<usize>op << 2)); n > 0; ) {
    const row = array_data(rows) + (<usize>(n - 1) << 4);
    if (sameDomain(load<i32>(row, 4), domain) && load<i32>(row, 8) == max(overload, EMPTY)) return load<i32>(row);
    n = load<i32>(row, 12);
  }
  return -1;
}
