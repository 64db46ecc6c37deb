/** @file The coded data of a JPEG scan: Huffman codes to coefficients, block by block (ITU-T T.81, annex F). */

import { inverseTransform } from "./jpeg-transform.ts";
import { imageError } from "./pixels.ts";

/** Symbols by code, for each length of code. */
export interface Huffman {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/** A component of the frame while it is decoded. */
export interface Component {
  readonly id: number;
  /** Blocks a unit of the interleaved scan has of it, each way. */
  readonly across: number;
  readonly down: number;
  readonly quantization: number;
  /** Blocks that hold its picture, each way. */
  readonly columns: number;
  readonly rows: number;
  /** Rows of samples, padded to whole units. */
  readonly stride: number;
  readonly samples: Uint8Array;
}

/** A component in a scan: with its codes and the last DC coefficient. */
export interface Scanned {
  readonly component: Component;
  readonly dc: Huffman;
  readonly ac: Huffman;
  readonly table: Uint16Array;
  last: number;
}

/** Where the numbers of a block lie, in the order in which they are coded. */
const zigzag = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28],
  ...[35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

class Bits {
  readonly #bytes: Uint8Array;
  at: number;
  #byte = 0;
  #held = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  #bit(): number {
    if (this.#held === 0) {
      const byte = this.#bytes[this.at++];
      // 0xff is followed by 0, which says that it is no marker.
      if (byte === undefined || (byte === 0xff && this.#bytes[this.at++] !== 0)) throw imageError("the data of a JPEG scan ends early");
      this.#byte = byte;
      this.#held = 8;
    }
    return (this.#byte >> --this.#held) & 1;
  }

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = (value << 1) | this.#bit();
    return value;
  }

  /** A number of `count` bits, whose first one says its sign. */
  signed(count: number): number {
    const value = this.take(count);
    return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  symbol({ counts, symbols }: Huffman): number {
    let [code, first, place] = [0, 0, 0];
    for (const count of counts) {
      code |= this.#bit();
      if (code - first < count) return symbols[place + code - first] as number;
      place += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw imageError("the data of a JPEG scan has a code that stands for nothing");
  }

  /** Passes the marker between two restart intervals. */
  restart(): void {
    this.#held = 0;
    if (this.#bytes[this.at] !== 0xff) throw imageError("a JPEG scan lacks a restart marker");
    this.at += 2;
  }
}

function coefficients(bits: Bits, scanned: Scanned, block: Int32Array): void {
  block.fill(0);
  scanned.last += bits.signed(bits.symbol(scanned.dc));
  block[0] = scanned.last * (scanned.table[0] as number);
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(scanned.ac);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && run < 15) return;
    k += run;
    if (k > 63) throw imageError("a JPEG block has more than 64 coefficients");
    if (size > 0) block[zigzag[k] as number] = bits.signed(size) * (scanned.table[k] as number);
  }
}

function store(block: Int32Array, { samples, stride }: Component, column: number, row: number): void {
  for (let y = 0; y < 8; y++) {
    const at = (row * 8 + y) * stride + column * 8;
    for (let x = 0; x < 8; x++) samples[at + x] = Math.min(Math.max((block[y * 8 + x] as number) + 128, 0), 255);
  }
}

/** Decodes a scan that begins at `begin`, into its components' samples. `interval`: units between restarts, 0 for none. */
export function decodeScan(
  bytes: Uint8Array,
  begin: number,
  scan: readonly Scanned[],
  unitColumns: number,
  unitRows: number,
  interval: number,
): void {
  const bits = new Bits(bytes, begin);
  const block = new Int32Array(64);
  const [only] = scan;
  // A scan of one component goes by its own blocks, and leaves padding out.
  const single = scan.length === 1 && only ? only.component : null;
  const [columns, rows] = single ? [single.columns, single.rows] : [unitColumns, unitRows];
  for (let unit = 0; unit < columns * rows; unit++) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      bits.restart();
      for (const scanned of scan) scanned.last = 0;
    }
    const [column, row] = [unit % columns, Math.floor(unit / columns)];
    for (const scanned of scan) {
      const { component } = scanned;
      const [across, down] = single ? [1, 1] : [component.across, component.down];
      for (let i = 0; i < across * down; i++) {
        coefficients(bits, scanned, block);
        inverseTransform(block);
        store(block, component, column * across + (i % across), row * down + Math.floor(i / across));
      }
    }
  }
}
