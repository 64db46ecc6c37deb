/** @file The complex pass on sums of products that no decomposition takes apart: `addmm` and its kin, einsum. */

import type { ScalarOf } from "../../aten/table.ts";
import type { Dim } from "../../symbolic.ts";
import { Cartesian, type Operand, Pair, type Part } from "./pair.ts";
import type { Rewriting, RuleTable } from "./rule.ts";

interface Scales {
  readonly self: Operand;
  readonly beta: ScalarOf<Dim>;
  readonly alpha: ScalarOf<Dim>;
}

/** beta self + alpha product */
const plus = ({ self, beta, alpha }: Scales, product: Operand, at: Rewriting): Operand => {
  const scaled = at.call("aten::mul.Scalar", { self: product, other: alpha });
  return at.call("aten::add.Tensor", { self: at.call("aten::mul.Scalar", { self, other: beta }), other: scaled });
};

/** An einsum is linear in each operand: a sum over all choices of parts, where imaginary parts contribute i, -1, -i. */
function einsum(equation: string, tensors: readonly Operand[], at: Rewriting): Cartesian {
  const sums: [Part, Part] = [0, 0];
  const choose = (chosen: readonly Operand[], turns: number): void => {
    const next = tensors[chosen.length];
    if (next instanceof Pair) {
      choose([...chosen, next.re], turns);
      if (next.cartesian.im !== 0) choose([...chosen, next.im], turns + 1);
    } else if (next !== undefined) choose([...chosen, next], turns);
    else {
      const term = at.real.call("aten::einsum", { equation, tensors: chosen as never });
      const side = turns % 2;
      sums[side] = turns % 4 < 2 ? at.real.add(sums[side] as Part, term) : at.real.sub(sums[side] as Part, term);
    }
  };
  choose([], 0);
  return new Cartesian(...sums);
}

export const contraction = {
  "aten::addmm": (args, at) => plus(args, at.call("aten::mm", { self: args.mat1, mat2: args.mat2 }), at),
  "aten::addmv": (args, at) => plus(args, at.call("aten::mv", { self: args.mat, vec: args.vec }), at),
  "aten::baddbmm": (args, at) => plus(args, at.call("aten::bmm", { self: args.batch1, mat2: args.batch2 }), at),
  "aten::addbmm": (args, at) => {
    const products = at.call("aten::bmm", { self: args.batch1, mat2: args.batch2 });
    return plus(args, at.call("aten::sum.dim_IntList", { self: products, dim: [0] }), at);
  },
  "aten::einsum": ({ equation, tensors }, at) => einsum(equation, tensors, at),
} satisfies RuleTable;
