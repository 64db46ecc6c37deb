/** @file Inference rows of the layouts of execution providers and of ONNX's previews; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const providerRows: readonly Row[] = [
  ["x: f32[N, 8, H, W], w: f32[16, 8, 3, 3]", "y = com.microsoft.nchwc::Conv<pads=[1, 1, 1, 1]>(x, w)", "f32[N, 16, H, W]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::MaxPool<kernel_shape=[2, 2], strides=[2, 2]>(x)", "f32[N, 8, H//2, W//2]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::AveragePool<kernel_shape=[2, 2]>(x)", "f32[N, 8, H - 1, W - 1]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::GlobalAveragePool(x)", "f32[N, 8, 1, 1]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::GlobalMaxPool(x)", "f32[N, 8, 1, 1]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::Upsample<scales=[1, 1, 2, 2]>(x)", "f32[N, 8, 2*H, 2*W]"],
  ["x: f32[N, H, W, 8]", "y = com.microsoft.nchwc::ReorderInput<channels_last=1>(x)", "f32[N, 8, H, W]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::ReorderOutput<channels=6>(x)", "f32[N, 6, H, W]"],
  ["x: f32[N, 8, H, W]", "y = com.microsoft.nchwc::ReorderOutput<channels=6, channels_last=1>(x)", "f32[N, H, W, 6]"],
  ["x: f32[N, H, W, 4], w: f32[6, 4, 3, 3]", "y = com.ms.internal.nhwc::Conv(x, w)", "f32[N, H - 2, W - 2, 6]"],
  [
    "x: u8[N, H, W, 4], s: f32[], z: u8[], w: u8[6, 4, 3, 3]",
    "y = com.ms.internal.nhwc::QLinearConv(x, s, z, w, s, z, s, z)",
    "u8[N, H - 2, W - 2, 6]",
  ],
  ["x: f32[N, H, W, 4], w: f32[4, 6, 2, 2]", "y = com.ms.internal.nhwc::ConvTranspose<strides=[2, 2]>(x, w)", "f32[N, 2*H, 2*W, 6]"],
  [
    "x: u8[N, H, W, 4], s: f32[], z: u8[], w: u8[4, 6, 2, 2]",
    "y = com.ms.internal.nhwc::QLinearConvTranspose<strides=[2, 2]>(x, s, z, w, s, z, s, z)",
    "u8[N, 2*H, 2*W, 6]",
  ],
  [
    "x: f32[N, H, W, 4]",
    "y, i = com.ms.internal.nhwc::MaxPool<kernel_shape=[2, 2]>(x)",
    "f32[N, H - 1, W - 1, 4]; i64[N, H - 1, W - 1, 4]",
  ],
  ["x: f32[N, H, W, 4]", "y = com.ms.internal.nhwc::AveragePool<kernel_shape=[2, 2]>(x)", "f32[N, H - 1, W - 1, 4]"],
  [
    "x: u8[N, H, W, 4], s: f32[], z: u8[]",
    "y = com.ms.internal.nhwc::QLinearAveragePool<kernel_shape=[2, 2]>(x, s, z, s, z)",
    "u8[N, H - 1, W - 1, 4]",
  ],
  ["x: f32[N, H, W, 4]", "y = com.ms.internal.nhwc::LpPool<kernel_shape=[2, 2]>(x)", "f32[N, H - 1, W - 1, 4]"],
  ["x: f32[N, H, W, 4]", "y = com.ms.internal.nhwc::GlobalAveragePool(x)", "f32[N, 1, 1, 4]"],
  ["x: f32[N, H, W, 4]", "y = com.ms.internal.nhwc::GlobalLpPool(x)", "f32[N, 1, 1, 4]"],
  ["x: f32[N, H, W, 4]", "y = com.ms.internal.nhwc::GlobalMaxPool(x)", "f32[N, 1, 1, 4]"],
  [
    "x: f32[N, 4, 4, 3], i: i64[N, 4, 4, 3]",
    "y = com.ms.internal.nhwc::MaxUnpool<kernel_shape=[2, 2], strides=[2, 2]>(x, i)",
    "f32[N, 8, 8, 3]",
  ],
  ["x: f32[N, H, W, 3], g: f32[N, 5, 6, 2]", "y = com.ms.internal.nhwc::GridSample(x, g)", "f32[N, 5, 6, 3]"],
  ["x: f32[N, H, W, 8]", "y = com.ms.internal.nhwc::DepthToSpace<blocksize=2>(x)", "f32[N, 2*H, 2*W, 2]"],
  ["x: f32[N, 8, 6, 3]", "y = com.ms.internal.nhwc::SpaceToDepth<blocksize=2>(x)", "f32[N, 4, 3, 12]"],
  [
    "x: f32[N, H, W, 3]",
    `s = f32[4]{1, 2, 2, 1}
     y = com.ms.internal.nhwc::Resize(x, _, s)`,
    "f32[N, 2*H, 2*W, 3]",
  ],
  ["x: f32[N, H, W, 3], s: f32[3]", "y = com.ms.internal.nhwc::BatchNormalization(x, s, s, s, s)", "f32[N, H, W, 3]"],
  ["x: f32[N, H, W, 3], s: f32[3]", "y = com.ms.internal.nhwc::InstanceNormalization(x, s, s)", "f32[N, H, W, 3]"],
  ["x: f32[N, H, W, 3]", "y = com.ms.internal.nhwc::LRN<size=3>(x)", "f32[N, H, W, 3]"],
  ["q: f32[N, 8, S, 16], k: f32[N, 2, K, 16], v: f32[N, 2, K, 24]", "y = ai.onnx.preview::FlexAttention(q, k, v)", "f32[N, 8, S, 24]"],
  [
    "r: f32[], t: i64[], x: f32[3], y: f32[N, 4]",
    "a, b, c, d = ai.onnx.preview.training::Adagrad(r, t, x, y, x, y, x, y)",
    "f32[3]; f32[N, 4]; f32[3]; f32[N, 4]",
  ],
  ["r: f32[], t: i64[], x: f32[N, 4]", "a, b, c = ai.onnx.preview.training::Adam(r, t, x, x, x, x)", "f32[N, 4]; f32[N, 4]; f32[N, 4]"],
  [
    "r: f32[], t: i64[], x: f32[N, 4]",
    'a, b = ai.onnx.preview.training::Momentum<alpha=0.9, beta=1.0, mode="standard", norm_coefficient=0.1>(r, t, x, x, x)',
    "f32[N, 4]; f32[N, 4]",
  ],
  ["x: f32[N, 4], y: f32[3]", 'a, b = ai.onnx.preview.training::Gradient<xs=["x", "y"], y="z">(x, y)', "f32[N, 4]; f32[3]"],
];
