/** @file Pooling over windows: [N, C, spatial…] or [C, spatial…]. */

import { onParts } from "../core/ops/complex.ts";
import { cast } from "../core/ops/elementwise.ts";
import { squeeze, unsqueeze } from "../core/ops/layout.ts";
import { adaptiveAvgPool, adaptiveMaxPool, avgPool, maxPool } from "../core/ops/pool.ts";
import type { Strided } from "../core/strided.ts";
import { isFloat } from "../dtype.ts";
import { add, ceildiv, type Dim, floordiv, isStatic, mod, mul, product, sub } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import { pooledSize, spread } from "./spatial.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** Arguments that the pools share; T stands for a tensor. */
export interface PoolArgs<T> {
  readonly self: T;
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation?: readonly number[];
  readonly ceil_mode: boolean;
  readonly count_include_pad?: boolean;
  readonly divisor_override?: number | null;
}

/** The lists with one number per spatial dim; the stride is the kernel where none is given. */
export function poolGeometry(args: Pick<PoolArgs<unknown>, "kernel_size" | "stride" | "padding" | "dilation">, n: number) {
  const kernel = spread(args.kernel_size, n, []);
  const all = (x: number) => kernel.map(() => x);
  return {
    kernel,
    stride: spread(args.stride, n, kernel),
    padding: spread(args.padding, n, all(0)),
    dilation: spread(args.dilation ?? [], n, all(1)),
  };
}

const pooledType = (args: PoolArgs<TensorType>, n: number): Meta => {
  const g = poolGeometry(args, n);
  const at = (xs: readonly number[], i: number) => xs[i] as number;
  const spatial = args.self.shape
    .slice(-n)
    .map((d, i) => pooledSize(d, at(g.kernel, i), at(g.padding, i), at(g.stride, i), at(g.dilation, i), args.ceil_mode));
  return { dtype: args.self.dtype, shape: [...args.self.shape.slice(0, -n), ...spatial] };
};

/** `f` on [N, C, spatial…]: a missing batch dim is added and taken away. */
const batched = <R extends readonly Strided[]>(x: Strided, n: number, f: (x: Strided) => R): Strided[] =>
  x.shape.length === n + 2 ? [...f(x)] : f(unsqueeze(x, 0)).map((y) => squeeze(y, [0]));

function evalMax(args: PoolArgs<Strided>, n: number): [Strided, Strided] {
  const { padding, ...g } = poolGeometry(args, n);
  const options = { ...g, padding: padding.map((p): [number, number] => [p, p]), ceilMode: args.ceil_mode };
  return batched(args.self, n, (x) => maxPool(x, options)) as [Strided, Strided];
}

function evalAverage(args: PoolArgs<Strided>, n: number): Strided {
  const { kernel, stride, padding } = poolGeometry(args, n);
  const options = {
    kernel,
    stride,
    padding: padding.map((p): [number, number] => [p, p]),
    ceilMode: args.ceil_mode,
    countIncludePad: args.count_include_pad ?? true,
    divisor: args.divisor_override ?? null,
  };
  // Integer pooling divides like C: the float quotient is cut towards zero.
  const wide = isFloat(args.self.dtype) ? args.self : cast(args.self, "float64");
  return cast(batched(wide, n, (x) => [avgPool(x, options)])[0] as Strided, args.self.dtype);
}

const int64 = (type: Meta): Meta => ({ dtype: "int64", shape: type.shape });

const maxEntry = (n: number) => ({
  meta: (args: PoolArgs<TensorType>) => pooledType(args, n),
  eval: (args: PoolArgs<Strided>) => evalMax(args, n)[0],
});
const maxWithIndices = (n: number) => ({
  meta: (args: PoolArgs<TensorType>): [Meta, Meta] => [pooledType(args, n), int64(pooledType(args, n))],
  eval: (args: PoolArgs<Strided>) => evalMax(args, n),
});
const average = (n: number) => ({
  meta: (args: PoolArgs<TensorType>) => pooledType(args, n),
  eval: (args: PoolArgs<Strided>) => evalAverage(args, n),
});

/** int64 0 … n-1 times `by` plus `offset`, divided by `over`: the window borders of adaptive pooling. */
function borders(out: Dim, size: Dim, end: boolean, call: Call): Symbolic {
  const i = call("aten::arange.start", { start: end ? 1 : 0, end: end ? add(out, 1) : out, dtype: "int64" });
  const scaled = call("aten::mul.Scalar", { self: i, other: size });
  const raised = end ? call("aten::add.Scalar", { self: scaled, other: sub(out, 1) }) : scaled;
  return call("aten::floor_divide.Scalar", { self: raised, other: out });
}

/** First place of each adaptive window, and the one behind its last. */
export const adaptiveBorders = (out: Dim, size: Dim, call: Call): { start: Symbolic; end: Symbolic } => ({
  start: borders(out, size, false, call),
  end: borders(out, size, true, call),
});

interface Windows {
  /** `x` with dim `dim` replaced by [out, longest window]. */
  readonly x: Symbolic;
  /** [out, longest]: which places belong to a window. */
  readonly inside: Symbolic;
  /** [out, longest]: index in the input of each place. */
  readonly index: Symbolic;
  /** [out]: sizes of the windows. */
  readonly lengths: Symbolic;
}

/**
 * Windows [floor(i * size / out), ceil((i + 1) * size / out)) of `dim`, gathered at their longest size
 * (ATen/native/AdaptivePooling.h, start_index and end_index).
 */
function adaptiveWindows(x: Symbolic, dim: number, out: Dim, call: Call): Windows {
  const size = x.shape[dim] as Dim;
  const { start, end } = adaptiveBorders(out, size, call);
  // ceil(size / out), one more where windows may straddle both borders.
  const exact = mod(size, out) === 0;
  const longest = add(ceildiv(size, out), exact || (isStatic(size) && isStatic(out) && mod(out, mod(size, out)) === 0) ? 0 : 1);
  const places = call("aten::arange", { end: longest, dtype: "int64" });
  const index = call("aten::add.Tensor", { self: call("aten::unsqueeze", { self: start, dim: 1 }), other: places });
  const inside = call("aten::lt.Tensor", { self: index, other: call("aten::unsqueeze", { self: end, dim: 1 }) });
  const clamped = call("aten::clamp_max", { self: index, max: sub(size, 1) });
  const flat = call("aten::reshape", { self: clamped, shape: [mul(out, longest)] });
  const gathered = call("aten::index_select", { self: x, dim, index: flat });
  const shape = [...x.shape.slice(0, dim), out, longest, ...x.shape.slice(dim + 1)];
  return {
    x: call("aten::reshape", { self: gathered, shape }),
    inside,
    index: clamped,
    lengths: call("aten::sub.Tensor", { self: end, other: start }),
  };
}

/** `mask` of [out, longest] against a tensor that has these dims at `dim`, `dim` + 1 and `after` dims behind. */
const aligned = (mask: Symbolic, after: number, call: Call): Symbolic => {
  let out = mask;
  for (let i = 0; i < after; i++) out = call("aten::unsqueeze", { self: out, dim: -1 });
  return out;
};

function adaptiveAverage(self: Symbolic, size: readonly Dim[], n: number, call: Call): Symbolic {
  const outs = spread(size, n, []);
  const rank = self.shape.length;
  if (outs.every((o) => o === 1)) {
    const dims = outs.map((_, i) => rank - n + i);
    return call("aten::mean.dim", { self, dim: dims, keepdim: true });
  }
  const kernel = outs.map((o, i) => [self.shape[rank - n + i] as Dim, o] as const);
  if (kernel.every(([d, o]) => isStatic(d) && isStatic(o) && o > 0 && d % o === 0 && d > 0)) {
    return average2(
      self,
      kernel.map(([d, o]) => floordiv(d, o) as number),
      n,
      call,
    );
  }
  let x = self;
  for (let i = 0; i < n; i++) {
    const dim = rank - n + i;
    if (x.shape[dim] === outs[i]) continue;
    const after = rank - dim - 1;
    const w = adaptiveWindows(x, dim, outs[i] as Dim, call);
    const kept = call("aten::where.ScalarOther", { condition: aligned(w.inside, after, call), self: w.x, other: 0 });
    const sum = call("aten::sum.dim_IntList", { self: kept, dim: [dim + 1], keepdim: false });
    const count = call("aten::to.dtype", { self: aligned(w.lengths, after, call), dtype: self.dtype });
    x = call("aten::div.Tensor", { self: sum, other: count });
  }
  return x;
}

const average2 = (self: Symbolic, kernel_size: readonly number[], n: number, call: Call): Symbolic => {
  const args = { self, kernel_size };
  return n === 1 ? call("aten::avg_pool1d", args) : n === 2 ? call("aten::avg_pool2d", args) : call("aten::avg_pool3d", args);
};

function adaptiveMax(self: Symbolic, size: readonly number[], n: number, call: Call): [Symbolic, Symbolic] {
  const outs = spread(size, n, []);
  const rank = self.shape.length;
  const spatial = self.shape.slice(-n);
  if (spatial.every((d, i) => isStatic(d) && d > 0 && (outs[i] as number) > 0 && d % (outs[i] as number) === 0)) {
    const args = { self, kernel_size: spatial.map((d, i) => floordiv(d, outs[i] as number) as number) };
    return n === 1
      ? call("aten::max_pool1d_with_indices", args)
      : n === 2
        ? call("aten::max_pool2d_with_indices", args)
        : call("aten::max_pool3d_with_indices", args);
  }
  let x = self;
  let flat: Symbolic | null = null;
  let inside: Symbolic | null = null;
  // After step i the dims are …, out_0, longest_0, …, out_i, longest_i, rest: windows of later dims shift by one.
  for (let i = 0; i < n; i++) {
    const w = adaptiveWindows(x, rank - n + 2 * i, outs[i] as number, call);
    x = w.x;
    const after = 2 * (n - 1 - i);
    const scaled = call("aten::mul.Scalar", { self: aligned(w.index, after, call), other: product(spatial.slice(i + 1)) });
    flat = flat === null ? scaled : call("aten::add.Tensor", { self: flat, other: scaled });
    const mask = aligned(w.inside, after, call);
    inside = inside === null ? mask : call("aten::logical_and", { self: inside, other: mask });
  }
  return pickMax(x, flat as Symbolic, inside as Symbolic, outs, call);
}

/** The maximum of each window of `x` ([lead…, out_0, longest_0, out_1, …]) and its index in the plane. */
function pickMax(x: Symbolic, flat: Symbolic, inside: Symbolic, outs: readonly number[], call: Call): [Symbolic, Symbolic] {
  const n = outs.length;
  const lead = x.shape.length - 2 * n;
  const order = (from: number) => [...outs.map((_, i) => from + 2 * i), ...outs.map((_, i) => from + 2 * i + 1)];
  const leads = Array.from({ length: lead }, (_, i) => i);
  const window = product(outs.map((_, i) => x.shape[lead + 2 * i + 1] as Dim));
  const masked = call("aten::where.ScalarOther", { condition: inside, self: x, other: Number.NEGATIVE_INFINITY });
  const gathered = call("aten::reshape", {
    self: call("aten::permute", { self: masked, dims: [...leads, ...order(lead)] }),
    shape: [...x.shape.slice(0, lead), ...outs, window],
  });
  const index = call("aten::reshape", { self: call("aten::permute", { self: flat, dims: order(0) }), shape: [...outs, window] });
  const [values, places] = call("aten::max.dim", { self: gathered, dim: -1, keepdim: true });
  const all = call("aten::expand", { self: index, size: gathered.shape });
  const found = call("aten::gather", { self: all, dim: -1, index: places });
  return [call("aten::squeeze.dim", { self: values, dim: -1 }), call("aten::squeeze.dim", { self: found, dim: -1 })];
}

/** Puts each value at its index of a plane of zeros. */
function unpool(self: Symbolic, indices: Symbolic, size: readonly Dim[], call: Call): Symbolic {
  const n = size.length;
  const lead = self.shape.slice(0, -n);
  const flatten = (x: Symbolic): Symbolic => call("aten::reshape", { self: x, shape: [...lead, product(self.shape.slice(-n))] });
  const zeros = call("aten::full", { size: [...lead, product(size)], fill_value: 0, dtype: self.dtype });
  const plane = call("aten::scatter.src", { self: zeros, dim: -1, index: flatten(indices), src: flatten(self) });
  return call("aten::reshape", { self: plane, shape: [...lead, ...size] });
}

interface Adaptive<T, I> {
  readonly self: T;
  readonly output_size: readonly I[];
}

const adaptiveType = ({ self, output_size: size }: Adaptive<TensorType, Dim>, n: number): Meta => ({
  dtype: self.dtype,
  shape: [...self.shape.slice(0, -n), ...spread(size, n, [])],
});
const adaptiveAverageEntry = (n: number) => ({
  meta: (args: Adaptive<TensorType, Dim>) => adaptiveType(args, n),
  eval: ({ self, output_size: size }: Adaptive<Strided, number>) =>
    onParts((part) => batched(part, n, (x) => [adaptiveAvgPool(x, spread(size, n, []))])[0] as Strided, self),
  decompose: ({ self, output_size: size }: Adaptive<Symbolic, Dim>, call: Call) => adaptiveAverage(self, size, n, call),
});
const adaptiveMaxEntry = (n: number) => ({
  meta: (args: Adaptive<TensorType, number>): [Meta, Meta] => [adaptiveType(args, n), int64(adaptiveType(args, n))],
  eval: ({ self, output_size: size }: Adaptive<Strided, number>) =>
    batched(self, n, (x) => adaptiveMaxPool(x, spread(size, n, []))) as [Strided, Strided],
  decompose: ({ self, output_size: size }: Adaptive<Symbolic, number>, call: Call) => adaptiveMax(self, size, n, call),
});

export const pool = {
  "aten::max_pool1d": maxEntry(1),
  "aten::max_pool2d": maxEntry(2),
  "aten::max_pool3d": maxEntry(3),
  "aten::max_pool1d_with_indices": maxWithIndices(1),
  "aten::max_pool2d_with_indices": maxWithIndices(2),
  "aten::max_pool3d_with_indices": maxWithIndices(3),
  "aten::avg_pool1d": average(1),
  "aten::avg_pool2d": average(2),
  "aten::avg_pool3d": average(3),
  "aten::adaptive_avg_pool1d": adaptiveAverageEntry(1),
  "aten::adaptive_avg_pool2d": adaptiveAverageEntry(2),
  "aten::_adaptive_avg_pool2d": adaptiveAverageEntry(2),
  "aten::adaptive_avg_pool3d": adaptiveAverageEntry(3),
  "aten::_adaptive_avg_pool3d": adaptiveAverageEntry(3),
  "aten::adaptive_max_pool1d": adaptiveMaxEntry(1),
  "aten::adaptive_max_pool2d": adaptiveMaxEntry(2),
  "aten::adaptive_max_pool3d": adaptiveMaxEntry(3),
  "aten::max_unpool2d": { decompose: ({ self, indices, output_size }, call) => unpool(self, indices, output_size, call) },
  "aten::max_unpool3d": { decompose: ({ self, indices, output_size }, call) => unpool(self, indices, output_size, call) },
} satisfies AtenTable;
