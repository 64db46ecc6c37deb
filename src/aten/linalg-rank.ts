/** @file What follows from singular values above a tolerance: ranks, pseudoinverses and least squares. */

import { type Cutoff, pinv } from "../core/ops/decompositions.ts";
import { type DType, realOf } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import { eigenpairs, hermitian as fromTriangle } from "./linalg-eigh.ts";
import { fixedSize } from "./linalg-svd.ts";
import { batchOf, columnsOf, isEmpty, matrices, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Singular values count above max(atol, rtol * largest). */
interface Tolerance {
  readonly atol: Symbolic | number | null;
  readonly rtol: Symbolic | number | null;
}

const epsilon = (dtype: DType): number => (realOf(dtype) === "float64" ? 2 ** -52 : 2 ** -23);

/**
 * The bound […, 1] above which values of `A` count, of which `most` is the largest. PyTorch's default for rtol, eps * max(m, n), holds
 * where atol is neither given nor positive (ATen/native/LinearAlgebra.cpp, get_atol_rtol).
 */
function bound(A: Symbolic, most: Symbolic, { atol, rtol }: Tolerance, call: Call): Symbolic {
  const { mul, to, unsqueeze } = matrices(call);
  const column = (x: Symbolic): Symbolic => unsqueeze(to(x, most.dtype), -1);
  const relative = (): Symbolic => {
    if (typeof rtol === "number") return mul(most, rtol);
    if (rtol !== null) return mul(most, column(rtol));
    const usual = mul(most, epsilon(A.dtype) * Math.max(fixedSize(A, -2, "the rank"), fixedSize(A, -1, "the rank")));
    if (atol === null) return usual;
    if (typeof atol === "number") return atol > 0 ? mul(most, 0) : usual;
    return call("aten::where.ScalarSelf", { condition: call("aten::gt.Scalar", { self: column(atol), other: 0 }), self: 0, other: usual });
  };
  if (atol === null) return relative();
  if (typeof atol === "number") return call("aten::clamp_min", { self: relative(), min: atol });
  return call("aten::maximum", { self: relative(), other: column(atol) });
}

const largest = (S: Symbolic, call: Call): Symbolic => call("aten::amax", { self: S, dim: [-1], keepdim: true });

function rank(A: Symbolic, tolerance: Tolerance, hermitian: boolean, call: Call): Symbolic {
  const { full } = matrices(call);
  if (A.shape.slice(-2).includes(0)) return full(batchOf(A), 0, "int64");
  const S = call("aten::linalg_svdvals", { A: hermitian ? fromTriangle(A, false, call) : A });
  return countAbove(A, S, tolerance, call);
}

function countAbove(A: Symbolic, S: Symbolic, tolerance: Tolerance, call: Call): Symbolic {
  const { gt, sum, to } = matrices(call);
  return sum(to(gt(S, bound(A, largest(S, call), tolerance, call)), "int64"), [-1], false);
}

/** 1 / x for the values whose size counts, 0 for the others. */
function inverted(A: Symbolic, x: Symbolic, tolerance: Tolerance, call: Call): Symbolic {
  const { abs, gt, where } = matrices(call);
  const size = abs(x);
  const counts = gt(size, bound(A, largest(size, call), tolerance, call));
  return where(counts, call("aten::reciprocal", { self: x }), 0);
}

/** The pseudoinverse of Moore and Penrose […, n, m] in double precision. */
function pseudoinverse(A: Symbolic, tolerance: Tolerance, hermitian: boolean, call: Call): Symbolic {
  const { adjoint, doubled, full, matmul, mul, unsqueeze } = matrices(call);
  const wide = doubled(A);
  if (isEmpty(A)) return full(pinvType(A).shape, 0, wide.dtype);
  if (hermitian) {
    const [values, Q] = eigenpairs(wide, false, call);
    return matmul(mul(Q, unsqueeze(inverted(A, values, tolerance, call), -2)), adjoint(Q));
  }
  const [U, S, Vh] = call("aten::linalg_svd", { A: wide, full_matrices: false });
  return matmul(mul(adjoint(Vh), unsqueeze(inverted(A, S, tolerance, call), -2)), adjoint(U));
}

const roundedInverse = (A: Symbolic, tolerance: Tolerance, hermitian: boolean, call: Call): Symbolic =>
  matrices(call).to(pseudoinverse(A, tolerance, hermitian, call), A.dtype);

const pinvType = (A: TensorType): Meta => typed(A.dtype, batchOf(A), columnsOf(A), rowsOf(A));
const float = (x: number | Dim | null): number | null => x as number | null;
const cutoff = (atol: number | Dim | null, rtol: number | Dim | null): Cutoff => ({
  ...(atol !== null && { atol: Number(atol) }),
  ...(rtol !== null && { rtol: Number(rtol) }),
});

interface LeastSquares {
  readonly self: Symbolic;
  readonly b: Symbolic;
  readonly rcond: number | Dim | null;
  readonly driver: string | null;
}

/**
 * The shortest solutions with the least |A X - B|. Residuals come from the drivers that give them, where A has more rows than columns, as for
 * matrices of full rank; PyTorch's driver on CPU, gelsy, gives none.
 */
function leastSquares({ self: A, b, rcond, driver }: LeastSquares, call: Call): [Symbolic, Symbolic, Symbolic, Symbolic] {
  const { doubled, full, matmul, squared, squeeze, sub, sum, to, unsqueeze } = matrices(call);
  const vector = b.shape.length === A.shape.length - 1;
  const [m, n] = [fixedSize(A, -2, "least squares"), fixedSize(A, -1, "least squares")];
  const tolerance = { atol: null, rtol: float(rcond) };
  const B = doubled(vector ? unsqueeze(b, -1) : b);
  const X = matmul(pseudoinverse(A, tolerance, false, call), B);
  const errors = (): Symbolic => sum(squared(sub(matmul(doubled(A), X), B)), [-2], false);
  const none = full([0], 0, realOf(A.dtype));
  const residuals = m > n && driver !== null && driver !== "gelsy" ? to(errors(), realOf(A.dtype)) : none;
  const S = call("aten::linalg_svdvals", { A });
  const ranks = driver === "gels" ? full([0], 0, "int64") : countAbove(A, S, tolerance, call);
  const solution = to(vector ? squeeze(X, -1) : X, A.dtype);
  return [solution, residuals, ranks, driver === "gelsd" || driver === "gelss" ? S : none];
}

export const linalgRank = {
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
  "aten::linalg_pinv.atol_rtol_tensor": {
    meta: ({ self }) => pinvType(self),
    decompose: ({ self, atol, rtol, hermitian }, call) => roundedInverse(self, { atol, rtol }, hermitian, call),
  },
  "aten::linalg_pinv.atol_rtol_float": {
    meta: ({ self }) => pinvType(self),
    eval: ({ self, atol, rtol, hermitian }) => pinv(self, cutoff(atol, rtol), hermitian),
    decompose: ({ self, atol, rtol, hermitian }, call) => roundedInverse(self, { atol: float(atol), rtol: float(rtol) }, hermitian, call),
  },
  "aten::linalg_pinv": {
    meta: ({ self }) => pinvType(self),
    eval: ({ self, rcond, hermitian }) => pinv(self, cutoff(null, rcond), hermitian),
    decompose: ({ self, rcond, hermitian }, call) => roundedInverse(self, { atol: null, rtol: float(rcond) }, hermitian, call),
  },
  "aten::linalg_pinv.rcond_tensor": {
    meta: ({ self }) => pinvType(self),
    decompose: ({ self, rcond, hermitian }, call) => roundedInverse(self, { atol: null, rtol: rcond }, hermitian, call),
  },
  "aten::pinverse": {
    meta: ({ self }) => pinvType(self),
    eval: ({ self, rcond }) => pinv(self, cutoff(null, rcond)),
    decompose: ({ self, rcond }, call) => roundedInverse(self, { atol: null, rtol: float(rcond) }, false, call),
  },
  "aten::linalg_lstsq": { decompose: leastSquares },
} satisfies AtenTable;
