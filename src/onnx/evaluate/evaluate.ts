/** @file Computes a model in the core, node by node: ONNX's own meaning of every op, whatever a runtime supports. */

import { Generator } from "../../core/ops/generator.ts";
import { isStrided, type Storage, scoped, scopedBy } from "../../core/strided.ts";
import { OnnxExporterError } from "../../errors.ts";
import { loadStrided } from "../../weights/basic.ts";
import { type FunctionBody, functionKey, type Graph, type Model, type Node } from "../ir/graph.ts";
import { describeOrigin } from "../ir/origin.ts";
import { recursionIn } from "../ir/recursion.ts";
import { newestOpset } from "../opset/schemas.gen.ts";
import { type EvaluatedValue, type Feed, given, taken } from "./feed.ts";
import { evaluatorOf } from "./index.ts";
import { type Plan, planOf, type Slot, Slots, type Step } from "./plan.ts";
import { Call, compute, type Evaluate, type Surroundings } from "./table.ts";
import { type Computed, none, storagesOf } from "./value.ts";

export interface EvaluateOptions {
  /** Seed of random nodes that bring none; 0 unless said otherwise, so that the same model gives the same values. */
  readonly seed?: number | bigint;
  /**
   * How often bodies of Loop may run, all loops together: one that never ends throws `eval/iterations` instead. A million unless said
   * otherwise.
   */
  readonly maxIterations?: number;
  /** Told of each node of the main graph before it is computed. */
  readonly onNode?: (node: Node, index: number, count: number) => void;
}

/**
 * The outputs of `model` in order, for inputs by name. Inputs that are initializers too may be left out. What is not needed any more is
 * freed at once, and initializers are read when they are first needed.
 * Throws `eval/unsupported` listing all ops that cannot be computed, `eval/input` for inputs that are missing or do not fit, `core/memory` for
 * a value that the core's 4 GiB cannot hold, and the error of a node with its name.
 */
export function evaluate(model: Model, inputs: { readonly [name: string]: Feed }, options: EvaluateOptions = {}): EvaluatedValue[] {
  refuseUnsupported(model);
  const cycle = recursionIn(model.functions);
  if (cycle !== null)
    throw new OnnxExporterError("eval/recursion", `functions call themselves: ${cycle.join(" → ")}`, "ONNX has no recursion");
  return scoped(
    () => new Evaluation(model, options).main(inputs).map(given),
    () => [],
  );
}

const mostIterations = 1_000_000;

/** All ops without an evaluator, at once. */
function refuseUnsupported(model: Model): void {
  const functions = new Set(model.functions.map((f) => functionKey(f.domain, f.name, f.overload)));
  const missing = new Map<string, { count: number; first: string }>();
  const visit = (graph: Graph): void => {
    for (const node of graph.nodes()) {
      for (const body of node.graphs) visit(body);
      if (functions.has(functionKey(node.domain, node.op, node.overload)) || evaluatorOf(node)) continue;
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

/** The function that a graph is the body of: versions that it imports, and what its caller gives. */
interface Frame {
  readonly opsets: ReadonlyMap<string, number>;
  readonly attributes: Surroundings["attributes"];
}

type Results = readonly (Computed | null)[];

class Evaluation {
  readonly #model: Model;
  readonly #options: EvaluateOptions;
  readonly #generator: Generator;
  readonly #functions: ReadonlyMap<string, FunctionBody>;
  readonly #slots = new Slots();
  /** How many values use each storage: it is freed with the last one. */
  readonly #holders = new Map<Storage, number>();
  readonly #plans = new Map<Graph, Plan>();
  #iterations = 0;

  constructor(model: Model, options: EvaluateOptions) {
    this.#model = model;
    this.#options = options;
    this.#generator = new Generator(options.seed ?? 0);
    this.#functions = new Map(model.functions.map((f) => [functionKey(f.domain, f.name, f.overload), f]));
  }

  main(inputs: { readonly [name: string]: Feed }): Computed[] {
    const { graph, opset_import } = this.#model;
    const named = new Map(graph.inputs.map((v) => [v.name ?? "", v]));
    for (const [name, feed] of Object.entries(inputs)) {
      const value = named.get(name);
      if (value !== undefined) this.#set(this.#slots.of(value), taken(feed, value));
      else throw new OnnxExporterError("eval/input", `the model has no input ${name}`, `its inputs are ${[...named.keys()].join(", ")}`);
    }
    for (const v of graph.inputs) {
      const slot = this.#slots.of(v);
      if (slot.computed !== null || v.isInitializer) continue;
      if (v.container?.kind !== "optional") {
        throw new OnnxExporterError("eval/input", `no value for input ${v.name}`, "give a tensor for every input");
      }
      this.#set(slot, none);
    }
    return this.#graph(graph, { opsets: opset_import, attributes: null }, this.#options.onNode);
  }

  #plan(graph: Graph): Plan {
    let plan = this.#plans.get(graph);
    if (plan === undefined) {
      plan = planOf(graph, graph === this.#model.graph, this.#functions, this.#slots);
      this.#plans.set(graph, plan);
    }
    return plan;
  }

  /** Runs a graph whose inputs are set; what it defines is dropped. Its results are held, until the caller releases them. */
  #graph(graph: Graph, frame: Frame, onNode?: EvaluateOptions["onNode"]): Computed[] {
    const plan = this.#plan(graph);
    plan.steps.forEach((step, index) => {
      onNode?.(step.node, index, graph.size);
      this.#step(step, frame);
    });
    const results = plan.outputs.map((slot) => this.#get(slot));
    for (const result of results) this.#retain(result);
    for (const slot of plan.last) this.#drop(slot);
    return results;
  }

  #step(step: Step, frame: Frame): void {
    const inputs = step.inputs.map((slot) => (slot === null ? null : this.#get(slot)));
    const results = step.body ? this.#call(step.node, step.body, inputs, frame) : this.#compute(step, inputs, frame);
    results.forEach((result, i) => {
      const slot = step.outputs[i];
      if (result === null) return;
      if (slot === undefined) this.#release(result);
      else this.#put(slot, result);
    });
    for (const slot of step.dead) this.#drop(slot);
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
        this.#fits(graph, operands);
        this.#bind(graph, operands);
        this.#releaseAll(lent);
        const results = this.#graph(graph, frame);
        lent = results;
        return results;
      },
      iterate: () => this.#iterate(),
      keep: (value) => {
        this.#retain(value);
        kept.push(value);
        return value;
      },
    };
    try {
      const computed = (): Results => {
        const results = compute(evaluator as Evaluate, new Call(node, inputs, around));
        for (const result of results) if (result !== null) this.#retain(result);
        this.#releaseAll(lent);
        this.#releaseAll(kept);
        return results;
      };
      return scopedBy(computed, (storage) => this.#holders.has(storage));
    } catch (error) {
      throw this.#located(error as OnnxExporterError, node);
    }
  }

  #located(error: OnnxExporterError, node: Node): OnnxExporterError {
    const [first = ""] = error.message.split("\n  hint: ");
    const message = first.replace(`[${error.code}] `, "");
    return new OnnxExporterError(error.code, `${calledNode(this.#model, node)}: ${message}`, error.hint, { cause: error });
  }

  #iterate(): void {
    const { maxIterations = mostIterations } = this.#options;
    if (++this.#iterations <= maxIterations) return;
    throw new OnnxExporterError("eval/iterations", `loops have run ${maxIterations} times`, "raise maxIterations if they end at some time");
  }

  #fits(body: Graph, operands: Results): void {
    const { length } = body.inputs;
    if (length === operands.length) return;
    const message = `the body ${body.name} has ${length} inputs, ${operands.length} values are given to it`;
    throw new OnnxExporterError("eval/body", message, "a body has an input for each value that its node gives");
  }

  #bind(graph: Graph, operands: Results): void {
    this.#plan(graph).inputs.forEach((slot, i) => {
      const operand = operands[i] ?? null;
      if (operand !== null) this.#set(slot, operand);
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

  #get(slot: Slot): Computed {
    if (slot.computed !== null) return slot.computed;
    const { value } = slot;
    const constant = value.source ? loadStrided(value.source) : value.strings;
    if (constant === null) throw new OnnxExporterError("eval/input", `nothing makes ${value.name}`, "give a value for every input");
    this.#set(slot, constant);
    return constant;
  }

  #set(slot: Slot, computed: Computed): void {
    this.#retain(computed);
    this.#put(slot, computed);
  }
  /** The slot takes over a value that is held already. */
  #put(slot: Slot, computed: Computed): void {
    this.#drop(slot);
    slot.computed = computed;
  }
  #drop(slot: Slot): void {
    if (slot.computed === null) return;
    this.#release(slot.computed);
    slot.computed = null;
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
