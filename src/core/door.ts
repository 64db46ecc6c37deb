/** @file The only door to the WebAssembly core: memory, exports, and what happens when it traps. */

import { type DType, dtypes } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { instantiateCore } from "../platform/node.ts";
import type { CoreExports } from "./exports.gen.ts";

/** A kernel as the host calls it: addresses and numbers in, a code or a number out. */
export type Kernel = (...args: number[]) => number;

interface Views {
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly i64: BigInt64Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
}

const maxBytes = 0xfff0_0000;

class Core {
  /** Counts instances. Addresses and handles belong to the epoch that they were made in. */
  epoch = 0;
  /** All exports, typed. A trap inside one throws `core/trap` and replaces the instance. Pointers come back signed: `>>> 0`. */
  exports!: CoreExports;
  /** Linear memory. Its `buffer` changes when memory grows: make views late, or use `u8()` … `f64()`. */
  memory!: { readonly buffer: ArrayBuffer };

  #functions!: ReadonlyMap<string, Kernel>;
  #views: Views | null = null;

  constructor() {
    this.#instantiate();
  }

  /**
   * Address of `nbytes` new bytes, 16-byte aligned and not cleared.
   * Throws `core/memory` when the core's 4 GiB are used up.
   */
  alloc(nbytes: number): number {
    const ptr = nbytes <= maxBytes ? this.exports.alloc(nbytes) >>> 0 : 0;
    if (ptr === 0) throw outOfMemory(nbytes, this.exports.memory_used());
    return ptr;
  }

  /** Gives back what `alloc` returned in `epoch`; nothing happens when that instance is gone. */
  free(ptr: number, epoch: number): void {
    if (epoch === this.epoch) this.exports.free(ptr);
  }

  /** A view of `nbytes` at `ptr`, valid until memory grows. Throws `core/stale` when the bytes were lost with their instance. */
  view(ptr: number, nbytes: number, epoch: number): Uint8Array {
    if (epoch !== this.epoch) {
      const message = `${nbytes} bytes of epoch ${epoch} are gone: the core trapped since and is now in epoch ${this.epoch}`;
      throw new OnnxExporterError("core/stale", message, "start the computation again from its sources");
    }
    return new Uint8Array(this.memory.buffer, ptr, nbytes);
  }

  /**
   * The kernel `<name>_<suffix of dtype>`, or just `name` without a dtype.
   * Throws `core/no-kernel` naming both when the core has none.
   */
  kernel(name: string, dtype?: DType): Kernel {
    const found = this.#functions.get(dtype === undefined ? name : `${name}_${dtypes[dtype].suffix}`);
    if (found !== undefined) return found;
    throw new OnnxExporterError("core/no-kernel", `no kernel ${name} for ${dtype ?? "any dtype"}`, "cast to a dtype that has one");
  }

  /** Whether `kernel(name, dtype)` would find one. */
  hasKernel(name: string, dtype?: DType): boolean {
    return this.#functions.has(dtype === undefined ? name : `${name}_${dtypes[dtype].suffix}`);
  }

  /** Runs `body`, then frees all scratch that it took. Frames nest. */
  frame<T>(body: () => T): T {
    const { epoch } = this;
    const mark = this.exports.mark() >>> 0;
    try {
      return body();
    } finally {
      if (epoch === this.epoch) this.exports.reset(mark);
    }
  }

  /** Address of `nbytes` of scratch, valid in the current `frame`. Throws `core/memory`. */
  scratch(nbytes: number): number {
    const ptr = nbytes <= maxBytes ? this.exports.scratch(nbytes) >>> 0 : 0;
    if (ptr === 0) throw outOfMemory(nbytes, this.exports.memory_used());
    return ptr;
  }

  /** Address of a scratch array of 32-bit integers with these values (shapes, strides; taken modulo 2^32). */
  ints(values: readonly number[]): number {
    const ptr = this.scratch(values.length * 4);
    const i32 = this.i32();
    for (let i = 0; i < values.length; i++) i32[(ptr >>> 2) + i] = values[i] as number;
    return ptr;
  }

  /** All of memory as bytes; like its siblings valid until memory grows, so ask anew after each call. Index `i32()` with `ptr >>> 2`. */
  u8(): Views["u8"] {
    return this.#fresh().u8;
  }
  i32(): Views["i32"] {
    return this.#fresh().i32;
  }
  i64(): Views["i64"] {
    return this.#fresh().i64;
  }
  f32(): Views["f32"] {
    return this.#fresh().f32;
  }
  f64(): Views["f64"] {
    return this.#fresh().f64;
  }

  #fresh(): Views {
    const { buffer } = this.memory;
    if (this.#views?.u8.buffer !== buffer) {
      this.#views = {
        u8: new Uint8Array(buffer),
        i32: new Int32Array(buffer),
        i64: new BigInt64Array(buffer),
        f32: new Float32Array(buffer),
        f64: new Float64Array(buffer),
      };
    }
    return this.#views;
  }

  #instantiate(): void {
    const exports = instantiateCore();
    const functions = new Map<string, Kernel>();
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value === "function") functions.set(name, this.#guarded(name, value as Kernel));
    }
    const table: Record<string, unknown> = Object.fromEntries(functions);
    this.#functions = functions;
    this.exports = table as { [name in keyof CoreExports]: CoreExports[name] };
    this.memory = exports.memory as { buffer: ArrayBuffer };
    this.#views = null;
  }

  /** `raw` such that a trap inside it is told and survived. */
  #guarded(name: string, raw: Kernel): Kernel {
    return (...args: number[]) => {
      try {
        return raw(...args);
      } catch (error) {
        throw this.#poisoned(name, error);
      }
    };
  }

  #poisoned(what: string, cause: unknown): unknown {
    if (cause instanceof OnnxExporterError) return cause;
    const inside = this.epoch;
    this.epoch++;
    this.#instantiate();
    const message = `the core trapped in ${what} (${cause instanceof Error ? cause.message : String(cause)}); instance ${inside} was replaced`;
    return new OnnxExporterError("core/trap", message, "this is a bug of torch-onnx: please report it with the model that shows it", {
      cause,
    });
  }
}

function outOfMemory(nbytes: number, used: number): OnnxExporterError {
  const message = `cannot allocate ${nbytes} bytes: the core holds ${used} of its 4294967296 bytes`;
  return new OnnxExporterError("core/memory", message, "free tensors that are no longer needed, or work on smaller pieces");
}

/** The core: one instance per process, replaced after a trap. */
export const core = new Core();
