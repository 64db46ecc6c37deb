//! One tile of a product: MR x NR of c from a panel of a (for each k, MR elements) and one of b (for each k, two vectors).
//! The 5 x 2 vector accumulators fit the 16 registers of SSE, which is what makes 5 x 8 the fastest f32 tile (6 x 8 and 4 x 12 spill).

export const MR: u32 = 5;
// @ts-ignore: decorator
@inline export function NR<T>(): u32 { return <u32>(32 / sizeof<T>()); }

// @ts-ignore: decorator
@inline function zero(): v128 { return i32x4.splat(0); }
// @ts-ignore: decorator
@inline function put<T>(c: usize, x: v128, y: v128, add: bool): void {
  if (add) {
    v128.store(c, v128.add<T>(v128.load(c), x));
    v128.store(c, v128.add<T>(v128.load(c, 16), y), 16);
  } else {
    v128.store(c, x);
    v128.store(c, y, 16);
  }
}

/** c = a b, or c += a b where `add`; rows of c are `rs` bytes apart. */
// @ts-ignore: decorator
@inline function tile<T>(kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero(), c30 = zero(), c31 = zero(), c40 = zero(), c41 = zero();
  for (const end = b + (<usize>kc << 5); b < end; b += 32, a += MR * sizeof<T>()) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(s, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(s, b1));
    s = v128.load_splat<T>(a, sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(s, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(s, b1));
    s = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(s, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(s, b1));
    s = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(s, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(s, b1));
    s = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = v128.add<T>(c40, v128.mul<T>(s, b0));
    c41 = v128.add<T>(c41, v128.mul<T>(s, b1));
  }
  put<T>(c, c00, c01, add);
  put<T>(c + rs, c10, c11, add);
  put<T>(c + 2 * rs, c20, c21, add);
  put<T>(c + 3 * rs, c30, c31, add);
  put<T>(c + 4 * rs, c40, c41, add);
}

export function tile_f32(kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool): void { tile<f32>(kc, a, b, c, rs, add); }
export function tile_f64(kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool): void { tile<f64>(kc, a, b, c, rs, add); }
export function tile_i32(kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool): void { tile<i32>(kc, a, b, c, rs, add); }
export function tile_i64(kc: u32, a: usize, b: usize, c: usize, rs: usize, add: bool): void { tile<i64>(kc, a, b, c, rs, add); }
