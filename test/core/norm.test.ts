import { expect, test } from "vitest";
import { cast } from "../../src/core/ops/elementwise.ts";
import { layerNorm, softmax } from "../../src/core/ops/norm.ts";
import { numbers, tensor } from "./tensors.ts";

test("softmax of masked, endless and NaN rows of any length", () => {
  const { NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high, NaN: nan } = Number;
  for (const n of [3, 16, 17, 130, 300]) {
    const row = (at: number, value: number, rest = 0) => Array.from({ length: n }, (_, i) => (i === at ? value : rest));
    const of = (values: number[]) => numbers(softmax(tensor("float32", [1, n], values), -1));
    expect(of(row(2, 0, low))).toEqual(row(2, 1));
    expect(of(row(0, low)).map((v) => Math.fround(v))).toEqual(row(0, 0, Math.fround(1 / (n - 1))));
    expect(of(row(1, 100, -100))).toEqual(row(1, 1));
    for (const values of [row(0, low, low), row(n - 1, nan), row(1, high)]) expect(of(values)).toEqual(row(0, nan, nan));
    // x - max is rounded to float32: up to 18 of difference, half an ulp of which is 1e-6.
    const spread = Array.from({ length: n }, (_, i) => Math.sin(i * 78.233) * 9);
    const want = numbers(softmax(tensor("float64", [1, n], spread.map(Math.fround)), -1));
    expect(of(spread).every((v, i) => Math.abs(v - want[i]!) <= 1.3e-6 * want[i]!)).toBe(true);
  }
});

test("layer norm in float32 equals that in float64, rounded, for rows of any length", () => {
  for (const n of [1, 3, 4, 7, 16, 33, 130]) {
    const noise = (seed: number, count: number) => Array.from({ length: count }, (_, i) => Math.sin((i + seed) * 78.233) * 3 + 1);
    const [x, w, b] = [
      tensor("float32", [2, n], noise(1, 2 * n)),
      tensor("float32", [n], noise(2, n)),
      tensor("float32", [n], noise(3, n)),
    ];
    const wide = (t: typeof x) => cast(t, "float64");
    const want = numbers(layerNorm(wide(x), 1, wide(w), wide(b), 1e-5));
    const worst = Math.max(...numbers(layerNorm(x, 1, w, b, 1e-5)).map((v, i) => Math.abs(v - (want[i] as number))));
    // Three roundings of numbers below 32.
    expect(worst).toBeLessThan(3e-6);
  }
});
