/** @file Quantized ops of com.microsoft: computed on what the integers stand for, and quantized again. */

import { activations } from "../../../core/ops/activations.ts";
import { unpackBits } from "../../../core/ops/bit-packing.ts";
import { binary, cast, fill, unary, where } from "../../../core/ops/elementwise.ts";
import { indexSelect } from "../../../core/ops/index.ts";
import { asMatrix, concat, dimOf, reshape, slice } from "../../../core/ops/layout.ts";
import { softmax } from "../../../core/ops/norm.ts";
import { avgPool } from "../../../core/ops/pool.ts";
import { dequantizeLinear, quantizeLinear } from "../../../core/ops/quantize.ts";
import { reduce } from "../../../core/ops/reduce.ts";
import type { Strided } from "../../../core/strided.ts";
import { quantizedConvolution } from "../conv.ts";
import { windowsOf } from "../pool.ts";
import type { Call, Evaluate, EvaluateTable } from "../table.ts";
import { channelsFirst, channelsLast } from "./image.ts";

/** Input `i`, whose scale and zero point follow it. */
const operand = (call: Call, i: number): Strided => dequantizeLinear(call.tensor(i), call.tensor(i + 1), call.optional(i + 2));

/** `x` as the result, whose scale is input `i` and whose zero point follows. */
const result = (call: Call, x: Strided, i: number): Strided =>
  quantizeLinear(x, call.tensor(i), call.optional(i + 1), { dtype: call.tensor(0).dtype });

const binaryRow =
  (op: "add" | "mul"): Evaluate =>
  (call) =>
    result(call, binary(op, operand(call, 0), operand(call, 3)), 6);

/** f of the one operand; with `channels_last` f sees channels first. */
const unaryRow =
  (f: (x: Strided, call: Call) => Strided): Evaluate =>
  (call) => {
    const x = operand(call, 0);
    return result(call, call.int("channels_last", 0) === 1 ? channelsLast(f(channelsFirst(x), call)) : f(x, call), 3);
  };

/** Along `axis`, or from there on where `opset` is before 13. */
function quantizedSoftmax(x: Strided, call: Call): Strided {
  const axis = call.int("axis", call.int("opset", 13) < 13 ? 1 : -1);
  if (call.int("opset", 13) >= 13) return softmax(x, axis);
  return reshape(softmax(asMatrix(x, dimOf(axis, x.shape.length)), 1), x.shape);
}

/** Rows of a table quantized in blocks: data, zero points and indices as Gather; bytes hold several numbers of the last dim. */
function gatherBlocks(call: Call): Strided {
  const [data, scales, zeros] = [call.tensor(0), call.tensor(2), call.optional(3)];
  const bits = call.int("bits", 4);
  const packed = data.dtype === "uint8";
  const numbers = packed ? unpackBits(data, bits) : data;
  const rank = numbers.shape.length;
  const [gatherAxis, axis] = [dimOf(call.int("gather_axis", 0), rank), dimOf(call.int("quantize_axis", 1), rank)];
  const point = (z: Strided) => (packed ? slice(unpackBits(z, bits), rank - 1, 0, scales.shape.at(-1) as number) : z);
  const middle = packed ? fill("uint8", scales.shape, 2 ** (bits - 1)) : null;
  const grain = { axis, blockSize: call.int("block_size", 128) };
  const table = dequantizeLinear(numbers, scales, zeros === null ? middle : point(zeros), grain);
  return indexSelect(table, gatherAxis, wrapped(call.tensor(1), table.shape[gatherAxis] as number));
}

/** Negative indices count from the end. */
function wrapped(index: Strided, size: number): Strided {
  const wide = cast(index, "int64");
  return binary("remainder", wide, fill("int64", [], size));
}

/** x - zero point in int32. */
const centered = (x: Strided, zero: Strided | null): Strided =>
  zero === null ? cast(x, "int32") : binary("sub", cast(x, "int32"), cast(zero, "int32"));

export const contribQuantized: EvaluateTable = {
  "com.microsoft::QuantizeLinear": (call) => {
    const zero = call.optional(2);
    return quantizeLinear(call.tensor(0), call.tensor(1), zero, { dtype: zero?.dtype ?? "uint8", axis: call.int("axis", 1) });
  },
  "com.microsoft::DequantizeLinear": (call) =>
    dequantizeLinear(call.tensor(0), call.tensor(1), call.optional(2), { axis: call.int("axis", 1) }),
  "com.microsoft::QLinearAdd": binaryRow("add"),
  "com.microsoft::QLinearMul": binaryRow("mul"),
  "com.microsoft::QLinearSigmoid": unaryRow((x) => unary("sigmoid", x)),
  "com.microsoft::QLinearLeakyRelu": unaryRow((x, call) => activations.leakyrelu.f(x, call.float("alpha", 0.01), 0)),
  "com.microsoft::QLinearSoftmax": unaryRow(quantizedSoftmax),
  "com.microsoft::QLinearReduceMean": unaryRow((x, call) => reduce("mean", x, call.ints("axes"), call.int("keepdims", 1) === 1)),
  "com.microsoft::QLinearGlobalAveragePool": unaryRow((x) => reduce("mean", x, x.shape.map((_, d) => d).slice(2), true)),
  "com.microsoft::QLinearAveragePool": unaryRow((x, call) =>
    avgPool(x, { ...windowsOf(call, x), countIncludePad: call.int("count_include_pad", 0) === 1 }),
  ),
  "com.microsoft::QLinearConv": (call) =>
    call.int("channels_last", 0) === 1
      ? channelsLast(quantizedConvolution(call, channelsFirst(call.tensor(0))))
      : quantizedConvolution(call, call.tensor(0)),
  "com.microsoft::QLinearConcat": (call) => {
    const parts = Array.from({ length: (call.inputs.length - 2) / 3 }, (_, i) => operand(call, 2 + 3 * i));
    return quantizeLinear(concat(parts, call.int("axis", 0)), call.tensor(0), call.tensor(1), { dtype: call.tensor(1).dtype });
  },
  "com.microsoft::QLinearWhere": (call) => {
    const y = where(call.tensor(0), operand(call, 1), operand(call, 4));
    return quantizeLinear(y, call.tensor(7), call.tensor(8), { dtype: call.tensor(8).dtype });
  },
  "com.microsoft::MulInteger": (call) =>
    binary("mul", centered(call.tensor(0), call.optional(1)), centered(call.tensor(2), call.optional(3))),
  "com.microsoft::ReduceSumInteger": (call) =>
    reduce("sum", cast(call.tensor(0), "int32"), call.ints("axes"), call.int("keepdims", 1) === 1),
  "com.microsoft::GatherBlockQuantized": gatherBlocks,
};
