/**
 * @file ATen→ONNX: walks a normalized graph once; each node's lowering, or the lowerings of what it decomposes into, append
 * ONNX nodes. Results are held to the types that the captured program states.
 */

import { mapArgs, mapLeaves } from "../aten/arguments.ts";
import {
  type Arg,
  type Graph as AtenGraph,
  type Node as AtenNode,
  Value as AtenValue,
  type Output,
  operandsOf,
  type TensorType,
  valuesOf,
} from "../aten/graph.ts";
import { isTyped, type Typed } from "../aten/promotion.ts";
import { type Schema, schemaOf } from "../aten/schema.ts";
import type { Step } from "../aten/table.ts";
import { type Args, callOn, entryOf, functionalTwin, type Interpreter, metaInterpreter } from "../dispatch.ts";
import { isComplex } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { capturedDType } from "../export/evaluate.ts";
import { fxNodeText } from "../export/print.ts";
import type { InputSpec } from "../export/signature.ts";
import type { Normalized } from "../normalize/normalize.ts";
import { type Dim, equal, isStatic, type Shape, SymInt, show } from "../symbolic.ts";
import { pairsSource } from "../weights/derive.ts";
import { Graph, Model, type OriginRow, Value } from "./ir/graph.ts";
import { modulePath, sourceLine } from "./ir/origin.ts";
import { type Region, regions } from "./lowering/control-flow.ts";
import { lowerings } from "./lowering/index.ts";
import type { AnyLowering } from "./lowering/table.ts";
import { describeComplex, describeInput, describeOutput, describeProgram } from "./metadata.ts";
import { OpBuilder } from "./opset/builder.ts";
import type { Target } from "./target.ts";

/** User lowerings by op name; they come before ours. */
export type TranslationTable = ReadonlyMap<string, AnyLowering>;

/** What stands for a value of the ATen graph: a tensor or a runtime number, a number known at export, a list of tensors, None. */
type Lowered = Value | number | bigint | boolean | null | readonly (Value | null)[];

/**
 * The ONNX model of `normalized`, each op in its newest form.
 * Throws `lower/unsupported` naming every op that has no lowering, with counts, module path and source line.
 */
export function lower(normalized: Normalized, target: Target, custom: TranslationTable = new Map()): Model {
  refuseMissing(normalized.graph, custom);
  return new Lowering(normalized, target, custom).run();
}

class Lowering implements Interpreter<Value> {
  readonly name = "lowering";
  readonly #normalized: Normalized;
  readonly #custom: TranslationTable;
  readonly #model: Model;
  readonly #values = new Map<AtenValue, Lowered>();
  /** How many nodes and outputs read each value. */
  readonly #users: ReadonlyMap<AtenValue, number>;
  #op: OpBuilder;
  /** Captured result types of the node being lowered, taken by the first lowering that runs for it. */
  #captured: readonly TensorType[] | null = null;

  constructor(normalized: Normalized, target: Target, custom: TranslationTable) {
    this.#normalized = normalized;
    this.#users = usersOf(normalized.graph);
    this.#custom = custom;
    this.#model = new Model(new Graph("main_graph"), normalized.program.env);
    this.#addInputs();
    this.#op = new OpBuilder(this.#model, target);
    this.#addInitializers();
  }

  run(): Model;
  run(op: string, args: Args, schema: Schema): unknown;
  run(op?: string, args?: Args, schema?: Schema): unknown {
    if (op !== undefined) return this.#lowerCall(op, args as Args, schema as Schema);
    for (const node of this.#normalized.graph.nodes) this.#lowerNode(node);
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
    return lowering(this.#atRunTime(args) as never, this.#op, result as never) ?? null;
  }

  /** `args` with sizes as the values that they are at run time. */
  #atRunTime(args: Args): Args {
    return mapArgs(args, (x) => (x instanceof SymInt ? this.#op.dim(x) : x));
  }

  #lowerNode(node: AtenNode): void {
    this.#op.origin = this.#model.origins.push(this.#originOf(node)) - 1;
    this.#captured = node.outputs.flat().flatMap((v) => (v?.type.kind === "tensor" ? [v.type] : []));
    const args = mapArgs(node.args as Args, (x) => (x instanceof AtenValue ? this.#get(x) : x));
    const region: Region | undefined = regions[node.op];
    const result = region
      ? region(args, this.#op, (body, op, operands) => this.#lowerBody(body, op, operands))
      : schemaOf(node.op) === null
        ? this.#lowerForeign(node, args)
        : callOn<Value>(this, node.op, args, capturedDType(node));
    this.#bind(node, result);
  }

  /** An op of the user's own library: its schema is not known here, so its arguments come as the program has them. */
  #lowerForeign(node: AtenNode, args: Args): unknown {
    const lowering = this.#custom.get(node.op) ?? internal(`${node.op} has neither schema nor lowering`);
    return lowering(this.#atRunTime(args) as never, this.#op, this.#captured as never) ?? null;
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
    const { program, stored } = this.#normalized;
    for (const { kind, value: captured } of program.signature.inputs) {
      const value = captured && (stored.get(captured) ?? captured);
      if (kind !== "user_input" || value === null || value.type.kind === "object" || value.type.kind === "token") continue;
      const { type } = value;
      const input =
        type.kind === "tensor"
          ? new Value(value.name, { dtype: type.dtype, shape: type.shape })
          : new Value(value.name, { dtype: type.kind === "int" ? "int64" : type.kind === "float" ? "float32" : "bool", shape: [] });
      if (type.kind === "int" && type.expr !== null) input.data = [type.expr];
      describeInput(input, kind, undefined);
      if (captured && value !== captured) describeComplex(input, captured);
      this.#model.graph.inputs.push(input);
      this.#values.set(value, input);
    }
  }

  /** Weights that the graph reads, in declaration order, under their state-dict names. */
  #addInitializers(): void {
    const { program, stored } = this.#normalized;
    for (const spec of program.signature.inputs) {
      if (spec.value === null || spec.target === null || spec.kind === "user_input") continue;
      const value = stored.get(spec.value) ?? spec.value;
      if (this.#users.has(value)) this.#values.set(value, this.#initializer(spec, spec.target));
    }
  }

  #initializer(spec: InputSpec, target: string): Lowered {
    if (spec.kind === "custom_obj" || spec.kind === "token") return null;
    const source = this.#normalized.program.tensorOf(spec);
    const value = this.#op.initializer(target, isComplex(source.dtype) ? pairsSource(source) : source);
    describeInput(value, spec.kind, spec.persistent);
    if (isComplex(source.dtype)) describeComplex(value, source);
    return value;
  }

  #addOutputs(): void {
    const { program, graph } = this.#normalized;
    this.#op.origin = -1;
    program.signature.outputs.forEach((spec, i) => {
      if (spec.kind !== "user_output") return;
      const arg = graph.outputs[i] ?? null;
      const lowered = arg instanceof AtenValue ? this.#get(arg) : (arg as Lowered);
      if (lowered === null || typeof lowered === "string") return;
      const name = arg instanceof AtenValue ? arg.name : `output_${i}`;
      const output = this.#outputOf(this.#asTensor(lowered), name);
      describeOutput(output, spec.kind);
      if (spec.arg instanceof AtenValue && isComplexType(spec.arg.type)) describeComplex(output, spec.arg);
      this.#model.graph.outputs.push(output);
    });
    describeProgram(this.#model.graph, program);
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

/** Shapes that may be one: same rank, no two different numbers. */
const agree = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => !isStatic(d) || !isStatic(b[i] as never) || d === b[i]);

/** Operands of a lowering as `meta` takes them: tensors as types, runtime numbers as expressions. */
function operandTypes(args: Args, schema: Schema): Args {
  const tensors = new Set(schema.args.filter((a) => a.type === "Tensor").map((a) => a.name));
  const typeOf = (x: unknown, isTensor: boolean): unknown => {
    if (!(x instanceof Value)) return x;
    return !isTensor && x.data?.length === 1 ? x.data[0] : { kind: "tensor", dtype: x.dtype, shape: x.shape };
  };
  return Object.fromEntries(Object.entries(args).map(([k, v]) => [k, mapLeaves(v, (x) => typeOf(x, tensors.has(k)))]));
}

const isComplexType = (type: AtenValue["type"]): boolean => type.kind === "tensor" && isComplex(type.dtype);

const flatTypes = (result: unknown): TensorType[] =>
  Array.isArray(result) ? result.flatMap(flatTypes) : isTyped(result) ? [result as TensorType] : [];

function usersOf(graph: AtenGraph): Map<AtenValue, number> {
  const users = new Map<AtenValue, number>();
  const count = (v: AtenValue): void => void users.set(v, (users.get(v) ?? 0) + 1);
  for (const node of allNodes(graph)) {
    operandsOf(node).forEach(count);
    for (const arg of Object.values(node.args)) if (isGraph(arg)) for (const v of valuesOf(arg.outputs)) count(v);
  }
  for (const v of valuesOf(graph.outputs)) count(v);
  return users;
}

/** Every node of a graph and of the graphs inside it. */
function* allNodes(graph: AtenGraph): Generator<AtenNode> {
  for (const node of graph.nodes) {
    yield node;
    for (const arg of Object.values(node.args)) if (isGraph(arg)) yield* allNodes(arg);
  }
}
const isGraph = (arg: Arg): arg is AtenGraph => typeof arg === "object" && arg !== null && "nodes" in arg;

const canLower = (op: string, custom: TranslationTable): boolean => {
  const schema = schemaOf(op);
  const twin = schema && functionalTwin(schema);
  return op in regions || [op, twin].some((o) => o && (custom.has(o) || lowerings.has(o) || entryOf(o)?.decompose !== undefined));
};

/** All missing ops in one error, before any work. */
function refuseMissing(graph: AtenGraph, custom: TranslationTable): void {
  const missing = new Map<string, AtenNode[]>();
  for (const node of allNodes(graph)) {
    if (!canLower(node.op, custom)) missing.set(node.op, [...(missing.get(node.op) ?? []), node]);
  }
  if (missing.size === 0) return;
  const rows = [...missing].map(([op, nodes]) => {
    const first = nodes[0] as AtenNode;
    const row: OriginRow = { op, ...first.origin };
    const place = [modulePath(row) || first.origin.node, sourceLine(row)].filter((s) => s !== "").join("  ");
    return `  ${op}  ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}  first in ${place}`;
  });
  const [op] = missing.keys();
  throw new OnnxExporterError(
    "lower/unsupported",
    `${missing.size} ATen ${missing.size === 1 ? "op has" : "ops have"} no ONNX lowering\n${rows.join("\n")}`,
    `give a lowering, torch.onnx.export(model, args, f, { custom_translation_table: { "${op}": … } }), or rewrite these calls`,
  );
}
