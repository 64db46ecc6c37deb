//! The core's memory. Three lifetimes on one heap, everything aligned to 16 bytes:
//!   tensors   alloc(n) … free(p): two-level size classes with splitting and coalescing
//!   scratch   m = mark(); scratch(n) …; reset(m): a stack, for temporaries of one call
//!   stores    s = store_new(); array_new(s) …; store_free(s): growable arrays that live as long as a program
//! Nothing here traps for want of memory: a null pointer says so, and the caller answers for it. One that cannot go on traps, and
//! `memory_refused` tells the host why.
//!
//! A block on the heap:
//!   | size: u32, low bit = free | prev: u32, address of the block before it or 0 | 8 bytes unused | payload … |
//! A free block keeps its list links (next: u32, back: u32) in the first bytes of its payload.

const HEADER: u32 = 16;
const FREE: u32 = 1;
/** Below this a remainder is not worth a block of its own. */
const MIN_SPLIT: u32 = 48;
const CLASSES: i32 = 128;
/** How many blocks of the exact class are tried before a larger class is taken. */
const TRIES: i32 = 8;
const MAX_BYTES: u64 = 0x1_0000_0000;

/** Heads of the 128 free lists, 4 classes per power of two. */
const heads: usize = memory.data(512, 16);
let bitsLow: u64 = 0;
let bitsHigh: u64 = 0;
/** Header of the last block, 0 before the first; `top` is where the next one would begin. */
let last: u32 = 0;
let top: u32 = 0;
/** Bytes in blocks that are handed out. */
let used: u64 = 0;
/** What the last allocation asked for when there was no room for it; 0 when it had room. */
let refused: u32 = 0;

// @ts-ignore: decorator
@inline function sizeOf(block: u32): u32 { return load<u32>(block) & ~15; }
// @ts-ignore: decorator
@inline function isFree(block: u32): bool { return (load<u32>(block) & FREE) != 0; }
// @ts-ignore: decorator
@inline function next(block: u32): u32 { return load<u32>(block, HEADER); }
// @ts-ignore: decorator
@inline function back(block: u32): u32 { return load<u32>(block, HEADER + 4); }

/** Class of blocks of `n` bytes: 4 * floor(log2 n) + the two bits below the leading one. */
function classOf(n: u32): i32 {
  const log = 31 - clz(n);
  return (log << 2) + ((n >> (log - 2)) & 3);
}

function link(block: u32): void {
  const c = classOf(sizeOf(block));
  const head = load<u32>(heads + (<usize>c << 2));
  store<u32>(block, head, HEADER);
  store<u32>(block, 0, HEADER + 4);
  if (head != 0) store<u32>(head, block, HEADER + 4);
  store<u32>(heads + (<usize>c << 2), block);
  if (c < 64) bitsLow |= 1 << <u64>c;
  else bitsHigh |= 1 << <u64>(c - 64);
  store<u32>(block, load<u32>(block) | FREE);
}

function unlink(block: u32): void {
  const c = classOf(sizeOf(block));
  const n = next(block);
  const b = back(block);
  if (n != 0) store<u32>(n, b, HEADER + 4);
  if (b != 0) store<u32>(b, n, HEADER);
  else {
    store<u32>(heads + (<usize>c << 2), n);
    if (n == 0) {
      if (c < 64) bitsLow &= ~(1 << <u64>c);
      else bitsHigh &= ~(1 << <u64>(c - 64));
    }
  }
  store<u32>(block, load<u32>(block) & ~FREE);
}

/** A free block of at least `n` bytes, unlinked, or 0. */
function find(n: u32): u32 {
  let c = classOf(n);
  let block = load<u32>(heads + (<usize>c << 2));
  for (let i = 0; i < TRIES && block != 0; i++, block = next(block)) {
    if (sizeOf(block) >= n) { unlink(block); return block; }
  }
  c++;
  if (c < 64) {
    const low = (bitsLow >> <u64>c) << <u64>c;
    if (low != 0) block = load<u32>(heads + (<usize>ctz(low) << 2));
    else block = bitsHigh != 0 ? load<u32>(heads + ((64 + <usize>ctz(bitsHigh)) << 2)) : 0;
  } else {
    const high = c < CLASSES ? (bitsHigh >> <u64>(c - 64)) << <u64>(c - 64) : 0;
    block = high != 0 ? load<u32>(heads + ((64 + <usize>ctz(high)) << 2)) : 0;
  }
  if (block != 0) unlink(block);
  return block;
}

/** Makes memory reach `end`, growing by an eighth more than needed where that is possible. */
function reach(end: u64): bool {
  if (end > MAX_BYTES) return false;
  const have = <u64>memory.size() << 16;
  if (end <= have) return true;
  const need = (end - have + 0xffff) >> 16;
  const room = (MAX_BYTES - have) >> 16;
  const ample = min(room, max(need, have >> 19));
  return memory.grow(<i32>ample) >= 0 || memory.grow(<i32>need) >= 0;
}

/** A new block of `n` bytes at the end of the heap, or 0. A free last block becomes its beginning. */
function extend(n: u32): u32 {
  if (top == 0) top = (<u32>__heap_base + 15) & ~15;
  let block = top;
  let prev = last;
  const grows = last != 0 && isFree(last);
  if (grows) { block = last; prev = load<u32>(last, 4); }
  const end = <u64>block + HEADER + n;
  // The last 64 KiB stay unused so that no end address wraps to 0.
  if (end > MAX_BYTES - 0x10000 || !reach(end)) return 0;
  if (grows) unlink(last);
  store<u32>(block, n);
  store<u32>(block, prev, 4);
  last = block;
  top = <u32>end;
  return block;
}

/** `n` bytes, not cleared; null when memory is used up. `n` may be 0. */
export function alloc(n: u32): usize {
  refused = n;
  if (n > 0xfff0_0000) return 0;
  const size = max<u32>((n + 15) & ~15, 16);
  let block = find(size);
  if (block == 0) {
    block = extend(size);
    if (block == 0) return 0;
  } else {
    const rest = sizeOf(block) - size;
    if (rest >= MIN_SPLIT) {
      const tail = block + HEADER + size;
      store<u32>(block, size);
      store<u32>(tail, rest - HEADER);
      store<u32>(tail, block, 4);
      if (last == block) last = tail;
      else store<u32>(tail + HEADER + rest - HEADER, tail, 4);
      link(tail);
    }
  }
  used += sizeOf(block) + HEADER;
  refused = 0;
  return block + HEADER;
}

/** Bytes that the last allocation asked for in vain; 0 when it was served. A trap right after it is for want of memory. */
export function memory_refused(): f64 { return <f64>refused; }

/** Gives a block back; null is ignored. A block that is free already traps: it was freed twice. */
export function free(p: usize): void {
  if (p == 0) return;
  let block = <u32>p - HEADER;
  if (isFree(block)) unreachable();
  used -= sizeOf(block) + HEADER;
  const after = block + HEADER + sizeOf(block);
  if (block != last && isFree(after)) {
    unlink(after);
    store<u32>(block, sizeOf(block) + HEADER + sizeOf(after));
    if (after == last) last = block;
    else store<u32>(block + HEADER + sizeOf(block), block, 4);
  }
  const prev = load<u32>(block, 4);
  if (prev != 0 && isFree(prev)) {
    unlink(prev);
    store<u32>(prev, sizeOf(prev) + HEADER + sizeOf(block));
    if (block == last) last = prev;
    else store<u32>(prev + HEADER + sizeOf(prev), prev, 4);
    block = prev;
  }
  link(block);
}

/** Bytes that are handed out, headers included. */
export function memory_used(): f64 { return <f64>used; }

// Scratch is a stack of chunks from the heap: | prev chunk: u32 | end: u32 | 8 bytes unused | bytes … |

const CHUNK: u32 = 1 << 18;
let chunk: u32 = 0;
let cursor: u32 = 0;

/** Where scratch stands now; hand it to `reset`. 0 stands for the empty stack. */
export function mark(): usize { return cursor; }

/** `n` bytes of scratch, not cleared, valid until a `reset` to an earlier mark; null when memory is used up. */
export function scratch(n: u32): usize {
  const size = (<u64>n + 15) & ~15;
  if (chunk == 0 || <u64>cursor + size > <u64>load<u32>(chunk, 4)) {
    const bytes = max<u64>(size + 16, CHUNK);
    if (bytes > 0xfff0_0000) { refused = 0xffff_ffff; return 0; }
    const fresh = <u32>alloc(<u32>bytes);
    if (fresh == 0) return 0;
    store<u32>(fresh, chunk);
    store<u32>(fresh, fresh + <u32>bytes, 4);
    chunk = fresh;
    cursor = fresh + 16;
  }
  const p = cursor;
  cursor += <u32>size;
  return p;
}

/** Frees all scratch taken since `m = mark()`. The first chunk is kept for the next call. */
export function reset(m: usize): void {
  while (chunk != 0 && (<u32>m < chunk + 16 || <u32>m > load<u32>(chunk, 4))) {
    const prev = load<u32>(chunk);
    if (prev == 0 && m == 0) { cursor = chunk + 16; return; }
    free(chunk);
    chunk = prev;
  }
  cursor = <u32>m;
}

// A store is the head of a list of arrays.
// array: | data: u32 | size: u32 | capacity: u32 | next array of the store: u32 |

/** A store: an owner of growable arrays. Null when memory is used up. */
export function store_new(): usize {
  const s = alloc(16);
  if (s != 0) store<u32>(s, 0);
  return s;
}

/** Frees a store and all its arrays. */
export function store_free(s: usize): void {
  for (let a = load<u32>(s); a != 0; ) {
    const after = load<u32>(a, 12);
    free(load<u32>(a));
    free(a);
    a = after;
  }
  free(s);
}

/** A growable array of bytes in store `s` with room for `capacity` bytes; null when memory is used up. */
export function array_new(s: usize, capacity: u32): usize {
  const a = alloc(16);
  if (a == 0) return 0;
  const room = max<u32>(capacity, 64);
  const data = <u32>alloc(room);
  if (data == 0) { free(a); return 0; }
  store<u32>(a, data);
  store<u32>(a, 0, 4);
  store<u32>(a, room, 8);
  store<u32>(a, load<u32>(s), 12);
  store<u32>(s, <u32>a);
  return a;
}

/** The bytes of an array; they move when it grows. */
export function array_data(a: usize): usize { return load<u32>(a); }
/** Bytes in use. */
export function array_size(a: usize): u32 { return load<u32>(a, 4); }
/** Sets the bytes in use; `n` must not pass what `array_push` has made. */
export function array_truncate(a: usize, n: u32): void { store<u32>(a, n, 4); }

/** Appends `n` bytes (not cleared) and returns where they are; null, and the array unchanged, when memory is used up. */
export function array_push(a: usize, n: u32): usize {
  const size = load<u32>(a, 4);
  const end = <u64>size + n;
  const capacity = load<u32>(a, 8);
  if (end > <u64>capacity) {
    const room = max<u64>(end, min<u64>(<u64>capacity * 2, 0xffe0_0000));
    if (room > 0xfff0_0000) { refused = 0xffff_ffff; return 0; }
    const data = <u32>alloc(<u32>room);
    if (data == 0) return 0;
    memory.copy(data, load<u32>(a), size);
    free(load<u32>(a));
    store<u32>(a, data);
    store<u32>(a, <u32>room, 8);
  }
  store<u32>(a, <u32>end, 4);
  return load<u32>(a) + size;
}

/** Appends one 32-bit number; false when memory is used up. */
export function array_push_i32(a: usize, x: i32): bool {
  const p = array_push(a, 4);
  if (p == 0) return false;
  store<i32>(p, x);
  return true;
}
