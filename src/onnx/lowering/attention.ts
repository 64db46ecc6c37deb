/** @file Attention in ONNX, in the order of PyTorch's math path: scale the query, multiply, mask, softmax, multiply. */

import type { DType } from "../../dtype.ts";
import { compare, type Dim, equal, floordiv } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dropped } from "./dropout.ts";
import { swapLast } from "./ints.ts";
import type { LoweringTable } from "./table.ts";

interface Attention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly attn_mask?: Value | null;
  readonly dropout_p: number | Value;
  readonly is_causal: boolean;
  readonly scale: number | Value | null;
  readonly enable_gqa?: boolean;
}

function scaledQuery(query: Value, scale: number | Value | null, op: OpBuilder): Value {
  const size = query.shape.at(-1) as Dim;
  if (scale === 1) return query;
  if (scale !== null) return op.Mul(query, typeof scale === "number" ? scale : op.cast(scale, query.dtype));
  if (typeof size === "number") return size === 1 ? query : op.Mul(query, 1 / Math.sqrt(size));
  return op.Div(query, op.Sqrt(op.cast(op.dim(size), query.dtype)));
}

/** Query heads grouped under the key and value head that they share: no key or value is copied. */
interface Grouped {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly mask: Value | null;
}

/** [..., H, L, E] against [..., K, S, E] as [..., K, H/K, L, E] against [..., K, 1, S, E]. */
function grouped(query: Value, key: Value, value: Value, mask: Value | null, op: OpBuilder): Grouped | null {
  const [heads, shared] = [query.shape.at(-3), key.shape.at(-3)];
  if (heads === undefined || shared === undefined || compare(heads, "==", shared) === true) return null;
  const group = floordiv(heads, shared);
  const split = (x: Value): Value => op.reshape(x, [...x.shape.slice(0, -3), shared, group, ...x.shape.slice(-2)]);
  const under = (x: Value): Value => op.Unsqueeze(x, [x.rank - 2]);
  const masked = (m: Value): Value => (m.rank < 3 ? m : m.shape.at(-3) === 1 ? under(m) : split(m));
  return { query: split(query), key: under(key), value: under(value), mask: mask && masked(mask) };
}

/** 0 where attention is allowed, -inf elsewhere. */
const additive = (allowed: Value, like: Value, op: OpBuilder): Value =>
  op.Where(allowed, op.scalar(0, like.dtype), op.scalar(Number.NEGATIVE_INFINITY, like.dtype));

function causal(l: Dim, s: Dim, op: OpBuilder): Value {
  const upTo = (n: Dim): Value =>
    typeof n === "number"
      ? op.constant(
          "int64",
          [n],
          Array.from({ length: n }, (_, i) => i),
        )
      : op.Range(op.scalar(0, "int64"), op.dim(n), op.scalar(1, "int64"));
  return op.GreaterOrEqual(op.Unsqueeze(upTo(l), [1]), upTo(s));
}

/** Rows in which a mask lets nothing through: [..., L, 1]. */
function deadRows(mask: Value, op: OpBuilder): Value {
  if (mask.dtype === "bool") return op.Not(op.cast(op.ReduceMax(op.cast(mask, "uint8"), [-1], { keepdims: 1 }), "bool"));
  return op.Equal(op.ReduceMax(mask, [-1], { keepdims: 1 }), op.scalar(Number.NEGATIVE_INFINITY, mask.dtype));
}

interface Scores {
  readonly scores: Value;
  /** Rows [..., L, 1] in which everything is masked; null where no row can be. */
  readonly dead: Value | null;
}

function maskedScores(query: Value, key: Value, mask: Value | null, isCausal: boolean, op: OpBuilder): Scores {
  const scores = op.MatMul(query, op.Transpose(key, { perm: swapLast(key.rank) }));
  const [l, s] = [query.shape.at(-2) as Dim, key.shape.at(-2) as Dim];
  let bias = mask === null ? null : mask.dtype === "bool" ? additive(mask, scores, op) : op.cast(mask, scores.dtype);
  if (isCausal) {
    const triangle = additive(causal(l, s, op), scores, op);
    bias = bias === null ? triangle : op.Add(bias, triangle);
  }
  if (bias === null) return { scores, dead: null };
  // Every query sees the first key of a causal mask, so only a mask of the caller can hide a row.
  const dead = mask === null ? null : deadRows(bias, op);
  return { scores: op.Add(scores, bias), dead };
}

interface Answer {
  readonly output: Value;
  readonly probabilities: Value;
  readonly scores: Value;
}

function attend(args: Attention, op: OpBuilder): Answer {
  const { query, key, value, attn_mask: mask = null } = args;
  const groups = args.enable_gqa ? grouped(query, key, value, mask, op) : null;
  const parts = groups ?? { query, key, value, mask };
  const { scores, dead } = maskedScores(scaledQuery(parts.query, args.scale, op), parts.key, parts.mask, args.is_causal, op);
  const probabilities = dropped({ input: op.Softmax(scores, { axis: -1 }), p: args.dropout_p, train: true }, op);
  const product = op.MatMul(probabilities, parts.value);
  // PyTorch gives zeros where a row is masked everywhere; softmax alone gives NaN.
  const output = dead === null ? product : op.Where(dead, op.scalar(0, product.dtype), product);
  if (groups === null) return { output, probabilities, scores };
  const joined = (x: Value): Value => op.reshape(x, [...x.shape.slice(0, -4), query.shape.at(-3) as Dim, ...x.shape.slice(-2)]);
  return { output: joined(output), probabilities: joined(probabilities), scores: joined(scores) };
}

/**
 * ONNX's own Attention where the target has it and it means the same: four dims, no dropout, a causal mask only of a square. null elsewhere.
 */
function asAttention(args: Attention, op: OpBuilder): Value | null {
  const { query, key, value, attn_mask: mask = null, scale } = args;
  const [l, s] = [query.shape.at(-2) as Dim, key.shape.at(-2) as Dim];
  if (!op.has("Attention") || args.dropout_p !== 0 || (scale !== null && typeof scale !== "number")) return null;
  if ([query, key, value].some((x) => x.rank !== 4)) return null;
  if (mask !== null && (args.is_causal || !isWholeMask(mask, [query.shape[0] as Dim, query.shape[1] as Dim, l, s]))) return null;
  if ((args.is_causal && !equal(l, s)) || !fused.has(query.dtype) || s === 0) return null;
  if (!args.enable_gqa && !equal(query.shape[1] as Dim, key.shape[1] as Dim)) return null;
  const y = op.Attention(query, key, value, mask, { is_causal: args.is_causal ? 1 : 0, ...(scale === null ? {} : { scale }) });
  return mask === null ? y : op.Where(deadRows(mask, op), op.scalar(0, y.dtype), y);
}

/**
 * Whether ONNX Runtime's kernel reads the mask as PyTorch does: it broadcasts batch and heads only, and takes rows of a float mask that are
 * the lowest number throughout for masked ones, where PyTorch averages.
 */
function isWholeMask(mask: Value, shape: readonly [Dim, Dim, Dim, Dim]): boolean {
  if (mask.dtype !== "bool") return false;
  const want = shape.slice(4 - mask.rank);
  return mask.rank >= 2 && mask.rank <= 4 && mask.shape.every((d, i) => equal(d, want[i] as Dim) || (d === 1 && i < mask.rank - 2));
}

/** dtypes that ONNX Runtime's kernel computes attention in. */
const fused: ReadonlySet<DType> = new Set<DType>(["float32", "float16"]);

export const attention = {
  "aten::scaled_dot_product_attention": (args, op) => asAttention(args, op) ?? attend(args, op).output,
  "aten::_scaled_dot_product_attention_math": (args, op) => {
    const mask = args.attn_mask && op.cast(args.attn_mask, args.query.dtype);
    const a = attend({ ...args, attn_mask: mask }, op);
    return [a.output, a.probabilities];
  },
  "aten::_scaled_dot_product_flash_attention_for_cpu": (args, op, result) => {
    const a = attend(args, op);
    return [a.output, op.cast(op.ReduceLogSumExp(a.scores, [-1], { keepdims: 0 }), result[1]?.dtype ?? "float32")];
  },
} satisfies LoweringTable;
