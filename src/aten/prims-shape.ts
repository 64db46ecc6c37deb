/** @file `prims::*` that move, join and reduce: ATen ops whose arguments have other names, and that promote nothing. */

import type { DType } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface Reduction {
  readonly inp: Symbolic;
  readonly dims: readonly number[] | null;
  readonly output_dtype: DType | null;
}
const dimsOf = ({ inp, dims }: Reduction): readonly number[] => dims ?? inp.shape.map((_, i) => i);
const typed = (call: Call, self: Symbolic, { output_dtype }: Reduction): Symbolic =>
  output_dtype === null ? self : algebra(call).to(self, output_dtype);

/** Dims `start` to `end`, both included, as one. */
const collapsed = ({ a, start, end }: { readonly a: Symbolic; readonly start: number; readonly end: number }, call: Call): Symbolic =>
  a.shape.length === 0
    ? call("aten::reshape", { self: a, shape: [1] })
    : call("aten::flatten.using_ints", { self: a, start_dim: start, end_dim: end });

export const primsShape = {
  ...each(["prims::amax", "prims::amin"], (name) => ({
    decompose: (args: Reduction, call: Call): Symbolic => {
      const over = { self: args.inp, dim: dimsOf(args), keepdim: false };
      return typed(call, name === "prims::amax" ? call("aten::amax", over) : call("aten::amin", over), args);
    },
  })),
  "prims::sum": {
    decompose: (args, call) =>
      call("aten::sum.dim_IntList", { self: args.inp, dim: dimsOf(args), keepdim: false, dtype: args.output_dtype }),
  },
  "prims::prod": {
    decompose: (args, call) => {
      const dtype = args.output_dtype ?? args.inp.dtype;
      const inwards = [...dimsOf(args)].sort((a, b) => b - a);
      return inwards.reduce<Symbolic>((self, dim) => call("aten::prod.dim_int", { self, dim, keepdim: false, dtype }), args.inp);
    },
  },
  "prims::var": {
    decompose: ({ correction, ...args }, call) =>
      typed(
        call,
        call("aten::var.correction", { self: args.inp, dim: dimsOf(args), correction: correction as number, keepdim: false }),
        args,
      ),
  },
  "prims::broadcast_in_dim": {
    decompose: ({ a, shape, broadcast_dimensions: places }, call) => {
      const own = shape.map((_, i): Dim => (places.includes(i) ? (a.shape[places.indexOf(i)] as Dim) : 1));
      return call("aten::expand", { self: call("aten::reshape", { self: a, shape: own }), size: shape });
    },
  },
  ...each(["prims::collapse", "prims::collapse_view"], () => ({ decompose: collapsed })),
  "prims::split_dim": {
    decompose: ({ a, dim, outer_length }, call) => call("aten::unflatten.int", { self: a, dim, sizes: [outer_length, -1] }),
  },
  "prims::squeeze": { decompose: ({ a, dimensions }, call) => call("aten::squeeze.dims", { self: a, dim: dimensions }) },
  "prims::transpose": { decompose: ({ a, permutation }, call) => call("aten::permute", { self: a, dims: permutation }) },
  "prims::reshape": { decompose: ({ a, shape }, call) => call("aten::reshape", { self: a, shape }) },
  "prims::rev": { decompose: ({ a, dims }, call) => call("aten::flip", { self: a, dims }) },
  "prims::cat": { decompose: (args, call) => call("aten::cat", args) },
  "prims::copy_strided": { decompose: ({ a }, call) => call("aten::clone", { self: a }) },
  "prims::as_strided_scatter": { decompose: (args, call) => call("aten::as_strided_scatter", args) },
  "prims::view_of_dtype": { decompose: ({ a, dtype }, call) => call("aten::view.dtype", { self: a, dtype }) },
  "prims::conj": { decompose: ({ a }, call) => call("aten::conj", { self: a }) },
  "prims::conj_physical": { decompose: (args, call) => call("aten::conj_physical", args) },
  "prims::real": { decompose: (args, call) => call("aten::real", args) },
  "prims::imag": { decompose: (args, call) => call("aten::imag", args) },
  "prims::fft_c2c": { decompose: (args, call) => call("aten::_fft_c2c", { ...args, normalization: 0 }) },
  "prims::fft_r2c": { decompose: (args, call) => call("aten::_fft_r2c", { ...args, normalization: 0 }) },
  "prims::fft_c2r": { decompose: (args, call) => call("aten::_fft_c2r", { ...args, normalization: 0 }) },
  "prims::cbrt": {
    decompose: ({ self }, call) => {
      const root = call("aten::pow.Tensor_Scalar", { self: call("aten::abs", { self }), exponent: 1 / 3 });
      return call("aten::mul.Tensor", { self: call("aten::sign", { self }), other: root });
    },
  },
} satisfies AtenTable;
