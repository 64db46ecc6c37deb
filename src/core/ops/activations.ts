/** @file The activations that ONNX's recurrent layers and fused ops name. */

import type { Strided } from "../strided.ts";
import { binary, compare, scalarTensor, unary, where } from "./elementwise.ts";

export type Activation = (x: Strided) => Strided;

const scalar = (x: Strided, value: number) => scalarTensor(x.dtype, value);
const scaled = (x: Strided, factor: number) => binary("mul", x, scalar(x, factor));
const shifted = (x: Strided, value: number) => binary("add", x, scalar(x, value));
const positive = (x: Strided, yes: Strided, no: Strided, limit = 0) => where(compare("gt", x, scalar(x, limit)), yes, no);

/** An activation of ONNX's list, and what alpha and beta are by default; null where it has none. */
interface ActivationRow {
  readonly alpha: number | null;
  readonly beta: number | null;
  readonly f: (x: Strided, alpha: number, beta: number) => Strided;
}

const row = (f: ActivationRow["f"], alpha: number | null = null, beta: number | null = null): ActivationRow => ({ alpha, beta, f });

/** ONNX's activations by name in lower case. */
export const activations: { readonly [name: string]: ActivationRow } = {
  relu: row((x) => unary("relu", x)),
  tanh: row((x) => unary("tanh", x)),
  sigmoid: row((x) => unary("sigmoid", x)),
  affine: row((x, a, b) => shifted(scaled(x, a), b), 1, 0),
  leakyrelu: row((x, a) => positive(x, x, scaled(x, a)), 0.01),
  thresholdedrelu: row((x, a) => positive(x, x, scalar(x, 0), a), 1),
  scaledtanh: row((x, a, b) => scaled(unary("tanh", scaled(x, b)), a), 1, 1),
  hardsigmoid: row((x, a, b) => clamped(shifted(scaled(x, a), b), 0, 1), 0.2, 0.5),
  elu: row((x, a) => positive(x, x, scaled(unary("expm1", x), a)), 1),
  softsign: row((x) => binary("div", x, shifted(unary("abs", x), 1))),
  // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow.
  softplus: row((x) => binary("add", unary("relu", x), unary("log1p", unary("exp", unary("neg", unary("abs", x)))))),
};

/** `x` within [low, high]. */
export const clamped = (x: Strided, low: number, high: number): Strided =>
  binary("minimum", binary("maximum", x, scalar(x, low)), scalar(x, high));
