/** @file The ONNX checker's rules (onnx/checker.cc) on the IR, before a file is written. */

import { numel } from "../core/strided.ts";
import { dtypes } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { isStatic } from "../symbolic.ts";
import { schemaProblems } from "./check-schema.ts";
import { typeProblem } from "./check-type.ts";
import type { FunctionBody, Graph, Model, Node, SparseTensor, Value } from "./ir/graph.ts";
import { describeOrigin } from "./ir/origin.ts";
import { functionId, recursionIn } from "./ir/recursion.ts";
import { orderProblem, sparseOf } from "./ir/sparse.ts";
import { isOnnxDomain, schemaIn, versionsIn } from "./opset/domains.ts";
import { newestOpset } from "./opset/schemas.gen.ts";

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
/** The newest version of a domain that a file can name: a 32-bit integer. */
const newestVersion = 0x7fff_ffff;

/** Ops of early ONNX that it does not hold to anything any more. */
const experimental: ReadonlySet<string> = new Set(
  "ATen Affine ConstantFill Crop DynamicSlice GRUUnit GivenTensorFill ImageScaler ParametricSoftplus Scale ScaledTanh".split(" "),
);

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
  /** Names that are taken so far; files may not use one again in a body. */
  readonly names: Set<string>;
}

function isTaken(name: string, scope: Scope | null): boolean {
  return scope !== null && (scope.names.has(name) || isTaken(name, scope.outer));
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
    for (const f of model.functions) this.#functions.add(functionId(f.domain, f.name, f.overload));
  }

  model(): void {
    const { graph, functions, opset_import } = this.#model;
    if (!this.#held) this.#versions();
    this.#interface(graph);
    this.#graph(graph, null, "the graph");
    const cycle = recursionIn(functions);
    if (cycle !== null) this.#report("function", `functions call themselves: ${cycle.join(" → ")}`);
    const seen = new Set<string>();
    for (const f of functions) {
      const id = functionId(f.domain, f.name, f.overload);
      if (seen.has(id)) this.#report("function", `function ${id} is there twice`);
      seen.add(id);
      this.#imports = f.opset_import ?? opset_import;
      this.#attributes = new Set([...f.attributes, ...(f.defaults?.keys() ?? [])]);
      this.#function(f, id);
      this.#graph(f.graph, null, `function ${id}`);
    }
  }

  #function(f: FunctionBody, id: string): void {
    const report = (message: string): void => this.#report("function", `function ${id} ${message}`);
    if (f.domain === "" || f.name === "") report("needs a domain and a name");
    if (!this.#held && this.#model.ir_version < 8) report(`needs IR version 8, the model has ${this.#model.ir_version}`);
    if (f.graph.initializers.size > 0) report("has initializers, which functions cannot have");
    const lists: { readonly [what: string]: readonly (string | Value)[] } = {
      attribute: f.attributes,
      input: f.graph.inputs,
      output: f.graph.outputs,
    };
    for (const [what, list] of Object.entries(lists)) if (new Set(list).size !== list.length) report(`has an ${what} twice`);
    if (!this.#held) for (const node of f.graph.nodes()) this.#compatible(node, id);
  }

  /** An op of a function means what it does in the model, where both import its domain. */
  #compatible(node: Node, id: string): void {
    const [here, there] = [this.#imports.get(node.domain), this.#model.opset_import.get(node.domain)];
    if (here === undefined || there === undefined || here === there) return;
    if (schemaIn(node.domain, node.op, here)?.since === schemaIn(node.domain, node.op, there)?.since) return;
    const domain = node.domain || "ai.onnx";
    this.#report("function", `function ${id} imports ${domain} ${here}, the model ${there}, and ${node.op} is not the same in both`);
  }

  #report(rule: Rule, message: string): void {
    this.problems.push({ rule, message });
  }

  #versions(): void {
    const { ir_version, opset_import } = this.#model;
    if (ir_version < 1 || ir_version > newestIr) this.#report("ir-version", `IR version ${ir_version} is not from 1 to ${newestIr}`);
    if (opset_import.size === 0) this.#report("opset", "no opset is imported");
    if (ir_version < 3 && !(opset_import.size === 1 && opset_import.get("") === 1))
      this.#report("opset", `IR version ${ir_version} knows ops of opset 1 only`);
    for (const [domain, version] of opset_import) {
      if (!(Number.isInteger(version) && version > 0 && version <= newestVersion))
        this.#report("opset", `the domain ${JSON.stringify(domain)} is imported with version ${version}`);
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
        const problem = kind === "initializer" || this.#held ? null : typeProblem(v);
        if (problem !== null) this.#report("type", `${kind} ${v.name} ${problem}`);
      }
    }
    for (const [i, v] of graph.inputs.entries())
      if (graph.inputs.indexOf(v) !== i) this.#report("duplicate", `input ${v.name} is there twice`);
  }

  #graph(graph: Graph, outer: Scope | null, where: string): void {
    const values = new Set([...graph.inputs, ...graph.initializers]);
    const scope: Scope = { outer, values, names: new Set(Array.from(values, (v) => v.name ?? "")) };
    if (!this.#held && graph.name === "" && !where.startsWith("function")) this.#report("name", `${where} has no name`);
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
        if (!this.#held && v.name && isTaken(v.name, scope))
          this.#report(
            "duplicate",
            `${this.#called(node)} in ${where} makes ${v.name}, which is the name of another value there or around it`,
          );
        this.#made.add(v);
        scope.values.add(v);
        if (v.name) scope.names.add(v.name);
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
    const sparse = sparseOf(v.source);
    if (sparse !== undefined) this.#sparse(sparse, name);
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
      if (a.kind === "sparse_tensor") this.#sparse(a.value, `${this.#called(node)}: ${name}`);
    }
    const { domain, op } = node;
    const isFunction = this.#functions.has(functionId(domain, op, node.overload));
    const version = this.#held && domain === "" ? newestOpset : this.#imports.get(domain);
    if (version === undefined) {
      const isMissing = domain === "" ? !isFunction : !this.#held;
      if (isMissing) this.#report("domain", `${this.#called(node)}: the domain ${domain || "ai.onnx"} is not imported`);
    } else if (!isFunction && isOnnxDomain(domain) && !(domain === "" && experimental.has(op))) this.#schema(node, version);
  }

  #schema(node: Node, version: number): void {
    const schema = schemaIn(node.domain, node.op, version);
    if (schema !== undefined && !schema.deprecated) {
      for (const { rule, message } of schemaProblems(node, schema, (v) => this.#shown(v))) this.#report(rule, this.#called(node) + message);
      return;
    }
    const [first] = versionsIn(node.domain, node.op);
    const opset = node.domain === "" ? `opset ${version}` : `${node.domain} ${version}`;
    const came = first && (node.domain === "" ? `opset ${first.since}, not ${version}` : `${node.domain} ${first.since}, not ${version}`);
    const why = schema !== undefined ? `is deprecated in ${opset}` : first === undefined ? "is no ONNX op" : `came with ${came}`;
    this.#report("op", `${this.#called(node)}: ${node.op} ${why}`);
  }

  #sparse(sparse: SparseTensor, what: string): void {
    const problem = orderProblem(sparse);
    if (problem !== null) this.#report("initializer", `${what} ${problem}`);
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
