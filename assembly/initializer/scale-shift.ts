/** @file y = x * scale[c] + shift[c]: what folding a per-channel affine into a weight does to its elements. */

/** In place on n elements at x, the first of which is element `first` of a tensor [.., channels, inner]. */
// @ts-ignore: decorator
@inline function scaleShift<T>(x: usize, n: i32, first: f64, channels: i32, inner: f64, scale: usize, shift: usize): void {
  let channel = <i32>((first / inner) - floor(floor(first / inner) / <f64>channels) * <f64>channels);
  let left = <i64>(inner - (first - floor(first / inner) * inner));
  let p = x;
  const end = x + (<usize>n << alignof<T>());
  while (p < end) {
    const stop = min<usize>(end, p + (<usize>min<i64>(left, <i64>n) << alignof<T>()));
    const a = load<T>(scale + (<usize>channel << alignof<T>()));
    const b = load<T>(shift + (<usize>channel << alignof<T>()));
    if (sizeof<T>() == 4) {
      const as = f32x4.splat(<f32>a), bs = f32x4.splat(<f32>b);
      for (; p + 16 <= stop; p += 16) v128.store(p, f32x4.add(f32x4.mul(v128.load(p), as), bs));
    }
    for (; p < stop; p += sizeof<T>()) store<T>(p, <T>(load<T>(p) * a + b));
    left = <i64>inner;
    channel = channel + 1 == channels ? 0 : channel + 1;
  }
}

export function scale_shift_f32(x: usize, n: i32, first: f64, channels: i32, inner: f64, scale: usize, shift: usize): void { scaleShift<f32>(x, n, first, channels, inner, scale, shift); }
export function scale_shift_f64(x: usize, n: i32, first: f64, channels: i32, inner: f64, scale: usize, shift: usize): void { scaleShift<f64>(x, n, first, channels, inner, scale, shift); }

/** Copies `rows` pieces of n bytes between two layouts: interleaves the operands of a concatenation. */
export function copy_rows(x: usize, xStride: usize, y: usize, yStride: usize, n: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, x += xStride, y += yStride) memory.copy(y, x, n);
}
