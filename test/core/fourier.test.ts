import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complexOf, makeComplex, viewAsReal } from "../../src/core/ops/complex.ts";
import { cosineWindow, dft, realTransform, stft, transform } from "../../src/core/ops/fourier.ts";
import { contiguous } from "../../src/core/ops/layout.ts";
import type { Strided } from "../../src/core/strided.ts";
import { numbers, tensor } from "./tensors.ts";

const noise = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(12.9898 * i * i + 1) * 3);
const parts = (x: Strided): number[] => numbers(contiguous(viewAsReal(x)));
const complex = (re: number[], im: number[], dtype: "float32" | "float64" = "float64"): Strided =>
  makeComplex(tensor(dtype, [re.length], re), tensor(dtype, [im.length], im));
const once = { forward: true, scale: 1 };
const back = (n: number) => ({ forward: false, scale: 1 / n });

/** The definition, with angles reduced while they are whole: re, im, re, im, … */
function naive(re: number[], im: number[], sign: number): number[] {
  const n = re.length;
  return re.flatMap((_, k) => {
    let [a, b] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      a += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      b += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
    return [a, b];
  });
}
/** The largest difference over the norm of what is wanted. */
const error = (got: number[], want: number[]): number => {
  const norm = Math.sqrt(want.reduce((s, v) => s + v * v, 0));
  return got.reduce((worst, g, i) => Math.max(worst, Math.abs(g - want[i]!)), 0) / norm;
};

const lengths = Array.from({ length: 64 }, (_, i) => i + 1);

describe("against the definition", () => {
  test.each([...lengths, 100, 127, 210, 256, 300, 360, 1009])("length %i", (n) => {
    const [re, im] = [noise(n), noise(2 * n).slice(n)];
    const want = naive(re, im, -1);
    expect(error(parts(transform(complex(re, im), 0, n, n, once)), want)).toBeLessThan(1e-14);
    expect(error(parts(transform(complex(re, im), 0, n, n, { forward: false, scale: 1 })), naive(re, im, 1))).toBeLessThan(1e-14);
    const keep = Math.floor(n / 2) + 1;
    const half = transform(tensor("float64", [n], re), 0, n, keep, once);
    expect(error(parts(half), naive(re, Array(n).fill(0), -1).slice(0, 2 * keep))).toBeLessThan(1e-14);
    expect(error(numbers(realTransform(half, 0, n, back(n))), re)).toBeLessThan(1e-14);
  });
});

test("the inverse undoes the transform along any dim, cut or padded, in both precisions", () => {
  fc.assert(
    fc.property(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 })), (shape) => {
      const n = shape[1];
      const values = noise(shape[0] * n * shape[2]);
      for (const dtype of ["float32", "float64"] as const) {
        const x = tensor(dtype, shape, values);
        const there = transform(x, 1, n, n, once);
        expect([there.dtype, there.shape]).toEqual([complexOf(dtype), shape]);
        const again = transform(there, 1, n, n, back(n));
        const want = values.flatMap((v) => [v, 0]);
        expect(error(parts(again), want)).toBeLessThan(dtype === "float32" ? 2e-7 : 1e-14);
      }
    }),
    { numRuns: 40 },
  );
});

test("a power of two and a prime of a million points", () => {
  for (const n of [1 << 20, 1000003]) {
    const x = tensor("float32", [n], noise(n));
    expect(
      error(numbers(realTransform(transform(x, 0, n, Math.floor(n / 2) + 1, once), 0, n, back(n))), noise(n).map(Math.fround)),
    ).toBeLessThan(1e-7);
  }
});

describe("dft", () => {
  const x = tensor("float32", [2, 5, 1], noise(10));
  test("forward, padded, cut, one-sided", () => {
    const row = noise(5).map(Math.fround);
    const whole = dft(x, { axis: 1, inverse: false, onesided: false });
    expect(whole.shape).toEqual([2, 5, 2]);
    expect(error(numbers(whole).slice(0, 10), naive(row, Array(5).fill(0), -1))).toBeLessThan(1e-7);
    const padded = dft(x, { axis: -2, inverse: false, onesided: true, length: 8 });
    expect(padded.shape).toEqual([2, 5, 2]);
    expect(error(numbers(padded).slice(0, 10), naive([...row, 0, 0, 0], Array(8).fill(0), -1).slice(0, 10))).toBeLessThan(1e-7);
    expect(dft(x, { axis: 1, inverse: false, onesided: false, length: 3 }).shape).toEqual([2, 3, 2]);
  });
  test("the inverse, also one-sided", () => {
    const whole = dft(x, { axis: 1, inverse: false, onesided: false });
    const again = numbers(dft(whole, { axis: 1, inverse: true, onesided: false })).filter((_, i) => i % 2 === 0);
    expect(error(again, noise(10))).toBeLessThan(2e-7);
    const half = dft(x, { axis: 1, inverse: false, onesided: true });
    const real = dft(half, { axis: 1, inverse: true, onesided: true, length: 5 });
    expect(real.shape).toEqual([2, 5, 1]);
    expect(error(numbers(real), noise(10))).toBeLessThan(2e-7);
    expect(dft(half, { axis: 1, inverse: true, onesided: true }).shape).toEqual([2, 4, 1]);
  });
  test("what is no signal is named", () => {
    const wrong = { axis: 1, inverse: false, onesided: false };
    expect(() => dft(tensor("float32", [2, 3], noise(6)), wrong)).toThrow(/core\/fourier/);
    expect(() => dft(tensor("float32", [2, 3, 3], noise(18)), wrong)).toThrow(/the signal is float32\[2, 3, 3\]/);
    expect(() => dft(x, { ...wrong, length: 0 })).toThrow(/length 0/);
  });
});

test("stft: frames under a window", () => {
  const signal = tensor("float32", [1, 10, 1], noise(10));
  const window = cosineWindow("hann", 4, true, "float32");
  const y = stft(signal, { frameStep: 3, window, onesided: true });
  expect(y.shape).toEqual([1, 3, 3, 2]);
  const frame = noise(10).slice(3, 7);
  const weighted = frame.map((v, i) => v * (0.5 - 0.5 * Math.cos((Math.PI * i) / 2)));
  expect(error(numbers(y).slice(6, 12), naive(weighted, [0, 0, 0, 0], -1).slice(0, 6))).toBeLessThan(2e-7);
  expect(() => stft(signal, { frameStep: 0, window, onesided: true })).toThrow(/frames of 4 every 0/);
});

test.each([
  ["hann", true, [0, 0.5, 1, 0.5]],
  ["hann", false, [0, 0.75, 0.75, 0]],
  ["blackman", true, [0, 0.34, 1, 0.34]],
  ["hamming", true, [4 / 46, 25 / 46, 1, 25 / 46]],
] as const)("window %s, periodic %s", (kind, periodic, want) => {
  numbers(cosineWindow(kind, 4, periodic, "float64")).forEach((v, i) => void expect(v).toBeCloseTo(want[i]!, 15));
});
