/** @file Types and known elements of ONNX values, by the rules of the core (assembly/infer): for one node, or for a whole model in one call. */

import { core } from "../core/door.ts";
import { numel } from "../core/strided.ts";
import { type DType, dtypes, fromOnnx, isFloat } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, type SymEnv, SymInt, show } from "../symbolic.ts";
import type { TensorSource } from "../weights/source.ts";
import { inferenceError } from "./infer-error.ts";
import type { Attribute, FunctionBody, Model, Node, Value } from "./ir/graph.ts";
import { describeOrigin } from "./ir/origin.ts";
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
};
const UNKNOWN = -0x80000000;
const MAX_ELEMENTS = 64;
/** Tensors of a higher rank count as of unknown rank. */
const MAX_RANK = 32;
const ROW = 8;

/** Ops that read the elements of float constants: only their inputs are looked up. */
const floatReaders = new Set(["Resize", "Upsample", "Range", "Cast", "CastLike", "Mul"]);

/** Sequences and optionals: what `Value.type` has no words for, as a row of the table. */
const containers = new WeakMap<Value, { readonly kind: number; readonly dtype: number; readonly dims: readonly number[] | null }>();

/** A graph, or what of it is written. */
interface GraphLike {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  nodes(): Iterable<Node>;
}
/** 0: an op without a rule, whose outputs keep what is declared of them. */
const opNumber = ({ domain, op }: Node): number => opNumbers[domain === "" || domain === "ai.onnx" ? op : `${domain}::${op}`] ?? 0;

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
/** Functions may call functions; a chain of more calls is taken for a cycle. */
const MAX_CALLS = 32;

const none: ReadonlyMap<string, FunctionBody> = new Map();
/** A node outside a model has the newest version of its op. */
const newest: Versions = new Map();
/** Opset versions in a node's word; a greater one is the newest. */
const MAX_VERSION = 0x7fff;

/** The table of one call: words of assembly/infer/table.ts. */
class Table {
  readonly nodes: Node[] = [];
  /** By id; null: a value of a function's body, of which each call has another one. */
  readonly values: (Value | null)[] = [];
  #words = new Int32Array(4096);
  readonly #floats = new Float64Array(1);
  readonly #halves = new Int32Array(this.#floats.buffer);
  #length = 0;
  #spare = new Int32Array(4096);
  readonly #ids = new Map<Value, number>();
  #scope: Scope = { ids: this.#ids, attributes: () => undefined, versions: newest, depth: 0 };
  #env: SymEnv | null = null;
  #functions = none;

  /** Writes the graph; `deep`: nodes of bodies too, else bodies count as inferred. */
  write(env: SymEnv, graph: GraphLike, functions: readonly FunctionBody[], versions: Versions, deep: boolean): void {
    this.#env = env;
    this.#functions = functions.length === 0 ? none : new Map(functions.map((f) => [`${f.domain}::${f.name}`, f]));
    this.#length = 0;
    this.nodes.length = 0;
    this.values.length = 0;
    this.#ids.clear();
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
    const version = versions.get(domain) ?? (domain === "" ? versions.get("ai.onnx") : domain === "ai.onnx" ? versions.get("") : undefined) ?? 0;
    return version > 0 && version <= MAX_VERSION ? version : 0;
  }

  /** Returns how many nodes were written: a call of a function is written as the function's body. */
  #node(node: Node, deep: boolean): number {
    const body = this.#functions.size === 0 ? undefined : this.#functions.get(`${node.domain}::${node.op}`);
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
    if (outer.depth === MAX_CALLS) {
      throw new OnnxExporterError(
        "infer/recursion",
        `function ${node.domain}::${node.op} is called through ${MAX_CALLS} functions`,
        "ONNX functions must not call themselves",
      );
    }
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

  #value(value: Value | null, deep: boolean): void {
    if (value === null) {
      for (const word of [TENSOR, 0, -1]) this.#push(word);
      this.#nothing();
      return;
    }
    const container = containers.get(value);
    if (container !== undefined) {
      this.#push(container.kind);
      this.#push(container.dtype);
      this.#push(container.dims === null ? -1 : container.dims.length);
      for (const d of container.dims ?? []) this.#push(d);
      this.#nothing();
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
    if (kind !== TENSOR) {
      containers.set(value, { kind, dtype, dims: rank < 0 ? null : [...i32.subarray(dims, dims + rank)] });
      return;
    }
    // ONNX has string tensors (8), the exporter has not: their values stay without a type.
    if (dtype === 0 || dtype === 8) return;
    const env = this.#environment;
    const name = fromOnnx(dtype, "inference");
    if (value.source === null && !sameType(value, name, rank, i32, dims)) {
      value.type = { dtype: name, shape: rank < 0 ? null : Array.from({ length: rank }, (_, k) => env.dim(i32[dims + k] as number)) };
    }
    if (value.data === null && word(4) === INTEGERS && isIndex(name)) this.#setData(value, i32, pool + word(6), word(5));
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

const table = new Table();

function check(code: number, env: SymEnv, where: (node: Node) => string): void {
  if (code === 0) return;
  const { exports } = core;
  const node = table.nodes[exports.infer_failed()] ?? internal(`inference failed with ${code} and no node`);
  const operand = (i: number): number => exports.infer_problem(i);
  throw inferenceError(
    node,
    { code, operands: [operand(0), operand(1), operand(2), operand(3)], dim: (h) => show(env.dim(h)) },
    where(node),
  );
}

/**
 * Types and known elements of a node's outputs, from those of its inputs; bodies of control flow are inferred already. What an output
 * already has must agree. Ops without a rule keep what their outputs have. Throws `infer/…` naming op, types and rule.
 */
export function inferNode(node: Node, env: SymEnv): void {
  if (opNumber(node) === 0) return;
  table.write(env, { inputs: [], outputs: [], nodes: () => [node] }, [], newest, false);
  check(table.run(), env, () => "");
  table.read();
}

/**
 * The same for all nodes of a model, bodies included, in one call. Types that values have already are claims: those that contradict
 * what is inferred are an error; they stand where nothing better is known. Throws `infer/…`, with the node's place in the user's program.
 */
export function inferModel(model: Model): void {
  const { graph, env } = model;
  table.write(env, graph, model.functions, model.opset_import, true);
  check(table.run(), env, (node) => describeOrigin(model, node.origin));
  table.read();
}
