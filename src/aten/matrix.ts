/** @file Words of linear algebra for decompositions: stacks of matrices […, m, n], their rows and columns, and arithmetic on them. */

import { type DType, isComplex, realOf } from "../dtype.ts";
import { type Dim, sub as less, min, type Shape } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import type { Call, Meta, Symbolic } from "./table.ts";

export const add = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::add.Tensor", { self, other });
export const sub = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::sub.Tensor", { self, other });
export const mul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
export const div = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::div.Tensor", { self, other });
export const scaled = (self: Symbolic, other: number, call: Call): Symbolic => call("aten::mul.Scalar", { self, other });
export const plus = (self: Symbolic, other: number, call: Call): Symbolic => call("aten::add.Scalar", { self, other });
export const negated = (self: Symbolic, call: Call): Symbolic => call("aten::neg", { self });
export const magnitude = (self: Symbolic, call: Call): Symbolic => call("aten::abs", { self });
export const matmul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::matmul", { self, other });

export const where = (condition: Symbolic, self: Symbolic, other: Symbolic, call: Call): Symbolic =>
  call("aten::where.self", { condition, self, other });
/** `self` where `condition`, elsewhere a number. */
export const whereOr = (condition: Symbolic, self: Symbolic, other: number, call: Call): Symbolic =>
  call("aten::where.ScalarOther", { condition, self, other });
export const both = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::logical_and", { self, other });
export const equals = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::eq.Tensor", { self, other });
export const is = (self: Symbolic, other: number, call: Call): Symbolic => call("aten::eq.Scalar", { self, other });
export const exceeds = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::gt.Tensor", { self, other });
export const atLeast = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::ge.Tensor", { self, other });
export const below = (self: Symbolic, other: number, call: Call): Symbolic => call("aten::lt.Scalar", { self, other });

export const cast = (self: Symbolic, dtype: DType, call: Call): Symbolic =>
  self.dtype === dtype ? self : call("aten::to.dtype", { self, dtype });
export const doubleOf = (dtype: DType): DType => (isComplex(dtype) ? "complex128" : "float64");
/** `self` in double precision, in which all is computed: PyTorch's single precision is held to 1e-5 of the largest value. */
export const doubled = (self: Symbolic, call: Call): Symbolic => cast(self, doubleOf(self.dtype), call);
export const conjugate = (self: Symbolic, call: Call): Symbolic => (isComplex(self.dtype) ? call("aten::conj_physical", { self }) : self);
export const real = (self: Symbolic, call: Call): Symbolic => (isComplex(self.dtype) ? call("aten::real", { self }) : self);

export const unsqueeze = (self: Symbolic, dim: number, call: Call): Symbolic => call("aten::unsqueeze", { self, dim });
export const squeeze = (self: Symbolic, dim: number, call: Call): Symbolic => call("aten::squeeze.dim", { self, dim });
export const swapped = (self: Symbolic, call: Call): Symbolic => call("aten::transpose.int", { self, dim0: -2, dim1: -1 });
export const adjoint = (self: Symbolic, call: Call): Symbolic => conjugate(swapped(self, call), call);
export const slice = (self: Symbolic, dim: number, start: Dim, end: Dim, call: Call): Symbolic =>
  call("aten::slice.Tensor", { self, dim, start, end });
export const expand = (self: Symbolic, size: Shape, call: Call): Symbolic => call("aten::expand", { self, size });
export const cat = (tensors: readonly Symbolic[], dim: number, call: Call): Symbolic => call("aten::cat", { tensors, dim });
export const diagonal = (self: Symbolic, call: Call): Symbolic => call("aten::diagonal", { self, offset: 0, dim1: -2, dim2: -1 });
export const tril = (self: Symbolic, k: number, call: Call): Symbolic => call("aten::tril", { self, diagonal: k });
export const triu = (self: Symbolic, k: number, call: Call): Symbolic => call("aten::triu", { self, diagonal: k });

export const full = (size: Shape, value: number, dtype: DType, call: Call): Symbolic =>
  call("aten::full", { size, fill_value: value, dtype });
/** 0, 1, …, n - 1. */
export const iota = (n: Dim, call: Call): Symbolic => call("aten::arange", { end: n, dtype: "int64" });
/** [n, m] with ones on the diagonal, for each matrix of `like`. */
export const identity = (n: Dim, m: Dim, like: Symbolic, call: Call): Symbolic =>
  expand(call("aten::eye.m", { n, m, dtype: like.dtype }), [...batchOf(like), n, m], call);

/** Whether there is nothing to compute with: ONNX Runtime's reductions are not given such matrices. */
export const isEmpty = (A: TensorType): boolean => A.shape.includes(0);
export const batchOf = (A: TensorType): Shape => A.shape.slice(0, -2);
export const rowsOf = (A: TensorType): Dim => A.shape.at(-2) as Dim;
export const columnsOf = (A: TensorType): Dim => A.shape.at(-1) as Dim;
/** min(m, n). */
export const rankOf = (A: TensorType): Dim => min(rowsOf(A), columnsOf(A));
export const typed = (dtype: DType, batch: Shape, ...tail: Dim[]): Meta => ({ dtype, shape: [...batch, ...tail] });

/** Numbers of the rows of `A`, a column. */
export const rowNumbers = (A: Symbolic, call: Call): Symbolic => unsqueeze(iota(rowsOf(A), call), -1, call);
export const columnNumbers = (A: Symbolic, call: Call): Symbolic => iota(columnsOf(A), call);
/** What stands at place `k`, an int64 scalar, along `dim`, which stays with size 1. */
export const at = (self: Symbolic, dim: number, k: Symbolic, call: Call): Symbolic =>
  call("aten::index_select", { self, dim, index: call("aten::reshape", { self: k, shape: [1] }) });
export const row = (A: Symbolic, k: Symbolic, call: Call): Symbolic => at(A, -2, k, call);
export const column = (A: Symbolic, k: Symbolic, call: Call): Symbolic => at(A, -1, k, call);

/** The `turn`-th of `count` places, counted from the last. */
export const fromLast = (count: Dim, turn: Symbolic, call: Call): Symbolic =>
  call("aten::rsub.Scalar", { self: turn, other: less(count, 1) });

export const sum = (self: Symbolic, dim: readonly number[], keepdim: boolean, call: Call): Symbolic =>
  call("aten::sum.dim_IntList", { self, dim, keepdim });
/** |x|², real. */
export function squared(self: Symbolic, call: Call): Symbolic {
  if (!isComplex(self.dtype)) return mul(self, self, call);
  const [re, im] = [call("aten::real", { self }), call("aten::imag", { self })];
  return add(mul(re, re, call), mul(im, im, call), call);
}
/** Lengths of columns, kept as [..., 1, n]. */
export const lengths = (A: Symbolic, call: Call): Symbolic => call("aten::sqrt", { self: sum(squared(A, call), [-2], true, call) });
/** Columns of `A` in the order of `index` […, n]. */
export const columnsAt = (A: Symbolic, index: Symbolic, call: Call): Symbolic =>
  call("aten::gather", { self: A, dim: -1, index: expand(unsqueeze(index, -2, call), [...batchOf(A), rowsOf(A), columnsOf(index)], call) });

/** What makes the largest entry of each column real and positive, […, 1, n], of modulus 1: LAPACK leaves it free. */
export function phases(V: Symbolic, call: Call): Symbolic {
  const index = call("aten::argmax", { self: squared(V, call), dim: -2, keepdim: true });
  return call("aten::sgn", { self: conjugate(call("aten::gather", { self: V, dim: -2, index }), call) });
}
/** Rounds what was computed in double precision for `A` to A's dtype, and real results to its real dtype. */
export const rounding =
  (A: Symbolic, call: Call) =>
  (x: Symbolic): Symbolic =>
    cast(x, isComplex(x.dtype) ? A.dtype : realOf(A.dtype), call);
