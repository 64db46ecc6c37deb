/** @file Inference rows, see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const layerRows: readonly Row[] = [
  ["x: f32[N, S, 8], w: f32[8, 16]", "y = MatMul(x, w)", "f32[N, S, 16]"],
  ["x: f32[N, 1, S, 8], w: f32[C, 8, 3]", "y = MatMul(x, w)", "f32[N, C, S, 3]"],
  ["x: f32[8], w: f32[N, 8, 3]", "y = MatMul(x, w)", "f32[N, 3]"],
  ["x: f32[8], w: f32[8]", "y = MatMul(x, w)", "f32[]"],
  ["x: u8[N, 8], w: i8[8, 3]", "y = MatMulInteger(x, w)", "i32[N, 3]"],
  ["a: f32[8, N], b: f32[3, 8], c: f32[3]", "y = Gemm<transA=1, transB=1>(a, b, c)", "f32[N, 3]"],
  ["a: f32[N, S, C], b: f32[N, C, H]", 'y = Einsum<equation="bij,bjk->bik">(a, b)', "f32[N, S, H]"],
  ["a: f32[N, S, C], b: f32[C, H]", 'y = Einsum<equation="...ij,jk->...ik">(a, b)', "f32[N, S, H]"],
  ["a: f32[S, C], b: f32[C, H]", 'y = Einsum<equation="ij,jk">(a, b)', "f32[S, H]"],
  ["a: f32[S, S]", 'y = Einsum<equation="ii->i">(a)', "f32[S]"],
  ["x: f32[N, 4, 4]", "y = Det(x)", "f32[N]"],
  ["x: f32[N, 3, H, W], w: f32[8, 3, 3, 3]", "y = Conv<pads=[1, 1, 1, 1]>(x, w)", "f32[N, 8, H, W]"],
  ["x: f32[N, 3, H, W], w: f32[8, 3, 3, 3]", "y = Conv<pads=[1, 1, 1, 1], strides=[2, 2]>(x, w)", "f32[N, 8, (H + 1)//2, (W + 1)//2]"],
  ["x: f32[N, 3, H], w: f32[8, 3, 5]", "y = Conv<dilations=[2]>(x, w)", "f32[N, 8, H - 8]"],
  ["x: f32[N, 4, H], w: f32[8, 2, 3]", 'y = Conv<group=2, auto_pad="SAME_UPPER", strides=[3]>(x, w)', "f32[N, 8, (H + 2)//3]"],
  ["x: f32[N, 4, H], w: f32[8, 4, 3]", 'y = Conv<auto_pad="VALID">(x, w)', "f32[N, 8, H - 2]"],
  ["x: f32[N, 4, H, W], w: f32[4, 8, 4, 4]", "y = ConvTranspose<strides=[2, 2], pads=[1, 1, 1, 1]>(x, w)", "f32[N, 8, 2*H, 2*W]"],
  ["x: f32[N, 4, H], w: f32[4, 8, 3]", "y = ConvTranspose<strides=[2], output_padding=[1], group=2>(x, w)", "f32[N, 16, 2*H + 2]"],
  ["x: f32[N, 4, H], w: f32[4, 8, 3]", "y = ConvTranspose<output_shape=[20], strides=[2]>(x, w)", "f32[N, 8, 20]"],
  ["x: f32[N, C, H, W]", "y = MaxPool<kernel_shape=[2, 2], strides=[2, 2]>(x)", "f32[N, C, H//2, W//2]"],
  ["x: f32[N, C, H]", "y, i = MaxPool<kernel_shape=[3], strides=[2], ceil_mode=1>(x)", "f32[N, C, H//2]; i64[N, C, H//2]"],
  ["x: f32[1, 1, 7]", "y = MaxPool<kernel_shape=[2], strides=[2], ceil_mode=1>(x)", "f32[1, 1, 4]"],
  ["x: f32[1, 1, 2]", "y = MaxPool<kernel_shape=[1], strides=[2], ceil_mode=1>(x)", "f32[1, 1, 1]"],
  ["x: f32[N, C, H]", "y = AveragePool<kernel_shape=[3], pads=[1, 1]>(x)", "f32[N, C, H]"],
  ["x: f32[N, C, H, W]", "y = GlobalAveragePool(x)", "f32[N, C, 1, 1]"],
  ["x: f32[N, C, H], s: f32[C], b: f32[C], m: f32[C], v: f32[C]", "y = BatchNormalization(x, s, b, m, v)", "f32[N, C, H]"],
  ["x: f32[N, S, 8], s: f32[8], b: f32[8]", "y, m, v = LayerNormalization(x, s, b)", "f32[N, S, 8]; f32[N, S, 1]; f32[N, S, 1]"],
  ["x: f32[N, S, 8], s: f32[8]", "y = RMSNormalization(x, s)", "f32[N, S, 8]"],
  ["x: f32[N, 8, H], s: f32[8], b: f32[8]", "y = GroupNormalization<num_groups=4>(x, s, b)", "f32[N, 8, H]"],
  [
    "x: f32[S, N, 4], w: f32[2, 20, 4], r: f32[2, 20, 5]",
    'y, h, c = LSTM<hidden_size=5, direction="bidirectional">(x, w, r)',
    "f32[S, 2, N, 5]; f32[2, N, 5]; f32[2, N, 5]",
  ],
  ["x: f32[N, S, 4], w: f32[1, 15, 4], r: f32[1, 15, 5]", "y, h = GRU<hidden_size=5, layout=1>(x, w, r)", "f32[N, S, 1, 5]; f32[N, 1, 5]"],
  ["x: f32[N, C, H, W]", "s = f32[4]{1, 1, 2, 0.5}\ny = Resize(x, _, s)", "f32[N, C, 2*H, W//2]"],
  ["x: f32[N, C, H, W], t: f32[N, C, K, K]", "s = Shape(t)\ny = Resize(x, _, _, s)", "f32[N, C, K, K]"],
  ["x: f32[N, C, H, W]", "s = i64[2]{7, 9}\ny = Resize<axes=[2, 3]>(x, _, _, s)", "f32[N, C, 7, 9]"],
  ["x: f32[1, 1, 5, 5]", "s = f32[4]{1, 1, 0.6, 0.6}\ny = Resize(x, _, s)", "f32[1, 1, 3, 3]"],
  ["x: f32[N, C, H, W], g: f32[N, 5, 6, 2]", "y = GridSample(x, g)", "f32[N, C, 5, 6]"],
  ["t: f32[N, 2, 3]", "s = i64[4]{2, 3, 5, 6}\ny = AffineGrid(t, s)", "f32[2, 5, 6, 2]"],
  ["x: f32[N, 12, 25]", "i = i64[2]{5, 5}\nb = i64[2]{1, 3}\ny = Col2Im(x, i, b)", "f32[N, 4, 5, 5]"],
  ["x: f32[N, H, 1]", "a = i64[]{1}\ny = DFT<onesided=1>(x, _, a)", "f32[N, H//2 + 1, 2]"],
  ["x: f32[N, S, 1], w: f32[16]", "f = i64[]{4}\ny = STFT(x, f, w)", "f32[N, S//4 - 3, 9, 2]"],
  ["q: f32[N, 8, S, 16], k: f32[N, 2, K, 16], v: f32[N, 2, K, 32]", "y = Attention(q, k, v)", "f32[N, 8, S, 32]"],
  [
    "q: f32[N, S, 64], k: f32[N, S, 32], v: f32[N, S, 32], m: f32[S, S], pk: f32[N, 4, K, 8], pv: f32[N, 4, K, 8]",
    "y, a, b = Attention<q_num_heads=8, kv_num_heads=4>(q, k, v, m, pk, pv)",
    "f32[N, S, 64]; f32[N, 4, K + S, 8]; f32[N, 4, K + S, 8]",
  ],
  ["x: f32[N, C]", "y, s, z = DynamicQuantizeLinear(x)", "u8[N, C]; f32[]; u8[]"],
  ["x: f32[N, C], s: f32[], z: i8[]", "y = QuantizeLinear(x, s, z)", "i8[N, C]"],
  ["x: i8[N, C], s: f32[]", "y = DequantizeLinear(x, s)", "f32[N, C]"],
  ["b: f32[1, N, 4], s: f32[1, C, N]", "y = NonMaxSuppression(b, s)", "i64[?, 3]"],
  ["x: f32[N, C, H, W], r: f32[K, 4], b: i64[K]", "y = RoiAlign<output_height=7, output_width=5>(x, r, b)", "f32[K, C, 7, 5]"],
  ["x: f32[N, C], t: i64[N]", "y, l = SoftmaxCrossEntropyLoss(x, t)", "f32[]; f32[N, C]"],
  ["x: f32[N, C], t: i64[N]", 'y = NegativeLogLikelihoodLoss<reduction="none">(x, t)', "f32[N]"],
  ["x: f32[N, C]", "y = Bernoulli<dtype=9>(x)", "bool[N, C]"],
  ["x: f32[N, C]", "y = Gelu(x)", "f32[N, C]"],
  ["x: f32[N, S, C], y: f32[N, S, C]", "z = SwiGLU(x, y)", "f32[N, S, C]"],
  [
    "c: bool[], x: f32[N, C], y: f32[N, 3]",
    `s = Shape(x)
     z = If<then_branch={() -> (a)
       a = Relu(x)
     }, else_branch={() -> (b)
       b = Neg(y)
     }>(c)`,
    "f32[N, ?]",
  ],
  [
    "n: i64[], x: f32[N, C]",
    `z, t = Loop<body={(i, c, h) -> (d, k, o)
       d = Identity(c)
       k = Relu(h)
       a = i64[1]{0}
       o = ReduceSum<keepdims=0>(h, a)
     }>(n, _, x)`,
    "f32[N, C]; f32[?, C]",
  ],
  [
    "x: f32[N, C]",
    `n = i64[]{5}
     z = Loop<body={(i, c, h) -> (d, k)
       d = Identity(c)
       k = Concat<axis=0>(h, x)
     }>(n, _, x)`,
    "f32[?, C]",
  ],
  [
    "x: f32[S, N, C], h: f32[N, C]",
    `z, y = Scan<num_scan_inputs=1, body={(a, b) -> (c, d)
       c = Add(a, b)
       d = Shape(b)
     }>(h, x)`,
    "f32[N, C]; i64[S, 2]",
  ],
  ["x: f32[N, C], y: f32[N, H]", "s = SequenceConstruct(x, y)\ni = i64[]{0}\nz = SequenceAt(s, i)", "f32[N, ?]"],
  ["x: f32[N, C]", "s = SplitToSequence<axis=1>(x)\nz = ConcatFromSequence<axis=1>(s)", "f32[N, ?]"],
  ["x: f32[N, 8], b: f32[8]", "y = com.microsoft::BiasGelu(x, b)", "f32[N, 8]"],
  [
    "x: f32[N, S, 8], s: f32[N, S, 8], g: f32[8]",
    "y, m, v, z = com.microsoft::SkipLayerNormalization(x, s, g)",
    "f32[N, S, 8]; f32[N, S, 1]; f32[N, S, 1]; f32[N, S, 8]",
  ],
  [
    "x: f32[N, S, 8], w: u8[16, 1, 4], s: f32[16]",
    "y = com.microsoft::MatMulNBits<K=8, N=16, block_size=8, bits=4>(x, w, s)",
    "f32[N, S, 16]",
  ],
  ["x: f32[N, S, 8], w: f32[N, 5, 8]", "y = com.microsoft::FusedMatMul<transB=1>(x, w)", "f32[N, S, 5]"],
  ["q: f32[N, S, 64], k: f32[N, K, 64], v: f32[N, K, 32]", "y = com.microsoft::MultiHeadAttention<num_heads=8>(q, k, v)", "f32[N, S, 32]"],
  ["x: f32[N, 5]", "y = ai.onnx.ml::Binarizer(x)", "f32[N, 5]"],
  ["x: f32[N, 5]", "y = ai.onnx.ml::LinearRegressor<targets=3>(x)", "f32[N, 3]"],
  [
    "x: f32[B, 1, C]",
    `s = Shape<start=1, end=2>(x)
     one = i64[1]{1}
     c = Equal(s, one)
     z = If<then_branch={() -> (a)
       a = Squeeze<axes=[1]>(x)
     }, else_branch={() -> (b)
       b = Identity(x)
     }>(c)`,
    "f32[B, C]",
  ],
];
