/**
 * @file Linear algebra: values are the core's; ONNX is told it for small square matrices [..., n, n], unrolled over n: elimination with row
 * pivoting, Cholesky, powers.
 */

import { matrixExp } from "../core/ops/decompositions.ts";
import { binary, cast, where as choose, compare, fill, unary } from "../core/ops/elementwise.ts";
import { squeeze, unsqueeze as withDim } from "../core/ops/layout.ts";
import * as core from "../core/ops/linalg.ts";
import type { Strided } from "../core/strided.ts";
import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim, Shape } from "../symbolic.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

/** Beyond this size the unrolled program would be larger than what it computes is worth. */
const limit = 64;

function sizeOf(A: Symbolic, dim: number, op: string): number {
  const n = A.shape.at(dim);
  if (typeof n === "number" && n <= limit) return n;
  throw new OnnxExporterError(
    "aten/argument",
    `${op} of a matrix of ${String(n)} rows`,
    `it is unrolled: give a fixed size up to ${limit}`,
  );
}

const mul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
const sub = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::sub.Tensor", { self, other });
const div = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::div.Tensor", { self, other });
const matmul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::matmul", { self, other });
const where = (condition: Symbolic, self: Symbolic, other: Symbolic, call: Call): Symbolic =>
  call("aten::where.self", { condition, self, other });
const select = (self: Symbolic, dim: number, index: number, call: Call): Symbolic => call("aten::select.int", { self, dim, index });
const unsqueeze = (self: Symbolic, dim: number, call: Call): Symbolic => call("aten::unsqueeze", { self, dim });
const slice = (self: Symbolic, dim: number, start: number, end: number, call: Call): Symbolic =>
  call("aten::slice.Tensor", { self, dim, start, end });
const iota = (n: Dim, call: Call): Symbolic => call("aten::arange", { end: n, dtype: "int64" });
const is = (self: Symbolic, other: number, call: Call): Symbolic => call("aten::eq.Scalar", { self, other });
const swapped = (self: Symbolic, call: Call): Symbolic => call("aten::transpose.int", { self, dim0: -2, dim1: -1 });
const full = (size: Shape, value: number, like: Symbolic, call: Call): Symbolic =>
  call("aten::full", { size, fill_value: value, dtype: like.dtype });
const identity = (n: number, like: Symbolic, call: Call): Symbolic => call("aten::eye", { n, dtype: like.dtype });

/** Rows of `m` with rows k and p [...] exchanged. */
function exchange(m: Symbolic, k: number, p: Symbolic, call: Call): Symbolic {
  const rows = iota(m.shape.at(-2) as Dim, call);
  const at = unsqueeze(p, -1, call);
  const here = call("aten::eq.Tensor", { self: rows, other: at });
  const kept = where(here, call("aten::full", { size: [], fill_value: k, dtype: "int64" }), rows, call);
  const order = where(is(rows, k, call), at, kept, call);
  return call("aten::gather", { self: m, dim: -2, index: call("aten::expand", { self: unsqueeze(order, -1, call), size: m.shape }) });
}

/** |x|; of complex numbers |re| + |im|, by which LAPACK chooses pivots. */
function magnitude(self: Symbolic, call: Call): Symbolic {
  const abs = (x: Symbolic): Symbolic => call("aten::abs", { self: x });
  if (!isComplex(self.dtype)) return abs(self);
  return call("aten::add.Tensor", { self: abs(call("aten::real", { self })), other: abs(call("aten::imag", { self })) });
}

const conjugate = (self: Symbolic, call: Call): Symbolic => (isComplex(self.dtype) ? call("aten::conj_physical", { self }) : self);

/** The row at or below k with the largest entry in column k: [...]. */
function pivotRow(m: Symbolic, k: number, n: number, call: Call): Symbolic {
  const below = slice(select(m, -1, k, call), -1, k, n, call);
  const place = call("aten::argmax", { self: magnitude(below, call), dim: -1 });
  return call("aten::add.Scalar", { self: place, other: k });
}

interface Factors {
  /** U on and above the diagonal, the factors of L below. */
  readonly lu: Symbolic;
  /** Which row was exchanged with row k, counted from 0. */
  readonly pivots: readonly Symbolic[];
}

/** P A = L U by columns, A [..., rows, columns]. */
function factorized(A: Symbolic, pivot: boolean, call: Call): Factors {
  const [rows, columns] = [sizeOf(A, -2, "LU"), sizeOf(A, -1, "LU")];
  const pivots: Symbolic[] = [];
  let lu = A;
  for (let k = 0; k < Math.min(rows, columns); k++) {
    const p = pivot ? pivotRow(lu, k, rows, call) : call("aten::full", { size: A.shape.slice(0, -2), fill_value: k, dtype: "int64" });
    pivots.push(p);
    if (pivot) lu = exchange(lu, k, p, call);
    if (k + 1 >= rows) continue;
    const row = slice(lu, -2, k, k + 1, call);
    const below = slice(lu, -2, k + 1, rows, call);
    const factors = div(slice(below, -1, k, k + 1, call), slice(row, -1, k, k + 1, call), call);
    const left = call("aten::cat", { tensors: [slice(below, -1, 0, k, call), factors], dim: -1 });
    const right = sub(slice(below, -1, k + 1, columns, call), mul(factors, slice(row, -1, k + 1, columns, call), call), call);
    const rest = call("aten::cat", { tensors: [left, right], dim: -1 });
    lu = call("aten::cat", { tensors: [slice(lu, -2, 0, k + 1, call), rest], dim: -2 });
  }
  return { lu, pivots };
}

/** 1-based rows, as LAPACK has them: int32 [..., k]. */
const pivotTensor = (f: Factors, A: Symbolic, call: Call): Symbolic => {
  if (f.pivots.length === 0) return call("aten::full", { size: [...A.shape.slice(0, -2), 0], fill_value: 0, dtype: "int32" });
  const all = call("aten::stack", { tensors: f.pivots, dim: -1 });
  return call("aten::to.dtype", { self: call("aten::add.Scalar", { self: all, other: 1 }), dtype: "int32" });
};

const diagonal = (self: Symbolic, call: Call): Symbolic => call("aten::diagonal", { self, offset: 0, dim1: -2, dim2: -1 });

/** -1 to the number of exchanges: [...]. */
function parity(f: Factors, like: Symbolic, call: Call): Symbolic {
  const ones = full(like.shape.slice(0, -2), 1, like, call);
  return f.pivots.reduce((sign, p, k) => where(is(p, k, call), sign, call("aten::neg", { self: sign }), call), ones);
}

function determinant(A: Symbolic, call: Call): Symbolic {
  const f = factorized(A, true, call);
  return mul(call("aten::prod.dim_int", { self: diagonal(f.lu, call), dim: -1 }), parity(f, A, call), call);
}

function signAndLog(A: Symbolic, call: Call): [Symbolic, Symbolic] {
  const f = factorized(A, true, call);
  const pivots = diagonal(f.lu, call);
  const sign = mul(call("aten::prod.dim_int", { self: call("aten::sgn", { self: pivots }), dim: -1 }), parity(f, A, call), call);
  const logs = call("aten::log", { self: call("aten::abs", { self: pivots }) });
  return [sign, call("aten::sum.dim_IntList", { self: logs, dim: [-1] })];
}

/** A⁻¹ B by Gauss and Jordan: the rows of [A | B] are cleared around each pivot. */
function solved(A: Symbolic, B: Symbolic, call: Call): Symbolic {
  const n = sizeOf(A, -1, "a linear system");
  const batch = broadcastShapes(A.shape.slice(0, -2), B.shape.slice(0, -2));
  const spread = (x: Symbolic): Symbolic => call("aten::expand", { self: x, size: [...batch, ...x.shape.slice(-2)] });
  let m = call("aten::cat", { tensors: [spread(A), spread(B)], dim: -1 });
  for (let k = 0; k < n; k++) {
    m = exchange(m, k, pivotRow(m, k, n, call), call);
    const row = slice(m, -2, k, k + 1, call);
    const scaled = div(row, slice(row, -1, k, k + 1, call), call);
    const cleared = sub(m, mul(slice(m, -1, k, k + 1, call), scaled, call), call);
    m = where(unsqueeze(is(iota(n, call), k, call), -1, call), scaled, cleared, call);
  }
  return call("aten::slice.Tensor", { self: m, dim: -1, start: n });
}

const inverse = (A: Symbolic, call: Call): Symbolic => solved(A, identity(sizeOf(A, -1, "the inverse"), A, call), call);
const noInfo = (A: Symbolic, call: Call): Symbolic => call("aten::full", { size: A.shape.slice(0, -2), fill_value: 0, dtype: "int32" });

/** Whether B is a stack of vectors beside A (torch.linalg.solve). */
const isVector = (A: Pick<Symbolic, "shape">, B: Pick<Symbolic, "shape">): boolean =>
  B.shape.length === 1 || (B.shape.length === A.shape.length - 1 && B.shape.every((d, i) => d === A.shape[i]));

function solve(A: Symbolic, B: Symbolic, left: boolean, call: Call): Symbolic {
  if (isVector(A, B)) return call("aten::squeeze.dim", { self: solved(A, unsqueeze(B, -1, call), call), dim: -1 });
  return left ? solved(A, B, call) : swapped(solved(swapped(A, call), swapped(B, call), call), call);
}

/** L with A = L Lᴴ, column by column. */
function cholesky(A: Symbolic, upper: boolean, call: Call): Symbolic {
  const n = sizeOf(A, -1, "cholesky");
  const given = upper ? conjugate(swapped(A, call), call) : A;
  const columns: Symbolic[] = [];
  for (let k = 0; k < n; k++) {
    let column = slice(given, -1, k, k + 1, call);
    if (columns.length > 0) {
      const done = columns.length === 1 ? (columns[0] as Symbolic) : call("aten::cat", { tensors: columns, dim: -1 });
      column = sub(column, matmul(done, conjugate(swapped(slice(done, -2, k, k + 1, call), call), call), call), call);
    }
    const root = call("aten::sqrt", { self: slice(column, -2, k, k + 1, call) });
    const below = unsqueeze(call("aten::ge.Scalar", { self: iota(n, call), other: k }), -1, call);
    columns.push(call("aten::where.ScalarOther", { condition: below, self: div(column, root, call), other: 0 }));
  }
  const L = columns.length === 0 ? A : call("aten::cat", { tensors: columns, dim: -1 });
  return upper ? conjugate(swapped(L, call), call) : L;
}

/** Rows of X with T X = B for a triangular T, one after the other. */
function triangular(T: Symbolic, B: Symbolic, upper: boolean, unit: boolean, call: Call): Symbolic {
  const n = sizeOf(T, -1, "a triangular system");
  const rows: Symbolic[] = [];
  for (let i = 0; i < n; i++) {
    const k = upper ? n - 1 - i : i;
    let right = slice(B, -2, k, k + 1, call);
    if (rows.length > 0) {
      const known = rows.length === 1 ? (rows[0] as Symbolic) : call("aten::cat", { tensors: upper ? [...rows].reverse() : rows, dim: -2 });
      const factors = slice(slice(T, -2, k, k + 1, call), -1, upper ? k + 1 : 0, upper ? n : k, call);
      right = sub(right, matmul(factors, known, call), call);
    }
    rows.push(unit ? right : div(right, slice(slice(T, -2, k, k + 1, call), -1, k, k + 1, call), call));
  }
  return rows.length === 0 ? B : call("aten::cat", { tensors: upper ? rows.reverse() : rows, dim: -2 });
}

function choleskySolve(B: Symbolic, factor: Symbolic, upper: boolean, call: Call): Symbolic {
  const L = upper ? conjugate(swapped(factor, call), call) : factor;
  return triangular(conjugate(swapped(L, call), call), triangular(L, B, false, false, call), true, false, call);
}

const tril = (self: Symbolic, k: number, call: Call): Symbolic => call("aten::tril", { self, diagonal: k });

/** P, L, U of packed factors. What is not unpacked is empty. */
function unpacked(LU: Symbolic, pivots: Symbolic, data: boolean, permutation: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const [rows, columns] = [sizeOf(LU, -2, "lu_unpack"), sizeOf(LU, -1, "lu_unpack")];
  const k = Math.min(rows, columns);
  const none = full([0], 0, LU, call);
  let L = none;
  let U = none;
  if (data) {
    const ones = call("aten::eye.m", { n: rows, m: k, dtype: LU.dtype });
    L = call("aten::add.Tensor", { self: tril(slice(LU, -1, 0, k, call), -1, call), other: ones });
    U = call("aten::triu", { self: slice(LU, -2, 0, k, call) });
  }
  if (!permutation) return [none, L, U];
  let P = call("aten::expand", { self: identity(rows, LU, call), size: [...LU.shape.slice(0, -2), rows, rows] });
  for (let i = 0; i < k; i++) {
    const p = call("aten::sub.Scalar", { self: call("aten::to.dtype", { self: select(pivots, -1, i, call), dtype: "int64" }), other: 1 });
    P = exchange(P, i, p, call);
  }
  return [swapped(P, call), L, U];
}

/** exp(A) = exp(A / 2^s)^(2^s) with Taylor's series of degree 12 for the small matrix. */
function exponential(A: Symbolic, call: Call): Symbolic {
  const n = A.shape.at(-1);
  if (typeof n !== "number") throw new OnnxExporterError("aten/argument", "matrix_exp of a symbolic size", "give a fixed size");
  const squarings = 7;
  const small = call("aten::mul.Scalar", { self: A, other: 2 ** -squarings });
  const one = identity(n, A, call);
  let sum = one;
  // Horner: I + X (I + X/2 (I + X/3 (…))).
  for (let k = 12; k >= 1; k--) {
    sum = call("aten::add.Tensor", { self: one, other: call("aten::mul.Scalar", { self: matmul(small, sum, call), other: 1 / k }) });
  }
  for (let i = 0; i < squarings; i++) sum = matmul(sum, sum, call);
  return call("aten::expand", { self: sum, size: A.shape });
}

function power(A: Symbolic, n: number, call: Call): Symbolic {
  if (n === 0) return call("aten::expand", { self: identity(sizeOf(A, -1, "matrix_power"), A, call), size: A.shape });
  let square = n < 0 ? inverse(A, call) : A;
  let result: Symbolic | null = null;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? square : matmul(result, square, call);
    if (rest > 1) square = matmul(square, square, call);
  }
  return result as Symbolic;
}

type A = { readonly A: Strided };
type Self = { readonly self: Strided };

/** log det: NaN where the determinant is negative. */
function logdetValues({ self }: Self): Strided {
  const [sign, log] = core.slogdet(self);
  if (isComplex(self.dtype)) return binary("add", unary("log", sign), cast(log, self.dtype));
  return choose(compare("lt", sign, fill(sign.dtype, [], 0)), fill(log.dtype, [], Number.NaN), log);
}

function inverseValues({ A }: A): [Strided, Strided] {
  const [X, infos] = core.inverseEx(A);
  return [X, core.infoTensor(infos, A)];
}

function choleskyValues({ self, upper }: Self & { readonly upper: boolean }): [Strided, Strided] {
  const [L, infos] = core.choleskyEx(self, upper);
  return [L, core.infoTensor(infos, self)];
}

const solveValues = ({ A, B, left }: A & { readonly B: Strided; readonly left: boolean }): Strided =>
  isVector(A, B) ? squeeze(core.solve(A, withDim(B, -1)), [-1]) : core.solve(A, B, left);

type TriangularArgs = Self & { readonly B: Strided; readonly upper: boolean; readonly left: boolean; readonly unitriangular: boolean };
function triangularValues({ self, B, upper, left, unitriangular: unit }: TriangularArgs): Strided {
  if (left) return core.triangularSolve(self, B, { upper, unit });
  return core.swapped(core.triangularSolve(core.swapped(self), core.swapped(B), { upper: !upper, unit }));
}

export const linalg = {
  "aten::linalg_det": { eval: ({ A }) => core.det(A), decompose: ({ A }, call) => determinant(A, call) },
  "aten::det": { eval: ({ self }) => core.det(self), decompose: ({ self }, call) => determinant(self, call) },
  "aten::linalg_slogdet": { eval: ({ A }) => core.slogdet(A), decompose: ({ A }, call) => signAndLog(A, call) },
  "aten::slogdet": { eval: ({ self }) => core.slogdet(self), decompose: ({ self }, call) => signAndLog(self, call) },
  "aten::logdet": {
    eval: logdetValues,
    decompose: ({ self }, call) => {
      const [sign, log] = signAndLog(self, call);
      if (isComplex(self.dtype)) return call("aten::add.Tensor", { self: call("aten::log", { self: sign }), other: log });
      return call("aten::masked_fill.Scalar", { self: log, mask: is(sign, -1, call), value: Number.NaN });
    },
  },
  "aten::linalg_inv": { eval: ({ A }) => core.inverse(A), decompose: ({ A }, call) => inverse(A, call) },
  "aten::inverse": { eval: ({ self }) => core.inverse(self), decompose: ({ self }, call) => inverse(self, call) },
  "aten::linalg_inv_ex": { eval: inverseValues, decompose: ({ A }, call) => [inverse(A, call), noInfo(A, call)] },
  "aten::linalg_solve": { eval: solveValues, decompose: ({ A, B, left }, call) => solve(A, B, left, call) },
  "aten::linalg_solve_triangular": {
    eval: triangularValues,
    decompose: ({ self, B, upper, left, unitriangular }, call) =>
      left
        ? triangular(self, B, upper, unitriangular, call)
        : swapped(triangular(swapped(self, call), swapped(B, call), !upper, unitriangular, call), call),
  },
  "aten::linalg_lu_factor": {
    eval: ({ A, pivot }) => core.luFactor(A, pivot).slice(0, 2) as [Strided, Strided],
    decompose: ({ A, pivot }, call) => {
      const f = factorized(A, pivot, call);
      return [f.lu, pivotTensor(f, A, call)];
    },
  },
  "aten::linalg_lu_factor_ex": {
    eval: ({ A, pivot }) => core.luFactor(A, pivot),
    decompose: ({ A, pivot }, call) => {
      const f = factorized(A, pivot, call);
      return [f.lu, pivotTensor(f, A, call), noInfo(A, call)];
    },
  },
  "aten::lu_unpack": {
    decompose: ({ LU_data, LU_pivots, unpack_data, unpack_pivots }, call) => unpacked(LU_data, LU_pivots, unpack_data, unpack_pivots, call),
  },
  "aten::linalg_lu": {
    eval: ({ A, pivot }) => core.lu(A, pivot),
    decompose: ({ A, pivot }, call) => {
      const f = factorized(A, pivot, call);
      return unpacked(f.lu, pivotTensor(f, A, call), true, pivot, call);
    },
  },
  "aten::cholesky": {
    eval: ({ self, upper }) => core.cholesky(self, upper),
    decompose: ({ self, upper }, call) => cholesky(self, upper, call),
  },
  "aten::linalg_cholesky": {
    eval: ({ self, upper }) => core.cholesky(self, upper),
    decompose: ({ self, upper }, call) => cholesky(self, upper, call),
  },
  "aten::linalg_cholesky_ex": {
    eval: choleskyValues,
    decompose: ({ self, upper }, call) => [cholesky(self, upper, call), noInfo(self, call)],
  },
  "aten::cholesky_solve": {
    eval: ({ self, input2, upper }) => core.choleskySolve(self, input2, upper),
    decompose: ({ self, input2, upper }, call) => choleskySolve(self, input2, upper, call),
  },
  "aten::cholesky_inverse": {
    eval: ({ self, upper }) => core.choleskySolve(core.identity(core.rows(self), self.dtype), self, upper),
    decompose: ({ self, upper }, call) => choleskySolve(identity(sizeOf(self, -1, "cholesky_inverse"), self, call), self, upper, call),
  },
  "aten::matrix_exp": { eval: ({ self }) => matrixExp(self), decompose: ({ self }, call) => exponential(self, call) },
  "aten::linalg_matrix_exp": { eval: ({ self }) => matrixExp(self), decompose: ({ self }, call) => exponential(self, call) },
  "aten::linalg_matrix_power": { eval: ({ self, n }) => core.matrixPower(self, n), decompose: ({ self, n }, call) => power(self, n, call) },
  "aten::matrix_power": { eval: ({ self, n }) => core.matrixPower(self, n), decompose: ({ self, n }, call) => power(self, n, call) },
} satisfies AtenTable;
