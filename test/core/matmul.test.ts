import fc from "fast-check";
import { expect, test } from "vitest";
import { cast } from "../../src/core/ops/elementwise.ts";
import { select, transpose } from "../../src/core/ops/layout.ts";
import { matmul } from "../../src/core/ops/matmul.ts";
import type { Strided } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

const matrix = (dtype: DType, shape: readonly number[], seed: number): Strided => {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(
    dtype,
    shape,
    Array.from({ length: n }, (_, i) => ((i * 13 + seed * 7) % 17) - 8),
  );
};

/** Small integers, so every order of summation gives the same number. */
function naive(a: Strided, b: Strided): number[] {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1] as number;
  const [x, y] = [numbers(a), numbers(b)];
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += x[Math.floor(at / n) * k + p]! * y[p * n + (at % n)]!;
    return sum;
  });
}

test("products of all sizes, transposed or not, equal a naive loop", () => {
  const dtypes = fc.constantFrom<DType>("float32", "float64", "int32", "int64");
  const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(0, 121, 130, 257));
  fc.assert(
    fc.property(dtypes, size, size, fc.oneof(size, fc.constant(600)), fc.boolean(), fc.boolean(), (dtype, m, n, k, ta, tb) => {
      if (m * n * k > 1e6) return;
      const a = ta ? transpose(matrix(dtype, [k, m], 1), 0, 1) : matrix(dtype, [m, k], 1);
      const b = tb ? transpose(matrix(dtype, [n, k], 2), 0, 1) : matrix(dtype, [k, n], 2);
      const got = numbers(matmul(a, b));
      const want = naive(a, b);
      expect(got.every((v, i) => v === want[i])).toBe(true);
      expect(got.length).toBe(want.length);
    }),
    { numRuns: 150 },
  );
});

test("torch's rank rules and batches", () => {
  const a = matrix("float32", [2, 1, 6, 5], 1);
  const b = matrix("float32", [3, 5, 4], 2);
  const y = matmul(a, b);
  expect(y.shape).toEqual([2, 3, 6, 4]);
  expect(numbers(select(select(y, 0, 1), 0, 2))).toEqual(naive(select(select(a, 0, 1), 0, 0), select(b, 0, 2)));
  expect(matmul(matrix("float32", [5], 1), b).shape).toEqual([3, 4]);
  expect(matmul(matrix("float32", [2, 5], 1), matrix("float32", [5], 1)).shape).toEqual([2]);
  expect(matmul(matrix("float32", [5], 1), matrix("float32", [5], 1)).shape).toEqual([]);
  expect(matmul(transpose(matrix("float32", [5, 2, 7], 1), 0, 1), matrix("float32", [7, 3], 2)).shape).toEqual([2, 5, 3]);
  expect(matmul(matrix("float32", [0, 5], 1), matrix("float32", [5, 3], 1)).shape).toEqual([0, 3]);
  expect(() => matmul(a, matrix("float32", [4, 4], 1))).toThrow(/matmul: float32\[2, 1, 6, 5\] and float32\[4, 4\] do not fit/);
});

test("low precision accumulates in float32, int8 wraps, complex works", () => {
  const [a, b] = [matrix("float32", [7, 300], 1), matrix("float32", [300, 3], 2)];
  const half = matmul(cast(a, "float16"), cast(b, "float16"));
  expect(numbers(half)).toEqual(numbers(cast(cast(matmul(a, b), "float16"), "float32")));
  const wrapped = numbers(matmul(cast(a, "int8"), cast(b, "int8")));
  expect(wrapped).toEqual(naive(a, b).map((v) => (v << 24) >> 24));
  expect(numbers(cast(matmul(cast(a, "complex64"), cast(b, "complex64")), "float32"))).toEqual(naive(a, b));
});
