/** @file Matrix products and what is made of them: linear, matmul, addmm, einsum, tensordot. */

import { binary } from "../core/ops/elementwise.ts";
import { asStrided, expand, permute, reshape, select, unsqueeze } from "../core/ops/layout.ts";
import { matmul } from "../core/ops/matmul.ts";
import { reduce } from "../core/ops/reduce.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex } from "../dtype.ts";
import { internal } from "../errors.ts";
import { type Dim, product, type Shape } from "../symbolic.ts";
import { inOpmath, operand } from "./broadcast.ts";
import { complexProduct, plusBias } from "./complex-product.ts";
import type { TensorType } from "./graph.ts";
import { labelSizes, matmulShape, parseEinsum, stretchedDims } from "./matmul-shape.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";
import { wrapDims } from "./view-shape.ts";

/** `x` with its last two dims swapped; vectors as they are. */
export function transposed(x: Strided): Strided {
  const rank = x.shape.length;
  if (rank < 2) return x;
  const dims = x.shape.map((_, i) => i);
  return permute(x, [...dims.slice(0, -2), rank - 1, rank - 2]);
}

const product2 = (a: TensorType, b: TensorType): Meta => ({ dtype: a.dtype, shape: matmulShape(a.shape, b.shape) });

/** beta * self + alpha * (a @ b), rounded once; `self` is not read where beta is 0, as PyTorch has it. */
function gemm(
  self: Strided,
  beta: ScalarOf<number>,
  alpha: ScalarOf<number>,
  a: Strided,
  b: Strided,
  then: (x: Strided) => Strided = (x) => x,
): Strided {
  const scaled = (x: Strided, by: ScalarOf<number>) => (by === 1 ? x : binary("mul", x, operand(by, x.dtype)));
  return inOpmath([self, a, b], (s, x, y) => {
    const xy = scaled(then(matmul(x as Strided, y as Strided)), alpha);
    return beta === 0 ? xy : binary("add", scaled(s as Strided, beta), xy);
  });
}

/** The dims of `x` with label lists made unique: a repeated label takes the diagonal, a size-1 dim of a larger label goes. */
interface Labelled {
  readonly x: Strided;
  readonly labels: readonly string[];
}

function diagonals(x: Strided, labels: readonly string[], stretched: readonly number[]): Labelled {
  let rest = x;
  const kept = labels.filter((_, k) => !stretched.includes(k));
  for (const k of [...stretched].reverse()) rest = select(rest, k, 0);
  const unique = [...new Set(kept)];
  if (unique.length === kept.length) return { x: rest, labels: kept };
  const at = (label: string) => kept.flatMap((l, k) => (l === label ? [k] : []));
  const shape = unique.map((l) => rest.shape[at(l)[0] as number] as number);
  const strides = unique.map((l) => at(l).reduce((sum, k) => sum + (rest.strides[k] as number), 0));
  return { x: asStrided(rest, shape, strides, rest.offset), labels: unique };
}

function sumOut(a: Labelled, keep: ReadonlySet<string>): Labelled {
  const dims = a.labels.flatMap((l, k) => (keep.has(l) ? [] : [k]));
  if (dims.length === 0) return a;
  return { x: reduce("sum", a.x, dims, false), labels: a.labels.filter((l) => keep.has(l)) };
}

const arranged = (a: Labelled, order: readonly string[]): Strided =>
  permute(
    a.x,
    order.map((l) => a.labels.indexOf(l)),
  );
const volume = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** The product of two labelled tensors as one batched matrix product; labels outside `keep` are summed. */
function contract(a: Labelled, b: Labelled, keep: ReadonlySet<string>): Labelled {
  const left = sumOut(a, new Set([...keep, ...b.labels]));
  const right = sumOut(b, new Set([...keep, ...a.labels]));
  const shared = left.labels.filter((l) => right.labels.includes(l));
  const batch = shared.filter((l) => keep.has(l));
  const summed = shared.filter((l) => !keep.has(l));
  const rows = left.labels.filter((l) => !shared.includes(l));
  const columns = right.labels.filter((l) => !shared.includes(l));
  const sizes = (t: Labelled, labels: readonly string[]) => labels.map((l) => t.x.shape[t.labels.indexOf(l)] as number);
  const [n, r, s, c] = [sizes(left, batch), sizes(left, rows), sizes(left, summed), sizes(right, columns)];
  const x = reshape(arranged(left, [...batch, ...rows, ...summed]), [volume(n), volume(r), volume(s)]);
  const y = reshape(arranged(right, [...batch, ...summed, ...columns]), [volume(n), volume(s), volume(c)]);
  return { x: reshape(matmul(x, y), [...n, ...r, ...c]), labels: [...batch, ...rows, ...columns] };
}

function evalEinsum(equation: string, tensors: readonly Strided[]): Strided {
  const einsum = parseEinsum(
    equation,
    tensors.map((t) => t.shape.length),
  );
  const sizes = labelSizes(
    einsum,
    tensors.map((t) => t.shape),
  );
  const operands = tensors.map((t, i) => diagonals(t, einsum.operands[i] as readonly string[], stretchedDims(einsum, i, t.shape, sizes)));
  let acc = operands[0] ?? internal("einsum of no operands");
  for (let i = 1; i < operands.length; i++) {
    const later = operands.slice(i + 1).flatMap((o) => o.labels);
    acc = contract(acc, operands[i] as Labelled, new Set([...einsum.output, ...later]));
  }
  acc = sumOut(acc, new Set(einsum.output));
  const present = einsum.output.filter((l) => acc.labels.includes(l));
  let out = arranged(acc, present);
  einsum.output.forEach((l, k) => {
    if (!present.includes(l)) out = unsqueeze(out, k);
  });
  return expand(
    out,
    einsum.output.map((l) => sizes.get(l) as number),
  );
}

/** `x` summed over those of its `dims` that meet a dim of size 1 of `other`, which stands for all of them. */
function summedOut(x: Symbolic, dims: readonly number[], other: Symbolic, dimsOther: readonly number[], call: Call): Symbolic {
  const lone = dims.filter((d, i) => other.shape[dimsOther[i] as number] === 1 && x.shape[d] !== 1);
  return lone.length === 0 ? x : call("aten::sum.dim_IntList", { self: x, dim: lone, keepdim: true, dtype: x.dtype });
}

/** Folds `dims` of the operands into one inner size: `torch.tensordot` as a product of two matrices. */
function tensordot(left: Symbolic, right: Symbolic, dimsSelf: readonly number[], dimsOther: readonly number[], call: Call): Symbolic {
  const inSelf = wrapDims(dimsSelf, left.shape.length);
  const inOther = wrapDims(dimsOther, right.shape.length);
  const self = summedOut(left, inSelf, right, inOther, call);
  const other = summedOut(right, inOther, left, inSelf, call);
  const free = (shape: Shape, taken: readonly number[]) => shape.flatMap((_, i) => (taken.includes(i) ? [] : [i]));
  const [rows, columns] = [free(self.shape, inSelf), free(other.shape, inOther)];
  const pick = (shape: Shape, dims: readonly number[]): Dim[] => dims.map((d) => shape[d] as Dim);
  const inner = product(pick(self.shape, inSelf));
  const matrix = (x: Symbolic, dims: readonly number[], shape: readonly Dim[]): Symbolic =>
    call("aten::reshape", { self: call("aten::permute", { self: x, dims }), shape });
  const a = matrix(self, [...rows, ...inSelf], [product(pick(self.shape, rows)), inner]);
  const b = matrix(other, [...inOther, ...columns], [inner, product(pick(other.shape, columns))]);
  return call("aten::reshape", {
    self: call("aten::mm", { self: a, mat2: b }),
    shape: [...pick(self.shape, rows), ...pick(other.shape, columns)],
  });
}

function bilinear(x1: Symbolic, x2: Symbolic, weight: Symbolic, bias: Symbolic | null, call: Call): Symbolic {
  const [k, i, j] = weight.shape as [Dim, Dim, Dim];
  const lead = x1.shape.slice(0, -1);
  const flat = call("aten::reshape", { self: call("aten::permute", { self: weight, dims: [1, 0, 2] }), shape: [i, product([k, j])] });
  const left = call("aten::reshape", { self: call("aten::matmul", { self: x1, other: flat }), shape: [...lead, k, j] });
  const right = call("aten::unsqueeze", { self: x2, dim: -1 });
  const out = call("aten::squeeze.dim", { self: call("aten::matmul", { self: left, other: right }), dim: -1 });
  return bias === null ? out : call("aten::add.Tensor", { self: out, other: bias });
}

const scaled = (x: Symbolic, by: ScalarOf<Dim>, call: Call): Symbolic => (by === 1 ? x : call("aten::mul.Scalar", { self: x, other: by }));

function addr(self: Symbolic, vec1: Symbolic, vec2: Symbolic, beta: ScalarOf<Dim>, alpha: ScalarOf<Dim>, call: Call): Symbolic {
  const outer = scaled(call("aten::outer", { self: vec1, vec2 }), alpha, call);
  return beta === 0 ? outer : call("aten::add.Tensor", { self: scaled(self, beta, call), other: outer });
}

/** Products with a wider result read wider operands: exact, since the product of two low-precision numbers fits the wider type. */
const to = (self: Symbolic, dtype: DType, call: Call): Symbolic => call("aten::to.dtype", { self, dtype });

const conjugate = (x: Symbolic, call: Call): Symbolic => (isComplex(x.dtype) ? call("aten::conj_physical", { self: x }) : x);

export const linear = {
  "aten::linear": {
    meta: ({ input, weight }) => ({ dtype: input.dtype, shape: matmulShape(input.shape, [...weight.shape].reverse()) }),
    eval: ({ input, weight, bias }) => (bias === null ? matmul(input, transposed(weight)) : gemm(bias, 1, 1, input, transposed(weight))),
    decompose: ({ input, weight, bias }, call) =>
      plusBias(
        complexProduct(input, weight, call, (x, w) => call("aten::linear", { input: x, weight: w, bias: null })),
        bias,
        call,
      ),
  },
  "aten::matmul": {
    meta: ({ self, other }) => product2(self, other),
    eval: ({ self, other }) => matmul(self, other),
    decompose: ({ self, other }, call) => complexProduct(self, other, call, (x, y) => call("aten::matmul", { self: x, other: y })),
  },
  "aten::linalg_matmul": {
    meta: ({ self, other }) => product2(self, other),
    eval: ({ self, other }) => matmul(self, other),
    decompose: ({ self, other }, call) => complexProduct(self, other, call, (x, y) => call("aten::linalg_matmul", { self: x, other: y })),
  },
  "aten::mm": {
    meta: ({ self, mat2 }) => product2(self, mat2),
    eval: ({ self, mat2 }) => matmul(self, mat2),
    decompose: ({ self, mat2 }, call) => complexProduct(self, mat2, call, (x, y) => call("aten::mm", { self: x, mat2: y })),
  },
  "aten::bmm": {
    meta: ({ self, mat2 }) => product2(self, mat2),
    eval: ({ self, mat2 }) => matmul(self, mat2),
    decompose: ({ self, mat2 }, call) => complexProduct(self, mat2, call, (x, y) => call("aten::bmm", { self: x, mat2: y })),
  },
  "aten::mv": {
    meta: ({ self, vec }) => product2(self, vec),
    eval: ({ self, vec }) => matmul(self, vec),
    decompose: ({ self, vec }, call) => complexProduct(self, vec, call, (x, y) => call("aten::mv", { self: x, vec: y })),
  },
  "aten::dot": {
    meta: ({ self, tensor }) => product2(self, tensor),
    eval: ({ self, tensor }) => matmul(self, tensor),
    decompose: ({ self, tensor }, call) => complexProduct(self, tensor, call, (x, y) => call("aten::dot", { self: x, tensor: y })),
  },
  "aten::vdot": { decompose: ({ self, other }, call) => call("aten::dot", { self: conjugate(self, call), tensor: other }) },
  "aten::addmm": {
    meta: ({ mat1, mat2 }) => product2(mat1, mat2),
    eval: ({ self, mat1, mat2, beta, alpha }) => gemm(self, beta, alpha, mat1, mat2),
  },
  "aten::addmv": {
    meta: ({ mat, vec }) => product2(mat, vec),
    eval: ({ self, mat, vec, beta, alpha }) => gemm(self, beta, alpha, mat, vec),
  },
  "aten::baddbmm": {
    meta: ({ batch1, batch2 }) => product2(batch1, batch2),
    eval: ({ self, batch1, batch2, beta, alpha }) => gemm(self, beta, alpha, batch1, batch2),
  },
  "aten::addbmm": {
    meta: ({ batch1, batch2 }) => ({ dtype: batch1.dtype, shape: matmulShape(batch1.shape, batch2.shape).slice(1) }),
    eval: ({ self, batch1, batch2, beta, alpha }) => gemm(self, beta, alpha, batch1, batch2, (x) => reduce("sum", x, [0], false)),
  },
  // int8 by int8 in int32.
  "aten::_int_mm": {
    decompose: ({ self, mat2 }, call) => call("aten::mm", { self: to(self, "int32", call), mat2: to(mat2, "int32", call) }),
  },
  // Rows of int8 weights, each with its scale.
  "aten::_weight_int8pack_mm": {
    decompose: ({ self, mat2, scales }, call) =>
      call("aten::mul.Tensor", {
        self: call("aten::linear", { input: self, weight: to(mat2, self.dtype, call), bias: null }),
        other: scales,
      }),
  },
  "aten::_addmm_activation": {
    decompose: ({ use_gelu, ...args }, call) => {
      const self = call("aten::addmm", args);
      return use_gelu ? call("aten::gelu", { self }) : call("aten::relu", { self });
    },
  },
  "aten::mm.dtype": {
    decompose: ({ self, mat2, out_dtype }, call) => call("aten::mm", { self: to(self, out_dtype, call), mat2: to(mat2, out_dtype, call) }),
  },
  "aten::bmm.dtype": {
    decompose: ({ self, mat2, out_dtype }, call) => call("aten::bmm", { self: to(self, out_dtype, call), mat2: to(mat2, out_dtype, call) }),
  },
  "aten::addmm.dtype": {
    decompose: ({ self, mat1, mat2, out_dtype: d, beta, alpha }, call) =>
      call("aten::addmm", { self: to(self, d, call), mat1: to(mat1, d, call), mat2: to(mat2, d, call), beta, alpha }),
  },
  "aten::baddbmm.dtype": {
    decompose: ({ self, batch1, batch2, out_dtype: d, beta, alpha }, call) =>
      call("aten::baddbmm", { self: to(self, d, call), batch1: to(batch1, d, call), batch2: to(batch2, d, call), beta, alpha }),
  },
  "aten::outer": {
    decompose: ({ self, vec2 }, call) => call("aten::mul.Tensor", { self: call("aten::unsqueeze", { self, dim: 1 }), other: vec2 }),
  },
  "aten::ger": { decompose: ({ self, vec2 }, call) => call("aten::outer", { self, vec2 }) },
  "aten::addr": { decompose: ({ self, vec1, vec2, beta, alpha }, call) => addr(self, vec1, vec2, beta, alpha, call) },
  "aten::inner": {
    decompose: ({ self, other }, call) => {
      if (self.shape.length === 0 || other.shape.length === 0) return call("aten::mul.Tensor", { self, other });
      return call("aten::tensordot", { self, other, dims_self: [-1], dims_other: [-1] });
    },
  },
  "aten::linalg_vecdot": {
    decompose: ({ x, y, dim }, call) =>
      call("aten::sum.dim_IntList", { self: call("aten::mul.Tensor", { self: conjugate(x, call), other: y }), dim: [dim] }),
  },
  "aten::tensordot": {
    decompose: ({ self, other, dims_self, dims_other }, call) => tensordot(self, other, dims_self, dims_other, call),
  },
  "aten::einsum": {
    meta: ({ equation, tensors }) => {
      const einsum = parseEinsum(
        equation,
        tensors.map((t) => t.shape.length),
      );
      const sizes = labelSizes(
        einsum,
        tensors.map((t) => t.shape),
      );
      const dtype = tensors[0]?.dtype ?? internal("einsum of no operands");
      return { dtype, shape: einsum.output.map((l) => sizes.get(l) ?? internal(`einsum "${equation}": ${l} has no size`)) };
    },
    eval: ({ equation, tensors }) => evalEinsum(equation, tensors),
  },
  "aten::bilinear": { decompose: ({ input1, input2, weight, bias }, call) => bilinear(input1, input2, weight, bias, call) },
  "aten::chain_matmul": { decompose: ({ matrices }, call) => matrices.reduce((self, other) => call("aten::matmul", { self, other })) },
  "aten::linalg_multi_dot": { decompose: ({ tensors }, call) => tensors.reduce((self, other) => call("aten::matmul", { self, other })) },
} satisfies AtenTable;
