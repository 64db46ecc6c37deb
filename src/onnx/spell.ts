/** @file Writes a model for an opset: each node in the form that the target has. The model held keeps its newest forms. */

import { OnnxExporterError } from "../errors.ts";
import { cloneModel } from "./ir/clone.ts";
import { type Graph, type Model, Node, type Value } from "./ir/graph.ts";
import { describeOrigin } from "./ir/origin.ts";
import { plainAttributes } from "./opset/attributes.ts";
import { OpBuilder } from "./opset/builder.ts";
import { downRows } from "./opset/down.ts";
import { expandRows } from "./opset/expand.ts";
import { type Formal, newest, type OpSchema, schemaAt, versionsOf } from "./opset/schema.ts";
import { Rewriter } from "./passes/pass.ts";
import { sinkConstants } from "./passes/sink-constants.ts";
import type { Target } from "./target.ts";

/**
 * A copy of `model` in the ops and forms of `target`, with its opset and IR version.
 * Throws `spell/unsupported`, or what a row refuses, naming op, opset, module and source line.
 */
export function spell(model: Model, target: Target): Model {
  const copy = cloneModel(model);
  const unread = new Set([...copy.graph.initializers].filter((v) => v.useCount === 0));
  new Speller(copy, target).graph(copy.graph);
  for (const f of copy.functions) new Speller(copy, target).graph(f.graph);
  sinkConstants(copy);
  // Operands that became attributes.
  for (const v of copy.graph.initializers) {
    if (v.useCount === 0 && !unread.has(v) && !copy.graph.outputs.includes(v)) copy.graph.initializers.delete(v);
  }
  copy.opset_import.set("", target.opset);
  copy.ir_version = target.ir_version;
  return copy;
}

class Speller {
  readonly #model: Model;
  readonly #target: Target;
  constructor(model: Model, target: Target) {
    this.#model = model;
    this.#target = target;
  }

  graph(graph: Graph, outer: OpBuilder | null = null): void {
    const rewrite = new Rewriter(this.#model, graph);
    const op = new OpBuilder(this.#model, this.#target, graph, outer);
    for (const node of graph.nodes()) this.#node(node, op, rewrite);
  }

  #node(node: Node, op: OpBuilder, rewrite: Rewriter): void {
    for (const inner of node.graphs) this.graph(inner, op);
    if (node.domain !== "") return;
    const newer = newest(node.op);
    const schema = schemaAt(node.op, this.#target.opset);
    if (newer !== null && newer === schema) {
      this.#check(node, schema);
      return;
    }
    const made: Node[] = [];
    op.origin = node.origin;
    op.onInsert = (n) => made.push(n);
    op.before = node;
    const spelled = this.#spelled(node, op, schema);
    if (!(spelled instanceof Node)) {
      for (const [i, v] of node.outputs.entries()) if (spelled[i]) this.#standIn(rewrite, op, node, v, spelled[i]);
      rewrite.removeIfDead(node);
    }
    op.onInsert = null;
    // What rows put before the node is in newest forms: it comes under the same rows.
    for (const n of made) this.#node(n, op, rewrite);
    const end = spelled instanceof Node ? spelled : node;
    if (end.graph !== null) this.#check(end, schema ?? this.#lacks(end));
  }

  #spelled(node: Node, op: OpBuilder, schema: OpSchema | null): Node | readonly Value[] {
    if (schema === null) {
      const row = expandRows[node.op] ?? this.#lacks(node);
      const values = row(op, node.inputs, plainAttributes(node));
      return "dtype" in values ? [values] : values;
    }
    let current = node;
    for (const row of downRows[node.op] ?? []) {
      if (this.#target.opset >= row.below) continue;
      op.before = current;
      const spelled = row.spell(current, op);
      if (!(spelled instanceof Node)) return spelled;
      current = spelled;
    }
    return current;
  }

  /** `to` becomes the output that `from` was; through an Identity where it cannot. */
  #standIn(rewrite: Rewriter, op: OpBuilder, node: Node, from: Value, to: Value): void {
    rewrite.replace(from, to);
    if (!rewrite.isOutput(from)) return;
    op.before = node;
    rewrite.replace(from, op.Identity(to));
  }

  #lacks(node: Node): never {
    const since = versionsOf(node.op).find((v) => !v.deprecated)?.since;
    const needs = since === undefined ? "is not an op of ONNX" : `needs opset ${since}, the target is opset ${this.#target.opset}`;
    throw this.#error(node, needs, since === undefined ? undefined : `export with opset_version: ${since}`);
  }

  #error(node: Node, message: string, hint?: string): OnnxExporterError {
    const where = describeOrigin(this.#model, node.origin);
    return new OnnxExporterError("spell/unsupported", `${where ? `${where}: ` : ""}ONNX op ${node.op} ${message}`, hint);
  }

  /** Holds a spelled node to the schema of the target: nothing that the older form lacks may be left. */
  #check(node: Node, schema: OpSchema): void {
    const { opset } = this.#target;
    for (const name of node.attributes.keys()) {
      if (!schema.attributes.has(name)) throw this.#error(node, `has no attribute ${name} in opset ${opset}`);
    }
    for (const formal of schema.attributes.values()) {
      if (formal.required && !node.attributes.has(formal.name)) throw this.#error(node, `lacks the attribute ${formal.name}`);
    }
    this.#checkValues(node, node.inputs, schema.inputs, "inputs");
    this.#checkValues(node, node.outputs, schema.outputs, "outputs");
  }

  #checkValues(node: Node, values: readonly (Value | null)[], formals: readonly Formal[], what: string): void {
    const last = formals.at(-1);
    const given = values.findLastIndex((v) => v !== null) + 1;
    if (given > formals.length && last?.option !== "variadic") {
      throw this.#error(node, `has ${formals.length} ${what} in opset ${this.#target.opset}, not ${given}`);
    }
    for (const [i, formal] of formals.entries()) {
      if (formal.option === "single" && !values[i]) throw this.#error(node, `lacks ${formal.name}`);
    }
    for (const [i, v] of values.entries()) {
      const formal = formals[Math.min(i, formals.length - 1)];
      if (!v?.type || !formal || formal.allowed.has(v.type.dtype)) continue;
      throw this.#error(node, `takes no ${v.type.dtype} as ${formal.name} in opset ${this.#target.opset}`);
    }
  }
}
