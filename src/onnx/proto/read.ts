/** @file ONNX files → IR. Initializers become TensorSources that point into the file or its external data; nothing of them is read. */

import { dirname } from "../../platform/node.ts";
import { SymEnv } from "../../symbolic.ts";
import { readInto, type WeightsFile, weightsFile } from "../../weights/files.ts";
import { type Attribute, Graph, Model } from "../ir/graph.ts";
import { keep } from "../ir/unheld.ts";
import { Cursor } from "./cursor.ts";
import { ExternalFiles } from "./external.ts";
import { bytesInput, fileInput } from "./input.ts";
import { fieldsAt } from "./read-fields.ts";
import { GraphReader, Scope } from "./read-graph.ts";
import type { Origin } from "./read-tensor.ts";
import { TypeReader } from "./read-type.ts";
import { type ByteInput, malformed, maxProtobuf, scan } from "./scan.ts";
import { keysOf } from "./schema.ts";
import { formatOf, fromText } from "./text-format.ts";

const keys = keysOf("ModelProto");
const opset = keysOf("OperatorSetIdProto");
const fn = keysOf("FunctionProto");

export interface ReadOptions {
  /** Where external data lies; for a path, its folder unless said otherwise. */
  readonly folder?: string;
  /** External data in memory, by the location that the model's tensors say (`"model.onnx.data"`); others are looked for in the folder. */
  readonly files?: { readonly [location: string]: Uint8Array };
  /** What errors call a model that is given as bytes. */
  readonly name?: string;
}

/**
 * The model in a file, or in bytes. Throws `proto/…` naming the file and what is wrong with it; sizes, offsets and external paths are checked
 * against the files before anything uses them.
 */
export function readModel(from: string | Uint8Array, options: ReadOptions = {}): Model {
  if (typeof from === "string") {
    const { folder = dirname(from) } = options;
    const format = formatOf(from);
    const file = weightsFile(from);
    if (format === "protobuf") return read(fileInput(file, from), file, folder, options.files);
    const text = new Uint8Array(Math.min(file.size, maxProtobuf));
    readInto(file, 0, text, "the model");
    return readModel(fromText(new TextDecoder().decode(text), format, from), { ...options, folder, name: from });
  }
  const { folder = null, name = "the model" } = options;
  return read(bytesInput(from, name), null, folder, options.files);
}

function read(input: ByteInput, file: WeightsFile | null, folder: string | null, files: ReadOptions["files"]): Model {
  return new ModelReader(new Cursor(scan(input)), { input, file, external: new ExternalFiles(input.name, folder, files) }).read();
}

class ModelReader {
  readonly #cursor: Cursor;
  readonly #origin: Origin;
  readonly #functions = new Set<string>();

  constructor(cursor: Cursor, origin: Origin) {
    this.#cursor = cursor;
    this.#origin = origin;
  }

  read(): Model {
    const cursor = this.#cursor;
    let graph = -1;
    const functions: number[] = [];
    const rest: number[] = [];
    const model = new Model(new Graph(""), new SymEnv());
    cursor.fields(cursor.all, (key, i) => {
      if (key === keys.graph) {
        if (graph >= 0) throw malformed(cursor.input, "model", "has two graphs");
        graph = i;
      } else if (key === keys.functions) functions.push(i);
      else if (!this.#field(model, key, i)) rest.push(i);
    });
    if (graph < 0) throw malformed(cursor.input, "model", "has no graph");
    if (model.ir_version === 0) throw malformed(cursor.input, "model", "has no ir_version");
    if (model.opset_import.size === 0 && model.ir_version >= 3) throw malformed(cursor.input, "model", "imports no opset");
    if (model.opset_import.size === 0) model.opset_import.set("", 1);
    if (rest.length > 0) keep(model, { fields: fieldsAt(cursor, rest, this.#origin) });
    this.#graphs(model.env).read(cursor.inside(graph), model.graph, new Scope(null, cursor.strings), "the graph", true);
    for (const i of functions) this.#function(model, i);
    return model;
  }

  /** Whether the field is one that the IR holds. */
  #field(model: Model, key: number, i: number): boolean {
    const cursor = this.#cursor;
    if (key === keys.ir_version) model.ir_version = cursor.int(i);
    else if (key === keys.producer_name) model.producer_name = cursor.string(i);
    else if (key === keys.producer_version) model.producer_version = cursor.string(i);
    else if (key === keys.domain) model.domain = cursor.string(i);
    else if (key === keys.model_version) model.model_version = cursor.int(i);
    else if (key === keys.doc_string) model.doc_string = cursor.string(i);
    else if (key === keys.metadata_props) cursor.entry(i, model.metadata);
    else if (key === keys.opset_import) this.#import(i, model.opset_import);
    else return false;
    return true;
  }

  #import(i: number, into: Map<string, number>): void {
    let domain = "";
    let version = 0;
    this.#cursor.fields(this.#cursor.inside(i), (key, k) => {
      if (key === opset.domain) domain = this.#cursor.string(k);
      else if (key === opset.version) version = this.#cursor.int(k);
    });
    if (domain === "ai.onnx") domain = "";
    // Some writers import the default domain by both of its names.
    if (into.has(domain) && into.get(domain) !== version)
      throw malformed(
        this.#cursor.input,
        "model",
        `imports the domain ${JSON.stringify(domain)} twice, as ${into.get(domain)} and ${version}`,
      );
    into.set(domain, version);
  }

  #graphs(env: SymEnv): GraphReader {
    return new GraphReader(this.#cursor, new TypeReader(this.#cursor, env, this.#origin), this.#origin);
  }

  #function(model: Model, at: number): void {
    const cursor = this.#cursor;
    const graph = new Graph("");
    const [inputs, outputs]: [number[], number[]] = [[], []];
    const attributes: string[] = [];
    const defaults = new Map<string, Attribute>();
    const imports = new Map<string, number>();
    const [nodes, infos, rest]: [number[], number[], number[]] = [[], [], []];
    let [domain, overload] = ["", ""];
    const reader = this.#graphs(model.env);
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key === fn.name) graph.name = cursor.string(i);
      else if (key === fn.domain) domain = cursor.string(i);
      else if (key === fn.overload) overload = cursor.string(i);
      else if (key === fn.input) inputs.push(cursor.id(i));
      else if (key === fn.output) outputs.push(cursor.id(i));
      else if (key === fn.attribute) attributes.push(cursor.string(i));
      else if (key === fn.node) nodes.push(i);
      else if (key === fn.value_info) infos.push(i);
      else if (key === fn.opset_import) this.#import(i, imports);
      else if (key === fn.attribute_proto) {
        if (!reader.attribute(cursor.inside(i), defaults, new Scope(null), () => `a function of ${cursor.input.name}`)) rest.push(i);
      } else if (key === fn.doc_string) graph.doc_string = cursor.string(i);
      else if (key === fn.metadata_props) cursor.entry(i, graph.metadata);
      else rest.push(i);
    });
    if (rest.length > 0) keep(graph, { fields: fieldsAt(cursor, rest, this.#origin) });
    reader.readFunction(graph, inputs, outputs, nodes, infos);
    const { name } = graph;
    const called = `${domain}::${name}${overload === "" ? "" : `, overload ${overload}`}`;
    if (this.#functions.has(called)) throw malformed(cursor.input, "model", `has two functions ${called}`);
    this.#functions.add(called);
    model.functions.push({ domain, name, overload, graph, attributes, defaults, opset_import: imports });
  }
}
