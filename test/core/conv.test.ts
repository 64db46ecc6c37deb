import fc from "fast-check";
import { expect, test } from "vitest";
import { type ConvOptions, conv } from "../../src/core/ops/conv.ts";
import { cast } from "../../src/core/ops/elementwise.ts";
import type { Strided } from "../../src/core/strided.ts";
import { numbers, tensor } from "./tensors.ts";

const filled = (shape: readonly number[], value: (i: number) => number): Strided =>
  tensor(
    "float32",
    shape,
    Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => value(i)),
  );
const plain = (padding: ConvOptions["padding"], groups: number): ConvOptions => ({
  stride: [1, 1],
  padding,
  dilation: [1, 1],
  groups,
  transposed: false,
  outputPadding: [0, 0],
});
/** float64 has one way only: products of patches. */
const patches = (x: Strided, w: Strided, o: ConvOptions): number[] => numbers(conv(cast(x, "float64"), cast(w, "float64"), null, o));

test("3 x 3 by Winograd's way equals the product of patches: exactly for small integers", () => {
  const size = fc.integer({ min: 3, max: 20 });
  const pad = fc.integer({ min: 0, max: 2 });
  const channels = fc.integer({ min: 8, max: 19 });
  fc.assert(
    fc.property(
      size,
      size,
      channels,
      channels,
      fc.constantFrom(1, 2),
      fc.tuple(pad, pad, pad, pad),
      (h, w, ig, og, groups, [a, b, c, d]) => {
        const x = filled([2, ig * groups, h, w], (i) => ((i * 7) % 9) - 4);
        const kernel = filled([og * groups, ig, 3, 3], (i) => ((i * 5) % 7) - 3);
        const o = plain([[a, b], [c, d]], groups); // biome-ignore format: one line
        expect(numbers(conv(x, kernel, null, o))).toEqual(patches(x, kernel, o));
      },
    ),
    { numRuns: 40 },
  );
});

test("its error is that of float32 sums", () => {
  const noise = (i: number) => Math.sin(i * 12.9898) * 4;
  const [x, w] = [filled([1, 64, 20, 20], noise), filled([32, 64, 3, 3], (i) => noise(i + 7))];
  const o = plain([[1, 1], [1, 1]], 1); // biome-ignore format: one line
  const want = patches(x, w, o);
  const worst = Math.max(...numbers(conv(x, w, null, o)).map((v, i) => Math.abs(v - (want[i] as number))));
  // 576 products of up to 16: one rounding of their sum of absolute values is 5e-4.
  expect(worst).toBeLessThan(5e-4);
});

test("inf and NaN stay with the pixels that see them", () => {
  const x = filled([1, 8, 12, 12], (i) => (i === 40 ? Number.POSITIVE_INFINITY : i === 100 ? Number.NaN : i % 3));
  const w = filled([8, 8, 3, 3], (i) => (i % 2) + 1);
  const o = plain([[1, 1], [1, 1]], 1); // biome-ignore format: one line
  expect(numbers(conv(x, w, null, o))).toEqual(patches(x, w, o));
});
