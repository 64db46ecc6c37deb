/** @file Reads the text form of a model (text.ts). */

import { type DType, fromSuffix } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { encode } from "../../literal.ts";
import { SymEnv } from "../../symbolic.ts";
import { fakeSource } from "../../weights/basic.ts";
import type { TensorSource } from "../../weights/source.ts";
import { inferModel } from "../infer.ts";
import { memorySource } from "../opset/literal.ts";
import { newest } from "../opset/schema.ts";
import { newestOpset } from "../opset/schemas.gen.ts";
import { parseDim, tokenAt } from "./dim-text.ts";
import { type Attribute, type FunctionBody, Graph, Model, Node, Value, type ValueType } from "./graph.ts";

export interface ParseOptions {
  /** Infer types and known data of all values. */
  readonly infer?: boolean;
  readonly opset?: number;
  readonly env?: SymEnv;
}

/** The model whose main graph and functions `text` says. Throws `text/syntax` with the line, and whatever inference refuses. */
export function parse(text: string, options: ParseOptions = {}): Model {
  const env = options.env ?? new SymEnv();
  const reader = new Reader(text, env);
  const model = new Model(reader.graph("graph", new Map()), env);
  model.functions.push(...reader.functions());
  model.opset_import.set("", options.opset ?? newestOpset);
  for (const { domain } of model.functions) if (domain !== "") model.opset_import.set(domain, 1);
  if (options.infer) inferModel(model);
  return model;
}

type Scope = Map<string, Value>;

class Reader {
  readonly #text: string;
  readonly #env: SymEnv;
  #at = 0;

  constructor(text: string, env: SymEnv) {
    this.#text = text;
    this.#env = env;
  }

  graph(name: string, outer: Scope): Graph {
    const graph = new Graph(name);
    const scope: Scope = new Map(outer);
    this.#expect("(");
    this.#list(")", () => graph.inputs.push(this.#define(scope)));
    this.#expect("->");
    this.#expect("(");
    const results: string[] = [];
    this.#list(")", () => results.push(this.#name()));
    while (!this.#atEnd() && !this.#peek("}") && !this.#isFunction()) this.#statement(graph, scope);
    for (const result of results) graph.outputs.push(this.#lookup(scope, result));
    return graph;
  }

  /** The functions that follow the main graph, up to the end. */
  *functions(): Generator<FunctionBody> {
    while (!this.#atEnd()) {
      if (!this.#isFunction()) this.#fail("the end");
      this.#expect("function");
      const domain = this.#name();
      this.#expect("::");
      const name = this.#name();
      const attributes: string[] = [];
      const defaults = new Map<string, Attribute>();
      if (this.#take("<")) {
        this.#list(">", () => {
          const key = this.#name();
          if (this.#take("=")) defaults.set(key, this.#attribute("", key, new Map()));
          else attributes.push(key);
        });
      }
      yield { domain, name, attributes, defaults, graph: this.graph(name, new Map()) };
    }
  }

  /** `function domain::name` and not a value that is called so. */
  #isFunction(): boolean {
    return tokenAt(this.#text, this.#at, /function\s+(?:[A-Za-z][\w.]*|`(?:[^`\\]|\\.)*`)::/) !== null;
  }

  /** `y, z: f32[3] = Op<…>(…)`, or `w = f32[3]{…}`. */
  #statement(graph: Graph, scope: Scope): void {
    const outputs: Value[] = [];
    const names: string[] = [];
    do {
      const name = this.#name();
      names.push(name);
      outputs.push(new Value(name, this.#take(":") ? this.#type() : null));
    } while (this.#take(","));
    this.#expect("=");
    if (this.#isTensor()) {
      const [value] = outputs as [Value];
      value.source = this.#tensor();
      value.type = { dtype: value.source.dtype, shape: value.source.shape };
      graph.initializers.add(value);
    } else graph.append(this.#node(outputs, scope));
    names.forEach((name, i) => {
      if (scope.get(name)?.producer?.graph === graph) this.#fail(`a new name, ${name} is taken`);
      scope.set(name, outputs[i] as Value);
    });
  }

  #node(outputs: Value[], scope: Scope): Node {
    let [domain, op] = ["", this.#name()];
    if (this.#take("::")) [domain, op] = [op, this.#name()];
    const attributes = new Map<string, Attribute>();
    if (this.#take("<")) {
      this.#list(">", () => {
        const name = this.#name();
        this.#expect("=");
        attributes.set(name, this.#attribute(domain === "" ? op : "", name, scope));
      });
    }
    this.#expect("(");
    const inputs: (Value | null)[] = [];
    this.#list(")", () => inputs.push(this.#take("_") ? null : this.#lookup(scope, this.#name())));
    return new Node(op, inputs, attributes, outputs, -1, domain);
  }

  #attribute(op: string, name: string, scope: Scope): Attribute {
    if (this.#take("{")) {
      const value = this.graph(name, scope);
      this.#expect("}");
      return { kind: "graph", value };
    }
    if (this.#take("floats[]")) return { kind: "floats", value: [] };
    if (this.#take("strings[]")) return { kind: "strings", value: [] };
    if (this.#peek('"')) return { kind: "string", value: this.#string() };
    if (this.#isTensor()) return { kind: "tensor", value: this.#tensor() };
    const kind = newest(op)?.attributes.get(name)?.kind;
    if (this.#take("[")) {
      if (this.#peek('"')) {
        const value: string[] = [];
        this.#list("]", () => value.push(this.#string()));
        return { kind: "strings", value };
      }
      const value: string[] = [];
      this.#list("]", () => value.push(this.#number()));
      const floats = kind === "floats" || value.some(isFloatText);
      return floats ? { kind: "floats", value: value.map(toFloat) } : { kind: "ints", value: value.map(toInt) };
    }
    const text = this.#number();
    return kind === "float" || isFloatText(text)
      ? { kind: "float", value: Math.fround(toFloat(text)) }
      : { kind: "int", value: toInt(text) };
  }

  #define(scope: Scope): Value {
    const name = this.#name();
    const value = new Value(name, this.#take(":") ? this.#type() : null);
    scope.set(name, value);
    return value;
  }

  #lookup(scope: Scope, name: string): Value {
    return scope.get(name) ?? this.#fail(`a value; ${name} is not defined`);
  }

  #type(): ValueType {
    const dtype = this.#dtype();
    if (this.#take("?")) return { dtype, shape: null };
    this.#expect("[");
    const shape: ReturnType<typeof parseDim>[] = [];
    this.#list("]", () => shape.push(this.#take("?") ? this.#env.fresh("dim") : parseDim(this.#until(/[,\]]/), this.#env)));
    return { dtype, shape };
  }

  #dtype(): DType {
    return fromSuffix(this.#match(/[a-z]+\d*\w*/) ?? this.#fail("a dtype"), `line ${this.#line()}`);
  }

  #isTensor(): boolean {
    return /^\s*[a-z]\w*\[[\d, ]*\]\{/.test(this.#text.slice(this.#at, this.#at + 200));
  }

  #tensor(): TensorSource {
    const dtype = this.#dtype();
    this.#expect("[");
    const shape: number[] = [];
    this.#list("]", () => shape.push(Number(this.#number())));
    this.#expect("{");
    if (this.#take("...")) {
      this.#expect("}");
      return fakeSource(dtype, shape, "a tensor whose elements the text leaves out");
    }
    const data: string[] = [];
    this.#list("}", () => data.push(this.#number()));
    const floats = dtype.includes("float");
    return memorySource(dtype, shape, encode(dtype, data.map(floats ? toFloat : toInt)));
  }

  #string(): string {
    return JSON.parse(this.#match(/"(?:[^"\\]|\\.)*"/) ?? this.#fail("a string")) as string;
  }
  #number(): string {
    return this.#match(/[+-]?(?:inf|nan|\d+(?:\.\d*)?(?:e[+-]?\d+)?)/) ?? this.#fail("a number");
  }
  #name(): string {
    const word = this.#match(/[A-Za-z][\w.]*|`(?:[^`\\]|\\.)*`/) ?? this.#fail("a name");
    return word.startsWith("`") ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word;
  }
  #list(close: string, item: () => void): void {
    while (!this.#take(close)) {
      item();
      if (!this.#peek(close)) this.#expect(",");
    }
  }
  /** Text up to a character of `stop` outside parentheses. */
  #until(stop: RegExp): string {
    let end = this.#at;
    for (let depth = 0; end < this.#text.length; end++) {
      const c = this.#text[end] as string;
      if (c === "(") depth++;
      else if (c === ")") depth--;
      else if (depth === 0 && stop.test(c)) break;
    }
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text.trim();
  }
  #match(pattern: RegExp): string | null {
    const found = tokenAt(this.#text, this.#at, pattern);
    if (found) this.#at = found.end;
    return found?.token ?? null;
  }
  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
  #atEnd(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }
  #peek(token: string): boolean {
    this.#skip();
    return this.#text.startsWith(token, this.#at);
  }
  #take(token: string): boolean {
    if (!this.#peek(token)) return false;
    this.#at += token.length;
    return true;
  }
  #expect(token: string): void {
    if (!this.#take(token)) this.#fail(token);
  }
  #line(): number {
    return this.#text.slice(0, this.#at).split("\n").length;
  }
  #fail(wanted: string): never {
    const got = JSON.stringify(this.#text.slice(this.#at, this.#at + 24));
    throw new OnnxExporterError("text/syntax", `line ${this.#line()}: wanted ${wanted}, got ${got}`);
  }
}

const isFloatText = (text: string): boolean => /[.en]/.test(text);
const toFloat = (text: string): number => Number(text.replace("inf", "Infinity"));

function toInt(text: string): number | bigint {
  const n = Number(text);
  return Number.isSafeInteger(n) ? n : BigInt(text);
}
