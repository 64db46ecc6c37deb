/**
 * @file Sources made of others by moving elements: reshape, transpose, slice, expand, concat. Nothing is read before `chunks`. Elements that
 * share a byte are unpacked on the way where they do not move together.
 */

import { core } from "../core/door.ts";
import { contiguousStrides, numel } from "../core/strided.ts";
import { dtypes, isComplex, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { packSource, unpackSource } from "./packed.ts";
import { fill, half, pieceBytes, source, type TensorSource } from "./source.ts";
import { isDense, type Layout, type ReadBytes, viewPieces } from "./view.ts";

const shown = (of: TensorSource): string => `${of.dtype}[${of.shape.join(", ")}]`;

/** The same bytes under another shape. Throws `weights/shape` when the number of elements differs. */
export function reshapeSource(of: TensorSource, shape: readonly number[]): TensorSource {
  if (numel(shape) !== numel(of.shape))
    throw new OnnxExporterError("weights/shape", `${shown(of)} cannot be reshaped to [${shape.join(", ")}]`);
  return source({
    name: `reshape of ${shown(of)}`,
    dtype: of.dtype,
    shape,
    key: of.key === null ? null : `reshape(${of.key};${shape.join(",")})`,
    range: of.range,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => reshapeSource(other as TensorSource, shape) },
    pieces: (budget, begin, end) => of.chunks(budget, begin, end),
  });
}

/** Complex elements as real pairs: the same bytes with a trailing dim of 2. Throws `weights/dtype` for a source that is not complex. */
export function pairsSource(of: TensorSource): TensorSource {
  if (!isComplex(of.dtype)) throw new OnnxExporterError("weights/dtype", `${shown(of)} has no imaginary parts`);
  return source({
    name: `pairs of ${shown(of)}`,
    dtype: realOf(of.dtype),
    shape: [...of.shape, 2],
    key: of.key === null ? null : `pairs(${of.key})`,
    range: of.range,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => pairsSource(other as TensorSource) },
    pieces: (budget, begin, end) => of.chunks(budget, begin, end),
  });
}

/** Dims in the order of `perm`: result dim i is dim perm[i]. */
export function transposeSource(of: TensorSource, perm: readonly number[]): TensorSource {
  const { length } = of.shape;
  if (perm.length !== length || new Set(perm).size !== length || perm.some((d) => !(Number.isInteger(d) && d >= 0 && d < length))) {
    throw new OnnxExporterError("weights/shape", `[${perm.join(", ")}] is no permutation of the dims of ${shown(of)}`);
  }
  const strides = contiguousStrides(of.shape);
  const pick = (from: readonly number[]): number[] => perm.map((d) => from[d] as number);
  return viewSource(of, { shape: pick(of.shape), strides: pick(strides), offset: 0 }, `transpose(${perm.join(",")})`);
}

/** Elements start, start + step, … before `end` (behind it for a negative step) of dim `dim`; bounds inside the dim, as `steps` of them exist. */
export function sliceSource(of: TensorSource, dim: number, start: number, end: number, step = 1): TensorSource {
  const d = of.shape[dim];
  const n = Math.max(Math.ceil((end - start) / step), 0);
  const last = start + (n - 1) * step;
  if (d === undefined || step === 0 || (n > 0 && !(start >= 0 && start < d && last >= 0 && last < d))) {
    throw new OnnxExporterError("weights/shape", `slice ${start}:${end}:${step} of dim ${dim} is not inside ${shown(of)}`);
  }
  const strides = contiguousStrides(of.shape);
  const offset = n === 0 ? 0 : start * (strides[dim] as number);
  const layout = { shape: of.shape.with(dim, n), strides: strides.with(dim, (strides[dim] as number) * step), offset };
  return viewSource(of, layout, `slice(${dim},${start},${end},${step})`);
}

/** Broadcast to `shape`, whose dims are aligned with those of `of` from the right. */
export function expandSource(of: TensorSource, shape: readonly number[]): TensorSource {
  const missing = shape.length - of.shape.length;
  const own = contiguousStrides(of.shape);
  const strides = shape.map((d, i) => {
    const from = of.shape[i - missing];
    if (i < missing || (from === 1 && d !== 1)) return 0;
    if (from !== d) throw new OnnxExporterError("weights/shape", `${shown(of)} cannot be broadcast to [${shape.join(", ")}]`);
    return own[i - missing] as number;
  });
  return viewSource(of, { shape, strides, offset: 0 }, `expand(${shape.join(",")})`);
}

function viewSource(of: TensorSource, layout: Layout, what: string): TensorSource {
  const name = `${what} of ${shown(of)}`;
  const { range } = of;
  const key = of.key === null ? null : `${what}(${of.key})`;
  const derived = { of: [of], make: ([other]: readonly TensorSource[]) => viewSource(other as TensorSource, layout, what) };
  const common = { name, dtype: of.dtype, shape: layout.shape, key, materialized: of.materialized, derived };
  const { size } = dtypes[of.dtype];
  const skip = layout.offset * size;
  const last = layout.offset + numel(layout.shape);
  // Where the last byte is shared with elements that do not belong to the view, their bits must go.
  if (isDense(layout) && Number.isInteger(skip) && (Number.isInteger(last * size) || last === numel(of.shape))) {
    return source({
      ...common,
      range: range === null ? null : { ...range, offset: range.offset + skip },
      pieces: (budget, begin, end) => of.chunks(budget, skip + begin, skip + end),
    });
  }
  if (size < 1) return packSource(viewSource(unpackSource(of), layout, what), of.dtype);
  return source({
    ...common,
    *pieces(budget, begin, end) {
      const share = range === null ? half(budget) : budget;
      const read: ReadBytes = (offset, length, view) => fill(of, offset, length, view, share);
      yield* viewPieces(layout, size, read, share, begin, end);
    },
  });
}

/** The sources one after the other along `dim`; they have the same dtype, and the same sizes in the other dims. */
export function concatSource(of: readonly TensorSource[], dim: number): TensorSource {
  const [first] = of;
  if (first === undefined || first.shape[dim] === undefined)
    throw new OnnxExporterError("weights/shape", `concat along dim ${dim} of nothing that has it`);
  for (const s of of) {
    if (s.dtype === first.dtype && s.shape.length === first.shape.length && s.shape.every((d, i) => i === dim || d === first.shape[i]))
      continue;
    throw new OnnxExporterError("weights/shape", `concat along dim ${dim}: ${shown(s)} does not fit ${shown(first)}`);
  }
  const shape = first.shape.with(
    dim,
    of.reduce((n, s) => n + (s.shape[dim] as number), 0),
  );
  const name = `concat of ${of.length} tensors to ${first.dtype}[${shape.join(", ")}]`;
  const rows = numel(first.shape.slice(0, dim));
  // Rows that begin inside a byte cannot be copied: their elements are.
  if (of.some((s) => !Number.isInteger((dtypes[s.dtype].size * numel(s.shape)) / Math.max(rows, 1)))) {
    return packSource(concatSource(of.map(unpackSource), dim), first.dtype);
  }
  return source({
    name,
    dtype: first.dtype,
    shape,
    key: of.some((s) => s.key === null) ? null : `concat(${dim};${of.map((s) => s.key).join(";")})`,
    materialized: of.every((s) => s.materialized),
    derived: { of, make: (others) => concatSource(others, dim) },
    pieces: (budget, begin, end) => concatPieces(of, rows, budget, begin, end),
  });
}

/** Each row of the result is a row of each source. */
function* concatPieces(
  of: readonly TensorSource[],
  rows: number,
  budget: number,
  begin: number,
  end: number,
): Generator<Uint8Array, void, void> {
  const widths = of.map((s) => s.nbytes / rows);
  const width = widths.reduce((a, b) => a + b, 0);
  const piece = Math.min(Math.floor(budget / 4), pieceBytes);
  if (rows === 1 || width > piece) {
    for (let r = Math.floor(begin / width); r < rows && r * width < end; r++) {
      for (let i = 0, at = r * width; i < of.length; at += widths[i++] as number) {
        const from = Math.max(begin - at, 0);
        const to = Math.min(end - at, widths[i] as number);
        if (from < to) yield* (of[i] as TensorSource).chunks(budget, r * (widths[i] as number) + from, r * (widths[i] as number) + to);
      }
    }
    return;
  }
  const batch = Math.floor(piece / width);
  const { epoch } = core;
  const bytes = batch * width;
  const buffer = core.alloc(2 * bytes);
  try {
    for (let r = Math.floor(begin / width); r < rows && r * width < end; r += batch) {
      const n = Math.min(batch, rows - r);
      for (let i = 0, at = 0; i < of.length; at += widths[i++] as number) {
        const w = widths[i] as number;
        fill(of[i] as TensorSource, r * w, n * w, () => core.view(buffer, n * w, epoch), half(budget));
        core.exports.copy_rows(buffer, w, buffer + bytes + at, width, w, n);
      }
      const skip = Math.max(begin - r * width, 0);
      yield core.view(buffer + bytes + skip, Math.min(end - r * width, n * width) - skip, epoch);
    }
  } finally {
    core.free(buffer, epoch);
  }
}
