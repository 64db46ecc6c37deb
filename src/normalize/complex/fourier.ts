/** @file The complex pass on Fourier transforms, which ONNX has: their operands and results are stored pairs, their dims count the logical ones. */

import type { Value } from "../../aten/graph.ts";
import { wrapDims } from "../../aten/view-shape.ts";
import { type Operand, Pair, Stored, storedType } from "./pair.ts";
import type { Rewriting, RuleTable } from "./rule.ts";

const stored = (x: Operand): Operand => (x instanceof Pair ? x.stored : x);

/** The transform `op` on stored values; its type is what the pass says, since `meta` knows of no pairs. */
function transform(op: string, args: { readonly self: Operand; readonly dim: readonly number[] }, at: Rewriting): Stored {
  const type = at.types[0] as (typeof at.types)[number];
  const dim = wrapDims(args.dim, args.self.shape.length);
  return new Stored(at.emit(op, { ...args, self: stored(args.self), dim }, storedType(type)) as Value);
}

export const fourier = {
  "aten::_fft_c2c": (args, at) => transform("aten::_fft_c2c", { ...args, dim: args.dim as number[] }, at),
  "aten::_fft_r2c": (args, at) => transform("aten::_fft_r2c", args, at),
  "aten::_fft_c2r": (args, at) => {
    const dim = wrapDims(args.dim, args.self.shape.length);
    return at.emit("aten::_fft_c2r", { ...args, self: stored(args.self), dim }, at.types[0]) as Value;
  },
} satisfies RuleTable;
