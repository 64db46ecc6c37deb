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

/**
 * Makes each row of `upper` orthogonal to the same row of `lower` ([..., pairs, m]): a rotation by the angle whose tangent is
 * t = sign(z) / (|z| + sqrt(1 + z²)), z = (|b|² - |a|²) / (2 a·b) (Golub and Van Loan, 8.6.3). Orthogonal rows stay.
 */
function rotated(a: Symbolic, b: Symbolic, call: Call): [Symbolic, Symbolic] {
  const product = call("aten::sum.dim_IntList", { self: mul(a, b, call), dim: [-1], keepdim: true });
  const flat = call("aten::eq.Scalar", { self: product, other: 0 });
  const safe = call("aten::where.ScalarSelf", { condition: flat, self: 1, other: product });
  const z = div(sub(square(b, call), square(a, call), call), call("aten::mul.Scalar", { self: safe, other: 2 }), call);
  const size = call("aten::abs", { self: z });
  // sqrt(1 + z²) as hypot: z² may overflow.
  const length = call("aten::hypot", { self: z, other: call("aten::ones_like", { self: z }) });
  const sign = call("aten::where.ScalarSelf", {
    condition: call("aten::lt.Scalar", { self: z, other: 0 }),
    self: -1,
    other: call("aten::ones_like", { self: z }),
  });
  const t = call("aten::where.ScalarSelf", { condition: flat, self: 0, other: div(sign, add(size, length, call), call) });
  const c = call("aten::rsqrt", { self: call("aten::add.Scalar", { self: mul(t, t, call), other: 1 }) });
  const s = mul(t, c, call);
  return [sub(mul(c, a, call), mul(s, b, call), call), add(mul(s, a, call), mul(c, b, call), call)];
}

/** The next round of a tournament between the rows above and below: the first stays, the others move on by one seat around the table. */
function nextRound(top: Symbolic, bottom: Symbolic, half: number, call: Call): Symbolic {
  if (half === 1) return cat([top, bottom], -2, call);
  const [t, b] = [(i: number, j: number) => rows(top, i, j, call), (i: number, j: number) => rows(bottom, i, j, call)];
  const middle = half > 2 ? [t(1, half - 1)] : [];
  return cat([t(0, 1), b(0, 1), ...middle, b(1, half), t(half - 1, half)], -2, call);
}

/** Singular values [..., min(m, n)], largest first. Complex matrices as [[re, -im], [im, re]], which has each value twice. */
function singularValues(A: Symbolic, call: Call): Symbolic {
  const [m, n] = [sizeOf(A, -2), sizeOf(A, -1)];
  const k = Math.min(m, n);
  // ONNX Runtime divides by the count of empty batches in some of the steps.
  if (A.shape.includes(0)) return call("aten::full", { size: [...A.shape.slice(0, -2), k], fill_value: 0, dtype: realOf(A.dtype) });
  if (isComplex(A.dtype)) {
    const [re, im] = [call("aten::real", { self: A }), call("aten::imag", { self: A })];
    const whole = cat([cat([re, call("aten::neg", { self: im })], -1, call), cat([im, re], -1, call)], -2, call);
    return call("aten::slice.Tensor", { self: singularValues(whole, call), dim: -1, start: 0, step: 2 });
  }
  if (k > limit)
    throw new OnnxExporterError(
      "aten/argument",
      `singular values of a ${m} x ${n} matrix`,
      `they are unrolled: at most ${limit} rows or columns`,
    );
  const low = A.dtype === "float16" || A.dtype === "bfloat16";
  const wide = low ? call("aten::to.dtype", { self: A, dtype: "float32" }) : A;
  let x = m <= n ? wide : swapped(wide, call); // [..., k, length]: rows are made orthogonal
  const even = k + (k % 2);
  if (even > k) x = call("aten::constant_pad_nd", { self: x, pad: [0, 0, 0, 1], value: 0 });
  const half = even / 2;
  const rounds = k < 2 ? 0 : sweeps * (even - 1);
  for (let i = 0; i < rounds; i++) x = nextRound(...rotated(rows(x, 0, half, call), rows(x, half, even, call), call), half, call);
  const lengths = call("aten::linalg_vector_norm", { self: x, ord: 2, dim: [-1] });
  const [values] = call("aten::sort", { self: lengths, dim: -1, descending: true });
  const kept = call("aten::slice.Tensor", { self: values, dim: -1, start: 0, end: k });
  return low ? call("aten::to.dtype", { self: kept, dtype: A.dtype }) : kept;
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
  "aten::linalg_svdvals": { eval: ({ A }) => svd(A)[1], decompose: ({ A }, call) => singularValues(A, call) },
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
