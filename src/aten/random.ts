/** @file Random tensors: PyTorch's CPU generator in eval; ONNX draws its own. */

import { viewAsComplex } from "../core/ops/complex.ts";
import { defaultGenerator as generator } from "../core/ops/generator.ts";
import { expand, permute } from "../core/ops/layout.ts";
import {
  bernoulli,
  bernoulliScalar,
  cauchy,
  exponential,
  geometric,
  logNormal,
  multinomial,
  normal,
  normalOneByOne,
  randint,
  random as randomIntegers,
  randperm,
  uniform,
} from "../core/ops/random.ts";
import { binomial, dirichlet, poisson, standardGamma } from "../core/ops/rejection.ts";
import { integers as integersOf } from "../core/ops/values.ts";
import { isContiguous, type Strided } from "../core/strided.ts";
import { type DType, isComplex, realOf } from "../dtype.ts";
import type { Dim, Shape } from "../symbolic.ts";
import { broadcastShapes, each } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Op, Symbolic } from "./table.ts";

type Draw = (dtype: DType, shape: readonly number[]) => Strided;

const same = ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape });

/** Complex numbers are drawn as their real and imaginary parts in turn. */
const inParts = (draw: Draw, dtype: DType, shape: readonly number[]): Strided =>
  isComplex(dtype) ? viewAsComplex(draw(realOf(dtype), [...shape, 2])) : draw(dtype, shape);

/** What a draw into memory laid out as `self` gives: PyTorch goes through memory in its own order, the largest stride outermost. */
function inOrderOf(self: Strided, dtype: DType, draw: Draw): Strided {
  const stride = (d: number): number => (self.shape[d] === 1 ? 0 : (self.strides[d] as number));
  const order = isContiguous(self) ? [] : self.shape.map((_, d) => d).sort((a, b) => stride(b) - stride(a));
  if (order.every((d, i) => d === i)) return inParts(draw, dtype, self.shape);
  const drawn = inParts(
    draw,
    dtype,
    order.map((d) => self.shape[d] as number),
  );
  return permute(
    drawn,
    order.map((_, d) => order.indexOf(d)),
  );
}

/** Draws for `f_(self)` and its functional twin. */
const filling = <A extends { readonly self: Strided }>(draw: (args: A) => Draw) => ({
  meta: same,
  eval: (args: A): Strided => inOrderOf(args.self, args.self.dtype, draw(args)),
});

/** Normal numbers; each part of a complex one has half the variance. Memory that is not contiguous is filled one by one. */
const normally = (dtype: DType, mean: number, std: number, oneByOne: boolean): Draw => {
  const spread = isComplex(dtype) ? std / Math.SQRT2 : std;
  return (real, shape) => (oneByOne ? normalOneByOne : normal)(generator, real, shape, mean, spread);
};
const uniformly =
  (from = 0, to = 1): Draw =>
  (dtype, shape) =>
    uniform(generator, dtype, shape, from, to);

interface Sized<S> {
  readonly size: S;
  readonly dtype: DType | null;
}
interface Like<T> {
  readonly self: T;
  readonly dtype: DType | null;
  readonly memory_format: string | null;
}

/** The parts of a complex random tensor of `shape`, from the op that draws real ones, scaled. */
const complexOf = (parts: Symbolic, scale: number, call: Call): Symbolic =>
  call("aten::view_as_complex", { self: scale === 1 ? parts : call("aten::mul.Scalar", { self: parts, other: scale }) });

type Kind = "rand" | "randn";
const scales: Readonly<Record<Kind, number>> = { rand: 1, randn: Math.SQRT1_2 };
const drawOf = (kind: Kind, dtype: DType, oneByOne: boolean): Draw => (kind === "rand" ? uniformly() : normally(dtype, 0, 1, oneByOne));

/** `decompose` is for complex tensors: real ones have a lowering. */
const sized = <N extends Op>(names: readonly N[], kind: Kind) =>
  each(names, () => ({
    meta: ({ size, dtype }: Sized<Shape>): Meta => ({ dtype: dtype ?? "float32", shape: size }),
    eval: ({ size, dtype }: Sized<readonly number[]>): Strided =>
      inParts(drawOf(kind, dtype ?? "float32", false), dtype ?? "float32", size),
    decompose: ({ size, dtype }: Sized<Shape>, call: Call): Symbolic =>
      complexOf(call(`aten::${kind}`, { size: [...size, 2], dtype: realOf(dtype ?? "float32") }), scales[kind], call),
  }));
const like = <N extends Op>(names: readonly N[], kind: Kind) =>
  each(names, () => ({
    meta: ({ self, dtype }: Like<TensorType>): Meta => ({ dtype: dtype ?? self.dtype, shape: self.shape }),
    eval: ({ self, dtype, memory_format: format }: Like<Strided>): Strided => {
      const rowMajor = isContiguous(self) || format === "contiguous_format";
      const draw = drawOf(kind, dtype ?? self.dtype, !rowMajor);
      return rowMajor ? inParts(draw, dtype ?? self.dtype, self.shape) : inOrderOf(self, dtype ?? self.dtype, draw);
    },
    decompose: ({ self, dtype }: Like<Symbolic>, call: Call): Symbolic => {
      const wanted = dtype ?? self.dtype;
      if (!isComplex(wanted)) return call(`aten::${kind}`, { size: self.shape, dtype: wanted });
      return complexOf(call(`aten::${kind}`, { size: [...self.shape, 2], dtype: realOf(wanted) }), scales[kind], call);
    },
  }));

interface Integers<S, T> {
  readonly low?: number;
  readonly high: number | T;
  readonly size?: S;
  readonly self?: T;
  readonly dtype: DType | null;
}
const integers = {
  meta: ({ size, self, dtype }: { size?: Shape; self?: TensorType; dtype: DType | null }): Meta => ({
    dtype: dtype ?? self?.dtype ?? "int64",
    shape: size ?? self?.shape ?? [],
  }),
  eval: ({ low = 0, high, size, self, dtype }: Integers<readonly number[], Strided>): Strided => {
    const end = typeof high === "number" ? high : (integersOf(high)[0] as number);
    const draw: Draw = (type, shape) => randint(generator, type, shape, low, end);
    return self === undefined ? draw(dtype ?? "int64", size ?? []) : inOrderOf(self, dtype ?? self.dtype, draw);
  },
};

const chances = {
  meta: ({ self }: { self: TensorType; p: TensorType }): Meta => same({ self }),
  eval: ({ self, p }: { self: Strided; p: Strided }): Strided => bernoulli(generator, expand(p, self.shape), self.dtype),
};

/** What `normal_(0, std)` gives in new memory of this type. */
const noise = (type: Meta, std: number, call: Call): Symbolic =>
  call("aten::normal_functional", { self: call("aten::empty.memory_format", { size: type.shape, dtype: type.dtype }), mean: 0, std });

/** Whole numbers from a range, in all the ways that PyTorch asks for them. */
export const randints = [
  "aten::randint",
  "aten::randint.low",
  "aten::randint.generator",
  "aten::randint.low_generator",
  "aten::randint_like",
  "aten::randint_like.low_dtype",
  "aten::randint_like.generator",
  "aten::randint_like.low_generator_dtype",
  "aten::randint_like.Tensor",
  "aten::randint_like.Tensor_generator",
] as const satisfies readonly Op[];

export const random = {
  ...sized(["aten::rand", "aten::rand.generator"], "rand"),
  ...sized(["aten::randn", "aten::randn.generator"], "randn"),
  ...like(["aten::rand_like", "aten::rand_like.generator"], "rand"),
  ...like(["aten::randn_like", "aten::randn_like.generator"], "randn"),
  ...each(randints, () => integers),
  ...each(["aten::randperm", "aten::randperm.generator"], () => ({
    meta: ({ n, dtype }: { n: Dim; dtype: DType | null }): Meta => ({ dtype: dtype ?? "int64", shape: [n] }),
    eval: ({ n, dtype }: { n: number; dtype: DType | null }): Strided => randperm(generator, n, dtype ?? "int64"),
  })),
  "aten::random": filling(() => (dtype, shape) => randomIntegers(generator, dtype, shape)),
  "aten::random.to": filling(
    ({ to }: { self: Strided; to: number }) =>
      (dtype, shape) =>
        randint(generator, dtype, shape, 0, to),
  ),
  "aten::random.from": filling(
    ({ from, to }: { self: Strided; from: number; to: number | null }) =>
      (dtype, shape) =>
        to === null ? randomIntegers(generator, dtype, shape, from) : randint(generator, dtype, shape, from, to),
  ),
  "aten::bernoulli": { meta: same, eval: ({ self }) => bernoulli(generator, self) },
  "aten::bernoulli.p": filling(
    ({ p }: { self: Strided; p: number }) =>
      (dtype, shape) =>
        bernoulliScalar(generator, dtype, shape, p),
  ),
  "aten::bernoulli.Tensor": chances,
  "aten::multinomial": {
    meta: ({ self, num_samples: n }) => ({ dtype: "int64", shape: [...self.shape.slice(0, -1), n] }),
    eval: ({ self, num_samples: n, replacement }) => multinomial(generator, self, n, replacement),
  },
  "aten::uniform": {
    ...filling(({ from, to }: { self: Strided; from: number; to: number }) => uniformly(from, to)),
    decompose: ({ self, from, to }, call) =>
      complexOf(call("aten::uniform", { self: call("aten::view_as_real", { self }), from, to }), 1, call),
  },
  "aten::normal_functional": {
    ...filling(({ self, mean, std }: { self: Strided; mean: number; std: number }) => normally(self.dtype, mean, std, !isContiguous(self))),
    decompose: ({ self, mean, std }, call) => {
      const parts = call("aten::view_as_real", { self });
      return complexOf(call("aten::normal_functional", { self: parts, mean, std: Number(std) * Math.SQRT1_2 }), 1, call);
    },
  },
  "aten::exponential": filling(
    ({ lambd }: { self: Strided; lambd: number }) =>
      (dtype, shape) =>
        exponential(generator, dtype, shape, lambd),
  ),
  "aten::cauchy": filling(
    ({ median, sigma }: { self: Strided; median: number; sigma: number }) =>
      (dtype, shape) =>
        cauchy(generator, dtype, shape, median, sigma),
  ),
  "aten::log_normal": filling(
    ({ mean, std }: { self: Strided; mean: number; std: number }) =>
      (dtype, shape) =>
        logNormal(generator, dtype, shape, mean, std),
  ),
  "aten::geometric": filling(
    ({ p }: { self: Strided; p: number }) =>
      (dtype, shape) =>
        geometric(generator, dtype, shape, p),
  ),
  "aten::poisson": { meta: same, eval: ({ self }) => poisson(generator, self) },
  "aten::binomial": {
    meta: ({ count, prob }) => ({ dtype: count.dtype, shape: broadcastShapes(count.shape, prob.shape) }),
    eval: ({ count, prob }) => {
      const shape = broadcastShapes(count.shape, prob.shape) as number[];
      return binomial(generator, expand(count, shape), expand(prob, shape));
    },
  },
  "aten::_standard_gamma": { meta: same, eval: ({ self }) => standardGamma(generator, self) },
  "aten::_sample_dirichlet": { meta: same, eval: ({ self }) => dirichlet(generator, self) },
  "aten::normal.float_float": {
    decompose: ({ mean, std, size, dtype }, call) => {
      const self = call("aten::empty.memory_format", { size, dtype: dtype ?? "float32" });
      return call("aten::normal_functional", { self, mean, std });
    },
  },
  "aten::normal.Tensor_float": {
    decompose: ({ mean, std }, call) => call("aten::add.Tensor", { self: noise(mean, Number(std), call), other: mean }),
  },
  "aten::normal.float_Tensor": {
    decompose: ({ mean, std }, call) => {
      const spread = call("aten::mul.Tensor", { self: noise(std, 1, call), other: std });
      return call("aten::add.Scalar", { self: spread, other: Number(mean) });
    },
  },
  "aten::normal.Tensor_Tensor": {
    decompose: ({ mean, std }, call) => {
      const both = { dtype: mean.dtype, shape: broadcastShapes(mean.shape, std.shape) };
      const spread = call("aten::mul.Tensor", { self: noise(both, 1, call), other: std });
      return call("aten::add.Tensor", { self: spread, other: mean });
    },
  },
} satisfies AtenTable;
