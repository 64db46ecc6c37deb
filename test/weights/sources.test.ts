/** Sources yield the bytes of the tensor that they describe, whole and in any range, and refuse what is not in their file. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { contiguousStrides, numel } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { bufferSource, fakeSource, loadStrided, stridedSource } from "../../src/weights/basic.ts";
import { concatSource, expandSource, reshapeSource, sliceSource, transposeSource } from "../../src/weights/derive.ts";
import { fileSource } from "../../src/weights/file.ts";
import { closeFile } from "../../src/weights/files.ts";
import { readAll, readsOf, type TensorSource } from "../../src/weights/source.ts";

const dir = mkdtempSync(join(tmpdir(), "weights-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});

const sizes = { uint8: 1, float16: 2, float32: 4, float64: 8, complex128: 16 } as const;
const dtype = fc.constantFrom<keyof typeof sizes>("uint8", "float16", "float32", "float64", "complex128");
const shapes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 });

/** Bytes that tell their element and byte apart. */
function pattern(elements: number, size: number): Uint8Array {
  const bytes = new Uint8Array(elements * size);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (Math.floor(i / size) * 31 + (i % size) * 7) & 255;
  return bytes;
}

/** The elements at offset + index . strides, one by one. */
function naive(bytes: Uint8Array, size: number, shape: readonly number[], strides: readonly number[], offset: number): number[] {
  const out: number[] = [];
  const walk = (d: number, at: number): void => {
    if (d === shape.length) out.push(...bytes.subarray(at * size, (at + 1) * size));
    else for (let i = 0; i < (shape[d] as number); i++) walk(d + 1, at + i * (strides[d] as number));
  };
  walk(0, offset);
  return out;
}

function expectBytes(source: TensorSource, wanted: readonly number[], budget: number, cut: number): void {
  expect([...readAll(source, 1 << 30)]).toEqual(wanted);
  const begin = Math.floor(cut * source.nbytes);
  const end = begin + Math.floor((1 - cut) * (source.nbytes - begin));
  const got: number[] = [];
  for (const piece of source.chunks(budget, begin, end)) {
    expect(piece.length).toBeLessThanOrEqual(budget);
    got.push(...piece);
  }
  expect(got).toEqual(wanted.slice(begin, end));
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe("derived sources", () => {
  test("transpose", () => {
    const perm = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length })),
    );
    fc.assert(
      fc.property(dtype, perm, fraction, (type, [shape, order], cut) => {
        const bytes = pattern(numel(shape), sizes[type]);
        const strides = contiguousStrides(shape);
        const pick = (of: readonly number[]): number[] => order.map((d) => of[d] as number);
        const source = transposeSource(bufferSource(type, shape, bytes), order);
        expect(source.shape).toEqual(pick(shape));
        expectBytes(source, naive(bytes, sizes[type], pick(shape), pick(strides), 0), 4096, cut);
      }),
    );
  });

  test.each([1, 2, 4, 8])("a large transpose of %i-byte elements, in boxes that do not fit the budget", (size) => {
    const [rows, cols] = [517, 301];
    const bytes = pattern(rows * cols, size);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2654435761) >>> 13;
    const type = { 1: "uint8", 2: "float16", 4: "float32", 8: "float64" }[size] as DType;
    const path = join(dir, `large${size}`);
    writeFileSync(path, bytes);
    const wanted = Buffer.from(naive(bytes, size, [cols, rows], [1, cols], 0));
    const inFile = fileSource({ file: path, offset: 0, dtype: type, shape: [rows, cols], name: "w" });
    for (const of of [bufferSource(type, [rows, cols], bytes), inFile]) {
      for (const budget of [16 << 10, 200 << 10, 64 << 20]) {
        const got = Buffer.concat(Array.from(transposeSource(of, [1, 0]).chunks(budget), (p) => Buffer.from(p)));
        expect(got.equals(wanted)).toBe(true);
      }
    }
  });

  test("slice with any step, expand, reshape", () => {
    const cases = shapes
      .filter((s) => s.length > 0 && s.every((d) => d > 0))
      .chain((shape) =>
        fc.tuple(
          fc.constant(shape),
          fc.nat(shape.length - 1),
          fc.integer({ min: -3, max: 3 }).filter((s) => s !== 0),
        ),
      );
    fc.assert(
      fc.property(dtype, cases, fraction, (type, [shape, dim, step], cut) => {
        const size = sizes[type];
        const bytes = pattern(numel(shape), size);
        const d = shape[dim] as number;
        const strides = contiguousStrides(shape);
        const [start, end] = step > 0 ? [Math.min(1, d - 1), d] : [d - 1, -1];
        const n = Math.ceil((end - start) / step);
        const sliced = sliceSource(bufferSource(type, shape, bytes), dim, start, end, step);
        const view = strides.with(dim, (strides[dim] as number) * step);
        const wanted = naive(bytes, size, shape.with(dim, n), view, start * (strides[dim] as number));
        expectBytes(sliced, wanted, 4096, cut);
        expectBytes(reshapeSource(sliced, [numel(sliced.shape)]), wanted, 4096, cut);
        const one = sliceSource(bufferSource(type, shape, bytes), dim, 0, 1);
        const wide = expandSource(one, [2, ...shape]);
        expectBytes(wide, naive(bytes, size, [2, ...shape], [0, ...strides.with(dim, 0)], 0), 4096, cut);
      }),
    );
  });

  test("concat", () => {
    const cases = shapes
      .filter((s) => s.length > 0)
      .chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), fc.array(fc.nat(5), { minLength: 1, maxLength: 3 })));
    fc.assert(
      fc.property(dtype, cases, fraction, (type, [shape, dim, widths], cut) => {
        const size = sizes[type];
        const whole = shape.with(
          dim,
          widths.reduce((a, b) => a + b, 0),
        );
        const bytes = pattern(numel(whole), size);
        const all = bufferSource(type, whole, bytes);
        let at = 0;
        const parts = widths.map((w) => {
          const part = sliceSource(all, dim, at, at + w);
          at += w;
          return part;
        });
        expectBytes(concatSource(parts, dim), [...bytes], 4096, cut);
      }),
    );
  });

  test("keys say what was done, so equal descriptions are equal bytes", () => {
    const a = bufferSource("float32", [2, 3], new Float32Array(6));
    expect(transposeSource(a, [1, 0]).key).toBe(transposeSource(a, [1, 0]).key);
    expect(transposeSource(a, [1, 0]).key).not.toBe(a.key);
    expect(reshapeSource(a, [3, 2]).key).not.toBe(transposeSource(a, [1, 0]).key);
  });

  test("what does not fit is refused", () => {
    const a = bufferSource("float32", [2, 3], new Float32Array(6), "w");
    expect(() => transposeSource(a, [0, 0])).toThrow("weights/shape");
    expect(() => sliceSource(a, 1, 0, 4)).toThrow("weights/shape");
    expect(() => reshapeSource(a, [7])).toThrow("weights/shape");
    expect(() => concatSource([a, bufferSource("int32", [2, 3], new Int32Array(6))], 0)).toThrow("int32[2, 3] does not fit float32[2, 3]");
    expect(() => bufferSource("float32", [2, 3], new Float32Array(5), "w")).toThrow("w: float32[2, 3] takes 24 bytes, got 20");
    expect(() => readAll(a, 23)).toThrow("weights/limit");
    expect(() => [...a.chunks(16)]).toThrow("weights/budget");
    expect(() => readAll(fakeSource("float32", [2], "encoder.weight"), 100)).toThrow(/encoder.weight .* is fake.*\n.*apply_weights/);
  });
});

describe("files", () => {
  test("strided views of a storage, with and without room in the budget", () => {
    const views = fc.record({
      shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
      seed: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
      storage_offset: fc.nat(5),
    });
    const path = join(dir, "storage");
    const bytes = pattern(600, 4);
    writeFileSync(path, Buffer.concat([Buffer.from("head"), bytes, Buffer.from("tail")]));
    fc.assert(
      fc.property(views, fraction, ({ shape, seed, storage_offset }, cut) => {
        const strides = shape.map((_, i) => seed[i] as number);
        const make = (): TensorSource =>
          fileSource({ file: path, offset: 4, length: 2400, dtype: "float32", shape, strides, storage_offset, name: "w" });
        const last = shape.reduce((at, d, i) => at + (d - 1) * (strides[i] as number), storage_offset);
        if (last < 600) expectBytes(make(), naive(bytes, 4, shape, strides, storage_offset), 4096, cut);
        else expect(make).toThrow("weights/range");
      }),
    );
  });

  test("a contiguous range is said to be one; its bytes are what the file has", () => {
    const path = join(dir, "range");
    writeFileSync(path, pattern(100, 1));
    const source = fileSource({
      file: path,
      offset: 10,
      dtype: "uint8",
      shape: [4, 5],
      strides: [5, 1],
      storage_offset: 2,
      length: 30,
      name: "w",
    });
    expect(source.range?.offset).toBe(12);
    expect([...readAll(source, 100)]).toEqual([...pattern(100, 1).subarray(12, 32)]);
    expect(reshapeSource(source, [20]).range?.offset).toBe(12);
    expect(sliceSource(source, 0, 1, 3).range?.offset).toBe(17);
    expect(sliceSource(source, 1, 1, 3).range).toBeNull();
  });

  test("reading a view counts as reading the file's tensor, however the bytes come", () => {
    const path = join(dir, "counted");
    writeFileSync(path, pattern(24, 4));
    const make = (): TensorSource => fileSource({ file: path, offset: 0, dtype: "float32", shape: [4, 6], name: "w" });
    for (const view of [
      (w: TensorSource) => w,
      (w: TensorSource) => transposeSource(w, [1, 0]),
      (w: TensorSource) => sliceSource(reshapeSource(w, [2, 2, 6]), 0, 1, 2),
    ]) {
      const w = make();
      expect(readsOf(w)).toBe(0);
      loadStrided(view(w));
      expect(readsOf(w)).toBeGreaterThan(0);
    }
  });
  test("ranges outside the file, missing files and changed files are refused by name", () => {
    const path = join(dir, "short");
    writeFileSync(path, pattern(16, 1));
    const w = (offset: number, shape: number[]) => fileSource({ file: path, offset, dtype: "float32", shape, name: "layer.weight" });
    expect(() => w(4, [4])).toThrow(/weights\/range.*layer.weight: bytes 4 to 20 are not inside .*short, which has 16 bytes/);
    expect(() => w(-4, [4])).toThrow("weights/range");
    expect(() => w(Number.MAX_SAFE_INTEGER, [4])).toThrow("weights/range");
    expect(() => w(0, [2 ** 30, 2 ** 30])).toThrow("weights/shape");
    expect(() => w(0, [-1])).toThrow("weights/shape");
    expect(() => fileSource({ file: join(dir, "none"), offset: 0, dtype: "float32", shape: [1], name: "w" })).toThrow("weights/file");
    expect(() => fileSource({ file: dir, offset: 0, dtype: "float32", shape: [1], name: "w" })).toThrow("it is not a file");
    const before = w(0, [4]);
    writeFileSync(path, pattern(32, 1));
    expect(() => readAll(before, 100)).toThrow(/weights\/changed.*layer.weight/);
    expect(readAll(w(0, [8]), 100).length).toBe(32);
  });

  test("more files than descriptors", () => {
    const sources = Array.from({ length: 40 }, (_, i) => {
      const path = join(dir, `many${i}`);
      writeFileSync(path, Uint8Array.of(i, i + 1));
      return fileSource({ file: path, offset: 0, dtype: "uint8", shape: [2], name: `w${i}` });
    });
    for (let round = 0; round < 2; round++) {
      for (const [i, s] of sources.entries()) expect([...readAll(s, 2)]).toEqual([i, i + 1]);
    }
  });
});

test("to the core's memory and back", () => {
  const x = loadStrided(bufferSource("int64", [3], BigInt64Array.of(1n, -2n, 3n)));
  expect(new BigInt64Array(readAll(stridedSource(x), 100).buffer)).toEqual(BigInt64Array.of(1n, -2n, 3n));
});
