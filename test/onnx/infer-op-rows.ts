/** @file Inference rows of what is neither layout nor layer, and of lists and scales that are only half known; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const opRows: readonly Row[] = [
  ["x: i64[N, C]", 'y = BitShift<direction="LEFT">(x, x)', "i64[N, C]"],
  ["x: f32[N, C]", "y = Clip<min=0.0, max=1.0>(x)", "f32[N, C]"],
  ["x: f32[N, C], y: f32[C]", "z = Max(x, y, x)", "f32[N, C]"],
  ["x: f32[N, C], y: f32[C]", "z = Min(x, y)", "f32[N, C]"],
  ["x: f32[N, C], y: f32[C]", "z = Mean(x, y)", "f32[N, C]"],
  ["x: f32[N, C], y: f32[C]", "z = Sum(x, y)", "f32[N, C]"],
  ["x: f32[N, C], y: f64[C]", "z = Pow(x, y)", "f32[N, C]"],
  ["x: f32[N, C, H], y: f32[C, 1]", "z = PRelu(x, y)", "f32[N, C, H]"],
  ["x: f32[N, C]", "y = BitCast<to=6>(x)", "i32[N, C]"],
  ["x: f32[N, C]", "y = Hardmax(x)", "f32[N, C]"],
  ["x: f32[N, C]", "y = LogSoftmax<axis=0>(x)", "f32[N, C]"],
  ["x: f32[N, C]", "y = LpNormalization(x)", "f32[N, C]"],
  ["x: f32[N, C, H, W]", "y = LRN<size=3>(x)", "f32[N, C, H, W]"],
  ["x: f32[N, C, H, W]", "y = MeanVarianceNormalization(x)", "f32[N, C, H, W]"],
  ["x: f32[N, C, H], s: f32[C]", "y = InstanceNormalization(x, s, s)", "f32[N, C, H]"],
  ["x: f32[N, C]", "y = IsNaN(x)", "bool[N, C]"],
  ["x: f32[N, C]", "y = IsInf(x)", "bool[N, C]"],
  ["x: f32[N, C]", "y = RandomNormalLike(x)", "f32[N, C]"],
  ["x: f32[N, C]", "y = RandomUniformLike<dtype=10>(x)", "f16[N, C]"],
  ["", "y = RandomUniform<shape=[2, 3], dtype=11>()", "f64[2, 3]"],
  ["x: f32[N, 10]", "y = Multinomial<sample_size=4>(x)", "i32[N, 4]"],
  ["x: f32[N, C]", "y = ReduceL1<keepdims=0>(x)", "f32[]"],
  [
    "x: f32[N, C]",
    `a = i64[1]{-1}
     y = ReduceL2(x, a)`,
    "f32[N, 1]",
  ],
  [
    "x: f32[N, C]",
    `a = i64[1]{0}
     y = ReduceLogSum<keepdims=0>(x, a)`,
    "f32[C]",
  ],
  [
    "x: f32[N, C]",
    `a = i64[1]{0}
     y = ReduceLogSumExp<keepdims=0>(x, a)`,
    "f32[C]",
  ],
  [
    "x: f32[N, C]",
    `a = i64[1]{0}
     y = ReduceMin(x, a)`,
    "f32[1, C]",
  ],
  [
    "x: f32[N, C]",
    `a = i64[1]{0}
     y = ReduceSumSquare(x, a)`,
    "f32[1, C]",
  ],
  ["x: f32[3, 2, 2], a: i64[1]", "y = ReduceSum<keepdims=0>(x, a)", "f32[?, 2]"],
  ["x: f32[N, C], a: i64[2]", "y = ReduceSum(x, a)", "f32[1, 1]"],
  ["x: f32[N, C], a: i64[0]", "y = ReduceSum(x, a)", "f32[1, 1]"],
  ["x: f32[1, C, 1, 5], a: i64[1]", "y = Squeeze(x, a)", "f32[?, ?, 5]"],
  ["x: f32[1, C, 1, 5], a: i64[2]", "y = Squeeze(x, a)", "f32[C, 5]"],
  ["x: f32[1, 1], a: i64[1]", "y = Unsqueeze(x, a)", "f32[1, 1, 1]"],
  ["x: f32[N, C]", "y = ArgMin<axis=0, select_last_index=1>(x)", "i64[1, C]"],
  [
    "x: f32[N, C]",
    `a = i64[]{0}
     y = CumProd(x, a)`,
    "f32[N, C]",
  ],
  ["x: f32[N, 4, H], i: i64[N, 4, H]", "y = Scatter<axis=1>(x, i, x)", "f32[N, 4, H]"],
  ["x: f32[N, 4], i: i64[2, 3], u: f32[2, 3]", "y = ScatterElements<axis=1>(x, i, u)", "f32[N, 4]"],
  [
    "x: f32[N, C, H]",
    `s = Shape(x)
     i = i64[1]{1}
     u = i64[1]{7}
     y = ScatterElements(s, i, u)`,
    "i64[3]{N, 7, H}",
  ],
  [
    "x: f32[N, C, H]",
    `s = Shape(x)
     i = i64[1, 1]{-1}
     u = i64[1]{7}
     y = ScatterND(s, i, u)`,
    "i64[3]{N, C, 7}",
  ],
  ["x: f32[S, N, C], l: i64[N]", "y = ReverseSequence(x, l)", "f32[S, N, C]"],
  ["x: f32[N, C], c: bool[3]", "y = Compress<axis=0>(x, c)", "f32[?, C]"],
  [
    "x: f32[4, C]",
    `c = bool[4]{1, 0, 1, 0}
     y = Compress<axis=0>(x, c)`,
    "f32[2, C]",
  ],
  [
    "",
    `v = i64[4]{0, 3, 0, 2}
     y = NonZero(v)`,
    "i64[1, 2]{1, 3}",
  ],
  [
    "x: f32[N, C]",
    `s = Shape(x)
     p = i64[2]{1, 0}
     o = i64[]{1}
     y = Pad(s, p, o)`,
    "i64[3]{1, N, C}",
  ],
  ["x: u8[N, 4], s: f32[], z: u8[], w: i8[4, 3], v: i8[]", "y = QLinearMatMul(x, s, z, w, s, v, s, z)", "u8[N, 3]"],
  ["x: u8[N, 4, H, W], s: f32[], z: u8[], w: i8[6, 4, 3, 3], v: i8[]", "y = QLinearConv(x, s, z, w, s, v, s, z)", "u8[N, 6, H - 2, W - 2]"],
  ["x: u8[N, 4, H, W], w: i8[6, 4, 3, 3]", "y = ConvInteger(x, w)", "i32[N, 6, H - 2, W - 2]"],
  ["x: f32[N, 4, H, W], w: f32[6, 4, 3, 3], o: f32[N, 18, C, K]", "y = DeformConv(x, w, o)", "f32[N, 6, H - 2, W - 2]"],
  ["x: f32[N, C, S], w: f32[C, 1, 4]", "y, s = CausalConvWithState(x, w)", "f32[N, C, S]; f32[N, C, 3]"],
  ["x: f32[N, C, H]", "y = GlobalLpPool(x)", "f32[N, C, 1]"],
  ["x: f32[N, C, H]", "y = GlobalMaxPool(x)", "f32[N, C, 1]"],
  ["x: f32[N, C, H, W]", "y = LpPool<kernel_shape=[3, 3], dilations=[2, 1], ceil_mode=1, strides=[2, 1]>(x)", "f32[N, C, H//2 - 1, W - 2]"],
  ["x: f32[1, 1, 5, 5]", 'y = AveragePool<kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER", ceil_mode=1>(x)', "f32[1, 1, 3, 3]"],
  ["x: f32[N, 3, 16, 16], r: f32[K, 5]", "y = MaxRoiPool<pooled_shape=[7, 5]>(x, r)", "f32[K, 3, 7, 5]"],
  ["x: f32[1, 1, 2, 2], i: i64[1, 1, 2, 2]", "y = MaxUnpool<kernel_shape=[2, 2], strides=[2, 2]>(x, i)", "f32[1, 1, 4, 4]"],
  ["x: f32[N, C, 2, 2], i: i64[N, C, 2, 2], s: i64[4]", "y = MaxUnpool<kernel_shape=[2, 2], strides=[2, 2]>(x, i, s)", "f32[N, C, ?, ?]"],
  ["x: f32[N, 4, H], w: f32[4, 8, 3]", 'y = ConvTranspose<auto_pad="SAME_UPPER", strides=[2]>(x, w)', "f32[N, 8, 2*H]"],
  ["x: f32[S, N, 4], w: f32[1, 5, 4], r: f32[1, 5, 5]", "y, h = RNN(x, w, r)", "f32[S, 1, N, 5]; f32[1, N, 5]"],
  [
    "q: f32[N, S, 16], k: f32[N, S, 8], v: f32[N, S, 24]",
    "y, s = LinearAttention<q_num_heads=4, kv_num_heads=2>(q, k, v)",
    "f32[N, S, 48]; f32[N, 2, 4, 12]",
  ],
  ["x: f32[N, 4, S, 16], c: f32[50, 8]", "y = RotaryEmbedding(x, c, c)", "f32[N, 4, S, 16]"],
  ["c: f32[N, 4, 32, 16], u: f32[N, 4, 2, 16], i: i64[N]", "y = TensorScatter(c, u, i)", "f32[N, 4, 32, 16]"],
  [
    "",
    `n = i64[]{16}
     y = HammingWindow(n)`,
    "f32[16]",
  ],
  [
    "",
    `n = i64[]{16}
     y = BlackmanWindow<output_datatype=11>(n)`,
    "f64[16]",
  ],
  [
    "",
    `b = i64[]{8}
     l = i64[]{16}
     r = i64[]{8000}
     m = f32[]{0}
     y = MelWeightMatrix(b, l, r, m, m)`,
    "f32[9, 8]",
  ],
  ["b: u8[K]", "y = ImageDecoder(b)", "u8[?, ?, 3]"],
  ["b: u8[K]", 'y = ImageDecoder<pixel_format="Grayscale">(b)', "u8[?, ?, 1]"],
  [
    "x: i64[N, 5]",
    'y = TfIdfVectorizer<max_gram_length=2, max_skip_count=0, min_gram_length=1, mode="TF", ngram_counts=[0, 4], ngram_indexes=[0, 1, 2, 6], pool_int64s=[2, 3, 5, 4]>(x)',
    "f32[N, 7]",
  ],
  [
    "",
    `s = Constant<value_strings=["a b", "c"]>()
     y, n = StringSplit(s)`,
    "string[2, ?]; i64[2]",
  ],
  [
    "",
    `s = Constant<value_strings=["a", "b"]>()
     y = StringConcat(s, s)`,
    "string[2]",
  ],
  [
    "",
    `s = Constant<value_strings=["a", "b"]>()
     y = StringNormalizer(s)`,
    "string[?]",
  ],
  [
    "",
    `s = Constant<value_strings=["a", "b"]>()
     y = RegexFullMatch<pattern="a.*">(s)`,
    "bool[2]",
  ],
  [
    "x: f32[N, C, 5]",
    `s = Shape<start=2>(x)
     f = Cast<to=1>(s)
     k = f32[1]{1.5}
     m = Mul(f, k)
     r = Floor(m)
     y = Cast<to=7>(r)`,
    "i64[1]{7}",
  ],
  [
    "x: f32[N, C, 10, 10]",
    `a = f32[2]{1, 1}
     b = f32[2]{0.7, 0.5}
     s = Concat<axis=0>(a, b)
     y = Resize(x, _, s)`,
    "f32[N, C, 7, 5]",
  ],
  [
    "x: f32[N, C, 10, 20]",
    `s = i64[2]{15, 15}
     y = Resize<axes=[2, 3], keep_aspect_ratio_policy="not_larger">(x, _, _, s)`,
    "f32[N, C, 8, 15]",
  ],
  [
    "x: f32[N, C, 10, 20]",
    `s = i64[2]{15, 15}
     y = Resize<axes=[2, 3], keep_aspect_ratio_policy="not_smaller">(x, _, _, s)`,
    "f32[N, C, 15, 30]",
  ],
  [
    "i: i64[N]",
    `d = f32[]{7}
     v = f32[2]{0, 1}
     y = OneHot(i, d, v)`,
    "f32[N, 7]",
  ],
  ["x: f32[N, C], s: i64[1]", "y = Reshape(x, s)", "f32[C*N]"],
  ["x: f32[1, 1], s: i64[3]", "y = Reshape(x, s)", "f32[1, 1, 1]"],
  [
    "x: f32[4, C], s: i64[1]",
    `k = i64[1]{2}
     t = Concat<axis=0>(s, k)
     y = Reshape(x, t)`,
    "f32[2*C, 2]",
  ],
];
