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
import { isEmpty, matrices, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

const epsilon = 2 ** -52;
/** QR steps for each eigenvalue before the iteration is given up; it takes two or three. */
const patience = 30;

/** A = Z H Zᴴ with H zero below the first subdiagonal. */
function hessenberg(A: Symbolic, n: number, call: Call): [Symbolic, Symbolic] {
  const { add, adjoint, column, conjugate, identity, matmul, mul, sub, triu } = matrices(call);
  const [H, Z] = call.loop(Math.max(n - 2, 0), [A, identity(n, n, A)], (k, [h, z]) => {
    const { v, tau } = reflection(column(h as Symbolic, k), add(k, 1), call);
    const fromRight = (x: Symbolic): Symbolic => sub(x, mul(tau, matmul(matmul(x, v), adjoint(v))));
    return { next: [fromRight(reflected(h as Symbolic, v, conjugate(tau), call)), fromRight(z as Symbolic)] };
  });
  return [triu(H as Symbolic, -1), Z as Symbolic];
}

/** `H` with zeros for entries of the subdiagonal that are nothing beside their neighbours on the diagonal. */
function deflated(H: Symbolic, n: number, call: Call): Symbolic {
  const { abs, add, and, columnNumbers, diagonal, eq, full, mul, rowNumbers, unsqueeze, where } = matrices(call);
  const sizes = abs(diagonal(H));
  const part = (from: number): Symbolic => call("aten::slice.Tensor", { self: sizes, dim: -1, start: from, end: n - 1 + from });
  const near = call("aten::constant_pad_nd", { self: mul(add(part(0), part(1)), epsilon), pad: [1, 0], value: 0 });
  const edge = eq(rowNumbers(H), add(columnNumbers(H), 1));
  const small = call("aten::le.Tensor", { self: abs(H), other: unsqueeze(near, -1) });
  return where(and(edge, small), full([], 0, H.dtype), H);
}

/** The last row whose entry left of the diagonal is not 0: […, 1, 1], 0 where the matrix is triangular. */
function lastActive(H: Symbolic, call: Call): Symbolic {
  const { abs, add, and, columnNumbers, eq, full, rowNumbers, where } = matrices(call);
  const edge = eq(rowNumbers(H), add(columnNumbers(H), 1));
  const open = and(edge, call("aten::gt.Scalar", { self: abs(H), other: 0 }));
  return call("aten::amax", { self: where(open, rowNumbers(H), full([], 0, "int64")), dim: [-2, -1], keepdim: true });
}

/** The eigenvalue of the block [[a, b], [c, d]] that ends at row `hi` that is nearer to d; at each tenth turn another, against cycles. */
function shiftOf(H: Symbolic, hi: Symbolic, turn: Symbolic, call: Call): Symbolic {
  const { abs, add, and, columnNumbers, div, eq, full, ge, mul, rowNumbers, squared, sub, sum, to, where } = matrices(call);
  const [rows, columns] = [rowNumbers(H), columnNumbers(H)];
  const before = add(hi, -1);
  const entry = (i: Symbolic, j: Symbolic): Symbolic => sum(where(and(eq(rows, i), eq(columns, j)), H, 0), [-2, -1], true);
  const [a, b, c, d] = [entry(before, before), entry(before, hi), entry(hi, before), entry(hi, hi)];
  const [half, product] = [mul(sub(a, d), 0.5), mul(b, c)];
  const root = call("aten::sqrt", { self: add(mul(half, half), product) });
  const [more, less] = [add(half, root), sub(half, root)];
  const larger = where(ge(squared(more), squared(less)), more, less);
  const none = eq(squared(larger), 0);
  const step = where(none, full([], 0, H.dtype), 0);
  const correction = where(none, step, div(product, where(none, full([], 1, H.dtype), larger)));
  const tenth = eq(call("aten::remainder.Scalar", { self: turn, other: 10 }), 9);
  const nudge = where(tenth, to(abs(c), H.dtype), 0);
  return add(sub(d, correction), nudge);
}

/** H = Q T Qᴴ with T triangular, and Z Q. */
function triangularized(H: Symbolic, Z: Symbolic, n: number, call: Call): [Symbolic, Symbolic] {
  const { adjoint, and, columnNumbers, full, ge, identity, matmul, mul, rowNumbers, sub, triu, where } = matrices(call);
  const ones = identity(n, n, H);
  const zero = full([], 0, "int64");
  const [T, vectors] = call.loop(patience * n, [deflated(H, n, call), Z], (turn, [h, z]) => {
    const [H, Z] = [h as Symbolic, z as Symbolic];
    const hi = lastActive(H, call);
    const inside = and(ge(hi, rowNumbers(H)), ge(hi, columnNumbers(H)));
    const [Q] = orthogonalized(where(inside, sub(H, mul(ones, shiftOf(H, hi, turn, call))), ones), n, call);
    const turned = matmul(matmul(adjoint(Q), H), Q);
    const next = deflated(triu(turned, -1), n, call);
    return { next: [next, matmul(Z, Q)], goesOn: anyAbove(lastActive(next, call), zero, call) };
  });
  return [T as Symbolic, vectors as Symbolic];
}

/** Eigenvectors of the triangular T, in columns: ones on the diagonal, the rest from the last row up. */
function backSubstituted(T: Symbolic, n: number, call: Call): Symbolic {
  const {
    abs,
    and,
    column,
    columnNumbers,
    diagonal,
    div,
    eq,
    fromLast,
    gt,
    identity,
    matmul,
    mul,
    neg,
    row,
    rowNumbers,
    sub,
    to,
    triu,
    unsqueeze,
    where,
  } = matrices(call);
  const values = unsqueeze(diagonal(T), -2);
  const columns = columnNumbers(T);
  const [rows, strict] = [rowNumbers(T), triu(T, 1)];
  const most = call("aten::amax", { self: abs(T), dim: [-2, -1], keepdim: true });
  const least = call("aten::clamp_min", { self: mul(most, epsilon), min: 1e-300 });
  const [X] = call.loop(n, [identity(n, n, T)], (turn, [x]) => {
    const i = fromLast(n, turn);
    const distance = sub(column(values, i), values);
    const close = call("aten::lt.Tensor", { self: abs(distance), other: least });
    const safe = where(close, to(least, T.dtype), distance);
    const solved = div(neg(matmul(row(strict, i), x as Symbolic)), safe);
    const here = and(eq(rows, i), gt(columns, i));
    return { next: [where(here, solved, x as Symbolic)] };
  });
  return X as Symbolic;
}

/** Columns of length 1 whose largest entry is real. */
function normalized(V: Symbolic, call: Call): Symbolic {
  const { div, lengths, mul, phases, to } = matrices(call);
  return div(mul(V, phases(V)), to(lengths(V), V.dtype));
}

/** Eigenvalues and eigenvectors of complex matrices. */
function eigenpairs(A: Symbolic, vectors: boolean, call: Call): [Symbolic, Symbolic] {
  const { diagonal, full, matmul } = matrices(call);
  const n = fixedSize(A, -1, "eigenvalues");
  if (isEmpty(A)) return [full(A.shape.slice(0, -1), 0, A.dtype), full(A.shape, 0, A.dtype)];
  const [T, Z] = triangularized(...hessenberg(A, n, call), n, call);
  return [diagonal(T), vectors ? normalized(matmul(Z, backSubstituted(T, n, call)), call) : Z];
}

/** The complex dtype of a matrix's eigenvalues. */
const eigenDtype = (d: DType): DType => (isComplex(d) ? d : d === "float64" ? "complex128" : "complex64");
const valuesType = (A: TensorType): Meta => typed(eigenDtype(A.dtype), A.shape.slice(0, -1));

function values(A: Symbolic, call: Call): Symbolic {
  const { to } = matrices(call);
  return to(eigenpairs(to(A, "complex128"), false, call)[0], eigenDtype(A.dtype));
}

export const linalgEig = {
  "aten::linalg_eig": {
    meta: ({ self }) => [valuesType(self), typed(eigenDtype(self.dtype), self.shape)],
    eval: ({ self }) => eig(self),
    decompose: ({ self }, call) => {
      const { to } = matrices(call);
      const [values, vectors] = eigenpairs(to(self, "complex128"), true, call);
      return [to(values, eigenDtype(self.dtype)), to(vectors, eigenDtype(self.dtype))];
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
