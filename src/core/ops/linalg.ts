/**
 * @file Linear algebra on matrices […, m, n] of float or complex dtype; leading dims are a batch. All is computed in double precision and
 * rounded once to the argument's dtype. decompositions.ts has the orthogonal factorizations.
 */

import { type DType, isComplex, isFloat, realOf, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { imagPart, makeComplex, realPart } from "./complex.ts";
import { arange, binary, cast, compare, fill, unary, where } from "./elementwise.ts";
import { broadcastShapes, clone, contiguous, copyInto, expand, show, slice, transpose, unsqueeze } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { reduce } from "./reduce.ts";
import { fromIntegers, integers } from "./values.ts";

/** The dtype that matrices of `dtype` are computed in. Throws `core/dtype` where it is neither float nor complex. */
export function doubleOf(what: string, dtype: DType): DType {
  if (isFloat(dtype)) return "float64";
  if (isComplex(dtype)) return "complex128";
  throw new OnnxExporterError("core/dtype", `${what}: not for matrices of ${dtype}`, "cast to a float dtype first");
}

export const rows = (A: Strided): number => A.shape.at(-2) as number;
export const columns = (A: Strided): number => A.shape.at(-1) as number;
export const batchOf = (A: Strided): readonly number[] => A.shape.slice(0, -2);
export const swapped = (A: Strided): Strided => transpose(A, -2, -1);
/** The conjugate, a copy; `x` itself where it is real. */
export const conjugate = (x: Strided): Strided => (isComplex(x.dtype) ? makeComplex(realPart(x), unary("neg", imagPart(x))) : x);

export const adjoint = (A: Strided): Strided => conjugate(swapped(A));

/** Throws `core/matrix` unless `A` is a stack of matrices, square ones where `square`. */
export function checkMatrix(what: string, A: Strided, square: boolean): void {
  if (A.shape.length >= 2 && (!square || rows(A) === columns(A))) return;
  throw new OnnxExporterError("core/matrix", `${what}: ${show(A.shape)}`, square ? "square matrices […, n, n]" : "matrices […, m, n]");
}

/** A fresh row-major copy of `A` in the dtype that it is computed in. */
export function working(what: string, A: Strided): Strided {
  const wide = doubleOf(what, A.dtype);
  return A.dtype === wide ? clone(A) : contiguous(cast(A, wide));
}

/** Address of matrix `i` of a row-major stack. */
export const matrixAt = (A: Strided, i: number): number => address(A) + i * rows(A) * columns(A) * width(A.dtype);
export const countOf = (A: Strided): number => numel(batchOf(A));

/** Throws `code` for the first matrix whose kernel answered other than 0. */
function refuse(code: string, infos: readonly number[], message: (info: number) => string, hint: string): void {
  const at = infos.findIndex((info) => info !== 0);
  if (at < 0) return;
  throw new OnnxExporterError(code, `${message(infos[at] as number)}${infos.length > 1 ? ` (matrix ${at} of ${infos.length})` : ""}`, hint);
}

export interface Factors {
  /** U on and above the diagonal, the factors of L below: […, m, n], in the dtype of computing. */
  readonly lu: Strided;
  /** The row, from 0, that each row k < min(m, n) was exchanged with, matrix after matrix. */
  readonly pivots: readonly (readonly number[])[];
  /** 0, or k + 1 for the first k with U[k, k] = 0, for each matrix. */
  readonly infos: readonly number[];
}

/** P A = L U with the largest pivot of each column (complex: by |re| + |im|), or without exchanges. */
export function factorize(what: string, A: Strided, pivoting = true): Factors {
  checkMatrix(what, A, false);
  const lu = working(what, A);
  const [m, n, k] = [rows(A), columns(A), Math.min(rows(A), columns(A))];
  const pivots: number[][] = [];
  const infos: number[] = [];
  const kernel = core.kernel("lu", lu.dtype);
  core.frame(() => {
    const ptr = core.scratch(4 * k);
    for (let i = 0; i < countOf(A); i++) {
      infos.push(kernel(matrixAt(lu, i), m, n, ptr, pivoting ? 1 : 0));
      pivots.push(Array.from(core.i32().subarray(ptr >>> 2, (ptr >>> 2) + k)));
    }
  });
  return { lu, pivots, infos };
}

/** What each matrix's kernel answered, as torch returns it: int32 […]. */
export const infoTensor = (infos: readonly number[], A: Strided): Strided => cast(fromIntegers(infos, batchOf(A)), "int32");

/** torch.linalg.lu_factor_ex: packed factors in A's dtype, pivots counted from 1 (int32 […, k]), and infos (int32 […]). */
export function luFactor(A: Strided, pivoting = true): [lu: Strided, pivots: Strided, infos: Strided] {
  const { lu, pivots, infos } = factorize("lu", A, pivoting);
  const k = Math.min(rows(A), columns(A));
  const places = pivots.flatMap((p) => p.map((row) => row + 1));
  return [cast(lu, A.dtype), cast(fromIntegers(places, [...batchOf(A), k]), "int32"), infoTensor(infos, A)];
}

/** A = P L U: P […, m, m] a permutation (empty, [0], without pivoting), L […, m, k] with ones on the diagonal, U […, k, n]. */
export function lu(A: Strided, pivoting = true): [P: Strided, L: Strided, U: Strided] {
  const factors = factorize("lu", A, pivoting);
  const [m, k] = [rows(A), Math.min(rows(A), columns(A))];
  const L = triangle(slice(factors.lu, -1, 0, k), false, -1);
  copyInto(diagonal(L), fill(L.dtype, diagonal(L).shape, 1));
  const U = triangle(slice(factors.lu, -2, 0, k), true);
  return [pivoting ? permutation(factors, m, A.dtype) : empty(A.dtype, [0]), cast(L, A.dtype), cast(U, A.dtype)];
}

/** The matrices that undo the exchanges of `pivots`. */
function permutation({ pivots, lu: like }: Factors, m: number, dtype: DType): Strided {
  const values = pivots.flatMap((p) => {
    const order = Array.from({ length: m }, (_, i) => i);
    p.forEach((row, i) => {
      [order[i], order[row]] = [order[row] as number, order[i] as number];
    });
    return order.flatMap((_, i) => order.map((from) => (from === i ? 1 : 0)));
  });
  return cast(fromIntegers(values, [...batchOf(like), m, m]), dtype);
}

/** The diagonal, a view: […, min(m, n)]. */
export function diagonal(A: Strided): Strided {
  const strides = [...A.strides.slice(0, -2), (A.strides.at(-1) as number) + (A.strides.at(-2) as number)];
  return { ...A, shape: [...batchOf(A), Math.min(rows(A), columns(A))], strides };
}

/** -1 to the number of exchanges, for each matrix. */
const parity = ({ pivots, lu }: Factors): Strided => {
  const signs = pivots.map((p) => p.reduce((sign, row, k) => (row === k ? sign : -sign), 1));
  return cast(fromIntegers(signs, batchOf(lu)), lu.dtype);
};

/** The determinant […] by LU. */
export function det(A: Strided): Strided {
  checkMatrix("det", A, true);
  const factors = factorize("det", A);
  return cast(binary("mul", reduce("prod", diagonal(factors.lu), [-1], false), parity(factors)), A.dtype);
}

/** Sign (complex: of modulus 1) and logarithm of the modulus of the determinant, 0 and -inf where it is 0. */
export function slogdet(A: Strided): [sign: Strided, logabsdet: Strided] {
  checkMatrix("slogdet", A, true);
  const factors = factorize("slogdet", A);
  const pivots = contiguous(diagonal(factors.lu));
  const sizes = unary("abs", pivots);
  const zero = compare("eq", sizes, fill(sizes.dtype, [], 0));
  const safe = where(zero, fill(sizes.dtype, [], 1), sizes);
  const units = isComplex(pivots.dtype) ? binary("div", pivots, cast(safe, pivots.dtype)) : unary("sign", pivots);
  const sign = binary("mul", reduce("prod", units, [-1], false), parity(factors));
  const log = reduce("sum", unary("log", sizes), [-1], false);
  return [cast(sign, A.dtype), cast(log, realOf(A.dtype))];
}

/** Rows of `x` [n, …] exchanged as `pivots` say, in place, in order or back. */
function exchangeRows(ptr: number, rowBytes: number, pivots: readonly number[], back = false): void {
  const bytes = core.u8();
  const steps = pivots.map((p, k) => [p, k] as const);
  (back ? steps.reverse() : steps).forEach(([p, k]) => {
    if (p === k) return;
    const [a, b] = [ptr + k * rowBytes, ptr + p * rowBytes];
    const kept = bytes.slice(a, a + rowBytes);
    bytes.copyWithin(a, b, b + rowBytes);
    bytes.set(kept, b);
  });
}

/** `x` with its leading dims broadcast to `batch`, a fresh copy in the dtype of computing. */
const spread = (what: string, x: Strided, batch: readonly number[]): Strided => working(what, expand(x, [...batch, ...x.shape.slice(-2)]));

/** A⁻¹ B […, n, k] with broadcast batches, and each matrix's info (LAPACK's getrf). Results of singular matrices are not defined. */
export function solveEx(A: Strided, B: Strided): [X: Strided, infos: readonly number[]] {
  checkMatrix("solve", A, true);
  checkMatrix("solve", B, false);
  const batch = broadcastShapes(batchOf(A), batchOf(B));
  const [n, k] = [rows(A), columns(B)];
  if (rows(B) !== n) throw new OnnxExporterError("core/matrix", `solve: ${show(A.shape)} and ${show(B.shape)}`, "B must have A's rows");
  const { lu, pivots, infos } = factorize("solve", A);
  const X = spread("solve", B, batch);
  const kernel = core.kernel("triangular", lu.dtype);
  // Which of A's matrices meets each of X's.
  const which = integers(
    expand(
      fromIntegers(
        infos.map((_, i) => i),
        batchOf(A),
      ),
      batch,
    ),
  );
  which.forEach((from, i) => {
    exchangeRows(matrixAt(X, i), k * width(X.dtype), pivots[from] as number[]);
    kernel(matrixAt(lu, from), n, matrixAt(X, i), k, 0, 1);
    kernel(matrixAt(lu, from), n, matrixAt(X, i), k, 1, 0);
  });
  return [cast(X, B.dtype), infos];
}

const singular = (what: string, infos: readonly number[]): void =>
  refuse("core/singular", infos, (info) => `${what}: the matrix is singular: pivot ${info - 1} is 0`, "pinv and lstsq take such matrices");

/** X with A X = B, or with X A = B where not `left`. Throws `core/singular`. */
export function solve(A: Strided, B: Strided, left = true): Strided {
  if (!left) return swapped(solve(swapped(A), swapped(B)));
  const [X, infos] = solveEx(A, B);
  singular("solve", infos);
  return X;
}

/** [n, n] with ones on the diagonal. */
export function identity(n: number, dtype: DType): Strided {
  const x = fill(dtype, [n, n], 0);
  copyInto(diagonal(x), fill(dtype, [n], 1));
  return x;
}

/** The inverse and each matrix's info. */
export function inverseEx(A: Strided): [inverse: Strided, infos: readonly number[]] {
  checkMatrix("inverse", A, true);
  return solveEx(A, expand(identity(rows(A), A.dtype), A.shape));
}

/** The inverse. Throws `core/singular`. */
export function inverse(A: Strided): Strided {
  const [X, infos] = inverseEx(A);
  singular("inverse", infos);
  return X;
}

/** A^n by squaring; A^-n is that of the inverse. Throws `core/singular`. */
export function matrixPower(A: Strided, n: number): Strided {
  checkMatrix("matrixPower", A, true);
  let square = n < 0 ? inverse(A) : A;
  let result: Strided | null = null;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? square : matmul(result, square);
    if (rest > 1) square = matmul(square, square);
  }
  return result ?? clone(expand(identity(rows(A), A.dtype), A.shape));
}

export interface Triangular {
  readonly upper: boolean;
  /** Ones are taken to be on the diagonal. */
  readonly unit?: boolean;
}

/** X with T X = B for a triangular T, of which only that triangle counts; 0 on the diagonal gives inf or NaN, as in torch. */
export function triangularSolve(T: Strided, B: Strided, { upper, unit = false }: Triangular): Strided {
  checkMatrix("triangularSolve", T, true);
  checkMatrix("triangularSolve", B, false);
  const batch = broadcastShapes(batchOf(T), batchOf(B));
  const [t, X] = [spread("triangularSolve", T, batch), spread("triangularSolve", B, batch)];
  const kernel = core.kernel("triangular", t.dtype);
  for (let i = 0; i < countOf(X); i++) kernel(matrixAt(t, i), rows(T), matrixAt(X, i), columns(B), upper ? 1 : 0, unit ? 1 : 0);
  return cast(X, B.dtype);
}

/** X with A X = B, or with A's adjoint where `transposed`, or X A = B where not `left`, from packed factors and pivots counted from 1. */
export function luSolve(LU: Strided, pivots: Strided, B: Strided, left = true, transposed = false): Strided {
  if (!left) return adjoint(luSolve(LU, pivots, adjoint(B), true, !transposed));
  const batch = broadcastShapes(batchOf(LU), batchOf(B));
  const k = pivots.shape.at(-1) as number;
  const places = integers(expand(pivots, [...batch, k])).map((row) => row - 1);
  const lu = cast(LU, doubleOf("lu_solve", LU.dtype));
  const X = spread("lu_solve", B, batch);
  const exchange = (X: Strided, back: boolean): Strided => {
    for (let i = 0; i < countOf(X); i++) exchangeRows(matrixAt(X, i), columns(X) * width(X.dtype), places.slice(i * k, (i + 1) * k), back);
    return X;
  };
  if (!transposed) {
    const y = triangularSolve(lu, exchange(X, false), { upper: false, unit: true });
    return cast(triangularSolve(lu, y, { upper: true }), B.dtype);
  }
  const y = triangularSolve(adjoint(lu), X, { upper: false });
  return cast(exchange(contiguous(triangularSolve(adjoint(lu), y, { upper: true, unit: true })), true), B.dtype);
}

/** L with A = L Lᴴ (`upper`: Lᴴ), from that triangle of A, and each matrix's info. */
export function choleskyEx(A: Strided, upper = false): [factor: Strided, infos: readonly number[]] {
  checkMatrix("cholesky", A, true);
  const L = working("cholesky", upper ? conjugate(swapped(A)) : A);
  const kernel = core.kernel("cholesky", L.dtype);
  const infos = Array.from({ length: countOf(A) }, (_, i) => kernel(matrixAt(L, i), rows(A)));
  return [cast(upper ? conjugate(swapped(L)) : L, A.dtype), infos];
}

/** `choleskyEx` that throws `core/not-positive-definite`. */
export function cholesky(A: Strided, upper = false): Strided {
  const [L, infos] = choleskyEx(A, upper);
  refuse(
    "core/not-positive-definite",
    infos,
    (info) => `cholesky: the leading minor of order ${info} is not positive definite`,
    "give positive definite matrices; choleskyEx tells which are not",
  );
  return L;
}

/** A⁻¹ B from the Cholesky factor of A: L (`upper`: Lᴴ). */
export function choleskySolve(B: Strided, factor: Strided, upper = false): Strided {
  const L = upper ? conjugate(swapped(factor)) : factor;
  return triangularSolve(conjugate(swapped(L)), triangularSolve(L, B, { upper: false }), { upper: true });
}

/** A new tensor with the upper or lower triangle of […, m, n], zeros elsewhere: entries with column - row at least (at most) `offset`. */
export function triangle(x: Strided, upper: boolean, offset = 0): Strided {
  const places = (n: number, from: number): Strided => arange("int64", from, 1, n);
  const mask = compare(upper ? "ge" : "le", places(columns(x), 0), unsqueeze(places(rows(x), offset), -1));
  return where(mask, x, fill(x.dtype, [], 0));
}

/** A new row-major stack, not cleared. */
export const emptyStack = (like: Strided, m: number, n: number): Strided => empty(like.dtype, [...batchOf(like), m, n]);
