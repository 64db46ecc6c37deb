/** @file Distances and similarities between vectors. */

import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { compare, type Dim } from "../symbolic.ts";
import { asFloat } from "./algebra.ts";
import { promoteTypes } from "./promotion.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

const mul = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
const sub = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::sub.Tensor", { self, other });
const sum = (self: Symbolic, dim: number, keepdim: boolean, call: Call): Symbolic =>
  call("aten::sum.dim_IntList", { self, dim: [dim], keepdim });

/** sum(x1 x2) / (max(|x1|, eps) max(|x2|, eps)) along `dim`. */
function cosine(x1: Symbolic, x2: Symbolic, dim: number, eps: number, call: Call): Symbolic {
  const dtype = promoteTypes(x1.dtype, x2.dtype);
  const [a, b] = call("aten::broadcast_tensors", { tensors: [x1, x2].map((x) => call("aten::to.dtype", { self: x, dtype })) }) as readonly [
    Symbolic,
    Symbolic,
  ];
  const unit = (x: Symbolic): Symbolic => {
    const norm = call("aten::linalg_vector_norm", { self: x, ord: 2, dim: [dim], keepdim: true });
    return call("aten::div.Tensor", { self: x, other: call("aten::clamp_min", { self: norm, min: eps }) });
  };
  return sum(mul(unit(a), unit(b), call), dim, false, call);
}

/** |x1 - x2 + eps| in the p-norm, over the last dim of the wider operand. */
export function pairwise(x1: Symbolic, x2: Symbolic, p: number, eps: number, keepdim: boolean, call: Call): Symbolic {
  const rank = Math.max(x1.shape.length, x2.shape.length);
  // eps is a double: integers become floats
  const moved = call("aten::add.Scalar", { self: asFloat(sub(x1, x2, call), call), other: eps });
  const real = isComplex(moved.dtype) ? call("aten::abs", { self: moved }) : moved;
  return call("aten::linalg_vector_norm", { self: real, ord: p, dim: [rank - 1], keepdim });
}

/** sqrt(|a|^2 - 2 a b + |b|^2), as PyTorch does it where there are many rows. */
function byProduct(x1: Symbolic, x2: Symbolic, call: Call): Symbolic {
  const square = (x: Symbolic): Symbolic => sum(mul(x, x, call), -1, true, call);
  const across = call("aten::matmul", { self: x1, other: call("aten::transpose.int", { self: x2, dim0: -2, dim1: -1 }) });
  const norms = call("aten::add.Tensor", {
    self: square(x1),
    other: call("aten::transpose.int", { self: square(x2), dim0: -2, dim1: -1 }),
  });
  const squared = call("aten::add.Tensor", { self: norms, other: call("aten::mul.Scalar", { self: across, other: -2 }) });
  return call("aten::sqrt", { self: call("aten::clamp_min", { self: squared, min: 0 }) });
}

/** Distances of all rows of x1 [..., P, M] to all rows of x2 [..., R, M]. */
function cdist(x1: Symbolic, x2: Symbolic, p: number, mode: number | null, call: Call): Symbolic {
  const many = (d: Dim | undefined): boolean => d !== undefined && compare(d, ">", 25) === true;
  const product = p === 2 && (mode === 1 || ((mode ?? 0) === 0 && (many(x1.shape.at(-2)) || many(x2.shape.at(-2)))));
  if (product) return byProduct(x1, x2, call);
  const difference = sub(call("aten::unsqueeze", { self: x1, dim: -2 }), call("aten::unsqueeze", { self: x2, dim: -3 }), call);
  return call("aten::linalg_vector_norm", { self: difference, ord: p, dim: [-1], keepdim: false });
}

/** Distances of each row to all later ones, in a vector. */
function pdist(self: Symbolic, p: number, call: Call): Symbolic {
  const n = self.shape[0] as Dim;
  if (typeof n !== "number")
    throw new OnnxExporterError("aten/argument", "pdist of a symbolic number of rows", "give the rows as a number, or use cdist");
  const pairs = call("aten::triu_indices", { row: n, col: n, offset: 1, dtype: "int64" });
  const side = (i: number): Symbolic =>
    call("aten::index_select", { self, dim: 0, index: call("aten::select.int", { self: pairs, dim: 0, index: i }) });
  return call("aten::linalg_vector_norm", { self: sub(side(0), side(1), call), ord: p, dim: [-1], keepdim: false });
}

export const distance = {
  "aten::cosine_similarity": { decompose: ({ x1, x2, dim, eps }, call) => cosine(x1, x2, dim, eps as number, call) },
  "aten::pairwise_distance": {
    decompose: ({ x1, x2, p, eps, keepdim }, call) => pairwise(x1, x2, p as number, eps as number, keepdim, call),
  },
  "aten::cdist": { decompose: ({ x1, x2, p, compute_mode }, call) => cdist(x1, x2, p as number, compute_mode, call) },
  "aten::_cdist_forward": { decompose: ({ x1, x2, p, compute_mode }, call) => cdist(x1, x2, p as number, compute_mode, call) },
  "aten::_euclidean_dist": { decompose: ({ x1, x2 }, call) => byProduct(x1, x2, call) },
  "aten::pdist": { decompose: ({ self, p }, call) => pdist(self, p as number, call) },
  "aten::_pdist_forward": { decompose: ({ self, p }, call) => pdist(self, p as number, call) },
} satisfies AtenTable;
