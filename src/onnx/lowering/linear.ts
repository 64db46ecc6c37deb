/** @file Matrix products in ONNX: Gemm for two dims, MatMul for more, Einsum where dims do not line up. */

import type { Complex } from "../../aten/graph.ts";
import { labelSizes, parseEinsum, stretchedDims } from "../../aten/matmul-shape.ts";
import { isInteger } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { swapLast } from "./ints.ts";
import { stored } from "./operand.ts";
import type { LoweringTable } from "./table.ts";

type Scalar = number | bigint | boolean | Complex | Value;

const factor = (x: Scalar, op: OpBuilder): number | bigint | boolean | Value =>
  typeof x === "object" && "re" in x ? op.refuse("a complex factor needs complex kernels", "write the model on real pairs") : x;

const scaled = (x: Value, by: Scalar, op: OpBuilder): Value => (by === 1 ? x : op.Mul(x, factor(stored(by, x.dtype), op)));

/** beta * self + alpha * product, in separate nodes; `self` is not read where beta is 0. */
function weighted(self: Value, beta: Scalar, product: Value, alpha: Scalar, op: OpBuilder): Value {
  const xy = scaled(product, alpha, op);
  return beta === 0 ? xy : op.Add(scaled(self, beta, op), xy);
}

function addmm(self: Value, mat1: Value, mat2: Value, beta: Scalar, alpha: Scalar, op: OpBuilder): Value {
  // Gemm's factors are floats: exact for floats only. It adds C once per element, as PyTorch does; ONNX Runtime's does not scale C where
  // there is nothing to multiply.
  const isPlain = typeof alpha === "number" && typeof beta === "number" && !isInteger(self.dtype) && mat1.shape[1] !== 0;
  if (!isPlain) return weighted(self, beta, op.MatMul(mat1, mat2), alpha, op);
  return beta === 0 ? op.Gemm(mat1, mat2, { alpha }) : op.Gemm(mat1, mat2, self, { alpha, beta });
}

/** A sum of no products is 0: ONNX Runtime's MatMul (to 1.30 at least) leaves what memory held where a vector has no elements. */
const timesVector = (x: Value, vector: Value, op: OpBuilder): Value =>
  vector.shape[0] === 0 ? op.Expand(op.scalar(0, x.dtype), op.dims(x.shape.slice(0, -1))) : op.MatMul(x, vector);

/** The Transpose of a weight is folded into a derived initializer, computed when the model is saved. */
function linearOf(input: Value, weight: Value, bias: Value | null, op: OpBuilder): Value {
  if (weight.rank === 1) return withBias(op.MatMul(input, weight), bias, op);
  if (input.rank === 2) return bias === null ? op.Gemm(input, weight, { transB: 1 }) : op.Gemm(input, weight, bias, { transB: 1 });
  return withBias(op.MatMul(input, op.Transpose(weight, { perm: [1, 0] })), bias, op);
}

const withBias = (x: Value, bias: Value | null, op: OpBuilder): Value => (bias === null ? x : op.Add(x, bias));

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function einsum(equation: string, tensors: readonly Value[], op: OpBuilder): Value {
  const parsed = parseEinsum(
    equation,
    tensors.map((t) => t.rank),
  );
  const sizes = labelSizes(
    parsed,
    tensors.map((t) => t.shape),
  );
  const names = new Map(
    [...sizes.keys()].map((label, i) => [label, letters[i] ?? op.refuse(`einsum "${equation}" has more than 52 labels`)]),
  );
  const name = (label: string): string => names.get(label) ?? internal(`einsum: no label ${label}`);
  const operands = tensors.map((t, i) => {
    const labels = parsed.operands[i] as readonly string[];
    const gone = stretchedDims(parsed, i, t.shape, sizes); // sizes of 1 that broadcast: Einsum wants equal sizes
    return { x: gone.length > 0 ? op.Squeeze(t, gone) : t, labels: labels.filter((_, k) => !gone.includes(k)).map(name) };
  });
  const output = parsed.output.map(name);
  return (
    asTranspose(operands, output, op) ??
    asMatMul(operands, output, op) ??
    op.Einsum(
      operands.map((o) => o.x),
      { equation: `${operands.map((o) => o.labels.join("")).join(",")}->${output.join("")}` },
    )
  );
}

interface Operand {
  readonly x: Value;
  readonly labels: readonly string[];
}

/** One operand that only moves its dims. */
function asTranspose(operands: readonly Operand[], output: readonly string[], op: OpBuilder): Value | null {
  const [only, second] = operands;
  if (only === undefined || second !== undefined || new Set(only.labels).size !== output.length || only.labels.length !== output.length)
    return null;
  const perm = output.map((l) => only.labels.indexOf(l));
  return perm.every((p, i) => p === i) ? op.Identity(only.x) : op.Transpose(only.x, { perm });
}

/** [batch…, r, s] x [batch…, s, c] -> [batch…, r, c], with the last two dims of either operand in any order. */
function asMatMul(operands: readonly Operand[], output: readonly string[], op: OpBuilder): Value | null {
  const [a, b, third] = operands;
  const [batch, [r, c]] = [output.slice(0, -2), output.slice(-2)];
  if (a === undefined || b === undefined || third !== undefined || r === undefined || c === undefined || r === c) return null;
  const [s, more] = a.labels.filter((l) => !output.includes(l));
  if (s === undefined || more !== undefined) return null;
  /** Whether the operand is the matrix [first, last] as it lies (1), transposed (-1), or something else (0). */
  const order = ({ labels }: Operand, first: string, last: string): number => {
    if (labels.length !== batch.length + 2 || !batch.every((l, i) => labels[i] === l)) return 0;
    const [x, y] = labels.slice(-2);
    return x === first && y === last ? 1 : x === last && y === first ? -1 : 0;
  };
  const [left, right] = [order(a, r, s), order(b, s, c)];
  if (left === 0 || right === 0) return null;
  const perm = swapLast(batch.length + 2);
  return op.MatMul(left > 0 ? a.x : op.Transpose(a.x, { perm }), right > 0 ? b.x : op.Transpose(b.x, { perm }));
}

export const linear = {
  "aten::linear": ({ input, weight, bias }, op) => linearOf(input, weight, bias, op),
  "aten::matmul": ({ self, other }, op) => op.MatMul(self, other),
  "aten::linalg_matmul": ({ self, other }, op) => op.MatMul(self, other),
  "aten::mm": ({ self, mat2 }, op) => op.MatMul(self, mat2),
  "aten::bmm": ({ self, mat2 }, op) => op.MatMul(self, mat2),
  "aten::mv": ({ self, vec }, op) => timesVector(self, vec, op),
  "aten::dot": ({ self, tensor }, op) => timesVector(self, tensor, op),
  "aten::addmm": ({ self, mat1, mat2, beta, alpha }, op) => addmm(self, mat1, mat2, beta, alpha, op),
  "aten::addmv": ({ self, mat, vec, beta, alpha }, op) => weighted(self, beta, timesVector(mat, vec, op), alpha, op),
  "aten::baddbmm": ({ self, batch1, batch2, beta, alpha }, op) => weighted(self, beta, op.MatMul(batch1, batch2), alpha, op),
  "aten::addbmm": ({ self, batch1, batch2, beta, alpha }, op) =>
    weighted(self, beta, op.ReduceSum(op.MatMul(batch1, batch2), [0], { keepdims: 0 }), alpha, op),
  "aten::einsum": ({ equation, tensors }, op) => einsum(equation, tensors, op),
} satisfies LoweringTable;
