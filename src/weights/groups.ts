/** @file Which elements of a weight share a scale and a zero point, in the words of assembly/initializer/blocks.ts. */

import { core } from "../core/door.ts";
import { numel } from "../core/strided.ts";
import { OnnxExporterError } from "../errors.ts";

/** One pair for the tensor (axis null), for each index of dim `axis`, or for each block of `block` elements along it. */
export interface Granularity {
  readonly axis?: number | null;
  readonly block?: number | null;
}

/** Parameters lie in order of their groups, in `shape`. */
export interface Groups {
  readonly shape: readonly number[];
  readonly row: number;
  readonly group: number;
  readonly inner: number;
  /** Parameters of a group. */
  readonly count: number;
  /** Groups of a row, and of the tensor. */
  readonly perRow: number;
  readonly total: number;
}

/** Groups of a tensor of `shape`. Throws `weights/quantize`, naming `what`, for a dim that it has not, and a block of no size. */
export function groupsOf(what: string, shape: readonly number[], { axis = null, block = null }: Granularity): Groups {
  const all = Math.max(numel(shape), 1);
  if (axis === null) {
    if (block !== null) throw new OnnxExporterError("weights/quantize", `${what}: blocks of ${block} along no axis`, "give the axis");
    return { shape: [], row: all, group: all, inner: all, count: 1, perRow: 1, total: 1 };
  }
  const d = axis < 0 ? axis + shape.length : axis;
  const size = shape[d];
  if (size === undefined) {
    throw new OnnxExporterError("weights/quantize", `${what}: there is no axis ${axis} in [${shape.join(", ")}]`, "give one of its dims");
  }
  const inner = Math.max(numel(shape.slice(d + 1)), 1);
  const outer = numel(shape.slice(0, d));
  if (block === null) {
    // Without dims outside, the elements of an index lie together: groups that are read once.
    if (outer === 1) return { shape: [size], row: all, group: inner, inner, count: 1, perRow: size, total: size };
    return { shape: [size], row: all, group: all, inner, count: size, perRow: 1, total: 1 };
  }
  if (!(Number.isSafeInteger(block) && block > 0)) {
    throw new OnnxExporterError("weights/quantize", `${what}: blocks of ${block} elements`, "give a whole number above 0");
  }
  const perRow = Math.ceil(size / block);
  const row = Math.max(size, 1) * inner;
  return { shape: shape.with(d, perRow), row, group: block * inner, inner: 1, count: inner, perRow, total: outer * perRow };
}

/** The group of element `i`, and the first element of group `g`: that of the next row behind a row's last group. */
export const groupAt = ({ row, group, perRow }: Groups, i: number): number => Math.floor(i / row) * perRow + Math.floor((i % row) / group);
export const startOf = ({ row, group, perRow }: Groups, g: number): number =>
  perRow === 0 ? 0 : Math.floor(g / perRow) * row + (g % perRow) * group;

/** Groups [first, last) in windows of at most `most` parameters, or of one group. */
export function* windows({ count }: Groups, first: number, last: number, most: number): Generator<[from: number, to: number], void, void> {
  const step = Math.max(Math.floor(most / count), 1);
  // Windows begin at multiples of their size, so that those of data and of parameters are the same.
  for (let g = first; g < last; ) {
    const next = Math.min((Math.floor(g / step) + 1) * step, last);
    yield [g, next];
    g = next;
  }
}

/** Writes the geometry to the core. Free it when done. */
export function loadGeometry({ row, group, inner, count }: Groups): number {
  const ptr = core.alloc(32);
  core.f64().set([row, group, inner, count], ptr / 8);
  return ptr;
}
