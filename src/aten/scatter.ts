/** @file Writing by index: scatter, index_put and kin, and the functional twins of writing into a view. */

import { imagPart, makeComplex, realPart } from "../core/ops/complex.ts";
import { binary, cast, fill, scalarTensor } from "../core/ops/elementwise.ts";
import { indexPut, scatter as scatterElements } from "../core/ops/index.ts";
import { clone, copyInto, expand, reshape, slice } from "../core/ops/layout.ts";
import { Storage, type Strided } from "../core/strided.ts";
import { type DType, greatestOf, isComplex, isFloat, leastOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, product, type Shape } from "../symbolic.ts";
import { broadcastShapes, each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";
import { view } from "./view.ts";
import { shaped, wrapDim } from "./view-shape.ts";

const rankOf = (x: Typed): number => x.shape.length;
const same = ({ self }: { readonly self: Typed }): Meta => shaped(self, self.shape);
const atLeast1 = (x: Strided): Strided => (x.shape.length === 0 ? reshape(x, [1]) : x);
/** A Python number as a 0-d tensor of `dtype`. */
const literal = (dtype: DType, x: ScalarOf<number>): Strided => {
  if (typeof x !== "object") return scalarTensor(dtype, x);
  return cast(makeComplex(scalarTensor("float64", x.re), scalarTensor("float64", x.im)), dtype);
};

/** What torch's `reduce` names do; the core's names for them. */
const reductions = { sum: "add", add: "add", prod: "mul", multiply: "mul", mean: "mean", amax: "max", amin: "min" } as const;
export type Reduction = keyof typeof reductions;

export function reductionOf(name: string): Reduction {
  if (name in reductions) return name as Reduction;
  throw new OnnxExporterError("aten/reduce", `scatter: unknown reduce "${name}"`, `one of ${Object.keys(reductions).join(", ")}`);
}

/** What is linear in complex tensors is done on their parts. */
const byParts = (x: Strided, y: Strided, f: (x: Strided, y: Strided) => Strided): Strided =>
  isComplex(x.dtype) ? makeComplex(f(realPart(x), realPart(y)), f(imagPart(x), imagPart(y))) : f(x, y);

interface Scattered {
  readonly self: Strided;
  readonly dim: number;
  readonly index: Strided;
  readonly src: Strided;
}

/** `src` cut to the index's shape: torch reads no more of it. */
const cut = (src: Strided, shape: readonly number[]): Strided =>
  shape.reduce((x, n, d) => (x.shape[d] === n ? x : slice(x, d, 0, n, 1)), src);

function scattered({ self, dim, index, src }: Scattered, reduce: "none" | "add" | "mul" | "max" | "min"): Strided {
  const [x, at, from] = [self, cast(index, "int64"), src].map(atLeast1) as [Strided, Strided, Strided];
  const d = wrapDim(dim, rankOf(self));
  const into = (y: Strided, z: Strided): Strided => scatterElements(y, d, at, z, reduce);
  const out = reduce === "add" ? byParts(x, cut(from, at.shape), into) : into(x, cut(from, at.shape));
  return self.shape.length === 0 ? reshape(out, []) : out;
}

const likeIndex = (x: Strided, index: Strided, value: ScalarOf<number>): Strided => expand(literal(x.dtype, value), index.shape);

/** What a reduction starts from: combining it with x gives x. */
function neutralOf(reduce: Reduction, dtype: DType): number | bigint {
  if (reduce === "prod" || reduce === "multiply") return 1;
  if (reduce === "amax") return leastOf(dtype);
  if (reduce === "amin") return greatestOf(dtype);
  return 0;
}

/** `scatter_reduce`: without `include_self`, places that are written to start from the reduction's neutral element. */
function scatterReduce({
  self,
  dim,
  index,
  src,
  reduce: name,
  include_self,
}: Scattered & { reduce: string; include_self: boolean }): Strided {
  const reduce = reductionOf(name);
  const start = include_self ? self : scattered({ self, dim, index, src: likeIndex(self, index, neutralOf(reduce, self.dtype)) }, "none");
  const kind = reductions[reduce];
  if (kind !== "mean") return scattered({ self: start, dim, index, src }, kind);
  const sum = scattered({ self: start, dim, index, src }, "add");
  const ones = fill(self.dtype, self.shape, include_self ? 1 : 0);
  const count = scattered({ self: ones, dim, index, src: likeIndex(self, index, 1) }, "add");
  const divisor = binary("maximum", count, scalarTensor(self.dtype, 1));
  return binary(isFloat(self.dtype) ? "div" : "floor_div", sum, divisor);
}

/** An index vector along `dim` as the full index of `scatter`, shaped like `src`. */
function spreadIndex(call: Call, self: Symbolic, dim: number, index: Symbolic, shape: Shape): Symbolic {
  const own = shape.map((_, i) => (i === wrapDim(dim, rankOf(self)) ? product(index.shape) : 1));
  return call("aten::expand", { self: call("aten::reshape", { self: index, shape: own }), size: shape });
}

interface ByVector {
  readonly self: Symbolic;
  readonly dim: number;
  readonly index: Symbolic;
}

/** `source` in the shape that rows of `self` have: torch takes a 0-d source for one element. */
function rowsFor(call: Call, { self, dim, index }: ByVector, source: Symbolic): Symbolic {
  if (rankOf(source) === rankOf(self)) return source;
  const d = wrapDim(dim, rankOf(self));
  return call("aten::reshape", { self: source, shape: self.shape.map((n, i) => (i === d ? product(index.shape) : n)) });
}

/** index_copy, index_add, index_reduce as a scatter of whole rows. */
const byVector = (call: Call, args: ByVector, source: Symbolic, then: (index: Symbolic, src: Symbolic) => Symbolic): Symbolic => {
  const src = rowsFor(call, args, source);
  return then(spreadIndex(call, args.self, args.dim, args.index, src.shape), src);
};

function indexFill({ self, dim, index }: ByVector, value: ScalarOf<Dim>, call: Call): Symbolic {
  const d = wrapDim(dim, rankOf(self));
  const shape = self.shape.map((n, i) => (i === d ? product(index.shape) : n));
  return call("aten::scatter.value", { self, dim, index: spreadIndex(call, self, dim, index, shape), value });
}

interface Put {
  readonly self: Strided;
  readonly indices: readonly (Strided | null)[];
  readonly values: Strided;
  readonly accumulate: boolean;
}

const putting = {
  meta: same,
  eval: ({ self, indices, values, accumulate }: Put): Strided =>
    accumulate ? byParts(self, values, (x, y) => indexPut(x, indices, y, true)) : indexPut(self, indices, values, false),
};

/** A copy of `x` with its own storage of the same layout, so that strided views of it mean the same. */
function cloneStorage(x: Strided): Strided {
  const storage = new Storage(x.storage.nbytes);
  storage.bytes().set(x.storage.bytes());
  return { ...x, storage };
}

/** A copy of `self` in which the view that `viewOf` makes holds `src`. */
const writingTo = <A extends { readonly self: Strided; readonly src: Strided }>(viewOf: (self: Strided, args: A) => Strided) => ({
  meta: same,
  eval: (args: A): Strided => {
    const out = clone(args.self);
    copyInto(viewOf(out, args), args.src);
    return out;
  },
});

/** Elements of `source`, in order, where `mask` is true. */
function maskedScatter(
  { self, mask, source }: { readonly self: Symbolic; readonly mask: Symbolic; readonly source: Symbolic },
  call: Call,
): Symbolic {
  const size = broadcastShapes(self.shape, mask.shape);
  const [x, m] = [call("aten::expand", { self, size }), call("aten::expand", { self: mask, size })];
  const flat = call("aten::flatten.using_ints", { self: m, start_dim: 0, end_dim: -1 });
  const order = call("aten::sub.Scalar", { self: call("aten::cumsum", { self: flat, dim: 0 }), other: 1 });
  const place = call("aten::clamp", { self: order, min: 0, max: null });
  const elements = call("aten::flatten.using_ints", { self: source, start_dim: 0, end_dim: -1 });
  const taken = call("aten::reshape", { self: call("aten::index_select", { self: elements, dim: 0, index: place }), shape: size });
  return call("aten::where.self", { condition: m, self: taken, other: x });
}

export const scatter = {
  "aten::scatter.src": { meta: same, eval: (args) => scattered(args, "none") },
  "aten::scatter.value": {
    meta: same,
    eval: ({ self, dim, index, value }) => scattered({ self, dim, index, src: likeIndex(self, index, value) }, "none"),
  },
  "aten::scatter.reduce": {
    decompose: ({ reduce, ...args }, call) => call("aten::scatter_reduce.two", { ...args, reduce: twoName(reduce), include_self: true }),
  },
  "aten::scatter.value_reduce": {
    meta: same,
    eval: ({ self, dim, index, value, reduce }) =>
      scatterReduce({ self, dim, index, src: likeIndex(self, index, value), reduce, include_self: true }),
  },
  "aten::scatter_add": { meta: same, eval: (args) => scattered(args, args.self.dtype === "bool" ? "max" : "add") },
  "aten::scatter_reduce.two": { meta: same, eval: scatterReduce },
  "aten::index_add": {
    decompose: ({ alpha, source, ...args }, call) =>
      byVector(call, args, alpha === 1 ? source : call("aten::mul.Scalar", { self: source, other: alpha }), (index, src) =>
        call("aten::scatter_add", { self: args.self, dim: args.dim, index, src }),
      ),
  },
  "aten::index_copy": {
    decompose: ({ source, ...args }, call) =>
      byVector(call, args, source, (index, src) => call("aten::scatter.src", { self: args.self, dim: args.dim, index, src })),
  },
  "aten::index_reduce": {
    decompose: ({ source, reduce, include_self, ...args }, call) =>
      byVector(call, args, source, (index, src) =>
        call("aten::scatter_reduce.two", { self: args.self, dim: args.dim, index, src, reduce, include_self }),
      ),
  },
  "aten::index_fill.int_Scalar": { decompose: ({ value, ...args }, call) => indexFill(args, value, call) },
  "aten::index_fill.int_Tensor": {
    decompose: ({ value, ...args }, call) => {
      const d = wrapDim(args.dim, rankOf(args.self));
      const shape = args.self.shape.map((n, i) => (i === d ? product(args.index.shape) : n));
      const src = call("aten::expand", { self: value, size: shape });
      return call("aten::scatter.src", {
        self: args.self,
        dim: args.dim,
        index: spreadIndex(call, args.self, args.dim, args.index, shape),
        src,
      });
    },
  },
  ...each(["aten::index_put", "aten::_unsafe_index_put"], () => putting),
  "aten::put": {
    decompose: ({ self, index, source, accumulate }, call) => {
      const flat = call("aten::reshape", { self, shape: [product(self.shape)] });
      const values = call("aten::reshape", { self: source, shape: index.shape });
      return call("aten::reshape", {
        self: call("aten::index_put", { self: flat, indices: [index], values, accumulate }),
        shape: self.shape,
      });
    },
  },
  "aten::masked_scatter": { decompose: maskedScatter },
  "aten::select_scatter": writingTo((self, { dim, index }: { self: Strided; src: Strided; dim: number; index: number }) =>
    view["aten::select.int"].eval({ self, dim, index }),
  ),
  "aten::slice_scatter": writingTo(
    (self, a: { self: Strided; src: Strided; dim: number; start: number | null; end: number | null; step: number }) =>
      view["aten::slice.Tensor"].eval({ ...a, self }),
  ),
  "aten::diagonal_scatter": writingTo((self, a: { self: Strided; src: Strided; offset: number; dim1: number; dim2: number }) =>
    view["aten::diagonal"].eval({ ...a, self }),
  ),
  "aten::as_strided_scatter": {
    meta: same,
    eval: ({ self, src, size, stride, storage_offset }) => {
      const out = cloneStorage(self);
      copyInto(view["aten::as_strided"].eval({ self: out, size, stride, storage_offset }), src);
      return out;
    },
  },
} satisfies AtenTable;

/** `scatter`'s own names for reductions, in `scatter_reduce`'s. */
const twoName = (reduce: string): string => ({ add: "sum", multiply: "prod" })[reduce] ?? reduce;
