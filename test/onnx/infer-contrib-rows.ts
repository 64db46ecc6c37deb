/** @file Inference rows of com.microsoft: attention and normalizations as fused; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const contribRows: readonly Row[] = [
  [
    "x: f32[N, S, 16], w: f32[16, 48], b: f32[48]",
    "y, p = com.microsoft::Attention<num_heads=4>(x, w, b)",
    "f32[N, S, 16]; f32[2, N, 4, S, 4]",
  ],
  [
    "x: f32[N, S, 16], w: f32[16, 48], b: f32[48], p: f32[2, N, 4, K, 4]",
    "y, q = com.microsoft::Attention<num_heads=4>(x, w, b, _, p)",
    "f32[N, S, 16]; f32[2, N, 4, K + S, 4]",
  ],
  [
    "x: f32[N, S, 16], w: f32[16, 56], b: f32[56]",
    "y = com.microsoft::Attention<num_heads=4, qkv_hidden_sizes=[16, 16, 24]>(x, w, b)",
    "f32[N, S, 24]",
  ],
  ["x: u8[N, S, 16], w: u8[16, 48], b: f32[48], s: f32[]", "y = com.microsoft::QAttention<num_heads=4>(x, w, b, s, s)", "f32[N, S, 16]"],
  [
    "x: f32[K, 16], w: f32[16, 48], b: f32[48], o: i32[N, S], c: i32[C]",
    "y = com.microsoft::PackedAttention<num_heads=4>(x, w, b, o, c)",
    "f32[K, 16]",
  ],
  [
    "x: f32[N, 1, 16], w: f32[16, 48], b: f32[48], p: f32[2, N, 4, K, 4], l: i32[1]",
    "y, q = com.microsoft::DecoderMaskedSelfAttention<num_heads=4, past_present_share_buffer=1>(x, w, b, _, p, _, l)",
    "f32[N, 1, 16]; f32[2, N, 4, K, 4]",
  ],
  [
    "x: i8[N, S, 16], w: i8[16, 16], v: i8[16, 24], s: f32[]",
    "y = com.microsoft::QOrderedAttention<num_heads=4>(x, s, s, s, s, w, w, v)",
    "i8[N, S, 24]",
  ],
  [
    "q: f32[N, S, 64], k: f32[N, K, 64], v: f32[N, K, 32], pk: f32[N, 8, C, 8], pv: f32[N, 8, C, 4]",
    "y, a, b = com.microsoft::MultiHeadAttention<num_heads=8>(q, k, v, _, _, _, pk, pv)",
    "f32[N, S, 32]; f32[N, 8, C + K, 8]; f32[N, 8, C + K, 4]",
  ],
  ["q: f32[N, S, 8, 3, 16]", "y = com.microsoft::MultiHeadAttention<num_heads=8>(q)", "f32[N, S, 128]"],
  ["q: f32[N, S, 128], k: f32[N, K, 8, 2, 16]", "y = com.microsoft::MultiHeadAttention<num_heads=8>(q, k)", "f32[N, S, 128]"],
  ["q: f32[N, S, 64], k: f32[N, 8, K, 8]", "y = com.microsoft::MultiHeadAttention<num_heads=8>(q, k, k)", "f32[N, S, 64]"],
  [
    "q: f32[N, 1, 16], p: f32[N, 4, K, 4]",
    "y, a, b = com.microsoft::DecoderMaskedMultiHeadAttention<num_heads=4, past_present_share_buffer=1>(q, q, q, _, _, p, p)",
    "f32[N, 1, 16]; f32[N, 4, K, 4]; f32[N, 4, K, 4]",
  ],
  [
    "q: f16[K, 16], v: f16[K, 24], o: i32[N, S], c: i32[C]",
    "y = com.microsoft::PackedMultiHeadAttention<num_heads=4>(q, q, v, _, o, c)",
    "f16[K, 24]",
  ],
  [
    "q: f16[K, 4, 3, 8], o: i32[N, S], c: i32[C]",
    "y = com.microsoft::PackedMultiHeadAttention<num_heads=4>(q, _, _, _, o, c)",
    "f16[K, 32]",
  ],
  [
    "q: f16[N, S, 64], k: f16[N, S, 32], l: i32[N]",
    `t = i32[]{9}
     y, a, b = com.microsoft::GroupQueryAttention<num_heads=4, kv_num_heads=2>(q, k, k, _, _, l, t)`,
    "f16[N, S, 64]; f16[N, 2, S, 16]; f16[N, 2, S, 16]",
  ],
  [
    "q: f16[N, S, 128], p: f16[N, 2, 32, 16], l: i32[N]",
    `t = i32[]{9}
     y, a, b = com.microsoft::GroupQueryAttention<num_heads=4, kv_num_heads=2>(q, _, _, p, p, l, t)`,
    "f16[N, S, 64]; f16[N, 2, 32, 16]; f16[N, 2, 32, 16]",
  ],
  [
    "q: f16[N, S, 128], p: f16[N, 2, K, 16], r: i32[2, C], t: i32[1], l: i32[N]",
    "y, a, b = com.microsoft::SparseAttention<num_heads=4, kv_num_heads=2, sparse_block_size=16>(q, _, _, p, p, r, r, t, l)",
    "f16[N, S, 64]; f16[N, 2, K, 16]; f16[N, 2, K, 16]",
  ],
  [
    "q: f16[N, S, 128], p: f16[N, 2, K, 16], i: i32[N, S, C], c: i32[N, S], l: i32[N], t: i32[1]",
    "y, a, b = com.microsoft::DynamicSparseAttention<num_heads=4, kv_num_heads=2>(q, _, _, p, p, _, _, i, c, l, t)",
    "f16[N, S, 64]; f16[N, 2, K, 16]; f16[N, 2, K, 16]",
  ],
  [
    "q: f16[K, 128], c: f16[8, 16, 2, 16], n: i32[C], p: i32[N]",
    "y, a, b = com.microsoft::PagedAttention<num_heads=4, kv_num_heads=2>(q, _, _, c, c, n, p)",
    "f16[K, 64]; f16[8, 16, 2, 16]; f16[8, 16, 2, 16]",
  ],
  [
    "q: f16[K, 128], c: f16[8, 16, 2, 16], n: i32[C], p: i32[N]",
    "y, a, b = com.microsoft::SparsePagedAttention<num_heads=4, kv_num_heads=2>(q, _, _, c, c, n, p)",
    "f16[K, 64]; f16[8, 16, 2, 16]; f16[8, 16, 2, 16]",
  ],
  [
    "q: f16[N, S, 64], n: f16[16], t: f16[K, 8], p: f16[N, K, 16]",
    'y = com.microsoft::SparseAttentionIndexer<policy_mode="qsa", token_budget=64, compress_ratio=4>(q, q, n, n, t, t, _, p)',
    "i32[N, S, 67]",
  ],
  [
    "q: f32[S, N, 64], k: f32[K, N, 64], w: f32[64, 64], v: f32[64, 128], b: f32[192], t: bool[1]",
    "y, c, d = com.microsoft::DecoderAttention<num_heads=8>(q, k, w, v, b, _, _, _, t, t, t, t)",
    "f32[S, N, 64]; f32[N, 8, ?, 8]; f32[N, 8, ?, 8]",
  ],
  [
    "x: f32[N, S, 64], b: f32[64], r: f32[1, 8, S, S], w: f32[8, 8], c: f32[8], e: f32[1, 8, 1, 1]",
    "y = com.microsoft::GatedRelativePositionBias<num_heads=8>(x, b, r, w, c, e)",
    "f32[N, 8, S, S]",
  ],
  [
    "t: f32[32, 8]",
    `n = i64[1]{5}
     y = com.microsoft::RelativePositionBias<max_distance=128>(t, n, n)`,
    "f32[1, 8, 5, 5]",
  ],
  ["x: f32[N, S, 16], n: i32[N]", "y, o, c, m = com.microsoft::RemovePadding(x, n)", "f32[?, 16]; i32[N, S]; i32[N + 1]; i32[1]"],
  ["x: f32[K, 16], o: i32[N, S]", "y = com.microsoft::RestorePadding(x, o)", "f32[N, S, 16]"],
  [
    "x: f32[N, S, 16], w: f32[16, 48], b: f32[48], m: f32[N, S], g: i32[N, S]",
    "y = com.microsoft::LongformerAttention<num_heads=4, window=2>(x, w, b, m, w, b, g)",
    "f32[N, S, 16]",
  ],
  ["x: i8[N, S, 16], s: f32[]", "y = com.microsoft::QOrderedLongformerAttention<num_heads=4, window=2>(x, s)", "i8[N, S, 16]"],
  ["x: f32[N, S, 64], p: i64[N, S], c: f32[K, 8]", "y = com.microsoft::RotaryEmbedding<num_heads=4>(x, p, c, c)", "f32[N, S, 64]"],
  [
    "x: f32[N, S, 64], p: i64[3, N, S], c: f32[K, 8]",
    "y = com.microsoft::MRotaryEmbedding<mrope_section=[2, 3, 3]>(x, p, c, c)",
    "f32[N, S, 64]",
  ],
  [
    "e: f32[N, S, 64], q: f16[N, 4, S, 16]",
    "a, b = com.microsoft::GemmaRotaryEmbedding(e, q, q, q, q)",
    "f16[N, 4, S, 16]; f16[N, 4, S, 16]",
  ],
  [
    "x: bf16[N, S, 4, 32], w: f32[16], p: i64[1], c: bf16[K, 8]",
    "y, f = com.microsoft::RMSNormRotary<rotary_embedding_dim=16, input_width=16>(x, w, p, c, c)",
    "bf16[N, S, 64]; f32[N, S, 4, 16]",
  ],
  [
    "x: f32[N, S, 8], g: f32[8]",
    "y, m, v, z = com.microsoft::SkipSimplifiedLayerNormalization(x, x, g)",
    "f32[N, S, 8]; f32[N, S, 1]; f32[N, S, 1]; f32[N, S, 8]",
  ],
  [
    "i: i32[N, S], w: f32[30, 8], p: f32[10, 8], g: f32[8], m: i32[N, S]",
    "y, k, e = com.microsoft::EmbedLayerNormalization(i, i, w, p, p, g, g, m)",
    "f32[N, S, 8]; i32[N]; f32[N, S, 8]",
  ],
  ["i: i32[N, S], w: u8[30, 8], s: f32[]", "y, k = com.microsoft::QEmbedLayerNormalization(i, _, w, w)", "f32[N, S, 8]; i32[N]"],
  ["x: f32[N, H, W, 8], g: f32[8]", "y = com.microsoft::GroupNorm<groups=4>(x, g, g)", "f32[N, H, W, 8]"],
  ["x: f32[N, H, W, 8], g: f32[8]", "y, s = com.microsoft::SkipGroupNorm<groups=4>(x, g, g, x)", "f32[N, H, W, 8]; f32[N, H, W, 8]"],
  ["x: f32[N, S, 4, 8]", "y = com.microsoft::BranchwiseRMSNorm(x)", "f32[N, S, 4, 8]"],
  ["x: f32[N, S, 32], g: f32[8]", "y = com.microsoft::GatedRMSNorm(x, g, x)", "f32[N, S, 32]"],
  ["x: i8[N, S, 8], s: f32[], g: f32[8]", "y = com.microsoft::QOrderedLayerNormalization(x, s, g, g, s)", "i8[N, S, 8]"],
  ["x: f32[N, S, 8], b: f32[8]", "y = com.microsoft::BiasAdd(x, b, x)", "f32[N, S, 8]"],
  ["x: f32[N, 8], b: f32[8]", "y, m = com.microsoft::BiasDropout(x, b)", "f32[N, 8]; bool[N, 8]"],
  ["x: f32[N, 8]", "y, m = com.microsoft::BitmaskDropout(x)", "f32[N, 8]; u32[(N + 3)//4]"],
  ["x: f32[N, 8], b: f32[8]", "y, m = com.microsoft::BitmaskBiasDropout(x, b)", "f32[N, 8]; u32[(N + 3)//4]"],
  ["x: f32[N, 8]", "y = com.microsoft::BiasSoftmax<axis=1, is_inner_broadcast=0>(x, x)", "f32[N, 8]"],
  ["x: f32[N, S, 8], b: f32[8]", "y = com.microsoft::BiasSplitGelu(x, b)", "f32[N, S, 4]"],
  ["x: f32[N, 8], b: f32[8]", "y = com.microsoft::FastGelu(x, b)", "f32[N, 8]"],
  ["x: f32[N, 8]", "y = com.microsoft::Gelu(x)", "f32[N, 8]"],
  ["x: f32[N, 8]", "y = com.microsoft::QuickGelu(x)", "f32[N, 8]"],
  ["x: i8[N, 8], s: f32[]", "y = com.microsoft::QOrderedGelu(x, s, s)", "i8[N, 8]"],
  ["x: f32[N, 8]", "y = com.microsoft::ScaledSiLU(x)", "f32[N, 8]"],
  ["x: f32[N, 8]", "y = com.microsoft::SwiGLU(x)", "f32[N, 4]"],
  ["x: f32[N, 8]", "y = com.microsoft::SwiGLU(x, x)", "f32[N, 8]"],
  ["x: bf16[N, 8], g: bf16[N, 1]", "y = com.microsoft::GatedAdd(x, x, g)", "bf16[N, 8]"],
  [
    "k: f32[N, S, 4, 8], v: f32[N, S, 8], g: f32[4, 8]",
    "y, z = com.microsoft::EngramGate(k, k, v, g, g, g)",
    "f32[N, S, 4, 8]; f32[N, S, 4, 8]",
  ],
  ["s: f32[N, S, 4, 8], m: f32[N, S, 4]", "y = com.microsoft::HyperConnectionPreMix(s, m)", "f32[N, S, 8]"],
  ["s: f32[N, S, 4, 8], b: f32[N, S, 8], m: f32[N, S, 4]", "y = com.microsoft::HyperConnectionPostMix(s, b, m)", "f32[N, S, 4, 8]"],
  [
    "s: f32[N, S, 32], g: f32[32], d: f32[32, 2], u: f32[2, 32], i: f32[32, 4]",
    "y, p, z = com.microsoft::HyperConnectionLowRankMix<num_branches=4>(s, g, d, u, i)",
    "f32[N, S, 8]; f32[N, S, 4]; f32[N, S, 32]",
  ],
  ["a: f32[N, S, 4], b: f32[4]", "d, e = com.microsoft::LinearAttentionGate(a, b, b, a)", "f32[N, S, 4]; f32[N, S, 4]"],
];
