/** @file Values of the core: bytes in linear memory (Storage), and how a tensor lies in them (Strided). */

import { type DType, width } from "../dtype.ts";
import { collector } from "../platform/node.ts";
import { core } from "./door.ts";

/** What must be given back when a Storage is gone. */
interface Handle {
  readonly ptr: number;
  readonly nbytes: number;
  readonly epoch: number;
  isHeld: boolean;
}

let heldBytes = 0;
/** `heldBytes` after the last collection. */
let settled = 0;
/** Collecting costs some milliseconds: it is worth it every so many bytes. */
const collectEvery = 512 << 20;

/** Storages that no scope answers for: their bytes are given back when nothing refers to them any more. */
const loose = new Map<Handle, WeakRef<Storage>>();
const released = new FinalizationRegistry<Handle>(giveBack);

function giveBack(handle: Handle): void {
  if (!handle.isHeld) return;
  handle.isHeld = false;
  if (loose.delete(handle)) released.unregister(handle);
  heldBytes -= handle.nbytes;
  core.free(handle.ptr, handle.epoch);
}

/** Gives back the bytes of storages that nothing refers to any more. */
function collectStorages(): void {
  const collect = collector();
  if (collect === null) return;
  collect();
  for (const [handle, storage] of loose) if (storage.deref() === undefined) giveBack(handle);
  settled = heldBytes;
}

/** Storages made since each `scopedBy` call that has not returned, innermost last. */
const scopes: Set<Storage>[] = [];

/**
 * Runs `body` and frees at once every storage that it made and that `keeps` does not want: linear memory is invisible to the garbage
 * collector, so intermediates cannot wait for it. Frees all of them when `body` throws.
 */
export function scopedBy<T>(body: () => T, keeps: (storage: Storage) => boolean): T {
  const made = new Set<Storage>();
  scopes.push(made);
  let isDone = false;
  try {
    const result = body();
    isDone = true;
    return result;
  } finally {
    scopes.pop();
    for (const storage of made) {
      if (isDone && keeps(storage)) storage.enterScope();
      else storage.free();
    }
  }
}

/** `scopedBy` that keeps what the result uses, which `storagesOf` lists. */
export function scoped<T>(body: () => T, storagesOf: (result: T) => Iterable<Storage>): T {
  let kept: ReadonlySet<Storage> = new Set();
  const listed = (): T => {
    const result = body();
    kept = new Set(storagesOf(result));
    return result;
  };
  return scopedBy(listed, (storage) => kept.has(storage));
}

/** Bytes that live in the core's memory until the last Strided on them is gone, or until `free()`. */
export class Storage {
  readonly nbytes: number;
  readonly #handle: Handle;

  /** Allocates `nbytes` (not cleared). Throws `core/memory` when 4 GiB are used up. */
  constructor(nbytes: number) {
    if (heldBytes + nbytes > settled + collectEvery) collectStorages();
    this.nbytes = nbytes;
    this.#handle = { ptr: core.alloc(nbytes), nbytes, epoch: core.epoch, isHeld: true };
    heldBytes += nbytes;
    this.enterScope();
  }

  /** For `scopedBy` only: the innermost scope answers for the bytes; outside of all the garbage collector does, which costs more. */
  enterScope(): void {
    const scope = scopes.at(-1);
    if (scope !== undefined) scope.add(this);
    else {
      loose.set(this.#handle, new WeakRef(this));
      released.register(this, this.#handle, this.#handle);
    }
  }

  get ptr(): number {
    return this.#handle.ptr;
  }
  /** Which instance of the core holds the bytes: a trap replaces the instance, and its storages are lost. */
  get epoch(): number {
    return this.#handle.epoch;
  }

  /** A view of the bytes, valid until the next call into the core. */
  bytes(): Uint8Array {
    return core.view(this.ptr, this.nbytes, this.epoch);
  }

  /** Gives the bytes back at once, or does nothing when that was done. Nothing may use this storage afterwards. */
  free(): void {
    scopes.at(-1)?.delete(this);
    giveBack(this.#handle);
  }
}

/** A tensor value: `shape` and `strides` in elements, `offset` in elements from the start of `storage`. */
export interface Strided {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Whether `x` is a tensor value, and not a number or a list. */
export const isStrided = (x: unknown): x is Strided => typeof x === "object" && x !== null && "storage" in x;

/** The storages that a result uses: those of a tensor, or of the tensors in a list. */
export function* storagesOf(x: unknown): Generator<Storage, void, void> {
  if (Array.isArray(x)) for (const y of x) yield* storagesOf(y);
  else if (isStrided(x)) yield x.storage;
}

/** Number of elements. */
export const numel = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Row-major strides of `shape`, in elements, as PyTorch computes them (a size of 0 counts as 1). */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, step = 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i] as number, 1);
  }
  return strides;
}

/** Whether elements lie in row-major order without gaps (sizes of 1 may have any stride). */
export function isContiguous(x: Strided): boolean {
  for (let i = x.shape.length - 1, step = 1; i >= 0; i--) {
    const d = x.shape[i] as number;
    if (d === 0) return true;
    if (d !== 1) {
      if (x.strides[i] !== step) return false;
      step *= d;
    }
  }
  return true;
}

/** A new contiguous tensor, not cleared. */
export function empty(dtype: DType, shape: readonly number[]): Strided {
  return { storage: new Storage(width(dtype) * numel(shape)), dtype, shape: [...shape], strides: contiguousStrides(shape), offset: 0 };
}

/** Address of the first element. */
export const address = (x: Strided): number => x.storage.ptr + x.offset * width(x.dtype);
