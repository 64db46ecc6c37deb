/** @file Singular value decompositions: the values are the core's, ONNX is told a loop of one-sided Jacobi rotations. */

import { svd } from "../core/ops/decompositions.ts";
import { realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { compare, type Dim } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import { halves, moved, rotationOf, seats, sweeps, turned } from "./jacobi.ts";
import { factored, orthogonalized } from "./linalg-qr.ts";
import { batchOf, columnsOf, isEmpty, matrices, rankOf, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** A = U diag(S) Vh. */
interface Svd {
  readonly U: Symbolic;
  readonly S: Symbolic;
  readonly Vh: Symbolic;
}

export function fixedSize(A: TensorType, dim: number, what: string): number {
  const n = A.shape.at(dim);
  if (typeof n === "number") return n;
  throw new OnnxExporterError("aten/argument", `${what} of a matrix of symbolic size`, "give a fixed size; batches may be symbolic");
}

/** Columns whose cosine is below this are orthogonal: what rounding leaves of a sum of `length` products. */
const flatness = (length: number): number => 2 ** -52 * Math.max(length, 8);

/**
 * Rows of `x` [..., n, length + more] turned in pairs until their first `length` numbers are orthogonal; what follows in a row turns with
 * it. n is even.
 */
function orthogonalRows(x: Symbolic, n: number, length: number, call: Call): Symbolic {
  const { abs, add, conjugate, full, gt, mul, slice, squared, sum } = matrices(call);
  const half = n / 2;
  const order = seats(half, call);
  const quiet = full([], 0, "int64");
  const [result] = call.loop(sweeps * (n - 1), [x, quiet], (_, [x, quiet]) => {
    const pair = halves(x as Symbolic, half, call);
    const [p, q] = pair.map((rows) => slice(rows, -1, 0, length)) as [Symbolic, Symbolic];
    const [a, b] = [sum(squared(p), [-1], true), sum(squared(q), [-1], true)];
    const g = sum(mul(conjugate(p), q), [-1], true);
    const bound = mul(call("aten::sqrt", { self: mul(a, b) }), flatness(length));
    const busy = call("aten::any", { self: gt(abs(g), bound) });
    const next = moved(turned(pair, rotationOf(a, b, g, call), call), -2, order, call);
    const rounds = call("aten::where.ScalarSelf", { condition: busy, self: 0, other: add(quiet as Symbolic, 1) });
    return { next: [next, rounds], goesOn: call("aten::lt.Scalar", { self: rounds, other: n - 1 }) };
  });
  return result as Symbolic;
}

/** Rows of `x` sorted by `keys`, largest first, and the keys: the first `n` of each. */
function longestFirst(x: Symbolic, keys: Symbolic, n: number, call: Call): { rows: Symbolic; S: Symbolic } {
  const { expand, slice, unsqueeze } = matrices(call);
  const [sorted, index] = call("aten::sort", { self: keys, dim: -1, descending: true });
  const order = slice(index, -1, 0, n);
  const places = expand(unsqueeze(order, -1), [...batchOf(x), n, columnsOf(x)]);
  return { rows: call("aten::gather", { self: x, dim: -2, index: places }), S: slice(sorted, -1, 0, n) };
}

/** Rows (A V)ᵀ, each beside its row of Vᵀ, and the singular values of a square matrix; rows of nothing but (A V)ᵀ without `vectors`. */
function jacobi(A: Symbolic, vectors: boolean, call: Call): { rows: Symbolic; S: Symbolic } {
  const { cat, identity, slice, squared, sum, swapped, where } = matrices(call);
  const n = fixedSize(A, -1, "the svd");
  const even = n + (n % 2);
  const columns = swapped(A);
  const wide = vectors ? cat([columns, identity(n, n, A)], -1) : columns;
  const padded = even > n ? call("aten::constant_pad_nd", { self: wide, pad: [0, 0, 0, 1], value: 0 }) : wide;
  const rows = n < 2 ? padded : orthogonalRows(padded, even, n, call);
  const sizes = (from: number): Symbolic => sum(squared(slice(rows, -1, from, from + n)), [-1], false);
  const S = call("aten::sqrt", { self: sizes(0) });
  if (even === n || !vectors) return longestFirst(rows, S, n, call);
  // The row of zeros that made the count even has no part in V: it is to come behind all singular values.
  const own = call("aten::gt.Scalar", { self: sizes(n), other: 0.5 });
  return longestFirst(rows, where(own, S, -1), n, call);
}

/** The decomposition of square matrices. The Q of (A V)'s QR has the directions of U, and completes them where columns are 0. */
function squareSvd(A: Symbolic, call: Call): Svd {
  const { conjugate, diagonal, neg, real, slice, swapped, unsqueeze, where } = matrices(call);
  const n = fixedSize(A, -1, "the svd");
  const { rows, S } = jacobi(A, true, call);
  const [Q, R] = orthogonalized(swapped(slice(rows, -1, 0, n)), n, call);
  const back = call("aten::lt.Scalar", { self: real(diagonal(R)), other: 0 });
  const U = where(unsqueeze(back, -2), neg(Q), Q);
  return { U, S, Vh: conjugate(slice(rows, -1, n, 2 * n)) };
}

/** m >= n: the decomposition of R, where A = Q R, gives A's. */
function tallSvd(A: Symbolic, complete: boolean, call: Call): Svd {
  const { cat, matmul, slice } = matrices(call);
  const [m, n] = [fixedSize(A, -2, "the svd"), fixedSize(A, -1, "the svd")];
  if (m === n) return squareSvd(A, call);
  const [Q, R] = orthogonalized(A, complete ? m : n, call);
  const inner = squareSvd(slice(R, -2, 0, n), call);
  const head = matmul(slice(Q, -1, 0, n), inner.U);
  return { ...inner, U: complete ? cat([head, slice(Q, -1, n, m)], -1) : head };
}

const isWide = (A: TensorType): boolean => compare(rowsOf(A), "<", columnsOf(A)) === true;

/** The singular values of matrices without elements, which ONNX Runtime's kernels are not given. */
const noValues = (A: Symbolic, call: Call): Symbolic => matrices(call).full([...batchOf(A), rankOf(A)], 0, realOf(A.dtype));

/** U, S and Vh in A's own dtype. */
function singularTriple(A: Symbolic, complete: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const { adjoint, cat, conjugate, identity, mul, phases, slice, swapped } = matrices(call);
  const [m, n] = [fixedSize(A, -2, "the svd"), fixedSize(A, -1, "the svd")];
  if (isEmpty(A)) {
    const k = Math.min(m, n);
    return [identity(m, complete ? m : k, A), noValues(A, call), identity(complete ? n : k, n, A)];
  }
  const wide = isWide(A);
  const { U, S, Vh } = tallSvd(wide ? adjoint(A) : A, complete, call);
  const [left, right] = wide ? [adjoint(Vh), adjoint(U)] : [U, Vh];
  const k = Math.min(m, n);
  const phase = phases(slice(left, -1, 0, k));
  // Columns and rows beyond min(m, n) stay: they are the rest of a basis.
  const turned = (x: Symbolic, dim: number, size: number, p: Symbolic): Symbolic => {
    const own = mul(slice(x, dim, 0, k), p);
    return size > k ? cat([own, slice(x, dim, k, size)], dim) : own;
  };
  const turnedBack = conjugate(swapped(phase));
  return [turned(left, -1, complete ? m : k, phase), S, turned(right, -2, complete ? n : k, turnedBack)];
}

function singularValues(A: Symbolic, call: Call): Symbolic {
  const { adjoint, slice, triu } = matrices(call);
  if (isEmpty(A)) return noValues(A, call);
  const tall = isWide(A) ? adjoint(A) : A;
  if (rowsOf(tall) === columnsOf(tall)) return jacobi(tall, false, call).S;
  const R = triu(factored(tall, call)[0], 0);
  return jacobi(slice(R, -2, 0, columnsOf(tall)), false, call).S;
}

function svdType(A: TensorType, complete: boolean): [Meta, Meta, Meta] {
  const [batch, m, n, k] = [batchOf(A), rowsOf(A), columnsOf(A), rankOf(A)];
  const [left, right] = complete ? [m, n] : [k, k];
  return [typed(A.dtype, batch, m, left), typed(realOf(A.dtype), batch, k), typed(A.dtype, batch, right, n)];
}

/** The old svd returns V and not its adjoint; zeros in the place of the vectors that are not asked for. */
function oldSvd(A: Symbolic, some: boolean, vectors: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const { adjoint, full } = matrices(call);
  const [m, n] = [rowsOf(A), columnsOf(A)];
  if (!vectors) {
    const zeros = (size: Dim): Symbolic => full([...batchOf(A), size, size], 0, A.dtype);
    return [zeros(m), call("aten::linalg_svdvals", { A }), zeros(n)];
  }
  const [U, S, Vh] = call("aten::linalg_svd", { A, full_matrices: !some });
  return [U, S, adjoint(Vh)];
}

export const linalgSvd = {
  "aten::linalg_svd": {
    meta: ({ A, full_matrices }) => svdType(A, full_matrices),
    eval: ({ A, full_matrices }) => svd(A, full_matrices),
    decompose: ({ A, full_matrices }, call) => {
      const { doubled, rounding } = matrices(call);
      const [U, S, Vh] = singularTriple(doubled(A), full_matrices, call);
      const to = rounding(A);
      return [to(U), to(S), to(Vh)];
    },
  },
  "aten::_linalg_svd": {
    decompose: ({ A, full_matrices, compute_uv }, call) => {
      const { full } = matrices(call);
      if (compute_uv) return call("aten::linalg_svd", { A, full_matrices });
      return [full([0], 0, A.dtype), call("aten::linalg_svdvals", { A }), full([0], 0, A.dtype)];
    },
  },
  "aten::linalg_svdvals": {
    meta: ({ A }) => svdType(A, false)[1],
    eval: ({ A }) => svd(A)[1],
    decompose: ({ A }, call) => {
      const { doubled, rounding } = matrices(call);
      return rounding(A)(singularValues(doubled(A), call));
    },
  },
  "aten::svd": { decompose: ({ self, some, compute_uv }, call) => oldSvd(self, some, compute_uv, call) },
} satisfies AtenTable;
