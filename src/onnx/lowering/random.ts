/** @file How ONNX says random tensors. Its generators are the runtime's: the distribution is PyTorch's, the numbers are not. */

import { each } from "../../aten/broadcast.ts";
import type { Op } from "../../aten/table.ts";
import { isFloat } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { filled } from "./creation.ts";
import { staticShape } from "./ints.ts";
import { type Numeric, operand } from "./operand.ts";
import type { LoweringTable, Results } from "./table.ts";

type Result = Results[number];

/** Random* where all sizes are numbers, Random*Like a tensor of the shape otherwise. The runtime's generators draw float32 and float64. */
function draw(kind: "Uniform" | "Normal", range: object, result: Result, op: OpBuilder): Value {
  const dtype = result.dtype === "float64" ? "float64" : "float32";
  const shape = staticShape(result.shape);
  const x =
    shape === null
      ? op[`Random${kind}Like`](filled(0, { dtype, shape: result.shape }, op), { dtype, ...range })
      : op[`Random${kind}`]({ dtype, shape, ...range });
  return op.cast(x, result.dtype);
}
const draws = <N extends Op>(names: readonly N[], kind: "Uniform" | "Normal") =>
  each(
    names,
    () =>
      (_: object, op: OpBuilder, [result]: Results): Value =>
        draw(kind, {}, result as Result, op),
  );

/** floor(low + u * (high - low)) with u in [0, 1). */
function integers({ low = 0, high }: { low?: Numeric; high: Numeric }, op: OpBuilder, [result]: Results): Value {
  const { dtype, shape } = result as Result;
  const u = draw("Uniform", {}, { dtype: "float64", shape }, op);
  const [from, to] = [operand(op, low, "float64"), operand(op, high, "float64")];
  return op.cast(op.Floor(op.Add(op.Mul(u, op.Sub(to, from)), from)), dtype);
}

/** u < p, as numbers of the result's dtype. */
function chance(p: Numeric, op: OpBuilder, result: Result): Value {
  const u = draw("Uniform", {}, { dtype: "float32", shape: result.shape }, op);
  return op.cast(op.Less(u, operand(op, p, "float32")), result.dtype);
}

export const random = {
  ...draws(["aten::rand", "aten::rand.generator", "aten::rand_like", "aten::rand_like.generator"], "Uniform"),
  ...draws(["aten::randn", "aten::randn.generator", "aten::randn_like", "aten::randn_like.generator"], "Normal"),
  ...each(["aten::randint", "aten::randint.low", "aten::randint.generator", "aten::randint.low_generator"], () => integers),
  ...each(["aten::randint_like", "aten::randint_like.low_dtype"], () => integers),
  // The order of n random numbers.
  ...each(["aten::randperm", "aten::randperm.generator"], () => (_: object, op: OpBuilder, [result]: Results): Value => {
    const { dtype, shape } = result as Result;
    const keys = draw("Uniform", {}, { dtype: "float32", shape }, op);
    const [, order] = op.TopK(keys, op.dims(shape), { axis: 0 });
    return op.cast(order, dtype);
  }),
  "aten::bernoulli": ({ self }, op, [result]) => chance(self, op, result as Result),
  "aten::bernoulli.p": ({ p }, op, [result]) => chance(p, op, result as Result),
  "aten::uniform": ({ from, to }, op, [result]) => draw("Uniform", { low: Number(from), high: Number(to) }, result as Result, op),
  "aten::normal_functional": ({ mean, std }, op, [result]) =>
    draw("Normal", { mean: Number(mean), scale: Number(std) }, result as Result, op),
  // -log(1 - u) / lambda
  "aten::exponential": ({ self, lambd }, op, [result]) => {
    const dtype = isFloat(self.dtype) ? self.dtype : "float32";
    const u = draw("Uniform", {}, { ...(result as Result), dtype }, op);
    return op.Div(op.Neg(op.Log(op.Sub(op.scalar(1, dtype), u))), operand(op, lambd, dtype));
  },
} satisfies LoweringTable;
