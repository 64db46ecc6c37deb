import fc from "fast-check";
import { expect, test } from "vitest";
import { fill } from "../../src/core/ops/elementwise.ts";
import { permute } from "../../src/core/ops/layout.ts";
import { argReduce, cumulative, cumulativeExtremum, type ReduceOp, reduce, sort, topk } from "../../src/core/ops/reduce.ts";
import type { DType } from "../../src/dtype.ts";
import { bigints, numbers, tensor } from "./tensors.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

test("reductions of any dims of permuted tensors equal a naive loop", () => {
  const naive: { readonly [op in ReduceOp]: (xs: number[]) => number } = {
    sum: (xs) => xs.reduce((a, b) => a + b, 0),
    mean: (xs) => xs.reduce((a, b) => a + b, 0) / xs.length,
    prod: (xs) => xs.reduce((a, b) => a * b, 1),
    max: (xs) => Math.max(...xs),
    min: (xs) => Math.min(...xs),
    any: (xs) => Number(xs.some((x) => x !== 0)),
    all: (xs) => Number(xs.every((x) => x !== 0)),
    sumsq: (xs) => xs.reduce((a, b) => a + b * b, 0),
  };
  const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
  const dtypes = fc.constantFrom<DType>("float32", "float64", "int64", "int32", "float16");
  const ops = fc.constantFrom(...(Object.keys(naive) as ReduceOp[]));
  fc.assert(
    fc.property(ops, dtypes, shapes, fc.integer({ min: 1, max: 15 }), fc.boolean(), fc.nat(99), (op, dtype, shape, mask, keep, seed) => {
      if (op === "mean" && dtype.startsWith("int")) return;
      const dims = shape.map((_, i) => i).filter((i) => mask & (1 << i));
      if (dims.length === 0) return;
      const n = shape.reduce((a, b) => a * b, 1);
      const small = op === "prod" ? 2 : 5;
      const x = permute(
        tensor(
          dtype,
          shape.toReversed(),
          Array.from({ length: n }, (_, i) => ((i * 7 + seed) % (2 * small + 1)) - small),
        ),
        shape.map((_, i) => shape.length - 1 - i),
      );
      const groups = new Map<string, number[]>();
      numbers(x).forEach((v, flat) => {
        let rest = flat;
        const at = shape.map(() => 0);
        for (let d = shape.length - 1; d >= 0; d--) {
          at[d] = rest % shape[d]!;
          rest = Math.floor(rest / shape[d]!);
        }
        const key = at.filter((_, d) => !dims.includes(d)).join();
        groups.set(key, [...(groups.get(key) ?? []), v]);
      });
      const got = reduce(op, x, dims, keep);
      const want = [...groups.values()].map(naive[op]);
      expect(got.shape).toEqual(keep ? shape.map((s, i) => (dims.includes(i) ? 1 : s)) : shape.filter((_, i) => !dims.includes(i)));
      numbers(got).forEach((v, i) => {
        const limit = dtype === "float16" ? 2e-3 : dtype === "float32" ? 1e-6 : 1e-14;
        const w = want[i]!;
        expect(w === v || Math.abs(v - w) <= limit * Math.abs(w) || (dtype === "float16" && Math.abs(w) > 65504)).toBe(true);
      });
    }),
    { numRuns: 300 },
  );
});

test("NaN, empty and accurate sums", () => {
  const x = tensor("float32", [2, 3], [1, nan, 3, -1, -inf, 5]);
  expect(numbers(reduce("max", x, [1], false))).toEqual([nan, 5]);
  expect(numbers(reduce("min", x, [0], false))).toEqual([-1, nan, 3]);
  expect(numbers(argReduce("max", x, 1, false))).toEqual([1, 2]);
  expect(numbers(argReduce("min", x, null, true))).toEqual([1]);
  expect(argReduce("min", x, null, true).shape).toEqual([1, 1]);
  expect(numbers(reduce("sum", tensor("float32", [0, 2], []), [0], false))).toEqual([0, 0]);
  expect(numbers(reduce("mean", tensor("float32", [0], []), null, false))).toEqual([nan]);
  expect(numbers(reduce("all", tensor("bool", [0], []), null, false))).toEqual([1]);
  expect(numbers(reduce("any", tensor("float32", [2], [nan, 0]), null, false))).toEqual([1]);
  expect(() => reduce("max", tensor("float32", [0, 2], []), [0], false)).toThrow(/max: float32\[0, 2\] has no elements/);
  expect(numbers(reduce("sum", fill("float32", [1 << 20], 0.1), null, false))).toEqual([Math.fround(Math.fround(0.1) * 2 ** 20)]);
  expect(numbers(reduce("sum", tensor("float32", [], [3]), null, false))).toEqual([3]);
  expect(numbers(reduce("sum", tensor("uint8", [3], [200, 50, 10]), null, false))).toEqual([4]);
  expect(bigints(reduce("prod", tensor("int64", [2], [2n ** 62n, 6n]), null, false))).toEqual([-(2n ** 63n)]);
});

test("running sums, products and extrema", () => {
  const x = tensor("float32", [2, 3], [1, 3, 2, -1, 0, -5]);
  expect(numbers(cumulative("sum", x, 1))).toEqual([1, 4, 6, -1, -1, -6]);
  expect(numbers(cumulative("sum", x, 0))).toEqual([1, 3, 2, 0, 3, -3]);
  expect(numbers(cumulative("prod", x, -1))).toEqual([1, 3, 6, -1, -0, 0]);
  const [values, places] = cumulativeExtremum("max", tensor("float32", [6], [1, 3, 3, 2, nan, 9]), 0);
  expect(numbers(values)).toEqual([1, 3, 3, 3, nan, nan]);
  expect(numbers(places)).toEqual([0, 1, 2, 2, 4, 4]);
});

test("sort is stable, puts NaN last (first when descending), and topk takes the first of equals", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(nan, inf, -inf, -1, 0, 1, 2, 3), { maxLength: 100 }), fc.boolean(), (xs, descending) => {
      const [values, places] = sort(tensor("float32", [xs.length], xs), 0, descending);
      const key = (i: number) => (Number.isNaN(xs[i]) ? 1e9 : Math.min(Math.max(xs[i]!, -1e8), 1e8));
      const want = xs.map((_, i) => i).sort((a, b) => (descending ? key(b) - key(a) : key(a) - key(b)) || a - b);
      expect(numbers(places)).toEqual(want);
      expect(numbers(values)).toEqual(want.map((i) => xs[i]!));
    }),
  );
  const [v, p] = topk(tensor("int64", [2, 4], [5, 9, 9, 1, 2, 0, 7, 7]), 2, 1, true);
  expect([numbers(v), numbers(p)]).toEqual([
    [9, 9, 7, 7],
    [1, 2, 2, 3],
  ]);
  expect(numbers(sort(tensor("float32", [3, 2], [3, 1, 1, 2, 2, 3]), 0, false)[0])).toEqual([1, 1, 2, 2, 3, 3]);
  expect(() => topk(tensor("float32", [2], [1, 2]), 3, 0, true)).toThrow(/core\/topk/);
});
