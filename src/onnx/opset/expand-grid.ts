/** @file Sampling at the points of a grid, which ONNX has from opset 16 on, of volumes from opset 20 on. */

import { wideOf } from "../../dtype.ts";
import { type Dim, mul } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { Attributes } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { ExpandTable } from "./expand.ts";
import { attr, given } from "./expand-operands.ts";

interface Sampling {
  readonly mode: string;
  readonly padding: string;
  readonly corners: boolean;
}

/** The pixels that points read along one axis, with the weight of each, 0 where a pixel lies outside. */
interface Tap {
  readonly pixel: Value;
  readonly weight: Value;
}

/** `x` reflected into [low, high]; NaN where these are one. */
function reflected(op: OpBuilder, x: Value, low: number, high: Value): Value {
  const span = op.Sub(high, low);
  const from = op.Abs(op.Sub(x, low));
  const rest = op.Mod(from, span, { fmod: 1 });
  const isEven = op.Less(op.Mod(op.Floor(op.Div(from, span)), op.scalar(2, x.dtype), { fmod: 1 }), 1);
  return op.Add(op.Where(isEven, rest, op.Sub(span, rest)), low);
}

/** Pixel positions of coordinates in [-1, 1]. Those beyond all pixels come near enough that differences are finite. */
function positions(op: OpBuilder, x: Value, size: Value, { padding, corners }: Sampling): Value {
  const end = op.Sub(size, 1);
  const raw = corners ? op.Mul(op.Div(op.Add(x, 1), 2), end) : op.Div(op.Sub(op.Mul(op.Add(x, 1), size), 1), 2);
  if (padding === "zeros") return op.Min(op.Max(op.Where(op.IsNaN(raw), -2, raw), -2), op.Add(size, 1));
  const inside = padding === "border" ? raw : reflected(op, raw, corners ? 0 : -0.5, corners ? end : op.Sub(size, 0.5));
  return op.Min(op.Max(op.Where(op.IsNaN(inside), 0, inside), 0), end);
}

function tapsOf(op: OpBuilder, x: Value, length: Dim, sampling: Sampling): Tap[] {
  const size = op.cast(op.dim(length), x.dtype);
  const at = positions(op, x, size, sampling);
  const tap = (place: Value, weight: Value | null): Tap => {
    const pixel = op.Min(op.Max(place, 0), op.Sub(size, 1));
    const counts = op.cast(op.Equal(pixel, place), x.dtype);
    return { pixel: op.cast(pixel, "int64"), weight: weight === null ? counts : op.Mul(weight, counts) };
  };
  if (sampling.mode === "nearest") return [tap(op.Round(at), null)];
  const low = op.Floor(at);
  const part = op.Sub(at, low);
  return [tap(low, op.Sub(1, part)), tap(op.Add(low, 1), part)];
}

/** GridSample of [N, C, (D,) H, W] at points [N, …, 2 or 3], x first: all channels of a pixel are gathered as a row. Halves are computed in float32. */
export function gridSample(op: OpBuilder, inputs: readonly (Value | null)[], attributes: Attributes): Value {
  const [image, points] = [given(inputs, 0), given(inputs, 1)];
  const dtype = wideOf(image.dtype);
  const [x, grid] = [op.cast(image, dtype), op.cast(points, dtype)];
  const sampling = {
    mode: attr.string(attributes, "mode", "linear"),
    padding: attr.string(attributes, "padding_mode", "zeros"),
    corners: attr.number(attributes, "align_corners", 0) === 1,
  };
  if (sampling.mode === "cubic") return op.refuse("GridSample has mode cubic from opset 16 on, for images");
  const [n, channels, ...space] = x.shape as [Dim, Dim, ...Dim[]];
  const inner = space.map((_, i) => i + 1);
  const pixels = op.reshape(op.Transpose(x, { perm: [0, ...inner.map((a) => a + 1), 1] }), [space.reduce(mul, n), channels]);
  const images = op.Unsqueeze(op.Range(op.scalar(0, "int64"), op.dim(n), op.scalar(1, "int64")), inner);
  let reads: { row: Value; weight: Value | null }[] = [{ row: images, weight: null }];
  for (const [axis, length] of space.entries()) {
    const coordinate = op.Gather(grid, op.scalar(space.length - 1 - axis, "int64"), { axis: x.rank - 1 });
    const taps = tapsOf(op, coordinate, length, sampling);
    reads = reads.flatMap(({ row, weight }) =>
      taps.map((t) => ({
        row: op.Add(op.Mul(row, op.dim(length)), t.pixel),
        weight: weight === null ? t.weight : op.Mul(weight, t.weight),
      })),
    );
  }
  const parts = reads.map(({ row, weight }) => op.Mul(op.Gather(pixels, row, { axis: 0 }), op.Unsqueeze(weight as Value, [x.rank - 1])));
  const sum = parts.reduce((total, part) => op.Add(total, part));
  return op.cast(op.Transpose(sum, { perm: [0, x.rank - 1, ...inner] }), image.dtype);
}

export const grids: ExpandTable = { GridSample: gridSample };
