/** @file Arithmetic on the parts of complex values: tensors and numbers, where 0 and 1 cost no node. */

import { Value } from "../../aten/graph.ts";
import type { Part, RealCall } from "./pair.ts";

type Unary = "exp" | "log" | "sin" | "cos" | "sinh" | "cosh" | "sqrt" | "abs";

/** Real arithmetic in the graph that `call` appends to. */
export class Reals {
  readonly call: RealCall;
  constructor(call: RealCall) {
    this.call = call;
  }

  unary(name: Unary, x: Part): Part {
    return x instanceof Value ? this.call(`aten::${name}`, { self: x }) : Math[name](x);
  }
  neg(x: Part): Part {
    return x instanceof Value ? this.call("aten::neg", { self: x }) : -x;
  }
  add(a: Part, b: Part): Part {
    if (a === 0) return b;
    if (b === 0) return a;
    if (a instanceof Value) return this.call(b instanceof Value ? "aten::add.Tensor" : "aten::add.Scalar", { self: a, other: b as Value });
    return b instanceof Value ? this.add(b, a) : a + b;
  }
  sub(a: Part, b: Part): Part {
    if (b === 0) return a;
    if (a === 0) return this.neg(b);
    if (a instanceof Value) return this.call(b instanceof Value ? "aten::sub.Tensor" : "aten::sub.Scalar", { self: a, other: b as Value });
    return b instanceof Value ? this.call("aten::rsub.Scalar", { self: b, other: a }) : a - b;
  }
  /** A part that is the number 0 stands for no part at all: its product is 0 whatever the other is. */
  mul(a: Part, b: Part): Part {
    if (a === 0 || b === 0) return 0;
    if (a === 1) return b;
    if (b === 1) return a;
    if (a instanceof Value) return this.call(b instanceof Value ? "aten::mul.Tensor" : "aten::mul.Scalar", { self: a, other: b as Value });
    return b instanceof Value ? this.mul(b, a) : a * b;
  }
  div(a: Part, b: Part): Part {
    if (b === 1) return a;
    if (a instanceof Value) return this.call(b instanceof Value ? "aten::div.Tensor" : "aten::div.Scalar", { self: a, other: b as Value });
    if (b instanceof Value) return a === 0 ? 0 : this.mul(this.call("aten::reciprocal", { self: b }), a);
    return a / b;
  }
  /** sqrt(a^2 + b^2), exact to rounding where the squares are neither infinite nor denormal. */
  hypot(a: Part, b: Part): Part {
    if (b === 0) return this.unary("abs", a);
    if (a === 0) return this.unary("abs", b);
    if (!(a instanceof Value) && !(b instanceof Value)) return Math.hypot(a, b);
    return this.call("aten::hypot", this.#both(a, b));
  }
  atan2(y: Part, x: Part): Part {
    if (!(y instanceof Value) && !(x instanceof Value)) return Math.atan2(y, x);
    return this.call("aten::atan2", this.#both(y, x));
  }
  maximum(a: Part, b: Part): Part {
    if (!(a instanceof Value) && !(b instanceof Value)) return Math.max(a, b);
    return this.call("aten::maximum", this.#both(a, b));
  }
  /** `size` with the sign of `sign`. */
  copysign(size: Value, sign: Part): Value {
    if (sign instanceof Value) return this.call("aten::copysign.Tensor", { self: size, other: sign });
    return this.call("aten::copysign.Scalar", { self: size, other: sign });
  }

  /** Truth values of a == b, element by element; true for equal numbers. */
  equal(a: Part, b: Part): Value | boolean {
    if (a instanceof Value)
      return b instanceof Value ? this.call("aten::eq.Tensor", { self: a, other: b }) : this.call("aten::eq.Scalar", { self: a, other: b });
    return b instanceof Value ? this.equal(b, a) : a === b;
  }
  and(a: Value | boolean, b: Value | boolean): Value | boolean {
    if (a === true) return b;
    if (b === true) return a;
    if (a === false || b === false) return false;
    return this.call("aten::logical_and", { self: a, other: b });
  }
  where(condition: Value, yes: Part, no: Part): Value {
    const [y, n] = [yes instanceof Value, no instanceof Value];
    const op = y ? (n ? "aten::where.self" : "aten::where.ScalarOther") : n ? "aten::where.ScalarSelf" : "aten::where.Scalar";
    return this.call(op as "aten::where.self", { condition, self: yes as Value, other: no as Value });
  }
  /** `x` as a tensor; a number takes dtype and shape of `like`. */
  tensor(x: Part, like: Value): Value {
    return x instanceof Value ? x : this.call("aten::full_like", { self: like, fill_value: x });
  }

  #both(a: Part, b: Part): { self: Value; other: Value } {
    const like = (a instanceof Value ? a : b) as Value;
    return { self: this.tensor(a, like), other: this.tensor(b, like) };
  }
}
