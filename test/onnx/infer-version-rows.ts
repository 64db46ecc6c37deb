/** @file Inference rows of older forms: the version of the default domain comes last; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const versionRows: readonly Row[] = [
  ["x: f32[N, C]", "y, m = Dropout(x)", "f32[N, C]; f32[N, C]", 6],
  ["x: f32[N, C]", "y, m = Dropout(x)", "f32[N, C]; f32[N, C]", 7],
  ["x: f32[N, C]", "y, m = Dropout(x)", "f32[N, C]; bool[N, C]", 10],
  ["x: f32[N, C]", "y, m = Dropout(x)", "f32[N, C]; bool[N, C]", 13],
  ["x: f32[N, 3, H], s: f32[3]", "y, m, v, a, b = BatchNormalization(x, s, s, s, s)", "f32[N, 3, H]; f32[3]; f32[3]; f32[3]; f32[3]", 9],
  ["x: f32[N, 3, 2], s: f32[3, 2]", "y = BatchNormalization<spatial=0>(x, s, s, s, s)", "f32[N, 3, 2]", 7],
  [
    "x: f16[N, 3, H], s: f16[3], m: f32[3]",
    "y, r, v = BatchNormalization<training_mode=1>(x, s, s, m, m)",
    "f16[N, 3, H]; f32[3]; f32[3]",
    14,
  ],
  [
    "x: f16[N, 3, H], s: f32[3], m: f64[3]",
    "y, r, v = BatchNormalization<training_mode=1>(x, s, s, m, m)",
    "f16[N, 3, H]; f64[3]; f64[3]",
    15,
  ],
  ["x: f32[N, C]", 'y = Cast<to="INT64">(x)', "i64[N, C]", 5],
  ["x: f32[N, C]", 'y = Cast<to="FLOAT16">(x)', "f16[N, C]", 1],
  ["x: f32[N, C]", "y = Cast<to=7>(x)", "i64[N, C]", 6],
  ["x: f32[N, C, H], y: f32[C]", "z = Add<broadcast=1, axis=1>(x, y)", "f32[N, C, H]", 6],
  ["x: f32[N, C], y: f32[N, C]", "z = Mul(x, y)", "f32[N, C]", 1],
  ["x: f32[N, 4, C]", "y = Reshape<shape=[0, -1]>(x)", "f32[N, 4*C]", 1],
  [
    "x: f32[N, 4, C]",
    `s = i64[2]{0, -1}
     y = Reshape(x, s)`,
    "f32[N, 4*C]",
    5,
  ],
  ["x: f32[N, C]", "y = Unsqueeze<axes=[0]>(x)", "f32[1, N, C]", 11],
  ["x: f32[1, C]", "y = Squeeze<axes=[0]>(x)", "f32[C]", 11],
  ["x: f32[N, 7]", "a, b = Split<axis=1, split=[3, 4]>(x)", "f32[N, 3]; f32[N, 4]", 2],
  ["x: f32[N, 6]", "a, b = Split<axis=1>(x)", "f32[N, 3]; f32[N, 3]", 11],
  [
    "x: f32[N, 6]",
    `s = i64[2]{2, 4}
     a, b = Split<axis=1>(x, s)`,
    "f32[N, 2]; f32[N, 4]",
    13,
  ],
  ["x: f32[N, 7]", "a, b = Split<axis=1, num_outputs=2>(x)", "f32[N, 4]; f32[N, 3]", 18],
  ["x: f32[N, 7]", "y = Slice<starts=[1], ends=[-1], axes=[1]>(x)", "f32[N, 5]", 1],
  [
    "x: f32[N, 7]",
    `s = i64[1]{1}
     e = i64[1]{-1}
     a = i64[1]{1}
     y = Slice(x, s, e, a)`,
    "f32[N, 5]",
    10,
  ],
  ["x: f32[N, C]", "y = Pad<paddings=[0, 1, 0, 2]>(x)", "f32[N, C + 3]", 1],
  ["x: f32[N, C]", "y = Pad<pads=[0, 1, 0, 2]>(x)", "f32[N, C + 3]", 2],
  [
    "x: f32[N, C]",
    `p = i64[4]{0, 1, 0, 2}
     y = Pad(x, p)`,
    "f32[N, C + 3]",
    11,
  ],
  [
    "x: f32[N, C]",
    `p = i64[2]{1, 2}
     a = i64[1]{1}
     y = Pad(x, p, _, a)`,
    "f32[N, C + 3]",
    18,
  ],
  [
    "x: f32[N, C]",
    `p = i64[4]{0, 1, 0, 2}
     a = i64[0]{}
     y = Pad(x, p, _, a)`,
    "f32[N, C + 3]",
    18,
  ],
  ["x: f32[N, 8]", "v, i = TopK<k=3>(x)", "f32[N, 3]; i64[N, 3]", 1],
  [
    "x: f32[N, 8]",
    `k = i64[1]{3}
     v, i = TopK(x, k)`,
    "f32[N, 3]; i64[N, 3]",
    10,
  ],
  ["x: f32[N, C]", "y = ReduceSum<axes=[1], keepdims=0>(x)", "f32[N]", 11],
  [
    "x: f32[N, C]",
    `a = i64[1]{1}
     y = ReduceSum<keepdims=0>(x, a)`,
    "f32[N]",
    13,
  ],
  ["x: f32[N, C]", "y = ReduceMean<axes=[1], keepdims=0>(x)", "f32[N]", 13],
  [
    "x: f32[N, C]",
    `a = i64[1]{1}
     y = ReduceMean<keepdims=0>(x, a)`,
    "f32[N]",
    18,
  ],
  ["x: f32[N, C, H, W]", "y = Upsample<height_scale=2.0, width_scale=1.5>(x)", "f32[N, C, 2*H, W + W//2]", 1],
  ["x: f32[N, C, H, W]", "y = Upsample<scales=[1.0, 1.0, 2.0, 3.0]>(x)", "f32[N, C, 2*H, 3*W]", 7],
  [
    "x: f32[N, C, H, W]",
    `s = f32[4]{1, 1, 2, 3}
     y = Upsample(x, s)`,
    "f32[N, C, 2*H, 3*W]",
    9,
  ],
  [
    "x: f32[N, C, H, W]",
    `s = f32[4]{1, 1, 2, 0.5}
     y = Resize(x, s)`,
    "f32[N, C, 2*H, W//2]",
    10,
  ],
  [
    "x: f32[N, C, H, W], r: f32[8]",
    `s = f32[0]{}
     z = i64[4]{1, 3, 5, 7}
     y = Resize(x, r, s, z)`,
    "f32[1, 3, 5, 7]",
    11,
  ],
  [
    "x: f32[N, C, H, W]",
    `s = f32[4]{1, 1, 2, 2}
     y = Resize(x, _, s)`,
    "f32[N, C, 2*H, 2*W]",
    13,
  ],
  [
    "x: f32[N, C, H, W]",
    `s = f32[2]{2, 2}
     y = Resize<axes=[2, 3]>(x, _, s)`,
    "f32[N, C, 2*H, 2*W]",
    18,
  ],
  [
    "x: f32[N, 8, 6, 2]",
    `n = i64[]{4}
     y = DFT(x, n)`,
    "f32[N, 4, 6, 2]",
    17,
  ],
  [
    "x: f32[N, 8, 6, 2]",
    `n = i64[]{4}
     y = DFT(x, n)`,
    "f32[N, 8, 4, 2]",
    20,
  ],
  ["x: f32[N, 8, 6, 2]", "y = DFT<axis=2, onesided=1>(x)", "f32[N, 8, 4, 2]", 17],
  ["x: f32[N, C]", "y = Clip<min=0.0>(x)", "f32[N, C]", 6],
  ["x: f32[N, C], s: f32[]", "y = QuantizeLinear(x, s)", "u8[N, C]", 10],
  ["x: f32[N, C], s: f32[]", "y = QuantizeLinear<output_dtype=22>(x, s)", "i4[N, C]", 21],
  ["x: i8[N, C], s: f16[]", "y = DequantizeLinear(x, s)", "f16[N, C]", 19],
  ["x: i8[N, C], s: f16[]", "y = DequantizeLinear<output_dtype=1>(x, s)", "f32[N, C]", 23],
  ["x: i8[N, C], s: f32[]", "y = DequantizeLinear(x, s)", "f32[N, C]", 10],
  [
    "h: f32[B, 3], x: f32[B, 5, 2]",
    `y, z = Scan<num_scan_inputs=1, body={(a, b) -> (c, d)
     c = Identity(a)
     d = Relu(b)
     }>(_, h, x)`,
    "f32[B, 3]; f32[B, 5, 2]",
    8,
  ],
  [
    "h: f32[3], x: f32[5, 2]",
    `y, z = Scan<num_scan_inputs=1, body={(a, b) -> (c, d)
     c = Identity(a)
     d = Relu(b)
     }>(h, x)`,
    "f32[3]; f32[5, 2]",
    9,
  ],
  [
    "h: f32[3], x: f32[2, S]",
    `y, z = Scan<num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[1], body={(a, b) -> (c, d)
     c = Identity(a)
     d = Relu(b)
     }>(h, x)`,
    "f32[3]; f32[2, S]",
    11,
  ],
  ["x: f32[N, C, H, W]", "y, i = MaxPool<kernel_shape=[2, 2]>(x)", "f32[N, C, H - 1, W - 1]; i64[N, C, H - 1, W - 1]", 8],
  ["x: f32[N, C, H]", "y = AveragePool<kernel_shape=[3], dilations=[2], ceil_mode=1, strides=[2]>(x)", "f32[N, C, H//2 - 1]", 19],
  ["x: f32[N, C, H]", "y = Softmax(x)", "f32[N, C, H]", 11],
  ["x: f32[N, 4, H], s: f32[2]", "y = GroupNormalization<num_groups=2>(x, s, s)", "f32[N, 4, H]", 18],
  ["x: f32[N, C]", "y = CumSum<exclusive=1>(x, _)", "f32[N, C]", 11],
];
