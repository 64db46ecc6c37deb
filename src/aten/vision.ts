/** @file torchvision's operators on boxes, and products of groups of rows with one matrix each (mixtures of experts). */

import { nms, roiAlign } from "../core/ops/boxes.ts";
import { deformConv } from "../core/ops/deform-conv.ts";
import { fill } from "../core/ops/elementwise.ts";
import { concat, select, slice } from "../core/ops/layout.ts";
import { matmul } from "../core/ops/matmul.ts";
import { integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Dim } from "../symbolic.ts";
import type { AtenTable } from "./table.ts";
import { shaped } from "./view-shape.ts";

/** Rows up to offs[0] times weight[0], up to offs[1] times weight[1], …; rows behind the last offset give zeros. */
function groupedMatmul(input: Strided, weight: Strided, offs: Strided): Strided {
  const rows = input.shape[0] as number;
  const parts: Strided[] = [];
  let start = 0;
  integers(offs).forEach((end, i) => {
    if (end > start) parts.push(matmul(slice(input, 0, start, end), select(weight, 0, i)));
    start = Math.max(end, start);
  });
  if (start < rows || parts.length === 0) parts.push(fill(input.dtype, [rows - start, weight.shape[2] as number], 0));
  return parts.length === 1 ? (parts[0] as Strided) : concat(parts, 0);
}

export const vision = {
  "torchvision::nms": {
    meta: (_args, fresh) => ({ dtype: "int64", shape: [fresh("u")] }),
    eval: ({ dets, scores, iou_threshold }) => nms(dets, scores, iou_threshold),
  },
  "torchvision::roi_align": {
    meta: ({ input, rois, pooled_height, pooled_width }) =>
      shaped(input, [rois.shape[0] as Dim, input.shape[1] as Dim, pooled_height, pooled_width]),
    eval: ({ input, rois, spatial_scale, pooled_height, pooled_width, sampling_ratio, aligned }) =>
      roiAlign(input, rois, { scale: spatial_scale, height: pooled_height, width: pooled_width, ratio: sampling_ratio, aligned }),
  },
  "torchvision::deform_conv2d": {
    meta: ({ input, weight, offset }) => shaped(input, [input.shape[0] as Dim, weight.shape[0] as Dim, ...offset.shape.slice(-2)]),
    eval: (a) =>
      deformConv(a.input, a.weight, a.offset, a.use_mask ? a.mask : null, a.bias, {
        stride: [a.stride_h, a.stride_w],
        padding: [a.pad_h, a.pad_w],
        dilation: [a.dilation_h, a.dilation_w],
        groups: a.groups,
        offsetGroups: a.offset_groups,
      }),
  },
  "transformers::grouped_mm_fallback": {
    meta: ({ input, weight }) => shaped(input, [input.shape[0] as Dim, weight.shape[2] as Dim]),
    eval: ({ input, weight, offs }) => groupedMatmul(input, weight, offs),
  },
  "aten::_grouped_mm": {
    decompose: ({ self, mat2, offs, bias, out_dtype }, call) => {
      const plain = offs === null && self.shape.length === 3 && mat2.shape.length === 3;
      if ((!plain && (offs === null || self.shape.length !== 2 || mat2.shape.length !== 3)) || bias !== null) {
        throw new OnnxExporterError(
          "aten/argument",
          "_grouped_mm of these ranks, or with a bias",
          "group the rows of a matrix: 2-D times 3-D with offs",
        );
      }
      const y =
        plain || offs === null
          ? call("aten::bmm", { self, mat2 })
          : call("transformers::grouped_mm_fallback", { input: self, weight: mat2, offs });
      return out_dtype === null ? y : call("aten::to.dtype", { self: y, dtype: out_dtype });
    },
  },
} satisfies AtenTable;
