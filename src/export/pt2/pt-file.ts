/** @file `.pt` zips inside archives (`torch.save`): the pickle as inert values, tensors as ranges of the same file. */

import { type DType, dtypes, fromStorageClass } from "../../dtype.ts";
import type { TensorSource } from "../../weights/source.ts";
import { payload } from "./payload.ts";
import { type PickleTypes, type Py, PyGlobal, PyObject, PyTuple, unpickle } from "./pickle.ts";
import type { Place } from "./place.ts";
import { type Bytes, Zip } from "./zip.ts";

/** A storage: the entry `data/<key>`, read as `dtype`. */
export class PyStorage extends PyObject {
  readonly key: string;
  /** null for untyped storages: the tensor says its dtype. */
  readonly dtype: DType | null;
  constructor(key: string, dtype: DType | null) {
    super("storage", []);
    this.key = key;
    this.dtype = dtype;
  }
}

export class PyTensor extends PyObject {
  /** null: a tensor without data (meta device). */
  readonly storage: PyStorage | null;
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** The conjugate or negative bit is set: the bytes are not the values. */
  readonly lazyBits: boolean;
  constructor(
    storage: PyStorage | null,
    dtype: DType,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
    lazyBits: boolean,
  ) {
    super("torch.Tensor", []);
    this.storage = storage;
    this.dtype = dtype;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.lazyBits = lazyBits;
  }
}

/** A tensor subclass (torchao): its parts by attribute name are in `state`. */
export class PySubclass extends PyObject {
  constructor(type: string, state: Py) {
    super(type, []);
    this.state = state;
  }
}

/** An open `.pt` zip. */
export class PtFile {
  readonly zip: Zip;
  readonly root: string;
  readonly value: Py;
  readonly place: Place;

  /** Reads `bytes` as a zip and its `data.pkl`. Throws `pt2/not-a-zip`, `pt2/missing-entry`, `pt2/pickle`, … */
  constructor(bytes: Bytes, place: Place) {
    this.place = place;
    this.zip = new Zip(bytes, place);
    const name = [...this.zip.entries.keys()].find((n) => n.endsWith("/data.pkl"));
    if (name === undefined) place.fail("missing-entry", "no data.pkl in it: not written by torch.save");
    this.root = name.slice(0, -"data.pkl".length);
    const order = this.zip.entries.get(`${this.root}byteorder`);
    if (order !== undefined) checkByteOrder(this.zip.readAll(order, false).toString("latin1"), place);
    const pickle = this.zip.entries.get(name);
    if (pickle === undefined) place.fail("missing-entry", `no ${name}`);
    const inner = place.within(name);
    this.value = unpickle(this.zip.readAll(pickle, false), torchTypes(inner), inner);
  }

  /** The tensor `t`, called `name`; its bytes stay in the file. Throws `pt2/short-payload`, `pt2/missing-entry`, `pt2/lazy-bits`. */
  source(t: PyTensor, name: string): TensorSource {
    const place: Place = this.place;
    if (t.lazyBits) {
      place.fail(
        "lazy-bits",
        `${name} has its conjugate or negative bit set, so its bytes are not its values`,
        "call .resolve_conj().resolve_neg() on it",
      );
    }
    const view = { dtype: t.dtype, shape: t.shape, strides: t.strides, storageOffset: t.offset };
    if (t.storage === null) return payload(null, view, name, place);
    const entry = this.zip.entries.get(`${this.root}data/${t.storage.key}`);
    if (entry === undefined) place.fail("missing-entry", `${name}: no entry ${this.root}data/${t.storage.key}`);
    return payload(this.zip.open(entry), view, name, place.within(entry.name));
  }
}

/** Throws `pt2/byte-order` for anything but little-endian. */
export function checkByteOrder(text: string, place: Place): void {
  if (text.trim() === "little" || text === "") return;
  place.fail(
    "byte-order",
    `weights are stored in ${text.trim()}-endian byte order`,
    "save the program on a little-endian machine (x86, ARM)",
  );
}

/** The globals that have a meaning; whatever else a pickle names becomes an inert object. */
function torchTypes(place: Place): PickleTypes {
  const construct = (name: string, args: readonly Py[]): Py | undefined => {
    const make = constructors.get(name);
    return make === undefined ? undefined : make(args, place);
  };
  return { construct, persistent: (id) => storageOf(id, place) };
}

type Make = (args: readonly Py[], place: Place) => Py | undefined;

const constructors: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["torch._utils._rebuild_tensor", ([s, o, n, d], p) => tensor(s, o, n, d, undefined, undefined, p)],
  ["torch._utils._rebuild_tensor_v2", ([s, o, n, d, , , meta], p) => tensor(s, o, n, d, undefined, meta, p)],
  ["torch._utils._rebuild_tensor_v3", ([s, o, n, d, , , dtype, meta], p) => tensor(s, o, n, d, dtype, meta, p)],
  ["torch._utils._rebuild_meta_tensor_no_storage", ([dtype, n, d], p) => tensor(null, 0, n, d, dtype, undefined, p)],
  ["torch._utils._rebuild_parameter", ([data]) => data],
  ["torch._utils._rebuild_parameter_with_state", ([data]) => data],
  ["torch._tensor._rebuild_from_type_v2", fromType],
  ["collections.OrderedDict", ([pairs]) => dictOf(pairs)],
  ["builtins.dict", ([pairs]) => dictOf(pairs)],
  ["__builtin__.dict", ([pairs]) => dictOf(pairs)],
  ["builtins.set", ([items]) => [...itemsOf(items ?? null)]],
  ["__builtin__.set", ([items]) => [...itemsOf(items ?? null)]],
  ["torch.Size", ([items]) => new PyTuple(itemsOf(items ?? null))],
  ["_codecs.encode", ([text]) => (typeof text === "string" ? Uint8Array.from(Buffer.from(text, "latin1")) : undefined)],
  ["copyreg._reconstructor", ([type]) => (type instanceof PyGlobal ? new PyObject(type.name, []) : undefined)],
]);

/** Elements of a list or tuple; none of anything else. */
export const itemsOf = (x: Py): readonly Py[] => (x instanceof PyTuple ? x.items : Array.isArray(x) ? (x as readonly Py[]) : []);

function dictOf(pairs: Py | undefined): Map<Py, Py> {
  const map = new Map<Py, Py>();
  for (const pair of itemsOf(pairs ?? null)) {
    const [k, v] = itemsOf(pair);
    if (k !== undefined && v !== undefined) map.set(k, v);
  }
  return map;
}

function fromType(args: readonly Py[], place: Place): Py | undefined {
  const [fn, type, inner, state] = args;
  if (!(fn instanceof PyGlobal) || !(type instanceof PyGlobal)) return undefined;
  if (fn.name === "torch._utils._rebuild_wrapper_subclass") return new PySubclass(type.name, state ?? null);
  return constructors.get(fn.name)?.(itemsOf(inner ?? null), place);
}

const sizes = (x: Py | undefined, what: string, place: Place): number[] =>
  itemsOf(x ?? null).map((n) =>
    typeof n === "number" && Number.isSafeInteger(n) ? n : place.fail("pickle", `a tensor's ${what} is not a list of integers`),
  );

function tensor(
  storage: Py | undefined,
  offset: Py | undefined,
  size: Py | undefined,
  stride: Py | undefined,
  dtype: Py | undefined,
  metadata: Py | undefined,
  place: Place,
): PyTensor {
  if (storage !== null && !(storage instanceof PyStorage)) place.fail("pickle", "a tensor without a storage");
  const named = dtype instanceof PyGlobal ? dtypeNamed(dtype.name, place) : (storage?.dtype ?? null);
  if (named === null) place.fail("pickle", "a tensor without a dtype");
  if (typeof offset !== "number") place.fail("pickle", "a tensor without a storage offset");
  const bits = metadata instanceof Map && (metadata.get("conj") === true || metadata.get("neg") === true);
  return new PyTensor(storage, named, offset, sizes(size, "size", place), sizes(stride, "stride", place), bits);
}

/** `torch.float32` → `float32`. */
function dtypeNamed(name: string, place: Place): DType {
  const short = name.replace(/^torch\./, "");
  return Object.hasOwn(dtypes, short)
    ? (short as DType)
    : place.fail("unknown-dtype", `dtype ${name}`, `known: ${Object.keys(dtypes).join(", ")}`);
}

/** `('storage', StorageClass, key, location, numel)`. */
function storageOf(id: Py, place: Place): PyStorage {
  const [tag, type, key] = itemsOf(id);
  if (tag !== "storage" || !(type instanceof PyGlobal) || typeof key !== "string")
    place.fail("pickle", "a persistent id that is not a storage");
  const short = type.name.slice(type.name.lastIndexOf(".") + 1);
  return new PyStorage(key, short === "UntypedStorage" ? null : fromStorageClass(short, String(place)));
}
