/** @file Words of linear algebra for decompositions: stacks of matrices […, m, n], their rows and columns: `const { adjoint, row } = matrices(call)`. */

import { type DType, isComplex, realOf } from "../dtype.ts";
import { type Dim, sub as less, min, type Shape } from "../symbolic.ts";
import { type Algebra, algebra } from "./algebra.ts";
import type { TensorType } from "./graph.ts";
import type { Call, Meta, Symbolic } from "./table.ts";

/** Whether there is nothing to compute with: ONNX Runtime's reductions are not given such matrices. */
export const isEmpty = (A: TensorType): boolean => A.shape.includes(0);
export const batchOf = (A: TensorType): Shape => A.shape.slice(0, -2);
export const rowsOf = (A: TensorType): Dim => A.shape.at(-2) as Dim;
export const columnsOf = (A: TensorType): Dim => A.shape.at(-1) as Dim;
/** min(m, n). */
export const rankOf = (A: TensorType): Dim => min(rowsOf(A), columnsOf(A));
export const typed = (dtype: DType, batch: Shape, ...tail: Dim[]): Meta => ({ dtype, shape: [...batch, ...tail] });
export const doubleOf = (dtype: DType): DType => (isComplex(dtype) ? "complex128" : "float64");

/** The words of a formula, and those on matrices. */
export function matrices(call: Call) {
  const words = algebra(call);
  const layout = { ...layouts(call), ...conjugates(words) };
  const { mul, add, sum, sqrt, to } = words;
  /** |x|², real. */
  const squared = (self: Symbolic): Symbolic => {
    if (!isComplex(self.dtype)) return mul(self, self);
    const [re, im] = [call("aten::real", { self }), call("aten::imag", { self })];
    return add(mul(re, re), mul(im, im));
  };
  return {
    ...words,
    ...layout,
    ...places(call, layout),
    squared,
    matmul: (self: Symbolic, other: Symbolic): Symbolic => call("aten::matmul", { self, other }),
    /** Lengths of columns, kept as [..., 1, n]. */
    lengths: (A: Symbolic): Symbolic => sqrt(sum(squared(A), [-2], true)),
    /** What makes the largest entry of each column real and positive, […, 1, n], of modulus 1: LAPACK leaves it free. */
    phases: (V: Symbolic): Symbolic => {
      const index = call("aten::argmax", { self: squared(V), dim: -2, keepdim: true });
      return call("aten::sgn", { self: layout.conjugate(call("aten::gather", { self: V, dim: -2, index })) });
    },
    /** Rounds what was computed in double precision for `A` to A's dtype, and real results to its real dtype. */
    rounding:
      (A: Symbolic) =>
      (x: Symbolic): Symbolic =>
        to(x, isComplex(x.dtype) ? A.dtype : realOf(A.dtype)),
  };
}

function layouts(call: Call) {
  const expand = (self: Symbolic, size: Shape): Symbolic => call("aten::expand", { self, size });
  return {
    expand,
    unsqueeze: (self: Symbolic, dim: number): Symbolic => call("aten::unsqueeze", { self, dim }),
    squeeze: (self: Symbolic, dim: number): Symbolic => call("aten::squeeze.dim", { self, dim }),
    slice: (self: Symbolic, dim: number, start: Dim, end: Dim): Symbolic => call("aten::slice.Tensor", { self, dim, start, end }),
    cat: (tensors: readonly Symbolic[], dim: number): Symbolic => call("aten::cat", { tensors, dim }),
    swapped: (self: Symbolic): Symbolic => call("aten::transpose.int", { self, dim0: -2, dim1: -1 }),
    diagonal: (self: Symbolic): Symbolic => call("aten::diagonal", { self, offset: 0, dim1: -2, dim2: -1 }),
    tril: (self: Symbolic, k: number): Symbolic => call("aten::tril", { self, diagonal: k }),
    triu: (self: Symbolic, k: number): Symbolic => call("aten::triu", { self, diagonal: k }),
    full: (size: Shape, value: number, dtype: DType): Symbolic => call("aten::full", { size, fill_value: value, dtype }),
    /** [n, m] with ones on the diagonal, for each matrix of `like`. */
    identity: (n: Dim, m: Dim, like: Symbolic): Symbolic =>
      expand(call("aten::eye.m", { n, m, dtype: like.dtype }), [...batchOf(like), n, m]),
  };
}

function conjugates({ call, to }: Algebra) {
  const conjugate = (self: Symbolic): Symbolic => (isComplex(self.dtype) ? call("aten::conj_physical", { self }) : self);
  return {
    conjugate,
    real: (self: Symbolic): Symbolic => (isComplex(self.dtype) ? call("aten::real", { self }) : self),
    adjoint: (self: Symbolic): Symbolic => conjugate(call("aten::transpose.int", { self, dim0: -2, dim1: -1 })),
    /** `self` in double precision, in which all is computed: PyTorch's single precision is held to 1e-5 of the largest value. */
    doubled: (self: Symbolic): Symbolic => to(self, doubleOf(self.dtype)),
  };
}

function places(call: Call, { expand, unsqueeze }: ReturnType<typeof layouts>) {
  const iota = (end: Dim): Symbolic => call("aten::arange", { end, dtype: "int64" });
  /** What stands at place `k`, an int64 scalar, along `dim`, which stays with size 1. */
  const at = (self: Symbolic, dim: number, k: Symbolic): Symbolic =>
    call("aten::index_select", { self, dim, index: call("aten::reshape", { self: k, shape: [1] }) });
  return {
    at,
    row: (A: Symbolic, k: Symbolic): Symbolic => at(A, -2, k),
    column: (A: Symbolic, k: Symbolic): Symbolic => at(A, -1, k),
    /** Numbers of the rows of `A`, a column. */
    rowNumbers: (A: Symbolic): Symbolic => unsqueeze(iota(rowsOf(A)), -1),
    columnNumbers: (A: Symbolic): Symbolic => iota(columnsOf(A)),
    /** The `turn`-th of `count` places, counted from the last. */
    fromLast: (count: Dim, turn: Symbolic): Symbolic => call("aten::rsub.Scalar", { self: turn, other: less(count, 1) }),
    /** Columns of `A` in the order of `index` […, n]. */
    columnsAt: (A: Symbolic, index: Symbolic): Symbolic =>
      call("aten::gather", { self: A, dim: -1, index: expand(unsqueeze(index, -2), [...batchOf(A), rowsOf(A), columnsOf(index)]) }),
  };
}
