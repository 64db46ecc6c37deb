/** @file Ops that arrange elements: reshape, transpose, slice, split, concat, pad, tile. All but Col2Im take strings too. */

import { sized } from "../../core/door.ts";
import { compare, where } from "../../core/ops/elementwise.ts";
import { gather, scatter, zeros } from "../../core/ops/index.ts";
import {
  asMatrix,
  asStrided,
  broadcastShapes,
  clone,
  concat,
  dimOf,
  expand,
  permute,
  repeat,
  reshape,
  slice,
} from "../../core/ops/layout.ts";
import { type PadMode, pad } from "../../core/ops/pad.ts";
import { fromFloats, fromIntegers, integers, range } from "../../core/ops/values.ts";
import { isStrided, numel, type Strided } from "../../core/strided.ts";
import { OnnxExporterError } from "../../errors.ts";
import { type AnyTensor, anyTensor, arrangeAll, merge, moveRow } from "./arrange.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { type Computed, describe } from "./value.ts";

/** ONNX's Reshape: 0 keeps a size, unless `allowzero`. */
function reshaped(x: Strided, call: Call): Strided {
  const shape = call.integersOf(1, "shape") ?? [];
  const keeps = call.int("allowzero", 0) === 0;
  return reshape(
    x,
    shape.map((n, i) => (n === 0 && keeps ? (x.shape[i] ?? 0) : n)),
  );
}

function flattened(x: Strided, call: Call): Strided {
  const axis = call.int("axis", 1);
  return asMatrix(x, axis < 0 ? axis + x.shape.length : axis);
}

function squeezed(x: Strided, call: Call): Strided {
  const axes = call.integersOf(1, "axes")?.map((d) => dimOf(d, x.shape.length));
  const bad = axes?.find((d) => x.shape[d] !== 1);
  if (bad !== undefined) throw call.refuse("input", `dim ${bad} of [${x.shape.join(", ")}] is not 1`, "only dims of size 1 can go");
  return reshape(
    x,
    x.shape.filter((n, i) => (axes === undefined ? n !== 1 : !axes.includes(i))),
  );
}

function unsqueezed(x: Strided, call: Call): Strided {
  const axes = call.integersOf(1, "axes") ?? [];
  const rank = x.shape.length + axes.length;
  const added = new Set(axes.map((d) => dimOf(d, rank)));
  if (added.size !== axes.length) throw call.refuse("input", `axes [${axes.join(", ")}] name a dim twice`, "give each new dim once");
  const sizes = [...x.shape];
  return reshape(
    x,
    range(rank).map((d) => (added.has(d) ? 1 : (sizes.shift() as number))),
  );
}

/** `x[start:end:step]` along `dim` as Python has it; `step` may be negative. A view. */
function stepped(x: Strided, dim: number, start: number, end: number, step: number): Strided {
  if (x.shape.length === 0) throw new OnnxExporterError("eval/input", "a scalar has no dim to slice", "give a tensor of rank 1 or more");
  const n = x.shape[dim] as number;
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const bound = (i: number): number => Math.min(Math.max(i < 0 ? i + n : i, low), high);
  const from = bound(start);
  const size = Math.max(Math.ceil((bound(end) - from) / step), 0);
  const stride = x.strides[dim] as number;
  return asStrided(x, x.shape.with(dim, size), x.strides.with(dim, stride * step), x.offset + (size === 0 ? 0 : from * stride));
}

function sliced(x: Strided, call: Call): Strided {
  const starts = call.integersOf(1, "starts") ?? [];
  const ends = call.integersOf(2, "ends") ?? [];
  const axes = call.integersOf(3, "axes") ?? range(starts.length);
  const steps = call.integersAt(4) ?? starts.map(() => 1);
  if (steps.includes(0)) throw call.refuse("input", "a step is 0", "steps are positive or negative");
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    const counts = `${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps`;
    throw call.refuse("input", counts, "give as many of each");
  }
  const y = axes.reduce(
    (part, axis, i) => stepped(part, dimOf(axis, x.shape.length), starts[i] as number, ends[i] as number, steps[i] as number),
    x,
  );
  return steps.some((s) => s < 0) ? clone(y) : y;
}

/** Sizes of the parts of a dim of `n`: as given, else as equal as `num_outputs` (or the node's outputs) allow, the last one smaller. */
function partSizes(call: Call, n: number): number[] {
  const count = call.int("num_outputs", call.node.outputs.length);
  if (count !== call.node.outputs.length)
    throw call.refuse("attribute", `num_outputs is ${count}`, `the node has ${call.node.outputs.length}`);
  const size = Math.ceil(n / count);
  const sizes = call.integersOf(1, "split") ?? range(count).map((i) => Math.max(Math.min(size, n - i * size), 0));
  if (sizes.reduce((a, b) => a + b, 0) === n) return sizes;
  throw call.refuse("input", `parts of [${sizes.join(", ")}] do not make up a dim of ${n}`, "their sum must be the dim's size");
}

/** `x` cut along `dim` into parts of `sizes`: views. */
function splitDim(x: Strided, dim: number, sizes: readonly number[]): Strided[] {
  let at = 0;
  return sizes.map((n) => {
    at += n;
    return slice(x, dim, at - n, at);
  });
}

function split(call: Call): AnyTensor[] {
  return arrangeAll(call, [call.value(0)], ([x]) => {
    const source = x as Strided;
    const dim = dimOf(call.int("axis", 0), source.shape.length);
    return splitDim(source, dim, partSizes(call, source.shape[dim] as number));
  });
}

/** Joins inputs along `axis`, whose default was 1 before opset 4. */
const joined = (call: Call): AnyTensor =>
  merge(
    call,
    call.inputs.map((_, i) => call.value(i)),
    (xs) => concat(xs, call.int("axis", 1)),
  );

/** Opset 1 tiles one axis: how often and which come as scalars. */
function tiled(x: Strided, call: Call): Strided {
  const reps = call.integersAt(1) ?? [];
  if (call.opset >= 6) return repeat(x, reps);
  if (reps.length !== 1) throw call.refuse("input", `input 1 has ${reps.length} elements`, "Tile of opset 1 takes one number of tiles");
  const dim = dimOf(call.integersAt(2)?.[0] ?? 0, x.shape.length);
  return repeat(
    x,
    x.shape.map((_, d) => (d === dim ? (reps[0] ?? 1) : 1)),
  );
}

const padModes: { readonly [mode: string]: PadMode } = { constant: "constant", reflect: "reflect", edge: "replicate", wrap: "circular" };

/** One zero, or one empty string. */
const nothing = (x: AnyTensor): AnyTensor => (isStrided(x) ? zeros(x.dtype, []) : { shape: [], strings: [""] });

/** What padding is made of. */
function padValue(call: Call, x: AnyTensor): Computed {
  if (call.has(2)) return call.value(2);
  return isStrided(x) && call.attribute("value") ? fromFloats(Float64Array.of(call.float("value", 0)), [], x.dtype) : nothing(x);
}

function padded(call: Call): AnyTensor {
  const source = anyTensor(call, 0);
  const rank = source.shape.length;
  const around = call.integersOf(1, call.attribute("paddings") ? "paddings" : "pads") ?? [];
  const axes = call.integersAt(3)?.map((d) => dimOf(d, rank)) ?? range(rank);
  const mode = padModes[call.string("mode", "constant")];
  if (mode === undefined || around.length !== 2 * axes.length) {
    const given = `mode ${call.string("mode", "constant")} and pads [${around.join(", ")}] for ${axes.length} axes`;
    throw call.refuse("attribute", given, `modes are ${Object.keys(padModes).join(", ")}; pads are two for each axis`);
  }
  const pads = source.shape.map((): [number, number] => [0, 0]);
  axes.forEach((d, i) => {
    pads[d] = [around[i] as number, around[i + axes.length] as number];
  });
  const move = ([x, value]: readonly Strided[]) => pad(x as Strided, pads, mode, value as Strided, true);
  return merge(call, [source, padValue(call, source)], move);
}

/** Crops and pads so that the middle stays the middle; an odd difference shows at the end. */
function centered(call: Call): AnyTensor {
  const source = anyTensor(call, 0);
  const sizes = call.integersAt(1) ?? [];
  const axes = call.ints("axes")?.map((d) => dimOf(d, source.shape.length)) ?? range(source.shape.length);
  const pads = source.shape.map((): [number, number] => [0, 0]);
  axes.forEach((d, i) => {
    const more = (sizes[i] as number) - (source.shape[d] as number);
    const before = Math.trunc(more / 2);
    pads[d] = [before, more - before];
  });
  const move = ([x, value]: readonly Strided[]) => pad(x as Strided, pads, "constant", value as Strided);
  return merge(call, [source, nothing(source)], move);
}

/** [batch, channels, height, width] as the sizes of a block rearrangement. */
function imageSizes(call: Call, x: Strided): [number, number, number, number, number] {
  const block = call.int("blocksize", 0);
  const [n, c, h, w] = x.shape;
  if (x.shape.length === 4 && block > 0) return [n as number, c as number, h as number, w as number, block];
  throw call.refuse(
    "input",
    `input 0 is [${x.shape.join(", ")}] and blocksize ${block}`,
    "give an image [N, C, H, W] and a blocksize above 0",
  );
}

/** Blocks of channels become pixels; channels are ordered depth-column-row or column-row-depth. */
function depthToSpace(x: Strided, call: Call): Strided {
  const [n, c, h, w, b] = imageSizes(call, x);
  const depth = c / (b * b);
  const crd = call.string("mode", "DCR") === "CRD";
  const parts = reshape(x, crd ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w]);
  return reshape(permute(parts, crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, depth, h * b, w * b]);
}

function spaceToDepth(x: Strided, call: Call): Strided {
  const [n, c, h, w, b] = imageSizes(call, x);
  const parts = reshape(x, [n, c, h / b, b, w / b, b]);
  const crd = call.string("mode", "DCR") === "CRD";
  return reshape(permute(parts, crd ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

/** The upper or lower triangle of matrices, counted from diagonal k; the rest is 0. */
function triangle(call: Call): AnyTensor {
  const source = anyTensor(call, 0);
  const k = call.integersAt(1)?.[0] ?? 0;
  const [rows, columns] = source.shape.slice(-2) as [number, number];
  const row = fromIntegers(range(rows), [rows, 1]);
  const column = fromIntegers(
    range(columns).map((j) => j - k),
    [1, columns],
  );
  const keeps = compare(call.int("upper", 1) === 1 ? "ge" : "le", column, row);
  const move = ([x, rest]: readonly Strided[]) => where(keeps, x as Strided, rest as Strided);
  return merge(call, [source, nothing(source)], move);
}

/** The first `lengths[b]` steps of each sequence in reverse; the rest stays. */
function reversedSequence(x: Strided, call: Call): Strided {
  const [time, batch] = [call.int("time_axis", 0), call.int("batch_axis", 1)];
  if (x.shape.length < 2 || time + batch !== 1 || time * batch !== 0)
    throw call.refuse("shape", `time_axis ${time} and batch_axis ${batch} of ${describe(x)}`, "they are 0 and 1, or 1 and 0");
  const lengths = integers(call.tensor(1));
  const [steps, sequences] = [x.shape[time] as number, x.shape[batch] as number];
  const at = range(steps).flatMap((t) => range(sequences).map((s) => (t < (lengths[s] as number) ? (lengths[s] as number) - 1 - t : t)));
  const index = fromIntegers(at, [steps, sequences]);
  const rest = x.shape.length - 2;
  const placed = reshape(time < batch ? index : permute(index, [1, 0]), [
    ...(time < batch ? [steps, sequences] : [sequences, steps]),
    ...new Array<number>(rest).fill(1),
  ]);
  return gather(x, time, expand(placed, x.shape));
}

/** Where each element of the columns falls in the padded image: by place in the block, then by block. */
function columnPlaces(
  image: readonly number[],
  block: readonly number[],
  dilations: readonly number[],
  strides: readonly number[],
): number[] {
  sized([...image, ...block], 8);
  return image
    .reduce<number[][]>(
      (places, size, d) => {
        const blocks = Math.floor((size - (dilations[d] as number) * ((block[d] as number) - 1) - 1) / (strides[d] as number)) + 1;
        const along = (tap: number, b: number) => tap * (dilations[d] as number) + b * (strides[d] as number);
        return places.flatMap((row) =>
          range(block[d] as number).map((tap) => row.flatMap((p) => range(blocks).map((b) => p * size + along(tap, b)))),
        );
      },
      [[0]],
    )
    .flat();
}

/** Adds up columns [N, C * block, blocks] where they overlap in the image. */
function col2im(call: Call): Strided {
  const x = call.tensor(0);
  const [image, block] = [call.integersAt(1) ?? [], call.integersAt(2) ?? []];
  const ones = image.map(() => 1);
  const pads = call.ints("pads") ?? image.flatMap(() => [0, 0]);
  const [dilations, strides] = [call.ints("dilations") ?? ones, call.ints("strides") ?? ones];
  const fits = [block, dilations, strides].every((list) => list.length === image.length && list.every((n) => n >= 1));
  if (!fits || pads.length !== 2 * image.length || pads.some((n) => n < 0) || x.shape.length !== 3) {
    const message = `blocks [${block}] of an image [${image}], dilations [${dilations}], strides [${strides}], pads [${pads}], columns [${x.shape}]`;
    throw call.refuse(
      "shape",
      message,
      "one of each per dim of the image, at least 1 (pads: two, at least 0), columns [N, C * block, blocks]",
    );
  }
  const full = image.map((n, d) => n + (pads[d] as number) + (pads[d + image.length] as number));
  const places = columnPlaces(full, block, dilations, strides);
  const [batch, channels] = [x.shape[0] as number, (x.shape[1] as number) / numel(block)];
  const columns = reshape(x, [batch * channels, places.length]);
  const index = expand(fromIntegers(places, [1, places.length]), columns.shape);
  const sum = scatter(zeros(x.dtype, [batch * channels, numel(full)]), 1, index, columns, "add");
  const y = reshape(sum, [batch, channels, ...full]);
  return image.reduce((part, n, d) => slice(part, d + 2, pads[d] as number, (pads[d] as number) + n), y);
}

export const layout: EvaluateTable = {
  Transpose: moveRow((x, call) => permute(x, call.ints("perm") ?? range(x.shape.length).reverse())),
  Reshape: moveRow(reshaped),
  Flatten: moveRow(flattened),
  Squeeze: moveRow(squeezed),
  Unsqueeze: moveRow(unsqueezed),
  Expand: moveRow((x, call) => expand(x, broadcastShapes(x.shape, call.integersAt(1) ?? []))),
  Tile: moveRow(tiled),
  Concat: joined,
  Split: split,
  Slice: moveRow(sliced),
  Pad: padded,
  CenterCropPad: centered,
  DepthToSpace: moveRow(depthToSpace),
  SpaceToDepth: moveRow(spaceToDepth),
  ReverseSequence: moveRow(reversedSequence),
  Trilu: triangle,
  Col2Im: col2im,
};
