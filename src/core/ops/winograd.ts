/** @file 3 x 3 convolutions with fewer products: assembly/kernels/winograd.ts says how. */

import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, type Strided } from "../strided.ts";
import type { ConvOptions } from "./conv.ts";

/** Rows of a panel of weights, and places of a transformed tile, in the kernel. */
const [panelRows, places] = [5, 16];
/** Below so many channels on either side the transforms cost more than the products that they save. */
const fewestChannels = 8;

const suits = (x: Strided, w: Strided, o: ConvOptions): boolean =>
  x.dtype === "float32" &&
  w.shape.length === 4 &&
  w.shape[2] === 3 &&
  w.shape[3] === 3 &&
  (w.shape[1] as number) >= fewestChannels &&
  (w.shape[0] as number) / o.groups >= fewestChannels &&
  [...o.stride, ...o.dilation].every((s) => s === 1);

/**
 * The convolution of contiguous x and w, [N, O, …out], or null where it is not one that this way suits: float32, 3 x 3, strides and dilation 1,
 * 8 channels or more per group. Null also where a result is not finite: a tile's sums spread inf and NaN to its neighbours. Throws `core/memory`.
 */
export function tryWinograd(x: Strided, w: Strided, out: readonly number[], o: ConvOptions): Strided | null {
  if (!suits(x, w, o)) return null;
  const [batch, , height, width] = x.shape as [number, number, number, number];
  const [og, ig] = [(w.shape[0] as number) / o.groups, w.shape[1] as number];
  const [[padY], [padX]] = o.padding as readonly [readonly [number, number], readonly [number, number]];
  const [oh, ow] = out as [number, number];
  const y = empty(x.dtype, [batch, og * o.groups, oh, ow]);
  const weights = empty(x.dtype, [o.groups, places, Math.ceil(og / panelRows), ig, panelRows]);
  const bytes = { x: ig * height * width * 4, y: og * oh * ow * 4, w: og * ig * 9 * 4, u: weights.storage.nbytes / o.groups };
  for (let g = 0; g < o.groups; g++) core.exports.winograd_weights_f32(address(w) + g * bytes.w, address(weights) + g * bytes.u, og, ig);
  let code = 0;
  for (let i = 0; i < batch * o.groups && code === 0; i++) {
    const [from, to, u] = [address(x) + i * bytes.x, address(y) + i * bytes.y, address(weights) + (i % o.groups) * bytes.u];
    code = core.exports.winograd_f32(from, u, to, ig, og, height, width, padY, padX, oh, ow);
  }
  weights.storage.free();
  if (code === 1) throw new OnnxExporterError("core/memory", "conv: the core's memory is used up", "work on smaller pieces");
  return code === 0 ? y : null;
}
