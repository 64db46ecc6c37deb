/** @file Householder's reflections of matrices […, m, n] and the orthogonal matrices they make, in double precision and rounded once. */

import { width } from "../../dtype.ts";
import { core } from "../door.ts";
import { address, empty, type Strided } from "../strided.ts";
import { cast } from "./elementwise.ts";
import { contiguous, slice } from "./layout.ts";
import { adjoint, batchOf, checkMatrix, columns, countOf, emptyStack, matrixAt, rows, swapped, triangle, working } from "./linalg.ts";
import { matmul } from "./matmul.ts";

/** The reflections of A = Q R as the kernel leaves them (columns, one after the other), and the first `count` columns of Q. */
export function reflected(what: string, A: Strided, count: number): { R: Strided; Q: Strided } {
  const [m, n, k] = [rows(A), columns(A), Math.min(rows(A), columns(A))];
  const a = working(what, swapped(A));
  const q = emptyStack(a, count, m);
  const [factor, product] = [core.kernel("qr", a.dtype), core.kernel("qr_columns", a.dtype)];
  core.frame(() => {
    const tau = core.scratch(k * width(a.dtype));
    for (let i = 0; i < countOf(A); i++) {
      factor(matrixAt(a, i), m, n, tau);
      if (count > 0) product(matrixAt(a, i), m, k, tau, matrixAt(q, i), count);
    }
  });
  return { R: swapped(a), Q: swapped(q) };
}

export type QrMode = "reduced" | "complete" | "r";

/**
 * A = Q R with orthonormal columns in Q and a triangular R, signs as LAPACK's. reduced: Q […, m, k], R […, k, n], k = min(m, n);
 * complete: Q […, m, m], R […, m, n]; r: Q is empty ([0]), R […, k, n].
 */
export function qr(A: Strided, mode: QrMode = "reduced"): [Q: Strided, R: Strided] {
  checkMatrix("qr", A, false);
  const k = mode === "complete" ? rows(A) : Math.min(rows(A), columns(A));
  const { R, Q } = reflected("qr", A, mode === "r" ? 0 : k);
  const top = triangle(slice(R, -2, 0, k), true);
  return [mode === "r" ? empty(A.dtype, [0]) : cast(contiguous(Q), A.dtype), cast(top, A.dtype)];
}

/** R on and above the diagonal, the vectors of Q's reflections below it, and their factors tau […, min(m, n)] (LAPACK's geqrf). */
export function reflections(A: Strided): [a: Strided, tau: Strided] {
  checkMatrix("geqrf", A, false);
  const [m, n, k] = [rows(A), columns(A), Math.min(rows(A), columns(A))];
  const a = working("geqrf", swapped(A));
  const tau = empty(a.dtype, [...batchOf(A), k]);
  const kernel = core.kernel("qr", a.dtype);
  for (let i = 0; i < countOf(A); i++) kernel(matrixAt(a, i), m, n, address(tau) + i * k * width(a.dtype));
  return [cast(contiguous(swapped(a)), A.dtype), cast(tau, A.dtype)];
}

/** The first `count` columns of the product of the reflections below the diagonal of A, in the dtype of computing. */
function firstColumns(A: Strided, tau: Strided, count: number): Strided {
  const [m, k] = [rows(A), tau.shape.at(-1) as number];
  const [a, factors] = [working("householder_product", swapped(A)), contiguous(cast(tau, working("householder_product", tau).dtype))];
  const q = emptyStack(a, count, m);
  const kernel = core.kernel("qr_columns", a.dtype);
  for (let i = 0; i < countOf(A); i++) kernel(matrixAt(a, i), m, k, address(factors) + i * k * width(a.dtype), matrixAt(q, i), count);
  return swapped(q);
}

/** The first n columns of Q for A […, m, n] and tau […, k], k <= n <= m. */
export function householderProduct(A: Strided, tau: Strided): Strided {
  checkMatrix("householder_product", A, false);
  return cast(contiguous(firstColumns(A, tau, columns(A))), A.dtype);
}

/** Q C, or C Q where not `left`, or with the adjoint of Q where `transposed`. */
export function multiplyQ(A: Strided, tau: Strided, C: Strided, left: boolean, transposed: boolean): Strided {
  checkMatrix("ormqr", A, false);
  const Q = firstColumns(A, tau, rows(A));
  const [q, c] = [transposed ? adjoint(Q) : Q, cast(C, Q.dtype)];
  return cast(left ? matmul(q, c) : matmul(c, q), C.dtype);
}
