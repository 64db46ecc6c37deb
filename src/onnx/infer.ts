/** @file Types and known elements of ONNX values, by the rules of the core (assembly/infer): for one node, or for a whole model in one call. */

import { core } from "../core/door.ts";
import { internal } from "../errors.ts";
import { type SymEnv, show } from "../symbolic.ts";
import { inferenceError } from "./infer-error.ts";
import { newestVersions, opNumber, Table } from "./infer-table.ts";
import type { Model, Node } from "./ir/graph.ts";
import { describeOrigin } from "./ir/origin.ts";

const table = new Table();

function check(code: number, env: SymEnv, where: (node: Node) => string): void {
  if (code === 0) return;
  const { exports } = core;
  const node = table.nodes[exports.infer_failed()] ?? internal(`inference failed with ${code} and no node`);
  const operand = (i: number): number => exports.infer_problem(i);
  throw inferenceError(
    node,
    { code, operands: [operand(0), operand(1), operand(2), operand(3)], dim: (h) => show(env.dim(h)) },
    where(node),
  );
}

/**
 * Types and known elements of a node's outputs, from those of its inputs; bodies of control flow are inferred already. What an output
 * already has must agree. Ops without a rule keep what their outputs have. Throws `infer/…` naming op, types and rule.
 */
export function inferNode(node: Node, env: SymEnv): void {
  if (opNumber(node) === 0) return;
  table.write(env, { inputs: [], outputs: [], first: node, last: node }, [], newestVersions, false);
  check(table.run(), env, () => "");
  table.read();
}

/**
 * The same for all nodes of a model, bodies included, in one call. Types that values have already are claims: those that contradict
 * what is inferred are an error; they stand where nothing better is known. Throws `infer/…`, with the node's place in the user's program.
 */
export function inferModel(model: Model): void {
  const { graph, env } = model;
  table.write(env, graph, model.functions, model.opset_import, true);
  check(table.run(), env, (node) => describeOrigin(model, node.origin));
  table.read();
}

/** `model`, with the types of all values that ONNX's rules determine (onnx.shape_inference.infer_shapes). Throws as `inferModel`. */
export function inferShapes(model: Model): Model {
  inferModel(model);
  return model;
}
