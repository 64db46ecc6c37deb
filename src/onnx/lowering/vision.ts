/** @file Boxes and grouped products in ONNX. */

import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { staticInts } from "./ints.ts";
import type { LoweringTable } from "./table.ts";

const float = (x: number | Value, op: OpBuilder, what: string): number =>
  typeof x === "number" ? x : op.refuse(`${what} is known at run time only`, `make ${what} a Python number`);

/** NonMaxSuppression gives [image, class, box]; overlap is the same whichever corner comes first. */
function nms(dets: Value, scores: Value, threshold: number | Value, op: OpBuilder): Value {
  const wide = (x: Value): Value => op.cast(x, "float32");
  const boxes = op.Unsqueeze(wide(dets), [0]);
  const all = op.scalar(2n ** 63n - 1n, "int64");
  const limit = typeof threshold === "number" ? op.scalar(threshold, "float32") : op.cast(threshold, "float32");
  const picked = op.NonMaxSuppression(boxes, op.Unsqueeze(wide(scores), [0, 1]), op.Unsqueeze(all, [0]), op.reshape(limit, [1]));
  return op.Gather(picked, op.scalar(2, "int64"), { axis: 1 });
}

/** One product per group: Split cuts the rows where the offsets say, and the stack of weights into its matrices. */
function groupedMatmul(input: Value, weight: Value, offs: Value, op: OpBuilder): Value {
  const groups = weight.shape[0];
  if (typeof groups !== "number") return op.refuse("grouped matmul of an unknown number of groups", "give the weights a fixed first size");
  const ends = op.cast(offs, "int64");
  const total = op.reshape(op.dim(input.shape[0] ?? 0), [1]);
  const sizes = op.Sub(op.Concat([ends, total], { axis: 0 }), op.Concat([op.constant("int64", [1], [0]), ends], { axis: 0 }));
  const rows = op.outputs(groups + 1, "Split", [input, sizes], { axis: 0 });
  const matrices = groups === 1 ? [weight] : op.outputs(groups, "Split", [weight, null], { axis: 0, num_outputs: groups });
  const parts = matrices.map((m, i) => op.MatMul(rows[i] as Value, m));
  const joined = parts.length === 1 ? (parts[0] as Value) : op.Concat(parts, { axis: 1 });
  // Rows behind the last offset are zeros.
  const rest = op.Slice(sizes, [groups], [groups + 1], [0]);
  const padded = op.Pad(joined, op.Concat([op.constant("int64", [4], [0, 0, 0, 0]), rest, op.constant("int64", [1], [0])], { axis: 0 }));
  return op.Squeeze(padded, [0]);
}

export const vision = {
  "torchvision::nms": ({ dets, scores, iou_threshold }, op) => nms(dets, scores, iou_threshold, op),
  "torchvision::roi_align": ({ input, rois, spatial_scale, pooled_height, pooled_width, sampling_ratio, aligned }, op) => {
    const image = op.cast(op.Gather(rois, op.scalar(0, "int64"), { axis: 1 }), "int64");
    const [height, width] = staticInts([pooled_height, pooled_width], op, "the pooled size");
    return op.RoiAlign(input, op.Slice(rois, [1], [5], [1]), image, {
      output_height: height,
      output_width: width,
      spatial_scale: float(spatial_scale, op, "spatial_scale"),
      sampling_ratio: Math.max(sampling_ratio, 0),
      coordinate_transformation_mode: aligned ? "half_pixel" : "output_half_pixel",
    });
  },
  "torchvision::deform_conv2d": (a, op) => {
    const ints = (xs: readonly (number | Value)[], what: string): number[] => staticInts(xs, op, what);
    const pads = ints([a.pad_h, a.pad_w], "padding");
    const [group, offsetGroup] = ints([a.groups, a.offset_groups], "groups");
    return op.DeformConv(a.input, a.weight, a.offset, a.bias, a.use_mask ? a.mask : null, {
      strides: ints([a.stride_h, a.stride_w], "stride"),
      pads: [...pads, ...pads],
      dilations: ints([a.dilation_h, a.dilation_w], "dilation"),
      group,
      offset_group: offsetGroup,
    });
  },
  "transformers::grouped_mm_fallback": ({ input, weight, offs }, op) => groupedMatmul(input, weight, offs, op),
} satisfies LoweringTable;
