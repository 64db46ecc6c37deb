/** safetensors: what the format allows is read, what it forbids is refused with the tensor's name. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { OnnxExporterError } from "../../src/errors.ts";
import { closeFile } from "../../src/weights/files.ts";
import { readSafetensors } from "../../src/weights/safetensors.ts";
import { readAll } from "../../src/weights/source.ts";

const dir = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});

function file(header: object | string, data: number, length?: number): string {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(length ?? text.length));
  const path = join(dir, `case${readdirSync(dir).length}.safetensors`);
  writeFileSync(path, Buffer.concat([head, text, Buffer.from(Array.from({ length: data }, (_, i) => i & 255))]));
  return path;
}
const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

const short = (): string => {
  const path = join(dir, "short");
  writeFileSync(path, "abc");
  return path;
};

test("names, dtypes, shapes, bytes and metadata", () => {
  const path = file(
    { __metadata__: { format: "pt" }, b: f32(4, 12, [1, 2]), a: { dtype: "I64", shape: [], data_offsets: [12, 20] }, c: f32(0, 4) },
    20,
  );
  const { tensors, metadata } = readSafetensors(path);
  expect([...tensors.keys()]).toEqual(["b", "a", "c"]);
  expect(metadata.get("format")).toBe("pt");
  expect(tensors.get("a")).toMatchObject({ dtype: "int64", shape: [], nbytes: 8 });
  expect([...readAll(tensors.get("b")!, 100)]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
});

test.each<[string, () => string, string | RegExp]>([
  ["too short", short, "too few for a header"],
  ["a header longer than the file", () => file({}, 0, 1e6), /claims 1000000 bytes/],
  ["a header that is not JSON", () => file("{", 0), "not JSON"],
  ["a header that is no object", () => file("[]", 0), "is not a JSON object"],
  ["a dtype that is none", () => file({ w: { ...f32(0, 4), dtype: "F31" } }, 4), /dtype\/unknown.*tensor w.*F31/],
  ["a tensor behind the end", () => file({ w: f32(0, 8) }, 4), "tensor w lies at bytes 0 to 8 of the data, which has 4"],
  ["offsets that do not fit the shape", () => file({ w: f32(0, 8, [3]) }, 8), /tensor w is F32\[3\], 12 bytes/],
  ["an overlap", () => file({ a: f32(0, 8), w: f32(4, 12) }, 12), "tensor w begins at byte 4, but tensor a ends at 8"],
  ["a hole", () => file({ a: f32(0, 4), w: f32(8, 12) }, 12), "tensor w begins at byte 8, but tensor a ends at 4"],
  ["bytes of no tensor", () => file({ w: f32(0, 4) }, 6), "2 bytes behind tensor w"],
  ["a negative dim", () => file({ w: f32(0, 4, [-1]) }, 4), "tensor w has shape [-1]"],
  ["a shape that overflows", () => file({ w: f32(0, 4, [2 ** 52, 2 ** 52]) }, 4), "tensor w"],
])("%s is refused", (_, make, message) => {
  const path = make();
  expect(() => readSafetensors(path)).toThrow(OnnxExporterError);
  expect(() => readSafetensors(path)).toThrow(message);
});

test("no damage to a header does more than throw our error", () => {
  const header = JSON.stringify({ a: f32(0, 8), b: f32(8, 12) });
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
      try {
        for (const t of readSafetensors(file(header.slice(0, at) + text + header.slice(at + 1), 12)).tensors.values()) readAll(t, 100);
      } catch (error) {
        expect(error).toBeInstanceOf(OnnxExporterError);
      }
    }),
    { numRuns: 200 },
  );
});
