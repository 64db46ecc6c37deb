/** @file ONNX files → IR. Initializers become TensorSources that point into the file or its external data; nothing of them is read. */

import { dirname } from "node:path";
import { OnnxExporterError } from "../../errors.ts";
import { SymEnv } from "../../symbolic.ts";
import { readInto, type WeightsFile, weightsFile } from "../../weights/files.ts";
import { type Attribute, Graph, Model } from "../ir/graph.ts";
import { Cursor } from "./cursor.ts";
import { ExternalFiles } from "./external.ts";
import { GraphReader, Scope } from "./read-graph.ts";
import { type ByteInput, malformed, maxProtobuf, scan } from "./scan.ts";
import { fieldName, keysOf } from "./schema.ts";
import { formatOf, fromText } from "./text-format.ts";

const keys = keysOf("ModelProto");
const opset = keysOf("OperatorSetIdProto");
const fn = keysOf("FunctionProto");

export interface ReadOptions {
  /** Where external data lies; for a path, its folder unless said otherwise. */
  readonly folder?: string;
  /** What errors call a model that is given as bytes. */
  readonly name?: string;
  /** Told what the file has that the IR does not hold (training information, device configurations, unknown fields). */
  readonly onIgnored?: (fields: readonly string[]) => void;
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
    if (format === "protobuf")
      return read({ name: from, size: file.size, read: (offset, to) => readInto(file, offset, to, "the model") }, file, folder, options);
    const text = new Uint8Array(Math.min(file.size, maxProtobuf));
    readInto(file, 0, text, "the model");
    return readModel(fromText(new TextDecoder().decode(text), format, from), { ...options, folder, name: from });
  }
  const { folder = null, name = "the model" } = options;
  return read({ name, size: from.length, read: (offset, to) => to.set(from.subarray(offset, offset + to.length)) }, null, folder, options);
}

function read(input: ByteInput, file: WeightsFile | null, folder: string | null, { onIgnored }: ReadOptions): Model {
  const cursor = new Cursor(scan(input));
  const ignored = new Set<string>();
  const model = new ModelReader(cursor, { input, file, external: new ExternalFiles(input.name, folder) }, ignored).read();
  if (ignored.size > 0) onIgnored?.([...ignored]);
  return model;
}

class ModelReader {
  readonly #cursor: Cursor;
  readonly #origin: ConstructorParameters<typeof GraphReader>[2];
  readonly #ignored: Set<string>;

  constructor(cursor: Cursor, origin: ConstructorParameters<typeof GraphReader>[2], ignored: Set<string>) {
    this.#cursor = cursor;
    this.#origin = origin;
    this.#ignored = ignored;
  }

  read(): Model {
    const cursor = this.#cursor;
    let graph = -1;
    const functions: number[] = [];
    const model = new Model(new Graph(""), new SymEnv());
    cursor.fields(cursor.all, (key, i) => {
      if (key === keys.graph) {
        if (graph >= 0) throw malformed(cursor.input, "model", "has two graphs");
        graph = i;
      } else if (key === keys.functions) functions.push(i);
      else this.#field(model, key, i);
    });
    if (graph < 0) throw malformed(cursor.input, "model", "has no graph");
    if (model.ir_version === 0) throw malformed(cursor.input, "model", "has no ir_version");
    if (model.opset_import.size === 0 && model.ir_version >= 3) throw malformed(cursor.input, "model", "imports no opset");
    if (model.opset_import.size === 0) model.opset_import.set("", 1);
    this.#graphs(model.env).read(cursor.inside(graph), model.graph, new Scope(null), "the graph", true);
    for (const i of functions) this.#function(model, i);
    return model;
  }

  #field(model: Model, key: number, i: number): void {
    const cursor = this.#cursor;
    if (key === keys.ir_version) model.ir_version = cursor.int(i);
    else if (key === keys.producer_name) model.producer_name = cursor.string(i);
    else if (key === keys.producer_version) model.producer_version = cursor.string(i);
    else if (key === keys.domain) model.domain = cursor.string(i);
    else if (key === keys.model_version) model.model_version = cursor.int(i);
    else if (key === keys.doc_string) model.doc_string = cursor.string(i);
    else if (key === keys.metadata_props) cursor.entry(i, model.metadata);
    else if (key === keys.opset_import) this.#import(i, model.opset_import);
    else this.#ignored.add(fieldName(key));
  }

  #import(i: number, into: Map<string, number>): void {
    let domain = "";
    let version = 0;
    this.#cursor.fields(this.#cursor.inside(i), (key, k) => {
      if (key === opset.domain) domain = this.#cursor.string(k);
      else if (key === opset.version) version = this.#cursor.int(k);
    });
    if (domain === "ai.onnx") domain = "";
    if (into.has(domain)) throw malformed(this.#cursor.input, "model", `imports the domain ${JSON.stringify(domain)} twice`);
    into.set(domain, version);
  }

  #graphs(env: SymEnv): GraphReader {
    return new GraphReader(this.#cursor, env, this.#origin, this.#ignored);
  }

  #function(model: Model, at: number): void {
    const cursor = this.#cursor;
    const graph = new Graph("");
    const [inputs, outputs, attributes]: string[][] = [[], [], []] as string[][];
    const defaults = new Map<string, Attribute>();
    const imports = new Map<string, number>();
    const nodes: number[] = [];
    const infos: number[] = [];
    let domain = "";
    const reader = this.#graphs(model.env);
    cursor.fields(cursor.inside(at), (key, i) => {
      if (key === fn.name) graph.name = cursor.string(i);
      else if (key === fn.domain) domain = cursor.string(i);
      else if (key === fn.input) inputs?.push(cursor.string(i));
      else if (key === fn.output) outputs?.push(cursor.string(i));
      else if (key === fn.attribute) attributes?.push(cursor.string(i));
      else if (key === fn.node) nodes.push(i);
      else if (key === fn.value_info) infos.push(i);
      else if (key === fn.opset_import) this.#import(i, imports);
      else if (key === fn.attribute_proto)
        reader.attribute(cursor.inside(i), defaults, new Scope(null), `a function of ${cursor.input.name}`);
      else if (key === fn.doc_string) graph.doc_string = cursor.string(i);
      else if (key === fn.metadata_props) cursor.entry(i, graph.metadata);
      else if (key === fn.overload && cursor.string(i) !== "") {
        throw new OnnxExporterError(
          "proto/unsupported",
          `${cursor.input.name}: function ${graph.name} has an overload, ${cursor.string(i)}`,
          "inline the functions first",
        );
      }
    });
    reader.readFunction(graph, inputs ?? [], outputs ?? [], nodes, infos);
    model.functions.push({ domain, name: graph.name, graph, attributes: attributes ?? [], defaults, opset_import: imports });
  }
}
