/** @file The dtype table: every fact about a dtype is a cell here. dtypes are named as torch names them, without `torch.`. */

import { OnnxExporterError } from "./errors.ts";

export interface DTypeRow {
  /** Bytes per element; 0.5 and 0.25 for packed sub-byte types. */
  readonly size: number;
  readonly kind: "bool" | "uint" | "int" | "float" | "complex";
  /** `TensorProto.DataType` in ONNX; 0 where ONNX has none. */
  readonly onnx: number;
  /** `ScalarType` as serialized in `.pt2` (PyTorch's `torch/_export/serde/schema.py`), -1 where it cannot be saved. */
  readonly pt2: number;
  /** Suffix of kernel exports (`add_f32`), also the short name that types print with (`f32[2, 3]`). */
  readonly suffix: string;
  /** Name in safetensors headers, null where the format has none. */
  readonly safetensors: string | null;
  /** Short storage class in pickles (`torch FloatStorage`), null where only `UntypedStorage` is used. */
  readonly storage: string | null;
}

const row = (
  size: number,
  kind: DTypeRow["kind"],
  onnx: number,
  pt2: number,
  suffix: string,
  safetensors: string | null,
  storage: string | null = null,
): DTypeRow => ({ size, kind, onnx, pt2, suffix, safetensors, storage });

/** Every dtype by torch's name. */
export const dtypes = {
  bool: row(1, "bool", 9, 12, "bool", "BOOL", "BoolStorage"),
  uint8: row(1, "uint", 2, 1, "u8", "U8", "ByteStorage"),
  int8: row(1, "int", 3, 2, "i8", "I8", "CharStorage"),
  int16: row(2, "int", 5, 3, "i16", "I16", "ShortStorage"),
  int32: row(4, "int", 6, 4, "i32", "I32", "IntStorage"),
  int64: row(8, "int", 7, 5, "i64", "I64", "LongStorage"),
  uint16: row(2, "uint", 4, 28, "u16", "U16"),
  uint32: row(4, "uint", 12, 34, "u32", "U32"),
  uint64: row(8, "uint", 13, 35, "u64", "U64"),
  float16: row(2, "float", 10, 6, "f16", "F16", "HalfStorage"),
  bfloat16: row(2, "float", 16, 13, "bf16", "BF16", "BFloat16Storage"),
  float32: row(4, "float", 1, 7, "f32", "F32", "FloatStorage"),
  float64: row(8, "float", 11, 8, "f64", "F64", "DoubleStorage"),
  complex32: row(4, "complex", 0, 9, "c32", null),
  complex64: row(8, "complex", 14, 10, "c64", null, "ComplexFloatStorage"),
  complex128: row(16, "complex", 15, 11, "c128", null, "ComplexDoubleStorage"),
  float8_e4m3fn: row(1, "float", 17, 29, "f8e4m3fn", "F8_E4M3"),
  float8_e4m3fnuz: row(1, "float", 18, 31, "f8e4m3fnuz", "F8_E4M3FNUZ"),
  float8_e5m2: row(1, "float", 19, 30, "f8e5m2", "F8_E5M2"),
  float8_e5m2fnuz: row(1, "float", 20, 32, "f8e5m2fnuz", "F8_E5M2FNUZ"),
  float8_e8m0fnu: row(1, "float", 24, 33, "f8e8m0", "F8_E8M0"),
  float4_e2m1: row(0.5, "float", 23, -1, "f4e2m1", "F4"),
  int4: row(0.5, "int", 22, -1, "i4", null),
  uint4: row(0.5, "uint", 21, -1, "u4", null),
  int2: row(0.25, "int", 26, -1, "i2", null),
  uint2: row(0.25, "uint", 25, -1, "u2", null),
} as const satisfies Record<string, DTypeRow>;

export type DType = keyof typeof dtypes;

const index = <K extends keyof DTypeRow>(key: K): ReadonlyMap<DTypeRow[K], DType> =>
  new Map(Object.entries(dtypes).map(([name, r]) => [r[key] as DTypeRow[K], name as DType]));
const byOnnx = index("onnx");
const bySafetensors = index("safetensors");
const byStorage = index("storage");
const bySuffix = index("suffix");

const found = (dtype: DType | undefined, what: string, got: unknown, where: string): DType => {
  if (dtype !== undefined) return dtype;
  throw new OnnxExporterError("dtype/unknown", `${where}: unknown ${what} ${String(got)}`, `known: ${Object.keys(dtypes).join(", ")}`);
};

/** Whether `n` is ONNX's number of a dtype. */
export const isOnnx = (n: number): boolean => byOnnx.has(n) && n !== 0;
/** The dtype with ONNX's number `n`. Throws `dtype/unknown`, naming `where`. */
export const fromOnnx = (n: number, where: string): DType => found(n === 0 ? undefined : byOnnx.get(n), "ONNX data type", n, where);
/** `"F32"` → `"float32"`. Throws `dtype/unknown`, naming `where`. */
export const fromSafetensors = (s: string, where: string): DType => found(bySafetensors.get(s), "safetensors dtype", s, where);
/** `"FloatStorage"` → `"float32"`. Throws `dtype/unknown`, naming `where`. */
export const fromStorageClass = (s: string, where: string): DType => found(byStorage.get(s), "storage class", s, where);
/** `"f32"` → `"float32"`. Throws `dtype/unknown`, naming `where`. */
export const fromSuffix = (s: string, where: string): DType => found(bySuffix.get(s), "dtype", s, where);

export const isFloat = (d: DType): boolean => dtypes[d].kind === "float";
export const isComplex = (d: DType): boolean => dtypes[d].kind === "complex";
/** Integers, not bool. */
export const isInteger = (d: DType): boolean => dtypes[d].kind === "int" || dtypes[d].kind === "uint";
/** The least and the greatest integer of an integer dtype. */
export function integerRange(d: DType): readonly [least: bigint, most: bigint] {
  const { kind, size } = dtypes[d];
  const bits = BigInt(8 * size);
  return kind === "int" ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}
/** The least value of a real dtype: -inf for floats. */
export const leastOf = (d: DType): number | bigint => (isFloat(d) ? Number.NEGATIVE_INFINITY : d === "bool" ? 0 : integerRange(d)[0]);
/** The greatest value of a real dtype: inf for floats. */
export const greatestOf = (d: DType): number | bigint => (isFloat(d) ? Number.POSITIVE_INFINITY : d === "bool" ? 1 : integerRange(d)[1]);
/** Greatest finite and least normal value of a float dtype, as `torch.finfo` names them. Throws `dtype/unknown` for other dtypes. */
export function finfo(d: DType): { readonly max: number; readonly smallest_normal: number } {
  const limits = floatLimits[d];
  if (limits !== undefined) return { max: limits[0], smallest_normal: limits[1] };
  throw new OnnxExporterError("dtype/unknown", `finfo: ${d} is no float dtype`, `known: ${Object.keys(floatLimits).join(", ")}`);
}
const floatLimits: { readonly [K in DType]?: readonly [number, number] } = {
  float16: [65504, 2 ** -14],
  bfloat16: [(2 - 2 ** -7) * 2 ** 127, 2 ** -126],
  float32: [(2 - 2 ** -23) * 2 ** 127, 2 ** -126],
  float64: [Number.MAX_VALUE, 2 ** -1022],
  float8_e4m3fn: [448, 2 ** -6],
  float8_e4m3fnuz: [240, 2 ** -7],
  float8_e5m2: [57344, 2 ** -14],
  float8_e5m2fnuz: [57344, 2 ** -15],
};

/** Floats of less than 32 bits: several steps on them are computed in float32, and their result is rounded once. */
export const isLow = (d: DType): boolean => isFloat(d) && dtypes[d].size < 4;
/** What several steps in a dtype are computed in: float32 for low precision, others unchanged. */
export const wideOf = (d: DType): DType => (isLow(d) ? "float32" : d);
/** Bytes that one element takes in the core's memory: sub-byte types are unpacked there, packed only in files. */
export const width = (d: DType): number => Math.max(dtypes[d].size, 1);
/** Bytes that `numel` elements take in a file: sub-byte types are packed. */
export const byteLength = (d: DType, numel: number): number => Math.ceil(dtypes[d].size * numel);
/** complex64 → float32, complex128 → float64, complex32 → float16; others unchanged. */
export const realOf = (d: DType): DType =>
  d === "complex64" ? "float32" : d === "complex128" ? "float64" : d === "complex32" ? "float16" : d;
