/** @file Low precision computes in float32 and rounds once at the end. */

import { wideOf } from "../../dtype.ts";
import type { Strided } from "../strided.ts";
import { cast } from "./elementwise.ts";

/** `x` in `wideOf` its dtype. */
export const widen = (x: Strided): Strided => cast(x, wideOf(x.dtype));

/** What `f` makes of `x` in `wideOf` its dtype, rounded to x's dtype. */
export const widened = (x: Strided, f: (wide: Strided) => Strided): Strided => cast(f(widen(x)), x.dtype);
