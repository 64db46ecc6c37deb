/** @file torchao's affine quantization as QuantizeLinear and DequantizeLinear, where they say exactly what it computes. */

import type { ScalarOf } from "../../aten/table.ts";
import { type DType, dtypes, isFloat } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import { dequantizeLinear, type Range, rangeOf, reads } from "./dequantize.ts";
import { narrowed } from "./quantized.ts";
import { blocksUnder, spreadAttributes, spreadOf, spreadOver } from "./scale-spread.ts";
import { decomposed, type LoweringTable } from "./table.ts";

type Bound = ScalarOf<number | Value> | null;
/** The given bounds of quantized values, else those of the dtype; null where they are computed at run time. */
function boundsOf(dtype: DType, low: Bound, high: Bound): Range | null {
  const bounds = [low, high].map((bound, i) => (bound === null ? rangeOf(dtype)[i] : bound));
  return bounds.every((b) => typeof b === "number" || typeof b === "bigint") ? (bounds.map(Number) as [number, number]) : null;
}

/** A zero point of no elements is none. */
const zeroOf = (zero: Value | null): Value | null => (zero === null || zero.shape.includes(0) ? null : zero);

export const torchao = {
  // PyTorch multiplies by 1 / scale, QuantizeLinear divides by the scale: they round apart where x / scale is halfway between two integers. The scale of
  // dynamic quantization puts the ends of its range there, a stored one nothing in particular.
  "torchao::quantize_affine": ({ input, block_size, scale, zero_point, output_dtype, quant_min, quant_max }, op) => {
    const spread = spreadOf(input.shape, block_size, op.target.opset);
    const bounds = isFloat(output_dtype) ? null : boundsOf(output_dtype, quant_min, quant_max);
    const zero = zeroOf(zero_point);
    const exact = input.dtype === "float32" && scale.dtype === "float32" && scale.source !== null && !(zero && isFloat(zero.dtype));
    if (spread === null || bounds === null || !exact || (output_dtype !== "int8" && output_dtype !== "uint8")) return decomposed;
    const from = zero === null ? op.Expand(op.scalar(0, output_dtype), op.dims(spread.shape)) : op.cast(zero, output_dtype);
    const by = spreadOver(scale, spread, op);
    const y = op.QuantizeLinear(input, by, spreadOver(from, spread, op), spreadAttributes(spread));
    return narrowed(y, bounds[0], bounds[1], op);
  },
  "torchao::dequantize_affine": ({ input, block_size, scale, zero_point, quant_min, quant_max, output_dtype }, op) => {
    const spread = spreadOf(input.shape, block_size, op.target.opset);
    const zero = zeroOf(zero_point);
    const exact = dtypes[input.dtype].size === 1 && !isFloat(input.dtype) && input.dtype !== "bool" && output_dtype !== "float64";
    if (spread === null || !exact || (zero && isFloat(zero.dtype)) || scale.dtype === "float64") return decomposed;
    return dequantizeLinear({ input, zero }, scale, spread, boundsOf(input.dtype, quant_min, quant_max), output_dtype, op);
  },
  "torchao::quantize_affine_float8_non_decomposed": ({ tensor, scale, float8_dtype }, op) => {
    const blocks = blocksUnder(tensor.shape, scale.shape);
    const spread = blocks && spreadOf(tensor.shape, blocks, op.target.opset);
    if (!spread || !reads(float8_dtype, op)) return decomposed;
    const zero = op.Expand(op.scalar(0, float8_dtype), op.dims(spread.shape));
    const by = spreadOver(op.cast(scale, "float32"), spread, op);
    return op.QuantizeLinear(op.cast(tensor, "float32"), by, zero, spreadAttributes(spread));
  },
  "torchao::dequantize_affine_float8_non_decomposed": ({ tensor, scale, output_dtype }, op) => {
    const blocks = blocksUnder(tensor.shape, scale.shape);
    const spread = blocks && spreadOf(tensor.shape, blocks, op.target.opset);
    if (!spread || !reads(tensor.dtype, op) || output_dtype === "float64") return decomposed;
    return dequantizeLinear({ input: tensor, zero: null }, scale, spread, null, output_dtype, op);
  },
} satisfies LoweringTable;
