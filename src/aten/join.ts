/** @file Joining and splitting: cat, stack, split, repeat, roll, flip and what is said in them. */

import { cast } from "../core/ops/elementwise.ts";
import { concat, flip, repeat, slice } from "../core/ops/layout.ts";
import { fromIntegers, integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { OnnxExporterError } from "../errors.ts";
import { add, ceildiv, type Dim, floordiv, isStatic, max, mod, mul, product, type Shape, show, sub } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { chunkSizes, clampBound, pieceSizes, sectionSizes, shaped, showShape, sizes, startOf, wrapDim, wrapDims } from "./view-shape.ts";

interface Tensors<T = Symbolic> {
  readonly tensors: readonly T[];
}
interface Joined<T> extends Tensors<T> {
  readonly dim: number;
}

const rankOf = (x: Typed): number => x.shape.length;
/** torch's `cat` skips 1-d tensors of no elements, whatever the rank of the others. */
const isSkipped = (x: Typed): boolean => rankOf(x) === 1 && x.shape[0] === 0;

/** The operands of a `cat` that have a say in its result. */
export function joinedOperands<T extends Typed>(tensors: readonly T[]): readonly T[] {
  const kept = tensors.filter((t) => !isSkipped(t));
  if (tensors.length === 0) throw new OnnxExporterError("shape/cat", "cat got no tensors", "give at least one");
  return kept.length > 0 ? kept : tensors.slice(0, 1);
}

const joining = {
  meta({ tensors, dim }: Joined<Typed>): Meta {
    const parts = joinedOperands(tensors);
    const first = parts[0] as Typed;
    const d = wrapDim(dim, rankOf(first));
    const shape = first.shape.map((n, i) => {
      if (i === d) return parts.reduce<Dim>((sum, t) => add(sum, t.shape[d] as Dim), 0);
      const known = parts.map((t) => t.shape[i] as Dim).find(isStatic) ?? n;
      const odd = parts.find((t) => isStatic(t.shape[i] as Dim) && t.shape[i] !== known);
      if (odd === undefined && parts.every((t) => rankOf(t) === rankOf(first))) return known;
      const all = parts.map((t) => showShape(t.shape)).join(", ");
      throw new OnnxExporterError("shape/cat", `cat along dim ${dim}: sizes of ${all} differ`, "all dims but the joined one must be equal");
    });
    return shaped(first, shape);
  },
  eval({ tensors, dim }: Joined<Strided>): Strided {
    const parts = joinedOperands(tensors);
    return concat([...parts], wrapDim(dim, rankOf(parts[0] as Typed)));
  },
};

interface Splitting {
  readonly self: Typed;
  readonly dim: number;
}

/** Consecutive pieces along `dim`, as views. */
function split<A extends Splitting>(piecesOf: (args: A, size: Dim) => Shape) {
  const pieces = (args: A): Shape => piecesOf(args, args.self.shape[wrapDim(args.dim, rankOf(args.self))] as Dim);
  return {
    meta: (args: A): Meta[] => {
      const d = wrapDim(args.dim, rankOf(args.self));
      return pieces(args).map((n) =>
        shaped(
          args.self,
          args.self.shape.map((own, i) => (i === d ? n : own)),
        ),
      );
    },
    eval: (args: A & { readonly self: Strided }): Strided[] => {
      const d = wrapDim(args.dim, rankOf(args.self));
      const parts = sizes(pieces(args));
      return parts.map((n, i) => {
        const start = startOf(parts, i) as number;
        return slice(args.self, d, start, start + n, 1);
      });
    },
  };
}

/** `split_with_sizes`: the sizes must add up. */
const bySizes = (parts: Shape, size: Dim): Shape => {
  const total = parts.reduce<Dim>((a, b) => add(a, b), 0);
  if (!isStatic(total) || !isStatic(size) || total === size) return parts;
  throw new OnnxExporterError("shape/split", `split sizes ${showShape(parts)} add up to ${total}, the dim has ${size}`, "make them add up");
};

const byStep = split(({ split_size }: Splitting & { readonly split_size: Dim }, size) => pieceSizes(size, split_size));
const byList = split(({ split_sizes }: Splitting & { readonly split_sizes: Shape }, size) => bySizes(split_sizes, size));
const byChunks = split(({ chunks }: Splitting & { readonly chunks: number }, size) => chunkSizes(size, chunks));

/** The sizes between the cuts of `tensor_split`; a cut before the previous one gives an empty piece. */
function cutSizes(indices: Shape, size: Dim): Dim[] {
  const cuts = [0, ...indices.map((i) => clampBound(i, size, 0) ?? i), size];
  return cuts.slice(1).map((end, i) => max(sub(end, cuts[i] as Dim), 0));
}

/** `tensor_split` at cuts: each piece is a slice, so that overlapping cuts do as torch does. */
const byCuts = {
  meta: (args: Splitting & { readonly indices: Shape }): Meta[] =>
    split(({ indices }: Splitting & { readonly indices: Shape }, size) => cutSizes(indices, size)).meta(args),
  eval: ({ self, indices, dim }: { readonly self: Strided; readonly indices: readonly number[]; readonly dim: number }): Strided[] => {
    const d = wrapDim(dim, rankOf(self));
    const size = self.shape[d] as number;
    const cuts = [0, ...indices.map((i) => clampBound(i, size, 0) as number), size];
    return cuts.slice(1).map((end, i) => slice(self, d, cuts[i] as number, Math.max(end, cuts[i] as number), 1));
  },
};

const sectioned = split(({ sections }: Splitting & { readonly sections: Dim }, size) => {
  if (isStatic(sections)) return sectionSizes(size, sections);
  throw new OnnxExporterError("shape/split", `tensor_split into ${show(sections)} sections`, "fix the number of sections");
});

/** Dim of `hsplit`, `vsplit`, `dsplit` as a tensor_split. */
const splitAlong = (dimOf: (rank: number) => number) => ({
  int: {
    decompose: ({ self, sections }: { readonly self: Symbolic; readonly sections: number }, call: Call) =>
      call("aten::tensor_split.sections", { self, sections, dim: dimOf(rankOf(self)) }),
  },
  array: {
    decompose: ({ self, indices }: { readonly self: Symbolic; readonly indices: readonly number[] }, call: Call) =>
      call("aten::tensor_split.indices", { self, indices, dim: dimOf(rankOf(self)) }),
  },
});
const hsplit = splitAlong((rank) => (rank === 1 ? 0 : 1));
const vsplit = splitAlong(() => 0);
const dsplit = splitAlong(() => 2);

interface Repeating {
  readonly self: Typed;
  readonly repeats: Shape;
}

const repeating = {
  meta({ self, repeats }: Repeating): Meta {
    const lead = repeats.length - rankOf(self);
    if (lead < 0) {
      const message = `repeat ${showShape(repeats)} has fewer numbers than ${showShape(self.shape)} has dims`;
      throw new OnnxExporterError("shape/repeat", message, "give one number per dim");
    }
    return shaped(
      self,
      repeats.map((n, i) => (i < lead ? n : mul(n, self.shape[i - lead] as Dim))),
    );
  },
  eval: ({ self, repeats }: Repeating & { readonly self: Strided; readonly repeats: readonly number[] }): Strided =>
    repeat(self, [...repeats]),
};

interface Interleaved {
  readonly self: Symbolic;
  readonly dim: number | null;
  readonly output_size: Dim | null;
}

const alongOrFlat = (call: Call, self: Symbolic, dim: number | null): [Symbolic, number] =>
  dim === null ? [call("aten::flatten.using_ints", { self, start_dim: 0, end_dim: -1 }), 0] : [self, wrapDim(dim, rankOf(self))];

/** Every element `repeats` times in a row: a new dim behind, expanded and merged. */
function interleave({ self, repeats, dim }: Interleaved & { readonly repeats: Dim }, call: Call): Symbolic {
  const [x, d] = alongOrFlat(call, self, dim);
  const size = [...x.shape.slice(0, d + 1), repeats, ...x.shape.slice(d + 1)];
  const wide = call("aten::expand", { self: call("aten::unsqueeze", { self: x, dim: d + 1 }), size });
  return algebra(call).reshape(
    wide,
    x.shape.map((n, i) => (i === d ? mul(n, repeats) : n)),
  );
}

/** Element i `repeats[i]` times: rows gathered by `repeat_interleave.Tensor`. */
function interleaveBy({ self, repeats, dim, output_size }: Interleaved & { readonly repeats: Symbolic }, call: Call): Symbolic {
  const [x, d] = alongOrFlat(call, self, dim);
  const each = repeats.shape.length === 0 ? algebra(call).reshape(repeats, [1]) : repeats;
  const counts = each.shape[0] === 1 && x.shape[d] !== 1 ? call("aten::expand", { self: each, size: [x.shape[d] as Dim] }) : each;
  return call("aten::index_select", { self: x, dim: d, index: call("aten::repeat_interleave.Tensor", { repeats: counts, output_size }) });
}

interface Rolled {
  readonly self: Symbolic;
  readonly shifts: Shape;
  readonly dims: readonly number[];
}

/** The last `shift` elements first: two slices joined, dim by dim. */
function roll({ self, shifts, dims }: Rolled, call: Call): Symbolic {
  if (dims.length === 0) {
    const flat = call("aten::flatten.using_ints", { self, start_dim: 0, end_dim: -1 });
    return algebra(call).reshape(roll({ self: flat, shifts, dims: [0] }, call), self.shape);
  }
  return dims.reduce((x, d, i) => {
    const dim = wrapDim(d, rankOf(x));
    const size = x.shape[dim] as Dim;
    const shift = shifts[i] as Dim;
    if (shift === 0 || size === 0 || rankOf(x) === 0) return x;
    const cut = mod(sub(size, shift), size);
    if (cut === 0) return x;
    const tail = call("aten::slice.Tensor", { self: x, dim, start: cut, end: null, step: 1 });
    const head = call("aten::slice.Tensor", { self: x, dim, start: 0, end: cut, step: 1 });
    return call("aten::cat", { tensors: [tail, head], dim });
  }, self);
}

/** Quarter turns in the plane of `dims`: a flip and a transpose, or two flips. */
function rot90({ self, k, dims }: { readonly self: Symbolic; readonly k: number; readonly dims: readonly number[] }, call: Call): Symbolic {
  const [a, b] = wrapDims(dims, rankOf(self)) as [number, number];
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return call("aten::clone", { self });
  if (turns === 2) return call("aten::flip", { self, dims: [a, b] });
  const flipped = call("aten::flip", { self, dims: [turns === 1 ? b : a] });
  return call("aten::clone", { self: call("aten::transpose.int", { self: flipped, dim0: a, dim1: b }) });
}

/** d / by, where torch requires that it divides. */
function exactly(d: Dim, by: Dim, op: string): Dim {
  if (!isStatic(d) || !isStatic(by) || d % by === 0) return floordiv(d, by);
  throw new OnnxExporterError("shape/divide", `${op}: a size of ${d} is not a multiple of ${by}`, "change the factor, or the size");
}

/** Channels into space: [*, C r r, H, W] -> [*, C, H r, W r]. */
function pixelShuffle({ self, upscale_factor: r }: { readonly self: Symbolic; readonly upscale_factor: number }, call: Call): Symbolic {
  const { reshape } = algebra(call);
  const [lead, [c, h, w]] = [self.shape.slice(0, -3), self.shape.slice(-3) as [Dim, Dim, Dim]];
  const out = exactly(c, r * r, "pixel_shuffle");
  const n = lead.length;
  const parts = reshape(self, [...lead, out, r, r, h, w]);
  const order = [...lead.map((_, i) => i), n, n + 3, n + 1, n + 4, n + 2];
  return reshape(call("aten::permute", { self: parts, dims: order }), [...lead, out, mul(h, r), mul(w, r)]);
}

/** Space into channels: the inverse of `pixelShuffle`. */
function pixelUnshuffle(
  { self, downscale_factor: r }: { readonly self: Symbolic; readonly downscale_factor: number },
  call: Call,
): Symbolic {
  const { reshape } = algebra(call);
  const [lead, [c, h, w]] = [self.shape.slice(0, -3), self.shape.slice(-3) as [Dim, Dim, Dim]];
  const [rows, columns] = [exactly(h, r, "pixel_unshuffle"), exactly(w, r, "pixel_unshuffle")];
  const n = lead.length;
  const parts = reshape(self, [...lead, c, rows, r, columns, r]);
  const order = [...lead.map((_, i) => i), n, n + 2, n + 4, n + 1, n + 3];
  return reshape(call("aten::permute", { self: parts, dims: order }), [...lead, mul(c, r * r), rows, columns]);
}

/** Groups of channels dealt out like cards: [N, g n, *] -> [N, n g, *]. */
function channelShuffle({ self, groups }: { readonly self: Symbolic; readonly groups: Dim }, call: Call): Symbolic {
  const { reshape } = algebra(call);
  const [batch, c, ...rest] = self.shape as [Dim, Dim, ...Dim[]];
  const parts = reshape(self, [batch, groups, exactly(c, groups, "channel_shuffle"), ...rest]);
  return reshape(call("aten::transpose.int", { self: parts, dim0: 1, dim1: 2 }), self.shape);
}

interface ChunkCat extends Joined<Symbolic> {
  readonly num_chunks: number;
}

/** Each tensor padded with zeros to whole chunks of `dim`, [..., chunks, the rest in one dim], side by side. */
function chunkCat({ tensors, dim, num_chunks }: ChunkCat, call: Call): Symbolic {
  const d = wrapDim(dim, rankOf(tensors[0] as Symbolic));
  const rows = tensors.map((self) => {
    const size = self.shape[d] as Dim;
    const chunk = ceildiv(size, num_chunks);
    const missing = sub(mul(chunk, num_chunks), size);
    const inner = self.shape.slice(d + 1);
    const pad = [...inner.flatMap((): Dim[] => [0, 0]), 0, missing];
    const whole = missing === 0 ? self : call("aten::constant_pad_nd", { self, pad, value: 0 });
    return algebra(call).reshape(whole, [...self.shape.slice(0, d), num_chunks, mul(chunk, product(inner))]);
  });
  return call("aten::cat", { tensors: rows, dim: d + 1 });
}

export const join = {
  ...each(["aten::cat", "aten::concat", "aten::concatenate"], () => joining),
  "aten::pad_sequence": {
    decompose: ({ sequences, batch_first, padding_value, padding_side }, call) => {
      const first = sequences[0];
      if (first === undefined) throw new OnnxExporterError("shape/pad-sequence", "pad_sequence got no sequences", "give at least one");
      const longest = sequences.map((s) => s.shape[0] as Dim).reduce((a, b) => max(a, b));
      const rows = sequences.map((self) => {
        const missing = sub(longest, self.shape[0] as Dim);
        const ends = padding_side === "left" ? [missing, 0] : [0, missing];
        return call("aten::constant_pad_nd", {
          self,
          pad: [...new Array<number>(2 * (rankOf(self) - 1)).fill(0), ...ends],
          value: padding_value,
        });
      });
      return call("aten::stack", { tensors: rows, dim: batch_first ? 0 : 1 });
    },
  },
  "aten::stack": {
    decompose: ({ tensors, dim }, call) => {
      const at = wrapDim(dim, rankOf(tensors[0] as Typed) + 1);
      return call("aten::cat", { tensors: tensors.map((self) => call("aten::unsqueeze", { self, dim: at })), dim: at });
    },
  },

  ...each(["aten::split.Tensor", "aten::unsafe_split.Tensor"], () => byStep),
  "aten::split.sizes": split(({ split_size }: Splitting & { readonly split_size: Shape }, size) => bySizes(split_size, size)),
  ...each(["aten::split_with_sizes", "aten::unsafe_split_with_sizes"], () => byList),
  ...each(["aten::chunk", "aten::unsafe_chunk"], () => byChunks),
  "aten::tensor_split.sections": sectioned,
  "aten::tensor_split.indices": byCuts,
  "aten::tensor_split.tensor_indices_or_sections": {
    meta: ({ self, tensor_indices_or_sections: cuts, dim }, fresh) => {
      const d = wrapDim(dim, rankOf(self));
      const pieces = cuts.shape.length === 1 ? cuts.shape[0] : undefined;
      if (pieces === undefined || !isStatic(pieces)) {
        throw new OnnxExporterError(
          "trace/data-dependent",
          "tensor_split by a tensor: the number of pieces is not known",
          "give the sections as numbers",
        );
      }
      return Array.from({ length: pieces + 1 }, () =>
        shaped(
          self,
          self.shape.map((n, i) => (i === d ? fresh("u") : n)),
        ),
      );
    },
    eval: ({ self, tensor_indices_or_sections: cuts, dim }) => {
      const values = integers(cuts);
      if (cuts.shape.length === 0) return sectioned.eval({ self, sections: values[0] as number, dim });
      return byCuts.eval({ self, indices: values, dim });
    },
  },
  "aten::hsplit.int": hsplit.int,
  "aten::hsplit.array": hsplit.array,
  "aten::vsplit.int": vsplit.int,
  "aten::vsplit.array": vsplit.array,
  "aten::dsplit.int": dsplit.int,
  "aten::dsplit.array": dsplit.array,
  "aten::unbind.int": {
    decompose: ({ self, dim }, call) => {
      const n = self.shape[wrapDim(dim, rankOf(self))] as Dim;
      if (isStatic(n)) return Array.from({ length: n }, (_, index) => call("aten::select.int", { self, dim, index }));
      throw new OnnxExporterError("shape/unbind", `unbind along a dim of ${show(n)}: the number of results is not known`, "fix that size");
    },
  },
  "aten::unbind_copy.int": {
    decompose: (args, call) => call("aten::unbind.int", args).map((self) => call("aten::clone", { self })),
  },
  "aten::split_copy.Tensor": {
    decompose: (args, call) => call("aten::split.Tensor", args).map((self) => call("aten::clone", { self })),
  },
  "aten::split_with_sizes_copy": {
    decompose: (args, call) => call("aten::split_with_sizes", args).map((self) => call("aten::clone", { self })),
  },

  "aten::repeat": repeating,
  "aten::tile": {
    decompose: ({ self, dims }, call) => {
      const repeats = [...new Array<Dim>(Math.max(rankOf(self) - dims.length, 0)).fill(1), ...dims];
      return call("aten::repeat", { self, repeats });
    },
  },
  "aten::repeat_interleave.self_int": { decompose: interleave },
  "aten::repeat_interleave.self_Tensor": { decompose: interleaveBy },
  "aten::repeat_interleave.Tensor": {
    meta: ({ repeats, output_size }, fresh) => shaped(repeats, [output_size ?? fresh("u")]),
    eval: ({ repeats }) => cast(fromIntegers(integers(repeats).flatMap((n, i) => new Array<number>(n).fill(i))), repeats.dtype),
  },
  "aten::roll": { decompose: roll },
  "aten::flip": {
    meta: ({ self }) => shaped(self, self.shape),
    eval: ({ self, dims }) =>
      flip(
        self,
        wrapDims(dims, rankOf(self)).filter((d) => d < rankOf(self)),
      ),
  },
  "aten::fliplr": { decompose: ({ self }, call) => call("aten::flip", { self, dims: [1] }) },
  "aten::flipud": { decompose: ({ self }, call) => call("aten::flip", { self, dims: [0] }) },
  "aten::rot90": { decompose: rot90 },
  "aten::pixel_shuffle": { decompose: pixelShuffle },
  "aten::pixel_unshuffle": { decompose: pixelUnshuffle },
  ...each(["aten::channel_shuffle", "aten::native_channel_shuffle"], () => ({ decompose: channelShuffle })),
  "aten::_chunk_cat": { decompose: chunkCat },
} satisfies AtenTable;
