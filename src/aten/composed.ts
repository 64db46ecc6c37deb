/** @file Ops that are formulas of other ops: diagonals, products of grids, integrals and derivatives along a dim. */

import { OnnxExporterError } from "../errors.ts";
import { add, type Dim, mul, type Shape } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";
import { moveDims, showShape, wrapDim } from "./view-shape.ts";

const rankOf = (x: Typed): number => x.shape.length;
const sliceOf = (call: Call, self: Symbolic, dim: number, start: number, end: number | null): Symbolic =>
  call("aten::slice.Tensor", { self, dim, start, end, step: 1 });
const plus = (call: Call, self: Symbolic, other: Symbolic): Symbolic => call("aten::add.Tensor", { self, other });
const minus = (call: Call, self: Symbolic, other: Symbolic): Symbolic => call("aten::sub.Tensor", { self, other });
const times = (call: Call, self: Symbolic, other: Symbolic): Symbolic => call("aten::mul.Tensor", { self, other });
const over = (call: Call, self: Symbolic, other: Symbolic): Symbolic => call("aten::div.Tensor", { self, other });

interface Embedded {
  readonly self: Symbolic;
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

/** The last dim as a diagonal of new matrices: its elements where column = row + offset, else 0. */
function diagEmbed({ self, offset, dim1, dim2 }: Embedded, call: Call): Symbolic {
  const rank = rankOf(self) + 1;
  const [a, b] = [wrapDim(dim1, rank), wrapDim(dim2, rank)];
  const n = add(self.shape.at(-1) as Dim, Math.abs(offset));
  // row r of the diagonal holds element r (offset above), or r + offset (below): pad so that a row's element is its own
  const padded = offset === 0 ? self : call("aten::constant_pad_nd", { self, pad: offset > 0 ? [0, offset] : [-offset, 0], value: 0 });
  const spread = call("aten::unsqueeze", { self: padded, dim: -1 });
  const rows = call("aten::arange", { end: n, dtype: "int64" });
  const columns = offset === 0 ? rows : call("aten::sub.Scalar", { self: rows, other: offset });
  const on = call("aten::eq.Tensor", { self: call("aten::unsqueeze", { self: rows, dim: -1 }), other: columns });
  const matrix = call("aten::where.ScalarOther", { condition: on, self: spread, other: self.dtype === "bool" ? false : 0 });
  const order = moveDims(rank, [rank - 2, rank - 1], [a, b]);
  return order.every((d, i) => d === i) ? matrix : call("aten::permute", { self: matrix, dims: order });
}

/** a ⊗ b: every element of a times all of b. */
function kron({ self, other }: { readonly self: Symbolic; readonly other: Symbolic }, call: Call): Symbolic {
  const { reshape } = algebra(call);
  const rank = Math.max(rankOf(self), rankOf(other));
  const wide = (x: Symbolic): Dim[] => [...new Array<Dim>(rank - rankOf(x)).fill(1), ...x.shape];
  const [p, q] = [wide(self), wide(other)];
  const outer = reshape(
    self,
    p.flatMap((d) => [d, 1]),
  );
  const inner = reshape(
    other,
    q.flatMap((d) => [1, d]),
  );
  return reshape(
    times(call, outer, inner),
    p.map((d, i) => mul(d, q[i] as Dim)),
  );
}

/** The vector product along `dim`: x_(i+1) y_(i+2) - x_(i+2) y_(i+1). */
function cross({ self, other, dim }: { readonly self: Symbolic; readonly other: Symbolic; readonly dim: number }, call: Call): Symbolic {
  const place = call("aten::arange", { end: 3, dtype: "int64" });
  const turned = (x: Symbolic, by: number): Symbolic => {
    const index = call("aten::remainder.Scalar", { self: call("aten::add.Scalar", { self: place, other: by }), other: 3 });
    return call("aten::index_select", { self: x, dim, index });
  };
  return minus(call, times(call, turned(self, 1), turned(other, 2)), times(call, turned(self, 2), turned(other, 1)));
}

interface Integral {
  readonly y: Symbolic;
  readonly dim: number;
}

/** Sums of neighbours along `dim`. */
const neighbours = (call: Call, { y, dim }: Integral): Symbolic => plus(call, sliceOf(call, y, dim, 0, -1), sliceOf(call, y, dim, 1, null));

/** Steps between coordinates, laid along `dim` of y. */
function stepsOf(call: Call, x: Symbolic, { y, dim }: Integral): Symbolic {
  const { reshape } = algebra(call);
  if (rankOf(x) === 1 && rankOf(y) > 1) {
    const steps = call("aten::diff", { self: x, n: 1, dim: 0 });
    return reshape(
      steps,
      y.shape.map((_, i) => (i === wrapDim(dim, rankOf(y)) ? (steps.shape[0] as Dim) : 1)),
    );
  }
  const lead = rankOf(y) - rankOf(x);
  const wide = lead > 0 ? reshape(x, [...new Array<Dim>(lead).fill(1), ...x.shape]) : x;
  return call("aten::diff", { self: wide, n: 1, dim });
}

const half = (x: ScalarOf<Dim>): number => Number(x) / 2;
const byStep = (gather: (call: Call, x: Symbolic, dim: number) => Symbolic) => ({
  decompose: ({ dx, ...args }: Integral & { readonly dx: ScalarOf<Dim> }, call: Call): Symbolic => {
    const total = gather(call, neighbours(call, args), args.dim);
    const by = half(dx);
    // a whole factor would leave integers integers: torch multiplies by a double
    return Number.isInteger(by)
      ? call("aten::div.Scalar", { self: call("aten::mul.Scalar", { self: total, other: by * 2 }), other: 2 })
      : call("aten::mul.Scalar", { self: total, other: by });
  },
});
const byPoints = (gather: (call: Call, x: Symbolic, dim: number) => Symbolic) => ({
  decompose: ({ x, ...args }: Integral & { readonly x: Symbolic }, call: Call): Symbolic => {
    const areas = times(call, stepsOf(call, x, args), neighbours(call, args));
    return call("aten::div.Scalar", { self: gather(call, areas, args.dim), other: 2 });
  },
});
const summed = (call: Call, self: Symbolic, dim: number): Symbolic => call("aten::sum.dim_IntList", { self, dim: [dim] });
const cumulated = (call: Call, self: Symbolic, dim: number): Symbolic => call("aten::cumsum", { self, dim });

/** Weighted sum of three neighbours. */
const mixed = (call: Call, xs: readonly [Symbolic, Symbolic, Symbolic], ws: readonly [Symbolic, Symbolic, Symbolic]): Symbolic =>
  plus(call, plus(call, times(call, xs[0], ws[0]), times(call, xs[1], ws[1])), times(call, xs[2], ws[2]));

/** Central differences on even steps, one-sided ones of `order` at the ends. */
function evenGradient(call: Call, x: Symbolic, dim: number, step: number, order: number): Symbolic {
  const at = (start: number): Symbolic => sliceOf(call, x, dim, start, start === -1 ? null : start + 1);
  const divided = (y: Symbolic, by: number): Symbolic => call("aten::div.Scalar", { self: y, other: by });
  const center = divided(minus(call, sliceOf(call, x, dim, 2, null), sliceOf(call, x, dim, 0, -2)), 2 * step);
  const scaled = (y: Symbolic, by: number): Symbolic => call("aten::mul.Scalar", { self: y, other: by });
  const end = (a: number, b: number, c: number, sign: number): Symbolic =>
    order === 1
      ? divided(minus(call, at(b), at(a)), sign * step)
      : divided(minus(call, minus(call, scaled(at(b), 4), scaled(at(a), 3)), at(c)), sign * 2 * step);
  return call("aten::cat", { tensors: [end(0, 1, 2, 1), center, end(-1, -2, -3, -1)], dim });
}

/** The weights of three points for the derivative at the first, second or third, from the two steps between them. */
function pointWeights(call: Call, d1: Symbolic, d2: Symbolic, which: 0 | 1 | 2): [Symbolic, Symbolic, Symbolic] {
  const sum = plus(call, d1, d2);
  const [first, both, second] = [times(call, d1, sum), times(call, d1, d2), times(call, d2, sum)];
  const negated = (x: Symbolic): Symbolic => call("aten::neg", { self: x });
  if (which === 0) return [negated(over(call, plus(call, sum, d1), first)), over(call, sum, both), negated(over(call, d1, second))];
  if (which === 1) return [negated(over(call, d2, first)), over(call, minus(call, d2, d1), both), over(call, d1, second)];
  return [over(call, d2, first), negated(over(call, sum, both)), over(call, plus(call, sum, d2), second)];
}

/** Differences on uneven points. */
function unevenGradient(call: Call, x: Symbolic, dim: number, points: Symbolic, order: number): Symbolic {
  const steps = stepsOf(call, points, { y: x, dim });
  const part = (y: Symbolic, start: number, end: number | null): Symbolic => sliceOf(call, y, dim, start, end);
  const three = (start: number, end: number | null): [Symbolic, Symbolic, Symbolic] => {
    const stop = (k: number): number | null => (end === null ? null : end + k === 0 ? null : end + k);
    return [part(x, start, stop(0)), part(x, start + 1, stop(1)), part(x, start + 2, stop(2))];
  };
  const center = mixed(call, three(0, -2), pointWeights(call, part(steps, 0, -1), part(steps, 1, null), 1));
  const ends =
    order === 1
      ? [
          over(call, minus(call, part(x, 1, 2), part(x, 0, 1)), part(steps, 0, 1)),
          over(call, minus(call, part(x, -1, null), part(x, -2, -1)), part(steps, -1, null)),
        ]
      : [
          mixed(call, three(0, 1), pointWeights(call, part(steps, 0, 1), part(steps, 1, 2), 0)),
          mixed(
            call,
            [part(x, -3, -2), part(x, -2, -1), part(x, -1, null)],
            pointWeights(call, part(steps, -2, -1), part(steps, -1, null), 2),
          ),
        ];
  return call("aten::cat", { tensors: [ends[0] as Symbolic, center, ends[1] as Symbolic], dim });
}

interface Gradient {
  readonly self: Symbolic;
  readonly dim?: readonly number[] | number | null;
  readonly edge_order: number;
}

/** The derivative along each of `dim` (null: all), its steps or points in order of the dims. */
function gradient({ self, dim, edge_order }: Gradient, spacing: readonly (Symbolic | number)[] | number, call: Call): Symbolic[] {
  const dims = dim === null || dim === undefined ? self.shape.map((_, i) => i) : typeof dim === "number" ? [dim] : dim;
  return dims.map((d, i) => {
    const by = typeof spacing === "number" ? spacing : spacing[i];
    if (by === undefined)
      throw new OnnxExporterError("aten/gradient", `gradient along ${dims.length} dims with ${i} spacings`, "give one per dim");
    const at = wrapDim(d, rankOf(self));
    return typeof by === "number" ? evenGradient(call, self, at, by, edge_order) : unevenGradient(call, self, at, by, edge_order);
  });
}
const number = (x: ScalarOf<Dim> | null): number => (x === null ? 1 : Number(x));

/** The sum over the dims that broadcasting to `self` would have made from `size`. */
function sumToSize({ self, size }: { readonly self: Symbolic; readonly size: Shape }, call: Call): Symbolic {
  const lead = rankOf(self) - size.length;
  const dim = self.shape.flatMap((d, i) => (i < lead || (size[i - lead] === 1 && d !== 1) ? [i] : []));
  if (size.length === 0) return call("aten::sum", { self });
  if (dim.length === 0) return call("aten::alias", { self });
  return algebra(call).reshape(call("aten::sum.dim_IntList", { self, dim, keepdim: true }), size);
}

interface Combinations {
  readonly self: Symbolic;
  readonly r: number;
  readonly with_replacement: boolean;
}

/** Rows of `r` elements in order of place: the places where each index is beyond the one before it (or equal, with replacement). */
function combinations({ self, r, with_replacement }: Combinations, call: Call): Symbolic {
  const { flatten, reshape } = algebra(call);
  if (r < 0) throw new OnnxExporterError("aten/argument", `combinations of ${r} elements`, "give r of at least 0");
  if (r === 0) return call("aten::empty.memory_format", { size: [0], dtype: self.dtype });
  if (r === 1) return call("aten::unsqueeze", { self, dim: 1 });
  const places = call("aten::arange", { end: self.shape[0] as Dim, dtype: "int64" });
  const index = Array.from({ length: r }, (_, k) =>
    reshape(
      places,
      Array.from({ length: r }, (_x, i) => (i === k ? (self.shape[0] as Dim) : 1)),
    ),
  );
  const order = with_replacement ? "aten::le.Tensor" : "aten::lt.Tensor";
  const rising = index.slice(1).map((other, k) => call(order, { self: index[k] as Symbolic, other }));
  const chosen = call("aten::nonzero", { self: rising.reduce((a, b) => call("aten::logical_and", { self: a, other: b })) });
  return reshape(call("aten::index_select", { self, dim: 0, index: flatten(chosen) }), [-1, r]);
}

export const composed = {
  "aten::sum_to_size": { decompose: sumToSize },
  "aten::combinations": { decompose: combinations },
  "aten::diag_embed": { decompose: diagEmbed },
  "aten::diagflat": {
    decompose: ({ self, offset }, call) => diagEmbed({ self: algebra(call).flatten(self), offset, dim1: -2, dim2: -1 }, call),
  },
  "aten::diag": {
    decompose: ({ self, diagonal: offset }, call) =>
      rankOf(self) === 1
        ? diagEmbed({ self, offset, dim1: -2, dim2: -1 }, call)
        : call("aten::clone", { self: call("aten::diagonal", { self, offset, dim1: 0, dim2: 1 }) }),
  },
  "aten::kron": { decompose: kron },
  "aten::linalg_cross": { decompose: cross },
  "aten::cross": {
    decompose: ({ self, other, dim }, call) => {
      const d = dim ?? self.shape.indexOf(3);
      if (d >= 0 || dim !== null) return cross({ self, other, dim: d }, call);
      throw new OnnxExporterError("aten/cross", `cross: no dim of ${showShape(self.shape)} has size 3`, "give tensors of 3-vectors");
    },
  },
  "aten::trapezoid.dx": byStep(summed),
  "aten::trapz.dx": byStep(summed),
  "aten::cumulative_trapezoid.dx": byStep(cumulated),
  ...each(["aten::trapezoid.x", "aten::trapz.x"], () => byPoints(summed)),
  "aten::cumulative_trapezoid.x": byPoints(cumulated),
  "aten::gradient.scalarint": { decompose: ({ spacing, ...args }, call) => gradient(args, number(spacing), call) },
  "aten::gradient.scalararray": { decompose: ({ spacing, ...args }, call) => gradient(args, number(spacing), call) },
  "aten::gradient.array": { decompose: (args, call) => gradient(args, 1, call) },
  "aten::gradient.scalarrayint": { decompose: ({ spacing, ...args }, call) => gradient(args, spacing.map(number), call) },
  "aten::gradient.scalarrayarray": { decompose: ({ spacing, ...args }, call) => gradient(args, spacing.map(number), call) },
  "aten::gradient.tensorarrayint": { decompose: ({ spacing, ...args }, call) => gradient(args, spacing, call) },
  "aten::gradient.tensorarray": { decompose: ({ spacing, ...args }, call) => gradient(args, spacing, call) },
  "aten::cartesian_prod": {
    decompose: ({ tensors }, call) => {
      const [only] = tensors;
      if (tensors.length === 1 && only) return only;
      const grids = call("aten::meshgrid.indexing", { tensors, indexing: "ij" });
      return call("aten::stack", { tensors: grids.map((g) => algebra(call).flatten(g)), dim: 1 });
    },
  },
  "aten::vander": {
    decompose: ({ x, N, increasing }, call) => {
      const n = N ?? (x.shape.at(-1) as Dim);
      const powers = call("aten::arange", { end: n, dtype: "int64" });
      const exponents = increasing ? powers : call("aten::flip", { self: powers, dims: [0] });
      return call("aten::pow.Tensor_Tensor", { self: call("aten::unsqueeze", { self: x, dim: -1 }), exponent: exponents });
    },
  },
} satisfies AtenTable;
