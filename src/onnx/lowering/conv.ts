/** @file Convolutions in ONNX: Conv and ConvTranspose, with the batch dim that they demand. */

import { samePadding } from "../../aten/spatial.ts";
import { isInteger } from "../../dtype.ts";
import type { Dim } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type Int, spread, staticInts } from "./ints.ts";
import type { LoweringTable } from "./table.ts";

interface ConvArgs {
  readonly input: Value;
  readonly weight: Value;
  readonly bias: Value | null;
  readonly stride?: readonly Int[];
  readonly padding?: readonly Int[] | string;
  readonly dilation?: readonly Int[];
  readonly groups: Int;
  readonly transposed?: boolean;
  readonly output_padding?: readonly Int[];
}

/** Begin and end padding of each spatial dim. */
function pads(args: ConvArgs, dilations: readonly number[], op: OpBuilder): [number, number][] {
  const { padding = [], weight } = args;
  const zero = dilations.map(() => 0);
  if (typeof padding !== "string") return spread(staticInts(padding, op, "padding"), dilations.length, zero).map((p) => [p, p]);
  if (padding === "valid") return zero.map(() => [0, 0]);
  return dilations.map((d, i) => {
    const k = weight.shape[i + 2];
    return typeof k === "number"
      ? samePadding(k, d)
      : op.refuse('padding "same" of a kernel whose size is not known', "give the padding as numbers");
  });
}

function lower(args: ConvArgs, op: OpBuilder): Value {
  const n = args.weight.rank - 2;
  const ones = Array.from({ length: n }, () => 1);
  const dilations = spread(staticInts(args.dilation ?? [], op, "dilation"), n, ones);
  const sides = pads(args, dilations, op);
  const shared = {
    strides: spread(staticInts(args.stride ?? [], op, "stride"), n, ones),
    pads: [...sides.map((p) => p[0]), ...sides.map((p) => p[1])],
    dilations,
    group: staticInts([args.groups], op, "groups")[0],
  };
  const batched = args.input.rank === args.weight.rank;
  const x = batched ? args.input : op.Unsqueeze(args.input, [0]);
  const extra = spread(
    staticInts(args.output_padding ?? [], op, "output_padding"),
    n,
    ones.map(() => 0),
  );
  const y = args.transposed ? transpose(x, args, { ...shared, output_padding: extra }, op) : op.Conv(x, args.weight, args.bias, shared);
  return batched ? y : op.Squeeze(y, [0]);
}

interface Transposed {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly output_padding: readonly number[];
}

/**
 * PyTorch's output padding may reach the dilation, ONNX's only the stride: beyond it the end is cut less, and what lies behind the last
 * place that an input reaches is the bias alone.
 */
function transpose(x: Value, { weight, bias }: ConvArgs, attributes: Transposed, op: OpBuilder): Value {
  const { strides, pads: cut, output_padding: extra } = attributes;
  if (extra.every((p, i) => p < (strides[i] as number))) return op.ConvTranspose(x, weight, bias, attributes);
  const n = extra.length;
  const ends = extra.map((p, i) => (cut[n + i] as number) - p);
  const kept = { ...attributes, output_padding: extra.map(() => 0), pads: [...cut.slice(0, n), ...ends.map((e) => Math.max(e, 0))] };
  const y = op.ConvTranspose(x, weight, null, kept);
  const none = new Array<number>(n + 4).fill(0);
  const grown = ends.some((e) => e < 0) ? op.Pad(y, [...none, ...ends.map((e) => Math.max(-e, 0))], op.scalar(0, y.dtype)) : y;
  return bias === null ? grown : op.Add(grown, op.reshape(bias, [bias.shape[0] as Dim, ...extra.map(() => 1)]));
}

/** ONNX convolves floats: integers go through float32, exact up to 2^24. */
function forward(args: ConvArgs, op: OpBuilder): Value {
  const { dtype } = args.input;
  if (!isInteger(dtype)) return lower(args, op);
  const wide = (x: Value): Value => op.cast(x, "float32");
  return op.cast(lower({ ...args, input: wide(args.input), weight: wide(args.weight), bias: args.bias && wide(args.bias) }, op), dtype);
}
const transposed = (args: ConvArgs, op: OpBuilder): Value => forward({ ...args, transposed: true }, op);

export const conv = {
  "aten::conv1d": forward,
  "aten::conv2d": forward,
  "aten::conv3d": forward,
  "aten::conv1d.padding": forward,
  "aten::conv2d.padding": forward,
  "aten::conv3d.padding": forward,
  "aten::convolution": forward,
  "aten::_convolution": forward,
  "aten::_convolution.deprecated": forward,
  "aten::convolution_overrideable": forward,
  "aten::conv_transpose1d": transposed,
  "aten::conv_transpose2d.input": transposed,
  "aten::conv_transpose3d.input": transposed,
} satisfies LoweringTable;
