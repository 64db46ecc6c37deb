/** @file Factors L D Lᵀ (Hermitian: L D Lᴴ) of symmetric matrices, and what is solved with them, a loop over rows each. */

import { isComplex } from "../dtype.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { exchanged, taxicab } from "./linalg-lu.ts";
import { infoTensor, noted } from "./linalg-triangular.ts";
import { batchOf, columnsOf, isEmpty, matrices, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Bunch and Kaufman's bound on how entries grow. */
const alpha = (1 + Math.sqrt(17)) / 8;

const not = (self: Symbolic, call: Call): Symbolic => call("aten::logical_not", { self });
const either = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::logical_or", { self, other });
const most = (self: Symbolic, dim: number, call: Call): Symbolic => call("aten::amax", { self, dim: [dim], keepdim: true });
/** The transpose, or the adjoint where the matrix is Hermitian. */
const turned = (x: Symbolic, hermitian: boolean, call: Call): Symbolic => {
  const { adjoint, swapped } = matrices(call);
  return hermitian ? adjoint(x) : swapped(x);
};
/** The place after k, which is not read where it is none. */
const after = (k: Symbolic, A: Symbolic, call: Call): Symbolic =>
  call("aten::minimum", {
    self: matrices(call).add(k, 1),
    other: call("aten::full", { size: [], fill_value: Number(rowsOf(A)) - 1, dtype: "int64" }),
  });

interface Pivot {
  /** Row and column that come to the block's last place. */
  readonly place: Symbolic;
  /** Whether the block is 2 x 2. */
  readonly two: Symbolic;
  /** Whether the column is 0. */
  readonly zero: Symbolic;
}

/** The pivot of column k by LAPACK's sytf2: an entry of the diagonal, or a block with the largest one of the column beside it. */
function pivotOf(S: Symbolic, k: Symbolic, hermitian: boolean, call: Call): Pivot {
  const { and, column, columnNumbers, eq, expand, ge, gt, mul, real, row, rowNumbers, where } = matrices(call);
  const [rows, columns] = [rowNumbers(S), columnNumbers(S)];
  const ownSize = (x: Symbolic): Symbolic => taxicab(hermitian ? real(x) : x, call);
  const x = column(S, k);
  const own = ownSize(row(x, k));
  const under = where(gt(rows, k), taxicab(x, call), 0);
  const [tallest, index] = [most(under, -2, call), call("aten::argmax", { self: under, dim: -2, keepdim: true })];
  const line = call("aten::gather", { self: S, dim: -2, index: expand(index, [...batchOf(S), 1, columnsOf(S)]) });
  const others = and(ge(columns, k), not(eq(columns, index), call));
  const widest = most(where(others, taxicab(line, call), 0), -1, call);
  const there = ownSize(call("aten::gather", { self: line, dim: -1, index }));
  const zero = eq(call("aten::maximum", { self: own, other: tallest }), 0);
  const good = ge(own, mul(tallest, alpha));
  const fair = ge(mul(own, widest), mul(mul(tallest, tallest), alpha));
  const stays = either(zero, either(good, fair, call), call);
  const moves = ge(there, mul(widest, alpha));
  return { place: where(stays, k, index), two: not(either(stays, moves, call), call), zero };
}

/** The trailing matrix without what a block of one or two columns explains, its factors in the columns' place. */
function eliminated(S: Symbolic, k: Symbolic, { two, zero }: Pivot, hermitian: boolean, call: Call): Symbolic {
  const { add, and, column, columnNumbers, conjugate, div, eq, full, gt, matmul, mul, real, row, rowNumbers, sub, to, where } =
    matrices(call);
  const [rows, columns, next] = [rowNumbers(S), columnNumbers(S), after(k, S, call)];
  const [x, y] = [column(S, k), column(S, next)];
  const own = (z: Symbolic): Symbolic => (hermitian ? to(real(z), S.dtype) : z);
  const [a, b, c] = [own(row(x, k)), row(x, next), own(row(y, next))];
  const star = hermitian ? conjugate(b) : b;
  const one = full([], 1, S.dtype);
  const single = div(x, where(zero, one, a));
  const det = where(two, sub(mul(a, c), mul(b, star)), one);
  const first = div(sub(mul(x, c), mul(y, b)), det);
  const second = div(sub(mul(y, a), mul(x, star)), det);
  const end = where(two, next, k);
  const below = gt(rows, end);
  const [u, v] = [where(below, where(two, first, single), 0), where(and(below, two), second, 0)];
  const explained = add(matmul(u, turned(x, hermitian, call)), matmul(v, turned(y, hermitian, call)));
  const rest = where(and(below, gt(columns, end)), sub(S, explained), S);
  const left = where(and(below, eq(columns, k)), u, rest);
  return where(and(and(below, two), eq(columns, next)), v, left);
}

/** Rows and columns k and place of the matrix right of and below k, exchanged. */
function exchangedBoth(S: Symbolic, k: Symbolic, from: Symbolic, place: Symbolic, call: Call): Symbolic {
  const { columnNumbers, ge, swapped, where } = matrices(call);
  const rows = exchanged(S, from, place, call);
  const all = swapped(exchanged(swapped(rows), from, place, call));
  return where(ge(columnNumbers(S), k), all, S);
}

/** Packed factors, pivots (1 x 1 blocks: the row exchanged, from 1; 2 x 2 blocks: twice its negative) and infos, as LAPACK's sytrf and hetrf. */
function factored(A: Symbolic, hermitian: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const { add, and, columnNumbers, doubled, eq, full, neg, real, to, tril, where } = matrices(call);
  const n = rowsOf(A);
  const wide = doubled(A);
  const half = tril(wide, -1);
  const own = call("aten::diagonal", { self: wide, offset: 0, dim1: -2, dim2: -1 });
  const ends = call("aten::diag_embed", { self: hermitian ? to(real(own), wide.dtype) : own });
  const whole = add(add(half, turned(half, hermitian, call)), ends);
  const batch = batchOf(A);
  const flags = call("aten::full", { size: [...batch, 1, 1], fill_value: false, dtype: "bool" });
  const start = [whole, full([...batch, 1, n], 0, "int64"), full([...batch, 1, 1], 0, "int64"), flags];
  const columns = columnNumbers(A);
  const [LD, pivots, info] = call.loop(isEmpty(A) ? 0 : n, start, (k, values) => {
    const [S, pivots, info, inside] = values as [Symbolic, Symbolic, Symbolic, Symbolic];
    const pivot = pivotOf(S, k, hermitian, call);
    const from = where(pivot.two, add(k, 1), k);
    const moved = exchangedBoth(S, k, from, pivot.place, call);
    const next = where(inside, S, eliminated(moved, k, pivot, hermitian, call));
    const place = add(pivot.place, 1);
    const said = where(pivot.two, neg(place), place);
    const touched = either(eq(columns, k), and(eq(columns, from), pivot.two), call);
    const noticed = where(and(touched, not(inside, call)), said, pivots);
    const failed = and(pivot.zero, not(inside, call));
    return { next: [next, noticed, noted(info, failed, k, call), and(pivot.two, not(inside, call))] };
  }) as [Symbolic, Symbolic, Symbolic, Symbolic];
  const places = to(call("aten::squeeze.dim", { self: pivots, dim: -2 }), "int32");
  return [to(tril(LD, 0), A.dtype), places, infoTensor(info, call)];
}

/** Which rows begin a 2 x 2 block: bool […, 1, n]. Negative pivots come in pairs. */
function blockStarts(pivots: Symbolic, call: Call): Symbolic {
  const { and, eq, to, unsqueeze } = matrices(call);
  const negative = call("aten::lt.Scalar", { self: pivots, other: 0 });
  const count = call("aten::cumsum", { self: to(negative, "int64"), dim: -1 });
  const odd = eq(call("aten::remainder.Scalar", { self: count, other: 2 }), 1);
  return unsqueeze(and(negative, odd), -2);
}

/** X with A X = B from A's factors: L and D down the rows, then the transpose of L up (LAPACK's sytrs and hetrs). */
function solvedWith(LD: Symbolic, pivots: Symbolic, B: Symbolic, hermitian: boolean, call: Call): Symbolic {
  const { abs, add, at, doubled, expand, fromLast, full, to, unsqueeze } = matrices(call);
  const type = solvedType(LD, B);
  if (isEmpty(type as TensorType) || isEmpty(LD)) return full(type.shape, 0, B.dtype);
  const n = rowsOf(LD);
  const spread = (x: Symbolic): Symbolic => expand(x, [...type.shape.slice(0, -2), ...x.shape.slice(-2)]);
  const [A, b] = [doubled(spread(LD)), doubled(spread(B))];
  const starts = blockStarts(pivots, call);
  const place = (k: Symbolic): Symbolic => expand(add(abs(unsqueeze(at(to(pivots, "int64"), -1, k), -1)), -1), [...batchOf(A), 1, 1]);
  const [down] = call.loop(n, [b], (k, [x]) => ({ next: [descended(A, x as Symbolic, k, place(k), starts, pivots, hermitian, call)] }));
  const [up] = call.loop(n, [down as Symbolic], (turn, [x]) => {
    const k = fromLast(n, turn);
    return { next: [ascended(A, x as Symbolic, k, place(k), starts, hermitian, call)] };
  });
  return to(up as Symbolic, B.dtype);
}

/** One block of the way down: its rows exchanged, taken from the rows below, and divided by D. The second row of a block leaves all as it is. */
function descended(
  A: Symbolic,
  x: Symbolic,
  k: Symbolic,
  place: Symbolic,
  starts: Symbolic,
  pivots: Symbolic,
  hermitian: boolean,
  call: Call,
): Symbolic {
  const { add, and, at, column, conjugate, div, eq, full, gt, mul, real, row, rowNumbers, sub, to, unsqueeze, where } = matrices(call);
  const [rows, next] = [rowNumbers(A), after(k, A, call)];
  const two = column(starts, k);
  const negative = call("aten::lt.Scalar", { self: unsqueeze(at(pivots, -1, k), -1), other: 0 });
  const end = where(two, next, k);
  const moved = exchanged(x, end, place, call);
  const [p, q] = [row(moved, k), row(moved, next)];
  const [left, right] = [column(A, k), column(A, next)];
  const own = (z: Symbolic): Symbolic => (hermitian ? to(real(z), A.dtype) : z);
  const [a, b, c] = [own(row(left, k)), row(left, next), own(row(right, next))];
  const star = hermitian ? conjugate(b) : b;
  const taken = add(mul(left, p), where(two, mul(right, q), 0));
  const rest = where(gt(rows, end), sub(moved, taken), moved);
  const det = where(two, sub(mul(a, c), mul(b, star)), full([], 1, A.dtype));
  const first = div(sub(mul(c, p), mul(star, q)), det);
  const second = div(sub(mul(a, q), mul(b, p)), det);
  const top = where(eq(rows, k), where(two, first, div(p, a)), rest);
  const solved = where(and(eq(rows, next), two), second, top);
  return where(and(negative, not(two, call)), x, solved);
}

/** One block of the way up: from its rows the rows below are taken, then they are exchanged back. The second row of a block waits for the first. */
function ascended(A: Symbolic, x: Symbolic, k: Symbolic, place: Symbolic, starts: Symbolic, hermitian: boolean, call: Call): Symbolic {
  const { add, and, column, eq, gt, matmul, row, rowNumbers, sub, where } = matrices(call);
  const [rows, next] = [rowNumbers(A), after(k, A, call)];
  const two = column(starts, k);
  const end = where(two, next, k);
  const beyond = gt(rows, end);
  const known = where(beyond, x, 0);
  const sums = (i: Symbolic): Symbolic => matmul(turned(where(beyond, column(A, i), 0), hermitian, call), known);
  const first = where(eq(rows, k), sub(row(x, k), sums(k)), x);
  const pair = where(and(eq(rows, next), two), sub(row(x, next), sums(next)), first);
  const solved = exchanged(pair, end, place, call);
  const previous = call("aten::clamp_min", { self: add(k, -1), min: 0 });
  const inside = and(column(starts, previous), call("aten::gt.Scalar", { self: k, other: 0 }));
  return where(inside, x, solved);
}

const solvedType = (LD: TensorType, B: TensorType): Meta => typed(B.dtype, broadcastShapes(batchOf(LD), batchOf(B)), ...B.shape.slice(-2));
const types = (A: TensorType): [Meta, Meta, Meta] => [
  { dtype: A.dtype, shape: A.shape },
  typed("int32", A.shape.slice(0, -1)),
  typed("int32", batchOf(A)),
];
/** A real matrix is symmetric in either way. */
const isHermitian = (A: TensorType, hermitian: boolean): boolean => hermitian && isComplex(A.dtype);

export const linalgLdl = {
  "aten::linalg_ldl_factor_ex": {
    meta: ({ self }) => types(self),
    decompose: ({ self, hermitian }, call) => factored(self, isHermitian(self, hermitian), call),
  },
  "aten::linalg_ldl_factor": {
    decompose: ({ self, hermitian }, call) => {
      const [LD, pivots] = call("aten::linalg_ldl_factor_ex", { self, hermitian });
      return [LD, pivots];
    },
  },
  "aten::linalg_ldl_solve": {
    meta: ({ LD, B }) => solvedType(LD, B),
    decompose: ({ LD, pivots, B, hermitian }, call) => solvedWith(LD, pivots, B, isHermitian(LD, hermitian), call),
  },
} satisfies AtenTable;
