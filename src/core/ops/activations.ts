/** @file The activations that ONNX's recurrent layers and fused ops name. */

import type { Strided } from "../strided.ts";
import { binary, binaryScalar, compareScalar, scalarTensor, unary, where } from "./elementwise.ts";

export type Activation = (x: Strided) => Strided;

const scaled = (x: Strided, factor: number) => binaryScalar("mul", x, factor);
const shifted = (x: Strided, value: number) => binaryScalar("add", x, value);
const above = (limit: number, x: Strided, yes: Strided, no: Strided) => where(compareScalar("gt", x, limit), yes, no);

/** An activation of ONNX's list, and what alpha and beta are by default; null where it has none. */
interface ActivationRow {
  readonly alpha: number | null;
  readonly beta: number | null;
  readonly f: (x: Strided, alpha: number, beta: number) => Strided;
}

const row = (f: ActivationRow["f"], alpha: number | null = null, beta: number | null = null): ActivationRow => ({ alpha, beta, f });

/** ONNX's activations by name in lower case. */
export const activations = {
  relu: row((x) => unary("relu", x)),
  tanh: row((x) => unary("tanh", x)),
  sigmoid: row((x) => unary("sigmoid", x)),
  affine: row((x, a, b) => shifted(scaled(x, a), b), 1, 0),
  leakyrelu: row((x, a) => above(0, x, x, scaled(x, a)), 0.01),
  thresholdedrelu: row((x, a) => above(a, x, x, scalarTensor(x.dtype, 0)), 1),
  scaledtanh: row((x, a, b) => scaled(unary("tanh", scaled(x, b)), a), 1, 1),
  hardsigmoid: row((x, a, b) => clamped(shifted(scaled(x, a), b), 0, 1), 0.2, 0.5),
  elu: row((x, a) => above(0, x, x, scaled(unary("expm1", x), a)), 1),
  softsign: row((x) => binary("div", x, shifted(unary("abs", x), 1))),
  // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow.
  softplus: row((x) => binary("add", unary("relu", x), unary("log1p", unary("exp", unary("neg", unary("abs", x)))))),
} satisfies { readonly [name: string]: ActivationRow };

/** The activation that a node names, in whatever case; undefined where ONNX has none of that name. */
export const activationOf = (name: string): ActivationRow | undefined =>
  (activations as { readonly [name: string]: ActivationRow })[name.toLowerCase()];

/** `x` within [low, high]. */
export const clamped = (x: Strided, low: number, high: number): Strided => binaryScalar("minimum", binaryScalar("maximum", x, low), high);
