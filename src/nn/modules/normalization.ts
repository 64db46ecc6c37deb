/** @file PyTorch: torch/nn/modules/{batchnorm,normalization,instancenorm}.py. */

import { ones, zeros } from "../../functions.gen.ts";
import { call, type Parameter, type Tensor } from "../../tensor.ts";
import { onesParameter, zerosParameter } from "../init.ts";
import { UnaryModule } from "../module.ts";

export interface BatchNormOptions {
  readonly eps?: number;
  readonly momentum?: number;
  readonly affine?: boolean;
  readonly track_running_stats?: boolean;
}

abstract class BatchNorm extends UnaryModule {
  weight: Parameter | null;
  bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;
  readonly eps: number;
  readonly momentum: number;
  constructor(num_features: number, options: BatchNormOptions = {}) {
    super();
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum ?? 0.1;
    const affine = options.affine ?? true;
    this.weight = affine ? onesParameter([num_features]) : null;
    this.bias = affine ? zerosParameter([num_features]) : null;
    const tracked = options.track_running_stats ?? true;
    this.register_buffer("running_mean", tracked ? zeros([num_features], { dtype: "float32" }) : null);
    this.register_buffer("running_var", tracked ? ones([num_features], { dtype: "float32" }) : null);
    this.register_buffer("num_batches_tracked", tracked ? zeros([], { dtype: "int64" }) : null);
  }
  forward(input: Tensor): Tensor {
    const { weight, bias, running_mean, running_var, momentum, eps } = this;
    const training = this.training || running_mean === null;
    return call("aten::batch_norm", {
      input,
      weight,
      bias,
      running_mean,
      running_var,
      training,
      momentum,
      eps,
      cudnn_enabled: true,
    }) as Tensor;
  }
}
/** Normalizes `[N, C]` or `[N, C, L]` per channel. */
export class BatchNorm1d extends BatchNorm {}
/** Normalizes `[N, C, H, W]` per channel. */
export class BatchNorm2d extends BatchNorm {}
/** Normalizes `[N, C, D, H, W]` per channel. */
export class BatchNorm3d extends BatchNorm {}

/** Normalizes over the last dims, `normalized_shape`. */
export class LayerNorm extends UnaryModule {
  weight: Parameter | null;
  bias: Parameter | null;
  readonly normalized_shape: readonly number[];
  readonly eps: number;
  constructor(normalized_shape: number | readonly number[], options: { eps?: number; elementwise_affine?: boolean; bias?: boolean } = {}) {
    super();
    this.normalized_shape = typeof normalized_shape === "number" ? [normalized_shape] : normalized_shape;
    this.eps = options.eps ?? 1e-5;
    const affine = options.elementwise_affine ?? true;
    this.weight = affine ? onesParameter(this.normalized_shape) : null;
    this.bias = affine && (options.bias ?? true) ? zerosParameter(this.normalized_shape) : null;
  }
  forward(input: Tensor): Tensor {
    const { normalized_shape, weight, bias, eps } = this;
    return call("aten::layer_norm", { input, normalized_shape, weight, bias, eps }) as Tensor;
  }
}

/** Divides by the root of the mean square over the last dims. */
export class RMSNorm extends UnaryModule {
  weight: Parameter | null;
  readonly normalized_shape: readonly number[];
  readonly eps: number | null;
  constructor(normalized_shape: number | readonly number[], options: { eps?: number; elementwise_affine?: boolean } = {}) {
    super();
    this.normalized_shape = typeof normalized_shape === "number" ? [normalized_shape] : normalized_shape;
    this.eps = options.eps ?? null;
    this.weight = (options.elementwise_affine ?? true) ? onesParameter(this.normalized_shape) : null;
  }
  forward(input: Tensor): Tensor {
    const { normalized_shape, weight, eps } = this;
    return call("aten::rms_norm", { input, normalized_shape, weight, eps }) as Tensor;
  }
}

/** Normalizes `[N, C, …]` over groups of channels. */
export class GroupNorm extends UnaryModule {
  weight: Parameter | null;
  bias: Parameter | null;
  readonly num_groups: number;
  readonly eps: number;
  constructor(num_groups: number, num_channels: number, options: { eps?: number; affine?: boolean } = {}) {
    super();
    this.num_groups = num_groups;
    this.eps = options.eps ?? 1e-5;
    const affine = options.affine ?? true;
    this.weight = affine ? onesParameter([num_channels]) : null;
    this.bias = affine ? zerosParameter([num_channels]) : null;
  }
  forward(input: Tensor): Tensor {
    const { num_groups, weight, bias, eps } = this;
    return call("aten::group_norm", { input, num_groups, weight, bias, eps }) as Tensor;
  }
}
