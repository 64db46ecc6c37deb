/** @file Scales and zero points of a weight, a window of groups at a time: computed from its numbers, or given. */

import { core } from "../core/door.ts";
import { castRange } from "../core/ops/real.ts";
import { numel } from "../core/strided.ts";
import { type DType, dtypes, integerRange, isInteger, width } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Groups, groupAt, loadGeometry, startOf, windows } from "./groups.ts";
import { castSource } from "./map.ts";
import { Sequence } from "./sequence.ts";
import { fill, half, pieceBytes, type TensorSource } from "./source.ts";

/** Parameters of some groups, as float32. */
export interface Tables {
  readonly scale: Float32Array;
  readonly zero: Float32Array;
}
/** Parameters of groups [first, last). */
export type TablesOf = (first: number, last: number, budget: number) => Tables;

/** What numbers become: integers or floats from `lo` to `hi`; `zero` stands for 0 where ranges are symmetric. */
export interface Target {
  readonly integer: boolean;
  readonly lo: number;
  readonly hi: number;
  readonly zero: number;
}

/** The largest numbers of the float formats. */
const largest: { readonly [dtype in DType]?: number } = {
  float8_e4m3fn: 448,
  float8_e4m3fnuz: 240,
  float8_e5m2: 57344,
  float8_e5m2fnuz: 57344,
  float4_e2m1: 6,
};

/** What quantizing to `dtype` gives. Throws `weights/dtype`, naming `what`. */
export function targetOf(dtype: DType, what: string): Target {
  const { kind, size } = dtypes[dtype];
  const hi = largest[dtype];
  if (hi !== undefined) return { integer: false, lo: -hi, hi, zero: 0 };
  if (isInteger(dtype) && size <= 1) {
    const [least, most] = integerRange(dtype).map(Number) as [number, number];
    return { integer: true, lo: least, hi: most, zero: kind === "int" ? 0 : (most + 1) / 2 };
  }
  throw new OnnxExporterError("weights/dtype", `no ${what}`, "quantize to an integer of at most 8 bits, float8 or float4_e2m1");
}

/** Parameters of groups held at a time: two float32 for each. */
const mostParameters = (budget: number): number => Math.floor(budget / 32);

/** Runs over the windows that groups [first, last) fall into. */
export function* tablesIn(
  groups: Groups,
  tablesOf: TablesOf,
  [first, last]: readonly [number, number],
  budget: number,
): Generator<{ readonly from: number; readonly to: number; readonly tables: Tables }, void, void> {
  for (const [from, to] of windows(groups, first, last, mostParameters(budget))) yield { from, to, tables: tablesOf(from, to, budget) };
}

/** Tables in the core's memory, with the geometry that says whose they are. `free` them when done. */
export class LoadedTables {
  readonly geometry: number;
  readonly #groups: Groups;
  readonly #from: number;
  readonly #length: number;
  readonly #ptr: number;
  readonly #epoch = core.epoch;

  /** `from`: the first group. */
  constructor(groups: Groups, from: number, { scale, zero }: Tables) {
    this.#groups = groups;
    this.#from = from;
    this.#length = scale.length;
    this.#ptr = core.alloc(scale.length * 8);
    core.f32().set(scale, this.#ptr / 4);
    core.f32().set(zero, this.#ptr / 4 + scale.length);
    this.geometry = loadGeometry(groups);
  }

  /** Addresses of the parameters of the group of element `i`. */
  at(i: number): { readonly scale: number; readonly zero: number } {
    const scale = this.#ptr + 4 * this.#groups.count * (groupAt(this.#groups, i) - this.#from);
    return { scale, zero: scale + 4 * this.#length };
  }

  free(): void {
    core.free(this.geometry, this.#epoch);
    core.free(this.#ptr, this.#epoch);
  }
}

/** How parameters are chosen. */
export interface Choice {
  readonly target: Target;
  /** From -max |x| to max |x|, or from the smallest to the largest number. */
  readonly symmetric: boolean;
  /** Scales are rounded to it before anything is divided by them. */
  readonly scaleType: DType;
  /** What errors call the quantization. */
  readonly name: string;
}

/** The tables computed last: those of the data serve its scales and zero points, which are saved next. */
let latest: { readonly choice: Choice; readonly first: number; readonly last: number; readonly tables: Tables } | null = null;

/** Parameters such that the numbers of each group of `x`, which is float32, fit; a `choice` is for one `x`. Throws `weights/quantize` for inf, NaN. */
export function computedTables(x: TensorSource, groups: Groups, choice: Choice): TablesOf {
  return (first, last, budget) => {
    if (latest?.choice === choice && latest.first === first && latest.last === last) return latest.tables;
    const tables = choose(ranges(x, groups, first, last, budget), choice);
    latest = { choice, first, last, tables };
    return tables;
  };
}

/** The least and the greatest number of each parameter's elements and 0. */
function ranges(x: TensorSource, groups: Groups, first: number, last: number, budget: number): { lo: Float32Array; hi: Float32Array } {
  const { epoch } = core;
  const n = (last - first) * groups.count;
  const [begin, end] = [startOf(groups, first), Math.min(startOf(groups, last), numel(x.shape))];
  const room = Math.min(Math.floor(Math.min(pieceBytes, half(budget) / 2) / 4), end - begin);
  const lo = core.alloc(n * 8 + room * 4);
  const [hi, piece] = [lo + n * 4, lo + n * 8];
  const geometry = loadGeometry(groups);
  const sequence = new Sequence(x, begin * 4, end * 4, half(budget));
  try {
    core.view(lo, n * 8, epoch).fill(0);
    for (let at = begin; at < end; at += room) {
      const m = Math.min(room, end - at);
      sequence.take(m * 4, () => core.view(piece, m * 4, epoch));
      const skip = 4 * groups.count * (groupAt(groups, at) - first);
      core.exports.blocks_range(piece, m, at, geometry, lo + skip, hi + skip);
    }
    const numbers = core.f32();
    return { lo: numbers.slice(lo / 4, lo / 4 + n), hi: numbers.slice(hi / 4, hi / 4 + n) };
  } finally {
    sequence.close();
    core.free(geometry, epoch);
    core.free(lo, epoch);
  }
}

/** Turns ranges into parameters, in their place. */
function choose({ lo, hi }: { lo: Float32Array; hi: Float32Array }, { target, symmetric, scaleType, name }: Choice): Tables {
  const steps = symmetric ? target.hi - target.zero : target.hi - target.lo;
  for (let i = 0; i < hi.length; i++) {
    const [l, h] = [lo[i] as number, hi[i] as number];
    hi[i] = (symmetric ? Math.max(-l, h) : h - l) / steps;
  }
  rounded(hi, scaleType);
  for (let i = 0; i < hi.length; i++) {
    const s = hi[i] as number;
    if (!Number.isFinite(s)) {
      const message = `${name}: its numbers reach so far, or are none, that a scale is ${s} in ${scaleType}`;
      throw new OnnxExporterError("weights/quantize", message, "quantize finite numbers; a scale of float32 reaches furthest");
    }
    if (s === 0) hi[i] = 1;
    const ends = Math.round(target.lo - (lo[i] as number) / (hi[i] as number));
    lo[i] = symmetric ? target.zero : Math.min(Math.max(ends, target.lo), target.hi);
  }
  return { scale: hi, zero: lo };
}

/** Rounds numbers to those of `dtype`. */
function rounded(numbers: Float32Array, dtype: DType): void {
  if (dtype === "float32") return;
  const bytes = new Uint8Array(numbers.buffer);
  core.frame(() => {
    const wide = core.scratch(bytes.length);
    const narrow = core.scratch(numbers.length * width(dtype));
    core.u8().set(bytes, wide);
    castRange("float32", dtype, wide, narrow, numbers.length);
    castRange(dtype, "float32", narrow, wide, numbers.length);
    bytes.set(core.view(wide, bytes.length, core.epoch));
  });
}

/** Parameters read from sources in the shape of `groups`; without zero points they are 0. Throws `weights/quantize` when shapes do not fit. */
export function givenTables(scale: TensorSource, zero: TensorSource | null, groups: Groups, name: string): TablesOf {
  for (const given of zero === null ? [scale] : [scale, zero]) {
    const one = groups.shape.length === 0 && numel(given.shape) === 1;
    if (one || given.shape.join() === groups.shape.join()) continue;
    const message = `${name}: parameters are ${given.dtype}[${given.shape.join(", ")}], wanted [${groups.shape.join(", ")}]`;
    throw new OnnxExporterError("weights/quantize", message, "give one for each group of elements");
  }
  const read = (of: TensorSource, first: number, last: number, budget: number): Float32Array => {
    const floats = castSource(of, "float32");
    const bytes = new Uint8Array((last - first) * groups.count * 4);
    fill(floats, first * groups.count * 4, bytes.length, () => bytes, half(budget));
    return new Float32Array(bytes.buffer);
  };
  return (first, last, budget) => {
    const scales = read(scale, first, last, budget);
    return { scale: scales, zero: zero === null ? new Float32Array(scales.length) : read(zero, first, last, budget) };
  };
}
