/** @file com.microsoft's GroupQueryAttention: query heads share keys, which stand in a cache that is as long as its longest sequence. */

import { attend, joinHeads, rotate, shareHeads, splitHeads, sumOf, windowBias } from "../../../core/ops/attention.ts";
import { arange, cast } from "../../../core/ops/elementwise.ts";
import { indexSelect, zeros } from "../../../core/ops/index.ts";
import { concat, reshape, slice, unsqueeze } from "../../../core/ops/layout.ts";
import type { Strided } from "../../../core/strided.ts";
import { wideOf } from "../../../dtype.ts";
import { rmsNorm } from "../norm.ts";
import type { Call, EvaluateTable } from "../table.ts";

/** One sequence: its own [1, heads, length, size], the cache, and how much of that stands before it. */
interface Sequence {
  readonly q: Strided;
  readonly k: Strided;
  readonly v: Strided;
  readonly pastKey: Strided | null;
  readonly pastValue: Strided | null;
  readonly past: number;
}

/** Query, key and value with heads apart; key and value may be packed behind the query. */
function headsOf(call: Call): [q: Strided, k: Strided, v: Strided] {
  const [heads, shared] = [call.int("num_heads", 1), call.int("kv_num_heads", 1)];
  const [query, key, value] = [call.tensor(0), call.optional(1), call.optional(2)];
  const wide = cast(query, wideOf(query.dtype));
  if (key !== null && value !== null) {
    return [splitHeads(wide, heads), splitHeads(cast(key, wide.dtype), shared), splitHeads(cast(value, wide.dtype), shared)];
  }
  const size = (wide.shape[2] as number) / (heads + 2 * shared);
  const part = (from: number, count: number) => splitHeads(slice(wide, 2, from * size, (from + count) * size), count);
  return [part(0, heads), part(heads, shared), part(heads + shared, shared)];
}

/** `x` turned by the angles of its places; `given` are the node's own places. */
function turned(call: Call, x: Strided, past: number, given: Strided | null): Strided {
  if (call.int("do_rotary", 0) === 0) return x;
  const [cos, sin] = [call.tensor(7), call.tensor(8)];
  const places = given ?? unsqueeze(arange("int64", past, 1, x.shape[2] as number), 0);
  const options = { interleaved: call.int("rotary_interleaved", 0) === 1, dims: 2 * (cos.shape[1] as number) };
  return rotate(x, indexSelect(cos, 0, places), indexSelect(sin, 0, places), options);
}

/** x normalized per head where the node has a weight for that. */
function normalized(call: Call, x: Strided, weight: number, epsilon: string): Strided {
  const w = call.optional(weight);
  if (w === null) return x;
  const eps = call.float(epsilon, call.float("qk_norm_epsilon", 1e-6));
  return rmsNorm(x, 3, cast(w, x.dtype), eps)[0];
}

/** The logit that takes part in each head's softmax but lets nothing through, [1, heads, 1, 1]; null where there is none. */
function sinkOf(call: Call, dtype: Strided["dtype"]): Strided | null {
  const heads = call.int("num_heads", 1);
  const sink = call.optional(11);
  if (sink !== null) return reshape(cast(sink, dtype), [1, heads, 1, 1]);
  return call.int("smooth_softmax", 0) === 1 ? zeros(dtype, [1, heads, 1, 1]) : null;
}

/** Row `b` of a batch, or the one row for all. */
function rowOf(x: Strided, b: number): Strided {
  const at = Math.min(b, (x.shape[0] as number) - 1);
  return slice(x, 0, at, at + 1);
}

/** What one sequence attends to, and its keys and values with the cache's before them. */
function attendOne(call: Call, s: Sequence, b: number): [y: Strided, k: Strided, v: Strided] {
  const { dtype } = s.q;
  const cached = (past: Strided | null, x: Strided) => (past === null ? x : concat([cast(slice(past, 2, 0, s.past), dtype), x], 2));
  const places = call.optional(9);
  const own = places && rowOf(places, b);
  const q = turned(call, normalized(call, s.q, 14, "q_norm_epsilon"), s.past, own);
  const k = cached(s.pastKey, turned(call, normalized(call, s.k, 15, "k_norm_epsilon"), s.past, own));
  const v = cached(s.pastValue, s.v);
  const [heads, queries, keys] = [q.shape[1] as number, q.shape[2] as number, k.shape[2] as number];
  const left = call.int("local_window_size", -1);
  const added = call.optional(10);
  const bias = sumOf([
    call.int("causal", 1) === 1 || left > 0 ? windowBias({ queries, keys, offsets: [s.past] }, left > 0 ? left - 1 : null, 0, dtype) : null,
    added && cast(slice(rowOf(added, b), 3, 0, keys), dtype),
  ]);
  const { y } = attend(q, shareHeads(k, heads), shareHeads(v, heads), {
    scale: call.float("scale", 0) || 1 / Math.sqrt(q.shape[3] as number),
    softcap: call.float("softcap", 0),
    bias,
    sink: sinkOf(call, dtype),
    softmaxDtype: dtype,
  });
  return [joinHeads(y), k, v];
}

/** `x` with zeros after it up to `length`. */
function lengthened(x: Strided, length: number): Strided {
  const missing = length - (x.shape[2] as number);
  return missing <= 0 ? slice(x, 2, 0, length) : concat([x, zeros(x.dtype, x.shape.with(2, missing))], 2);
}

function groupQueryAttention(call: Call): Strided[] {
  for (const i of [12, 13, 16])
    if (call.has(i)) throw call.refuse("unsupported", `input ${i} of GroupQueryAttention is not computed`, "leave it out");
  if (call.outputCount > 3) throw call.refuse("unsupported", "output_qk of GroupQueryAttention is not computed", "leave it out");
  const [q, k, v] = headsOf(call);
  const { dtype } = call.tensor(0);
  const [pastKey, pastValue] = [call.optional(3), call.optional(4)];
  const [batch, queries] = [q.shape[0] as number, q.shape[2] as number];
  const lengths = call.integersAt(5) ?? [];
  const longest = call.integersAt(6)?.[0] ?? queries;
  // A first prompt fills the cache from its begin, and stands before the padding of shorter ones.
  const first = queries === longest;
  const runs = Array.from({ length: batch }, (_, b) => {
    const total = (lengths[b] ?? lengths[0] ?? longest - 1) + 1;
    const past = first ? 0 : Math.max(total - queries, 0);
    const before = (x: Strided | null) => (x === null || first ? null : rowOf(x, b));
    const own = { q: rowOf(q, b), k: rowOf(k, b), v: rowOf(v, b) };
    return attendOne(call, { ...own, pastKey: before(pastKey), pastValue: before(pastValue), past }, b);
  });
  const length = Math.max(pastKey?.shape[2] ?? 0, longest);
  const ys = runs.map(([y]) => y);
  const keys = runs.map(([, key]) => lengthened(key, length));
  const values = runs.map(([, , value]) => lengthened(value, length));
  return [ys, keys, values].map((parts) => cast(concat(parts, 0), dtype));
}

export const contribGrouped: EvaluateTable = { "com.microsoft::GroupQueryAttention": groupQueryAttention };
