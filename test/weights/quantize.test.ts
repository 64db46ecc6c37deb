/** Quantized weights are what ONNX's formulas give, number by number, for every granularity, type and budget. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { numel } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import { reshapeSource, transposeSource } from "../../src/weights/derive.ts";
import { fileSource } from "../../src/weights/file.ts";
import { closeFile } from "../../src/weights/files.ts";
import { type Granularity, groupAt, groupsOf } from "../../src/weights/groups.ts";
import { castSource } from "../../src/weights/map.ts";
import { dequantizeSource, quantize, quantizeSource } from "../../src/weights/quantize.ts";
import { readAll, source, type TensorSource } from "../../src/weights/source.ts";

const dir = mkdtempSync(join(tmpdir(), "quantize-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});

const floats = (of: TensorSource): number[] => [...new Float32Array(readAll(castSource(of, "float32"), 1 << 26).buffer)];
const tensor = (shape: readonly number[], values: readonly number[]): TensorSource =>
  bufferSource("float32", shape, Float32Array.from(values));

/** The parameter of element `i`, by index arithmetic on the shape. */
function parameterOf(shape: readonly number[], { axis = null, block = null }: Granularity, i: number): number {
  if (axis === null) return 0;
  const inner = numel(shape.slice(axis + 1));
  const size = shape[axis] as number;
  const [outer, index, rest] = [Math.floor(i / (size * inner)), Math.floor(i / inner) % size, i % inner];
  if (block === null) return index;
  return (outer * Math.ceil(size / block) + Math.floor(index / block)) * inner + rest;
}

const even = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
const limits: { readonly [dtype: string]: [number, number] } = {
  int8: [-128, 127],
  uint8: [0, 255],
  int4: [-8, 7],
  uint4: [0, 15],
  int2: [-2, 1],
  uint2: [0, 3],
};
const largest: { readonly [dtype: string]: number } = {
  float8_e4m3fn: 448,
  float8_e4m3fnuz: 240,
  float8_e5m2: 57344,
  float8_e5m2fnuz: 57344,
  float4_e2m1: 6,
};

/** Far from where scales of float16 lose digits. */
const number = fc.integer({ min: -6400, max: 6400 }).map((n) => n / 64);
const cases = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      values: fc.array(number, { minLength: numel(shape), maxLength: numel(shape) }),
      axis: fc.option(fc.nat(shape.length - 1)),
      block: fc.option(fc.integer({ min: 1, max: 5 })),
      cut: fc.nat(30),
    }),
  )
  .map((c) => (c.axis === null ? { ...c, block: null } : c));

function piecewise(of: TensorSource, cut: number): void {
  const all = Buffer.from(readAll(of, 1 << 26));
  const begin = Math.min(cut, all.length);
  const got = Buffer.concat(Array.from(of.chunks(4096, begin), (p) => Buffer.from(p)));
  expect(got.equals(all.subarray(begin))).toBe(true);
}

test("groups are what the indices say", () => {
  fc.assert(
    fc.property(cases, ({ shape, axis, block }) => {
      const groups = groupsOf("x", shape, { axis, block });
      for (let i = 0; i < numel(shape); i++) {
        const inGroup = ((i % groups.row) % groups.group) / groups.inner;
        expect(groupAt(groups, i) * groups.count + (Math.floor(inGroup) % groups.count)).toBe(parameterOf(shape, { axis, block }, i));
      }
      expect(groups.total * groups.count).toBe(numel(groups.shape));
    }),
  );
});

describe.each(Object.keys(limits) as DType[])("to %s", (dtype) => {
  const [lo, hi] = limits[dtype] as [number, number];

  test.each([true, false])("with ranges of its own, symmetric: %s", (symmetric) => {
    fc.assert(
      fc.property(cases, fc.constantFrom<DType>("float32", "float16", "bfloat16"), ({ shape, values, axis, block, cut }, scaleType) => {
        const of = tensor(shape, values);
        const { data, scale, zero_point } = quantize(of, dtype, { axis, block, symmetric, scaleType });
        for (const s of zero_point === null ? [data, scale] : [data, scale, zero_point]) piecewise(s, cut);
        const [scales, zeros] = [floats(scale), zero_point && floats(zero_point)];
        expect(scale.dtype).toBe(scaleType);
        expect(zero_point?.dtype ?? dtype).toBe(dtype);
        expect(zero_point === null).toBe(symmetric && lo < 0);
        const codes = floats(data);
        const reach = Math.max(0, ...values.map(Math.abs));
        const bound = { float32: 1e-4, float16: 2e-3, bfloat16: 1e-2 }[scaleType as string] as number;
        floats(dequantizeSource(data, castSource(scale, "float32"), zero_point, { axis, block })).forEach((back, i) => {
          const p = parameterOf(shape, { axis, block }, i);
          const [s, z, x] = [scales[p] as number, zeros?.[p] ?? 0, Math.fround(values[i] as number)];
          expect(codes[i]).toBe(Math.min(Math.max(even(Math.fround(x / s)) + z, lo), hi));
          // A scale rounded down by its type lets the ends of the range lie outside, by as much of the range as it lost.
          expect(Math.abs(back - x)).toBeLessThanOrEqual(1.001 * s * (symmetric ? 0.5 : 1) + bound * reach);
        });
        // Given back, the same parameters give the same data.
        const again = quantizeSource(of, dtype, scale, zero_point, { axis, block });
        expect(floats(again)).toEqual(codes);
      }),
      { numRuns: 40 },
    );
  });
});

test.each(Object.keys(largest) as DType[])("to %s", (dtype) => {
  fc.assert(
    fc.property(cases, ({ shape, values, axis, block, cut }) => {
      const { data, scale, zero_point } = quantize(tensor(shape, values), dtype, { axis, block });
      expect(zero_point).toBeNull();
      piecewise(data, cut);
      const scales = floats(scale);
      const wanted = values.map((x, i) => {
        const q = Math.fround(Math.fround(x) / (scales[parameterOf(shape, { axis, block }, i)] as number));
        return Math.min(Math.max(q, -(largest[dtype] as number)), largest[dtype] as number);
      });
      expect(floats(data)).toEqual(floats(castSource(tensor(shape, wanted), dtype)));
    }),
    { numRuns: 30 },
  );
});

/** onnx 1.23, reference implementation of QuantizeLinear. */
test("numbers past the ends are held, halves go to even, NaN is the zero point", () => {
  const x = tensor([8], [-1000, -2.5, -1.5, 0.5, 1.5, 2.5, 1000, Number.NaN]);
  const scale = tensor([], [1]);
  const zero = bufferSource("uint8", [], Uint8Array.of(100));
  expect(floats(quantizeSource(x, "uint8", scale, zero))).toEqual([0, 98, 98, 100, 102, 102, 255, 100]);
  expect(floats(quantizeSource(x, "int4", tensor([1], [0.5])))).toEqual([-8, -5, -3, 1, 3, 5, 7, 0]);
});

test("large weights: in pieces, from a file, transposed, wherever groups end", () => {
  const shape = [350, 300];
  const values = Float32Array.from({ length: 105_000 }, (_, i) => Math.sin(i) * (1 + (i % 1000)));
  const path = join(dir, "w");
  writeFileSync(path, values);
  const inFile = fileSource({ file: path, offset: 0, dtype: "float32", shape, name: "w" });
  const inMemory = bufferSource("float32", shape, values);
  const turned = transposeSource(bufferSource("float32", [300, 350], readAll(transposeSource(inFile, [1, 0]), 1 << 21)), [1, 0]);
  for (const granularity of [{}, { axis: 0 }, { axis: 1 }, { axis: 0, block: 64 }, { axis: 1, block: 32 }, { axis: 1, block: 100 }]) {
    const wanted = floats(quantize(inMemory, "int4", granularity).data);
    const scales = floats(quantize(inMemory, "int4", granularity).scale);
    for (const of of [inFile, turned]) {
      const { data, scale } = quantize(of, "int4", granularity);
      const pieces = Buffer.concat(Array.from(data.chunks(64 << 10), (p) => Buffer.from(p)));
      expect(floats(bufferSource("int4", shape, pieces))).toEqual(wanted);
      expect(floats(scale)).toEqual(scales);
    }
  }
});

test("a weight is read once for its ranges, which serve scales and zero points too, and once for the data", () => {
  let passes = 0;
  const of = source({
    name: "counted",
    dtype: "float32",
    shape: [64, 64],
    key: null,
    *pieces(_, begin, end) {
      passes++;
      yield new Uint8Array(new Float32Array(4096).fill(1).buffer).subarray(begin, end);
    },
  });
  const { data, scale, zero_point } = quantize(of, "uint4", { axis: 1, block: 32, symmetric: false });
  for (const part of [data, scale, zero_point as TensorSource]) readAll(part, 1 << 20);
  expect(passes).toBe(2);
});

test("nothing, zeros, and descriptions of the same weight", () => {
  const none = quantize(tensor([0, 4], []), "int8", { axis: 0, block: 2 });
  expect([none.data.nbytes, none.scale.nbytes]).toEqual([0, 0]);
  expect(floats(quantize(tensor([0], []), "int8").scale)).toEqual([1]);
  const { data, scale } = quantize(tensor([2, 2], [0, 0, 1, 2]), "int8", { axis: 0 });
  expect([floats(data), floats(scale)]).toEqual([
    [0, 0, 64, 127],
    [1, Math.fround(2 / 127)],
  ]);
  const w = tensor([4], [1, 2, 3, 4]);
  expect(quantize(w, "int8").data.key).toBe(quantize(w, "int8").data.key);
  const keys = [quantize(w, "int8"), quantize(w, "uint8"), quantize(w, "int8", { axis: 0 })].flatMap((q) => [q.data.key, q.scale.key]);
  expect(new Set(keys).size).toBe(6);
  const bound = quantize(w, "int8").data.rebind(new Map([[w, tensor([4], [1, 0, 0, 4])]]));
  expect(floats(bound)).toEqual([32, 0, 0, 127]);
});

test.each<[string, () => unknown, string]>([
  ["inf", () => readAll(quantize(tensor([2], [1, Infinity]), "int8").data, 10), "weights/quantize"],
  ["NaN", () => readAll(quantize(tensor([2], [1, Number.NaN]), "int8").scale, 10), "NaN"],
  [
    "a scale past float16",
    () => readAll(quantize(tensor([1], [3e38]), "int8", { scaleType: "float16" }).scale, 10),
    "a scale is Infinity in float16",
  ],
  ["an axis that is none", () => quantize(tensor([2], [1, 2]), "int8", { axis: 1 }), "there is no axis 1 in [2]"],
  ["blocks of nothing", () => quantize(tensor([2], [1, 2]), "int8", { axis: 0, block: 0 }), "blocks of 0 elements"],
  ["blocks along no axis", () => quantize(tensor([2], [1, 2]), "int8", { block: 2 }), "give the axis"],
  ["a target that is none", () => quantize(tensor([2], [1, 2]), "int32"), "weights/dtype"],
  ["zero points of floats", () => quantize(tensor([2], [1, 2]), "float8_e4m3fn", { symmetric: false }), "floats have no zero point"],
  ["scales that do not fit", () => quantizeSource(tensor([2], [1, 2]), "int8", tensor([3], [1, 2, 3])), "float32[3], wanted []"],
  [
    "zero points of another type",
    () => quantizeSource(tensor([2], [1, 2]), "int8", tensor([], [1]), bufferSource("uint8", [], Uint8Array.of(1))),
    "zero points are uint8",
  ],
])("%s is refused", (_, make, message) => {
  expect(make).toThrow(message);
});

test("a reshaped weight has the blocks of its new shape", () => {
  const w = reshapeSource(tensor([6], [1, 2, 3, 4, 5, 6]), [2, 3]);
  expect(floats(quantize(w, "int8", { axis: 1, block: 2 }).scale).map((s) => Math.round(s * 127))).toEqual([2, 3, 5, 6]);
});
