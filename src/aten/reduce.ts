/** @file Reductions: sums, means, extremes, norms, variances, and running ones. */

import { imagPart, makeComplex, realPart } from "../core/ops/complex.ts";
import { binary, cast, fill } from "../core/ops/elementwise.ts";
import { concat, reshape, slice } from "../core/ops/layout.ts";
import { argReduce, cumulative, reduce as reduceOver } from "../core/ops/reduce.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, isFloat, isLow, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, isStatic, max, product, sub } from "../symbolic.ts";
import { each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import { runningExtreme, runningLogSumExp } from "./running.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";
import { reducedDims, reducedShape, showShape, wrapDim } from "./view-shape.ts";

interface Reduced<T = Typed> {
  readonly self: T;
  readonly dim?: readonly number[] | number | null;
  readonly keepdim?: boolean;
  readonly dtype?: DType | null;
}

const rankOf = (x: Typed): number => x.shape.length;
const dimsOf = ({ self, dim }: Reduced): number[] => reducedDims(typeof dim === "number" ? [dim] : (dim ?? null), rankOf(self));
const shapeOf = (args: Reduced): Dim[] => reducedShape(args.self.shape, dimsOf(args), args.keepdim ?? false);
const typed = (args: Reduced, dtype: DType): Meta => ({ dtype, shape: shapeOf(args) });

/** dtype of sums and products: integers and bools add up in int64. */
export const sumDType = ({ self, dtype }: Reduced): DType => dtype ?? (isFloat(self.dtype) || isComplex(self.dtype) ? self.dtype : "int64");

type Kind = Parameters<typeof reduceOver>[0];
const reduced = (kind: Kind, dtypeOf: (args: Reduced) => DType) => ({
  meta: (args: Reduced): Meta => typed(args, dtypeOf(args)),
  eval: (args: Reduced<Strided>): Strided => reduceOver(kind, cast(args.self, dtypeOf(args)), dimsOf(args), args.keepdim ?? false),
});
const summed = reduced("sum", sumDType);
const averaged = reduced("mean", ({ self, dtype }) => dtype ?? self.dtype);
const realProduct = reduced("prod", sumDType);
const multiplied = {
  meta: realProduct.meta,
  eval: (args: Reduced<Strided>): Strided => {
    if (!isComplex(args.self.dtype)) return realProduct.eval(args);
    const all = dimsOf(args).reduce((x, d) => slice(runningProduct(x, d), d, -1, Number.MAX_SAFE_INTEGER, 1), args.self);
    return reshape(all, shapeOf(args) as number[]);
  },
};

/** Running products of complex numbers, one slice after the other. */
function runningProduct(x: Strided, dim: number): Strided {
  const slices: Strided[] = [];
  for (let i = 0; i < (x.shape[dim] as number); i++) {
    const next = slice(x, dim, i, i + 1, 1);
    const last = slices.at(-1);
    slices.push(last === undefined ? next : binary("mul", last, next));
  }
  return slices.length === 0 ? fill(x.dtype, x.shape.with(dim, 1), 1) : concat(slices, dim);
}

/** max and min over dims: throws `aten/reduce` where there is nothing to choose from, as torch does. */
const extreme = (kind: "max" | "min") => ({
  meta: (args: Reduced): Meta => typed(args, args.self.dtype),
  eval: (args: Reduced<Strided>): Strided => {
    const dims = dimsOf(args);
    if (dims.some((d) => args.self.shape[d] === 0)) {
      throw new OnnxExporterError(
        "aten/reduce",
        `${kind} over a dim of size 0 of ${showShape(args.self.shape)}`,
        "such a reduction has no value",
      );
    }
    return reduceOver(kind, args.self, dims, args.keepdim ?? false);
  },
});
const [greatest, least] = [extreme("max"), extreme("min")];

/** any and all: bool, but uint8 stays uint8. */
const logical = (kind: "any" | "all") => ({
  meta: (args: Reduced): Meta => typed(args, args.self.dtype === "uint8" ? "uint8" : "bool"),
  eval: (args: Reduced<Strided>): Strided => {
    const out = reduceOver(kind, cast(args.self, "bool"), dimsOf(args), args.keepdim ?? false);
    return args.self.dtype === "uint8" ? cast(out, "uint8") : out;
  },
});
const [some, every] = [logical("any"), logical("all")];

/** any.dims and all.dims: over no dims they only make bools, unlike every other reduction. */
const overNone = (over: typeof some) => ({
  meta: (args: Reduced): Meta => (isNone(args) ? { ...over.meta(args), shape: args.self.shape } : over.meta(args)),
  eval: (args: Reduced<Strided>): Strided => (isNone(args) ? cast(cast(args.self, "bool"), over.meta(args).dtype) : over.eval(args)),
});
export const isNone = ({ dim }: { readonly dim?: readonly number[] | number | null }): boolean => Array.isArray(dim) && dim.length === 0;

interface Arg<T = Typed> {
  readonly self: T;
  readonly dim: number | null;
  readonly keepdim: boolean;
}

const atLeast1 = (x: Strided): Strided => (x.shape.length === 0 ? reshape(x, [1]) : x);

/** Index of the first extreme along `dim`, of the flattened tensor when that is null. */
const position = (kind: "max" | "min") => ({
  meta: (args: Arg): Meta => typed(args, "int64"),
  eval: (args: Arg<Strided>): Strided => {
    const { self, dim, keepdim } = args;
    const out = argReduce(kind, atLeast1(self), dim === null ? null : wrapDim(dim, rankOf(self)), false);
    return keepdim || rankOf(self) === 0 ? reshape(out, shapeOf({ self, dim, keepdim }) as number[]) : out;
  },
});
const [argmax, argmin] = [position("max"), position("min")];

interface Along<T = Typed> {
  readonly self: T;
  readonly dim: number;
  readonly keepdim: boolean;
}

/** Values and indices of extremes along a dim. */
const extremeAlong = (kind: "max" | "min") => ({
  meta: (args: Along): [Meta, Meta] => [typed(args, args.self.dtype), typed(args, "int64")],
  eval: (args: Along<Strided>): [Strided, Strided] => [
    (kind === "max" ? greatest : least).eval(args),
    (kind === "max" ? argmax : argmin).eval(args),
  ],
});

interface Spread<T> {
  readonly self: T;
  readonly dim: readonly number[] | null;
  readonly correction: ScalarOf<Dim> | null;
  readonly keepdim: boolean;
}

/** How many elements a result of the reduction is made of. */
const countOf = (args: Reduced): Dim => product(dimsOf(args).map((d) => args.self.shape[d] as Dim));

/** A tensor in the dtype that torch accumulates in: low precision in float32. */
const opmath = (call: Call, self: Symbolic): Symbolic => (isLow(self.dtype) ? call("aten::_to_copy", { self, dtype: "float32" }) : self);
const rounded = (call: Call, self: Symbolic, dtype: DType): Symbolic =>
  self.dtype === dtype ? self : call("aten::_to_copy", { self, dtype });

/** Variance and mean: sum |x - mean|^2 / max(n - correction, 0), in float32 for low precision. */
function varianceAndMean({ self, dim, correction, keepdim }: Spread<Symbolic>, call: Call): [Symbolic, Symbolic] {
  const x = opmath(call, self);
  const mean = call("aten::mean.dim", { self: x, dim, keepdim: true });
  const away = call("aten::sub.Tensor", { self: x, other: mean });
  const squares = isComplex(x.dtype) ? squaredAbs(call, away) : call("aten::mul.Tensor", { self: away, other: away });
  const total = call("aten::sum.dim_IntList", { self: squares, dim, keepdim });
  const n = countOf({ self, dim });
  const less = correction === null ? 1 : correction;
  if (typeof less === "object" && !("env" in less))
    throw new OnnxExporterError("aten/reduce", "a complex correction of a variance", "use a number");
  const whole = typeof less !== "number" || Number.isInteger(less);
  const freedom = isStatic(n)
    ? Math.max(n - Number(less), 0)
    : whole
      ? max(sub(n, typeof less === "object" ? less : Number(less)), 0)
      : null;
  if (freedom === null)
    throw new OnnxExporterError("aten/reduce", `a correction of ${String(less)} with a symbolic count`, "use a whole correction");
  const variance = call("aten::div.Scalar", { self: total, other: freedom });
  return [
    rounded(call, variance, realOf(self.dtype)),
    rounded(call, keepdim ? mean : call("aten::mean.dim", { self: x, dim, keepdim }), self.dtype),
  ];
}

const squaredAbs = (call: Call, self: Symbolic): Symbolic => {
  const parts = call("aten::view_as_real", { self });
  return call("aten::sum.dim_IntList", { self: call("aten::mul.Tensor", { self: parts, other: parts }), dim: [-1] });
};

/** Roots are taken before low precision is rounded. */
function deviationAndMean(args: Spread<Symbolic>, call: Call): [Symbolic, Symbolic] {
  const [variance, mean] = varianceAndMean({ ...args, self: opmath(call, args.self) }, call);
  return [rounded(call, call("aten::sqrt", { self: variance }), realOf(args.self.dtype)), rounded(call, mean, args.self.dtype)];
}

type Moments = (args: Spread<Symbolic>, call: Call) => [Symbolic, Symbolic];
const withCorrection = (f: Moments) => ({ decompose: (args: Spread<Symbolic>, call: Call) => f(args, call) });
interface Unbiased {
  readonly self: Symbolic;
  readonly unbiased: boolean;
  readonly dim?: readonly number[] | null;
  readonly keepdim?: boolean;
}
const unbiasedArgs = ({ self, dim, unbiased, keepdim }: Unbiased): Spread<Symbolic> => ({
  self,
  dim: dim ?? null,
  correction: unbiased ? 1 : 0,
  keepdim: keepdim ?? false,
});
const ofUnbiased = (f: Moments) => ({ decompose: (args: Unbiased, call: Call) => f(unbiasedArgs(args), call) });
const firstOf = <A>(pair: { decompose: (args: A, call: Call) => [Symbolic, Symbolic] }) => ({
  decompose: (args: A, call: Call) => pair.decompose(args, call)[0],
});

/** log(sum(exp(x))), with the maximum (of the real parts) taken out unless it is infinite. */
function logSumExp(
  { self, dim, keepdim }: { readonly self: Symbolic; readonly dim: readonly number[]; readonly keepdim: boolean },
  call: Call,
): Symbolic {
  const x = opmath(call, isFloat(self.dtype) || isComplex(self.dtype) ? self : call("aten::_to_copy", { self, dtype: "float32" }));
  const out = isFloat(self.dtype) ? self.dtype : x.dtype;
  if (x.shape.includes(0))
    return rounded(
      call,
      call("aten::log", { self: call("aten::sum.dim_IntList", { self: call("aten::exp", { self: x }), dim, keepdim }) }),
      out,
    );
  const peak = call("aten::amax", { self: isComplex(x.dtype) ? call("aten::real", { self: x }) : x, dim, keepdim: true });
  const finite = call("aten::masked_fill.Scalar", { self: peak, mask: call("aten::isinf", { self: peak }), value: 0 });
  const total = call("aten::sum.dim_IntList", {
    self: call("aten::exp", { self: call("aten::sub.Tensor", { self: x, other: finite }) }),
    dim,
    keepdim,
  });
  const offset = keepdim ? finite : call("aten::reshape", { self: finite, shape: total.shape });
  return rounded(call, call("aten::add.Tensor", { self: call("aten::log", { self: total }), other: offset }), out);
}

/** Running sums along a dim; a 0-d tensor is its own. */
const running = (kind: "sum" | "prod") => ({
  meta: (args: { readonly self: Typed; readonly dim: number; readonly dtype: DType | null }): Meta => ({
    dtype: sumDType(args),
    shape: args.self.shape,
  }),
  eval: (args: { readonly self: Strided; readonly dim: number; readonly dtype: DType | null }): Strided => {
    const x = cast(args.self, sumDType(args));
    if (rankOf(x) === 0) return x;
    const d = wrapDim(args.dim, rankOf(x));
    if (!isComplex(x.dtype)) return cumulative(kind, x, d);
    if (kind === "sum") return makeComplex(cumulative(kind, realPart(x), d), cumulative(kind, imagPart(x), d));
    return x.shape[d] === 0 ? x : runningProduct(x, d);
  },
});

const nonNan = (call: Call, self: Symbolic): Symbolic =>
  isFloat(self.dtype) ? call("aten::masked_fill.Scalar", { self, mask: call("aten::isnan", { self }), value: 0 }) : self;

/** Both extremes at once. */
const bothExtremes = (
  { self, dim, keepdim }: { readonly self: Symbolic; readonly dim: number | null; readonly keepdim: boolean },
  call: Call,
): [Symbolic, Symbolic] => {
  const over = { self, dim: dim === null ? [] : [dim], keepdim };
  return [call("aten::amin", over), call("aten::amax", over)];
};

export const reduce = {
  ...each(["aten::sum", "aten::sum.dim_IntList"], () => summed),
  ...each(["aten::mean", "aten::mean.dim"], () => averaged),
  ...each(["aten::prod", "aten::prod.dim_int"], () => multiplied),
  "aten::amax": greatest,
  "aten::amin": least,
  "aten::max": { decompose: ({ self }, call) => call("aten::amax", { self, dim: [], keepdim: false }) },
  "aten::min": { decompose: ({ self }, call) => call("aten::amin", { self, dim: [], keepdim: false }) },
  "aten::max.dim": extremeAlong("max"),
  "aten::min.dim": extremeAlong("min"),
  "aten::aminmax": { decompose: bothExtremes },
  "aten::_aminmax": { decompose: ({ self }, call) => bothExtremes({ self, dim: null, keepdim: false }, call) },
  "aten::_aminmax.dim": { decompose: bothExtremes },
  ...each(["aten::any", "aten::any.dim"], () => some),
  ...each(["aten::all", "aten::all.dim"], () => every),
  ...each(["aten::_is_all_true", "aten::_is_any_true"], (name) => ({
    decompose: ({ self }: { readonly self: Symbolic }, call: Call) =>
      call(name === "aten::_is_all_true" ? "aten::all" : "aten::any", { self }),
  })),
  "aten::any.dims": overNone(some),
  "aten::all.dims": overNone(every),
  "aten::argmax": argmax,
  "aten::argmin": argmin,

  "aten::var": firstOf(ofUnbiased(varianceAndMean)),
  "aten::var.dim": firstOf(ofUnbiased(varianceAndMean)),
  "aten::var.correction": firstOf(withCorrection(varianceAndMean)),
  "aten::std": firstOf(ofUnbiased(deviationAndMean)),
  "aten::std.dim": firstOf(ofUnbiased(deviationAndMean)),
  "aten::std.correction": firstOf(withCorrection(deviationAndMean)),
  ...each(["aten::var_mean", "aten::var_mean.dim"], () => ofUnbiased(varianceAndMean)),
  "aten::var_mean.correction": withCorrection(varianceAndMean),
  ...each(["aten::std_mean", "aten::std_mean.dim"], () => ofUnbiased(deviationAndMean)),
  "aten::std_mean.correction": withCorrection(deviationAndMean),

  ...each(["aten::logsumexp", "aten::special_logsumexp"], () => ({ decompose: logSumExp })),
  "aten::dist": {
    decompose: ({ self, other, p }, call) => call("aten::norm.Scalar", { self: call("aten::sub.Tensor", { self, other }), p }),
  },

  "aten::count_nonzero": {
    decompose: ({ self, dim }, call) => call("aten::count_nonzero.dim_IntList", { self, dim: dim === null ? [] : [dim] }),
  },
  "aten::count_nonzero.dim_IntList": {
    decompose: ({ self, dim }, call) => {
      const found = self.dtype === "bool" ? self : call("aten::ne.Scalar", { self, other: 0 });
      return call("aten::sum.dim_IntList", { self: found, dim, keepdim: false });
    },
  },
  "aten::nansum": {
    decompose: ({ self, dim, keepdim, dtype }, call) => call("aten::sum.dim_IntList", { self: nonNan(call, self), dim, keepdim, dtype }),
  },
  "aten::nanmean": {
    decompose: ({ self, dim, keepdim, dtype }, call) => {
      const x = dtype === null ? self : call("aten::_to_copy", { self, dtype });
      const total = call("aten::nansum", { self: x, dim, keepdim, dtype: null });
      const counted = call("aten::logical_not", { self: call("aten::isnan", { self: x }) });
      return call("aten::div.Tensor", { self: total, other: call("aten::sum.dim_IntList", { self: counted, dim, keepdim }) });
    },
  },
  "aten::cumsum": running("sum"),
  "aten::cumprod": running("prod"),
  "aten::cummax": runningExtreme("max"),
  "aten::cummin": runningExtreme("min"),
  "aten::logcumsumexp": runningLogSumExp,
  "aten::trace": {
    decompose: ({ self }, call) => call("aten::sum", { self: call("aten::diagonal", { self }) }),
  },
} satisfies AtenTable;
