import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fill } from "../../src/core/ops/elementwise.ts";
import { defaultGenerator, Generator, seeded } from "../../src/core/ops/generator.ts";
import {
  bernoulli,
  bernoulliScalar,
  exponential,
  multinomial,
  normal,
  rand,
  randint,
  randn,
  randperm,
  uniform,
} from "../../src/core/ops/random.ts";
import { numel, type Strided } from "../../src/core/strided.ts";
import { byteLength, type DType } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

type Row = readonly [name: string, seed: number, args: readonly unknown[], digest: string, first: readonly number[]];
const { rows } = JSON.parse(readFileSync(new URL("golden/random.json", import.meta.url), "utf8")) as { rows: Row[] };

type Draw = (g: Generator, dtype: DType, shape: number[], a: number, b: number) => Strided;
const draws: { readonly [name: string]: Draw } = {
  rand,
  randn,
  uniform,
  normal,
  bernoulliScalar,
  exponential,
  randint,
  bernoulli: (g, dtype, shape, p) => bernoulli(g, fill(dtype, shape, p)),
};

function drawn(g: Generator, name: string, args: readonly unknown[]): Strided {
  if (name === "randperm") return randperm(g, args[0] as number);
  if (name !== "multinomial") return draws[name]!(g, ...(args as [DType, number[], number, number]));
  const [dtype, weights, count, replacement] = args as [DType, number[][], number, boolean];
  return multinomial(g, tensor(dtype, [weights.length, weights[0]!.length], weights.flat()), count, replacement);
}

// glibc's double logarithms and sines are not ours to the last bit.
const nearly = (name: string, dtype: unknown) => dtype === "float64" && ["randn", "normal", "exponential"].includes(name);

test.each(rows.map((row) => [`${row[0]} ${JSON.stringify(row[2])}`, row] as const))("%s", (_, [name, seed, args, digest, first]) => {
  const g = new Generator(seed);
  const x = drawn(g, name, args);
  numbers(x)
    .slice(0, 3)
    .forEach((v, i) => {
      expect(Math.abs(v - first[i]!)).toBeLessThanOrEqual(nearly(name, x.dtype) ? 1e-15 * Math.max(1, Math.abs(v)) : 0);
    });
  if (nearly(name, x.dtype)) return;
  const bytes = x.storage.bytes().subarray(0, byteLength(x.dtype, numel(x.shape)));
  expect(createHash("sha256").update(bytes).digest("hex").slice(0, 16)).toBe(digest);
});

test("a generator starts again from its seed, and keeps the second of a normal pair", () => {
  const g = new Generator(5);
  const all = numbers(randn(g, "float32", [5]));
  expect(all[0]).toBe(-0.4867807626724243);
  expect(numbers(randn(g, "float32", [3]))).toEqual([1.9427834749221802, -1.4017020463943481, -0.7625571489334106]);
  expect(numbers(randn(g.manual_seed(5), "float32", [5]))).toEqual(all);
  expect(new Generator(-1).initial_seed()).toBe(2n ** 64n - 1n);
  expect(() => randint(g, "int64", [1], 3, 3)).toThrow(/core\/randint/);
});

test("multinomial refuses what is no distribution", () => {
  const g = new Generator(0);
  expect(() => multinomial(g, tensor("float32", [2], [1, -1]), 1, true)).toThrow(/core\/multinomial/);
  expect(() => multinomial(g, tensor("float32", [2], [1, Number.NaN]), 1, true)).toThrow(/negative, infinite or NaN/);
  expect(() => multinomial(g, tensor("float32", [2], [0, 0]), 3, true)).toThrow(/all weights of a row are 0/);
  expect(() => multinomial(g, tensor("float32", [2], [1, 1]), 3, false)).toThrow(/3 draws from 2 categories/);
});

test("a seeded run draws what its seed says, and leaves the default generator where it was", () => {
  defaultGenerator.manual_seed(3);
  numbers(randn(defaultGenerator, "float32", [3])); // a second normal number waits
  const { words, ...at } = defaultGenerator.state();
  const inside = seeded(5, () => numbers(randn(defaultGenerator, "float32", [5])));
  expect(inside[0]).toBe(-0.4867807626724243);
  expect(defaultGenerator.state()).toEqual({ words, ...at });
  expect(() => seeded(5, () => randint(defaultGenerator, "int64", [1], 3, 3))).toThrow(/core\/randint/);
  expect(defaultGenerator.state()).toEqual({ words, ...at });
});
