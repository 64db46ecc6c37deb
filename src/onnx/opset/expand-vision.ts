/** @file Pooling of regions, which ONNX Runtime lacks from opset 22 on, and ONNX itself from half pixels before opset 16. */

import { isLow } from "../../dtype.ts";
import { type Dim, mul } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { Attributes } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { attr, given } from "./expand-operands.ts";

/** One side of a region, cut into `bins`, each sampled `samples` times, or as often as it is pixels long. */
interface Side {
  readonly start: Value;
  readonly length: Value;
  readonly bins: number;
  readonly samples: number;
  /** Pixels of the image along this side. */
  readonly size: Value;
}

/** Bilinear samples along one side as [bins, 2 * samples]: which pixels they read, and with what weights, whose sum is 1 per bin that lies inside. */
function samplesOf(op: OpBuilder, { start, length, bins, samples, size }: Side): { pixels: Value; weights: Value } {
  const { dtype } = start;
  const bin = op.Div(length, bins);
  const count = samples > 0 ? op.scalar(samples, dtype) : op.Ceil(bin);
  const one = op.scalar(1, dtype);
  const steps = op.Div(op.Mul(op.Add(op.Range(op.scalar(0, dtype), count, one), 0.5), bin), count);
  const corners = op.Unsqueeze(op.Add(op.Mul(op.Range(op.scalar(0, dtype), op.scalar(bins, dtype), one), bin), start), [1]);
  const at = op.Add(corners, steps);
  const inside = op.And(op.GreaterOrEqual(at, -1), op.LessOrEqual(at, size));
  const end = op.Sub(size, 1);
  const place = op.Min(op.Max(at, 0), end);
  const low = op.Floor(place);
  const part = op.Sub(place, low);
  const share = op.Div(op.cast(inside, dtype), op.Max(count, 1));
  const pixels = op.Concat([low, op.Min(op.Add(low, 1), end)], { axis: 1 });
  const weights = op.Concat([op.Mul(op.Sub(1, part), share), op.Mul(part, share)], { axis: 1 });
  return { pixels: op.cast(pixels, "int64"), weights };
}

/** Means over the bins of each region, by a Loop over the regions: pixels of all channels are gathered as rows. */
export const roiAlign = (op: OpBuilder, inputs: readonly (Value | null)[], attributes: Attributes): Value => {
  const [x, rois, images] = [given(inputs, 0), given(inputs, 1), given(inputs, 2)];
  if (attributes.mode === "max") return op.refuse("RoiAlign of maxima has no other form");
  const dtype = isLow(x.dtype) ? "float32" : x.dtype;
  const halfPixel = attributes.coordinate_transformation_mode !== "output_half_pixel";
  const number = (name: string, otherwise: number): number => attr.number(attributes, name, otherwise);
  const [rows, columns, samples] = [number("output_height", 1), number("output_width", 1), number("sampling_ratio", 0)];
  const [n, channels, height, width] = x.shape as [Dim, Dim, Dim, Dim];
  const pixels = op.reshape(op.Transpose(op.cast(x, dtype), { perm: [0, 2, 3, 1] }), [mul(mul(n, height), width), channels]);
  const boxes = op.Sub(op.Mul(op.cast(rois, dtype), number("spatial_scale", 1)), halfPixel ? 0.5 : 0);
  const [tall, wide] = [op.dim(height), op.dim(width)];
  const formals = [
    { dtype: "int64", shape: [] },
    { dtype: "bool", shape: [] },
  ] as const;
  const body = op.subgraph("region", formals, (inner, [i, go]) => {
    const box = inner.Gather(boxes, i as Value, { axis: 0 });
    const corner = (k: number): Value => inner.Gather(box, inner.scalar(k, "int64"), { axis: 0 });
    const side = (k: number, bins: number, size: Value): ReturnType<typeof samplesOf> => {
      const distance = inner.Sub(corner(k + 2), corner(k));
      const length = halfPixel ? distance : inner.Max(distance, 1);
      return samplesOf(inner, { start: corner(k), length, bins, samples, size: inner.cast(size, dtype) });
    };
    const [down, across] = [side(1, rows, tall), side(0, columns, wide)];
    const first = inner.Mul(inner.Gather(images, i as Value, { axis: 0 }), tall);
    const lines = inner.Mul(inner.Unsqueeze(inner.Add(down.pixels, first), [2, 3]), wide);
    const read = inner.Gather(pixels, inner.Add(lines, across.pixels), { axis: 0 });
    const weights = inner.Mul(inner.Unsqueeze(down.weights, [2, 3]), across.weights);
    const pooled = inner.ReduceSum(inner.Mul(read, inner.Unsqueeze(weights, [4])), [1, 3], { keepdims: 0 });
    const region = inner.Transpose(pooled, { perm: [2, 0, 1] });
    inner.retype(region, [channels, rows, columns]);
    return [inner.Identity(go as Value), region];
  });
  const regions = op.outputs(1, "Loop", [op.dim(rois.shape[0] as Dim), true], { body })[0] as Value;
  return op.cast(regions, x.dtype);
};

export const vision: ExpandTable = { RoiAlign: roiAlign };
