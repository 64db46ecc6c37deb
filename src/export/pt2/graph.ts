/** @file The graph of an archive → src/aten/graph.ts: values by name in their scope, with types that hold symbolic sizes and no example size. */

import { type Arg, Graph, Node, type Origin, type Output, type Type, Value } from "../../aten/graph.ts";
import { schemaOf } from "../../aten/schema.ts";
import type { Dim } from "../../symbolic.ts";
import { type ArgumentReader, argument, exactIntegers, outputsOf } from "./arguments.ts";
import { layout, scalarType } from "./enums.ts";
import type { Expressions } from "./expressions.ts";
import { type Json, type JsonObject, listOf, member, numberOf, objectOf, stringOf, unionOf } from "./json.ts";
import { canonicalOp, fallbackName } from "./op-names.ts";
import type { Place } from "./place.ts";

const graphDepthLimit = 100;

interface Form {
  readonly form: string;
  readonly keyword: boolean;
}

/** There are few forms and many arguments. */
const forms = new Map<string, readonly [positional: Form, keyword: Form]>();

function formOf(form: string, keyword: boolean): Form {
  let both = forms.get(form);
  if (both === undefined) {
    both = [
      { form, keyword: false },
      { form, keyword: true },
    ];
    forms.set(form, both);
  }
  return both[keyword ? 1 : 0];
}

/** What printing needs beyond the graph; see `Spelling`. */
export interface SpellingParts {
  readonly args: Map<Node, ReadonlyMap<string, Form>>;
  readonly singleReturn: Set<Graph>;
  readonly expressions: Map<Value, string>;
}

/** Reads one graph; sub-graphs are read by readers of their own, so that their names do not mix. */
export class GraphReader implements ArgumentReader {
  readonly place: Place;
  readonly expressions: Expressions;
  readonly spelling: SpellingParts;
  /** Values by name. */
  readonly values = new Map<string, Value>();
  /** Names of nodes, to tell apart those that old archives do not name. */
  readonly #nodeNames = new Set<string>();
  readonly #json: JsonObject;
  readonly #depth: number;

  constructor(json: Json | undefined, what: string, place: Place, expressions: Expressions, spelling: SpellingParts, depth = 0) {
    this.place = place;
    this.expressions = expressions;
    this.spelling = spelling;
    this.#json = objectOf(json, what, place);
    this.#depth = depth;
    if (depth > graphDepthLimit) place.fail("schema", `graphs nested deeper than ${graphDepthLimit}`);
  }

  read(name: string): Graph {
    const { place } = this;
    const inputs = listOf(member(this.#json, "inputs"), "graph.inputs", place).map((json, i) => this.#input(json, i));
    const nodes: Node[] = [];
    for (const json of listOf(member(this.#json, "nodes"), "graph.nodes", place)) nodes.push(this.#node(json, nodes.length));
    place.spot = `outputs of ${name}`;
    const outputs = listOf(member(this.#json, "outputs"), "graph.outputs", place).map((json) => argument(json, "an output", this));
    place.spot = "";
    const graph = new Graph(name, inputs, nodes, outputs);
    if (member(this.#json, "is_single_tensor_return") === true) this.spelling.singleReturn.add(graph);
    return graph;
  }

  /** A literal input (`as_none`, `as_bool`, …) has no value: null. */
  #input(json: Json, i: number): Value | null {
    const { place } = this;
    place.spot = `graph input ${i}`;
    const [kind, body] = unionOf(json, "the input", place);
    if (kind === "as_tensor" || kind === "as_custom_obj") return this.define(this.nameIn(body));
    if (kind === "as_sym_int" || kind === "as_sym_float" || kind === "as_sym_bool") {
      const [form, name] = unionOf(body, kind, place);
      return form === "as_name" ? this.define(stringOf(name, "as_name", place)) : null;
    }
    return null;
  }

  #node(json: Json, i: number): Node {
    const { place } = this;
    place.spot = `node ${i}`;
    const object = objectOf(json, "a node", place);
    const target = stringOf(member(object, "target"), "target", place);
    place.spot = `node ${i} (${target})`;
    const op = canonicalOp(target);
    const { args, forms } = this.#arguments(op, object);
    const results = outputsOf(listOf(member(object, "outputs"), "outputs", place), this);
    const node = new Node(op, args, results, this.#origin(object, target, results));
    this.spelling.args.set(node, forms);
    return node;
  }

  #arguments(op: string, node: JsonObject) {
    const { place } = this;
    const forms = new Map<string, Form>();
    const args: [string, Arg][] = [];
    for (const json of listOf(member(node, "inputs"), "inputs", place)) {
      const input = objectOf(json, "an input", place);
      // Higher-order ops pass their operands by position, without names.
      const name = stringOf(member(input, "name"), "name", place) || String(args.length);
      const arg = member(input, "arg");
      args.push([name, exactIntegers(op, name, argument(arg, name, this))]);
      forms.set(name, formOf(unionOf(arg, name, place)[0], isKeyword(op, name, member(input, "kind") ?? 0)));
    }
    return { args: Object.fromEntries(args), forms };
  }

  #origin(node: JsonObject, target: string, results: readonly Output[]): Origin {
    const { place } = this;
    const metadata = objectOf(member(node, "metadata") ?? {}, "metadata", place);
    const given = member(node, "name");
    const only = results.length === 1 ? results[0] : undefined;
    const name = typeof given === "string" ? given : only instanceof Value ? only.name : fallbackName(target, this.#nodeNames);
    this.#nodeNames.add(name);
    const text = (key: string): string => stringOf(member(metadata, key) ?? "", key, place);
    return { node: name, moduleStack: text("nn_module_stack"), stackTrace: text("stack_trace") };
  }

  /** A new value of this graph. Throws `pt2/duplicate-value`, `pt2/undefined-value` (without type). */
  define(name: string): Value {
    if (this.values.has(name)) this.place.fail("duplicate-value", `the value ${name} is defined twice`);
    const value = new Value(name, this.#type(name));
    const expression = this.#expression(name);
    if (expression !== null) this.spelling.expressions.set(value, expression);
    this.values.set(name, value);
    return value;
  }

  use(name: string): Value {
    return this.values.get(name) ?? this.place.fail("undefined-value", `the value ${name} is read before it is defined`);
  }

  /** Whether `name` is a custom object that is not an input of the graph but a constant of the program. */
  object(name: string): Value {
    let value = this.values.get(name);
    if (value === undefined) {
      value = new Value(name, { kind: "object" });
      this.values.set(name, value);
    }
    return value;
  }

  nameIn(json: Json): string {
    return stringOf(member(objectOf(json, "an argument", this.place), "name"), "name", this.place);
  }

  subgraph(json: Json): Graph {
    const { place } = this;
    const object = objectOf(json, "as_graph", place);
    const name = stringOf(member(object, "name"), "as_graph.name", place);
    const outside = place.spot;
    const graph = new GraphReader(member(object, "graph"), `graph ${name}`, place, this.expressions, this.spelling, this.#depth + 1).read(
      name,
    );
    place.spot = outside;
    return graph;
  }

  #meta(table: string, name: string): Json | undefined {
    const values = member(this.#json, table);
    return values === undefined || values === null ? undefined : member(objectOf(values, table, this.place), name);
  }

  #type(name: string): Type {
    const tensor = this.#meta("tensor_values", name);
    if (tensor !== undefined) return this.#tensorType(objectOf(tensor, name, this.place), name);
    const int = this.#meta("sym_int_values", name);
    if (int !== undefined) return { kind: "int", expr: this.dim(int, name) };
    if (this.#meta("sym_float_values", name) !== undefined) return { kind: "float", expr: null };
    if (this.#meta("sym_bool_values", name) !== undefined) return { kind: "bool", expr: null };
    if (this.#meta("custom_obj_values", name) !== undefined) return { kind: "object" };
    return this.place.fail("undefined-value", `the value ${name} has no type in the graph`);
  }

  #tensorType(meta: JsonObject, name: string): Type {
    const { place } = this;
    const kind = layout(numberOf(member(meta, "layout"), "layout", place), place);
    if (kind !== "strided") {
      place.fail("layout", `the tensor ${name} is ${kind}; only strided tensors can be exported`, "call .to_dense() on it in the model");
    }
    const dims = (key: string): Dim[] => listOf(member(meta, key), `${name}.${key}`, place).map((d) => this.dim(d, name));
    const dtype = scalarType(numberOf(member(meta, "dtype"), "dtype", place), name, place);
    return { kind: "tensor", dtype, shape: dims("sizes"), strides: dims("strides") };
  }

  dim(json: Json, what: string): Dim {
    const { place } = this;
    const [form, body] = unionOf(json, what, place);
    if (form === "as_int") return numberOf(body, what, place);
    if (form !== "as_expr") place.fail("schema", `${what}: a size is as_int or as_expr, not ${form}`);
    return this.expressions.dim(expressionText(body, what, place), place);
  }

  /** The expression of a symbolic float or bool: kept as text, for printing. */
  #expression(name: string): string | null {
    const meta = this.#meta("sym_float_values", name) ?? this.#meta("sym_bool_values", name);
    if (meta === undefined) return null;
    const [form, body] = unionOf(meta, name, this.place);
    return form === "as_expr" ? expressionText(body, name, this.place) : String(body);
  }
}

/** Archives of 2.6 and older do not say: then what has a default is passed by keyword, as in torch. */
const isKeyword = (op: string, name: string, kind: Json): boolean =>
  kind === 0 ? schemaOf(op)?.args.find((a) => a.name === name)?.default !== undefined : kind === 2;

const expressionText = (json: Json, what: string, place: Place): string =>
  stringOf(member(objectOf(json, what, place), "expr_str"), `${what}.expr_str`, place);
