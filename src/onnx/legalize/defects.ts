/** @file Graphs that a runtime's own optimizer breaks, said in another way. */

import { type Dim, mul } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { elementsOf } from "../opset/literal.ts";

/**
 * ONNX Runtime (to 1.30 at least) merges a Pad with zeros into the MaxPool after it, whose own padding is -Infinity: negative maxima at the
 * border come out wrong. Returns what the MaxPool may read instead of `pad`, which is not merged: a Pad with axes, before opset 18 one
 * with -0; null where `pad` is not merged either.
 */
export function padBeforeMaxPool(op: OpBuilder, pad: Node): Value | null {
  if (pad.string("mode", "constant") !== "constant") return null;
  const [x, pads, fill, axes] = pad.inputs;
  const amounts = pads?.source ? elementsOf(pads.source).map(Number) : null;
  if (!x || amounts === null || axes || amounts.some((n) => n < 0)) return null;
  if (fill && (!fill.source || !Object.is(Number(elementsOf(fill.source)[0]), 0))) return null;
  if (op.target.opset < 18) return op.Pad(x, amounts, op.scalar(-0, x.dtype));
  const padded = Array.from({ length: x.rank }, (_, i) => i).slice(2);
  return op.Pad(x, [...padded.map((i) => amounts[i] ?? 0), ...padded.map((i) => amounts[x.rank + i] ?? 0)], op.scalar(0, x.dtype), padded);
}

/**
 * ONNX Runtime (to 1.32 at least) takes a Dropout out of the graph also where it is told to train. What it is there, of the same seed:
 * x * (u >= ratio) / (1 - ratio); null where the node does not train, or its mask is read.
 */
export function trainingDropout(op: OpBuilder, node: Node): Value | null {
  const [x, ratio, training] = node.inputs;
  if (!x || !training?.source || Number(elementsOf(training.source)[0]) === 0 || (node.outputs[1]?.useCount ?? 0) > 0) return null;
  const drawn = x.dtype === "float64" ? "float64" : "float32";
  const seed = node.int("seed", -1);
  const u = op.RandomUniformLike(x, { dtype: drawn, ...(seed < 0 ? {} : { seed }) });
  const p = ratio?.source ? Number(elementsOf(ratio.source)[0]) : (ratio ?? 0.5);
  const dropped = typeof p === "number" ? op.scalar(p, drawn) : op.cast(p, drawn);
  const kept = typeof p === "number" ? op.scalar(1 - p, x.dtype) : op.cast(op.Sub(op.scalar(1, drawn), dropped), x.dtype);
  return op.Mul(x, op.Div(op.cast(op.GreaterOrEqual(u, dropped), x.dtype), kept));
}

/**
 * ONNX Runtime (to 1.30 at least) divides by the number of rows to sort, and dies where there are none. What an empty TopK gives: [values,
 * places], as empty; null where its input is not known to be empty.
 */
export function emptyTopK(op: OpBuilder, node: Node): [Value, Value] | null {
  const [x, k] = node.inputs;
  if (!x || !k || !x.shape.includes(0)) return null;
  const values = op.Slice(x, [0], k, [node.int("axis", -1)]);
  return [values, op.cast(values, "int64")];
}

/**
 * ONNX Runtime (1.32; `DQMatMulToMatMulNBits`) merges a product with the transpose of a weight of 8 bits into a MatMulNBits, which rounds the other factor to
 * 8 bits: results are off by half a percent. It leaves a Gemm that reads the weight as it lies alone. Returns that Gemm; null where `node` is no
 * such product.
 */
export function floatProduct(op: OpBuilder, node: Node): Value | null {
  const [x, factor] = node.inputs;
  const transpose = factor?.producer;
  const weight = transpose?.op === "Transpose" && transpose.ints("perm")?.join() === "1,0" ? transpose.inputs[0] : null;
  const [stored] = weight?.producer?.op === "DequantizeLinear" ? weight.producer.inputs : [];
  if (!x || !weight || stored?.source == null || x.rank < 2 || x.producer?.op === "DequantizeLinear") return null;
  const [rows, depth] = [x.shape.slice(0, -1).reduce<Dim>(mul, 1), x.shape.at(-1) as Dim];
  const product = op.Gemm(op.reshape(x, [rows, depth]), weight, { transB: 1 });
  return op.reshape(product, [...x.shape.slice(0, -1), weight.shape[0] as Dim]);
}
