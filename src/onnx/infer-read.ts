/** @file What inference found, back into the IR: only where it says more than a value does, and equal types are one object. */

import { core } from "../core/door.ts";
import { type DType, fromOnnx, isOnnx } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, type SymEnv, SymInt } from "../symbolic.ts";
import { isIndex } from "./infer-constant.ts";
import { containerOf, stringType } from "./ir/container.ts";
import type { Value, ValueType } from "./ir/graph.ts";

/** Numbers of assembly/infer/table.ts. */
const [TENSOR, INTEGERS] = [0, 1];
const UNKNOWN = -0x80000000;
const ROW = 8;
/** Lists of dims, and types, that were made last, by hash: a power of two. */
const KEPT = 1024;

const handle = (d: Dim): number => (d instanceof SymInt ? d.handle : d);

/** Reads the rows of the core; one for all calls, so that types are shared between them. */
export class RowReader {
  #env: SymEnv | null = null;
  #i32 = new Int32Array(0);
  #dims: (readonly Dim[] | undefined)[] = [];
  #types: (ValueType | undefined)[] = [];

  /** Takes over what is known of `values` now, which are dims of `env`; row i is that of value i. */
  read(values: readonly (Value | null)[], env: SymEnv): void {
    if (env !== this.#env) {
      this.#env = env;
      this.#dims = new Array(KEPT);
      this.#types = new Array(KEPT);
    }
    const rows = core.exports.infer_rows() >>> 2;
    const pool = core.exports.infer_pool() >>> 2;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Value | null;
      this.#i32 = core.i32(); // symbols made for the row before may have grown the memory
      if (value !== null) this.#apply(value, rows + i * ROW, pool);
    }
  }

  get #environment(): SymEnv {
    return this.#env ?? internal("no environment");
  }

  #apply(value: Value, row: number, pool: number): void {
    const i32 = this.#i32;
    const [kind, dtype, rank, dims] = [i32[row], i32[row + 1], i32[row + 2], pool + (i32[row + 3] as number)] as [
      number,
      number,
      number,
      number,
    ];
    if (kind !== TENSOR || dtype === stringType) {
      const shape = rank < 0 ? null : Array.from(i32.slice(dims, dims + rank), (h) => this.#dimAt(h, "dim"));
      value.container = containerOf({ kind, dtype, dims: shape, key: i32[row + 5] as number });
      return;
    }
    if (dtype === 0) return;
    if (!isOnnx(dtype)) {
      const which = value.name === null ? "a value" : value.name;
      throw new OnnxExporterError(
        "infer/dtype",
        `${which} is to have ONNX data type ${dtype}, which is none`,
        "correct the node's attribute",
      );
    }
    const name = fromOnnx(dtype, "inference");
    if (value.source === null && !this.#isType(value.type, name, rank, dims)) value.type = this.#type(name, rank, dims);
    if (value.data === null && i32[row + 4] === INTEGERS && isIndex(name))
      this.#setData(value, pool + (i32[row + 6] as number), i32[row + 5] as number);
  }

  /** What is not known is a symbol of its own: an element, or a dim in which the tensors of a sequence differ. */
  #dimAt(handle: number, hint: string): Dim {
    return handle === UNKNOWN ? this.#environment.fresh(hint) : this.#environment.dim(handle);
  }

  #isType(type: ValueType | null, dtype: DType, rank: number, dims: number): boolean {
    if (type === null || type.dtype !== dtype) return false;
    return type.shape === null ? rank < 0 : rank < 0 || this.#areDims(type.shape, dims, rank);
  }

  #areDims(known: readonly Dim[], at: number, count: number): boolean {
    if (known.length !== count) return false;
    for (let k = 0; k < count; k++) if (handle(known[k] as Dim) !== this.#i32[at + k]) return false;
    return true;
  }

  #type(dtype: DType, rank: number, at: number): ValueType {
    if (rank < 0) return { dtype, shape: null };
    const shape = this.#list(at, rank);
    const slot = (this.#hash(at, rank) + dtype.length * 7 + dtype.charCodeAt(0)) & (KEPT - 1);
    const kept = this.#types[slot];
    if (kept !== undefined && kept.shape === shape && kept.dtype === dtype) return kept;
    const made = { dtype, shape };
    this.#types[slot] = made;
    return made;
  }

  /** Dims of which all are known. */
  #list(at: number, count: number): readonly Dim[] {
    const slot = this.#hash(at, count);
    const kept = this.#dims[slot];
    if (kept !== undefined && this.#areDims(kept, at, count)) return kept;
    const made = new Array<Dim>(count);
    for (let k = 0; k < count; k++) made[k] = this.#environment.dim(this.#i32[at + k] as number);
    this.#dims[slot] = made;
    return made;
  }
  #hash(at: number, count: number): number {
    let hash = count;
    for (let k = 0; k < count; k++) hash = Math.imul(hash, 31) + (this.#i32[at + k] as number);
    return (hash ^ (hash >>> 12)) & (KEPT - 1);
  }

  /** Elements that are not known become fresh symbols where others are known. */
  #setData(value: Value, at: number, count: number): void {
    const elements = this.#i32.slice(at, at + count); // a copy: making a symbol may grow the memory
    const unknown = elements.includes(UNKNOWN);
    if (!unknown) value.data = this.#list(at, count);
    else if (elements.some((h) => h !== UNKNOWN)) value.data = Array.from(elements, (h) => this.#dimAt(h, "element"));
  }
}
