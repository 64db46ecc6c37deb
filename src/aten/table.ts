/** @file The shape of an op's entry: what the op means, as types, as values, or in other ops. */

import type { Strided } from "../core/strided.ts";
import type { DType } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import type { Complex, TensorType } from "./graph.ts";
import type { AtenArgs, AtenReturns } from "./schemas.gen.ts";

/** What stands for a tensor in a decomposition: its type can be asked, its values cannot. */
export interface Symbolic extends TensorType {
  readonly isSymbolic: true;
}

export type Op = keyof AtenArgs<unknown, unknown>;
/** Arguments with tensors as T and integers (sizes, indices) as I; schema defaults filled in, promotion applied. */
export type ArgsOf<K extends Op, T, I> = AtenArgs<T, I>[K];
/** `Tensor` → T, `Tensor[]` → T[], `(Tensor, Tensor)` → [T, T], `SymInt` → I. */
export type ReturnOf<K extends Op, T, I> = AtenReturns<T, I>[K];
export type ScalarOf<I> = number | bigint | boolean | Complex | I;

/** One turn of a loop: turn `i` (an int64 scalar) makes of the carried values those of the next, of the same types. */
export type Step<T> = (i: T, values: readonly T[]) => Turn<T>;
export interface Turn<T> {
  readonly next: readonly T[];
  /** Whether the loop goes on, a bool scalar; it does where this is left out. */
  readonly goesOn?: T;
}

/** Calls another op from a decomposition: promoted, typed and recorded as any call. */
export interface Call<T = Symbolic, I = Dim> {
  <K extends Op>(op: K, args: Partial<ArgsOf<K, T, I>>): ReturnOf<K, T, I>;
  /** `carried` after at most `count` turns of `step`, which may read any value made before. */
  loop(count: I, carried: readonly T[], step: Step<T>): T[];
}

/** The result's type: dtype defaults are never implied. */
export type Meta = { readonly dtype: TensorType["dtype"]; readonly shape: TensorType["shape"]; readonly strides?: TensorType["strides"] };

/** Makes a size that only the data decide (`nonzero`): a new unbacked symbol of the program's environment. */
export type Fresh = (hint: string) => Dim;

export interface AtenEntry<K extends Op> {
  /**
   * dtype and symbolic shape of the results, from the types of the arguments (after promotion). `captured` is the first result's dtype
   * where a captured program states it: it settles what numbers alone leave open (`1.0` in Python is `1` here).
   */
  readonly meta?: (args: ArgsOf<K, TensorType, Dim>, fresh: Fresh, captured?: DType) => ReturnOf<K, Meta, Dim>;
  /** The results, on real strided storages. A view returns a Strided on its argument's storage. `captured` as for `meta`. */
  readonly eval?: (args: ArgsOf<K, Strided, number>, captured?: DType) => ReturnOf<K, Strided, number>;
  /** The op in other ops. Without `meta`/`eval`, both follow from this. */
  readonly decompose?: (args: ArgsOf<K, Symbolic, Dim>, call: Call) => ReturnOf<K, Symbolic, Dim>;
}

export type AtenTable = { readonly [K in Op]?: AtenEntry<K> };

/** An entry with its argument types forgotten: what code that knows no op by name works with. */
export interface Entry {
  readonly meta?: (args: never, fresh: Fresh, captured?: DType) => unknown;
  readonly eval?: (args: never, captured?: DType) => unknown;
  readonly decompose?: (args: never, call: never) => unknown;
}
