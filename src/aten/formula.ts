/** @file Arithmetic of decompositions: a formula of tensors and numbers as it is written, each operation one call. */

import { type DType, isLow } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import type { Call, Symbolic } from "./table.ts";

/** An operand: a tensor, or a number that takes the tensor's dtype. */
export type Term = Symbolic | Dim;

const isTensor = (x: Term): x is Symbolic => typeof x === "object" && "isSymbolic" in x;
const comparisons = { lt: "aten::lt", le: "aten::le", gt: "aten::gt", ge: "aten::ge", eq: "aten::eq", ne: "aten::ne" } as const;
type Comparison = keyof typeof comparisons;

export class Formula {
  readonly call: Call;

  constructor(call: Call) {
    this.call = call;
  }

  add(self: Symbolic, other: Term): Symbolic {
    return isTensor(other) ? this.call("aten::add.Tensor", { self, other }) : this.call("aten::add.Scalar", { self, other });
  }
  mul(self: Symbolic, other: Term): Symbolic {
    return isTensor(other) ? this.call("aten::mul.Tensor", { self, other }) : this.call("aten::mul.Scalar", { self, other });
  }
  div(self: Symbolic, other: Term): Symbolic {
    return isTensor(other) ? this.call("aten::div.Tensor", { self, other }) : this.call("aten::div.Scalar", { self, other });
  }
  sub(self: Term, other: Symbolic): Symbolic;
  sub(self: Symbolic, other: Term): Symbolic;
  sub(self: Term, other: Term): Symbolic {
    if (!isTensor(self)) return this.call("aten::rsub.Scalar", { self: other as Symbolic, other: self });
    return isTensor(other) ? this.call("aten::sub.Tensor", { self, other }) : this.call("aten::sub.Scalar", { self, other });
  }
  neg(self: Symbolic): Symbolic {
    return this.call("aten::neg", { self });
  }
  square(self: Symbolic): Symbolic {
    return this.mul(self, self);
  }
  is(self: Symbolic, comparison: Comparison, other: Term): Symbolic {
    const op = comparisons[comparison];
    return isTensor(other) ? this.call(`${op}.Tensor`, { self, other }) : this.call(`${op}.Scalar`, { self, other });
  }
  both(self: Symbolic, other: Symbolic): Symbolic {
    return this.call("aten::logical_and", { self, other });
  }
  where(condition: Symbolic, self: Term, other: Term): Symbolic {
    if (isTensor(self)) {
      if (isTensor(other)) return this.call("aten::where.self", { condition, self, other });
      return this.call("aten::where.ScalarOther", { condition, self, other });
    }
    if (isTensor(other)) return this.call("aten::where.ScalarSelf", { condition, self, other });
    return this.call("aten::where.Scalar", { condition, self, other });
  }
  exp(self: Symbolic): Symbolic {
    return this.call("aten::exp", { self });
  }
  sigmoid(self: Symbolic): Symbolic {
    return this.call("aten::sigmoid", { self });
  }
  tanh(self: Symbolic): Symbolic {
    return this.call("aten::tanh", { self });
  }
  /** The sum over `dims`, which stay as 1 where `keepdim`. */
  sum(self: Symbolic, dims: readonly number[], keepdim = false): Symbolic {
    return dims.length === 0 ? self : this.call("aten::sum.dim_IntList", { self, dim: dims, keepdim });
  }
  reshape(self: Symbolic, shape: readonly Dim[]): Symbolic {
    return this.call("aten::reshape", { self, shape });
  }
  to(self: Symbolic, dtype: DType): Symbolic {
    return self.dtype === dtype ? self : this.call("aten::to.dtype", { self, dtype });
  }
  zeros(size: readonly Dim[], dtype: DType): Symbolic {
    return this.call("aten::zeros", { size, dtype });
  }
  /** 0, 1, …, end - 1 in int64. */
  count(end: Dim): Symbolic {
    return this.call("aten::arange", { end, dtype: "int64" });
  }
  /** A low-precision tensor in float32, where PyTorch's kernels compute and round once. */
  wide(self: Symbolic): Symbolic {
    return isLow(self.dtype) ? this.to(self, "float32") : self;
  }
}
