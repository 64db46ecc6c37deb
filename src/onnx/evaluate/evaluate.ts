/** @file Computes a model in the core, node by node: ONNX's own meaning of every op, whatever a runtime supports. */

import { Generator } from "../../core/ops/random.ts";
import { isStrided, type Storage, scoped } from "../../core/strided.ts";
import { OnnxExporterError } from "../../errors.ts";
import { loadStrided } from "../../weights/basic.ts";
import type { FunctionBody, Graph, Model, Node, Value } from "../ir/graph.ts";
import { describeOrigin } from "../ir/origin.ts";
import { newestOpset } from "../opset/schemas.gen.ts";
import { type EvaluatedValue, type Feed, given, taken } from "./feed.ts";
import { evaluatorOf } from "./index.ts";
import { Call, type Evaluate, type Surroundings } from "./table.ts";
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

/** A node, how it computes (or the function that it calls), and what nothing reads any more after it. */
interface Step {
  readonly node: Node;
  readonly evaluator: Evaluate | undefined;
  readonly body: FunctionBody | undefined;
  readonly dead: readonly Value[];
}

/** What a graph defines, and its nodes in order: found once, since a body may run many times. */
interface Plan {
  readonly made: ReadonlySet<Value>;
  readonly steps: readonly Step[];
}

/** Where each value that `graph` makes or reads is read last; graph outputs are read after all nodes. */
function lastReaders(graph: Graph): Map<Value, Node> {
  const last = new Map<Value, Node>();
  const read = (inner: Graph, node: Node): void => {
    for (const each of inner.nodes()) {
      for (const v of each.inputs) if (v !== null) last.set(v, node);
      for (const body of each.graphs) read(body, node);
    }
    for (const v of inner.outputs) last.set(v, node);
  };
  for (const node of graph.nodes()) {
    for (const v of node.outputs) last.set(v, node);
    for (const v of node.inputs) if (v !== null) last.set(v, node);
    for (const body of node.graphs) read(body, node);
  }
  for (const v of graph.outputs) last.delete(v);
  return last;
}

/** Initializers of bodies stay for the next iteration. */
function planOf(graph: Graph, main: boolean, functions: ReadonlyMap<string, FunctionBody>): Plan {
  const made = new Set<Value>([...graph.inputs, ...(main ? graph.initializers : [])]);
  for (const node of graph.nodes()) for (const v of node.outputs) made.add(v);
  const dead = new Map<Node, Value[]>();
  for (const [v, node] of lastReaders(graph)) {
    if (!made.has(v)) continue;
    const known = dead.get(node);
    if (known) known.push(v);
    else dead.set(node, [v]);
  }
  const steps = Array.from(graph.nodes(), (node) => ({
    node,
    evaluator: evaluatorOf(node),
    body: functions.get(functionKey(node.domain, node.op)),
    dead: dead.get(node) ?? [],
  }));
  return { made, steps };
}

/** The function that a graph is the body of: versions that it imports, and what its caller gives. */
interface Frame {
  readonly opsets: ReadonlyMap<string, number>;
  readonly attributes: Surroundings["attributes"];
}

type Results = readonly (Computed | null)[];

function* storagesOfAll(results: Results): Iterable<Storage> {
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

  /** Runs a graph whose inputs are set; what it defines is dropped. Its results are held, until the caller releases them. */
  #graph(graph: Graph, frame: Frame, onNode?: EvaluateOptions["onNode"]): Computed[] {
    let plan = this.#plans.get(graph);
    if (plan === undefined) {
      plan = planOf(graph, graph === this.#model.graph, this.#functions);
      this.#plans.set(graph, plan);
    }
    plan.steps.forEach((step, index) => {
      onNode?.(step.node, index, graph.size);
      this.#step(step, frame);
    });
    const results = graph.outputs.map((v) => this.#get(v));
    for (const result of results) this.#retain(result);
    for (const v of graph.outputs) if (plan.made.has(v)) this.#drop(v);
    for (const v of graph.inputs) this.#drop(v);
    return results;
  }

  #step(step: Step, frame: Frame): void {
    const { node, body } = step;
    const inputs = node.inputs.map((v) => (v === null ? null : this.#get(v)));
    const results = body ? this.#call(node, body, inputs, frame) : this.#compute(step, inputs, frame);
    node.outputs.forEach((v, i) => {
      const result = results[i] ?? null;
      if (result !== null) this.#set(v, result);
    });
    this.#releaseAll(results);
    for (const v of step.dead) this.#drop(v);
  }

  /** Results are held, until their values hold them. */
  #compute({ node, evaluator }: Step, inputs: Results, frame: Frame): Results {
    let lent: Results = [];
    const kept: Computed[] = [];
    const around: Surroundings = {
      opset: frame.opsets.get(node.domain) ?? newestOpset,
      attributes: frame.attributes,
      generator: this.#generator,
      run: (graph, operands) => {
        this.#bind(graph, operands);
        this.#releaseAll(lent);
        const results = this.#graph(graph, frame);
        lent = results;
        return results;
      },
      keep: (value) => {
        this.#retain(value);
        kept.push(value);
        return value;
      },
    };
    try {
      return scoped(
        () => {
          const made = (evaluator as Evaluate)(new Call(node, inputs, around));
          const results: Results = Array.isArray(made) ? made : [made as Computed];
          for (const result of results) if (result !== null) this.#retain(result);
          this.#releaseAll(lent);
          this.#releaseAll(kept);
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

  #bind(graph: Graph, operands: Results): void {
    graph.inputs.forEach((v, i) => {
      const operand = operands[i] ?? null;
      if (operand !== null) this.#set(v, operand);
    });
  }

  #call(node: Node, body: FunctionBody, inputs: Results, frame: Frame): Computed[] {
    this.#bind(body.graph, inputs);
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
    if (isStrided(computed)) this.#hold(computed.storage);
    else for (const storage of storagesOf(computed)) this.#hold(storage);
  }
  #release(computed: Computed): void {
    if (isStrided(computed)) this.#letGo(computed.storage);
    else for (const storage of storagesOf(computed)) this.#letGo(storage);
  }
  #releaseAll(results: Results): void {
    for (const result of results) if (result !== null) this.#release(result);
  }
  #hold(storage: Storage): void {
    this.#holders.set(storage, (this.#holders.get(storage) ?? 0) + 1);
  }
  #letGo(storage: Storage): void {
    const holders = (this.#holders.get(storage) ?? 1) - 1;
    if (holders > 0) this.#holders.set(storage, holders);
    else {
      this.#holders.delete(storage);
      storage.free();
    }
  }
}
