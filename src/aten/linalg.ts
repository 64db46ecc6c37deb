/** @file Determinants, inverses, linear systems and powers of square matrices: values are the core's, ONNX is told elimination in a loop over rows. */

import { matrixExp } from "../core/ops/decompositions.ts";
import { binary, cast as castValues, where as choose, compare, fill, unary } from "../core/ops/elementwise.ts";
import { squeeze as dropDim, unsqueeze as withDim } from "../core/ops/layout.ts";
import * as core from "../core/ops/linalg.ts";
import { integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { isComplex, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { exchanged, factorized, parity, pivotRow, pivotTensor } from "./linalg-lu.ts";
import { infoTensor, noted } from "./linalg-triangular.ts";
import { batchOf, columnsOf, isEmpty, matrices, rowsOf, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

const product = (self: Symbolic, call: Call): Symbolic => call("aten::prod.dim_int", { self, dim: -1 });

/** The determinant, and the factors it is from. */
function determinant(A: Symbolic, call: Call): [Symbolic, Symbolic, Symbolic] {
  const { diagonal, doubled, mul, to } = matrices(call);
  const { lu, pivots } = factorized(doubled(A), true, call);
  const det = mul(product(diagonal(lu), call), parity(pivots, call));
  return [to(det, A.dtype), to(lu, A.dtype), pivotTensor(pivots, call)];
}

/** Sign and logarithm of the modulus of the determinant, and the factors they are from. */
function signAndLog(A: Symbolic, call: Call): [Symbolic, Symbolic, Symbolic, Symbolic] {
  const { abs, diagonal, doubled, mul, sum, to } = matrices(call);
  const { lu, pivots } = factorized(doubled(A), true, call);
  const ends = diagonal(lu);
  const sign = mul(product(call("aten::sgn", { self: ends }), call), parity(pivots, call));
  const log = sum(call("aten::log", { self: abs(ends) }), [-1], false);
  return [to(sign, A.dtype), to(log, realOf(A.dtype)), to(lu, A.dtype), pivotTensor(pivots, call)];
}

/** A⁻¹ B by Gauss and Jordan: the rows of [A | B] are cleared around each pivot. With LAPACK's info. */
function solved(A: Symbolic, B: Symbolic, call: Call): [Symbolic, Symbolic] {
  const { cat, column, div, doubled, eq, expand, full, mul, row, rowNumbers, squared, sub, to, where } = matrices(call);
  const batch = broadcastShapes(batchOf(A), batchOf(B));
  const spread = (x: Symbolic): Symbolic => expand(doubled(x), [...batch, ...x.shape.slice(-2)]);
  const start = cat([spread(A), spread(B)], -1);
  const rows = rowNumbers(A);
  const [m, info] = call.loop(isEmpty(start) ? 0 : rowsOf(A), [start, full([...batch, 1, 1], 0, "int64")], (k, [given, info]) => {
    const m = exchanged(given as Symbolic, k, pivotRow(given as Symbolic, k, call), call);
    const top = row(m, k);
    const pivot = column(top, k);
    const unit = div(top, pivot);
    const cleared = sub(m, mul(column(m, k), unit));
    const failed = eq(squared(pivot), 0);
    return { next: [where(eq(rows, k), unit, cleared), noted(info as Symbolic, failed, k, call)] };
  }) as [Symbolic, Symbolic];
  const X = call("aten::slice.Tensor", { self: m, dim: -1, start: columnsOf(A) });
  return [to(X, B.dtype), infoTensor(info, call)];
}

const inverse = (A: Symbolic, call: Call): [Symbolic, Symbolic] => solved(A, matrices(call).identity(rowsOf(A), rowsOf(A), A), call);

/** Whether B is a stack of vectors beside A (torch.linalg.solve). */
const isVector = (A: Pick<Symbolic, "shape">, B: Pick<Symbolic, "shape">): boolean =>
  B.shape.length === 1 || (B.shape.length === A.shape.length - 1 && B.shape.every((d, i) => d === A.shape[i]));

function solve(A: Symbolic, B: Symbolic, left: boolean, call: Call): [Symbolic, Symbolic] {
  const { squeeze, swapped, unsqueeze } = matrices(call);
  if (isVector(A, B)) {
    const [X, info] = solved(A, unsqueeze(B, -1), call);
    return [squeeze(X, -1), info];
  }
  if (left) return solved(A, B, call);
  const [X, info] = solved(swapped(A), swapped(B), call);
  return [swapped(X), info];
}

/** Squarings beyond which exp of a double's largest exponent would be infinite. */
const mostSquarings = 1100;

/** exp(A) = exp(A / 2^s)^(2^s) with Taylor's series of degree 18 for a small matrix: its 1-norm is at most 1 / 2. */
function exponential(A: Symbolic, call: Call): Symbolic {
  const { abs, div, doubled, identity, matmul, mul, sum, to, where } = matrices(call);
  const wide = doubled(A);
  if (isEmpty(A)) return A;
  const size = call("aten::amax", { self: sum(abs(wide), [-2], true), dim: [-2, -1], keepdim: true });
  const exponent = call("aten::ceil", { self: call("aten::log2", { self: size }) });
  const steps = call("aten::clamp_min", { self: call("aten::add.Scalar", { self: exponent, other: 1 }), min: 0 });
  const small = mul(wide, call("aten::exp2", { self: call("aten::neg", { self: steps }) }));
  const one = identity(rowsOf(A), rowsOf(A), wide);
  // Horner: I + X (I + X/2 (I + X/3 (…))).
  const [series] = call.loop(18, [one], (turn, [y]) => {
    const k = to(call("aten::rsub.Scalar", { self: turn, other: 18 }), "float64");
    return { next: [call("aten::add.Tensor", { self: one, other: div(matmul(small, y as Symbolic), k) })] };
  });
  const count = call("aten::amax", { self: steps });
  const [E] = call.loop(mostSquarings, [series as Symbolic], (turn, [y]) => {
    const open = call("aten::gt.Tensor", { self: steps, other: turn });
    const next = where(open, matmul(y as Symbolic, y as Symbolic), y as Symbolic);
    return { next: [next], goesOn: call("aten::gt.Tensor", { self: count, other: call("aten::add.Scalar", { self: turn, other: 1 }) }) };
  });
  return to(E as Symbolic, A.dtype);
}

function power(A: Symbolic, n: number, call: Call): Symbolic {
  const { identity, matmul } = matrices(call);
  if (n === 0) return identity(rowsOf(A), rowsOf(A), A);
  let square = n < 0 ? inverse(A, call)[0] : A;
  let result: Symbolic | null = null;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? square : matmul(result, square);
    if (rest > 1) square = matmul(square, square);
  }
  return result as Symbolic;
}

/** log det: NaN where the determinant is negative. */
function logdetValues({ self }: { readonly self: Strided }): Strided {
  const [sign, log] = core.slogdet(self);
  if (isComplex(self.dtype)) return binary("add", unary("log", sign), castValues(log, self.dtype));
  return choose(compare("lt", sign, fill(sign.dtype, [], 0)), fill(log.dtype, [], Number.NaN), log);
}

function logdet(self: Symbolic, call: Call): Symbolic {
  const { eq } = matrices(call);
  const [sign, log] = signAndLog(self, call);
  if (isComplex(self.dtype)) return call("aten::add.Tensor", { self: call("aten::log", { self: sign }), other: log });
  return call("aten::masked_fill.Scalar", { self: log, mask: eq(sign, -1), value: Number.NaN });
}

function inverseValues({ A }: { readonly A: Strided }): [Strided, Strided] {
  const [X, infos] = core.inverseEx(A);
  return [X, core.infoTensor(infos, A)];
}

interface System<T> {
  readonly A: T;
  readonly B: T;
  readonly left: boolean;
}

const solveValues = ({ A, B, left }: System<Strided>): Strided =>
  isVector(A, B) ? dropDim(core.solve(A, withDim(B, -1)), [-1]) : core.solve(A, B, left);

function solveExValues({ A, B, left }: System<Strided>): [Strided, Strided] {
  const vector = isVector(A, B);
  const b = vector ? withDim(B, -1) : left ? B : core.swapped(B);
  const [X, infos] = core.solveEx(left || vector ? A : core.swapped(A), b);
  return [vector ? dropDim(X, [-1]) : left ? X : core.swapped(X), core.infoTensor(infos, A)];
}

const scalars = (A: TensorType): Meta => typed(A.dtype, batchOf(A));
const logTypes = (A: TensorType): [Meta, Meta] => [scalars(A), typed(realOf(A.dtype), batchOf(A))];
const same = ({ dtype, shape }: TensorType): Meta => ({ dtype, shape });
function solveTypes({ A, B }: System<TensorType>): [Meta, Meta] {
  const info = typed("int32", batchOf(A));
  if (isVector(A, B)) return [typed(B.dtype, broadcastShapes(batchOf(A), B.shape.slice(0, -1)), B.shape.at(-1) as number), info];
  return [typed(B.dtype, broadcastShapes(batchOf(A), batchOf(B)), ...B.shape.slice(-2)), info];
}

const firstTwo = ([a, b]: readonly Symbolic[]): [Symbolic, Symbolic] => [a as Symbolic, b as Symbolic];
/** PyTorch factors the transpose of a real matrix, which is what LAPACK sees in row-major memory. */
const seen = (A: Symbolic, call: Call): Symbolic => (isComplex(A.dtype) ? A : matrices(call).swapped(A));

/** Nothing, where all of a factorization's infos are 0. Throws `core/singular`, as the op called `name` does. */
function checked(info: Strided, name: string): [] {
  const first = integers(info).find((i) => i !== 0);
  if (first === undefined) return [];
  throw new OnnxExporterError(
    "core/singular",
    `${name}: step ${first} meets a singular or indefinite matrix`,
    "the op ending in _ex tells which",
  );
}

export const linalg = {
  "aten::_linalg_check_errors": { meta: () => [], eval: ({ info, api_name }) => checked(info, api_name) },
  "aten::linalg_det": { meta: ({ A }) => scalars(A), eval: ({ A }) => core.det(A), decompose: ({ A }, call) => determinant(A, call)[0] },
  "aten::det": {
    meta: ({ self }) => scalars(self),
    eval: ({ self }) => core.det(self),
    decompose: ({ self }, call) => determinant(self, call)[0],
  },
  "aten::_linalg_det": { decompose: ({ A }, call) => determinant(seen(A, call), call) },
  "aten::linalg_slogdet": {
    meta: ({ A }) => logTypes(A),
    eval: ({ A }) => core.slogdet(A),
    decompose: ({ A }, call) => firstTwo(signAndLog(A, call)),
  },
  "aten::slogdet": {
    meta: ({ self }) => logTypes(self),
    eval: ({ self }) => core.slogdet(self),
    decompose: ({ self }, call) => firstTwo(signAndLog(self, call)),
  },
  "aten::_linalg_slogdet": { decompose: ({ A }, call) => signAndLog(seen(A, call), call) },
  "aten::logdet": { meta: ({ self }) => scalars(self), eval: logdetValues, decompose: ({ self }, call) => logdet(self, call) },
  "aten::linalg_inv": { meta: ({ A }) => same(A), eval: ({ A }) => core.inverse(A), decompose: ({ A }, call) => inverse(A, call)[0] },
  "aten::inverse": {
    meta: ({ self }) => same(self),
    eval: ({ self }) => core.inverse(self),
    decompose: ({ self }, call) => inverse(self, call)[0],
  },
  "aten::linalg_inv_ex": {
    meta: ({ A }) => [same(A), typed("int32", batchOf(A))],
    eval: inverseValues,
    decompose: ({ A }, call) => inverse(A, call),
  },
  "aten::linalg_solve": {
    meta: (args) => solveTypes(args)[0],
    eval: solveValues,
    decompose: ({ A, B, left }, call) => solve(A, B, left, call)[0],
  },
  "aten::linalg_solve_ex": { meta: solveTypes, eval: solveExValues, decompose: ({ A, B, left }, call) => solve(A, B, left, call) },
  "aten::_linalg_solve_ex": {
    decompose: ({ A, B, left }, call) => {
      const [X, info] = call("aten::linalg_solve_ex", { A, B, left });
      const [LU, pivots] = call("aten::linalg_lu_factor_ex", { A });
      return [X, LU, pivots, info];
    },
  },
  "aten::matrix_exp": {
    meta: ({ self }) => same(self),
    eval: ({ self }) => matrixExp(self),
    decompose: ({ self }, call) => exponential(self, call),
  },
  "aten::linalg_matrix_exp": {
    meta: ({ self }) => same(self),
    eval: ({ self }) => matrixExp(self),
    decompose: ({ self }, call) => exponential(self, call),
  },
  "aten::linalg_matrix_power": {
    meta: ({ self }) => same(self),
    eval: ({ self, n }) => core.matrixPower(self, n),
    decompose: ({ self, n }, call) => power(self, n, call),
  },
  "aten::matrix_power": {
    meta: ({ self }) => same(self),
    eval: ({ self, n }) => core.matrixPower(self, n),
    decompose: ({ self, n }, call) => power(self, n, call),
  },
} satisfies AtenTable;
