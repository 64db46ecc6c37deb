//! Float formats of at most 16 bits, a number at a time: to and from f32.

import { is } from "./nest";

/** A float format of at most 16 bits: exponent bits, mantissa bits, and how it ends. */
export class F16 {} export class BF16 {} export class E4M3FN {} export class E4M3FNUZ {} export class E5M2 {} export class E5M2FNUZ {} export class E2M1 {}
/** What a number past the largest becomes: it, or what the format has for infinity. */
export class Saturate {} export class Overflow {}

// @ts-ignore: decorator
@inline function mantissa<F>(): i32 { return is<F, F16>() ? 10 : is<F, BF16>() ? 7 : is<F, E4M3FN>() || is<F, E4M3FNUZ>() ? 3 : is<F, E2M1>() ? 1 : 2; }
// @ts-ignore: decorator
@inline function bias<F>(): i32 {
  if (is<F, F16>()) return 15;
  if (is<F, BF16>()) return 127;
  if (is<F, E4M3FN>()) return 7;
  if (is<F, E2M1>()) return 1;
  if (is<F, E4M3FNUZ>()) return 8;
  return is<F, E5M2>() ? 15 : 16;
}
// @ts-ignore: decorator
@inline function wide<F>(): bool { return is<F, F16>() || is<F, BF16>(); }
/** No inf, no -0; the sign bit alone is NaN. */
// @ts-ignore: decorator
@inline function fnuz<F>(): bool { return is<F, E4M3FNUZ>() || is<F, E5M2FNUZ>(); }
/** Bits with the sign. */
// @ts-ignore: decorator
@inline function width<F>(): i32 { return wide<F>() ? 16 : is<F, E2M1>() ? 4 : 8; }
/** Bits of the largest number. */
// @ts-ignore: decorator
@inline function largest<F>(): u32 {
  if (is<F, F16>()) return 0x7bff;
  if (is<F, BF16>()) return 0x7f7f;
  if (is<F, E4M3FN>()) return 0x7e;
  if (is<F, E2M1>()) return 7;
  return is<F, E5M2>() ? 0x7b : 0x7f;
}
/** Bits of NaN; float4_e2m1 has none, and ml_dtypes makes it 0 of the other sign. */
// @ts-ignore: decorator
@inline function nan<F>(sign: u32): u32 {
  if (is<F, F16>()) return sign | 0x7e00;
  if (is<F, BF16>()) return sign | 0x7fc0;
  if (is<F, E2M1>()) return sign ^ 8;
  return fnuz<F>() ? 0x80 : sign | 0x7f;
}
// @ts-ignore: decorator
@inline function past<F, S>(sign: u32): u32 {
  if (is<S, Saturate>() || is<F, E2M1>()) return sign | largest<F>();
  return is<F, E4M3FN>() || fnuz<F>() ? nan<F>(sign) : sign | (largest<F>() + 1);
}

/** f32 bits to format bits. Adding half an ulp less one plus the last kept bit rounds to nearest even and carries into the exponent. */
// @ts-ignore: decorator
@inline export function encode<F, S>(u: u32): u32 {
  const sign = (u >> (32 - width<F>())) & (1 << (width<F>() - 1));
  const a = u & 0x7fffffff;
  if (a > 0x7f800000) return nan<F>(sign);
  const drop = 23 - mantissa<F>();
  const smallest = <u32>(128 - bias<F>()) << 23;
  let r: u32;
  if (bias<F>() < 127 && a < smallest) {
    // Subnormal: adding the float whose last bit has the format's smallest value makes the FPU round there.
    const magic = <u32>(127 - bias<F>() + drop + 1) << 23;
    r = reinterpret<u32>(reinterpret<f32>(a) + reinterpret<f32>(magic)) - magic;
  } else {
    r = (a + ((<u32>1 << (drop - 1)) - 1) + ((a >> drop) & 1) - (<u32>(127 - bias<F>()) << 23)) >> drop;
    if (r > largest<F>() || a == 0x7f800000) return past<F, S>(sign);
  }
  return fnuz<F>() && r == 0 ? 0 : sign | r;
}

// @ts-ignore: decorator
@inline export function decode<F>(h: u32): f32 {
  const m = mantissa<F>();
  if (is<F, BF16>()) return reinterpret<f32>(h << 16);
  const sign = (h >> (width<F>() - 1)) << 31;
  const a = h & ((1 << (width<F>() - 1)) - 1);
  if (fnuz<F>() && h == 0x80) return <f32>NaN;
  if (is<F, E4M3FN>() && a == 0x7f) return reinterpret<f32>(sign | 0x7fc00000);
  if ((is<F, F16>() || is<F, E5M2>()) && a > largest<F>()) return reinterpret<f32>(sign | 0x7f800000 | ((a & ((1 << m) - 1)) << (23 - m)));
  // Exact also for subnormals: the bits are placed as a tiny f32 and scaled by the difference of the biases.
  const scale = reinterpret<f32>(<u32>(127 + 127 - bias<F>()) << 23);
  return reinterpret<f32>(sign | reinterpret<u32>(reinterpret<f32>(a << (23 - m)) * scale));
}
