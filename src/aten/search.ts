/** @file Finding and counting: unique, searchsorted, isin, and reductions by segment. */

import { cast, compare } from "../core/ops/elementwise.ts";
import { reduce } from "../core/ops/reduce.ts";
import { floats, fromFloats, fromIntegers, integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import type { Typed } from "./promotion.ts";
import { runtime } from "./symbolic.ts";
import type { AtenTable, Call, Fresh, Meta, ScalarOf, Symbolic } from "./table.ts";
import { distinct, distinctRows } from "./unique.ts";
import { shaped, wrapDim } from "./view-shape.ts";

const rankOf = (x: Typed): number => x.shape.length;
const int64 = (shape: Typed["shape"]): Meta => ({ dtype: "int64", shape });
export const flatten = (call: Call, self: Symbolic): Symbolic => call("aten::flatten.using_ints", { self, start_dim: 0, end_dim: -1 });

interface Wanted {
  readonly return_inverse?: boolean;
  readonly return_counts?: boolean;
}
type Triple<T> = [T, T, T];

/** Types of values, inverse and counts: what is not asked for is empty. */
const flatType = ({ self, ...wanted }: Wanted & { readonly self: Typed }, fresh: Fresh): Triple<Meta> => {
  const n = fresh("u");
  return [shaped(self, [n]), int64(wanted.return_inverse ? self.shape : [0]), int64(wanted.return_counts ? [n] : [0])];
};
/** Along a dim all three are always made, asked for or not. */
const alongType = ({ self, dim }: { readonly self: Typed; readonly dim: number }, fresh: Fresh): Triple<Meta> => {
  const d = wrapDim(dim, rankOf(self));
  const n = fresh("u");
  return [
    shaped(
      self,
      self.shape.map((own, i) => (i === d ? n : own)),
    ),
    int64([self.shape[d] as Dim]),
    int64([n]),
  ];
};
const emptied = ([values, inverse, counts]: Triple<Strided>, wanted: Wanted): Triple<Strided> => [
  values,
  wanted.return_inverse ? inverse : fromIntegers([]),
  wanted.return_counts ? counts : fromIntegers([]),
];

const uniqueFlat = (consecutive: boolean) => ({
  meta: flatType,
  eval: ({ self, ...wanted }: Wanted & { readonly self: Strided }): Triple<Strided> => emptied(distinct(self, consecutive), wanted),
});
const uniqueAlong = (consecutive: boolean) => ({
  meta: alongType,
  eval: ({ self, dim }: { readonly self: Strided; readonly dim: number }): Triple<Strided> =>
    distinctRows(self, wrapDim(dim, rankOf(self)), consecutive),
});

export interface Search {
  readonly sorted_sequence: Symbolic;
  readonly self: Symbolic;
  readonly out_int32: boolean;
  readonly right: boolean;
  readonly side?: string | null;
  readonly sorter?: Symbolic | null;
}

/** How many boundaries come before a value: those not >= it, or (`right`) not > it, so that NaN comes last. */
export function searchSorted({ sorted_sequence, self, out_int32, right, side, sorter }: Search, call: Call): Symbolic {
  const line = sorter ? call("aten::gather", { self: sorted_sequence, dim: -1, index: sorter }) : sorted_sequence;
  const after = (side ?? (right ? "right" : "left")) === "right" ? "aten::gt.Tensor" : "aten::ge.Tensor";
  const bounds = rankOf(line) > 1 ? call("aten::unsqueeze", { self: line, dim: -2 }) : line;
  const beyond = call(after, { self: bounds, other: call("aten::unsqueeze", { self, dim: -1 }) });
  const count = call("aten::sum.dim_IntList", { self: call("aten::logical_not", { self: beyond }), dim: [-1] });
  return out_int32 ? call("aten::_to_copy", { self: count, dtype: "int32" }) : count;
}

export const scalarOf = (call: Call, value: ScalarOf<Dim>, like: Symbolic): Symbolic =>
  call("aten::full", { size: [], fill_value: value, dtype: like.dtype });

/** Whether each element is among `tests`. */
function isIn(elements: Symbolic, tests: Symbolic, invert: boolean, call: Call): Symbolic {
  const same = call("aten::eq.Tensor", { self: call("aten::unsqueeze", { self: elements, dim: -1 }), other: flatten(call, tests) });
  const found = call("aten::any.dim", { self: same, dim: -1 });
  return invert ? call("aten::logical_not", { self: found }) : found;
}

interface Segmented {
  readonly data: Symbolic;
  readonly reduce: string;
  readonly lengths: Symbolic | null;
  readonly offsets: Symbolic | null;
  readonly axis: number;
  readonly initial: ScalarOf<Dim> | null;
}

const segmentStart = { sum: 0, mean: 0, prod: 1, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;

/** Reductions of consecutive runs along `axis`: a mask of [segment, element], and a reduction under it. */
function segmentReduce(args: Segmented, call: Call): Symbolic {
  const { data, reduce: name, initial } = args;
  if (!(name in segmentStart))
    throw new OnnxExporterError("aten/reduce", `segment_reduce: unknown reduce "${name}"`, "max, mean, min, sum or prod");
  const kind = name as keyof typeof segmentStart;
  const axis = wrapDim(args.axis, rankOf(data));
  const { starts, ends } = segmentBounds(args, axis, call);
  const place = call("aten::arange", { end: data.shape[axis] as Dim, dtype: "int64" });
  const from = call("aten::le.Tensor", { self: call("aten::unsqueeze", { self: starts, dim: -1 }), other: place });
  const before = call("aten::gt.Tensor", { self: call("aten::unsqueeze", { self: ends, dim: -1 }), other: place });
  const member = call("aten::logical_and", { self: from, other: before });
  const inner = rankOf(data) - axis - 1;
  const mask = call("aten::reshape", { self: member, shape: [...member.shape, ...new Array<number>(inner).fill(1)] });
  const spread = call("aten::unsqueeze", { self: data, dim: axis });
  const kept = call("aten::where.ScalarOther", { condition: mask, self: spread, other: segmentStart[kind] });
  const total = reduceSegments(kind, kept, axis + 1, initial, call);
  if (kind !== "mean") return total;
  const lengths = call("aten::sub.Tensor", { self: ends, other: starts });
  const count = call("aten::_to_copy", {
    self: call("aten::reshape", { self: lengths, shape: [...lengths.shape, ...new Array<number>(inner).fill(1)] }),
    dtype: data.dtype,
  });
  // an empty segment with an initial value is that value; without one 0/0 says that there is none
  return call("aten::div.Tensor", { self: total, other: initial === null ? count : call("aten::clamp", { self: count, min: 1 }) });
}

function segmentBounds({ lengths, offsets }: Segmented, axis: number, call: Call): { starts: Symbolic; ends: Symbolic } {
  if (offsets !== null) {
    const cut = (start: number, end: number | null): Symbolic =>
      call("aten::slice.Tensor", { self: offsets, dim: axis, start, end, step: 1 });
    return { starts: cut(0, -1), ends: cut(1, null) };
  }
  if (lengths === null) throw new OnnxExporterError("aten/reduce", "segment_reduce without lengths or offsets", "give lengths");
  const ends = call("aten::cumsum", { self: lengths, dim: axis });
  return { starts: call("aten::sub.Tensor", { self: ends, other: lengths }), ends };
}

function reduceSegments(kind: keyof typeof segmentStart, kept: Symbolic, dim: number, initial: ScalarOf<Dim> | null, call: Call): Symbolic {
  if (kind === "max" || kind === "min") {
    const out = kind === "max" ? call("aten::amax", { self: kept, dim: [dim] }) : call("aten::amin", { self: kept, dim: [dim] });
    if (initial === null) return out;
    const start = scalarOf(call, initial, kept);
    return kind === "max" ? call("aten::maximum", { self: out, other: start }) : call("aten::minimum", { self: out, other: start });
  }
  const out = kind === "prod" ? call("aten::prod.dim_int", { self: kept, dim }) : call("aten::sum.dim_IntList", { self: kept, dim: [dim] });
  if (initial === null) return out;
  return kind === "prod"
    ? call("aten::mul.Scalar", { self: out, other: initial })
    : call("aten::add.Scalar", { self: out, other: initial });
}

/** Differences of neighbours, `n` times; of bools, whether they differ. */
function diff(
  { self, n, dim, prepend, append }: { self: Symbolic; n: number; dim: number; prepend: Symbolic | null; append: Symbolic | null },
  call: Call,
): Symbolic {
  // Of no differences PyTorch returns the tensor without what was to be joined to it.
  if (n === 0) return call("aten::clone", { self });
  const parts = [prepend, self, append].filter((t) => t !== null);
  let x = parts.length === 1 ? self : call("aten::cat", { tensors: parts, dim });
  for (let i = 0; i < n; i++) {
    const next = call("aten::slice.Tensor", { self: x, dim, start: 1, end: null, step: 1 });
    const previous = call("aten::slice.Tensor", { self: x, dim, start: 0, end: -1, step: 1 });
    x =
      x.dtype === "bool"
        ? call("aten::logical_xor", { self: next, other: previous })
        : call("aten::sub.Tensor", { self: next, other: previous });
  }
  return x;
}

const bincount = {
  meta: ({ weights }: { readonly weights: Typed | null }, fresh: Fresh): Meta => ({ dtype: binDType(weights), shape: [fresh("u")] }),
  eval: ({
    self,
    weights,
    minlength,
  }: {
    readonly self: Strided;
    readonly weights: Strided | null;
    readonly minlength: number;
  }): Strided => {
    const at = integers(self);
    const counts = new Float64Array(at.reduce((n, i) => Math.max(n, i + 1), minlength));
    const by = weights === null ? null : floats(weights);
    at.forEach((i, k) => {
      counts[i] = (counts[i] as number) + (by === null ? 1 : (by[k] as number));
    });
    return fromFloats(counts, [counts.length], binDType(weights));
  },
};
/** dtype of `bincount`: float32 weights stay so, all others add up in float64. */
export const binDType = (weights: Typed | null): "int64" | "float32" | "float64" =>
  weights === null ? "int64" : weights.dtype === "float32" ? "float32" : "float64";

export const search = {
  "aten::_unique2": uniqueFlat(false),
  "aten::_unique": {
    meta: ({ self, return_inverse }, fresh) => flatType({ self, return_inverse }, fresh).slice(0, 2) as [Meta, Meta],
    eval: ({ self, return_inverse }) => emptied(distinct(self, false), { return_inverse }).slice(0, 2) as [Strided, Strided],
  },
  "aten::unique_consecutive": {
    meta: ({ self, dim, ...wanted }, fresh) => (dim === null ? flatType({ self, ...wanted }, fresh) : alongType({ self, dim }, fresh)),
    eval: ({ self, dim, ...wanted }) => (dim === null ? uniqueFlat(true).eval({ self, ...wanted }) : uniqueAlong(true).eval({ self, dim })),
  },
  "aten::unique_dim": uniqueAlong(false),
  "aten::unique_dim_consecutive": uniqueAlong(true),
  "aten::searchsorted.Tensor": { decompose: searchSorted },
  "aten::searchsorted.Scalar": {
    decompose: ({ self, ...args }, call) => searchSorted({ ...args, self: scalarOf(call, self, args.sorted_sequence) }, call),
  },
  "aten::bucketize.Tensor": { decompose: ({ boundaries, ...args }, call) => searchSorted({ ...args, sorted_sequence: boundaries }, call) },
  "aten::bucketize.Scalar": {
    decompose: ({ boundaries, self, ...args }, call) =>
      searchSorted({ ...args, self: scalarOf(call, self, boundaries), sorted_sequence: boundaries }, call),
  },
  "aten::isin.Tensor_Tensor": { decompose: ({ elements, test_elements, invert }, call) => isIn(elements, test_elements, invert, call) },
  "aten::isin.Tensor_Scalar": {
    decompose: ({ elements, test_element, invert }, call) => {
      const found = call("aten::eq.Scalar", { self: elements, other: test_element });
      return invert ? call("aten::logical_not", { self: found }) : found;
    },
  },
  "aten::isin.Scalar_Tensor": {
    decompose: ({ element, test_elements, invert }, call) => {
      const found = call("aten::any", { self: call("aten::eq.Scalar", { self: test_elements, other: element }) });
      return invert ? call("aten::logical_not", { self: found }) : found;
    },
  },
  "aten::equal": {
    meta: () => runtime,
    eval: ({ self, other }) =>
      self.shape.length === other.shape.length &&
      self.shape.every((n, i) => n === other.shape[i]) &&
      integers(reduce("all", compare("eq", self, cast(other, self.dtype)), null, false))[0] === 1,
  },
  "aten::allclose": {
    decompose: ({ self, other, rtol, atol, equal_nan }, call) =>
      call("aten::is_nonzero", { self: call("aten::all", { self: call("aten::isclose", { self, other, rtol, atol, equal_nan }) }) }),
  },
  "aten::bincount": bincount,
  "aten::segment_reduce": { decompose: segmentReduce },
  "aten::diff": { decompose: diff },
} satisfies AtenTable;
