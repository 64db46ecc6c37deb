/** @file Images decoded: BMP, PNM, PNG, TIFF and JPEG; other formats are refused by name. */

import { empty, type Strided } from "../../../core/strided.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeJpeg } from "./jpeg.ts";
import type { Picture } from "./pixels.ts";
import { decodePng } from "./png.ts";
import { decodePnm } from "./pnm.ts";
import { decodeTiff } from "./tiff.ts";

interface Format {
  readonly name: string;
  /** What its files begin with, as latin-1. */
  readonly begins: RegExp;
  readonly decode: ((bytes: Uint8Array) => Picture) | null;
}

const formats: readonly Format[] = [
  { name: "BMP", begins: /^BM/, decode: decodeBmp },
  { name: "PNM", begins: /^P[1-6]\s/, decode: decodePnm },
  { name: "PNG", begins: /^\x89PNG/, decode: decodePng },
  { name: "TIFF", begins: /^(II\*\0|MM\0\*)/, decode: decodeTiff },
  { name: "JPEG", begins: /^\xff\xd8/, decode: decodeJpeg },
  { name: "JPEG 2000", begins: /^(.{4}jP {2}|\xff\x4f\xff\x51)/s, decode: null },
  { name: "WebP", begins: /^RIFF.{4}WEBP/s, decode: null },
];

/** Pixels as pixel_format says: grey by ITU-R 601's weights, rounded as Pillow does. */
function arranged({ channels, data }: Picture, pixelFormat: string): Uint8Array {
  const count = data.length / channels;
  const at = (i: number, c: number): number => data[channels === 1 ? i : i * 3 + c] as number;
  if (pixelFormat === "Grayscale") {
    if (channels === 1) return data;
    return Uint8Array.from({ length: count }, (_, i) => (at(i, 0) * 19595 + at(i, 1) * 38470 + at(i, 2) * 7471 + 0x8000) >> 16);
  }
  const order = pixelFormat === "BGR" ? [2, 1, 0] : [0, 1, 2];
  return Uint8Array.from({ length: count * 3 }, (_, i) => at(Math.floor(i / 3), order[i % 3] as number));
}

function decoded(call: Call): Strided {
  const pixelFormat = call.string("pixel_format", "RGB");
  if (!["RGB", "BGR", "Grayscale"].includes(pixelFormat)) {
    throw call.refuse("attribute", `pixel_format is ${pixelFormat}`, "it is RGB, BGR or Grayscale");
  }
  const x = call.tensor(0);
  const bytes = x.storage.bytes().slice(x.offset, x.offset + (x.shape[0] ?? 0));
  const begin = String.fromCharCode(...bytes.subarray(0, 16));
  const format = formats.find((f) => f.begins.test(begin));
  const known = formats.flatMap((f) => (f.decode ? [f.name] : [])).join(", ");
  if (!format?.decode) throw call.refuse("image", `${format?.name ?? "this format"} is not decoded`, `give one of ${known}`);
  const picture = pictureOf(call, format.name, () => (format.decode as NonNullable<Format["decode"]>)(bytes));
  const y = empty("uint8", [picture.height, picture.width, pixelFormat === "Grayscale" ? 1 : 3]);
  y.storage.bytes().set(arranged(picture, pixelFormat));
  return y;
}

/** A header that ends early is read past its end, which a DataView tells by a RangeError. */
function pictureOf(call: Call, name: string, decode: () => Picture): Picture {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) throw call.refuse("image", `the ${name} file ends early`, "give the bytes of a whole image file");
    throw error;
  }
}

export const imageDecoder: EvaluateTable = { ImageDecoder: decoded };
