/** @file PyTorch: torch/nn/modules/conv.py. Weights are `[out, in / groups, …kernel]`, transposed ones `[in, out / groups, …kernel]`. */

import { OnnxExporterError } from "../../errors.ts";
import { call, type Parameter, type Tensor } from "../../tensor.ts";
import { fanInBound, uniform } from "../init.ts";
import { UnaryModule } from "../module.ts";

type Size = number | readonly number[];
const spread = (x: Size, n: number): readonly number[] => (typeof x === "number" ? new Array<number>(n).fill(x) : x);

export interface ConvOptions {
  readonly stride?: Size;
  /** Zeros on both sides, or "same" / "valid". */
  readonly padding?: Size | "same" | "valid";
  readonly dilation?: Size;
  readonly groups?: number;
  readonly bias?: boolean;
}
export interface ConvTransposeOptions extends Omit<ConvOptions, "padding"> {
  readonly padding?: Size;
  readonly output_padding?: Size;
}

function checkGroups(kind: string, channels: readonly number[], groups: number): void {
  if (channels.every((c) => c % groups === 0)) return;
  const message = `${kind}: channels ${channels.join(" and ")} are not divisible by groups ${groups}`;
  throw new OnnxExporterError("nn/groups", message, "choose groups that divide in_channels and out_channels");
}

abstract class ConvNd extends UnaryModule {
  weight: Parameter;
  bias: Parameter | null;
  readonly stride: readonly number[];
  readonly padding: readonly number[] | string;
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly #dims: number;
  constructor(dims: number, in_channels: number, out_channels: number, kernel_size: Size, options: ConvOptions) {
    super();
    this.#dims = dims;
    this.groups = options.groups ?? 1;
    checkGroups(`Conv${dims}d`, [in_channels, out_channels], this.groups);
    this.stride = spread(options.stride ?? 1, dims);
    this.padding = typeof options.padding === "string" ? options.padding : spread(options.padding ?? 0, dims);
    this.dilation = spread(options.dilation ?? 1, dims);
    const shape = [out_channels, in_channels / this.groups, ...spread(kernel_size, dims)];
    this.weight = uniform(shape, fanInBound(shape));
    this.bias = (options.bias ?? true) ? uniform([out_channels], fanInBound(shape)) : null;
  }
  forward(input: Tensor): Tensor {
    const overload = typeof this.padding === "string" ? ".padding" : "";
    const { weight, bias, stride, padding, dilation, groups } = this;
    return call(`aten::conv${this.#dims}d${overload}`, { input, weight, bias, stride, padding, dilation, groups }) as Tensor;
  }
}

/** `[N, in_channels, L]` to `[N, out_channels, L']`. */
export class Conv1d extends ConvNd {
  constructor(in_channels: number, out_channels: number, kernel_size: Size, options: ConvOptions = {}) {
    super(1, in_channels, out_channels, kernel_size, options);
  }
}
/** `[N, in_channels, H, W]` to `[N, out_channels, H', W']`. */
export class Conv2d extends ConvNd {
  constructor(in_channels: number, out_channels: number, kernel_size: Size, options: ConvOptions = {}) {
    super(2, in_channels, out_channels, kernel_size, options);
  }
}
/** `[N, in_channels, D, H, W]` to `[N, out_channels, D', H', W']`. */
export class Conv3d extends ConvNd {
  constructor(in_channels: number, out_channels: number, kernel_size: Size, options: ConvOptions = {}) {
    super(3, in_channels, out_channels, kernel_size, options);
  }
}

abstract class ConvTransposeNd extends UnaryModule {
  weight: Parameter;
  bias: Parameter | null;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly output_padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly #op: string;
  constructor(dims: number, in_channels: number, out_channels: number, kernel_size: Size, options: ConvTransposeOptions) {
    super();
    this.#op = dims === 1 ? "aten::conv_transpose1d" : `aten::conv_transpose${dims}d.input`;
    this.groups = options.groups ?? 1;
    checkGroups(`ConvTranspose${dims}d`, [in_channels, out_channels], this.groups);
    this.stride = spread(options.stride ?? 1, dims);
    this.padding = spread(options.padding ?? 0, dims);
    this.output_padding = spread(options.output_padding ?? 0, dims);
    this.dilation = spread(options.dilation ?? 1, dims);
    const shape = [in_channels, out_channels / this.groups, ...spread(kernel_size, dims)];
    this.weight = uniform(shape, fanInBound(shape));
    this.bias = (options.bias ?? true) ? uniform([out_channels], fanInBound(shape)) : null;
  }
  forward(input: Tensor): Tensor {
    const { weight, bias, stride, padding, output_padding, groups, dilation } = this;
    return call(this.#op, { input, weight, bias, stride, padding, output_padding, groups, dilation }) as Tensor;
  }
}
/** `[N, in_channels, L]` to `[N, out_channels, L']`: the gradient of Conv1d by its input. */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(in_channels: number, out_channels: number, kernel_size: Size, options: ConvTransposeOptions = {}) {
    super(1, in_channels, out_channels, kernel_size, options);
  }
}
/** `[N, in_channels, H, W]` to `[N, out_channels, H', W']`: the gradient of Conv2d by its input. */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(in_channels: number, out_channels: number, kernel_size: Size, options: ConvTransposeOptions = {}) {
    super(2, in_channels, out_channels, kernel_size, options);
  }
}
/** `[N, in_channels, D, H, W]` to `[N, out_channels, D', H', W']`: the gradient of Conv3d by its input. */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(in_channels: number, out_channels: number, kernel_size: Size, options: ConvTransposeOptions = {}) {
    super(3, in_channels, out_channels, kernel_size, options);
  }
}
