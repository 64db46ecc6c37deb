/** @file Windows bitmaps without compression: 24 and 32 bits a pixel, or a palette of up to 256 colours. */

import { blank, imageError, type Picture, part, sampleAt, viewOf } from "./pixels.ts";

const fileHeader = 14;

/** Throws `eval/image` for compressed ones, and where bytes are missing. */
export function decodeBmp(bytes: Uint8Array): Picture {
  const view = viewOf(bytes);
  const [pixels, header, width, lines] = [
    view.getUint32(10, true),
    view.getUint32(14, true),
    view.getInt32(18, true),
    view.getInt32(22, true),
  ];
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
  if (compression !== 0 || ![1, 4, 8, 24, 32].includes(bits)) {
    throw imageError(`a BMP of ${bits} bits a pixel with compression ${compression}`, "BMP is decoded without compression only");
  }
  const picture = blank(width, Math.abs(lines), 3);
  const palette = bytes.subarray(fileHeader + header, pixels);
  const stride = Math.ceil((width * bits) / 32) * 4;
  for (let y = 0; y < picture.height; y++) {
    // A positive height counts from the bottom.
    const row = part(bytes, pixels + stride * (lines > 0 ? picture.height - 1 - y : y), stride);
    for (let x = 0; x < width; x++) {
      const [source, at] = bits > 8 ? [row, (x * bits) / 8] : [palette, sampleAt(row, x, bits) * 4];
      const to = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) picture.data[to + c] = source[at + 2 - c] ?? 0;
    }
  }
  return picture;
}
