/** @file Activations. Several steps in low precision are computed in float32 and rounded once. */

import { activations, clamped } from "../../core/ops/activations.ts";
import { binary, binaryScalar, cast, compareScalar, scalarTensor, unary, where } from "../../core/ops/elementwise.ts";
import { reshape } from "../../core/ops/layout.ts";
import type { Strided } from "../../core/strided.ts";
import { numel } from "../../core/strided.ts";
import { isFloat } from "../../dtype.ts";
import { rounded } from "./rounded.ts";
import type { Call, Evaluate, EvaluateTable } from "./table.ts";

const zero = (x: Strided): Strided => scalarTensor(x.dtype, 0);

/** An activation that recurrent layers name too. */
const activationRow = (name: keyof typeof activations): Evaluate => {
  const { alpha, beta, f } = activations[name];
  return rounded((call, x) => f(x, call.float("alpha", alpha ?? 0), call.float("beta", beta ?? 0)));
};

/** x sigmoid(alpha x). */
export const swish = (x: Strided, alpha: number): Strided => binary("mul", x, unary("sigmoid", binaryScalar("mul", x, alpha)));

/** x times x / 6 + 1/2 held within [0, 1]. */
export const hardSwish = (x: Strided): Strided => binary("mul", x, clamped(binaryScalar("add", binaryScalar("div", x, 6), 0.5), 0, 1));

function parametric(call: Call): Strided {
  const [x, slope] = [call.tensor(0), call.tensor(1)];
  // Before opset 7 a slope that is not shared has one number a channel.
  const perChannel = call.opset < 7 && slope.shape.length === 1 && numel(slope.shape) > 1;
  const fitting = perChannel ? reshape(slope, [numel(slope.shape), ...x.shape.slice(2).map(() => 1)]) : slope;
  return where(compareScalar("lt", x, 0), binary("mul", x, fitting), x);
}

function shrunk(call: Call): Strided {
  const { dtype } = call.tensor(0);
  const [bias, lambda] = [call.float("bias", 0), call.float("lambd", 0.5)];
  // The two numbers are fractions: integers are computed in double and cut off.
  const x = isFloat(dtype) ? call.tensor(0) : cast(call.tensor(0), "float64");
  const inner = where(compareScalar("gt", x, lambda), binaryScalar("sub", x, bias), zero(x));
  return cast(where(compareScalar("lt", x, -lambda), binaryScalar("add", x, bias), inner), dtype);
}

export const activation: EvaluateTable = {
  Relu: (call) => unary("relu", call.tensor(0)),
  Sigmoid: (call) => unary("sigmoid", call.tensor(0)),
  Elu: activationRow("elu"),
  Celu: rounded((call, x) => {
    const alpha = call.float("alpha", 1);
    const below = binaryScalar("mul", unary("expm1", binaryScalar("div", x, alpha)), alpha);
    return binary("add", binaryScalar("maximum", x, 0), binaryScalar("minimum", below, 0));
  }),
  Selu: rounded((call, x) => {
    const [alpha, gamma] = call.opset < 6 ? [1.6732, 1.0507] : [1.6732631921768188, 1.0507010221481323];
    const below = binaryScalar("mul", unary("expm1", x), call.float("alpha", alpha));
    return binaryScalar("mul", where(compareScalar("gt", x, 0), x, below), call.float("gamma", gamma));
  }),
  LeakyRelu: activationRow("leakyrelu"),
  ThresholdedRelu: activationRow("thresholdedrelu"),
  PRelu: parametric,
  HardSigmoid: activationRow("hardsigmoid"),
  HardSwish: rounded((_, x) => hardSwish(x)),
  Softplus: activationRow("softplus"),
  Softsign: activationRow("softsign"),
  Mish: rounded((_, x) => binary("mul", x, unary("tanh", activations.softplus.f(x, 0, 0)))),
  Gelu: (call) => {
    const approximate = call.oneOf("approximate", "none", ["none", "tanh"]);
    return unary(approximate === "none" ? "gelu" : "gelu_tanh", call.tensor(0));
  },
  Swish: rounded((call, x) => swish(x, call.float("alpha", 1))),
  SwiGLU: rounded((call, gate, linear = call.tensor(1)) => binary("mul", swish(gate, call.float("alpha", 1)), linear)),
  Shrink: shrunk,
};
