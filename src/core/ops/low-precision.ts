/** @file Casts with ONNX's say on what a number past the end becomes. */

import type { DType } from "../../dtype.ts";
import { core } from "../door.ts";
import { address, type Strided } from "../strided.ts";
import { binary, cast, compare, scalarTensor, unary, where } from "./elementwise.ts";
import { emptyStrided } from "./layout.ts";
import { dense } from "./real.ts";

/** How float8_e8m0fnu chooses between two powers of two; in the order of assembly/kernels/low-precision.ts. */
const roundModes = ["down", "nearest", "up"] as const;

export interface CastOptions {
  /** float8: numbers past the largest, and ±inf, become the largest (true, the default), or inf or NaN as the dtype has it. */
  readonly saturate?: boolean;
  /** float8_e8m0fnu only; "up" is the default. "nearest" takes ties up. */
  readonly roundMode?: (typeof roundModes)[number];
}

const saturating: ReadonlySet<DType> = new Set(["float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz"]);

/**
 * `x` in another dtype as ONNX's Cast: as `cast`, but for the float8 dtypes, which take `options`. Floats round to nearest even once they are
 * float32; integers of 4 and 2 bits keep the low bits. float8_e8m0fnu: the sign is dropped; 0 becomes the smallest number, or NaN where
 * nothing saturates.
 */
export function castTo(x: Strided, dtype: DType, options: CastOptions = {}): Strided {
  const { saturate = true, roundMode = "up" } = options;
  if (x.dtype === dtype) return x;
  const rounds = dtype === "float8_e8m0fnu";
  if (!rounds && !saturating.has(dtype)) return cast(x, dtype);
  const wide = cast(x, "float32");
  const source = dense(rounds ? withinExponents(wide, saturate) : wide);
  const y = emptyStrided(dtype, x.shape, source.strides);
  const [from, to, n] = [address(source), address(y), y.storage.nbytes];
  if (rounds) core.kernel("round", dtype)(from, to, n, roundModes.indexOf(roundMode));
  else core.kernel(saturate ? "saturate" : "overflow", dtype)(from, to, n);
  return y;
}

/** What float8_e8m0fnu has no number for, as one that it has, or as NaN. */
const withinExponents = (x: Strided, saturate: boolean): Strided =>
  saturate
    ? binary("minimum", unary("abs", x), scalarTensor(x.dtype, 2 ** 127))
    : where(compare("eq", x, scalarTensor(x.dtype, 0)), scalarTensor(x.dtype, Number.NaN), x);
