/** @file The IR as a table of inference (assembly/infer/table.ts), and what inference found back into the IR. */

import { core } from "../core/door.ts";
import { dtypes, isFloat } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import type { Dim, SymEnv } from "../symbolic.ts";
import type { TensorSource } from "../weights/source.ts";
import { constantOf, integersOf, isIndex, isSmall, MAX_ELEMENTS, readsFloats } from "./infer-constant.ts";
import { RowReader } from "./infer-read.ts";
import { Words } from "./infer-words.ts";
import { type Row, rowOf, stringType } from "./ir/container.ts";
import { type Attribute, type FunctionBody, functionKey, type Node, numbering, type Value } from "./ir/graph.ts";
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
const unknownRow: Row = { kind: TENSOR, dtype: 0, dims: null, key: 0 };
/** Tensors of a higher rank count as of unknown rank. */
const MAX_RANK = 32;

/** A graph, or what of it is written. */
export interface GraphLike {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** The nodes between follow by `next`. */
  readonly first: Node | null;
  readonly last: Node | null;
}
/** 0: an op without a rule, whose outputs keep what is declared of them. */
export const opNumber = ({ domain, op }: Node): number => opNumbers[domain === "" || domain === "ai.onnx" ? op : `${domain}::${op}`] ?? 0;

/** Opset versions by domain. */
type Versions = ReadonlyMap<string, number>;
/** The greatest version that a node's word holds; 0 stands for the newest. */
const MAX_VERSION = 0x7fff;

/** What the body of a function sees: ids of its values in one call (null: values outside of functions are numbered), the attributes that the call gives, the opsets that it imports. */
interface Scope {
  readonly ids: Map<Value, number> | null;
  readonly attributes: (name: string) => Attribute | undefined;
  readonly versions: Versions;
  readonly depth: number;
}
const noAttributes = (): undefined => undefined;
/** Functions may call functions; a chain of more calls is taken for a cycle. */
const MAX_CALLS = 32;
/** Graphs inside each other: what loops in loops cost is bounded by it. */
const MAX_NESTING = 100;
/** Calls, and nodes that they stand for, all together. */
const MAX_CALLED = 1 << 21;

const none: ReadonlyMap<string, FunctionBody> = new Map();
/** A node outside a model has the newest version of its op. */
export const newestVersions: Versions = new Map();

/** The table of one call: words of assembly/infer/table.ts. */
export class Table {
  readonly nodes: Node[] = [];
  /** By id; null: a value of a function's body, of which each call has another one. */
  readonly values: (Value | null)[] = [];
  /** Values come first, but are only known after the graph, which is written to words of its own. */
  readonly #values = new Words();
  readonly #nodes = new Words();
  #words = this.#nodes;
  readonly #rows = new RowReader();
  #walk = 0;
  #scope: Scope = { ids: null, attributes: noAttributes, versions: newestVersions, depth: 0 };
  #called = 0;
  #nesting = 0;
  #env: SymEnv | null = null;
  #functions = none;

  /** Writes the graph; `deep`: nodes of bodies too, else bodies count as inferred. */
  write(env: SymEnv, graph: GraphLike, functions: readonly FunctionBody[], versions: Versions, deep: boolean): void {
    this.#env = env;
    this.#functions = functions.length === 0 ? none : new Map(functions.map((f) => [functionKey(f.domain, f.name, f.overload), f]));
    this.#values.clear();
    this.#nodes.clear();
    this.nodes.length = 0;
    this.values.length = 0;
    this.#walk = numbering();
    this.#scope = { ids: null, attributes: noAttributes, versions, depth: 0 };
    this.#called = 0;
    this.#nesting = 0;
    this.#words = this.#nodes;
    this.#graph(graph, deep);
    this.#words = this.#values;
    this.#push(this.values.length);
    for (const v of this.values) this.#value(v, deep);
  }

  /** Runs inference; 0 or the code of what is wrong. */
  run(): number {
    const { exports } = core;
    const [values, nodes] = [this.#values.view, this.#nodes.view];
    const at = exports.infer_buffer(values.length + nodes.length) >>> 2;
    core.i32().set(values, at);
    core.i32().set(nodes, at + values.length);
    return exports.infer_run(this.#environment.pointer);
  }

  /** Takes over what is known of each value now. */
  read(): void {
    this.#rows.read(this.values, this.#environment);
    this.nodes.length = 0;
    this.values.length = 0;
  }

  get #environment(): SymEnv {
    return this.#env ?? internal("no environment");
  }

  #push(word: number): void {
    this.#words.push(word);
  }

  #id(value: Value | null): number {
    if (value === null) return -1;
    const { ids } = this.#scope;
    if (ids === null) {
      if (value.walk !== this.#walk) {
        value.walk = this.#walk;
        value.number = this.values.push(value) - 1;
      }
      return value.number;
    }
    let id = ids.get(value);
    if (id === undefined) {
      id = this.values.push(null) - 1;
      ids.set(value, id);
    }
    return id;
  }
  #idsOf(values: readonly (Value | null)[]): void {
    this.#push(values.length);
    for (let i = 0; i < values.length; i++) this.#push(this.#id(values[i] as Value | null));
  }

  #graph(graph: GraphLike, deep: boolean): void {
    if (this.#nesting === MAX_NESTING) {
      throw new OnnxExporterError(
        "infer/depth",
        `bodies of control flow lie in each other more than ${MAX_NESTING} deep`,
        "Flatten the model",
      );
    }
    this.#nesting++;
    this.#idsOf(graph.inputs);
    this.#idsOf(graph.outputs);
    const count = this.#words.length;
    this.#push(0);
    let n = 0;
    const { last } = graph;
    for (let node = graph.first; node !== null; node = node === last ? null : node.next) n += this.#node(node, deep);
    this.#words.set(count, n);
    this.#nesting--;
  }

  #head(op: number, node: Node): void {
    const { versions, depth } = this.#scope;
    const { domain } = node;
    const version = versions.get(domain) ?? (domain === "ai.onnx" ? versions.get("") : domain === "" ? versions.get("ai.onnx") : 0) ?? 0;
    this.#push(op | ((version > 0 && version <= MAX_VERSION ? version : 0) << 16));
    this.#push(this.nodes.length);
    this.nodes.push(node);
    if (depth > 0) this.#count();
  }

  /** Counts calls and the nodes that they stand for: calls of calls can make a small model endless. */
  #count(): void {
    if (++this.#called <= MAX_CALLED) return;
    const message = `functions, with the functions that they call, stand for more than ${MAX_CALLED} nodes`;
    throw new OnnxExporterError("infer/size", message, "call fewer functions from functions, or split the model");
  }

  /** Returns how many nodes were written: a call of a function is written as the function's body. */
  #node(node: Node, deep: boolean): number {
    const body = this.#functions.size === 0 ? undefined : this.#functions.get(functionKey(node.domain, node.op, node.overload));
    if (body !== undefined && deep) return this.#call(node, body);
    this.#head(opNumber(node), node);
    this.#idsOf(node.inputs);
    this.#idsOf(node.outputs);
    const count = this.#words.length;
    this.#push(0);
    if (!node.hasAttributes) return 1;
    let n = 0;
    for (const [name, given] of node.attributes) {
      const number = attributeNumbers[name];
      const a = given.kind === "ref" ? this.#scope.attributes(given.value) : given;
      if (number === undefined || a === undefined || a.kind === "ref") continue;
      n++;
      this.#push(number);
      this.#push(kinds[a.kind]);
      const start = this.#words.length;
      this.#push(0);
      this.#payload(a, deep);
      this.#words.set(start, this.#words.length - start - 1);
    }
    this.#words.set(count, n);
    return 1;
  }

  #call(node: Node, { graph, defaults, opset_import }: FunctionBody): number {
    const outer = this.#scope;
    this.#count();
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
    // What a body gives twice, or passes on, has an id already: such an output of the call is a copy.
    const copies: [from: Value, to: Value][] = [];
    graph.outputs.forEach((v, i) => {
      const given = node.outputs[i];
      if (given === undefined) return;
      if (ids.has(v)) copies.push([v, given]);
      else ids.set(v, this.#id(given));
    });
    const attributes = (name: string): Attribute | undefined => {
      const given = node.attributes.get(name) ?? defaults?.get(name);
      return given?.kind === "ref" ? outer.attributes(given.value) : given;
    };
    this.#scope = { ids, attributes, versions: opset_import ?? outer.versions, depth: outer.depth + 1 };
    let n = copies.length;
    for (const inner of graph.nodes()) n += this.#node(inner, true);
    this.#scope = outer;
    for (const [from, to] of copies) this.#copy(node, ids.get(from) ?? -1, this.#id(to));
    return n;
  }
  #copy(node: Node, from: number, to: number): void {
    this.#head(opNumbers.Identity ?? 0, node);
    for (const word of [1, from, 1, to, 0]) this.#push(word);
  }

  #payload(a: Attribute, deep: boolean): void {
    if (a.kind === "int") this.#words.pushInteger(a.value);
    else if (a.kind === "ints") for (const x of a.value) this.#words.pushInteger(x);
    else if (a.kind === "float") this.#words.pushFloat(a.value);
    else if (a.kind === "floats") for (const x of a.value) this.#words.pushFloat(x);
    else if (a.kind === "string") for (let i = 0; i < a.value.length; i++) this.#push(a.value.charCodeAt(i));
    else if (a.kind === "strings") this.#push(a.value.length);
    else if (a.kind === "tensor") this.#tensor(a.value);
    else if (a.kind === "string_tensor") this.#row({ kind: TENSOR, dtype: stringType, dims: a.value.shape, key: 0 });
    else if (a.kind === "sparse_tensor") this.#row({ kind: TENSOR, dtype: dtypes[a.value.values.dtype].onnx, dims: a.value.shape, key: 0 });
    else if (a.kind === "type") this.#row(rowOf(a.value) ?? unknownRow);
    else if (a.kind === "graph") {
      this.#graph(deep ? a.value : { inputs: a.value.inputs, outputs: a.value.outputs, first: null, last: null }, deep);
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
    if (read && isIndex(source.dtype)) this.#integers(integersOf(source));
    else if (read && isFloat(source.dtype) && source.dtype.length <= 8) {
      const elements = elementsOf(source);
      this.#push(FLOATS);
      this.#push(elements.length);
      for (const x of elements) this.#words.pushFloat(Number(x));
    } else this.#nothing();
  }
  #element(x: number | bigint): number {
    return this.#environment.handleOf(
      typeof x === "bigint" && !Number.isSafeInteger(Number(x)) ? this.#environment.integer(BigInt.asIntN(64, x)) : Number(x),
    );
  }
  #integers(elements: readonly (number | bigint)[]): void {
    this.#push(INTEGERS);
    this.#push(elements.length);
    for (let i = 0; i < elements.length; i++) this.#push(this.#element(elements[i] as number | bigint));
  }
  #nothing(): void {
    this.#push(0);
    this.#push(0);
  }

  #dims(dims: readonly Dim[] | null): void {
    if (dims !== null) for (let i = 0; i < dims.length; i++) this.#push(this.#environment.handleOf(dims[i] as Dim));
  }

  /** A value of which only the type is known. */
  #row({ kind, dtype, dims, key }: Row): void {
    this.#push(kind);
    this.#push(dtype);
    const ranked = dims !== null && dims.length <= MAX_RANK;
    this.#push(ranked ? dims.length : -1);
    this.#dims(ranked ? dims : null);
    this.#push(0);
    this.#push(key);
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
}
