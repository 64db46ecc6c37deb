/** @file Quantization, linear: per tensor, per axis, per block. */

import { dequantizeLinear, dynamicQuantizeLinear, type Grain, quantizeLinear } from "../../core/ops/quantize.ts";
import type { Strided } from "../../core/strided.ts";
import { isFloat } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";

/** Which elements share a scale. A vector has one axis, whatever the attribute says. */
const grainOf = (call: Call, x: Strided): Grain => ({
  axis: x.shape.length === 1 ? 0 : call.int("axis", 1),
  blockSize: call.int("block_size", 0),
});

/** Divided in the precision that the attribute, or else the scale, says; exponents as scales leave it to x. */
function quantized(call: Call): Strided {
  const [x, scale, zero] = [call.tensor(0), call.tensor(1), call.optional(2)];
  const dtype = call.dtype("output_dtype", zero?.dtype ?? "uint8");
  if (zero !== null && zero.dtype !== dtype) {
    throw call.refuse("dtype", `output_dtype is ${dtype}, the zero point ${zero.dtype}`, "give one of them, or both alike");
  }
  const own = isFloat(scale.dtype) && scale.dtype !== "float8_e8m0fnu" ? scale.dtype : x.dtype;
  const precision = call.dtype("precision", isFloat(own) ? own : "float32");
  return quantizeLinear(x, scale, zero, { ...grainOf(call, x), dtype, precision, saturate: call.int("saturate", 1) === 1 });
}

export const quantize: EvaluateTable = {
  QuantizeLinear: quantized,
  DequantizeLinear: (call) => {
    const [x, scale] = [call.tensor(0), call.tensor(1)];
    const dtype = call.dtype("output_dtype", scale.dtype === "float8_e8m0fnu" ? "float32" : scale.dtype);
    return dequantizeLinear(x, scale, call.optional(2), { ...grainOf(call, x), dtype });
  },
  DynamicQuantizeLinear: (call) => {
    const { y, scale, zero } = dynamicQuantizeLinear(call.tensor(0));
    return [y, scale, zero];
  },
};
