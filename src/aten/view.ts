/** @file View ops: the same elements under another shape. `eval` aliases its argument's storage wherever PyTorch does. */

import { asStrided, expand, permute, reshape, select, slice, tryView, viewAs } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, dtypes, isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { add, type Dim, floordiv, mul, type Shape } from "../symbolic.ts";
import { each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Fresh, Meta, Symbolic } from "./table.ts";
import {
  clampBound,
  diagonalLength,
  expandShape,
  flattenShape,
  inferSize,
  moveDims,
  shaped,
  showShape,
  sizes,
  sliceLength,
  swapDims,
  wrapDim,
} from "./view-shape.ts";

interface Self {
  readonly self: Typed;
}
interface Sized extends Self {
  readonly size: Shape;
}
interface Other extends Self {
  readonly other: Typed;
}

/** Elements in order under another shape: a view where strides allow, else (`reshape`) a copy. */
function reshaped<A extends Self>(shapeOf: (args: A) => Shape) {
  return {
    meta: (args: A): Meta => shaped(args.self, shapeOf(args)),
    eval: (args: A & { readonly self: Strided }): Strided => reshape(args.self, sizes(shapeOf(args))),
  };
}

/** As `reshaped`, but a view or an error, as `aten::view`. */
function viewed<A extends Self>(shapeOf: (args: A) => Shape) {
  return {
    meta: (args: A): Meta => shaped(args.self, shapeOf(args)),
    eval: (args: A & { readonly self: Strided }): Strided => {
      const shape = sizes(shapeOf(args));
      const { self } = args;
      const view = tryView(self, shape);
      if (view !== null) return view;
      const strides = `${showShape(self.shape)} with strides ${showShape(self.strides)}`;
      throw new OnnxExporterError(
        "aten/view",
        `cannot view ${strides} as ${showShape(shape)} without a copy`,
        "use reshape instead of view",
      );
    },
  };
}

/** Dims in another order. */
function permuted<A extends Self>(dimsOf: (args: A) => readonly number[]) {
  return {
    meta: (args: A): Meta =>
      shaped(
        args.self,
        dimsOf(args).map((d) => args.self.shape[d] as Dim),
      ),
    eval: (args: A & { readonly self: Strided }): Strided => permute(args.self, [...dimsOf(args)]),
  };
}

const expanded = {
  meta: ({ self, size }: Sized): Meta => shaped(self, expandShape(self.shape, size)),
  eval: ({ self, size }: Sized & { readonly self: Strided }): Strided => expand(self, sizes(expandShape(self.shape, size))),
};

/** Results that are their argument. */
export const identity = {
  meta: ({ self }: Self): Meta => shaped(self, self.shape),
  eval: ({ self }: { readonly self: Strided }): Strided => self,
};

const rankOf = (x: Typed): number => x.shape.length;
const reversed = ({ self }: Self): number[] => self.shape.map((_, i) => rankOf(self) - 1 - i);
const lastTwo = ({ self }: Self): number[] => (rankOf(self) < 2 ? reversed({ self }) : swapDims(rankOf(self), -2, -1));

/** The dims of size 1 among `dims`, without them. A symbolic size is never taken for 1. */
const squeezed = (shape: Shape, dims: readonly number[]): Dim[] => {
  const drop = dims.map((d) => wrapDim(d, shape.length));
  return shape.filter((d, i) => d !== 1 || !drop.includes(i));
};
const every = (shape: Shape): number[] => shape.map((_, i) => i);

/** torch's conjugating transposes: on real tensors only the transpose. */
function adjoint({ self }: { readonly self: Symbolic }, call: Call): Symbolic {
  const turned = self.shape.length === 0 ? call("aten::alias", { self }) : call("aten::transpose.int", { self, dim0: -2, dim1: -1 });
  return isComplex(self.dtype) ? call("aten::conj_physical", { self: turned }) : turned;
}

interface Sliced {
  readonly self: Typed;
  readonly dim: number;
  readonly start: Dim | null;
  readonly end: Dim | null;
  readonly step: Dim;
}

const slicing = {
  meta({ self, dim, start, end, step }: Sliced, fresh: Fresh): Meta {
    const d = wrapDim(dim, rankOf(self));
    const length = sliceLength(self.shape[d] as Dim, start, end, step) ?? fresh("u");
    return shaped(
      self,
      self.shape.map((n, i) => (i === d ? length : n)),
    );
  },
  eval({
    self,
    dim,
    start,
    end,
    step,
  }: Sliced & { readonly self: Strided; readonly start: number | null; readonly end: number | null; readonly step: number }) {
    const d = wrapDim(dim, rankOf(self));
    const size = self.shape[d] as number;
    const from = clampBound(start, size, 0) as number;
    return slice(self, d, from, Math.max(from, clampBound(end, size, size) as number), step);
  },
};

interface Diagonal {
  readonly self: Typed;
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

const diagonal = {
  meta({ self, offset, dim1, dim2 }: Diagonal): Meta {
    const [a, b] = [wrapDim(dim1, rankOf(self)), wrapDim(dim2, rankOf(self))];
    const length = diagonalLength(self.shape[a] as Dim, self.shape[b] as Dim, offset);
    return shaped(self, [...self.shape.filter((_, i) => i !== a && i !== b), length]);
  },
  eval(args: Diagonal & { readonly self: Strided }): Strided {
    const { self, offset, dim1, dim2 } = args;
    const [a, b] = [wrapDim(dim1, rankOf(self)), wrapDim(dim2, rankOf(self))];
    const [p, q] = [self.strides[a] as number, self.strides[b] as number];
    const shape = sizes(diagonal.meta(args).shape);
    const strides = [...self.strides.filter((_, i) => i !== a && i !== b), p + q];
    const corner = shape.includes(0) ? 0 : offset >= 0 ? offset * q : -offset * p;
    return asStrided(self, shape, strides, self.offset + corner);
  },
};

interface Windows {
  readonly self: Typed;
  readonly dimension: number;
  readonly size: number;
  readonly step: number;
}

const unfolding = {
  meta({ self, dimension, size, step }: Windows): Meta {
    if (rankOf(self) === 0) return shaped(self, [size]);
    const d = wrapDim(dimension, rankOf(self));
    const count = sliceLength(add(self.shape[d] as Dim, 1 - size), 0, null, step) as Dim;
    return shaped(self, [...self.shape.map((n, i) => (i === d ? count : n)), size]);
  },
  eval(args: Windows & { readonly self: Strided }): Strided {
    const { self, dimension, step } = args;
    const shape = sizes(unfolding.meta(args).shape);
    if (rankOf(self) === 0) return asStrided(self, shape, [1], self.offset);
    const d = wrapDim(dimension, rankOf(self));
    const own = self.strides[d] as number;
    return asStrided(self, shape, [...self.strides.map((s, i) => (i === d ? s * step : s)), own], self.offset);
  },
};

/** The shape of the same bytes as elements of `dtype`: the last dim changes where sizes differ. */
function reinterpretedShape(self: Typed, dtype: DType): Dim[] {
  const [from, to] = [dtypes[self.dtype].size, dtypes[dtype].size];
  if (from === to) return [...self.shape];
  return self.shape.map((d, i) => (i < rankOf(self) - 1 ? d : floordiv(mul(d, from), to)));
}

interface Laid {
  readonly self: Typed;
  readonly size: Shape;
  readonly stride: Shape;
  readonly storage_offset: Dim | null;
}

export const view = {
  ...each(["aten::view", "aten::_reshape_alias"], () => viewed(({ self, size }: Sized) => inferSize(self.shape, size))),
  "aten::_unsafe_view": reshaped(({ self, size }: Sized) => inferSize(self.shape, size)),
  "aten::reshape": reshaped(({ self, shape }: Self & { readonly shape: Shape }) => inferSize(self.shape, shape)),
  "aten::view_as": viewed(({ self, other }: Other) => inferSize(self.shape, other.shape)),
  "aten::reshape_as": reshaped(({ self, other }: Other) => inferSize(self.shape, other.shape)),
  "aten::flatten.using_ints": reshaped((a: Self & { readonly start_dim: number; readonly end_dim: number }) =>
    flattenShape(a.self.shape, a.start_dim, a.end_dim),
  ),
  "aten::ravel": reshaped(({ self }: Self) => flattenShape(self.shape, 0, -1)),
  "aten::unflatten.int": viewed(({ self, dim, sizes: parts }: Self & { readonly dim: number; readonly sizes: Shape }) => {
    const d = wrapDim(dim, rankOf(self));
    return [...self.shape.slice(0, d), ...inferSize([self.shape[d] as Dim], parts), ...self.shape.slice(d + 1)];
  }),
  "aten::squeeze": viewed(({ self }: Self) => squeezed(self.shape, every(self.shape))),
  "aten::squeeze.dim": viewed(({ self, dim }: Self & { readonly dim: number }) => squeezed(self.shape, [dim])),
  "aten::squeeze.dims": viewed(({ self, dim }: Self & { readonly dim: readonly number[] }) => squeezed(self.shape, dim)),
  "aten::unsqueeze": viewed(({ self, dim }: Self & { readonly dim: number }) => self.shape.toSpliced(wrapDim(dim, rankOf(self) + 1), 0, 1)),

  "aten::permute": permuted(({ self, dims }: Self & { readonly dims: readonly number[] }) => dims.map((d) => wrapDim(d, rankOf(self)))),
  "aten::transpose.int": permuted((a: Self & { readonly dim0: number; readonly dim1: number }) => swapDims(rankOf(a.self), a.dim0, a.dim1)),
  "aten::swapdims": permuted((a: Self & { readonly dim0: number; readonly dim1: number }) => swapDims(rankOf(a.self), a.dim0, a.dim1)),
  "aten::swapaxes": permuted((a: Self & { readonly axis0: number; readonly axis1: number }) => swapDims(rankOf(a.self), a.axis0, a.axis1)),
  ...each(["aten::t", "aten::numpy_T"], () => permuted(reversed)),
  "aten::mT": permuted(lastTwo),
  ...each(["aten::mH", "aten::adjoint", "aten::matrix_H"], () => ({ decompose: adjoint })),
  ...each(["aten::movedim.int", "aten::moveaxis.int"], () =>
    permuted((a: Self & { readonly source: number; readonly destination: number }) =>
      moveDims(rankOf(a.self), [a.source], [a.destination]),
    ),
  ),
  ...each(["aten::movedim.intlist", "aten::moveaxis.intlist"], () =>
    permuted((a: Self & { readonly source: readonly number[]; readonly destination: readonly number[] }) =>
      moveDims(rankOf(a.self), a.source, a.destination),
    ),
  ),

  "aten::expand": expanded,
  "aten::broadcast_to": expanded,
  "aten::expand_as": {
    meta: ({ self, other }) => expanded.meta({ self, size: other.shape }),
    eval: ({ self, other }) => expanded.eval({ self, size: other.shape }),
  },

  "aten::slice.Tensor": slicing,
  "aten::narrow": {
    // narrow(x, -3, 3) is x[-3:], so the end may not be written as start + length when that is 0
    decompose: ({ self, dim, start, length }, call) => {
      const size = self.shape[wrapDim(dim, rankOf(self))] as Dim;
      const from = clampBound(start, size, 0) ?? start;
      return call("aten::slice.Tensor", { self, dim, start: from, end: add(from, length), step: 1 });
    },
  },
  "aten::narrow.Tensor": {
    decompose: ({ self, dim, start, length }, call) => {
      const place = call("aten::arange", { end: length, dtype: "int64" });
      const first = call("aten::to.dtype", { self: call("aten::reshape", { self: start, shape: [] }), dtype: "int64" });
      const size = self.shape[wrapDim(dim, rankOf(self))] as Dim;
      const index = call("aten::remainder.Scalar", { self: call("aten::add.Tensor", { self: place, other: first }), other: size });
      return call("aten::index_select", { self, dim, index });
    },
  },
  "aten::select.int": {
    meta: ({ self, dim }) => shaped(self, self.shape.toSpliced(wrapDim(dim, rankOf(self)), 1)),
    eval: ({ self, dim, index }) => {
      const d = wrapDim(dim, rankOf(self));
      const n = self.shape[d] as number;
      if (index >= -n && index < n) return select(self, d, index < 0 ? index + n : index);
      throw new OnnxExporterError("aten/index", `select: index ${index} is out of range for dim ${dim} of ${showShape(self.shape)}`);
    },
  },
  "aten::diagonal": diagonal,
  "aten::unfold": unfolding,
  "aten::as_strided": {
    meta: ({ self, size }: Laid) => shaped(self, size),
    eval: ({ self, size, stride, storage_offset }) => asStrided(self, [...size], [...stride], storage_offset ?? self.offset),
  },
  "aten::view.dtype": {
    meta: ({ self, dtype }) => ({ dtype, shape: reinterpretedShape(self, dtype) }),
    eval: ({ self, dtype }) => viewAs(self, dtype),
  },
  ...each(["aten::alias", "aten::detach", "aten::lift", "aten::lift_fresh"], () => identity),

  "aten::narrow_copy": { decompose: (args, call) => copied(call, call("aten::narrow", args)) },
  "aten::_reshape_copy": { decompose: ({ self, size }, call) => copied(call, call("aten::reshape", { self, shape: size })) },
  "aten::view_copy.dtype": { decompose: (args, call) => copied(call, call("aten::view.dtype", args)) },
  "aten::view_copy": { decompose: ({ self, size }, call) => copied(call, call("aten::view", { self, size })) },
  "aten::permute_copy": { decompose: ({ self, dims }, call) => copied(call, call("aten::permute", { self, dims })) },
  "aten::as_strided_copy": { decompose: (args, call) => copied(call, call("aten::as_strided", args)) },
  "aten::select_copy.int": { decompose: (args, call) => copied(call, call("aten::select.int", args)) },
  "aten::slice_copy.Tensor": { decompose: (args, call) => copied(call, call("aten::slice.Tensor", args)) },
  "aten::expand_copy": { decompose: (args, call) => copied(call, call("aten::expand", args)) },
  "aten::transpose_copy.int": { decompose: (args, call) => copied(call, call("aten::transpose.int", args)) },
  "aten::t_copy": { decompose: ({ self }, call) => copied(call, call("aten::t", { self })) },
  "aten::squeeze_copy": { decompose: ({ self }, call) => copied(call, call("aten::squeeze", { self })) },
  "aten::squeeze_copy.dim": { decompose: (args, call) => copied(call, call("aten::squeeze.dim", args)) },
  "aten::squeeze_copy.dims": { decompose: (args, call) => copied(call, call("aten::squeeze.dims", args)) },
  "aten::unsqueeze_copy": { decompose: (args, call) => copied(call, call("aten::unsqueeze", args)) },
  "aten::diagonal_copy": { decompose: (args, call) => copied(call, call("aten::diagonal", args)) },
  "aten::unfold_copy": { decompose: (args, call) => copied(call, call("aten::unfold", args)) },
  ...each(["aten::alias_copy", "aten::detach_copy"], () => ({
    decompose: ({ self }: { readonly self: Symbolic }, call: Call) => copied(call, self),
  })),
} satisfies AtenTable;

/** The elements of a view in storage of their own. */
const copied = (call: Call, self: Symbolic): Symbolic => call("aten::clone", { self });
