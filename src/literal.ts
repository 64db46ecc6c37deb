/** @file Numbers as bytes: plain JavaScript numbers in the layout of each dtype, and back. */

import { byteLength, type DType, dtypes } from "./dtype.ts";
import { OnnxExporterError } from "./errors.ts";

export type Literal = number | bigint | boolean;

export const isLiteral = (x: unknown): x is Literal => typeof x === "number" || typeof x === "bigint" || typeof x === "boolean";

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** Bits of `x` in a float format of `e` exponent and `m` mantissa bits, rounded to nearest even. */
function encodeFloat(x: number, e: number, m: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 1 << (e + m) : 0;
  const a = Math.abs(x);
  const top = (1 << e) - 1;
  if (Number.isNaN(x)) return sign | (top << m) | (1 << (m - 1));
  if (a === Number.POSITIVE_INFINITY) return sign | (top << m);
  const bias = (1 << (e - 1)) - 1;
  if (a === 0) return sign;
  const exponent = Math.max(Math.floor(Math.log2(a)), 1 - bias);
  // log2 may be off by one next to a power of two: the significand tells.
  let scale = exponent;
  if (a >= 2 ** (scale + 1)) scale++;
  else if (a < 2 ** scale && scale > 1 - bias) scale--;
  const units = halfEven((a / 2 ** scale) * 2 ** m);
  const encoded = units + (scale + bias - 1) * 2 ** m; // a carry of the rounding runs into the exponent, as it should
  return encoded >= top * 2 ** m ? sign | (top << m) : sign | encoded;
}

function decodeFloat(bits: number, e: number, m: number): number {
  const sign = bits >> (e + m) ? -1 : 1;
  const exponent = (bits >> m) & ((1 << e) - 1);
  const fraction = bits & ((1 << m) - 1);
  const bias = (1 << (e - 1)) - 1;
  if (exponent === (1 << e) - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias - m) : sign * (2 ** m + fraction) * 2 ** (exponent - bias - m);
}

function halfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

function bfloat16Bits(x: number): number {
  f32[0] = x;
  const bits = u32[0] as number;
  if (Number.isNaN(x)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function fromBfloat16Bits(bits: number): number {
  u32[0] = (bits << 16) >>> 0;
  return f32[0] as number;
}

type Access = {
  readonly set: (view: DataView, at: number, x: Literal) => void;
  readonly get: (view: DataView, at: number) => number | bigint;
};

const access: { readonly [K in DType]?: Access } = {
  bool: { set: (v, i, x) => v.setUint8(i, x ? 1 : 0), get: (v, i) => v.getUint8(i) },
  uint8: { set: (v, i, x) => v.setUint8(i, Number(x)), get: (v, i) => v.getUint8(i) },
  int8: { set: (v, i, x) => v.setInt8(i, Number(x)), get: (v, i) => v.getInt8(i) },
  uint16: { set: (v, i, x) => v.setUint16(i, Number(x), true), get: (v, i) => v.getUint16(i, true) },
  int16: { set: (v, i, x) => v.setInt16(i, Number(x), true), get: (v, i) => v.getInt16(i, true) },
  uint32: { set: (v, i, x) => v.setUint32(i, Number(x), true), get: (v, i) => v.getUint32(i, true) },
  int32: { set: (v, i, x) => v.setInt32(i, Number(x), true), get: (v, i) => v.getInt32(i, true) },
  uint64: { set: (v, i, x) => v.setBigUint64(i, BigInt(x), true), get: (v, i) => v.getBigUint64(i, true) },
  int64: { set: (v, i, x) => v.setBigInt64(i, BigInt(x), true), get: (v, i) => v.getBigInt64(i, true) },
  float16: {
    set: (v, i, x) => v.setUint16(i, encodeFloat(Math.fround(Number(x)), 5, 10), true),
    get: (v, i) => decodeFloat(v.getUint16(i, true), 5, 10),
  },
  bfloat16: {
    set: (v, i, x) => v.setUint16(i, bfloat16Bits(Number(x)), true),
    get: (v, i) => fromBfloat16Bits(v.getUint16(i, true)),
  },
  float32: { set: (v, i, x) => v.setFloat32(i, Number(x), true), get: (v, i) => v.getFloat32(i, true) },
  float64: { set: (v, i, x) => v.setFloat64(i, Number(x), true), get: (v, i) => v.getFloat64(i, true) },
};

function accessOf(dtype: DType): Access {
  const found = access[dtype];
  if (found) return found;
  throw new OnnxExporterError(
    "dtype/literal",
    `a literal of dtype ${dtype} cannot be written`,
    "give the tensor's bytes as an initializer",
  );
}

/**
 * The bytes of `data` as elements of `dtype`, little-endian. Integers must be integral: throws `dtype/literal` otherwise,
 * and for packed and 8-bit float types.
 */
export function encode(dtype: DType, data: ArrayLike<Literal>): Uint8Array {
  const bytes = new Uint8Array(byteLength(dtype, data.length));
  const view = new DataView(bytes.buffer);
  const { set } = accessOf(dtype);
  const { size, kind } = dtypes[dtype];
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as Literal;
    if ((kind === "int" || kind === "uint") && typeof x === "number" && !Number.isInteger(x)) {
      throw new OnnxExporterError("dtype/literal", `${x} is not an ${dtype}`, "round it first, or use a float operand");
    }
    set(view, i * size, x);
  }
  return bytes;
}

/** The elements of `bytes`: bigints for 64-bit integers, else numbers (bool as 0 and 1). */
export function decode(dtype: DType, bytes: Uint8Array): (number | bigint)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { get } = accessOf(dtype);
  const { size } = dtypes[dtype];
  return Array.from({ length: bytes.byteLength / size }, (_, i) => get(view, i * size));
}

/** Whether `encode` and `decode` know `dtype`. */
export const hasLiterals = (dtype: DType): boolean => access[dtype] !== undefined;
