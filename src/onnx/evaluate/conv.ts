/** @file Convolutions of ONNX: plain, transposed, quantized, and causal with a state. x is [N, C, spatial…], weights [O, C / group, kernel…]. */

import { type ConvOptions, conv as convolve } from "../../core/ops/conv.ts";
import { binary, cast, unary } from "../../core/ops/elementwise.ts";
import { zeros } from "../../core/ops/index.ts";
import { along, concat, slice } from "../../core/ops/layout.ts";
import { convInteger } from "../../core/ops/quantized-matmul.ts";
import type { Strided } from "../../core/strided.ts";
import { requantized } from "./linear.ts";
import { movesOf, transposedMovesOf } from "./spatial.ts";
import type { Call, EvaluateTable } from "./table.ts";

const optionsOf = (call: Call, x: Strided, w: Strided): ConvOptions => ({
  ...movesOf(call, x.shape.slice(2), w.shape.slice(2)),
  groups: call.int("group", 1),
  transposed: false,
  outputPadding: [],
});

/** The convolution that the node's attributes describe. */
export const convolution = (call: Call, x: Strided, w: Strided, bias: Strided | null): Strided =>
  convolve(x, w, bias, optionsOf(call, x, w));

function transposed(call: Call): Strided {
  const [x, w] = [call.tensor(0), call.tensor(1)];
  const moves = transposedMovesOf(call, x.shape.slice(2), w.shape.slice(2));
  return convolve(x, w, call.optional(2), { ...moves, groups: call.int("group", 1), transposed: true });
}

/** QLinearConv of the node's inputs, of which the first is `x`. */
export function quantizedConvolution(call: Call, x: Strided): Strided {
  const [w, bias] = [call.tensor(3), call.optional(8)];
  const sums = convInteger(x, w, call.optional(2), call.optional(5), optionsOf(call, x, w));
  const whole = bias === null ? sums : binary("add", sums, along(bias, 1, x.shape.length));
  const f32 = (i: number) => cast(call.tensor(i), "float32");
  const factor = binary("div", binary("mul", f32(1), along(f32(4), 1, x.shape.length)), f32(6));
  return requantized(whole, factor, call.tensor(7));
}

/** A depthwise convolution that sees the past only: the state before, or zeros, stands in front of x. Gives the last k - 1 places too. */
export function causalConvolution(call: Call): [y: Strided, state: Strided] {
  const [x, w, past] = [call.tensor(0), call.tensor(1), call.optional(3)];
  const [batch, channels] = x.shape as readonly [number, number];
  const reach = (w.shape[2] as number) - 1;
  const whole = concat([past ?? zeros(x.dtype, [batch, channels, reach]), x], 2);
  const y = convolve(whole, w, call.optional(2), {
    stride: [1],
    padding: [[0, 0]],
    dilation: [1],
    groups: channels,
    transposed: false,
    outputPadding: [],
  });
  const activation = call.oneOf("activation", "none", ["none", "silu", "swish"]);
  const size = whole.shape[2] as number;
  return [activation === "none" ? y : unary("silu", y), slice(whole, 2, size - reach, size)];
}

export const conv: EvaluateTable = {
  Conv: (call) => convolution(call, call.tensor(0), call.tensor(1), call.optional(2)),
  ConvTranspose: transposed,
  ConvInteger: (call) => {
    const [x, w] = [call.tensor(0), call.tensor(1)];
    return convInteger(x, w, call.optional(2), call.optional(3), optionsOf(call, x, w));
  },
  QLinearConv: (call) => quantizedConvolution(call, call.tensor(0)),
  CausalConvWithState: causalConvolution,
};
