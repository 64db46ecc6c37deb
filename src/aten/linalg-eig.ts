/**
 * @file Eigenvalues of any square matrix: values are the core's, ONNX is told Hessenberg's form, QR steps with Wilkinson's shift and back
 * substitution (Golub and Van Loan, 7.4 to 7.6), in complex numbers, each a loop over a whole stack of matrices.
 */

import { eig } from "../core/ops/decompositions.ts";
import { type DType, isComplex } from "../dtype.ts";
import type { TensorType } from "./graph.ts";
import { anyAbove } from "./jacobi.ts";
import { orthogonalized, reflected, reflection } from "./linalg-qr.ts";
import { fixedSize } from "./linalg-svd.ts";
import {
  add,
  adjoint,
  atLeast,
  both,
  cast,
  column,
  columnNumbers,
  conjugate,
  diagonal,
  div,
  equals,
  exceeds,
  fromLast,
  full,
  identity,
  is,
  isEmpty,
  lengths,
  magnitude,
  matmul,
  mul,
  negated,
  phases,
  plus,
  row,
  rowNumbers,
  scaled,
  squared,
  sub,
  sum,
  triu,
  typed,
  unsqueeze,
  where,
  whereOr,
} from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

const epsilon = 2 ** -52;
/** QR steps for each eigenvalue before the iteration is given up; it takes two or three. */
const patience = 30;

/** A = Z H Zᴴ with H zero below the first subdiagonal. */
function hessenberg(A: Symbolic, n: number, call: Call): [Symbolic, Symbolic] {
  const [H, Z] = call.loop(Math.max(n - 2, 0), [A, identity(n, n, A, call)], (k, [h, z]) => {
    const { v, tau } = reflection(column(h as Symbolic, k, call), plus(k, 1, call), call);
    const fromRight = (x: Symbolic): Symbolic => sub(x, mul(tau, matmul(matmul(x, v, call), adjoint(v, call), call), call), call);
    return { next: [fromRight(reflected(h as Symbolic, v, conjugate(tau, call), call)), fromRight(z as Symbolic)] };
  });
  return [triu(H as Symbolic, -1, call), Z as Symbolic];
}

/** `H` with zeros for entries of the subdiagonal that are nothing beside their neighbours on the diagonal. */
function deflated(H: Symbolic, n: number, call: Call): Symbolic {
  const sizes = magnitude(diagonal(H, call), call);
  const part = (from: number): Symbolic => call("aten::slice.Tensor", { self: sizes, dim: -1, start: from, end: n - 1 + from });
  const near = call("aten::constant_pad_nd", { self: scaled(add(part(0), part(1), call), epsilon, call), pad: [1, 0], value: 0 });
  const edge = equals(rowNumbers(H, call), plus(columnNumbers(H, call), 1, call), call);
  const small = call("aten::le.Tensor", { self: magnitude(H, call), other: unsqueeze(near, -1, call) });
  return where(both(edge, small, call), full([], 0, H.dtype, call), H, call);
}

/** The last row whose entry left of the diagonal is not 0: […, 1, 1], 0 where the matrix is triangular. */
function lastActive(H: Symbolic, call: Call): Symbolic {
  const edge = equals(rowNumbers(H, call), plus(columnNumbers(H, call), 1, call), call);
  const open = both(edge, call("aten::gt.Scalar", { self: magnitude(H, call), other: 0 }), call);
  return call("aten::amax", { self: where(open, rowNumbers(H, call), full([], 0, "int64", call), call), dim: [-2, -1], keepdim: true });
}

/** The eigenvalue of the block [[a, b], [c, d]] that ends at row `hi` that is nearer to d; at each tenth turn another, against cycles. */
function shiftOf(H: Symbolic, hi: Symbolic, turn: Symbolic, call: Call): Symbolic {
  const [rows, columns] = [rowNumbers(H, call), columnNumbers(H, call)];
  const before = plus(hi, -1, call);
  const entry = (i: Symbolic, j: Symbolic): Symbolic =>
    sum(whereOr(both(equals(rows, i, call), equals(columns, j, call), call), H, 0, call), [-2, -1], true, call);
  const [a, b, c, d] = [entry(before, before), entry(before, hi), entry(hi, before), entry(hi, hi)];
  const [half, product] = [scaled(sub(a, d, call), 0.5, call), mul(b, c, call)];
  const root = call("aten::sqrt", { self: add(mul(half, half, call), product, call) });
  const [more, less] = [add(half, root, call), sub(half, root, call)];
  const larger = where(atLeast(squared(more, call), squared(less, call), call), more, less, call);
  const none = is(squared(larger, call), 0, call);
  const step = whereOr(none, full([], 0, H.dtype, call), 0, call);
  const correction = where(none, step, div(product, where(none, full([], 1, H.dtype, call), larger, call), call), call);
  const tenth = is(call("aten::remainder.Scalar", { self: turn, other: 10 }), 9, call);
  const nudge = whereOr(tenth, cast(magnitude(c, call), H.dtype, call), 0, call);
  return add(sub(d, correction, call), nudge, call);
}

/** H = Q T Qᴴ with T triangular, and Z Q. */
function triangularized(H: Symbolic, Z: Symbolic, n: number, call: Call): [Symbolic, Symbolic] {
  const ones = identity(n, n, H, call);
  const zero = full([], 0, "int64", call);
  const [T, vectors] = call.loop(patience * n, [deflated(H, n, call), Z], (turn, [h, z]) => {
    const [H, Z] = [h as Symbolic, z as Symbolic];
    const hi = lastActive(H, call);
    const inside = both(atLeast(hi, rowNumbers(H, call), call), atLeast(hi, columnNumbers(H, call), call), call);
    const [Q] = orthogonalized(where(inside, sub(H, mul(ones, shiftOf(H, hi, turn, call), call), call), ones, call), n, call);
    const turned = matmul(matmul(adjoint(Q, call), H, call), Q, call);
    const next = deflated(triu(turned, -1, call), n, call);
    return { next: [next, matmul(Z, Q, call)], goesOn: anyAbove(lastActive(next, call), zero, call) };
  });
  return [T as Symbolic, vectors as Symbolic];
}

/** Eigenvectors of the triangular T, in columns: ones on the diagonal, the rest from the last row up. */
function backSubstituted(T: Symbolic, n: number, call: Call): Symbolic {
  const values = unsqueeze(diagonal(T, call), -2, call);
  const columns = columnNumbers(T, call);
  const [rows, strict] = [rowNumbers(T, call), triu(T, 1, call)];
  const most = call("aten::amax", { self: magnitude(T, call), dim: [-2, -1], keepdim: true });
  const least = call("aten::clamp_min", { self: scaled(most, epsilon, call), min: 1e-300 });
  const [X] = call.loop(n, [identity(n, n, T, call)], (turn, [x]) => {
    const i = fromLast(n, turn, call);
    const distance = sub(column(values, i, call), values, call);
    const close = call("aten::lt.Tensor", { self: magnitude(distance, call), other: least });
    const safe = where(close, cast(least, T.dtype, call), distance, call);
    const solved = div(negated(matmul(row(strict, i, call), x as Symbolic, call), call), safe, call);
    const here = both(equals(rows, i, call), exceeds(columns, i, call), call);
    return { next: [where(here, solved, x as Symbolic, call)] };
  });
  return X as Symbolic;
}

/** Columns of length 1 whose largest entry is real. */
function normalized(V: Symbolic, call: Call): Symbolic {
  return div(mul(V, phases(V, call), call), cast(lengths(V, call), V.dtype, call), call);
}

/** Eigenvalues and eigenvectors of complex matrices. */
function eigenpairs(A: Symbolic, vectors: boolean, call: Call): [Symbolic, Symbolic] {
  const n = fixedSize(A, -1, "eigenvalues");
  if (isEmpty(A)) return [full(A.shape.slice(0, -1), 0, A.dtype, call), full(A.shape, 0, A.dtype, call)];
  const [T, Z] = triangularized(...hessenberg(A, n, call), n, call);
  return [diagonal(T, call), vectors ? normalized(matmul(Z, backSubstituted(T, n, call), call), call) : Z];
}

/** The complex dtype of a matrix's eigenvalues. */
const eigenDtype = (d: DType): DType => (isComplex(d) ? d : d === "float64" ? "complex128" : "complex64");
const valuesType = (A: TensorType): Meta => typed(eigenDtype(A.dtype), A.shape.slice(0, -1));

function values(A: Symbolic, call: Call): Symbolic {
  return cast(eigenpairs(cast(A, "complex128", call), false, call)[0], eigenDtype(A.dtype), call);
}

export const linalgEig = {
  "aten::linalg_eig": {
    meta: ({ self }) => [valuesType(self), typed(eigenDtype(self.dtype), self.shape)],
    eval: ({ self }) => eig(self),
    decompose: ({ self }, call) => {
      const [values, vectors] = eigenpairs(cast(self, "complex128", call), true, call);
      return [cast(values, eigenDtype(self.dtype), call), cast(vectors, eigenDtype(self.dtype), call)];
    },
  },
  "aten::linalg_eigvals": {
    meta: ({ self }) => valuesType(self),
    eval: ({ self }) => eig(self)[0],
    decompose: ({ self }, call) => values(self, call),
  },
  "aten::_linalg_eigvals": {
    meta: ({ self }) => valuesType(self),
    eval: ({ self }) => eig(self)[0],
    decompose: ({ self }, call) => values(self, call),
  },
} satisfies AtenTable;
