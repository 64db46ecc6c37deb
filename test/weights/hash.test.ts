/** Hashes: XXH64 by the vectors of its reference implementation, whole and in any pieces; SHA-256. */

import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { core } from "../../src/core/door.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import { sha256, xxh64 } from "../../src/weights/hash.ts";
import { castSource } from "../../src/weights/map.ts";

const prime = 2654435761;
/** The bytes that xxhsum's self-check hashes (https://github.com/Cyan4973/xxHash, cli/xsum_sanity_check.c of 0.7). */
function sanity(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let generator = BigInt(prime);
  for (let i = 0; i < length; i++) {
    bytes[i] = Number(generator >> 56n);
    generator = BigInt.asUintN(64, generator * 11400714785074694797n);
  }
  return bytes;
}

test.each<[number, number, string]>([
  [0, 0, "ef46db3751d8e999"],
  [0, prime, "ac75fda2929b17ef"],
  [1, 0, "e934a84adb052768"],
  [1, prime, "5014607643a9b4c3"],
  [4, 0, "9136a0dca57457ee"],
  [14, 0, "8282dcc4994e35c8"],
  [14, prime, "c3bd6bf63deb6df0"],
  [222, 0, "b641ae8cb691c174"],
  [222, prime, "20cb8ab7ae10c14a"],
])("XXH64 of %i bytes, seed %i", (length, seed, wanted) => {
  expect(
    xxh64([sanity(length)], seed)
      .toString(16)
      .padStart(16, "0"),
  ).toBe(wanted);
});

test.each([
  ["abc", "44bc2cf5ad770999"],
  ["Nobody inspects the spammish repetition", "fbcea83c8a378bf1"],
])("XXH64 of %s", (text, wanted) => {
  expect(xxh64([Buffer.from(text)]).toString(16)).toBe(wanted);
});

test("pieces hash as the whole does, wherever they lie", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (pieces) => {
      const whole = xxh64([Buffer.concat(pieces)]);
      expect(xxh64(pieces)).toBe(whole);
      const { epoch } = core;
      const inCore = pieces.map((p) => {
        const ptr = core.alloc(p.length);
        core.view(ptr, p.length, epoch).set(p);
        return { ptr, length: p.length };
      });
      const views = function* (): Generator<Uint8Array> {
        for (const { ptr, length } of inCore) yield core.view(ptr, length, epoch);
      };
      expect(xxh64(views())).toBe(whole);
      for (const { ptr } of inCore) core.free(ptr, epoch);
    }),
  );
  const large = sanity(300_000);
  expect(xxh64([large])).toBe(xxh64([large.subarray(0, 70_001), large.subarray(70_001)]));
});

test("SHA-256 of a payload", () => {
  const floats = Float32Array.of(1, 2, 3);
  const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  const of = bufferSource("float32", [3], floats);
  expect(sha256(of, 4096)).toBe(digest(new Uint8Array(floats.buffer)));
  expect(sha256(castSource(of, "float64"), 4096)).toBe(digest(new Uint8Array(Float64Array.from(floats).buffer)));
});
