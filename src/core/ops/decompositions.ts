/** @file Spectral decompositions of matrices […, m, n] and what follows from them, computed in double precision and rounded once. */

import { type DType, isComplex, realOf, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, type Strided } from "../strided.ts";
import { realPart } from "./complex.ts";
import { binary, cast, compare, fill, unary, where } from "./elementwise.ts";
import { gather } from "./index.ts";
import { concat, contiguous, copyInto, reshape, select, slice, unsqueeze } from "./layout.ts";
import {
  adjoint,
  batchOf,
  checkMatrix,
  columns,
  conjugate,
  countOf,
  diagonal,
  doubleOf,
  emptyStack,
  identity,
  matrixAt,
  rows,
  solve,
  swapped,
  triangle,
  working,
} from "./linalg.ts";
import { matmul } from "./matmul.ts";
import { reflected } from "./orthogonal.ts";
import { argReduce, reduce } from "./reduce.ts";
import { floats } from "./values.ts";

function unfinished(what: string): OnnxExporterError {
  return new OnnxExporterError("core/no-convergence", `${what}: the iteration does not converge`, "the matrix has inf or NaN in it");
}

/** The Hermitian matrix that one triangle says; of the diagonal the real part counts, as in LAPACK. */
function fromTriangle(A: Strided, upper: boolean): Strided {
  const half = triangle(A, upper, upper ? 1 : -1);
  const whole = binary("add", half, adjoint(half));
  const own = contiguous(diagonal(A));
  copyInto(diagonal(whole), isComplex(A.dtype) ? cast(realPart(own), A.dtype) : own);
  return whole;
}

/**
 * Eigenvalues (real […, n], ascending) and orthonormal eigenvectors (columns of […, n, n]) of Hermitian matrices, of which the lower
 * (`upper`: the upper) triangle counts. A vector's largest entry is real and positive. Throws `core/no-convergence`.
 */
export function eigh(A: Strided, upper = false): [values: Strided, vectors: Strided] {
  checkMatrix("eigh", A, true);
  const n = rows(A);
  const whole = fromTriangle(A, upper);
  const a = working("eigh", swapped(whole));
  const [w, v] = [empty("float64", [...batchOf(A), n]), emptyStack(a, n, n)];
  const kernel = core.kernel("eigh", a.dtype);
  core.frame(() => {
    const work = core.scratch(3 * n * width(a.dtype));
    for (let i = 0; i < countOf(a); i++)
      if (kernel(matrixAt(a, i), n, address(w) + 8 * n * i, matrixAt(v, i), work) !== 0) throw unfinished("eigh");
  });
  const vectors = contiguous(swapped(v));
  return [cast(w, realOf(A.dtype)), cast(a.shape.includes(0) ? vectors : binary("mul", vectors, phases(vectors)), A.dtype)];
}

/** The complex dtype of a matrix's eigenvalues. */
const eigenDtype = (dtype: DType): DType => (isComplex(dtype) ? dtype : dtype === "float64" ? "complex128" : "complex64");

/**
 * Eigenvalues […, n] and eigenvectors (columns of […, n, n], of length 1) of any square matrices, complex, in no set order; those of a
 * real matrix are real or come in conjugate pairs. Throws `core/no-convergence`.
 */
export function eig(A: Strided): [values: Strided, vectors: Strided] {
  checkMatrix("eig", A, true);
  const n = rows(A);
  doubleOf("eig", A.dtype);
  const a = working("eig", cast(A, "complex128"));
  const [w, v] = [empty("complex128", [...batchOf(A), n]), emptyStack(a, n, n)];
  const kernel = core.kernel("eig", "complex128");
  core.frame(() => {
    const work = core.scratch(n * (n + 2) * 16);
    for (let i = 0; i < countOf(a); i++) {
      const [values, vectors] = [address(w) + 16 * n * i, matrixAt(v, i)];
      if (kernel(matrixAt(a, i), n, values, vectors, work) !== 0) throw unfinished("eig");
      if (!isComplex(A.dtype)) pairUp(values, vectors, n);
    }
  });
  const to = eigenDtype(A.dtype);
  return [cast(w, to), cast(contiguous(swapped(v)), to)];
}

/** Makes what rounding kept from being so exact: eigenvalues of a real matrix are real, or each has its conjugate (LAPACK's order: + before -). */
function pairUp(values: number, vectors: number, n: number): void {
  const w = core.f64().subarray(values >>> 3, (values >>> 3) + 2 * n);
  const v = core.f64().subarray(vectors >>> 3, (vectors >>> 3) + 2 * n * n);
  const size = Math.max(...w.map(Math.abs), 0);
  const open = new Set(Array.from({ length: n }, (_, i) => i));
  for (const i of open) {
    open.delete(i);
    const [re, im] = [w[2 * i] as number, w[2 * i + 1] as number];
    const distance = (j: number): number => Math.hypot((w[2 * j] as number) - re, (w[2 * j + 1] as number) + im);
    const twin = [...open].reduce((best, j) => (best < 0 || distance(j) < distance(best) ? j : best), -1);
    if (Math.abs(im) <= 1e-14 * n * size || twin < 0 || distance(twin) > Math.abs(im)) {
      w[2 * i + 1] = 0;
      for (let k = 0; k < n; k++) v[2 * (i * n + k) + 1] = 0;
      continue;
    }
    open.delete(twin);
    w[2 * twin] = re;
    w[2 * twin + 1] = -im;
    for (let k = 0; k < n; k++) {
      v[2 * (twin * n + k)] = v[2 * (i * n + k)] as number;
      v[2 * (twin * n + k) + 1] = -(v[2 * (i * n + k) + 1] as number);
    }
  }
}

/** What makes the largest entry of each column real and positive, […, 1, n]: LAPACK leaves it free. */
function phases(V: Strided): Strided {
  const largest = gather(V, -2, argReduce("max", unary("abs", V), -2, true));
  return binary("div", conjugate(largest), cast(unary("abs", largest), V.dtype));
}

interface Svd {
  readonly U: Strided;
  readonly S: Strided;
  readonly Vh: Strided;
}

/** The singular value decomposition of square matrices in the dtype of computing. */
function squareSvd(A: Strided): Svd {
  const n = rows(A);
  const a = working("svd", swapped(A));
  const [s, v] = [empty("float64", [...batchOf(A), n]), emptyStack(a, n, n)];
  const kernel = core.kernel("svd", a.dtype);
  for (let i = 0; i < countOf(a); i++)
    if (kernel(matrixAt(a, i), n, n, address(s) + 8 * n * i, matrixAt(v, i)) !== 0) throw unfinished("svd");
  // The columns of A V are orthogonal: the Q of their QR has their directions, and completes them where they are 0.
  const { R, Q } = reflected("svd", swapped(a), n);
  const ends = contiguous(diagonal(R));
  const real = isComplex(ends.dtype) ? cast(ends, "float64") : ends;
  const signs = where(compare("lt", real, fill("float64", [], 0)), fill("float64", [], -1), fill("float64", [], 1));
  const U = binary("mul", Q, unsqueeze(cast(signs, Q.dtype), -2));
  return { U, S: s, Vh: conjugate(v) };
}

/** A = U diag(S) Vh in the dtype of computing, m >= n; U [m, m] where `full`. */
function tallSvd(A: Strided, full: boolean): Svd {
  const [m, n] = [rows(A), columns(A)];
  if (m === n) return squareSvd(A);
  const { R, Q } = reflected("svd", A, full ? m : n);
  const inner = squareSvd(triangle(slice(R, -2, 0, n), true));
  const head = matmul(slice(Q, -1, 0, n), inner.U);
  return { ...inner, U: full ? concat([head, contiguous(slice(Q, -1, n, m))], -1) : head };
}

/**
 * A = U diag(S) Vh: U […, m, k], S (real, descending) […, k], Vh […, k, n] with k = min(m, n); `full`: U […, m, m], Vh […, n, n].
 * The largest entry of each of U's first k columns is real and positive. Throws `core/no-convergence`.
 */
export function svd(A: Strided, full = false): [U: Strided, S: Strided, Vh: Strided] {
  checkMatrix("svd", A, false);
  const wide = cast(A, doubleOf("svd", A.dtype));
  const wideOnes = rows(A) < columns(A);
  const { U, S, Vh } = tallSvd(wideOnes ? adjoint(wide) : wide, full);
  const [left, right] = (wideOnes ? [adjoint(Vh), adjoint(U)] : [U, Vh]).map(contiguous) as [Strided, Strided];
  const k = Math.min(rows(A), columns(A));
  if (k > 0 && countOf(A) > 0) {
    const phase = phases(slice(left, -1, 0, k));
    copyInto(slice(left, -1, 0, k), binary("mul", slice(left, -1, 0, k), phase));
    copyInto(slice(right, -2, 0, k), binary("mul", slice(right, -2, 0, k), adjoint(phase)));
  }
  return [cast(contiguous(left), A.dtype), cast(S, realOf(A.dtype)), cast(contiguous(right), A.dtype)];
}

/** Where singular values count for pinv: above max(atol, rtol * largest). */
export interface Cutoff {
  readonly atol?: number;
  /** The dtype's epsilon times max(m, n) by default, 0 where atol is positive. */
  readonly rtol?: number;
}

export const epsilonOf = (dtype: DType): number => (realOf(dtype) === "float64" ? 2 ** -52 : 2 ** -23);

/** The pseudoinverse of Moore and Penrose […, n, m]; of `hermitian` matrices the lower triangle counts. */
export function pinv(given: Strided, { atol = 0, rtol }: Cutoff = {}, hermitian = false): Strided {
  checkMatrix("pinv", given, hermitian);
  const A = hermitian ? fromTriangle(given, false) : given;
  if (A.shape.includes(0)) return empty(A.dtype, [...batchOf(A), columns(A), rows(A)]);
  const relative = rtol ?? (atol > 0 ? 0 : epsilonOf(A.dtype) * Math.max(rows(A), columns(A)));
  const [U, S, Vh] = svd(cast(A, doubleOf("pinv", A.dtype)));
  const scalar = (value: number): Strided => fill("float64", [], value);
  const most = reduce("max", S, [-1], true);
  const bound = binary("maximum", binary("mul", most, scalar(relative)), scalar(atol));
  const inverted = where(compare("gt", S, bound), unary("reciprocal", S), scalar(0));
  return cast(matmul(binary("mul", adjoint(Vh), unsqueeze(cast(inverted, U.dtype), -2)), adjoint(U)), A.dtype);
}

/** The shortest X with the least |A X - B|: […, n, k] for A […, m, n], B […, m, k]. */
export const lstsq = (A: Strided, B: Strided, cutoff: Cutoff = {}): Strided =>
  cast(
    matmul(
      pinv(cast(A, doubleOf("lstsq", A.dtype)), { rtol: epsilonOf(A.dtype) * Math.max(rows(A), columns(A)), ...cutoff }),
      cast(B, doubleOf("lstsq", B.dtype)),
    ),
    B.dtype,
  );

/** Coefficients of the numerator of the Padé approximant of order 13 of exp (Higham, 2005). */
const pade = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640,
  1323241920, 40840800, 960960, 16380, 182, 1,
] as const;
/** The 1-norm up to which that approximant is exact to double precision. */
const padeReach = 5.371920351148152;

/** exp(A) by scaling, Padé's approximant and squaring. */
function exponential(A: Strided): Strided {
  const [add, times] = [(x: Strided, y: Strided) => binary("add", x, y), (x: Strided, c: number) => binary("mul", x, fill(A.dtype, [], c))];
  const norm = Math.max(0, ...floats(reduce("sum", unary("abs", A), [-2], false)));
  const squarings = norm > padeReach && norm < Number.POSITIVE_INFINITY ? Math.ceil(Math.log2(norm / padeReach)) : 0;
  const X = times(A, 2 ** -squarings);
  const one = identity(rows(A), A.dtype);
  const X2 = matmul(X, X);
  const X4 = matmul(X2, X2);
  const X6 = matmul(X2, X4);
  const sum = (from: number): Strided =>
    [X2, X4, X6].reduce((s, p, i) => add(s, times(p, pade[from + 2 * i + 2] as number)), times(one, pade[from] as number));
  const high = (from: number): Strided => [X2, X4, X6].map((p, i) => times(p, pade[from + 2 * i] as number)).reduce(add);
  const odd = matmul(X, add(matmul(X6, high(9)), sum(1)));
  const even = add(matmul(X6, high(8)), sum(0));
  let E = solve(binary("sub", even, odd), add(even, odd));
  for (let i = 0; i < squarings; i++) E = matmul(E, E);
  return E;
}

/** exp of square matrices. */
export function matrixExp(A: Strided): Strided {
  checkMatrix("matrixExp", A, true);
  const wide = working("matrixExp", A);
  const y = empty(wide.dtype, A.shape);
  const flat = (x: Strided): Strided => reshape(x, [countOf(A), rows(A), columns(A)]);
  for (let i = 0; i < countOf(A); i++) copyInto(select(flat(y), 0, i), exponential(select(flat(wide), 0, i)));
  return cast(y, A.dtype);
}
