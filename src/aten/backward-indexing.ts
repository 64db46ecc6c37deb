/** @file Gradients of views, indexing and the losses that pick by class: what was read is written back, added up where it was read twice. */

import { type Dim, mul, product } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import { classWeights, type Targets, targetsOf } from "./loss.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";
import { moveDims, wrapDim } from "./view-shape.ts";

interface Embedding {
  readonly grad_output: Symbolic;
  readonly indices: Symbolic;
  readonly num_weights: Dim;
  readonly padding_idx: Dim;
  readonly scale_grad_by_freq: boolean;
}

/** Rows added up by index; the padding row gets none. With `scale_grad_by_freq` each is divided by how often its index occurs. */
function embedding({ grad_output, indices, num_weights, padding_idx, scale_grad_by_freq }: Embedding, call: Call): Symbolic {
  const f = algebra(call);
  const width = grad_output.shape.at(-1) as Dim;
  const n = product(indices.shape);
  const flat = f.to(f.reshape(indices, [n]), "int64");
  let rows = f.wide(f.reshape(grad_output, [n, width]));
  if (scale_grad_by_freq) {
    const ones = call("aten::ones", { size: [n], dtype: rows.dtype });
    const often = call("aten::index_add", { self: f.zeros([num_weights], rows.dtype), dim: 0, index: flat, source: ones, alpha: 1 });
    rows = f.div(rows, f.reshape(call("aten::index_select", { self: often, dim: 0, index: flat }), [n, 1]));
  }
  const counted = f.where(f.reshape(f.ne(flat, padding_idx), [n, 1]), rows, 0);
  const sums = call("aten::index_add", { self: f.zeros([num_weights, width], rows.dtype), dim: 0, index: flat, source: counted, alpha: 1 });
  return f.to(sums, grad_output.dtype);
}

interface Windows {
  readonly grad_in: Symbolic;
  readonly input_sizes: readonly Dim[];
  readonly dim: number;
  readonly size: number;
  readonly step: number;
}

/** Windows of `size` every `step` of `dim`, their places last, added back. */
function unfold({ grad_in, input_sizes, dim, size, step }: Windows, call: Call): Symbolic {
  const f = algebra(call);
  const rank = input_sizes.length;
  const d = wrapDim(dim, rank);
  if (rank === 0) return f.reshape(f.sum(grad_in, [0]), []);
  const count = grad_in.shape[d] as Dim;
  const order = moveDims(rank + 1, [rank], [d + 1]);
  const windows = call("aten::permute", { self: grad_in, dims: order });
  const source = f.reshape(windows, [...input_sizes.slice(0, d), mul(count, size), ...input_sizes.slice(d + 1)]);
  const starts = f.reshape(f.mul(f.iota(count), step), [count, 1]);
  const index = f.reshape(f.add(starts, f.iota(size)), [mul(count, size)]);
  return call("aten::index_add", { self: f.zeros(input_sizes, grad_in.dtype), dim: d, index, source, alpha: 1 });
}

interface Nll {
  readonly grad_output: Symbolic;
  readonly self: Symbolic;
  readonly target: Symbolic;
  readonly weight: Symbolic | null;
  readonly reduction: number;
  readonly ignore_index: Dim;
  readonly total_weight: Symbolic;
}

/** -weight[target] times the incoming gradient at each target, divided by the total weight where the mean was taken. */
function nll({ grad_output, self, target, weight, reduction, ignore_index, total_weight }: Nll, call: Call): Symbolic {
  const f = algebra(call);
  const t: Targets = targetsOf(self, target, ignore_index as number, call);
  const share = reduction === 1 ? f.div(grad_output, total_weight) : grad_output;
  const weighted = weight === null ? share : f.mul(classWeights(weight, t, call), share);
  const gradient = f.to(f.where(t.counts, f.neg(weighted), 0), self.dtype);
  const column = (x: Symbolic): Symbolic => call("aten::unsqueeze", { self: x, dim: t.dim });
  const src = call("aten::expand", { self: column(gradient), size: column(t.safe).shape });
  return call("aten::scatter.src", { self: f.zeros(self.shape, self.dtype), dim: t.dim, index: column(t.safe), src });
}

export const backwardIndexing = {
  "aten::embedding_dense_backward": { decompose: embedding },
  "aten::embedding_backward": { decompose: ({ grad, ...args }, call) => embedding({ grad_output: grad, ...args }, call) },
  "aten::unfold_backward": { decompose: unfold },
  ...each(["aten::nll_loss_backward", "aten::nll_loss2d_backward"], () => ({ decompose: nll })),
  "aten::select_backward": {
    decompose: ({ grad_output: src, input_sizes, dim, index }, call) =>
      call("aten::select_scatter", { self: zeros(src, input_sizes, call), src, dim, index }),
  },
  "aten::slice_backward": {
    decompose: ({ grad_output: src, input_sizes, ...slice }, call) =>
      call("aten::slice_scatter", { self: zeros(src, input_sizes, call), src, ...slice }),
  },
  "aten::diagonal_backward": {
    decompose: ({ grad_output: src, input_sizes, ...diagonal }, call) =>
      call("aten::diagonal_scatter", { self: zeros(src, input_sizes, call), src, ...diagonal }),
  },
  "aten::index_select_backward": {
    decompose: ({ grad: source, self_sizes, dim, index }, call) =>
      call("aten::index_add", { self: zeros(source, self_sizes, call), dim, index, source, alpha: 1 }),
  },
  "aten::gather_backward": {
    decompose: ({ grad: src, self, dim, index }, call) =>
      call("aten::scatter_add", { self: zeros(src, self.shape, call), dim, index, src }),
  },
  "aten::masked_select_backward": {
    decompose: ({ grad: source, input, mask }, call) =>
      call("aten::masked_scatter", { self: zeros(source, input.shape, call), mask, source }),
  },
  "aten::trace_backward": {
    decompose: ({ grad, sizes }, call) => {
      const [rows, columns] = sizes as [Dim, Dim];
      return call("aten::mul.Tensor", { self: call("aten::eye.m", { n: rows, m: columns, dtype: grad.dtype }), other: grad });
    },
  },
  "aten::value_selecting_reduction_backward": {
    decompose: ({ grad, dim, indices, sizes, keepdim }, call) => {
      const kept = (self: Symbolic): Symbolic => (keepdim || sizes.length === 0 ? self : call("aten::unsqueeze", { self, dim }));
      return call("aten::scatter.src", { self: zeros(grad, sizes, call), dim, index: kept(indices), src: kept(grad) });
    },
  },
} satisfies AtenTable;

const zeros = ({ dtype }: Symbolic, size: readonly Dim[], call: Call): Symbolic => call("aten::zeros", { size, dtype });
