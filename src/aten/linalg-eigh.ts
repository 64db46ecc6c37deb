/** @file Eigenvalues of Hermitian matrices: values are the core's, ONNX is told a loop of Jacobi rotations. */

import { eigh } from "../core/ops/decompositions.ts";
import { realOf } from "../dtype.ts";
import type { TensorType } from "./graph.ts";
import { anyAbove, halves, moved, rotationOf, seats, sweeps, turned } from "./jacobi.ts";
import { fixedSize } from "./linalg-svd.ts";
import { batchOf, isEmpty, matrices, typed } from "./matrix.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** The Hermitian matrix that one triangle says; of the diagonal, its real part. */
export function hermitian(A: Symbolic, upper: boolean, call: Call): Symbolic {
  const { add, adjoint, diagonal, real, to, tril, triu } = matrices(call);
  const half = upper ? triu(A, 1) : tril(A, -1);
  const middle = call("aten::diag_embed", { self: to(real(diagonal(A)), A.dtype) });
  return add(add(half, adjoint(half)), middle);
}

/** A diagonal matrix and the eigenvectors' rows, Vᵀ, by rotations of rows and columns: A [..., n, n] Hermitian, n even. */
function diagonalized(A: Symbolic, n: number, call: Call): [Symbolic, Symbolic] {
  const { conjugate, diagonal, identity, mul, real, slice, squared, sum, swapped, unsqueeze, where } = matrices(call);
  const half = n / 2;
  const order = seats(half, call);
  const ones = identity(n, n, A);
  const everything = sum(squared(A), [-2, -1], false);
  const bound = mul(everything, (2 ** -52 * n) ** 2);
  const aside = call("aten::eq.Scalar", { self: call("aten::eye", { n, dtype: realOf(A.dtype) }), other: 0 });
  const [D, rows] = call.loop(sweeps * (n - 1), [A, ones], (_, [a, v]) => {
    const [A, V] = [a as Symbolic, v as Symbolic];
    const [p, q] = halves(A, half, call);
    const own = (x: Symbolic): Symbolic => unsqueeze(diagonal(x), -1);
    const right = (x: Symbolic): Symbolic => slice(x, -1, half, n);
    const [alpha, beta] = [real(own(p)), real(own(right(q)))];
    const rotation = rotationOf(alpha, beta, own(right(p)), call);
    const columns = swapped(turned(halves(swapped(A), half, call), rotation, call));
    const rows = conjugate(turned(halves(conjugate(columns), half, call), rotation, call));
    const next = moved(moved(rows, -1, order, call), -2, order, call);
    const off = sum(where(aside, squared(next), 0), [-2, -1], false);
    const turnedRows = moved(turned(halves(V, half, call), rotation, call), -2, order, call);
    return { next: [next, turnedRows], goesOn: anyAbove(off, bound, call) };
  });
  return [D as Symbolic, rows as Symbolic];
}

/** Eigenvalues, ascending, and eigenvectors in A's own dtype. */
export function eigenpairs(A: Symbolic, upper: boolean, call: Call): [Symbolic, Symbolic] {
  const { columnsAt, diagonal, full, identity, mul, phases, real, slice, squared, sum, swapped, where } = matrices(call);
  const n = fixedSize(A, -1, "eigenvalues");
  if (isEmpty(A)) return [full([...batchOf(A), n], 0, realOf(A.dtype)), identity(n, n, A)];
  const whole = hermitian(A, upper, call);
  const even = n + (n % 2);
  const padded = even > n ? call("aten::constant_pad_nd", { self: whole, pad: [0, 1, 0, 1], value: 0 }) : whole;
  const [D, rows] = diagonalized(padded, even, call);
  const [values, V] = [real(diagonal(D)), swapped(rows)];
  // The row of zeros that made the count even has no part in the vectors: it is to come behind all values.
  const own = call("aten::gt.Scalar", { self: sum(squared(slice(V, -2, 0, n)), [-2], false), other: 0.5 });
  const keys = even > n ? where(own, values, Number.POSITIVE_INFINITY) : values;
  const [ascending, index] = call("aten::sort", { self: keys, dim: -1, descending: false });
  const first = (x: Symbolic): Symbolic => slice(x, -1, 0, n);
  const vectors = columnsAt(slice(V, -2, 0, n), first(index));
  return [first(ascending), mul(vectors, phases(vectors))];
}

const isUpper = (UPLO: string): boolean => UPLO.toUpperCase() === "U";
const valuesType = (A: TensorType): Meta => typed(realOf(A.dtype), A.shape.slice(0, -1));

export const linalgEigh = {
  "aten::linalg_eigh": {
    meta: ({ self }) => [valuesType(self), typed(self.dtype, self.shape)],
    eval: ({ self, UPLO }) => eigh(self, isUpper(UPLO)),
    decompose: ({ self, UPLO }, call) => {
      const { doubled, rounding } = matrices(call);
      const [values, vectors] = eigenpairs(doubled(self), isUpper(UPLO), call);
      const to = rounding(self);
      return [to(values), to(vectors)];
    },
  },
  "aten::linalg_eigvalsh": {
    meta: ({ self }) => valuesType(self),
    eval: ({ self, UPLO }) => eigh(self, isUpper(UPLO))[0],
    decompose: ({ self, UPLO }, call) => {
      const { doubled, rounding } = matrices(call);
      return rounding(self)(eigenpairs(doubled(self), isUpper(UPLO), call)[0]);
    },
  },
  "aten::_linalg_eigh": {
    decompose: ({ A, UPLO, compute_v }, call) => {
      const { full } = matrices(call);
      if (compute_v) return call("aten::linalg_eigh", { self: A, UPLO });
      return [call("aten::linalg_eigvalsh", { self: A, UPLO }), full([0], 0, A.dtype)];
    },
  },
} satisfies AtenTable;
