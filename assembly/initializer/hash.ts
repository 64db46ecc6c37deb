/** @file XXH64 (Yann Collet, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md): which payloads may be equal. */

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline function round(acc: u64, lane: u64): u64 { return rotl<u64>(acc + lane * P2, 31) * P1; }
// @ts-ignore: decorator
@inline function merge(h: u64, acc: u64): u64 { return (h ^ round(0, acc)) * P1 + P4; }

/** XXH64 of n bytes at p; the 64 bits are written to `out`. */
export function xxh64(p: usize, n: u32, seed: u32, out: usize): void {
  const end = p + <usize>n;
  let h: u64;
  if (n >= 32) {
    let a = <u64>seed + P1 + P2, b = <u64>seed + P2, c = <u64>seed, d = <u64>seed - P1;
    for (; p + 32 <= end; p += 32) {
      a = round(a, load<u64>(p));
      b = round(b, load<u64>(p, 8));
      c = round(c, load<u64>(p, 16));
      d = round(d, load<u64>(p, 24));
    }
    h = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    h = merge(merge(merge(merge(h, a), b), c), d);
  } else {
    h = <u64>seed + P5;
  }
  h += <u64>n;
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
