/** @file The ONNX IR: Model, Graph, Node, Value. Every op is held in its newest form; a Graph is the one owner of its nodes. */

import type { DType } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { Dim, Shape, SymEnv } from "../../symbolic.ts";
import type { TensorSource } from "../../weights/source.ts";

/** dtype and dims of a tensor; `shape` null where even the rank is unknown. Unknown dims are fresh anonymous symbols. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape | null;
}

/** A type that is no tensor of numbers: ONNX's TypeProto but for what `ValueType` says. Dims are unknown as there. */
export type ContainerType =
  | { readonly kind: "strings"; readonly shape: Shape | null }
  | { readonly kind: "sparse_tensor"; readonly dtype: DType; readonly shape: Shape | null }
  | { readonly kind: "sequence" | "optional"; readonly of: AnyType | null }
  | { readonly kind: "map"; readonly key: DType | "string"; readonly of: AnyType | null }
  | { readonly kind: "opaque"; readonly domain: string; readonly name: string };
export type AnyType = ({ readonly kind: "tensor" } & ValueType) | ContainerType;

/** A constant of strings, row-major. */
export interface StringTensor {
  readonly shape: readonly number[];
  readonly strings: readonly string[];
}

/** A constant that is zero but for `values` (rank 1) at `indices`: linear ones, [count], or coordinates, [count, rank]. */
export interface SparseTensor {
  readonly shape: readonly number[];
  readonly values: TensorSource;
  readonly indices: TensorSource;
}

/** An attribute as ONNX has them. Integers are numbers where exact, else bigints. */
export type Attribute =
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly (number | bigint)[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: TensorSource }
  | { readonly kind: "string_tensor"; readonly value: StringTensor }
  | { readonly kind: "sparse_tensor"; readonly value: SparseTensor }
  | { readonly kind: "tensors"; readonly value: readonly TensorSource[] }
  | { readonly kind: "type"; readonly value: AnyType }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  /** Inside a function: the caller's attribute `value`; `type` is ONNX's AttributeType. */
  | { readonly kind: "ref"; readonly value: string; readonly type: number };

/** One operand position of a node that reads a value. */
export interface Use {
  readonly node: Node;
  readonly index: number;
}

/** A value of the graph: an input, an initializer, or one output of a node. Who reads it is kept up to date by the nodes. */
export class Value {
  /** A hint until save, when one allocator makes names unique; null: named after its producer. */
  name: string | null;
  /** null until inferred, and where `container` says what the value is. */
  type: ValueType | null;
  /** What the value is when it is no tensor of numbers. */
  container: ContainerType | null = null;
  producer: Node | null = null;
  /** Set on initializers: the tensor's bytes. */
  source: TensorSource | null = null;
  /** Set on initializers of strings. */
  strings: StringTensor | null = null;
  /** What is known of the elements of a small integer tensor (shapes, indices, sizes), row-major; null where nothing is. */
  data: readonly Dim[] | null = null;
  doc_string = "";
  #metadata: Map<string, string> | null = null;
  /** Most values have one use: a set is made when there are more, or somebody asks. */
  #use: Use | null = null;
  #uses: Set<Use> | null = null;
  /** The walk that numbered it last, and its number there: see `numbering`. */
  walk = 0;
  number = 0;

  constructor(name: string | null, type: ValueType | null) {
    this.name = name;
    this.type = type;
  }
  get dtype(): DType {
    return this.type?.dtype ?? internal(`dtype of ${this.name} is not inferred`);
  }
  get shape(): Shape {
    return this.type?.shape ?? internal(`shape of ${this.name} is not inferred`);
  }
  get rank(): number {
    return this.shape.length;
  }
  get isInitializer(): boolean {
    return this.source !== null || this.strings !== null;
  }
  /** Made when it is asked for: few values have any. */
  get metadata(): Map<string, string> {
    this.#metadata ??= new Map();
    return this.#metadata;
  }
  get hasMetadata(): boolean {
    return this.#metadata !== null && this.#metadata.size > 0;
  }
  /** How many operands read it: `uses.size`, without making the set. */
  get useCount(): number {
    return this.#uses !== null ? this.#uses.size : this.#use === null ? 0 : 1;
  }
  get uses(): ReadonlySet<Use> {
    if (this.#uses === null && this.#use !== null) this.#uses = new Set([this.#use]);
    return this.#uses ?? noUses;
  }
  /** For Node only. */
  addUse(use: Use): void {
    if (this.#uses !== null) this.#uses.add(use);
    else if (this.#use === null) this.#use = use;
    else this.#uses = new Set([this.#use, use]);
  }
  /** For Node only. */
  removeUse(use: Use): void {
    if (this.#uses !== null) this.#uses.delete(use);
    else if (this.#use === use) this.#use = null;
  }
}

let lastWalk = 0;
/**
 * The number of a new walk over values, greater than all before it. A walk that gives values numbers writes `walk` and `number` to them: a
 * map from a hundred thousand values costs more than all else that such a walk does. A value that another walk has numbered since has lost
 * its number, so walks that need theirs must not cross.
 */
export const numbering = (): number => ++lastWalk;

const none: readonly Graph[] = [];
const noUses: ReadonlySet<Use> = new Set();

/** One ONNX op in its newest form. Operands change through `setInput`, so that uses stay true. */
export class Node {
  readonly domain: string;
  readonly op: string;
  readonly outputs: readonly Value[];
  /** Index into the model's table of origins. */
  origin: number;
  /** A hint, as of values. */
  name: string | null = null;
  doc_string = "";
  /** Which function of this domain and name it calls, where there are several. */
  overload = "";
  #attributes: Map<string, Attribute> | null;
  #metadata: Map<string, string> | null = null;
  readonly #inputs: (Value | null)[];
  readonly #uses: (Use | null)[];
  /** Neighbours in the owning graph's order; for Graph only. */
  previous: Node | null = null;
  next: Node | null = null;
  graph: Graph | null = null;

  constructor(
    op: string,
    inputs: readonly (Value | null)[],
    attributes: Map<string, Attribute> | null,
    outputs: readonly Value[],
    origin: number,
    domain = "",
  ) {
    this.domain = domain;
    this.op = op;
    this.#attributes = attributes;
    this.outputs = outputs;
    this.origin = origin;
    for (let i = 0; i < outputs.length; i++) (outputs[i] as Value).producer = this;
    // Arrays of just their length: one that grows from nothing has room for 17.
    this.#inputs = inputs.slice();
    this.#uses = new Array<Use | null>(inputs.length);
    for (let index = 0; index < inputs.length; index++) {
      const value = inputs[index] as Value | null;
      const use = value === null ? null : { node: this, index };
      this.#uses[index] = use;
      if (use !== null) value?.addUse(use);
    }
  }
  /** Made when it is asked for: most nodes have none. */
  get attributes(): Map<string, Attribute> {
    this.#attributes ??= new Map();
    return this.#attributes;
  }
  get hasAttributes(): boolean {
    return this.#attributes !== null && this.#attributes.size > 0;
  }
  /** Made when it is asked for: nodes of files have none. */
  get metadata(): Map<string, string> {
    this.#metadata ??= new Map();
    return this.#metadata;
  }
  get hasMetadata(): boolean {
    return this.#metadata !== null && this.#metadata.size > 0;
  }
  /** Omitted optional inputs are null. */
  get inputs(): readonly (Value | null)[] {
    return this.#inputs;
  }
  setInput(index: number, value: Value | null): void {
    const old = this.#uses[index];
    if (old) (this.#inputs[index] as Value).removeUse(old);
    while (this.#inputs.length < index) {
      this.#inputs.push(null);
      this.#uses.push(null);
    }
    this.#inputs[index] = value;
    this.#uses[index] = value ? { node: this, index } : null;
    const use = this.#uses[index];
    if (value && use) value.addUse(use);
  }
  /** The node's own sub-graphs, in attribute order. */
  get graphs(): readonly Graph[] {
    if (!this.hasAttributes) return none;
    let found = none; // most nodes have none: nothing is allocated for them
    for (const a of this.attributes.values()) {
      if (a.kind === "graph") found = [...found, a.value];
      else if (a.kind === "graphs") found = [...found, ...a.value];
    }
    return found;
  }
  int(name: string, otherwise: number): number {
    const a = this.#attributes?.get(name);
    return a?.kind === "int" ? Number(a.value) : otherwise;
  }
  float(name: string, otherwise: number): number {
    const a = this.#attributes?.get(name);
    return a?.kind === "float" ? a.value : otherwise;
  }
  string(name: string, otherwise: string): string {
    const a = this.#attributes?.get(name);
    return a?.kind === "string" ? a.value : otherwise;
  }
  ints(name: string): number[] | null {
    const a = this.#attributes?.get(name);
    return a?.kind === "ints" ? a.value.map(Number) : null;
  }
}

/** Nodes in order, as a linked list: safe to change while walking over it. Bodies of control flow are graphs too. */
export class Graph {
  name: string;
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  /** In declaration order. Keyed by value, not by name: names are hints. */
  readonly initializers: Set<Value> = new Set();
  doc_string = "";
  readonly metadata: Map<string, string> = new Map();
  #first: Node | null = null;
  #last: Node | null = null;
  #size = 0;

  constructor(name: string) {
    this.name = name;
  }
  get size(): number {
    return this.#size;
  }
  /** The first node; the others follow by `next`, for walks that change nothing or know what they change. */
  get first(): Node | null {
    return this.#first;
  }
  get last(): Node | null {
    return this.#last;
  }
  /** Nodes in order. Nodes may be removed and inserted while iterating: removed ones are not visited, ones inserted behind the cursor are not either. */
  *nodes(): Generator<Node, void, void> {
    for (let node = this.#first; node !== null; ) {
      const current: Node = node;
      if (current.graph === this) yield current;
      node = current.next; // a removed node keeps its `next`, so iteration goes on
      while (node !== null && node.graph !== this) node = node.next;
    }
  }
  append(node: Node): void {
    this.insert(node, null);
  }
  /** Inserts `node` before `before`; at the end when null. */
  insert(node: Node, before: Node | null): void {
    if (node.graph !== null) internal(`${node.op} is already in a graph`);
    const previous = before === null ? this.#last : before.previous;
    node.previous = previous;
    node.next = before;
    if (previous === null) this.#first = node;
    else previous.next = node;
    if (before === null) this.#last = node;
    else before.previous = node;
    node.graph = this;
    this.#size++;
  }
  /** Takes `node` out. Throws if one of its outputs is still used. */
  remove(node: Node): void {
    if (node.graph !== this) internal(`${node.op} is not in graph ${this.name}`);
    for (const v of node.outputs) if (v.useCount > 0 || this.outputs.includes(v)) internal(`${node.op} is still used`);
    this.#unlink(node);
  }
  /** Takes `node` over from the graph that it is in, and puts it before `before`. What it reads must be known here. */
  adopt(node: Node, before: Node | null): void {
    if (node.graph !== null) node.graph.#detach(node);
    this.insert(node, before);
  }
  /** `made`, which has the outputs of `old`, takes the place of `old`. */
  exchange(old: Node, made: Node): void {
    if (old.graph !== this) internal(`${old.op} is not in graph ${this.name}`);
    if (made.outputs !== old.outputs) internal(`${made.op} cannot take the place of ${old.op}: its outputs are others`);
    this.insert(made, old);
    this.#unlink(old);
    for (const v of made.outputs) v.producer = made;
  }
  /** Takes `node` out, whose outputs other nodes make now. */
  supersede(node: Node): void {
    if (node.outputs.some((v) => v.producer === node)) internal(`${node.op} still makes its outputs`);
    this.#unlink(node);
  }
  #unlink(node: Node): void {
    this.#detach(node);
    for (let i = 0; i < node.inputs.length; i++) node.setInput(i, null);
  }
  #detach(node: Node): void {
    if (node.previous === null) this.#first = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.#last = node.previous;
    else node.next.previous = node.previous;
    node.graph = null;
    this.#size--;
  }
  /** Every operand and graph output that is `from` becomes `to`. The types must agree. */
  replaceAllUses(from: Value, to: Value): void {
    if (from === to) return;
    for (const use of [...from.uses]) use.node.setInput(use.index, to);
    this.outputs.forEach((v, i) => {
      if (v === from) this.outputs[i] = to;
    });
  }
}

/** What a node came from: looked up through `node.origin`. */
export interface OriginRow {
  /** Name of the captured node (`linear_3`) and its op (`aten::linear`). */
  readonly node: string;
  readonly op: string;
  readonly moduleStack: string;
  readonly stackTrace: string;
  /** The captured node as FX formats it. */
  readonly fxNode?: string;
}

/** What functions are found by: nodes call them by domain, op and overload. */
export const functionKey = (domain: string, name: string, overload = ""): string =>
  `${domain}::${name}${overload === "" ? "" : `::${overload}`}`;

/** A function of the model, called by nodes of its domain, name and overload. */
export interface FunctionBody {
  readonly domain: string;
  readonly name: string;
  /** "" where left out. */
  readonly overload?: string;
  readonly graph: Graph;
  readonly attributes: readonly string[];
  /** Attributes that callers may leave out, with their values. */
  readonly defaults?: ReadonlyMap<string, Attribute>;
  /** Domain → version; the model's where left out. */
  readonly opset_import?: ReadonlyMap<string, number>;
}

/** A main graph, functions, and the tables that both refer to; the one owner of what passes change. */
export class Model {
  readonly graph: Graph;
  readonly env: SymEnv;
  readonly functions: FunctionBody[] = [];
  readonly origins: OriginRow[] = [];
  readonly metadata: Map<string, string> = new Map();
  /** Domain → version. The default domain is "". */
  readonly opset_import: Map<string, number> = new Map();
  ir_version = 0;
  producer_name = "";
  producer_version = "";
  domain = "";
  model_version = 0;
  doc_string = "";
  constructor(graph: Graph, env: SymEnv) {
    this.graph = graph;
    this.env = env;
  }
}
