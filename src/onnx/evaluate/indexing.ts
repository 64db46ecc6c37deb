/** @file Ops that read and write by index, and ops that find places. Negative indices count from the end; what only moves elements takes strings too. */

import { boxSuppression } from "../../core/ops/boxes.ts";
import { binary, cast, compare, where } from "../../core/ops/elementwise.ts";
import { gather, indexSelect, nonzero, type ScatterReduce, scatter } from "../../core/ops/index.ts";
import { dimOf, expand, flip, permute, reshape, slice, unsqueeze } from "../../core/ops/layout.ts";
import { argReduce, topk } from "../../core/ops/reduce.ts";
import { floats, fromIntegers, integers, range } from "../../core/ops/values.ts";
import { isStrided, numel, type Strided } from "../../core/strided.ts";
import { type AnyTensor, anyTensor, arrange, merge, moveRow } from "./arrange.ts";
import type { Call, Evaluate, EvaluateTable } from "./table.ts";
import { unique } from "./unique.ts";

/**
 * The dims of `sizes` taken together as one, and the int64 place in it that each tuple of `index` (its last dim) names.
 * Throws `eval/index` outside.
 */
function flatPlaces(call: Call, index: Strided, sizes: readonly number[]): number[] {
  const values = integers(index);
  const k = sizes.length;
  return Array.from({ length: k === 0 ? numel(index.shape.slice(0, -1)) : values.length / k }, (_, i) =>
    sizes.reduce((at, n, d) => {
      const v = values[i * k + d] as number;
      if (v >= -n && v < n) return at * n + (v < 0 ? v + n : v);
      throw call.refuse("index", `index ${v} is outside a dim of ${n}`, `it must be in [${-n}, ${n - 1}]`);
    }, 0),
  );
}

/** Tuples of `indices` name slices of x, within the leading `batch_dims` that both share. */
function gatherND(x: Strided, call: Call): Strided {
  const index = call.tensor(1);
  const batch = call.int("batch_dims", 0);
  const k = index.shape.at(-1) ?? 0;
  const [shared, rest] = [x.shape.slice(0, batch), x.shape.slice(batch + k)];
  const sizes = x.shape.slice(batch, batch + k);
  const places = flatPlaces(call, index, sizes);
  const perBatch = places.length / Math.max(numel(shared), 1);
  const flat = fromIntegers(places.map((p, i) => Math.floor(i / perBatch) * numel(sizes) + p));
  const source = reshape(x, [numel(shared) * numel(sizes), ...rest]);
  return reshape(indexSelect(source, 0, flat), [...index.shape.slice(0, -1), ...rest]);
}

const reductionOf = (call: Call): ScatterReduce => call.oneOf("reduction", "none", ["none", "add", "mul", "max", "min"]);

function scatterND(call: Call): AnyTensor {
  const index = call.tensor(1);
  const k = index.shape.at(-1) ?? 0;
  return merge(call, [call.value(0), call.value(2)], (xs) => {
    const [x, updates] = xs as [Strided, Strided];
    const [sizes, rest] = [x.shape.slice(0, k), numel(x.shape.slice(k))];
    const places = flatPlaces(call, index, sizes);
    const source = reshape(updates, [places.length, rest]);
    const at = expand(fromIntegers(places, [places.length, 1]), source.shape);
    return reshape(scatter(reshape(x, [numel(sizes), rest]), 0, at, source, reductionOf(call)), x.shape);
  });
}

const scatterElements: Evaluate = (call) =>
  merge(call, [call.value(0), call.value(2)], (xs) => {
    const [x, updates] = xs as [Strided, Strided];
    return scatter(x, call.int("axis", 0), call.tensor(1), updates, reductionOf(call));
  });

/** Writes updates [batch, …, steps, …] into the cache from each sample's write index on. */
function tensorScatter(call: Call): AnyTensor {
  return merge(call, [call.value(0), call.value(1)], (xs) => {
    const [cache, update] = xs as [Strided, Strided];
    const axis = dimOf(call.int("axis", -2), cache.shape.length);
    const [size, steps] = [cache.shape[axis] as number, update.shape[axis] as number];
    const starts = call.integersAt(2) ?? new Array<number>(cache.shape[0] as number).fill(0);
    const circular = call.string("mode", "linear") === "circular";
    const places = starts.flatMap((s) => Array.from({ length: steps }, (_, i) => (circular ? (s + i) % size : s + i)));
    const shape = cache.shape.map((_, d) => (d === 0 ? starts.length : d === axis ? steps : 1));
    return scatter(cache, axis, expand(fromIntegers(places, shape), update.shape), update);
  });
}

/** off and on along a new axis of `depth`; an index outside [-depth, depth) has no on. */
function oneHot(call: Call): AnyTensor {
  const index = cast(call.tensor(0), "int64");
  const depth = Math.trunc(floats(call.tensor(1))[0] ?? Number.NaN);
  const positions = range(depth);
  const axis = dimOf(call.int("axis", -1), index.shape.length + 1);
  const wrapped = where(compare("lt", index, fromIntegers([0], [])), binary("add", index, fromIntegers([depth], [])), index);
  const classes = fromIntegers(
    positions,
    index.shape.toSpliced(axis, 0, depth).map((n, d) => (d === axis ? n : 1)),
  );
  const hot = compare("eq", unsqueeze(wrapped, axis), classes);
  return arrange(call, call.value(2), (values) => {
    const pair = reshape(values, [2]);
    return where(hot, reshape(slice(pair, 0, 1, 2), []), reshape(slice(pair, 0, 0, 1), []));
  });
}

/** [rank, count] places of what is not zero, false or empty; a scalar has no coordinates. */
function nonZero(call: Call): Strided {
  const x = anyTensor(call, 0);
  const truth = isStrided(x)
    ? x
    : fromIntegers(
        x.strings.map((s) => (s === "" ? 0 : 1)),
        x.shape,
      );
  return permute(nonzero(cast(truth, "bool")), [1, 0]);
}

function compressed(x: Strided, call: Call): Strided {
  const places = integers(call.tensor(1)).flatMap((keep, i) => (keep ? [i] : []));
  const axis = call.attribute("axis");
  return axis ? indexSelect(x, call.int("axis", 0), fromIntegers(places)) : indexSelect(reshape(x, [-1]), 0, fromIntegers(places));
}

/** Largest (before opset 11 always) or smallest in order, the lower index first; unsorted results are sorted too. */
function topK(call: Call): [Strided, Strided] {
  const k = call.integersOf(1, "k")?.[0] ?? 0;
  return topk(call.tensor(0), k, call.int("axis", -1), call.int("largest", 1) === 1);
}

const argRow =
  (op: "max" | "min"): Evaluate =>
  (call) => {
    const x = call.tensor(0);
    const axis = call.int("axis", 0);
    const keepdims = call.int("keepdims", 1) === 1;
    if (call.int("select_last_index", 0) === 0) return argReduce(op, x, axis, keepdims);
    const places = argReduce(op, flip(x, [axis]), axis, keepdims);
    return binary("sub", fromIntegers([(x.shape.at(axis) ?? 1) - 1], []), places);
  };

const whereRow: Evaluate = (call) =>
  merge(call, [call.value(1), call.value(2)], (xs) => {
    const [a, b] = xs as [Strided, Strided];
    return where(call.tensor(0), a, b);
  });

/** The best boxes of each class of each image: [selected, (image, class, box)]. */
function nonMaxSuppression(call: Call): Strided {
  const limit = (i: number): number => (call.has(i) ? (floats(call.tensor(i))[0] ?? 0) : 0);
  const options = {
    perClass: limit(2),
    overlap: limit(3),
    score: call.has(4) ? limit(4) : Number.NEGATIVE_INFINITY,
    centered: call.int("center_point_box", 0) === 1,
  };
  const kept = boxSuppression(call.tensor(0), call.tensor(1), options);
  return fromIntegers(kept.flat(), [kept.length, 3]);
}

export const indexing: EvaluateTable = {
  Gather: moveRow((x, call) => indexSelect(x, call.int("axis", 0), call.tensor(1))),
  GatherElements: moveRow((x, call) => gather(x, call.int("axis", 0), call.tensor(1))),
  GatherND: moveRow(gatherND),
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TensorScatter: tensorScatter,
  Compress: moveRow(compressed),
  Where: whereRow,
  OneHot: oneHot,
  NonZero: nonZero,
  Unique: unique,
  TopK: topK,
  ArgMax: argRow("max"),
  ArgMin: argRow("min"),
  NonMaxSuppression: nonMaxSuppression,
};
