/** @file The evaluators of com.microsoft: the ops that ONNX Runtime adds, and what they compute there. */

import { contribAttention } from "./attention.ts";
import { contribElementwise } from "./elementwise.ts";
import { contribExperts } from "./experts.ts";
import { contribGrouped } from "./grouped-attention.ts";
import { contribImage } from "./image.ts";
import { contribLayout } from "./layout.ts";
import { contribLinear } from "./linear.ts";
import { contribNorm } from "./norm.ts";
import { contribQuantized } from "./quantized.ts";

/** The families by file name. */
export const contrib = {
  "contrib/attention": contribAttention,
  "contrib/elementwise": contribElementwise,
  "contrib/experts": contribExperts,
  "contrib/grouped-attention": contribGrouped,
  "contrib/image": contribImage,
  "contrib/layout": contribLayout,
  "contrib/linear": contribLinear,
  "contrib/norm": contribNorm,
  "contrib/quantized": contribQuantized,
};
