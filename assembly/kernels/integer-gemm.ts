//! integer_gemm(m, n, k, a, rsa, csa, aSigned, aZeros, b, rsb, csb, bSigned, bZeros, c, rsc): c[i, j] = sum over p of
//! (a[i, p] - aZeros[i]) (b[p, j] - bZeros[j]) for bytes a and b, signed or not, and int32 zeros and c; sums wrap. Strides in elements.
//! Both are packed as 16-bit numbers, their zeros taken off, in pairs along k: one instruction multiplies four pairs and adds each up.
//! Returns 1 when memory is used up, else 0.

import { mark, reset, scratch } from "../memory";

const MR: u32 = 5;
const NR: u32 = 8;
/** Columns of b that are packed at a time, over all of k. */
const NC: u32 = 1024;

// @ts-ignore: decorator
@inline function byte(p: usize, signed: bool): i32 { return signed ? <i32>load<i8>(p) : <i32>load<u8>(p); }

/** `lines` lines (rows of a or columns of b), `step` apart, each k elements `stride` apart: panels of `width` lines, then pair, line, element. */
function pack(x: usize, lines: u32, step: usize, k: u32, stride: usize, signed: bool, zeros: usize, width: u32, to: usize): void {
  const pairs = (k + 1) >> 1;
  for (let line: u32 = 0; line < lines; line += width, to += <usize>pairs * width << 2) {
    memory.fill(to, 0, <usize>pairs * width << 2);
    for (let r: u32 = 0, count = min(width, lines - line); r < count; r++) {
      const zero = load<i32>(zeros + (<usize>(line + r) << 2));
      let from = x + <usize>(line + r) * step;
      let w = to + (<usize>r << 2);
      for (let p: u32 = 0; p < k; p++, from += stride) {
        store<i16>(w, <i16>(byte(from, signed) - zero));
        w += (p & 1) == 0 ? 2 : (<usize>width << 2) - 2;
      }
    }
  }
}

const edge: usize = memory.data(160, 16);

/** MR x NR of c; the part inside it is moved from `edge`. */
function tile(pairs: u32, a: usize, b: usize, c: usize, rsc: usize, rows: u32, columns: u32): void {
  const z = i32x4.splat(0);
  let c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z, c40 = z, c41 = z;
  for (const end = b + (<usize>pairs << 5); b < end; b += 32, a += 20) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(s, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(s, b1));
    s = v128.load32_splat(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(s, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(s, b1));
    s = v128.load32_splat(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(s, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(s, b1));
    s = v128.load32_splat(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(s, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(s, b1));
    s = v128.load32_splat(a, 16);
    c40 = i32x4.add(c40, i32x4.dot_i16x8_s(s, b0));
    c41 = i32x4.add(c41, i32x4.dot_i16x8_s(s, b1));
  }
  v128.store(edge, c00);
  v128.store(edge, c01, 16);
  v128.store(edge, c10, 32);
  v128.store(edge, c11, 48);
  v128.store(edge, c20, 64);
  v128.store(edge, c21, 80);
  v128.store(edge, c30, 96);
  v128.store(edge, c31, 112);
  v128.store(edge, c40, 128);
  v128.store(edge, c41, 144);
  for (let i: u32 = 0; i < rows; i++) memory.copy(c + <usize>i * rsc, edge + (<usize>i << 5), <usize>columns << 2);
}

export function integer_gemm(
  m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, aSigned: bool, aZeros: usize, b: usize, rsb: usize, csb: usize, bSigned: bool, bZeros: usize, c: usize, rsc: usize,
): i32 {
  const top = mark();
  const pairs = (k + 1) >> 1;
  const bytes = <usize>pairs << 2;
  const panels = <u64>min(NC, (n + NR - 1) / NR * NR) * bytes;
  const pb = panels < 0x8000_0000 ? scratch(<u32>panels) : 0;
  const pa = scratch(MR * <u32>bytes);
  if (pa == 0 || pb == 0) { reset(top); return 1; }
  for (let j: u32 = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    pack(b + <usize>j * csb, nc, csb, k, rsb, bSigned, bZeros + (<usize>j << 2), NR, pb);
    for (let i: u32 = 0; i < m; i += MR) {
      const rows = min(MR, m - i);
      pack(a + <usize>i * rsa, rows, rsa, k, csa, aSigned, aZeros + (<usize>i << 2), MR, pa);
      for (let jr: u32 = 0; jr < nc; jr += NR) {
        tile(pairs, pa, pb + <usize>jr * bytes, c + ((<usize>i * rsc + j + jr) << 2), rsc << 2, rows, min(NR, nc - jr));
      }
    }
  }
  reset(top);
  return 0;
}
