/** @file torch.nn.functional: layers as functions; weights are arguments. */

import { torchFunction } from "../functions.ts";
import { call, type Tensor } from "../tensor.ts";

type Size = number | readonly number[];

/** See the layers of the same names (nn/modules) for the formulas. */
export const relu: (input: Tensor) => Tensor = torchFunction("relu");
export const relu6: (input: Tensor) => Tensor = torchFunction("relu6");
export const gelu: (input: Tensor, options?: { approximate?: "none" | "tanh" }) => Tensor = torchFunction("gelu");
export const silu: (input: Tensor) => Tensor = torchFunction("silu");
export const mish: (input: Tensor) => Tensor = torchFunction("mish");
export const elu: (input: Tensor, alpha?: number) => Tensor = torchFunction("elu");
export const leaky_relu: (input: Tensor, negative_slope?: number) => Tensor = torchFunction("leaky_relu");
export const hardtanh: (input: Tensor, min_val?: number, max_val?: number) => Tensor = torchFunction("hardtanh");
export const hardswish: (input: Tensor) => Tensor = torchFunction("hardswish");
export const hardsigmoid: (input: Tensor) => Tensor = torchFunction("hardsigmoid");
export const softplus: (input: Tensor, beta?: number, threshold?: number) => Tensor = torchFunction("softplus");
export const sigmoid: (input: Tensor) => Tensor = torchFunction("sigmoid");
export const tanh: (input: Tensor) => Tensor = torchFunction("tanh");
export const logsigmoid: (input: Tensor) => Tensor = torchFunction("log_sigmoid");
export const glu: (input: Tensor, dim?: number) => Tensor = torchFunction("glu");

/** `[…, in]` to `[…, out]`; `weight` is `[out, in]`. */
export const linear: (input: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor = torchFunction("linear");
/** Rows of `weight` by index. */
export const embedding = (input: Tensor, weight: Tensor, options: { padding_idx?: number } = {}): Tensor =>
  call("aten::embedding", { weight, indices: input, padding_idx: options.padding_idx ?? -1 }) as Tensor;

/** `exp(x)` along `dim`, divided by its sum. */
export const softmax: (input: Tensor, dim: number) => Tensor = torchFunction("softmax");
/** The logarithm of softmax, computed without overflow. */
export const log_softmax: (input: Tensor, dim: number) => Tensor = torchFunction("log_softmax");
/** softmax(q kᵀ · scale + mask) v over `[…, length, head]`; `attn_mask` is added, or where bool, kept. */
export const scaled_dot_product_attention: (
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean },
) => Tensor = torchFunction("scaled_dot_product_attention");

interface ConvOptions {
  bias?: Tensor | null;
  stride?: Size;
  padding?: Size | "same" | "valid";
  dilation?: Size;
  groups?: number;
}
/** `input` is `[N, in, …sizes]`, `weight` `[out, in / groups, …kernel]`, `bias` `[out]`. */
export const conv1d: (input: Tensor, weight: Tensor, options?: ConvOptions) => Tensor = torchFunction("conv1d");
export const conv2d: (input: Tensor, weight: Tensor, options?: ConvOptions) => Tensor = torchFunction("conv2d");
export const conv3d: (input: Tensor, weight: Tensor, options?: ConvOptions) => Tensor = torchFunction("conv3d");

interface PoolOptions {
  stride?: Size;
  padding?: Size;
  ceil_mode?: boolean;
}
/** Windows over the last dims; the stride is the window where not given. */
export const max_pool1d: (input: Tensor, kernel_size: Size, options?: PoolOptions & { dilation?: Size }) => Tensor =
  torchFunction("max_pool1d");
export const max_pool2d: (input: Tensor, kernel_size: Size, options?: PoolOptions & { dilation?: Size }) => Tensor =
  torchFunction("max_pool2d");
export const avg_pool1d: (input: Tensor, kernel_size: Size, options?: PoolOptions & { count_include_pad?: boolean }) => Tensor =
  torchFunction("avg_pool1d");
export const avg_pool2d: (input: Tensor, kernel_size: Size, options?: PoolOptions & { count_include_pad?: boolean }) => Tensor =
  torchFunction("avg_pool2d");
export const adaptive_avg_pool1d: (input: Tensor, output_size: Size) => Tensor = torchFunction("adaptive_avg_pool1d");
export const adaptive_avg_pool2d: (input: Tensor, output_size: Size) => Tensor = torchFunction("adaptive_avg_pool2d");

/** `(x - mean) / sqrt(var + eps) · weight + bias` over the last dims, whose sizes are `normalized_shape`. */
export const layer_norm: (
  input: Tensor,
  normalized_shape: readonly number[],
  options?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number },
) => Tensor = torchFunction("layer_norm");
/** `x / sqrt(mean(x²) + eps) · weight` over the last dims; `eps` null is the smallest step of the dtype. */
export const rms_norm: (
  input: Tensor,
  normalized_shape: readonly number[],
  options?: { weight?: Tensor | null; eps?: number | null },
) => Tensor = torchFunction("rms_norm");
/** layer_norm over `num_groups` groups of channels; `weight` and `bias` are `[C]`. */
export const group_norm: (
  input: Tensor,
  num_groups: number,
  options?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number },
) => Tensor = torchFunction("group_norm");

/** `pad` lists begin and end of the last dim, then of the one before, and so on. */
export const pad: (
  input: Tensor,
  pad: readonly number[],
  options?: { mode?: "constant" | "reflect" | "replicate" | "circular"; value?: number | null },
) => Tensor = torchFunction("pad");
/** Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)` where `training`; `input` itself otherwise. */
export const dropout = (input: Tensor, options: { p?: number; training?: boolean } = {}): Tensor =>
  call("aten::dropout", { input, p: options.p ?? 0.5, train: options.training ?? true }) as Tensor;
