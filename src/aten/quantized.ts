/** @file quantized_decomposed: q = clamp(round(x / scale) + zero_point), x = (q - zero_point) * scale (torch/ao/quantization/fx/_decomposed.py). */

import { type DType, isLow } from "../dtype.ts";

import type { AtenTable, Call, Symbolic } from "./table.ts";
import { wrapDim } from "./view-shape.ts";

/** A parameter: a number, or a tensor that broadcasts against the input. */
type Param = number | Symbolic;

const to = (self: Symbolic, dtype: DType, call: Call): Symbolic => (self.dtype === dtype ? self : call("aten::to.dtype", { self, dtype }));
const times = (self: Symbolic, by: Param, call: Call): Symbolic =>
  typeof by === "number" ? call("aten::mul.Scalar", { self, other: by }) : call("aten::mul.Tensor", { self, other: by });
const plus = (self: Symbolic, by: Param, call: Call): Symbolic =>
  typeof by === "number" ? call("aten::add.Scalar", { self, other: by }) : call("aten::add.Tensor", { self, other: by });
const minus = (self: Symbolic, by: Param, call: Call): Symbolic =>
  typeof by === "number" ? call("aten::sub.Scalar", { self, other: by }) : call("aten::sub.Tensor", { self, other: by });
const inverse = (scale: Param, call: Call): Param => (typeof scale === "number" ? 1 / scale : call("aten::reciprocal", { self: scale }));
const clamped = (self: Symbolic, low: Param, high: Param, call: Call): Symbolic =>
  typeof low === "number" && typeof high === "number"
    ? call("aten::clamp", { self, min: low, max: high })
    : call("aten::clamp.Tensor", { self, min: low as Symbolic, max: high as Symbolic });

/** One element of a parameter tensor, as a 0-d float32: PyTorch takes its `.item()`. */
const item = (x: Symbolic, call: Call): Symbolic => to(call("aten::reshape", { self: x, shape: [] }), "float32", call);

/** round(x / scale) + zero point, clamped. */
function toQuantized(input: Symbolic, scale: Param, zero: Param, low: Param, high: Param, dtype: DType, call: Call): Symbolic {
  const x = isLow(input.dtype) ? to(input, "float32", call) : input;
  const rounded = call("aten::round", { self: times(x, inverse(scale, call), call) });
  return to(clamped(plus(rounded, zero, call), low, high, call), dtype, call);
}

/** Per token and per group PyTorch adds the zero point before rounding. */
function toQuantizedLate(input: Symbolic, scale: Symbolic, zero: Symbolic, low: number, high: number, dtype: DType, call: Call): Symbolic {
  const moved = plus(times(input, inverse(scale, call), call), zero, call);
  return to(clamped(call("aten::round", { self: moved }), low, high, call), dtype, call);
}

const dequantized = (input: Symbolic, scale: Param, zero: Param | null, dtype: DType, call: Call): Symbolic => {
  const x = to(input, dtype, call);
  return to(times(zero === null ? x : minus(x, zero, call), scale, call), dtype, call);
};

/** `x` [C] as [1, …, C, …, 1] with C at `axis`. */
const along = (x: Symbolic, axis: number, rank: number, call: Call): Symbolic =>
  call("aten::reshape", { self: x, shape: Array.from({ length: rank }, (_, i) => (i === wrapDim(axis, rank) ? (x.shape[0] ?? 1) : 1)) });

/** The last dim of a matrix cut into groups, a row each: `f` on the rows and on parameters of one column. */
function inGroups(input: Symbolic, size: number, call: Call, f: (rows: Symbolic, column: (x: Symbolic) => Symbolic) => Symbolic): Symbolic {
  const width = input.shape[1];
  const group = typeof width === "number" ? Math.min(size, width) : size;
  const rows = call("aten::reshape", { self: input, shape: [-1, group] });
  const column = (x: Symbolic): Symbolic => call("aten::reshape", { self: x, shape: [-1, 1] });
  return call("aten::reshape", { self: f(rows, column), shape: input.shape });
}

const zeroLike = (self: Symbolic, call: Call): Symbolic => call("aten::zeros_like", { self });

interface Extremes {
  /** At most 0. */
  readonly low: Symbolic;
  /** At least 0. */
  readonly high: Symbolic;
}

const throughZero = (low: Symbolic, high: Symbolic, call: Call): Extremes => ({
  low: call("aten::minimum", { self: low, other: zeroLike(low, call) }),
  high: call("aten::maximum", { self: high, other: zeroLike(high, call) }),
});

/** Scale and zero point that map [min, max] and zero onto [low, high] (torch/ao/quantization/utils.py, determine_qparams). */
function affineParams(input: Symbolic, qmin: number, qmax: number, eps: number, call: Call): [Symbolic, Symbolic] {
  const { low, high } = throughZero(call("aten::min", { self: input }), call("aten::max", { self: input }), call);
  const raw = call("aten::div.Scalar", { self: call("aten::sub.Tensor", { self: high, other: low }), other: qmax - qmin });
  const scale = call("aten::clamp", { self: to(raw, "float32", call), min: Math.fround(eps) });
  const steps = to(call("aten::round", { self: call("aten::div.Tensor", { self: low, other: scale }) }), "int64", call);
  const zero = call("aten::clamp", { self: call("aten::rsub.Scalar", { self: steps, other: qmin }), min: qmin, max: qmax });
  return [vector(to(scale, "float64", call), call), vector(zero, call)];
}

function symmetricParams(input: Symbolic, qmin: number, qmax: number, eps: number, dtype: DType, call: Call): [Symbolic, Symbolic] {
  const { low, high } = throughZero(call("aten::min", { self: input }), call("aten::max", { self: input }), call);
  const most = call("aten::maximum", { self: call("aten::neg", { self: low }), other: high });
  const raw = call("aten::div.Scalar", { self: most, other: (qmax - qmin) / 2 });
  const scale = call("aten::clamp", { self: to(raw, "float32", call), min: Math.fround(eps) });
  const zero = call("aten::full", { size: [1], fill_value: dtype === "uint8" ? 128 : 0, dtype: "int64" });
  return [vector(to(scale, "float64", call), call), zero];
}

const vector = (self: Symbolic, call: Call): Symbolic => call("aten::reshape", { self, shape: [1] });

/** Per row: the zero point errs towards whichever end loses less (XNNPACK). */
function tokenAsymmetric(input: Symbolic, call: Call): [Symbolic, Symbolic] {
  const [qmin, qmax] = [-128, 127];
  const { low, high } = throughZero(
    call("aten::amin", { self: input, dim: [-1], keepdim: true }),
    call("aten::amax", { self: input, dim: [-1], keepdim: true }),
    call,
  );
  const raw = call("aten::div.Scalar", { self: call("aten::sub.Tensor", { self: high, other: low }), other: qmax - qmin });
  const scale = call("aten::clamp", { self: raw, min: 2 ** -23 });
  const [down, up] = [call("aten::div.Tensor", { self: low, other: scale }), call("aten::div.Tensor", { self: high, other: scale })];
  const from = (x: Symbolic, q: number): Symbolic => call("aten::rsub.Scalar", { self: x, other: q });
  const errors = call("aten::add.Tensor", { self: plus(down, qmin, call), other: plus(up, qmax, call) });
  const zero = call("aten::where.self", {
    condition: call("aten::gt.Scalar", { self: errors, other: 0 }),
    self: from(down, qmin),
    other: from(up, qmax),
  });
  const rounded = call("aten::round", { self: clamped(zero, qmin, qmax, call) });
  return [to(scale, "float64", call), to(rounded, "int64", call)];
}

function tokenSymmetric(input: Symbolic, call: Call): [Symbolic, Symbolic] {
  const most = call("aten::amax", { self: call("aten::abs", { self: input }), dim: [-1], keepdim: true });
  const wide = most.dtype === "float16" ? to(most, "float32", call) : most;
  const scale = call("aten::div.Scalar", { self: call("aten::clamp", { self: wide, min: 1e-5 }), other: 127 });
  return [scale, zeroLike(scale, call)];
}

export const quantized = {
  "quantized_decomposed::quantize_per_tensor": {
    decompose: ({ input, scale, zero_point, quant_min, quant_max, dtype }, call) =>
      toQuantized(input, scale as number, zero_point, quant_min, quant_max, dtype, call),
  },
  "quantized_decomposed::quantize_per_tensor.tensor": {
    decompose: ({ input, scale, zero_point, quant_min, quant_max, dtype }, call) =>
      toQuantized(input, item(scale, call), item(zero_point, call), quant_min, quant_max, dtype, call),
  },
  "quantized_decomposed::quantize_per_tensor.tensor2": {
    decompose: ({ input, scale, zero_point, quant_min, quant_max, dtype }, call) =>
      toQuantized(input, item(scale, call), item(zero_point, call), item(quant_min, call), item(quant_max, call), dtype, call),
  },
  "quantized_decomposed::quantize_per_channel": {
    decompose: ({ input, scales, zero_points, axis, quant_min, quant_max, dtype }, call) => {
      const per = (x: Symbolic) => along(x, axis, input.shape.length, call);
      return toQuantized(input, per(scales), per(zero_points), quant_min, quant_max, dtype, call);
    },
  },
  "quantized_decomposed::quantize_per_channel_group": {
    decompose: ({ input, scales, zero_points, quant_min, quant_max, dtype, group_size }, call) =>
      inGroups(input, group_size, call, (rows, column) =>
        toQuantizedLate(rows, column(scales), column(zero_points), quant_min, quant_max, dtype, call),
      ),
  },
  "quantized_decomposed::quantize_per_token": {
    decompose: ({ input, scales, zero_points, quant_min, quant_max, dtype }, call) =>
      toQuantizedLate(input, scales, zero_points, quant_min, quant_max, dtype, call),
  },
  "quantized_decomposed::dequantize_per_tensor": {
    decompose: ({ input, scale, zero_point, out_dtype }, call) =>
      dequantized(input, scale as number, zero_point, out_dtype ?? "float32", call),
  },
  "quantized_decomposed::dequantize_per_tensor.tensor": {
    decompose: ({ input, scale, zero_point, out_dtype }, call) =>
      dequantized(input, item(scale, call), item(zero_point, call), out_dtype ?? "float32", call),
  },
  "quantized_decomposed::dequantize_per_tensor.tensor2": {
    decompose: ({ input, scale, zero_point, out_dtype }, call) =>
      dequantized(input, item(scale, call), item(zero_point, call), out_dtype ?? "float32", call),
  },
  "quantized_decomposed::dequantize_per_channel": {
    decompose: ({ input, scales, zero_points, axis, out_dtype }, call) => {
      const per = (x: Symbolic) => along(x, axis, input.shape.length, call);
      const whole = zero_points === null ? input : minus(input, per(zero_points), call);
      return to(times(whole, per(scales), call), out_dtype ?? "float32", call);
    },
  },
  "quantized_decomposed::dequantize_per_channel_group": {
    decompose: ({ input, scales, zero_points, group_size, output_dtype }, call) =>
      inGroups(input, group_size, call, (rows, column) => {
        const whole = zero_points === null ? rows : minus(rows, column(zero_points), call);
        return to(times(whole, column(scales), call), output_dtype, call);
      }),
  },
  "quantized_decomposed::dequantize_per_token": {
    decompose: ({ input, scales, zero_points, output_dtype }, call) =>
      to(times(minus(input, zero_points, call), scales, call), output_dtype, call),
  },
  "quantized_decomposed::fake_quant_per_channel": {
    decompose: ({ input, scales, zero_points, axis, quant_min, quant_max }, call) => {
      const per = (x: Symbolic) => to(along(x, axis, input.shape.length, call), "float32", call);
      const [scale, zero] = [per(scales), per(zero_points)];
      const rounded = plus(call("aten::round", { self: times(input, inverse(scale, call), call) }), zero, call);
      return times(minus(clamped(rounded, quant_min, quant_max, call), zero, call), scale, call);
    },
  },
  "quantized_decomposed::choose_qparams.tensor": {
    decompose: ({ input, quant_min, quant_max, eps }, call) => affineParams(input, quant_min, quant_max, eps as number, call),
  },
  "quantized_decomposed::choose_qparams_symmetric.tensor": {
    decompose: ({ input, quant_min, quant_max, eps, dtype }, call) =>
      symmetricParams(input, quant_min, quant_max, eps as number, dtype, call),
  },
  "quantized_decomposed::choose_qparams_per_token": { decompose: ({ input }, call) => tokenSymmetric(input, call) },
  "quantized_decomposed::choose_qparams_per_token_asymmetric": { decompose: ({ input }, call) => tokenAsymmetric(input, call) },
  "quantized_decomposed::_choose_qparams_per_token_asymmetric_impl": { decompose: ({ input }, call) => tokenAsymmetric(input, call) },
} satisfies AtenTable;
