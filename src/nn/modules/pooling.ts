/** @file PyTorch: torch/nn/modules/pooling.py, flatten.py, sparse.py and upsampling.py. */

import type { Args } from "../../dispatch.ts";
import { call, type Parameter, type Tensor } from "../../tensor.ts";
import { normal } from "../init.ts";
import { OpModule, UnaryModule } from "../module.ts";

type Size = number | readonly number[];
const list = (x: Size): readonly number[] => (typeof x === "number" ? [x] : x);

interface PoolOptions {
  readonly stride?: Size;
  readonly padding?: Size;
  readonly ceil_mode?: boolean;
}
interface MaxPoolOptions extends PoolOptions {
  readonly dilation?: Size;
}
interface AvgPoolOptions extends PoolOptions {
  readonly count_include_pad?: boolean;
}

const common = (kernel_size: Size, o: PoolOptions): Args => ({
  kernel_size: list(kernel_size),
  stride: list(o.stride ?? kernel_size),
  padding: list(o.padding ?? 0),
  ceil_mode: o.ceil_mode ?? false,
});
const maximum = (kernel_size: Size, o: MaxPoolOptions): Args => ({ ...common(kernel_size, o), dilation: list(o.dilation ?? 1) });
const average = (kernel_size: Size, o: AvgPoolOptions): Args => ({
  ...common(kernel_size, o),
  count_include_pad: o.count_include_pad ?? true,
});

/** `[N, C, L]` to `[N, C, L']`: the largest of each window; the stride is the window where not given. */
export class MaxPool1d extends OpModule {
  constructor(kernel_size: Size, options: MaxPoolOptions = {}) {
    super("aten::max_pool1d", maximum(kernel_size, options));
  }
}
/** `[N, C, H, W]` to `[N, C, H', W']`: the largest of each window; the stride is the window where not given. */
export class MaxPool2d extends OpModule {
  constructor(kernel_size: Size, options: MaxPoolOptions = {}) {
    super("aten::max_pool2d", maximum(kernel_size, options));
  }
}
/** `[N, C, D, H, W]` to `[N, C, D', H', W']`: the largest of each window; the stride is the window where not given. */
export class MaxPool3d extends OpModule {
  constructor(kernel_size: Size, options: MaxPoolOptions = {}) {
    super("aten::max_pool3d", maximum(kernel_size, options));
  }
}
/** `[N, C, L]` to `[N, C, L']`: the mean of each window; the stride is the window where not given. */
export class AvgPool1d extends OpModule {
  constructor(kernel_size: Size, options: AvgPoolOptions = {}) {
    super("aten::avg_pool1d", average(kernel_size, options));
  }
}
/** `[N, C, H, W]` to `[N, C, H', W']`: the mean of each window; the stride is the window where not given. */
export class AvgPool2d extends OpModule {
  constructor(kernel_size: Size, options: AvgPoolOptions = {}) {
    super("aten::avg_pool2d", average(kernel_size, options));
  }
}
/** Means over windows that make the last dim `output_size`. */
export class AdaptiveAvgPool1d extends OpModule {
  constructor(output_size: Size) {
    super("aten::adaptive_avg_pool1d", { output_size: list(output_size) });
  }
}
/** Means over windows that make the last 2 dims `output_size`. */
export class AdaptiveAvgPool2d extends OpModule {
  constructor(output_size: Size) {
    super("aten::adaptive_avg_pool2d", { output_size: list(output_size) });
  }
}

/** Joins the dims from `start_dim` to `end_dim`. */
export class Flatten extends UnaryModule {
  readonly start_dim: number;
  readonly end_dim: number;
  constructor(start_dim = 1, end_dim = -1) {
    super();
    this.start_dim = start_dim;
    this.end_dim = end_dim;
  }
  forward(input: Tensor): Tensor {
    return call("aten::flatten.using_ints", { self: input, start_dim: this.start_dim, end_dim: this.end_dim }) as Tensor;
  }
}

/** Rows of `weight` (`[num_embeddings, embedding_dim]`) by int64 index. */
export class Embedding extends UnaryModule {
  weight: Parameter;
  readonly padding_idx: number | null;
  constructor(num_embeddings: number, embedding_dim: number, options: { padding_idx?: number } = {}) {
    super();
    this.padding_idx = options.padding_idx ?? null;
    this.weight = normal([num_embeddings, embedding_dim]);
  }
  forward(input: Tensor): Tensor {
    return call("aten::embedding", { weight: this.weight, indices: input, padding_idx: this.padding_idx ?? -1 }) as Tensor;
  }
}
