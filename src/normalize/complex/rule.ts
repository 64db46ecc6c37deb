/** @file The shape of a rule of the complex pass: how an op with complex operands or results is said on real values. */

import { mapArgs } from "../../aten/arguments.ts";
import type { Complex, TensorType } from "../../aten/graph.ts";
import { Value } from "../../aten/graph.ts";
import type { ArgsOf, Call, Op, ReturnOf, ScalarOf } from "../../aten/table.ts";
import type { Args } from "../../dispatch.ts";
import { type Dim, SymInt } from "../../symbolic.ts";
import { Cartesian, type Operand, Pair, type Stored } from "./pair.ts";
import type { Reals } from "./reals.ts";

/** What a rule works with. */
export interface Rewriting {
  /** Calls on operands of either kind, which take this pass themselves. */
  readonly call: Call<Operand>;
  readonly real: Reals;
  /** Logical types of the results, flat. */
  readonly types: readonly TensorType[];
  /** The same as the op returns them: one type, or lists of them. */
  readonly results: unknown;
  /** Appends a node on real values whose results have `types`, one or lists of them; gives its values alike. */
  readonly emit: (op: string, args: Args, types: unknown) => unknown;
}

/** A result: a complex one in either form, or a real one. */
export type Result = Cartesian | Stored | Operand;

export type Rule<K extends Op> = (args: ArgsOf<K, Operand, Dim>, at: Rewriting) => ReturnOf<K, Result, Dim>;
export type RuleTable = { readonly [K in Op]?: Rule<K> };
/** A rule with its argument types forgotten. */
export type AnyRule = (args: never, at: Rewriting) => unknown;

/** `x` in parts: a real number or tensor has the imaginary part 0. */
export function cartesian(x: Operand | ScalarOf<Dim>, { real }: Rewriting): Cartesian {
  if (x instanceof Pair) return x.cartesian;
  if (x instanceof Value) return new Cartesian(x, 0);
  if (x instanceof SymInt) return new Cartesian(real.call("aten::scalar_tensor", { s: x, dtype: "float32" }), 0);
  return typeof x === "object" ? new Cartesian((x as Complex).re, (x as Complex).im) : new Cartesian(Number(x), 0);
}

/** `op` where it asks no more of complex operands than their shapes: their real parts stand for them. */
export const onShapes = (op: string, args: Args, at: Rewriting): unknown =>
  at.emit(
    op,
    mapArgs(args, (x) => (x instanceof Pair ? x.re : x)),
    at.results,
  );
