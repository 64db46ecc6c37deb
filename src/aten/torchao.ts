/** @file torchao's affine quantization by blocks: q = clamp(round(x / scale) + zero point) (torchao/quantization/quant_primitives.py). */

import { type DType, finfo, integerRange, isFloat } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Dim, equal, floordiv, isStatic } from "../symbolic.ts";
import { type Algebra, algebra } from "./algebra.ts";
import type { AtenTable, Call, ScalarOf, Symbolic } from "./table.ts";

interface Blocks {
  /** The shape with every dim that blocks divide as [blocks, block]. */
  readonly split: readonly Dim[];
  /** The dims of `split` that one scale covers. */
  readonly dims: readonly number[];
  /** `split` with those dims as 1: the shape that scales broadcast in. */
  readonly each: readonly Dim[];
  /** How many blocks each dim of the tensor has. */
  readonly counts: readonly Dim[];
}

function blocksOf(shape: readonly Dim[], block: readonly Dim[]): Blocks {
  const split: Dim[] = [];
  const dims: number[] = [];
  shape.forEach((size, i) => {
    const b = block[i] as Dim;
    const whole = equal(b, size) || (b === -1 && isStatic(size));
    if (!whole && b !== 1) split.push(floordiv(size, b), b);
    else split.push(size);
    if (b !== 1) dims.push(split.length - 1);
  });
  const each = split.map((d, i) => (dims.includes(i) ? 1 : d));
  return { split, dims, each, counts: shape.map((size, i) => floordiv(size, block[i] as Dim)) };
}

type Bound = ScalarOf<Dim> | null;

/** The given bounds of quantized values, else those of the dtype. */
function boundsOf(dtype: DType, low: Bound, high: Bound): [number, number] {
  const [least, most] = isFloat(dtype) ? [-finfo(dtype).max, finfo(dtype).max] : integerRange(dtype).map(Number);
  return [low === null ? (least as number) : Number(low), high === null ? (most as number) : Number(high)];
}

interface Affine {
  readonly input: Symbolic;
  readonly block_size: readonly Dim[];
  readonly scale: Symbolic;
  readonly zero_point: Symbolic | null;
}

/** Scale and zero point in the shape that they broadcast in; a zero point of no elements is none. */
function parameters(f: Algebra, { input, block_size, scale, zero_point }: Affine) {
  const blocks = blocksOf(input.shape, block_size);
  const empty = zero_point === null || zero_point.shape.includes(0);
  return { blocks, scale: f.reshape(scale, blocks.each), zero: empty ? null : f.reshape(zero_point, blocks.each) };
}

function quantize(args: Affine & { output_dtype: DType; quant_min: Bound; quant_max: Bound }, call: Call): Symbolic {
  const f = algebra(call);
  const { blocks, scale, zero } = parameters(f, args);
  const [min, max] = boundsOf(args.output_dtype, args.quant_min, args.quant_max);
  const steps = f.mul(f.reshape(args.input, blocks.split), call("aten::reciprocal", { self: scale }));
  const rounded = call("aten::round", { self: steps });
  const clamped = call("aten::clamp", { self: zero === null ? rounded : f.add(rounded, zero), min, max });
  return f.to(f.reshape(clamped, args.input.shape), args.output_dtype);
}

function dequantize(args: Affine & { output_dtype: DType }, call: Call): Symbolic {
  const f = algebra(call);
  const { blocks, scale, zero } = parameters(f, args);
  const x = f.to(f.reshape(args.input, blocks.split), args.output_dtype);
  const centred = zero === null ? x : f.sub(x, f.to(zero, args.output_dtype));
  return f.to(f.reshape(f.mul(centred, scale), args.input.shape), args.output_dtype);
}

interface Choice {
  readonly input: Symbolic | null;
  readonly mapping_type: string;
  readonly block_size: readonly Dim[];
  readonly target_dtype: DType;
  readonly quant_min: Bound;
  readonly quant_max: Bound;
  readonly eps: number | Dim | null;
  readonly scale_dtype: DType | null;
  readonly zero_point_dtype: DType | null;
  readonly keepdim: boolean;
}

/** Scale and zero point of blocks between `low` (at most 0) and `high` (at least 0), before rounding to their dtypes. */
function affineParameters(f: Algebra, low: Symbolic, high: Symbolic, args: Choice, least: number): [Symbolic, Symbolic] {
  const [min, max] = boundsOf(args.target_dtype, args.quant_min, args.quant_max);
  const floored = (self: Symbolic): Symbolic => f.call("aten::clamp_min", { self, min: least });
  if (args.mapping_type === "ASYMMETRIC") {
    const scale = floored(f.div(f.sub(high, low), max - min));
    const zero = f.sub(min, f.call("aten::round", { self: f.div(low, scale) }));
    return [scale, f.call("aten::clamp", { self: zero, min, max })];
  }
  const larger = (self: Symbolic, other: Symbolic): Symbolic => f.call("aten::maximum", { self, other });
  const scale =
    args.mapping_type === "SYMMETRIC" ? f.div(larger(f.neg(low), high), (max - min) / 2) : larger(f.div(low, min), f.div(high, max));
  return [floored(scale), f.call("aten::full_like", { self: scale, fill_value: Math.trunc((max + min + 1) / 2) })];
}

function choose(args: Choice, call: Call): [Symbolic, Symbolic] {
  const f = algebra(call);
  const { input } = args;
  if (input === null || !["ASYMMETRIC", "SYMMETRIC", "SYMMETRIC_NO_CLIPPING_ERR"].includes(args.mapping_type)) {
    const hint = "a tensor, and ASYMMETRIC, SYMMETRIC or SYMMETRIC_NO_CLIPPING_ERR";
    throw new OnnxExporterError("aten/argument", `choose_qparams_affine of ${input && "a tensor by "}${args.mapping_type}`, hint);
  }
  const { split, dims, counts } = blocksOf(input.shape, args.block_size);
  const x = f.reshape(input, split);
  const reduced = { self: x, dim: dims, keepdim: args.keepdim };
  const ends = dims.length === 0 ? [x, x] : [call("aten::amin", reduced), call("aten::amax", reduced)];
  const low = call("aten::clamp_max", { self: ends[0] as Symbolic, max: 0 });
  const high = call("aten::clamp_min", { self: ends[1] as Symbolic, min: 0 });
  const least = args.eps === null ? finfo(input.dtype).smallest_normal : (args.eps as number);
  const [scale, zero] = affineParameters(f, low, high, args, least);
  const shaped = (y: Symbolic): Symbolic => (args.keepdim ? f.reshape(y, counts) : y);
  const zeroDType = args.zero_point_dtype ?? (args.mapping_type === "ASYMMETRIC" ? "int32" : zero.dtype);
  return [f.to(shaped(scale), args.scale_dtype ?? input.dtype), f.to(shaped(zero), zeroDType)];
}

/** A scale of [blocks…] against a tensor: as it broadcasts, else each element repeated over its block. */
function spreadScale(f: Algebra, scale: Symbolic, shape: readonly Dim[]): Symbolic {
  const broadcasts = scale.shape.every((d) => d === 1) || scale.shape.every((d, i) => d === 1 || equal(d, shape[i] as Dim));
  if (broadcasts) return scale;
  return shape.reduce<Symbolic>((self, size, dim) => {
    const block = floordiv(size, scale.shape[dim] as Dim);
    return block === 1 ? self : f.call("aten::repeat_interleave.self_int", { self, repeats: block, dim, output_size: size });
  }, scale);
}

export const torchao = {
  "torchao::quantize_affine": { decompose: quantize },
  "torchao::dequantize_affine": { decompose: dequantize },
  "torchao::choose_qparams_affine": { decompose: choose },
  "torchao::quantize_affine_float8_non_decomposed": {
    decompose: ({ tensor, scale, float8_dtype }, call) => {
      const f = algebra(call);
      const { max } = finfo(float8_dtype);
      const scaled = f.div(f.to(tensor, "float32"), spreadScale(f, scale, tensor.shape));
      return f.to(call("aten::clamp", { self: scaled, min: -max, max }), float8_dtype);
    },
  },
  "torchao::dequantize_affine_float8_non_decomposed": {
    decompose: ({ tensor, scale, output_dtype }, call) => {
      const f = algebra(call);
      return f.to(f.mul(f.to(tensor, "float32"), spreadScale(f, scale, tensor.shape)), output_dtype);
    },
  },
  "torchao::choose_scale_float8": {
    decompose: ({ tensor, block_size, float8_dtype, scale_dtype, hp_value_lb: min, hp_value_ub: max }, call) => {
      const f = algebra(call);
      const { split, dims, counts } = blocksOf(tensor.shape, block_size);
      const most = call("aten::amax", { self: call("aten::abs", { self: f.reshape(tensor, split) }), dim: dims, keepdim: true });
      const held = min === null && max === null ? most : call("aten::clamp", { self: most, min: min as number, max: max as number });
      const scale = f.reshape(f.div(held, finfo(float8_dtype).max), counts);
      if (scale_dtype === "float32") return f.to(scale, "float32");
      const exponent = call("aten::round", { self: call("aten::log2", { self: scale }) });
      return f.to(call("aten::exp2", { self: exponent }), "float32");
    },
  },
} satisfies AtenTable;
