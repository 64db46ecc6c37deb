/** @file Reductions, and ops along one axis. Axes are an attribute or an input, by version; `noop_with_empty_axes` as ONNX has it. */

import { binary, cast, compare, fill, where } from "../../core/ops/elementwise.ts";
import { asMatrix, dimOf, flip, reshape } from "../../core/ops/layout.ts";
import { logSoftmax, softmax } from "../../core/ops/norm.ts";
import { pad } from "../../core/ops/pad.ts";
import { widened } from "../../core/ops/precision.ts";
import { argReduce, cumulative } from "../../core/ops/reduce.ts";
import { reduceSet, type SetReduceOp } from "../../core/ops/reduce-set.ts";
import { fromIntegers, range } from "../../core/ops/values.ts";
import { numel, type Strided } from "../../core/strided.ts";
import type { Call, Evaluate, EvaluateTable } from "./table.ts";

const reduceRow =
  (op: SetReduceOp): Evaluate =>
  (call) => {
    const x = call.tensor(0);
    const rank = x.shape.length;
    const axes = call.integersOf(1, "axes") ?? [];
    const all = axes.length === 0 && call.int("noop_with_empty_axes", 0) === 0;
    const dims = all ? range(rank) : axes.map((d) => dimOf(d, rank));
    return reduceSet(op, x, rank === 0 ? [] : dims, call.int("keepdims", 1) === 1);
  };

/** An op along `axis`; before opset 13 over all dims from there on, flattened. */
const alongAxis =
  (op: (x: Strided, dim: number) => Strided): Evaluate =>
  (call) => {
    const x = call.tensor(0);
    if (call.opset >= 13) return op(x, dimOf(call.int("axis", -1), x.shape.length));
    const given = call.int("axis", 1);
    const axis = given < 0 ? given + x.shape.length : given;
    return reshape(op(asMatrix(x, axis), 1), x.shape);
  };

/** 1 at the first maximum along `dim`, else 0. */
function hardmax(x: Strided, dim: number): Strided {
  if (numel(x.shape) === 0 || x.shape.length === 0) return fill(x.dtype, x.shape, 1);
  const places = argReduce("max", x, dim, true);
  const count = fromIntegers(
    range(x.shape[dim] as number),
    x.shape.map((n, d) => (d === dim ? n : 1)),
  );
  return cast(compare("eq", places, count), x.dtype);
}

/** x over its 1- or 2-norm along the axis; 0 where that is 0. */
function lpNormalization(call: Call): Strided {
  return widened(call.tensor(0), (x) => {
    const axis = dimOf(call.int("axis", -1), x.shape.length);
    const norm = reduceSet(call.int("p", 2) === 1 ? "l1" : "l2", x, [axis], true);
    const zero = fill(x.dtype, [], 0);
    return where(compare("eq", norm, zero), zero, binary("div", x, norm));
  });
}

/** Running sum or product; `exclusive` leaves out the element itself, `reverse` runs from the end. */
const cumulativeRow =
  (op: "sum" | "prod"): Evaluate =>
  (call) => {
    const x = call.tensor(0);
    const axis = dimOf(call.integersAt(1)?.[0] ?? 0, x.shape.length);
    const reverse = call.int("reverse", 0) === 1;
    const turned = (t: Strided) => (reverse ? flip(t, [axis]) : t);
    const y = cumulative(op, turned(x), axis);
    if (call.int("exclusive", 0) === 0) return turned(y);
    const pads = x.shape.map((_, d) => (d === axis ? ([1, -1] as const) : ([0, 0] as const)));
    return turned(pad(y, pads, "constant", op === "sum" ? 0 : 1));
  };

export const reduce: EvaluateTable = {
  ReduceSum: reduceRow("sum"),
  ReduceMean: reduceRow("mean"),
  ReduceProd: reduceRow("prod"),
  ReduceMax: reduceRow("max"),
  ReduceMin: reduceRow("min"),
  ReduceSumSquare: reduceRow("sumsq"),
  ReduceL1: reduceRow("l1"),
  ReduceL2: reduceRow("l2"),
  ReduceLogSum: reduceRow("logsum"),
  ReduceLogSumExp: reduceRow("logsumexp"),

  Softmax: alongAxis(softmax),
  LogSoftmax: alongAxis(logSoftmax),
  Hardmax: alongAxis(hardmax),
  LpNormalization: lpNormalization,
  CumSum: cumulativeRow("sum"),
  CumProd: cumulativeRow("prod"),
};
