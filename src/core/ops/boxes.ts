/** @file Boxes [x1, y1, x2, y2]: suppression of overlapping ones, and averages of an image inside them. */

import { OnnxExporterError } from "../../errors.ts";
import { sized } from "../door.ts";
import type { Strided } from "../strided.ts";
import { show } from "./layout.ts";
import { doubles, floats, fromFloats, fromIntegers, range } from "./values.ts";

const f = Math.fround;

/** Indices of the boxes that stay, best score first: one goes when a better one overlaps it by more than `threshold` (torchvision/csrc/ops/cpu/nms_kernel.cpp). */
export function nms(boxes: Strided, scores: Strided, threshold: number): Strided {
  const b = floats(boxes);
  const s = floats(scores);
  const at = (i: number, k: number): number => b[i * 4 + k] as number;
  const area = Array.from(s, (_, i) => f(f(at(i, 2) - at(i, 0)) * f(at(i, 3) - at(i, 1))));
  const order = Array.from(s, (_, i) => i).sort((i, j) => (s[j] as number) - (s[i] as number) || i - j);
  const gone = new Uint8Array(s.length);
  const kept: number[] = [];
  order.forEach((i, place) => {
    if (gone[i]) return;
    kept.push(i);
    for (const j of order.slice(place + 1)) {
      const width = Math.max(0, f(Math.min(at(i, 2), at(j, 2)) - Math.max(at(i, 0), at(j, 0))));
      const height = Math.max(0, f(Math.min(at(i, 3), at(j, 3)) - Math.max(at(i, 1), at(j, 1))));
      const shared = f(width * height);
      if (f(shared / f(f((area[i] as number) + (area[j] as number)) - shared)) > threshold) gone[j] = 1;
    }
  });
  return fromIntegers(kept);
}

export interface SuppressionOptions {
  /** Most boxes of one class of one image. */
  readonly perClass: number;
  /** Intersection over union above which the worse box goes. */
  readonly overlap: number;
  /** Boxes must score above this. */
  readonly score: number;
  /** Boxes are (x, y, width, height) around their centre; else two corners (y, x) in any order. */
  readonly centered: boolean;
}

type Corners = readonly [low: number, low: number, high: number, high: number];

function cornersOf(b: Float64Array, i: number, centered: boolean): Corners {
  const [p, q, r, s] = Array.from(b.subarray(i * 4, i * 4 + 4)) as [number, number, number, number];
  if (centered) return [p - r / 2, q - s / 2, p + r / 2, q + s / 2];
  return [Math.min(p, r), Math.min(q, s), Math.max(p, r), Math.max(q, s)];
}

/** Intersection over union. */
function overlapOf(a: Corners, b: Corners): number {
  const side = (k: 0 | 1): number => Math.max(Math.min(a[k + 2] as number, b[k + 2] as number) - Math.max(a[k], b[k]), 0);
  const area = (c: Corners): number => (c[2] - c[0]) * (c[3] - c[1]);
  const shared = side(0) * side(1);
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/** boxes [images, n, 4], scores [images, classes, n]: rows (image, class, box), best score of each class first (ONNX NonMaxSuppression). */
export function boxSuppression(boxes: Strided, scores: Strided, o: SuppressionOptions): [number, number, number][] {
  const [images, classes, n] = scores.shape as readonly [number, number, number];
  const [b, s] = [floats(boxes), floats(scores)];
  const rows: [number, number, number][] = [];
  for (let image = 0; image < images; image++) {
    const corners = Array.from({ length: n }, (_, i) => cornersOf(b, image * n + i, o.centered));
    for (let label = 0; label < classes; label++) {
      const at = (i: number): number => s[(image * classes + label) * n + i] as number;
      const order = corners.map((_, i) => i).filter((i) => at(i) > o.score);
      const kept: Corners[] = [];
      for (const i of order.sort((p, q) => at(q) - at(p) || p - q)) {
        if (kept.length >= o.perClass) break;
        const box = corners[i] as Corners;
        if (kept.some((k) => overlapOf(k, box) > o.overlap)) continue;
        kept.push(box);
        rows.push([image, label, i]);
      }
    }
  }
  return rows;
}

export interface RoiOptions {
  readonly scale: number;
  readonly height: number;
  readonly width: number;
  /** Samples per bin and side; 0 or less: as many as pixels. */
  readonly ratio: number;
  readonly aligned: boolean;
  /** The largest weighted pixel of a bin instead of the mean of its samples (ONNX: mode max). */
  readonly max?: boolean;
}

/** The four pixels of one plane around (y, x), times their bilinear weights; 0 more than a pixel outside. */
function weighted(plane: Float64Array, start: number, height: number, width: number, y: number, x: number): number[] {
  if (y < -1 || y > height || x < -1 || x > width) return [0];
  const [top, left] = [Math.max(y, 0), Math.max(x, 0)];
  const y0 = Math.min(Math.floor(top), height - 1);
  const x0 = Math.min(Math.floor(left), width - 1);
  const [y1, x1] = [Math.min(y0 + 1, height - 1), Math.min(x0 + 1, width - 1)];
  // At the last pixel both neighbours are that pixel.
  const dy = y0 === height - 1 ? 0 : top - y0;
  const dx = x0 === width - 1 ? 0 : left - x0;
  const v = (r: number, c: number): number => plane[start + r * width + c] as number;
  return [(1 - dy) * (1 - dx) * v(y0, x0), (1 - dy) * dx * v(y0, x1), dy * (1 - dx) * v(y1, x0), dy * dx * v(y1, x1)];
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function pooled(samples: readonly (readonly number[])[], max: boolean): number {
  if (samples.length === 0) return 0;
  return max ? Math.max(...samples.flat()) : total(samples.map(total)) / samples.length;
}

/** Throws `core/boxes` where `rois` are no regions of images of `input`. */
function checkRegions(input: Strided, rois: Strided, values: Float64Array): void {
  const [images = 0] = input.shape;
  const isFit = input.shape.length === 4 && rois.shape.length === 2 && rois.shape[1] === 5;
  const bad = isFit ? values.findIndex((image, i) => i % 5 === 0 && !(image >= 0 && image < images)) : -1;
  if (isFit && bad < 0) return;
  const message =
    bad < 0 ? `regions ${show(rois.shape)} of ${show(input.shape)}` : `region ${bad / 5} is of image ${values[bad]} of ${images}`;
  throw new OnnxExporterError("core/boxes", message, "regions [K, 5] of [N, C, H, W], the image's number first");
}

/** rois [K, 5] with the image's index first: the mean of bilinear samples in each bin, [K, C, height, width] (torchvision/csrc/ops/cpu/roi_align_kernel.cpp). */
export function roiAlign(input: Strided, rois: Strided, o: RoiOptions): Strided {
  const [, channels, height, width] = input.shape as readonly [number, number, number, number];
  const x = floats(input);
  const r = floats(rois);
  checkRegions(input, rois, r);
  const count = rois.shape[0] as number;
  const out = doubles([count, channels, o.height, o.width]);
  const offset = o.aligned ? 0.5 : 0;
  for (let k = 0; k < count; k++) {
    const [image, x1, y1, x2, y2] = Array.from(r.subarray(k * 5, k * 5 + 5)) as [number, number, number, number, number];
    const [left, top] = [x1 * o.scale - offset, y1 * o.scale - offset];
    let [w, h] = [x2 * o.scale - offset - left, y2 * o.scale - offset - top];
    if (!o.aligned) [w, h] = [Math.max(w, 1), Math.max(h, 1)];
    const [binH, binW] = [h / o.height, w / o.width];
    const ny = o.ratio > 0 ? o.ratio : Math.max(Math.ceil(h / o.height), 0);
    const nx = o.ratio > 0 ? o.ratio : Math.max(Math.ceil(w / o.width), 0);
    sized([ny, nx, o.height, o.width], 8);
    for (let c = 0; c < channels; c++) {
      const plane = (image * channels + c) * height * width;
      for (let p = 0; p < o.height * o.width; p++) {
        const [ph, pw] = [Math.floor(p / o.width), p % o.width];
        const samples: number[][] = [];
        for (let i = 0; i < ny; i++) {
          for (let j = 0; j < nx; j++) {
            const [row, column] = [top + ph * binH + ((i + 0.5) * binH) / ny, left + pw * binW + ((j + 0.5) * binW) / nx];
            samples.push(weighted(x, plane, height, width, row, column));
          }
        }
        out[(k * channels + c) * o.height * o.width + p] = pooled(samples, o.max ?? false);
      }
    }
  }
  return fromFloats(out, [count, channels, o.height, o.width], input.dtype);
}

/**
 * rois [K, 5] with the image's index first, in pixels after `scale`: the largest pixel in each bin, [K, C, height, width]; 0 where a bin is
 * empty (ONNX MaxRoiPool).
 */
export function maxRoiPool(input: Strided, rois: Strided, o: Pick<RoiOptions, "scale" | "height" | "width">): Strided {
  const [, channels, height, width] = input.shape as readonly [number, number, number, number];
  const [x, r] = [floats(input), floats(rois)];
  checkRegions(input, rois, r);
  const count = rois.shape[0] as number;
  const out = doubles([count, channels, o.height, o.width]);
  for (let k = 0; k < count; k++) {
    const [image, ...corners] = Array.from(r.subarray(k * 5, k * 5 + 5)) as [number, number, number, number, number];
    const [x1, y1, x2, y2] = corners.map((c) => Math.round(c * o.scale)) as [number, number, number, number];
    const rows = binsOf(y1, y2, o.height, height);
    const columns = binsOf(x1, x2, o.width, width);
    for (let c = 0; c < channels; c++) {
      const plane = (image * channels + c) * height * width;
      rows.forEach(([top, bottom], p) => {
        columns.forEach(([left, right], q) => {
          let max = top < bottom && left < right ? Number.NEGATIVE_INFINITY : 0;
          for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) max = Math.max(max, x[plane + i * width + j] as number);
          out[((k * channels + c) * o.height + p) * o.width + q] = max;
        });
      });
    }
  }
  return fromFloats(out, [count, channels, o.height, o.width], input.dtype);
}

/** The pixels [from, to) of each of `n` bins between `low` and `high`, both included, inside `size`. */
function binsOf(low: number, high: number, n: number, size: number): [number, number][] {
  const bin = Math.max(high - low + 1, 1) / n;
  const inside = (i: number): number => Math.min(Math.max(i + low, 0), size);
  return range(n).map((i) => [inside(Math.floor(i * bin)), inside(Math.ceil((i + 1) * bin))]);
}
