/**
 * @file The floats of OCP's microscaling formats (https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf): float4_e2m1
 * as codes of a byte each, float8_e8m0fnu, which is a power of two. cast_<from>_<to>(x, y, n) as in the other casts: to f32 exactly, from f32
 * rounded once to nearest even.
 */

/** The numbers of the codes 0 to 7; bit 3 is the sign. */
const numbers: usize = memory.data<f32>([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6]);

export function cast_f4e2m1_f32(x: usize, y: usize, n: u32): void {
  for (const end = x + n; x < end; x++, y += 4) store<f32>(y, load<f32>(numbers + (<usize>(load<u8>(x) & 15) << 2)));
}

/** Past 6 the result is 6, as there is no inf; NaN gives -0, as there is none either (what ml_dtypes and ONNX do). */
export function cast_f32_f4e2m1(x: usize, y: usize, n: u32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 4, y++) {
    const u = load<u32>(x);
    const a = reinterpret<f32>(u & 0x7fffffff);
    // Halfway between two numbers, the one with the even code is taken.
    const code = <u32>(a > 0.25) + <u32>(a >= 0.75) + <u32>(a > 1.25) + <u32>(a >= 1.75) + <u32>(a > 2.5) + <u32>(a >= 3.5) + <u32>(a > 5);
    store<u8>(y, <u8>(a != a ? 8 : code | ((u >> 28) & 8)));
  }
}

export function cast_f8e8m0_f32(x: usize, y: usize, n: u32): void {
  for (const end = x + n; x < end; x++, y += 4) {
    const e = <u32>load<u8>(x);
    store<u32>(y, e == 0 ? 0x00400000 : e == 255 ? 0x7fc00000 : e << 23);
  }
}

/** The sign is dropped; inf and NaN give NaN (c10/util/Float8_e8m0fnu.h). */
export function cast_f32_f8e8m0(x: usize, y: usize, n: u32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 4, y++) {
    const u = load<u32>(x);
    const e = (u >> 23) & 255;
    const rest = u & 0x7fffff;
    const up = rest > 0x400000 || (rest == 0x400000 && e > 0);
    store<u8>(y, <u8>(e == 255 ? e : e + <u32>up));
  }
}
