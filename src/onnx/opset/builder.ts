/** @file `op.Relu(x)`: makes ONNX nodes, each typed by inference at once. */

import { type DType, dtypes } from "../../dtype.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { encode, isLiteral, type Literal } from "../../literal.ts";
import { equal, isStatic, type Shape, SymInt, show } from "../../symbolic.ts";
import type { TensorSource } from "../../weights/source.ts";
import { inferNode } from "../infer.ts";
import { integersOf } from "../infer-constant.ts";
import { Graph, type Model, Node, Value, type ValueType } from "../ir/graph.ts";
import { describeOrigin } from "../ir/origin.ts";
import type { Target } from "../target.ts";
import { type Attributes, attributesOf, isAttributes } from "./attributes.ts";
import { sealed, token } from "./checks.ts";
import { DimBuilder } from "./dims.ts";
import { expandRows } from "./expand.ts";
import { memorySource, type Operand } from "./literal.ts";
import type { Ops } from "./ops.gen.ts";
import { reshapeOperand } from "./reshape.ts";
import { type Formal, newest, type OpSchema, opNames, schemaAt, versionsOf } from "./schema.ts";

/** Literal operands whose type variable stands alone, but whose dtype should be that of another operand: op → input → input. */
const literalLike: { readonly [op: string]: { readonly [input: number]: number } } = { Pow: { 1: 0 } };

class Builder {
  readonly model: Model;
  readonly target: Target;
  readonly graph: Graph;
  /** Row of `model.origins` that every new node gets; -1: none. */
  origin = -1;
  /** New nodes are inserted before this one; null: appended. */
  before: Node | null = null;
  /** Tokens of the conditions that this graph keeps to at run time; null where none are kept. */
  checks: Value[] | null = null;
  /** In the body of a function: an input for a size that nothing in the body says; null where there is none to be had. */
  sizeInput: ((size: SymInt) => Value) | null = null;
  /** Told of every node that is made in this graph. */
  onInsert: ((node: Node) => void) | null = null;
  readonly #constants: Map<string, Value>;
  readonly #dims: DimBuilder;

  /** A builder that appends to `graph`: the model's main graph, or a body inside `outer`'s graph, whose sizes it can read unless `apart`. */
  constructor(model: Model, target: Target, graph: Graph = model.graph, outer: Builder | null = null, apart = false) {
    this.model = model;
    this.target = target;
    this.graph = graph;
    this.origin = outer?.origin ?? -1;
    this.#constants = outer === null ? knownConstants(model.graph) : outer.#constants;
    this.checks = outer === null || outer.checks === null ? null : [];
    this.#dims = new DimBuilder(this as Builder as OpBuilder, outer === null || apart ? null : outer.#dims);
  }

  /** Whether the target has `op` itself; what it lacks is expanded into others. */
  has(op: string): boolean {
    return schemaAt(op, this.target.opset) !== null;
  }

  /** A 0-d constant. */
  scalar(value: Literal, dtype: DType): Value {
    return this.constant(dtype, [], [value]);
  }

  /** A constant of `data`, row-major; equal constants of a model are one value. Throws `dtype/literal` where `dtype` cannot hold the data. */
  constant(dtype: DType, shape: readonly number[], data: ArrayLike<Literal>): Value {
    const bytes = encode(dtype, data);
    const source = memorySource(dtype, shape, bytes);
    const known = source.key === null ? undefined : this.#constants.get(source.key);
    if (known && this.model.graph.initializers.has(known)) return known;
    const value = this.initializer(null, source);
    if (source.key !== null) this.#constants.set(source.key, value);
    return value;
  }

  /** A tensor of the model: its name is kept in the file, its bytes are read when needed. */
  initializer(name: string | null, source: TensorSource): Value {
    const value = new Value(name, { dtype: source.dtype, shape: source.shape });
    value.source = source;
    if (isIndexData(source)) value.data = integersOf(source).map(Number);
    this.model.graph.initializers.add(value);
    return value;
  }

  /** The size `d` as an int64 scalar, from a value that holds it, the shape of one that has it, or computed from these. */
  dim(d: number | SymInt): Value {
    return typeof d === "number" ? this.scalar(d, "int64") : this.#dims.scalar(d);
  }

  /** Sizes as an int64 vector. */
  dims(shape: Shape): Value {
    return shape.every(isStatic) ? this.constant("int64", [shape.length], shape as readonly number[]) : this.#dims.vector(shape);
  }

  /** `x` in `dtype`; `x` itself if it is. Truncates and wraps as PyTorch does (never saturates float8). */
  cast(x: Value, dtype: DType): Value {
    if (x.dtype === dtype) return x;
    const saturate = dtype.startsWith("float8") ? { saturate: 0 } : {};
    return this.node("Cast", [x], { to: dtype, ...saturate }, 1)[0] as Value;
  }

  /** `x` as `shape` (same count of elements), by the shortest Reshape: a constant with 0 and -1 where that says it; `x` if the shapes are equal. */
  reshape(x: Value, shape: Shape): Value {
    if (x.rank === shape.length && x.shape.every((d, i) => equal(d, shape[i] as number))) return x;
    const { sizes, allowzero } = reshapeOperand(x.shape, shape);
    const [y] = this.node("Reshape", [x, this.dims(sizes)], allowzero ? { allowzero } : {}, 1) as [Value];
    this.retype(y, shape);
    return y;
  }

  /** States that `x` has `shape`, where inference could not tell; later dims find the symbols there. */
  retype(x: Value, shape: Shape): void {
    x.type = { dtype: x.dtype, shape };
    this.#dims.note(x);
  }

  /** `count` outputs of `op`: for ops with variadic or optional ones. An optional output that is not wanted stays unused. */
  outputs(count: number, op: string, inputs: readonly (Operand | null)[], attributes: Attributes = {}): Value[] {
    const schema = newest(op) ?? internal(`ONNX has no op ${op}`);
    return this.node(op, this.#operands(schema, inputs), attributes, count);
  }

  /** Nodes of a body graph (a branch of If, the body of Loop or Scan): it may read any value of this graph made before. */
  subgraph(name: string, inputs: readonly ValueType[], body: (op: OpBuilder, inputs: Value[]) => readonly Value[]): Graph {
    const graph = new Graph(name);
    for (const type of inputs) graph.inputs.push(new Value(null, type));
    fill(new Builder(this.model, this.target, graph, this) as OpBuilder, body);
    return graph;
  }

  /**
   * Nodes of a function, which reads its inputs alone. Sizes that nothing in it says are inputs behind those given: `sizes`, for callers to pass.
   */
  functionBody(name: string, inputs: readonly Value[], body: (op: OpBuilder) => readonly Value[]): { graph: Graph; sizes: SymInt[] } {
    const graph = new Graph(name);
    graph.inputs.push(...inputs);
    const sizes: SymInt[] = [];
    const inner = new Builder(this.model, this.target, graph, this, true) as OpBuilder;
    inner.sizeInput = (size) => {
      const input = new Value(show(size), { dtype: "int64", shape: [] });
      input.data = [size];
      graph.inputs.push(input);
      sizes.push(size);
      return input;
    };
    fill(inner, body);
    return { graph, sizes };
  }

  /** A node of another domain, or a call of a function of the model. Its outputs have the types given. The model imports the domain. */
  custom(domain: string, op: string, inputs: readonly (Value | null)[], attributes: Attributes, outputs: readonly ValueType[]): Value[] {
    const values = outputs.map((type) => new Value(null, type));
    const { opset_import } = this.model;
    if (domain !== "" && !opset_import.has(domain)) opset_import.set(domain, 1);
    this.#place(new Node(op, inputs, attributesOf(op, null, attributes), values, this.origin, domain));
    if (this.before === null) for (const v of values) this.#dims.note(v);
    return values;
  }

  /** Where runtime checks are kept, a run in which `condition` does not hold fails, and the failing node's name has `text`. */
  check(condition: Value | boolean, text: string): void {
    if (this.checks === null || condition === true) return;
    if (condition === false) this.refuse(`this never holds: ${text}`, "export without runtime_checks, or correct the program");
    this.checks.push(token(this as Builder as OpBuilder, condition, text));
  }

  /** The outputs of this graph, one of which cannot be computed where a check fails. */
  sealed(outputs: readonly Value[]): Value[] {
    return sealed(this as Builder as OpBuilder, outputs, this.checks ?? []);
  }

  /** Throws `lower/unsupported-case`: names the node, its module and source line. */
  refuse(message: string, hint?: string): never {
    const where = describeOrigin(this.model, this.origin);
    throw new OnnxExporterError("lower/unsupported-case", where ? `${where}: ${message}` : message, hint);
  }

  /** A node from resolved inputs; expanded where the target lacks the op. */
  node(op: string, inputs: readonly (Value | null)[], attributes: Attributes, count: number): Value[] {
    const schema = newest(op) ?? internal(`ONNX has no op ${op}`);
    if (!this.has(op)) return this.#expand(schema, inputs, attributes, count);
    const last = inputs.findLastIndex((v) => v !== null);
    const values = Array.from({ length: count }, () => new Value(null, null));
    return this.insert(new Node(op, inputs.slice(0, last + 1), attributesOf(op, schema, attributes), values, this.origin));
  }

  /** Puts a made node in its place and infers its outputs. */
  insert(node: Node): Value[] {
    this.#place(node);
    inferNode(node, this.model.env);
    // Values made at a cursor need not come before a later cursor: only appended ones are found again.
    if (this.before === null) for (const v of node.outputs) this.#dims.note(v);
    return [...node.outputs];
  }

  #place(node: Node): void {
    this.graph.insert(node, this.before);
    this.onInsert?.(node);
  }

  #expand(schema: OpSchema, inputs: readonly (Value | null)[], attributes: Attributes, count: number): Value[] {
    const row = expandRows[schema.op];
    if (!row) {
      const since = versionsOf(schema.op).find((v) => !v.deprecated)?.since;
      this.refuse(
        `ONNX op ${schema.op} needs opset ${since}, the target is opset ${this.target.opset}`,
        `export with opset_version: ${since}, or rewrite this call`,
      );
    }
    const result = row(this as Builder as OpBuilder, inputs, attributes);
    const values = result instanceof Value ? [result] : [...result];
    if (values.length < count)
      this.refuse(`${schema.op} for opset ${this.target.opset} gives ${values.length} outputs, ${count} are wanted`);
    return values.slice(0, count);
  }

  /** Operands as values: literals become constants of the dtype that the schema's type variables ask for. */
  #operands(schema: OpSchema, given: readonly (Operand | null)[]): (Value | null)[] {
    const values = given.map((x) => (x instanceof Value ? x : null));
    return given.map((x, i) => {
      if (x === null || x instanceof Value) return x;
      return this.#literal(x, this.#literalDType(schema, i, values, x));
    });
  }

  #literal(x: Exclude<Operand, Value>, dtype: DType): Value {
    if (isLiteral(x)) return this.scalar(x, dtype);
    if (x instanceof SymInt) return this.cast(this.dim(x), dtype);
    if (x.every(isLiteral)) return this.constant(dtype, [x.length], x);
    if (x.every((e) => typeof e === "number" || e instanceof SymInt)) return this.cast(this.dims(x), dtype);
    const parts = x.map((e) => {
      if (isLiteral(e)) return this.constant(dtype, [1], [e]);
      if (e instanceof SymInt) return this.cast(this.dims([e]), dtype);
      return this.cast(e.rank === 0 ? this.reshape(e, [1]) : e, dtype);
    });
    return parts.length === 1 ? (parts[0] as Value) : (this.node("Concat", parts, { axis: 0 }, 1)[0] as Value);
  }

  #literalDType(schema: OpSchema, index: number, values: readonly (Value | null)[], literal: Exclude<Operand, Value>): DType {
    const formal = formalOf(schema, index);
    const like = literalLike[schema.op]?.[index];
    if (like !== undefined && values[like]) return values[like].dtype;
    const twin = values.find((v, i) => v !== null && formalOf(schema, i).type === formal.type);
    if (twin) return twin.dtype;
    const sample = Array.isArray(literal) ? (literal[0] as Literal | SymInt | Value | undefined) : (literal as Literal | SymInt);
    const own = sample instanceof Value ? sample.dtype : naturalDType(sample);
    const wanted = [own, "int64", "float32", "bool"].find((d) => formal.allowed.has(d)) ?? [...formal.allowed][0];
    if (wanted !== undefined && wanted in dtypes) return wanted as DType;
    return internal(`${schema.op} takes no literal as ${formal.name}`);
  }

  /** For the generated methods: splits operands from attributes and finds how many outputs there are. */
  invoke(op: string, args: readonly unknown[]): Value | Value[] {
    const schema = newest(op) ?? internal(`ONNX has no op ${op}`);
    const attributes = isAttributes(args.at(-1)) ? (args.at(-1) as Attributes) : {};
    let operands = (isAttributes(args.at(-1)) ? args.slice(0, -1) : args) as readonly (Operand | null)[];
    const variadic = schema.inputs.findIndex((f) => f.option === "variadic");
    if (variadic >= 0 && operands.length === variadic + 1 && Array.isArray(operands[variadic])) {
      operands = [...operands.slice(0, variadic), ...(operands[variadic] as Operand[])];
    }
    if (operands.length > schema.inputs.length && variadic < 0)
      internal(`${op} takes ${schema.inputs.length} inputs, got ${operands.length}`);
    const inputs = this.#operands(schema, operands);
    if (schema.outputs.some((f) => f.option === "variadic")) return this.node(op, inputs, attributes, outputCount(op, inputs, attributes));
    const outputs = this.node(op, inputs, attributes, Math.max(schema.mandatoryOutputs, 1));
    return outputs.length === 1 ? (outputs[0] as Value) : outputs;
  }
}

function formalOf(schema: OpSchema, index: number): Formal {
  return schema.inputs[Math.min(index, schema.inputs.length - 1)] ?? internal(`${schema.op} has no inputs`);
}

function naturalDType(x: Literal | SymInt | undefined): DType {
  if (typeof x === "boolean") return "bool";
  return typeof x === "number" && !Number.isInteger(x) ? "float32" : "int64";
}

function outputCount(op: string, inputs: readonly (Value | null)[], attributes: Attributes): number {
  const graph = attributes.then_branch ?? attributes.body;
  if (op === "If" && graph instanceof Graph) return graph.outputs.length;
  if (op === "Loop" && graph instanceof Graph) return graph.outputs.length - 1;
  if (op === "Scan" && graph instanceof Graph) return graph.outputs.length;
  if (op === "Split") {
    if (typeof attributes.num_outputs === "number") return attributes.num_outputs;
    const sizes = inputs[1]?.shape[0];
    if (typeof sizes === "number") return sizes;
  }
  return internal(`how many outputs ${op} has is not known: use op.outputs(count, "${op}", …)`);
}

const isIndexData = (s: TensorSource): boolean =>
  (s.dtype === "int64" || s.dtype === "int32" || s.dtype === "bool") && s.shape.length <= 1 && s.nbytes <= 512 && s.materialized;

function knownConstants(graph: Graph): Map<string, Value> {
  const known = new Map<string, Value>();
  for (const v of graph.initializers) if (v.name === null && v.source?.key) known.set(v.source.key, v);
  return known;
}

/** Makes nodes: one method per ONNX op (`ops.gen.ts`), and the members of the class. */
export type OpBuilder = Builder & Ops;

for (const name of opNames()) {
  Object.defineProperty(Builder.prototype, name, {
    value(this: Builder, ...args: unknown[]) {
      return this.invoke(name, args);
    },
  });
}

/** A builder that appends to the main graph of `model`, or to `graph`, whose nodes may read what `outer` made. */
export const OpBuilder = Builder as new (model: Model, target: Target, graph?: Graph, outer?: OpBuilder | null) => OpBuilder;

/** Makes what `body` gives the outputs of the graph of `inner`. */
function fill(inner: OpBuilder, body: (op: OpBuilder, inputs: Value[]) => readonly Value[]): void {
  const { graph } = inner;
  for (const result of inner.sealed(body(inner, [...graph.inputs]))) {
    // An output is made in its body: never an input, an outer value, or one value twice.
    const own = result.producer?.graph === graph && !graph.outputs.includes(result);
    graph.outputs.push(own ? result : inner.Identity(result));
  }
}
