/** @file Pooling in ONNX. */

import { type PoolArgs, poolGeometry } from "../../aten/pool.ts";
import { isInteger } from "../../dtype.ts";
import { product, type Shape } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LoweringTable, Results } from "./table.ts";

/** `f` on a batch: ONNX pools over [N, C, spatial…] only. */
const batched = (x: Value, n: number, op: OpBuilder, f: (x: Value) => Value[]): Value[] =>
  x.rank === n + 2 ? f(x) : f(op.Unsqueeze(x, [0])).map((y) => op.Squeeze(y, [0]));

const attributes = (args: PoolArgs<Value>, n: number) => {
  const g = poolGeometry(args, n);
  return { kernel_shape: g.kernel, strides: g.stride, pads: [...g.padding, ...g.padding], ceil_mode: args.ceil_mode ? 1 : 0 };
};

/** `count` 2 gives the indices too: ONNX counts through the whole tensor, PyTorch within each plane. */
function maxPool(args: PoolArgs<Value>, n: number, count: 1 | 2, op: OpBuilder): Value[] {
  const { dilation } = poolGeometry(args, n);
  return batched(args.self, n, op, (x) => {
    const [values, indices] = op.outputs(count, "MaxPool", [x], { ...attributes(args, n), dilations: dilation }) as [
      Value,
      Value | undefined,
    ];
    if (indices === undefined) return [values];
    return [values, op.Mod(indices, op.dim(product(args.self.shape.slice(-n))))];
  });
}

/** The sum of each window: the mean of full windows times their size. Zeros are appended until the last window is full. */
function windowSums(x: Value, args: PoolArgs<Value>, n: number, out: Shape, op: OpBuilder): Value {
  const { kernel, stride, padding } = poolGeometry(args, n);
  const end = x.shape.slice(-n).map((d, i) => {
    if (!args.ceil_mode) return padding[i] as number;
    const o = out.slice(-n)[i];
    if (typeof d !== "number" || typeof o !== "number")
      return op.refuse("divisor_override with ceil_mode of a symbolic size", "set ceil_mode=False");
    return Math.max((o - 1) * (stride[i] as number) + (kernel[i] as number) - d - (padding[i] as number), 0);
  });
  const pads = [0, 0, ...padding, 0, 0, ...end];
  const padded = pads.some((p) => p > 0) ? op.Pad(x, pads, op.scalar(0, x.dtype)) : x;
  const means = op.AveragePool(padded, { kernel_shape: kernel, strides: stride });
  return op.Mul(
    means,
    kernel.reduce((a, b) => a * b, 1),
  );
}

function avgPool(args: PoolArgs<Value>, n: number, result: Results, op: OpBuilder): Value {
  const { self, divisor_override: divisor } = args;
  const exact = isInteger(self.dtype);
  const wide = exact ? op.cast(self, "float32") : self;
  const [y] = batched(wide, n, op, (x) => {
    if (divisor === null || divisor === undefined) {
      return [op.AveragePool(x, { ...attributes(args, n), count_include_pad: args.count_include_pad === false ? 0 : 1 })];
    }
    return [op.Div(windowSums(x, args, n, result[0]?.shape ?? [], op), divisor)];
  }) as [Value];
  return exact ? op.cast(y, self.dtype) : y;
}

export const pool = {
  "aten::max_pool1d": (args, op) => maxPool(args, 1, 1, op)[0] as Value,
  "aten::max_pool2d": (args, op) => maxPool(args, 2, 1, op)[0] as Value,
  "aten::max_pool3d": (args, op) => maxPool(args, 3, 1, op)[0] as Value,
  "aten::max_pool1d_with_indices": (args, op) => maxPool(args, 1, 2, op) as [Value, Value],
  "aten::max_pool2d_with_indices": (args, op) => maxPool(args, 2, 2, op) as [Value, Value],
  "aten::max_pool3d_with_indices": (args, op) => maxPool(args, 3, 2, op) as [Value, Value],
  "aten::avg_pool1d": (args, op, result) => avgPool(args, 1, result, op),
  "aten::avg_pool2d": (args, op, result) => avgPool(args, 2, result, op),
  "aten::avg_pool3d": (args, op, result) => avgPool(args, 3, result, op),
} satisfies LoweringTable;
