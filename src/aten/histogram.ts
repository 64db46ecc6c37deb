/** @file Histograms: elements and points counted by bin. */

import { type Dim, product, sub } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { flatten, scalarOf, searchSorted } from "./search.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";

interface Range {
  readonly left: Symbolic;
  readonly right: Symbolic;
}

/** The ends of a histogram: as given, else the data's own, set `apart` where they are equal. */
function histogramRange(x: Symbolic, given: readonly [number, number] | null, apart: number, call: Call): Range {
  if (given !== null && given[0] !== given[1]) return { left: scalarOf(call, given[0], x), right: scalarOf(call, given[1], x) };
  if (x.shape[0] === 0) return { left: scalarOf(call, 0, x), right: scalarOf(call, 1, x) };
  const [left, right] = [call("aten::amin", { self: x, dim: [] }), call("aten::amax", { self: x, dim: [] })];
  const same = call("aten::_to_copy", { self: call("aten::eq.Tensor", { self: left, other: right }), dtype: x.dtype });
  const by = apart === 1 ? same : call("aten::mul.Scalar", { self: same, other: apart });
  return { left: call("aten::sub.Tensor", { self: left, other: by }), right: call("aten::add.Tensor", { self: right, other: by }) };
}

const inside = (x: Symbolic, { left, right }: Range, call: Call): Symbolic =>
  call("aten::logical_and", {
    self: call("aten::ge.Tensor", { self: x, other: left }),
    other: call("aten::le.Tensor", { self: x, other: right }),
  });

/** `weights` (null: ones) of the elements that count, added up by place. */
function countBins(bins: Dim, at: Symbolic, counted: Symbolic, weights: Symbolic | null, dtype: Symbolic["dtype"], call: Call): Symbolic {
  const ones = call("aten::_to_copy", { self: counted, dtype });
  const src = weights === null ? ones : call("aten::mul.Tensor", { self: ones, other: weights });
  const index = call("aten::clamp", { self: at, min: 0, max: sub(bins, 1) });
  return call("aten::scatter_add", { self: call("aten::zeros", { size: [bins], dtype }), dim: 0, index, src });
}

function histc(
  { self, bins, min, max }: { readonly self: Symbolic; readonly bins: number; readonly min: ScalarOf<Dim>; readonly max: ScalarOf<Dim> },
  call: Call,
): Symbolic {
  const x = flatten(call, self);
  const range = histogramRange(x, [Number(min), Number(max)], 1, call);
  const span = call("aten::sub.Tensor", { self: range.right, other: range.left });
  const part = call("aten::div.Tensor", { self: call("aten::sub.Tensor", { self: x, other: range.left }), other: span });
  const place = call("aten::_to_copy", {
    self: call("aten::floor", { self: call("aten::mul.Scalar", { self: part, other: bins }) }),
    dtype: "int64",
  });
  return countBins(bins, place, inside(x, range, call), null, self.dtype, call);
}

interface Placed {
  /** The bin of each element, past the ends for those in none. */
  readonly place: Symbolic;
  readonly counted: Symbolic;
}

/** Elements among `edges`, the last bin closed. */
function placed(x: Symbolic, edges: Symbolic, call: Call): Placed {
  const ends = {
    left: call("aten::select.int", { self: edges, dim: 0, index: 0 }),
    right: call("aten::select.int", { self: edges, dim: 0, index: -1 }),
  };
  const after = searchSorted({ sorted_sequence: edges, self: x, out_int32: false, right: true }, call);
  const place = call("aten::clamp_max", { self: call("aten::sub.Scalar", { self: after, other: 1 }), max: binsOf(edges, 1) });
  return { place, counted: inside(x, ends, call) };
}
const binsOf = (edges: Symbolic, less = 0): Dim => sub(edges.shape[0] as Dim, 1 + less);

/** Counts, or the weights added up, of points [n, d] in the cells of a grid; divided by total and volume for a density. */
function countCells(points: Symbolic, edges: readonly Symbolic[], weight: Symbolic | null, density: boolean, call: Call): Symbolic {
  const f = algebra(call);
  const column = (i: number): Symbolic => call("aten::select.int", { self: points, dim: 1, index: i });
  const { place, counted } = edges
    .map((e, i) => placed(column(i), e, call))
    .reduce((a, b, i) => ({
      place: f.add(f.mul(a.place, binsOf(edges[i] as Symbolic)), b.place),
      counted: f.and(a.counted, b.counted),
    }));
  const bins = edges.map((e) => binsOf(e));
  const flat = countBins(product(bins), place, counted, weight === null ? null : flatten(call, weight), points.dtype, call);
  const counts = f.reshape(flat, bins);
  if (!density) return counts;
  const widths = (e: Symbolic, i: number): Symbolic =>
    f.reshape(call("aten::diff", { self: e, n: 1, dim: 0 }), [binsOf(e), ...new Array<Dim>(edges.length - 1 - i).fill(1)]);
  return edges.reduce((sum, e, i) => f.div(sum, widths(e, i)), f.div(counts, call("aten::sum", { self: counts })));
}

const asPoints = (call: Call, self: Symbolic): Symbolic =>
  call("aten::reshape", { self, shape: [product(self.shape.slice(0, -1)), self.shape.at(-1) as Dim] });

/** Counts of a tensor's elements, all of them points of one dim, and the edges. */
const histogramOf = (self: Symbolic, edges: Symbolic, weight: Symbolic | null, density: boolean, call: Call): [Symbolic, Symbolic] => [
  countCells(call("aten::reshape", { self, shape: [product(self.shape), 1] }), [edges], weight, density, call),
  edges,
];

interface Grid {
  readonly self: Symbolic;
  readonly range: readonly (number | Dim)[] | null;
  readonly weight: Symbolic | null;
  readonly density: boolean;
}

/** Even edges along each dim of the points, from its pair of `range` or its own ends. */
function gridEdges({ self, range }: Grid, bins: readonly number[], call: Call): Symbolic[] {
  const points = asPoints(call, self);
  return bins.map((n, i) => {
    const pair = range === null ? null : range.slice(2 * i, 2 * i + 2);
    return evenEdges(call("aten::select.int", { self: points, dim: 1, index: i }), n, pair, call);
  });
}

const gridOf = (args: Grid, edges: readonly Symbolic[], call: Call): [Symbolic, Symbolic[]] => [
  countCells(asPoints(call, args.self), edges, args.weight, args.density, call),
  [...edges],
];

function evenEdges(self: Symbolic, bins: number, range: readonly (number | Dim)[] | null, call: Call): Symbolic {
  const given: [number, number] | null = range === null || range.length === 0 ? null : [Number(range[0]), Number(range[1])];
  const { left, right } = histogramRange(flatten(call, self), given, 0.5, call);
  const steps = call("aten::arange", { end: bins + 1, dtype: self.dtype });
  const width = call("aten::div.Scalar", { self: call("aten::sub.Tensor", { self: right, other: left }), other: bins });
  const edges = call("aten::add.Tensor", { self: call("aten::mul.Tensor", { self: steps, other: width }), other: left });
  // the last edge is the end itself, whatever rounding made of it
  const inner = call("aten::slice.Tensor", { self: edges, dim: 0, start: 0, end: bins, step: 1 });
  return call("aten::cat", { tensors: [inner, call("aten::reshape", { self: right, shape: [1] })], dim: 0 });
}

export const histogram = {
  "aten::histc": { decompose: histc },
  "aten::histogram.bin_ct": {
    decompose: ({ self, bins, range, weight, density }, call) =>
      histogramOf(self, evenEdges(self, bins, range, call), weight, density, call),
  },
  "aten::histogram.bins_tensor": { decompose: ({ self, bins, weight, density }, call) => histogramOf(self, bins, weight, density, call) },
  "aten::histogramdd": { decompose: ({ bins, ...args }, call) => gridOf(args, gridEdges(args, bins, call), call) },
  "aten::histogramdd.int_bins": {
    decompose: ({ bins, ...args }, call) => {
      const each = new Array<number>(args.self.shape.at(-1) as number).fill(bins);
      return gridOf(args, gridEdges(args, each, call), call);
    },
  },
  "aten::histogramdd.TensorList_bins": { decompose: ({ bins, ...args }, call) => gridOf(args, bins, call) },
  "aten::_histogramdd_bin_edges": { decompose: ({ bins, ...args }, call) => gridEdges(args, bins, call) },
  "aten::_histogramdd_from_bin_cts": { decompose: ({ bins, ...args }, call) => gridOf(args, gridEdges(args, bins, call), call)[0] },
  "aten::_histogramdd_from_bin_tensors": {
    decompose: ({ bins, ...args }, call) => gridOf({ ...args, range: null }, bins, call)[0],
  },
} satisfies AtenTable;
