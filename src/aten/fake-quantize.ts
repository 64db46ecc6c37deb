/** @file Fake quantization: a float rounded to what a quantized value would give back (ATen/native/quantized/cpu/kernels, FakeQuantize*). */

import { isFloat } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { algebra, type Term } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";
import { wrapDim } from "./view-shape.ts";

interface Steps {
  readonly scale: Term;
  readonly zero: Term;
  readonly low: number;
  readonly high: number;
  /** Whether the zero point is a float, which is added before rounding. */
  readonly late?: boolean;
}

/** The value in float32 after the way there and back, and where it was inside of the range. */
function faked(self: Symbolic, { scale, zero, low, high, late = false }: Steps, call: Call): [output: Symbolic, mask: Symbolic] {
  const f = algebra(call);
  const inverse = typeof scale === "number" ? Math.fround(1 / Math.fround(scale)) : call("aten::reciprocal", { self: scale as Symbolic });
  const steps = f.mul(f.wide(self), inverse);
  const round = (x: Symbolic): Symbolic => call("aten::round", { self: x });
  const q = late ? round(f.add(steps, zero)) : f.add(round(steps), zero);
  const mask = f.and(f.ge(q, low), f.le(q, high));
  const held = call("aten::clamp", { self: q, min: low, max: high });
  return [f.to(f.mul(f.sub(held, zero), scale), self.dtype), mask];
}

interface PerTensor {
  readonly self: Symbolic;
  readonly quant_min: number;
  readonly quant_max: number;
}
const range = ({ quant_min: low, quant_max: high }: Omit<PerTensor, "self">) => ({ low, high });

/** By numbers. */
const byNumbers = (args: PerTensor & { readonly scale: number | Dim; readonly zero_point: number }, call: Call): [Symbolic, Symbolic] =>
  faked(args.self, { scale: args.scale, zero: args.zero_point, ...range(args) }, call);

interface Parameters extends PerTensor {
  readonly scale: Symbolic;
  readonly zero_point: Symbolic;
}

/** By tensors of one element. */
function byTensors(args: Parameters, call: Call): [Symbolic, Symbolic] {
  const f = algebra(call);
  const one = (x: Symbolic): Symbolic => f.to(f.reshape(x, []), "float32");
  return faked(args.self, { scale: one(args.scale), zero: one(args.zero_point), ...range(args) }, call);
}

/** By one scale and zero point for each index of a dim. */
function byChannels(args: Parameters & { readonly axis: number }, call: Call): [Symbolic, Symbolic] {
  const f = algebra(call);
  const axis = wrapDim(args.axis, args.self.shape.length);
  const along = (x: Symbolic): Symbolic =>
    f.to(
      f.reshape(
        x,
        args.self.shape.map((_, i) => (i === axis ? (x.shape[0] as Dim) : 1)),
      ),
      "float32",
    );
  const late = isFloat(args.zero_point.dtype);
  return faked(args.self, { scale: along(args.scale), zero: along(args.zero_point), late, ...range(args) }, call);
}

/** A zero point that was learned: the nearest whole number in the range. */
function whole(args: Parameters, call: Call): Symbolic {
  const rounded = call("aten::round", { self: args.zero_point });
  const held = call("aten::clamp", { self: rounded, min: args.quant_min, max: args.quant_max });
  return call("aten::to.dtype", { self: held, dtype: "int64" });
}

export const fakeQuantize = {
  "aten::fake_quantize_per_tensor_affine": { decompose: (args, call) => byNumbers(args, call)[0] },
  "aten::fake_quantize_per_tensor_affine_cachemask": { decompose: byNumbers },
  "aten::fake_quantize_per_tensor_affine.tensor_qparams": { decompose: (args, call) => byTensors(args, call)[0] },
  "aten::_fake_quantize_per_tensor_affine_cachemask_tensor_qparams": {
    decompose: ({ fake_quant_enabled, ...args }, call) => {
      const f = algebra(call);
      const [output, mask] = byTensors(args, call);
      const on = f.ne(f.reshape(fake_quant_enabled, []), 0);
      return [f.where(on, output, args.self), call("aten::logical_or", { self: mask, other: call("aten::logical_not", { self: on }) })];
    },
  },
  "aten::fake_quantize_per_channel_affine": { decompose: (args, call) => byChannels(args, call)[0] },
  "aten::fake_quantize_per_channel_affine_cachemask": { decompose: byChannels },
  "aten::_fake_quantize_learnable_per_tensor_affine": {
    decompose: (args, call) => byTensors({ ...args, zero_point: whole(args, call) }, call)[0],
  },
  "aten::_fake_quantize_learnable_per_channel_affine": {
    decompose: (args, call) => byChannels({ ...args, zero_point: whole(args, call) }, call)[0],
  },
  ...each(
    ["aten::fake_quantize_per_tensor_affine_cachemask_backward", "aten::fake_quantize_per_channel_affine_cachemask_backward"],
    () => ({
      decompose: ({ grad, mask }: { readonly grad: Symbolic; readonly mask: Symbolic }, call: Call): Symbolic =>
        call("aten::mul.Tensor", { self: grad, other: mask }),
    }),
  ),
} satisfies AtenTable;
