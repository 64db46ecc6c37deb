/** Weights of more than 4 GiB are descriptions like others: their last bytes come without those before. The file is sparse. */

import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bufferSource } from "../../src/weights/basic.ts";
import { concatSource, reshapeSource, sliceSource, transposeSource } from "../../src/weights/derive.ts";
import { fileSource } from "../../src/weights/file.ts";
import { closeFile } from "../../src/weights/files.ts";
import { castSource, scaleShiftSource } from "../../src/weights/map.ts";
import { quantizeSource } from "../../src/weights/quantize.ts";
import type { TensorSource } from "../../src/weights/source.ts";

const dir = mkdtempSync(join(tmpdir(), "large-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});

const [rows, columns] = [6, 2 ** 28]; // 6 GiB
const header = 40;
const path = join(dir, "w");
const fd = openSync(path, "w");
ftruncateSync(fd, header + rows * columns * 4);
/** The last numbers of each row: 10, 11, 12, 13 in row 1, … */
for (let r = 0; r < rows; r++)
  writeSync(
    fd,
    Float32Array.from({ length: 4 }, (_, i) => 10 * r + i),
    0,
    16,
    header + (r + 1) * columns * 4 - 16,
  );
closeSync(fd);
const w = fileSource({ file: path, offset: header, dtype: "float32", shape: [rows, columns], name: "w" });

/** The last `n` elements, as numbers. */
function tail(of: TensorSource, n: number): number[] {
  const size = of.nbytes / (rows * columns);
  const pieces = Buffer.concat(Array.from(of.chunks(1 << 20, of.nbytes - n * size), (p) => Buffer.from(p)));
  const bytes = Uint8Array.from(pieces);
  if (of.dtype === "int8") return [...new Int8Array(bytes.buffer)];
  return [...(of.dtype === "float64" ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer))];
}
const last = [50, 51, 52, 53];

test.each<[string, TensorSource, number[]]>([
  ["unchanged", w, last],
  ["reshaped", reshapeSource(w, [columns, rows]), last],
  ["cast", castSource(w, "float64"), last],
  ["transposed", transposeSource(w, [1, 0]), [13, 23, 33, 43, 53].slice(1)],
  ["scaled by row", scaleShiftSource(w, 0, { scale: [1, 1, 1, 1, 1, 2], shift: [0, 0, 0, 0, 0, 1] }), [101, 103, 105, 107]],
  [
    "quantized by row",
    quantizeSource(w, "int8", bufferSource("float32", [6], Float32Array.of(1, 1, 1, 1, 1, 2)), null, { axis: 0 }),
    [25, 26, 26, 26],
  ],
  ["joined", concatSource([sliceSource(w, 0, 0, 2), sliceSource(w, 0, 2, 6)], 0), last],
])("%s", (_, of, wanted) => {
  expect(of.nbytes).toBeGreaterThan(of.dtype === "int8" ? 2 ** 30 : 2 ** 32);
  expect(tail(of, 4)).toEqual(wanted);
});

test("a slice behind 4 GiB is still a range of the file", () => {
  expect(sliceSource(w, 0, 5, 6).range?.offset).toBe(header + 5 * columns * 4);
});
