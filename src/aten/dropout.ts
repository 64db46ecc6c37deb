/** @file Dropout in its four forms, and rrelu, whose slopes are drawn in training. In eval mode dropout is its argument, as in PyTorch. */

import { defaultGenerator } from "../core/ops/generator.ts";
import { copyInto } from "../core/ops/layout.ts";
import { randomSlopes } from "../core/ops/rejection.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isFloat } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import { leaky } from "./activation.ts";
import { inOpmath } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";

interface Dropout {
  readonly input: Symbolic;
  readonly p: number | Dim;
  readonly train: boolean;
}

/** Sizes of a mask that drops whole channels. */
function featureSizes({ shape }: Symbolic): Dim[] {
  if (shape.length < 2) {
    throw new OnnxExporterError("aten/rank", "feature dropout needs at least 2 dims", "give [batch, channels, …]");
  }
  return shape.map((d, i) => (i < 2 ? d : 1));
}

/** 1 with probability 1 - p, else 0: for each element, drawn in the order that the input has in memory, or for each channel. */
const keepMask = ({ input, p }: Dropout, byChannel: boolean, call: Call): Symbolic => {
  const self = byChannel ? call("aten::empty.memory_format", { size: featureSizes(input), dtype: input.dtype }) : input;
  return call("aten::bernoulli.p", { self, p: 1 - Number(p) });
};

/** What of SELU's activations stands for "dropped": minus the limit of selu(x) for x towards minus infinity. */
const seluLimit = 1.7580993408473766;

/** input * mask / (1 - p); alpha dropout puts SELU's limit where it drops, and keeps mean and variance by an affine map. */
const dropped =
  (byChannel: boolean, alpha: boolean) =>
  (args: Dropout, call: Call): Symbolic => {
    const { input, train } = args;
    const p = Number(args.p);
    if (!train || p === 0) return call("aten::alias", { self: input });
    if (p === 1) return call("aten::mul.Tensor", { self: input, other: call("aten::zeros", { size: [], dtype: input.dtype }) });
    const mask = keepMask(args, byChannel, call);
    const times = (self: Symbolic, other: number): Symbolic => call("aten::mul.Scalar", { self, other });
    const plus = (self: Symbolic, other: number): Symbolic => call("aten::add.Scalar", { self, other });
    if (!alpha) return call("aten::mul.Tensor", { self: input, other: call("aten::div.Scalar", { self: mask, other: 1 - p }) });
    const a = 1 / Math.sqrt((seluLimit * seluLimit * p + 1) * (1 - p));
    const shift = plus(times(plus(mask, -1), seluLimit * a), seluLimit * a * p);
    return call("aten::add.Tensor", { self: call("aten::mul.Tensor", { self: input, other: times(mask, a) }), other: shift });
  };

/** The slope outside training. */
const middle = ({ lower, upper }: { lower: ScalarOf<unknown>; upper: ScalarOf<unknown> }): number => (Number(lower) + Number(upper)) / 2;

const same = ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape });

export const dropout = {
  "aten::dropout": { decompose: dropped(false, false) },
  "aten::feature_dropout": { decompose: dropped(true, false) },
  "aten::alpha_dropout": { decompose: dropped(false, true) },
  "aten::feature_alpha_dropout": { decompose: dropped(true, true) },
  "aten::native_dropout": {
    decompose: ({ input, p, train }, call) => {
      const ones = (dtype: DType): Symbolic => call("aten::ones_like", { self: input, dtype });
      if (train === false) return [call("aten::clone", { self: input }), ones("bool")];
      const mask = keepMask({ input, p, train: true }, false, call);
      const scale = p === 1 ? 0 : 1 / (1 - Number(p));
      const kept = call("aten::mul.Tensor", { self: input, other: mask });
      return [call("aten::mul.Scalar", { self: kept, other: scale }), call("aten::to.dtype", { self: mask, dtype: "bool" })];
    },
  },
  "aten::native_dropout_backward": {
    decompose: ({ grad_output, mask, scale }, call) => {
      const kept = call("aten::mul.Tensor", { self: grad_output, other: mask });
      // The scale is a float: gradients of integers and bools become float32.
      const wide = isFloat(kept.dtype) ? kept : call("aten::to.dtype", { self: kept, dtype: "float32" });
      return call("aten::mul.Scalar", { self: wide, other: scale });
    },
  },
  "aten::rrelu": {
    decompose: ({ self, lower, upper, training }, call) => {
      if (!training) return call("aten::leaky_relu", { self, negative_slope: middle({ lower, upper }) });
      return call("aten::rrelu_with_noise_functional", { self, noise: call("aten::empty_like", { self }), lower, upper, training })[0];
    },
  },
  // In training writes the slopes to `noise`, otherwise leaves it alone.
  "aten::rrelu_with_noise": {
    meta: same,
    eval: (args) => {
      const [result, slopes] = rrelu(args);
      if (args.training) copyInto(args.noise, slopes);
      return result;
    },
  },
  "aten::rrelu_with_noise_functional": {
    meta: ({ self, noise }) => [same({ self }), same({ self: noise })],
    eval: (args) => rrelu(args),
  },
} satisfies AtenTable;

interface Rrelu {
  readonly self: Strided;
  readonly noise: Strided;
  readonly lower: ScalarOf<number>;
  readonly upper: ScalarOf<number>;
  readonly training: boolean;
}

/** The result, and the slopes: 1 where x is kept; `noise` as it was outside training. PyTorch holds the bounds in the dtype that it computes in. */
function rrelu({ self, noise, lower, upper, training }: Rrelu): [Strided, Strided] {
  if (!training) return [inOpmath([self], (x) => leaky(x, middle({ lower, upper }))), noise];
  const bound = (x: ScalarOf<number>): number => (self.dtype === "float64" ? Number(x) : Math.fround(Number(x)));
  return randomSlopes(defaultGenerator, self, bound(lower), bound(upper));
}
