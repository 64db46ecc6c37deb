/** @file Compares two tensors: dtype, shape, and how far the values are apart. */

import { type DType, isFloat } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";

/** How one output agrees (torch: `torch.onnx.verification.VerificationInfo`). */
export interface VerificationInfo {
  readonly name: string;
  /** By values, or, for what depends on random numbers, by the moments of several runs: then the differences are those of the means. */
  readonly compared: "values" | "moments";
  readonly max_abs_diff: number;
  /** |actual - expected| / (|expected| + 1e-7), at its largest. */
  readonly max_rel_diff: number;
  readonly expected_dtype: DType;
  readonly actual_dtype: DType;
  readonly expected_shape: readonly number[];
  readonly actual_shape: readonly number[];
  /** null: agrees; else why not. */
  readonly problem: string | null;
}

/** Relative tolerance, and the absolute one as a share of the largest expected value: rounding errors scale with it. */
const tolerances: Readonly<Partial<Record<DType, readonly [rtol: number, share: number]>>> = {
  float64: [1e-6, 1e-8],
  float32: [1e-3, 1e-4],
  float16: [1e-2, 1e-2],
  bfloat16: [4e-2, 4e-2],
};

/** Compares `actual` with `expected`: integers and bools exactly, floats within the dtype's tolerance; NaN equals NaN. */
export function compareTensors(name: string, expected: Tensor, actual: Tensor): VerificationInfo {
  const shapes = { expected_shape: [...expected.shape], actual_shape: [...actual.shape] };
  const info = { name, compared: "values" as const, expected_dtype: expected.dtype, actual_dtype: actual.dtype, ...shapes };
  const none = { ...info, max_abs_diff: Number.POSITIVE_INFINITY, max_rel_diff: Number.POSITIVE_INFINITY };
  if (expected.dtype !== actual.dtype) return { ...none, problem: `dtype ${actual.dtype}, the witness has ${expected.dtype}` };
  if (String(shapes.expected_shape) !== String(shapes.actual_shape)) {
    return { ...none, problem: `shape [${shapes.actual_shape.join(", ")}], the witness has [${shapes.expected_shape.join(", ")}]` };
  }
  return { ...info, ...distance(expected, actual) };
}

function distance(expected: Tensor, actual: Tensor): Pick<VerificationInfo, "max_abs_diff" | "max_rel_diff" | "problem"> {
  const [want, got] = [expected.tolist(), actual.tolist()];
  const [rtol, share] = isFloat(expected.dtype) ? (tolerances[expected.dtype] ?? [1e-1, 1e-1]) : [0, 0];
  let largest = 0;
  for (const v of want) if (Number.isFinite(Number(v)) && Math.abs(Number(v)) > largest) largest = Math.abs(Number(v));
  const atol = share === 0 ? 0 : Math.max(share * largest, 1e-6);
  let [max_abs_diff, max_rel_diff, bad, first] = [0, 0, 0, -1];
  for (let i = 0; i < want.length; i++) {
    const [w, g] = [want[i] as number | bigint, got[i] as number | bigint];
    if (w === g || (Number.isNaN(w) && Number.isNaN(g))) continue;
    const d = Math.abs(Number(g) - Number(w));
    const size = Math.abs(Number(w));
    if (!(d <= max_abs_diff)) max_abs_diff = d;
    if (!(d / (size + 1e-7) <= max_rel_diff)) max_rel_diff = d / (size + 1e-7);
    const near = Number.isFinite(size) && d <= atol + rtol * size;
    if (!near || typeof w === "bigint") {
      if (bad++ === 0) first = i;
    }
  }
  const problem = bad === 0 ? null : `${bad} of ${want.length} values differ, first at ${first}: ${got[first]} for ${want[first]}`;
  return { max_abs_diff, max_rel_diff, problem };
}
