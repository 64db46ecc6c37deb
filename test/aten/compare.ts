/** @file Values against PyTorch's, within the tolerance of their dtype. */

import { contiguous, permute, viewAs } from "../../src/core/ops/layout.ts";
import { floats } from "../../src/core/ops/values.ts";
import { empty, numel, type Strided } from "../../src/core/strided.ts";
import { type DType, dtypes, isComplex, realOf } from "../../src/dtype.ts";
import type { Family, Row, TensorRef } from "./rows.ts";

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Our evaluator: rounding of the dtype, and what two implementations of a function differ by. */
const evalTolerance: Partial<Record<DType, Tolerance>> = {
  float64: { rtol: 1e-7, atol: 1e-9 },
  float32: { rtol: 1e-5, atol: 1e-6 },
  float16: { rtol: 2e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
};
/** ONNX Runtime: float64 may go through float32 kernels, low precision rounds after each of an op's nodes. */
const onnxTolerance: Partial<Record<DType, Tolerance>> = {
  float64: { rtol: 1e-4, atol: 1e-6 },
  float32: { rtol: 1e-4, atol: 2e-6 },
  float16: { rtol: 1e-2, atol: 2e-3 },
  bfloat16: { rtol: 4e-2, atol: 1e-2 },
};

export function toleranceOf(row: Row, dtype: DType, stage: "eval" | "onnx"): Tolerance {
  if (row.rtol === 0 && row.atol === 0) return { rtol: 0, atol: 0 }; // to the last bit
  const table = stage === "eval" ? evalTolerance : onnxTolerance;
  const usual = table[realOf(dtype)] ?? { rtol: 0.1, atol: 1e-2 };
  return { rtol: Math.max(row.rtol ?? 0, usual.rtol), atol: Math.max(row.atol ?? 0, usual.atol) };
}

/** The tensor that `ref` names, in the core, in the memory order that the row gives it. */
export function load(family: Family, ref: TensorRef): Strided {
  const complex = isComplex(ref.dtype);
  const stored = complex ? empty(realOf(ref.dtype), [...ref.shape, 2]) : empty(ref.dtype, ref.shape);
  stored.storage.bytes().set(family.bytes(ref.tensor));
  const x = complex ? { ...viewAs(stored, ref.dtype), shape: ref.shape, strides: empty(ref.dtype, ref.shape).strides } : stored;
  return ref.permute ? permute(x, ref.permute) : x;
}

/** What differs between `got` and `want`, null when nothing does beyond the tolerance. */
export function difference(got: Strided, want: Strided, { rtol, atol }: Tolerance): string | null {
  if (got.dtype !== want.dtype) return `dtype ${got.dtype}, PyTorch has ${want.dtype}`;
  if (String(got.shape) !== String(want.shape)) return `shape [${got.shape}], PyTorch has [${want.shape}]`;
  if (dtypes[got.dtype].kind === "float" || isComplex(got.dtype)) return floatDifference(got, want, { rtol, atol });
  const [a, b] = [contiguous(got), contiguous(want)].map((x) => {
    const { size } = dtypes[x.dtype];
    return x.storage.bytes().slice(x.offset * size, (x.offset + numel(x.shape)) * size);
  }) as [Uint8Array, Uint8Array];
  const at = a.findIndex((v, i) => v !== b[i]);
  return at < 0
    ? null
    : `${got.dtype} element ${Math.floor(at / dtypes[got.dtype].size)} differs: got [${preview(got)}], PyTorch has [${preview(want)}]`;
}

function floatDifference(got: Strided, want: Strided, { rtol, atol }: Tolerance): string | null {
  const [a, b] = [real(got), real(want)].map(floats) as [Float64Array, Float64Array];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    const close = Object.is(x, y) || x === y || Math.abs(x - y) <= atol + rtol * Math.abs(y) || (Number.isNaN(x) && Number.isNaN(y));
    if (!close)
      return `element ${i} is ${x}, PyTorch has ${y} (rtol ${rtol}, atol ${atol}): got [${[...a.slice(0, 8)]}], PyTorch has [${[...b.slice(0, 8)]}]`;
  }
  return null;
}

/** Complex tensors as pairs. */
function real(x: Strided): Strided {
  if (!isComplex(x.dtype)) return x;
  const y = contiguous(x);
  const shape = [...y.shape, 2];
  return { storage: y.storage, dtype: realOf(x.dtype), shape, strides: empty("bool", shape).strides, offset: y.offset * 2 };
}
const preview = (x: Strided): string => [...floats(x)].slice(0, 8).join(", ");
