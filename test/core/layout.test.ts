import fc from "fast-check";
import { expect, test } from "vitest";
import { arange } from "../../src/core/ops/elementwise.ts";
import {
  asStrided,
  clone,
  concat,
  contiguous,
  copyInto,
  expand,
  flip,
  permute,
  repeat,
  reshape,
  select,
  slice,
  squeeze,
  transpose,
  tryView,
  unsqueeze,
  viewAs,
} from "../../src/core/ops/layout.ts";
import { empty, isContiguous, numel, type Strided } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

const range = (shape: readonly number[], dtype: DType = "float32"): Strided => reshape(arange(dtype, 0, 1, numel(shape)), shape);

/** The storage index of each element in row-major order, by definition. */
function indices(x: Strided): number[] {
  let all = [x.offset];
  x.shape.forEach((n, d) => {
    all = all.flatMap((o) => Array.from({ length: n }, (_, i) => o + i * (x.strides[d] as number)));
  });
  return all;
}

test("a strided copy equals its definition, for every element size", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("permute", "slice", "expand", "transpose"), fc.nat(100), fc.nat(100)), { maxLength: 5 });
  const dtypes = fc.constantFrom<DType>("uint8", "int16", "float32", "int64", "complex128");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }), dtypes, steps, (shape, dtype, views) => {
      const bytes = { uint8: 1, int16: 2, float32: 4, int64: 8, complex128: 16 }[dtype as "uint8"];
      const base = empty(dtype, shape);
      base.storage.bytes().forEach((_, i, all) => {
        all[i] = (i * 37) & 255;
      });
      let x: Strided = base;
      for (const [kind, a, b] of views) {
        const [d, e] = [a % x.shape.length, b % x.shape.length];
        if (kind === "slice") x = slice(x, d, b % (x.shape[d] as number), 99, 1 + (a % 3));
        else if (kind === "expand") x = expand(unsqueeze(x, d), unsqueeze(x, d).shape.with(d, 1 + (b % 4)));
        else x = transpose(x, d, e);
      }
      const bytesOf = base.storage.bytes().slice();
      const want = indices(x).flatMap((o) => [...bytesOf.subarray(o * bytes, (o + 1) * bytes)]);
      expect([...clone(x).storage.bytes()]).toEqual(want);
      const into = transpose(empty(dtype, transpose(x, 0, -1).shape), 0, -1);
      copyInto(into, x);
      expect([...clone(into).storage.bytes()]).toEqual(want);
    }),
    { numRuns: 300 },
  );
});

test("large transposes go tile by tile", () => {
  const x = range([3, 130, 67]);
  const y = contiguous(transpose(x, 1, 2));
  const [a, b] = [numbers(x), numbers(y)];
  expect(b.every((v, i) => v === a[Math.floor(i / 8710) * 8710 + (i % 130) * 67 + (Math.floor(i / 130) % 67)])).toBe(true);
});

test("views alias, and say when they cannot", () => {
  const x = range([2, 3, 4]);
  expect(numbers(select(x, 1, -1))).toEqual([8, 9, 10, 11, 20, 21, 22, 23]);
  expect(numbers(slice(x, 2, -3, 100, 2))).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
  expect(slice(x, 2, 5, 2).shape).toEqual([2, 3, 0]);
  expect(select(x, 0, 1).storage).toBe(x.storage);
  expect(tryView(permute(x, [2, 0, 1]), [4, 6])?.strides).toEqual([1, 4]);
  expect(tryView(permute(x, [2, 1, 0]), [12, 2])).toBeNull();
  expect(tryView(expand(range([1, 3]), [4, 3]), [2, 2, 3])?.strides).toEqual([0, 0, 1]);
  expect(tryView(slice(x, 2, 0, 2), [6, 2])?.strides).toEqual([4, 1]);
  expect(reshape(transpose(x, 0, 2), [-1]).shape).toEqual([24]);
  expect(squeeze(unsqueeze(x, 0)).shape).toEqual([2, 3, 4]);
  expect(squeeze(range([1, 2, 1]), [2]).shape).toEqual([1, 2]);
  expect(unsqueeze(x, -1).shape).toEqual([2, 3, 4, 1]);
  expect(viewAs(range([2], "int64"), "int32").shape).toEqual([4]);
  expect(() => permute(x, [0, 0, 1])).toThrow(/core\/dim/);
  expect(() => expand(x, [2, 5, 4])).toThrow(/cannot expand \[2, 3, 4\] to \[2, 5, 4\]/);
  expect(() => reshape(x, [5, -1])).toThrow(/cannot reshape 24 elements to \[5, -1\]/);
  expect(() => select(x, 0, 2)).toThrow(/core\/index/);
  expect(asStrided(x, [2], [12], 5).offset).toBe(5);
});

test("a view exists just when PyTorch says so", () => {
  const sizes = fc.constantFrom([2, 3, 4], [4, 6], [24], [2, 12], [3, 8], [2, 2, 6], [4, 3, 2], [1, 24], [6, 1, 4]);
  fc.assert(
    fc.property(sizes, sizes, fc.nat(2), fc.nat(2), (from, to, a, b) => {
      const x = transpose(range(from), a % from.length, b % from.length);
      const view = tryView(x, to);
      if (view !== null) expect(numbers(view)).toEqual(numbers(x));
      else expect(isContiguous(x)).toBe(false);
      expect(numbers(reshape(x, to))).toEqual(numbers(x));
    }),
  );
});

test("concat, flip, repeat", () => {
  const [a, b] = [range([2, 2]), range([2, 1])];
  expect(numbers(concat([a, b, a], 1))).toEqual([0, 1, 0, 0, 1, 2, 3, 1, 2, 3]);
  expect(numbers(concat([a, transpose(a, 0, 1)], 0))).toEqual([0, 1, 2, 3, 0, 2, 1, 3]);
  expect(() => concat([a, b], 0)).toThrow(/cannot join float32\[2, 2\], float32\[2, 1\] along dim 0/);
  expect(numbers(flip(range([2, 3]), [0, 1]))).toEqual([5, 4, 3, 2, 1, 0]);
  expect(numbers(flip(range([2, 3]), [-1]))).toEqual([2, 1, 0, 5, 4, 3]);
  expect(numbers(repeat(range([2]), [2, 3]))).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  expect(repeat(range([2, 1]), [0, 2]).shape).toEqual([0, 2]);
  expect(numbers(tensor("float32", [0], []))).toEqual([]);
});
