/** @file Planes of a JPEG file's components, brought to one size and to RGB as libjpeg does. */

import { blank, type Picture } from "./pixels.ts";

/** One component's samples; rows are `stride` apart. Beyond width and height they are padding. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly samples: Uint8Array;
  /** How many pixels a sample stands for, each way. */
  readonly across: number;
  readonly down: number;
}

type Row = ArrayLike<number>;

const rowOf = (plane: Plane, y: number): Uint8Array => plane.samples.subarray(y * plane.stride, y * plane.stride + plane.width);

/** Sums of 3 parts of a row and 1 of the nearer neighbour above or below; at an edge the row is its own neighbour. */
function blended(plane: Plane, y: number): number[] {
  const near = Math.floor(y / 2);
  const other = Math.min(Math.max(near + (y % 2 === 0 ? -1 : 1), 0), plane.height - 1);
  const [a, b] = [rowOf(plane, near), rowOf(plane, other)];
  return Array.from(a, (v, i) => 3 * v + (b[i] as number));
}

/** Twice as many samples, each 3 parts of its own and 1 of its neighbour; `scale` is what a sample of `row` is multiplied by. */
function doubled(row: Row, scale: number): number[] {
  const shift = scale === 1 ? 2 : 4;
  // Halves are rounded up and down by turns, so that they do not add up.
  const [left, right] = scale === 1 ? [1, 2] : [8, 7];
  const last = row.length - 1;
  return Array.from({ length: row.length * 2 }, (_, i) => {
    const own = row[i >> 1] as number;
    const isLeft = i % 2 === 0;
    const edge = i === 0 || i === 2 * last + 1;
    const other = edge ? own : (row[(i >> 1) + (isLeft ? -1 : 1)] as number);
    return (3 * own + other + (isLeft ? left : right)) >> shift;
  });
}

/** Row `y` of the picture, a sample for each pixel. */
function fullRow(plane: Plane, y: number): Row {
  const smooth = plane.width > 2;
  if (plane.across === 1 && plane.down === 2) return blended(plane, y).map((v) => (v + (y % 2 === 0 ? 1 : 2)) >> 2);
  if (plane.across === 2 && plane.down === 1 && smooth) return doubled(rowOf(plane, y), 1);
  if (plane.across === 2 && plane.down === 2 && smooth) return doubled(blended(plane, y), 4);
  const row = rowOf(plane, Math.floor(y / plane.down));
  return plane.across === 1
    ? row
    : Array.from({ length: row.length * plane.across }, (_, i) => row[Math.floor(i / plane.across)] as number);
}

const clamped = (v: number): number => Math.min(Math.max(v, 0), 255);

/** Planes are grey, or red, green and blue, or where `isYcc` luma and two chromas (JFIF's formulas with 16 bits of fraction). */
export function merged(planes: readonly Plane[], width: number, height: number, isYcc: boolean): Picture {
  const picture = blank(width, height, planes.length === 1 ? 1 : 3);
  for (let y = 0; y < height; y++) {
    const rows = planes.map((plane) => fullRow(plane, y));
    for (let x = 0; x < width; x++) {
      const [a = 0, b = 0, c = 0] = rows.map((row) => row[x] as number);
      const [blue, red] = [b - 128, c - 128];
      const pixel = !isYcc
        ? [a, b, c]
        : [
            clamped(a + ((91881 * red + 32768) >> 16)),
            clamped(a + ((-22554 * blue - 46802 * red + 32768) >> 16)),
            clamped(a + ((116130 * blue + 32768) >> 16)),
          ];
      for (let k = 0; k < picture.channels; k++) picture.data[(y * width + x) * picture.channels + k] = pixel[k] as number;
    }
  }
  return picture;
}
