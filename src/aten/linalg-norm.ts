/** @file Vector and matrix norms. */

import { binary, cast, compare, scalarTensor, unary } from "../core/ops/elementwise.ts";
import { reduce } from "../core/ops/reduce.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, isLow, realOf } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";

import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";
import { reducedDims, reducedShape, wrapDim } from "./view-shape.ts";

type Ord = ScalarOf<number>;

/** (sum |x|^p)^(1/p) over `dims`; p = 0 counts non-zeros, p = ±inf is the largest and smallest |x|. */
function vectorNorm(self: Strided, ord: number, dims: readonly number[], keepdim: boolean): Strided {
  const { dtype } = self;
  const x = isLow(dtype) ? cast(self, "float32") : self;
  const size = (): Strided => unary("abs", x);
  const at = (v: number, d: DType = x.dtype): Strided => scalarTensor(d, v);
  const result = (): Strided => {
    if (dims.length === 0) return ord === 0 ? cast(compare("ne", x, at(0)), x.dtype) : size();
    if (ord === Number.POSITIVE_INFINITY) return reduce("max", size(), dims, keepdim);
    if (ord === Number.NEGATIVE_INFINITY) return reduce("min", size(), dims, keepdim);
    if (ord === 0) return reduce("sum", cast(compare("ne", x, at(0)), x.dtype), dims, keepdim);
    if (ord === 1) return reduce("sum", size(), dims, keepdim);
    if (ord === 2) return unary("sqrt", reduce("sumsq", size(), dims, keepdim));
    const sum = reduce("sum", binary("pow", size(), at(ord)), dims, keepdim);
    return binary("pow", sum, at(1 / ord, sum.dtype));
  };
  return cast(result(), realOf(dtype));
}

/** Norms of the matrices that two dims make: sums of columns (1) or rows (inf), Frobenius, or of singular values. */
function matrixNorm(
  given: Symbolic,
  ord: ScalarOf<Dim> | string,
  dim: readonly number[],
  keepdim: boolean,
  dtype: DType | null,
  call: Call,
): Symbolic {
  // A real dtype beside a complex matrix is that of the captured result: the matrix stays as it is.
  const kept = dtype === null || dtype === given.dtype || (isComplex(given.dtype) && !isComplex(dtype));
  const self = kept ? given : call("aten::to.dtype", { self: given, dtype });
  const [rows, columns] = dim.map((d) => wrapDim(d, self.shape.length)) as [number, number];
  if (ord === "fro") return call("aten::linalg_vector_norm", { self, ord: 2, dim: [rows, columns], keepdim });
  const p = ord === "nuc" ? 2 : Number(ord);
  // The largest of nothing is 0: norms are not negative.
  const extreme = (x: Symbolic, over: number, keep: boolean): Symbolic =>
    p > 0 && x.shape.at(over) === 0
      ? call("aten::sum.dim_IntList", { self: x, dim: [over], keepdim: keep })
      : p > 0
        ? call("aten::amax", { self: x, dim: [over], keepdim: keep })
        : call("aten::amin", { self: x, dim: [over], keepdim: keep });
  if (Math.abs(p) === 2) {
    const order = self.shape.flatMap((_, i) => (i === rows || i === columns ? [] : [i]));
    const values = call("aten::linalg_svdvals", { A: call("aten::permute", { self, dims: [...order, rows, columns] }) });
    const out = ord === "nuc" ? call("aten::sum.dim_IntList", { self: values, dim: [-1] }) : extreme(values, -1, false);
    const first = Math.min(rows, columns);
    const unsqueezed = (x: Symbolic, d: number): Symbolic => call("aten::unsqueeze", { self: x, dim: d });
    return keepdim ? unsqueezed(unsqueezed(out, first), Math.max(rows, columns)) : out;
  }
  const [summed, over] = Math.abs(p) === 1 ? [rows, columns] : [columns, rows];
  const sums = call("aten::sum.dim_IntList", { self: call("aten::abs", { self }), dim: [summed], keepdim: true });
  const out = extreme(sums, over, true);
  return keepdim ? out : call("aten::squeeze.dims", { self: out, dim: [rows, columns] });
}

interface NormArgs {
  readonly self: Symbolic;
  readonly ord: ScalarOf<Dim> | string | null;
  readonly dim: readonly number[] | null;
  readonly keepdim: boolean;
  readonly dtype: DType | null;
}

/** torch.linalg.norm: a vector norm of everything, of one dim, or a matrix norm of two. */
function linalgNorm({ self, ord, dim, keepdim, dtype }: NormArgs, call: Call): Symbolic {
  const matrix = dim === null ? ord !== null && self.shape.length === 2 : dim.length === 2;
  if (ord === null || (typeof ord !== "string" && !matrix))
    return call("aten::linalg_vector_norm", { self, ord: ord ?? 2, dim, keepdim, dtype });
  return matrixNorm(self, ord, dim ?? [0, 1], keepdim, dtype, call);
}

const norm = (
  self: Symbolic,
  p: ScalarOf<Dim> | null,
  dim: readonly number[] | null,
  keepdim: boolean,
  dtype: DType | null,
  call: Call,
): Symbolic => call("aten::linalg_vector_norm", { self, ord: p ?? 2, dim: dim !== null && dim.length === 0 ? null : dim, keepdim, dtype });

const ordOf = (ord: Ord | ScalarOf<Dim>): number => Number(ord);

export const linalgNorms = {
  "aten::linalg_vector_norm": {
    meta: ({ self, dim, keepdim, dtype }) => ({
      dtype: realOf(dtype ?? self.dtype),
      shape: reducedShape(self.shape, reducedDims(dim, self.shape.length), keepdim),
    }),
    eval: ({ self, ord, dim, keepdim, dtype }) => {
      const sizes = isComplex(self.dtype) ? unary("abs", self) : self;
      const x = dtype === null ? sizes : cast(sizes, isComplex(self.dtype) ? realOf(dtype) : dtype);
      return vectorNorm(x, ordOf(ord), reducedDims(dim, self.shape.length), keepdim);
    },
  },
  "aten::linalg_matrix_norm": {
    decompose: ({ self, ord, dim, keepdim, dtype }, call) => matrixNorm(self, ord, dim, keepdim, dtype, call),
  },
  "aten::linalg_matrix_norm.str_ord": {
    decompose: ({ self, ord, dim, keepdim, dtype }, call) => matrixNorm(self, ord, dim, keepdim, dtype, call),
  },
  "aten::linalg_norm": { decompose: (args, call) => linalgNorm(args, call) },
  "aten::linalg_norm.ord_str": { decompose: (args, call) => linalgNorm(args, call) },
  "aten::norm.Scalar": { decompose: ({ self, p }, call) => norm(self, p, null, false, null, call) },
  "aten::norm.ScalarOpt_dtype": { decompose: ({ self, p, dtype }, call) => norm(self, p, null, false, dtype, call) },
  "aten::norm.ScalarOpt_dim": { decompose: ({ self, p, dim, keepdim }, call) => norm(self, p, dim, keepdim, null, call) },
  "aten::norm.ScalarOpt_dim_dtype": { decompose: ({ self, p, dim, keepdim, dtype }, call) => norm(self, p, dim, keepdim, dtype, call) },
  "aten::native_norm": { decompose: ({ self, p }, call) => norm(self, p, null, false, null, call) },
  "aten::native_norm.ScalarOpt_dim_dtype": {
    decompose: ({ self, p, dim, keepdim, dtype }, call) => norm(self, p, dim, keepdim, dtype, call),
  },
  "aten::nuclear_norm": { decompose: ({ self, keepdim }, call) => matrixNorm(self, "nuc", [0, 1], keepdim, null, call) },
  "aten::nuclear_norm.dim": { decompose: ({ self, dim, keepdim }, call) => matrixNorm(self, "nuc", dim, keepdim, null, call) },
  "aten::frobenius_norm.dim": { decompose: ({ self, dim, keepdim }, call) => norm(self, 2, dim, keepdim, null, call) },
} satisfies AtenTable;
