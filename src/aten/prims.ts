/** @file `prims::*`: PyTorch's primitives, elementwise ones without promotion; each is an ATen op under another name. */

import type { DType } from "../dtype.ts";
import { widened } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { AtenTable, Call, Op, Symbolic } from "./table.ts";
import { reducedDims } from "./view-shape.ts";

/** prims of one or two operands, `self` and `other`, as the ATen op that computes them. */
const names = {
  "prims::abs": "aten::abs",
  "prims::acos": "aten::acos",
  "prims::acosh": "aten::acosh",
  "prims::add": "aten::add.Tensor",
  "prims::asin": "aten::asin",
  "prims::asinh": "aten::asinh",
  "prims::atan": "aten::atan",
  "prims::atan2": "aten::atan2",
  "prims::atanh": "aten::atanh",
  "prims::bessel_i0": "aten::i0",
  "prims::bessel_i0e": "aten::special_i0e",
  "prims::bessel_i1": "aten::special_i1",
  "prims::bessel_i1e": "aten::special_i1e",
  "prims::bessel_j0": "aten::special_bessel_j0",
  "prims::bessel_j1": "aten::special_bessel_j1",
  "prims::bitwise_and": "aten::bitwise_and.Tensor",
  "prims::bitwise_not": "aten::bitwise_not",
  "prims::bitwise_or": "aten::bitwise_or.Tensor",
  "prims::bitwise_xor": "aten::bitwise_xor.Tensor",
  "prims::ceil": "aten::ceil",
  "prims::clone": "aten::clone",
  "prims::cos": "aten::cos",
  "prims::cosh": "aten::cosh",
  "prims::digamma": "aten::digamma",
  "prims::eq": "aten::eq.Tensor",
  "prims::conj_physical": "aten::conj_physical",
  "prims::erf": "aten::erf",
  "prims::erf_inv": "aten::erfinv",
  "prims::erfc": "aten::erfc",
  "prims::erfcx": "aten::special_erfcx",
  "prims::exp": "aten::exp",
  "prims::exp2": "aten::exp2",
  "prims::expm1": "aten::expm1",
  "prims::fill": "aten::fill.Scalar",
  "prims::floor": "aten::floor",
  "prims::fmax": "aten::fmax",
  "prims::fmin": "aten::fmin",
  "prims::fmod": "aten::fmod.Tensor",
  "prims::frexp": "aten::frexp.Tensor",
  "prims::gcd": "aten::gcd",
  "prims::ge": "aten::ge.Tensor",
  "prims::gt": "aten::gt.Tensor",
  "prims::hypot": "aten::hypot",
  "prims::igamma": "aten::igamma",
  "prims::igammac": "aten::igammac",
  "prims::imag": "aten::imag",
  "prims::isfinite": "aten::isfinite",
  "prims::le": "aten::le.Tensor",
  "prims::lgamma": "aten::lgamma",
  "prims::log": "aten::log",
  "prims::log10": "aten::log10",
  "prims::log1p": "aten::log1p",
  "prims::log2": "aten::log2",
  "prims::lt": "aten::lt.Tensor",
  "prims::maximum": "aten::maximum",
  "prims::minimum": "aten::minimum",
  "prims::mul": "aten::mul.Tensor",
  "prims::ndtri": "aten::special_ndtri",
  "prims::ne": "aten::ne.Tensor",
  "prims::neg": "aten::neg",
  "prims::real": "aten::real",
  "prims::reciprocal": "aten::reciprocal",
  "prims::remainder": "aten::remainder.Tensor",
  "prims::round": "aten::round",
  "prims::rsqrt": "aten::rsqrt",
  "prims::scalar_tensor": "aten::scalar_tensor",
  "prims::shift_left": "aten::bitwise_left_shift.Tensor",
  "prims::shift_right_arithmetic": "aten::bitwise_right_shift.Tensor",
  "prims::sign": "aten::sign",
  "prims::signbit": "aten::signbit",
  "prims::sin": "aten::sin",
  "prims::sinh": "aten::sinh",
  "prims::sqrt": "aten::sqrt",
  "prims::sub": "aten::sub.Tensor",
  "prims::tan": "aten::tan",
  "prims::tanh": "aten::tanh",
  "prims::trunc": "aten::trunc",
  "prims::zeta": "aten::special_zeta",
} as const satisfies { readonly [K in Op]?: Op };
type Name = keyof typeof names;

interface Over {
  readonly inp: Symbolic;
  readonly dims: readonly number[] | null;
  readonly output_dtype: DType | null;
}
/** Reductions over `dims`; null and none: over all. */
const over = (
  f: (args: { readonly self: Symbolic; readonly dim: readonly number[]; readonly dtype: DType | null }, call: Call) => Symbolic,
) => ({
  decompose: ({ inp, dims, output_dtype }: Over, call: Call): Symbolic => f({ self: inp, dim: dims ?? [], dtype: output_dtype }, call),
});
/** |x|^(1/3) with the sign of x; 0 and infinities stay. */
function cubeRoot(self: Symbolic, call: Call): Symbolic {
  const root = call("aten::pow.Tensor_Scalar", { self: call("aten::abs", { self }), exponent: 1 / 3 });
  return call("aten::copysign.Tensor", { self: root, other: self });
}

export const prims = {
  "prims::sum": over(({ self, dim, dtype }, call) => call("aten::sum.dim_IntList", { self, dim, dtype: dtype ?? self.dtype })),
  "prims::prod": over(({ self, dim, dtype }, call) => {
    const dims = reducedDims(dim, self.shape.length);
    const last = dims.toSorted((a, b) => b - a);
    return last.reduce((x, d) => call("aten::prod.dim_int", { self: x, dim: d, keepdim: false, dtype: dtype ?? self.dtype }), self);
  }),
  "prims::amax": over(({ self, dim }, call) => call("aten::amax", { self, dim })),
  "prims::amin": over(({ self, dim }, call) => call("aten::amin", { self, dim })),
  "prims::var": {
    decompose: ({ inp, dims, correction }, call) => call("aten::var.correction", { self: inp, dim: dims, correction: correction ?? 1 }),
  },
  "prims::cbrt": { decompose: ({ self }, call) => widened([self], call, (x) => cubeRoot(x, call)) },
  "prims::spherical_bessel_j0": { decompose: ({ self }, call) => call("aten::special_spherical_bessel_j0", { x: self }) },
  "prims::conj": { decompose: ({ a }, call) => call("aten::_conj", { self: a }) },
  "prims::rev": { decompose: ({ a, dims }, call) => call("aten::flip", { self: a, dims }) },
  ...each(Object.keys(names) as Name[], (name) => ({
    decompose: (args: object, call: Call) => call(names[name] as "aten::relu", args as { self: Symbolic }) as never,
  })),
  "prims::div": {
    decompose: ({ self, other }, call) =>
      call("aten::div.Tensor_mode", { self, other, rounding_mode: /int|bool/.test(self.dtype) ? "trunc" : null }),
  },
  "prims::pow": { decompose: ({ self, other }, call) => call("aten::pow.Tensor_Tensor", { self, exponent: other }) },
  "prims::where": { decompose: ({ pred, a, b }, call) => call("aten::where.self", { condition: pred, self: a, other: b }) },
  "prims::full": { decompose: ({ shape, fill_value, dtype }, call) => call("aten::full", { size: shape, fill_value, dtype }) },
  "prims::full_like": { decompose: ({ a, fill_value, dtype }, call) => call("aten::full_like", { self: a, fill_value, dtype }) },
  "prims::empty": { decompose: ({ shape, dtype }, call) => call("aten::zeros", { size: shape, dtype }) },
  "prims::empty_strided": { decompose: ({ shape, dtype }, call) => call("aten::zeros", { size: shape, dtype }) },
  "prims::empty_permuted": { decompose: ({ shape, dtype }, call) => call("aten::zeros", { size: shape, dtype }) },
  "prims::view_of": { decompose: ({ a }, call) => call("aten::alias", { self: a }) },
  "prims::item": { decompose: ({ a }, call) => call("aten::item", { self: a }) },
} satisfies AtenTable;
