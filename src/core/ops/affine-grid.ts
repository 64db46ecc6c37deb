/** @file Grids of sampling positions from affine maps: what grid-sample.ts reads. */

import { OnnxExporterError } from "../../errors.ts";
import { sized } from "../door.ts";
import type { Strided } from "../strided.ts";
import { show } from "./layout.ts";
import { doubles, floats, fromFloats, range } from "./values.ts";

/** Positions of `n` pixels in [-1, 1]: the outermost at the ends, or half a pixel inside. */
const along = (n: number, alignCorners: boolean): number[] =>
  range(n).map((i) => (alignCorners ? (n > 1 ? (2 * i) / (n - 1) - 1 : 0) : (2 * i + 1) / n - 1));

/** theta [N, n, n + 1] applied to each pixel of `spatial` (n sizes): [N, spatial…, n], x first. Computed in double, rounded once. Throws `core/affine-grid`. */
export function affineGrid(theta: Strided, spatial: readonly number[], alignCorners: boolean): Strided {
  const n = spatial.length;
  const batch = theta.shape[0] as number;
  const wanted = theta.shape.length === 3 && theta.shape[1] === n && theta.shape[2] === n + 1;
  if (!wanted)
    throw new OnnxExporterError("core/affine-grid", `affineGrid: theta ${show(theta.shape)} over ${n} dims`, "theta is [N, n, n + 1]");
  const points = sized(spatial, 8);
  const t = floats(theta);
  const axes = spatial.map((size) => along(size, alignCorners));
  const y = doubles([batch, points, n]);
  const position = new Float64Array(n + 1).fill(1);
  for (let p = 0; p < points; p++) {
    for (let d = n - 1, rest = p; d >= 0; d--) {
      const size = spatial[d] as number;
      position[n - 1 - d] = axes[d]?.[rest % size] as number;
      rest = Math.floor(rest / size);
    }
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < n; k++) {
        let sum = 0;
        for (let j = 0; j <= n; j++) sum += (t[(b * n + k) * (n + 1) + j] as number) * (position[j] as number);
        y[(b * points + p) * n + k] = sum;
      }
    }
  }
  return fromFloats(y, [batch, ...spatial, n], theta.dtype);
}
