/** @file TensorSource: what a tensor is and where its bytes are; bytes are read only when needed, in bounded pieces. */

import type { DType } from "../dtype.ts";

/**
 * A tensor whose bytes are somewhere: a file range, memory, computed from another source, or nowhere (fake).
 * The bytes it yields are row-major, contiguous, little-endian, whatever the strides underneath.
 */
export interface TensorSource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes in all. */
  readonly nbytes: number;
  /** False for fake tensors: `chunks` throws `weights/fake`. */
  readonly materialized: boolean;
  /** Equal keys mean equal bytes, dtype and shape; null when nothing is known. Lets shared weights stay shared. */
  readonly key: string | null;
  /**
   * Bytes `[begin, end)` in order, in pieces of at most `budget` bytes. A piece is valid until the next one is asked for.
   * Throws `weights/…` naming file and tensor when they cannot be read.
   */
  chunks(budget: number, begin?: number, end?: number): Generator<Uint8Array, void, void>;
  /** Where the unchanged bytes lie in a file, when they lie there contiguously: lets saving copy or link the range. */
  readonly range: { readonly path: string; readonly offset: number } | null;
}
