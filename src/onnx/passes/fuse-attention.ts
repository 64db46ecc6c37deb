/**
 * @file Attention shares heads and joins caches itself: keys and values that are repeated for their query heads are read once, and
 * Attention(q, Concat(past, k), Concat(past, v))  ->  Attention(q, k, v, past key, past value), whose outputs are the caches of the next step.
 */

import { type Dim, equal } from "../../symbolic.ts";
import type { Graph, Node, Value } from "../ir/graph.ts";
import { plainAttributes } from "../opset/attributes.ts";
import { producerOf } from "../rules/rule.ts";
import { pass, type Rewriter } from "./pass.ts";

/** [batch, shared, …] where `v` is each of its heads several times in a row, [batch, shared * n, …]; null for anything else. */
function unrepeated(v: Value): Value | null {
  const expand = producerOf(producerOf(v, "Reshape")?.inputs[0], "Expand");
  const column = producerOf(expand?.inputs[0], "Unsqueeze");
  const x = column?.inputs[0];
  const axes = column?.inputs[1]?.data;
  const wide = expand?.outputs[0];
  if (!wide?.type?.shape || x?.type?.shape?.length !== 4 || v.rank !== 4 || axes?.length !== 1 || axes[0] !== 2) return null;
  const [batch, shared, length, size] = x.shape as [Dim, Dim, Dim, Dim];
  const [b, h, times, l, s] = wide.shape as [Dim, Dim, Dim, Dim, Dim];
  const kept = equal(b, batch) && equal(h, shared) && equal(l, length) && equal(s, size);
  if (!kept || typeof shared !== "number" || typeof times !== "number") return null;
  const whole = [batch, shared * times, length, size];
  return v.shape.every((d, i) => equal(d, whole[i] as Dim)) ? x : null;
}

/** A past and what is new, joined along the sequence for this Attention (and as an output of the graph) only. */
interface Cache {
  readonly joined: Value;
  readonly past: Value;
  readonly now: Value;
}

function cacheOf(joined: Value, rewrite: Rewriter): Cache | null {
  const node = producerOf(joined, "Concat");
  const [past, now] = node?.inputs ?? [];
  if (!past || !now || node?.inputs.length !== 2 || node.graph !== rewrite.graph || joined.useCount !== 1) return null;
  const [axis, rank] = [node.int("axis", 0), joined.type?.shape?.length];
  return rank === 4 && past.type?.shape?.length === 4 && (axis === 2 || axis === -2) ? { joined, past, now } : null;
}

/** Whether nothing of the caches is used yet, and the causal mask, whose corner a past would move, is not either. */
function isPlain(node: Node): boolean {
  const unused = ["is_causal", "qk_matmul_output_mode"].every((name) => node.int(name, 0) === 0);
  return unused && node.outputs.length === 1 && node.inputs.slice(4).every((v) => v === null) && node.inputs[0]?.type?.shape?.length === 4;
}

function shareHeads(node: Node): boolean {
  const [key, value] = [node.inputs[1], node.inputs[2]].map((v) => v && unrepeated(v));
  if (!key || !value || !equal(key.shape[1] as Dim, value.shape[1] as Dim)) return false;
  node.setInput(1, key);
  node.setInput(2, value);
  return true;
}

function joinCaches(node: Node, rewrite: Rewriter): boolean {
  const [key, value] = [node.inputs[1], node.inputs[2]].map((v) => v && cacheOf(v, rewrite));
  if (!key || !value || key.joined === value.joined || !isPlain(node)) return false;
  const inputs = [node.inputs[0] ?? null, key.now, value.now, node.inputs[3] ?? null, key.past, value.past];
  const [y, presentKey, presentValue] = rewrite.at(node).node("Attention", inputs, plainAttributes(node), 3) as [Value, Value, Value];
  for (const [from, to] of [
    [node.outputs[0] as Value, y],
    [key.joined, presentKey],
    [value.joined, presentValue],
  ] as const) {
    to.type = from.type;
    rewrite.replace(from, to);
  }
  return true;
}

function fuse(graph: Graph, rewrite: Rewriter): number {
  let changes = 0;
  for (const node of graph.nodes()) {
    if (node.op !== "Attention" || node.domain !== "") continue;
    if (node.inputs[0]?.type?.shape?.length === 4 && shareHeads(node)) changes++;
    if (joinCaches(node, rewrite)) changes++;
  }
  return changes;
}

export const fuseAttention = pass("fuse-attention", fuse);
