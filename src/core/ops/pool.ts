/** @file Pooling over one to three spatial dims. */

import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { contiguous, show } from "./layout.ts";
import { carrierOf, realCast } from "./real.ts";
import { range } from "./values.ts";

/** Per spatial dim. */
export interface PoolOptions {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [begin: number, end: number])[];
  readonly dilation?: readonly number[];
  readonly ceilMode?: boolean;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts in the average. */
  readonly countIncludePad: boolean;
  /** Divides every sum instead of the window's size. */
  readonly divisor?: number | null;
}

/** A window along one dim: first place, end, and the size that counts for an average. */
type Window = readonly [start: number, end: number, count: number];

/** Size of a pooled dim, as torch's pooling_output_shape: with ceilMode the last window must start inside the input or its begin pad. */
export function pooledSize(
  n: number,
  kernel: number,
  stride: number,
  [begin, end]: readonly [number, number],
  dilation: number,
  ceilMode: boolean,
): number {
  const room = n + begin + end - dilation * (kernel - 1) - 1;
  const size = Math.floor((room + (ceilMode ? stride - 1 : 0)) / stride) + 1;
  return ceilMode && (size - 1) * stride >= n + begin ? size - 1 : size;
}

/** How many places of a window that moves by `dilation` lie in [start, end). */
const taps = (start: number, end: number, dilation: number): number => Math.max(Math.ceil((end - start) / dilation), 0);

function windows(x: Strided, o: PoolOptions, includePad: boolean): Window[][] {
  const spatial = o.kernel.length;
  return o.kernel.map((k, i) => {
    const n = x.shape[x.shape.length - spatial + i] as number;
    const [s, d] = [o.stride[i] as number, o.dilation?.[i] ?? 1];
    const pads = o.padding[i] as readonly [number, number];
    const size = pooledSize(n, k, s, pads, d, o.ceilMode ?? false);
    if (size < 1) throw new OnnxExporterError("core/pool", `pool: kernel ${show(o.kernel)} does not fit ${show(x.shape)}`, "pad the input");
    return range(size).map((at): Window => {
      const first = at * s - pads[0];
      const padded = Math.min(first + d * (k - 1) + 1, n + pads[1]);
      const start = first < 0 ? first + Math.ceil(-first / d) * d : first;
      const end = Math.min(padded, n);
      return [start, end, includePad ? taps(first, padded, d) : taps(start, end, d)];
    });
  });
}

/** The ints that assembly/kernels/pool.ts calls a plan. */
function plan(x: Strided, all: readonly (readonly Window[])[], dilation: readonly number[]): number[] {
  const lead = 3 - all.length;
  const three = (values: readonly number[]) => [...new Array<number>(lead).fill(1), ...values];
  const whole: Window[][] = Array.from({ length: lead }, () => [[0, 1, 1]]);
  return [...three(x.shape.slice(-all.length)), ...three(all.map((w) => w.length)), ...three(dilation), ...[...whole, ...all].flat(2)];
}

const ones = (dims: readonly number[]): number[] => dims.map(() => 1);

function checkRank(x: Strided, spatial: number): void {
  if (spatial >= 1 && spatial <= 3 && (x.shape.length === spatial + 1 || x.shape.length === spatial + 2)) return;
  throw new OnnxExporterError(
    "core/pool",
    `pool: ${show(x.shape)} has not ${spatial} spatial dims`,
    "x is [N, C, spatial…] or [C, spatial…]",
  );
}

function maxOver(x: Strided, all: readonly (readonly Window[])[], dilation: readonly number[]): [values: Strided, indices: Strided] {
  const carrier = carrierOf("max_pool", x.dtype);
  if (carrier !== x.dtype) {
    const [values, places] = maxOver(realCast(x, carrier), all, dilation);
    return [realCast(values, x.dtype), places];
  }
  const lead = x.shape.slice(0, x.shape.length - all.length);
  const shape = [...lead, ...all.map((w) => w.length)];
  const [source, y, places] = [contiguous(x), empty(x.dtype, shape), empty("int64", shape)];
  core.frame(() =>
    core.kernel("max_pool", x.dtype)(address(source), address(y), address(places), numel(lead), core.ints(plan(x, all, dilation))),
  );
  return [y, places];
}

function avgOver(x: Strided, all: readonly (readonly Window[])[], dilation: readonly number[], divisor: number): Strided {
  const carrier = carrierOf("avg_pool", x.dtype);
  if (carrier !== x.dtype) return realCast(avgOver(realCast(x, carrier), all, dilation, divisor), x.dtype);
  const lead = x.shape.slice(0, x.shape.length - all.length);
  const [source, y] = [contiguous(x), empty(x.dtype, [...lead, ...all.map((w) => w.length)])];
  core.frame(() => core.kernel("avg_pool", x.dtype)(address(source), address(y), numel(lead), core.ints(plan(x, all, dilation)), divisor));
  return y;
}

/** Maxima of windows and their int64 places in the flat spatial plane, as torch's max_pool*d with indices. Throws `core/pool`. */
export function maxPool(x: Strided, options: PoolOptions): [values: Strided, indices: Strided] {
  checkRank(x, options.kernel.length);
  return maxOver(x, windows(x, options, false), options.dilation ?? ones(options.kernel));
}

/** Averages of windows; sums in double. Throws `core/pool`. */
export function avgPool(x: Strided, options: AvgPoolOptions): Strided {
  checkRank(x, options.kernel.length);
  return avgOver(x, windows(x, options, options.countIncludePad), options.dilation ?? ones(options.kernel), options.divisor ?? 0);
}

const adaptive = (x: Strided, out: readonly number[]): Window[][] =>
  out.map((size, i) => {
    const n = x.shape[x.shape.length - out.length + i] as number;
    return Array.from({ length: size }, (_, at): Window => {
      const [start, end] = [Math.floor((at * n) / size), Math.ceil(((at + 1) * n) / size)];
      return [start, end, end - start];
    });
  });

/** Averages over windows that part the input into `out` pieces per dim (torch: adaptive_avg_pool*d). */
export function adaptiveAvgPool(x: Strided, out: readonly number[]): Strided {
  checkRank(x, out.length);
  return avgOver(x, adaptive(x, out), ones(out), 0);
}

/** Maxima over windows that part the input into `out` pieces per dim, and their places (torch: adaptive_max_pool*d). */
export function adaptiveMaxPool(x: Strided, out: readonly number[]): [values: Strided, indices: Strided] {
  checkRank(x, out.length);
  return maxOver(x, adaptive(x, out), ones(out));
}
