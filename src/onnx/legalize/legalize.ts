/**
 * @file The last pass before spelling: what op schemas or a runtime's kernels do not take in a value's dtype is computed in a carrier type,
 * with casts around. PyTorch rounds once per op: casts cancel only between nodes that one ATen node became.
 */

import { type DType, dtypes, isFloat } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { hasLiterals } from "../../literal.ts";
import { castSource } from "../../weights/map.ts";
import type { TensorSource } from "../../weights/source.ts";
import { Gaps } from "../gaps.ts";
import { type Attribute, type Graph, type Model, Node, Value } from "../ir/graph.ts";
import { describeOrigin } from "../ir/origin.ts";
import { plainAttributes } from "../opset/attributes.ts";
import { OpBuilder } from "../opset/builder.ts";
import { expandRows } from "../opset/expand.ts";
import { elementsOf } from "../opset/literal.ts";
import { type Formal, newest, type OpSchema, schemaAt } from "../opset/schema.ts";
import { graphsIn, Rewriter } from "../passes/pass.ts";
import { sinkConstants } from "../passes/sink-constants.ts";
import type { Target } from "../target.ts";
import { carriersOf } from "./carriers.ts";
import { emptyTopK, floatProduct, padBeforeMaxPool, trainingDropout } from "./defects.ts";
import { float64Recurrence } from "./float64-recurrence.ts";
import { insteads } from "./instead.ts";
import { type Kernel, kernelsOf, takes } from "./kernels.ts";

/** A node that is valid ONNX, but that the target's runtime has no kernel for, and no exact carrier. */
export interface Gap {
  readonly op: string;
  readonly dtypes: readonly DType[];
  readonly origin: number;
}

/**
 * Mends dtypes in `model` for `target`. Returns the nodes that stay without a kernel (float64 is never narrowed in silence).
 * Throws `legalize/dtype`, naming all nodes whose dtypes ONNX's own schema does not take and nothing exact carries.
 */
export function legalize(model: Model, target: Target): Gap[] {
  const gaps: Gap[] = [];
  const refused = new Gaps();
  for (const root of [model.graph, ...model.functions.map((f) => f.graph)]) {
    for (const graph of graphsIn(root)) new Legalizer(model, graph, target, gaps, refused).run();
  }
  refused.refuse();
  sinkConstants(model);
  return gaps;
}

/** A line for each kind of gap: what, how often, where first. */
export function gapLines(model: Model, gaps: readonly Gap[]): string[] {
  const rows = new Map<string, { count: number; origin: number }>();
  for (const g of gaps) {
    const key = `${g.op} in ${[...new Set(g.dtypes)].join(", ")}`;
    rows.set(key, { count: (rows.get(key)?.count ?? 0) + 1, origin: rows.get(key)?.origin ?? g.origin });
  }
  return [...rows].map(([key, r]) =>
    `${key}  ${r.count} node${r.count === 1 ? "" : "s"}  first ${describeOrigin(model, r.origin)}`.trimEnd(),
  );
}

/** One error for all gaps, with what to do. */
export function gapError(model: Model, gaps: readonly Gap[]): OnnxExporterError {
  const lines = gapLines(model, gaps);
  return new OnnxExporterError(
    "legalize/no-kernel",
    `ONNX Runtime has no kernel for ${lines.length} op${lines.length === 1 ? "" : "s"}\n${lines.map((l) => `  ${l}`).join("\n")}`,
    'cast the model to float32, or export with target: "onnx" for a runtime that has them',
  );
}

type Types = Map<string, DType>;

class Legalizer {
  readonly #model: Model;
  readonly #graph: Graph;
  readonly #target: Target;
  readonly #gaps: Gap[];
  readonly #refused: Gaps;
  readonly #rewrite: Rewriter;
  readonly #op: OpBuilder;
  /** Casts made here: original value → carrier → cast value. */
  readonly #casts = new Map<Value, Map<DType, Value>>();
  /** What a value was before it was cast back, and the origin that computed it. */
  readonly #carried = new Map<Value, { readonly value: Value; readonly origin: number }>();

  constructor(model: Model, graph: Graph, target: Target, gaps: Gap[], refused: Gaps) {
    this.#model = model;
    this.#graph = graph;
    this.#target = target;
    this.#gaps = gaps;
    this.#refused = refused;
    this.#rewrite = new Rewriter(model, graph);
    this.#op = new OpBuilder(model, target, graph);
  }

  run(): void {
    for (const node of this.#graph.nodes()) this.#node(node);
    for (const v of this.#carried.keys()) this.#rewrite.removeIfDead(v.producer);
    for (const v of this.#graph.initializers) {
      if (v.useCount === 0 && (v.name === null || this.#casts.has(v)) && !this.#rewrite.isOutput(v)) this.#graph.initializers.delete(v);
    }
  }

  #node(node: Node): void {
    if (this.#target.runtime !== null) {
      this.#apart(node);
      if (node.op === "MatMul" && this.#becomeFloatProduct(node)) return;
      if (node.op === "Dropout" && this.#become(node, () => trainingDropout(this.#op, node))) return;
      if (recurrent.has(node.op) && this.#become(node, () => float64Recurrence(this.#op, node))) return;
      if (node.op === "TopK" && this.#become(node, () => emptyTopK(this.#op, node))) return;
    }
    const schema = schemaAt(node.op, this.#target.opset);
    if (node.domain !== "" || schema === null || node.op === "Cast" || node.graphs.length > 0) return;
    const kernels = this.#target.runtime === null ? [] : kernelsOf(node.op, schema.since);
    if (this.#target.runtime !== null && kernels.length === 0 && unknown.has(node.op)) {
      this.#expand(node);
      return;
    }
    const types = typesOf(node, schema);
    if (types === null || this.#fits(schema, kernels, types)) return;
    const mended = this.#mend(node.op, schema, kernels, types);
    if (mended !== null) {
      this.#carry(node, schema, types, mended);
      return;
    }
    if (this.#otherwise(node, types)) return;
    if (!allowed(schema, types)) this.#refused.add(this.#model, node.origin, this.#refusal(node, types), node.op);
    else this.#gaps.push({ op: node.op, dtypes: [...types.values()], origin: node.origin });
  }

  /** Keeps the runtime from merging what it merges wrongly. */
  #apart(node: Node): void {
    const pad = node.inputs[0]?.producer;
    if (node.op !== "MaxPool" || pad?.op !== "Pad") return;
    this.#op.before = node;
    this.#op.origin = pad.origin;
    const instead = padBeforeMaxPool(this.#op, pad);
    if (instead === null) return;
    node.setInput(0, instead);
    this.#rewrite.removeIfDead(pad);
  }

  /** Keeps the runtime from rounding what a product with a quantized weight reads. */
  #becomeFloatProduct(node: Node): boolean {
    const transposed = node.inputs[1]?.producer ?? null;
    if (!this.#become(node, () => floatProduct(this.#op, node))) return false;
    this.#rewrite.removeIfDead(transposed);
    return true;
  }

  /** Writes an op that the runtime does not know in ops that it does. */
  #expand(node: Node): void {
    const row = expandRows[node.op];
    if (!row) return;
    this.#become(node, () => {
      const result = row(this.#op, node.inputs, plainAttributes(node));
      return result instanceof Value ? result : (result[0] ?? null);
    });
  }

  /** Puts what `build` makes, itself mended, in the place of the outputs of `node`, in order; false where it makes nothing. */
  #become(node: Node, build: () => Value | readonly Value[] | null): boolean {
    this.#op.before = node;
    this.#op.origin = node.origin;
    const made: Node[] = [];
    this.#op.onInsert = (n) => made.push(n);
    const built = build();
    this.#op.onInsert = null;
    const values = built === null ? [] : [built].flat();
    const replaced = values.map((value, i) => {
      const y = node.outputs[i];
      return y instanceof Value && this.#rewrite.replace(y, value);
    });
    if (!replaced.includes(true)) return false;
    for (const n of made) this.#node(n);
    return true;
  }

  #fits(schema: OpSchema, kernels: readonly Kernel[], types: Types): boolean {
    if (!allowed(schema, types)) return false;
    if (kernels.length > 0) return takes(kernels, types);
    // Without a kernel the runtime inlines the function that the schema gives: its ops have none for bfloat16, and float64 where a row here helps.
    const inlined = this.#target.runtime !== null && isFunction(schema.op);
    return !(inlined && [...types.values()].some((d) => d === "bfloat16" || (d === "float64" && schema.op in insteads)));
  }

  /** The fewest variables in the best carriers that schema and kernels take. */
  #mend(op: string, schema: OpSchema, kernels: readonly Kernel[], types: Types): Types | null {
    let candidates: Types[] = [new Map()];
    for (const [variable, dtype] of types) {
      const choices = [dtype, ...carriersOf(op, dtype)];
      candidates = choices.flatMap((c) => candidates.map((t) => new Map(t).set(variable, c)));
    }
    const changes = (t: Types): number => [...t].filter(([v, d]) => types.get(v) !== d).length;
    candidates.sort((a, b) => changes(a) - changes(b));
    return candidates.find((t) => this.#fits(schema, kernels, t)) ?? null;
  }

  /** Computes `node` in other dtypes. Its outputs stay the same values, cast back. */
  #carry(node: Node, schema: OpSchema, types: Types, mended: Types): void {
    const carrier = (formal: Formal | undefined): DType | null => {
      const dtype = formal && mended.get(formal.type);
      return dtype !== undefined && dtype !== types.get(formal?.type ?? "") ? dtype : null;
    };
    const inputs = node.inputs.map((v, i) => {
      const dtype = carrier(formalAt(schema, "inputs", i));
      return v && dtype ? this.#cast(v, dtype, node) : v;
    });
    const outputs = node.outputs.map((v, i) => {
      const dtype = carrier(formalAt(schema, "outputs", i));
      return dtype && v.type ? new Value(null, { dtype, shape: v.type.shape }) : v;
    });
    const made = new Node(node.op, inputs, new Map(node.attributes), outputs, node.origin);
    made.name = node.name;
    for (const [key, value] of node.metadata) made.metadata.set(key, value);
    this.#graph.insert(made, node);
    for (const [i, v] of node.outputs.entries()) {
      const wide = outputs[i];
      if (wide === undefined || wide === v) continue;
      const to: Attribute = { kind: "int", value: dtypes[v.dtype].onnx };
      this.#graph.insert(new Node("Cast", [wide], new Map([["to", to]]), [v], node.origin), node);
      wide.data = v.data;
      // Integers wrap and bools become 0 or 1 in the cast back: only a float's rounding may wait for the end of its origin.
      if (isFloat(v.dtype) && node.origin >= 0) this.#carried.set(v, { value: wide, origin: node.origin });
    }
    this.#graph.supersede(node);
  }

  /** `v` in `dtype` before `node`: what it was computed in, if the same origin did; small constants are made anew, named ones so that they follow the weight. */
  #cast(v: Value, dtype: DType, node: Node): Value {
    const carried = this.#carried.get(v);
    if (carried && carried.origin === node.origin && carried.value.dtype === dtype) return carried.value;
    const known = this.#casts.get(v)?.get(dtype);
    if (known) return known;
    this.#op.before = node;
    this.#op.origin = node.origin;
    const { source } = v;
    const small = source?.materialized && source.nbytes <= 1024 && hasLiterals(source.dtype) && dtype !== "bool";
    const cast = small ? this.#inCarrier(v.name, source, dtype) : this.#op.cast(v, dtype);
    const casts = this.#casts.get(v) ?? new Map<DType, Value>();
    this.#casts.set(v, casts.set(dtype, cast));
    return cast;
  }

  #inCarrier(name: string | null, source: TensorSource, dtype: DType): Value {
    if (name === null) return this.#op.constant(dtype, source.shape, elementsOf(source));
    return this.#op.initializer(`${name}.${dtypes[dtype].suffix}`, castSource(source, dtype));
  }

  /** Other ops that say the same, if there are any. */
  #otherwise(node: Node, types: Types): boolean {
    const [x] = node.inputs;
    const instead = insteads[node.op];
    if (!instead || !x || node.outputs.length !== 1) return false;
    if ([...types.values()].every((d) => d !== "float64" && d !== "int64" && d !== "uint32")) return false;
    return this.#become(node, () => instead(this.#op, node, x));
  }

  #refusal(node: Node, types: Types): OnnxExporterError {
    const schema = newest(node.op);
    const newer = schema !== null && allowed(schema, types) ? `, or export with opset_version: ${schema.since}` : "";
    return new OnnxExporterError(
      "legalize/dtype",
      `ONNX op ${node.op} in opset ${this.#target.opset} takes no ${[...new Set(types.values())].join(", ")}`,
      `cast the operands to a dtype that it takes${newer}`,
    );
  }
}

/** The formal of operand `i` of a newest form, as an older schema has it; undefined for what only the newer form has. */
function formalAt(schema: OpSchema, side: "inputs" | "outputs", i: number): Formal | undefined {
  const own = newest(schema.op)?.[side];
  const formal = own?.[Math.min(i, own.length - 1)];
  const at = schema[side][Math.min(i, schema[side].length - 1)];
  return at?.name === formal?.name ? at : (schema[side].find((f) => f.name === formal?.name) ?? (i < schema[side].length ? at : undefined));
}

/** The dtype of each type variable; null where one is not known, or where operands disagree. */
function typesOf(node: Node, schema: OpSchema): Types | null {
  const types: Types = new Map();
  for (const side of ["inputs", "outputs"] as const) {
    for (const [i, v] of node[side].entries()) {
      const formal = formalAt(schema, side, i);
      if (v === null || formal === undefined) continue;
      if (v.type === null) return null;
      const known = types.get(formal.type);
      if (known !== undefined && known !== v.dtype) return null;
      types.set(formal.type, v.dtype);
    }
  }
  return types;
}

/** Ops whose newer versions ONNX Runtime has neither a kernel nor, as of 1.30, the function body for. */
const unknown = new Set([
  "Swish",
  "CumProd",
  "RandomUniform",
  "RandomUniformLike",
  "RandomNormal",
  "RandomNormalLike",
  "Multinomial",
  "RoiAlign",
]);

const recurrent = new Set(["LSTM", "GRU", "RNN"]);

/** Ops without kernels that move elements or are handled by the runtime's loader. */
const loaded = new Set(["Constant", "CastLike", "CenterCropPad", "Optional", "SequenceMap", "BitCast"]);
const isFunction = (op: string): boolean => !loaded.has(op);

/** Whether the schema's formals take these dtypes. */
function allowed(schema: OpSchema, types: Types): boolean {
  return [...schema.inputs, ...schema.outputs].every((f) => {
    const dtype = types.get(f.type);
    return dtype === undefined || f.allowed.has(dtype);
  });
}
