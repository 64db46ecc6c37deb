/** @file What low precision is computed in: float32, rounded once at the end. */

import { type DType, isFloat, width } from "../../dtype.ts";
import type { Strided } from "../strided.ts";
import { cast } from "./elementwise.ts";

/** float32 for floats of less than 32 bits; other dtypes as they are. */
export const wideOf = (dtype: DType): DType => (isFloat(dtype) && width(dtype) < 4 ? "float32" : dtype);

/** `x` in `wideOf` its dtype. */
export const widen = (x: Strided): Strided => cast(x, wideOf(x.dtype));

/** What `f` makes of `x` in `wideOf` its dtype, rounded to x's dtype. */
export const widened = (x: Strided, f: (wide: Strided) => Strided): Strided => cast(f(widen(x)), x.dtype);
