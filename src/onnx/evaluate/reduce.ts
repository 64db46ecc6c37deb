/** @file Reductions, and ops along one axis. Axes are an attribute or an input, by version; `noop_with_empty_axes` as ONNX has it. */

import { softmax } from "../../core/ops/norm.ts";
import { cumulative, type ReduceOp, reduce as reduceDims } from "../../core/ops/reduce.ts";
import type { Evaluate, EvaluateTable } from "./table.ts";

const reduceRow =
  (op: ReduceOp): Evaluate =>
  (call) => {
    const x = call.tensor(0);
    const axes = call.integersOf(1, "axes");
    if ((axes === null || axes.length === 0) && call.int("noop_with_empty_axes", 0) === 1) return x;
    return reduceDims(op, x, axes?.length === 0 ? null : axes, call.int("keepdims", 1) === 1);
  };

export const reduce: EvaluateTable = {
  ReduceSum: reduceRow("sum"),
  ReduceMean: reduceRow("mean"),
  ReduceProd: reduceRow("prod"),
  ReduceMax: reduceRow("max"),
  ReduceMin: reduceRow("min"),
  ReduceSumSquare: reduceRow("sumsq"),
  Softmax: (call) => softmax(call.tensor(0), call.int("axis", -1)),
  CumSum: (call) => cumulative("sum", call.tensor(0), call.integersAt(1)?.[0] ?? 0),
};
