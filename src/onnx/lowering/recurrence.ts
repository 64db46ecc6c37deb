/** @file How ONNX says orthogonal polynomials whose degree is data: their recurrence as a Loop, which keeps the value at each element's degree. */

import { each } from "../../aten/broadcast.ts";
import { nameOf, type Recurrence, recurrences } from "../../aten/polynomial.ts";
import { product } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dtypeOf, type Numeric, operand } from "./operand.ts";
import type { LoweringTable, Results } from "./table.ts";
import { expandTo, shapeOf } from "./view.ts";

/** The polynomial of degree trunc(n) at x: as many steps as the greatest degree. */
function byRecurrence({ a, b, c, d, limit }: Recurrence, x: Value, n: Value, op: OpBuilder, result: Results): Value {
  const { dtype } = x;
  const shape = shapeOf(result);
  const carried = { dtype, shape };
  const degrees = op.cast(n, "int64");
  const greatest = op.ReduceMax(op.Concat([op.reshape(degrees, [product(n.shape)]), op.constant("int64", [1], [0])], { axis: 0 }), {
    keepdims: 0,
  });
  const top = limit?.[dtype];
  const steps = top === undefined ? greatest : op.Min(greatest, top);
  const [zeros, ones] = [expandTo(op, op.scalar(0, dtype), shape), expandTo(op, op.scalar(1, dtype), shape)];
  const start = op.Where(op.Less(degrees, 0), zeros, ones);
  const formals = [{ dtype: "int64", shape: [] }, { dtype: "bool", shape: [] }, carried, carried, carried] as const;
  const body = op.subgraph("recurrence", formals, (inner, [step, go, before, now, found]) => {
    const k = inner.cast(step as Value, dtype);
    const at = ([first, by]: readonly [number, number]): Value | number => (by === 0 ? first : inner.Add(inner.Mul(k, by), first));
    const factor = inner.Add(inner.Mul(x, at(b)), at(a));
    const next = inner.Div(inner.Sub(inner.Mul(factor, now as Value), inner.Mul(before as Value, at(c))), at(d));
    const isHere = inner.Equal(degrees, inner.Add(step as Value, 1));
    return [inner.Identity(go as Value), now as Value, next, inner.Where(isHere, next, found as Value)];
  });
  const value = op.outputs(3, "Loop", [steps, null, zeros, ones, start], { body })[2] as Value;
  return top === undefined ? value : op.Where(op.Greater(degrees, top), Number.NaN, value);
}

interface At {
  readonly x: Numeric;
  readonly n: Numeric;
}
const names = Object.keys(recurrences) as (keyof typeof recurrences)[];
const ops = names.flatMap((name) => [`aten::special_${name}`, `aten::special_${name}.n_scalar`, `aten::special_${name}.x_scalar`] as const);

export const recurrence = {
  ...each(ops, (name) => ({ x, n }: At, op: OpBuilder, result: Results): Value => {
    const dtype = dtypeOf(op, x, n);
    return byRecurrence(recurrences[nameOf(name)], operand(op, x, dtype), operand(op, n, dtype), op, result);
  }),
} satisfies LoweringTable;
