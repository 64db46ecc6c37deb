/** @file A node all of whose inputs are small constants becomes constants. Bounded: what is folded may not swell the file. */

import { cast } from "../../core/ops/elementwise.ts";
import { Generator } from "../../core/ops/generator.ts";
import { contiguous } from "../../core/ops/layout.ts";
import { isStrided, numel, type Strided, scoped } from "../../core/strided.ts";
import { byteLength, dtypes } from "../../dtype.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { isStatic } from "../../symbolic.ts";
import { bytesOf, loadStrided } from "../../weights/basic.ts";
import type { TensorSource } from "../../weights/source.ts";
import { evaluatorOf } from "../evaluate/index.ts";
import { isRandom } from "../evaluate/random.ts";
import { Call, compute, type Surroundings } from "../evaluate/table.ts";
import type { Computed } from "../evaluate/value.ts";
import type { Model, Node, Value } from "../ir/graph.ts";
import { memorySource } from "../opset/literal.ts";
import { newestOpset } from "../opset/schemas.gen.ts";
import { type Pass, pass, type Rewriter } from "./pass.ts";

/** What one run of folding may read and write. */
export interface FoldLimits {
  /** Elements of an input: no larger one is read. */
  readonly input_size_limit: number;
  /** Elements of a result: no larger one is stored. */
  readonly output_size_limit: number;
  /** Elements of a result that only repeats its input (Expand, Tile, …). */
  readonly repeated_size_limit: number;
  /** Bytes by which a model may grow, however often the pass runs on it. */
  readonly growth_limit: number;
}

/** Inputs and results as torch.onnx's optimizer limits them. */
export const defaultLimits: FoldLimits = {
  input_size_limit: 8192,
  output_size_limit: 262_144,
  repeated_size_limit: 1024,
  growth_limit: 8 << 20,
};

const repeating = new Set(["Expand", "ConstantOfShape", "Tile", "Range"]);

/** Runtimes look for these around other ops and compute the whole in integers; and weights are stored as what goes into them. */
const quantizing = new Set(["QuantizeLinear", "DequantizeLinear"]);

/** Elements up to which a tensor of a narrow dtype is a parameter, such as a scale, and not a weight. */
const parameterSize = 256;

/** Whether `y` is a weight, stored in few bits on purpose, in a wider dtype: 8-bit integers, halves and float8 stay as the program has them. */
const widensWeight = ({ source }: Value, y: Value | undefined): boolean =>
  source !== null &&
  y !== undefined &&
  source.dtype !== "bool" &&
  dtypes[source.dtype].size <= 2 &&
  dtypes[y.dtype].size > dtypes[source.dtype].size &&
  numel(source.shape) > parameterSize;

/** Where a folded value keeps what it was computed by. */
const provenance = "folded_from";
/** Nodes that a folded value names. */
const namedOrigins = 8;

/** Whether a refusal is the runtime's to make: an operand that has no result (a division by zero), or a type that the core cannot compute. */
const isRefusal = (error: unknown): boolean =>
  error instanceof OnnxExporterError &&
  /^(core|eval|dtype)\//.test(error.code) &&
  error.code !== "core/trap" &&
  error.code !== "core/memory";

const surroundingsOf = (model: Model, node: Node): Surroundings => ({
  opset: model.opset_import.get(node.domain) ?? newestOpset,
  attributes: null,
  generator: new Generator(0),
  run: () => internal(`${node.op} has no bodies, but ran one`),
  iterate: () => internal(`${node.op} has no bodies, but looped`),
  keep: (value) => value,
});

class Folding {
  readonly #rewrite: Rewriter;
  readonly #limits: FoldLimits;
  readonly #overridable: ReadonlySet<Value>;
  /** Bytes by which folding may still grow the model. */
  room: number;

  constructor(rewrite: Rewriter, limits: FoldLimits, room: number) {
    this.#rewrite = rewrite;
    this.#limits = limits;
    this.room = room;
    this.#overridable = new Set(rewrite.model.graph.inputs);
  }

  /** Whether `node` became constants. */
  fold(node: Node): boolean {
    if (!this.#mayFold(node)) return false;
    const sizes = node.outputs.map((v) => (this.#isRead(v) ? this.#sizeOf(node, v) : 0));
    if (sizes.some((n) => n === null)) return false;
    const growth = this.#growth(node, sizes as number[]);
    if (growth > this.room) return false;
    const sources = this.#evaluate(node);
    if (sources === null) return false;
    this.room -= growth;
    let changed = false;
    node.outputs.forEach((y, i) => {
      const source = sources[i];
      if (!this.#isRead(y) || source == null) return;
      const folded = this.#constant(node, y, source);
      folded.metadata.set(provenance, originsOf(node));
      if (this.#rewrite.replace(y, folded)) changed = true;
    });
    return changed;
  }

  #isRead(v: Value): boolean {
    return v.useCount > 0 || this.#rewrite.isOutput(v);
  }

  /** What stands for `y`: an output of the graph needs a node that makes it. */
  #constant(node: Node, y: Value, value: TensorSource): Value {
    const op = this.#rewrite.at(node);
    return this.#rewrite.isOutput(y) ? (op.node("Constant", [], { value }, 1)[0] as Value) : op.initializer(null, value);
  }

  #mayFold(node: Node): boolean {
    if (node.op === "Cast" && node.domain === "" && node.inputs[0] && widensWeight(node.inputs[0], node.outputs[0])) return false;
    if (node.inputs.length === 0 || node.graphs.length > 0) return false;
    if (node.domain === "" && (isRandom(node.op) || quantizing.has(node.op))) return false;
    if (!node.outputs.some((v) => this.#isRead(v)) || evaluatorOf(node) === undefined) return false;
    if (node.op === "Identity" && node.inputs[0]?.name != null) return false; // an output that is a weight
    return node.inputs.every((v) => v === null || this.#isReadable(v));
  }

  #isReadable(v: Value): boolean {
    return (
      v.source?.materialized === true &&
      v.producer === null &&
      numel(v.source.shape) <= this.#limits.input_size_limit &&
      !this.#overridable.has(v)
    );
  }

  /** Elements of an output; null where they are not known or more than may be stored. */
  #sizeOf(node: Node, v: Value): number | null {
    const shape = v.type?.shape;
    if (!shape?.every(isStatic)) return null;
    const size = numel(shape as readonly number[]);
    const { output_size_limit, repeated_size_limit } = this.#limits;
    return size <= (repeating.has(node.op) ? Math.min(repeated_size_limit, output_size_limit) : output_size_limit) ? size : null;
  }

  /** Bytes that folding stores more than it frees. */
  #growth(node: Node, sizes: readonly number[]): number {
    const added = node.outputs.reduce((n, v, i) => n + (v.type === null ? 0 : byteLength(v.dtype, sizes[i] as number)), 0);
    const freed = node.inputs.reduce((n, v) => n + (v?.source && v.useCount === 1 ? v.source.nbytes : 0), 0);
    return Math.max(added - freed, 0);
  }

  /** The tensors of the outputs; null where they cannot be computed, or are not what inference says. */
  #evaluate(node: Node): (TensorSource | null)[] | null {
    const evaluator = evaluatorOf(node) ?? internal(`${node.op} has no evaluator`);
    try {
      return scoped(
        () => {
          const operands = node.inputs.map((v) => (v?.source ? loadStrided(v.source) : null));
          const results = compute(evaluator, new Call(node, operands, surroundingsOf(this.#rewrite.model, node)));
          const tensors = node.outputs.map((v, i) => (this.#isRead(v) ? constantOf(results[i], v) : null));
          return tensors.some((t, i) => t === null && this.#isRead(node.outputs[i] as Value)) ? null : tensors;
        },
        () => [],
      );
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}

/** `value` as `v`'s type has it; null where it is no tensor of that shape. */
function constantOf(value: Computed | null | undefined, v: Value): TensorSource | null {
  if (value == null || !isStrided(value) || v.type === null) return null;
  const typed: Strided = value.dtype === v.dtype ? value : cast(value, v.dtype);
  if (typed.shape.length !== v.rank || typed.shape.some((d, i) => d !== v.shape[i])) return null;
  return memorySource(typed.dtype, typed.shape, bytesOf(contiguous(typed)));
}

/** The nodes that a folded value comes from: this one, and those that its constants came from. */
function originsOf(node: Node): string {
  const name = node.name ?? node.outputs[0]?.name;
  const names = [name ? `${node.op} ${name}` : node.op];
  for (const v of node.inputs) names.push(...(v?.metadata.get(provenance)?.split(", ") ?? []));
  const distinct = [...new Set(names.filter((n) => n !== "…"))];
  return distinct.length > namedOrigins ? `${distinct.slice(0, namedOrigins).join(", ")}, …` : distinct.join(", ");
}

/** The pass within `limits`. */
export function foldConstantsWithin(limits: FoldLimits): Pass {
  const rooms = new WeakMap<Model, number>();
  return pass("fold-constants", (graph, rewrite) => {
    const folding = new Folding(rewrite, limits, rooms.get(rewrite.model) ?? limits.growth_limit);
    let changes = 0;
    for (const node of graph.nodes()) if (folding.fold(node)) changes++;
    rooms.set(rewrite.model, folding.room);
    return changes;
  });
}

export const foldConstants = foldConstantsWithin(defaultLimits);
