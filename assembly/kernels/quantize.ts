//! y = clamp(round(x / scale) + zero, low, high), half to even, for f32 x, scale and zero; zero, low and high are whole numbers. NaN gives low.
//! quantize_<dtype>(x, y, runs, n, scales, zeros, low, high): `runs` rows of n elements, each with its scale and zero.
//! quantize_each_<dtype>(x, y, n, scales, zeros, low, high): every element has its own.

/** Adding 1.5 * 2^23 rounds numbers below 2^22 to whole ones and leaves them in the low bits. */
const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;

/** Clamping before rounding gives the same, for the bounds are whole; pmax keeps its first operand when the other is NaN. */
// @ts-ignore: decorator
@inline function quantize4(x: v128, scale: v128, low: v128, high: v128, magic: v128, zero: v128): v128 {
  const q = f32x4.pmin(f32x4.pmax(low, f32x4.div(x, scale)), high);
  return i32x4.add(f32x4.add(q, magic), zero);
}
// @ts-ignore: decorator
@inline function quantize1(x: f32, scale: f32, low: f32, high: f32, zero: f32): i32 {
  const q = x / scale;
  const clamped = low < q ? (q > high ? high : q) : low;
  return reinterpret<i32>(clamped + MAGIC) - MAGIC_BITS + <i32>zero;
}

// @ts-ignore: decorator
@inline function pack8<T>(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i16x8.narrow_i32x4_s(a, b), cd = i16x8.narrow_i32x4_s(c, d);
  return isSigned<T>() ? i8x16.narrow_i16x8_s(ab, cd) : i8x16.narrow_i16x8_u(ab, cd);
}

// @ts-ignore: decorator
@inline function row<T>(x: usize, y: usize, n: u32, scale: f32, zero: f32, low: f32, high: f32): void {
  const s = f32x4.splat(scale), l = f32x4.splat(low - zero), h = f32x4.splat(high - zero), m = f32x4.splat(MAGIC), z = i32x4.splat(<i32>zero - MAGIC_BITS);
  const end = y + <usize>n * sizeof<T>();
  if (sizeof<T>() == 1) {
    for (const whole = end - (n & 15); y < whole; x += 64, y += 16) {
      const a = quantize4(v128.load(x), s, l, h, m, z), b = quantize4(v128.load(x, 16), s, l, h, m, z);
      const c = quantize4(v128.load(x, 32), s, l, h, m, z), d = quantize4(v128.load(x, 48), s, l, h, m, z);
      v128.store(y, pack8<T>(a, b, c, d));
    }
  } else {
    for (const whole = end - ((n & 7) << 1); y < whole; x += 32, y += 16) {
      const a = quantize4(v128.load(x), s, l, h, m, z), b = quantize4(v128.load(x, 16), s, l, h, m, z);
      v128.store(y, isSigned<T>() ? i16x8.narrow_i32x4_s(a, b) : i16x8.narrow_i32x4_u(a, b));
    }
  }
  for (; y < end; x += 4, y += sizeof<T>()) store<T>(y, <T>quantize1(load<f32>(x), scale, low - zero, high - zero, zero));
}
// @ts-ignore: decorator
@inline function rows<T>(x: usize, y: usize, runs: u32, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void {
  for (let r: u32 = 0; r < runs; r++, x += <usize>n << 2, y += <usize>n * sizeof<T>(), scales += 4, zeros += 4) {
    row<T>(x, y, n, load<f32>(scales), load<f32>(zeros), low, high);
  }
}
// @ts-ignore: decorator
@inline function each<T>(x: usize, y: usize, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void {
  for (const end = y + <usize>n * sizeof<T>(); y < end; x += 4, y += sizeof<T>(), scales += 4, zeros += 4) {
    const zero = load<f32>(zeros);
    store<T>(y, <T>quantize1(load<f32>(x), load<f32>(scales), low - zero, high - zero, zero));
  }
}

export function quantize_i8(x: usize, y: usize, runs: u32, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { rows<i8>(x, y, runs, n, scales, zeros, low, high); }
export function quantize_u8(x: usize, y: usize, runs: u32, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { rows<u8>(x, y, runs, n, scales, zeros, low, high); }
export function quantize_i16(x: usize, y: usize, runs: u32, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { rows<i16>(x, y, runs, n, scales, zeros, low, high); }
export function quantize_u16(x: usize, y: usize, runs: u32, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { rows<u16>(x, y, runs, n, scales, zeros, low, high); }
export function quantize_each_i8(x: usize, y: usize, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { each<i8>(x, y, n, scales, zeros, low, high); }
export function quantize_each_u8(x: usize, y: usize, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { each<u8>(x, y, n, scales, zeros, low, high); }
export function quantize_each_i16(x: usize, y: usize, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { each<i16>(x, y, n, scales, zeros, low, high); }
export function quantize_each_u16(x: usize, y: usize, n: u32, scales: usize, zeros: usize, low: f32, high: f32): void { each<u16>(x, y, n, scales, zeros, low, high); }
