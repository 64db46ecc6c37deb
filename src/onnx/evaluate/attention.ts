/** @file Attention of ONNX. Inputs are [batch, heads, length, size], or [batch, length, heads * size] with numbers of heads. */

import {
  attend,
  biasOf,
  joinHeads,
  lengthBias,
  type Positions,
  rotate,
  shareHeads,
  splitHeads,
  sumOf,
  windowBias,
} from "../../core/ops/attention.ts";
import { binary, cast, fill, scalarTensor } from "../../core/ops/elementwise.ts";
import { indexSelect, zeros } from "../../core/ops/index.ts";
import { concat, transpose } from "../../core/ops/layout.ts";
import { linearAttention } from "../../core/ops/linear-attention.ts";
import { matmul } from "../../core/ops/matmul.ts";
import { softmax } from "../../core/ops/norm.ts";
import { widen } from "../../core/ops/precision.ts";
import { isStrided, type Strided } from "../../core/strided.ts";
import { type DType, wideOf } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { describe } from "./value.ts";

/** An input with its heads apart. */
const headsOf = (call: Call, i: number, attribute: string): Strided => {
  const x = call.tensor(i);
  if (x.shape.length !== 3 && x.shape.length !== 4)
    throw call.refuse("shape", `input ${i} is ${describe(x)}`, "[batch, length, hidden] or [batch, heads, length, size]");
  return x.shape.length === 3 ? splitHeads(x, call.int(attribute, 0)) : x;
};

/** A mask whose last dim is shorter than the keys lets nothing through there. */
function fullBias(mask: Strided, keys: number, dtype: DType): Strided {
  const bias = biasOf(mask, dtype);
  const missing = keys - (mask.shape.at(-1) ?? keys);
  if (missing <= 0) return bias;
  return concat([bias, fill(dtype, bias.shape.with(-1, missing), Number.NEGATIVE_INFINITY)], -1);
}

/** What mask, causality, the window of opset 25 and lengths add to the scores. */
function attentionBias(call: Call, queries: number, keys: number, past: number, dtype: DType): Strided | null {
  const [mask, lengths] = [call.optional(3), call.integersAt(6)];
  const offsets = lengths === null || call.has(4) ? [past] : lengths.map((n) => n - queries);
  const positions: Positions = { queries, keys, offsets };
  const side = (name: string) => (call.int(name, -1) < 0 ? null : call.int(name, -1));
  const [left, right] = [side("left_window_size"), side("right_window_size")];
  return sumOf([
    mask && fullBias(mask, keys, dtype),
    call.int("is_causal", 0) === 1 ? windowBias(positions, null, 0, dtype) : null,
    left === null && right === null ? null : windowBias(positions, left, right, dtype),
    lengths && lengthBias(lengths, keys, dtype),
  ]);
}

function dotProductAttention(call: Call): (Strided | null)[] {
  const q = headsOf(call, 0, "q_num_heads");
  const [k, v] = [headsOf(call, 1, "kv_num_heads"), headsOf(call, 2, "kv_num_heads")];
  const [pastKey, pastValue] = [call.optional(4), call.optional(5)];
  if ((pastKey === null) !== (pastValue === null))
    throw call.refuse("input", "one of past_key and past_value is missing", "give both or none");
  const keys = pastKey === null ? k : concat([pastKey, k], 2);
  const values = pastValue === null ? v : concat([pastValue, v], 2);
  const [wide, heads] = [wideOf(q.dtype), q.shape[1] as number];
  const share = (x: Strided) => shareHeads(cast(x, wide), heads);
  const done = attend(cast(q, wide), share(keys), share(values), {
    scale: call.float("scale", 1 / Math.sqrt(q.shape[3] as number)),
    softcap: call.float("softcap", 0),
    bias: attentionBias(call, q.shape[2] as number, keys.shape[2] as number, pastKey?.shape[2] ?? 0, wide),
    softmaxDtype: call.dtype("softmax_precision", wide),
  });
  const stage = [done.scores, done.capped, done.biased, done.probabilities][call.int("qk_matmul_output_mode", 0)];
  if (stage === undefined) throw call.refuse("attribute", "qk_matmul_output_mode is unknown", "0, 1, 2 or 3");
  const y = cast(done.y, q.dtype);
  return [call.tensor(0).shape.length === 3 ? joinHeads(y) : y, keys, values, cast(stage, q.dtype)];
}

/** Scores and probabilities go through the node's bodies, in the dtype of the softmax. */
function flexAttention(call: Call): Strided {
  const [q, k, v] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const dtype = call.dtype("softmax_precision", wideOf(q.dtype));
  const heads = q.shape[1] as number;
  const modified = (name: string, x: Strided): Strided => {
    if (call.attribute(name) === undefined) return x;
    const [y] = call.run(call.graph(name), [x]);
    if (y !== undefined && isStrided(y)) return y;
    throw call.refuse("attribute", `${name} gives no tensor`, "its output is a tensor of its input's shape");
  };
  const scale = scalarTensor(wideOf(q.dtype), Math.sqrt(call.float("scale", 1 / Math.sqrt(q.shape[3] as number))));
  const [left, right] = [binary("mul", widen(q), scale), binary("mul", shareHeads(widen(k), heads), scale)];
  const scores = modified("score_mod", cast(matmul(left, transpose(right, -2, -1)), dtype));
  const probabilities = modified("prob_mod", softmax(scores, -1));
  return cast(matmul(probabilities, cast(shareHeads(v, heads), dtype)), v.dtype);
}

/** The rows of a table of angles at `positions`; the table itself where it has a batch already. */
const anglesAt = (table: Strided, positions: Strided | null): Strided => (positions === null ? table : indexSelect(table, 0, positions));

function rotaryEmbedding(call: Call): Strided {
  const x = call.tensor(0);
  const heads = headsOf(call, 0, "num_heads");
  const [cos, sin] = [anglesAt(call.tensor(1), call.optional(3)), anglesAt(call.tensor(2), call.optional(3))];
  const dims = call.int("rotary_embedding_dim", 0) || (heads.shape[3] as number);
  const y = rotate(heads, cos, sin, { interleaved: call.int("interleaved", 0) === 1, dims });
  return x.shape.length === 3 ? joinHeads(y) : y;
}

/** Whether a rule of LinearAttention decays, and whether it corrects. */
const rules: { readonly [rule: string]: readonly [decay: boolean, beta: boolean] } = {
  linear: [false, false],
  gated: [true, false],
  delta: [false, true],
  gated_delta: [true, true],
};

function linearAttentionRow(call: Call): [y: Strided, state: Strided] {
  const [query, past, decay, beta] = [call.tensor(0), call.optional(3), call.optional(4), call.optional(5)];
  const rule = call.string("update_rule", "gated_delta");
  const wanted = rules[rule];
  if (wanted === undefined) throw call.refuse("attribute", `update_rule is ${rule}`, Object.keys(rules).join(", "));
  if (wanted[0] !== (decay !== null) || wanted[1] !== (beta !== null)) {
    throw call.refuse(
      "input",
      `the rule ${rule} with${decay ? "" : "out"} decay and with${beta ? "" : "out"} beta`,
      "gated rules decay, delta rules take beta",
    );
  }
  const heads = call.int("kv_num_heads", 0);
  const f32 = (x: Strided, n: number) => splitHeads(cast(x, wideOf(x.dtype)), n);
  const [q, k, v] = [f32(query, call.int("q_num_heads", 0)), f32(call.tensor(1), heads), f32(call.tensor(2), heads)];
  const size = q.shape[3] as number;
  const [y, state] = linearAttention({
    q,
    k,
    v,
    decay: decay && f32(decay, heads),
    beta: beta && f32(beta, beta.shape[2] as number),
    state: past ? cast(past, q.dtype) : zeros(q.dtype, [q.shape[0] as number, heads, size, v.shape[3] as number]),
    scale: call.float("scale", 0) || 1 / Math.sqrt(size),
  });
  return [cast(joinHeads(y), query.dtype), cast(state, past?.dtype ?? query.dtype)];
}

export const attention: EvaluateTable = {
  Attention: dotProductAttention,
  "ai.onnx.preview::FlexAttention": flexAttention,
  RotaryEmbedding: rotaryEmbedding,
  LinearAttention: linearAttentionRow,
};
