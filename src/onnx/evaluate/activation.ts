/** @file Activations. Several steps in low precision are computed in float32 and rounded once. */

import { binary, cast, compare, scalarTensor, unary, where } from "../../core/ops/elementwise.ts";
import { reshape } from "../../core/ops/layout.ts";
import type { BinaryOp } from "../../core/ops/real.ts";
import type { Strided } from "../../core/strided.ts";
import { numel } from "../../core/strided.ts";
import { isFloat } from "../../dtype.ts";
import { rounded } from "./rounded.ts";
import type { Call, EvaluateTable } from "./table.ts";

/** x op value. */
const by = (op: BinaryOp, x: Strided, value: number): Strided => binary(op, x, scalarTensor(x.dtype, value));
const over = (x: Strided, value: number): Strided => compare("gt", x, scalarTensor(x.dtype, value));
const under = (x: Strided, value: number): Strided => compare("lt", x, scalarTensor(x.dtype, value));
const zero = (x: Strided): Strided => scalarTensor(x.dtype, 0);
const within = (x: Strided, low: number, high: number): Strided => by("minimum", by("maximum", x, low), high);

/** log(1 + e^x), which neither overflows nor cancels. */
const softplus = (x: Strided): Strided => binary("add", unary("relu", x), unary("log1p", unary("exp", unary("neg", unary("abs", x)))));

const swish = (x: Strided, alpha: number): Strided => binary("mul", x, unary("sigmoid", by("mul", x, alpha)));

function parametric(call: Call): Strided {
  const [x, slope] = [call.tensor(0), call.tensor(1)];
  // Before opset 7 a slope that is not shared has one number a channel.
  const perChannel = call.opset < 7 && slope.shape.length === 1 && numel(slope.shape) > 1;
  const fitting = perChannel ? reshape(slope, [numel(slope.shape), ...x.shape.slice(2).map(() => 1)]) : slope;
  return where(under(x, 0), binary("mul", x, fitting), x);
}

function shrunk(call: Call): Strided {
  const { dtype } = call.tensor(0);
  const [bias, lambda] = [call.float("bias", 0), call.float("lambd", 0.5)];
  // The two numbers are fractions: integers are computed in double and cut off.
  const x = isFloat(dtype) ? call.tensor(0) : cast(call.tensor(0), "float64");
  const inner = where(over(x, lambda), by("sub", x, bias), zero(x));
  return cast(where(under(x, -lambda), by("add", x, bias), inner), dtype);
}

export const activation: EvaluateTable = {
  Relu: (call) => unary("relu", call.tensor(0)),
  Sigmoid: (call) => unary("sigmoid", call.tensor(0)),
  Elu: rounded((call, x) => where(under(x, 0), by("mul", unary("expm1", x), call.float("alpha", 1)), x)),
  Celu: rounded((call, x) => {
    const alpha = call.float("alpha", 1);
    const below = by("mul", unary("expm1", by("div", x, alpha)), alpha);
    return binary("add", by("maximum", x, 0), by("minimum", below, 0));
  }),
  Selu: rounded((call, x) => {
    const [alpha, gamma] = call.opset < 6 ? [1.6732, 1.0507] : [1.6732631921768188, 1.0507010221481323];
    const below = by("mul", unary("expm1", x), call.float("alpha", alpha));
    return by("mul", where(over(x, 0), x, below), call.float("gamma", gamma));
  }),
  LeakyRelu: rounded((call, x) => where(under(x, 0), by("mul", x, call.float("alpha", 0.01)), x)),
  ThresholdedRelu: rounded((call, x) => where(over(x, call.float("alpha", 1)), x, zero(x))),
  PRelu: parametric,
  HardSigmoid: rounded((call, x) => within(by("add", by("mul", x, call.float("alpha", 0.2)), call.float("beta", 0.5)), 0, 1)),
  HardSwish: rounded((_, x) => binary("mul", x, within(by("add", by("div", x, 6), 0.5), 0, 1))),
  Softplus: rounded((_, x) => softplus(x)),
  Softsign: rounded((_, x) => binary("div", x, by("add", unary("abs", x), 1))),
  Mish: rounded((_, x) => binary("mul", x, unary("tanh", softplus(x)))),
  Gelu: (call) => {
    const approximate = call.string("approximate", "none");
    if (approximate === "none") return unary("gelu", call.tensor(0));
    if (approximate === "tanh") return unary("gelu_tanh", call.tensor(0));
    throw call.refuse("attribute", `approximate is ${approximate}`, "it is none or tanh");
  },
  Swish: rounded((call, x) => swish(x, call.float("alpha", 1))),
  SwiGLU: rounded((call, gate, linear = call.tensor(1)) => binary("mul", swish(gate, call.float("alpha", 1)), linear)),
  Shrink: shrunk,
};
