/** @file TIFF as every reader must know it (TIFF 6.0, baseline): strips of bytes without compression, grey or RGB, the first image of the file. */

import { blank, imageError, type Picture, part, viewOf } from "./pixels.ts";

const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  samples: 277,
  rows: 278,
  planar: 284,
} as const;

/** Bytes of a number by the file's type for it: bytes, shorts, longs. */
const sizes: { readonly [type: number]: 1 | 2 | 4 } = { 1: 1, 3: 2, 4: 4 };

/** The numbers of the first directory by tag. */
function directory(bytes: Uint8Array): ReadonlyMap<number, readonly number[]> {
  const view = viewOf(bytes);
  const little = bytes[0] === 0x49;
  const read = {
    1: (at: number) => view.getUint8(at),
    2: (at: number) => view.getUint16(at, little),
    4: (at: number) => view.getUint32(at, little),
  };
  const start = read[4](4);
  const entries = Array.from({ length: read[2](start) }, (_, i) => start + 2 + 12 * i);
  return new Map(
    entries.flatMap((at) => {
      const [size, count] = [sizes[read[2](at + 2)], read[4](at + 4)];
      if (size === undefined || count * size > bytes.length) return [];
      const from = size * count > 4 ? read[4](at + 8) : at + 8;
      return [[read[2](at), Array.from({ length: count }, (_, i) => read[size](from + i * size))] as const];
    }),
  );
}

/** Throws `eval/image` for compression, other than 8 bits a sample, other colours than grey and RGB, and where bytes are missing. */
export function decodeTiff(bytes: Uint8Array): Picture {
  const fields = directory(bytes);
  const of = (tag: number, otherwise: number): number => fields.get(tag)?.[0] ?? otherwise;
  const [compression, photometric, planar, samples] = [
    of(tags.compression, 1),
    of(tags.photometric, 1),
    of(tags.planar, 1),
    of(tags.samples, 1),
  ];
  const plain = compression === 1 && photometric <= 2 && planar === 1 && (fields.get(tags.bits) ?? [1]).every((b) => b === 8);
  if (!plain) throw imageError("a TIFF of compressed or other than 8-bit grey or RGB pixels", "save it without compression");
  const picture = blank(of(tags.width, 0), of(tags.height, 0), photometric === 2 ? 3 : 1);
  const { width, height, channels, data } = picture;
  const rowsPerStrip = Math.min(of(tags.rows, height), height);
  for (let y = 0; y < height; y++) {
    const strip = fields.get(tags.offsets)?.[Math.floor(y / rowsPerStrip)];
    if (strip === undefined) throw imageError(`a TIFF has no strip for row ${y}`);
    const row = part(bytes, strip + (y % rowsPerStrip) * width * samples, width * samples);
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const sample = row[x * samples + c] as number;
        data[(y * width + x) * channels + c] = photometric === 0 ? 255 - sample : sample;
      }
    }
  }
  return picture;
}
