/** @file Fractional max pooling: windows of one size whose places a random number of each plane decides (ATen/native/FractionalMaxPool2d.cpp). */

import { type Dim, mul, product, sub } from "../symbolic.ts";
import { type Algebra, algebra } from "./algebra.ts";
import { spread } from "./spatial.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

/** First places of the windows along a dim, [N, C, out]: floor((i + u) a) - floor(u a) with a = (size - kernel) / (out - 1), the last at the end. */
function windowStarts(f: Algebra, sample: Symbolic, size: Dim, out: number, kernel: number): Symbolic {
  const last = sub(size, kernel);
  const i = f.iota(out);
  if (out === 1) return f.call("aten::full_like", { self: sample, fill_value: last, dtype: "int64" });
  const { dtype } = sample;
  const whole = (self: Symbolic): Symbolic => f.to(f.call("aten::trunc", { self }), "int64");
  const span = f.call("aten::full", { size: [], fill_value: last, dtype });
  const alpha = f.div(span, out - 1);
  const moved = f.mul(f.add(f.to(i, dtype), sample), alpha);
  const start = f.sub(whole(moved), whole(f.mul(sample, alpha)));
  return f.where(f.eq(i, out - 1), last, start);
}

interface Fractional {
  readonly self: Symbolic;
  readonly kernel_size: readonly number[];
  readonly output_size: readonly number[];
  /** [N, C, n], each in [0, 1). */
  readonly random_samples: Symbolic;
}

/** The maxima and where they were in their planes. `order` tells which sample is for which dim. */
function pooled({ self, random_samples, ...sizes }: Fractional, order: readonly number[], call: Call): [Symbolic, Symbolic] {
  const f = algebra(call);
  const n = order.length;
  const [kernel, outs] = [spread(sizes.kernel_size, n, []), spread(sizes.output_size, n, [])];
  const [lead, spatial] = [self.shape.slice(0, -n), self.shape.slice(-n)];
  const planes = [...random_samples.shape.slice(0, 2)];
  /** The places of all windows along one dim, in the plane: to be added up to [N, C, out_0, …, kernel_0, …]. */
  const along = (which: number, i: number): Symbolic => {
    const sample = f.call("aten::slice.Tensor", { self: random_samples, dim: 2, start: which, end: which + 1, step: 1 });
    const [out, k] = [outs[i] as number, kernel[i] as number];
    const only = (place: number, size: Dim): Dim[] => Array.from({ length: 2 * n }, (_, d) => (d === place ? size : 1));
    const start = f.reshape(windowStarts(f, sample, spatial[i] as Dim, out, k), [...planes, ...only(i, out)]);
    return f.mul(f.add(start, f.reshape(f.iota(k), only(n + i, k))), product(spatial.slice(i + 1)));
  };
  const window = product(kernel);
  const all = f.reshape(
    order.map(along).reduce((a, b) => f.add(a, b)),
    [...planes, ...outs, window],
  );
  const places = f.reshape(all, [...planes, mul(product(outs), window)]);
  const flat = f.reshape(self, [...planes, product(spatial)]);
  const values = f.reshape(call("aten::gather", { self: flat, dim: -1, index: places }), [...planes, ...outs, window]);
  const [maxima, chosen] = call("aten::max.dim", { self: values, dim: -1, keepdim: true });
  const where = call("aten::gather", { self: all, dim: -1, index: chosen });
  return [f.reshape(maxima, [...lead, ...outs]), f.reshape(where, [...lead, ...outs])];
}

export const fractionalPool = {
  "aten::fractional_max_pool2d": { decompose: (args, call) => pooled(args, [1, 0], call) },
  "aten::fractional_max_pool3d": { decompose: (args, call) => pooled(args, [0, 1, 2], call) },
} satisfies AtenTable;
