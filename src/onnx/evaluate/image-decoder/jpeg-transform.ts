/**
 * @file The inverse cosine transform of 8 x 8 coefficients, in integers: libjpeg's accurate one (jidctint.c, after Loeffler, Ligtenberg and
 * Moschytz), so that pixels come out as other readers have them.
 */

const constBits = 13;
const passBits = 2;

/** One pass over 8 numbers at `at`, `step` apart, in place; results are scaled down by 2^shift, rounded. */
function pass(x: Int32Array, at: number, step: number, shift: number): void {
  const of = (i: number): number => x[at + i * step] as number;
  const even = (of(2) + of(6)) * 4433;
  const [e2, e3] = [even - of(6) * 15137, even + of(2) * 6270];
  const [e0, e1] = [(of(0) + of(4)) * (1 << constBits), (of(0) - of(4)) * (1 << constBits)];
  const odd = (of(7) + of(3) + of(5) + of(1)) * 9633;
  const [z1, z2] = [(of(7) + of(1)) * -7373, (of(5) + of(3)) * -20995];
  const [z3, z4] = [(of(7) + of(3)) * -16069 + odd, (of(5) + of(1)) * -3196 + odd];
  const [o0, o1] = [of(7) * 2446 + z1 + z3, of(5) * 16819 + z2 + z4];
  const [o2, o3] = [of(3) * 25172 + z2 + z3, of(1) * 12299 + z1 + z4];
  const half = 1 << (shift - 1);
  const put = (i: number, value: number): void => {
    x[at + i * step] = (value + half) >> shift;
  };
  put(0, e0 + e3 + o3);
  put(7, e0 + e3 - o3);
  put(1, e1 + e2 + o2);
  put(6, e1 + e2 - o2);
  put(2, e1 - e2 + o1);
  put(5, e1 - e2 - o1);
  put(3, e0 - e3 + o0);
  put(4, e0 - e3 - o0);
}

/** Turns dequantized coefficients, row by row, into samples around 0. */
export function inverseTransform(block: Int32Array): void {
  for (let column = 0; column < 8; column++) pass(block, column, 8, constBits - passBits);
  for (let row = 0; row < 64; row += 8) pass(block, row, 1, constBits + passBits + 3);
}
