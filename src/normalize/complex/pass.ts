/**
 * @file The complex pass: afterwards no complex dtype exists. A complex value becomes two real ones, its parts, or one with a trailing dim
 * of 2 where it enters and leaves the graph. An op is rewritten by its rule, else by its `decompose`; ops that have neither are its gaps.
 */

import { mapArgs, mapLeaves } from "../../aten/arguments.ts";
import { type Arg, Graph, Node, type Origin, type Output, type TensorType, Value } from "../../aten/graph.ts";
import { isTyped, type Typed } from "../../aten/promotion.ts";
import type { Schema } from "../../aten/schema.ts";
import type { Step } from "../../aten/table.ts";
import {
  type Args,
  callOn,
  callsOn,
  entryOf,
  type GraphInterpreter,
  graphInterpreter,
  type Interpreter,
  knownOf,
  metaOn,
} from "../../dispatch.ts";
import { type DType, isComplex } from "../../dtype.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { capturedDType } from "../../export/evaluate.ts";
import { type Dim, equal, type SymEnv } from "../../symbolic.ts";
import type { Functional } from "../functionalize.ts";
import { Cartesian, type Operand, Pair, type RealCall, Stored, storedType } from "./pair.ts";
import { Reals } from "./reals.ts";
import type { Rewriting } from "./rule.ts";
import { rules, viaComplex } from "./rules.ts";

/** A functional graph without complex dtypes. */
export interface Real extends Functional {
  /** What stands for each complex input: a real one with a trailing dim of 2. */
  readonly stored: ReadonlyMap<Value, Value>;
  readonly gaps: readonly ComplexGap[];
}

/** `functional` without complex values, but for its gaps; the same graph where it has none. */
export function complexToReal({ graph, mutated }: Functional, env: SymEnv): Real {
  if (!hasComplex(graph)) return { graph, mutated, stored: new Map(), gaps: [] };
  const gaps: ComplexGap[] = [];
  const pass = new ComplexPass(graph, metaOn(env), gaps);
  const real = pass.run();
  return { graph: real, mutated: new Map([...mutated].map(([input, now]) => [input, pass.valueOf(now)])), stored: pass.stored, gaps };
}

const isComplexValue = (v: Value | null): boolean => v?.type.kind === "tensor" && isComplex(v.type.dtype);

const makesComplex = (node: Node): boolean => viaComplex.has(node.op) || node.outputs.flat().some(isComplexValue);

/** Whether a graph, or one inside it, has or needs a complex value. */
function hasComplex(graph: Graph): boolean {
  const inside = (arg: Arg): boolean => arg instanceof Graph && hasComplex(arg);
  return graph.inputs.some(isComplexValue) || graph.nodes.some((n) => makesComplex(n) || Object.values(n.args).some(inside));
}

/** A node that cannot be said on real values, why, and what stands for its results in the nodes after it. */
export interface ComplexGap {
  readonly node: Node;
  readonly refusal: OnnxExporterError;
  readonly results: readonly Value[];
}

/** Why an op that neither a rule nor a decomposition takes apart is refused. */
const noRule = (op: string): OnnxExporterError =>
  new OnnxExporterError(
    "normalize/complex",
    `ONNX has no complex kernels, and ${op} is not known on real pairs`,
    "write these calls on real pairs (torch.view_as_real), a trailing dimension of 2",
  );

class ComplexPass implements Interpreter<Operand> {
  readonly name = "rule for complex values";
  /** Complex inputs and the real ones in their place. */
  readonly stored = new Map<Value, Value>();
  readonly #graph: Graph;
  readonly #meta: Interpreter<Typed>;
  readonly #gaps: ComplexGap[];
  readonly #replaced = new Map<Value, unknown>();
  readonly #nodes: Node[] = [];
  #origin: Origin = { node: "", moduleStack: "", stackTrace: "" };
  #counter = 0;
  /** Captured result types of the node being rewritten, taken by the first rule that runs for it. */
  #captured: unknown = null;
  readonly #interpreter: GraphInterpreter;
  readonly #real: RealCall = (op, args) => callOn(this.#interpreter, op, args as Args) as never;
  readonly #reals = new Reals(this.#real);

  constructor(graph: Graph, meta: Interpreter<Typed>, gaps: ComplexGap[]) {
    this.#graph = graph;
    this.#meta = meta;
    this.#interpreter = graphInterpreter(
      (node) => this.#nodes.push(node),
      () => this.#origin,
      (hint) => `${hint}_c${this.#counter++}`,
      meta,
    );
    this.#gaps = gaps;
  }

  run(): Graph;
  run(op: string, args: Args, schema: Schema): unknown;
  run(op?: string, args?: Args, schema?: Schema): unknown {
    if (op !== undefined) return this.#rewriteCall(op, args as Args, schema as Schema);
    const inputs = this.#graph.inputs.map((v) => (v === null ? null : this.#input(v)));
    for (const node of this.#graph.nodes) this.#rewriteNode(node);
    return new Graph(
      this.#graph.name,
      inputs,
      this.#nodes,
      this.#graph.outputs.map((o) => this.#output(o)),
    );
  }

  /** Promotion casts before the rule of the node runs, for which the captured types are. */
  cast(x: Operand, dtype: DType): Operand {
    const captured = this.#captured;
    this.#captured = null;
    const converted = callOn(this, "aten::to.dtype", { self: x, dtype }) as Operand;
    this.#captured = captured;
    return converted;
  }
  /** Decompositions compute with sizes as expressions. */
  decomposed(args: Args): Args {
    return mapArgs(args, (x) => (x instanceof Value && x.type.kind !== "tensor" ? knownOf(x) : x));
  }
  write(_target: Operand, value: Operand): Operand {
    return value;
  }

  /** A loop that carries the parts of complex values. */
  loop(count: Dim, carried: readonly Operand[], step: Step<Operand>): Operand[] {
    const flat = (values: readonly Operand[]): Value[] => values.flatMap((v) => (v instanceof Pair ? [v.re, v.im] : [v]));
    const paired = (parts: readonly Value[]): Operand[] => {
      const left = [...parts];
      const take = (): Value => left.shift() ?? internal("a loop gives fewer values than it carries");
      return carried.map((v) => (v instanceof Pair ? this.#pair(v, new Cartesian(take(), take())) : take()));
    };
    const results = this.#interpreter.loop(count, flat(carried), (i, values) => {
      const { next, goesOn } = step(i, paired(values));
      return { next: flat(next), ...(goesOn instanceof Value && { goesOn }) };
    });
    return paired(results);
  }

  /** A complex value whose other form, whenever it is made, is made in the body of today. */
  #pair(type: Typed, given: Cartesian | Stored): Pair {
    const { body } = this.#interpreter;
    const call = ((op, args) => this.#interpreter.within(body, () => this.#real(op, args))) as RealCall;
    return new Pair(type, given, call);
  }

  /** The real value that stands for `value` at the edge of the graph. */
  valueOf(value: Value): Value {
    const now = this.#replaced.get(value) ?? value;
    return now instanceof Pair ? now.stored : (now as Value);
  }

  #input(value: Value): Value {
    if (!isComplexValue(value)) return value;
    const real = new Value(value.name, storedType(value));
    this.stored.set(value, real);
    this.#replaced.set(value, new Pair(value, new Stored(real), this.#real));
    return real;
  }

  #rewriteNode(node: Node): void {
    this.#origin = node.origin;
    const args = mapArgs(node.args as Args, (x) => (x instanceof Value ? (this.#replaced.get(x) ?? x) : x));
    const complex = somewhere(args, (x) => x instanceof Pair) || makesComplex(node);
    if (somewhere(args, (x) => x instanceof Graph)) this.#rewriteRegion(node, args);
    else if (complex) this.#translate(node, args);
    else this.#nodes.push(new Node(node.op, args as Record<string, Arg>, node.outputs, node.origin));
  }

  #translate(node: Node, args: Args): void {
    const types = mapLeaves(node.outputs, (v) => (v instanceof Value ? v.type : v)) as unknown[];
    this.#captured = types.length === 1 ? types[0] : types;
    try {
      const result = callOn<Operand>(this, node.op, args, capturedDType(node));
      const results = node.outputs.length === 1 ? [result] : ((result as readonly unknown[] | null) ?? []);
      for (const [i, output] of node.outputs.entries()) this.#bind(output, results[i]);
    } catch (error) {
      if (!(error instanceof OnnxExporterError)) throw error;
      const results = node.outputs.flat().flatMap((v) => (v ? [isComplexValue(v) ? this.#storedResult(v) : v] : []));
      this.#gaps.push({ node, refusal: error, results });
    }
  }

  #rewriteCall(op: string, args: Args, schema: Schema): unknown {
    const captured = this.#captured;
    this.#captured = null;
    const results = captured ?? callOn(this.#meta, op, mapArgs(args, knownOf));
    const types = flatTypes(results);
    const complex = types.some((t) => isComplex(t.dtype)) || somewhere(args, (x) => x instanceof Pair);
    if (!complex) return viaComplex.has(op) ? undefined : this.#interpreter.run(op, args, schema);
    const rule = rules.get(op);
    if (rule !== undefined) return this.#sealed(rule(args as never, this.#rewriting(types, results)), results);
    if (entryOf(op)?.decompose === undefined) throw noRule(op);
    return undefined;
  }

  #rewriting(types: readonly TensorType[], results: unknown): Rewriting {
    return {
      call: callsOn<Operand>(this),
      real: this.#reals,
      types,
      results,
      emit: (op, args, wanted) => this.#interpreter.record(op, args, wanted),
    };
  }

  /** The results of a rule as values of the pass, of the types that the op's results have. */
  #sealed(result: unknown, type: unknown): unknown {
    if (Array.isArray(result)) return result.map((r, i) => this.#sealed(r, (type as readonly unknown[])[i]));
    if (!isTyped(type)) return result;
    if (result instanceof Cartesian || result instanceof Stored) return this.#pair(type, result);
    const narrow = result instanceof Value && result.shape.length < type.shape.length;
    return narrow ? this.#real("aten::expand", { self: result, size: type.shape }) : result;
  }

  #bind(output: Output, result: unknown): void {
    if (output instanceof Value) this.#replaced.set(output, this.#held(output, result));
    else for (const [k, v] of (output ?? []).entries()) this.#bind(v, (result as readonly unknown[])[k]);
  }

  /** `result` with the sizes that the captured program states: a size that only the data decide is the program's symbol. */
  #held({ type }: Value, result: unknown): unknown {
    if (type.kind !== "tensor" || !(result instanceof Pair || result instanceof Value)) return result;
    if (result.shape.every((d, i) => equal(d, type.shape[i] as Dim))) return result;
    if (result instanceof Pair) return new Pair(type, result.cartesian, this.#real);
    if (result.producer !== null) result.type = { kind: "tensor", dtype: result.dtype, shape: type.shape };
    return result;
  }

  /** A new real value that the complex `v` is stored in. */
  #storedResult(v: Value): Value {
    const value = new Value(v.name, storedType(v));
    this.#replaced.set(v, new Pair(v, new Stored(value), this.#real));
    return value;
  }

  /** A control-flow op takes and gives stored values; its bodies are rewritten like graphs. */
  #rewriteRegion(node: Node, args: Args): void {
    const real = mapArgs(args, (x) => {
      if (x instanceof Graph) return hasComplex(x) ? new ComplexPass(x, this.#meta, this.#gaps).run() : x;
      return x instanceof Pair ? x.stored : x;
    });
    const result = (v: Value): Value => (isComplexValue(v) ? this.#storedResult(v) : v);
    const outputs = node.outputs.map((o): Output => (o === null ? null : o instanceof Value ? result(o) : o.map(result)));
    this.#nodes.push(new Node(node.op, real as Record<string, Arg>, outputs, node.origin));
  }

  /** An output of the graph under the name that the captured program gives to it. */
  #output(arg: Arg): Arg {
    return mapLeaves(arg, (x) => {
      if (!(x instanceof Value) || !this.#replaced.has(x)) return x;
      const now = this.#replaced.get(x);
      const value = now instanceof Pair ? now.stored : now;
      if (!(value instanceof Value) || value.name === x.name) return value;
      const named = value.type.kind === "tensor" ? this.#real("aten::alias", { self: value }) : value;
      named.name = x.name;
      return named;
    }) as Arg;
  }
}

const somewhere = (args: Args, test: (x: unknown) => boolean): boolean => {
  const any = (x: unknown): boolean => (Array.isArray(x) ? x.some(any) : test(x));
  return Object.values(args).some(any);
};

/** Types of the tensors among `results`, in order. */
function flatTypes(results: unknown): TensorType[] {
  if (Array.isArray(results)) return results.flatMap(flatTypes);
  if (results instanceof Value) return results.type.kind === "tensor" ? [results.type] : [];
  return isTyped(results) ? [results as TensorType] : [];
}
