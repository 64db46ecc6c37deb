/** @file Convolutions. Input [N, C, spatial…] or [C, spatial…], weight [out, in/groups, …]; transposed: weight [in, out/groups, …]. */

import { imagPart, makeComplex, realPart } from "../core/ops/complex.ts";
import { conv as convolve } from "../core/ops/conv.ts";
import { binary } from "../core/ops/elementwise.ts";
import { squeeze, unsqueeze } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, isStatic, mul, show } from "../symbolic.ts";
import { complexProduct, plusBias } from "./complex-product.ts";
import type { TensorType } from "./graph.ts";
import { samePadding, spread, transposedCount, windowCount } from "./spatial.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

/** What every convolution is at bottom: all lists of one number per spatial dim. */
interface Geometry<I> {
  readonly stride: readonly I[];
  readonly padding: readonly (readonly [I, I])[];
  readonly dilation: readonly I[];
  readonly groups: I;
  readonly transposed: boolean;
  readonly outputPadding: readonly I[];
}

interface Given<I> {
  readonly stride?: readonly I[];
  readonly padding?: readonly I[] | string;
  readonly dilation?: readonly I[];
  readonly groups?: I;
  readonly transposed?: boolean;
  readonly output_padding?: readonly I[];
}

function geometry<I extends Dim>(weight: readonly I[], given: Given<I>): Geometry<I> {
  const n = weight.length - 2;
  const all = (x: number): I[] => Array.from({ length: n }, () => x as I);
  const dilation = spread(given.dilation ?? [], n, all(1));
  return {
    stride: spread(given.stride ?? [], n, all(1)),
    padding: paddingOf(weight, given.padding ?? [], dilation),
    dilation,
    groups: given.groups ?? (1 as I),
    transposed: given.transposed ?? false,
    outputPadding: spread(given.output_padding ?? [], n, all(0)),
  };
}

function paddingOf<I extends Dim>(weight: readonly I[], padding: readonly I[] | string, dilation: readonly I[]): [I, I][] {
  if (typeof padding !== "string")
    return spread(
      padding,
      weight.length - 2,
      dilation.map(() => 0 as I),
    ).map((p) => [p, p]);
  if (padding === "valid") return dilation.map(() => [0 as I, 0 as I]);
  return dilation.map((d, i) => {
    const k = weight[i + 2] as I;
    if (isStatic(k) && isStatic(d)) return samePadding(k, d) as [I, I];
    throw new OnnxExporterError(
      "shape/conv",
      `padding "same" of a kernel of size ${show(k)}: the padding would vary`,
      "give the padding as numbers",
    );
  });
}

function convType(input: TensorType, weight: TensorType, given: Given<Dim>): Meta {
  const g = geometry(weight.shape, given);
  const n = weight.shape.length - 2;
  const spatial = input.shape.slice(-n).map((d, i) => {
    const k = weight.shape[i + 2] as Dim;
    const [stride, dilation] = [g.stride[i] as Dim, g.dilation[i] as Dim];
    const padding = g.padding[i] as readonly [Dim, Dim];
    return g.transposed
      ? transposedCount(d, padding[0], k, stride, dilation, g.outputPadding[i] as Dim)
      : windowCount(d, padding, k, stride, dilation);
  });
  const channels = g.transposed ? mul(weight.shape[1] as Dim, g.groups) : (weight.shape[0] as Dim);
  return { dtype: input.dtype, shape: [...input.shape.slice(0, -n - 1), channels, ...spatial] };
}

/** (a + bi) * (c + di) for complex operands: four real convolutions; the bias belongs to the first product. */
function complexConv(input: Strided, weight: Strided, bias: Strided | null, given: Given<number>): Strided {
  const part = (x: Strided, w: Strided, b: Strided | null): Strided => evalConv(x, w, b, given);
  const [a, b, c, d] = [realPart(input), imagPart(input), realPart(weight), imagPart(weight)];
  const re = binary("sub", part(a, c, bias && realPart(bias)), part(b, d, null));
  const im = binary("add", part(a, d, bias && imagPart(bias)), part(b, c, null));
  return makeComplex(re, im);
}

function evalConv(input: Strided, weight: Strided, bias: Strided | null, given: Given<number>): Strided {
  if (isComplex(input.dtype)) return complexConv(input, weight, bias, given);
  const g = geometry(weight.shape, given);
  const batched = input.shape.length === weight.shape.length;
  const out = convolve(batched ? input : unsqueeze(input, 0), weight, bias, g);
  return batched ? out : squeeze(out, [0]);
}

/** [T, B, C] with a weight [k, in, out]: time is the spatial dim. */
function convTbc(self: Symbolic, weight: Symbolic, bias: Symbolic, pad: number, call: Call): Symbolic {
  const input = call("aten::permute", { self, dims: [1, 2, 0] });
  const kernel = call("aten::permute", { self: weight, dims: [2, 1, 0] });
  return call("aten::permute", { self: call("aten::conv1d", { input, weight: kernel, bias, padding: [pad] }), dims: [2, 0, 1] });
}

interface ConvArgs<T, I> extends Given<I> {
  readonly input: T;
  readonly weight: T;
  readonly bias: T | null;
}

const entry = {
  meta: (args: ConvArgs<TensorType, Dim>) => convType(args.input, args.weight, args),
  eval: (args: ConvArgs<Strided, number>) => evalConv(args.input, args.weight, args.bias, args),
};
const transposed = {
  meta: (args: ConvArgs<TensorType, Dim>) => convType(args.input, args.weight, { ...args, transposed: true }),
  eval: (args: ConvArgs<Strided, number>) => evalConv(args.input, args.weight, args.bias, { ...args, transposed: true }),
};

type ConvOp = keyof typeof names;
/** Whether each op is a transposed convolution. */
const names = {
  "aten::conv1d": false,
  "aten::conv2d": false,
  "aten::conv3d": false,
  "aten::conv1d.padding": false,
  "aten::conv2d.padding": false,
  "aten::conv3d.padding": false,
  "aten::convolution": false,
  "aten::_convolution": false,
  "aten::_convolution.deprecated": false,
  "aten::convolution_overrideable": false,
  "aten::conv_transpose1d": true,
  "aten::conv_transpose2d.input": true,
  "aten::conv_transpose3d.input": true,
} as const;

/** A complex convolution is four real ones of the same geometry; the bias [C] is added against [..., C, spatial…]. */
function inParts(op: ConvOp, args: ConvArgs<Symbolic, Dim>, call: Call): Symbolic {
  const { input, weight, bias } = args;
  const product = complexProduct(
    input,
    weight,
    call,
    (x, w) => call(op, { ...args, input: x, weight: w, bias: null } as never) as Symbolic,
  );
  const spatial = weight.shape.length - 2;
  const column = bias && call("aten::reshape", { self: bias, shape: [bias.shape[0] as Dim, ...new Array<Dim>(spatial).fill(1)] });
  return plusBias(product, column, call);
}

const complexEntry = (op: ConvOp) => ({
  ...(names[op] ? transposed : entry),
  decompose: (args: ConvArgs<Symbolic, Dim>, call: Call) => inParts(op, args, call),
});

export const conv = {
  "aten::conv1d": complexEntry("aten::conv1d"),
  "aten::conv2d": complexEntry("aten::conv2d"),
  "aten::conv3d": complexEntry("aten::conv3d"),
  "aten::conv1d.padding": complexEntry("aten::conv1d.padding"),
  "aten::conv2d.padding": complexEntry("aten::conv2d.padding"),
  "aten::conv3d.padding": complexEntry("aten::conv3d.padding"),
  "aten::convolution": complexEntry("aten::convolution"),
  "aten::_convolution": complexEntry("aten::_convolution"),
  "aten::_convolution.deprecated": complexEntry("aten::_convolution.deprecated"),
  "aten::convolution_overrideable": complexEntry("aten::convolution_overrideable"),
  "aten::conv_transpose1d": complexEntry("aten::conv_transpose1d"),
  "aten::conv_transpose2d.input": complexEntry("aten::conv_transpose2d.input"),
  "aten::conv_transpose3d.input": complexEntry("aten::conv_transpose3d.input"),
  "aten::_conv_depthwise2d": {
    decompose: ({ self, weight, bias, stride, padding, dilation }, call) =>
      call("aten::conv2d", { input: self, weight, bias, stride, padding, dilation, groups: self.shape.at(-3) as Dim }),
  },
  "aten::conv_depthwise3d": {
    decompose: ({ self, weight, bias, stride, padding, dilation }, call) =>
      call("aten::conv3d", { input: self, weight, bias, stride, padding, dilation, groups: self.shape.at(-4) as Dim }),
  },
  "aten::thnn_conv2d": {
    decompose: ({ self, weight, bias, stride, padding }, call) => call("aten::conv2d", { input: self, weight, bias, stride, padding }),
  },
  "aten::slow_conv_transpose2d": {
    decompose: ({ self, weight, bias, stride, padding, output_padding, dilation }, call) =>
      call("aten::conv_transpose2d.input", { input: self, weight, bias, stride, padding, output_padding, dilation }),
  },
  "aten::mkldnn_convolution": {
    decompose: ({ self, weight, bias, padding, stride, dilation, groups }, call) =>
      call("aten::convolution", { input: self, weight, bias, stride, padding, dilation, transposed: false, output_padding: [0], groups }),
  },
  "aten::conv_tbc": { decompose: ({ self, weight, bias, pad }, call) => convTbc(self, weight, bias, pad, call) },
} satisfies AtenTable;
