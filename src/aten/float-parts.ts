/** @file Sign, exponent and fraction of floats, by arithmetic that is exact: frexp, nextafter, and the bits that hash_tensor joins. */

import { type DType, isFloat, isLow } from "../dtype.ts";
import { algebra, widened } from "./algebra.ts";
import { each, finiteMax } from "./broadcast.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";
import { reducedDims } from "./view-shape.ts";

/** Bits of the fraction, and the exponent of the least normal number (IEEE 754; bfloat16 as float32). */
const formats: { readonly [dtype in DType]?: { readonly digits: number; readonly least: number } } = {
  float16: { digits: 10, least: -14 },
  bfloat16: { digits: 7, least: -126 },
  float32: { digits: 23, least: -126 },
  float64: { digits: 52, least: -1022 },
};
const formatOf = (dtype: DType) => formats[dtype] ?? { digits: 23, least: -126 };

/** e and 2^e with 2^e <= |x| < 2^(e + 1), for x finite and not 0. The logarithm may be off by one where it is rounded. */
function exponentOf(x: Symbolic, call: Call): { readonly exponent: Symbolic; readonly power: Symbolic } {
  const { abs, add, floor, gt, le, mul, sub, where } = algebra(call);
  const size = abs(x);
  const guess = floor(call("aten::log2", { self: size }));
  const power = call("aten::pow.Scalar", { self: 2, exponent: guess });
  const [above, below] = [gt(power, size), le(mul(power, 2), size)];
  return {
    exponent: where(above, sub(guess, 1), where(below, add(guess, 1), guess)),
    power: where(above, mul(power, 0.5), where(below, mul(power, 2), power)),
  };
}

/** x = mantissa 2^exponent with 1/2 <= |mantissa| < 1; 0, inf and NaN are their own mantissa. */
function frexp(self: Symbolic, call: Call): [Symbolic, Symbolic] {
  const { add, div, eq, mul, where } = algebra(call);
  const x = isLow(self.dtype) ? call("aten::to.dtype", { self, dtype: "float32" }) : self;
  const { exponent, power } = exponentOf(x, call);
  const isPlain = call("aten::logical_not", {
    self: call("aten::logical_or", { self: eq(x, 0), other: call("aten::logical_not", { self: call("aten::isfinite", { self: x }) }) }),
  });
  const mantissa = where(isPlain, mul(div(x, power), 0.5), x);
  return [
    call("aten::to.dtype", { self: mantissa, dtype: self.dtype }),
    call("aten::to.dtype", { self: where(isPlain, add(exponent, 1), 0), dtype: "int32" }),
  ];
}

/** The next number from `x` towards `y` of those that `dtype` has: one step of the last digit, half of one down from a power of 2. */
function nextAfter(x: Symbolic, y: Symbolic, dtype: DType, call: Call): Symbolic {
  const { abs, add, and, clamp, eq, gt, isinf, isnan, lt, mul, neg, where } = algebra(call);
  const { digits, least } = formatOf(dtype);
  const { power } = exponentOf(x, call);
  const normal = clamp(power, 2 ** least, null);
  const step = mul(normal, 2 ** -digits);
  const up = gt(y, x);
  const grows = eq(up, gt(x, 0));
  const isPower = and(eq(abs(x), normal), gt(normal, 2 ** least));
  const size = where(and(isPower, call("aten::logical_not", { self: grows })), mul(step, 0.5), step);
  const moved = add(x, where(up, size, neg(size)));
  const tiny = 2 ** (least - digits);
  const constant = (s: number): Symbolic => call("aten::scalar_tensor", { s, dtype: x.dtype });
  const fromZero = where(up, tiny, constant(-tiny));
  const fromInfinity = where(lt(x, 0), -finiteMax(dtype), constant(finiteMax(dtype)));
  const known = where(eq(x, 0), fromZero, where(isinf(x), fromInfinity, moved));
  const wrong = call("aten::logical_or", { self: isnan(x), other: isnan(y) });
  return where(wrong, Number.NaN, where(eq(x, y), y, known));
}

/** The bits of each element as int64: a float's those of a double, NaN without payload. */
function bitsOf(self: Symbolic, call: Call): Symbolic {
  const integer = (x: Symbolic): Symbolic => call("aten::to.dtype", { self: x, dtype: "int64" });
  if (!isFloat(self.dtype)) return integer(self);
  const { abs, add, clamp, div, eq, isinf, isnan, lt, mul, sub, where } = algebra(call);
  const x = isLow(self.dtype) ? call("aten::to.dtype", { self, dtype: "float32" }) : self;
  const { exponent, power } = exponentOf(x, call);
  const { digits } = formatOf(x.dtype);
  const double = formatOf("float64");
  const normal = sub(div(abs(x), power), 1);
  const fraction = x.dtype === "float64" ? where(lt(exponent, double.least), mul(abs(x), 2 ** -double.least), normal) : normal;
  const field = integer(add(clamp(exponent, double.least - 1, null), 1 - double.least));
  const low = mul(integer(mul(fraction, 2 ** digits)), 2 ** (double.digits - digits));
  const finite = where(eq(x, 0), 0, add(mul(field, 2 ** double.digits), low));
  const known = (condition: Symbolic, bits: bigint, other: Symbolic): Symbolic =>
    call("aten::where.ScalarSelf", { condition, self: bits, other });
  const size = known(isnan(x), 0x7ff8n << 48n, known(isinf(x), 0x7ffn << 52n, finite));
  const sign = call("aten::mul.Scalar", { self: integer(call("aten::signbit", { self: x })), other: -(1n << 63n) });
  return add(size, sign);
}

/** Exclusive or over `dim`: of each bit whether an odd number of elements has it. Halves of 32 bits keep the arithmetic of signs away. */
function exclusiveOr(bits: Symbolic, dim: readonly number[], keepdim: boolean, call: Call): Symbolic {
  const { add, mul, remainder } = algebra(call);
  const places = call("aten::arange", { end: 32, dtype: "int64" });
  const over = reducedDims(dim, bits.shape.length);
  const half = (self: Symbolic): Symbolic => {
    const spread = call("aten::unsqueeze", { self, dim: -1 });
    const each = remainder(call("aten::bitwise_right_shift.Tensor", { self: spread, other: places }), 2);
    const odd = remainder(over.length === 0 ? each : call("aten::sum.dim_IntList", { self: each, dim: over, keepdim }), 2);
    const worth = call("aten::bitwise_left_shift.Tensor", { self: odd, other: places });
    return call("aten::sum.dim_IntList", { self: worth, dim: [-1], keepdim: false });
  };
  const low = remainder(bits, 2 ** 32);
  const high = remainder(call("aten::floor_divide.Scalar", { self: bits, other: 2 ** 32 }), 2 ** 32);
  return add(mul(half(high), 2 ** 32), half(low));
}

export const floatParts = {
  "aten::frexp.Tensor": { decompose: ({ self }, call) => frexp(self, call) },
  ...each(["aten::nextafter", "prims::nextafter"], () => ({
    decompose: ({ self, other }: { self: Symbolic; other: Symbolic }, call: Call): Symbolic =>
      widened([self, other], call, (x, y) => nextAfter(x, y, self.dtype, call)),
  })),
  "aten::hash_tensor": {
    decompose: ({ self, dim, keepdim }, call) => {
      const joined = exclusiveOr(bitsOf(self, call), dim, keepdim, call);
      return call("aten::to.dtype", { self: joined, dtype: "uint64" });
    },
  },
} satisfies AtenTable;
