/** @file torchvision's poolings of regions: maxima of bins, and position-sensitive ones, where each bin has channels of its own. */

import { OnnxExporterError } from "../errors.ts";
import { type Dim, floordiv, isStatic, mod, mul, show } from "../symbolic.ts";
import { type Algebra, algebra, type Term } from "./algebra.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface Regions {
  readonly input: Symbolic;
  /** [regions, 5]: image, x1, y1, x2, y2. */
  readonly rois: Symbolic;
  readonly spatial_scale: number | Dim;
  readonly pooled_height: Dim;
  readonly pooled_width: Dim;
}

/** Column `i` of the regions. */
const column = (f: Algebra, { rois }: Regions, i: number): Symbolic => f.call("aten::select.int", { self: rois, dim: 1, index: i });

/** The nearest whole number, halves away from zero as C rounds. */
const rounded = (f: Algebra, x: Symbolic): Symbolic =>
  f.call("aten::trunc", { self: f.add(x, f.mul(f.call("aten::sign", { self: x }), 0.5)) });

interface Bins {
  /** [regions, bins]: first place of each bin, and the one behind its last. */
  readonly start: Symbolic;
  readonly end: Symbolic;
}

/** Bins from corner `low` to corner `high` of the regions, cut to [0, last]; `extra` is what a region has more than their distance. */
function binsOf(
  f: Algebra,
  args: Regions,
  [low, high]: readonly [number, number],
  count: Dim,
  extra: number,
  last: Dim,
  late: boolean,
): Bins {
  const corner = (i: number): Symbolic => rounded(f, f.mul(column(f, args, i), args.spatial_scale as number));
  const [from, to] = [corner(low), corner(high)];
  const length = f.call("aten::clamp_min", { self: f.add(f.sub(to, from), extra), min: 1 });
  const size = f.call("aten::unsqueeze", { self: f.div(length, count), dim: 1 });
  const first = f.call("aten::unsqueeze", { self: from, dim: 1 });
  const place = f.to(f.iota(count), args.rois.dtype);
  // ps_roi_pool adds the corner before it rounds, roi_pool after.
  const at = (p: Symbolic, name: "aten::floor" | "aten::ceil"): Symbolic => {
    const whole = late ? f.call(name, { self: f.add(f.mul(size, p), first) }) : f.add(f.call(name, { self: f.mul(size, p) }), first);
    return f.call("aten::clamp", { self: f.to(whole, "int64"), min: 0, max: last as number });
  };
  return { start: at(place, "aten::floor"), end: at(f.add(place, 1), "aten::ceil") };
}

/** [regions, bins, size]: which places belong to which bin. */
function members(f: Algebra, { start, end }: Bins, size: Dim): Symbolic {
  const wide = (self: Symbolic): Symbolic => f.call("aten::unsqueeze", { self, dim: 2 });
  const place = f.iota(size);
  return f.and(f.le(wide(start), place), f.gt(wide(end), place));
}

/** The image of each region: [regions, C, H, W]. */
const images = (f: Algebra, args: Regions): Symbolic =>
  f.call("aten::index_select", { self: args.input, dim: 0, index: f.to(column(f, args, 0), "int64") });

/** The maximum of each bin and its place in the plane; 0 and -1 for a bin without places. */
function maxima(args: Regions, call: Call): [Symbolic, Symbolic] {
  const f = algebra(call);
  const [H, W] = args.input.shape.slice(2) as [Dim, Dim];
  const rows = members(f, binsOf(f, args, [2, 4], args.pooled_height, 1, H, false), H);
  const columns = members(f, binsOf(f, args, [1, 3], args.pooled_width, 1, W, false), W);
  const at = (self: Symbolic, ...dims: number[]): Symbolic => dims.reduce((x, dim) => call("aten::unsqueeze", { self: x, dim }), self);
  const held = (mask: Symbolic, x: Symbolic): Symbolic => f.where(mask, x, Number.NEGATIVE_INFINITY);
  const [across, w] = call("aten::max.dim", { self: held(at(columns, 1, 1), at(images(f, args), 3)), dim: 4, keepdim: false });
  const [best, h] = call("aten::max.dim", { self: held(at(rows, 1, 4), at(across, 2)), dim: 3, keepdim: false });
  const where = f.add(f.mul(h, W), call("aten::gather", { self: w, dim: 2, index: h }));
  const some = (mask: Symbolic): Symbolic => call("aten::any.dim", { self: mask, dim: 2, keepdim: false });
  const filled = f.and(at(some(rows), 1, 3), at(some(columns), 1, 1));
  return [f.where(filled, best, 0), f.to(f.where(filled, where, -1), "int32")];
}

/** Channels of one bin's kind. */
function channelsOf({ input, pooled_height, pooled_width }: Regions): Dim {
  const channels = input.shape[1] as Dim;
  const bins = mul(pooled_height, pooled_width);
  if (!isStatic(channels) || !isStatic(bins) || mod(channels, bins) === 0) return floordiv(channels, bins);
  throw new OnnxExporterError(
    "aten/argument",
    `position-sensitive pooling of ${show(channels)} channels to ${bins} bins`,
    "a multiple of the bins",
  );
}

/** Of [regions, C, h, w] the channels that belong to each bin: [regions, C / (h w), h, w]; and which channels they are. */
function ownChannels(pooled: Symbolic, args: Regions, call: Call): [Symbolic, Symbolic] {
  const f = algebra(call);
  const [h, w] = [args.pooled_height, args.pooled_width];
  const kinds = channelsOf(args);
  const count = args.rois.shape[0] as Dim;
  const split = f.reshape(pooled, [count, kinds, h, w, h, w]);
  const sameRow = call("aten::diagonal", { self: split, offset: 0, dim1: 2, dim2: 4 });
  const own = call("aten::diagonal", { self: sameRow, offset: 0, dim1: 2, dim2: 3 });
  const channel = f.reshape(f.iota(mul(kinds, mul(h, w))), [1, kinds, h, w]);
  return [call("aten::clone", { self: own }), f.to(call("aten::expand", { self: channel, size: [count, kinds, h, w] }), "int32")];
}

/** The mean of each bin of all channels: a sum over rows and one over columns. */
function means(args: Regions, call: Call): Symbolic {
  const f = algebra(call);
  const [H, W] = args.input.shape.slice(2) as [number, number];
  const bins = [
    binsOf(f, args, [2, 4], args.pooled_height, 0, H - 1, true),
    binsOf(f, args, [1, 3], args.pooled_width, 0, W - 1, true),
  ] as const;
  const mask = (b: Bins, size: Dim): Symbolic => f.to(call("aten::unsqueeze", { self: members(f, b, size), dim: 1 }), args.input.dtype);
  const [rows, columns] = [mask(bins[0], H), mask(bins[1], W)];
  const down = call("aten::matmul", { self: rows, other: images(f, args) });
  const sums = call("aten::matmul", { self: down, other: call("aten::transpose.int", { self: columns, dim0: 2, dim1: 3 }) });
  const lengths = (x: Symbolic): Symbolic => f.sum(x, [3], true);
  const area: Term = f.mul(lengths(rows), call("aten::transpose.int", { self: lengths(columns), dim0: 2, dim1: 3 }));
  return f.div(sums, call("aten::clamp_min", { self: area, min: 1 }));
}

export const regionPool = {
  "torchvision::roi_pool": { decompose: maxima },
  "torchvision::ps_roi_pool": { decompose: (args, call) => ownChannels(means(args, call), args, call) },
  "torchvision::ps_roi_align": {
    decompose: ({ sampling_ratio, ...args }, call) =>
      ownChannels(call("torchvision::roi_align", { ...args, sampling_ratio, aligned: true }), args, call),
  },
} satisfies AtenTable;
