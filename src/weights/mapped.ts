/** @file Elements changed one by one, or byte by byte of packed ones, in bounded pieces: bytes are brought to the core, changed and handed on there. */

import { core } from "../core/door.ts";
import { numel } from "../core/strided.ts";
import { type DType, dtypes } from "../dtype.ts";
import { Sequence } from "./sequence.ts";
import { half, pieceBytes, type TensorSource } from "./source.ts";

/** Turns `n` elements at `from`, the first of which is element `first` of the tensor, into those at `to`. */
export type MapElements = (from: number, to: number, n: number, first: number) => void;

/**
 * Bytes [begin, end) of what `f` makes of the elements of `of` as elements of `dtype`, which has as many. Where one of the two packs
 * several elements in a byte, `f` gets whole bytes of both, save at the tensor's end.
 */
export function* mapped(
  of: TensorSource,
  dtype: DType,
  f: MapElements,
  budget: number,
  begin: number,
  end: number,
): Generator<Uint8Array, void, void> {
  const total = numel(of.shape);
  const unit = Math.max(1 / dtypes[of.dtype].size, 1 / dtypes[dtype].size, 1); // elements in whole bytes on both sides
  const [a, b] = [unit * dtypes[of.dtype].size, unit * dtypes[dtype].size];
  const bytes = Math.ceil(total * dtypes[dtype].size);
  const share = half(budget);
  const room = Math.floor(Math.min(pieceBytes, share / 2) / Math.max(a, b));
  const first = Math.floor(begin / b);
  const last = Math.ceil(end / b);
  const { epoch } = core;
  const most = Math.min(room, last - first);
  const from = core.alloc(most * (a + b));
  const to = from + most * a;
  const sequence = new Sequence(of, first * a, Math.min(last * a, of.nbytes), share);
  try {
    for (let at = first; at < last; at += room) {
      const units = Math.min(room, last - at);
      const length = Math.min(units * a, of.nbytes - at * a);
      sequence.take(length, () => core.view(from, length, epoch));
      f(from, to, Math.min(units * unit, total - at * unit), at * unit);
      const skip = Math.max(begin - at * b, 0);
      yield core.view(to + skip, Math.min(end - at * b, units * b, bytes - at * b) - skip, epoch);
    }
  } finally {
    sequence.close();
    core.free(from, epoch);
  }
}
