/** @file Poolings of ONNX over the spatial dims of [N, C, spatial…], and MaxPool's partial inverse. */

import { binary, scalarTensor, unary } from "../../core/ops/elementwise.ts";
import { scatter, zeros } from "../../core/ops/index.ts";
import { contiguous, copyInto, reshape, slice } from "../../core/ops/layout.ts";
import { avgPool, maxPool, type PoolOptions } from "../../core/ops/pool.ts";
import { widened } from "../../core/ops/precision.ts";
import { type ReduceOp, reduce } from "../../core/ops/reduce.ts";
import { fromIntegers, integers } from "../../core/ops/values.ts";
import { numel, type Strided } from "../../core/strided.ts";
import { movesOf, stepsOf } from "./spatial.ts";
import type { Call, EvaluateTable } from "./table.ts";

/** The windows that the node's attributes describe. */
export function windowsOf(call: Call, x: Strided): PoolOptions {
  const kernel = call.ints("kernel_shape") ?? [];
  if (kernel.length !== x.shape.length - 2 || kernel.some((n) => n < 1)) {
    throw call.refuse(
      "attribute",
      `kernel_shape [${kernel.join(", ")}] for x [${x.shape.join(", ")}]`,
      "one size per spatial dim, at least 1",
    );
  }
  const moves = movesOf(call, x.shape.slice(2), kernel);
  // With SAME the number of windows is given, and rounding up must not add one.
  const exact = call.string("auto_pad", "").startsWith("SAME");
  return { ...moves, kernel, ceilMode: !exact && call.int("ceil_mode", 0) === 1 };
}

/** Places in a plane as places in the tensor of `shape`; `columns` counts the plane column by column. */
function flatPlaces(places: Strided, shape: readonly number[], columns: boolean): Strided {
  const spatial = shape.slice(2);
  const plane = numel(spatial);
  const each = numel(places.shape.slice(2));
  const turned = (at: number): number => {
    let [rest, place] = [at, 0];
    for (let d = spatial.length - 1; d >= 0; d--) {
      const n = spatial[d] as number;
      place = place + (rest % n) * numel(spatial.slice(0, d));
      rest = Math.floor(rest / n);
    }
    return place;
  };
  const flat = integers(places).map((at, i) => Math.floor(i / each) * plane + (columns ? turned(at) : at));
  return fromIntegers(flat, places.shape);
}

function maxPooled(call: Call): Strided[] {
  const x = call.tensor(0);
  const [y, places] = maxPool(x, windowsOf(call, x));
  return call.outputCount < 2 ? [y] : [y, flatPlaces(places, x.shape, call.int("storage_order", 0) === 1)];
}

/** `p` of an Lp norm: an integer, in opset 1 a float. */
const exponentOf = (call: Call): number => (call.attribute("p")?.kind === "float" ? call.float("p", 2) : call.int("p", 2));

/** The p-th root of what `sum` makes of |x|^p, in float32 for low precision. */
function lpNorm(call: Call, x: Strided, sum: (powers: Strided) => Strided): Strided {
  const p = exponentOf(call);
  return widened(x, (wide) => {
    const power = (v: Strided, e: number) => binary("pow", v, scalarTensor(wide.dtype, e));
    return power(sum(power(unary("abs", wide), p)), 1 / p);
  });
}

/** Over all spatial dims, which stay as ones. */
const overSpatial = (op: ReduceOp, x: Strided): Strided => {
  const dims = x.shape.map((_, d) => d).slice(2);
  return dims.length === 0 ? x : reduce(op, x, dims, true);
};

/** The size along spatial dim `i` that a pooling came from. */
function sizeBefore(call: Call, x: Strided, kernel: readonly number[], i: number): number {
  const pads = call.ints("pads") ?? [];
  const stride = stepsOf(call, "strides", kernel.length)[i] as number;
  return ((x.shape[i + 2] as number) - 1) * stride - (pads[i] ?? 0) - (pads[i + kernel.length] ?? 0) + (kernel[i] as number);
}

/** x's elements at their places in the tensor that was pooled, zeros elsewhere; `output_shape` larger than that is zeros at the ends. */
function unpooled(call: Call): Strided {
  const [x, places] = [call.tensor(0), call.tensor(1)];
  const kernel = call.ints("kernel_shape") ?? [];
  const shape = [...x.shape.slice(0, 2), ...kernel.map((_, i) => sizeBefore(call, x, kernel, i))];
  const flat = scatter(zeros(x.dtype, [numel(shape)]), 0, reshape(contiguous(places), [-1]), reshape(contiguous(x), [-1]));
  const y = reshape(flat, shape);
  const wanted = call.integersAt(2);
  if (wanted === null) return y;
  const larger = zeros(x.dtype, wanted);
  copyInto(
    wanted.reduce((part, _, d) => slice(part, d, 0, shape[d] as number), larger),
    y,
  );
  return larger;
}

export const pool: EvaluateTable = {
  MaxPool: maxPooled,
  AveragePool: (call) => {
    const x = call.tensor(0);
    return avgPool(x, { ...windowsOf(call, x), countIncludePad: call.int("count_include_pad", 0) === 1 });
  },
  LpPool: (call) => {
    const x = call.tensor(0);
    const windows = { ...windowsOf(call, x), countIncludePad: false, divisor: 1 };
    return lpNorm(call, x, (powers) => avgPool(powers, windows));
  },
  GlobalAveragePool: (call) => overSpatial("mean", call.tensor(0)),
  GlobalMaxPool: (call) => overSpatial("max", call.tensor(0)),
  GlobalLpPool: (call) => lpNorm(call, call.tensor(0), (powers) => overSpatial("sum", powers)),
  MaxUnpool: unpooled,
};
