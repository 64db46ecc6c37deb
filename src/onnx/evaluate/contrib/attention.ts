/** @file Attention of com.microsoft: with projections, biases, padding masks and caches in ONNX Runtime's layouts. */

import { attend, joinHeads, rotate, splitHeads, sumOf, windowBias } from "../../../core/ops/attention.ts";
import { arange, binary, cast, compare, scalarTensor, where } from "../../../core/ops/elementwise.ts";
import { indexSelect } from "../../../core/ops/index.ts";
import { concat, permute, reshape, select, slice, unsqueeze } from "../../../core/ops/layout.ts";
import { matmul } from "../../../core/ops/matmul.ts";
import { numel, type Strided } from "../../../core/strided.ts";
import { wideOf } from "../../../dtype.ts";
import { attention } from "../attention.ts";
import { causalConvolution } from "../conv.ts";
import { quantizedProduct } from "../linear.ts";
import type { Call, Evaluate, EvaluateTable } from "../table.ts";
import { scaledProduct } from "./linear.ts";
import { refuseAttributes, refuseInputs } from "./unsupported.ts";

/** [batch, heads, length, size] each, in float32 at least. */
interface Heads {
  readonly q: Strided;
  readonly k: Strided;
  readonly v: Strided;
}

/** Which keys [batch, 1, queries or 1, keys] a mask lets through: lengths, ends and starts, or a mask of 2, 3 or 4 dims. */
function visible(call: Call, mask: Strided, batch: number, { q, k }: Heads): Strided {
  const [queries, keys] = [q.shape[2] as number, k.shape[2] as number];
  if (mask.shape.length === 1) return betweenEnds(mask, batch, keys);
  const truth = cast(mask, "bool");
  if (mask.shape.length === 2) return reshape(truth, [batch, 1, 1, keys]);
  if (mask.shape.length === 3) return unsqueeze(truth, 1);
  if (mask.shape.length === 4) return slice(slice(truth, 2, keys - queries, keys), 3, 0, keys);
  throw call.refuse("input", `a mask of ${mask.shape.length} dims`, "1 to 4 dims");
}

/** Of a vector of `batch` ends, of ends and starts, or of lengths and more: the keys before the end and not before the start. */
function betweenEnds(mask: Strided, batch: number, keys: number): Strided {
  const places = reshape(arange("int64", 0, 1, keys), [1, 1, 1, keys]);
  const part = (i: number) => reshape(slice(cast(mask, "int64"), 0, i * batch, (i + 1) * batch), [batch, 1, 1, 1]);
  const before = compare("lt", places, part(0));
  return numel(mask.shape) === 2 * batch ? binary("bitwise_and", before, compare("ge", places, part(1))) : before;
}

/** What the mask, the node's `attention_bias` and causality add to the scores. */
function biasFor(call: Call, heads: Heads, mask: Strided | null, added: Strided | null): Strided | null {
  const { dtype, shape } = heads.q;
  const [batch, queries, keys] = [shape[0] as number, shape[2] as number, heads.k.shape[2] as number];
  const filter = scalarTensor(dtype, call.float("mask_filter_value", -10000));
  return sumOf([
    mask && where(visible(call, mask, batch, heads), scalarTensor(dtype, 0), filter),
    added && cast(added, dtype),
    call.int("unidirectional", 0) === 1 ? windowBias({ queries, keys, offsets: [keys - queries] }, null, 0, dtype) : null,
  ]);
}

/** softmax(q k scale + bias) v, and the scores. */
function attended(call: Call, { q, k, v }: Heads, bias: Strided | null): { y: Strided; biased: Strided } {
  const scale = call.float("scale", 0) || 1 / Math.sqrt(q.shape[3] as number);
  return attend(q, k, v, { scale, softcap: 0, bias, softmaxDtype: q.dtype });
}

/** `x` after `past`, along the length. */
const after = (past: Strided | null, x: Strided): Strided => (past === null ? x : concat([cast(past, x.dtype), x], 2));

/** Part `i` of a tensor that packs several of them for each head, [batch, length, heads, parts, size]. */
const unpacked = (x: Strided, i: number): Strided => permute(select(x, 3, i), [0, 2, 1, 3]);

/** Query, key and value in whatever packing MultiHeadAttention has them, with their parts of the bias. */
function multiHeads(call: Call): Heads {
  const [query, key, value, bias] = [call.tensor(0), call.optional(1), call.optional(2), call.optional(3)];
  const [wide, heads] = [wideOf(query.dtype), call.int("num_heads", 1)];
  const apart = (x: Strided) => (x.shape.length === 4 ? x : splitHeads(x, heads));
  const own = key ?? query;
  const q = query.shape.length === 5 ? unpacked(query, 0) : apart(query);
  const packed = own.shape.length === 5;
  const k = packed ? unpacked(own, own.shape[3] === 3 ? 1 : 0) : apart(own);
  const v = packed ? unpacked(own, own.shape[3] === 3 ? 2 : 1) : apart(value ?? own);
  let at = 0;
  const moved = (x: Strided, source: Strided): Strided => {
    const size = heads * (x.shape[3] as number);
    const part = bias && reshape(slice(bias, 0, at, at + size), [1, heads, 1, x.shape[3] as number]);
    at += size;
    // Keys and values of a cache have their bias already.
    return part === null || source.shape.length === 4 ? cast(x, wide) : binary("add", cast(x, wide), cast(part, wide));
  };
  return { q: moved(q, query), k: moved(k, own), v: moved(v, value ?? own) };
}

function multiHeadAttention(call: Call): Strided[] {
  refuseInputs(call, { past_sequence_length: 8, cache_indirection: 9 });
  const { dtype } = call.tensor(0);
  const { q, k, v } = multiHeads(call);
  const heads = { q, k: after(call.optional(6), k), v: after(call.optional(7), v) };
  const { y, biased } = attended(call, heads, biasFor(call, heads, call.optional(4), call.optional(5)));
  return [joinHeads(y), heads.k, heads.v, biased].map((x) => cast(x, dtype));
}

/** Attention of `projected` [batch, length, q k v] to itself and to `past` [2, batch, heads, length, size]; and keys and values together. */
function selfAttention(
  call: Call,
  projected: Strided,
  mask: Strided | null,
  past: Strided | null,
  added: Strided | null,
  dtype: Strided["dtype"],
): Strided[] {
  refuseAttributes(call, { do_rotary: 0, past_present_share_buffer: 0 });
  const third = (projected.shape[2] as number) / 3;
  const sizes = call.ints("qkv_hidden_sizes") ?? [third, third, third];
  const from = (i: number) => sizes.slice(0, i).reduce((a, b) => a + b, 0);
  const [q, k, v] = [0, 1, 2].map((i) => splitHeads(slice(projected, 2, from(i), from(i + 1)), call.int("num_heads", 1))) as [
    Strided,
    Strided,
    Strided,
  ];
  const heads = { q, k: after(past && select(past, 0, 0), k), v: after(past && select(past, 0, 1), v) };
  const { y } = attended(call, heads, biasFor(call, heads, mask, added));
  const present = heads.k.shape[3] === heads.v.shape[3] ? [concat([unsqueeze(heads.k, 0), unsqueeze(heads.v, 0)], 0)] : [];
  return [joinHeads(y), ...present].map((x) => cast(x, dtype));
}

function projectedAttention(call: Call): Strided[] {
  refuseInputs(call, { past_sequence_length: 6 });
  const [input, bias] = [call.tensor(0), call.optional(2)];
  const wide = wideOf(input.dtype);
  const product = matmul(cast(input, wide), cast(call.tensor(1), wide));
  const projected = bias === null ? product : binary("add", product, cast(bias, wide));
  return selfAttention(call, projected, call.optional(3), call.optional(4), call.optional(5), input.dtype);
}

function quantizedAttention(call: Call): Strided[] {
  const product = quantizedProduct(call.tensor(0), call.optional(6), call.tensor(1), call.optional(7));
  const bias = call.tensor(2);
  const projected = scaledProduct(product, call.tensor(3), call.tensor(4), bias, "float32");
  return selfAttention(call, projected, call.optional(5), call.optional(8), null, bias.dtype);
}

/** Input [batch, length, heads * size] or with heads apart; positions are one first place for all, or one for each. */
function rotaryEmbedding(call: Call): Strided {
  const [x, positions, cos, sin] = [call.tensor(0), call.tensor(1), call.tensor(2), call.tensor(3)];
  refuseAttributes(call, { is_packed_batching: 0 });
  const part = call.int("rotary_embedding_dim", 0);
  const size = part > 0 ? (x.shape.at(-1) as number) / call.int("num_heads", 1) : 2 * (cos.shape[1] as number);
  const heads = x.shape.length === 4 ? x : splitHeads(x, call.int("num_heads", 0) || (x.shape[2] as number) / size);
  const first = arange("int64", 0, 1, heads.shape[2] as number);
  const places = numel(positions.shape) === 1 ? unsqueeze(binary("add", first, reshape(cast(positions, "int64"), [1])), 0) : positions;
  const dims = part || (heads.shape[3] as number);
  const y = rotate(heads, indexSelect(cos, 0, places), indexSelect(sin, 0, places), {
    interleaved: call.int("interleaved", 0) === 1,
    dims,
  });
  return x.shape.length === 4 ? y : joinHeads(y);
}

/** ONNX's evaluator of the op of that name; attributes that ONNX does not have must be as by default. */
const likeOnnx =
  (evaluate: Evaluate, attributes: { readonly [name: string]: number }): Evaluate =>
  (call) => {
    refuseAttributes(call, attributes);
    return evaluate(call);
  };

export const contribAttention: EvaluateTable = {
  "com.microsoft::MultiHeadAttention": multiHeadAttention,
  "com.microsoft::Attention": projectedAttention,
  "com.microsoft::QAttention": quantizedAttention,
  "com.microsoft::RotaryEmbedding": rotaryEmbedding,
  "com.microsoft::LinearAttention": likeOnnx(attention.LinearAttention as Evaluate, { state_window: 0 }),
  "com.microsoft::CausalConvWithState": likeOnnx(causalConvolution, {
    ndim: 1,
    dilation: 1,
    channels_last: 0,
    state_channels_last: 0,
    state_window: 0,
    state_length: 0,
    state_update_capacity: 0,
    input_channel_offset: 0,
    input_channels: 0,
  }),
};
