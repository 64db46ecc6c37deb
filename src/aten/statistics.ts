/** @file Covariance and correlation. */

import { isComplex } from "../dtype.ts";
import { type Dim, isStatic, max, sub } from "../symbolic.ts";
import { algebra, asFloat } from "./algebra.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface Weighted {
  readonly correction: number;
  readonly fweights: Symbolic | null;
  readonly aweights: Symbolic | null;
}

/** What sums of products are divided by, as a number or a tensor: never less than 0. */
function freedom(weights: Symbolic | null, { correction, aweights }: Weighted, count: Dim, call: Call): Dim | Symbolic {
  if (weights === null) return isStatic(count) ? Math.max(count - correction, 0) : max(sub(count, correction), 0);
  const { clamp, div, mul } = algebra(call);
  const total = call("aten::sum", { self: weights });
  if (correction === 0) return total;
  const lost = aweights === null ? null : div(mul(call("aten::sum", { self: mul(weights, aweights) }), correction), total);
  return clamp(
    lost === null ? call("aten::sub.Scalar", { self: total, other: correction }) : call("aten::sub.Tensor", { self: total, other: lost }),
    0,
    null,
  );
}

/** Covariances of the rows of `self` (one row where it is a vector), each column an observation of a weight. */
function covariance(self: Symbolic, args: Weighted, call: Call): Symbolic {
  const { div, mul, sub: minus } = algebra(call);
  const rows = self.shape.length < 2 ? call("aten::reshape", { self, shape: [1, -1] }) : self;
  const { fweights, aweights } = args;
  const weights = fweights !== null && aweights !== null ? mul(fweights, aweights) : (fweights ?? aweights);
  const weighed = (x: Symbolic): Symbolic => (weights === null ? x : mul(x, weights));
  const sums = asFloat(call("aten::sum.dim_IntList", { self: weighed(rows), dim: [1], keepdim: true }), call);
  const mean =
    weights === null
      ? call("aten::div.Scalar", { self: sums, other: rows.shape[1] as Dim })
      : div(sums, call("aten::sum", { self: weights }));
  const away = minus(rows, mean);
  const turned = call("aten::t", { self: weighed(away) });
  const adjoint = isComplex(away.dtype) ? call("aten::conj_physical", { self: turned }) : turned;
  const products = call("aten::mm", { self: away, mat2: call("aten::to.dtype", { self: adjoint, dtype: away.dtype }) });
  const by = freedom(weights, args, rows.shape[1] as Dim, call);
  const scaled = typeof by === "object" && "isSymbolic" in by ? div(products, by) : call("aten::div.Scalar", { self: products, other: by });
  return rows.shape[0] === 1 ? call("aten::reshape", { self: scaled, shape: [] }) : scaled;
}

/** Covariances over the products of the deviations, held between -1 and 1. */
function correlation(self: Symbolic, call: Call): Symbolic {
  const { clamp, div, sqrt } = algebra(call);
  const c = covariance(self, { correction: 1, fweights: null, aweights: null }, call);
  if (c.shape.length === 0) return div(c, c);
  const variances = call("aten::diagonal", { self: c, offset: 0, dim1: 0, dim2: 1 });
  const deviations = sqrt(isComplex(c.dtype) ? call("aten::real", { self: variances }) : variances);
  const scaled = div(div(c, call("aten::unsqueeze", { self: deviations, dim: 1 })), deviations);
  if (!isComplex(c.dtype)) return clamp(scaled, -1, 1);
  const part = (x: Symbolic): Symbolic => clamp(x, -1, 1);
  return call("aten::complex", {
    real: part(call("aten::real", { self: scaled })),
    imag: part(call("aten::imag", { self: scaled })),
  });
}

export const statistics = {
  "aten::cov": { decompose: ({ self, ...args }, call) => covariance(self, args, call) },
  "aten::corrcoef": { decompose: ({ self }, call) => correlation(self, call) },
} satisfies AtenTable;
