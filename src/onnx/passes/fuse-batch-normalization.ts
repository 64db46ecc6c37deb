/**
 * @file BatchNormalization(Conv(x, w, b))  ->  Conv(x, w * f, (b - mean) * f + bias), f = scale / sqrt(var + epsilon) per output channel;
 * the same for ConvTranspose and Gemm. The scaled weight is a description and keeps the weight's name.
 */

import { isFloat } from "../../dtype.ts";
import { encode } from "../../literal.ts";
import { scaleShiftSource } from "../../weights/map.ts";
import type { TensorSource } from "../../weights/source.ts";
import type { Node, Value } from "../ir/graph.ts";
import { plainAttributes } from "../opset/attributes.ts";
import { elementsOf, memorySource } from "../opset/literal.ts";
import { pass, type Rewriter } from "./pass.ts";

/** Which dim of the weight is the output channel; null where the node cannot take a factor per channel. */
const channelDims: { readonly [op: string]: (node: Node) => number | null } = {
  Conv: () => 0,
  ConvTranspose: (node) => (node.int("group", 1) === 1 ? 1 : null),
  Gemm: (node) => (node.float("alpha", 1) === 1 && node.float("beta", 1) === 1 ? 1 - node.int("transB", 0) : null),
};

/** Elements of a small initializer as doubles; null where its bytes are not there. */
const numbers = (v: Value | null | undefined): number[] | null => (v?.source?.materialized ? elementsOf(v.source).map(Number) : null);

interface Folded {
  readonly weight: TensorSource;
  readonly bias: TensorSource;
}

function folded(node: Node, norm: Node, dim: number): Folded | null {
  const w = node.inputs[1]?.source;
  const [scale, shift, mean, variance] = norm.inputs.slice(1).map(numbers);
  const b = node.inputs[2];
  const own = b ? numbers(b) : [];
  if (!w?.materialized || !isFloat(w.dtype) || !scale || !shift || !mean || !variance || !own) return null;
  const channels = scale.length;
  if (w.shape[dim] !== channels || (b && b.source?.shape.length !== 1) || (own.length > 0 && own.length !== channels)) return null;
  const epsilon = norm.float("epsilon", 1e-5);
  const factors = scale.map((s, i) => s / Math.sqrt((variance[i] as number) + epsilon));
  const bias = factors.map((f, i) => ((own[i] ?? 0) - (mean[i] as number)) * f + (shift[i] as number));
  return {
    weight: scaleShiftSource(w, dim, { scale: factors, shift: null }),
    bias: memorySource(w.dtype, [channels], encode(w.dtype, bias)),
  };
}

/** The node before `norm`, where only `norm` reads it and its weight is read by it alone. */
function before(norm: Node, rewrite: Rewriter): Node | null {
  const x = norm.inputs[0];
  const node = x?.producer;
  const w = node?.inputs[1];
  if (!node || node.graph !== norm.graph || node.domain !== "" || !x || !rewrite.isUsedOnce(x) || !w || w.useCount !== 1) return null;
  return rewrite.model.graph.inputs.includes(w) ? null : node;
}

export const fuseBatchNormalization = pass("fuse-batch-normalization", (graph, rewrite) => {
  let changes = 0;
  for (const norm of graph.nodes()) {
    const [y] = norm.outputs;
    if (norm.op !== "BatchNormalization" || norm.domain !== "" || norm.int("training_mode", 0) === 1 || !y) continue;
    const node = before(norm, rewrite);
    const dim = node && channelDims[node.op]?.(node);
    if (!node || dim === null || dim === undefined) continue;
    const parts = folded(node, norm, dim);
    if (!parts) continue;
    const op = rewrite.at(node);
    const [x, w, b] = node.inputs;
    const weight = op.initializer(w?.name ?? null, parts.weight);
    const bias = op.initializer(b?.name ?? (w?.name ? biasName(w.name) : null), parts.bias);
    const [fused] = op.node(node.op, [x ?? null, weight, bias], plainAttributes(node), 1) as [Value];
    if (rewrite.replace(y, fused)) changes++;
    rewrite.removeIfDead(node);
  }
  return changes;
});

/** `conv.weight` → `conv.bias`. */
const biasName = (weight: string): string => (weight.endsWith("weight") ? `${weight.slice(0, -"weight".length)}bias` : `${weight}.bias`);
