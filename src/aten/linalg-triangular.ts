/** @file Triangular systems and Cholesky's factors: values are the core's, ONNX is told a loop over rows or columns. */

import * as core from "../core/ops/linalg.ts";
import type { Strided } from "../core/strided.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import {
  adjoint,
  batchOf,
  both,
  cast,
  column,
  div,
  doubled,
  equals,
  exceeds,
  expand,
  fromLast,
  full,
  identity,
  is,
  isEmpty,
  matmul,
  plus,
  real,
  row,
  rowNumbers,
  rowsOf,
  sub,
  swapped,
  tril,
  triu,
  typed,
  where,
  whereOr,
} from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** `info` with k + 1 where it was 0 and `failed`. */
export const noted = (info: Symbolic, failed: Symbolic, k: Symbolic, call: Call): Symbolic =>
  where(both(failed, is(info, 0, call), call), plus(k, 1, call), info, call);

/** What each matrix's factorization answered, as PyTorch returns it: int32 […]. */
export const infoTensor = (info: Symbolic, call: Call): Symbolic =>
  cast(call("aten::squeeze.dims", { self: info, dim: [-2, -1] }), "int32", call);

/** X with T X = B for a triangular T, of which that triangle counts, in T's own dtype; batches are broadcast. */
export function triangularSolved(T: Symbolic, B: Symbolic, { upper, unit }: Required<core.Triangular>, call: Call): Symbolic {
  const n = rowsOf(T);
  const b = expand(B, solvedType(T, B).shape, call);
  const strict = upper ? triu(T, 1, call) : tril(T, -1, call);
  const rows = rowNumbers(T, call);
  const [X] = call.loop(isEmpty(b) ? 0 : n, [full(b.shape, 0, T.dtype, call)], (turn, [x]) => {
    const i = upper ? fromLast(n, turn, call) : turn;
    const rest = sub(row(b, i, call), matmul(row(strict, i, call), x as Symbolic, call), call);
    const solved = unit ? rest : div(rest, column(row(T, i, call), i, call), call);
    return { next: [where(equals(rows, i, call), solved, x as Symbolic, call)] };
  });
  return X as Symbolic;
}

function solved(T: Symbolic, B: Symbolic, upper: boolean, left: boolean, unit: boolean, call: Call): Symbolic {
  const [t, b] = [doubled(T, call), doubled(B, call)];
  if (left) return cast(triangularSolved(t, b, { upper, unit }, call), B.dtype, call);
  return cast(swapped(triangularSolved(swapped(t, call), swapped(b, call), { upper: !upper, unit }, call), call), B.dtype, call);
}

const solvedType = (T: TensorType, B: TensorType): Meta => typed(B.dtype, broadcastShapes(batchOf(T), batchOf(B)), ...B.shape.slice(-2));

/** L with A = L Lᴴ (`upper`: Lᴴ), and 0, or k + 1 for the first leading minor of order k + 1 that is not positive. */
export function factoredByCholesky(A: Symbolic, upper: boolean, call: Call): [Symbolic, Symbolic] {
  const given = doubled(upper ? adjoint(A, call) : A, call);
  const rows = rowNumbers(A, call);
  const start = [full(A.shape, 0, given.dtype, call), full([...batchOf(A), 1, 1], 0, "int64", call)];
  const [L, info] = call.loop(isEmpty(A) ? 0 : rowsOf(A), start, (k, [l, info]) => {
    const done = l as Symbolic;
    const left = sub(column(given, k, call), matmul(done, adjoint(row(done, k, call), call), call), call);
    const square = real(row(left, k, call), call);
    const root = cast(call("aten::sqrt", { self: square }), given.dtype, call);
    const under = whereOr(exceeds(rows, k, call), div(left, root, call), 0, call);
    const own = where(equals(rows, k, call), root, under, call);
    const here = equals(call("aten::arange", { end: rowsOf(A), dtype: "int64" }), k, call);
    const failed = call("aten::logical_not", { self: call("aten::gt.Scalar", { self: square, other: 0 }) });
    return { next: [where(here, own, done, call), noted(info as Symbolic, failed, k, call)] };
  }) as [Symbolic, Symbolic];
  return [cast(upper ? adjoint(L, call) : L, A.dtype, call), infoTensor(info, call)];
}

/** A⁻¹ B from the Cholesky factor of A: L (`upper`: Lᴴ). */
function choleskySolved(B: Symbolic, factor: Symbolic, upper: boolean, call: Call): Symbolic {
  const L = doubled(upper ? adjoint(factor, call) : factor, call);
  const y = triangularSolved(L, doubled(B, call), { upper: false, unit: false }, call);
  return cast(triangularSolved(adjoint(L, call), y, { upper: true, unit: false }, call), B.dtype, call);
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
      const batch = broadcastShapes(batchOf(A), batchOf(self));
      const [T, turned] = transpose ? [swapped(A, call), !upper] : [A, upper];
      const X = call("aten::linalg_solve_triangular", { self: T, B: self, upper: turned, left: true, unitriangular });
      return [X, call("aten::clone", { self: expand(A, [...batch, ...A.shape.slice(-2)], call) })];
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
    decompose: ({ self, upper }, call) => choleskySolved(identity(rowsOf(self), rowsOf(self), self, call), self, upper, call),
  },
} satisfies AtenTable;
