/** @file PyTorch: torch/nn/modules/linear.py. */

import { call, type Parameter, type Tensor } from "../../tensor.ts";
import { fanInBound, uniform } from "../init.ts";
import { UnaryModule } from "../module.ts";

/** `y = x Wᵀ + b`: `[…, in_features]` to `[…, out_features]`; `weight` is `[out_features, in_features]`. */
export class Linear extends UnaryModule {
  weight: Parameter;
  bias: Parameter | null;
  constructor(in_features: number, out_features: number, options: { bias?: boolean } = {}) {
    super();
    this.weight = uniform([out_features, in_features], fanInBound([out_features, in_features]));
    this.bias = (options.bias ?? true) ? uniform([out_features], fanInBound([out_features, in_features])) : null;
  }
  forward(input: Tensor): Tensor {
    return call("aten::linear", { input, weight: this.weight, bias: this.bias }) as Tensor;
  }
}

/** Gives its input. */
export class Identity extends UnaryModule {
  forward(input: Tensor): Tensor {
    return input;
  }
}
