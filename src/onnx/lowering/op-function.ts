/** @file A user's op as a function of the model: its body is what the op's own function does, for the types and literals of a call. */

import { type Arg, Graph as AtenGraph, type Node as AtenNode, Value as AtenValue, valuesOf } from "../../aten/graph.ts";
import type { Schema } from "../../aten/schema.ts";
import { writtenByUser } from "../../aten/user-ops.ts";
import { OnnxExporterError } from "../../errors.ts";
import { traceOp } from "../../export/trace-op.ts";
import { bodyOf } from "../../library/library.ts";
import { type Normalized, normalize } from "../../normalize/normalize.ts";
import { type SymEnv, show } from "../../symbolic.ts";
import type { Model, Value, ValueType } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { onnxName } from "./custom-op.ts";

/** First opset whose IR version has functions of a model. */
const firstOpset = 15;

/** Functions of one model, by what they were traced for. */
export class OpFunctions {
  readonly #model: Model;
  readonly #lower: (body: Normalized) => Model;
  readonly #names = new Map<string, string>();

  constructor(model: Model, lower: (body: Normalized) => Model) {
    this.#model = model;
    this.#lower = lower;
  }

  /** Calls the function of `node`, an op with `schema`; `operands` stand for the values among its arguments, in order. */
  call(op: OpBuilder, node: AtenNode, schema: Schema, operands: readonly Value[], results: readonly ValueType[]): Value[] {
    if (op.target.opset < firstOpset) op.refuse(`functions need opset ${firstOpset}`, `export with opset_version: ${firstOpset} or later`);
    const key = keyOf(node, schema);
    const [domain, type] = onnxName(node.op);
    let name = this.#names.get(key);
    if (name === undefined) {
      const same = this.#model.functions.filter((f) => f.domain === domain && (f.name === type || f.name.startsWith(`${type}_`))).length;
      name = same === 0 ? type : `${type}_${same}`;
      this.#define(domain, name, node, schema, op);
      this.#names.set(key, name);
    }
    return op.custom(domain, name, operands, {}, results);
  }

  #define(domain: string, name: string, node: AtenNode, schema: Schema, op: OpBuilder): void {
    const fn = bodyOf(schema);
    if (fn === null) op.refuse(`${schema.op} has no function to trace`, `give one: torch.library.impl("${schema.op}", fn)`);
    const body = functionBody(schema, node, this.#model.env, fn);
    const { graph, opset_import, functions, origins } = this.#lower(body);
    graph.name = name;
    const first = this.#model.origins.length;
    this.#model.origins.push(...origins);
    for (const inner of graph.nodes()) if (inner.origin >= 0) inner.origin += first;
    for (const v of graph.initializers) {
      this.#model.graph.initializers.add(v);
      v.name = null;
    }
    graph.initializers.clear();
    for (const [key, version] of opset_import) this.#model.opset_import.set(key, version);
    this.#model.functions.push(...functions, { domain, name, graph, attributes: [] });
  }
}

/** Calls of one op share a function where types and literals are the same. */
function keyOf(node: AtenNode, schema: Schema): string {
  const text = (arg: Arg): string => {
    if (Array.isArray(arg)) return `[${arg.map(text).join()}]`;
    if (!(arg instanceof AtenValue)) return JSON.stringify(arg, (_, x) => (typeof x === "bigint" ? `${x}n` : x));
    return arg.type.kind === "tensor" ? `${arg.type.dtype}[${arg.type.shape.map(show).join()}]` : arg.type.kind;
  };
  return `${node.op}(${schema.args.map((a) => text(node.args[a.name] ?? null)).join()})`;
}

/** What the function records, functional: its results, then what becomes of the arguments that it writes to. */
function functionBody(schema: Schema, node: AtenNode, env: SymEnv, fn: NonNullable<ReturnType<typeof bodyOf>>): Normalized {
  const program = traceOp(schema, fn, node.args, env, node.origin);
  const normalized = normalize(program);
  const written = new Set(writtenByUser(schema));
  const inputs = program.signature.inputs.filter((s) => s.kind === "user_input").map((s) => s.value as AtenValue);
  const names = schema.args.flatMap((a) => [...valuesOf(node.args[a.name])].map(() => a.name));
  for (const value of normalized.mutated.keys()) {
    const name = names[inputs.indexOf(value)];
    if (name !== undefined && written.has(name)) continue;
    const message = `the function of ${schema.op} writes to ${name ?? "a tensor of its own"}, which its schema does not say`;
    throw new OnnxExporterError("trace/custom-op", message, "name it in mutates_args");
  }
  const updated = inputs.filter((_, i) => written.has(names[i] as string)).map((v) => normalized.mutated.get(v) ?? v);
  const { graph } = normalized;
  program.signature.outputs.push(...updated.map((arg) => ({ kind: "user_output", arg, target: null }) as const));
  return { ...normalized, graph: new AtenGraph(graph.name, graph.inputs, graph.nodes, [...graph.outputs, ...updated]) };
}
