/** @file LU factors and what is solved with them: values are the core's, ONNX is told a loop over columns. */

import * as core from "../core/ops/linalg.ts";
import { isComplex } from "../dtype.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { infoTensor, noted, triangularSolved } from "./linalg-triangular.ts";
import { batchOf, columnsOf, isEmpty, matrices, rankOf, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Rows of `m` with rows k (int64) and p […, 1, 1] exchanged. */
export function exchanged(m: Symbolic, k: Symbolic, p: Symbolic, call: Call): Symbolic {
  const { eq, expand, rowNumbers, where } = matrices(call);
  if (isEmpty(m)) return m;
  const rows = rowNumbers(m);
  const order = where(eq(rows, k), p, where(eq(rows, p), k, rows));
  return call("aten::gather", { self: m, dim: -2, index: expand(order, m.shape) });
}

/** |x|; of complex numbers |re| + |im|, by which LAPACK chooses pivots. */
export function taxicab(self: Symbolic, call: Call): Symbolic {
  const { abs, add } = matrices(call);
  if (!isComplex(self.dtype)) return abs(self);
  return add(abs(call("aten::real", { self })), abs(call("aten::imag", { self })));
}

/** The row at or below k with the largest entry in column k: […, 1, 1]. */
export function pivotRow(m: Symbolic, k: Symbolic, call: Call): Symbolic {
  const { column, rowNumbers, where } = matrices(call);
  const below = call("aten::ge.Tensor", { self: rowNumbers(m), other: k });
  return call("aten::argmax", { self: where(below, taxicab(column(m, k), call), -1), dim: -2, keepdim: true });
}

export interface Factors {
  /** U on and above the diagonal, the factors of L below. */
  readonly lu: Symbolic;
  /** The row, from 0, that each row k < min(m, n) was exchanged with. */
  readonly pivots: Symbolic;
  /** 0, or k + 1 for the first k with U[k, k] = 0: […, 1, 1]. */
  readonly info: Symbolic;
}

/** P A = L U in A's own dtype, with the largest pivot of each column or without exchanges; a column whose pivot is 0 stays (LAPACK's getf2). */
export function factorized(A: Symbolic, pivoting: boolean, call: Call): Factors {
  const { and, column, columnNumbers, div, eq, expand, full, gt, iota, mul, row, rowNumbers, squared, sub, where } = matrices(call);
  const k = rankOf(A);
  const batch = batchOf(A);
  const [rows, columns, places] = [rowNumbers(A), columnNumbers(A), iota(k)];
  const start = [A, full([...batch, 1, k], 0, "int64"), full([...batch, 1, 1], 0, "int64")];
  const [lu, pivots, info] = call.loop(isEmpty(A) ? 0 : k, start, (i, [m, pivots, info]) => {
    const p = pivoting ? pivotRow(m as Symbolic, i, call) : expand(call("aten::reshape", { self: i, shape: [1, 1] }), [...batch, 1, 1]);
    const lu = pivoting ? exchanged(m as Symbolic, i, p, call) : (m as Symbolic);
    const top = row(lu, i);
    const [pivot, left] = [column(top, i), column(lu, i)];
    const zero = eq(squared(pivot), 0);
    const factors = div(left, where(zero, full([], 1, A.dtype), pivot));
    const under = gt(rows, i);
    const cleared = where(zero, lu, sub(lu, mul(factors, top)));
    const inner = where(and(under, gt(columns, i)), cleared, lu);
    const next = where(and(under, eq(columns, i)), factors, inner);
    const chosen = where(eq(places, i), p, pivots as Symbolic);
    return { next: [next, chosen, noted(info as Symbolic, zero, i, call)] };
  }) as [Symbolic, Symbolic, Symbolic];
  return { lu, pivots: call("aten::squeeze.dim", { self: pivots, dim: -2 }), info };
}

/** Rows counted from 1, as LAPACK has them: int32 […, k]. */
export const pivotTensor = (pivots: Symbolic, call: Call): Symbolic => {
  const { add, to } = matrices(call);
  return to(add(pivots, 1), "int32");
};

/** -1 to the number of exchanges: float64 […]. */
export function parity(pivots: Symbolic, call: Call): Symbolic {
  const { eq, full, iota, where } = matrices(call);
  const stayed = eq(pivots, iota(columnsOf(pivots)));
  const sign = where(stayed, full([], 1, "float64"), -1);
  return call("aten::prod.dim_int", { self: sign, dim: -1 });
}

/** Packed factors, pivots and infos as torch.linalg.lu_factor_ex returns them. */
function packed(A: Symbolic, pivoting: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const { doubled, to } = matrices(call);
  const { lu, pivots, info } = factorized(doubled(A), pivoting, call);
  return [to(lu, A.dtype), pivotTensor(pivots, call), infoTensor(info, call)];
}

/** Rows of `m` exchanged as `pivots` (from 1) say, in order or back. */
function permuted(m: Symbolic, pivots: Symbolic, back: boolean, call: Call): Symbolic {
  const { add, at, fromLast, to, unsqueeze } = matrices(call);
  const count = columnsOf(pivots);
  const places = add(to(pivots, "int64"), -1);
  const [result] = call.loop(count, [m], (turn, [x]) => {
    const i = back ? fromLast(count, turn) : turn;
    return { next: [exchanged(x as Symbolic, i, unsqueeze(at(places, -1, i), -1), call)] };
  });
  return result as Symbolic;
}

/** P, L, U of packed factors. What is not unpacked is empty. */
function unpacked(LU: Symbolic, pivots: Symbolic, data: boolean, permutation: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const { add, full, identity, slice, swapped, tril, triu } = matrices(call);
  const [rows, k] = [rowsOf(LU), rankOf(LU)];
  const none = full([0], 0, LU.dtype);
  const L = data ? add(tril(slice(LU, -1, 0, k), -1), identity(rows, k, LU)) : none;
  const U = data ? triu(slice(LU, -2, 0, k), 0) : none;
  const P = permutation ? swapped(permuted(identity(rows, rows, LU), pivots, false, call)) : none;
  return [P, L, U];
}

/** X with A X = B, or with the adjoint of A, or from the right, from A's packed factors. */
function solvedWith(LU: Symbolic, pivots: Symbolic, B: Symbolic, left: boolean, transposed: boolean, call: Call): Symbolic {
  const { adjoint, doubled, expand, full, to } = matrices(call);
  // X A = B is Aᴴ Xᴴ = Bᴴ.
  if (!left) return adjoint(solvedWith(LU, pivots, adjoint(B), true, !transposed, call));
  const batch = broadcastShapes(batchOf(LU), batchOf(B));
  if (isEmpty(LU) || isEmpty(B)) return full(solvedType(LU, B).shape, 0, B.dtype);
  const spread = (x: Symbolic): Symbolic => expand(x, [...batch, ...x.shape.slice(-2)]);
  const [lu, b] = [doubled(spread(LU)), doubled(spread(B))];
  const rows = expand(pivots, [...batch, columnsOf(pivots)]);
  if (!transposed) {
    const y = triangularSolved(lu, permuted(b, rows, false, call), { upper: false, unit: true }, call);
    return to(triangularSolved(lu, y, { upper: true, unit: false }, call), B.dtype);
  }
  const star = adjoint(lu);
  const y = triangularSolved(star, b, { upper: false, unit: false }, call);
  return to(permuted(triangularSolved(star, y, { upper: true, unit: true }, call), rows, true, call), B.dtype);
}

const solvedType = (LU: TensorType, B: TensorType): Meta => typed(B.dtype, broadcastShapes(batchOf(LU), batchOf(B)), ...B.shape.slice(-2));

const factorTypes = (A: TensorType): [Meta, Meta, Meta] => [
  { dtype: A.dtype, shape: A.shape },
  typed("int32", batchOf(A), rankOf(A)),
  typed("int32", batchOf(A)),
];

function factorsType(LU: TensorType, data: boolean, permutation: boolean): [Meta, Meta, Meta] {
  const [rows, k] = [rowsOf(LU), rankOf(LU)];
  const matrix = (there: boolean, m: typeof rows, n: typeof rows): Meta =>
    there ? typed(LU.dtype, batchOf(LU), m, n) : typed(LU.dtype, [0]);
  return [matrix(permutation, rows, rows), matrix(data, rows, k), matrix(data, k, columnsOf(LU))];
}

const firstTwo = <T>([a, b]: readonly [T, T, T]): [T, T] => [a, b];

export const linalgLu = {
  "aten::linalg_lu_factor": {
    meta: ({ A }) => firstTwo(factorTypes(A)),
    eval: ({ A, pivot }) => firstTwo(core.luFactor(A, pivot)),
    decompose: ({ A, pivot }, call) => firstTwo(packed(A, pivot, call)),
  },
  "aten::linalg_lu_factor_ex": {
    meta: ({ A }) => factorTypes(A),
    eval: ({ A, pivot }) => core.luFactor(A, pivot),
    decompose: ({ A, pivot }, call) => packed(A, pivot, call),
  },
  "aten::_lu_with_info": {
    meta: ({ self }) => factorTypes(self),
    eval: ({ self, pivot }) => core.luFactor(self, pivot),
    decompose: ({ self, pivot }, call) => packed(self, pivot, call),
  },
  "aten::lu_unpack": {
    meta: ({ LU_data, unpack_data, unpack_pivots }) => factorsType(LU_data, unpack_data, unpack_pivots),
    decompose: ({ LU_data, LU_pivots, unpack_data, unpack_pivots }, call) => unpacked(LU_data, LU_pivots, unpack_data, unpack_pivots, call),
  },
  "aten::linalg_lu": {
    meta: ({ A, pivot }) => factorsType(A, true, pivot),
    eval: ({ A, pivot }) => core.lu(A, pivot),
    decompose: ({ A, pivot }, call) => {
      const [LU, pivots] = packed(A, pivot, call);
      return unpacked(LU, pivots, true, pivot, call);
    },
  },
  "aten::linalg_lu_solve": {
    meta: ({ LU, B }) => solvedType(LU, B),
    eval: ({ LU, pivots, B, left, adjoint }) => core.luSolve(LU, pivots, B, left, adjoint),
    decompose: ({ LU, pivots, B, left, adjoint }, call) => solvedWith(LU, pivots, B, left, adjoint, call),
  },
  "aten::lu_solve": {
    decompose: ({ self, LU_data, LU_pivots }, call) => call("aten::linalg_lu_solve", { LU: LU_data, pivots: LU_pivots, B: self }),
  },
} satisfies AtenTable;
