/**
 * @file Text of a model's graph and functions, for people, tests and messages; `parse` (parse.ts) reads it back.
 *
 *     (x: f32[N, 3]) -> (y)
 *       w = f32[3, 2]{1, 0, 0, 1, 0.5, 0.5}
 *       h = MatMul(x, w)
 *       y = mylib::Leaky(h)
 *     function mylib::Leaky(x) -> (y)
 *       y = LeakyRelu<alpha=0.1>(x)
 *
 * Initializers are listed where the graph begins; the elements of long ones are not printed (`{...}`). `_` is an omitted input.
 * Names that are not plain words stand in backquotes.
 */

import { numel } from "../../core/strided.ts";
import { type DType, dtypes } from "../../dtype.ts";
import { hasLiterals } from "../../literal.ts";
import type { TensorSource } from "../../weights/source.ts";
import { elementsOf } from "../opset/literal.ts";
import { anyTypeOf, typeText } from "./container.ts";
import type { Attribute, FunctionBody, Graph, Model, Node, StringTensor, Value } from "./graph.ts";

/** Initializers of more elements are printed without them. */
const LONGEST = 64;

export interface PrintOptions {
  /** Print the types of all results, not only of inputs. */
  readonly types?: boolean;
}

/** The text of the model's main graph, then of its functions. */
export const print = (model: Model, options: PrintOptions = {}): string =>
  [printGraph(model.graph, options), ...model.functions.map((f) => new Printer(options).definition(f))].join("\n");

/** The text of one graph. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return new Printer(options).graph(graph, "");
}

class Printer {
  readonly #types: boolean;
  readonly #names = new Map<Value, string>();
  readonly #taken = new Set<string>();

  constructor(options: PrintOptions) {
    this.#types = options.types ?? false;
  }

  graph(graph: Graph, indent: string): string {
    // Names that were given win over those made here.
    for (const v of valuesOf(graph)) if (v.name !== null && !this.#names.has(v) && !this.#taken.has(v.name)) this.#bind(v, v.name);
    const inputs = graph.inputs.map((v) => this.#name(v) + declared(v));
    const lines: string[] = [];
    for (const v of graph.initializers) lines.push(`${indent}  ${this.#name(v)} = ${constantText(v)}`);
    for (const node of graph.nodes()) lines.push(`${indent}  ${this.#node(node, indent)}`);
    const header = `(${inputs.join(", ")}) -> (${graph.outputs.map((v) => this.#name(v)).join(", ")})`;
    return [header, ...lines].join("\n");
  }

  definition({ domain, name, attributes, defaults = new Map(), graph }: FunctionBody): string {
    const given = [...defaults].map(([key, a]) => `${quoted(key)}=${this.#attribute(a, "")}`);
    const formals = [...attributes.map(quoted), ...given];
    return `function ${quoted(domain)}::${quoted(name)}${formals.length ? `<${formals.join(", ")}>` : ""}${this.graph(graph, "")}`;
  }

  #node(node: Node, indent: string): string {
    const outputs = node.outputs.map((v) => this.#name(v) + (this.#types ? declared(v) : ""));
    const inputs = node.inputs.map((v) => (v === null ? "_" : this.#name(v)));
    const attributes = [...node.attributes].map(([name, a]) => `${quoted(name)}=${this.#attribute(a, indent)}`);
    const op = node.domain === "" ? quoted(node.op) : `${quoted(node.domain)}::${quoted(node.op)}`;
    return `${outputs.join(", ")} = ${op}${attributes.length ? `<${attributes.join(", ")}>` : ""}(${inputs.join(", ")})`;
  }

  #attribute(a: Attribute, indent: string): string {
    switch (a.kind) {
      case "int":
        return String(a.value);
      case "float":
        return floatText(a.value);
      case "string":
        return JSON.stringify(a.value);
      case "ints":
        return `[${a.value.join(", ")}]`;
      case "floats":
        return a.value.length === 0 ? "floats[]" : `[${a.value.map(floatText).join(", ")}]`;
      case "strings":
        return a.value.length === 0 ? "strings[]" : `[${a.value.map((s) => JSON.stringify(s)).join(", ")}]`;
      case "tensor":
        return sourceText(a.value);
      case "tensors":
        return `[${a.value.map(sourceText).join(", ")}]`;
      case "string_tensor":
        return stringsText(a.value);
      case "sparse_tensor":
        return `sparse([${a.value.shape.join(", ")}], ${sourceText(a.value.values)}, ${sourceText(a.value.indices)})`;
      case "type":
        return typeText(a.value);
      case "graphs":
        return `[${a.value.map((g) => this.#attribute({ kind: "graph", value: g }, indent)).join(", ")}]`;
      case "graph":
        return `{\n${indent}    ${this.graph(a.value, `${indent}    `)}\n${indent}  }`;
      case "ref":
        return `@${quoted(a.value)}`;
    }
  }

  #name(v: Value): string {
    const known = this.#names.get(v);
    if (known !== undefined) return quoted(known);
    const hint = v.name ?? "v";
    let name = v.name === null ? "v0" : hint;
    for (let i = 1; this.#taken.has(name); i++) name = v.name === null ? `v${i}` : `${hint}_${i}`;
    this.#bind(v, name);
    return quoted(name);
  }

  #bind(v: Value, name: string): void {
    this.#names.set(v, name);
    this.#taken.add(name);
  }
}

function declared(v: Value): string {
  const type = anyTypeOf(v);
  return type === null ? "" : `: ${typeText(type)}`;
}

/** Every value that a graph and its sub-graphs define or read. */
function* valuesOf(graph: Graph): Generator<Value> {
  yield* graph.inputs;
  yield* graph.outputs;
  yield* graph.initializers;
  for (const node of graph.nodes()) {
    for (const v of node.inputs) if (v) yield v;
    yield* node.outputs;
    for (const inner of node.graphs) yield* valuesOf(inner);
  }
}

const quoted = (name: string): string =>
  /^[A-Za-z][\w.]*$/.test(name) ? name : `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;

/** A float always shows that it is one: `1.0`, `1e-5`, `inf`, `nan`. */
function floatText(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Object.is(x, -0)) return "-0.0";
  const text = shortest(x);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Attributes are float32 in files: the shortest decimal that is the same float32, if x is one. */
function shortest(x: number): string {
  if (Math.fround(x) !== x) return String(x);
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(x.toPrecision(digits)));
    if (Math.fround(Number(text)) === x) return text;
  }
  return String(x);
}

const constantText = (v: Value): string => (v.strings === null ? sourceText(v.source as TensorSource) : stringsText(v.strings));
const stringsText = ({ shape, strings }: StringTensor): string =>
  `string[${shape.join(", ")}]{${strings.length > LONGEST ? "..." : strings.map((s) => JSON.stringify(s)).join(", ")}}`;

function sourceText(source: TensorSource): string {
  const head = `${dtypes[source.dtype].suffix}[${source.shape.join(", ")}]`;
  const count = numel(source.shape);
  if (!source.materialized || count > LONGEST || !hasLiterals(source.dtype)) return `${head}{...}`;
  return `${head}{${elementsOf(source)
    .map((x) => elementText(source.dtype, x))
    .join(", ")}}`;
}

function elementText(dtype: DType, x: number | bigint): string {
  if (dtypes[dtype].kind !== "float") return String(x);
  const text = floatText(Number(x));
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}
