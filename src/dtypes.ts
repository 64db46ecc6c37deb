/** @file torch.float32 and its siblings: a dtype is its name. */

import type { DType } from "./dtype.ts";

type Named<D extends DType> = D;
export const bool: Named<"bool"> = "bool";
export const uint8: Named<"uint8"> = "uint8";
export const int8: Named<"int8"> = "int8";
export const int16: Named<"int16"> = "int16";
export const int32: Named<"int32"> = "int32";
export const int64: Named<"int64"> = "int64";
export const uint16: Named<"uint16"> = "uint16";
export const uint32: Named<"uint32"> = "uint32";
export const uint64: Named<"uint64"> = "uint64";
export const float16: Named<"float16"> = "float16";
export const bfloat16: Named<"bfloat16"> = "bfloat16";
export const float32: Named<"float32"> = "float32";
export const float64: Named<"float64"> = "float64";
export const complex64: Named<"complex64"> = "complex64";
export const complex128: Named<"complex128"> = "complex128";
export const float8_e4m3fn: Named<"float8_e4m3fn"> = "float8_e4m3fn";
export const float8_e5m2: Named<"float8_e5m2"> = "float8_e5m2";
export { float16 as half, float32 as float, float64 as double, int16 as short, int32 as int, int64 as long };
