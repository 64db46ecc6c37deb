/** @file Special functions of one argument: the core's function, and what says it in other ops. */

import { unary as core } from "../core/ops/elementwise.ts";
import type { SpecialOp } from "../core/ops/real.ts";
import type { Strided } from "../core/strided.ts";
import { widened } from "./algebra.ts";
import type { Call, Symbolic } from "./table.ts";

/** A function of float32 or float64 numbers in other ops. */
export type Formula = (x: Symbolic, call: Call) => Symbolic;

/** The core's function `name`, and `f`, which says it in other ops. */
export const unarySpecial = (name: SpecialOp, f: Formula) => ({
  eval: ({ self }: { readonly self: Strided }): Strided => core(name, self),
  decompose: ({ self }: { readonly self: Symbolic }, call: Call): Symbolic => widened([self], call, (x) => f(x, call)),
});

/** The same, where PyTorch calls the argument x. */
export const ofX = (name: SpecialOp, f: Formula) => ({
  eval: ({ x }: { readonly x: Strided }): Strided => core(name, x),
  decompose: ({ x }: { readonly x: Symbolic }, call: Call): Symbolic => widened([x], call, (wide) => f(wide, call)),
});
