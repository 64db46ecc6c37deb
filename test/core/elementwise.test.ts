import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arange, binary, cast, compare, fill, scalarTensor, unary, where } from "../../src/core/ops/elementwise.ts";
import { expand, permute, slice } from "../../src/core/ops/layout.ts";
import type { BinaryOp, UnaryOp } from "../../src/core/ops/real.ts";
import { isContiguous } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { bigints, numbers, tensor } from "./tensors.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

describe("unary", () => {
  const grid = Array.from({ length: 2003 }, (_, i) => (i - 1001) / 97).concat([0, -0, 1e-30, -1e-30, 60, -60]);
  const reference: [UnaryOp, (x: number) => number, number[]][] = [
    ["neg", (x) => -x, grid],
    ["abs", Math.abs, grid],
    ["sign", (x) => Math.sign(x) + 0, grid],
    ["relu", (x) => Math.max(x, 0), grid],
    ["sqrt", Math.sqrt, grid],
    ["rsqrt", (x) => 1 / Math.sqrt(x), grid.map(Math.abs)],
    ["reciprocal", (x) => 1 / x, grid],
    ["exp", Math.exp, grid],
    ["exp2", (x) => 2 ** x, grid],
    ["expm1", Math.expm1, grid],
    ["log", Math.log, grid],
    ["log2", Math.log2, grid],
    ["log10", Math.log10, grid],
    ["log1p", Math.log1p, grid],
    ["sin", Math.sin, grid],
    ["cos", Math.cos, grid],
    ["tan", Math.tan, grid],
    ["asin", Math.asin, grid],
    ["acos", Math.acos, grid],
    ["atan", Math.atan, grid],
    ["sinh", Math.sinh, grid],
    ["cosh", Math.cosh, grid],
    ["tanh", Math.tanh, grid],
    ["asinh", Math.asinh, grid],
    ["acosh", Math.acosh, grid],
    ["atanh", Math.atanh, grid.map((x) => x / 20)],
    ["sigmoid", (x) => 1 / (1 + Math.exp(-x)), grid],
    ["silu", (x) => x / (1 + Math.exp(-x)), grid],
    ["floor", Math.floor, grid],
    ["ceil", Math.ceil, grid],
    ["trunc", Math.trunc, grid],
    ["gelu_tanh", (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), grid],
  ];
  test.each(reference)("%s in float32 and float64", (op, f, xs) => {
    for (const [dtype, relative, absolute] of [
      ["float32", 4e-7, op === "gelu_tanh" ? 3e-7 : 1e-44],
      ["float64", 1e-14, 1e-15],
    ] as const) {
      const x = numbers(tensor(dtype, [xs.length], xs));
      const y = numbers(unary(op, tensor(dtype, [xs.length], xs)));
      const bad = x.findIndex((v, i) => {
        const want = f(v);
        return !(Object.is(want, y[i]) || Math.abs(want - (y[i] as number)) <= relative * Math.abs(want) + absolute);
      });
      expect(bad < 0 ? null : [dtype, x[bad], f(x[bad] as number), y[bad]]).toBeNull();
    }
  });

  // torch.erf, erfc and gelu in float64, PyTorch 2.13.
  const xs = [-4, -1.5, -0.7, -0.1, 0, 0.3, 0.9, 2, 5];
  const erf = [
    -0.9999999845827421, -0.9661051464753108, -0.6778011938374185, -0.1124629160182849, 0, 0.3286267594591274, 0.7969082124228322,
    0.9953222650189527, 0.9999999999984626,
  ];
  test("erf, erfc and gelu", () => {
    for (const [dtype, tolerance] of [
      ["float64", 1e-15],
      ["float32", 3e-7],
    ] as const) {
      const x = tensor(dtype, [xs.length], xs);
      numbers(unary("erf", x)).forEach((y, i) => {
        expect(Math.abs(y - (erf[i] as number))).toBeLessThanOrEqual(tolerance);
      });
      numbers(unary("erfc", x)).forEach((y, i) => {
        expect(Math.abs(y - 1 + (erf[i] as number))).toBeLessThanOrEqual(tolerance);
      });
    }
    expect(numbers(unary("gelu", tensor("float64", [2], [1, -2])))).toEqual([0.8413447460685429, -0.04550026389635842]);
    const [x, wide] = (["float32", "float64"] as const).map((dtype) => tensor(dtype, [grid.length], grid.map(Math.fround)));
    const want = numbers(unary("gelu", wide!));
    const worst = Math.max(
      ...numbers(unary("gelu", x!)).map((y, i) => Math.abs(y - (want[i] as number)) - Math.abs(want[i] as number) * 2 ** -24),
    );
    expect(worst).toBeLessThan(1.8e-7);
  });

  test("e^x in float32 is within an ulp over its whole range", () => {
    const steps = Array.from({ length: 40_000 }, (_, i) => Math.fround(-104 + i * 0.0048));
    const y = numbers(unary("exp", tensor("float32", [steps.length], steps)));
    const far = steps.findIndex((x, i) => {
      const want = Math.exp(x);
      const ulp = 2 ** Math.max(Math.floor(Math.log2(want)) - 23, -149);
      return !(Math.abs((y[i] as number) - want) <= ulp) && want < 3.4e38;
    });
    expect(far < 0 ? null : [steps[far], y[far]]).toBeNull();
  });

  test("special values, and the same answer wherever an element lies", () => {
    const special = [nan, inf, -inf, 0, -0, 88.9, -103.9, 100, -110];
    for (const [op, f] of [
      ["exp", Math.exp],
      ["tanh", Math.tanh],
      ["sigmoid", (x: number) => 1 / (1 + Math.exp(-x))],
    ] as const) {
      // Thirty-six elements: two blocks in which something is past the normal range, and a vector of the rest.
      const all = numbers(unary(op, tensor("float32", [36], [...special, ...special, ...special, ...special])));
      expect(all.slice(27)).toEqual(all.slice(0, 9));
      special.forEach((x, i) => {
        expect(numbers(unary(op, tensor("float32", [1], [x])))).toEqual([all[i]]);
        const want = Math.fround(f(x));
        if (!Number.isFinite(want)) expect(all[i]).toBe(want);
        else expect(Math.abs((all[i] as number) - want)).toBeLessThanOrEqual(Math.abs(want) * 1e-6 + 3e-45);
      });
    }
    expect(numbers(unary("isnan", tensor("float32", [9], special)))).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(numbers(unary("isinf", tensor("bfloat16", [9], special)))).toEqual([0, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  test("round is half to even, relu and neg keep low precision, bitwise_not of bool is not", () => {
    expect(numbers(unary("round", tensor("float16", [6], [0.5, 1.5, 2.5, -0.5, -1.5, 2.4])))).toEqual([0, 2, 2, -0, -2, 2]);
    expect(numbers(unary("neg", tensor("int8", [2], [-128, 5])))).toEqual([-128, -5]);
    expect(numbers(unary("bitwise_not", tensor("bool", [2], [0, 1])))).toEqual([1, 0]);
    expect(numbers(unary("isnan", tensor("int8", [1], [1])))).toEqual([0]);
    expect(numbers(unary("floor", tensor("uint8", [1], [3])))).toEqual([3]);
    expect(() => unary("sqrt", tensor("uint8", [1], [4]))).toThrow(/no kernel sqrt for uint8/);
    expect(() => unary("sqrt", tensor("int32", [1], [4]))).toThrow(/no kernel sqrt for int32/);
  });

  test("permuted tensors stay permuted, sliced ones become dense", () => {
    const x = permute(tensor("float32", [2, 3, 4], [...Array(24).keys()]), [2, 0, 1]);
    const y = unary("neg", x);
    expect(y.strides).toEqual(x.strides);
    expect(numbers(y)).toEqual(numbers(x).map((v) => -v));
    const s = unary("neg", slice(x, 1, 0, 2, 2));
    expect(numbers(s)).toEqual(numbers(slice(x, 1, 0, 2, 2)).map((v) => -v));
  });
});

describe("binary", () => {
  const mod = (a: number, b: number) => a - Math.floor(a / b) * b;
  const naive: { readonly [op in BinaryOp]?: (a: number, b: number) => number } = {
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    maximum: Math.max,
    minimum: Math.min,
    floor_div: (a, b) => Math.floor(a / b),
    trunc_div: (a, b) => Math.trunc(a / b),
    remainder: mod,
    fmod: (a, b) => a % b,
  };
  const shape = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
  const dtype = fc.constantFrom<DType>("float32", "float64", "int8", "int16", "int32", "int64", "float16", "bfloat16");

  test("equals a naive loop for broadcast, permuted operands", () => {
    const ops = fc.constantFrom(...(Object.keys(naive) as BinaryOp[]));
    fc.assert(
      fc.property(ops, dtype, shape, fc.nat(15), fc.nat(15), fc.nat(1000), (op, d, dims, dropA, dropB, seed) => {
        const one = (mask: number, salt: number) => {
          const s = dims.map((n, i) => (mask & (1 << i) ? 1 : n));
          const values = Array.from({ length: s.reduce((n, k) => n * k, 1) }, (_, i) => (((i + seed) * salt) % 11) - 5 || 3);
          return permute(
            tensor(d, s.toReversed(), values),
            s.map((_, i) => s.length - 1 - i),
          );
        };
        const [a, b] = [one(dropA, 7), one(dropB, 5)];
        const y = binary(op, a, b);
        const [fa, fb] = [numbers(expand(a, y.shape)), numbers(expand(b, y.shape))];
        const want = fa.map((v, i) => naive[op]!(v, fb[i] as number) + 0);
        expect(numbers(y).map((v) => v + 0)).toEqual(want);
      }),
      { numRuns: 300 },
    );
  });

  test("torch's corners", () => {
    const f = (op: BinaryOp, a: number[], b: number[], d: DType = "float32") =>
      numbers(binary(op, tensor(d, [a.length], a), tensor(d, [b.length], b)));
    expect(f("maximum", [nan, 1, -0], [1, nan, 0])).toEqual([nan, nan, 0]);
    expect(f("remainder", [-5, 5, -5.5, 5], [3, -3, inf, inf])).toEqual([1, -1, inf, 5]);
    expect(f("floor_div", [-5, 5, 1, -1, 0], [3, -3, 0, 0, 0])).toEqual([-2, -2, inf, -inf, nan]);
    expect(f("fmod", [-5.5, 5], [3, -3])).toEqual([-2.5, 2]);
    expect(f("pow", [1, -1, 2, -8, 0], [nan, inf, -1, 1 / 3, 0])).toEqual([1, 1, 0.5, nan, 1]);
    expect(f("pow", [2, -1, 3, 0, 2], [-1, -3, 4, 0, 40], "int32")).toEqual([0, -1, 81, 1, 0]);
    expect(f("mul", [100, -128], [3, -1], "int8")).toEqual([44, -128]);
    expect(f("floor_div", [-128, 7], [-1, -2], "int8")).toEqual([-128, -4]);
    expect(f("shift_left", [1, 1, 1], [31, 32, -1], "int32")).toEqual([-2147483648, 0, 0]);
    expect(f("shift_right", [-8, -8, 8], [1, 40, 40], "int32")).toEqual([-4, -1, 0]);
    expect(f("add", [1, 1, 0], [1, 0, 0], "bool")).toEqual([1, 1, 0]);
    expect(bigints(binary("mul", tensor("int64", [1], [2n ** 62n + 3n]), tensor("int64", [1], [4n])))).toEqual([12n]);
    expect(bigints(binary("floor_div", tensor("uint64", [1], [2n ** 64n - 2n]), tensor("uint64", [1], [2n])))).toEqual(
      [2n ** 63n - 1n].map((v) => BigInt.asIntN(64, v)),
    );
    expect(() => f("floor_div", [1], [0], "int64")).toThrow(/core\/zero-division/);
    expect(() => binary("add", tensor("float32", [2], [1, 2]), tensor("float32", [3], [1, 2, 3]))).toThrow(
      /cannot broadcast \[2\] with \[3\]: dim -1 is 2 and 3/,
    );
    expect(() => binary("add", tensor("float32", [1], [1]), tensor("int32", [1], [1]))).toThrow(/core\/dtype/);
  });

  test("empty and scalar operands", () => {
    expect(binary("add", tensor("float32", [0, 3], []), tensor("float32", [3], [1, 2, 3])).shape).toEqual([0, 3]);
    expect(numbers(binary("sub", scalarTensor("float64", 3), scalarTensor("float64", 1)))).toEqual([2]);
    expect(numbers(binary("pow", tensor("float32", [3], [1, 2, 3]), scalarTensor("float32", 2)))).toEqual([1, 4, 9]);
  });
});

test("compare and where broadcast and follow NaN", () => {
  const a = tensor("float32", [2, 2], [1, nan, 3, -0]);
  const b = tensor("float32", [2], [1, 0]);
  expect(numbers(compare("eq", a, b))).toEqual([1, 0, 0, 1]);
  expect(numbers(compare("ne", a, b))).toEqual([0, 1, 1, 0]);
  expect(numbers(compare("ge", a, b))).toEqual([1, 0, 1, 1]);
  expect(numbers(compare("lt", tensor("uint64", [2], [1n, 2n ** 63n]), tensor("uint64", [], [5n])))).toEqual([1, 0]);
  expect(numbers(where(tensor("bool", [2, 1], [1, 0]), b, tensor("float32", [], [9])))).toEqual([1, 0, 9, 9]);
});

describe("cast", () => {
  const x = [-inf, -1e30, -300.7, -129, -2.5, -0.5, -0, 0.3, 2.5, 255.9, 256.2, 40000, 70000, 2147483648, 5e9, 1e19, inf, nan];
  const i32 = [...Array(2).fill(-2147483648), -300, -129, -2, 0, 0, 0, 2, 255, 256, 40000, 70000, ...Array(5).fill(-2147483648)];
  const f16 = [-inf, -inf, -300.75, -129, -2.5, -0.5, -0, 0.300048828125, 2.5, 256, 256.25, 40000, inf, inf, inf, inf, inf, nan];
  f16[9] = 255.875;
  // torch.tensor(x, dtype=torch.float32).to(…), PyTorch 2.13 on x86.
  const rows: [DType, number[]][] = [
    ["int32", i32],
    ["uint8", i32.map((v) => v & 255)],
    ["int16", i32.map((v) => (v << 16) >> 16)],
    ["bool", x.map((v) => (v === 0 ? 0 : 1))],
    ["float16", f16],
    [
      "bfloat16",
      [
        -inf,
        -1.0002555517425873e30,
        -300,
        -129,
        -2.5,
        -0.5,
        -0,
        0.30078125,
        2.5,
        256,
        256,
        39936,
        70144,
        2147483648,
        4999610368,
        1.0016005571271983e19,
        inf,
        nan,
      ],
    ],
    ["float8_e4m3fn", [-448, -448, -288, -128, -2.5, -0.5, -0, 0.3125, 2.5, 256, 256, 448, 448, 448, 448, 448, 448, nan]],
    ["float8_e5m2", [-inf, -inf, -320, -128, -2.5, -0.5, -0, 0.3125, 2.5, 256, 256, 40960, inf, inf, inf, inf, inf, nan]],
    ["float8_e4m3fnuz", [nan, nan, nan, -128, -2.5, -0.5, 0, 0.3125, 2.5, ...Array(9).fill(nan)]],
    ["float8_e5m2fnuz", [nan, nan, -320, -128, -2.5, -0.5, 0, 0.3125, 2.5, 256, 256, 40960, ...Array(6).fill(nan)]],
  ];
  test.each(rows)("float32 to %s", (dtype, want) => {
    expect(numbers(cast(tensor("float32", [x.length], x), dtype))).toEqual(want);
  });

  test("each low precision value survives the way to float32 and back", () => {
    for (const dtype of ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"] as const) {
      const wide = dtype === "float16" || dtype === "bfloat16";
      const all = cast(arange("int32", 0, 1, wide ? 65536 : 256), wide ? "uint16" : "uint8");
      const bits = numbers(all);
      const back = numbers({ ...cast(cast({ ...all, dtype }, "float32"), dtype), dtype: all.dtype });
      const values = numbers({ ...all, dtype });
      expect(back.filter((b, i) => b !== bits[i] && !Number.isNaN(values[i]))).toEqual([]);
    }
  });

  test("64-bit integers lose nothing, uint64 counts on", () => {
    const big = tensor("int64", [2], [2n ** 63n - 1n, -5n]);
    expect(bigints(cast(big, "uint64"))).toEqual([2n ** 63n - 1n, -5n]);
    expect(numbers(cast(cast(big, "uint64"), "float64"))).toEqual([2 ** 63, 2 ** 64]);
    const edges = tensor("float64", [4], [-3.9, 2 ** 62, nan, 1e19]);
    expect(bigints(cast(edges, "int64"))).toEqual([-3n, 2n ** 62n, -(2n ** 63n), -(2n ** 63n)]);
    expect(bigints(cast(edges, "uint64")).map((v) => BigInt.asUintN(64, v))).toEqual([2n ** 64n - 3n, 2n ** 62n, 2n ** 63n, 10n ** 19n]);
    expect(numbers(cast(big, "int16"))).toEqual([-1, -5]);
    expect(numbers(cast(cast(tensor("int8", [1], [-1]), "uint16"), "float16"))).toEqual([inf]);
  });

  test("complex", () => {
    const z = cast(tensor("float32", [2], [1, 2]), "complex64");
    expect(numbers(cast(binary("mul", z, z), "float32"))).toEqual([1, 4]);
    expect(numbers(unary("abs", z))).toEqual([1, 2]);
    expect(numbers(compare("eq", z, z))).toEqual([1, 1]);
  });
});

test("fill and arange", () => {
  expect(numbers(fill("float16", [2, 2], 1.5))).toEqual([1.5, 1.5, 1.5, 1.5]);
  expect(numbers(fill("bool", [3], true))).toEqual([1, 1, 1]);
  expect(bigints(fill("int64", [2], 2n ** 60n + 1n))).toEqual([2n ** 60n + 1n, 2n ** 60n + 1n]);
  expect(numbers(arange("int64", -2, 3, 4))).toEqual([-2, 1, 4, 7]);
  expect(numbers(arange("float32", 0, 0.1, 4))).toEqual([0, 0.1, 0.2, 0.3].map(Math.fround));
  expect(isContiguous(fill("float32", [3, 0], 1))).toBe(true);
});
