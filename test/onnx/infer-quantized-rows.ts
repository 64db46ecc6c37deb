/** @file Inference rows of com.microsoft: packed and quantized products, recurrences, generation, images; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const quantizedRows: readonly Row[] = [
  ["x: f32[N, S, 8], w: f32[5, N, 8]", "y = com.microsoft::FusedMatMul<transBatchB=1, transB=1>(x, w)", "f32[N, S, 5]"],
  [
    "x: f32[N, C, 8, 4], w: f32[N, 8, C, 5]",
    'y = com.microsoft::FusedMatMulActivation<transA=1, activation="Relu">(x, w)',
    "f32[N, 8, 4, 5]",
  ],
  ["x: f32[N, 8, 3], w: f32[8, 5]", "y = com.microsoft::TransposeMatMul<transA=1>(x, w)", "f32[N, 3, 5]"],
  ["x: f32[8, 3], w: f32[8, 5]", "y = com.microsoft::SparseToDenseMatMul<transA=1>(x, w)", "f32[3, 5]"],
  ["x: f32[N, 8], w: u8[8, 5], s: f32[]", "y = com.microsoft::DynamicQuantizeMatMul(x, w, s)", "f32[N, 5]"],
  ["x: u8[N, 8], w: u8[8, 5], s: f32[]", "y = com.microsoft::MatMulIntegerToFloat(x, w, s, s)", "f32[N, 5]"],
  ["x: i16[N, 8], w: i16[8, 5]", "y = com.microsoft::MatMulInteger16(x, w)", "i32[N, 5]"],
  ["x: f32[N, 8], w: f32[8, 5]", "y = com.microsoft::GemmFastGelu(x, w)", "f32[N, 5]"],
  ["x: f32[N, 8], w: f32[8, 5]", 'y = com.microsoft::FusedGemm<activation="Relu">(x, w)', "f32[N, 5]"],
  ["x: u8[N, 8], s: f32[], z: u8[], w: u8[5, 8]", "y = com.microsoft::QGemm<transB=1>(x, s, z, w, s, z, _, s, z)", "u8[N, 5]"],
  ["x: u8[N, 8], s: f32[], z: u8[], w: u8[8, 5]", "y = com.microsoft::QGemm(x, s, z, w, s, z)", "f32[N, 5]"],
  ["x: f8e4m3fn[N, 8], w: f8e4m3fn[5, 8]", "y = com.microsoft::GemmFloat8<transB=1, dtype=10>(x, w)", "f16[N, 5]"],
  ["x: i8[N, S, 8], s: f32[], w: i8[8, 5]", "y = com.microsoft::QOrderedMatMul(x, s, w, s, s)", "i8[N, S, 5]"],
  [
    "x: f32[N, S, 32], w: u8[128], a: f32[8]",
    "y = com.microsoft::MatMulBnb4<K=32, N=8, block_size=32, quant_type=1>(x, w, a)",
    "f32[N, S, 8]",
  ],
  [
    "x: f32[N, S, 32], w: u8[200]",
    `s = i64[2]{32, 8}
     y = com.microsoft::MatMulFpQ4(x, w, s)`,
    "f32[N, S, 8]",
  ],
  [
    "x: f16[N, S, 32], w: u8[8, 1, 16], a: f16[8]",
    'y, s = com.microsoft::MatMulNBitsMlp<K=32, N=8, block_size=32, bits=4, activation="silu">(x, x, a, w, a, _, w, a)',
    "f16[N, S, 8]; f16[N, S, 32]",
  ],
  [
    "x: f16[N, S, 32], w: u8[8, 1, 16], a: f16[8]",
    "q, k, v, s = com.microsoft::MatMulNBitsQkv<K=32, Nq=8, Nkv=4, block_size=32, bits=4>(x, x, a, w, a, _, w, a, _, w, a)",
    "f16[N, S, 8]; f16[N, S, 4]; f16[N, S, 4]; f16[N, S, 32]",
  ],
  [
    "x: f16[N, S, 32], w: u8[8, 1, 16], a: f16[8]",
    "y = com.microsoft::MatMulNBitsQLoRA<K=32, N=8, block_size=32, bits=4>(x, w, a, w, a, w, a)",
    "f16[N, S, 8]",
  ],
  ["x: bf16[N, S, 32], w: u8[8, 20]", "y = com.microsoft::MatMulPacked<K=32, N=8, packed_type=1>(x, w)", "bf16[N, S, 8]"],
  [
    "x: bf16[N, S, 32], w: u8[8, 16], s: u8[8, 2], g: f32[]",
    "y = com.microsoft::MatMulBlockQuantizedFp4Weight<block_size=16>(x, w, s, g)",
    "bf16[N, S, 8]",
  ],
  [
    "x: bf16[N, S, 32], w: f8e4m3fn[8, 32], s: f32[8, 1]",
    "y = com.microsoft::MatMulBlockQuantizedFp8Weight<block_size=32>(x, w, s)",
    "bf16[N, S, 8]",
  ],
  ["x: f16[N, 32], r: f16[N, 4], w: f16[4, 64, 32], v: f16[4, 32, 64]", "y = com.microsoft::MoE<k=2>(x, r, w, _, v)", "f16[N, 32]"],
  ["x: f16[N, 32], r: f16[N, 4], w: u8[4, 64, 16], v: u8[4, 32, 32]", "y = com.microsoft::QMoE<k=2>(x, r, w, _, _, v)", "f16[N, 32]"],
  ["x: f16[N, 32], r: f32[N, 4], w: u8[4, 64, 16]", "y = com.microsoft::MoEPacked<k=2>(x, r, w, w, w)", "f16[N, 32]"],
  ["x: f32[N, S, 8], b: f32[8]", "y = com.microsoft::MoEGroupRouter<n_group=2, topk_group=1, top_k=2>(x, b)", "f32[N*S, 8]"],
  ["x: bf16[N, S, 8], w: bf16[8, 20]", "r, a = com.microsoft::RouterGateUpProj<router_size=4>(x, w)", "bf16[N, S, 4]; bf16[N, S, 8]"],
  [
    "t: u8[30, 16], i: i64[N, S], s: f32[30, 1]",
    "y = com.microsoft::GatherBlockQuantized<bits=4, block_size=32, quantize_axis=1>(t, i, s)",
    "f32[N, S, 32]",
  ],
  [
    "t: u4[30, 16], i: i64[N, S], s: f16[30, 1]",
    "y = com.microsoft::GatherBlockQuantized<block_size=16, quantize_axis=1, gather_axis=1>(t, i, s)",
    "f16[30, N, S]",
  ],
  ["t: u8[30, 20], i: i64[N, S]", "y = com.microsoft::GatherPacked<K=32, output_dtype=16, packed_type=1>(t, i)", "bf16[N, S, 32]"],
  ["w: f32[30, 16], i: i64[N, S]", "y = com.microsoft::TorchEmbedding(w, i)", "f32[N, S, 16]"],
  ["x: u8[N, 1, C], y: u8[H, 1], s: f32[], z: u8[]", "r = com.microsoft::QLinearAdd(x, s, z, y, s, z, s, z)", "u8[N, H, C]"],
  ["x: u8[N, C], y: u8[C], s: f32[], z: u8[]", "r = com.microsoft::QLinearMul(x, s, z, y, s, z, s, z)", "u8[N, C]"],
  ["c: bool[N, 1], x: u8[C], y: u8[], s: f32[], z: u8[]", "r = com.microsoft::QLinearWhere(c, x, s, z, y, s, z, s, z)", "u8[N, C]"],
  ["x: u8[N, 3], y: u8[N, C], s: f32[], z: u8[]", "r = com.microsoft::QLinearConcat<axis=1>(s, z, x, s, z, y, s, z)", "u8[N, C + 3]"],
  ["x: u8[N, C, H], s: f32[], z: u8[]", "y = com.microsoft::QLinearReduceMean<axes=[1], keepdims=0>(x, s, z, s, z)", "u8[N, H]"],
  ["x: u8[N, C, H]", "y = com.microsoft::ReduceSumInteger<axes=[1], keepdims=1>(x)", "i32[N, 1, H]"],
  [
    "x: u8[N, 3, H, W], s: f32[], z: u8[]",
    "y = com.microsoft::QLinearAveragePool<kernel_shape=[3, 3]>(x, s, z, s, z)",
    "u8[N, 3, H - 2, W - 2]",
  ],
  [
    "x: u8[N, H, W, 3], s: f32[], z: u8[]",
    "y = com.microsoft::QLinearAveragePool<kernel_shape=[3, 2], channels_last=1>(x, s, z, s, z)",
    "u8[N, H - 2, W - 1, 3]",
  ],
  ["x: u8[N, H, W, 3], s: f32[], z: u8[]", "y = com.microsoft::QLinearGlobalAveragePool<channels_last=1>(x, s, z, s, z)", "u8[N, 1, 1, 3]"],
  ["x: u8[N, C], s: f32[], z: u8[]", "y = com.microsoft::QLinearLeakyRelu(x, s, z, s, z)", "u8[N, C]"],
  ["x: u8[N, C], s: f32[], z: u8[]", "y = com.microsoft::QLinearSigmoid(x, s, z, s, z)", "u8[N, C]"],
  ["x: u8[N, C], s: f32[], z: u8[]", "y = com.microsoft::QLinearSoftmax<axis=1, opset=13>(x, s, z, s, z)", "u8[N, C]"],
  [
    "x: u8[N, H, W, 4], s: f32[], z: u8[], w: u8[6, 4, 3, 3]",
    "y = com.microsoft::QLinearConv<channels_last=1, kernel_shape=[3, 3]>(x, s, z, w, s, z, s, z)",
    "u8[N, H - 2, W - 2, 6]",
  ],
  [
    "x: u8[N, 4, H, W], s: f32[], z: u8[], w: u8[6, 4, 3, 3]",
    "y = com.microsoft::QLinearConv(x, s, z, w, s, z, s, z)",
    "u8[N, 6, H - 2, W - 2]",
  ],
  ["x: f32[N, C], s: f32[], z: u16[]", "y = com.microsoft::QuantizeLinear(x, s, z)", "u16[N, C]"],
  ["x: u16[N, C], s: f16[], z: u16[]", "y = com.microsoft::DequantizeLinear(x, s, z)", "f16[N, C]"],
  ["x: f32[N, C], s: f32[]", "y = com.microsoft::QuantizeWithOrder<order_input=1, order_output=1>(x, s)", "i8[N, C]"],
  ["x: i8[N, C], s: f32[]", "y = com.microsoft::DequantizeWithOrder<order_input=1, order_output=1, to=1>(x, s)", "f32[N, C]"],
  ["x: f32[N, C]", "y, s, t = com.microsoft::QuantizeBFP<bfp_type=0>(x)", "u8[?]; i64[2]; i64[2]"],
  [
    "x: u8[20]",
    `s = i64[2]{3, 4}
     y = com.microsoft::DequantizeBFP<bfp_type=0, dtype=10>(x, s, s)`,
    "f16[3, 4]",
  ],
  ["x: u8[N, 1], z: u8[], y: u8[C]", "r = com.microsoft::MulInteger(x, z, y, z)", "i32[N, C]"],
  [
    "x: f32[S, N, 4], w: u8[1, 4, 20], r: u8[1, 5, 20], s: f32[1]",
    "y, h, c = com.microsoft::DynamicQuantizeLSTM<hidden_size=5>(x, w, r, _, _, _, _, _, s, _, s)",
    "f32[S, 1, N, 5]; f32[1, N, 5]; f32[1, N, 5]",
  ],
  [
    "x: f32[S, N, 4], w: f32[1, 20, 4], r: f32[1, 20, 5]",
    "y, h, c = com.microsoft::AttnLSTM<hidden_size=5>(x, w, r)",
    "f32[S, 1, N, 5]; f32[1, N, 5]; f32[1, N, 5]",
  ],
  [
    "q: f32[N, S, 16], k: f32[N, S, 8], v: f32[N, S, 24]",
    "y, s = com.microsoft::LinearAttention<q_num_heads=4, kv_num_heads=2>(q, k, v)",
    "f32[N, S, 48]; f32[N, 2, 4, 12]",
  ],
  [
    "q: f32[N, S, 16], k: f32[N, S, 8], v: f32[N, S, 24]",
    "y, s = com.microsoft::LinearAttention<q_num_heads=4, kv_num_heads=2, state_window=3>(q, k, v)",
    "f32[N, S, 48]; f32[3, N, 2, 4, 12]",
  ],
  ["q: f32[K, 2, 8], v: f32[K, 3, 5], c: i32[B]", "y, s = com.microsoft::GatedDeltaNet(q, q, v, c)", "f32[K, 3, 5]; f32[B - 1, 3, 5, 8]"],
  ["s: f32[100], c: f32[50], d: f32[80], m: i64[11]", "y = com.microsoft::GatedDeltaNetStateReplay(s, c, d, m)", "f32[80]"],
  ["s: f16[100], c: f16[50], d: f16[80], m: i64[8]", "y = com.microsoft::ConvStateReplay(s, c, d, m)", "f16[80]"],
  ["x: f32[N, C, S], w: f32[C, 1, 4]", "y, s = com.microsoft::CausalConvWithState<dilation=2>(x, w)", "f32[N, C, S]; f32[N, C, 6]"],
  [
    "x: f32[K, C], w: f32[C, 1, 4], l: i32[B], s: f32[N, C, 3]",
    "y, t, u = com.microsoft::VarlenCausalConvWithState<state_update_capacity=2>(x, w, l, _, s)",
    "f32[K, C]; f32[N, C, 3]; f32[N, 2, C]",
  ],
  [
    "p: bf16[N, 100], c: bf16[8, 96, 3], s: f32[8, 4, 16, 8]",
    "y, d, t, x, r = com.microsoft::Mamba2Verify<heads=4, head_dim=8, d_state=16, n_groups=1>(p, c, s)",
    "bf16[N, 32]; bf16[8, 96, 3]; f32[8, 4, 16, 8]; bf16[N, 96]; f32[N, 32]",
  ],
  [
    "i: i64[N, S], m: i64[3]",
    "h, p = com.microsoft::NGramHashMapping<max_ngram_size=3, n_head_per_ngram=2>(i, m, m)",
    "i64[N, S, 4]; i64[N, 2]",
  ],
  [
    "i: i64[K], m: i64[3], l: i32[B]",
    "h, p = com.microsoft::VarlenNGramHashMapping<max_ngram_size=3, n_head_per_ngram=2>(i, m, m, l)",
    "i64[K, 4]; i64[B - 1, 2]",
  ],
  [
    "i: i32[N, S]",
    `m = i32[1]{20}
     s = com.microsoft::GreedySearch<eos_token_id=1, pad_token_id=0>(i, m)`,
    "i32[N, 20]",
  ],
  [
    "i: i32[N, S]",
    `m = i32[1]{20}
     s, f = com.microsoft::Sampling<eos_token_id=1, pad_token_id=0, vocab_size=99>(i, m)`,
    "i32[N, 20]; f32[N, 99]",
  ],
  [
    "i: i32[N, S], l: f32[1]",
    `m = i32[1]{20}
     b = i32[1]{4}
     r = i32[1]{2}
     s, f, a = com.microsoft::BeamSearch<eos_token_id=1, pad_token_id=0, vocab_size=99>(i, m, _, b, r, l)`,
    "i32[N, 2, 20]; f32[N, 2]; f32[20 - S, N, 4, 99]",
  ],
  [
    "i: f32[N, 80, 3000], l: f32[1]",
    `m = i32[1]{20}
     b = i32[1]{4}
     r = i32[1]{2}
     s, f, a, c, p = com.microsoft::WhisperBeamSearch<eos_token_id=1, pad_token_id=0, vocab_size=99>(i, m, _, b, r, l)`,
    "i32[N, 2, 20]; f32[N, 2]; f32[?, N, 4, 99]; f32[?, ?, ?, ?, ?]; f32[N]",
  ],
  ["t: i64[N], c: i64[K], p: i64[]", "y, i = com.microsoft::BifurcationDetector(t, c, p)", "i64[?]; i64[1]"],
  ["i: i64[N, S], s: f32[N, 99]", "y = com.microsoft::NGramRepeatBlock<ngram_size=2>(i, s)", "f32[N, 99]"],
  [
    "n: i64[4], s: i32[1], c: i64[8], t: i64[16]",
    "h, a, b = com.microsoft::SpeculativePrefixCommit(n, n, s, c, t, n, n)",
    "i32[\u2026]; i64[8]; i64[16]",
  ],
  ["x: f32[N, 4, H, W], w: f32[6, 4, 3, 3]", 'y = com.microsoft::FusedConv<activation="Relu">(x, w)', "f32[N, 6, H - 2, W - 2]"],
  ["x: f16[N, H, W, 4], w: f16[6, 3, 3, 4]", "y = com.microsoft::NhwcConv(x, w)", "f16[N, H - 2, W - 2, 6]"],
  [
    "x: f16[N, H, W, 4], w: f16[6, 4, 3, 3]",
    "y = com.microsoft::NhwcFusedConv<strides=[2, 2], pads=[1, 1, 1, 1]>(x, w)",
    "f16[N, (H + 1)//2, (W + 1)//2, 6]",
  ],
  ["x: u8[N, H, W, 4]", "y = com.microsoft::NhwcMaxPool<kernel_shape=[2, 2], strides=[2, 2]>(x)", "u8[N, H//2, W//2, 4]"],
  [
    "x: f32[N, 4, 5, 5], w: f32[4, 6, 3, 3]",
    `p = i64[4]{1, 0, 0, 1}
     y = com.microsoft::ConvTransposeWithDynamicPads<strides=[2, 2]>(x, w, p)`,
    "f32[N, 6, 10, 10]",
  ],
  ["x: f32[N, 1, H, W], m: i32[N, 1, H, W]", "y = com.microsoft::MaxpoolWithMask<kernel_shape=[2, 2]>(x, m)", "f32[N, 1, H - 1, W - 1]"],
  [
    "x: f32[N, 3, H, W], r: f32[K, 4], b: i32[K]",
    `s = i32[2]{4, 5}
     y = com.microsoft::CropAndResize(x, r, b, s)`,
    "f32[K, 3, 4, 5]",
  ],
  ["x: f32[N, 3, H, W], g: f32[N, 5, 6, 2]", "y = com.microsoft::GridSample(x, g)", "f32[N, 3, 5, 6]"],
  [
    "x: f32[N, C]",
    `p = i64[4]{0, 1, 0, 2}
     y = com.microsoft::Pad(x, p)`,
    "f32[N, C + 3]",
  ],
  [
    "x: f32[N, C]",
    `a = i32[]{-1}
     y = com.microsoft::ExpandDims(x, a)`,
    "f32[N, C, 1]",
  ],
  ["x: f32[N, H, 3]", "y = com.microsoft::UnfoldTensor<dim=1, size=3, step=2>(x)", "f32[N, (H + 1)//2 - 1, 3, 3]"],
  ["x: f32[N, H]", "y = com.microsoft::Rfft<signal_ndim=1, normalized=0, onesided=1>(x)", "f32[N, H//2 + 1, 2]"],
  ["x: f32[N, 5, 2]", "y = com.microsoft::Irfft<signal_ndim=1, normalized=0, onesided=1>(x)", "f32[N, 8]"],
  ["x: f32[N, 4], y: f32[K, 4]", "z = com.microsoft::CDist(x, y)", "f32[N, K]"],
  ["x: f32[N, 2], y: f32[2]", "z = com.microsoft::ComplexMul(x, y)", "f32[N, 2]"],
  ["x: f32[N, 2], y: f32[2]", "z = com.microsoft::ComplexMulConj(x, y)", "f32[N, 2]"],
  ["x: f32[N]", "y, i, c = com.microsoft::Unique(x)", "f32[?]; i64[N]; i64[?]"],
  ["x: i32[N, 3]", "y = com.microsoft::MurmurHash3<positive=0>(x)", "i32[N, 3]"],
  ["x: f32[N, 4, 4]", "y = com.microsoft::Inverse(x)", "f32[N, 4, 4]"],
  ["x: f32[N, N]", "y = com.microsoft::Trilu(x)", "f32[N, N]"],
  ["x: f32[N, 3, 4], i: i64[5, 2]", "y = com.microsoft::GatherND(x, i)", "f32[5, 4]"],
  [
    "",
    `a = i64[]{1}
     b = i64[]{8}
     y = com.microsoft::Range(a, b)`,
    "i64[7]{1, 2, 3, 4, 5, 6, 7}",
  ],
  ["x: f32[N]", "y = com.microsoft::SampleOp(x)", "f32[N]"],
  ["c: f32[N, K]", "y = com.microsoft::DynamicTimeWarping(c)", "i32[2, ?]"],
  ["x: f32[N], y: f32[K]", "z = com.microsoft::IsAllFinite(x, y)", "bool[]"],
  ["s: i32[N, 7], w: f32[5, 1, 2, 3], b: f32[5], c: f32[9, 3]", "y = com.microsoft::WordConvEmbedding(s, w, b, c)", "f32[N, 5]"],
  [
    "",
    `s = Constant<value_strings=["a b", "c"]>()
     y = com.microsoft::Tokenizer<mark=0, mincharnum=1, pad_value="#">(s)`,
    "string[2, ?]",
  ],
];
