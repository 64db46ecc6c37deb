/** @file IR → protobuf. Fields go out in the order of their numbers, so the same model gives the same bytes everywhere. */

import { dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { type SymInt, show } from "../../symbolic.ts";
import { isAnonymous } from "../../symbolic-values.ts";
import { readAll, type TensorSource } from "../../weights/source.ts";
import type { Attribute, FunctionBody, Graph, Model, Node, Value, ValueType } from "../ir/graph.ts";
import { Names } from "./names.ts";
import { originMetadata } from "./origin-metadata.ts";
import { enums, fieldsOf } from "./schema.ts";
import { type Encoded, Tokens } from "./tokens.ts";

const modelFields = fieldsOf("ModelProto");
const graphFields = fieldsOf("GraphProto");
const nodeFields = fieldsOf("NodeProto");
const attributeFields = fieldsOf("AttributeProto");
const tensorFields = fieldsOf("TensorProto");
const infoFields = fieldsOf("ValueInfoProto");
const dimFields = fieldsOf("Dimension");
const functionFields = fieldsOf("FunctionProto");
const types = enums.AttributeType;

/** Payloads up to here are copied into the message; larger ones are streamed into their place. */
const maxCopied = 64 << 10;

/** Where the bytes of an initializer are: in the file itself (null), or in another. */
export interface Placement {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface EncodeOptions {
  /** True unless said otherwise. Without them their types stay, as value_info. */
  readonly include_initializers?: boolean;
  /** Also lists initializers as inputs, behind the user's. */
  readonly keep_initializers_as_inputs?: boolean;
  /** Where nodes came from is written as metadata, as torch.onnx does; true unless said otherwise. */
  readonly origin_metadata?: boolean;
  /** Where the bytes of `source` are; in the file itself without it. */
  readonly place?: (source: TensorSource) => Placement | null;
}

/** The model's bytes with holes for the payloads, and what goes into the holes. */
export interface EncodedModel extends Encoded {
  readonly payloads: readonly TensorSource[];
}

/** Encodes `model`. Throws `save/size` from 2 GiB on, `weights/fake` for tensors without bytes that are to be written. */
export function encode(model: Model, options: EncodeOptions = {}): EncodedModel {
  const writer = new Writer(model, options);
  writer.model();
  return { ...writer.tokens.encode(), payloads: writer.payloads };
}

class Writer {
  readonly tokens = new Tokens();
  readonly payloads: TensorSource[] = [];
  readonly #model: Model;
  readonly #options: EncodeOptions;
  readonly #names: Names;
  readonly #dims = new Map<SymInt, string | null>();
  /** Numbers of the values' names among the strings. */
  readonly #values = new Map<Value, number>();
  readonly #origins = new Map<number, [string, string][]>();

  constructor(model: Model, options: EncodeOptions) {
    this.#model = model;
    this.#options = options;
    this.#names = new Names(model);
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
    t.begin(modelFields.graph);
    this.#graph(m.graph, true);
    t.end();
    this.#imports(modelFields.opset_import, m.opset_import);
    this.#metadata(modelFields.metadata_props, m.metadata);
    for (const f of m.functions) {
      t.begin(modelFields.functions);
      this.#function(f);
      t.end();
    }
  }

  #text(field: number, text: string): void {
    if (text !== "") this.tokens.string(field, text);
  }

  #valueName(field: number, v: Value): void {
    let id = this.#values.get(v);
    if (id === undefined) {
      id = this.tokens.add(this.#names.value(v));
      this.#values.set(v, id);
    }
    this.tokens.reference(field, id);
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
    for (const node of graph.nodes()) this.#node(graphFields.node, node);
    this.tokens.string(graphFields.name, graph.name === "" ? "main_graph" : graph.name);
    if (stay)
      for (const v of graph.initializers) this.#tensor(graphFields.initializer, this.#names.value(v), v.source as TensorSource, true);
    this.#text(graphFields.doc_string, graph.doc_string);
    for (const v of graph.inputs) if (stay || !v.isInitializer || keep_initializers_as_inputs) this.#info(graphFields.input, v);
    if (main && keep_initializers_as_inputs) {
      const inputs = new Set(graph.inputs);
      for (const v of graph.initializers) if (!inputs.has(v)) this.#info(graphFields.input, v);
    }
    for (const v of graph.outputs) this.#info(graphFields.output, v);
    this.#valueInfo(graphFields.value_info, graph, !stay && !keep_initializers_as_inputs);
    this.#metadata(graphFields.metadata_props, graph.metadata);
  }

  /** Types of what nodes make; of initializers only where they say more than the tensors do. */
  #valueInfo(field: number, graph: Graph, allInitializers: boolean): void {
    const outputs = new Set([...graph.outputs, ...graph.inputs]);
    for (const v of graph.initializers) if ((allInitializers || v.metadata.size > 0) && !outputs.has(v)) this.#info(field, v);
    for (const node of graph.nodes()) {
      for (const v of node.outputs) {
        if ((v.type !== null || v.metadata.size > 0) && !outputs.has(v) && this.#names.value(v) !== "") this.#info(field, v);
      }
    }
  }

  #info(field: number, v: Value): void {
    const t = this.tokens;
    t.begin(field);
    this.#valueName(infoFields.name, v);
    if (v.type !== null) {
      t.begin(infoFields.type);
      this.#type(v.type);
      t.end();
    }
    this.#text(infoFields.doc_string, v.doc_string);
    this.#metadata(infoFields.metadata_props, v.metadata);
    t.end();
  }

  #type({ dtype, shape }: ValueType): void {
    const t = this.tokens;
    t.begin(1); // TypeProto.tensor_type
    t.int(1, onnxType(dtype));
    if (shape !== null) {
      t.begin(2);
      for (const d of shape) {
        t.begin(1);
        if (typeof d === "number") t.int(dimFields.dim_value, d);
        else {
          const text = this.#dim(d);
          if (text !== null) t.string(dimFields.dim_param, text);
        }
        t.end();
      }
      t.end();
    }
    t.end();
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

  #node(field: number, node: Node): void {
    const t = this.tokens;
    t.begin(field);
    const used = node.inputs.findLastIndex((v) => v !== null) + 1;
    for (let i = 0; i < used; i++) {
      const v = node.inputs[i];
      if (v) this.#valueName(nodeFields.input, v);
      else t.string(nodeFields.input, "");
    }
    for (const v of node.outputs) this.#valueName(nodeFields.output, v);
    t.reference(nodeFields.name, t.add(this.#names.node(node)));
    t.string(nodeFields.op_type, node.op);
    for (const [name, a] of node.attributes) this.#attribute(nodeFields.attribute, name, a);
    this.#text(nodeFields.doc_string, node.doc_string);
    this.#text(nodeFields.domain, node.domain);
    this.#metadata(nodeFields.metadata_props, node.metadata);
    if (node.origin >= 0) this.#metadata(nodeFields.metadata_props, this.#origin(node));
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
    return node.metadata.size === 0 ? made : made.filter(([key]) => !node.metadata.has(key));
  }

  #attribute(field: number, name: string, a: Attribute): void {
    const t = this.tokens;
    t.begin(field);
    t.string(attributeFields.name, name);
    switch (a.kind) {
      case "float":
        t.float(attributeFields.f, a.value);
        break;
      case "int":
        t.int(attributeFields.i, a.value);
        break;
      case "string":
        t.string(attributeFields.s, a.value);
        break;
      case "tensor":
        this.#tensor(attributeFields.t, "", a.value, false);
        break;
      case "graph":
        t.begin(attributeFields.g);
        this.#graph(a.value);
        t.end();
        break;
      case "floats":
        for (const x of a.value) t.float(attributeFields.floats, x);
        break;
      case "ints":
        for (const x of a.value) t.int(attributeFields.ints, x);
        break;
      case "strings":
        for (const x of a.value) t.string(attributeFields.strings, x);
    }
    t.int(attributeFields.type, a.kind === "ref" ? a.type : types[typeNames[a.kind]]);
    if (a.kind === "ref") t.string(attributeFields.ref_attr_name, a.value);
    t.end();
  }

  #tensor(field: number, name: string, source: TensorSource, placeable: boolean): void {
    const t = this.tokens;
    t.begin(field);
    for (const d of source.shape) t.int(tensorFields.dims, d);
    t.int(tensorFields.data_type, onnxType(source.dtype));
    this.#text(tensorFields.name, name);
    const place = placeable ? (this.#options.place?.(source) ?? null) : null;
    if (place !== null) {
      const { location, offset, length } = place;
      const entries = { location, offset: String(offset), length: String(length) };
      this.#metadata(tensorFields.external_data, Object.entries(entries));
      t.int(tensorFields.data_location, enums.DataLocation.EXTERNAL);
    } else if (source.nbytes <= maxCopied) {
      t.bytes(tensorFields.raw_data, readAll(source, maxCopied));
    } else {
      t.hole(tensorFields.raw_data, this.payloads.push(source) - 1, source.nbytes);
    }
    t.end();
  }

  #function({ domain, name, graph, attributes, defaults, opset_import }: FunctionBody): void {
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
    for (const node of graph.nodes()) this.#node(functionFields.node, node);
    this.#text(functionFields.doc_string, graph.doc_string);
    this.#imports(functionFields.opset_import, opset_import ?? this.#model.opset_import);
    t.string(functionFields.domain, domain);
    for (const [key, a] of defaults ?? []) this.#attribute(functionFields.attribute_proto, key, a);
    if (this.#model.ir_version >= 10) this.#valueInfo(functionFields.value_info, graph, false);
    this.#metadata(functionFields.metadata_props, graph.metadata);
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

function onnxType(dtype: keyof typeof dtypes): number {
  const { onnx } = dtypes[dtype];
  if (onnx > 0) return onnx;
  throw new OnnxExporterError("save/dtype", `ONNX has no ${dtype}`, "split complex numbers into real pairs before saving");
}
