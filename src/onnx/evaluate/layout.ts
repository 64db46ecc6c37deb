/** @file Ops that arrange elements: reshape, transpose, slice, concat, pad, tile. */

import { concat, expand, permute, repeat, reshape, slice } from "../../core/ops/layout.ts";
import { pad } from "../../core/ops/pad.ts";
import { floats } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import type { Call, EvaluateTable } from "./table.ts";

function sliced(call: Call): Strided {
  const x = call.tensor(0);
  const starts = call.integersOf(1, "starts") ?? [];
  const ends = call.integersOf(2, "ends") ?? [];
  const axes = call.integersOf(3, "axes") ?? starts.map((_, i) => i);
  const steps = call.integersAt(4) ?? starts.map(() => 1);
  return axes.reduce((y, axis, i) => {
    const d = axis < 0 ? axis + x.shape.length : axis;
    const n = x.shape[d] as number;
    const bound = (v: number): number => Math.min(Math.max(v < 0 ? v + n : v, 0), n);
    const start = bound(starts[i] as number);
    return slice(y, d, start, Math.max(bound(ends[i] as number), start), steps[i]);
  }, x);
}

export const layout: EvaluateTable = {
  Transpose: (call) => {
    const x = call.tensor(0);
    return permute(x, call.ints("perm") ?? x.shape.map((_, i) => x.shape.length - 1 - i));
  },
  Slice: sliced,
  Concat: (call) => concat(call.tensors(), call.int("axis", 0)),
  Expand: (call) => expand(call.tensor(0), call.integersAt(1) ?? []),
  Tile: (call) => repeat(call.tensor(0), call.integersAt(1) ?? []),
  Reshape: (call) => reshape(call.tensor(0), call.integersOf(1, "shape") ?? []),
  Pad: (call) => {
    const x = call.tensor(0);
    const around = call.integersOf(1, "pads") ?? [];
    const value = call.optional(2);
    const pads = x.shape.map((_, i) => [around[i] ?? 0, around[i + x.shape.length] ?? 0] as const);
    return pad(x, pads, "constant", value ? (floats(value)[0] ?? 0) : 0);
  },
};
