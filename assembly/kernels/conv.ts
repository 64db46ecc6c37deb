//! Convolution as matrix product: patches of an image to columns, and columns added back to an image.
//! A geometry is 19 ints: image C D H W | kernel D H W | stride D H W | pad D H W (before) | dilation D H W | positions D H W.
//! Row (c, kz, ky, kx) of the columns holds, for each position in [from, to), the pixel that this tap sees there (0 outside).

// @ts-ignore: decorator
@inline function g(geometry: usize, i: usize): i32 { return load<i32>(geometry + (i << 2)); }

/** Calls to `row` in both directions share the walk: `back` adds columns to the image instead of reading it. */
// @ts-ignore: decorator
@inline function walk<T>(image: usize, columns: usize, geometry: usize, from: i32, to: i32, back: bool): void {
  const d = g(geometry, 1), h = g(geometry, 2), w = g(geometry, 3);
  const pw = g(geometry, 18), ph = g(geometry, 17);
  const sx = g(geometry, 9);
  for (let c = 0, end = g(geometry, 0); c < end; c++, image += <usize>d * h * w * sizeof<T>()) {
    for (let kz = 0; kz < g(geometry, 4); kz++) for (let ky = 0; ky < g(geometry, 5); ky++) for (let kx = 0; kx < g(geometry, 6); kx++) {
      const x0 = kx * g(geometry, 15) - g(geometry, 12);
      for (let at = from; at < to; ) {
        const ox = at % pw;
        const line = at / pw;
        const n = min(pw - ox, to - at);
        const y = (line % ph) * g(geometry, 8) + ky * g(geometry, 14) - g(geometry, 11);
        const z = (line / ph) * g(geometry, 7) + kz * g(geometry, 13) - g(geometry, 10);
        at += n;
        if (<u32>y >= <u32>h || <u32>z >= <u32>d) {
          if (!back) memory.fill(columns, 0, <usize>n * sizeof<T>());
          columns += <usize>n * sizeof<T>();
          continue;
        }
        const row = image + <usize>((z * h + y) * w) * sizeof<T>();
        let x = ox * sx + x0;
        if (!back && sx == 1 && x >= 0 && x + n <= w) {
          memory.copy(columns, row + <usize>x * sizeof<T>(), <usize>n * sizeof<T>());
          columns += <usize>n * sizeof<T>();
          continue;
        }
        for (let i = 0; i < n; i++, x += sx, columns += sizeof<T>()) {
          const inside = <u32>x < <u32>w;
          const p = row + <usize>x * sizeof<T>();
          if (!back) store<T>(columns, inside ? load<T>(p) : 0);
          else if (inside) store<T>(p, <T>(load<T>(p) + load<T>(columns)));
        }
      }
    }
  }
}

export function im2col_4(image: usize, columns: usize, geometry: usize, from: i32, to: i32): void { walk<u32>(image, columns, geometry, from, to, false); }
export function im2col_8(image: usize, columns: usize, geometry: usize, from: i32, to: i32): void { walk<u64>(image, columns, geometry, from, to, false); }
export function col2im_f32(image: usize, columns: usize, geometry: usize, from: i32, to: i32): void { walk<f32>(image, columns, geometry, from, to, true); }
export function col2im_f64(image: usize, columns: usize, geometry: usize, from: i32, to: i32): void { walk<f64>(image, columns, geometry, from, to, true); }
export function col2im_i32(image: usize, columns: usize, geometry: usize, from: i32, to: i32): void { walk<i32>(image, columns, geometry, from, to, true); }
export function col2im_i64(image: usize, columns: usize, geometry: usize, from: i32, to: i32): void { walk<i64>(image, columns, geometry, from, to, true); }
