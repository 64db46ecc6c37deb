/**
 * @file Protobuf writing: a flat list of tokens becomes bytes, from the last byte to the first, so that the length of a nested
 * message is known when its head is written and nothing is measured twice.
 *
 * A token is its operands, then its head (`field << 3 | kind`): the list is read from its end.
 *
 *   kind  operands        meaning
 *   0     -               message begins        (met last: its length is what was written since its end)
 *   1     -               message ends
 *   2     low, high       varint (int64 in two's complement)
 *   3     bits            fixed32
 *   4     string          length-delimited; an index into `strings`, a table of [address, length]
 *   5     id, length      length-delimited; the bytes are elsewhere: they count, but are not written (a hole)
 *   6     string          whole fields, head and all, as they were read
 *   7     id, length      the same, as a hole
 */

const BEGIN: i32 = 0;
const END: i32 = 1;
const VARINT: i32 = 2;
const FIXED32: i32 = 3;
const STRING: i32 = 4;
const HOLE: i32 = 5;
const FIELDS: i32 = 6;
const FIELDS_HOLE: i32 = 7;

/** More bytes than `capacity`. */
const ERROR_CAPACITY: i32 = -1;
/** Messages nested deeper than `depth`. */
const ERROR_DEPTH: i32 = -2;
/** Not a list of tokens. */
const ERROR_TOKENS: i32 = -3;
/** 2 GiB of protobuf, holes included: no parser takes more. */
const ERROR_SIZE: i32 = -4;

// @ts-ignore: decorator
@inline function varintLength(v: u64): i32 {
  return (70 - <i32>clz<u64>(v | 1)) / 7;
}

/** Writes `v` so that it ends before `end`; returns where it begins. */
// @ts-ignore: decorator
@inline function putVarint(end: usize, v: u64): usize {
  const begin = end - <usize>varintLength(v);
  let p = begin;
  while (v > 0x7f) {
    store<u8>(p++, <u8>(v | 0x80));
    v >>= 7;
  }
  store<u8>(p, <u8>v);
  return begin;
}

/**
 * Encodes `words` words of tokens at `tokens` into the end of [out, out + capacity). Returns how many bytes it wrote, or an error < 0.
 * `stack`: `depth` words of 8 bytes. `holes`: per hole, from the last to the first, [bytes written behind it, id], 8 bytes each.
 */
export function wire_write(
  tokens: usize, words: i32, strings: usize, out: usize, capacity: i32, stack: usize, depth: i32, holes: usize,
): i32 {
  const top = out + <usize>capacity;
  let p = top;
  let outside: u64 = 0; // bytes of holes
  let level = 0;
  let t = tokens + (<usize>words << 2);
  while (t > tokens) {
    t -= 4;
    const head = load<i32>(t);
    const field = <u64>(head >>> 3);
    const kind = head & 7;
    if (p < out + 32) return ERROR_CAPACITY;
    if (kind == VARINT) {
      t -= 8;
      p = putVarint(p, load<u64>(t));
      p = putVarint(p, field << 3);
    } else if (kind == STRING || kind == FIELDS) {
      t -= 4;
      const entry = strings + (<usize>load<u32>(t) << 3);
      const length = <usize>load<u32>(entry, 4);
      if (length + 32 > p - out) return ERROR_CAPACITY;
      p -= length;
      memory.copy(p, <usize>load<u32>(entry), length);
      if (kind == FIELDS) continue;
      p = putVarint(p, <u64>length);
      p = putVarint(p, (field << 3) | 2);
    } else if (kind == END) {
      if (level == depth) return ERROR_DEPTH;
      store<u64>(stack + (<usize>level << 3), <u64>(top - p) + outside);
      level++;
    } else if (kind == BEGIN) {
      if (level == 0) return ERROR_TOKENS;
      level--;
      const length = <u64>(top - p) + outside - load<u64>(stack + (<usize>level << 3));
      if (length > 0x7fffffff) return ERROR_SIZE;
      p = putVarint(p, length);
      p = putVarint(p, (field << 3) | 2);
    } else if (kind == FIXED32) {
      t -= 4;
      p -= 4;
      store<u32>(p, load<u32>(t));
      p = putVarint(p, (field << 3) | 5);
    } else if (kind == HOLE || kind == FIELDS_HOLE) {
      t -= 8;
      store<u32>(holes, <u32>(top - p));
      store<i32>(holes, load<i32>(t), 4);
      holes += 8;
      const length = <u64>load<u32>(t, 4);
      outside += length;
      if (kind == FIELDS_HOLE) continue;
      p = putVarint(p, length);
      p = putVarint(p, (field << 3) | 2);
    } else {
      return ERROR_TOKENS;
    }
  }
  if (level != 0 || t != tokens) return ERROR_TOKENS;
  if (<u64>(top - p) + outside > 0x7fffffff) return ERROR_SIZE;
  return <i32>(top - p);
}
