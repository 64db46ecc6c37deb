/** @file Linear algebra that other ops say: condition numbers, matrices of powers, tensors seen as matrices. */

import { isComplex, realOf } from "../dtype.ts";
import { type Dim, product } from "../symbolic.ts";
import { isEmpty, matrices } from "./matrix.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";
import { wrapDim } from "./view-shape.ts";

type Ord = ScalarOf<Dim> | string | null;

/** |A| |A⁻¹| in the norm `p`; of singular values, largest over smallest (p = -2: the other way). A singular matrix has inf. */
function condition(A: Symbolic, p: Ord, call: Call): Symbolic {
  const { full, mul, unsqueeze, where } = matrices(call);
  const dtype = realOf(A.dtype);
  if (isEmpty(A)) return full(A.shape.slice(0, -2), 0, dtype);
  const order = typeof p === "string" ? p : p === null ? 2 : Number(p);
  if (Math.abs(Number(order)) === 2) {
    const S = call("aten::linalg_svdvals", { A });
    const [most, least] = [
      call("aten::select.int", { self: S, dim: -1, index: 0 }),
      call("aten::select.int", { self: S, dim: -1, index: -1 }),
    ];
    return order === 2 ? call("aten::div.Tensor", { self: most, other: least }) : call("aten::div.Tensor", { self: least, other: most });
  }
  const norm = (M: Symbolic): Symbolic =>
    typeof order === "string"
      ? call("aten::linalg_matrix_norm.str_ord", { self: M, ord: order, dim: [-2, -1] })
      : call("aten::linalg_matrix_norm", { self: M, ord: order, dim: [-2, -1] });
  const [inverse, info] = call("aten::linalg_inv_ex", { A });
  const singular = call("aten::ne.Scalar", { self: info, other: 0 });
  const size = norm(where(unsqueeze(unsqueeze(singular, -1), -1), full([], 0, A.dtype), inverse));
  return where(singular, full([], Number.POSITIVE_INFINITY, dtype), mul(norm(A), size));
}

/** Powers 0 to N - 1 of each number, the first 1: products of what stands before. */
function vander(numbers: Symbolic, N: Dim | null, call: Call): Symbolic {
  const { unsqueeze } = matrices(call);
  const x = numbers.shape.length === 0 ? unsqueeze(numbers, 0) : numbers;
  const n = N ?? (x.shape.at(-1) as Dim);
  const powers = call("aten::arange", { end: n, dtype: isComplex(x.dtype) ? "float32" : "int64" });
  return call("aten::pow.Tensor_Tensor", { self: unsqueeze(x, -1), exponent: powers });
}

/** The inverse of the map from the last dims to the first `ind`. */
function tensorInverse(self: Symbolic, ind: number, call: Call): Symbolic {
  const [first, last] = [self.shape.slice(0, ind), self.shape.slice(ind)];
  const n = product(last);
  const inverse = call("aten::linalg_inv", { A: call("aten::reshape", { self, shape: [product(first), n] }) });
  return call("aten::reshape", { self: inverse, shape: [...last, ...first] });
}

/** X whose contraction with `self` over all its dims is `other`; `dims` of `self` are moved to the end before. */
function tensorSolve(self: Symbolic, other: Symbolic, dims: readonly number[] | null, call: Call): Symbolic {
  const rank = self.shape.length;
  const moved = (dims ?? []).map((d) => wrapDim(d, rank));
  const order = [...Array.from({ length: rank }, (_, d) => d).filter((d) => !moved.includes(d)), ...moved];
  const A = dims === null ? self : call("aten::permute", { self, dims: order });
  const shape = A.shape.slice(other.shape.length);
  const n = product(shape);
  const B = call("aten::reshape", { self: other, shape: [n] });
  const X = call("aten::linalg_solve", { A: call("aten::reshape", { self: A, shape: [n, n] }), B });
  return call("aten::reshape", { self: X, shape });
}

export const linalgComposed = {
  "aten::linalg_cond": { decompose: ({ self, p }, call) => condition(self, p, call) },
  "aten::linalg_cond.p_str": { decompose: ({ self, p }, call) => condition(self, p, call) },
  "aten::linalg_diagonal": { decompose: ({ A, offset, dim1, dim2 }, call) => call("aten::diagonal", { self: A, offset, dim1, dim2 }) },
  "aten::linalg_vander": { decompose: ({ x, N }, call) => vander(x, N, call) },
  "aten::linalg_tensorinv": { decompose: ({ self, ind }, call) => tensorInverse(self, ind, call) },
  "aten::linalg_tensorsolve": { decompose: ({ self, other, dims }, call) => tensorSolve(self, other, dims, call) },
} satisfies AtenTable;
