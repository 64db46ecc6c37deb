/** @file Tensors from numbers and back, for tests of the core. */

import { core } from "../../src/core/door.ts";
import { contiguous } from "../../src/core/ops/layout.ts";
import { castRange } from "../../src/core/ops/real.ts";
import { address, empty, numel, type Strided } from "../../src/core/strided.ts";
import { byteLength, type DType, dtypes } from "../../src/dtype.ts";

/** A contiguous tensor with these values, cast from double (64-bit integers from bigint). */
export function tensor(dtype: DType, shape: readonly number[], values: readonly (number | bigint)[]): Strided {
  const x = empty(dtype, shape);
  const wide = dtypes[dtype].size === 8 && dtypes[dtype].kind !== "float" ? "int64" : "float64";
  const from = empty(wide, [values.length]);
  if (wide === "int64")
    core.i64().set(
      values.map((v) => BigInt.asIntN(64, BigInt(v))),
      address(from) >>> 3,
    );
  else core.f64().set(values.map(Number), address(from) >>> 3);
  if (wide === dtype) core.u8().copyWithin(address(x), address(from), address(from) + byteLength(wide, values.length));
  else castRange(wide, dtype, address(from), address(x), values.length);
  return x;
}

/** The elements in row-major order, as doubles. */
export function numbers(x: Strided): number[] {
  const y = contiguous(x);
  const n = numel(x.shape);
  const to = empty("float64", [n]);
  if (x.dtype === "float64") return [...core.f64().subarray(address(y) >>> 3, (address(y) >>> 3) + n)];
  castRange(x.dtype, "float64", address(y), address(to), n);
  return [...core.f64().subarray(address(to) >>> 3, (address(to) >>> 3) + n)];
}

/** The elements of an int64 or uint64 tensor in row-major order. */
export function bigints(x: Strided): bigint[] {
  const y = contiguous(x);
  return [...core.i64().subarray(address(y) >>> 3, (address(y) >>> 3) + numel(x.shape))];
}
