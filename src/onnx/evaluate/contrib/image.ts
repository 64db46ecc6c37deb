/** @file Ops of com.microsoft on images: regions, and what has its channels last. */

import { cropAndResize } from "../../../core/ops/crop.ts";
import { permute } from "../../../core/ops/layout.ts";
import { maxPool } from "../../../core/ops/pool.ts";
import type { Strided } from "../../../core/strided.ts";
import { windowsOf } from "../pool.ts";
import type { Call, EvaluateTable } from "../table.ts";

/** [N, spatial…, C] as [N, C, spatial…], a view, and back. */
export const channelsFirst = (x: Strided): Strided => permute(x, [0, x.shape.length - 1, ...x.shape.map((_, d) => d).slice(1, -1)]);
export const channelsLast = (x: Strided): Strided => permute(x, [0, ...x.shape.map((_, d) => d).slice(2), 1]);

function crop(call: Call): Strided {
  const [height = 0, width = 0] = call.integersAt(3) ?? [];
  return cropAndResize(call.tensor(0), call.tensor(1), call.tensor(2), {
    size: [height, width],
    nearest: call.string("mode", "bilinear") === "nearest",
    outside: call.float("extrapolation_value", 0),
  });
}

export const contribImage: EvaluateTable = {
  "com.microsoft::CropAndResize": crop,
  "com.microsoft::NhwcMaxPool": (call) => {
    const x = channelsFirst(call.tensor(0));
    return channelsLast(maxPool(x, windowsOf(call, x))[0]);
  },
};
