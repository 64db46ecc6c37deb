/** @file The scanner's events (read.ts) as what follows it sees them: messages are ranges of events, strings are numbers. */

let words: usize = 0;
let schema: usize = 0;
let pool: usize = 0;
let strings: usize = 0;
export let eventCount: i32 = 0;
export let stringCount: i32 = 0;

const MESSAGE: i32 = 4;

/** Looks at the events of state `s`; again after the host has made room or interned a string. */
export function openEvents(s: usize): void {
  words = <usize>load<u32>(s, 4);
  eventCount = load<i32>(s, 8);
  pool = <usize>load<u32>(s, 16);
  strings = <usize>load<u32>(s, 28);
  stringCount = load<i32>(s, 32);
  schema = <usize>load<u32>(s, 60);
}

// @ts-ignore: decorator
@inline export function keyAt(i: i32): i32 { return load<i32>(words + <usize>i * 12); }
// @ts-ignore: decorator
@inline export function first(i: i32): i32 { return load<i32>(words + <usize>i * 12, 4); }
// @ts-ignore: decorator
@inline export function second(i: i32): i32 { return load<i32>(words + <usize>i * 12, 8); }
// @ts-ignore: decorator
@inline export function setFirst(i: i32, a: i32): void { store<i32>(words + <usize>i * 12, a, 4); }
// @ts-ignore: decorator
@inline export function integer(i: i32): i64 { return load<i64>(words + <usize>i * 12, 4); }
// @ts-ignore: decorator
@inline function rowOf(i: i32): i32 { return load<i32>(schema + (<usize>keyAt(i) << 2)); }
/** The message that event `i` is, -1 for other fields. */
export function messageOf(i: i32): i32 {
  const row = rowOf(i);
  return (row & 0xff) == MESSAGE ? row >> 8 : -1;
}
/** The event behind event `i` and all that is in it. */
// @ts-ignore: decorator
@inline export function next(i: i32): i32 { return (rowOf(i) & 0xff) == MESSAGE ? first(i) : i + 1; }
/** The last field of `key` in the message that event `i` is, -1 without one. */
export function field(i: i32, key: i32): i32 {
  let found = -1;
  for (let k = i + 1, end = first(i); k < end; k = next(k)) if (keyAt(k) == key) found = k;
  return found;
}
/** Number of the string in field `key`, -1 without one. */
export function stringIn(i: i32, key: i32): i32 {
  const at = field(i, key);
  return at < 0 ? -1 : first(at);
}
// @ts-ignore: decorator
@inline export function textOf(id: i32): usize { return pool + <usize>load<u32>(strings + (<usize>id << 4)); }
// @ts-ignore: decorator
@inline export function lengthOf(id: i32): i32 { return load<i32>(strings + (<usize>id << 4), 4); }
