/**
 * @file Fourier transforms as ONNX DFT. The complex pass leaves `_fft_r2c`, `_fft_c2c` and `_fft_c2r` standing: their complex operand and
 * result are real pairs here, with a trailing dim of 2, and their dims count the logical ones.
 */

import { wrapDims } from "../../aten/view-shape.ts";
import { add, type Dim, equal, floordiv, product, sub } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dimOf, type Int } from "./ints.ts";
import type { LoweringTable } from "./table.ts";

/** `x` [..., 1 or 2] transformed along `axis`; ONNX divides an inverse transform by its length. */
const dft = (x: Value, axis: number, inverse: boolean, onesided: boolean, op: OpBuilder): Value =>
  op.DFT(x, null, op.scalar(axis, "int64"), { inverse: inverse ? 1 : 0, onesided: onesided ? 1 : 0 });

/** `x` by 1, 1 / sqrt(n) or 1 / n for PyTorch's `mode` 0, 1, 2, where ONNX has divided by `done` already. */
function normalized(x: Value, mode: number, n: Dim, done: Dim, op: OpBuilder): Value {
  if ((mode === 0 && done === 1) || (mode === 2 && equal(n, done))) return x;
  if (typeof n === "number" && typeof done === "number") return op.Mul(x, done * (mode === 0 ? 1 : mode === 1 ? 1 / Math.sqrt(n) : 1 / n));
  const size = (d: Dim): Value => op.cast(op.dim(d), x.dtype);
  const undone = done === 1 ? x : op.Mul(x, size(done));
  return mode === 0 ? undone : op.Div(undone, mode === 1 ? op.Sqrt(size(n)) : size(n));
}

const sizesOf = (x: Value, dims: readonly number[]): Dim[] => dims.map((d) => x.shape[d] as Dim);

/** [..., m, ..., 2], the first half of a spectrum, to all n entries: X[n - k] is the conjugate of X[k]. */
function hermitian(x: Value, axis: number, n: Dim, op: OpBuilder): Value {
  const half = floordiv(n, 2);
  const size = add(half, 1);
  const head = equal(x.shape[axis] as Dim, size) ? x : op.Slice(x, [0], [size], [axis]);
  const rest = sub(sub(n, half), 1);
  if (rest === 0) return head;
  const mirrored = op.Slice(head, [rest], [0], [axis], [-1]);
  return op.Concat([head, op.Mul(mirrored, op.constant(x.dtype, [2], [1, -1]))], { axis });
}

function complexToReal(self: Value, dim: readonly number[], mode: number, size: Int, op: OpBuilder): Value {
  const dims = wrapDims(dim, self.rank - 1);
  const n = dimOf(size) ?? op.refuse("a real transform whose length only the data decide", "give n as a number");
  const last = dims.at(-1) as number;
  const outer = dims.slice(0, -1).reduce((y, d) => dft(y, d, true, false, op), self);
  const all = dft(hermitian(outer, last, n, op), last, true, false, op);
  const total = product([...sizesOf(self, dims.slice(0, -1)), n]);
  return normalized(op.Gather(all, op.scalar(0, "int64"), { axis: -1 }), mode, total, total, op);
}

function realToComplex(self: Value, dim: readonly number[], mode: number, onesided: boolean, op: OpBuilder): Value {
  const dims = wrapDims(dim, self.rank);
  const last = dft(op.Unsqueeze(self, [self.rank]), dims.at(-1) as number, false, onesided, op);
  const all = dims.slice(0, -1).reduce((y, d) => dft(y, d, false, false, op), last);
  return normalized(all, mode, product(sizesOf(self, dims)), 1, op);
}

function complexToComplex(self: Value, dim: readonly number[], mode: number, forward: boolean, op: OpBuilder): Value {
  const dims = wrapDims(dim, self.rank - 1);
  const total = product(sizesOf(self, dims));
  const y = dims.reduce((x, d) => dft(x, d, !forward, false, op), self);
  return normalized(y, mode, total, forward ? 1 : total, op);
}

export const fft = {
  "aten::_fft_r2c": ({ self, dim, normalization, onesided }, op) => realToComplex(self, dim, normalization, onesided, op),
  "aten::_fft_c2c": ({ self, dim, normalization, forward }, op) => {
    const dims = dim.map((d) => (typeof d === "number" ? d : op.refuse("a dim of a transform that is computed at run time")));
    return complexToComplex(self, dims, normalization, forward, op);
  },
  "aten::_fft_c2r": ({ self, dim, normalization, last_dim_size: n }, op) => complexToReal(self, dim, normalization, n, op),
} satisfies LoweringTable;
