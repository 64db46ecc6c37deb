/** @file QuantizeLinear and DequantizeLinear for 8-bit integers; other widths follow from the arithmetic of the decomposition. */

import { type DType, integerRange, isFloat } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dequantizeLinear } from "./dequantize.ts";
import { spreadOf } from "./scale-spread.ts";
import { decomposed, type LoweringTable } from "./table.ts";

type Param = number | Value;

/** A scale or zero point of one element as a 0-d tensor of `dtype`. */
const scalarOf = (x: Param, dtype: DType, op: OpBuilder): Value =>
  typeof x === "number" ? op.scalar(x, dtype) : op.cast(op.reshape(x, []), dtype);

const eightBit = (dtype: DType): boolean => dtype === "int8" || dtype === "uint8";

/** Numbers of `dtype` that the argument asks for; the op's own range is that of the dtype. */
export function narrowed(q: Value, low: number, high: number, op: OpBuilder): Value {
  const [least, most] = integerRange(q.dtype).map(Number) as [number, number];
  return low <= least && high >= most ? q : op.Clip(q, Math.max(low, least), Math.min(high, most));
}

interface Parameters {
  readonly scale: Value;
  readonly zero: Value | null;
  readonly axis: number | null;
}

function quantize(input: Value, p: Parameters, low: number, high: number, dtype: DType, op: OpBuilder): Value {
  const x = op.cast(input, "float32");
  if (eightBit(dtype)) {
    const zero = p.zero ?? op.scalar(0, dtype);
    return narrowed(op.QuantizeLinear(x, p.scale, op.cast(zero, dtype), p.axis === null ? {} : { axis: p.axis }), low, high, op);
  }
  const [scale, zero] = [against(p.scale, p, x, op), p.zero && op.cast(against(p.zero, p, x, op), "float32")];
  const rounded = op.Round(op.Div(x, scale));
  return op.cast(op.Clip(zero === null ? rounded : op.Add(rounded, zero), low, high), dtype);
}

/** Where QuantizeLinear does not exist for the dtype: [C] against [..., C, …]. */
const against = (v: Value, p: Parameters, x: Value, op: OpBuilder): Value => {
  const behind = p.axis === null ? 0 : x.rank - 1 - (p.axis < 0 ? p.axis + x.rank : p.axis);
  return behind === 0 || v.rank === 0
    ? v
    : op.Unsqueeze(
        v,
        Array.from({ length: behind }, (_, i) => i + 1),
      );
};

function dequantize(input: Value, p: Parameters, dtype: DType, op: OpBuilder): Value {
  if (eightBit(input.dtype)) {
    const zero = p.zero && op.cast(p.zero, input.dtype);
    return op.cast(op.DequantizeLinear(input, p.scale, zero, p.axis === null ? {} : { axis: p.axis }), dtype);
  }
  const x = op.cast(input, "float32");
  const zero = p.zero && op.cast(against(p.zero, p, x, op), "float32");
  return op.cast(op.Mul(zero === null ? x : op.Sub(x, zero), against(p.scale, p, x, op)), dtype);
}

const whole = (scale: Param, zero: Param, like: DType, op: OpBuilder): Parameters => ({
  scale: scalarOf(scale, "float32", op),
  zero: scalarOf(zero, like, op),
  axis: null,
});
const channels = (scales: Value, zeros: Value | null, axis: number, op: OpBuilder): Parameters => ({
  scale: op.cast(scales, "float32"),
  zero: zeros,
  axis,
});

export const quantized = {
  "quantized_decomposed::quantize_per_tensor": ({ input, scale, zero_point, quant_min, quant_max, dtype }, op) =>
    quantize(input, whole(scale, zero_point, dtype, op), quant_min, quant_max, dtype, op),
  "quantized_decomposed::quantize_per_tensor.tensor": ({ input, scale, zero_point, quant_min, quant_max, dtype }, op) =>
    quantize(input, whole(scale, zero_point, dtype, op), quant_min, quant_max, dtype, op),
  "quantized_decomposed::quantize_per_channel": ({ input, scales, zero_points, axis, quant_min, quant_max, dtype }, op) =>
    quantize(input, channels(scales, zero_points, axis, op), quant_min, quant_max, dtype, op),
  "quantized_decomposed::dequantize_per_tensor": ({ input, scale, zero_point, out_dtype }, op) =>
    dequantize(input, whole(scale, zero_point, input.dtype, op), out_dtype ?? "float32", op),
  "quantized_decomposed::dequantize_per_tensor.tensor": ({ input, scale, zero_point, out_dtype }, op) =>
    dequantize(input, whole(scale, zero_point, input.dtype, op), out_dtype ?? "float32", op),
  "quantized_decomposed::dequantize_per_tensor.tensor2": ({ input, scale, zero_point, out_dtype }, op) =>
    dequantize(input, whole(scale, zero_point, input.dtype, op), out_dtype ?? "float32", op),
  "quantized_decomposed::dequantize_per_channel": ({ input, scales, zero_points, axis, out_dtype }, op) =>
    dequantize(input, channels(scales, zero_points, axis, op), out_dtype ?? "float32", op),
  "quantized_decomposed::dequantize_per_channel_group": (args, op) => {
    const { input, scales, zero_points: zero, quant_min, quant_max, group_size, output_dtype } = args;
    const spread = spreadOf(input.shape, [1, group_size], op.target.opset);
    const exact = eightBit(input.dtype) && scales.dtype === "float32" && output_dtype !== "float64" && !(zero && isFloat(zero.dtype));
    if (spread === null || !exact) return decomposed;
    return dequantizeLinear({ input, zero }, scales, spread, [quant_min, quant_max], output_dtype, op);
  },
} satisfies LoweringTable;
