/** @file Masks, scans and grids that older opsets lack. */

import type { DType } from "../../dtype.ts";
import { type Dim, isStatic } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { AttributeValue } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { attr, given } from "./expand-operands.ts";
import { scanAlong } from "./scan.ts";

/** 0, 1, …, size - 1 as int64. */
const range = (op: OpBuilder, size: Dim): Value =>
  isStatic(size)
    ? op.constant(
        "int64",
        [size],
        Array.from({ length: size }, (_, i) => i),
      )
    : op.Range(op.scalar(0, "int64"), op.dim(size), 1);

/** A cosine window: sum of c[k] cos(2 pi k n / N), N = size - 1 unless periodic. */
const cosineWindow = (coefficients: readonly number[]): ExpandTable[string] => {
  return (op, inputs, attributes) => {
    const size = given(inputs, 0);
    const dtype = asDType(attributes.output_datatype);
    const n = op.cast(op.Range(op.cast(op.scalar(0, "int64"), size.dtype), size, op.scalar(1, size.dtype)), "float32");
    const length = attr.number(attributes, "periodic", 1) === 1 ? size : op.Sub(size, 1);
    const angle = op.Div(op.Mul(n, 2 * Math.PI), op.cast(length, "float32"));
    const sum = coefficients.reduce<Value | null>((total, c, k) => {
      const term = k === 0 ? op.scalar(c, "float32") : op.Mul(op.Cos(op.Mul(angle, k)), c);
      return total === null ? term : op.Add(total, term);
    }, null);
    return op.cast(sum as Value, dtype);
  };
};

const asDType = (value: AttributeValue): DType => (typeof value === "string" ? (value as DType) : "float32");

export const tensor: ExpandTable = {
  CastLike: (op, inputs) => op.cast(given(inputs, 0), given(inputs, 1).dtype),
  // Keeps elements of column - row >= k (upper) or <= k (lower).
  Trilu: (op, inputs, attributes) => {
    const [x, k] = [given(inputs, 0), inputs[1] ?? op.scalar(0, "int64")];
    const [rows, columns] = x.shape.slice(-2) as [Dim, Dim];
    const row = op.Unsqueeze(range(op, rows), [1]);
    const distance = op.Sub(range(op, columns), row);
    const upper = attr.number(attributes, "upper", 1) === 1;
    const kept = op.Not(upper ? op.Less(distance, k) : op.Greater(distance, k));
    return op.Where(kept, x, x.dtype === "bool" ? op.scalar(false, "bool") : op.scalar(0, x.dtype));
  },
  Bernoulli: (op, inputs, attributes) => {
    const p = given(inputs, 0);
    const seed = attributes.seed === undefined ? {} : { seed: attr.number(attributes, "seed", 0) };
    const drawn = op.Less(op.RandomUniformLike(p, seed), p);
    return op.cast(drawn, attributes.dtype === undefined ? p.dtype : asDType(attributes.dtype));
  },
  // A scan along the axis: state * x.
  CumProd: (op, inputs, attributes) => {
    const [x, axisValue] = [given(inputs, 0), given(inputs, 1)];
    const axis = axisValue.data?.[0];
    if (axis === undefined || !isStatic(axis)) return op.refuse("CumProd before opset 26 needs an axis that is known at export");
    if (x.shape.includes(0)) return op.Identity(x); // ONNX Runtime's Scan takes no sequence of length 0
    const at = axis < 0 ? axis + x.rank : axis;
    const rest = x.shape.filter((_, i) => i !== at);
    const exclusive = attr.number(attributes, "exclusive", 0) === 1;
    const body = op.subgraph(
      "cumprod",
      [
        { dtype: x.dtype, shape: rest },
        { dtype: x.dtype, shape: rest },
      ],
      (inner, [state, slice]) => {
        const next = inner.Mul(state as Value, slice as Value);
        return [next, exclusive ? (state as Value) : next];
      },
    );
    const ones = op.Expand(op.scalar(1, x.dtype), op.dims(rest));
    return scanAlong(op, body, [ones], [{ x, axis: at }], at, attr.number(attributes, "reverse", 0) === 1)[0] as Value;
  },
  HannWindow: cosineWindow([0.5, -0.5]),
  HammingWindow: cosineWindow([25 / 46, -21 / 46]),
  BlackmanWindow: cosineWindow([0.42, -0.5, 0.08]),
  AffineGrid: (op, inputs, attributes) =>
    affineGrid(op, given(inputs, 0), given(inputs, 1), attr.number(attributes, "align_corners", 0) === 1),
};

/** theta [N, 2, 3] or [N, 3, 4] and size [N, C, (D,) H, W] → grid [N, (D,) H, W, 2 or 3]. */
function affineGrid(op: OpBuilder, theta: Value, size: Value, corners: boolean): Value {
  const { data } = size;
  if (data === null) return op.refuse("AffineGrid before opset 20 needs sizes that are known at export");
  const space = data.slice(2);
  const axes = space.map((length, i) => {
    // -1 … 1 over the length: corners at the ends, or at half a step from them.
    const n = op.cast(op.dim(length), theta.dtype);
    const steps = op.cast(range(op, length), theta.dtype);
    const from = corners ? steps : op.Add(steps, 0.5);
    const divisor = corners ? op.Max(op.Sub(n, 1), 1) : n;
    const scaled = op.Sub(op.Mul(op.Div(from, divisor), 2), 1);
    const line = corners && isStatic(length) && length === 1 ? op.Mul(steps, 0) : scaled;
    const shape = space.map((d, j) => (i === j ? d : 1));
    return op.Expand(op.reshape(line, shape), op.dims(space));
  });
  // Homogeneous coordinates x, y, (z,) 1, innermost axis first.
  const ones = op.Expand(op.scalar(1, theta.dtype), op.dims(space));
  const points = op.Concat(
    [...axes.reverse(), ones].map((a) => op.Unsqueeze(a, [-1])),
    { axis: -1 },
  );
  const flat = op.Reshape(points, [-1, space.length + 1]);
  const moved = op.MatMul(flat, op.Transpose(theta, { perm: [0, 2, 1] }));
  return op.reshape(moved, [data[0] as Dim, ...space, space.length]);
}
