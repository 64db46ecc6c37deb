//! 3 x 3 convolutions that move by one, by Winograd's F(2 x 2, 3 x 3): an image tile d of 4 x 4 pixels and a kernel g give the 2 x 2 results
//!   y = A' [ sum over channels of (G g G') * (B' d B) ] A,   B' = 1 0 -1 0 | 0 1 1 0 | 0 -1 1 0 | 0 1 0 -1,   A' = 1 1 1 0 | 0 1 -1 -1,
//!   G = 1 0 0 | 1/2 1/2 1/2 | 1/2 -1/2 1/2 | 0 0 1: 16 products for 36. The sums are 16 matrix products, one for each place of the tile
//! (A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, 2015). All transforms but G are exact up to rounding sums of up to
//! 4 and 9 numbers. Measured against f64, on 8 to 512 channels, the largest error is 0.4 to 2.5 times that of summing the 9 C products in f32.

import { mark, reset, scratch } from "../memory";
import { MR, tile_f32 } from "./gemm-tile";

/** Bytes that the transformed pixels of a block of tiles should take: they stay in the second cache. */
const BLOCK: u32 = 1 << 20;

/** winograd_weights_f32(w, u, og, ig): G g G' of each kernel of w [og, ig, 3, 3], as panels of MR results: place, panel, channel, result. */
export function winograd_weights_f32(w: usize, u: usize, og: u32, ig: u32): void {
  const panels = (og + MR - 1) / MR;
  const place = <usize>panels * ig * MR << 2;
  if (og % MR != 0) memory.fill(u, 0, place << 4);
  const half = f32x4.splat(0.5);
  for (let o: u32 = 0; o < og; o++) {
    let to = u + (<usize>(o / MR * ig * MR + o % MR) << 2);
    for (let c: u32 = 0; c < ig; c++, w += 36, to += MR << 2) {
      const a = v128.load(w), b = v128.load(w, 12), last = v128.load(w, 20);
      const d = i32x4.shuffle(last, last, 1, 2, 3, 3);
      const ad = f32x4.add(a, d);
      // Rows of G g, turned so that a vector holds a column of it.
      const second = f32x4.mul(half, f32x4.add(ad, b)), third = f32x4.mul(half, f32x4.sub(ad, b));
      const low = i32x4.shuffle(a, second, 0, 4, 1, 5), high = i32x4.shuffle(third, d, 0, 4, 1, 5);
      const x = i64x2.shuffle(low, high, 0, 2), y = i64x2.shuffle(low, high, 1, 3);
      const z = i32x4.shuffle(i32x4.shuffle(a, second, 2, 6, 2, 6), i32x4.shuffle(third, d, 2, 6, 2, 6), 0, 1, 4, 5);
      const xz = f32x4.add(x, z);
      lanes(to, 4 * place, x);
      lanes(to + place, 4 * place, f32x4.mul(half, f32x4.add(xz, y)));
      lanes(to + 2 * place, 4 * place, f32x4.mul(half, f32x4.sub(xz, y)));
      lanes(to + 3 * place, 4 * place, z);
    }
  }
}
/** The four numbers of v, `step` bytes apart. */
// @ts-ignore: decorator
@inline function lanes(p: usize, step: usize, v: v128): void {
  v128.store32_lane(p, v, 0);
  v128.store32_lane(p + step, v, 1);
  v128.store32_lane(p + 2 * step, v, 2);
  v128.store32_lane(p + 3 * step, v, 3);
}

/** `count` lines of a channel from line `from` on, `pitch` bytes each, with `left` zeros in front; 0 where there is no pixel. */
function lines(image: usize, h: i32, w: i32, from: i32, count: i32, left: i32, to: usize, pitch: usize): void {
  memory.fill(to, 0, <usize>count * pitch);
  const most = min<i32>(w, <i32>(pitch >> 2) - left);
  for (let i = 0; i < count; i++, to += pitch) {
    const y = from + i;
    if (<u32>y < <u32>h) memory.copy(to + (<usize>left << 2), image + (<usize>(y * w) << 2), <usize>most << 2);
  }
}

/** B' times four numbers, a row of which is at `t`: even and odd pixels of four tiles, and those two further on. */
// @ts-ignore: decorator
@inline function scatter(a: v128, b: v128, c: v128, v: usize, place: usize): void {
  const even = i32x4.shuffle(a, b, 0, 2, 4, 6), odd = i32x4.shuffle(a, b, 1, 3, 5, 7);
  const even2 = i32x4.shuffle(even, c, 1, 2, 3, 4), odd2 = i32x4.shuffle(odd, c, 1, 2, 3, 5);
  v128.store(v, f32x4.sub(even, even2));
  v128.store(v + place, f32x4.add(odd, even2));
  v128.store(v + 2 * place, f32x4.sub(even2, odd));
  v128.store(v + 3 * place, f32x4.sub(odd, odd2));
}

/** B' d B of four tiles side by side, whose pixels begin at `p`; place k goes to v + k * place. */
// @ts-ignore: decorator
@inline function pixels(p: usize, pitch: usize, v: usize, place: usize): void {
  const p1 = p + pitch, p2 = p1 + pitch, p3 = p2 + pitch;
  const a1 = v128.load(p1), b1 = v128.load(p1, 16), c1 = v128.load(p1, 32);
  const a2 = v128.load(p2), b2 = v128.load(p2, 16), c2 = v128.load(p2, 32);
  scatter(f32x4.sub(v128.load(p), a2), f32x4.sub(v128.load(p, 16), b2), f32x4.sub(v128.load(p, 32), c2), v, place);
  scatter(f32x4.add(a1, a2), f32x4.add(b1, b2), f32x4.add(c1, c2), v + 4 * place, place);
  scatter(f32x4.sub(a2, a1), f32x4.sub(b2, b1), f32x4.sub(c2, c1), v + 8 * place, place);
  scatter(f32x4.sub(a1, v128.load(p3)), f32x4.sub(b1, v128.load(p3, 16)), f32x4.sub(c1, v128.load(p3, 32)), v + 12 * place, place);
}

/** Eight results in a line, or the first `n` of them. */
// @ts-ignore: decorator
@inline function put(y: usize, even: v128, odd: v128, n: i32): void {
  const a = i32x4.shuffle(even, odd, 0, 4, 1, 5), b = i32x4.shuffle(even, odd, 2, 6, 3, 7);
  if (n >= 8) {
    v128.store(y, a);
    v128.store(y, b, 16);
  } else {
    v128.store(rest, a);
    v128.store(rest, b, 16);
    memory.copy(y, rest, <usize>n << 2);
  }
}
const rest: usize = memory.data(32, 16);

/** A' m A of four tiles: up to two lines of up to eight results at y. Says whether all are finite. */
// @ts-ignore: decorator
@inline function results(m: usize, place: usize, y: usize, ow: i32, rows: i32, columns: i32): bool {
  const row = place << 2;
  const m1 = m + row, m2 = m1 + row, m3 = m2 + row;
  let s0 = f32x4.add(f32x4.add(v128.load(m), v128.load(m1)), v128.load(m2));
  let t0 = f32x4.sub(f32x4.sub(v128.load(m1), v128.load(m2)), v128.load(m3));
  let s1 = f32x4.add(f32x4.add(v128.load(m + place), v128.load(m1 + place)), v128.load(m2 + place));
  let t1 = f32x4.sub(f32x4.sub(v128.load(m1 + place), v128.load(m2 + place)), v128.load(m3 + place));
  let s2 = f32x4.add(f32x4.add(v128.load(m + 2 * place), v128.load(m1 + 2 * place)), v128.load(m2 + 2 * place));
  let t2 = f32x4.sub(f32x4.sub(v128.load(m1 + 2 * place), v128.load(m2 + 2 * place)), v128.load(m3 + 2 * place));
  const s3 = f32x4.add(f32x4.add(v128.load(m + 3 * place), v128.load(m1 + 3 * place)), v128.load(m2 + 3 * place));
  const t3 = f32x4.sub(f32x4.sub(v128.load(m1 + 3 * place), v128.load(m2 + 3 * place)), v128.load(m3 + 3 * place));
  s0 = f32x4.add(f32x4.add(s0, s1), s2);
  s1 = f32x4.sub(f32x4.sub(s1, s2), s3);
  t0 = f32x4.add(f32x4.add(t0, t1), t2);
  t1 = f32x4.sub(f32x4.sub(t1, t2), t3);
  put(y, s0, s1, columns);
  if (rows > 1) put(y + (<usize>ow << 2), t0, t1, columns);
  // x - x is 0 unless x is inf or NaN.
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(t0, t1));
  return !v128.any_true(f32x4.sub(sum, sum));
}

/** Pixels of `count` rows of tiles from row `from` on, all channels: v is place, panel of 8 tiles, channel, tile. */
function transformPixels(x: usize, ig: u32, h: i32, w: i32, padY: i32, padX: i32, from: i32, count: i32, wide: i32, line: usize, pitch: usize, v: usize, place: usize): void {
  const panel = <usize>ig << 5;
  for (let c: u32 = 0; c < ig; c++, x += <usize>(h * w) << 2) {
    lines(x, h, w, 2 * from - padY, 2 * count + 2, padX, line, pitch);
    let tile = 0;
    for (let r = 0; r < count; r++) {
      let p = line + <usize>(2 * r) * pitch;
      for (let q = 0; q < wide; q += 4, p += 32, tile += 4) {
        pixels(p, pitch, v + <usize>(tile >> 3) * panel + (<usize>c << 5) + (<usize>(tile & 4) << 2), place);
      }
    }
  }
}

/**
 * winograd_f32(x, u, y, ig, og, h, w, padY, padX, oh, ow): y [og, oh, ow] from x [ig, h, w] with the weights u that winograd_weights_f32 made.
 * Returns 0; 1 when memory is used up; 2 when a result is inf or NaN or nearly so, which the sums of a tile may have spread.
 */
export function winograd_f32(x: usize, u: usize, y: usize, ig: u32, og: u32, h: i32, w: i32, padY: i32, padX: i32, oh: i32, ow: i32): i32 {
  const top = mark();
  const high = (oh + 1) >> 1;
  const wide = (((ow + 1) >> 1) + 3) & ~3;
  const rows = min<i32>(high, max<i32>(1, <i32>(BLOCK / (ig << 6)) / wide));
  const tiles = (<u32>(rows * wide) + 7) & ~7;
  const outs = (og + MR - 1) / MR * MR;
  const pitch = <usize>(2 * wide + 4) << 2;
  const line = scratch(<u32>(pitch * <usize>(2 * rows + 2)));
  const v = scratch(ig * tiles << 6);
  const m = scratch(outs * tiles << 6);
  if (line == 0 || v == 0 || m == 0) { reset(top); return 1; }
  memory.fill(v, 0, <usize>(ig * tiles) << 6);
  const vPlace = <usize>(ig * tiles) << 2, mPlace = <usize>(outs * tiles) << 2, uPlace = <usize>(outs * ig) << 2;
  let finite = true;
  for (let from = 0; from < high; from += rows) {
    const count = min<i32>(rows, high - from);
    transformPixels(x, ig, h, w, padY, padX, from, count, wide, line, pitch, v, vPlace);
    for (let k: usize = 0; k < 16; k++) {
      for (let t: u32 = 0; t < <u32>(count * wide); t += 8) {
        for (let o: u32 = 0; o < outs; o += MR) {
          tile_f32(ig, u + k * uPlace + (<usize>(o * ig) << 2), v + k * vPlace + (<usize>(t * ig) << 2), m + k * mPlace + (<usize>(o * tiles + t) << 2), <usize>tiles << 2, false);
        }
      }
    }
    for (let o: u32 = 0; o < og; o++) {
      let p = m + (<usize>(o * tiles) << 2);
      for (let r = 0; r < count; r++) {
        const at = y + (<usize>((<i32>o * oh + 2 * (from + r)) * ow) << 2);
        for (let q = 0; q < wide; q += 4, p += 16) {
          if (2 * q >= ow) continue;
          finite = results(p, mPlace, at + (<usize>q << 3), ow, oh - 2 * (from + r), ow - 2 * q) && finite;
        }
      }
    }
  }
  reset(top);
  return finite ? 0 : 2;
}
