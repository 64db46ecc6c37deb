/** @file Triangular systems and Cholesky's factors: values are the core's, ONNX is told a loop over rows or columns. */

import * as core from "../core/ops/linalg.ts";
import type { Strided } from "../core/strided.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { batchOf, isEmpty, matrices, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** `info` with k + 1 where it was 0 and `failed`. */
export const noted = (info: Symbolic, failed: Symbolic, k: Symbolic, call: Call): Symbolic => {
  const { add, and, eq, where } = matrices(call);
  return where(and(failed, eq(info, 0)), add(k, 1), info);
};

/** What each matrix's factorization answered, as PyTorch returns it: int32 […]. */
export const infoTensor = (info: Symbolic, call: Call): Symbolic =>
  matrices(call).to(call("aten::squeeze.dims", { self: info, dim: [-2, -1] }), "int32");

/** X with T X = B for a triangular T, of which that triangle counts, in T's own dtype; batches are broadcast. */
export function triangularSolved(T: Symbolic, B: Symbolic, { upper, unit }: Required<core.Triangular>, call: Call): Symbolic {
  const { column, div, eq, expand, fromLast, full, matmul, row, rowNumbers, sub, tril, triu, where } = matrices(call);
  const n = rowsOf(T);
  const b = expand(B, solvedType(T, B).shape);
  const strict = upper ? triu(T, 1) : tril(T, -1);
  const rows = rowNumbers(T);
  const [X] = call.loop(isEmpty(b) ? 0 : n, [full(b.shape, 0, T.dtype)], (turn, [x]) => {
    const i = upper ? fromLast(n, turn) : turn;
    const rest = sub(row(b, i), matmul(row(strict, i), x as Symbolic));
    const solved = unit ? rest : div(rest, column(row(T, i), i));
    return { next: [where(eq(rows, i), solved, x as Symbolic)] };
  });
  return X as Symbolic;
}

function solved(T: Symbolic, B: Symbolic, upper: boolean, left: boolean, unit: boolean, call: Call): Symbolic {
  const { doubled, swapped, to } = matrices(call);
  const [t, b] = [doubled(T), doubled(B)];
  if (left) return to(triangularSolved(t, b, { upper, unit }, call), B.dtype);
  return to(swapped(triangularSolved(swapped(t), swapped(b), { upper: !upper, unit }, call)), B.dtype);
}

const solvedType = (T: TensorType, B: TensorType): Meta => typed(B.dtype, broadcastShapes(batchOf(T), batchOf(B)), ...B.shape.slice(-2));

/** L with A = L Lᴴ (`upper`: Lᴴ), and 0, or k + 1 for the first leading minor of order k + 1 that is not positive. */
export function factoredByCholesky(A: Symbolic, upper: boolean, call: Call): [Symbolic, Symbolic] {
  const { adjoint, column, div, doubled, eq, full, gt, matmul, real, row, rowNumbers, sub, to, where } = matrices(call);
  const given = doubled(upper ? adjoint(A) : A);
  const rows = rowNumbers(A);
  const start = [full(A.shape, 0, given.dtype), full([...batchOf(A), 1, 1], 0, "int64")];
  const [L, info] = call.loop(isEmpty(A) ? 0 : rowsOf(A), start, (k, [l, info]) => {
    const done = l as Symbolic;
    const left = sub(column(given, k), matmul(done, adjoint(row(done, k))));
    const square = real(row(left, k));
    const root = to(call("aten::sqrt", { self: square }), given.dtype);
    const under = where(gt(rows, k), div(left, root), 0);
    const own = where(eq(rows, k), root, under);
    const here = eq(call("aten::arange", { end: rowsOf(A), dtype: "int64" }), k);
    const failed = call("aten::logical_not", { self: call("aten::gt.Scalar", { self: square, other: 0 }) });
    return { next: [where(here, own, done), noted(info as Symbolic, failed, k, call)] };
  }) as [Symbolic, Symbolic];
  return [to(upper ? adjoint(L) : L, A.dtype), infoTensor(info, call)];
}

/** A⁻¹ B from the Cholesky factor of A: L (`upper`: Lᴴ). */
function choleskySolved(B: Symbolic, factor: Symbolic, upper: boolean, call: Call): Symbolic {
  const { adjoint, doubled, to } = matrices(call);
  const L = doubled(upper ? adjoint(factor) : factor);
  const y = triangularSolved(L, doubled(B), { upper: false, unit: false }, call);
  return to(triangularSolved(adjoint(L), y, { upper: true, unit: false }, call), B.dtype);
}

type Values = { readonly self: Strided; readonly upper: boolean };
type TriangularArgs = Values & { readonly B: Strided; readonly left: boolean; readonly unitriangular: boolean };
function triangularValues({ self, B, upper, left, unitriangular: unit }: TriangularArgs): Strided {
  if (left) return core.triangularSolve(self, B, { upper, unit });
  return core.swapped(core.triangularSolve(core.swapped(self), core.swapped(B), { upper: !upper, unit }));
}

function choleskyValues({ self, upper }: Values): [Strided, Strided] {
  const [L, infos] = core.choleskyEx(self, upper);
  return [L, core.infoTensor(infos, self)];
}

const same = ({ dtype, shape }: TensorType): Meta => ({ dtype, shape });

export const linalgTriangular = {
  "aten::linalg_solve_triangular": {
    meta: ({ self, B }) => solvedType(self, B),
    eval: triangularValues,
    decompose: ({ self, B, upper, left, unitriangular }, call) => solved(self, B, upper, left, unitriangular, call),
  },
  // The old one takes the right-hand side first, and returns the matrix with the solution.
  "aten::triangular_solve": {
    decompose: ({ self, A, upper, transpose, unitriangular }, call) => {
      const { expand, swapped } = matrices(call);
      const batch = broadcastShapes(batchOf(A), batchOf(self));
      const [T, turned] = transpose ? [swapped(A), !upper] : [A, upper];
      const X = call("aten::linalg_solve_triangular", { self: T, B: self, upper: turned, left: true, unitriangular });
      return [X, call("aten::clone", { self: expand(A, [...batch, ...A.shape.slice(-2)]) })];
    },
  },
  "aten::cholesky": {
    meta: ({ self }) => same(self),
    eval: ({ self, upper }) => core.cholesky(self, upper),
    decompose: ({ self, upper }, call) => factoredByCholesky(self, upper, call)[0],
  },
  "aten::linalg_cholesky": {
    meta: ({ self }) => same(self),
    eval: ({ self, upper }) => core.cholesky(self, upper),
    decompose: ({ self, upper }, call) => factoredByCholesky(self, upper, call)[0],
  },
  "aten::linalg_cholesky_ex": {
    meta: ({ self }) => [same(self), typed("int32", batchOf(self))],
    eval: choleskyValues,
    decompose: ({ self, upper }, call) => factoredByCholesky(self, upper, call),
  },
  "aten::cholesky_solve": {
    meta: ({ self, input2 }) => solvedType(input2, self),
    eval: ({ self, input2, upper }) => core.choleskySolve(self, input2, upper),
    decompose: ({ self, input2, upper }, call) => choleskySolved(self, input2, upper, call),
  },
  "aten::cholesky_inverse": {
    meta: ({ self }) => same(self),
    eval: ({ self, upper }) => core.choleskySolve(core.identity(core.rows(self), self.dtype), self, upper),
    decompose: ({ self, upper }, call) => choleskySolved(matrices(call).identity(rowsOf(self), rowsOf(self), self), self, upper, call),
  },
} satisfies AtenTable;
