/** @file The IR as a table of inference (assembly/infer/table.ts), and what inference found back into the IR. */

import { core } from "../core/door.ts";
import { numel } from "../core/strided.ts";
import { type DType, dtypes, fromOnnx, isFloat } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, type SymEnv, SymInt } from "../symbolic.ts";
import type { TensorSource } from "../weights/source.ts";
import { containerOf, type Row, rowOf, stringType } from "./ir/container.ts";
import type { Attribute, FunctionBody, Node, Value } from "./ir/graph.ts";
import { elementsOf } from "./opset/literal.ts";
import { attributeNumbers, opNumbers } from "./opset/op-numbers.gen.ts";

/** Numbers of assembly/infer/table.ts and node.ts. */
const [TENSOR, INTEGERS, FLOATS] = [0, 1, 2];
const kinds: { readonly [K in Attribute["kind"]]: number } = {
  int: 1,
  float: 2,
  string: 3,
  ints: 4,
  floats: 5,
  strings: 6,
  tensor: 7,
  graph: 8,
  ref: 0,
  string_tensor: 7,
  sparse_tensor: 7,
  type: 7,
  tensors: 0,
  graphs: 0,
};
const UNKNOWN = -0x80000000;
const unknownRow: Row = { kind: TENSOR, dtype: 0, dims: null };
const MAX_ELEMENTS = 64;
/** Tensors of a higher rank count as of unknown rank. */
const MAX_RANK = 32;
const ROW = 8;

/** Ops that read the elements of float constants: only their inputs are looked up. */
const floatReaders = new Set(["Resize", "Upsample", "Range", "Cast", "CastLike", "Mul"]);

/** A graph, or what of it is written. */
export interface GraphLike {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  nodes(): Iterable<Node>;
}
/** 0: an op without a rule, whose outputs keep what is declared of them. */
export const opNumber = ({ domain, op }: Node): number => opNumbers[domain === "" || domain === "ai.onnx" ? op : `${domain}::${op}`] ?? 0;

/** Whether inference tracks elements of this dtype. */
const isIndex = (dtype: DType): boolean => {
  const { kind, size } = dtypes[dtype];
  return kind === "bool" || ((kind === "int" || kind === "uint") && size >= 1);
};
const isSmall = (s: TensorSource): boolean => s.materialized && numel(s.shape) <= MAX_ELEMENTS;

/** The tensor that a value is, where the model has its bytes: an initializer, or a Constant node's tensor. */
function constantOf(value: Value): TensorSource | null {
  if (value.source !== null) return value.source;
  const a = value.producer?.op === "Constant" ? value.producer.attributes.get("value") : undefined;
  return a?.kind === "tensor" ? a.value : null;
}

type Versions = ReadonlyMap<string, number>;

/** What the body of a function sees: ids of its values in one call, the attributes that the call gives, its own imports of opsets. */
interface Scope {
  readonly ids: Map<Value, number>;
  readonly attributes: (name: string) => Attribute | undefined;
  readonly versions: Versions;
  readonly depth: number;
}
/** Functions may call functions; a chain of more calls is taken for a cycle, and so are more calls in all. */
const [MAX_CALLS, MAX_EXPANDED] = [32, 1 << 18];
const functionKey = (domain: string, name: string, overload = ""): string => `${domain}::${name}::${overload}`;

const endless = (code: string, { domain, op }: Node, how: string): OnnxExporterError =>
  new OnnxExporterError(code, `function ${domain}::${op} is called ${how}`, "ONNX functions must not call themselves");

const none: ReadonlyMap<string, FunctionBody> = new Map();
/** A node outside a model has the newest version of its op. */
export const newestVersions: Versions = new Map();
/** Opset versions in a node's word; a greater one is the newest. */
const MAX_VERSION = 0x7fff;

/** The table of one call: words of assembly/infer/table.ts. */
export class Table {
  readonly nodes: Node[] = [];
  /** By id; null: a value of a function's body, of which each call has another one. */
  readonly values: (Value | null)[] = [];
  #words = new Int32Array(4096);
  readonly #floats = new Float64Array(1);
  readonly #halves = new Int32Array(this.#floats.buffer);
  #length = 0;
  #spare = new Int32Array(4096);
  readonly #ids = new Map<Value, number>();
  #scope: Scope = { ids: this.#ids, attributes: () => undefined, versions: newestVersions, depth: 0 };
  #env: SymEnv | null = null;
  #functions = none;
  #calls = 0;

  /** Writes the graph; `deep`: nodes of bodies too, else bodies count as inferred. */
  write(env: SymEnv, graph: GraphLike, functions: readonly FunctionBody[], versions: Versions, deep: boolean): void {
    this.#env = env;
    this.#functions = functions.length === 0 ? none : new Map(functions.map((f) => [functionKey(f.domain, f.name, f.overload), f]));
    this.#length = 0;
    this.nodes.length = 0;
    this.values.length = 0;
    this.#ids.clear();
    this.#calls = 0;
    this.#scope = { ids: this.#ids, attributes: () => undefined, versions, depth: 0 };
    // Values come first, but are only known after the graph: the graph is written, then moved behind them.
    this.#graph(graph, deep);
    const length = this.#length;
    if (this.#spare.length < length) this.#spare = new Int32Array(length * 2);
    this.#spare.set(this.#words.subarray(0, length));
    this.#length = 0;
    this.#push(this.values.length);
    for (const v of this.values) this.#value(v, deep);
    this.#reserve(length);
    this.#words.set(this.#spare.subarray(0, length), this.#length);
    this.#length += length;
  }

  /** Runs inference; 0 or the code of what is wrong. */
  run(): number {
    const { exports } = core;
    const at = exports.infer_buffer(this.#length) >>> 2;
    core.i32().set(this.#words.subarray(0, this.#length), at);
    return exports.infer_run(this.#environment.pointer);
  }

  /** Takes over what is known of each value now. */
  read(): void {
    const { exports } = core;
    const rows = exports.infer_rows() >>> 2;
    const pool = exports.infer_pool() >>> 2;
    const i32 = core.i32();
    this.values.forEach((v, i) => {
      if (v !== null) this.#apply(v, i32, rows + i * ROW, pool);
    });
    this.nodes.length = 0;
    this.values.length = 0;
    this.#ids.clear();
  }

  get #environment(): SymEnv {
    return this.#env ?? internal("no environment");
  }

  #reserve(n: number): void {
    if (this.#length + n <= this.#words.length) return;
    const grown = new Int32Array(Math.max(this.#words.length * 2, this.#length + n));
    grown.set(this.#words.subarray(0, this.#length));
    this.#words = grown;
  }
  #push(word: number): void {
    if (this.#length === this.#words.length) this.#reserve(1);
    this.#words[this.#length++] = word;
  }
  #pushInteger(x: number | bigint): void {
    if (typeof x === "bigint") {
      this.#push(Number(BigInt.asIntN(32, x)));
      this.#push(Number(BigInt.asIntN(32, x >> 32n)));
    } else {
      this.#push(x | 0);
      this.#push(Math.floor(x / 4294967296) | 0);
    }
  }
  #pushFloat(x: number): void {
    this.#floats[0] = x;
    this.#push(this.#halves[0] as number);
    this.#push(this.#halves[1] as number);
  }

  #id(value: Value | null): number {
    if (value === null) return -1;
    const { ids, depth } = this.#scope;
    let id = ids.get(value);
    if (id === undefined) {
      id = this.values.length;
      ids.set(value, id);
      this.values.push(depth === 0 ? value : null);
    }
    return id;
  }
  #idsOf(values: readonly (Value | null)[]): void {
    this.#push(values.length);
    for (const v of values) this.#push(this.#id(v));
  }

  #graph(graph: GraphLike, deep: boolean): void {
    this.#idsOf(graph.inputs);
    this.#idsOf(graph.outputs);
    const count = this.#length;
    this.#push(0);
    let n = 0;
    for (const node of graph.nodes()) n += this.#node(node, deep);
    this.#words[count] = n;
  }

  /** 0: the newest. */
  #version(domain: string): number {
    const { versions } = this.#scope;
    const version =
      versions.get(domain) ?? (domain === "" ? versions.get("ai.onnx") : domain === "ai.onnx" ? versions.get("") : undefined) ?? 0;
    return version > 0 && version <= MAX_VERSION ? version : 0;
  }

  /** Returns how many nodes were written: a call of a function is written as the function's body. */
  #node(node: Node, deep: boolean): number {
    const body = this.#functions.size === 0 ? undefined : this.#functions.get(functionKey(node.domain, node.op, node.overload));
    if (body !== undefined && deep) return this.#call(node, body);
    this.#push(opNumber(node) | (this.#version(node.domain) << 16));
    this.#push(this.nodes.length);
    this.nodes.push(node);
    this.#idsOf(node.inputs);
    this.#idsOf(node.outputs);
    const count = this.#length;
    this.#push(0);
    let n = 0;
    for (const [name, given] of node.attributes) {
      const number = attributeNumbers[name];
      const a = given.kind === "ref" ? this.#scope.attributes(given.value) : given;
      if (number === undefined || a === undefined || a.kind === "ref") continue;
      n++;
      this.#push(number);
      this.#push(kinds[a.kind]);
      const start = this.#length;
      this.#push(0);
      this.#payload(a, deep);
      this.#words[start] = this.#length - start - 1;
    }
    this.#words[count] = n;
    return 1;
  }

  #call(node: Node, { graph, defaults, opset_import }: FunctionBody): number {
    const outer = this.#scope;
    if (this.#calls++ === MAX_EXPANDED) throw endless("infer/size", node, `in the ${MAX_EXPANDED}th call`);
    if (outer.depth === MAX_CALLS) throw endless("infer/recursion", node, `through ${MAX_CALLS} functions`);
    const ids = new Map<Value, number>();
    graph.inputs.forEach((v, i) => {
      const id = this.#id(node.inputs[i] ?? null);
      if (id >= 0) ids.set(v, id);
    });
    // An output that is also an input has the input's id; the call's output then learns nothing.
    graph.outputs.forEach((v, i) => {
      const given = node.outputs[i];
      if (given !== undefined && !ids.has(v)) ids.set(v, this.#id(given));
    });
    const attributes = (name: string): Attribute | undefined => {
      const given = node.attributes.get(name) ?? defaults?.get(name);
      return given?.kind === "ref" ? outer.attributes(given.value) : given;
    };
    this.#scope = { ids, attributes, versions: opset_import ?? outer.versions, depth: outer.depth + 1 };
    let n = 0;
    for (const inner of graph.nodes()) n += this.#node(inner, true);
    this.#scope = outer;
    return n;
  }

  #payload(a: Attribute, deep: boolean): void {
    if (a.kind === "int") this.#pushInteger(a.value);
    else if (a.kind === "ints") for (const x of a.value) this.#pushInteger(x);
    else if (a.kind === "float") this.#pushFloat(a.value);
    else if (a.kind === "floats") for (const x of a.value) this.#pushFloat(x);
    else if (a.kind === "string") for (let i = 0; i < a.value.length; i++) this.#push(a.value.charCodeAt(i));
    else if (a.kind === "strings") this.#push(a.value.length);
    else if (a.kind === "tensor") this.#tensor(a.value);
    else if (a.kind === "string_tensor") this.#row({ kind: TENSOR, dtype: stringType, dims: a.value.shape });
    else if (a.kind === "sparse_tensor") this.#row({ kind: TENSOR, dtype: dtypes[a.value.values.dtype].onnx, dims: a.value.shape });
    else if (a.kind === "type") this.#row(rowOf(a.value) ?? unknownRow);
    else if (a.kind === "graph") {
      this.#graph(deep ? a.value : { inputs: a.value.inputs, outputs: a.value.outputs, nodes: () => [] }, deep);
    }
  }

  #tensor(source: TensorSource): void {
    this.#push(TENSOR);
    this.#push(dtypes[source.dtype].onnx);
    const ranked = source.shape.length <= MAX_RANK;
    this.#push(ranked ? source.shape.length : -1);
    this.#dims(ranked ? source.shape : null);
    this.#elements(source, isSmall(source));
  }

  #elements(source: TensorSource, read: boolean): void {
    if (read && isIndex(source.dtype)) this.#integers(elementsOf(source).map((x) => this.#element(x)));
    else if (read && isFloat(source.dtype) && source.dtype.length <= 8) {
      const elements = elementsOf(source);
      this.#push(FLOATS);
      this.#push(elements.length);
      for (const x of elements) this.#pushFloat(Number(x));
    } else this.#nothing();
  }
  #element(x: number | bigint): number {
    return this.#environment.handleOf(
      typeof x === "bigint" && !Number.isSafeInteger(Number(x)) ? this.#environment.integer(BigInt.asIntN(64, x)) : Number(x),
    );
  }
  #integers(handles: readonly number[]): void {
    this.#push(INTEGERS);
    this.#push(handles.length);
    for (const h of handles) this.#push(h);
  }
  #nothing(): void {
    this.#push(0);
    this.#push(0);
  }

  #dims(dims: readonly Dim[] | null): void {
    if (dims !== null) for (let i = 0; i < dims.length; i++) this.#push(this.#environment.handleOf(dims[i] as Dim));
  }

  /** A value of which only the type is known. */
  #row({ kind, dtype, dims }: Row): void {
    this.#push(kind);
    this.#push(dtype);
    const ranked = dims !== null && dims.length <= MAX_RANK;
    this.#push(ranked ? dims.length : -1);
    this.#dims(ranked ? dims : null);
    this.#nothing();
  }

  #value(value: Value | null, deep: boolean): void {
    if (value === null) {
      this.#row(unknownRow);
      return;
    }
    if (value.container !== null) {
      this.#row(rowOf(value.container) ?? unknownRow);
      return;
    }
    const { type } = value;
    this.#push(TENSOR);
    this.#push(type === null ? 0 : dtypes[type.dtype].onnx);
    const shape = type?.shape != null && type.shape.length <= MAX_RANK ? type.shape : null;
    this.#push(shape === null ? -1 : shape.length);
    this.#dims(shape);
    const { data } = value;
    if (data !== null && data.length <= MAX_ELEMENTS) {
      this.#push(INTEGERS);
      this.#push(data.length);
      this.#dims(data);
      return;
    }
    const source = constantOf(value);
    const reads = source !== null && isSmall(source) && (isIndex(source.dtype) || deep || readsFloats(value));
    if (source !== null) this.#elements(source, reads);
    else this.#nothing();
  }

  #apply(value: Value, i32: Int32Array, row: number, pool: number): void {
    const word = (k: number): number => i32[row + k] as number;
    const [kind, dtype, rank, dims] = [word(0), word(1), word(2), pool + word(3)];
    const env = this.#environment;
    if (kind !== TENSOR || dtype === stringType) {
      const shape = rank < 0 ? null : Array.from({ length: rank }, (_, k) => this.#dimAt(i32[dims + k] as number));
      value.container = containerOf({ kind, dtype, dims: shape });
      return;
    }
    if (dtype === 0) return;
    const name = fromOnnx(dtype, "inference");
    if (value.source === null && !sameType(value, name, rank, i32, dims)) {
      value.type = { dtype: name, shape: rank < 0 ? null : Array.from({ length: rank }, (_, k) => env.dim(i32[dims + k] as number)) };
    }
    if (value.data === null && word(4) === INTEGERS && isIndex(name)) this.#setData(value, i32, pool + word(6), word(5));
  }

  /** A dim in which the tensors of a sequence differ is a symbol of its own. */
  #dimAt(handle: number): Dim {
    return handle === UNKNOWN ? this.#environment.fresh("dim") : this.#environment.dim(handle);
  }

  /** Elements that are not known become fresh symbols where others are known. */
  #setData(value: Value, i32: Int32Array, at: number, count: number): void {
    const env = this.#environment;
    let known = false;
    for (let k = 0; k < count; k++) if (i32[at + k] !== UNKNOWN) known = true;
    if (!known && count > 0) return;
    value.data = Array.from(i32.subarray(at, at + count), (h) => (h === UNKNOWN ? env.fresh("element") : env.dim(h)));
  }
}

const readsFloats = (value: Value): boolean => {
  for (const { node } of value.uses) if (floatReaders.has(node.op)) return true;
  return false;
};

const handle = (d: Dim): number => (d instanceof SymInt ? d.handle : d);
function sameType(value: Value, dtype: DType, rank: number, i32: Int32Array, dims: number): boolean {
  const { type } = value;
  if (type === null || type.dtype !== dtype) return false;
  if (type.shape === null) return rank < 0;
  return rank < 0 || (type.shape.length === rank && type.shape.every((d, k) => handle(d) === i32[dims + k]));
}
