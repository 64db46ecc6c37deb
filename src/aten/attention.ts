/** @file Scaled dot product attention: query [..., L, E], key [..., S, E], value [..., S, Ev]. */

import { biasOf } from "../core/ops/attention.ts";
import { arange, binary, cast, compare, fill, scalarTensor, where } from "../core/ops/elementwise.ts";
import { defaultGenerator } from "../core/ops/generator.ts";
import { expand, reshape, unsqueeze } from "../core/ops/layout.ts";
import { matmul } from "../core/ops/matmul.ts";
import { softmax } from "../core/ops/norm.ts";
import { drop } from "../core/ops/random.ts";
import { reduce } from "../core/ops/reduce.ts";
import { reduceSet } from "../core/ops/reduce-set.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, wideOf } from "../dtype.ts";
import type { Dim, Shape } from "../symbolic.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { transposed } from "./linear.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { shaped } from "./view-shape.ts";

interface Attention<T, I> {
  readonly query: T;
  readonly key: T;
  readonly value: T;
  readonly attn_mask?: T | null;
  readonly dropout_p: number | I;
  readonly is_causal: boolean;
  readonly scale: number | I | null;
  readonly enable_gqa?: boolean;
}

/** Shape of the output: batch dims broadcast; with grouped heads the query's heads count. */
function attentionShape(query: Shape, key: Shape, value: Shape, gqa: boolean): Dim[] {
  const drop = gqa ? 3 : 2;
  const batch = broadcastShapes(query.slice(0, -drop), key.slice(0, -drop), value.slice(0, -drop));
  return [...batch, ...query.slice(-drop, -1), ...value.slice(-1)];
}

/** [..., kv heads, S, E] with each head repeated for the queries that share it. */
function repeatHeads(x: Strided, heads: number): Strided {
  const [kv, s, e] = x.shape.slice(-3) as [number, number, number];
  if (kv === heads) return x;
  const lead = x.shape.slice(0, -3);
  const spread = expand(unsqueeze(x, lead.length + 1), [...lead, kv, heads / kv, s, e]);
  return reshape(spread, [...lead, heads, s, e]);
}

/** Additive mask of the positions after the query's own, counted from the top left. */
const causalMask = (l: number, s: number, dtype: DType): Strided =>
  biasOf(compare("ge", unsqueeze(arange("int64", 0, 1, l), 1), arange("int64", 0, 1, s)), dtype);

interface Answer {
  readonly output: Strided;
  readonly probabilities: Strided;
  /** log sum exp of each row's scores: [..., L]. */
  readonly logsumexp: Strided;
}

/** softmax(scale q k^T + mask) v in at least float32; rows that are masked everywhere give zeros, as PyTorch's kernels do. */
function attend(args: Attention<Strided, number>): Answer {
  const { dtype } = args.query;
  const wide = wideOf(dtype);
  const heads = args.query.shape.at(-3) ?? 1;
  const share = (x: Strided) => cast(args.enable_gqa ? repeatHeads(x, heads) : x, wide);
  const scale = args.scale ?? 1 / Math.sqrt(args.query.shape.at(-1) as number);
  const q = binary("mul", cast(args.query, wide), scalarTensor(wide, scale));
  let scores = matmul(q, transposed(share(args.key)));
  const { attn_mask: mask } = args;
  if (mask) scores = binary("add", scores, biasOf(mask, wide));
  if (args.is_causal) scores = binary("add", scores, causalMask(scores.shape.at(-2) as number, scores.shape.at(-1) as number, wide));
  const rows = scores.shape.length - 1;
  if (scores.shape[rows] === 0) {
    const nothing = fill(wide, scores.shape.slice(0, -1), 0);
    return { output: cast(matmul(scores, share(args.value)), dtype), probabilities: scores, logsumexp: nothing };
  }
  const most = reduce("max", scores, [rows], true);
  const dead = compare("eq", most, scalarTensor(wide, Number.NEGATIVE_INFINITY));
  const zero = scalarTensor(wide, 0);
  const certain = where(dead, zero, softmax(scores, rows));
  const probabilities = args.dropout_p > 0 ? drop(defaultGenerator, certain, args.dropout_p) : certain;
  const lse = where(dead, zero, reduceSet("logsumexp", scores, [rows], true));
  return { output: cast(matmul(probabilities, share(args.value)), dtype), probabilities, logsumexp: reshape(lse, lse.shape.slice(0, -1)) };
}

const outputType = (a: Attention<TensorType, Dim>): Meta =>
  shaped(a.query, attentionShape(a.query.shape, a.key.shape, a.value.shape, a.enable_gqa === true));

interface DeviceAttention {
  readonly query: Symbolic;
  readonly key: Symbolic;
  readonly value: Symbolic;
  readonly bias: Symbolic | null;
  readonly dropout_p: number | Dim;
  readonly is_causal: boolean;
  readonly scale: number | Dim | null;
}

/** Output and logsumexp of the kernels of other devices. */
const onDevice = ({ bias, ...args }: DeviceAttention, call: Call): [Symbolic, Symbolic] =>
  call("aten::_scaled_dot_product_flash_attention_for_cpu", { ...args, attn_mask: bias });

/** What those kernels return for their backward pass: nothing that inference reads. */
const unread = (size: Shape, dtype: DType, call: Call): Symbolic => call("aten::full", { size, fill_value: 0, dtype });

export const attention = {
  "aten::_scaled_dot_product_efficient_attention": {
    decompose: ({ attn_bias: bias, query, key, value, dropout_p, is_causal, scale }, call) => [
      ...onDevice({ query, key, value, bias, dropout_p, is_causal, scale }, call),
      unread([], "int64", call),
      unread([], "int64", call),
    ],
  },
  "aten::_scaled_dot_product_flash_attention": {
    decompose: ({ query, key, value, dropout_p, is_causal, scale }, call) => {
      const [output, logsumexp] = onDevice({ query, key, value, bias: null, dropout_p, is_causal, scale }, call);
      const none = unread([0], "int32", call);
      const [q, k] = [query.shape.at(-2) as Dim, key.shape.at(-2) as Dim];
      return [output, logsumexp, none, none, q, k, unread([2], "uint64", call), unread([], "uint64", call), unread([0], query.dtype, call)];
    },
  },
  "aten::_scaled_dot_product_cudnn_attention": {
    decompose: ({ attn_bias: bias, query, key, value, dropout_p, is_causal, scale }, call) => {
      const [output, logsumexp] = onDevice({ query, key, value, bias, dropout_p, is_causal, scale }, call);
      const none = unread([0], "int32", call);
      const [q, k] = [query.shape.at(-2) as Dim, key.shape.at(-2) as Dim];
      return [output, logsumexp, none, none, q, k, unread([], "int64", call), unread([], "int64", call), unread([0], query.dtype, call)];
    },
  },
  "aten::scaled_dot_product_attention": {
    meta: (args) => outputType(args),
    eval: (args) => attend(args).output,
  },
  "aten::_scaled_dot_product_attention_math": {
    meta: (args) => {
      const out = outputType(args);
      return [out, { dtype: out.dtype, shape: [...out.shape.slice(0, -1), args.key.shape.at(-2) as Dim] }];
    },
    eval: (args) => {
      const mask = args.attn_mask && cast(args.attn_mask, args.query.dtype);
      const a = attend({ ...args, attn_mask: mask });
      return [a.output, cast(a.probabilities, args.query.dtype)];
    },
  },
  "aten::_scaled_dot_product_flash_attention_for_cpu": {
    meta: (args) => {
      const out = outputType(args);
      return [out, { dtype: args.query.dtype === "float64" ? "float64" : "float32", shape: out.shape.slice(0, -1) }];
    },
    eval: (args) => {
      const a = attend(args);
      return [a.output, a.logsumexp];
    },
  },
} satisfies AtenTable;
