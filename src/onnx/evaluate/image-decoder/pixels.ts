/** @file Decoded pictures. */

import { OnnxExporterError } from "../../../errors.ts";

/** Pixels row by row from the top left, a byte a channel: grey, or red, green and blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Largest number of pixels that is decoded: sizes in files are not to be trusted. */
const mostPixels = 1 << 28;

export const imageError = (message: string, hint = "give the bytes of a whole image file"): OnnxExporterError =>
  new OnnxExporterError("eval/image", message, hint);

/** A black picture. Throws `eval/image` for sizes that no picture has. */
export function blank(width: number, height: number, channels: 1 | 3): Picture {
  if (width <= 0 || height <= 0 || width * height > mostPixels) throw imageError(`the image claims to be ${width} x ${height} pixels`);
  return { width, height, channels, data: new Uint8Array(width * height * channels) };
}

/** `bytes` from `begin` on, `count` of them. Throws `eval/image` when there are not as many. */
export function part(bytes: Uint8Array, begin: number, count: number): Uint8Array {
  if (begin + count <= bytes.length) return bytes.subarray(begin, begin + count);
  throw imageError(`the image ends after ${bytes.length} bytes, it needs ${begin + count}`);
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The sample of `bits` bits at place `i` of a row whose samples are packed from the high bits down. */
export function sampleAt(row: Uint8Array, i: number, bits: number): number {
  if (bits === 8) return row[i] as number;
  if (bits === 16) return row[2 * i] as number;
  const at = i * bits;
  return ((row[at >> 3] as number) >> (8 - bits - (at & 7))) & ((1 << bits) - 1);
}
