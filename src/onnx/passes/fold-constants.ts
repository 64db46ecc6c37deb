/** @file A node all of whose inputs are small constants becomes a constant. Bounded: what is folded may not swell the file. */

import { cast } from "../../core/ops/elementwise.ts";
import { contiguous } from "../../core/ops/layout.ts";
import { Generator } from "../../core/ops/random.ts";
import { isStrided, numel, type Strided } from "../../core/strided.ts";
import { byteLength } from "../../dtype.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { isStatic } from "../../symbolic.ts";
import { bytesOf, loadStrided } from "../../weights/basic.ts";
import { evaluatorOf } from "../evaluate/index.ts";
import { Call, type Surroundings } from "../evaluate/table.ts";
import type { Model, Node, Value } from "../ir/graph.ts";
import { memorySource } from "../opset/literal.ts";
import { newestOpset } from "../opset/schemas.gen.ts";
import { pass } from "./pass.ts";

/** As torch.onnx's optimizer: no input of more elements is read, no result of more is stored. */
const INPUT_LIMIT = 8192;
const OUTPUT_LIMIT = 262_144;
/** Ops whose result is nothing but their input repeated: folded only where tiny. */
const REPEATED_LIMIT = 1024;
const repeating = new Set(["Expand", "ConstantOfShape", "Tile", "Range"]);
/** Bytes by which one run may grow a model. */
const GROWTH_LIMIT = 8 << 20;

/** Whether `v` is a constant that may be read. */
const isReadable = (v: Value | null): boolean =>
  v === null || (v.source?.materialized === true && numel(v.source.shape) <= INPUT_LIMIT && v.producer === null);

/** Number of elements of the node's one output; null where it is not known or not to be folded. */
function outputSize(node: Node): number | null {
  const shape = node.outputs[0]?.type?.shape;
  if (node.outputs.length !== 1 || !shape?.every(isStatic)) return null;
  const size = shape.reduce((n, d) => n * d, 1);
  return size <= (repeating.has(node.op) ? REPEATED_LIMIT : OUTPUT_LIMIT) ? size : null;
}

/** Bytes that folding stores more than it frees. */
function growth(node: Node): number {
  const [y] = node.outputs;
  const added = y ? byteLength(y.dtype, outputSize(node) ?? 0) : 0;
  const freed = node.inputs.reduce((n, v) => n + (v?.source && v.uses.size === 1 ? v.source.nbytes : 0), 0);
  return Math.max(added - freed, 0);
}

/** Ops that give other values each time. */
const random = new Set(["Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"]);

/** Whether a refusal is the runtime's to make: an operand that has no result (a division by zero), or a type that the core cannot compute. */
const isRefusal = (error: unknown): boolean =>
  error instanceof OnnxExporterError &&
  /^(core|eval|dtype)\//.test(error.code) &&
  error.code !== "core/trap" &&
  error.code !== "core/memory";

function evaluate(node: Node, model: Model): Strided | null {
  const [y] = node.outputs;
  const evaluator = evaluatorOf(node);
  if (!evaluator || random.has(node.op) || !y?.type || model.graph.inputs.some((v) => node.inputs.includes(v))) return null;
  const operands = node.inputs.map((v) => (v?.source ? loadStrided(v.source) : null));
  let value: unknown;
  try {
    value = evaluator(new Call(node, operands, surroundingsOf(model)));
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
  if (!isStrided(value)) return null;
  const typed = value.dtype === y.dtype ? value : cast(value, y.dtype);
  return typed.shape.length === y.rank && typed.shape.every((d, i) => d === y.shape[i]) ? contiguous(typed) : null;
}

const surroundingsOf = (model: Model): Surroundings => ({
  opset: model.opset_import.get("") ?? newestOpset,
  attributes: null,
  generator: new Generator(0),
  run: () => internal("a node without bodies ran one"),
  keep: (value) => value,
});

export const foldConstants = pass("fold-constants", (graph, rewrite) => {
  let changes = 0;
  let grown = 0;
  for (const node of graph.nodes()) {
    const [y] = node.outputs;
    if (!y || node.domain !== "" || node.inputs.length === 0 || node.graphs.length > 0 || !evaluatorOf(node) || y.uses.size === 0) continue;
    if (outputSize(node) === null || !node.inputs.every(isReadable)) continue;
    const more = growth(node);
    if (grown + more > GROWTH_LIMIT) continue;
    const value = evaluate(node, rewrite.model);
    if (value === null) continue;
    grown += more;
    const folded = rewrite.at(node).initializer(null, memorySource(value.dtype, value.shape, bytesOf(value)));
    if (rewrite.replace(y, folded)) changes++;
  }
  return changes;
});
