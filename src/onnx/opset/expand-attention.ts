/** @file Attention and RotaryEmbedding before opset 23, in the order of the ops' own texts (onnx/defs/nn). */

import { type Dim, isStatic } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { AttributeValue } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { attr, given } from "./expand-operands.ts";

type Given = Parameters<ExpandTable[string]>[2];

const minusInfinity = (op: OpBuilder, like: Value): Value => op.scalar(Number.NEGATIVE_INFINITY, like.dtype);
const zero = (op: OpBuilder, like: Value): Value => op.scalar(0, like.dtype);

/** [B, S, heads * size] → [B, heads, S, size]; rank 4 as it is. */
function toHeads(op: OpBuilder, x: Value, heads: number): Value {
  if (x.rank === 4) return x;
  return op.Transpose(op.Reshape(x, [0, 0, heads, -1]), { perm: [0, 2, 1, 3] });
}

/** Each key or value head serves several query heads: [h0, h0, h1, h1, …]. */
function repeatHeads(op: OpBuilder, x: Value, times: number): Value {
  if (times === 1) return x;
  const [batch, heads, length, size] = x.shape as [Dim, number, Dim, Dim];
  const expanded = op.Expand(op.Unsqueeze(x, [2]), op.dims([batch, heads, times, length, size]));
  return op.reshape(expanded, [batch, heads * times, length, size]);
}

/** Query i sees key j if j <= i + offset, and a window around that: as a bool [q, kv], null for all. */
function visible(op: OpBuilder, q: Dim, kv: Dim, offset: Dim, attributes: Given): Value | null {
  const causal = attr.number(attributes, "is_causal", 0) === 1;
  const [left, right] = [attr.number(attributes, "left_window_size", -1), attr.number(attributes, "right_window_size", -1)];
  if (!causal && left < 0 && right < 0) return null;
  const range = (n: Dim): Value => op.Range(op.scalar(0, "int64"), op.dim(n), 1);
  const position = op.Add(op.Unsqueeze(range(q), [1]), op.dim(offset));
  const behind = op.Sub(position, range(kv));
  const conditions: Value[] = [];
  if (causal) conditions.push(op.GreaterOrEqual(behind, 0));
  if (left >= 0) conditions.push(op.LessOrEqual(behind, left));
  if (right >= 0) conditions.push(op.GreaterOrEqual(behind, -right));
  return conditions.reduce((all, c) => op.And(all, c));
}

/** What is added to the scores: 0 where a key is seen, -inf elsewhere; null where nothing is hidden. */
function biasOf(op: OpBuilder, scores: Value, mask: Value | null, seen: Value | null): Value | null {
  const asBias = (v: Value): Value =>
    v.dtype === "bool" ? op.Where(v, zero(op, scores), minusInfinity(op, scores)) : op.cast(v, scores.dtype);
  const parts = [mask, seen].filter((v) => v !== null).map(asBias);
  return parts.length === 0 ? null : parts.reduce((a, b) => op.Add(a, b));
}

/** Masks may be shorter than the keys: what they leave out is hidden. */
function paddedMask(op: OpBuilder, mask: Value | null, keys: Dim): Value | null {
  const length = mask?.shape.at(-1);
  if (!mask || length === undefined || length === keys || length === 1) return mask;
  if (!isStatic(length) || !isStatic(keys)) return mask;
  const hidden = mask.dtype === "bool" ? op.scalar(false, "bool") : minusInfinity(op, mask);
  return op.Pad(mask, [0, keys - length], hidden, [-1]);
}

function attention(op: OpBuilder, inputs: readonly (Value | null)[], attributes: Given): Value[] {
  const [q0, k0, v0] = [given(inputs, 0), given(inputs, 1), given(inputs, 2)];
  const [, , , mask = null, pastKey = null, pastValue = null] = inputs;
  if (inputs[6]) op.refuse("Attention with nonpad_kv_seqlen needs opset 24");
  const flat = q0.rank === 3;
  const q = toHeads(op, q0, attr.number(attributes, "q_num_heads", 0));
  const heads = attr.number(attributes, "kv_num_heads", 0);
  const joined = (past: Value | null, x: Value): Value => (past ? op.Concat([past, x], { axis: 2 }) : x);
  const [key, value] = [joined(pastKey, toHeads(op, k0, heads)), joined(pastValue, toHeads(op, v0, heads))];
  const [queryHeads, keyHeads] = [q.shape[1] as Dim, key.shape[1] as Dim];
  if (!isStatic(queryHeads) || !isStatic(keyHeads))
    return op.refuse("Attention before opset 23 needs a number of heads that is known at export");
  const times = queryHeads / keyHeads;
  const size = q.shape[3] as Dim;
  if (attributes.scale === undefined && !isStatic(size))
    return op.refuse("Attention before opset 23 needs a head size that is known at export");
  const root = Math.sqrt(attr.number(attributes, "scale", 1 / Math.sqrt(isStatic(size) ? size : 1)));
  const turned = op.Transpose(repeatHeads(op, key, times), { perm: [0, 1, 3, 2] });
  const product = op.MatMul(op.Mul(q, root), op.Mul(turned, root));
  const cap = attr.number(attributes, "softcap", 0);
  const scores = cap > 0 ? op.Mul(op.Tanh(op.Div(product, cap)), cap) : product;
  const seen = visible(op, q.shape[2] as Dim, key.shape[2] as Dim, pastKey?.shape[2] ?? 0, attributes);
  const bias = biasOf(op, scores, paddedMask(op, mask, key.shape[2] as Dim), seen);
  const biased = bias ? op.Add(scores, bias) : scores;
  const weights = guarded(op, softmax(op, biased, attributes), bias);
  const y = op.MatMul(weights, repeatHeads(op, value, times));
  const shown = [product, scores, biased, weights][attr.number(attributes, "qk_matmul_output_mode", 0)] ?? product;
  return [flat ? op.Reshape(op.Transpose(y, { perm: [0, 2, 1, 3] }), [0, 0, -1]) : y, key, value, shown];
}

function softmax(op: OpBuilder, x: Value, attributes: Given): Value {
  const precision: AttributeValue = attributes.softmax_precision;
  const wide =
    precision === "float32" || precision === 1
      ? op.cast(x, "float32")
      : precision === "float64" || precision === 11
        ? op.cast(x, "float64")
        : x;
  return op.cast(op.Softmax(wide, { axis: -1 }), x.dtype);
}

/** A query that sees no key gets zeros. */
function guarded(op: OpBuilder, weights: Value, bias: Value | null): Value {
  if (bias === null) return weights;
  const blind = op.Equal(op.ReduceMax(bias, [-1]), minusInfinity(op, bias));
  return op.Where(blind, zero(op, weights), weights);
}

function rotary(op: OpBuilder, inputs: readonly (Value | null)[], attributes: Given): Value {
  const [input, cosines, sines, positions = null] = [given(inputs, 0), given(inputs, 1), given(inputs, 2), inputs[3] ?? null];
  const flat = input.rank === 3;
  // [B, S, heads, size]
  const x = flat ? op.Reshape(input, [0, 0, attr.number(attributes, "num_heads", 0), -1]) : op.Transpose(input, { perm: [0, 2, 1, 3] });
  const size = x.shape[3] as Dim;
  if (!isStatic(size)) return op.refuse("RotaryEmbedding before opset 23 needs a head size that is known at export");
  const turned = attr.number(attributes, "rotary_embedding_dim", 0) || size;
  const cut = (v: Value, from: number, to: number, step = 1): Value => op.Slice(v, [from], [to], [-1], [step]);
  const part = turned === size ? x : cut(x, 0, turned);
  const interleaved = attr.number(attributes, "interleaved", 0) === 1;
  const x1 = interleaved ? cut(part, 0, turned, 2) : cut(part, 0, turned / 2);
  const x2 = interleaved ? cut(part, 1, turned, 2) : cut(part, turned / 2, turned);
  const row = (cache: Value): Value => op.Unsqueeze(positions ? op.Gather(cache, positions) : cache, [2]);
  const [cos, sin] = [row(cosines), row(sines)];
  const real = op.Sub(op.Mul(cos, x1), op.Mul(sin, x2));
  const imaginary = op.Add(op.Mul(sin, x1), op.Mul(cos, x2));
  const pairs = interleaved
    ? op.reshape(op.Concat([op.Unsqueeze(real, [-1]), op.Unsqueeze(imaginary, [-1])], { axis: -1 }), part.shape)
    : op.Concat([real, imaginary], { axis: -1 });
  const y = turned === size ? pairs : op.Concat([pairs, cut(x, turned, size)], { axis: -1 });
  return flat ? op.reshape(y, input.shape) : op.Transpose(y, { perm: [0, 2, 1, 3] });
}

export const attentions: ExpandTable = { Attention: attention, RotaryEmbedding: rotary };
