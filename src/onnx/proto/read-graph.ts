/** @file GraphProto → Graph: values by name in nested scopes, nodes in order, types of what is known. */

import { OnnxExporterError } from "../../errors.ts";
import { isStatic } from "../../symbolic.ts";
import { fakeSource } from "../../weights/basic.ts";
import { type Attribute, Graph, Node, Value } from "../ir/graph.ts";
import { dense } from "../ir/sparse.ts";
import { keep, keepType } from "../ir/unheld.ts";
import type { Cursor, Range } from "./cursor.ts";
import { readAttribute } from "./read-attribute.ts";
import { fieldsAt } from "./read-fields.ts";
import { type Origin, readSparse, readTensor } from "./read-tensor.ts";
import type { TypeReader } from "./read-type.ts";
import { malformed } from "./scan.ts";
import { keysOf } from "./schema.ts";

const graphKeys = keysOf("GraphProto");
const nodeKeys = keysOf("NodeProto");
const infoKeys = keysOf("ValueInfoProto");

/** Values by the number of their name; a sub-graph sees those of the graphs around it. */
export class Scope {
  readonly #outer: Scope | null;
  /** The main graph names most of the strings: its values lie by their numbers. */
  readonly #values: (Value | undefined)[] | Map<number, Value>;

  /** `strings`: how many numbers there are, for a main graph. */
  constructor(outer: Scope | null, strings: number | null = null) {
    this.#outer = outer;
    this.#values = strings === null ? new Map() : new Array(strings);
  }
  own(id: number): Value | undefined {
    const values = this.#values;
    return Array.isArray(values) ? values[id] : values.get(id);
  }
  find(id: number): Value | undefined {
    return this.own(id) ?? this.#outer?.find(id);
  }
  set(id: number, value: Value): void {
    if (Array.isArray(this.#values)) this.#values[id] = value;
    else this.#values.set(id, value);
  }
}

/** Where the parts of a ValueInfoProto are among the events; -1 where they are not. */
interface Info {
  readonly id: number;
  readonly type: number;
  readonly doc: number;
  readonly metadata: readonly number[];
  readonly rest: readonly number[];
}

/** Builds graphs, bodies included, from the events of a GraphProto. Throws `proto/…` naming what is malformed. */
export class GraphReader {
  readonly #cursor: Cursor;
  readonly #types: TypeReader;
  readonly #origin: Origin;
  /** Names of the node that is read at the moment; one array for all nodes. */
  readonly #inputs: number[] = [];
  readonly #outputs: number[] = [];

  constructor(cursor: Cursor, types: TypeReader, origin: Origin) {
    this.#cursor = cursor;
    this.#types = types;
    this.#origin = origin;
  }
  get cursor(): Cursor {
    return this.#cursor;
  }
  get types(): TypeReader {
    return this.#types;
  }
  get origin(): Origin {
    return this.#origin;
  }

  /** Fills `graph` with the GraphProto in `range`. */
  read(range: Range, graph: Graph, scope: Scope, where: string, main = false): void {
    const cursor = this.#cursor;
    const nodes: number[] = [];
    const initializers: number[] = [];
    const sparse: number[] = [];
    const [inputs, outputs, infos]: [Info[], Info[], Info[]] = [[], [], []];
    const rest: number[] = [];
    for (let i = range.begin; i < range.end; i = cursor.next(i)) {
      const key = cursor.key(i);
      if (key === graphKeys.node) nodes.push(i);
      else if (key === graphKeys.initializer) initializers.push(i);
      else if (key === graphKeys.input) inputs.push(this.#info(i));
      else if (key === graphKeys.output) outputs.push(this.#info(i));
      else if (key === graphKeys.value_info) infos.push(this.#info(i));
      else if (key === graphKeys.name) graph.name = cursor.string(i);
      else if (key === graphKeys.doc_string) graph.doc_string = cursor.string(i);
      else if (key === graphKeys.metadata_props) cursor.entry(i, graph.metadata);
      else if (key === graphKeys.sparse_initializer) sparse.push(i);
      else rest.push(i);
    }
    if (rest.length > 0) keep(graph, { fields: fieldsAt(cursor, rest, this.#origin) });
    for (const info of inputs) graph.inputs.push(this.#declare(info, scope, "input"));
    for (const i of initializers) this.#initializer(i, graph, scope, where);
    for (const i of sparse) this.#sparse(i, graph, scope, where);
    if (main) this.#absent(range, infos, graph, scope);
    for (const i of nodes) graph.append(this.#node(i, scope, where));
    for (const info of infos) this.#describe(info, scope);
    for (const info of outputs) graph.outputs.push(this.#describe(info, scope) ?? this.#unknown(info.id, `output of ${where}`));
  }

  /** Values that nodes read, that nothing makes, and whose type is told: the weights of a file that was saved without them. */
  #absent(range: Range, infos: readonly Info[], graph: Graph, scope: Scope): void {
    if (infos.length === 0) return;
    const cursor = this.#cursor;
    const made = cursor.stringIds(range, nodeKeys.output);
    const read = cursor.stringIds(range, nodeKeys.input);
    for (const info of infos) {
      if (made.has(info.id) || !read.has(info.id) || info.type < 0 || scope.own(info.id)) continue;
      const name = cursor.named(info.id);
      const { type } = this.#types.read(info.type, name);
      if (type?.kind !== "tensor" || !type.shape?.every(isStatic)) continue;
      const value = this.#declare(info, scope, "initializer");
      value.source = fakeSource(type.dtype, type.shape as readonly number[], name, name);
      graph.initializers.add(value);
    }
  }

  /** Fills `graph` with the body of a function; inputs and outputs are numbers of names. */
  readFunction(
    graph: Graph,
    inputs: readonly number[],
    outputs: readonly number[],
    nodes: readonly number[],
    infos: readonly number[],
  ): void {
    const scope = new Scope(null);
    const where = `function ${graph.name}`;
    for (const id of inputs) graph.inputs.push(this.#declare({ id, type: -1, doc: -1, metadata: [], rest: [] }, scope, "input"));
    for (const i of nodes) graph.append(this.#node(i, scope, where));
    for (const i of infos) this.#describe(this.#info(i), scope);
    for (const id of outputs) graph.outputs.push(scope.own(id) ?? this.#unknown(id, `output of ${where}`));
  }

  #declare(info: Info, scope: Scope, what: string): Value {
    const name = info.id < 0 ? "" : this.#cursor.named(info.id);
    if (name === "") throw malformed(this.#cursor.input, "graph", `has an ${what} without a name`);
    if (scope.own(info.id)) throw malformed(this.#cursor.input, "graph", `has two values named ${name}`);
    const value = new Value(name, null);
    scope.set(info.id, value);
    this.#describe(info, scope);
    return value;
  }

  /** Initializers may be inputs too: those are defaults that a caller can replace. */
  #initialize(name: string, id: number, graph: Graph, scope: Scope): Value {
    const known = scope.own(id);
    if (known?.isInitializer) throw malformed(this.#cursor.input, "graph", `has two initializers named ${name}`);
    if (name === "") throw malformed(this.#cursor.input, "graph", "has an initializer without a name");
    const value = known ?? new Value(name, null);
    graph.initializers.add(value);
    scope.set(id, value);
    return value;
  }

  #initializer(at: number, graph: Graph, scope: Scope, where: string): void {
    const cursor = this.#cursor;
    const range = cursor.inside(at);
    const read = readTensor(cursor, range, this.#origin, `an initializer of ${where}`, true);
    const value = this.#initialize(read.name, cursor.stringId(range, tensorName), graph, scope);
    if (read.source !== null) {
      value.type = { dtype: read.source.dtype, shape: read.source.shape };
      value.source = read.source;
    } else {
      value.container = { kind: "strings", shape: read.strings.shape };
      value.strings = read.strings;
      keep(read.strings, read.unheld);
    }
  }

  #sparse(at: number, graph: Graph, scope: Scope, where: string): void {
    const { name, sparse, fields } = readSparse(this.#cursor, at, this.#origin, `a sparse initializer of ${where}`, true);
    const cursor = this.#cursor;
    const values = cursor.find(cursor.inside(at), sparseValues);
    const value = this.#initialize(name, cursor.stringId(cursor.inside(values), tensorName), graph, scope);
    value.type = { dtype: sparse.values.dtype, shape: sparse.shape };
    value.source = dense(sparse, name);
    keep(value.source, { fields });
  }

  /** What value_info and outputs say of a value that is there; undefined for one that is not. */
  #describe(info: Info, scope: Scope): Value | undefined {
    const value = scope.own(info.id);
    if (value === undefined) return undefined;
    const cursor = this.#cursor;
    if (info.type >= 0 && !value.isInitializer) this.#typed(value, info.type);
    if (info.doc >= 0) value.doc_string = cursor.string(info.doc);
    for (const i of info.metadata) cursor.entry(i, value.metadata);
    if (info.rest.length > 0) keep(value, { fields: fieldsAt(cursor, info.rest, this.#origin) });
    return value;
  }

  #typed(value: Value, at: number): void {
    const { type, exact, fields, dims } = this.#types.read(at, value.name as string);
    if (type?.kind === "tensor") value.type = { dtype: type.dtype, shape: type.shape };
    else value.container = type;
    if (!exact) keepType(value, { of: value.container ?? value.type, whole: fieldsAt(this.#cursor, [at], this.#origin), fields, dims });
  }

  #unknown(id: number, where: string): never {
    const name = id < 0 ? "" : this.#cursor.named(id);
    throw malformed(this.#cursor.input, "graph", `names ${JSON.stringify(name)}, the ${where}, but nothing makes it`);
  }

  #node(at: number, scope: Scope, where: string): Node {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    let [count, used, made, others] = [0, 0, 0, false];
    let [name, op, domain] = ["", "", ""];
    for (let i = begin; i < end; i = cursor.next(i)) {
      const key = cursor.key(i);
      if (key === nodeKeys.input) {
        inputs[count++] = cursor.id(i);
        if (!cursor.isEmpty(cursor.id(i))) used = count;
      } else if (key === nodeKeys.output) outputs[made++] = cursor.id(i);
      else if (key === nodeKeys.name) name = cursor.string(i);
      else if (key === nodeKeys.op_type) op = cursor.string(i);
      else if (key === nodeKeys.domain && cursor.string(i) !== "") domain = cursor.string(i);
      else others = true;
    }
    const operands = new Array<Value | null>(used);
    for (let k = 0; k < used; k++) operands[k] = scope.find(inputs[k] as number) ?? this.#operand(inputs[k] as number, at);
    const node = new Node(op, operands, null, this.#results(outputs, made, scope), -1, domain === "ai.onnx" ? "" : domain);
    node.name = name;
    if (others || used < count) this.#others(node, at, used, scope, where);
    return node;
  }

  /** What errors call the node that is event `at`. */
  #called(at: number): string {
    const cursor = this.#cursor;
    const range = cursor.inside(at);
    const text = (key: number): string => {
      const id = cursor.stringId(range, key);
      return id < 0 ? "" : cursor.named(id);
    };
    const [op, name] = [text(nodeKeys.op_type), text(nodeKeys.name)];
    if (name !== "") return `${op || "node"} ${name}`;
    for (let i = range.begin; i < range.end; i = cursor.next(i))
      if (cursor.key(i) === nodeKeys.output && cursor.string(i) !== "") return `${op || "node"} making ${cursor.string(i)}`;
    return `${op || "node"} making nothing`;
  }

  /** Attributes, and what else a node has: names of inputs omitted behind the `used` ones, and of the default domain, say nothing to the IR. */
  #others(node: Node, at: number, used: number, scope: Scope, where: string): void {
    const cursor = this.#cursor;
    const called = (): string => `${this.#called(at)} of ${where}`;
    const { begin, end } = cursor.inside(at);
    let inputs = 0;
    let omitted = none;
    let rest = none;
    for (let i = begin; i < end; i = cursor.next(i)) {
      const key = cursor.key(i);
      if (key === nodeKeys.attribute) {
        if (!this.attribute(cursor.inside(i), node.attributes, scope, called)) rest = [...rest, i];
      } else if (key === nodeKeys.input) {
        if (inputs++ >= used) omitted = [...omitted, i];
      } else if (key === nodeKeys.doc_string) node.doc_string = cursor.string(i);
      else if (key === nodeKeys.metadata_props) cursor.entry(i, node.metadata);
      else if (key === nodeKeys.overload) node.overload = cursor.string(i);
      else if (key === nodeKeys.domain ? cursor.string(i) === "" : !spoken.has(key)) rest = [...rest, i];
    }
    if (rest.length + omitted.length > 0) keep(node, { fields: fieldsAt(cursor, [...rest, ...omitted], this.#origin) });
  }

  /** Omitted inputs have the name "". */
  #operand(id: number, node: number): null {
    const name = this.#cursor.named(id);
    if (name === "") return null;
    throw new OnnxExporterError(
      "proto/order",
      `${this.#cursor.input.name}: ${this.#called(node)} reads ${JSON.stringify(name)}, which nothing before it makes`,
      "the nodes are not in topological order, or a node is missing",
    );
  }

  /** Omitted optional outputs are values of the name "". */
  #results(ids: readonly number[], count: number, scope: Scope): Value[] {
    const values = new Array<Value>(count);
    for (let k = 0; k < count; k++) {
      const id = ids[k] as number;
      const name = this.#cursor.named(id);
      if (name !== "" && scope.own(id)) throw malformed(this.#cursor.input, "graph", `has two values named ${name}`);
      const value = new Value(name, null);
      if (name !== "") scope.set(id, value);
      values[k] = value;
    }
    return values;
  }

  /** Reads the AttributeProto in `range` into `into`; false where the IR has no kind for its value. `node` names its node in errors. */
  attribute(range: Range, into: Map<string, Attribute>, scope: Scope, node: () => string): boolean {
    const { name, value } = readAttribute(range, this, scope, node);
    if (into.has(name)) throw malformed(this.#cursor.input, "attribute", `has ${node()}, attribute ${name} twice`);
    if (value !== null) into.set(name, value);
    return value !== null;
  }

  /** The graph of an attribute, in the scope of its node. */
  body(range: Range, scope: Scope, where: string): Graph {
    const graph = new Graph("");
    this.read(range, graph, new Scope(scope), `the graph of ${where}`);
    return graph;
  }

  #info(at: number): Info {
    const cursor = this.#cursor;
    const { begin, end } = cursor.inside(at);
    let [id, type, doc] = [-1, -1, -1];
    let metadata = none;
    let rest = none;
    for (let i = begin; i < end; i = cursor.next(i)) {
      const key = cursor.key(i);
      if (key === infoKeys.name) id = cursor.id(i);
      else if (key === infoKeys.type) type = i;
      else if (key === infoKeys.doc_string) doc = i;
      else if (key === infoKeys.metadata_props) metadata = [...metadata, i];
      else rest = [...rest, i];
    }
    return { id, type, doc, metadata, rest };
  }
}

const none: readonly number[] = [];
/** Fields of a node that the node itself says. */
const spoken: ReadonlySet<number> = new Set([nodeKeys.output, nodeKeys.name, nodeKeys.op_type]);
const tensorName = keysOf("TensorProto").name;
const sparseValues = keysOf("SparseTensorProto").values;
