/** @file Householder's reflections and what is made of them: values are the core's, ONNX is told a loop over columns. */

import { householderProduct, multiplyQ, type QrMode, qr, reflections } from "../core/ops/orthogonal.ts";
import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import { batchOf, columnsOf, isEmpty, matrices, rankOf, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Hᴴ x = beta e_k for the entries of x from k on: H = I - tau v vᴴ, v[k] = 1, beta real (LAPACK's larfg). */
interface Reflection {
  readonly v: Symbolic;
  readonly tau: Symbolic;
  readonly beta: Symbolic;
}

/** The reflection of `x` […, m, 1] about its entry k; the identity where nothing is below it and it is real. */
export function reflection(x: Symbolic, k: Symbolic, call: Call): Reflection {
  const { and, div, eq, full, gt, lengths, neg, real, row, rowNumbers, sub, to, where } = matrices(call);
  const rows = rowNumbers(x);
  const [under, here] = [gt(rows, k), eq(rows, k)];
  const rest = where(under, x, 0);
  const alpha = row(x, k);
  const size = lengths(where(here, x, rest));
  const none = eq(lengths(rest), 0);
  const flat = isComplex(x.dtype) ? and(none, eq(call("aten::imag", { self: alpha }), 0)) : none;
  const signed = where(call("aten::lt.Scalar", { self: real(alpha), other: 0 }), size, neg(size));
  const beta = where(flat, real(alpha), signed);
  const one = full([], 1, x.dtype);
  const difference = sub(alpha, to(beta, x.dtype));
  const v = div(rest, where(flat, one, difference));
  const tau = div(neg(difference), where(call("aten::logical_not", { self: flat }), beta, 1));
  return { v: where(here, one, v), tau, beta };
}

/** H C, or Hᴴ C with the conjugate of tau. */
export const reflected = (C: Symbolic, v: Symbolic, tau: Symbolic, call: Call): Symbolic => {
  const { adjoint, matmul, mul, sub } = matrices(call);
  return sub(C, mul(mul(tau, v), matmul(adjoint(v), C)));
};

/** R on and above the diagonal, the vectors of Q's reflections below it, and their factors tau […, min(m, n)] (LAPACK's geqrf). */
export function factored(A: Symbolic, call: Call): [Symbolic, Symbolic] {
  const { column, columnNumbers, conjugate, eq, full, gt, iota, rowNumbers, squeeze, to, where } = matrices(call);
  const k = rankOf(A);
  const [rows, columns, places] = [rowNumbers(A), columnNumbers(A), iota(k)];
  const [a, tau] = call.loop(isEmpty(A) ? 0 : k, [A, full([...batchOf(A), k], 0, A.dtype)], (i, [a, taus]) => {
    const x = column(a as Symbolic, i);
    const { v, tau, beta } = reflection(x, i, call);
    const rest = reflected(a as Symbolic, v, conjugate(tau), call);
    const end = where(eq(rows, i), to(beta, A.dtype), x);
    const own = where(gt(rows, i), v, end);
    const done = where(eq(columns, i), own, a as Symbolic);
    const next = where(gt(columns, i), rest, done);
    return { next: [next, where(eq(places, i), squeeze(tau, -1), taus as Symbolic)] };
  });
  return [a as Symbolic, tau as Symbolic];
}

/** Q C, or Qᴴ C, for the product Q of the reflections whose vectors stand below the diagonal of `a`. */
export function applied(a: Symbolic, tau: Symbolic, C: Symbolic, transposed: boolean, call: Call): Symbolic {
  const { at, column, conjugate, eq, fromLast, gt, rowNumbers, to, unsqueeze, where } = matrices(call);
  const count = columnsOf(tau);
  const rows = rowNumbers(a);
  const [result] = call.loop(isEmpty(C) ? 0 : count, [C], (turn, [c]) => {
    const i = transposed ? turn : fromLast(count, turn);
    const unit = to(eq(rows, i), a.dtype);
    const v = where(gt(rows, i), column(a, i), unit);
    const factor = unsqueeze(at(tau, -1, i), -1);
    return { next: [reflected(c as Symbolic, v, transposed ? conjugate(factor) : factor, call)] };
  });
  return result as Symbolic;
}

/** A = Q R in A's own dtype: Q […, m, columns]. */
export function orthogonalized(A: Symbolic, columns: Dim, call: Call): [Symbolic, Symbolic] {
  const { identity, triu } = matrices(call);
  const [a, tau] = factored(A, call);
  return [applied(a, tau, identity(rowsOf(A), columns, A), false, call), triu(a, 0)];
}

function decomposed(A: Symbolic, mode: QrMode, call: Call): [Symbolic, Symbolic] {
  const { doubled, full, slice, to, triu } = matrices(call);
  const columns = mode === "complete" ? rowsOf(A) : rankOf(A);
  const wide = doubled(A);
  const [Q, R] = mode === "r" ? [null, triu(factored(wide, call)[0], 0)] : orthogonalized(wide, columns, call);
  const top = to(slice(R, -2, 0, columns), A.dtype);
  return [Q === null ? full([0], 0, A.dtype) : to(Q, A.dtype), top];
}

function product(input: Symbolic, tau: Symbolic, call: Call): Symbolic {
  const { doubled, identity, to } = matrices(call);
  const wide = doubled(input);
  const start = identity(rowsOf(input), columnsOf(input), wide);
  return to(applied(wide, doubled(tau), start, false, call), input.dtype);
}

function multiplied(a: Symbolic, tau: Symbolic, C: Symbolic, left: boolean, transposed: boolean, call: Call): Symbolic {
  const { adjoint, doubled, to } = matrices(call);
  const [wide, factors, c] = [doubled(a), doubled(tau), doubled(C)];
  // C Q = (Qᴴ Cᴴ)ᴴ
  const result = left ? applied(wide, factors, c, transposed, call) : adjoint(applied(wide, factors, adjoint(c), !transposed, call));
  return to(result, C.dtype);
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
    decompose: ({ self }, call) => {
      const { doubled, to } = matrices(call);
      return factored(doubled(self), call).map((x) => to(x, self.dtype)) as [Symbolic, Symbolic];
    },
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
