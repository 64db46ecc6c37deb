/**
 * @file Protobuf reading: bytes become a flat list of events, with strings interned and payloads left where they are.
 *
 * The scanner sees a window of the input at a time and can stop at any field: it returns to the host for the next window (which may lie
 * behind a skipped payload) or for more room, and goes on. So a file is never in memory, whatever payloads it holds.
 *
 * State, at `s` (32-bit words):
 *
 *   0 position      4 events     8 event count     12 event room
 *   16 pool         20 pool used 24 pool room
 *   28 strings      32 string count  36 string room     (per string: address in the pool from its start, length, hash, 1 if ASCII)
 *   40 slots        44 slot mask (a power of two less 1; a slot: string number + 1, hash)
 *   48 stack        52 depth     56 depth room          (per level: message, end, begin event)
 *   60 schema                                        (per message 32 words, one a field: kind | message << 8)
 *   64 detail: what an error is about
 *
 * An event is three words: `message << 5 | field`, a, b.
 *
 *   kind      wire types        a                          b
 *   string    2                 string                     position of its tag
 *   varint    0, packed 2       low word                   high word
 *   fixed32   5, packed 2       bits                       position
 *   message   2                 event after its last one   position of its tag
 *   bytes     2                 position                   length
 *   pack32, pack64, packvar     5 | 1 | 0, packed 2: as bytes, an unpacked element as a piece of its own
 *   unknown   any               field number               position of its tag   (its field is 0)
 */

const STRING: i32 = 1;
const VARINT: i32 = 2;
const FIXED32: i32 = 3;
const MESSAGE: i32 = 4;
const BYTES: i32 = 5;
const PACK32: i32 = 6;
const PACK64: i32 = 7;
const PACKVAR: i32 = 8;

const DONE: i32 = 0;
const NEED_WINDOW: i32 = 1;
const NEED_EVENTS: i32 = 2;
const NEED_POOL: i32 = 3;
const NEED_STRINGS: i32 = 4;

const ERROR_TRUNCATED: i32 = -1;
const ERROR_VARINT: i32 = -2;
const ERROR_FIELD: i32 = -3;
const ERROR_WIRE_TYPE: i32 = -4;
const ERROR_DEPTH: i32 = -5;
const ERROR_PACKED: i32 = -6;

// @ts-ignore: decorator
@inline const EVENT: usize = 12;

// @ts-ignore: decorator
@inline function get(s: usize, at: usize): i32 { return load<i32>(s + at); }
// @ts-ignore: decorator
@inline function put(s: usize, at: usize, v: i32): void { store<i32>(s + at, v); }

/** Bytes of the varint at `p`, at most `room`; 0 if it does not end there, -1 if it is longer than 10 bytes. */
function varintSize(p: usize, room: i32): i32 {
  const most = min<i32>(room, 10);
  for (let i = 0; i < most; i++) if (load<u8>(p + <usize>i) < 0x80) return i + 1;
  return room >= 10 ? -1 : 0;
}

function varintValue(p: usize, size: i32): u64 {
  let v: u64 = 0;
  for (let i = 0; i < size; i++) v |= <u64>(load<u8>(p + <usize>i) & 0x7f) << (7 * i);
  return v;
}

/** The last n < 8 bytes before `end` as one word; `whole` tells that there are eight. */
// @ts-ignore: decorator
@inline function tail(end: usize, n: usize, whole: bool): u64 {
  if (whole) return load<u64>(end - 8);
  let w: u64 = 0;
  for (let p = end - n, shift: u64 = 0; p < end; p++, shift += 8) w |= <u64>load<u8>(p) << shift;
  return w;
}

/** Hash of n bytes, eight at a time; bit 63 tells whether all are ASCII. */
function hashOf(p: usize, n: usize): u64 {
  let h: u64 = 0x9e3779b97f4a7c15 ^ (<u64>n * 0xff51afd7ed558ccd);
  let high: u64 = 0;
  const end = p + n;
  for (; p + 8 <= end; p += 8) {
    const w = load<u64>(p);
    high |= w;
    h = rotl<u64>((h ^ w) * 0xc4ceb9fe1a85ec53, 31);
  }
  const w = p == end ? 0 : tail(end, end - p, n >= 8);
  high |= w;
  h = (h ^ w) * 0xff51afd7ed558ccd;
  h ^= h >> 29;
  return (h & 0x7fffffff) | ((high & 0x8080808080808080) == 0 ? 1 << 63 : 0);
}

/** Whether n bytes at a and at b are the same. */
function same(a: usize, b: usize, n: usize): bool {
  const end = a + n;
  for (; a + 8 <= end; a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  const rest = end - a;
  return rest == 0 || tail(end, rest, n >= 8) == tail(b + rest, rest, n >= 8);
}

/** Interns a string that the host gives: see `intern`. */
export function wire_intern(s: usize, p: usize, n: i32): i32 { return intern(s, p, <usize>n); }

/** Number of the string of n bytes at p, interned; -1 when the pool is full, -2 when the table is. */
function intern(s: usize, p: usize, n: usize): i32 {
  const hash = hashOf(p, n);
  const h = <i32>(hash & 0x7fffffff);
  const slots = <usize>get(s, 40);
  const mask = get(s, 44);
  const pool = <usize>get(s, 16);
  const strings = <usize>get(s, 28);
  let slot = h & mask;
  for (;;) {
    const found = load<i32>(slots + (<usize>slot << 3));
    if (found == 0) break;
    if (load<i32>(slots + (<usize>slot << 3), 4) == h) {
      const entry = strings + (<usize>(found - 1) << 4);
      if (<usize>load<u32>(entry, 4) == n && same(pool + <usize>load<u32>(entry), p, n)) return found - 1;
    }
    slot = (slot + 1) & mask;
  }
  const used = get(s, 20);
  const count = get(s, 32);
  if (<u64>(<u32>used) + <u64>n > <u64>(<u32>get(s, 24))) return -1;
  if (count == get(s, 36) || count * 2 > mask) return -2;
  memory.copy(pool + <usize>used, p, n);
  const entry = strings + (<usize>count << 4);
  store<i32>(entry, used);
  store<u32>(entry, <u32>n, 4);
  store<i32>(entry, h, 8);
  store<i32>(entry, <i32>(hash >> 63), 12);
  put(s, 20, used + <i32>n);
  put(s, 32, count + 1);
  store<i32>(slots + (<usize>slot << 3), count + 1);
  store<i32>(slots + (<usize>slot << 3), h, 4);
  return count;
}

/** Fills empty `slots` (mask + 1 pairs of words, cleared here) with the strings that are there; the host has made room for more. */
export function wire_rehash(s: usize): void {
  const slots = <usize>get(s, 40);
  const mask = get(s, 44);
  const strings = <usize>get(s, 28);
  memory.fill(slots, 0, (<usize>mask + 1) << 3);
  const count = get(s, 32);
  for (let i = 0; i < count; i++) {
    const h = load<i32>(strings + (<usize>i << 4), 8);
    let slot = h & mask;
    while (load<i32>(slots + (<usize>slot << 3)) != 0) slot = (slot + 1) & mask;
    store<i32>(slots + (<usize>slot << 3), i + 1);
    store<i32>(slots + (<usize>slot << 3), h, 4);
  }
}

// @ts-ignore: decorator
@inline function event(s: usize, key: i32, a: i32, b: i32): void {
  const count = get(s, 8);
  const e = <usize>get(s, 4) + <usize>count * EVENT;
  store<i32>(e, key);
  store<i32>(e, a, 4);
  store<i32>(e, b, 8);
  put(s, 8, count + 1);
}

function allowed(kind: i32, wire: i32): bool {
  if (kind == 0) return wire == 0 || wire == 1 || wire == 2 || wire == 5;
  if (wire == 2) return true;
  if (kind == VARINT || kind == PACKVAR) return wire == 0;
  if (kind == FIXED32 || kind == PACK32) return wire == 5;
  return kind == PACK64 && wire == 1;
}

/** Events for the elements of a packed field of n bytes at p, of position `at`; 0, or an error, or NEED_EVENTS. */
function unpack(s: usize, key: i32, kind: i32, p: usize, n: i32, at: i32): i32 {
  const room = get(s, 12) - get(s, 8);
  if (kind == FIXED32) {
    if ((n & 3) != 0) return ERROR_PACKED;
    if (n >> 2 > room) return NEED_EVENTS;
    for (let i = 0; i < n; i += 4) event(s, key, load<i32>(p + <usize>i), at + i);
    return 0;
  }
  if (n > room) return NEED_EVENTS;
  for (let i = 0; i < n; ) {
    const size = varintSize(p + <usize>i, n - i);
    if (size <= 0) return ERROR_VARINT;
    const v = varintValue(p + <usize>i, size);
    event(s, key, <i32>v, <i32>(v >> 32));
    i += size;
  }
  return 0;
}

/**
 * Scans what lies in [window, window + length), the input's bytes from `start` on. Returns DONE, or what the host must see to (NEED_…; the next
 * window begins at the state's position, and must be longer than this one if that began there too), or an error < 0 at that position.
 * `detail` (word 64) has message << 5 | field of an error, or the bytes that NEED_POOL wants.
 */
export function wire_scan(s: usize, window: usize, start: i32, length: i32): i32 {
  const stop = start + length;
  const schema = <usize>get(s, 60);
  const stack = <usize>get(s, 48);
  for (;;) {
    let depth = get(s, 52);
    let frame = stack + <usize>(depth - 1) * 12;
    const position = get(s, 0);
    if (position == load<i32>(frame, 4)) {
      if (depth == 1) return DONE;
      store<i32>(<usize>get(s, 4) + <usize>load<i32>(frame, 8) * EVENT, get(s, 8), 4);
      put(s, 52, depth - 1);
      continue;
    }
    if (position < start || position >= stop) return NEED_WINDOW;
    const message = load<i32>(frame);
    const end = load<i32>(frame, 4);
    const visible = min<i32>(end, stop);
    let p = window + <usize>(position - start);
    put(s, 64, message << 5);

    const tagSize = varintSize(p, min<i32>(visible - position, 5));
    if (tagSize <= 0) {
      if (visible - position >= 5) return ERROR_VARINT;
      return visible == end ? ERROR_TRUNCATED : NEED_WINDOW;
    }
    const tag = varintValue(p, tagSize);
    const number = <i32>(tag >> 3);
    const wire = <i32>(tag & 7);
    if (number == 0 || tag > 0xffffffff) return ERROR_FIELD;
    const row = number < 32 ? load<i32>(schema + (<usize>((message << 5) | number) << 2)) : 0;
    const kind = row & 0xff;
    const key = (message << 5) | (kind == 0 ? 0 : number);
    put(s, 64, (message << 5) | (number < 32 ? number : 0));
    if (!allowed(kind, wire)) return ERROR_WIRE_TYPE;
    if (get(s, 8) == get(s, 12)) return NEED_EVENTS;

    p += <usize>tagSize;
    const at = position + tagSize;
    if (wire != 2) {
      let size = wire == 5 ? 4 : 8;
      if (wire == 0) {
        size = varintSize(p, visible - at);
        if (size < 0) return ERROR_VARINT;
        if (size == 0) return visible == end ? ERROR_TRUNCATED : NEED_WINDOW;
      } else if (size > visible - at) {
        return size > end - at ? ERROR_TRUNCATED : NEED_WINDOW;
      }
      if (kind == 0) {
        event(s, key, number, position);
      } else if (kind == VARINT) {
        const v = varintValue(p, size);
        event(s, key, <i32>v, <i32>(v >> 32));
      } else if (kind == FIXED32) {
        event(s, key, load<i32>(p), at);
      } else {
        event(s, key, at, size);
      }
      put(s, 0, at + size);
      continue;
    }

    const lengthSize = varintSize(p, visible - at);
    if (lengthSize < 0) return ERROR_VARINT;
    if (lengthSize == 0) return visible == end ? ERROR_TRUNCATED : NEED_WINDOW;
    const long = varintValue(p, lengthSize);
    const body = at + lengthSize;
    if (long > <u64>(end - body)) return ERROR_TRUNCATED;
    const n = <i32>long;
    p += <usize>lengthSize;
    if (kind == MESSAGE) {
      if (depth == get(s, 56)) return ERROR_DEPTH;
      frame += 12;
      store<i32>(frame, row >> 8);
      store<i32>(frame, body + n, 4);
      store<i32>(frame, get(s, 8), 8);
      put(s, 52, depth + 1);
      event(s, key, 0, position);
      put(s, 0, body);
      continue;
    }
    if (kind == STRING) {
      if (body + n > stop) return NEED_WINDOW;
      const id = intern(s, p, <usize>n);
      if (id == -1) {
        put(s, 64, n);
        return NEED_POOL;
      }
      if (id < 0) return NEED_STRINGS;
      event(s, key, id, position);
    } else if (kind == VARINT || kind == FIXED32) {
      if (body + n > stop) return NEED_WINDOW;
      const count = get(s, 8);
      const code = unpack(s, key, kind, p, n, body);
      if (code != 0) {
        put(s, 8, count);
        return code;
      }
    } else if (kind == 0) {
      event(s, key, number, position);
    } else {
      event(s, key, body, n);
    }
    put(s, 0, body + n);
  }
  return DONE;
}

/** Decodes packed varints of n bytes at p into at most `room` 64-bit words at out. Returns how many, or -1 if they do not end in the bytes, -2 if there are more. */
export function wire_varints(p: usize, n: i32, out: usize, room: i32): i32 {
  let count = 0;
  for (let i = 0; i < n; count++) {
    if (count == room) return -2;
    const size = varintSize(p + <usize>i, n - i);
    if (size <= 0) return -1;
    store<u64>(out + (<usize>count << 3), varintValue(p + <usize>i, size));
    i += size;
  }
  return count;
}
