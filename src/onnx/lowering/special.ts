/** @file How ONNX says integer functions that loop until their data are done. */

import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LoweringTable } from "./table.ts";

/** Whether an element differs from 0, as a scalar. */
export const anyLeft = (x: Value, op: OpBuilder): Value =>
  op.Greater(op.ReduceSum(op.cast(op.cast(x, "bool"), "int64"), null, { keepdims: 0 }), 0);

/** Euclid's algorithm on all elements at once, until every remainder is 0. */
function gcd(a: Value, b: Value, op: OpBuilder): Value {
  const zero = op.Sub(op.Add(a, b), op.Add(a, b)); // of the broadcast shape, which the loop carries
  const [x, y] = [op.Add(op.Abs(a), zero), op.Add(op.Abs(b), zero)];
  const carried = { dtype: x.dtype, shape: x.shape };
  const formals = [{ dtype: "int64", shape: [] }, { dtype: "bool", shape: [] }, carried, carried] as const;
  const body = op.subgraph("euclid", formals, (inner, [, , p, q]) => {
    const [m, n] = [p as Value, q as Value];
    const done = inner.Equal(n, 0);
    const rest = inner.Mod(m, inner.Where(done, inner.scalar(1, n.dtype), n));
    const next = inner.Where(done, inner.scalar(0, n.dtype), rest);
    return [anyLeft(next, inner), inner.Where(done, m, n), next];
  });
  return op.outputs(2, "Loop", [null, anyLeft(y, op), x, y], { body })[0] as Value;
}

export const special = {
  "aten::gcd": ({ self, other }, op) => gcd(self, other, op),
} satisfies LoweringTable;
