/**
 * @file Strided views of contiguous bytes, read piece by piece: what a transposed, sliced or broadcast weight is made of.
 *
 * The output is cut into boxes whose input fits the budget. The input of a box is read either as one range with its gaps, or, where the gaps
 * are wide, run by run into a compact layout; the core then puts the elements in order.
 */

import { core } from "../core/door.ts";
import { contiguousStrides, numel } from "../core/strided.ts";
import { pieceBytes } from "./source.ts";

/** Fills the bytes that `view()` gives from byte `offset` of the underlying bytes on. */
export type ReadBytes = (offset: number, length: number, view: () => Uint8Array) => void;

/** How a tensor lies in bytes: in elements, strides may be 0 or negative. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

interface Box extends Layout {
  /** Where its first element is in the output, in elements. */
  readonly position: number;
}

/** A range with gaps is read whole when it is at most this many times what is wanted. */
const maxGap = 4;

/** The same elements in the same order with as few dims as possible, at least one. */
export function collapse({ shape, strides, offset }: Layout): Layout {
  const dims: number[] = [];
  const steps: number[] = [];
  shape.forEach((d, i) => {
    if (d === 1) return;
    const step = strides[i] as number;
    if (dims.length > 0 && steps[steps.length - 1] === step * d) {
      dims.push((dims.pop() as number) * d);
      steps[steps.length - 1] = step;
    } else {
      dims.push(d);
      steps.push(step);
    }
  });
  return dims.length === 0 ? { shape: [1], strides: [1], offset } : { shape: dims, strides: steps, offset };
}

/** The first and the last element that a layout of no empty dims touches. */
export function extent({ shape, strides, offset }: Layout): [first: number, last: number] {
  let first = offset;
  let last = offset;
  shape.forEach((d, i) => {
    const reach = (strides[i] as number) * (d - 1);
    if (reach < 0) first += reach;
    else last += reach;
  });
  return [first, last];
}

/** Whether elements lie one after the other without gaps. */
export const isDense = (layout: Layout): boolean => {
  const { shape, strides } = collapse(layout);
  return shape.length === 1 && (strides[0] === 1 || shape[0] === 1);
};

/** Bytes [begin, end) of the row-major contents of `layout` over elements of `size` bytes, in pieces. */
export function* viewPieces(
  layout: Layout,
  size: number,
  read: ReadBytes,
  budget: number,
  begin: number,
  end: number,
): Generator<Uint8Array, void, void> {
  const flat = collapse(layout);
  const piece = Math.floor(Math.min(pieceBytes, budget / 4) / size);
  const room = Math.max(Math.floor(budget / 2 / size), piece);
  const { epoch } = core;
  const staging = core.alloc(Math.min(room, maxGap * numel(flat.shape) + 1) * size);
  try {
    const target = core.alloc(piece * size);
    try {
      const from = Math.floor(begin / size);
      const to = Math.ceil(end / size);
      for (const block of boxes({ ...flat, position: 0 }, room, from, to)) {
        const staged = stage(block, size, room, (offset, length, at) => read(offset, length, () => core.view(staging + at, length, epoch)));
        for (const box of boxes(staged, piece, from, to)) {
          gather(box, size, staging, target);
          const at = box.position * size;
          const skip = Math.max(begin - at, 0);
          yield core.view(target + skip, Math.min(end - at, numel(box.shape) * size) - skip, epoch);
        }
      }
    } finally {
      core.free(target, epoch);
    }
  } finally {
    core.free(staging, epoch);
  }
}

/** Cuts a box into boxes of at most `limit` elements, in order, leaving out what lies before element `from` or behind `to` of the output. */
function* boxes(box: Box, limit: number, from: number, to: number): Generator<Box, void, void> {
  const total = numel(box.shape);
  if (box.position >= to || box.position + total <= from) return;
  if (total <= limit) {
    yield box;
    return;
  }
  const [d, ...rest] = box.shape as [number, ...number[]];
  const [step, ...steps] = box.strides as [number, ...number[]];
  const inner = numel(rest);
  const rows = Math.max(Math.floor(limit / inner), 1);
  for (let i = 0; i < d; i += rows) {
    const n = Math.min(rows, d - i);
    const at = { offset: box.offset + i * step, position: box.position + i * inner };
    if (inner > limit) yield* boxes({ shape: rest, strides: steps, ...at }, limit, from, to);
    else yield* boxes({ shape: [n, ...rest], strides: box.strides, ...at }, limit, from, to);
  }
}

/** Reads what `box` touches into staging; the result says where its elements lie there. */
function stage(box: Box, size: number, room: number, read: (offset: number, length: number, at: number) => void): Box {
  const [first, last] = extent(box);
  const hull = last - first + 1;
  if (hull <= room && hull <= maxGap * numel(box.shape)) {
    read(first * size, hull * size, 0);
    return { ...box, offset: box.offset - first };
  }
  // Dims from the widest stride to the narrowest; a stride of 0 repeats what is there.
  const order = box.shape.map((_, i) => i).filter((i) => box.strides[i] !== 0 && box.shape[i] !== 1);
  order.sort((a, b) => Math.abs(box.strides[b] as number) - Math.abs(box.strides[a] as number));
  const compact = contiguousStrides(order.map((i) => box.shape[i] as number));
  let run = 1;
  let outer = order.length;
  while (outer > 0 && Math.abs(box.strides[order[outer - 1] as number] as number) === run)
    run *= box.shape[order[--outer] as number] as number;
  const index = new Array<number>(outer).fill(0);
  for (let at = 0, offset = first; ; at += run) {
    read(offset * size, run * size, at * size);
    let k = outer - 1;
    for (; k >= 0; k--) {
      const i = order[k] as number;
      const step = Math.abs(box.strides[i] as number);
      index[k] = (index[k] as number) + 1;
      if ((index[k] as number) < (box.shape[i] as number)) {
        offset += step;
        break;
      }
      offset -= step * ((box.shape[i] as number) - 1);
      index[k] = 0;
    }
    if (k < 0) break;
  }
  const strides = box.strides.map((s, i) => (order.includes(i) ? Math.sign(s) * (compact[order.indexOf(i)] as number) : 0));
  const start = box.shape.reduce((sum, d, i) => ((strides[i] as number) < 0 ? sum - (strides[i] as number) * (d - 1) : sum), 0);
  return { shape: box.shape, strides, offset: start, position: box.position };
}

/** The elements of `box`, which lies in `staging`, in order to `target`. */
function gather(box: Box, size: number, staging: number, target: number): void {
  core.frame(() => {
    const { shape, strides } = collapse(box);
    const rank = shape.length;
    core.kernel(`strided_${size}`)(staging + box.offset * size, target, rank, core.ints(shape), core.ints(strides), core.scratch(rank * 4));
  });
}
