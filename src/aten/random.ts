/** @file Random tensors: PyTorch's CPU generator in eval; ONNX draws its own. */

import { makeComplex } from "../core/ops/complex.ts";
import { binary, cast, fill } from "../core/ops/elementwise.ts";
import { select } from "../core/ops/layout.ts";
import {
  bernoulli,
  bernoulliScalar,
  defaultGenerator,
  exponential,
  multinomial,
  normal,
  randint,
  randperm,
  uniform,
} from "../core/ops/random.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, realOf } from "../dtype.ts";
import type { Shape } from "../symbolic.ts";
import { each } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Op, Symbolic } from "./table.ts";

type Draw = (dtype: DType, shape: readonly number[]) => Strided;
/** Draws of complex numbers are those of their parts, one after the other, times `scale`. */
const parted =
  (draw: Draw, scale: number): Draw =>
  (dtype, shape) => {
    if (!isComplex(dtype)) return draw(dtype, shape);
    const parts = draw(realOf(dtype), [...shape, 2]);
    const scaled = binary("mul", parts, fill(parts.dtype, [], scale));
    return makeComplex(select(scaled, -1, 0), select(scaled, -1, 1));
  };
const uniformly = parted((dtype, shape) => uniform(defaultGenerator, dtype, shape), 1);
/** A complex normal number has a variance of 1, half of it in each part. */
const normally = parted((dtype, shape) => normal(defaultGenerator, dtype, shape), Math.SQRT1_2);

const sized = <N extends Op>(names: readonly N[], draw: Draw) =>
  each(names, () => ({
    meta: ({ size, dtype }: { size: Shape; dtype: DType | null }): Meta => ({ dtype: dtype ?? "float32", shape: size }),
    eval: ({ size, dtype }: { size: readonly number[]; dtype: DType | null }): Strided => draw(dtype ?? "float32", size),
  }));
const like = <N extends Op>(names: readonly N[], draw: Draw) =>
  each(names, () => ({
    meta: ({ self, dtype }: { self: TensorType; dtype: DType | null }): Meta => ({ dtype: dtype ?? self.dtype, shape: self.shape }),
    eval: ({ self, dtype }: { self: Strided; dtype: DType | null }): Strided => draw(dtype ?? self.dtype, self.shape),
  }));

const same = ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape });

interface Integers<S, T> {
  readonly low?: number;
  readonly high: number;
  readonly size?: S;
  readonly self?: T;
  readonly dtype: DType | null;
}
const integers = {
  meta: ({ size, self, dtype }: { size?: Shape; self?: TensorType; dtype: DType | null }): Meta => ({
    dtype: dtype ?? self?.dtype ?? "int64",
    shape: size ?? self?.shape ?? [],
  }),
  eval: ({ low = 0, high, size, self, dtype }: Integers<readonly number[], Strided>): Strided =>
    cast(randint(defaultGenerator, "int64", size ?? self?.shape ?? [], low, high), dtype ?? self?.dtype ?? "int64"),
};

/** mean + std * a standard normal number. */
const affine = (noise: Symbolic, mean: Symbolic | number, std: Symbolic | number, call: Call): Symbolic => {
  const spread =
    typeof std === "number" ? call("aten::mul.Scalar", { self: noise, other: std }) : call("aten::mul.Tensor", { self: noise, other: std });
  return typeof mean === "number"
    ? call("aten::add.Scalar", { self: spread, other: mean })
    : call("aten::add.Tensor", { self: spread, other: mean });
};

export const random = {
  ...sized(["aten::rand", "aten::rand.generator"], uniformly),
  ...sized(["aten::randn", "aten::randn.generator"], normally),
  ...like(["aten::rand_like", "aten::rand_like.generator"], uniformly),
  ...like(["aten::randn_like", "aten::randn_like.generator"], normally),
  ...each(["aten::randint", "aten::randint.low", "aten::randint.generator", "aten::randint.low_generator"], () => integers),
  ...each(["aten::randint_like", "aten::randint_like.low_dtype"], () => integers),
  ...each(["aten::randperm", "aten::randperm.generator"], () => ({
    meta: ({ n, dtype }: { n: Shape[number]; dtype: DType | null }): Meta => ({ dtype: dtype ?? "int64", shape: [n] }),
    eval: ({ n, dtype }: { n: number; dtype: DType | null }): Strided => randperm(defaultGenerator, n, dtype ?? "int64"),
  })),
  "aten::bernoulli": { meta: same, eval: ({ self }) => bernoulli(defaultGenerator, self) },
  "aten::bernoulli.p": { meta: same, eval: ({ self, p }) => bernoulliScalar(defaultGenerator, self.dtype, self.shape, p) },
  "aten::multinomial": {
    meta: ({ self, num_samples: n }) => ({ dtype: "int64", shape: [...self.shape.slice(0, -1), n] }),
    eval: ({ self, num_samples: n, replacement }) => multinomial(defaultGenerator, self, n, replacement),
  },
  "aten::uniform": { meta: same, eval: ({ self, from, to }) => uniform(defaultGenerator, self.dtype, self.shape, from, to) },
  "aten::normal_functional": { meta: same, eval: ({ self, mean, std }) => normal(defaultGenerator, self.dtype, self.shape, mean, std) },
  "aten::exponential": { meta: same, eval: ({ self, lambd }) => exponential(defaultGenerator, self.dtype, self.shape, lambd) },
  "aten::normal.float_float": {
    decompose: ({ mean, std, size, dtype }, call) => affine(call("aten::randn", { size, dtype }), Number(mean), Number(std), call),
  },
  "aten::normal.Tensor_float": {
    decompose: ({ mean, std }, call) => affine(call("aten::randn_like", { self: mean }), mean, Number(std), call),
  },
  "aten::normal.float_Tensor": {
    decompose: ({ mean, std }, call) => affine(call("aten::randn_like", { self: std }), Number(mean), std, call),
  },
  "aten::normal.Tensor_Tensor": {
    decompose: ({ mean, std }, call) => {
      const both = call("aten::broadcast_tensors", { tensors: [mean, std] })[0] as Symbolic;
      return affine(call("aten::randn_like", { self: both }), mean, std, call);
    },
  },
} satisfies AtenTable;
