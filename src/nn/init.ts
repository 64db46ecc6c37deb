/** @file Initial values of parameters, as torch.nn.init draws them. */

import { numel } from "../core/strided.ts";
import { empty, ones, zeros } from "../functions.gen.ts";
import { call, Parameter, type Tensor } from "../tensor.ts";

/** A parameter drawn from U(-bound, bound) (PyTorch: `init.uniform_`). */
export function uniform(shape: readonly number[], bound: number): Parameter {
  return new Parameter(call("aten::uniform", { self: empty(shape, { dtype: "float32" }), from: -bound, to: bound }) as Tensor);
}

/** `1/sqrt(fan_in)`: the bound of `kaiming_uniform_(a=sqrt(5))` for weights, and of the biases that belong to them. */
export const fanInBound = (weight: readonly number[]): number => {
  const fanIn = numel(weight.slice(1));
  return fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
};

/** A parameter drawn from N(0, 1) (PyTorch: `init.normal_`). */
export function normal(shape: readonly number[]): Parameter {
  return new Parameter(call("aten::randn", { size: shape, dtype: "float32" }) as Tensor);
}
/** A float32 parameter of ones. */
export const onesParameter = (shape: readonly number[]): Parameter => new Parameter(ones(shape, { dtype: "float32" }));
/** A float32 parameter of zeros. */
export const zerosParameter = (shape: readonly number[]): Parameter => new Parameter(zeros(shape, { dtype: "float32" }));
