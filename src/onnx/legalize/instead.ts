/** @file Other ops for what no kernel computes and no carrier holds: float64 and int64 formulas, as exact as the op. */

import { isFloat } from "../../dtype.ts";
import { type Dim, floordiv, mul } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

/** What stands for the node's first output; null: this row has nothing for it. */
export type Instead = (op: OpBuilder, node: Node, x: Value) => Value | null;

const spatial = (x: Value): number[] => Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
/** (e^x ± e^-x) / 2 */
const half = (op: OpBuilder, x: Value, join: "Add" | "Sub"): Value => op.Mul(op[join](op.Exp(x), op.Exp(op.Neg(x))), 0.5);
const other = (node: Node, i: number): Value | null => node.inputs[i] ?? null;
const leaky = (op: OpBuilder, x: Value, slope: Value | number): Value => op.Where(op.Less(x, 0), op.Mul(x, slope), x);

/** [N, C, H, W] with channels as [block, block, c] (DCR) or [c, block, block] (CRD): their blocks next to rows and columns. */
function depthToSpace(op: OpBuilder, node: Node, x: Value): Value {
  const [n, c, h, w] = x.shape as [Dim, Dim, Dim, Dim];
  const block = node.int("blocksize", 1);
  const rest = floordiv(c, block * block);
  const crd = node.string("mode", "DCR") === "CRD";
  const parts = op.reshape(x, crd ? [n, rest, block, block, h, w] : [n, block, block, rest, h, w]);
  const turned = op.Transpose(parts, { perm: crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2] });
  return op.reshape(turned, [n, rest, mul(h, block), mul(w, block)]);
}

export const insteads: { readonly [op: string]: Instead } = {
  Relu: (op, _, x) => op.Max(x, 0),
  LeakyRelu: (op, node, x) => leaky(op, x, node.float("alpha", 0.01)),
  PRelu: (op, node, x) => {
    const slope = other(node, 1);
    return slope && leaky(op, x, slope);
  },
  ThresholdedRelu: (op, node, x) => op.Where(op.Greater(x, node.float("alpha", 1)), x, 0),
  Elu: (op, node, x) => op.Where(op.Less(x, 0), op.Mul(op.Sub(op.Exp(x), 1), node.float("alpha", 1)), x),
  Selu: (op, node, x) => {
    const [alpha, gamma] = [node.float("alpha", 1.6732632423543772), node.float("gamma", 1.0507009873554805)];
    return op.Mul(op.Where(op.Less(x, 0), op.Mul(op.Sub(op.Exp(x), 1), alpha), x), gamma);
  },
  HardSigmoid: (op, node, x) => op.Clip(op.Add(op.Mul(x, node.float("alpha", 0.2)), node.float("beta", 0.5)), 0, 1),
  HardSwish: (op, _, x) => op.Mul(x, op.Clip(op.Add(op.Div(x, 6), 0.5), 0, 1)),
  // max(x, 0) + log(1 + e^-|x|): never overflows.
  Softplus: (op, _, x) => op.Add(op.Max(x, 0), op.Log(op.Add(op.Exp(op.Neg(op.Abs(x))), 1))),
  Softsign: (op, _, x) => op.Div(x, op.Add(op.Abs(x), 1)),
  Mish: (op, _, x) => op.Mul(x, op.Tanh(op.Add(op.Max(x, 0), op.Log(op.Add(op.Exp(op.Neg(op.Abs(x))), 1))))),
  Tan: (op, _, x) => op.Div(op.Sin(x), op.Cos(x)),
  Sinh: (op, _, x) => half(op, x, "Sub"),
  Cosh: (op, _, x) => half(op, x, "Add"),
  DepthToSpace: depthToSpace,
  GlobalAveragePool: (op, _, x) => op.ReduceMean(x, spatial(x), { keepdims: 1 }),
  GlobalMaxPool: (op, _, x) => op.ReduceMax(x, spatial(x), { keepdims: 1 }),
  InstanceNormalization: (op, node, x) => {
    const [scale, bias] = [other(node, 1), other(node, 2)];
    if (!scale || !bias) return null;
    const channels = [x.shape[1] ?? 1, ...new Array<number>(x.rank - 2).fill(1)];
    const centred = op.Sub(x, op.ReduceMean(x, spatial(x), { keepdims: 1 }));
    const variance = op.ReduceMean(op.Mul(centred, centred), spatial(x), { keepdims: 1 });
    const normal = op.Div(centred, op.Sqrt(op.Add(variance, node.float("epsilon", 1e-5))));
    return op.Add(op.Mul(normal, op.reshape(scale, channels)), op.reshape(bias, channels));
  },
  // Integers only: alpha and beta are 1, or the factors are no integers.
  Gemm: (op, node, x) => {
    const [b, c] = [other(node, 1), other(node, 2)];
    if (!b || isFloat(x.dtype) || node.float("alpha", 1) !== 1 || node.float("beta", 1) !== 1) return null;
    const turned = (v: Value, name: string): Value => (node.int(name, 0) === 1 ? op.Transpose(v, { perm: [1, 0] }) : v);
    const product = op.MatMul(turned(x, "transA"), turned(b, "transB"));
    return c ? op.Add(product, c) : product;
  },
};
