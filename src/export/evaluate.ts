/**
 * @file The witness: runs a captured program as it was captured, before any rewrite, on real strided storages with in-place
 * ops and native complex values. Nothing of the lowering or of ONNX takes part.
 */

import { mapArgs, mapLeaves } from "../aten/arguments.ts";
import { type Graph, type Node, type Output, operandsOf, Value, valuesOf } from "../aten/graph.ts";
import { isTyped } from "../aten/promotion.ts";
import { inlineRegions } from "../aten/regions.ts";
import { outArguments, schemaOf } from "../aten/schema.ts";
import { seeded } from "../core/ops/generator.ts";
import { copyInto, emptyStrided, isDense } from "../core/ops/layout.ts";
import { isStrided, type Storage, type Strided, scoped, storagesOf } from "../core/strided.ts";
import { type Args, callOn, evalInterpreter } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, SymInt, sameShape, show } from "../symbolic.ts";
import { evaluate, symbolsOf } from "../symbolic-values.ts";
import { loadStrided } from "../weights/basic.ts";
import { isSource, type TensorSource } from "../weights/source.ts";
import { controlFlow } from "./control-flow.ts";
import type { ExportedProgram } from "./exported-program.ts";
import type { InputSpec } from "./signature.ts";

/** A result or an operand: a tensor, a number of the program, or None. */
export type EvalValue = Strided | number | bigint | boolean | null;

export interface EvaluateOptions {
  /**
   * What PyTorch's generator is started from for this run, as by `torch.manual_seed`, so that a run can be repeated; 42 without it, the seed
   * of PyTorch's own operator samples. null: the run goes on with the default generator.
   */
  readonly seed?: number | bigint | null;
  /** Called after each node with its results, before operands that are not needed any more are freed. */
  readonly onNode?: (node: Node, results: readonly unknown[]) => void;
  /** Inputs of the program whose values after the run are wanted, behind the outputs. */
  readonly written?: readonly InputSpec[];
}

/**
 * Runs `program` on its user inputs (flat, in graph order; inputs that are constants of the program left out).
 * Returns its user outputs, flat. Weights are read when first used and freed after their last use.
 * Throws `eval/inputs` when inputs are missing or do not fit, `aten/no-entry` for an op that the core cannot compute.
 */
export function evaluateProgram(program: ExportedProgram, inputs: readonly EvalValue[], options: EvaluateOptions = {}): EvalValue[] {
  const graph = inlineRegions(program.graph);
  const given = [...inputs];
  const bound = graph.inputs.map((_, i): EvalValue | TensorSource => {
    const spec = program.signature.inputs[i];
    if (spec === undefined) throw new OnnxExporterError("eval/inputs", `graph input ${i} has no entry in the signature`);
    if (spec.kind === "user_input" && spec.value !== null) {
      if (given.length === 0)
        throw new OnnxExporterError("eval/inputs", `input ${spec.value.name} is missing`, "give every user input, flat, in graph order");
      return given.shift() as EvalValue;
    }
    return spec.target === null || spec.kind === "custom_obj" || spec.kind === "token" ? null : program.tensorOf(spec);
  });
  const written = (options.written ?? []).map((spec) => {
    const i = program.signature.inputs.indexOf(spec);
    const held = bound[i];
    if (isSource(held)) bound[i] = loadStrided(held); // it outlives its last use
    return { spec, value: bound[i] as EvalValue };
  });
  const run = (): EvalValue[] => evaluateGraph(graph, bound, options);
  const { seed = 42 } = options;
  const results = seed === null ? run() : seeded(seed, run);
  const { outputs } = program.signature;
  const returned = new Map(outputs.map(({ kind, target }, i) => [kind.endsWith("_mutation") ? target : null, results[i] as EvalValue]));
  return [
    ...outputs.flatMap((spec, i) => (spec.kind === "user_output" ? [results[i] as EvalValue] : [])),
    ...written.map(({ spec, value }) => returned.get(spec.target ?? spec.name) ?? value),
  ];
}

/** Which node is the last to mention each value: the number of nodes for what the graph returns. */
function lastUses(graph: Graph): Map<Value, number> {
  const last = new Map<Value, number>();
  graph.nodes.forEach((node, i) => {
    for (const v of operandsOf(node)) last.set(v, i);
  });
  for (const v of valuesOf(graph.outputs)) last.set(v, graph.nodes.length);
  return last;
}

/** How many live values use each storage that evaluation made. */
class Lifetimes {
  readonly #count = new Map<Storage, number>();
  readonly #foreign = new Set<Storage>();

  /** The caller's storages are never freed here. */
  protect(x: unknown): void {
    for (const s of storagesOf(x)) this.#foreign.add(s);
  }
  acquire(x: unknown): void {
    for (const s of storagesOf(x)) this.#count.set(s, (this.#count.get(s) ?? 0) + 1);
  }
  release(x: unknown): void {
    for (const s of storagesOf(x)) {
      const n = (this.#count.get(s) ?? 1) - 1;
      this.#count.set(s, n);
      if (n === 0 && !this.#foreign.has(s)) s.free();
    }
  }
}

/** Values of symbols, learnt from the sizes of tensors whose types name them. */
class Sizes {
  readonly #values: Map<string, number>;
  constructor(known: Sizes | null) {
    this.#values = new Map(known === null ? [] : known.#values);
  }

  learn(value: Value, x: unknown): void {
    const { type } = value;
    if (type.kind === "tensor" && isTyped(x)) for (const [axis, d] of type.shape.entries()) this.#note(d, x.shape[axis]);
    else if (type.kind === "int" && type.expr !== null && typeof x === "number") this.#note(type.expr, x);
  }

  #note(d: Dim, size: unknown): void {
    if (typeof d === "number" || typeof size !== "number") return;
    const [name, ...more] = symbolsOf(d);
    if (name !== undefined && more.length === 0 && show(d) === name) this.#values.set(name, size);
  }

  knows(d: Dim): boolean {
    return typeof d === "number" || symbolsOf(d).every((name) => this.#values.has(name));
  }

  valueOf(d: SymInt): number {
    return evaluate(d, (name) => {
      const size = this.#values.get(name);
      if (size !== undefined) return size;
      throw new OnnxExporterError("eval/size", `nothing among the inputs says what ${name} is`, "give an input whose shape has it");
    });
  }
}

/** Runs a graph; sources among the inputs are read when first used. */
export function evaluateGraph(
  graph: Graph,
  inputs: readonly (EvalValue | TensorSource)[],
  options: EvaluateOptions = {},
  outer: Sizes | null = null,
): EvalValue[] {
  const sizes = new Sizes(outer);
  const last = lastUses(graph);
  const values = new Map<Value, unknown>();
  const lifetimes = new Lifetimes();
  graph.inputs.forEach((v, i) => {
    if (v === null) return;
    const given = inputs[i];
    if (!isSource(given)) lifetimes.protect(given);
    sizes.learn(v, given);
    values.set(v, given);
  });
  const get = (v: Value): unknown => {
    const x = values.get(v);
    if (!isSource(x)) return x;
    const loaded = loadStrided(x);
    values.set(v, loaded);
    lifetimes.acquire(loaded);
    return loaded;
  };
  const resolve = (arg: unknown): unknown => (arg instanceof Value ? get(arg) : arg instanceof SymInt ? sizes.valueOf(arg) : arg);
  graph.nodes.forEach((node, i) => {
    const args = mapArgs<unknown>(node.args, resolve);
    const results = scoped(() => evaluateNode(node, args, sizes), storagesOf);
    if (makesNew(node)) layOut(node, results, sizes);
    bindOutputs(node.outputs, results, (v, x) => {
      values.set(v, x);
      sizes.learn(v, x);
      lifetimes.acquire(x);
    });
    for (const [v, x] of resizedBy(node, results)) {
      if (values.has(v)) lifetimes.release(values.get(v));
      values.set(v, x);
      lifetimes.acquire(x);
    }
    options.onNode?.(node, results);
    for (const v of mentioned(node)) if ((last.get(v) ?? i) <= i && values.has(v)) drop(v);
  });
  function drop(v: Value): void {
    lifetimes.release(values.get(v));
    values.delete(v);
  }
  return graph.outputs.map((o) => mapLeaves(o, resolve) as EvalValue);
}

/** What a wrongly sized `out` of `node` is from there on. */
function resizedBy(node: Node, results: readonly unknown[]): [Value, Strided][] {
  const schema = schemaOf(node.op);
  const outs = schema === null ? [] : outArguments(schema);
  return outs.flatMap((name, i) => {
    const [targets, now] = [[node.args[name]].flat(), [results[i]].flat()];
    return targets.flatMap((t, k): [Value, Strided][] => {
      const x = now[k];
      return t instanceof Value && isStrided(x) && !sameShape(x.shape, t.shape) ? [[t, x]] : [];
    });
  });
}

/** Every tensor that `node` reads or makes: what may be dead after it. */
function mentioned(node: Node): Set<Value> {
  return new Set([...operandsOf(node), ...valuesOf(node.outputs)]);
}

function evaluateNode(node: Node, args: Args, sizes: Sizes): unknown[] {
  try {
    const region = controlFlow[node.op];
    if (region) return region(args, (body, operands) => evaluateGraph(body, operands as EvalValue[], {}, sizes));
    const result = callOn(evalInterpreter, node.op, args, capturedDType(node));
    return node.outputs.length === 1 ? [result] : ((result as unknown[] | undefined) ?? []);
  } catch (cause) {
    if (cause instanceof OnnxExporterError && cause.code !== "aten/no-entry") {
      throw new OnnxExporterError(cause.code, `${node.op} (${node.origin.node}): ${cause.message}`, undefined, { cause });
    }
    throw cause;
  }
}

/** Whether the results of `node` are memory of their own. */
function makesNew(node: Node): boolean {
  const schema = schemaOf(node.op);
  return schema !== null && !schema.mutates && schema.returns.every((r) => r.alias === null);
}

/** Moves results to the strides that the program was captured with: `view` of an attention's result depends on them. */
function layOut(node: Node, results: unknown[], sizes: Sizes): void {
  node.outputs.forEach((output, i) => {
    const x = results[i];
    if (!(output instanceof Value) || output.type.kind !== "tensor" || output.type.strides === undefined || !isStrided(x)) return;
    const { strides: captured } = output.type;
    sizes.learn(output, x);
    if (captured.length !== x.shape.length || x.shape.includes(0) || !captured.every((d) => sizes.knows(d))) return;
    const strides = captured.map((s) => (s instanceof SymInt ? sizes.valueOf(s) : s));
    if (x.shape.every((n, d) => n === 1 || strides[d] === x.strides[d]) || !isDense({ ...x, strides })) return;
    const moved = emptyStrided(x.dtype, x.shape, strides);
    copyInto(moved, x);
    results[i] = moved;
  });
}

/** dtype that the captured program gives to the first result. */
export function capturedDType(node: Node): DType | undefined {
  const first = node.outputs[0];
  const value = first instanceof Value ? first : first?.[0];
  return value?.type.kind === "tensor" ? value.type.dtype : undefined;
}

function bindOutputs(outputs: readonly Output[], results: readonly unknown[], set: (v: Value, x: unknown) => void): void {
  outputs.forEach((output, i) => {
    const result = results[i];
    if (output instanceof Value) set(output, result);
    else for (const [k, v] of (output ?? []).entries()) set(v, (result as readonly unknown[] | undefined)?.[k]);
  });
}
