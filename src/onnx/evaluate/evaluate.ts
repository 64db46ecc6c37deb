/** @file Computes a model in the core, node by node: ONNX's own meaning of every op, whatever a runtime supports. */

import { Generator } from "../../core/ops/random.ts";
import { type Storage, scoped } from "../../core/strided.ts";
import { OnnxExporterError } from "../../errors.ts";
import { loadStrided } from "../../weights/basic.ts";
import type { FunctionBody, Graph, Model, Node, Value } from "../ir/graph.ts";
import { describeOrigin } from "../ir/origin.ts";
import { newestOpset } from "../opset/schemas.gen.ts";
import { type EvaluatedValue, type Feed, given, taken } from "./feed.ts";
import { evaluatorOf } from "./index.ts";
import { Call, type Surroundings } from "./table.ts";
import { type Computed, storagesOf } from "./value.ts";

export interface EvaluateOptions {
  /** Seed of random nodes that bring none; 0 unless said otherwise, so that the same model gives the same values. */
  readonly seed?: number | bigint;
  /** Told of each node of the main graph before it is computed. */
  readonly onNode?: (node: Node, index: number, count: number) => void;
}

/**
 * The outputs of `model` in order, for inputs by name. Inputs that are initializers too may be left out. What is not needed any more is
 * freed at once, and initializers are read when they are first needed.
 * Throws `eval/unsupported` listing all ops that cannot be computed, `eval/input` for inputs that are missing or do not fit, and the error
 * of a node with its name.
 */
export function evaluate(model: Model, inputs: { readonly [name: string]: Feed }, options: EvaluateOptions = {}): EvaluatedValue[] {
  refuseUnsupported(model);
  return scoped(
    () => new Evaluation(model, options).main(inputs).map(given),
    () => [],
  );
}

const functionKey = (domain: string, name: string): string => `${domain}::${name}`;

/** All ops without an evaluator, at once. */
function refuseUnsupported(model: Model): void {
  const functions = new Set(model.functions.map((f) => functionKey(f.domain, f.name)));
  const missing = new Map<string, { count: number; first: string }>();
  const visit = (graph: Graph): void => {
    for (const node of graph.nodes()) {
      for (const body of node.graphs) visit(body);
      if (functions.has(functionKey(node.domain, node.op)) || evaluatorOf(node)) continue;
      const op = node.domain === "" ? node.op : `${node.domain}::${node.op}`;
      const known = missing.get(op);
      if (known) known.count++;
      else missing.set(op, { count: 1, first: calledNode(model, node) });
    }
  };
  for (const graph of [model.graph, ...model.functions.map((f) => f.graph)]) visit(graph);
  if (missing.size === 0) return;
  const lines = [...missing].map(([op, { count, first }]) => `  ${op}  ${count} ${count === 1 ? "node" : "nodes"}  first ${first}`);
  throw new OnnxExporterError(
    "eval/unsupported",
    `${missing.size} ${missing.size === 1 ? "op" : "ops"} cannot be computed\n${lines.join("\n")}`,
    "give each as a local function of the model, or take these nodes out",
  );
}

/** A node in messages: its name, or what it makes, and where it comes from. */
function calledNode(model: Model, node: Node): string {
  const name = node.name || node.outputs.find((v) => v.name)?.name;
  const origin = describeOrigin(model, node.origin);
  return `${node.op}${name ? ` ${name}` : ""}${origin ? ` from ${origin}` : ""}`;
}

/** What a graph defines, and for each node what of it nothing reads any more. */
interface Plan {
  readonly made: ReadonlySet<Value>;
  readonly dead: ReadonlyMap<Node, readonly Value[]>;
}

/** Initializers of bodies stay for the next iteration. */
function planOf(graph: Graph, main: boolean): Plan {
  const made = new Set<Value>([...graph.inputs, ...(main ? graph.initializers : [])]);
  const last = new Map<Value, Node>();
  const read = (inner: Graph, node: Node): void => {
    for (const each of inner.nodes()) {
      for (const v of each.inputs) if (v !== null) last.set(v, node);
      for (const body of each.graphs) read(body, node);
    }
    for (const v of inner.outputs) last.set(v, node);
  };
  for (const node of graph.nodes()) {
    for (const v of node.outputs) {
      made.add(v);
      last.set(v, node);
    }
    for (const v of node.inputs) if (v !== null) last.set(v, node);
    for (const body of node.graphs) read(body, node);
  }
  for (const v of graph.outputs) last.delete(v);
  const dead = new Map<Node, Value[]>();
  for (const [v, node] of last) {
    if (!made.has(v)) continue;
    const known = dead.get(node);
    if (known) known.push(v);
    else dead.set(node, [v]);
  }
  return { made, dead };
}

/** The function that a graph is the body of: versions that it imports, and what its caller gives. */
interface Frame {
  readonly opsets: ReadonlyMap<string, number>;
  readonly attributes: Surroundings["attributes"];
}

function* storagesOfAll(results: readonly (Computed | null)[]): Iterable<Storage> {
  for (const result of results) yield* storagesOf(result);
}

class Evaluation {
  readonly #model: Model;
  readonly #options: EvaluateOptions;
  readonly #generator: Generator;
  readonly #functions: ReadonlyMap<string, FunctionBody>;
  readonly #values = new Map<Value, Computed>();
  /** How many values use each storage: it is freed with the last one. */
  readonly #holders = new Map<Storage, number>();
  readonly #plans = new Map<Graph, Plan>();

  constructor(model: Model, options: EvaluateOptions) {
    this.#model = model;
    this.#options = options;
    this.#generator = new Generator(options.seed ?? 0);
    this.#functions = new Map(model.functions.map((f) => [functionKey(f.domain, f.name), f]));
  }

  main(inputs: { readonly [name: string]: Feed }): Computed[] {
    const { graph, opset_import } = this.#model;
    const named = new Map(graph.inputs.map((v) => [v.name ?? "", v]));
    for (const [name, feed] of Object.entries(inputs)) {
      const value = named.get(name);
      if (value !== undefined) this.#set(value, taken(feed, value));
      else throw new OnnxExporterError("eval/input", `the model has no input ${name}`, `its inputs are ${[...named.keys()].join(", ")}`);
    }
    for (const v of graph.inputs) {
      if (!this.#values.has(v) && !v.isInitializer && v.container?.kind !== "optional") {
        throw new OnnxExporterError("eval/input", `no value for input ${v.name}`, "give a tensor for every input");
      }
    }
    return this.#graph(graph, { opsets: opset_import, attributes: null }, this.#options.onNode);
  }

  /** Runs a graph whose inputs are set; what it defines is dropped. Its results are held once each, until the caller releases them. */
  #graph(graph: Graph, frame: Frame, onNode?: EvaluateOptions["onNode"]): Computed[] {
    let plan = this.#plans.get(graph);
    if (plan === undefined) {
      plan = planOf(graph, graph === this.#model.graph);
      this.#plans.set(graph, plan);
    }
    let index = 0;
    for (const node of graph.nodes()) {
      onNode?.(node, index++, graph.size);
      this.#node(node, frame);
      for (const v of plan.dead.get(node) ?? []) this.#drop(v);
    }
    const results = graph.outputs.map((v) => this.#get(v));
    for (const result of new Set(results)) this.#retain(result);
    for (const v of [...graph.outputs, ...graph.inputs]) if (plan.made.has(v)) this.#drop(v);
    return results;
  }

  #node(node: Node, frame: Frame): void {
    const inputs = node.inputs.map((v) => (v === null ? null : this.#get(v)));
    const body = this.#functions.get(functionKey(node.domain, node.op));
    const results = body ? this.#call(node, body, inputs, frame) : this.#compute(node, inputs, frame);
    node.outputs.forEach((v, i) => {
      const result = results[i] ?? null;
      if (result !== null) this.#set(v, result);
    });
    for (const result of new Set(results)) if (result !== null) this.#release(result);
  }

  /** Results are held once each, until their values hold them. */
  #compute(node: Node, inputs: readonly (Computed | null)[], frame: Frame): readonly (Computed | null)[] {
    const evaluator = evaluatorOf(node) as NonNullable<ReturnType<typeof evaluatorOf>>;
    const lent: Computed[] = [];
    const call = new Call(node, inputs, {
      opset: frame.opsets.get(node.domain) ?? newestOpset,
      attributes: frame.attributes,
      generator: this.#generator,
      run: (graph, operands) => {
        const results = this.#body(graph, operands, frame);
        lent.push(...new Set(results));
        return results;
      },
    });
    try {
      return scoped(
        () => {
          const results = [evaluator(call)].flat() as readonly (Computed | null)[];
          for (const result of new Set(results)) if (result !== null) this.#retain(result);
          for (const result of lent) this.#release(result);
          return results;
        },
        // Bodies may have loaded initializers, which are held too.
        (results) => (node.graphs.length > 0 ? this.#holders.keys() : storagesOfAll(results)),
      );
    } catch (error) {
      throw error instanceof OnnxExporterError ? this.#located(error, node) : error;
    }
  }

  #located(error: OnnxExporterError, node: Node): OnnxExporterError {
    const [first = ""] = error.message.split("\n  hint: ");
    const message = first.replace(`[${error.code}] `, "");
    return new OnnxExporterError(error.code, `${calledNode(this.#model, node)}: ${message}`, error.hint, { cause: error });
  }

  #body(graph: Graph, operands: readonly Computed[], frame: Frame): Computed[] {
    graph.inputs.forEach((v, i) => {
      const operand = operands[i];
      if (operand !== undefined) this.#set(v, operand);
    });
    return this.#graph(graph, frame);
  }

  #call(node: Node, body: FunctionBody, inputs: readonly (Computed | null)[], frame: Frame): Computed[] {
    body.graph.inputs.forEach((v, i) => {
      const operand = inputs[i] ?? null;
      if (operand !== null) this.#set(v, operand);
    });
    const attributes = new Map(body.defaults ?? []);
    for (const [name, a] of node.attributes) {
      const value = a.kind === "ref" ? frame.attributes?.get(a.value) : a;
      if (value !== undefined) attributes.set(name, value);
    }
    return this.#graph(body.graph, { opsets: body.opset_import ?? frame.opsets, attributes });
  }

  #get(value: Value): Computed {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const constant = value.source ? loadStrided(value.source) : value.strings;
    if (constant === null) throw new OnnxExporterError("eval/input", `nothing makes ${value.name}`, "give a value for every input");
    this.#set(value, constant);
    return constant;
  }

  #set(value: Value, computed: Computed): void {
    this.#retain(computed);
    this.#drop(value);
    this.#values.set(value, computed);
  }
  #drop(value: Value): void {
    const known = this.#values.get(value);
    if (known === undefined) return;
    this.#values.delete(value);
    this.#release(known);
  }
  #retain(computed: Computed): void {
    for (const storage of storagesOf(computed)) this.#holders.set(storage, (this.#holders.get(storage) ?? 0) + 1);
  }
  #release(computed: Computed): void {
    for (const storage of storagesOf(computed)) {
      const holders = (this.#holders.get(storage) ?? 1) - 1;
      if (holders > 0) this.#holders.set(storage, holders);
      else {
        this.#holders.delete(storage);
        storage.free();
      }
    }
  }
}
