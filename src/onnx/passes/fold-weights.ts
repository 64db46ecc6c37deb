/**
 * @file Ops that only move or convert a weight's elements go into the weight: the new tensor is a description, read chunk by chunk when it
 * is saved. Never grows the file: all readers of a weight must fold, and together store no more than the weight.
 */

import { dtypes } from "../../dtype.ts";
import { isStatic } from "../../symbolic.ts";
import { concatSource, reshapeSource, sliceSource, transposeSource } from "../../weights/derive.ts";
import { castSource } from "../../weights/map.ts";
import type { TensorSource } from "../../weights/source.ts";
import type { Node, Value } from "../ir/graph.ts";
import { dtypeAttribute } from "../opset/attributes.ts";
import { pass, type Rewriter } from "./pass.ts";

/** The tensor of each output, and what is put behind the weight's name; null where the node cannot be folded. */
type Derive = (node: Node, source: TensorSource) => { sources: TensorSource[]; suffix: string } | null;

const staticShape = (v: Value | undefined): number[] | null => (v?.type?.shape?.every(isStatic) ? [...v.type.shape] : null);
const numbers = (v: Value | null | undefined): readonly number[] | null =>
  v?.data?.every(isStatic) ? (v.data as readonly number[]) : null;

const reshaped: Derive = (node, source) => {
  const shape = staticShape(node.outputs[0]);
  return shape && { sources: [reshapeSource(source, shape)], suffix: ".reshaped" };
};

function slices(node: Node, source: TensorSource): TensorSource | null {
  const [, starts, ends, axes, steps] = node.inputs.map(numbers);
  if (!starts || !ends || (node.inputs[3] && !axes) || (node.inputs[4] && !steps)) return null;
  let result = source;
  for (const [i, s] of starts.entries()) {
    const axis = axes?.[i] ?? i;
    const d = axis < 0 ? axis + source.shape.length : axis;
    const n = source.shape[d] as number;
    const bound = (x: number): number => Math.min(Math.max(x < 0 ? x + n : x, 0), n);
    const step = steps?.[i] ?? 1;
    if (step <= 0) return null;
    result = sliceSource(result, d, bound(s), Math.max(bound(ends[i] as number), bound(s)), step);
  }
  return result;
}

function parts(node: Node, source: TensorSource): TensorSource[] | null {
  const axis = node.int("axis", 0);
  const d = axis < 0 ? axis + source.shape.length : axis;
  let at = 0;
  const made: TensorSource[] = [];
  for (const v of node.outputs) {
    const size = staticShape(v)?.[d];
    if (size === undefined) return null;
    made.push(sliceSource(source, d, at, at + size));
    at += size;
  }
  return made;
}

const derivations: { readonly [op: string]: Derive } = {
  Reshape: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Flatten: reshaped,
  Transpose: (node, source) => {
    const rank = source.shape.length;
    const perm = node.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    return { sources: [transposeSource(source, perm)], suffix: rank === 2 ? ".T" : ".transposed" };
  },
  Cast: (node, source) => {
    const to = dtypeAttribute(node, "to", source.dtype);
    const plain = [to, source.dtype].every((d) => dtypes[d].size >= 1 && !d.startsWith("float8"));
    return plain ? { sources: [castSource(source, to)], suffix: `.${dtypes[to].suffix}` } : null;
  },
  Slice: (node, source) => {
    const sliced = slices(node, source);
    return sliced && { sources: [sliced], suffix: ".slice" };
  },
  Split: (node, source) => {
    const made = parts(node, source);
    return made && { sources: made, suffix: ".part" };
  },
};

/** What folds of `weight`: every node that reads it, or none. */
function planned(weight: Value): Map<Node, { sources: TensorSource[]; suffix: string }> | null {
  const source = weight.source as TensorSource;
  const plan = new Map<Node, { sources: TensorSource[]; suffix: string }>();
  let bytes = 0;
  for (const { node, index } of weight.uses) {
    const derived = index === 0 && node.domain === "" ? derivations[node.op]?.(node, source) : null;
    if (!derived || plan.has(node)) return null;
    plan.set(node, derived);
    bytes += derived.sources.reduce((n, s) => n + s.nbytes, 0);
  }
  return bytes <= source.nbytes && plan.size > 0 ? plan : null;
}

/** `made`: what was folded of the same weight already, by name; nodes that derive the same share it, others get a number. */
function replaceOutputs(
  rewrite: Rewriter,
  node: Node,
  sources: readonly TensorSource[],
  name: string | null,
  made: Map<string, Value> = new Map(),
): boolean {
  let changed = false;
  for (const [i, y] of node.outputs.entries()) {
    if (y.useCount === 0) continue;
    const suffix = sources.length > 1 ? `.${i}` : "";
    const source = sources[i] as TensorSource;
    let full = name && `${name}${suffix}`;
    for (let n = 1; full !== null && made.has(full) && !isSame(made.get(full)?.source ?? null, source); n++) full = `${name}${suffix}_${n}`;
    const folded = (full === null ? undefined : made.get(full)) ?? rewrite.at(node).initializer(full, source);
    if (full !== null) made.set(full, folded);
    if (rewrite.replace(y, folded)) changed = true;
  }
  return changed;
}

const isSame = (a: TensorSource | null, b: TensorSource): boolean => a !== null && a.key !== null && a.key === b.key;

/** A Concat of weights that nothing else reads. */
function foldConcat(rewrite: Rewriter, node: Node): boolean {
  const [y] = node.outputs;
  const weights = node.inputs;
  if (!y || node.op !== "Concat" || y.useCount === 0) return false;
  if (!weights.every((v) => v?.source && v.useCount === 1 && !rewrite.isOutput(v) && !rewrite.model.graph.inputs.includes(v))) return false;
  const sources = weights.map((v) => v?.source as TensorSource);
  const axis = node.int("axis", 0);
  const name = weights[0]?.name;
  const joined = concatSource(sources, axis < 0 ? axis + (sources[0]?.shape.length ?? 0) : axis);
  return replaceOutputs(rewrite, node, [joined], name ? `${name}.joined` : null);
}

export const foldWeights = pass("fold-weights", (graph, rewrite) => {
  let changes = 0;
  for (const weight of [...rewrite.model.graph.initializers]) {
    if (weight.source === null || rewrite.isOutput(weight) || rewrite.model.graph.inputs.includes(weight)) continue;
    if ([...weight.uses].some((u) => u.node.graph !== graph)) continue;
    const made = new Map<string, Value>();
    for (const [node, { sources, suffix }] of planned(weight) ?? []) {
      if (replaceOutputs(rewrite, node, sources, weight.name && weight.name + suffix, made)) changes++;
    }
  }
  for (const node of graph.nodes()) if (foldConcat(rewrite, node)) changes++;
  return changes;
});
