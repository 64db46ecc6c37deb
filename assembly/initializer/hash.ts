/** @file XXH64 (Yann Collet, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), piece by piece: which payloads may be equal. */

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// A state: | 4 accumulators: u64 | bytes so far: u64 | seed: u64 | up to 32 bytes that wait for a whole stripe |
const TOTAL: usize = 32;
const SEED: usize = 40;
const WAITING: usize = 48;
const STRIPE: usize = 32;

/** Bytes of a state. */
export function xxh64_size(): i32 { return <i32>(WAITING + STRIPE); }

// @ts-ignore: decorator
@inline function round(acc: u64, lane: u64): u64 { return rotl<u64>(acc + lane * P2, 31) * P1; }
// @ts-ignore: decorator
@inline function merge(h: u64, acc: u64): u64 { return (h ^ round(0, acc)) * P1 + P4; }

/** Makes `state` that of no bytes. */
export function xxh64_start(state: usize, seed: u32): void {
  store<u64>(state, <u64>seed + P1 + P2);
  store<u64>(state, <u64>seed + P2, 8);
  store<u64>(state, <u64>seed, 16);
  store<u64>(state, <u64>seed - P1, 24);
  store<u64>(state, 0, TOTAL);
  store<u64>(state, <u64>seed, SEED);
}

/** Takes whole stripes at p; gives where they end. */
function stripes(state: usize, p: usize, end: usize): usize {
  let a = load<u64>(state), b = load<u64>(state, 8), c = load<u64>(state, 16), d = load<u64>(state, 24);
  for (; p + STRIPE <= end; p += STRIPE) {
    a = round(a, load<u64>(p));
    b = round(b, load<u64>(p, 8));
    c = round(c, load<u64>(p, 16));
    d = round(d, load<u64>(p, 24));
  }
  store<u64>(state, a);
  store<u64>(state, b, 8);
  store<u64>(state, c, 16);
  store<u64>(state, d, 24);
  return p;
}

/** Takes the next n bytes, at p. */
export function xxh64_update(state: usize, p: usize, n: u32): void {
  const end = p + <usize>n;
  const held = <usize>(load<u64>(state, TOTAL) & 31);
  store<u64>(state, load<u64>(state, TOTAL) + <u64>n, TOTAL);
  if (held + <usize>n < STRIPE) {
    memory.copy(state + WAITING + held, p, n);
    return;
  }
  if (held > 0) {
    memory.copy(state + WAITING + held, p, STRIPE - held);
    stripes(state, state + WAITING, state + WAITING + STRIPE);
    p += STRIPE - held;
  }
  p = stripes(state, p, end);
  memory.copy(state + WAITING, p, end - p);
}

/** Writes the 64 bits of all bytes so far to `out`; more may follow. */
export function xxh64_finish(state: usize, out: usize): void {
  const n = load<u64>(state, TOTAL);
  let h: u64;
  if (n >= 32) {
    const a = load<u64>(state), b = load<u64>(state, 8), c = load<u64>(state, 16), d = load<u64>(state, 24);
    h = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    h = merge(merge(merge(merge(h, a), b), c), d);
  } else {
    h = load<u64>(state, SEED) + P5;
  }
  h += n;
  let p = state + WAITING;
  const end = p + <usize>(n & 31);
  for (; p + 8 <= end; p += 8) h = rotl<u64>(h ^ round(0, load<u64>(p)), 27) * P1 + P4;
  if (p + 4 <= end) {
    h = rotl<u64>(h ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3;
    p += 4;
  }
  for (; p < end; p++) h = rotl<u64>(h ^ (<u64>load<u8>(p) * P5), 11) * P1;
  h = (h ^ (h >> 33)) * P2;
  h = (h ^ (h >> 29)) * P3;
  store<u64>(out, h ^ (h >> 32));
}
