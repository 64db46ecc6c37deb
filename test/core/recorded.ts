/** @file What another library answered, as recorders write it: tensors with their numbers, and how near ours must be. */

import { expect } from "vitest";
import { makeComplex, viewAsReal } from "../../src/core/ops/complex.ts";
import { contiguous } from "../../src/core/ops/layout.ts";
import type { Strided } from "../../src/core/strided.ts";
import { type DType, isComplex, realOf } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

/** Complex numbers are two values each. */
export interface Recorded {
  readonly dtype: DType;
  readonly shape: number[];
  readonly values: (number | string)[];
}

const value = (v: number | string): number => (v === "nan" ? Number.NaN : v === "inf" ? 1 / 0 : v === "-inf" ? -1 / 0 : Number(v));

/** The tensor that was recorded. */
export function revive({ dtype, shape, values }: Recorded): Strided {
  const all = values.map(value);
  if (!isComplex(dtype)) return tensor(dtype, shape, all);
  const part = (which: number): Strided =>
    tensor(
      realOf(dtype),
      shape,
      all.filter((_, i) => i % 2 === which),
    );
  return makeComplex(part(0), part(1));
}

/** Expects what was recorded: dtypes and shapes, and numbers within `tolerance` of it, relative above 1 and absolute below. */
export function expectRecorded(got: Strided | readonly Strided[], out: readonly Recorded[], tolerance: number): void {
  const results = Array.isArray(got) ? (got as readonly Strided[]) : [got as Strided];
  out.forEach((want, k) => {
    const y = results[k]!;
    expect([y.dtype, y.shape]).toEqual([want.dtype, want.shape]);
    const values = numbers(contiguous(isComplex(y.dtype) ? viewAsReal(y) : y));
    const far = want.values.findIndex((v, i) => {
      const w = value(v);
      const g = values[i]!;
      return !(Object.is(g + 0, w + 0) || Math.abs(g - w) <= tolerance * Math.max(1, Math.abs(w)));
    });
    expect(far < 0 ? null : [far, values[far], want.values[far]]).toBeNull();
  });
}
