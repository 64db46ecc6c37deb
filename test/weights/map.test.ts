/** Cast and per-channel affine, piece by piece, are what the whole tensor's would be. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { cast } from "../../src/core/ops/elementwise.ts";
import { bufferSource, loadStrided, stridedSource } from "../../src/weights/basic.ts";
import { castSource, scaleShiftSource } from "../../src/weights/map.ts";
import { readAll } from "../../src/weights/source.ts";

const floats = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 5000 });
const bytes = (x: Uint8Array): number[] => [...x];

test.each(["float16", "bfloat16", "float64", "int64", "bool", "float8_e4m3fn", "uint8"] as const)("float32 to %s", (dtype) => {
  fc.assert(
    fc.property(floats, fc.nat(4), (values, cut) => {
      const source = bufferSource("float32", [values.length], Float32Array.from(values));
      const wanted = readAll(stridedSource(cast(loadStrided(source), dtype)), 1 << 20);
      const got = castSource(source, dtype);
      expect(bytes(readAll(got, 1 << 20))).toEqual(bytes(wanted));
      const begin = Math.min(cut, wanted.length);
      const pieces = Array.from(got.chunks(4096, begin), (p) => Buffer.from(p));
      expect(bytes(Buffer.concat(pieces))).toEqual(bytes(wanted.subarray(begin)));
    }),
    { numRuns: 20 },
  );
});

test("float16 to float32 and back keeps every bit", () => {
  const all = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
  const back = castSource(castSource(bufferSource("float16", [all.length], all), "float32"), "float16");
  expect(bytes(readAll(back, 1 << 20))).toEqual(bytes(new Uint8Array(all.buffer)));
});

test.each([0, 1, 2])("scale and shift along dim %i", (dim) => {
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
      fc.nat(100),
      (shape, at) => {
        const n = shape[0] * shape[1] * shape[2];
        const x = Float32Array.from({ length: n }, (_, i) => Math.sin(i));
        const channels = shape[dim] as number;
        const scale = Float32Array.from({ length: channels }, (_, i) => 1 + i / 3);
        const shift = Float32Array.from({ length: channels }, (_, i) => i / 7);
        const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
        const channel = (i: number): number => Math.floor(i / inner) % channels;
        const wanted = x.map((v, i) => Math.fround(Math.fround(v * (scale[channel(i)] as number)) + (shift[channel(i)] as number)));
        const source = scaleShiftSource(bufferSource("float32", shape, x), dim, { scale, shift });
        const begin = Math.min(at, n) * 4;
        const got = Buffer.concat(Array.from(source.chunks(4096, begin), (p) => Buffer.from(p)));
        expect([...new Float32Array(new Uint8Array(got).buffer)]).toEqual([...wanted.subarray(begin / 4)]);
      },
    ),
  );
});

test.each(["float16", "bfloat16", "float64"] as const)("scale in %s rounds once", (dtype) => {
  const x = Float32Array.of(1, -2, 3, 1.5, 0.3333, 7);
  const source = castSource(bufferSource("float32", [2, 3], x), dtype);
  const scaled = castSource(scaleShiftSource(source, 0, { scale: [2, 4], shift: null }), "float32");
  const wide = new Float32Array(readAll(castSource(source, "float32"), 100).buffer);
  expect([...new Float32Array(readAll(scaled, 100).buffer)]).toEqual([...wide].map((v, i) => v * (i < 3 ? 2 : 4)));
});

test("what cannot be computed is refused", () => {
  const ints = bufferSource("int32", [2], new Int32Array(2));
  expect(() => scaleShiftSource(ints, 0, { scale: [1, 2], shift: null })).toThrow("weights/dtype");
  const floats = bufferSource("float32", [2], new Float32Array(2));
  expect(() => scaleShiftSource(floats, 0, { scale: [1], shift: null })).toThrow("got 1 scales and no shifts");
});
