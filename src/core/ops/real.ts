/** @file Elementwise operations on real dtypes; elementwise.ts adds complex ones. Results keep the memory order of their operands. */

import { type DType, dtypes, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { asStrided, broadcastShapes, clone, copyInto, emptyStrided, isDense } from "./layout.ts";
import { likeStrides, nest, operand } from "./nest.ts";

/** Functions of assembly/kernels/special, as torch.special names them. */
export type SpecialOp =
  | ("lgamma" | "digamma" | "trigamma" | "erfinv" | "erfcx" | "ndtr" | "ndtri" | "log_ndtr" | "entr" | "logit" | "sinc")
  | ("i0" | "i0e" | "i1" | "i1e" | "bessel_j0" | "bessel_j1" | "bessel_y0" | "bessel_y1" | "spherical_bessel_j0" | "airy_ai")
  | ("modified_bessel_k0" | "modified_bessel_k1" | "scaled_modified_bessel_k0" | "scaled_modified_bessel_k1");
export type UnaryOp =
  | SpecialOp
  | ("neg" | "abs" | "sign" | "relu" | "bitwise_not" | "sqrt" | "rsqrt" | "reciprocal" | "exp" | "exp2" | "expm1")
  | ("log" | "log2" | "log10" | "log1p" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "sinh" | "cosh" | "tanh")
  | ("asinh" | "acosh" | "atanh" | "erf" | "erfc" | "sigmoid" | "floor" | "ceil" | "round" | "trunc" | "gelu" | "gelu_tanh" | "silu")
  | ("isnan" | "isinf" | "logical_not");
export type BinaryOp =
  | ("add" | "sub" | "mul" | "div" | "floor_div" | "trunc_div" | "remainder" | "fmod" | "pow" | "maximum" | "minimum" | "atan2")
  | ("zeta" | "gammainc" | "gammaincc" | "xlogy" | "xlog1py")
  | ("copysign" | "bitwise_and" | "bitwise_or" | "bitwise_xor" | "shift_left" | "shift_right");
export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** The dtype that kernels compute a dtype in, where they do not have it: exact for what it carries, and wraps with it. */
const carriers: { readonly [d in DType]?: DType } = {
  bool: "uint8",
  uint8: "int32",
  int8: "int32",
  int16: "int32",
  uint16: "int32",
  uint32: "int64",
  uint64: "int64",
  float16: "float32",
  bfloat16: "float32",
  float8_e4m3fn: "float32",
  float8_e4m3fnuz: "float32",
  float8_e5m2: "float32",
  float8_e5m2fnuz: "float32",
  float8_e8m0fnu: "float32",
  float4_e2m1: "float32",
  int4: "int32",
  uint4: "int32",
  int2: "int32",
  uint2: "int32",
};

/** `dtype` itself where kernel `name` exists for it or nothing can carry it, else the dtype that carries it. */
export function carrierOf(name: string, dtype: DType): DType {
  const carrier = carriers[dtype];
  return carrier === undefined || core.hasKernel(name, dtype) || !core.hasKernel(name, carrier) ? dtype : carrier;
}

/** The same bits under another dtype of the same size. */
const bits = (x: Strided, dtype: DType): Strided => ({ ...x, dtype });

/** A new tensor for the elementwise result of `xs` in `shape`. */
export function emptyLike(dtype: DType, shape: readonly number[], xs: readonly Strided[]): Strided {
  const operands = xs.map((x) => operand(x, shape));
  return emptyStrided(dtype, shape, likeStrides(shape, operands));
}

/** `x` where its elements fill their range (in whatever order of dims), else a copy in the order PyTorch would give a result. */
export function dense(x: Strided): Strided {
  if (isDense(x)) return x;
  const y = emptyLike(x.dtype, x.shape, [x]);
  copyInto(y, x);
  return y;
}

const tile = 16384;

/** y = kernel(x) over dense x and y of the same order, tile by tile through `carrier` when that is not x's dtype. */
function mapDense(name: string, x: Strided, y: Strided, carrier: DType): void {
  const n = numel(x.shape);
  const kernel = core.kernel(name, carrier);
  if (carrier === x.dtype || (x.dtype === "bool" && carrier === "uint8")) {
    kernel(address(x), address(y), n);
    return;
  }
  const predicate = y.dtype === "bool";
  core.frame(() => {
    const [a, b] = [core.scratch(tile * width(carrier)), core.scratch(tile * width(carrier))];
    for (let i = 0; i < n; i += tile) {
      const m = Math.min(tile, n - i);
      castRange(x.dtype, carrier, address(x) + i * width(x.dtype), a, m);
      kernel(a, predicate ? address(y) + i : b, m);
      if (!predicate) castRange(carrier, y.dtype, b, address(y) + i * width(y.dtype), m);
    }
  });
}

/**
 * y = op(x), in x's dtype; isnan, isinf and logical_not give bool. Low precision computes in float32 and rounds once.
 * Throws `core/no-kernel` where the dtype has no such function (sqrt of integers: cast first, as torch promotes).
 */
export function realUnary(op: UnaryOp, x: Strided): Strided {
  if (x.dtype === "bool" && op === "bitwise_not") return realUnary("logical_not", x);
  if (dtypes[x.dtype].kind !== "float") {
    if (op === "isnan" || op === "isinf") return realFill("bool", x.shape, false);
    if (op === "floor" || op === "ceil" || op === "round" || op === "trunc") return clone(x);
  }
  const source = dense(x);
  const predicate = op === "isnan" || op === "isinf" || op === "logical_not";
  const y = emptyStrided(predicate ? "bool" : x.dtype, x.shape, source.strides);
  mapDense(op, source, y, carrierOf(op, x.dtype));
  return y;
}

const boolOps: { readonly [op in BinaryOp]?: BinaryOp } = {
  add: "bitwise_or",
  mul: "bitwise_and",
  maximum: "bitwise_or",
  minimum: "bitwise_and",
};

export function sameDtype(op: string, a: Strided, b: Strided): void {
  if (a.dtype === b.dtype) return;
  throw new OnnxExporterError("core/dtype", `${op}: operands are ${a.dtype} and ${b.dtype}`, "cast them to one dtype first");
}

/**
 * y = a op b with broadcasting; a and b have one dtype, which is y's. Integers wrap. bool: add and maximum are or, mul and minimum are and.
 * Throws `core/dtype`, `core/broadcast`, `core/no-kernel`, and `core/zero-division` for integers.
 */
export function realBinary(op: BinaryOp, a: Strided, b: Strided): Strided {
  sameDtype(op, a, b);
  const { dtype } = a;
  const name = dtype === "bool" ? (boolOps[op] ?? op) : op;
  if (name === "pow" && numel(b.shape) === 1 && numel(a.shape) > 1) {
    const special = powByScalar(a, b);
    if (special !== null) return special;
  }
  const carrier = carrierOf(name, dtype);
  if (carrier !== dtype && width(carrier) !== width(dtype))
    return realCast(realBinary(op, realCast(a, carrier), realCast(b, carrier)), dtype);
  const shape = broadcastShapes(a.shape, b.shape);
  const y = emptyLike(dtype, shape, [a, b]);
  if (numel(shape) === 0) return y;
  const code = core.frame(() => core.kernel(name, carrier)(nest(shape, [operand(y, shape), operand(a, shape), operand(b, shape)])));
  if (code !== 0)
    throw new OnnxExporterError(
      "core/zero-division",
      `${op}: an ${dtype} was divided by zero`,
      "divide floats, or replace the zeros before",
    );
  return y;
}

/** The one element of `x`, as a double; exact up to 2^53. Throws `core/item` unless there is just one. */
export function item(x: Strided): number {
  if (numel(x.shape) !== 1) throw new OnnxExporterError("core/item", `item: the tensor has ${numel(x.shape)} elements`, "it must have one");
  return core.frame(() => {
    const ptr = core.scratch(8);
    castRange(x.dtype, "float64", address(x), ptr, 1);
    return core.f64()[ptr >>> 3] as number;
  });
}

/** The exponents that PyTorch's pow_tensor_scalar spells out, or null. */
function powByScalar(a: Strided, b: Strided): Strided | null {
  const exponent = item(b);
  const base = asStrided(
    a,
    broadcastShapes(a.shape, b.shape),
    operand(a, broadcastShapes(a.shape, b.shape)).strides.map((s) => s / width(a.dtype)),
  );
  if (exponent === 2) return realBinary("mul", base, base);
  if (exponent === 3) return realBinary("mul", realBinary("mul", base, base), base);
  if (dtypes[a.dtype].kind === "float" && exponent === 0.5) return realUnary("sqrt", base);
  return null;
}

/** a op b as bool, with broadcasting; a and b have one dtype. Throws `core/dtype`, `core/broadcast`. */
export function realCompare(op: CompareOp, a: Strided, b: Strided): Strided {
  sameDtype(op, a, b);
  const carrier = carrierOf(op, a.dtype);
  if (carrier !== a.dtype && width(carrier) !== width(a.dtype)) return realCompare(op, realCast(a, carrier), realCast(b, carrier));
  const shape = broadcastShapes(a.shape, b.shape);
  const y = emptyLike("bool", shape, [a, b]);
  if (numel(shape) > 0) core.frame(() => core.kernel(op, carrier)(nest(shape, [operand(y, shape), operand(a, shape), operand(b, shape)])));
  return y;
}

/** Casts `n` contiguous elements at `x` to `y`, by one kernel or through the dtype between that loses nothing torch keeps. */
export function castRange(from: DType, to: DType, x: number, y: number, n: number): void {
  const source = from === "bool" ? "uint8" : from;
  const name = `cast_${dtypes[source].suffix}`;
  if (source === to || (from === "bool" && to === "bool")) {
    core.u8().copyWithin(y, x, x + n * width(to));
    return;
  }
  if (core.hasKernel(name, to)) {
    core.kernel(name, to)(x, y, n);
    return;
  }
  const middle = between(source, to);
  core.frame(() => {
    const m = core.scratch(tile * width(middle));
    for (let i = 0; i < n; i += tile) {
      const k = Math.min(tile, n - i);
      castRange(source, middle, x + i * width(source), m, k);
      castRange(middle, to, m, y + i * width(to), k);
    }
  });
}

/** A dtype to go through: float32 next to a low precision float, else float64 or int64. Throws `core/no-kernel`. */
function between(from: DType, to: DType): DType {
  const low = (d: DType) => dtypes[d].kind === "float" && width(d) < 4;
  const middle = low(from) || low(to) ? "float32" : dtypes[from].kind === "float" ? "float64" : "int64";
  const known = (d: DType) =>
    d === middle || core.hasKernel(`cast_${dtypes[d].suffix}`, middle) || core.hasKernel(`cast_${dtypes[middle].suffix}`, d);
  if (middle !== from && middle !== to && known(from) && known(to)) return middle;
  throw new OnnxExporterError("core/no-kernel", `no cast from ${from} to ${to}`, "cast to a dtype of real numbers that both know");
}

/** `x` in another dtype, by torch's rules: floats truncate, ints wrap, bool is x != 0, complex to real drops the imaginary part. */
export function realCast(x: Strided, dtype: DType): Strided {
  if (x.dtype === dtype) return x;
  const source = dense(x);
  if (x.dtype === "bool" && dtype === "uint8") return bits(source, dtype);
  const y = emptyStrided(dtype, x.shape, source.strides);
  castRange(x.dtype, dtype, address(source), address(y), numel(x.shape));
  return y;
}

/** A number as the core stores it; bigint for 64-bit integers that a double cannot hold. */
export type Scalar = number | bigint | boolean;

/** Writes `value` in `dtype` at `ptr`; NaN and fractions become integers as torch's casts make them. */
function poke(ptr: number, dtype: DType, value: Scalar): void {
  const { kind } = dtypes[dtype];
  if (typeof value === "bigint" && (kind === "int" || kind === "uint")) {
    const from = core.scratch(8);
    core.i64()[from >>> 3] = BigInt.asIntN(64, value);
    castRange("int64", dtype, from, ptr, 1);
    return;
  }
  const from = core.scratch(8);
  core.f64()[from >>> 3] = Number(value);
  castRange("float64", dtype, from, ptr, 1);
}

/** A new tensor with all elements `value`. */
export function realFill(dtype: DType, shape: readonly number[], value: Scalar): Strided {
  const x = empty(dtype, shape);
  core.frame(() => {
    const ptr = core.scratch(16);
    poke(ptr, dtype, value);
    core.exports.fill(address(x), ptr, width(dtype), numel(shape));
  });
  return x;
}
