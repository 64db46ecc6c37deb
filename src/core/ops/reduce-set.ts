/** @file ONNX's reductions: of any dims, also of none, and of sets without elements, which have a value. */

import { type DType, greatestOf, isFloat, isInteger, leastOf, wideOf } from "../../dtype.ts";
import { numel, type Strided } from "../strided.ts";
import { binary, cast, fill, unary, where } from "./elementwise.ts";
import { squeeze, unsqueeze } from "./layout.ts";
import type { Scalar } from "./real.ts";
import { realFill } from "./real.ts";
import { reduce } from "./reduce.ts";

export type SetReduceOp = "sum" | "mean" | "prod" | "max" | "min" | "sumsq" | "l1" | "l2" | "logsum" | "logsumexp";

/** What `op` gives for no elements. */
function ofNothing(op: SetReduceOp, dtype: DType): Scalar {
  if (op === "max") return leastOf(dtype);
  if (op === "min") return greatestOf(dtype);
  if (op === "logsum" || op === "logsumexp") return Number.NEGATIVE_INFINITY;
  return op === "prod" ? 1 : op === "mean" ? Number.NaN : 0;
}

/** Where `op` is computed: floats of 16 bits in float32, roots and logarithms of integers in double, truncated. */
function carrierOf(op: SetReduceOp, dtype: DType): DType {
  const inDouble = isInteger(dtype) && (op === "l2" || op === "logsum" || op === "logsumexp");
  return inDouble ? "float64" : wideOf(dtype);
}

const one = (x: Strided, value: Scalar): Strided => realFill(x.dtype, [], value);

/** max + log(sum(exp(x - max))): no exponential leaves the range. An infinite maximum is its own result. */
function logSumExp(x: Strided, dims: readonly number[], keepdim: boolean): Strided {
  const max = reduce("max", x, dims, true);
  const shift = where(unary("isinf", max), one(x, 0), max);
  const sum = reduce("sum", unary("exp", binary("sub", x, shift)), dims, true);
  const y = binary("add", unary("log", sum), shift);
  return keepdim ? y : squeeze(y, dims);
}

function computed(op: SetReduceOp, x: Strided, dims: readonly number[], keepdim: boolean): Strided {
  const simple = (name: "sum" | "mean" | "sumsq" | "prod" | "max" | "min", v: Strided) => reduce(name, v, dims, keepdim);
  switch (op) {
    case "l1":
      return simple("sum", unary("abs", x));
    case "l2":
      return unary("sqrt", simple("sumsq", x));
    case "logsum":
      return unary("log", simple("sum", x));
    case "logsumexp":
      return logSumExp(x, dims, keepdim);
    case "mean": {
      if (isFloat(x.dtype)) return simple("mean", x);
      const sum = simple("sum", x);
      return binary("trunc_div", sum, one(x, numel(x.shape) / numel(sum.shape)));
    }
    default:
      return simple(op, x);
  }
}

/**
 * Reduces `dims`, counted from the front; none: each element is a set of its own. In x's dtype: integers wrap, means of integers are truncated.
 * A set without elements gives the op's identity, NaN as a mean.
 */
export function reduceSet(op: SetReduceOp, x: Strided, dims: readonly number[], keepdim: boolean): Strided {
  const carrier = carrierOf(op, x.dtype);
  if (carrier !== x.dtype) return cast(reduceSet(op, cast(x, carrier), dims, keepdim), x.dtype);
  if (dims.length === 0) return reduceSet(op, unsqueeze(x, x.shape.length), [x.shape.length], false);
  if (dims.every((d) => x.shape[d] !== 0)) return computed(op, x, dims, keepdim);
  const kept = x.shape.flatMap((n, d) => (dims.includes(d) ? (keepdim ? [1] : []) : [n]));
  return fill(x.dtype, kept, ofNothing(op, x.dtype));
}
