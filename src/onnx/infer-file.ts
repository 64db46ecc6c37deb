/**
 * @file Types and shapes put into a model's bytes (onnx.shape_inference.infer_shapes_path), without objects: bytes → events → inference's
 * table → value_info, all in the core. What the file has stays as it is, byte for byte; payloads are copied from file to file.
 */

import { core } from "../core/door.ts";
import { fromOnnx } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, SymEnv, show } from "../symbolic.ts";
import { anonymousIn } from "../symbolic-values.ts";
import { weightsFile } from "../weights/files.ts";
import { inferenceError } from "./infer-error.ts";
import { stringType } from "./ir/container.ts";
import { Node, Value } from "./ir/graph.ts";
import { bytesInput, fileInput } from "./proto/input.ts";
import { OutputFile, publish } from "./proto/output.ts";
import { readDim } from "./proto/read-type.ts";
import { type ByteInput, type LiveScan, malformed, scanLive } from "./proto/scan.ts";
import { keysOf } from "./proto/schema.ts";
import { type Growth, type Splice, spliced, splicesOf } from "./proto/splice.ts";
import { attributeTable, domainTable, opTable, vocabulary } from "./proto/vocabulary.ts";

const nodeKeys = keysOf("NodeProto");
const nameKeys: readonly number[] = [keysOf("TensorProto").name, keysOf("ValueInfoProto").name];
const encoder = new TextEncoder();
const noHandle = -0x80000000;
const rowWords = 8;

const order = "the nodes are not in topological order, or a node is missing";
/** By code of assembly/wire/problem.ts: code, what is wrong (of an event, with a name), and a hint; without one the protobuf is to blame. */
type Problem = (where: string, name: string) => readonly [code: string, what: string, hint?: string];
const problems: { readonly [code: number]: Problem } = {
  1: (node, name) => ["proto/order", `${node} reads ${name}, which nothing before it makes`, order],
  2: (node, name) => ["proto/order", `${node} reads ${name}, which nothing makes`, order],
  3: (_, name) => ["proto/graph", `has two values named ${name}`],
  4: () => ["proto/graph", "has an input or an initializer without a name"],
  5: (tensor) => ["proto/tensor", `has ${tensor}, whose data do not match its dims and its type`],
  6: (tensor) => ["proto/tensor", `has ${tensor}, whose dims are no sizes`],
  7: () => ["proto/dim", "has a dim of more elements than any tensor has"],
  8: (node) => [
    "infer/recursion",
    `${node} calls a function that calls itself, or functions in a chain of more than 32`,
    "functions must not call themselves",
  ],
  9: () => ["infer/size", "the calls of its functions make more than a billion bytes of nodes", "call fewer functions from functions"],
  10: (_, name) => ["proto/graph", `names ${name === "" ? "nothing" : name} as an output, but nothing makes it`],
  11: () => ["proto/model", "has no graph, or two"],
};

/**
 * Writes the model at `model_path` to `output_path` (itself unless said otherwise), with a value_info for each result of its graphs and
 * bodies, and with the dtypes, shapes and dims that its value_info and outputs lack. Sizes are literals, or text: expressions of the
 * model's own dim_params ("N + 5"), and "unk__0", "unk__1", … in the order of the graph for sizes that depend on data. Nothing else
 * changes: external data keep their locations, so the two files belong into one folder. Memory does not grow with the weights.
 * Throws `proto/…` for what is no model, `infer/…` naming op, types and rule, `save/…`.
 */
export function inferShapesPath(model_path: string, output_path: string = model_path): void {
  const file = weightsFile(model_path);
  const input = fileInput(file, model_path);
  const splices = inferredSplices(input);
  const output = new OutputFile(output_path);
  try {
    spliced(input, splices, (bytes) => output.write(bytes));
    output.close(false);
    publish([output]);
  } catch (error) {
    output.discard();
    throw error;
  }
}

/** The same from bytes to bytes. Throws as `inferShapesPath`. */
export function inferShapesBytes(model: Uint8Array, name = "the model"): Uint8Array<ArrayBuffer> {
  const input = bytesInput(model, name);
  const splices = inferredSplices(input);
  const size = splices.reduce((n, s) => n + s.bytes.length - s.removed, model.length);
  const bytes = new Uint8Array(size);
  let at = 0;
  spliced(input, splices, (piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
  return bytes;
}

function inferredSplices(input: ByteInput): Splice[] {
  return scanLive(input, vocabulary, (live) => {
    const env = new SymEnv();
    const run = new Run(live, env);
    try {
      run.infer();
      return run.splices();
    } finally {
      run.free();
      env.free();
    }
  });
}

/** One model on its way through the core. */
class Run {
  readonly #live: LiveScan;
  readonly #env: SymEnv;
  readonly #epoch = core.epoch;
  readonly #owned: number[] = [];
  readonly #params: number;
  readonly #strings: number;

  constructor(live: LiveScan, env: SymEnv) {
    this.#live = live;
    this.#env = env;
    this.#strings = live.strings;
    this.#params = this.#cleared(this.#strings * 4);
  }

  infer(): void {
    const { exports } = core;
    const tables = [attributeTable, domainTable, opTable].map((table) => {
      const ptr = this.#cleared(table.byteLength);
      core.i32().set(table, ptr >>> 2);
      return ptr;
    }) as [number, number, number];
    this.#check(exports.wire_open(this.#live.state, vocabulary.length, ...tables, this.#params));
    this.#nameDims();
    this.#check(exports.wire_flatten(this.#env.pointer, this.#params, this.#payloads()));
    const code = exports.infer_run(this.#env.pointer);
    if (code !== 0) throw this.#refused(code);
  }

  /** What inference found, as splices of the file. */
  splices(): Splice[] {
    const { exports } = core;
    const expressions = exports.wire_expressions(this.#env.pointer);
    exports.wire_needed(this.#env.pointer, this.#cleared(expressions));
    exports.wire_describe(this.#texts(expressions), this.#params);
    const at = exports.wire_edits() >>> 2;
    const edits = core.i32().slice(at, at + exports.wire_edit_count() * 4);
    const bytes = exports.wire_bytes() >>> 0;
    const growths = new Map<number, Growth>();
    for (let i = 0; i < edits.length; i += 4) {
      const [event, around, from, length] = edits.subarray(i, i + 4) as Int32Array & [number, number, number, number];
      const growth = growths.get(event) ?? { event, around, pieces: [] };
      if (growth.around < 0) growth.around = around;
      if (length > 0) growth.pieces.push(core.u8().slice(bytes + from, bytes + from + length));
      growths.set(event, growth);
    }
    return splicesOf(growths, this.#live.input, (event) => this.#live.event(event)[2]);
  }

  free(): void {
    if (core.epoch !== this.#epoch) return;
    core.exports.wire_close();
    for (const ptr of this.#owned) core.free(ptr, this.#epoch);
  }

  #cleared(nbytes: number): number {
    const ptr = core.alloc(Math.max(nbytes, 4));
    this.#owned.push(ptr);
    core.u8().fill(0, ptr, ptr + Math.max(nbytes, 4));
    return ptr;
  }

  /** Handles of the dim_params, in place of the marks of those strings. */
  #nameDims(): void {
    const at = this.#params >>> 2;
    const marks = core.i32().slice(at, at + this.#strings);
    for (let id = marks.indexOf(1); id >= 0; id = marks.indexOf(1, id + 1)) {
      const text = this.#live.string(id);
      const handle = text === "" ? noHandle : this.#env.handleOf(readDim(text, this.#env));
      core.i32()[at + id] = handle;
    }
  }

  /** Small payloads that inference reads, where the core looks for them. */
  #payloads(): number {
    const { exports } = core;
    const ptr = this.#cleared(exports.wire_payload_bytes());
    const at = exports.wire_wanted() >>> 2;
    const wanted = core.i32().slice(at, at + exports.wire_wanted_count() * 3);
    const { input } = this.#live;
    const window = new Uint8Array(Math.min(1 << 18, input.size));
    let [from, end] = [0, 0];
    for (let i = 0; i < wanted.length; i += 3) {
      const [position, length, offset] = wanted.subarray(i, i + 3) as Int32Array & [number, number, number];
      if (position < from || position + length > end) {
        from = position;
        end = Math.min(position + window.length, input.size);
        input.read(from, window.subarray(0, end - from));
      }
      core.u8().set(window.subarray(position - from, position - from + length), ptr + offset);
    }
    return ptr;
  }

  /** Address and length of the text of each symbolic dim that is written. */
  #texts(expressions: number): number {
    const { exports } = core;
    const at = exports.wire_needed_dims() >>> 2;
    const handles = core.i32().slice(at, at + exports.wire_needed_count());
    this.#nameUnknown(handles);
    const texts = Array.from(handles, (h) => encoder.encode(show(this.#env.dim(h))));
    const table = this.#cleared(expressions * 8);
    const pool = this.#cleared(texts.reduce((n, t) => n + t.length, 0));
    let used = pool;
    handles.forEach((handle, i) => {
      const text = texts[i] as Uint8Array;
      core.u8().set(text, used);
      core.i32().set([used, text.length], (table >>> 2) + ~handle * 2);
      used += text.length;
    });
    return table;
  }

  /** Symbols that nobody named get names that no dim_param has. */
  #nameUnknown(handles: Int32Array): void {
    const named = new Set<Dim>();
    let n = 0;
    for (const handle of handles) {
      for (const symbol of anonymousIn(this.#env.dim(handle))) {
        if (named.has(symbol)) continue;
        named.add(symbol);
        while (this.#env.hasSymbol(`unk__${n}`)) n++;
        this.#env.rename(symbol, `unk__${n}`);
      }
    }
  }

  #check(code: number): void {
    if (code === 0) return;
    const { exports } = core;
    const [event, name] = [exports.wire_problem_event(), exports.wire_problem_name()];
    const text = name < 0 ? "" : JSON.stringify(this.#live.string(name));
    const where = event < 0 ? "the graph" : this.#called(event);
    const { input } = this.#live;
    const problem = problems[code] ?? internal(`the core says ${code} of a model`);
    const [reason, what, hint] = problem(where, text);
    if (hint !== undefined) throw new OnnxExporterError(reason, `${input.name}: ${what}`, hint);
    throw malformed(input, reason.slice(reason.indexOf("/") + 1), what);
  }

  /** What an event is called: a node by its op and name, others by their name. */
  #called(event: number): string {
    const { op, name } = this.#node(event);
    if (op !== "") return name === null || name === "" ? op : `${op} ${name}`;
    return name === null || name === "" ? "a tensor or value without a name" : name;
  }

  #text(offset: number, length: number): string {
    const bytes = new Uint8Array(length);
    this.#live.input.read(offset, bytes);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  /** Op and name of the node that event `at` is; only a name for other messages. */
  #node(at: number): { op: string; name: string | null; inputs: number } {
    const [, end] = this.#live.event(at);
    let [op, name, inputs] = ["", null as string | null, 0];
    for (let i = at + 1; i < end; i++) {
      const [key, a, b] = this.#live.event(i);
      if (key === nodeKeys.op_type && op === "") op = this.#live.string(a);
      else if (key === nodeKeys.name) name ??= this.#text(a, b);
      else if (nameKeys.includes(key)) name ??= this.#live.string(a);
      else if (key === nodeKeys.input) inputs++;
    }
    return { op, name, inputs };
  }

  /** The error of inference, with the types that the node's inputs have. */
  #refused(code: number): OnnxExporterError {
    const { exports } = core;
    const { op, name, inputs } = this.#node(exports.infer_failed());
    const values = Array.from({ length: inputs }, (_, i) => this.#value(exports.wire_failed_input(i)));
    const node = new Node(op, values, new Map(), [], -1);
    node.name = name;
    const operand = (i: number): number => exports.infer_problem(i);
    return inferenceError(
      node,
      { code, operands: [operand(0), operand(1), operand(2), operand(3)], dim: (h) => show(this.#env.dim(h)) },
      this.#live.input.name,
    );
  }

  /** A value with the type that inference knows; null where it is omitted. */
  #value(id: number): Value | null {
    if (id < 0) return null;
    const { exports } = core;
    const i32 = core.i32();
    const at = (exports.infer_rows() >>> 2) + id * rowWords;
    const [kind, dtype, rank, dims] = i32.subarray(at, at + 4) as Int32Array & [number, number, number, number];
    if (kind !== 0 || dtype === 0 || dtype === stringType) return new Value(null, null);
    const pool = (exports.infer_pool() >>> 2) + dims;
    const shape = rank < 0 ? null : Array.from(i32.slice(pool, pool + rank), (h) => this.#env.dim(h));
    return new Value(null, { dtype: fromOnnx(dtype, "inference"), shape });
  }
}
