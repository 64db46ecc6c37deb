/** @file Optimizers: one step of each, for any number of tensors at once (ai.onnx.preview.training). */

import { binary, binaryScalar, cast, unary } from "../../core/ops/elementwise.ts";
import { floats } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import { wideOf } from "../../dtype.ts";

import type { Call, Evaluate, EvaluateTable } from "./table.ts";

const add = (a: Strided, b: Strided): Strided => binary("add", a, b);
const sub = (a: Strided, b: Strided): Strided => binary("sub", a, b);
const mul = (a: Strided, b: Strided): Strided => binary("mul", a, b);

/** One step: learning rate, how many steps went before, the tensor, its gradient and the states; gives the tensor and the states. */
type Step = (call: Call, rate: number, count: number, x: Strided, gradient: Strided, states: Strided[]) => Strided[];

/** Inputs are the rate, the count, all tensors, all gradients, and for each of `states` all of them; outputs all tensors, then the states. */
const optimizer =
  (states: number, step: Step): Evaluate =>
  (call) => {
    const [[rate = 0], [count = 0]] = [floats(call.tensor(0)), floats(call.tensor(1))];
    const groups = states + 2;
    const n = (call.inputs.length - 2) / groups;
    if (!Number.isInteger(n)) throw call.refuse("input", `there are ${call.inputs.length} inputs`, `2 and ${groups} for each tensor`);
    const results = Array.from({ length: n }, (_, i) => {
      const { dtype } = call.tensor(2 + i);
      const [x, gradient, ...others] = Array.from({ length: groups }, (_, k) => cast(call.tensor(2 + k * n + i), wideOf(dtype)));
      return step(call, rate, count, x as Strided, gradient as Strided, others).map((y) => cast(y, dtype));
    });
    return Array.from({ length: states + 1 }, (_, k) => results.map((of) => of[k] as Strided)).flat();
  };

/** The gradient with that of the penalty on large weights. */
const regularized = (call: Call, x: Strided, gradient: Strided): Strided =>
  add(binaryScalar("mul", x, call.float("norm_coefficient", 0)), gradient);

const adagrad: Step = (call, rate, count, x, gradient, [squares]) => {
  const g = regularized(call, x, gradient);
  const h = add(squares as Strided, mul(g, g));
  const scale = binaryScalar("add", unary("sqrt", h), call.float("epsilon", 0));
  const decayed = rate / (1 + count * call.float("decay_factor", 0));
  return [sub(x, binary("div", binaryScalar("mul", g, decayed), scale)), h];
};

const adam: Step = (call, rate, count, x, gradient, [mean, squares]) => {
  const [alpha, beta] = [call.float("alpha", 0.9), call.float("beta", 0.999)];
  const g = regularized(call, x, gradient);
  const v = add(binaryScalar("mul", mean as Strided, alpha), binaryScalar("mul", g, 1 - alpha));
  const h = add(binaryScalar("mul", squares as Strided, beta), binaryScalar("mul", mul(g, g), 1 - beta));
  const scale = binaryScalar("add", unary("sqrt", h), call.float("epsilon", 0));
  const corrected = count > 0 ? (rate * Math.sqrt(1 - beta ** count)) / (1 - alpha ** count) : rate;
  const y = sub(x, binaryScalar("mul", binary("div", v, scale), corrected));
  return [binaryScalar("mul", y, 1 - call.float("norm_coefficient_post", 0)), v, h];
};

const momentum: Step = (call, rate, count, x, gradient, [velocity]) => {
  const [alpha, mode] = [call.float("alpha", 0), call.oneOf("mode", "standard", ["standard", "nesterov"])];
  const g = regularized(call, x, gradient);
  const v = add(binaryScalar("mul", velocity as Strided, alpha), binaryScalar("mul", g, count > 0 ? call.float("beta", 0) : 1));
  const direction = mode === "standard" ? v : add(g, binaryScalar("mul", v, alpha));
  return [sub(x, binaryScalar("mul", direction, rate)), v];
};

export const training: EvaluateTable = {
  "ai.onnx.preview.training::Adagrad": optimizer(1, adagrad),
  "ai.onnx.preview.training::Adam": optimizer(2, adam),
  "ai.onnx.preview.training::Momentum": optimizer(1, momentum),
};
