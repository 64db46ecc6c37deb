/** @file Gradients of convolutions: each is a convolution of the other two. */

import { OnnxExporterError } from "../errors.ts";
import { add, type Dim, floordiv, isStatic, mul, show, sub } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { lastDims } from "./norm.ts";
import { spread } from "./spatial.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface Convolution {
  readonly grad_output: Symbolic;
  readonly input: Symbolic;
  readonly weight: Symbolic;
  readonly stride: readonly Dim[];
  readonly padding: readonly Dim[];
  readonly dilation: readonly Dim[];
  readonly transposed: boolean;
  readonly groups: Dim;
}

/** The lists with one number per spatial dim. */
function perDim(args: Convolution): Convolution {
  const n = args.weight.shape.length - 2;
  const all = (x: number): Dim[] => Array.from({ length: n }, () => x);
  return {
    ...args,
    stride: spread(args.stride, n, all(1)),
    padding: spread(args.padding, n, all(0)),
    dilation: spread(args.dilation, n, all(1)),
  };
}

/** What the forward pass left of the input behind the last window, which the transposed convolution must add again. */
function remainders({ grad_output, input, weight, stride, padding, dilation }: Convolution): Dim[] {
  return stride.map((s, i) => {
    const at = (shape: readonly Dim[]): Dim => shape[shape.length - stride.length + i] as Dim;
    if (s === 1) return 0;
    const reach = add(mul(dilation[i] as Dim, sub(at(weight.shape), 1)), 1);
    const covered = sub(add(mul(sub(at(grad_output.shape), 1), s), reach), mul(padding[i] as Dim, 2));
    const rest = sub(at(input.shape), covered);
    if (isStatic(rest)) return rest;
    throw new OnnxExporterError(
      "aten/argument",
      `the gradient of a strided convolution whose input leaves ${show(rest)} behind`,
      "fix the spatial sizes, or make the stride 1",
    );
  });
}

function gradientOfInput(args: Convolution, call: Call): Symbolic {
  const { grad_output, weight, stride, padding, dilation, transposed, groups } = args;
  const output_padding = transposed ? stride.map(() => 0) : remainders(args);
  return call("aten::convolution", {
    input: grad_output,
    weight,
    bias: null,
    stride,
    padding,
    dilation,
    transposed: !transposed,
    output_padding,
    groups,
  });
}

/**
 * W[o, c, k] = sum over n, p of y[n, o, p] x[n, c, p stride + k dilation - padding]: x convolved with y, batch and channels swapped, stride and
 * dilation too. Groups are the channels' of that convolution: x as [C / G, G N, …] against y as [O, N, …].
 */
function gradientOfWeight(args: Convolution, call: Call): Symbolic {
  const f = algebra(call);
  const { weight, stride, padding, dilation, transposed, groups } = args;
  // A transposed convolution's weight stands to output and input as a convolution's to input and output.
  const [x, y] = transposed ? [args.grad_output, args.input] : [args.input, args.grad_output];
  const [N, C] = x.shape as [Dim, Dim];
  const spatial = x.shape.slice(2);
  const inner = spatial.map((_, i) => i);
  const grouped = f.reshape(x, [N, groups, floordiv(C, groups), ...spatial]);
  const turned = call("aten::permute", { self: grouped, dims: [2, 1, 0, ...inner.map((i) => i + 3)] });
  const windows = call("aten::convolution", {
    input: f.reshape(turned, [floordiv(C, groups), mul(groups, N), ...spatial]),
    weight: call("aten::transpose.int", { self: y, dim0: 0, dim1: 1 }),
    bias: null,
    stride: dilation,
    padding,
    dilation: stride,
    transposed: false,
    output_padding: stride.map(() => 0),
    groups,
  });
  // Places behind the kernel belong to what the forward pass did not read.
  const kernel = weight.shape.slice(2);
  const cut = kernel.reduce<Symbolic>((self, end, i) => call("aten::slice.Tensor", { self, dim: i + 2, start: 0, end, step: 1 }), windows);
  return call("aten::transpose.int", { self: cut, dim0: 0, dim1: 1 });
}

/** In the input, the weight and the bias. */
function gradients(given: Convolution, call: Call): [Symbolic, Symbolic, Symbolic] {
  const args = perDim(given);
  const dims = [0, ...lastDims(args.input.shape.length, args.stride.length)];
  return [gradientOfInput(args, call), gradientOfWeight(args, call), algebra(call).sum(args.grad_output, dims)];
}

export const backwardConv = {
  "aten::convolution_backward": { decompose: gradients },
  "aten::convolution_backward_overrideable": { decompose: gradients },
} satisfies AtenTable;
