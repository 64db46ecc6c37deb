/** @file Padding. */

import { isComplex } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { isStrided, type Strided } from "../strided.ts";
import { fill } from "./elementwise.ts";
import { indexSelect, zeros } from "./index.ts";
import { clone, contiguous, copyInto, expand, reshape, show, slice } from "./layout.ts";
import type { Scalar } from "./real.ts";

export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Where position `i` of a padded dim of size `n` reads. */
function source(mode: PadMode, i: number, n: number): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), n - 1);
  if (mode === "circular") return ((i % n) + n) % n;
  const period = Math.max(2 * (n - 1), 1);
  const r = ((i % period) + period) % period;
  return r < n ? r : period - r;
}

/**
 * x with `pads[d] = [before, after]` elements more in each dim; negative numbers crop. `value` is for mode constant: a number, or a tensor
 * of one element of x's dtype. Reflecting does not repeat the edge; `endless` lets it, and wrapping, go over the dim more than once.
 * Throws `core/pad` where there is nothing to read from, or too little to reflect.
 */
export function pad(
  x: Strided,
  pads: readonly (readonly [number, number])[],
  mode: PadMode = "constant",
  value: Scalar | Strided = 0,
  endless = false,
): Strided {
  const bad = (d: number) =>
    new OnnxExporterError(
      "core/pad",
      `pad: cannot ${mode} dim ${d} of ${show(x.shape)} by ${pads[d]?.join(" and ")}`,
      "reflect fewer than the dim has, wrap at most as many, crop no more than there is",
    );
  if (pads.length !== x.shape.length)
    throw new OnnxExporterError("core/pad", `pad: ${pads.length} pairs for ${show(x.shape)}`, "one pair per dim");
  if (mode === "constant") return padConstant(x, pads, value, bad);
  let y = x;
  pads.forEach(([before, after], d) => {
    if (before === 0 && after === 0) return;
    const n = x.shape[d] as number;
    const size = n + before + after;
    const once = mode === "reflect" ? n - 1 : mode === "circular" ? n : Number.POSITIVE_INFINITY;
    const limit = endless ? Number.POSITIVE_INFINITY : once;
    if (size < 0 || (n === 0 && size > 0) || Math.max(before, after) > limit) throw bad(d);
    const index = zeros("int64", [size]);
    const at = index.storage.ptr >>> 3;
    const words = core.i64();
    for (let i = 0; i < size; i++) words[at + i] = BigInt(source(mode, i - before, n));
    y = indexSelect(y, d, index);
  });
  return y === x ? contiguous(slice(x, 0, 0, x.shape[0] ?? 0)) : y;
}

function padding(x: Strided, shape: readonly number[], value: Scalar | Strided): Strided {
  if (isStrided(value)) return clone(expand(reshape(value, []), shape));
  return Object.is(Number(value), 0) && !isComplex(x.dtype) ? zeros(x.dtype, shape) : fill(x.dtype, shape, value);
}

function padConstant(
  x: Strided,
  pads: readonly (readonly [number, number])[],
  value: Scalar | Strided,
  bad: (d: number) => Error,
): Strided {
  const shape = x.shape.map((n, d) => n + (pads[d]?.[0] ?? 0) + (pads[d]?.[1] ?? 0));
  shape.forEach((n, d) => {
    if (n < 0) throw bad(d);
  });
  const y = padding(x, shape, value);
  let [to, from] = [y, x];
  pads.forEach(([before, after], d) => {
    const n = x.shape[d] as number;
    to = slice(to, d, Math.max(before, 0), (shape[d] as number) - Math.max(after, 0));
    from = slice(from, d, Math.max(-before, 0), Math.max(n - Math.max(-after, 0), 0));
  });
  copyInto(to, from);
  return y;
}
