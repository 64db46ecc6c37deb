/** @file TensorSource: what a tensor is and where its bytes are; bytes are read only when needed, in bounded pieces. */

import { numel } from "../core/strided.ts";
import { byteLength, type DType, dtypes } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { readInto, type WeightsFile } from "./files.ts";

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
   * Bytes `[begin, end)` in order, in pieces of at most `budget` bytes (and of 1 MiB, which is fastest); computing them holds about
   * `budget` bytes. A piece may lie in the core's memory: it is valid until the next one is asked for or the core is called.
   * Throws `weights/…` naming file and tensor when they cannot be read.
   */
  chunks(budget: number, begin?: number, end?: number): Generator<Uint8Array, void, void>;
  /** Where the unchanged bytes lie in a file, when they lie there contiguously: lets saving copy or link the range. */
  readonly range: FileRange | null;
  /** This tensor with others in place of those that it is, or is made of. Itself where none of them is replaced. */
  rebind(replaced: ReadonlyMap<TensorSource, TensorSource>): TensorSource;
}

/** Whether `x` is a TensorSource, and not a tensor or a number. */
export const isSource = (x: unknown): x is TensorSource => typeof x === "object" && x !== null && "chunks" in x;

export interface FileRange {
  readonly path: string;
  readonly offset: number;
  readonly file: WeightsFile;
  /** What errors call the tensor. */
  readonly name: string;
}

/** The least budget that makes sense. */
export const minBudget = 4096;
/** Bytes of a piece where the budget allows it: larger ones are not faster. */
export const pieceBytes = 1 << 20;
/** What `chunks` may hold unless its caller says otherwise. */
export const defaultBudget = 64 << 20;

/** What is left of a budget for the sources underneath. */
export const half = (budget: number): number => Math.max(Math.floor(budget / 2), minBudget);

/** What a kind of source says of itself; `name` is what errors call it. */
export interface SourceParts {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly key: string | null;
  readonly range?: FileRange | null;
  readonly materialized?: boolean;
  /** What it is made of, and how it is made of the same things with other bytes. */
  readonly derived?: { readonly of: readonly TensorSource[]; readonly make: (of: readonly TensorSource[]) => TensorSource };
  /** Bytes [begin, end), 0 <= begin < end <= nbytes, in pieces of at most min(budget, pieceBytes). */
  pieces(budget: number, begin: number, end: number): Generator<Uint8Array, void, void>;
}

/** Shapes that were seen last, by hash: a model repeats a few, which are one frozen array each. */
const shapes: (readonly number[] | undefined)[] = new Array(256);

function frozen(shape: readonly number[]): readonly number[] {
  let hash = shape.length;
  for (let i = 0; i < shape.length; i++) hash = (hash * 31 + (shape[i] as number)) | 0;
  const known = shapes[hash & 255];
  if (known !== undefined && known.length === shape.length && known.every((d, i) => Object.is(d, shape[i]))) return known;
  const made = Object.freeze([...shape]);
  shapes[hash & 255] = made;
  return made;
}

/** What all kinds of sources share. Kinds that models have by the thousand are classes of their own, so that each is one small object. */
export abstract class Source implements TensorSource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly nbytes: number;
  /** All bytes, where they are in memory. */
  readonly held: Uint8Array | null;
  /** How often its bytes were asked for. */
  reads = 0;

  /** Throws `weights/shape`; `name` is what errors call it. */
  constructor(name: string, dtype: DType, shape: readonly number[], held: Uint8Array | null = null) {
    this.held = held;
    this.dtype = dtype;
    this.shape = frozen(shape);
    this.nbytes = tensorBytes(name, dtype, this.shape);
  }
  abstract get name(): string;
  abstract get key(): string | null;
  get range(): FileRange | null {
    return null;
  }
  get materialized(): boolean {
    return true;
  }
  /** What it is made of. */
  get of(): readonly TensorSource[] {
    return none;
  }
  rebind(replaced: ReadonlyMap<TensorSource, TensorSource>): TensorSource {
    return replaced.get(this) ?? this;
  }
  *chunks(budget: number, begin = 0, end = this.nbytes): Generator<Uint8Array, void, void> {
    const { name, nbytes } = this;
    if (!(budget >= minBudget))
      throw new OnnxExporterError("weights/budget", `${name}: a budget of ${budget} bytes`, `give at least ${minBudget} bytes`);
    if (!(begin >= 0 && begin <= end && end <= nbytes)) internal(`bytes ${begin} to ${end} of ${name}, which has ${nbytes}`);
    this.reads++;
    if (begin < end) yield* this.pieces(budget, begin, end);
  }
  /** As of SourceParts. */
  protected abstract pieces(budget: number, begin: number, end: number): Generator<Uint8Array, void, void>;
}

const none: readonly TensorSource[] = [];

class PartsSource extends Source {
  readonly #parts: SourceParts;
  constructor(parts: SourceParts) {
    super(parts.name, parts.dtype, parts.shape);
    this.#parts = parts;
  }
  get name(): string {
    return this.#parts.name;
  }
  get key(): string | null {
    return this.#parts.key;
  }
  override get range(): FileRange | null {
    return this.#parts.range ?? null;
  }
  override get materialized(): boolean {
    return this.#parts.materialized ?? true;
  }
  override get of(): readonly TensorSource[] {
    return this.#parts.derived?.of ?? none;
  }
  override rebind(replaced: ReadonlyMap<TensorSource, TensorSource>): TensorSource {
    const other = replaced.get(this);
    const { derived } = this.#parts;
    if (other !== undefined || derived === undefined) return other ?? this;
    const of = derived.of.map((s) => s.rebind(replaced));
    return of.every((s, i) => s === derived.of[i]) ? this : derived.make(of);
  }
  protected pieces(budget: number, begin: number, end: number): Generator<Uint8Array, void, void> {
    return this.#parts.pieces(budget, begin, end);
  }
}

/** A source made of its parts, with the checks that all kinds share. Throws `weights/shape`. */
export const source = (parts: SourceParts): TensorSource => new PartsSource(parts);

/** How often bytes of `of` were asked for: tells which weights a pass has computed with. */
export const readsOf = (of: TensorSource): number => (of instanceof Source ? of.reads : 0);

/** Gives, when called, the names of those sources whose bytes were read since: what was computed meanwhile depends on them. */
export function watchReads(sources: Iterable<readonly [name: string, source: TensorSource]>): () => Set<string> {
  const before = Array.from(sources, ([name, source]) => ({ name, source, reads: readsOf(source) }));
  return () => new Set(before.filter(({ source, reads }) => readsOf(source) !== reads).map(({ name }) => name));
}

/** Bytes of a tensor. Throws `weights/shape` when a dim is no size, or the product is no exact number. */
export function tensorBytes(name: string, dtype: DType, shape: readonly number[]): number {
  const bytes = byteLength(dtype, numel(shape));
  if (shape.every((d) => Number.isSafeInteger(d) && d >= 0) && Number.isSafeInteger(bytes)) return bytes;
  throw new OnnxExporterError("weights/shape", `${name}: [${shape.join(", ")}] is not the shape of a ${dtype} tensor`);
}

/** Bytes per element. Throws `weights/packed` for types of less than a byte: `what` says who needs whole bytes. */
export function elementBytes(dtype: DType, what: string): number {
  const { size } = dtypes[dtype];
  if (size >= 1) return size;
  throw new OnnxExporterError(
    "weights/packed",
    `${what}: ${dtype} packs several elements in a byte`,
    "unpack the tensor to int8 or uint8 first",
  );
}

/**
 * Fills the bytes that `view()` gives, `length` of them, from byte `begin` of `from` on; those in a file are read to where they go.
 * `view` is asked anew whenever memory may have moved.
 */
export function fill(from: TensorSource, begin: number, length: number, view: () => Uint8Array, budget: number): void {
  const held = from instanceof Source ? from.held : null;
  if (held !== null) {
    (from as Source).reads++;
    view().set(begin === 0 && length === held.length ? held : held.subarray(begin, begin + length));
    return;
  }
  const { range } = from;
  if (range !== null) {
    for (let of: TensorSource | undefined = from; of instanceof Source; of = of.of[0]) of.reads++;
    if (length > 0) readInto(range.file, range.offset + begin, view().subarray(0, length), range.name);
    return;
  }
  let at = 0;
  for (const piece of from.chunks(budget, begin, begin + length)) {
    view().set(piece, at);
    at += piece.length;
  }
  if (at !== length) internal(`a source gave ${at} of ${length} bytes`);
}

/** The bytes of `from`, to be looked at only: those of a source in memory are its own. Throws as `readAll`. */
export function bytesIn(from: TensorSource, limit: number): Uint8Array {
  if (!(from instanceof Source) || from.held === null || from.nbytes > limit) return readAll(from, limit);
  from.reads++;
  return from.held;
}

/** All bytes of `from` in one new array. Throws `weights/limit` when there are more than `limit`. */
export function readAll(from: TensorSource, limit: number): Uint8Array {
  if (from.nbytes > limit) {
    const message = `a ${from.dtype}[${from.shape.join(", ")}] tensor has ${from.nbytes} bytes, more than the ${limit} that may be read at once`;
    throw new OnnxExporterError("weights/limit", message, "read it in chunks");
  }
  const bytes = new Uint8Array(from.nbytes);
  fill(from, 0, bytes.length, () => bytes, defaultBudget);
  return bytes;
}
