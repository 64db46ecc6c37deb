/** @file Covariance, correlation, and histograms over several dims. */

import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, isStatic, max, sub } from "../symbolic.ts";
import { algebra, asFloat } from "./algebra.ts";
import { countBins, evenEdges, inside, searchSorted } from "./search.ts";
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

type Range = readonly (number | Dim)[] | null;

/** Even edges of each of the last dim's coordinates, within their own extremes or the `range` given for all. */
function edgesOf(self: Symbolic, bins: readonly number[], range: Range, call: Call): Symbolic[] {
  return bins.map((count, i) => {
    const column = call("aten::select.int", { self, dim: -1, index: i });
    return evenEdges(column, count, range === null || range.length === 0 ? null : range.slice(2 * i, 2 * i + 2), call);
  });
}

/** Counts of points [..., D] in the boxes between D lists of edges, by one index over all boxes. */
function countsIn(points: Symbolic, edges: readonly Symbolic[], weight: Symbolic | null, density: boolean, call: Call): Symbolic {
  const { add, and, div, mul, sub: minus } = algebra(call);
  const flat = (self: Symbolic): Symbolic => call("aten::flatten.using_ints", { self, start_dim: 0, end_dim: -1 });
  const sizes = edges.map((e) => sub(e.shape[0] as Dim, 1));
  if (!sizes.every(isStatic)) throw new OnnxExporterError("aten/histogram", "histogramdd with a dynamic count of bins", "make it static");
  const boxes = edges.map((edge, i) => {
    const x = flat(call("aten::select.int", { self: points, dim: -1, index: i }));
    const [left, right] = [0, -1].map((index) => call("aten::select.int", { self: edge, dim: 0, index })) as [Symbolic, Symbolic];
    const after = searchSorted({ sorted_sequence: edge, self: x, out_int32: false, right: true }, call);
    const bin = call("aten::clamp", { self: minus(after, 1), min: 0, max: (sizes[i] as number) - 1 });
    return { bin, held: inside(x, { left, right }, call) };
  });
  const place = boxes.map((b) => b.bin).reduce((at, bin, i) => add(mul(at, sizes[i] as number), bin));
  const counted = boxes.map((b) => b.held).reduce(and);
  const total = (sizes as number[]).reduce((n, d) => n * d, 1);
  const bins = countBins(total, place, counted, weight === null ? null : flat(weight), points.dtype, call);
  const counts = call("aten::reshape", { self: bins, shape: sizes });
  if (!density) return counts;
  return edges.reduce<Symbolic>(
    (hist, edge, i) => {
      const widths = call("aten::diff", { self: edge, n: 1, dim: 0 });
      return div(hist, call("aten::reshape", { self: widths, shape: sizes.map((n, k) => (k === i ? n : 1)) }));
    },
    div(counts, call("aten::sum", { self: counts })),
  );
}

export const statistics = {
  "aten::cov": { decompose: ({ self, ...args }, call) => covariance(self, args, call) },
  "aten::corrcoef": { decompose: ({ self }, call) => correlation(self, call) },
  "aten::histogramdd": {
    decompose: ({ self, bins, range, weight, density }, call) => {
      const edges = edgesOf(self, bins, range, call);
      return [countsIn(self, edges, weight, density, call), edges];
    },
  },
  "aten::histogramdd.int_bins": {
    decompose: ({ self, bins, range, weight, density }, call) => {
      const edges = edgesOf(self, new Array<number>(self.shape.at(-1) as number).fill(bins), range, call);
      return [countsIn(self, edges, weight, density, call), edges];
    },
  },
  "aten::histogramdd.TensorList_bins": {
    decompose: ({ self, bins, weight, density }, call) => [countsIn(self, bins, weight, density, call), [...bins]],
  },
  "aten::_histogramdd_bin_edges": { decompose: ({ self, bins, range }, call) => edgesOf(self, bins, range, call) },
  "aten::_histogramdd_from_bin_cts": {
    decompose: ({ self, bins, range, weight, density }, call) => countsIn(self, edgesOf(self, bins, range, call), weight, density, call),
  },
  "aten::_histogramdd_from_bin_tensors": {
    decompose: ({ self, bins, weight, density }, call) => countsIn(self, bins, weight, density, call),
  },
} satisfies AtenTable;
