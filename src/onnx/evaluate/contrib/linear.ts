/** @file Matrix products and convolutions of com.microsoft: fused with what follows, and of quantized weights. ONNX Runtime is what they follow. */

import { activationOf, activations, clamped } from "../../../core/ops/activations.ts";
import { unpackBits } from "../../../core/ops/bit-packing.ts";
import { binary, cast, fill, scalarTensor, unary } from "../../../core/ops/elementwise.ts";
import { indexSelect } from "../../../core/ops/index.ts";
import { along, expand, flip, permute, reshape, slice, transpose } from "../../../core/ops/layout.ts";
import { inverse } from "../../../core/ops/linalg.ts";
import { matmul } from "../../../core/ops/matmul.ts";
import { widen, widened } from "../../../core/ops/precision.ts";
import { dequantizeLinear, dynamicQuantizeLinear, quantizeLinear } from "../../../core/ops/quantize.ts";
import { fromFloats } from "../../../core/ops/values.ts";
import { numel, type Strided } from "../../../core/strided.ts";
import { type DType, isFloat, wideOf } from "../../../dtype.ts";
import { hardSwish } from "../activation.ts";
import { convolution } from "../conv.ts";
import { gemm, quantizedProduct } from "../linear.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { channelsFirst, channelsLast } from "./image.ts";

/** The activation that a fused op ends with, on float32 or float64. `parameters` are what its name takes, in order. */
function activated(call: Call, x: Strided, parameters: readonly (number | null)[]): Strided {
  const name = call.string("activation", "").toLowerCase();
  const [first, second] = [parameters[0] ?? null, parameters[1] ?? null];
  if (name === "") return x;
  if (name === "clip") return clamped(x, first ?? Number.NEGATIVE_INFINITY, second ?? Number.POSITIVE_INFINITY);
  if (name === "hardswish") return hardSwish(x);
  const row = activationOf(name);
  if (row === undefined)
    throw call.refuse("attribute", `unknown activation ${name}`, `known: clip, hardswish, ${Object.keys(activations).join(", ")}`);
  return row.f(x, first ?? row.alpha ?? 0, second ?? row.beta ?? 0);
}

/** alpha A B, either with its first dim moved behind the batch, and transposed. */
function fusedMatMul(call: Call): Strided {
  const turned = (x: Strided, side: string) => {
    const dims = x.shape.map((_, d) => d);
    const moved = call.int(`transBatch${side}`, 0) === 1 ? permute(x, [...dims.slice(1, -1), 0, dims.length - 1]) : x;
    return call.int(`trans${side}`, 0) === 1 && x.shape.length > 1 ? transpose(moved, -2, -1) : moved;
  };
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const wide = wideOf(a.dtype);
  const product = matmul(turned(cast(a, wide), "A"), turned(cast(b, wide), "B"));
  return cast(binary("mul", product, scalarTensor(wide, call.float("alpha", 1))), a.dtype);
}

function fusedGemm(call: Call): Strided {
  const y = gemm(call, call.tensor(0), call.tensor(1), call.optional(2));
  const parameter = (name: string) => (call.attribute(name) === undefined ? null : call.float(name, 0));
  return widened(y, (wide) => activated(call, wide, [parameter("activation_alpha"), parameter("activation_beta")]));
}

/** The weights [O, C / group, kernel…]; where only their last dim fits the channels of `x`, that is C / group. */
function weightsOf(call: Call, x: Strided): Strided {
  const w = call.tensor(1);
  const inner = (x.shape[1] as number) / call.int("group", 1);
  return w.shape[1] !== inner && w.shape.at(-1) === inner ? channelsFirst(w) : w;
}

function fusedConv(call: Call, x: Strided, z: Strided | null): Strided {
  const y = convolution(call, x, weightsOf(call, x), call.optional(2));
  const sum = z === null ? y : binary("add", y, z);
  return widened(sum, (wide) => activated(call, wide, call.floats("activation_params") ?? []));
}

/** The weight [N, K] of MatMulNBits: (number - zero point) * scale of its block, or of the group that `g_idx` says. */
function blockWeight(call: Call): Strided {
  const [bits, size, columns, inner] = [call.int("bits", 4), call.int("block_size", 0), call.int("N", 0), call.int("K", 0)];
  const [packed, scales, zeros, groups] = [call.tensor(1), call.tensor(2), call.optional(3), call.optional(4)];
  const blocks = Math.ceil(inner / size);
  const rows = (v: Strided) => reshape(v, [columns, numel(v.shape) / columns]);
  const matrix = (v: Strided) => slice(rows(v), 1, 0, blocks);
  const numbers = slice(unpackBits(rows(packed), bits), 1, 0, inner);
  const point = (): Strided => {
    if (zeros === null) return fill("uint8", [columns, blocks], 2 ** (bits - 1));
    return matrix(isFloat(zeros.dtype) ? zeros : unpackBits(rows(zeros), bits));
  };
  const [scale, zero] = [matrix(scales), point()];
  if (groups === null) return dequantizeLinear(numbers, scale, zero, { axis: 1, blockSize: size, dtype: "float32" });
  const grouped = (v: Strided) => indexSelect(v, 1, groups);
  return dequantizeLinear(numbers, grouped(scale), grouped(zero), { axis: 1, blockSize: 1, dtype: "float32" });
}

function matMulBits(call: Call): Strided {
  const [a, bias] = [call.tensor(0), call.optional(5)];
  const wide = wideOf(a.dtype);
  const y = matmul(cast(a, wide), transpose(cast(blockWeight(call), wide), 0, 1));
  return cast(bias === null ? y : binary("add", y, cast(bias, wide)), a.dtype);
}

/** An integer product times both scales (B's along columns), plus bias, as `dtype`. */
export function scaledProduct(product: Strided, aScale: Strided, bScale: Strided, bias: Strided | null, dtype: DType): Strided {
  const factor = binary("mul", cast(aScale, "float32"), along(cast(bScale, "float32"), product.shape.length - 1, product.shape.length));
  const y = binary("mul", cast(product, "float32"), factor);
  return cast(bias === null ? y : binary("add", y, cast(bias, "float32")), dtype);
}

/** The numbers that 4 bits stand for in MatMulBnb4, by `quant_type`: bitsandbytes' FP4 (sign, exponent, mantissa) and NF4. */
const bitsAndBytes: readonly (readonly number[])[] = [
  [0, 0.0625, 8, 12, 4, 6, 2, 3, 0, -0.0625, -8, -12, -4, -6, -2, -3].map((v) => v / 12),
  [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0,
    0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1,
  ],
];

/** A times the weights [N, K] that lie behind each other, two in a byte with the high bits first, blocks scaled by their largest modulus. */
function bitsAndBytesProduct(call: Call): Strided {
  const [a, scales] = [call.tensor(0), call.tensor(2)];
  const [columns, inner, size] = [call.int("N", 0), call.int("K", 0), call.int("block_size", 0)];
  const values = bitsAndBytes[call.int("quant_type", 1)];
  if (call.int("transB", 1) !== 1)
    throw call.refuse("unsupported", "MatMulBnb4 with transB 0 is not computed", "give the weights as [N, K]");
  if (values === undefined) throw call.refuse("attribute", `quant_type is ${call.int("quant_type", 1)}`, "0 for FP4, 1 for NF4");
  const codes = flip(unpackBits(reshape(call.tensor(1), [-1, 1]), 4), [1]);
  const numbers = indexSelect(fromFloats(Float64Array.from(values), [values.length], "float32"), 0, reshape(codes, [-1]));
  const blocks = cast(reshape(scales, [-1, 1]), "float32");
  const scale = reshape(expand(blocks, [numel(scales.shape), size]), [-1]);
  const count = columns * inner;
  const weights = reshape(binary("mul", slice(numbers, 0, 0, count), slice(scale, 0, 0, count)), [columns, inner]);
  const wide = wideOf(a.dtype);
  return cast(matmul(cast(a, wide), transpose(cast(weights, wide), 0, 1)), a.dtype);
}

function dynamicProduct(call: Call): Strided {
  const { y, scale, zero } = dynamicQuantizeLinear(call.tensor(0));
  const product = quantizedProduct(y, zero, call.tensor(1), call.optional(3));
  return scaledProduct(product, scale, call.tensor(2), call.optional(4), "float32");
}

/** alpha a b (A B + C), where C counts in the product's own units; quantized where the result's scale is given. */
function quantizedGemm(call: Call): Strided {
  const turned = (i: number, name: string) => (call.int(name, 0) === 1 ? transpose(call.tensor(i), 0, 1) : call.tensor(i));
  const product = quantizedProduct(turned(0, "transA"), call.tensor(2), turned(3, "transB"), call.tensor(5));
  const [c, scale, zero] = [call.optional(6), call.optional(7), call.optional(8)];
  const sum = c === null ? product : binary("add", product, c);
  const y = binary(
    "mul",
    scaledProduct(sum, call.tensor(1), call.tensor(4), null, "float32"),
    scalarTensor("float32", call.float("alpha", 1)),
  );
  return scale === null || zero === null ? y : quantizeLinear(y, scale, zero, { dtype: zero.dtype });
}

export const contribLinear: EvaluateTable = {
  "com.microsoft::FusedMatMul": fusedMatMul,
  "com.microsoft::TransposeMatMul": fusedMatMul,
  "com.microsoft::FusedGemm": fusedGemm,
  "com.microsoft::FusedConv": (call) => fusedConv(call, call.tensor(0), call.optional(3)),
  "com.microsoft::NhwcConv": (call) => channelsLast(fusedConv(call, channelsFirst(call.tensor(0)), null)),
  "com.microsoft::NhwcFusedConv": (call) => {
    const z = call.optional(3);
    return channelsLast(fusedConv(call, channelsFirst(call.tensor(0)), z && channelsFirst(z)));
  },
  "com.microsoft::MatMulNBits": matMulBits,
  "com.microsoft::MatMulBnb4": bitsAndBytesProduct,
  "com.microsoft::GemmFastGelu": (call) => {
    const [x, bias] = [widen(call.tensor(0)), call.optional(2)];
    const product = matmul(x, widen(call.tensor(1)));
    return cast(unary("gelu_tanh", bias === null ? product : binary("add", product, widen(bias))), call.tensor(0).dtype);
  },
  "com.microsoft::MatMulIntegerToFloat": (call) => {
    const product = quantizedProduct(call.tensor(0), call.optional(4), call.tensor(1), call.optional(5));
    return scaledProduct(product, call.tensor(2), call.tensor(3), call.optional(6), call.tensor(2).dtype);
  },
  "com.microsoft::DynamicQuantizeMatMul": dynamicProduct,
  "com.microsoft::QGemm": quantizedGemm,
  "com.microsoft::MatMulInteger16": (call) => matmul(cast(call.tensor(0), "int32"), cast(call.tensor(1), "int32")),
  "com.microsoft::Inverse": (call) => inverse(call.tensor(0)),
};
