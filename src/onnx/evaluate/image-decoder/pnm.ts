/** @file Portable anymaps: PBM, PGM and PPM, as text or bytes (https://netpbm.sourceforge.net/doc/pnm.html). */

import { blank, imageError, type Picture, part, sampleAt } from "./pixels.ts";

/** Reads numbers between white space and comments. */
class Tokens {
  readonly #bytes: Uint8Array;
  at = 2;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    this.#space();
    const start = this.at;
    while (isDigit(this.#bytes[this.at])) this.at++;
    if (start === this.at) throw imageError(`a number is missing at byte ${start} of a PNM file`);
    return Number(new TextDecoder().decode(this.#bytes.subarray(start, this.at)));
  }

  /** A bit, which white space need not follow. */
  bit(): number {
    this.#space();
    return (this.#bytes[this.at++] ?? 0x30) - 0x30;
  }

  #space(): void {
    for (let byte = this.#bytes[this.at]; byte !== undefined && byte <= 0x23; byte = this.#bytes[this.at]) {
      if (byte === 0x23) while (this.at < this.#bytes.length && this.#bytes[this.at] !== 0x0a) this.at++;
      else if (byte <= 0x20) this.at++;
      else return;
    }
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Samples are scaled to 0 … 255. Throws `eval/image` where numbers or bytes are missing. */
export function decodePnm(bytes: Uint8Array): Picture {
  const kind = (bytes[1] as number) - 0x30;
  const [bitmap, text] = [kind === 1 || kind === 4, kind < 4];
  const tokens = new Tokens(bytes);
  const [width, height] = [tokens.number(), tokens.number()];
  const largest = bitmap ? 1 : tokens.number();
  const picture = blank(width, height, kind === 3 || kind === 6 ? 3 : 1);
  const perRow = width * picture.channels;
  const bits = bitmap ? 1 : largest > 255 ? 16 : 8;
  const stride = Math.ceil((perRow * bits) / 8);
  // One white space ends the header.
  const begin = tokens.at + 1;
  for (let y = 0; y < height; y++) {
    const row = text ? null : part(bytes, begin + y * stride, stride);
    for (let i = 0; i < perRow; i++) {
      const wide = bits === 16 && row !== null ? (row[2 * i + 1] as number) : 0;
      const value =
        row === null ? (bitmap ? tokens.bit() : tokens.number()) : bits === 16 ? sampleAt(row, i, 16) * 256 + wide : sampleAt(row, i, bits);
      picture.data[y * perRow + i] = Math.round(((bitmap ? 1 - value : value) * 255) / largest);
    }
  }
  return picture;
}
