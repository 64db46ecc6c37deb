/**
 * @file Weights that are nearly all of a file and go out as they are: the file is copied whole, by the system, which may share its blocks
 * (copy_file_range, reflinks), and the weights are referred to where they lie in it.
 */

import { width } from "../../dtype.ts";
import type { WeightsFile } from "../../weights/files.ts";
import type { TensorSource } from "../../weights/source.ts";

/** At most this part of a file that is copied whole may be no weight: a header, the records between. */
const spare = 1 / 64;
/** Below this many bytes nothing is gained. */
const least = 1 << 20;

/** Whether a runtime may map the weight where it is. */
const isAligned = (source: TensorSource): boolean => (source.range?.offset ?? 0) % width(source.dtype) === 0;

/** The file that nearly consists of weights in `sources`; null where there is none. */
export function wholeFileOf(sources: Iterable<TensorSource>): WeightsFile | null {
  const files = new Map<string, { readonly file: WeightsFile; readonly offsets: Set<number>; bytes: number }>();
  for (const source of sources) {
    const { range } = source;
    if (range === null || !isAligned(source)) continue;
    const known = files.get(range.path) ?? { file: range.file, offsets: new Set(), bytes: 0 };
    files.set(range.path, known);
    // Shared weights count once.
    if (known.offsets.has(range.offset)) continue;
    known.offsets.add(range.offset);
    known.bytes += source.nbytes;
  }
  const [most] = [...files.values()].sort((a, b) => b.bytes - a.bytes);
  return most !== undefined && most.file.size >= least && most.bytes >= most.file.size * (1 - spare) ? most.file : null;
}

/** Whether `source` is found in a whole copy of `file`. */
export const liesIn = (source: TensorSource, file: WeightsFile): boolean => source.range?.path === file.path && isAligned(source);
