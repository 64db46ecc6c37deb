/** @file The ONNX checker's rules (onnx/checker.cc) on the IR, before a file is written. */

import { numel } from "../core/strided.ts";
import { dtypes } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { isStatic } from "../symbolic.ts";
import type { Attribute, Graph, Model, Node, Value } from "./ir/graph.ts";
import { describeOrigin } from "./ir/origin.ts";
import { type AttributeKind, type AttributeSchema, type Formal, type OpSchema, schemaAt, versionsOf } from "./opset/schema.ts";
import { newestOpset } from "./opset/schemas.gen.ts";
import { irVersionOf, oldestOpset } from "./target.ts";

/** Rules, as the codes of the errors that they make. */
export type Rule =
  | ("model" | "opset" | "ir-version" | "domain" | "function")
  | ("name" | "duplicate" | "order" | "output" | "type" | "initializer" | "graph")
  | ("op" | "arity" | "attribute" | "dtype");

export interface Problem {
  readonly rule: Rule;
  readonly message: string;
}

const shownProblems = 20;
const newestIr = 14;

/**
 * Holds `model` to the checker's rules. A model that has no IR version yet is held to the newest opset, a model that has one to what it imports.
 * Throws `check/<rule>` of the first violation, listing all: node, module path and rule.
 */
export function check(model: Model): void {
  const problems = problemsOf(model);
  const [first] = problems;
  if (first === undefined) return;
  const lines = problems.slice(0, shownProblems).map(({ rule, message }) => `  ${rule}: ${message}`);
  if (problems.length > shownProblems) lines.push(`  … and ${problems.length - shownProblems} more`);
  const count = problems.length === 1 ? "a rule" : `${problems.length} rules`;
  throw new OnnxExporterError(`check/${first.rule}`, `the model breaks ${count} of ONNX\n${lines.join("\n")}`);
}

/** All violations, in order. */
export function problemsOf(model: Model): Problem[] {
  const checker = new Checker(model);
  checker.model();
  return checker.problems;
}

/** What a graph sees of the graphs around it. */
interface Scope {
  readonly outer: Scope | null;
  readonly values: Set<Value>;
}

class Checker {
  readonly problems: Problem[] = [];
  readonly #model: Model;
  readonly #held: boolean;
  #imports: ReadonlyMap<string, number>;
  readonly #functions = new Set<string>();
  /** Attributes that nodes may refer to: those of the function being checked. */
  #attributes: ReadonlySet<string> | null = null;
  /** Values that some node made: none twice. */
  readonly #made = new Set<Value>();

  constructor(model: Model) {
    this.#model = model;
    this.#held = model.ir_version === 0;
    this.#imports = model.opset_import;
    for (const f of model.functions) this.#functions.add(`${f.domain}::${f.name}`);
  }

  model(): void {
    const { graph, functions } = this.#model;
    if (!this.#held) this.#versions();
    this.#interface(graph);
    this.#graph(graph, null, "the graph");
    const seen = new Set<string>();
    for (const f of functions) {
      const name = `${f.domain}::${f.name}`;
      const report = (message: string): void => this.#report("function", `function ${name} ${message}`);
      if (f.domain === "" || f.name === "") report("needs a domain and a name");
      if (seen.has(name)) report("is there twice");
      if (!this.#held && this.#model.ir_version < 8) report(`needs IR version 8, the model has ${this.#model.ir_version}`);
      if (f.graph.initializers.size > 0) report("has initializers, which functions cannot have");
      if (new Set(f.attributes).size !== f.attributes.length) report("has an attribute twice");
      if (new Set(f.graph.inputs).size !== f.graph.inputs.length) report("has an input twice");
      seen.add(name);
      this.#imports = f.opset_import ?? this.#model.opset_import;
      this.#attributes = new Set([...f.attributes, ...(f.defaults?.keys() ?? [])]);
      this.#graph(f.graph, null, `function ${name}`);
    }
  }

  #report(rule: Rule, message: string): void {
    this.problems.push({ rule, message });
  }

  #versions(): void {
    const { ir_version, opset_import } = this.#model;
    if (ir_version < 3 || ir_version > newestIr) this.#report("ir-version", `IR version ${ir_version} is not from 3 to ${newestIr}`);
    if (opset_import.size === 0) this.#report("opset", "no opset is imported");
    for (const [domain, version] of opset_import) {
      if (!(Number.isInteger(version) && version > 0))
        this.#report("opset", `the domain ${JSON.stringify(domain)} is imported with version ${version}`);
    }
    const opset = opset_import.get("");
    if (opset !== undefined && opset >= oldestOpset && opset <= newestOpset && ir_version < irVersionOf(opset)) {
      this.#report("ir-version", `opset ${opset} came with IR version ${irVersionOf(opset)}, the model has ${ir_version}`);
    }
  }

  /** What callers see: names that are unique and types that are whole. */
  #interface(graph: Graph): void {
    const names = new Map<string, Value>();
    const kinds: [string, Iterable<Value>][] = [
      ["input", graph.inputs],
      ["output", graph.outputs],
      ["initializer", graph.initializers],
    ];
    for (const [kind, values] of kinds) {
      for (const v of values) {
        if (v.name === null || v.name === "") {
          if (kind !== "output" && !this.#held) this.#report("name", `an ${kind} has no name`);
          continue;
        }
        const other = names.get(v.name);
        if (other !== undefined && other !== v)
          this.#report("name", `${kind} ${v.name} has the name of another input, output or initializer`);
        names.set(v.name, v);
        if (kind !== "initializer" && !this.#held && (v.type === null || v.type.shape === null)) {
          this.#report("type", `${kind} ${v.name} has no ${v.type === null ? "type" : "shape"}`);
        }
      }
    }
    for (const [i, v] of graph.inputs.entries())
      if (graph.inputs.indexOf(v) !== i) this.#report("duplicate", `input ${v.name} is there twice`);
  }

  #graph(graph: Graph, outer: Scope | null, where: string): void {
    const scope: Scope = { outer, values: new Set([...graph.inputs, ...graph.initializers]) };
    for (const v of graph.initializers) this.#initializer(v, graph, where);
    for (const v of graph.inputs)
      if (v.producer !== null) this.#report("duplicate", `${this.#shown(v)} is an input of ${where}, and an output of a node`);
    for (const node of graph.nodes()) {
      this.#operands(node, scope);
      for (const sub of node.graphs) this.#graph(sub, scope, `a graph of ${this.#called(node)}`);
      for (const v of node.outputs) {
        if (this.#made.has(v) || v.producer !== node)
          this.#report("duplicate", `${this.#shown(v)} is made by ${this.#called(node)}, and by another node`);
        if (v.isInitializer) this.#report("duplicate", `${this.#shown(v)} is an initializer, and made by ${this.#called(node)}`);
        this.#made.add(v);
        scope.values.add(v);
      }
      this.#node(node);
    }
    for (const v of graph.outputs) {
      if (!scope.values.has(v)) this.#report("output", `${this.#shown(v)}, an output of ${where}, is made by nothing in it`);
    }
  }

  #operands(node: Node, scope: Scope): void {
    for (const [i, v] of node.inputs.entries()) {
      if (v === null) continue;
      let at: Scope | null = scope;
      while (at !== null && !at.values.has(v)) at = at.outer;
      if (at !== null) continue;
      const why = v.producer === null ? "which nothing makes" : `which ${this.#called(v.producer)} makes later, or in another graph`;
      this.#report("order", `${this.#called(node)} reads ${this.#shown(v)} as operand ${i}, ${why}`);
    }
  }

  #initializer(v: Value, graph: Graph, where: string): void {
    const name = `initializer ${this.#shown(v)} of ${where}`;
    if (v.source === null) {
      this.#report("initializer", `${name} has no data`);
      return;
    }
    const { dtype, shape, nbytes } = v.source;
    const wanted = Math.ceil(dtypes[dtype].size * numel(shape));
    if (nbytes !== wanted) this.#report("initializer", `${name} is ${dtype}[${shape.join(", ")}], ${wanted} bytes, but has ${nbytes}`);
    if (dtypes[dtype].onnx === 0) this.#report("dtype", `${name} is ${dtype}, which ONNX does not have`);
    const says = v.type;
    const agrees =
      says === null ||
      (says.dtype === dtype &&
        (says.shape === null || (says.shape.length === shape.length && says.shape.every((d, i) => !isStatic(d) || d === shape[i]))));
    if (!agrees) this.#report("initializer", `${name} holds ${dtype}[${shape.join(", ")}], which is not its type`);
    if (!this.#held && this.#model.ir_version < 4 && !graph.inputs.includes(v))
      this.#report("initializer", `${name} must be an input before IR version 4`);
  }

  #node(node: Node): void {
    if (node.op === "") this.#report("op", `${this.#called(node)} has no op`);
    if (node.inputs.length === 0 && node.outputs.length === 0) this.#report("op", `${this.#called(node)} has neither inputs nor outputs`);
    for (const v of node.outputs) {
      if (v.type !== null && dtypes[v.type.dtype].onnx === 0)
        this.#report("dtype", `${this.#called(node)} makes ${v.type.dtype}, which ONNX does not have`);
    }
    for (const [name, a] of node.attributes) {
      if (a.kind === "ref" && !this.#attributes?.has(a.value))
        this.#report("attribute", `${this.#called(node)}: ${name} refers to ${a.value}, which is no attribute of a function`);
    }
    const isFunction = this.#functions.has(`${node.domain}::${node.op}`);
    if (node.domain !== "") {
      if (!isFunction && !this.#held && !this.#imports.has(node.domain))
        this.#report("domain", `${this.#called(node)}: the domain ${node.domain} is not imported`);
      return;
    }
    if (isFunction) return;
    const opset = this.#held ? newestOpset : this.#imports.get("");
    if (opset === undefined) {
      this.#report("domain", `${this.#called(node)}: the default domain is not imported`);
      return;
    }
    if (opset > newestOpset) return; // nothing is known of its schemas
    const schema = schemaAt(node.op, opset);
    if (schema !== null) this.#schema(node, schema);
    else {
      const first = versionsOf(node.op)[0];
      const why =
        first === undefined
          ? "is no ONNX op"
          : first.since > opset
            ? `came with opset ${first.since}, not ${opset}`
            : `is deprecated in opset ${opset}`;
      this.#report("op", `${this.#called(node)}: ${node.op} ${why}`);
    }
  }

  #schema(node: Node, schema: OpSchema): void {
    this.#arity(node, node.inputs, schema.inputs, "input");
    this.#arity(node, node.outputs, schema.outputs, "output");
    for (const [name, a] of node.attributes) {
      const formal = schema.attributes.get(name);
      if (formal === undefined)
        this.#report("attribute", `${this.#called(node)} has an attribute ${name}, which ${node.op} of opset ${schema.since} has not`);
      else if (!fits(a, formal))
        this.#report("attribute", `${this.#called(node)}: ${name} is of kind ${a.kind}, ${node.op} wants ${formal.kind}`);
    }
    for (const formal of schema.attributes.values()) {
      if (formal.required && !node.attributes.has(formal.name))
        this.#report("attribute", `${this.#called(node)} lacks the attribute ${formal.name}`);
    }
    const bound = new Map<string, Value>();
    this.#types(node, node.inputs, schema.inputs, bound);
    this.#types(node, node.outputs, schema.outputs, bound);
  }

  #arity(node: Node, values: readonly (Value | null)[], formals: readonly Formal[], what: string): void {
    const given = values.findLastIndex((v) => v !== null) + 1;
    const last = formals.at(-1);
    if (given > formals.length && last?.option !== "variadic") {
      this.#report("arity", `${this.#called(node)} has ${given} ${what}s, ${node.op} takes ${formals.length}`);
    }
    for (const [i, formal] of formals.entries()) {
      const omitted = what === "input" ? !values[i] : values[i] === undefined;
      if (formal.option === "single" && omitted) this.#report("arity", `${this.#called(node)} lacks the ${what} ${formal.name}`);
    }
  }

  /** Each type is allowed, and values of one type variable have one type. */
  #types(node: Node, values: readonly (Value | null)[], formals: readonly Formal[], bound: Map<string, Value>): void {
    for (const [i, v] of values.entries()) {
      const formal = formals[Math.min(i, formals.length - 1)];
      if (!v?.type || formal === undefined) continue;
      const { dtype } = v.type;
      if (!formal.allowed.has(dtype)) {
        this.#report("dtype", `${this.#called(node)} takes no ${dtype} as ${formal.name} (${this.#shown(v)})`);
        continue;
      }
      if (formal.option === "variadic" && heterogeneous.has(node.op)) continue;
      const other = bound.get(formal.type);
      if (other?.type && other.type.dtype !== dtype && !formal.type.startsWith("tensor")) {
        this.#report(
          "dtype",
          `${this.#called(node)}: ${this.#shown(v)} is ${dtype}, but ${this.#shown(other)} is ${other.type.dtype}; ${node.op} wants one type`,
        );
      }
      bound.set(formal.type, v);
    }
  }

  #shown(v: Value): string {
    if (v.name) return v.name;
    return v.producer === null ? "an unnamed value" : `an output of ${v.producer.op}`;
  }

  #called(node: Node): string {
    const origin = describeOrigin(this.#model, node.origin);
    const name = node.name || node.outputs.find((v) => v.name)?.name;
    return `${node.op || "node"}${name ? ` ${name}` : ""}${origin ? ` from ${origin}` : ""}`;
  }
}

/** Ops whose variadic operands may differ in type. */
const heterogeneous: ReadonlySet<string> = new Set(["If", "Loop", "Scan", "SequenceMap"]);

const kindsOf: { readonly [kind in AttributeKind]: Attribute["kind"] | null } = {
  int: "int",
  dtype: "int",
  float: "float",
  string: "string",
  ints: "ints",
  floats: "floats",
  strings: "strings",
  tensor: "tensor",
  graph: "graph",
  sparse_tensor: null,
  type_proto: null,
};
const fits = (a: Attribute, formal: AttributeSchema): boolean => a.kind === "ref" || kindsOf[formal.kind] === a.kind;
