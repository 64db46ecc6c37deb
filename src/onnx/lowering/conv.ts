/** @file Convolutions in ONNX: Conv and ConvTranspose, with the batch dim that they demand. */

import { samePadding } from "../../aten/spatial.ts";
import { isInteger } from "../../dtype.ts";
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
  const y = args.transposed
    ? op.ConvTranspose(x, args.weight, args.bias, {
        ...shared,
        output_padding: spread(
          staticInts(args.output_padding ?? [], op, "output_padding"),
          n,
          ones.map(() => 0),
        ),
      })
    : op.Conv(x, args.weight, args.bias, shared);
  return batched ? y : op.Squeeze(y, [0]);
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
