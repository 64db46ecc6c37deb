/** @file Window functions (ATen/native/TensorFactories.cpp), as sums of cosines; `periodic` ones are those of one more point, less the last. */

import type { DType } from "../dtype.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

interface Window {
  readonly window_length: number;
  readonly periodic?: boolean;
  readonly dtype: DType | null;
}
/** The window over `points` intervals, at the indices 0 … length - 1; 1 where there is one point, nothing where there is none. */
const window = <A extends Window>(shape: (index: Symbolic, intervals: number, args: A, call: Call) => Symbolic) => ({
  meta: ({ window_length, dtype }: A): Meta => ({ dtype: dtype ?? "float32", shape: [window_length] }),
  decompose: (args: A, call: Call): Symbolic => {
    const { window_length: length, periodic = true } = args;
    const dtype = args.dtype ?? "float32";
    if (length <= 1) return call("aten::ones", { size: [length], dtype });
    const wide = dtype === "float64" ? dtype : "float32";
    const value = shape(call("aten::arange", { end: length, dtype: wide }), periodic ? length : length - 1, args, call);
    return call("aten::to.dtype", { self: value, dtype });
  },
});

/** a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n) */
function cosines(index: Symbolic, n: number, [a0, a1, a2]: readonly [number, number, number], call: Call): Symbolic {
  const { add, cos, mul, sub } = algebra(call);
  const angle = mul(index, (2 * Math.PI) / n);
  const value = add(mul(cos(angle), -a1), a0);
  return a2 === 0 ? value : sub(value, mul(cos(mul(angle, 2)), -a2));
}

/** 1 - |2 i / n - 1| */
function bartlett(index: Symbolic, n: number, call: Call): Symbolic {
  const { abs, add, mul, sub } = algebra(call);
  return sub(1, abs(add(mul(index, 2 / n), -1)));
}

/** I_0(beta sqrt(1 - (2 i / n - 1)^2)) / I_0(beta) */
function kaiser(index: Symbolic, n: number, beta: number, call: Call): Symbolic {
  const { add, clamp, mul, sqrt, sub } = algebra(call);
  const x = add(mul(index, 2 / n), -1);
  const inside = call("aten::i0", { self: mul(sqrt(clamp(sub(1, mul(x, x)), 0, null)), beta) });
  return call("aten::div.Tensor", {
    self: inside,
    other: call("aten::i0", { self: call("aten::scalar_tensor", { s: beta, dtype: index.dtype }) }),
  });
}

export const windows = {
  ...each(["aten::hann_window", "aten::hann_window.periodic"], () => window((i, n, _: Window, call) => cosines(i, n, [0.5, 0.5, 0], call))),
  ...each(["aten::hamming_window", "aten::hamming_window.periodic"], () =>
    window((i, n, _: Window, call) => cosines(i, n, [0.54, 0.46, 0], call)),
  ),
  "aten::hamming_window.periodic_alpha": window((i, n, { alpha }: Window & { alpha: unknown }, call) =>
    cosines(i, n, [Number(alpha), 0.46, 0], call),
  ),
  "aten::hamming_window.periodic_alpha_beta": window((i, n, { alpha, beta }: Window & { alpha: unknown; beta: unknown }, call) =>
    cosines(i, n, [Number(alpha), Number(beta), 0], call),
  ),
  ...each(["aten::blackman_window", "aten::blackman_window.periodic"], () =>
    window((i, n, _: Window, call) => cosines(i, n, [0.42, 0.5, 0.08], call)),
  ),
  ...each(["aten::bartlett_window", "aten::bartlett_window.periodic"], () => window((i, n, _: Window, call) => bartlett(i, n, call))),
  ...each(["aten::kaiser_window", "aten::kaiser_window.periodic"], () => window((i, n, _: Window, call) => kaiser(i, n, 12, call))),
  "aten::kaiser_window.beta": window((i, n, { beta }: Window & { beta: unknown }, call) => kaiser(i, n, Number(beta), call)),
} satisfies AtenTable;
