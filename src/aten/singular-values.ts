/** @file Singular values, and what follows from them: the values are the core's; ONNX is told one-sided Jacobi rotations, unrolled. */

import { svd } from "../core/ops/decompositions.ts";
import { type DType, isComplex, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

/** Columns beyond which the unrolled rotations would be too many. */
const limit = 24;
/** Passes over all pairs of rows: they converge quadratically. */
const sweeps = 7;

const mul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
const add = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::add.Tensor", { self, other });
const sub = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::sub.Tensor", { self, other });
const div = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::div.Tensor", { self, other });
const cat = (tensors: readonly Symbolic[], dim: number, call: Call): Symbolic => call("aten::cat", { tensors, dim });
const swapped = (self: Symbolic, call: Call): Symbolic => call("aten::transpose.int", { self, dim0: -2, dim1: -1 });
const rows = (self: Symbolic, start: number, end: number, call: Call): Symbolic =>
  call("aten::slice.Tensor", { self, dim: -2, start, end });
const square = (x: Symbolic, call: Call): Symbolic => call("aten::sum.dim_IntList", { self: mul(x, x, call), dim: [-1], keepdim: true });

function sizeOf(A: Symbolic, dim: number): number {
  const n = A.shape.at(dim);
  if (typeof n === "number") return n;
  throw new OnnxExporterError("aten/argument", "singular values of a matrix of symbolic size", "give a fixed size");
}

/** Where singular values count: above max(atol, rtol * largest). */
interface Tolerance {
  readonly atol: Symbolic | number | null;
  readonly rtol: Symbolic | number | null;
}

const epsilon = (dtype: DType): number => (realOf(dtype) === "float64" ? 2 ** -52 : 2 ** -23);

/** The symmetric matrix that the lower triangle says. */
function fromLower(A: Symbolic, call: Call): Symbolic {
  const below = call("aten::tril", { self: A, diagonal: -1 });
  const above = swapped(isComplex(A.dtype) ? call("aten::conj_physical", { self: below }) : below, call);
  return add(call("aten::tril", { self: A }), above, call);
}

/** PyTorch's default for rtol, eps * max(m, n), holds where atol is neither given nor positive (ATen/native/LinearAlgebra.cpp, get_atol_rtol). */
function rank(A: Symbolic, { atol, rtol }: Tolerance, hermitian: boolean, call: Call): Symbolic {
  const batch = A.shape.slice(0, -2);
  if (A.shape.slice(-2).includes(0)) return call("aten::full", { size: batch, fill_value: 0, dtype: "int64" });
  const S = call("aten::linalg_svdvals", { A: hermitian ? fromLower(A, call) : A });
  const most = call("aten::amax", { self: S, dim: [-1], keepdim: true });
  const standard = epsilon(A.dtype) * Math.max(sizeOf(A, -2), sizeOf(A, -1));
  const column = (x: Symbolic): Symbolic => call("aten::unsqueeze", { self: call("aten::to.dtype", { self: x, dtype: S.dtype }), dim: -1 });
  const relative = (): Symbolic => {
    if (typeof rtol === "number") return call("aten::mul.Scalar", { self: most, other: rtol });
    if (rtol !== null) return mul(most, column(rtol), call);
    const usual = call("aten::mul.Scalar", { self: most, other: standard });
    if (atol === null) return usual;
    if (typeof atol === "number") return atol > 0 ? call("aten::zeros_like", { self: most }) : usual;
    return call("aten::where.ScalarSelf", { condition: call("aten::gt.Scalar", { self: column(atol), other: 0 }), self: 0, other: usual });
  };
  const tolerance = (): Symbolic => {
    const r = relative();
    if (atol === null) return r;
    return typeof atol === "number"
      ? call("aten::clamp_min", { self: r, min: atol })
      : call("aten::maximum", { self: r, other: column(atol) });
  };
  const counted = call("aten::to.dtype", { self: call("aten::gt.Tensor", { self: S, other: tolerance() }), dtype: "int64" });
  return call("aten::sum.dim_IntList", { self: counted, dim: [-1] });
}

const float = (x: number | Dim | null): number | null => x as number | null;

export const singular = {
  "aten::linalg_matrix_rank": { decompose: ({ self, tol, hermitian }, call) => rank(self, { atol: float(tol), rtol: 0 }, hermitian, call) },
  "aten::linalg_matrix_rank.tol_tensor": {
    decompose: ({ input, tol, hermitian }, call) => rank(input, { atol: tol, rtol: 0 }, hermitian, call),
  },
  "aten::linalg_matrix_rank.atol_rtol_float": {
    decompose: ({ self, atol, rtol, hermitian }, call) => rank(self, { atol: float(atol), rtol: float(rtol) }, hermitian, call),
  },
  "aten::linalg_matrix_rank.atol_rtol_tensor": {
    decompose: ({ input, atol, rtol, hermitian }, call) => rank(input, { atol, rtol }, hermitian, call),
  },
} satisfies AtenTable;
