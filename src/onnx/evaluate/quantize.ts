/** @file Quantization, linear: per tensor, per axis, per block. */

import { binary, cast, scalarTensor, unary } from "../../core/ops/elementwise.ts";
import { castFloat8, integerRange, isFloat8 } from "../../core/ops/float8.ts";
import { dimOf, repeatEach, reshape, show, slice } from "../../core/ops/layout.ts";
import { reduce } from "../../core/ops/reduce.ts";
import { floats } from "../../core/ops/values.ts";
import { numel, type Strided } from "../../core/strided.ts";
import { type DType, isFloat, isInteger } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";

/** Scales or zero points such that they broadcast to `x`: one for all, one for each place along the axis, or one for each block along it. */
function spread(call: Call, parameter: Strided, x: Strided): Strided {
  const block = call.int("block_size", 0);
  if (block === 0 && numel(parameter.shape) === 1) return reshape(parameter, []);
  const rank = x.shape.length;
  // A vector has one axis, whatever the attribute says.
  const axis = rank === 1 ? 0 : dimOf(call.int("axis", 1), rank);
  const size = x.shape[axis] as number;
  if (block > 0) {
    const blocks = Math.ceil(size / block);
    const fits = parameter.shape.length === rank && parameter.shape.every((n, d) => n === (d === axis ? blocks : x.shape[d]));
    if (fits) return slice(repeatEach(parameter, axis, block), axis, 0, size);
  } else if (parameter.shape.length === 1 && parameter.shape[0] === size) {
    return reshape(parameter, [size, ...x.shape.slice(axis + 1).map(() => 1)]);
  }
  const how = block > 0 ? `blocks of ${block} along axis ${axis}` : `axis ${axis}`;
  throw call.refuse("shape", `parameters of shape ${show(parameter.shape)} do not fit ${how} of ${show(x.shape)}`);
}

/** The nearest numbers of the integer `dtype`: ties to even, ends saturate; NaN gives 0. */
function toIntegers(x: Strided, zeroPoint: Strided | null, dtype: DType): Strided {
  const [low, high] = integerRange(dtype);
  const whole = unary("round", x);
  const moved = zeroPoint === null ? whole : binary("add", whole, cast(zeroPoint, x.dtype));
  return cast(binary("maximum", binary("minimum", moved, scalarTensor(x.dtype, high)), scalarTensor(x.dtype, low)), dtype);
}

/** x / scale in the precision that the attribute or the scale says, each quotient rounded to it. */
function divided(call: Call, x: Strided, scale: Strided): Strided {
  const own = isFloat(scale.dtype) && scale.dtype !== "float8_e8m0fnu" ? scale.dtype : x.dtype;
  const precision = call.dtype("precision", isFloat(own) ? own : "float32");
  return cast(binary("div", cast(x, precision), cast(scale, precision)), "float32");
}

function quantized(call: Call): Strided {
  const [x, zero] = [call.tensor(0), call.optional(2)];
  const dtype = call.dtype("output_dtype", zero?.dtype ?? "uint8");
  if (zero !== null && zero.dtype !== dtype) {
    throw call.refuse("dtype", `output_dtype is ${dtype}, the zero point ${zero.dtype}`, "give one of them, or both alike");
  }
  const scaled = divided(call, x, spread(call, call.tensor(1), x));
  const zeroPoint = zero === null ? null : spread(call, zero, x);
  if (isInteger(dtype)) return toIntegers(scaled, zeroPoint, dtype);
  const moved = zeroPoint === null ? scaled : binary("add", scaled, cast(zeroPoint, "float32"));
  return isFloat8(dtype) ? castFloat8(moved, dtype, call.int("saturate", 1) === 1) : cast(moved, dtype);
}

/** (x - zero point) * scale in float32, rounded once. */
function dequantized(call: Call): Strided {
  const [x, scale, zero] = [call.tensor(0), call.tensor(1), call.optional(2)];
  const dtype = call.dtype("output_dtype", scale.dtype === "float8_e8m0fnu" ? "float32" : scale.dtype);
  const wide = cast(x, x.dtype === "int32" ? "float64" : "float32");
  const moved = zero === null ? wide : binary("sub", wide, cast(spread(call, zero, x), wide.dtype));
  return cast(binary("mul", moved, cast(spread(call, scale, x), wide.dtype)), dtype);
}

/** Quantized to uint8 over the range of `x` and 0, with its scale and zero point. */
function dynamic(call: Call): Strided[] {
  const x = call.tensor(0);
  const zero = scalarTensor("float32", 0);
  const bound = (op: "max" | "min"): Strided => {
    const own = numel(x.shape) === 0 ? zero : reduce(op, x, null, false);
    return binary(op === "max" ? "maximum" : "minimum", own, zero);
  };
  const [high, low] = [bound("max"), bound("min")];
  const range = binary("sub", high, low);
  const scale = binary("div", floats(range)[0] === 0 ? scalarTensor("float32", 1) : range, scalarTensor("float32", 255));
  const zeroPoint = toIntegers(unary("neg", binary("div", low, scale)), null, "uint8");
  return [toIntegers(binary("div", x, scale), zeroPoint, "uint8"), scale, zeroPoint];
}

export const quantize: EvaluateTable = {
  QuantizeLinear: quantized,
  DequantizeLinear: dequantized,
  DynamicQuantizeLinear: dynamic,
};
