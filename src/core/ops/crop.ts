/** @file Parts of images, resized (tf.image.crop_and_resize; ONNX Runtime's CropAndResize). */

import { OnnxExporterError } from "../../errors.ts";
import { numel, type Strided } from "../strided.ts";
import { show } from "./layout.ts";
import { doubles, floats, fromFloats, integers } from "./values.ts";

export interface CropOptions {
  readonly size: readonly [height: number, width: number];
  readonly nearest: boolean;
  /** What stands for places outside the image. */
  readonly outside: number;
}

/** Where the `count` places of [start, end], given in shares of the image, lie in a dim of size `n`. */
function placesOf(start: number, end: number, count: number, n: number): number[] {
  const step = count > 1 ? ((end - start) * (n - 1)) / (count - 1) : 0;
  const first = count > 1 ? start * (n - 1) : 0.5 * (start + end) * (n - 1);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** Half away from zero, as C's round. */
const nearestTo = (x: number): number => Math.floor(x + 0.5);

/**
 * x [N, C, H, W], boxes [R, 4] as y1, x1, y2, x2 in shares of the image, `images` [R] which image each is of → [R, C, size…], corners
 * aligned. Computed in double, rounded once. Throws `core/crop` for other shapes, `core/index` for an image that is none.
 */
export function cropAndResize(x: Strided, boxes: Strided, images: Strided, { size, nearest, outside }: CropOptions): Strided {
  const [count, channels, height, width] = x.shape as readonly [number, number, number, number];
  if (x.shape.length !== 4 || boxes.shape.length !== 2 || boxes.shape[1] !== 4 || numel(images.shape) !== boxes.shape[0]) {
    const message = `cropAndResize: boxes ${show(boxes.shape)} of images ${show(images.shape)} in ${show(x.shape)}`;
    throw new OnnxExporterError("core/crop", message, "[N, C, H, W], boxes [R, 4], an image for each box");
  }
  const [pixels, corners, which] = [floats(x), floats(boxes), integers(images)];
  const [rows, columns] = size;
  const y = doubles([which.length, channels, rows, columns]);
  let at = 0;
  for (const [r, image] of which.entries()) {
    if (!(image >= 0 && image < count)) throw new OnnxExporterError("core/index", `cropAndResize: image ${image} of ${count}`);
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = corners.subarray(4 * r, 4 * r + 4);
    const [ys, xs] = [placesOf(y1, y2, rows, height), placesOf(x1, x2, columns, width)];
    for (let c = 0; c < channels; c++) {
      const plane = (image * channels + c) * height * width;
      const pixel = (row: number, column: number) => pixels[plane + row * width + column] as number;
      for (const v of ys) for (const u of xs) y[at++] = sample(pixel, v, u, height, width, nearest, outside);
    }
  }
  return fromFloats(y, [which.length, channels, rows, columns], x.dtype);
}

function sample(
  pixel: (row: number, column: number) => number,
  v: number,
  u: number,
  height: number,
  width: number,
  nearest: boolean,
  outside: number,
): number {
  if (!(v >= 0 && v <= height - 1 && u >= 0 && u <= width - 1)) return outside;
  if (nearest) return pixel(nearestTo(v), nearestTo(u));
  const [top, left] = [Math.floor(v), Math.floor(u)];
  const [bottom, right] = [Math.ceil(v), Math.ceil(u)];
  const between = (row: number) => pixel(row, left) + (pixel(row, right) - pixel(row, left)) * (u - left);
  return between(top) + (between(bottom) - between(top)) * (v - top);
}
