/** @file Deformable convolution: each tap of the kernel reads the image at a learned offset (torchvision/csrc/ops/cpu/deform_conv2d_kernel.cpp). */

import type { Strided } from "../strided.ts";
import { doubles, floats, fromFloats } from "./values.ts";

export interface DeformOptions {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly offsetGroups: number;
}

/** Bilinear value at (y, x) of the plane that starts at `start`; pixels outside count as 0. */
function bilinear(image: Float64Array, start: number, height: number, width: number, y: number, x: number): number {
  if (y <= -1 || y >= height || x <= -1 || x >= width) return 0;
  const [y0, x0] = [Math.floor(y), Math.floor(x)];
  const [dy, dx] = [y - y0, x - x0];
  const at = (r: number, c: number): number => (r < 0 || r >= height || c < 0 || c >= width ? 0 : (image[start + r * width + c] as number));
  return (1 - dy) * ((1 - dx) * at(y0, x0) + dx * at(y0, x0 + 1)) + dy * ((1 - dx) * at(y0 + 1, x0) + dx * at(y0 + 1, x0 + 1));
}

/**
 * input [N, C, H, W], weight [O, C / groups, kh, kw], offset [N, 2 * offsetGroups * kh * kw, oh, ow] with y before x,
 * mask [N, offsetGroups * kh * kw, oh, ow] or null, bias [O]. Computed in double, rounded once.
 */
export function deformConv(
  input: Strided,
  weight: Strided,
  offset: Strided,
  mask: Strided | null,
  bias: Strided,
  o: DeformOptions,
): Strided {
  const [batch, channels, height, width] = input.shape as readonly [number, number, number, number];
  const [outputs, perGroup, kh, kw] = weight.shape as readonly [number, number, number, number];
  const [oh, ow] = offset.shape.slice(-2) as [number, number];
  const [x, w, off, b] = [floats(input), floats(weight), floats(offset), floats(bias)];
  const m = mask === null ? null : floats(mask);
  const [taps, places] = [kh * kw, oh * ow];
  const y = doubles([batch, outputs, places]);
  const columns = doubles([channels, taps]);
  for (let n = 0; n < batch; n++) {
    for (let p = 0; p < places; p++) {
      const [row, column] = [Math.floor(p / ow) * o.stride[0] - o.padding[0], (p % ow) * o.stride[1] - o.padding[1]];
      for (let c = 0; c < channels; c++) {
        const group = Math.floor((c * o.offsetGroups) / channels);
        for (let k = 0; k < taps; k++) {
          const tap = (n * o.offsetGroups + group) * taps + k;
          const dy = off[2 * tap * places + p] as number;
          const dx = off[(2 * tap + 1) * places + p] as number;
          const at = bilinear(
            x,
            (n * channels + c) * height * width,
            height,
            width,
            row + Math.floor(k / kw) * o.dilation[0] + dy,
            column + (k % kw) * o.dilation[1] + dx,
          );
          columns[c * taps + k] = m === null ? at : at * (m[tap * places + p] as number);
        }
      }
      for (let f = 0; f < outputs; f++) {
        const first = Math.floor((f * o.groups) / outputs) * perGroup * taps;
        let sum = b[f] as number;
        for (let i = 0; i < perGroup * taps; i++) sum += (w[f * perGroup * taps + i] as number) * (columns[first + i] as number);
        y[(n * outputs + f) * places + p] = sum;
      }
    }
  }
  return fromFloats(y, [batch, outputs, oh, ow], input.dtype);
}
