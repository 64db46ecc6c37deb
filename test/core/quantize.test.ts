import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cast } from "../../src/core/ops/elementwise.ts";
import { transpose } from "../../src/core/ops/layout.ts";
import { matmul } from "../../src/core/ops/matmul.ts";
import {
  type DequantizeOptions,
  dequantizeLinear,
  dynamicQuantizeLinear,
  type QuantizeOptions,
  quantizeLinear,
} from "../../src/core/ops/quantize.ts";
import { convInteger, matmulInteger, requantize } from "../../src/core/ops/quantized-matmul.ts";
import type { Strided } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

interface Recorded {
  readonly dtype: DType;
  readonly shape: number[];
  readonly values: number[];
}
interface Row {
  readonly op: string;
  readonly inputs: (Recorded | null)[];
  readonly options: QuantizeOptions & DequantizeOptions;
  readonly out: Recorded[];
}
const { rows } = JSON.parse(readFileSync(new URL("golden/quantize.json", import.meta.url), "utf8")) as { rows: Row[] };

type Inputs = readonly [Strided, Strided, Strided | null, Strided | null];
const window = { stride: [1, 1], padding: [[1, 1], [1, 1]], dilation: [1, 1], groups: 1, transposed: false, outputPadding: [] } as const; // biome-ignore format: one line
const run: { readonly [op: string]: (t: Inputs, options: Row["options"]) => Strided[] } = {
  QuantizeLinear: ([x, scale, zero], options) => [quantizeLinear(x, scale, zero, options)],
  DequantizeLinear: ([x, scale, zero], options) => [dequantizeLinear(x, scale, zero, options)],
  DynamicQuantizeLinear: ([x]) => {
    const { y, scale, zero } = dynamicQuantizeLinear(x);
    return [y, scale, zero];
  },
  MatMulInteger: ([a, b, za, zb]) => [matmulInteger(a, b, za, zb)],
  ConvInteger: ([x, w, zx, zw]) => [convInteger(x, w, zx, zw, window)],
};

describe("recorded from ONNX's reference", () => {
  test.each(rows.map((row, i) => [`${i} ${row.op} ${row.inputs[0]?.dtype} ${JSON.stringify(row.options)}`, row] as const))(
    "%s",
    (_, row) => {
      const inputs = row.inputs.map((t) => (t === null ? null : tensor(t.dtype, t.shape, t.values)));
      const got = run[row.op]!(inputs as never, row.options);
      expect(got.map((y) => [y.dtype, y.shape, numbers(y).map((v) => v + 0)])).toEqual(
        row.out.map(({ dtype, shape, values }) => [dtype, shape, values.map((v) => v + 0)]),
      );
    },
  );
});

test("an element's result does not depend on its place", () => {
  const x = [0.5, 1.5, -2.5, 1e9, -1e9, Number.NaN, 0.49999997, 3.1];
  const one = (v: number) => numbers(quantizeLinear(tensor("float32", [1], [v]), tensor("float32", [], [1]), null, { dtype: "int8" }))[0];
  const long = [...x, ...x, ...x];
  expect(numbers(quantizeLinear(tensor("float32", [24], long), tensor("float32", [], [1]), null, { dtype: "int8" }))).toEqual(
    long.map(one),
  );
  expect(x.map(one)).toEqual([0, 2, -2, 127, -128, -128, 0, 3]);
});

test("scales that do not fit are named", () => {
  const x = tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
  const scale = tensor("float32", [2], [1, 1]);
  expect(() => quantizeLinear(x, scale, null, { dtype: "int8" })).toThrow(/scale \[2\] does not fit \[2, 3\] \(axis 1\)/);
  expect(() => quantizeLinear(x, scale, tensor("int8", [1], [0]), { dtype: "int8", axis: 0 })).toThrow(/core\/quantize/);
  expect(() => quantizeLinear(x, scale, null, { dtype: "int32", axis: 0 })).toThrow(/to int32/);
});

test("products of bytes equal products of int32, whatever the sizes and strides", () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      size,
      size,
      size,
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom<DType>("uint8", "int8"),
      fc.nat(250),
      (m, k, n, ta, tb, dtype, seed) => {
        const bytes = (rows: number, columns: number, turned: boolean) => {
          const shape = turned ? [columns, rows] : [rows, columns];
          const x = tensor(
            dtype,
            shape,
            Array.from({ length: rows * columns }, (_, i) => (i * 37 + seed) % 251),
          );
          return turned ? transpose(x, 0, 1) : x;
        };
        const [a, b] = [bytes(m, k, ta), bytes(k, n, tb)];
        expect(numbers(matmulInteger(a, b))).toEqual(numbers(matmul(cast(a, "int32"), cast(b, "int32"))));
      },
    ),
    { numRuns: 60 },
  );
});

test("sums are rounded with the zero point on, and clamped", () => {
  const sums = tensor("int32", [6], [1, 3, -5, 1000, -1000, 2]);
  const got = requantize(sums, tensor("float32", [], [0.5]), tensor("uint8", [], [3]), "uint8");
  expect([got.dtype, ...numbers(got)]).toEqual(["uint8", 4, 4, 0, 255, 0, 4]);
});
