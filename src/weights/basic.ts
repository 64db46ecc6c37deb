/** @file Sources that are not computed: memory, the core's memory, nowhere. */

import { core } from "../core/door.ts";
import type { Strided } from "../core/strided.ts";
import { address, empty, numel } from "../core/strided.ts";
import { byteLength, type DType, width } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { isPacked, unpackSource } from "./packed.ts";
import { defaultBudget, fill, pieceBytes, Source, source, type TensorSource } from "./source.ts";

/** Numbers keys of memory: the same bytes of the same buffer have the same key. */
const identities = new WeakMap<ArrayBufferLike, number>();
let lastIdentity = 0;

function identity(buffer: ArrayBufferLike): number {
  const known = identities.get(buffer);
  if (known !== undefined) return known;
  identities.set(buffer, ++lastIdentity);
  return lastIdentity;
}

/** A tensor whose bytes are in memory. */
export class MemorySource extends Source {
  declare readonly held: Uint8Array;
  readonly name: string;
  constructor(name: string, dtype: DType, shape: readonly number[], bytes: Uint8Array) {
    super(name, dtype, shape, bytes);
    this.name = name;
  }
  get key(): string {
    const { buffer, byteOffset } = this.held;
    return `memory:${identity(buffer)}:${byteOffset}:${this.dtype}[${this.shape.join(",")}]`;
  }
  protected *pieces(budget: number, begin: number, end: number): Generator<Uint8Array, void, void> {
    const step = Math.min(budget, pieceBytes);
    for (let at = begin; at < end; at += step) yield this.held.subarray(at, Math.min(at + step, end));
  }
}

/**
 * A tensor of `shape` whose row-major little-endian bytes are those of `data`. They are not copied.
 * Throws `weights/size` when their number is not that of the tensor.
 */
export function bufferSource(dtype: DType, shape: readonly number[], data: ArrayBufferView, name = "a tensor in memory"): TensorSource {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const made = new MemorySource(name, dtype, shape, bytes);
  if (bytes.length !== made.nbytes) {
    throw new OnnxExporterError("weights/size", `${name}: ${dtype}[${shape.join(", ")}] takes ${made.nbytes} bytes, got ${bytes.length}`);
  }
  return made;
}

/** A tensor of which only dtype and shape are known: asking for bytes throws `weights/fake`. Equal `key`s mean the same tensor. */
export function fakeSource(dtype: DType, shape: readonly number[], name = "a tensor", key: string | null = null): TensorSource {
  return source({
    name,
    dtype,
    shape,
    key: key === null ? null : `fake:${key}:${dtype}[${shape.join(",")}]`,
    materialized: false,
    // biome-ignore lint/correctness/useYield: there are no bytes to yield
    *pieces() {
      const hint = "call program.apply_weights(state_dict) with real tensors, or save with { include_initializers: false }";
      throw new OnnxExporterError("weights/fake", `${name} (${dtype}[${shape.join(", ")}]) is fake: it has no bytes`, hint);
    },
  });
}

/** A copy of the bytes of `x`, which must be contiguous, as a file has them. */
export function bytesOf(x: Strided): Uint8Array {
  const n = numel(x.shape);
  if (!isPacked(x.dtype)) return x.storage.bytes().slice(x.offset * width(x.dtype), (x.offset + n) * width(x.dtype));
  return core.frame(() => {
    const packed = core.scratch(byteLength(x.dtype, n));
    core.kernel("pack", x.dtype)(address(x), packed, n);
    return core.view(packed, byteLength(x.dtype, n), core.epoch).slice();
  });
}

/** The bytes of a tensor of the core, copied now to memory outside it; `x` must be contiguous. */
export function stridedSource(x: Strided, name = "a tensor"): TensorSource {
  return bufferSource(x.dtype, x.shape, bytesOf(x), name);
}

/** All of `from` in the core's memory, contiguous. Throws `core/memory` when it does not fit. */
export function loadStrided(from: TensorSource): Strided {
  const x = empty(from.dtype, from.shape);
  const elements = unpackSource(from);
  fill(elements, 0, elements.nbytes, () => x.storage.bytes().subarray(0, elements.nbytes), defaultBudget);
  return x;
}
