/** @file Reading by index: index, gather, take, embedding, nonzero, and what is said in them. */

import { cast, compare, scalarTensor } from "../core/ops/elementwise.ts";
import { gather, indexSelect, indexTensors, nonzero } from "../core/ops/index.ts";
import { reshape } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import { isComplex } from "../dtype.ts";
import type { Dim, Shape } from "../symbolic.ts";
import { product } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { broadcastShapes, each } from "./broadcast.ts";
import { indexedShape, indexPlan, indexShape, withoutMasks } from "./index-shape.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Fresh, Meta, Symbolic } from "./table.ts";
import { shaped, wrapDim } from "./view-shape.ts";

interface Indexed<T> {
  readonly self: T;
  readonly indices: readonly (T | null)[];
}

const rankOf = (x: Typed): number => x.shape.length;
const int64 = (shape: Shape): Meta => ({ dtype: "int64", shape });

const byIndices = {
  meta({ self, indices }: Indexed<Typed>, fresh: Fresh): Meta {
    const full = withoutMasks<Typed>(indices, (mask) => {
      const n = fresh("u");
      return mask.shape.map(() => int64([n]));
    });
    return shaped(self, indexedShape(self, indexPlan(self, full), indexShape(full)));
  },
  eval: ({ self, indices }: Indexed<Strided>): Strided => indexTensors(self, indices),
};

/** A 0-d tensor as one of one element: torch lets it be indexed along dim 0. */
const atLeast1 = (x: Strided): Strided => (x.shape.length === 0 ? reshape(x, [1]) : x);

const selecting = {
  meta({ self, dim, index }: { readonly self: Typed; readonly dim: number; readonly index: Typed }): Meta {
    const d = wrapDim(dim, rankOf(self));
    const n = rankOf(index) === 0 ? 1 : (index.shape[0] as Dim);
    return shaped(
      self,
      self.shape.map((own, i) => (i === d ? n : own)),
    );
  },
  eval({ self, dim, index }: { readonly self: Strided; readonly dim: number; readonly index: Strided }): Strided {
    const taken = indexSelect(atLeast1(self), wrapDim(dim, rankOf(self)), atLeast1(cast(index, "int64")));
    return self.shape.length === 0 ? reshape(taken, []) : taken;
  },
};

/** `gather` with `self` and `indices` broadcast against each other except along `dim`. */
function takeAlong(
  { self, indices, dim }: { readonly self: Symbolic; readonly indices: Symbolic; readonly dim: number | null },
  call: Call,
): Symbolic {
  const { flatten } = algebra(call);
  if (dim === null) return call("aten::gather", { self: flatten(self), dim: 0, index: flatten(indices) });
  const d = wrapDim(dim, rankOf(self));
  const open = (x: Symbolic): Dim[] => x.shape.map((n, i) => (i === d ? 1 : n));
  const common = broadcastShapes(open(self), open(indices));
  const widened = (x: Symbolic): Symbolic =>
    call("aten::expand", { self: x, size: common.map((n, i) => (i === d ? (x.shape[d] as Dim) : n)) });
  return call("aten::gather", { self: widened(self), dim: d, index: widened(indices) });
}

/** Elements under a mask, both broadcast first. */
function maskedSelect({ self, mask }: { readonly self: Symbolic; readonly mask: Symbolic }, call: Call): Symbolic {
  const common = broadcastShapes(self.shape, mask.shape);
  const size = common.length === 0 ? [1] : common;
  const [x, m] = [call("aten::expand", { self, size }), call("aten::expand", { self: mask, size })];
  return call("aten::index.Tensor", { self: x, indices: [m] });
}

const nonzeroType = ({ self }: { readonly self: Typed }, fresh: Fresh): Meta => int64([fresh("u"), rankOf(self)]);

const nonzeroes = {
  meta: nonzeroType,
  eval: ({ self }: { readonly self: Strided }): Strided =>
    nonzero(isComplex(self.dtype) ? compare("ne", self, scalarTensor(self.dtype, 0)) : self),
};

/** Coordinates of non-zero elements, a vector per dim. */
const whereNonzero = (self: Symbolic, call: Call): readonly Symbolic[] => {
  const x = rankOf(self) === 0 ? call("aten::unsqueeze", { self, dim: 0 }) : self;
  return call("aten::unbind.int", { self: call("aten::nonzero", { self: x }), dim: 1 });
};

/** Row numbers that masked-out places read or write: 0, whatever their index says. */
const safeIndices = (call: Call, indices: readonly (Symbolic | null)[], mask: Symbolic): (Symbolic | null)[] =>
  indices.map((index) => {
    if (index === null) return null;
    return call("aten::where.ScalarOther", { condition: mask, self: index, other: 0 });
  });

export const indexing = {
  ...each(["aten::index.Tensor", "aten::_unsafe_index.Tensor"], () => byIndices),
  "aten::index_select": selecting,
  "aten::gather": {
    meta: ({ self, index }) => shaped(self, index.shape),
    eval: ({ self, dim, index }) => {
      const d = wrapDim(dim, rankOf(self));
      const taken = gather(atLeast1(self), d, atLeast1(cast(index, "int64")));
      return index.shape.length === 0 ? reshape(taken, []) : taken;
    },
  },
  "aten::take": {
    decompose: ({ self, index }, call) => call("aten::index.Tensor", { self: algebra(call).flatten(self), indices: [index] }),
  },
  "aten::take_along_dim": { decompose: takeAlong },
  "aten::masked_select": { decompose: maskedSelect },
  "aten::embedding": {
    meta: ({ weight, indices }) => shaped(weight, [...indices.shape, ...weight.shape.slice(1)]),
    eval: ({ weight, indices }) => {
      const rows = indexSelect(weight, 0, reshape(cast(indices, "int64"), [product(indices.shape) as number]));
      return reshape(rows, [...indices.shape, ...weight.shape.slice(1)]);
    },
  },
  ...each(["aten::nonzero", "aten::argwhere"], () => nonzeroes),
  "aten::nonzero_numpy": { decompose: ({ self }, call) => whereNonzero(self, call) },
  "aten::where": { decompose: ({ condition }, call) => whereNonzero(condition, call) },
  "aten::nonzero_static": {
    decompose: ({ self, size, fill_value }, call) => {
      const found = call("aten::nonzero", { self });
      const spare = call("aten::full", { size: [size, rankOf(self)], fill_value, dtype: "int64" });
      return call("aten::slice.Tensor", {
        self: call("aten::cat", { tensors: [found, spare], dim: 0 }),
        dim: 0,
        start: 0,
        end: size,
        step: 1,
      });
    },
  },
  "aten::_unsafe_masked_index": {
    decompose: ({ self, mask, indices, fill }, call) => {
      const taken = call("aten::_unsafe_index.Tensor", { self, indices: safeIndices(call, indices, mask) });
      const hidden = call("aten::logical_not", { self: mask });
      return call("aten::masked_fill.Scalar", { self: taken, mask: hidden, value: fill });
    },
  },
  "aten::_unsafe_masked_index_put_accumulate": {
    decompose: ({ self, mask, indices, values }, call) => {
      const hidden = call("aten::logical_not", { self: mask });
      const shown = call("aten::masked_fill.Scalar", { self: values, mask: hidden, value: 0 });
      return call("aten::_unsafe_index_put", { self, indices: safeIndices(call, indices, mask), values: shown, accumulate: true });
    },
  },
} satisfies AtenTable;
