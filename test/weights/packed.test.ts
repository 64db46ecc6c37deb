/** Packed elements: to bytes and back, moved, cast, and in the core's memory; the low bits come first, what is behind the last is zero. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contiguousStrides, numel } from "../../src/core/strided.ts";
import { type DType, dtypes } from "../../src/dtype.ts";
import { bufferSource, loadStrided, stridedSource } from "../../src/weights/basic.ts";
import { concatSource, expandSource, reshapeSource, sliceSource, transposeSource } from "../../src/weights/derive.ts";
import { castSource } from "../../src/weights/map.ts";
import { packSource, unpackedType, unpackSource } from "../../src/weights/packed.ts";
import { readAll, type TensorSource } from "../../src/weights/source.ts";

const packed = ["int4", "uint4", "int2", "uint2", "float4_e2m1"] as const;
const bits = (dtype: DType): number => dtypes[dtype].size * 8;

/** Bytes of `values`, one by one as the format says. */
function naive(dtype: DType, values: readonly number[]): number[] {
  const per = 8 / bits(dtype);
  const bytes = new Array<number>(Math.ceil(values.length / per)).fill(0);
  values.forEach((v, i) => {
    const at = Math.floor(i / per);
    bytes[at] = (bytes[at] as number) | ((v & (2 ** bits(dtype) - 1)) << ((i % per) * bits(dtype)));
  });
  return bytes;
}
const range = (dtype: DType): [number, number] =>
  dtypes[dtype].kind === "int" ? [-(2 ** (bits(dtype) - 1)), 2 ** (bits(dtype) - 1) - 1] : [0, 2 ** bits(dtype) - 1];
const element = (dtype: DType): fc.Arbitrary<number> => fc.integer({ min: range(dtype)[0], max: range(dtype)[1] });
const sourceOf = (dtype: DType, shape: readonly number[], values: readonly number[]): TensorSource =>
  bufferSource(dtype, shape, Uint8Array.from(naive(dtype, values)));

function values(of: TensorSource): number[] {
  const bytes = readAll(unpackSource(of), 1 << 20);
  return [...(dtypes[of.dtype].kind === "int" ? new Int8Array(bytes.buffer) : bytes)];
}
/** All bytes, and the same in pieces of a small budget from byte `cut` on. */
function bytesOf(of: TensorSource, cut = 0): number[] {
  const all = [...readAll(of, 1 << 20)];
  const begin = Math.min(cut, all.length);
  expect([...Buffer.concat(Array.from(of.chunks(4096, begin), (p) => Buffer.from(p)))]).toEqual(all.slice(begin));
  return all;
}

describe.each(packed)("%s", (dtype) => {
  const list = fc.array(element(dtype), { maxLength: 9000 });

  test("unpack gives the elements, pack the bytes again", () => {
    fc.assert(
      fc.property(list, fc.nat(300), (elements, cut) => {
        const source = sourceOf(dtype, [elements.length], elements);
        const unpacked = unpackSource(source);
        expect(unpacked.dtype).toBe(unpackedType(dtype));
        expect(values(source)).toEqual(elements);
        expect(bytesOf(packSource(unpacked, dtype), cut)).toEqual(naive(dtype, elements));
        bytesOf(unpacked, cut);
      }),
      { numRuns: 30 },
    );
  });

  test("every byte unpacks and packs to itself", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const source = bufferSource(dtype, [256 * (8 / bits(dtype))], all);
    expect(bytesOf(packSource(unpackSource(source), dtype))).toEqual([...all]);
  });

  test("the core holds a byte for each", () => {
    fc.assert(
      fc.property(list, (elements) => {
        const x = loadStrided(sourceOf(dtype, [elements.length], elements));
        expect(x.storage.nbytes).toBe(elements.length);
        expect([...readAll(stridedSource(x), 1 << 20)]).toEqual(naive(dtype, elements));
      }),
      { numRuns: 20 },
    );
  });

  test("moved like other elements, wherever bytes begin", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(shape, fc.nat(2), fc.nat(40), fc.infiniteStream(element(dtype)), (dims, at, cut, stream) => {
        const dim = at % dims.length;
        const elements = [...stream.take(numel(dims))];
        const source = sourceOf(dtype, dims, elements);
        const wide = bufferSource("int8", dims, Int8Array.from(elements));
        const d = dims[dim] as number;
        const perm = [...dims.keys()].reverse();
        for (const move of [
          (s: TensorSource) => transposeSource(s, perm),
          (s: TensorSource) => sliceSource(s, dim, 0, Math.ceil(d / 2)),
          (s: TensorSource) => sliceSource(s, dim, d - 1, -1, -1),
          (s: TensorSource) => sliceSource(s, dim, Math.min(1, d - 1), d),
          (s: TensorSource) => reshapeSource(s, [numel(dims), 1]),
          (s: TensorSource) => expandSource(sliceSource(s, dim, d - 1, d), [2, ...dims]),
          (s: TensorSource) => concatSource([s, sliceSource(s, dim, 0, 1), s], dim),
        ]) {
          const wanted = [...new Int8Array(readAll(move(wide), 1 << 20).buffer)];
          expect(bytesOf(move(source), cut)).toEqual(naive(dtype, wanted));
        }
        expect(contiguousStrides(dims)).toHaveLength(dims.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe("casts", () => {
  test.each<[DType, DType, number[], number[]]>([
    ["int8", "int4", [-8, -1, 7, 8, 127, -9], [-8, -1, 7, -8, -1, 7]],
    ["float32", "int4", [-7.9, 3.5, 8], [-7, 3, -8]],
    ["float32", "uint2", [0, 1.9, 3, 4], [0, 1, 3, 0]],
    ["uint4", "int4", [0, 7, 8, 15], [0, 7, -8, -1]],
    ["int2", "int4", [-2, -1, 0, 1], [-2, -1, 0, 1]],
  ])("%s to %s wraps", (from, to, given, wanted) => {
    const floats = bufferSource("float32", [given.length], Float32Array.from(given));
    expect(values(castSource(castSource(floats, from), to))).toEqual(wanted);
  });

  /** ml_dtypes 0.6: numpy.float32 to float4_e2m1fn. */
  test("float4_e2m1 rounds to even and saturates", () => {
    const given = Float32Array.of(NaN, Infinity, -Infinity, 7, 5, 5.1, -0, 0.25, -0.2, 0.75, 1.25, 1.75, 2.5, 3.5);
    const cast = castSource(bufferSource("float32", [given.length], given), "float4_e2m1");
    expect(values(cast)).toEqual([8, 7, 15, 7, 6, 7, 8, 0, 8, 2, 2, 4, 4, 6]);
    const back = readAll(castSource(cast, "float32"), 100);
    expect([...new Float32Array(back.buffer)]).toEqual([-0, 6, -6, 6, 4, 6, -0, 0, -0, 1, 1, 2, 2, 4]);
  });

  /** torch 2.13: float32 to float8_e8m0fnu. */
  test("float8_e8m0fnu is a power of two", () => {
    const given = Float32Array.of(0, 1e-45, 2 ** -127, 0.75 * 2 ** -127, 2 ** -126, 1, 1.5, 1.4999, 3, Infinity, -2, 3.4e38);
    const cast = castSource(bufferSource("float32", [given.length], given), "float8_e8m0fnu");
    expect(bytesOf(cast)).toEqual([0, 0, 0, 0, 1, 127, 128, 127, 129, 255, 128, 255]);
    const back = new Float32Array(readAll(castSource(cast, "float32"), 100).buffer);
    expect([...back].slice(0, 6)).toEqual([2 ** -127, 2 ** -127, 2 ** -127, 2 ** -127, 2 ** -126, 1]);
    expect(back[9]).toBeNaN();
  });
});
