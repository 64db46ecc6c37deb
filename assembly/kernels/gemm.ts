//! gemm_<dtype>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc): c[i, j] = sum over p of a[i, p] b[p, j].
//! Strides in elements: rows and columns of a and b are free (transposes cost nothing), c is contiguous along its rows.
//! Blocks of a and b are packed into panels, which gemm-tile.ts multiplies.
//! Returns 1 when memory is used up, else 0.

import { mark, reset, scratch } from "../memory";
import { MR, NR, tile_f32, tile_f64, tile_i32, tile_i64 } from "./gemm-tile";

const KC: u32 = 512;
const MC: u32 = 120;
const NC: u32 = 1024;

// @ts-ignore: decorator
@inline function zero(): v128 { return i32x4.splat(0); }

/** a[0..mc, 0..kc] to panels of MR rows: panel, then column, then row; rows past mc are 0. */
// @ts-ignore: decorator
@inline function packA<T>(a: usize, rs: usize, cs: usize, mc: u32, kc: u32, to: usize): void {
  for (let i: u32 = 0; i < mc; i += MR) {
    const rows = min<u32>(MR, mc - i);
    let panel = a + <usize>i * rs;
    if (rows == MR) {
      for (let p: u32 = 0; p < kc; p++, panel += cs, to += MR * sizeof<T>()) {
        store<T>(to, load<T>(panel));
        store<T>(to, load<T>(panel + rs), sizeof<T>());
        store<T>(to, load<T>(panel + 2 * rs), 2 * sizeof<T>());
        store<T>(to, load<T>(panel + 3 * rs), 3 * sizeof<T>());
        store<T>(to, load<T>(panel + 4 * rs), 4 * sizeof<T>());
      }
    } else {
      for (let p: u32 = 0; p < kc; p++, panel += cs, to += MR * sizeof<T>()) {
        for (let r: u32 = 0; r < MR; r++) store<T>(to + <usize>r * sizeof<T>(), r < rows ? load<T>(panel + <usize>r * rs) : 0);
      }
    }
  }
}

/** b[0..kc, 0..nc] to panels of NR columns: panel, then row, then column; columns past nc are 0. */
// @ts-ignore: decorator
@inline function packB<T>(b: usize, rs: usize, cs: usize, kc: u32, nc: u32, to: usize): void {
  for (let j: u32 = 0; j < nc; j += NR<T>()) {
    const columns = min<u32>(NR<T>(), nc - j);
    let row = b + <usize>j * cs;
    if (columns == NR<T>() && cs == sizeof<T>()) {
      for (let p: u32 = 0; p < kc; p++, row += rs, to += 32) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
      }
    } else {
      // Column by column: where b is a transposed matrix, each is contiguous.
      for (let q: u32 = 0; q < NR<T>(); q++) {
        let w = to + <usize>q * sizeof<T>();
        let s = row + <usize>q * cs;
        if (q < columns) for (let p: u32 = 0; p < kc; p++, w += 32, s += rs) store<T>(w, load<T>(s));
        else for (let p: u32 = 0; p < kc; p++, w += 32) store<T>(w, 0);
      }
      to += <usize>kc * 32;
    }
  }
}

const edge: usize = memory.data(160, 16);

/** A tile that reaches past c: computed aside, then the part inside is moved. */
// @ts-ignore: decorator
@inline function partial<T>(kc: u32, a: usize, b: usize, c: usize, rs: usize, rows: u32, columns: u32, add: bool, full: (kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool) => void): void {
  full(kc, a, b, edge, 32, false);
  for (let i: u32 = 0; i < rows; i++) {
    for (let j: u32 = 0; j < columns; j++) {
      const to = c + <usize>i * rs + <usize>j * sizeof<T>();
      const v = load<T>(edge + (<usize>i << 5) + <usize>j * sizeof<T>());
      store<T>(to, add ? <T>(load<T>(to) + v) : v);
    }
  }
}

/** m <= 4 rows: packing would cost more than it brings. */
// @ts-ignore: decorator
@inline function rowsTimes<T>(m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, b: usize, rsb: usize, csb: usize, c: usize, rsc: usize): void {
  const lanes = <u32>(16 / sizeof<T>());
  for (let i: u32 = 0; i < m; i++, a += rsa, c += rsc) {
    if (csb == sizeof<T>()) {
      // c += a[p] * row p of b, in stretches of c that stay in cache.
      for (let j0: u32 = 0; j0 < n; j0 += 1024) {
        const width = min<u32>(1024, n - j0);
        const to = c + <usize>j0 * sizeof<T>();
        memory.fill(to, 0, <usize>width * sizeof<T>());
        let s = a;
        let row = b + <usize>j0 * sizeof<T>();
        for (let p: u32 = 0; p < k; p++, s += csa, row += rsb) {
          const v = v128.load_splat<T>(s);
          let j: u32 = 0;
          let w = to;
          let r = row;
          for (; j + lanes <= width; j += lanes, w += 16, r += 16) v128.store(w, v128.add<T>(v128.load(w), v128.mul<T>(v, v128.load(r))));
          for (; j < width; j++, w += sizeof<T>(), r += sizeof<T>()) store<T>(w, <T>(load<T>(w) + load<T>(s) * load<T>(r)));
        }
      }
      continue;
    }
    const dots = csa == sizeof<T>() && rsb == sizeof<T>();
    for (let j: u32 = 0; j < n; j++) {
      let u = a;
      let w = b + <usize>j * csb;
      let p: u32 = 0;
      let sum: T = 0;
      if (dots) {
        let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
        for (; p + 4 * lanes <= k; p += 4 * lanes, u += 64, w += 64) {
          s0 = v128.add<T>(s0, v128.mul<T>(v128.load(u), v128.load(w)));
          s1 = v128.add<T>(s1, v128.mul<T>(v128.load(u, 16), v128.load(w, 16)));
          s2 = v128.add<T>(s2, v128.mul<T>(v128.load(u, 32), v128.load(w, 32)));
          s3 = v128.add<T>(s3, v128.mul<T>(v128.load(u, 48), v128.load(w, 48)));
        }
        v128.store(edge, v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3)));
        for (let q: u32 = 0; q < lanes; q++) sum = <T>(sum + load<T>(edge + <usize>q * sizeof<T>()));
      }
      for (; p < k; p++, u += csa, w += rsb) sum = <T>(sum + load<T>(u) * load<T>(w));
      store<T>(c + <usize>j * sizeof<T>(), sum);
    }
  }
}

// @ts-ignore: decorator
@inline function gemm<T>(
  m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, b: usize, rsb: usize, csb: usize, c: usize, rsc: usize,
  full: (kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool) => void,
): i32 {
  rsa *= sizeof<T>();
  csa *= sizeof<T>();
  rsb *= sizeof<T>();
  csb *= sizeof<T>();
  rsc *= sizeof<T>();
  if (k == 0) {
    for (let i: u32 = 0; i < m; i++) memory.fill(c + <usize>i * rsc, 0, <usize>n * sizeof<T>());
    return 0;
  }
  if (m <= 4) { rowsTimes<T>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc); return 0; }
  const top = mark();
  const nb = min<u32>(NC, (n + NR<T>() - 1) / NR<T>() * NR<T>());
  const pb = scratch(nb * min<u32>(KC, k) * sizeof<T>());
  const pa = scratch(MC * min<u32>(KC, k) * sizeof<T>());
  if (pa == 0 || pb == 0) { reset(top); return 1; }
  for (let j: u32 = 0; j < n; j += NC) {
    const nc = min<u32>(NC, n - j);
    for (let p: u32 = 0; p < k; p += KC) {
      const kc = min<u32>(KC, k - p);
      packB<T>(b + <usize>p * rsb + <usize>j * csb, rsb, csb, kc, nc, pb);
      for (let i: u32 = 0; i < m; i += MC) {
        const mc = min<u32>(MC, m - i);
        packA<T>(a + <usize>i * rsa + <usize>p * csa, rsa, csa, mc, kc, pa);
        for (let jr: u32 = 0; jr < nc; jr += NR<T>()) {
          const columns = min<u32>(NR<T>(), nc - jr);
          for (let ir: u32 = 0; ir < mc; ir += MR) {
            const rows = min<u32>(MR, mc - ir);
            const to = c + <usize>(i + ir) * rsc + <usize>(j + jr) * sizeof<T>();
            const ta = pa + <usize>ir * kc * sizeof<T>();
            const tb = pb + <usize>jr * kc * sizeof<T>();
            if (rows == MR && columns == NR<T>()) full(kc, ta, tb, to, rsc, p > 0);
            else partial<T>(kc, ta, tb, to, rsc, rows, columns, p > 0, full);
          }
        }
      }
    }
  }
  reset(top);
  return 0;
}

export function gemm_f32(m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, b: usize, rsb: usize, csb: usize, c: usize, rsc: usize): i32 { return gemm<f32>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, tile_f32); }
export function gemm_f64(m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, b: usize, rsb: usize, csb: usize, c: usize, rsc: usize): i32 { return gemm<f64>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, tile_f64); }
export function gemm_i32(m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, b: usize, rsb: usize, csb: usize, c: usize, rsc: usize): i32 { return gemm<i32>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, tile_i32); }
export function gemm_i64(m: u32, n: u32, k: u32, a: usize, rsa: usize, csa: usize, b: usize, rsb: usize, csb: usize, c: usize, rsc: usize): i32 { return gemm<i64>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, tile_i64); }
