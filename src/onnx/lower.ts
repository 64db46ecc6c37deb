/**
 * @file ATen→ONNX: walks a normalized graph once; each node's lowering, or the lowerings of what it decomposes into, append
 * ONNX nodes. Results are held to the types that the captured program states.
 */

import { mapArgs, mapLeaves } from "../aten/arguments.ts";
import { type Graph as AtenGraph, type Node as AtenNode, Value as AtenValue, type Output, type TensorType } from "../aten/graph.ts";
import { invokeSubgraph } from "../aten/invoke-subgraph.ts";
import type { Typed } from "../aten/promotion.ts";
import { isUserOp, type Schema, schemaOf } from "../aten/schema.ts";
import type { Step } from "../aten/table.ts";
import { type Args, callOn, type Interpreter, metaInterpreter } from "../dispatch.ts";
import { isComplex } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { capturedDType } from "../export/evaluate.ts";
import { fxNodeText } from "../export/print.ts";
import type { InputSpec, OutputKind } from "../export/signature.ts";
import { type Mutation, mutationsOf, nameOf } from "../normalize/mutations.ts";
import type { Normalized } from "../normalize/normalize.ts";
import { type Dim, equal, SymInt, show } from "../symbolic.ts";
import { agree, flatTypes, operandTypes, shaped, usersOf } from "./captured-types.ts";
import { canLower, Gaps, Missing } from "./gaps.ts";
import { initializersOf } from "./initializers.ts";
import { Graph, Model, type OriginRow, Value } from "./ir/graph.ts";
import { type Region, regions } from "./lowering/control-flow.ts";
import { type ArgumentKinds, type CustomOpForms, formOf, kindsOf, opaqueNode } from "./lowering/custom-op.ts";
import { lowerings } from "./lowering/index.ts";
import { OpFunctions } from "./lowering/op-function.ts";
import { SubgraphFunctions } from "./lowering/subgraph-function.ts";
import { type AnyLowering, decomposed } from "./lowering/table.ts";
import { describeComplex, describeInput, describeOutput, describeProgram, describeState } from "./metadata.ts";
import { OpBuilder } from "./opset/builder.ts";
import type { Choices } from "./report/report.ts";
import { checkInputs } from "./runtime-checks.ts";
import type { Target } from "./target.ts";

/** User lowerings by op name; they come before ours. */
export type TranslationTable = ReadonlyMap<string, AnyLowering>;

export interface LowerOptions {
  readonly custom?: TranslationTable;
  /** How ops of users that have no lowering are written. */
  readonly forms?: CustomOpForms;
  /** What becomes of written buffers and inputs is returned, behind the user's outputs; with "state", written buffers are inputs too. */
  readonly mutations?: Choices["mutations"];
  /** Ranges, guards and assertions are checked when the model runs. */
  readonly checks?: boolean;
}

/** What stands for a value of the ATen graph: a tensor or a runtime number, a number known at export, a list of tensors, None. */
type Lowered = Value | number | bigint | boolean | null | readonly (Value | null)[];

/**
 * The ONNX model of `normalized`, each op in its newest form. Throws `lower/unsupported` naming every op that has no lowering and every call that
 * its lowering or a pass before refuses, with counts, module path and source line.
 */
export function lower(normalized: Normalized, target: Target, options: LowerOptions = {}): Model {
  return new Lowering(normalized, target, options).run();
}

class Lowering implements Interpreter<Value> {
  readonly name = "lowering";
  readonly #normalized: Normalized;
  readonly #options: LowerOptions;
  readonly #custom: TranslationTable;
  readonly #gaps = new Gaps();
  readonly #functions: OpFunctions;
  readonly #subgraphs: SubgraphFunctions;
  /** Written buffers and inputs that are returned. */
  readonly #mutations: readonly Mutation[];
  readonly #model: Model;
  readonly #values = new Map<AtenValue, Lowered>();
  /** How many nodes and outputs read each value. */
  readonly #users: ReadonlyMap<AtenValue, number>;
  #op: OpBuilder;
  #spelled: ReadonlyMap<string, ReadonlyMap<string, { readonly form: string }>> | null = null;
  /** Captured result types of the node being lowered, taken by the first lowering that runs for it. */
  #captured: readonly TensorType[] | null = null;

  constructor(normalized: Normalized, target: Target, options: LowerOptions) {
    this.#normalized = normalized;
    this.#users = usersOf(normalized.graph);
    this.#options = options;
    this.#custom = options.custom ?? new Map();
    this.#model = new Model(new Graph("main_graph"), normalized.program.env);
    this.#mutations = options.mutations === "outputs" || options.mutations === "state" ? mutationsOf(normalized) : [];
    this.#functions = new OpFunctions(this.#model, (body) => lower(body, target, { ...options, mutations: "drop", checks: false }));
    this.#subgraphs = new SubgraphFunctions(this.#model, (body, op, operands) => this.#lowerBody(body, op, operands));
    this.#addInputs();
    this.#op = new OpBuilder(this.#model, target);
    this.#addInitializers();
    if (options.checks ?? false) {
      this.#op.checks = [];
      checkInputs(normalized.program, this.#op, (v) => this.#inputOf(v));
    }
  }

  #inputOf(captured: AtenValue): Value | null {
    const given = this.#values.get(this.#normalized.stored.get(captured) ?? captured);
    return given instanceof Value ? given : null;
  }

  run(): Model;
  run(op: string, args: Args, schema: Schema): unknown;
  run(op?: string, args?: Args, schema?: Schema): unknown {
    if (op !== undefined) return this.#lowerCall(op, args as Args, schema as Schema);
    for (const gap of this.#normalized.gaps) {
      this.#gaps.add(this.#model, this.#model.origins.push(this.#originOf(gap.node)) - 1, gap.refusal);
      for (const v of gap.results) this.#values.set(v, this.#standIn(v));
    }
    for (const node of this.#normalized.graph.nodes) this.#lowerNode(node);
    this.#gaps.refuse();
    this.#addOutputs();
    return this.#model;
  }

  cast(x: Value, dtype: Value["dtype"]): Value {
    return this.#op.cast(x, dtype);
  }
  write(_target: Value, value: Value): Value {
    return value;
  }
  loop(count: Dim, carried: readonly Value[], step: Step<Value>): Value[] {
    const outer = this.#op;
    const types = carried.map((v) => ({ dtype: v.dtype, shape: v.shape }));
    const body = outer.subgraph(
      "loop_body",
      [{ dtype: "int64", shape: [] }, { dtype: "bool", shape: [] }, ...types],
      (inner, [i, on, ...values]) => {
        this.#op = inner;
        const { next, goesOn } = step(i as Value, values);
        this.#op = outer;
        return [goesOn ?? (on as Value), ...next];
      },
    );
    const results = outer.outputs(carried.length, "Loop", [outer.dim(count), null, ...carried], { body });
    for (const [k, result] of results.entries()) outer.retype(result, (types[k] as Typed).shape);
    return results;
  }

  /** Decompositions compute with sizes as expressions. */
  decomposed(args: Args, schema: Schema): Args {
    const size = (x: unknown): unknown =>
      x instanceof Value ? (x.data?.[0] ?? this.#op.refuse(`${schema.op} needs a size that only the data decide`)) : x;
    const isSize = (name: string) => schema.args.some((a) => a.name === name && (a.type === "SymInt" || a.type === "int"));
    return Object.fromEntries(Object.entries(args).map(([k, v]) => [k, isSize(k) ? mapLeaves(v, size) : v]));
  }

  #lowerCall(op: string, args: Args, schema: Schema): unknown {
    const captured = this.#captured;
    this.#captured = null;
    const lowering = this.#custom.get(op) ?? lowerings.get(op);
    if (lowering === undefined) return undefined;
    const result = captured ?? flatTypes(callOn(metaInterpreter, op, operandTypes(args, schema)));
    const made = lowering(this.#atRunTime(args) as never, this.#op, result as never);
    return made === decomposed ? undefined : (made ?? null);
  }

  /** `args` with sizes as the values that they are at run time. */
  #atRunTime(args: Args): Args {
    return mapArgs(args, (x) => (x instanceof SymInt ? this.#op.dim(x) : x));
  }

  /** A node that cannot be written is a gap: lowering goes on with results of the captured types, so that all gaps are found. */
  #lowerNode(node: AtenNode): void {
    this.#op.origin = this.#model.origins.push(this.#originOf(node)) - 1;
    try {
      this.#bind(node, this.#lowered(node));
    } catch (error) {
      if (!(error instanceof OnnxExporterError)) throw error;
      this.#gaps.add(this.#model, this.#op.origin, error);
      for (const v of node.outputs.flat()) if (v) this.#values.set(v, this.#standIn(v));
    }
  }

  #lowered(node: AtenNode): unknown {
    this.#captured = node.outputs.flat().flatMap((v) => (v?.type.kind === "tensor" ? [v.type] : []));
    const args = mapArgs(node.args as Args, (x) => (x instanceof AtenValue ? this.#get(x) : x));
    if (node.op === invokeSubgraph) return this.#subgraphs.call(this.#op, args, (x) => this.#asTensor(x as Lowered));
    const region: Region | undefined = regions[node.op];
    if (region) return region(args, this.#op, (body, op, operands) => this.#lowerBody(body, op, operands));
    const schema = schemaOf(node.op);
    if (schema === null || isUserOp(node.op)) return this.#lowerForeign(node, args, schema);
    if (!canLower(schema, this.#custom)) throw new Missing(node.op);
    return callOn<Value>(this, node.op, args, capturedDType(node));
  }

  /** An op of a user's library: its arguments come as the program has them. */
  #lowerForeign(node: AtenNode, args: Args, schema: Schema | null): unknown {
    const results = this.#captured as readonly TensorType[];
    const lowering = this.#custom.get(node.op);
    if (lowering) return lowering(this.#atRunTime(args) as never, this.#op, results as never) ?? null;
    const form = formOf(this.#options.forms ?? "error", node.op);
    if (form === "error" || !node.op.includes("::") || node.op.startsWith("higher_order::")) throw new Missing(node.op);
    if (schema === null && node.outputs.length === 0) {
      const hint = `say what it writes to: torch.library.define("${node.op}", "(Tensor(a!) x) -> ()")`;
      this.#op.refuse("an op without schema that returns nothing writes to its arguments, or acts outside of the model", hint);
    }
    if (form === "node") {
      const kinds = schema === null ? this.#spelledKinds(node) : kindsOf(schema);
      return shaped(node, opaqueNode(this.#op, node.op, this.#atRunTime(args), kinds, results));
    }
    if (schema === null) this.#op.refuse("there is no function to trace", `define it: torch.library.custom_op("${node.op}", …)`);
    const operands = schema.args.flatMap((a) => [args[a.name]].flat()).filter((x) => x instanceof Value);
    return shaped(node, this.#functions.call(this.#op, node, schema, operands, results));
  }

  /** The kinds of literals that the archive has for the arguments of a node, which rewriting copied under the same name. */
  #spelledKinds(node: AtenNode): ArgumentKinds {
    this.#spelled ??= new Map([...this.#normalized.program.spelling.args].map(([captured, forms]) => [captured.origin.node, forms]));
    return new Map([...(this.#spelled.get(node.origin.node) ?? [])].map(([name, { form }]) => [name, form]));
  }

  /** What stands for a result that no lowering gave. */
  #standIn(value: AtenValue): Lowered {
    const { type } = value;
    if (type.kind === "object" || type.kind === "token") return null;
    const dtype = type.kind === "tensor" ? type.dtype : type.kind === "int" ? "int64" : type.kind === "float" ? "float32" : "bool";
    const shape = type.kind === "tensor" ? type.shape : [];
    const made = new Value(null, { dtype, shape });
    if (type.kind === "int" && type.expr !== null) made.data = [type.expr];
    this.#op.retype(made, shape);
    return made;
  }

  #originOf(node: AtenNode): OriginRow {
    const users = Math.max(0, ...node.outputs.flat().map((v) => (v ? (this.#users.get(v) ?? 0) : 0)));
    return { op: node.op, ...node.origin, fxNode: fxNodeText(node, users, this.#normalized.program.spelling) };
  }

  /** Lowers the body of a control-flow op with `op`, which appends to the body's graph. */
  #lowerBody(body: AtenGraph, op: OpBuilder, operands: readonly unknown[]): Value[] {
    const outer = this.#op;
    this.#op = op;
    body.inputs.forEach((v, i) => {
      if (v) this.#values.set(v, operands[i] as Lowered);
    });
    for (const node of body.nodes) this.#lowerNode(node);
    const outputs = body.outputs.map((o) => this.#asTensor(o instanceof AtenValue ? this.#get(o) : (o as Lowered)));
    this.#op = outer;
    return outputs;
  }

  #get(value: AtenValue): Lowered {
    const found = this.#values.get(value);
    return found === undefined ? internal(`${value.name} is read before it is made`) : found;
  }

  #bind(node: AtenNode, result: unknown): void {
    const results = node.outputs.length === 1 ? [result] : ((result as readonly unknown[] | null) ?? []);
    node.outputs.forEach((output: Output, i) => {
      const given = results[i];
      if (output instanceof AtenValue) this.#values.set(output, this.#held(output, given as Lowered));
      else for (const [k, v] of (output ?? []).entries()) this.#values.set(v, this.#held(v, (given as readonly Lowered[])[k] ?? null));
    });
  }

  /** `given` as the captured type of `value` says: cast where the lowering's dtype differs, with the captured symbols as dims. */
  #held(value: AtenValue, given: Lowered): Lowered {
    const { type } = value;
    if (type.kind === "int" && typeof type.expr === "number") return type.expr;
    if (!(given instanceof Value)) return given;
    if (type.kind === "int" && type.expr !== null) {
      given.data = [type.expr];
      this.#op.retype(given, []);
    }
    if (type.kind !== "tensor") return given;
    const typed = this.#op.cast(given, type.dtype);
    if (typed.type?.shape && !agree(typed.type.shape, type.shape)) {
      if (mistyped.has(value.producer?.op ?? "")) return typed;
      const got = typed.type.shape.map(show).join(", ");
      internal(
        `lowering of ${value.producer?.op} gives ${value.name} the shape [${got}], the program says [${type.shape.map(show).join(", ")}]`,
      );
    }
    if (!typed.type?.shape?.every((d, i) => equal(d, type.shape[i] as never))) this.#op.retype(typed, type.shape);
    if (typed.producer !== null) typed.name ??= value.name;
    return typed;
  }

  #addInputs(): void {
    const { program } = this.#normalized;
    for (const spec of program.signature.inputs) if (spec.kind === "user_input") this.#addInput(spec, spec.name);
    if (this.#options.mutations !== "state") return;
    for (const { input } of this.#mutations) if (input.target !== null) this.#addInput(input, input.target);
  }

  #addInput({ kind, value: captured, persistent, target }: InputSpec, name: string): void {
    const value = captured && (this.#normalized.stored.get(captured) ?? captured);
    if (value === null || value.type.kind === "object" || value.type.kind === "token") return;
    const { type } = value;
    const input =
      type.kind === "tensor"
        ? new Value(name, { dtype: type.dtype, shape: type.shape })
        : new Value(name, { dtype: type.kind === "int" ? "int64" : type.kind === "float" ? "float32" : "bool", shape: [] });
    if (type.kind === "int" && type.expr !== null) input.data = [type.expr];
    describeInput(input, kind, persistent);
    if (target !== null) describeState(input, target);
    if (captured && value !== captured) describeComplex(input, captured);
    this.#model.graph.inputs.push(input);
    this.#values.set(value, input);
  }

  #addInitializers(): void {
    const isRead = (v: AtenValue): boolean => this.#users.has(v) && !this.#values.has(v);
    for (const [value, made] of initializersOf(this.#normalized, this.#op, isRead)) this.#values.set(value, made);
  }

  #addOutputs(): void {
    const { program } = this.#normalized;
    this.#op.origin = -1;
    const results = [...this.#userOutputs(), ...this.#mutatedOutputs()];
    const values = this.#op.sealed(results.map((r) => r.value));
    results.forEach(({ name, kind, captured, target }, i) => {
      const output = this.#outputOf(values[i] as Value, name);
      describeOutput(output, kind, target);
      if (captured && isComplexType(captured.type)) describeComplex(output, captured);
      this.#model.graph.outputs.push(output);
    });
    describeProgram(this.#model.graph, program);
  }

  *#userOutputs(): Generator<Result> {
    const { program, graph } = this.#normalized;
    for (const [i, { kind, arg: captured }] of program.signature.outputs.entries()) {
      if (kind !== "user_output") continue;
      const arg = graph.outputs[i] ?? null;
      const lowered = arg instanceof AtenValue ? this.#get(arg) : (arg as Lowered);
      if (lowered === null || typeof lowered === "string") continue;
      const name = arg instanceof AtenValue ? arg.name : `output_${i}`;
      yield { value: this.#asTensor(lowered), name, kind, ...(captured instanceof AtenValue ? { captured } : {}) };
    }
  }

  *#mutatedOutputs(): Generator<Result> {
    for (const { input, kind, value } of this.#mutations) {
      const target = nameOf(input);
      yield {
        value: this.#asTensor(this.#get(value)),
        name: `${target}_out`,
        kind,
        target,
        ...(input.value ? { captured: input.value } : {}),
      };
    }
  }

  /** An output needs a value of its own: never an input, an initializer, or a value that is output already. */
  #outputOf(value: Value, name: string): Value {
    const own = value.producer !== null && !this.#model.graph.outputs.includes(value);
    const output = own ? value : this.#op.Identity(value);
    const taken = this.#model.graph.inputs.some((v) => v.name === name) || this.#model.graph.outputs.some((v) => v.name === name);
    output.name = taken ? `${name}_output` : name;
    return output;
  }

  #asTensor(x: Lowered): Value {
    if (x instanceof Value) return x;
    if (typeof x === "boolean") return this.#op.scalar(x, "bool");
    if (typeof x === "number") return this.#op.scalar(x, Number.isInteger(x) ? "int64" : "float32");
    return typeof x === "bigint" ? this.#op.scalar(x, "int64") : internal("a list or None where a tensor is needed");
  }
}

/** Ops that PyTorch itself types wrongly (2.13 adds a dim where `unique_consecutive` counts its dim from the end), and calls of what has them: the lowering's shape stands. */
const mistyped: ReadonlySet<string> = new Set(["aten::unique_consecutive", invokeSubgraph]);

/** An output to be. */
interface Result {
  readonly value: Value;
  readonly name: string;
  readonly kind: OutputKind;
  /** What it is in the captured program. */
  readonly captured?: AtenValue;
  /** The written input that it is the new value of. */
  readonly target?: string;
}

const isComplexType = (type: AtenValue["type"]): boolean => type.kind === "tensor" && isComplex(type.dtype);
