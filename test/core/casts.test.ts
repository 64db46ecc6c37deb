import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cast } from "../../src/core/ops/elementwise.ts";
import { type CastOptions, castTo } from "../../src/core/ops/low-precision.ts";
import { empty } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

interface Floats {
  readonly dtype: DType;
  readonly values: (number | string)[];
  readonly casts: (Required<CastOptions> & { readonly codes: string })[];
}
interface Golden {
  readonly floats: Floats[];
  readonly numbers: number[];
  readonly integers: { readonly dtype: DType; readonly float32: number[]; readonly int64: number[]; readonly int16: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL("golden/casts.json", import.meta.url), "utf8")) as Golden;

/** Neighbours of x among the float32 numbers. */
function beside(x: number): [below: number, above: number] {
  const [f, i] = [new Float32Array([x]), new Int32Array(1)];
  const bits = new Int32Array(f.buffer)[0] as number;
  const at = (b: number) => {
    i[0] = b;
    return new Float32Array(i.buffer)[0] as number;
  };
  if (x === 0) return [-(2 ** -149), 2 ** -149];
  return x > 0 ? [at(bits - 1), at(bits + 1)] : [at(bits + 1), at(bits - 1)];
}

/** As `boundaries` of tools/record_casts.py. */
function boundaries(values: readonly number[]): number[] {
  const finite = [...new Set(values.filter(Number.isFinite).map((v) => v + 0))].sort((a, b) => a - b);
  const middles = finite.slice(1).map((v, i) => Math.fround((v + (finite[i] as number)) / 2));
  const last = finite.at(-1) as number;
  const past = [Math.fround(last * 1.5), Math.fround(-last * 1.5), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  return [...finite, ...middles, ...middles.map((m) => beside(m)[0]), ...middles.map((m) => beside(m)[1]), ...past];
}

const codesOf = (x: ReturnType<typeof empty>): string => Buffer.from(x.storage.bytes()).toString("hex");

describe("low precision, as onnx and ml_dtypes", () => {
  test.each(golden.floats)("$dtype", ({ dtype, values, casts }) => {
    const all = empty(dtype, [values.length]);
    all.storage.bytes().set(values.map((_, code) => code));
    const meaning = values.map(Number);
    expect(numbers(cast(all, "float32"))).toEqual(meaning);
    const exponents = dtype === "float8_e8m0fnu";
    const x = boundaries(meaning).filter((v) => !(exponents && (v < 0 || v === Number.POSITIVE_INFINITY)));
    for (const { codes, ...options } of casts) {
      const nan = x.length - 1;
      const got = codesOf(castTo(tensor("float32", [x.length], x), dtype, options));
      expect([options, got.slice(0, 2 * nan)]).toEqual([options, codes.slice(0, 2 * nan)]);
      if (dtype !== "float4_e2m1") expect(meaning[Number.parseInt(got.slice(2 * nan), 16)]).toBeNaN();
    }
  });
  test.each(golden.integers)("$dtype keeps the low bits", ({ dtype, ...from }) => {
    for (const [source, want] of Object.entries(from) as [DType, number[]][]) {
      const x = tensor(source, [want.length], golden.numbers.map(Math.trunc));
      const y = source === "float32" ? castTo(tensor(source, [want.length], golden.numbers), dtype) : castTo(x, dtype);
      expect([source, numbers(cast(y, "int64"))]).toEqual([source, want]);
      expect(numbers(cast(y, "float32"))).toEqual(want);
    }
  });
  test("every dtype of numbers goes to each and back", () => {
    const names: DType[] = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32", "float64"]; // biome-ignore format: one line
    const low: DType[] = [...golden.floats, ...golden.integers].map(({ dtype }) => dtype);
    for (const from of [...names, ...low]) {
      const one = castTo(tensor("float32", [3], [1, 1, 1]), from);
      for (const to of low) {
        const y = castTo(one, to);
        expect([from, to, ...numbers(cast(y, "float64"))]).toEqual([from, to, 1, 1, 1]);
      }
    }
  });
});

test.each([
  // The table in the text of ONNX's Cast: 0, inf and what is past the largest number.
  [{ saturate: true, roundMode: "up" }, [2 ** -127, 2 ** 127, 2 ** 127]],
  [{ saturate: false, roundMode: "nearest" }, [Number.NaN, Number.NaN, Number.NaN]],
] as const)("exponents alone, %o: what they have no number for", (options, want) => {
  const y = castTo(tensor("float32", [3], [0, Number.POSITIVE_INFINITY, 3e38]), "float8_e8m0fnu", options);
  expect(numbers(cast(y, "float32"))).toEqual(want);
});

describe("half precision", () => {
  test.each<[DType, (code: number) => boolean]>([
    ["float16", (code) => (code & 0x7fff) > 0x7c00],
    ["bfloat16", (code) => (code & 0x7fff) > 0x7f80],
  ])("%s: every number comes back, the middles go to the even neighbour, wherever they lie", (dtype, isNan) => {
    const all = empty(dtype, [65536]);
    const codes = new Uint16Array(65536).map((_, i) => i);
    all.storage.bytes().set(new Uint8Array(codes.buffer));
    const back = new Uint16Array(cast(cast(all, "float32"), dtype).storage.bytes().slice().buffer);
    expect(codes.filter((c) => (isNan(c) ? !isNan(back[c]!) : back[c] !== c))).toEqual(new Uint16Array());
    const values = numbers(cast(all, "float32"));
    const largest = values.indexOf(Number.POSITIVE_INFINITY) - 1;
    const x = Array.from({ length: largest }, (_, i) => ((values[i] as number) + (values[i + 1] as number)) / 2);
    const codesOfMiddles = (xs: number[]) => [
      ...new Uint16Array(
        cast(tensor("float32", [xs.length], xs), dtype)
          .storage.bytes()
          .slice().buffer,
      ),
    ];
    expect(codesOfMiddles(x)).toEqual(x.map((_, i) => i + (i & 1)));
    expect(codesOfMiddles(x.map((v) => beside(v)[0]))).toEqual(x.map((_, i) => i));
    expect(codesOfMiddles(x.map((v) => -beside(v)[1]))).toEqual(x.map((_, i) => 0x8000 + i + 1));
    const special = [Number.NaN, 7e4, -7e4, 1e39, 65519, 65520, -0, 1e-8];
    const together = codesOfMiddles([...special, ...special, ...special]);
    expect(together).toEqual([0, 1, 2].flatMap(() => special.flatMap((v) => codesOfMiddles([v]))));
  });
});
