/**
 * @file How a view is written back: for each view op, the functional op that puts a changed view into its base. Functionalization walks up
 * a chain of views with these rows; an op without a row cannot be written through.
 */

import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { add, type Dim, mul, type Shape } from "../symbolic.ts";
import { each } from "./broadcast.ts";
import type { ArgsOf, Call, Op, Symbolic } from "./table.ts";
import { chunkSizes, inversePermutation, moveDims, reshapingOps, sectionSizes, startOf, swapDims, wrapDim } from "./view-shape.ts";

/** The new value of `base` after its view (result `outputIndex` of the op with `args`) became `newView`. */
export type ViewInverse<K extends Op> = (
  call: Call,
  base: Symbolic,
  newView: Symbolic,
  args: ArgsOf<K, Symbolic, Dim>,
  outputIndex: number,
) => Symbolic;
export type ViewInverses = { readonly [K in Op]?: ViewInverse<K> };

/** Elements in order: the same elements under the base's shape. */
const reshapeBack = (call: Call, base: Symbolic, newView: Symbolic): Symbolic =>
  call("aten::reshape", { self: newView, shape: base.shape });

/** Permutations: the inverse permutation. */
const permuteBack =
  <A>(dimsOf: (args: A, rank: number) => readonly number[]) =>
  (call: Call, base: Symbolic, newView: Symbolic, args: A): Symbolic =>
    call("aten::permute", { self: newView, dims: inversePermutation(dimsOf(args, base.shape.length)) });

const reversed = (_: unknown, rank: number): number[] => Array.from({ length: rank }, (_, i) => rank - 1 - i);
const lastTwo = (_: unknown, rank: number): number[] => (rank < 2 ? reversed(_, rank) : swapDims(rank, -2, -1));

/** A piece of `base` along `dim` that starts at `start`. */
function pieceBack(call: Call, base: Symbolic, src: Symbolic, dim: number, start: Dim): Symbolic {
  const d = wrapDim(dim, base.shape.length);
  return call("aten::slice_scatter", { self: base, src, dim: d, start, end: add(start, src.shape[d] as Dim), step: 1 });
}

/** Several elements of the base may lie under one element of the view, or the other way round: there is no one answer. */
const refused = (op: string) => (): never => {
  const hint = "write to a clone of it (x.expand(...).clone()), or to the tensor that it came from";
  throw new OnnxExporterError("normalize/view-inverse", `a result of ${op} is written in place, and its elements overlap in memory`, hint);
};

type Split<S> = { readonly self: Symbolic; readonly dim: number } & S;
const sizeAt = (base: Symbolic, dim: number): Dim => base.shape[wrapDim(dim, base.shape.length)] as Dim;
const splitBack =
  <S>(piecesOf: (args: Split<S>, size: Dim) => Shape) =>
  (call: Call, base: Symbolic, newView: Symbolic, args: Split<S>, i: number): Symbolic =>
    pieceBack(call, base, newView, args.dim, startOf(piecesOf(args, sizeAt(base, args.dim)), i));

export const viewInverses = {
  ...each([...reshapingOps, "aten::unsqueeze", "aten::atleast_1d", "aten::atleast_2d", "aten::atleast_3d"], () => reshapeBack),
  ...each(
    [
      "aten::alias",
      "aten::detach",
      "aten::lift",
      "aten::lift_fresh",
      "aten::contiguous",
      // that cast nothing, or drop nothing: others are copies
      "aten::to.dtype",
      "aten::to.dtype_layout",
      "aten::to.device",
      "aten::to.other",
      "aten::type_as",
      "aten::dropout",
      "aten::feature_dropout",
      "aten::alpha_dropout",
      "aten::feature_alpha_dropout",
    ],
    () => (_: Call, _base: Symbolic, newView: Symbolic) => newView,
  ),
  "aten::permute": permuteBack(({ dims }: { readonly dims: readonly number[] }, rank) => dims.map((d) => wrapDim(d, rank))),
  ...each(["aten::transpose.int", "aten::swapdims"], () =>
    permuteBack((a: { readonly dim0: number; readonly dim1: number }, rank) => swapDims(rank, a.dim0, a.dim1)),
  ),
  "aten::swapaxes": permuteBack((a: { readonly axis0: number; readonly axis1: number }, rank) => swapDims(rank, a.axis0, a.axis1)),
  ...each(["aten::t", "aten::numpy_T"], () => permuteBack(reversed)),
  "aten::mT": permuteBack(lastTwo),
  ...each(["aten::movedim.int", "aten::moveaxis.int"], () =>
    permuteBack((a: { readonly source: number; readonly destination: number }, rank) => moveDims(rank, [a.source], [a.destination])),
  ),
  ...each(["aten::movedim.intlist", "aten::moveaxis.intlist"], () =>
    permuteBack((a: { readonly source: readonly number[]; readonly destination: readonly number[] }, rank) =>
      moveDims(rank, a.source, a.destination),
    ),
  ),
  "aten::select.int": (call, self, src, { dim, index }) => call("aten::select_scatter", { self, src, dim, index }),
  "aten::slice.Tensor": (call, self, src, { dim, start, end, step }) => call("aten::slice_scatter", { self, src, dim, start, end, step }),
  "aten::narrow": (call, self, src, { dim, start }) => {
    const fromEnd = typeof start === "number" && start < 0;
    return pieceBack(call, self, src, dim, fromEnd ? add(sizeAt(self, dim), start) : start);
  },
  "aten::diagonal": (call, self, src, { offset, dim1, dim2 }) => call("aten::diagonal_scatter", { self, src, offset, dim1, dim2 }),
  "aten::as_strided": (call, self, src, { size, stride, storage_offset }) =>
    call("aten::as_strided_scatter", { self, src, size, stride, storage_offset }),
  ...each(
    ["aten::split.Tensor", "aten::unsafe_split.Tensor"],
    () => (call: Call, base: Symbolic, newView: Symbolic, a: Split<{ readonly split_size: Dim }>, i: number) =>
      pieceBack(call, base, newView, a.dim, mul(a.split_size, i)),
  ),
  "aten::split.sizes": splitBack(({ split_size }: Split<{ readonly split_size: Shape }>) => split_size),
  ...each(["aten::split_with_sizes", "aten::unsafe_split_with_sizes"], () =>
    splitBack(({ split_sizes }: Split<{ readonly split_sizes: Shape }>) => split_sizes),
  ),
  ...each(["aten::chunk", "aten::unsafe_chunk"], () =>
    splitBack(({ chunks }: Split<{ readonly chunks: number }>, size) => chunkSizes(size, chunks)),
  ),
  "aten::tensor_split.sections": splitBack(({ sections }: Split<{ readonly sections: Dim }>, size) => sectionSizes(size, Number(sections))),
  "aten::tensor_split.indices": (call, base, newView, { indices, dim }, i) => {
    const start = i === 0 ? 0 : (indices[i - 1] as Dim);
    return pieceBack(call, base, newView, dim, typeof start === "number" && start < 0 ? add(sizeAt(base, dim), start) : start);
  },
  "aten::unbind.int": (call, self, src, { dim }, index) => call("aten::select_scatter", { self, src, dim, index }),
  // `expand` repeats one element
  "aten::expand": refused("aten::expand"),
  "aten::expand_as": refused("aten::expand_as"),
  "aten::broadcast_to": refused("aten::broadcast_to"),
  "aten::unfold": (call, base, newView, { dimension, size, step }) => {
    if (step < size) return refused("aten::unfold")();
    if (base.shape.length === 0) return reshapeBack(call, base, newView);
    const d = wrapDim(dimension, base.shape.length);
    // windows do not overlap: element k of all windows is the slice [k::step]
    let out = base;
    for (let k = 0; k < size; k++) {
      const src = call("aten::select.int", { self: newView, dim: -1, index: k });
      const end = add(mul(step, src.shape[d] as Dim), k - step + 1);
      out = call("aten::slice_scatter", { self: out, src, dim: d, start: k, end, step });
    }
    return out;
  },
  "aten::view_as_real": (call, _base, self) => call("aten::view_as_complex", { self }),
  "aten::view_as_complex": (call, _base, self) => call("aten::view_as_real", { self }),
  "aten::real": (call, base, real) =>
    isComplex(base.dtype) ? call("aten::complex", { real, imag: call("aten::imag", { self: base }) }) : real,
  "aten::imag": (call, base, imag) => call("aten::complex", { real: call("aten::real", { self: base }), imag }),
  "aten::view.dtype": (call, base, self) => call("aten::view.dtype", { self, dtype: base.dtype }),
} satisfies ViewInverses;
