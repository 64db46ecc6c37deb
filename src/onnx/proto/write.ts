/** @file IR → protobuf. Fields go out in the order of their numbers, so the same model gives the same bytes everywhere. */

import { OnnxExporterError } from "../../errors.ts";
import { type SymInt, show } from "../../symbolic.ts";
import { isAnonymous } from "../../symbolic-values.ts";
import type { TensorSource } from "../../weights/source.ts";
import { anyTypeOf } from "../ir/container.ts";
import type { Attribute, FunctionBody, Graph, Model, Node, Value, ValueType } from "../ir/graph.ts";
import { sparseOf } from "../ir/sparse.ts";
import { unheldOf, unheldTypeOf } from "../ir/unheld.ts";
import { Names } from "./names.ts";
import { originMetadata } from "./origin-metadata.ts";
import { enums, fieldsOf } from "./schema.ts";
import { type Encoded, type TokenRange, Tokens } from "./tokens.ts";
import { type Place, TensorWriter } from "./write-tensor.ts";
import { type TypeContext, writeTensorType, writeType } from "./write-type.ts";

const modelFields = fieldsOf("ModelProto");
const graphFields = fieldsOf("GraphProto");
const nodeFields = fieldsOf("NodeProto");
const attributeFields = fieldsOf("AttributeProto");
const infoFields = fieldsOf("ValueInfoProto");
const functionFields = fieldsOf("FunctionProto");
const types = enums.AttributeType;

export interface EncodeOptions {
  /** True unless said otherwise. Without them their types stay, as value_info. */
  readonly include_initializers?: boolean;
  /** Also lists initializers as inputs, behind the user's. */
  readonly keep_initializers_as_inputs?: boolean;
  /** Where nodes came from is written as metadata, as torch.onnx does; true unless said otherwise. */
  readonly origin_metadata?: boolean;
  /** Where the bytes of `source` are; in the file itself without it. */
  readonly place?: Place;
}

/** The model's bytes with holes for the payloads, and what goes into the holes. */
export interface EncodedModel extends Encoded {
  readonly payloads: readonly TensorSource[];
}

/** Encodes `model`. Throws `save/size` from 2 GiB on, `weights/fake` for tensors without bytes that are to be written. */
export function encode(model: Model, options: EncodeOptions = {}): EncodedModel {
  const writer = new Writer(model, options);
  writer.model();
  return { ...writer.tokens.encode(), payloads: writer.tensors.payloads };
}

class Writer {
  readonly tokens = new Tokens();
  readonly tensors: TensorWriter;
  readonly #model: Model;
  readonly #options: EncodeOptions;
  readonly #names: Names;
  readonly #dims = new Map<SymInt, string | null>();
  /** By number of a value: that of its name among the strings, and 1; 0 where it is not among them. */
  readonly #values: Int32Array;
  /** Where the type that was written last for a type of the IR is among the tokens: types that are one object are written once. */
  readonly #written = new Map<ValueType, TokenRange>();
  readonly #origins = new Map<number, [string, string][]>();
  readonly #types: TypeContext;

  constructor(model: Model, options: EncodeOptions) {
    this.#model = model;
    this.#options = options;
    this.#names = new Names(model);
    this.#values = new Int32Array(this.#names.count);
    this.tensors = new TensorWriter(this.tokens, options.place ?? (() => null));
    this.#types = { tokens: this.tokens, dim: (d) => this.#dim(d), fields: (f) => this.tensors.fields(f) };
  }

  model(): void {
    const t = this.tokens;
    const m = this.#model;
    t.int(modelFields.ir_version, m.ir_version);
    this.#text(modelFields.producer_name, m.producer_name);
    this.#text(modelFields.producer_version, m.producer_version);
    this.#text(modelFields.domain, m.domain);
    if (m.model_version !== 0) t.int(modelFields.model_version, m.model_version);
    this.#text(modelFields.doc_string, m.doc_string);
    t.message(modelFields.graph, () => this.#graph(m.graph, true));
    this.#imports(modelFields.opset_import, m.opset_import);
    this.#metadata(modelFields.metadata_props, m.metadata);
    for (const f of m.functions) {
      t.begin(modelFields.functions);
      this.#function(f);
      t.end();
    }
    this.#unheld(m);
  }

  /** What the file said of `object` beyond what the IR holds. */
  #unheld(object: Model | Graph | Node | Value): void {
    const unheld = unheldOf(object);
    if (unheld !== undefined) this.tensors.fields(unheld.fields);
  }

  #text(field: number, text: string): void {
    if (text !== "") this.tokens.string(field, text);
  }

  #valueName(field: number, v: Value): void {
    const number = this.#names.number(v);
    let id = this.#values[number] as number;
    if (id === 0 || !this.tokens.has(id - 1)) {
      id = this.tokens.add(this.#names.value(v)) + 1;
      this.#values[number] = id;
    }
    this.tokens.reference(field, id - 1);
  }

  #metadata(field: number, entries: Iterable<readonly [string, string]>): void {
    for (const [key, value] of entries) {
      this.tokens.begin(field);
      this.tokens.string(1, key);
      this.tokens.string(2, value);
      this.tokens.end();
    }
  }

  #imports(field: number, imports: ReadonlyMap<string, number>): void {
    for (const [domain, version] of imports) {
      this.tokens.begin(field);
      this.tokens.string(1, domain);
      this.tokens.int(2, version);
      this.tokens.end();
    }
  }

  #graph(graph: Graph, main = false): void {
    const { include_initializers = true, keep_initializers_as_inputs = false } = this.#options;
    const stay = include_initializers || !main;
    this.#nodes(graphFields.node, graph);
    this.tokens.string(graphFields.name, graph.name === "" ? "main_graph" : graph.name);
    if (stay) for (const v of graph.initializers) this.#initializer(v);
    this.#text(graphFields.doc_string, graph.doc_string);
    for (const v of graph.inputs) if (stay || !v.isInitializer || keep_initializers_as_inputs) this.#info(graphFields.input, v);
    if (main && keep_initializers_as_inputs) {
      const inputs = new Set(graph.inputs);
      for (const v of graph.initializers) if (!inputs.has(v)) this.#info(graphFields.input, v);
    }
    for (const v of graph.outputs) this.#info(graphFields.output, v);
    this.#valueInfo(graphFields.value_info, graph, !stay && !keep_initializers_as_inputs);
    this.#metadata(graphFields.metadata_props, graph.metadata);
    this.#unheld(graph);
  }

  /** Those that were sparse in their file are so again. */
  #initializer(v: Value): void {
    const name = this.#names.value(v);
    if (v.strings !== null) {
      this.tensors.strings(graphFields.initializer, name, v.strings);
      return;
    }
    const source = v.source as TensorSource;
    const sparse = sparseOf(source);
    if (sparse === undefined) this.tensors.numbers(graphFields.initializer, name, source, true);
    else this.tensors.sparse(graphFields.sparse_initializer, name, sparse, unheldOf(source));
  }

  /** Types of what nodes make; of initializers only where they say more than the tensors do. */
  #valueInfo(field: number, graph: Graph, allInitializers: boolean): void {
    const outputs = new Set([...graph.outputs, ...graph.inputs]);
    for (const v of graph.initializers) if ((allInitializers || isDescribed(v)) && !outputs.has(v)) this.#info(field, v);
    for (let node = graph.first; node !== null; node = node.next) {
      for (const v of node.outputs) {
        if ((v.type !== null || v.container !== null || isDescribed(v)) && !outputs.has(v) && this.#names.value(v) !== "")
          this.#info(field, v);
      }
    }
  }

  #info(field: number, v: Value): void {
    const t = this.tokens;
    t.begin(field);
    this.#valueName(infoFields.name, v);
    this.#type(v);
    this.#text(infoFields.doc_string, v.doc_string);
    if (v.hasMetadata) this.#metadata(infoFields.metadata_props, v.metadata);
    this.#unheld(v);
    t.end();
  }

  #type(v: Value): void {
    const read = unheldTypeOf(v);
    if (read !== undefined && read.of === (v.container ?? v.type)) {
      this.tensors.fields(read.whole);
      return;
    }
    if (read === undefined && v.container === null) {
      if (v.type !== null) this.#tensorType(v.type);
      return;
    }
    const type = anyTypeOf(v);
    if (type === null) return;
    const shape = "shape" in type ? type.shape : null;
    this.tokens.begin(infoFields.type);
    writeType(type, this.#types, read !== undefined && read.dims.length <= (shape?.length ?? 0) ? read.dims : []);
    if (read !== undefined) this.tensors.fields(read.fields);
    this.tokens.end();
  }

  #tensorType(type: ValueType): void {
    const t = this.tokens;
    const written = this.#written.get(type);
    if (written !== undefined && t.isHere(written)) {
      t.repeat(written);
      return;
    }
    const begin = t.here;
    t.begin(infoFields.type);
    writeTensorType(type, this.#types);
    t.end();
    this.#written.set(type, t.since(begin));
  }

  /** The dim as text; null where it is nobody's name. */
  #dim(d: SymInt): string | null {
    let text = this.#dims.get(d);
    if (text === undefined) {
      text = isAnonymous(d) ? null : show(d);
      this.#dims.set(d, text);
    }
    return text;
  }

  #nodes(field: number, graph: Graph): void {
    const names = this.#names.nodes(graph);
    let i = 0;
    for (let node = graph.first; node !== null; node = node.next) this.#node(field, node, names[i++] as string);
  }

  #node(field: number, node: Node, name: string): void {
    const t = this.tokens;
    t.begin(field);
    const { inputs } = node;
    let used = inputs.length;
    while (used > 0 && inputs[used - 1] === null) used--;
    for (let i = 0; i < used; i++) {
      const v = inputs[i];
      if (v) this.#valueName(nodeFields.input, v);
      else t.string(nodeFields.input, "");
    }
    for (const v of node.outputs) this.#valueName(nodeFields.output, v);
    if (name !== "") t.reference(nodeFields.name, t.add(name));
    t.string(nodeFields.op_type, node.op);
    if (node.hasAttributes) for (const [name, a] of node.attributes) this.#attribute(nodeFields.attribute, name, a);
    this.#text(nodeFields.doc_string, node.doc_string);
    this.#text(nodeFields.domain, node.domain);
    this.#text(nodeFields.overload, node.overload);
    if (node.hasMetadata) this.#metadata(nodeFields.metadata_props, node.metadata);
    if (node.origin >= 0) this.#metadata(nodeFields.metadata_props, this.#origin(node));
    this.#unheld(node);
    t.end();
  }

  /** What its origin says of a node, less what the node says itself. */
  #origin(node: Node): [string, string][] {
    const row = this.#options.origin_metadata === false ? undefined : this.#model.origins[node.origin];
    if (row === undefined) return [];
    let made = this.#origins.get(node.origin);
    if (made === undefined) {
      made = originMetadata(row);
      this.#origins.set(node.origin, made);
    }
    return !node.hasMetadata ? made : made.filter(([key]) => !node.metadata.has(key));
  }

  #attribute(field: number, name: string, a: Attribute): void {
    const t = this.tokens;
    t.begin(field);
    t.string(attributeFields.name, name);
    const unheld = unheldOf(a);
    if (unheld?.value !== undefined) this.tensors.fields(unheld.value);
    else this.#attributeValue(a);
    t.int(attributeFields.type, a.kind === "ref" ? a.type : types[typeNames[a.kind]]);
    if (a.kind === "ref") t.string(attributeFields.ref_attr_name, a.value);
    if (unheld !== undefined) this.tensors.fields(unheld.fields);
    t.end();
  }

  #attributeValue(a: Attribute): void {
    const t = this.tokens;
    if (a.kind === "float") t.float(attributeFields.f, a.value);
    else if (a.kind === "int") t.int(attributeFields.i, a.value);
    else if (a.kind === "string") t.string(attributeFields.s, a.value);
    else if (a.kind === "ints") for (const x of a.value) t.int(attributeFields.ints, x);
    else if (a.kind === "floats") for (const x of a.value) t.float(attributeFields.floats, x);
    else if (a.kind === "strings") for (const x of a.value) t.string(attributeFields.strings, x);
    else if (a.kind === "tensor") this.tensors.numbers(attributeFields.t, "", a.value, false);
    else if (a.kind === "tensors") for (const x of a.value) this.tensors.numbers(attributeFields.tensors, "", x, false);
    else if (a.kind === "string_tensor") this.tensors.strings(attributeFields.t, "", a.value);
    else if (a.kind === "sparse_tensor") this.tensors.sparse(attributeFields.sparse_tensor, "", a.value);
    else if (a.kind === "type") this.#within(attributeFields.tp, () => writeType(a.value, this.#types));
    else if (a.kind === "graph") this.#within(attributeFields.g, () => this.#graph(a.value));
    else if (a.kind === "graphs") for (const g of a.value) this.#within(attributeFields.graphs, () => this.#graph(g));
  }

  #within(field: number, write: () => void): void {
    this.tokens.begin(field);
    write();
    this.tokens.end();
  }

  #function({ domain, name, overload = "", graph, attributes, defaults, opset_import }: FunctionBody): void {
    const t = this.tokens;
    if (graph.initializers.size > 0) {
      throw new OnnxExporterError(
        "save/function",
        `function ${domain}::${name} has ${graph.initializers.size} initializers: ONNX functions have none`,
        "pass them as inputs or hold them in Constant nodes",
      );
    }
    t.string(functionFields.name, name);
    for (const v of graph.inputs) this.#valueName(functionFields.input, v);
    for (const v of graph.outputs) this.#valueName(functionFields.output, v);
    for (const a of attributes) t.string(functionFields.attribute, a);
    this.#nodes(functionFields.node, graph);
    this.#text(functionFields.doc_string, graph.doc_string);
    this.#imports(functionFields.opset_import, opset_import ?? this.#model.opset_import);
    t.string(functionFields.domain, domain);
    for (const [key, a] of defaults ?? []) this.#attribute(functionFields.attribute_proto, key, a);
    this.#text(functionFields.overload, overload);
    if (this.#model.ir_version >= 10) this.#valueInfo(functionFields.value_info, graph, false);
    this.#metadata(functionFields.metadata_props, graph.metadata);
    this.#unheld(graph);
  }
}

const typeNames = {
  int: "INT",
  float: "FLOAT",
  string: "STRING",
  tensor: "TENSOR",
  graph: "GRAPH",
  string_tensor: "TENSOR",
  sparse_tensor: "SPARSE_TENSOR",
  tensors: "TENSORS",
  type: "TYPE_PROTO",
  graphs: "GRAPHS",
  ints: "INTS",
  floats: "FLOATS",
  strings: "STRINGS",
} as const;

const isDescribed = (v: Value): boolean =>
  v.hasMetadata || v.doc_string !== "" || unheldOf(v) !== undefined || unheldTypeOf(v)?.of === null;
