/** @file Gradients of pooling: a maximum's goes to where it was, an average's to its whole window in equal parts. */

import { add, type Dim, isStatic, mul, product, sub } from "../symbolic.ts";
import { type Algebra, algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import { adaptiveBorders, poolGeometry } from "./pool.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface Chosen {
  readonly grad_output: Symbolic;
  readonly self: Symbolic;
  /** Where each maximum was, counted through its plane of `n` dims. */
  readonly indices: Symbolic;
}

function toMaxima({ grad_output, self, indices }: Chosen, n: number, call: Call): Symbolic {
  const f = algebra(call);
  const flat = (x: Symbolic): Symbolic => f.reshape(x, [...x.shape.slice(0, -n), product(x.shape.slice(-n))]);
  const planes = f.zeros([...self.shape.slice(0, -n), product(self.shape.slice(-n))], grad_output.dtype);
  const sums = call("aten::scatter_add", { self: planes, dim: -1, index: flat(indices), src: flat(grad_output) });
  return f.reshape(sums, self.shape);
}

interface Average {
  readonly grad_output: Symbolic;
  readonly self: Symbolic;
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
}

/** Places along one dim that each window counts: those inside the padded input, or inside the input itself. */
function windowLengths(f: Algebra, size: Dim, outputs: Dim, [kernel, stride, padding]: Window, includePad: boolean): Symbolic {
  const start = f.add(f.mul(f.iota(outputs), stride), -padding);
  const end = f.call("aten::clamp_max", { self: f.add(start, kernel), max: add(size, padding) });
  if (includePad) return f.sub(end, start);
  const inside = f.call("aten::clamp_max", { self: end, max: size });
  return f.sub(inside, f.call("aten::clamp_min", { self: start, min: 0 }));
}
type Window = readonly [kernel: number, stride: number, padding: number];

/** `v` along dim `i` of the last `n`. */
const along = (f: Algebra, v: Symbolic, i: number, n: number): Symbolic =>
  f.reshape(v, [v.shape[0] as Dim, ...new Array<Dim>(n - 1 - i).fill(1)]);

/** Each window's share spread over its places: a transposed convolution of every plane with ones, cut to the input. */
function toWindows(args: Average, n: number, call: Call): Symbolic {
  const f = algebra(call);
  const { kernel, stride, padding } = poolGeometry(args, n);
  const { grad_output, self, divisor_override: divisor } = args;
  const [sizes, outputs] = [self.shape.slice(-n), grad_output.shape.slice(-n)];
  const windows = kernel.map((k, i): Window => [k, stride[i] as number, padding[i] as number]);
  const g = f.wide(grad_output);
  const counts = windows
    .map((w, i) => along(f, windowLengths(f, sizes[i] as Dim, outputs[i] as Dim, w, args.count_include_pad), i, n))
    .reduce((a, b) => f.mul(a, b));
  const share = f.div(g, divisor ?? f.to(counts, g.dtype));
  const planes = f.reshape(share, [product(share.shape.slice(0, -n)), 1, ...outputs]);
  const spread = call("aten::convolution", {
    input: planes,
    weight: call("aten::ones", { size: [1, 1, ...kernel], dtype: g.dtype }),
    bias: null,
    stride,
    padding: kernel.map(() => 0),
    dilation: kernel.map(() => 1),
    transposed: true,
    output_padding: kernel.map(() => 0),
    groups: 1,
  });
  const pad = windows
    .map(([k, s, p], i): [Dim, Dim] => [-p, sub(add(sizes[i] as Dim, p), add(mul(sub(outputs[i] as Dim, 1), s), k))])
    .reverse()
    .flat();
  return f.to(f.reshape(call("aten::constant_pad_nd", { self: spread, pad, value: 0 }), self.shape), self.dtype);
}

/** Each output's share goes to [floor(o size / outputs), ceil((o + 1) size / outputs)) of every dim: a product with that membership. */
function toAdaptiveWindows({ grad_output, self }: { grad_output: Symbolic; self: Symbolic }, n: number, call: Call): Symbolic {
  const f = algebra(call);
  let g = f.wide(grad_output);
  for (let dim = -n; dim < 0; dim++) {
    const [size, outputs] = [self.shape.at(dim) as Dim, grad_output.shape.at(dim) as Dim];
    if (isStatic(size) && size === outputs) continue;
    const { start, end } = adaptiveBorders(outputs, size, call);
    const column = (x: Symbolic): Symbolic => f.reshape(x, [outputs, 1]);
    const places = f.iota(size);
    const member = f.and(f.le(column(start), places), f.gt(column(end), places));
    const shares = f.div(f.to(member, g.dtype), f.to(column(f.sub(end, start)), g.dtype));
    const last = call("aten::transpose.int", { self: g, dim0: dim, dim1: -1 });
    g = call("aten::transpose.int", { self: call("aten::matmul", { self: last, other: shares }), dim0: dim, dim1: -1 });
  }
  return f.to(g, self.dtype);
}

export const backwardPool = {
  ...each(["aten::max_pool2d_with_indices_backward", "aten::adaptive_max_pool2d_backward", "aten::fractional_max_pool2d_backward"], () => ({
    decompose: (args: Chosen, call: Call): Symbolic => toMaxima(args, 2, call),
  })),
  ...each(["aten::max_pool3d_with_indices_backward", "aten::adaptive_max_pool3d_backward", "aten::fractional_max_pool3d_backward"], () => ({
    decompose: (args: Chosen, call: Call): Symbolic => toMaxima(args, 3, call),
  })),
  "aten::avg_pool2d_backward": { decompose: (args, call) => toWindows(args, 2, call) },
  "aten::avg_pool3d_backward": { decompose: (args, call) => toWindows(args, 3, call) },
  "aten::_adaptive_avg_pool2d_backward": { decompose: (args, call) => toAdaptiveWindows(args, 2, call) },
  "aten::_adaptive_avg_pool3d_backward": { decompose: (args, call) => toAdaptiveWindows(args, 3, call) },
} satisfies AtenTable;
