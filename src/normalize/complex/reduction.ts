/** @file The complex pass on reductions and scans that are not linear. */

import { each } from "../../aten/broadcast.ts";
import type { Value } from "../../aten/graph.ts";
import type { Op } from "../../aten/table.ts";
import { wrapDim } from "../../aten/view-shape.ts";
import { OnnxExporterError } from "../../errors.ts";
import { truth } from "./elementwise.ts";
import type { Operand } from "./pair.ts";
import type { Result, Rewriting, RuleTable } from "./rule.ts";

/** How many numbers are multiplied: a number of steps that the graph is written out for. */
function countAlong(self: Operand, dim: number, what: string): number {
  const n = self.shape[dim];
  if (typeof n === "number") return n;
  throw new OnnxExporterError("normalize/complex", `${what} of complex numbers along a dynamic dim`, "make the dim static");
}

const sliced = (self: Operand, dim: number, start: number, end: number, at: Rewriting): Operand =>
  at.call("aten::slice.Tensor", { self, dim, start, end });
const times = (self: Operand, other: Operand, at: Rewriting): Operand => at.call("aten::mul.Tensor", { self, other });

/** The product along `dim`, kept with size 1: halves are multiplied until one number is left. */
function productAlong(self: Operand, dim: number, at: Rewriting): Operand {
  let x = self;
  let n = countAlong(self, dim, "the product");
  if (n === 0) return at.call("aten::ones", { size: self.shape.map((d, i) => (i === dim ? 1 : d)), dtype: self.dtype });
  while (n > 1) {
    const half = Math.floor(n / 2);
    const product = times(sliced(x, dim, 0, half, at), sliced(x, dim, half, 2 * half, at), at);
    x = n % 2 === 0 ? product : at.call("aten::cat", { tensors: [product, sliced(x, dim, n - 1, n, at)], dim });
    n -= half;
  }
  return x;
}

/** Running products along `dim`: each step doubles how many numbers a product has. */
function productsAlong(self: Operand, dim: number, at: Rewriting): Operand {
  const n = countAlong(self, dim, "running products");
  let x = self;
  for (let step = 1; step < n; step *= 2) {
    const rest = times(sliced(x, dim, step, n, at), sliced(x, dim, 0, n - step, at), at);
    x = at.call("aten::cat", { tensors: [sliced(x, dim, 0, step, at), rest], dim });
  }
  return x;
}

/** log of the running sums of exp, with the largest real part taken out. */
function runningLogSumExp(self: Operand, dim: number, at: Rewriting): Operand {
  const peak = at.call("aten::amax", { self: at.call("aten::real", { self }), dim: [dim], keepdim: true });
  const away = at.call("aten::exp", { self: at.call("aten::sub.Tensor", { self, other: peak }) });
  return at.call("aten::add.Tensor", { self: at.call("aten::log", { self: at.call("aten::cumsum", { self: away, dim }) }), other: peak });
}

/** Ops that look at numbers as truth values. */
const ofTruth = <N extends Op>(names: readonly N[]) =>
  each(
    names,
    (op) =>
      (args: { readonly self: Operand }, at: Rewriting): Value =>
        at.real.call(op as "aten::nonzero", { ...args, self: truth(args.self, at) }),
  );

export const reduction = {
  "aten::prod": ({ self }, at) => {
    const flat = at.call("aten::reshape", { self, shape: [-1] });
    return at.call("aten::reshape", { self: productAlong(flat, 0, at), shape: [] });
  },
  "aten::prod.dim_int": ({ self, dim, keepdim }, at) => {
    if (self.shape.length === 0) return self;
    const d = wrapDim(dim, self.shape.length);
    const product = productAlong(self, d, at);
    return keepdim ? product : at.call("aten::squeeze.dim", { self: product, dim: d });
  },
  "aten::cumprod": ({ self, dim }, at): Result =>
    self.shape.length === 0 ? self : productsAlong(self, wrapDim(dim, self.shape.length), at),
  "aten::logcumsumexp": ({ self, dim }, at): Result => (self.shape.length === 0 ? self : runningLogSumExp(self, dim, at)),
  "aten::linalg_vector_norm": (args, at) =>
    at.call("aten::linalg_vector_norm", { ...args, self: at.call("aten::abs", { self: args.self }), dtype: at.types[0]?.dtype ?? null }),
  ...ofTruth([
    "aten::any",
    "aten::any.dim",
    "aten::any.dims",
    "aten::all",
    "aten::all.dim",
    "aten::all.dims",
    "aten::nonzero",
    "aten::argwhere",
  ]),
} satisfies RuleTable;
