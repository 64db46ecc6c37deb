/** @file Householder's reflections and what is made of them: values are the core's, ONNX is told a loop over columns. */

import { householderProduct, multiplyQ, type QrMode, qr, reflections } from "../core/ops/orthogonal.ts";
import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import {
  adjoint,
  at,
  batchOf,
  both,
  cast,
  column,
  columnNumbers,
  columnsOf,
  conjugate,
  div,
  doubled,
  equals,
  exceeds,
  fromLast,
  full,
  identity,
  iota,
  is,
  isEmpty,
  lengths,
  matmul,
  mul,
  negated,
  rankOf,
  real,
  row,
  rowNumbers,
  rowsOf,
  slice,
  squeeze,
  sub,
  triu,
  typed,
  unsqueeze,
  where,
  whereOr,
} from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Hᴴ x = beta e_k for the entries of x from k on: H = I - tau v vᴴ, v[k] = 1, beta real (LAPACK's larfg). */
interface Reflection {
  readonly v: Symbolic;
  readonly tau: Symbolic;
  readonly beta: Symbolic;
}

/** The reflection of `x` […, m, 1] about its entry k; the identity where nothing is below it and it is real. */
export function reflection(x: Symbolic, k: Symbolic, call: Call): Reflection {
  const rows = rowNumbers(x, call);
  const [under, here] = [exceeds(rows, k, call), equals(rows, k, call)];
  const rest = whereOr(under, x, 0, call);
  const alpha = row(x, k, call);
  const size = lengths(where(here, x, rest, call), call);
  const none = is(lengths(rest, call), 0, call);
  const flat = isComplex(x.dtype) ? both(none, is(call("aten::imag", { self: alpha }), 0, call), call) : none;
  const signed = where(call("aten::lt.Scalar", { self: real(alpha, call), other: 0 }), size, negated(size, call), call);
  const beta = where(flat, real(alpha, call), signed, call);
  const one = full([], 1, x.dtype, call);
  const difference = sub(alpha, cast(beta, x.dtype, call), call);
  const v = div(rest, where(flat, one, difference, call), call);
  const tau = div(negated(difference, call), whereOr(call("aten::logical_not", { self: flat }), beta, 1, call), call);
  return { v: where(here, one, v, call), tau, beta };
}

/** H C, or Hᴴ C with the conjugate of tau. */
export const reflected = (C: Symbolic, v: Symbolic, tau: Symbolic, call: Call): Symbolic =>
  sub(C, mul(mul(tau, v, call), matmul(adjoint(v, call), C, call), call), call);

/** R on and above the diagonal, the vectors of Q's reflections below it, and their factors tau […, min(m, n)] (LAPACK's geqrf). */
export function factored(A: Symbolic, call: Call): [Symbolic, Symbolic] {
  const k = rankOf(A);
  const [rows, columns, places] = [rowNumbers(A, call), columnNumbers(A, call), iota(k, call)];
  const [a, tau] = call.loop(isEmpty(A) ? 0 : k, [A, full([...batchOf(A), k], 0, A.dtype, call)], (i, [a, taus]) => {
    const x = column(a as Symbolic, i, call);
    const { v, tau, beta } = reflection(x, i, call);
    const rest = reflected(a as Symbolic, v, conjugate(tau, call), call);
    const end = where(equals(rows, i, call), cast(beta, A.dtype, call), x, call);
    const own = where(exceeds(rows, i, call), v, end, call);
    const done = where(equals(columns, i, call), own, a as Symbolic, call);
    const next = where(exceeds(columns, i, call), rest, done, call);
    return { next: [next, where(equals(places, i, call), squeeze(tau, -1, call), taus as Symbolic, call)] };
  });
  return [a as Symbolic, tau as Symbolic];
}

/** Q C, or Qᴴ C, for the product Q of the reflections whose vectors stand below the diagonal of `a`. */
export function applied(a: Symbolic, tau: Symbolic, C: Symbolic, transposed: boolean, call: Call): Symbolic {
  const count = columnsOf(tau);
  const rows = rowNumbers(a, call);
  const [result] = call.loop(isEmpty(C) ? 0 : count, [C], (turn, [c]) => {
    const i = transposed ? turn : fromLast(count, turn, call);
    const unit = cast(equals(rows, i, call), a.dtype, call);
    const v = where(exceeds(rows, i, call), column(a, i, call), unit, call);
    const factor = unsqueeze(at(tau, -1, i, call), -1, call);
    return { next: [reflected(c as Symbolic, v, transposed ? conjugate(factor, call) : factor, call)] };
  });
  return result as Symbolic;
}

/** A = Q R in A's own dtype: Q […, m, columns]. */
export function orthogonalized(A: Symbolic, columns: Dim, call: Call): [Symbolic, Symbolic] {
  const [a, tau] = factored(A, call);
  return [applied(a, tau, identity(rowsOf(A), columns, A, call), false, call), triu(a, 0, call)];
}

function decomposed(A: Symbolic, mode: QrMode, call: Call): [Symbolic, Symbolic] {
  const columns = mode === "complete" ? rowsOf(A) : rankOf(A);
  const wide = doubled(A, call);
  const [Q, R] = mode === "r" ? [null, triu(factored(wide, call)[0], 0, call)] : orthogonalized(wide, columns, call);
  const top = cast(slice(R, -2, 0, columns, call), A.dtype, call);
  return [Q === null ? full([0], 0, A.dtype, call) : cast(Q, A.dtype, call), top];
}

function product(input: Symbolic, tau: Symbolic, call: Call): Symbolic {
  const wide = doubled(input, call);
  const start = identity(rowsOf(input), columnsOf(input), wide, call);
  return cast(applied(wide, doubled(tau, call), start, false, call), input.dtype, call);
}

function multiplied(a: Symbolic, tau: Symbolic, C: Symbolic, left: boolean, transposed: boolean, call: Call): Symbolic {
  const [wide, factors, c] = [doubled(a, call), doubled(tau, call), doubled(C, call)];
  // C Q = (Qᴴ Cᴴ)ᴴ
  const result = left
    ? applied(wide, factors, c, transposed, call)
    : adjoint(applied(wide, factors, adjoint(c, call), !transposed, call), call);
  return cast(result, C.dtype, call);
}

function modeOf(mode: string): QrMode {
  if (mode === "reduced" || mode === "complete" || mode === "r") return mode;
  throw new OnnxExporterError("aten/argument", `linalg_qr: mode "${mode}"`, "reduced, complete or r");
}

function qrType(A: TensorType, mode: QrMode): [Meta, Meta] {
  const [m, n, k] = [rowsOf(A), columnsOf(A), mode === "complete" ? rowsOf(A) : rankOf(A)];
  const Q = mode === "r" ? { dtype: A.dtype, shape: [0] } : typed(A.dtype, batchOf(A), m, k);
  return [Q, typed(A.dtype, batchOf(A), k, n)];
}

const oldMode = (some: boolean): QrMode => (some ? "reduced" : "complete");
const same = ({ dtype, shape }: TensorType): Meta => ({ dtype, shape });

export const linalgQr = {
  "aten::linalg_qr": {
    meta: ({ A, mode }) => qrType(A, modeOf(mode)),
    eval: ({ A, mode }) => qr(A, modeOf(mode)),
    decompose: ({ A, mode }, call) => decomposed(A, modeOf(mode), call),
  },
  "aten::qr": {
    meta: ({ self, some }) => qrType(self, oldMode(some)),
    eval: ({ self, some }) => qr(self, oldMode(some)),
    decompose: ({ self, some }, call) => decomposed(self, oldMode(some), call),
  },
  "aten::geqrf": {
    meta: ({ self }) => [same(self), typed(self.dtype, batchOf(self), rankOf(self))],
    eval: ({ self }) => reflections(self),
    decompose: ({ self }, call) => factored(doubled(self, call), call).map((x) => cast(x, self.dtype, call)) as [Symbolic, Symbolic],
  },
  "aten::linalg_householder_product": {
    meta: ({ input }) => same(input),
    eval: ({ input, tau }) => householderProduct(input, tau),
    decompose: ({ input, tau }, call) => product(input, tau, call),
  },
  "aten::orgqr": {
    meta: ({ self }) => same(self),
    eval: ({ self, input2 }) => householderProduct(self, input2),
    decompose: ({ self, input2 }, call) => product(self, input2, call),
  },
  "aten::ormqr": {
    meta: ({ input3 }) => same(input3),
    eval: ({ self, input2, input3, left, transpose }) => multiplyQ(self, input2, input3, left, transpose),
    decompose: ({ self, input2, input3, left, transpose }, call) => multiplied(self, input2, input3, left, transpose, call),
  },
} satisfies AtenTable;
