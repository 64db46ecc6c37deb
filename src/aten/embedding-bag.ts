/** @file embedding_bag: rows of a table added, averaged or maximized by bag. */

import { binary, cast, compare, fill, scalarTensor, where } from "../core/ops/elementwise.ts";
import { indexSelect, scatter } from "../core/ops/index.ts";
import { expand, reshape } from "../core/ops/layout.ts";
import { fromIntegers, integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, wideOf } from "../dtype.ts";
import { add, type Dim, product, sub } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { shaped } from "./view-shape.ts";

interface Bags<T> {
  readonly weight: T;
  readonly indices: T;
  readonly offsets: T;
  /** 0: sum, 1: mean, 2: max. */
  readonly mode: number;
  readonly per_sample_weights: T | null;
  readonly include_last_offset: boolean;
  readonly padding_idx?: number | null;
}
type Four<T> = [T, T, T, T];

export const [sumMode, meanMode, maxMode] = [0, 1, 2];

/** Bags: one per offset, less the last where that is only the end. */
export const bagCount = ({ offsets, include_last_offset }: Pick<Bags<Typed>, "offsets" | "include_last_offset">): Dim =>
  include_last_offset ? sub(offsets.shape[0] as Dim, 1) : (offsets.shape[0] as Dim);

/** The row that does not count; null where all do. Negative ones count from the end, but -1 of the inner op means none. */
export const paddingOf = (padding: number | null | undefined, rows: Dim): Dim | null => {
  if (padding === null || padding === undefined) return null;
  return padding < 0 ? add(rows, padding) : padding;
};

/** PyTorch's CPU kernel fills the bookkeeping results only where its backward pass needs them. */
function types({ weight, indices, offsets, mode, per_sample_weights, padding_idx, include_last_offset }: Bags<Typed>): Four<Meta> {
  const bags = bagCount({ offsets, include_last_offset });
  const fast = mode === sumMode && fastPath(weight, per_sample_weights, padding_idx);
  const columns = weight.shape[1] as Dim;
  const sizes = fast ? offsets.shape : [bags];
  return [
    shaped(weight, [bags, columns]),
    shaped(offsets, fast ? [0] : [indices.shape[0] as Dim]),
    shaped(offsets, sizes),
    shaped(offsets, mode === maxMode ? [bags, columns] : sizes),
  ];
}
const fastPath = (weight: Typed, scale: Typed | null, padding: number | null | undefined): boolean => {
  const dtypes: readonly DType[] = ["float32", "float16", "bfloat16"];
  return dtypes.includes(weight.dtype) && (scale === null || scale.dtype === weight.dtype) && (padding ?? -1) < 0;
};

/** Bag of each index, by the offsets. */
function bagsOf(offsets: readonly number[], count: number): number[] {
  let bag = 0;
  return Array.from({ length: count }, (_, i) => {
    while (bag + 1 < offsets.length && (offsets[bag + 1] as number) <= i) bag++;
    return bag;
  });
}

function evaluate(args: Bags<Strided>): Four<Strided> {
  const { weight, mode } = args;
  const [rows, columns] = weight.shape as [number, number];
  const bags = bagCount(args) as number;
  const all = integers(args.indices);
  const bagOf = bagsOf(integers(args.offsets).slice(0, bags), all.length);
  const padding = paddingOf(args.padding_idx, rows);
  const kept = all.flatMap((row, i) => (row === padding ? [] : [i]));
  const wide: DType = wideOf(weight.dtype);
  let taken = cast(indexSelect(weight, 0, fromIntegers(kept.map((i) => all[i] as number))), wide);
  if (args.per_sample_weights !== null) {
    const scale = cast(indexSelect(args.per_sample_weights, 0, fromIntegers(kept)), wide);
    taken = binary("mul", taken, reshape(scale, [kept.length, 1]));
  }
  const into = fromIntegers(kept.map((i) => bagOf[i] as number));
  const sizes = new Array<number>(bags).fill(0);
  for (const i of kept) sizes[bagOf[i] as number] = (sizes[bagOf[i] as number] as number) + 1;
  const output = combine(taken, into, sizes, mode, [bags, columns], wide);
  return [cast(output, weight.dtype), ...bookkeeping(args, bagOf, sizes)];
}

function combine(
  taken: Strided,
  into: Strided,
  sizes: readonly number[],
  mode: number,
  shape: readonly [number, number],
  dtype: DType,
): Strided {
  const index = expand(reshape(into, [into.shape[0] as number, 1]), taken.shape);
  if (mode === maxMode) {
    const out = scatter(fill(dtype, shape, Number.NEGATIVE_INFINITY), 0, index, taken, "max");
    const empty = reshape(compare("eq", fromIntegers(sizes), fromIntegers([0])), [shape[0], 1]);
    return where(empty, scalarTensor(dtype, 0), out);
  }
  const total = scatter(fill(dtype, shape, 0), 0, index, taken, "add");
  if (mode === sumMode) return total;
  return binary("div", total, reshape(cast(fromIntegers(sizes.map((n) => Math.max(n, 1))), dtype), [shape[0], 1]));
}

function bookkeeping(args: Bags<Strided>, bagOf: readonly number[], sizes: readonly number[]): [Strided, Strided, Strided] {
  const [, map, lengths, most] = types(args);
  const dtype = args.offsets.dtype;
  const offset2bag = cast(fromIntegers(map.shape[0] === 0 ? [] : bagOf), dtype);
  const all = Array.from({ length: lengths.shape[0] as number }, (_, i) => sizes[i] ?? 0);
  return [offset2bag, cast(fromIntegers(all), dtype), fill(dtype, most.shape as number[], 0)];
}

interface Renormed {
  readonly self: Symbolic;
  readonly indices: Symbolic;
  readonly max_norm: number | Dim;
  readonly norm_type: number | Dim;
}

/** The table with every row that `indices` names scaled down to `max_norm` where its norm is larger (ATen/native/Embedding.cpp). */
function renormed({ self, indices, max_norm, norm_type }: Renormed, call: Call): Symbolic {
  const f = algebra(call);
  const index = f.to(f.reshape(indices, [product(indices.shape)]), "int64");
  const rows = call("aten::index_select", { self, dim: 0, index });
  const norms = call("aten::linalg_vector_norm", { self: rows, ord: norm_type as number, dim: [1], keepdim: true, dtype: null });
  const factor = f.mul(call("aten::reciprocal", { self: f.add(norms, 1e-7) }), max_norm as number);
  const scaled = f.where(f.gt(norms, max_norm as number), f.mul(rows, factor), rows);
  return call("aten::index_put", { self, indices: [index], values: scaled, accumulate: false });
}

export const embeddingBag = {
  "aten::embedding_renorm": { decompose: renormed },
  ...each(["aten::embedding_bag", "aten::embedding_bag.padding_idx"], () => ({ meta: types, eval: evaluate })),
  ...each(["aten::_embedding_bag", "aten::_embedding_bag_forward_only"], () => ({
    meta: (args: Bags<Typed> & { readonly padding_idx: number }): Four<Meta> => types(inner(args)),
    eval: (args: Bags<Strided> & { readonly padding_idx: number }): Four<Strided> => evaluate(inner(args)),
  })),
} satisfies AtenTable;

/** The inner ops say -1 for no padding. */
const inner = <T>(args: Bags<T> & { readonly padding_idx: number }): Bags<T> => ({
  ...args,
  padding_idx: args.padding_idx < 0 ? null : args.padding_idx,
});
