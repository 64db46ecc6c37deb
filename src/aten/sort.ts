/** @file Order statistics: sort, topk, kthvalue, median, mode, quantile. */

import { gather } from "../core/ops/index.ts";
import { reshape, slice } from "../core/ops/layout.ts";
import { sort as sortAlong } from "../core/ops/reduce.ts";
import { alongDim, floats, fromIntegers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { isFloat } from "../dtype.ts";
import { add, type Dim, floordiv, sub } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { moveDims, reducedShape, shaped, wrapDim } from "./view-shape.ts";

const rankOf = (x: Typed): number => x.shape.length;
const int64 = (shape: Typed["shape"]): Meta => ({ dtype: "int64", shape });
const atLeast1 = (x: Strided): Strided => (x.shape.length === 0 ? reshape(x, [1]) : x);

interface Sorted<T> {
  readonly self: T;
  readonly dim: number;
  readonly descending: boolean;
}

/** Values and indices in order; ties keep their order, NaN counts as greatest. */
const sorted = {
  meta: ({ self }: Sorted<Typed>): [Meta, Meta] => [shaped(self, self.shape), int64(self.shape)],
  eval: ({ self, dim, descending }: Sorted<Strided>): [Strided, Strided] => {
    const both = sortAlong(atLeast1(self), wrapDim(dim, rankOf(self)), descending, true);
    return both.map((x) => reshape(x, self.shape)) as [Strided, Strided];
  },
};

interface Top<T, I> {
  readonly self: T;
  readonly k: I;
  readonly dim: number;
  readonly largest: boolean;
}

const top = {
  meta: ({ self, k, dim }: Top<Typed, Dim>): [Meta, Meta] => {
    const shape = self.shape.map((n, i) => (i === wrapDim(dim, rankOf(self)) ? k : n));
    return [shaped(self, shape), int64(shape)];
  },
  eval: ({ self, k, dim, largest }: Top<Strided, number>): [Strided, Strided] => {
    const d = wrapDim(dim, rankOf(self));
    const both = sortAlong(atLeast1(self), d, largest, true);
    return both.map((x) => (rankOf(self) === 0 ? reshape(x, []) : slice(x, d, 0, k, 1))) as [Strided, Strided];
  },
};

interface Kth<T, I = Dim> {
  readonly self: T;
  readonly k: I;
  readonly dim: number;
  readonly keepdim: boolean;
}

/** The k-th smallest value: the last of the k smallest. */
function kthValue({ self, k, dim, keepdim }: Kth<Symbolic>, call: Call): [Symbolic, Symbolic] {
  if (rankOf(self) === 0) return [call("aten::clone", { self }), call("aten::zeros", { size: [], dtype: "int64" })];
  const least = call("aten::topk", { self, k, dim, largest: false, sorted: true });
  const last = (x: Symbolic): Symbolic => {
    const picked = call("aten::select.int", { self: x, dim, index: sub(k, 1) });
    return keepdim ? call("aten::unsqueeze", { self: picked, dim: wrapDim(dim, rankOf(self)) }) : picked;
  };
  return [last(least[0]), last(least[1])];
}

interface Along<T = Symbolic> {
  readonly self: T;
  readonly dim: number;
  readonly keepdim: boolean;
}

const sizeAlong = ({ self, dim }: { readonly self: Typed; readonly dim: number }): Dim =>
  rankOf(self) === 0 ? 1 : (self.shape[wrapDim(dim, rankOf(self))] as Dim);

/** The lower median; NaN wherever there is one. */
function median(args: Along, call: Call): [Symbolic, Symbolic] {
  const [value, index] = kthValue({ ...args, k: floordiv(add(sizeAlong(args), 1), 2) }, call);
  if (!isFloat(args.self.dtype) || rankOf(args.self) === 0) return [value, index];
  const bad = call("aten::any.dim", { self: call("aten::isnan", { self: args.self }), dim: args.dim, keepdim: args.keepdim });
  return [call("aten::masked_fill.Scalar", { self: value, mask: bad, value: Number.NaN }), index];
}

/** NaN counts as greatest in torch's sorts; said with infinity, since runtimes order NaN each in its way. */
const nanLast = (call: Call, self: Symbolic, missing: Symbolic): Symbolic =>
  call("aten::masked_fill.Scalar", { self, mask: missing, value: Number.POSITIVE_INFINITY });

/** The lower median of what is not NaN: NaN sorts last, so it is found by counting. */
function nanMedian({ self, dim, keepdim }: Along, call: Call): [Symbolic, Symbolic] {
  if (!isFloat(self.dtype) || rankOf(self) === 0) return median({ self, dim, keepdim }, call);
  const missing = call("aten::isnan", { self });
  const [values, indices] = call("aten::sort", { self: nanLast(call, self, missing), dim, descending: false });
  const counted = call("aten::logical_not", { self: missing });
  const count = call("aten::sum.dim_IntList", { self: counted, dim: [dim], keepdim: true });
  const half = call("aten::floor_divide.Scalar", { self: call("aten::sub.Scalar", { self: count, other: 1 }), other: 2 });
  const at = call("aten::clamp", { self: half, min: 0 });
  const pick = (x: Symbolic): Symbolic => call("aten::gather", { self: x, dim, index: at });
  const kept = (x: Symbolic): Symbolic => (keepdim ? x : call("aten::squeeze.dim", { self: x, dim }));
  const none = call("aten::eq.Scalar", { self: count, other: 0 });
  return [kept(call("aten::masked_fill.Scalar", { self: pick(values), mask: none, value: Number.NaN })), kept(pick(indices))];
}

/** Of all elements; of none it is NaN. */
const ofAll = (f: typeof median) => ({
  decompose: ({ self }: { readonly self: Symbolic }, call: Call): Symbolic =>
    self.shape.includes(0) && isFloat(self.dtype)
      ? call("aten::full", { size: [], fill_value: Number.NaN, dtype: self.dtype })
      : f({ self: algebra(call).flatten(self), dim: 0, keepdim: false }, call)[0],
});

/** The most frequent value, of several the smallest, and where it occurs last. */
const mode = {
  meta: ({ self, dim, keepdim }: Along<Typed>): [Meta, Meta] => {
    const shape = rankOf(self) === 0 ? [] : reducedShape(self.shape, [wrapDim(dim, rankOf(self))], keepdim);
    return [shaped(self, shape), int64(shape)];
  },
  eval: ({ self, dim, keepdim }: Along<Strided>): [Strided, Strided] => {
    const x = atLeast1(self);
    const d = wrapDim(dim, rankOf(self));
    const values = floats(x);
    const picks: number[] = [];
    alongDim(x.shape, d, (start, step, length) => {
      const run = Array.from({ length }, (_, k) => values[start + k * step] as number);
      picks.push(modeOf(run));
    });
    const kept = reducedShape(x.shape, [d], true) as number[];
    const indices = fromIntegers(picks, kept);
    const shape = rankOf(self) === 0 ? [] : (reducedShape(self.shape, [d], keepdim) as number[]);
    return [reshape(gather(x, d, indices), shape), reshape(indices, shape)];
  },
};

function modeOf(run: readonly number[]): number {
  const order = run.map((_, i) => i).sort((a, b) => (run[a] as number) - (run[b] as number) || a - b);
  let [best, most, count] = [order[0] as number, 0, 0];
  order.forEach((at, i) => {
    count = i > 0 && run[order[i - 1] as number] === run[at] ? count + 1 : 1;
    const ends = run[order[i + 1] ?? -1] !== run[at];
    if (ends && count > most) [best, most] = [at, count];
  });
  return best;
}

interface Quantile {
  readonly self: Symbolic;
  /** 0-d or 1-d; null with `scalar`. */
  readonly q: Symbolic;
  readonly dim: number | null;
  readonly keepdim: boolean;
  readonly interpolation: string;
}

/** Positions between sorted neighbours, mixed as `interpolation` says; `ignoreNaN` counts the rest only. */
const quantile =
  (ignoreNaN: boolean) =>
  (args: Quantile, call: Call): Symbolic => {
    const { self, dim, interpolation, q } = args;
    const x = dim === null || rankOf(self) === 0 ? algebra(call).flatten(self) : self;
    const d = dim === null ? 0 : wrapDim(dim, rankOf(self));
    const last = rankOf(x) - 1;
    const lined = d === last ? x : call("aten::permute", { self: x, dims: moveDims(rankOf(x), [d], [last]) });
    const ranks = ranksOf(call, lined, q, ignoreNaN);
    const [values] = call("aten::sort", { self: lined, dim: last, descending: false });
    const mixed = interpolated(call, values, ranks, interpolation);
    const bad = call("aten::any.dim", { self: call("aten::isnan", { self: lined }), dim: last, keepdim: true });
    const clean = ignoreNaN ? mixed : call("aten::masked_fill.Scalar", { self: mixed, mask: bad, value: Number.NaN });
    return placed(call, clean, args, d);
  };

/** Positions in the sorted line, [..., quantiles]. */
function ranksOf(call: Call, lined: Symbolic, q: Symbolic, ignoreNaN: boolean): Symbolic {
  const line = call("aten::reshape", {
    self: q,
    shape: [...lined.shape.slice(0, -1).map(() => 1), rankOf(q) === 0 ? 1 : (q.shape[0] as Dim)],
  });
  const n = lined.shape.at(-1) as Dim;
  const size = [...lined.shape.slice(0, -1), line.shape.at(-1) as Dim];
  if (!ignoreNaN) return call("aten::expand", { self: call("aten::mul.Scalar", { self: line, other: sub(n, 1) }), size });
  const counted = call("aten::logical_not", { self: call("aten::isnan", { self: lined }) });
  const count = call("aten::_to_copy", {
    self: call("aten::sum.dim_IntList", { self: counted, dim: [-1], keepdim: true }),
    dtype: line.dtype,
  });
  const spans = call("aten::clamp", { self: call("aten::sub.Scalar", { self: count, other: 1 }), min: 0 });
  return call("aten::mul.Tensor", { self: spans, other: line });
}

function interpolated(call: Call, values: Symbolic, ranks: Symbolic, interpolation: string): Symbolic {
  const at = (index: Symbolic): Symbolic =>
    call("aten::gather", { self: values, dim: -1, index: call("aten::_to_copy", { self: index, dtype: "int64" }) });
  const [below, above] = [call("aten::floor", { self: ranks }), call("aten::ceil", { self: ranks })];
  if (interpolation === "lower") return at(below);
  if (interpolation === "higher") return at(above);
  if (interpolation === "nearest") return at(call("aten::round", { self: ranks }));
  const low = at(below);
  const step = call("aten::sub.Tensor", { self: at(above), other: low });
  const weighed =
    interpolation === "midpoint"
      ? call("aten::mul.Scalar", { self: step, other: 0.5 })
      : call("aten::mul.Tensor", { self: step, other: call("aten::sub.Tensor", { self: ranks, other: below }) });
  return call("aten::add.Tensor", { self: low, other: weighed });
}

/** [..., quantiles] to torch's [quantiles, ...], with or without the reduced dim. */
function placed(call: Call, mixed: Symbolic, { self, q, dim, keepdim }: Quantile, d: number): Symbolic {
  const last = rankOf(mixed) - 1;
  const first = call("aten::permute", { self: mixed, dims: moveDims(rankOf(mixed), [last], [0]) });
  const many = rankOf(q) === 0 ? [] : [mixed.shape[last] as Dim];
  const rest = dim === null ? (keepdim ? self.shape.map(() => 1) : []) : rankOf(self) === 0 ? [] : reducedShape(self.shape, [d], keepdim);
  return call("aten::reshape", { self: first, shape: [...many, ...rest] });
}

const scalarQuantile = (f: ReturnType<typeof quantile>) => ({
  decompose: ({ q, ...args }: Omit<Quantile, "q"> & { readonly q: number | Dim }, call: Call) =>
    f({ ...args, q: call("aten::full", { size: [], fill_value: q, dtype: args.self.dtype }) }, call),
});

export const sort = {
  ...each(["aten::sort", "aten::sort.stable"], () => sorted),
  "aten::argsort": { decompose: ({ self, dim, descending }, call) => call("aten::sort", { self, dim, descending })[1] },
  "aten::argsort.stable": { decompose: ({ self, dim, descending }, call) => call("aten::sort", { self, dim, descending })[1] },
  "aten::msort": { decompose: ({ self }, call) => call("aten::sort", { self, dim: 0, descending: false })[0] },
  "aten::topk": top,
  "aten::kthvalue": { decompose: kthValue },
  "aten::median": ofAll(median),
  "aten::nanmedian": ofAll(nanMedian),
  "aten::median.dim": { decompose: median },
  "aten::nanmedian.dim": { decompose: nanMedian },
  "aten::mode": mode,
  "aten::quantile": { decompose: quantile(false) },
  "aten::nanquantile": { decompose: quantile(true) },
  "aten::quantile.scalar": scalarQuantile(quantile(false)),
  "aten::nanquantile.scalar": scalarQuantile(quantile(true)),
} satisfies AtenTable;
