/** @file Normalizations that older opsets lack, computed in the op's stash type. */

import type { Dim } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { attr, given, stashDType } from "./expand-operands.ts";

/** The axes from `axis` on. */
function trailing(x: Value, axis: number): number[] {
  const first = axis < 0 ? axis + x.rank : axis;
  return Array.from({ length: x.rank - first }, (_, i) => first + i);
}

/** 1 / sqrt(mean(x²) + epsilon) over `axes`. */
function inverseRoot(op: OpBuilder, x: Value, axes: readonly number[], epsilon: number): Value {
  const square = op.ReduceMean(op.Mul(x, x), axes, { keepdims: 1 });
  return op.Reciprocal(op.Sqrt(op.Add(square, epsilon)));
}

/** scale and bias of channels, to be multiplied with [N, C, …]. */
const perChannel = (op: OpBuilder, x: Value, rank: number): Value => op.reshape(x, [x.shape[0] ?? 1, ...Array(rank - 2).fill(1)]);

export const normalization: ExpandTable = {
  LayerNormalization: (op, inputs, attributes) => {
    const [input, scale, bias] = [given(inputs, 0), given(inputs, 1), inputs[2] ?? null];
    const axes = trailing(input, attr.number(attributes, "axis", -1));
    const x = op.cast(input, stashDType(attributes, input.dtype));
    const mean = op.ReduceMean(x, axes, { keepdims: 1 });
    const centred = op.Sub(x, mean);
    const inverse = inverseRoot(op, centred, axes, attr.number(attributes, "epsilon", 1e-5));
    const normal = op.Mul(op.cast(op.Mul(centred, inverse), input.dtype), scale);
    return [bias ? op.Add(normal, bias) : normal, mean, inverse];
  },
  RMSNormalization: (op, inputs, attributes) => {
    const [input, scale] = [given(inputs, 0), given(inputs, 1)];
    const axes = trailing(input, attr.number(attributes, "axis", -1));
    const x = op.cast(input, stashDType(attributes, input.dtype));
    const normal = op.Mul(x, inverseRoot(op, x, axes, attr.number(attributes, "epsilon", 1e-5)));
    return op.Mul(op.cast(normal, input.dtype), scale);
  },
  // Groups as channels of an InstanceNormalization, then scale and bias per channel.
  GroupNormalization: (op, inputs, attributes) => {
    const [input, scale, bias] = [given(inputs, 0), given(inputs, 1), given(inputs, 2)];
    const groups = attr.number(attributes, "num_groups", 0);
    const dtype = stashDType(attributes, input.dtype);
    const x = op.cast(input, dtype);
    // Without elements no -1 tells a size.
    const grouped = x.shape.includes(0) ? op.reshape(x, [x.shape[0] as Dim, groups, 0]) : op.Reshape(x, [0, groups, -1]);
    const ones = op.constant(dtype, [groups], new Array<number>(groups).fill(1));
    const zeros = op.constant(dtype, [groups], new Array<number>(groups).fill(0));
    const normal = op.InstanceNormalization(grouped, ones, zeros, { epsilon: attr.number(attributes, "epsilon", 1e-5) });
    const y = op.cast(op.reshape(normal, input.shape), input.dtype);
    return op.Add(op.Mul(y, perChannel(op, scale, input.rank)), perChannel(op, bias, input.rank));
  },
};
