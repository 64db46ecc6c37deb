/** @file PNG without interlacing (https://www.w3.org/TR/png-3/). Alpha is left out, 16 bits become 8. */

import { inflate } from "./inflate.ts";
import { blank, imageError, type Picture, part, sampleAt, viewOf } from "./pixels.ts";

/** Samples a pixel by colour type. */
const samples: { readonly [type: number]: number } = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const paletteType = 3;

interface Chunks {
  readonly header: DataView;
  readonly palette: Uint8Array;
  readonly data: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunks {
  const view = viewOf(bytes);
  const found = new Map<string, Uint8Array[]>();
  for (let at = 8; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    found.set(name, [...(found.get(name) ?? []), part(bytes, at + 8, size)]);
    at += size + 12;
  }
  const [header] = found.get("IHDR") ?? [];
  if (header === undefined) throw imageError("a PNG file has no header");
  const data = new Uint8Array((found.get("IDAT") ?? []).reduce((sum, c) => sum + c.length, 0));
  let at = 0;
  for (const chunk of found.get("IDAT") ?? []) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return { header: viewOf(header), palette: found.get("PLTE")?.[0] ?? new Uint8Array(0), data };
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** Undoes a row's filter in place; `above` is the row before, `step` the bytes of a pixel. */
function unfilter(kind: number, row: Uint8Array, above: Uint8Array, step: number): void {
  for (let i = 0; i < row.length; i++) {
    const a = i < step ? 0 : (row[i - step] as number);
    const b = above[i] as number;
    const c = i < step ? 0 : (above[i - step] as number);
    const predicted = [0, a, b, (a + b) >> 1, paeth(a, b, c)][kind];
    if (predicted === undefined) throw imageError(`a PNG row has filter ${kind}`);
    row[i] = (row[i] as number) + predicted;
  }
}

/** Throws `eval/image` for interlaced files and damaged ones. */
export function decodePng(bytes: Uint8Array): Picture {
  const { header, palette, data } = chunksOf(bytes);
  const [width, height, bits, type, interlaced] = [
    header.getUint32(0),
    header.getUint32(4),
    header.getUint8(8),
    header.getUint8(9),
    header.getUint8(12),
  ];
  const perPixel = samples[type];
  if (interlaced !== 0 || perPixel === undefined)
    throw imageError(`a PNG of colour type ${type}${interlaced ? ", interlaced" : ""}`, "save it plainly");
  const picture = blank(width, height, type === 0 || type === 4 ? 1 : 3);
  const stride = Math.ceil((width * perPixel * bits) / 8);
  const rows = inflate(data, (stride + 1) * height);
  let above: Uint8Array = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const row = rows.subarray(start + 1, start + 1 + stride);
    unfilter(rows[start] as number, row, above, Math.max(1, (perPixel * bits) >> 3));
    above = row;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < picture.channels; c++) {
        const sample = sampleAt(row, type === paletteType ? x : x * perPixel + c, bits);
        const grey = bits < 8 ? (sample * 255) / ((1 << bits) - 1) : sample;
        picture.data[(y * width + x) * picture.channels + c] = type === paletteType ? (palette[sample * 3 + c] ?? 0) : grey;
      }
    }
  }
  return picture;
}
