/** @file Factors L D Lᵀ (Hermitian: L D Lᴴ) of symmetric matrices, and what is solved with them, a loop over rows each. */

import { isComplex } from "../dtype.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { exchanged, taxicab } from "./linalg-lu.ts";
import { infoTensor, noted } from "./linalg-triangular.ts";
import {
  add,
  adjoint,
  at,
  atLeast,
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
  expand,
  fromLast,
  full,
  is,
  isEmpty,
  matmul,
  mul,
  negated,
  plus,
  real,
  row,
  rowNumbers,
  rowsOf,
  scaled,
  sub,
  swapped,
  tril,
  typed,
  unsqueeze,
  where,
  whereOr,
} from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Bunch and Kaufman's bound on how entries grow. */
const alpha = (1 + Math.sqrt(17)) / 8;

const not = (self: Symbolic, call: Call): Symbolic => call("aten::logical_not", { self });
const either = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::logical_or", { self, other });
const most = (self: Symbolic, dim: number, call: Call): Symbolic => call("aten::amax", { self, dim: [dim], keepdim: true });
/** The transpose, or the adjoint where the matrix is Hermitian. */
const turned = (x: Symbolic, hermitian: boolean, call: Call): Symbolic => (hermitian ? adjoint(x, call) : swapped(x, call));
/** The place after k, which is not read where it is none. */
const after = (k: Symbolic, A: Symbolic, call: Call): Symbolic =>
  call("aten::minimum", {
    self: plus(k, 1, call),
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
  const [rows, columns] = [rowNumbers(S, call), columnNumbers(S, call)];
  const ownSize = (x: Symbolic): Symbolic => taxicab(hermitian ? real(x, call) : x, call);
  const x = column(S, k, call);
  const own = ownSize(row(x, k, call));
  const under = whereOr(exceeds(rows, k, call), taxicab(x, call), 0, call);
  const [tallest, index] = [most(under, -2, call), call("aten::argmax", { self: under, dim: -2, keepdim: true })];
  const line = call("aten::gather", { self: S, dim: -2, index: expand(index, [...batchOf(S), 1, columnsOf(S)], call) });
  const others = both(atLeast(columns, k, call), not(equals(columns, index, call), call), call);
  const widest = most(whereOr(others, taxicab(line, call), 0, call), -1, call);
  const there = ownSize(call("aten::gather", { self: line, dim: -1, index }));
  const zero = is(call("aten::maximum", { self: own, other: tallest }), 0, call);
  const good = atLeast(own, scaled(tallest, alpha, call), call);
  const fair = atLeast(mul(own, widest, call), scaled(mul(tallest, tallest, call), alpha, call), call);
  const stays = either(zero, either(good, fair, call), call);
  const moves = atLeast(there, scaled(widest, alpha, call), call);
  return { place: where(stays, k, index, call), two: not(either(stays, moves, call), call), zero };
}

/** The trailing matrix without what a block of one or two columns explains, its factors in the columns' place. */
function eliminated(S: Symbolic, k: Symbolic, { two, zero }: Pivot, hermitian: boolean, call: Call): Symbolic {
  const [rows, columns, next] = [rowNumbers(S, call), columnNumbers(S, call), after(k, S, call)];
  const [x, y] = [column(S, k, call), column(S, next, call)];
  const own = (z: Symbolic): Symbolic => (hermitian ? cast(real(z, call), S.dtype, call) : z);
  const [a, b, c] = [own(row(x, k, call)), row(x, next, call), own(row(y, next, call))];
  const star = hermitian ? conjugate(b, call) : b;
  const one = full([], 1, S.dtype, call);
  const single = div(x, where(zero, one, a, call), call);
  const det = where(two, sub(mul(a, c, call), mul(b, star, call), call), one, call);
  const first = div(sub(mul(x, c, call), mul(y, b, call), call), det, call);
  const second = div(sub(mul(y, a, call), mul(x, star, call), call), det, call);
  const end = where(two, next, k, call);
  const below = exceeds(rows, end, call);
  const [u, v] = [whereOr(below, where(two, first, single, call), 0, call), whereOr(both(below, two, call), second, 0, call)];
  const explained = add(matmul(u, turned(x, hermitian, call), call), matmul(v, turned(y, hermitian, call), call), call);
  const rest = where(both(below, exceeds(columns, end, call), call), sub(S, explained, call), S, call);
  const left = where(both(below, equals(columns, k, call), call), u, rest, call);
  return where(both(both(below, two, call), equals(columns, next, call), call), v, left, call);
}

/** Rows and columns k and place of the matrix right of and below k, exchanged. */
function exchangedBoth(S: Symbolic, k: Symbolic, from: Symbolic, place: Symbolic, call: Call): Symbolic {
  const rows = exchanged(S, from, place, call);
  const all = swapped(exchanged(swapped(rows, call), from, place, call), call);
  return where(atLeast(columnNumbers(S, call), k, call), all, S, call);
}

/** Packed factors, pivots (1 x 1 blocks: the row exchanged, from 1; 2 x 2 blocks: twice its negative) and infos, as LAPACK's sytrf and hetrf. */
function factored(A: Symbolic, hermitian: boolean, call: Call): [Symbolic, Symbolic, Symbolic] {
  const n = rowsOf(A);
  const wide = doubled(A, call);
  const half = tril(wide, -1, call);
  const own = call("aten::diagonal", { self: wide, offset: 0, dim1: -2, dim2: -1 });
  const ends = call("aten::diag_embed", { self: hermitian ? cast(real(own, call), wide.dtype, call) : own });
  const whole = add(add(half, turned(half, hermitian, call), call), ends, call);
  const batch = batchOf(A);
  const flags = call("aten::full", { size: [...batch, 1, 1], fill_value: false, dtype: "bool" });
  const start = [whole, full([...batch, 1, n], 0, "int64", call), full([...batch, 1, 1], 0, "int64", call), flags];
  const columns = columnNumbers(A, call);
  const [LD, pivots, info] = call.loop(isEmpty(A) ? 0 : n, start, (k, values) => {
    const [S, pivots, info, inside] = values as [Symbolic, Symbolic, Symbolic, Symbolic];
    const pivot = pivotOf(S, k, hermitian, call);
    const from = where(pivot.two, plus(k, 1, call), k, call);
    const moved = exchangedBoth(S, k, from, pivot.place, call);
    const next = where(inside, S, eliminated(moved, k, pivot, hermitian, call), call);
    const place = plus(pivot.place, 1, call);
    const said = where(pivot.two, negated(place, call), place, call);
    const touched = either(equals(columns, k, call), both(equals(columns, from, call), pivot.two, call), call);
    const noticed = where(both(touched, not(inside, call), call), said, pivots, call);
    const failed = both(pivot.zero, not(inside, call), call);
    return { next: [next, noticed, noted(info, failed, k, call), both(pivot.two, not(inside, call), call)] };
  }) as [Symbolic, Symbolic, Symbolic, Symbolic];
  const places = cast(call("aten::squeeze.dim", { self: pivots, dim: -2 }), "int32", call);
  return [cast(tril(LD, 0, call), A.dtype, call), places, infoTensor(info, call)];
}

/** Which rows begin a 2 x 2 block: bool […, 1, n]. Negative pivots come in pairs. */
function blockStarts(pivots: Symbolic, call: Call): Symbolic {
  const negative = call("aten::lt.Scalar", { self: pivots, other: 0 });
  const count = call("aten::cumsum", { self: cast(negative, "int64", call), dim: -1 });
  const odd = is(call("aten::remainder.Scalar", { self: count, other: 2 }), 1, call);
  return unsqueeze(both(negative, odd, call), -2, call);
}

/** X with A X = B from A's factors: L and D down the rows, then the transpose of L up (LAPACK's sytrs and hetrs). */
function solvedWith(LD: Symbolic, pivots: Symbolic, B: Symbolic, hermitian: boolean, call: Call): Symbolic {
  const type = solvedType(LD, B);
  if (isEmpty(type as TensorType) || isEmpty(LD)) return full(type.shape, 0, B.dtype, call);
  const n = rowsOf(LD);
  const spread = (x: Symbolic): Symbolic => expand(x, [...type.shape.slice(0, -2), ...x.shape.slice(-2)], call);
  const [A, b] = [doubled(spread(LD), call), doubled(spread(B), call)];
  const starts = blockStarts(pivots, call);
  const place = (k: Symbolic): Symbolic =>
    expand(
      plus(magnitudeOf(unsqueeze(at(cast(pivots, "int64", call), -1, k, call), -1, call), call), -1, call),
      [...batchOf(A), 1, 1],
      call,
    );
  const [down] = call.loop(n, [b], (k, [x]) => ({ next: [descended(A, x as Symbolic, k, place(k), starts, pivots, hermitian, call)] }));
  const [up] = call.loop(n, [down as Symbolic], (turn, [x]) => {
    const k = fromLast(n, turn, call);
    return { next: [ascended(A, x as Symbolic, k, place(k), starts, hermitian, call)] };
  });
  return cast(up as Symbolic, B.dtype, call);
}

const magnitudeOf = (self: Symbolic, call: Call): Symbolic => call("aten::abs", { self });

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
  const [rows, next] = [rowNumbers(A, call), after(k, A, call)];
  const two = column(starts, k, call);
  const negative = call("aten::lt.Scalar", { self: unsqueeze(at(pivots, -1, k, call), -1, call), other: 0 });
  const end = where(two, next, k, call);
  const moved = exchanged(x, end, place, call);
  const [p, q] = [row(moved, k, call), row(moved, next, call)];
  const [left, right] = [column(A, k, call), column(A, next, call)];
  const own = (z: Symbolic): Symbolic => (hermitian ? cast(real(z, call), A.dtype, call) : z);
  const [a, b, c] = [own(row(left, k, call)), row(left, next, call), own(row(right, next, call))];
  const star = hermitian ? conjugate(b, call) : b;
  const taken = add(mul(left, p, call), whereOr(two, mul(right, q, call), 0, call), call);
  const rest = where(exceeds(rows, end, call), sub(moved, taken, call), moved, call);
  const det = where(two, sub(mul(a, c, call), mul(b, star, call), call), full([], 1, A.dtype, call), call);
  const first = div(sub(mul(c, p, call), mul(star, q, call), call), det, call);
  const second = div(sub(mul(a, q, call), mul(b, p, call), call), det, call);
  const top = where(equals(rows, k, call), where(two, first, div(p, a, call), call), rest, call);
  const solved = where(both(equals(rows, next, call), two, call), second, top, call);
  return where(both(negative, not(two, call), call), x, solved, call);
}

/** One block of the way up: from its rows the rows below are taken, then they are exchanged back. The second row of a block waits for the first. */
function ascended(A: Symbolic, x: Symbolic, k: Symbolic, place: Symbolic, starts: Symbolic, hermitian: boolean, call: Call): Symbolic {
  const [rows, next] = [rowNumbers(A, call), after(k, A, call)];
  const two = column(starts, k, call);
  const end = where(two, next, k, call);
  const beyond = exceeds(rows, end, call);
  const known = whereOr(beyond, x, 0, call);
  const sums = (i: Symbolic): Symbolic => matmul(turned(whereOr(beyond, column(A, i, call), 0, call), hermitian, call), known, call);
  const first = where(equals(rows, k, call), sub(row(x, k, call), sums(k), call), x, call);
  const pair = where(both(equals(rows, next, call), two, call), sub(row(x, next, call), sums(next), call), first, call);
  const solved = exchanged(pair, end, place, call);
  const previous = call("aten::clamp_min", { self: plus(k, -1, call), min: 0 });
  const inside = both(column(starts, previous, call), call("aten::gt.Scalar", { self: k, other: 0 }), call);
  return where(inside, x, solved, call);
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
