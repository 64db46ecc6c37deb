/** @file GraphProto → Graph: values by name in nested scopes, nodes in order, types of what is known. */

import { fromOnnx } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { type Dim, isStatic, type SymEnv, show } from "../../symbolic.ts";
import { fakeSource } from "../../weights/basic.ts";
import { parseDim } from "../ir/dim-text.ts";
import { type Attribute, Graph, Node, Value, type ValueType } from "../ir/graph.ts";
import type { Cursor, Range } from "./cursor.ts";
import { type NamedTensor, type Origin, readTensor } from "./read-tensor.ts";
import { malformed } from "./scan.ts";
import { enums, fieldName, keysOf } from "./schema.ts";

const graphKeys = keysOf("GraphProto");
const nodeKeys = keysOf("NodeProto");
const attributeKeys = keysOf("AttributeProto");
const infoKeys = keysOf("ValueInfoProto");
const typeKeys = keysOf("TypeProto");
const tensorKeys = keysOf("TensorType");
const shapeKeys = keysOf("TensorShapeProto");
const dimKeys = keysOf("Dimension");
const types = enums.AttributeType;

/** Values by name; a sub-graph sees those of the graphs around it. */
export class Scope {
  readonly #outer: Scope | null;
  readonly #values = new Map<string, Value>();
  constructor(outer: Scope | null) {
    this.#outer = outer;
  }
  own(name: string): Value | undefined {
    return this.#values.get(name);
  }
  find(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#outer?.find(name);
  }
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}

/** A ValueInfoProto. */
interface Info {
  name: string;
  type: ValueType | null;
  /** What it is when it is no tensor: the TypeProto's field. */
  other: string | null;
  doc_string: string;
  readonly metadata: Map<string, string>;
}

/** Builds graphs, bodies included, from the events of a GraphProto. Throws `proto/…` naming what is malformed. */
export class GraphReader {
  readonly #cursor: Cursor;
  readonly #env: SymEnv;
  readonly #origin: Origin;
  readonly #ignored: Set<string>;

  constructor(cursor: Cursor, env: SymEnv, origin: Origin, ignored: Set<string>) {
    this.#cursor = cursor;
    this.#env = env;
    this.#origin = origin;
    this.#ignored = ignored;
  }

  /** Fills `graph` with the GraphProto in `range`. */
  read(range: Range, graph: Graph, scope: Scope, where: string, main = false): void {
    const cursor = this.#cursor;
    const [nodes, initializers, inputs, outputs, infos]: number[][] = [[], [], [], [], []];
    cursor.fields(range, (key, i) => {
      if (key === graphKeys.node) (nodes as number[]).push(i);
      else if (key === graphKeys.initializer) (initializers as number[]).push(i);
      else if (key === graphKeys.input) (inputs as number[]).push(i);
      else if (key === graphKeys.output) (outputs as number[]).push(i);
      else if (key === graphKeys.value_info) (infos as number[]).push(i);
      else if (key === graphKeys.name) graph.name = cursor.string(i);
      else if (key === graphKeys.doc_string) graph.doc_string = cursor.string(i);
      else if (key === graphKeys.metadata_props) cursor.entry(i, graph.metadata);
      else if (key === graphKeys.sparse_initializer) throw this.#unsupported("a sparse initializer", where);
      else this.#ignored.add(fieldName(key));
    });
    for (const i of inputs as number[]) graph.inputs.push(this.#declare(this.#info(i), scope, "input"));
    for (const i of initializers as number[]) {
      this.#initializer(readTensor(cursor, cursor.inside(i), this.#origin, `an initializer of ${where}`), graph, scope);
    }
    if (main) this.#absent(range, infos as number[], graph, scope);
    for (const i of nodes as number[]) graph.append(this.#node(i, scope, where));
    for (const i of infos as number[]) this.#describe(this.#info(i), scope);
    for (const i of outputs as number[]) {
      const info = this.#info(i);
      if (info.other !== null) throw this.#unsupported(`output ${info.name}, ${info.other}`, where);
      graph.outputs.push(this.#describe(info, scope) ?? this.#unknown(info.name, `output of ${where}`));
    }
  }

  /** Values that nodes read, that nothing makes, and whose type is told: the weights of a file that was saved without them. */
  #absent(range: Range, infos: readonly number[], graph: Graph, scope: Scope): void {
    const cursor = this.#cursor;
    const made = cursor.stringIds(range, nodeKeys.output);
    const read = cursor.stringIds(range, nodeKeys.input);
    for (const at of infos) {
      const id = cursor.stringId(cursor.inside(at), infoKeys.name);
      if (made.has(id) || !read.has(id)) continue;
      const info = this.#info(at);
      const shape = info.type?.shape?.filter(isStatic);
      if (scope.own(info.name) || info.type === null || shape?.length !== info.type.shape?.length || shape === undefined) continue;
      const value = this.#declare(info, scope, "initializer");
      value.source = fakeSource(info.type.dtype, shape, info.name, info.name);
      graph.initializers.add(value);
    }
  }

  /** Fills `graph` with the body of a function. */
  readFunction(
    graph: Graph,
    inputs: readonly string[],
    outputs: readonly string[],
    nodes: readonly number[],
    infos: readonly number[],
  ): void {
    const scope = new Scope(null);
    const where = `function ${graph.name}`;
    for (const name of inputs)
      graph.inputs.push(this.#declare({ name, type: null, other: null, doc_string: "", metadata: new Map() }, scope, "input"));
    for (const i of nodes) graph.append(this.#node(i, scope, where));
    for (const i of infos) this.#describe(this.#info(i), scope);
    for (const name of outputs) graph.outputs.push(scope.own(name) ?? this.#unknown(name, `output of ${where}`));
  }

  #declare(info: Info, scope: Scope, what: string): Value {
    if (info.name === "") throw malformed(this.#cursor.input, "graph", `has an ${what} without a name`);
    if (info.other !== null) throw this.#unsupported(`${what} ${info.name}, ${info.other}`, "the graph");
    if (scope.own(info.name)) throw malformed(this.#cursor.input, "graph", `has two values named ${info.name}`);
    const value = new Value(info.name, info.type);
    value.doc_string = info.doc_string;
    for (const [key, text] of info.metadata) value.metadata.set(key, text);
    scope.set(info.name, value);
    return value;
  }

  /** Initializers may be inputs too: those are defaults that a caller can replace. */
  #initializer({ name, source, doc_string, metadata }: NamedTensor, graph: Graph, scope: Scope): void {
    const known = scope.own(name);
    if (known?.isInitializer) throw malformed(this.#cursor.input, "graph", `has two initializers named ${name}`);
    if (name === "") throw malformed(this.#cursor.input, "graph", "has an initializer without a name");
    const value = known ?? new Value(name, null);
    value.type = { dtype: source.dtype, shape: source.shape };
    value.source = source;
    if (doc_string !== "") value.doc_string = doc_string;
    for (const [key, text] of metadata) value.metadata.set(key, text);
    graph.initializers.add(value);
    scope.set(name, value);
  }

  /** What value_info and outputs say of a value that is there; undefined for one that is not. */
  #describe(info: Info, scope: Scope): Value | undefined {
    const value = scope.own(info.name);
    if (value === undefined) return undefined;
    if (info.type !== null && !value.isInitializer) value.type = info.type;
    if (info.doc_string !== "") value.doc_string = info.doc_string;
    for (const [key, text] of info.metadata) value.metadata.set(key, text);
    return value;
  }

  #unknown(name: string, where: string): never {
    throw malformed(this.#cursor.input, "graph", `names ${JSON.stringify(name)}, the ${where}, but nothing makes it`);
  }

  #unsupported(what: string, where: string): OnnxExporterError {
    const hint = "only tensors of numbers can be held: convert the model first";
    return new OnnxExporterError("proto/unsupported", `${this.#cursor.input.name}: ${where} has ${what}`, hint);
  }

  #node(at: number, scope: Scope, where: string): Node {
    const cursor = this.#cursor;
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: number[] = [];
    const metadata = new Map<string, string>();
    let [name, op, domain, doc] = ["", "", "", ""];
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key === nodeKeys.input) inputs.push(cursor.string(i));
      else if (key === nodeKeys.output) outputs.push(cursor.string(i));
      else if (key === nodeKeys.name) name = cursor.string(i);
      else if (key === nodeKeys.op_type) op = cursor.string(i);
      else if (key === nodeKeys.domain) domain = cursor.string(i);
      else if (key === nodeKeys.attribute) attributes.push(i);
      else if (key === nodeKeys.doc_string) doc = cursor.string(i);
      else if (key === nodeKeys.metadata_props) cursor.entry(i, metadata);
      else if (key === nodeKeys.overload && cursor.string(i) !== "") throw this.#unsupported(`a node ${name || op} of an overload`, where);
      else if (key !== nodeKeys.overload) this.#ignored.add(fieldName(key));
    });
    const called = `${op || "node"}${name ? ` ${name}` : ` making ${outputs.find((n) => n !== "") ?? "nothing"}`}`;
    const operands = inputs.map((n) => (n === "" ? null : (scope.find(n) ?? this.#unmade(n, called))));
    const read = new Map<string, Attribute>();
    for (const i of attributes) this.attribute(cursor.inside(i), read, scope, called);
    const node = new Node(op, operands, read, this.#results(outputs, scope), -1, domain === "ai.onnx" ? "" : domain);
    if (name !== "") node.name = name;
    node.doc_string = doc;
    for (const [key, text] of metadata) node.metadata.set(key, text);
    return node;
  }

  #unmade(name: string, called: string): never {
    const hint = "the nodes are not in topological order, or a node is missing";
    throw new OnnxExporterError(
      "proto/order",
      `${this.#cursor.input.name}: ${called} reads ${JSON.stringify(name)}, which nothing before it makes`,
      hint,
    );
  }

  /** Omitted optional outputs are values of the name "". */
  #results(names: readonly string[], scope: Scope): Value[] {
    return names.map((name) => {
      if (name !== "" && scope.own(name)) throw malformed(this.#cursor.input, "graph", `has two values named ${name}`);
      const value = new Value(name, null);
      if (name !== "") scope.set(name, value);
      return value;
    });
  }

  /** Reads the AttributeProto in `range` into `into`; `node` names its node in errors. */
  attribute(range: Range, into: Map<string, Attribute>, scope: Scope, node: string): void {
    const cursor = this.#cursor;
    let name = "";
    let type = 0;
    let ref = "";
    let implied = 0;
    const values: number[] = [];
    cursor.fields(range, (key, i) => {
      if (key === attributeKeys.name) name = cursor.string(i);
      else if (key === attributeKeys.type) type = cursor.int(i);
      else if (key === attributeKeys.ref_attr_name) ref = cursor.string(i);
      else if (key !== attributeKeys.doc_string) {
        values.push(i);
        implied = typeOfField[key] ?? implied;
      }
    });
    const where = `${node}, attribute ${name}`;
    if (into.has(name)) throw malformed(cursor.input, "attribute", `has ${where} twice`);
    if (ref !== "") into.set(name, { kind: "ref", value: ref, type });
    else into.set(name, this.#value(type === 0 ? implied : type, values, scope, where));
  }

  #value(type: number, values: readonly number[], scope: Scope, where: string): Attribute {
    const cursor = this.#cursor;
    const of = (key: number): number[] => values.filter((i) => cursor.key(i) === key);
    const one = (key: number): number | undefined => of(key).at(-1);
    const i = one(fieldOfType[type] ?? -1);
    if (type === types.INT) return { kind: "int", value: i === undefined ? 0 : cursor.integer(i) };
    if (type === types.FLOAT) return { kind: "float", value: i === undefined ? 0 : cursor.float(i) };
    if (type === types.STRING) return { kind: "string", value: i === undefined ? "" : cursor.string(i) };
    if (type === types.INTS) return { kind: "ints", value: of(attributeKeys.ints).map((k) => cursor.integer(k)) };
    if (type === types.FLOATS) return { kind: "floats", value: of(attributeKeys.floats).map((k) => cursor.float(k)) };
    if (type === types.STRINGS) return { kind: "strings", value: of(attributeKeys.strings).map((k) => cursor.string(k)) };
    if (type === types.TENSOR && i !== undefined) {
      return { kind: "tensor", value: readTensor(cursor, cursor.inside(i), this.#origin, where).source };
    }
    if (type === types.GRAPH && i !== undefined) {
      const graph = new Graph("");
      this.read(cursor.inside(i), graph, new Scope(scope), `the graph of ${where}`);
      return { kind: "graph", value: graph };
    }
    const known = Object.entries(types).find(([, n]) => n === type)?.[0];
    if (known === undefined || type === 0 || fieldOfType[type] !== undefined)
      throw malformed(cursor.input, "attribute", `has ${where} without a value`);
    throw this.#unsupported(`an attribute of type ${known}`, where);
  }

  #info(at: number): Info {
    const cursor = this.#cursor;
    const info: Info = { name: "", type: null, other: null, doc_string: "", metadata: new Map() };
    let type = -1;
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key === infoKeys.name) info.name = cursor.string(i);
      else if (key === infoKeys.type) type = i;
      else if (key === infoKeys.doc_string) info.doc_string = cursor.string(i);
      else if (key === infoKeys.metadata_props) cursor.entry(i, info.metadata);
    });
    if (type >= 0) this.#type(type, info);
    return info;
  }

  #type(at: number, info: Info): void {
    const cursor = this.#cursor;
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key === typeKeys.denotation) return;
      if (key !== typeKeys.tensor_type) {
        info.other = `which is no tensor (${fieldName(key)})`;
        return;
      }
      let elem = 0;
      let shape: Dim[] | null = null;
      cursor.fields(cursor.inside(i), (part, k) => {
        if (part === tensorKeys.elem_type) elem = cursor.int(k);
        else if (part === tensorKeys.shape) shape = this.#shape(k, info.name);
      });
      if (elem === 8) info.other = "a tensor of strings";
      else if (elem !== 0) info.type = { dtype: fromOnnx(elem, `${cursor.input.name}, value ${info.name}`), shape };
    });
  }

  #shape(at: number, name: string): Dim[] {
    const cursor = this.#cursor;
    const shape: Dim[] = [];
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key !== shapeKeys.dim) return;
      let dim: Dim | null = null;
      cursor.fields(cursor.inside(i), (part, k) => {
        if (part === dimKeys.dim_value) dim = cursor.int(k) >= 0 ? cursor.int(k) : null;
        else if (part === dimKeys.dim_param) dim = cursor.string(k) === "" ? null : readDim(cursor.string(k), this.#env);
      });
      shape.push(dim ?? this.#unnamed(`${name}_dim_${shape.length}`));
    });
    return shape;
  }

  #unnamed(hint: string): Dim {
    const dim = this.#env.fresh(hint);
    this.#env.setRange(dim, 0, null);
    return dim;
  }
}

/** A dim_param: an expression where it is one that we would print just so, else the name of a symbol. */
function readDim(text: string, env: SymEnv): Dim {
  if (/^[A-Za-z_]\w*$/.test(text)) return env.symbol(text, 0);
  try {
    const dim = parseDim(text, env);
    if (show(dim) === text) return dim;
  } catch (error) {
    if (!(error instanceof OnnxExporterError)) throw error;
  }
  return env.symbol(text, 0);
}

const fieldOfType: { readonly [type: number]: number } = {
  [types.FLOAT]: attributeKeys.f,
  [types.INT]: attributeKeys.i,
  [types.STRING]: attributeKeys.s,
  [types.TENSOR]: attributeKeys.t,
  [types.GRAPH]: attributeKeys.g,
  [types.FLOATS]: attributeKeys.floats,
  [types.INTS]: attributeKeys.ints,
  [types.STRINGS]: attributeKeys.strings,
};
const typeOfField: { readonly [key: number]: number } = Object.fromEntries(
  Object.entries(fieldOfType).map(([type, key]) => [key, Number(type)]),
);
