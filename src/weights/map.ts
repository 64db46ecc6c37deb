/** @file Sources made of others by changing elements one by one: cast, per-channel scale and shift. */

import { core } from "../core/door.ts";
import { castRange } from "../core/ops/real.ts";
import { numel } from "../core/strided.ts";
import { type DType, dtypes, isComplex, isFloat, realOf, width } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { type MapElements, mapped } from "./mapped.ts";
import { packSource, unpackedType, unpackSource } from "./packed.ts";
import { source, type TensorSource } from "./source.ts";

/**
 * The elements in another dtype, as torch casts them: floats truncate to integers, integers wrap (to 4 and 2 bits too), complex to real drops
 * the imaginary part, to bool is x != 0.
 */
export function castSource(of: TensorSource, dtype: DType): TensorSource {
  if (of.dtype === dtype) return of;
  // Packed integers are cast as the bytes that they are unpacked to; the codes of packed floats have casts of their own.
  const elements = unpackSource(of);
  const from = isFloat(of.dtype) ? of.dtype : elements.dtype;
  const to = isFloat(dtype) ? dtype : unpackedType(dtype);
  if (from === to) return packSource(elements, dtype);
  return packSource(castUnpacked(elements, from, to), dtype);
}

function castUnpacked(of: TensorSource, from: DType, to: DType): TensorSource {
  const cast = castElements(from, to);
  const held = unpackedType(to);
  return source({
    name: `cast of ${from}[${of.shape.join(", ")}] to ${to}`,
    dtype: held,
    shape: of.shape,
    key: of.key === null ? null : `cast(${of.key};${from};${to})`,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => castUnpacked(other as TensorSource, from, to) },
    pieces: (budget, begin, end) => mapped(of, held, cast, budget, begin, end),
  });
}

/** How elements of whole bytes are cast. */
function castElements(from: DType, to: DType): MapElements {
  const [a, b] = [realOf(from), realOf(to)];
  const [complexFrom, complexTo] = [isComplex(from), isComplex(to)];
  if (complexFrom === complexTo) {
    const parts = complexFrom ? 2 : 1;
    return (x, y, n) => castRange(a, b, x, y, n * parts);
  }
  const pair = (dtype: DType): number => 2 * width(dtype);
  if (complexTo) {
    return withScratch(b, 1, (x, y, n, real) => {
      castRange(a, b, x, real, n);
      core.u8().fill(0, y, y + n * pair(b));
      core.exports.copy_rows(real, width(b), y, pair(b), width(b), n);
    });
  }
  if (to === "bool") {
    return withScratch("bool", 2, (x, y, n, parts) => {
      castRange(a, "bool", x, parts, 2 * n);
      castRange("int16", "bool", parts, y, n); // either part
    });
  }
  return withScratch(a, 1, (x, y, n, real) => {
    core.exports.copy_rows(x, pair(a), real, width(a), width(a), n);
    castRange(a, b, real, y, n);
  });
}

/** `f` with room for `parts` numbers of `dtype` for each element. */
function withScratch(dtype: DType, parts: number, f: (x: number, y: number, n: number, scratch: number) => void): MapElements {
  return (x, y, n) => core.frame(() => f(x, y, n, core.scratch(n * parts * width(dtype))));
}

/** What a channel's elements are multiplied with, and what is added then; one number per channel, null for 1 and 0. */
export interface Affine {
  readonly scale: ArrayLike<number> | null;
  readonly shift: ArrayLike<number> | null;
}

/**
 * x * scale[c] + shift[c], c the index in dim `dim`: float64 in double, all else in float32, rounded once to the dtype.
 * Throws `weights/dtype` unless the tensor is float32, float64, float16 or bfloat16, `weights/shape` when the channels do not fit.
 */
export function scaleShiftSource(of: TensorSource, dim: number, { scale, shift }: Affine): TensorSource {
  const name = `scale and shift of ${of.dtype}[${of.shape.join(", ")}]`;
  const channels = of.shape[dim];
  const fits = (v: ArrayLike<number> | null): boolean => v === null || v.length === channels;
  if (channels === undefined || !fits(scale) || !fits(shift)) {
    throw new OnnxExporterError(
      "weights/shape",
      `${name} along dim ${dim}: got ${scale?.length ?? "no"} scales and ${shift?.length ?? "no"} shifts`,
    );
  }
  if (!isFloat(of.dtype) || dtypes[of.dtype].size < 2)
    throw new OnnxExporterError("weights/dtype", `no ${name}`, "cast it to float32 first");
  const wide: DType = of.dtype === "float64" ? "float64" : "float32";
  const rows = (v: ArrayLike<number> | null, otherwise: number): number[] =>
    v === null ? new Array<number>(channels).fill(otherwise) : Array.from(v);
  const factors = [...rows(scale, 1), ...rows(shift, 0)];
  return source({
    name,
    dtype: of.dtype,
    shape: of.shape,
    key: of.key === null ? null : `affine(${of.key};${dim};${factors.join(",")})`,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => scaleShiftSource(other as TensorSource, dim, { scale, shift }) },
    *pieces(budget, begin, end) {
      const { epoch } = core;
      const table = core.alloc(factors.length * dtypes[wide].size);
      const elements = wide === "float64" ? core.f64() : core.f32();
      elements.set(factors, table / dtypes[wide].size);
      try {
        yield* affinePieces(of, wide, numel(of.shape.slice(dim + 1)), channels, table, budget, begin, end);
      } finally {
        core.free(table, epoch);
      }
    },
  });
}

function affinePieces(
  of: TensorSource,
  wide: DType,
  inner: number,
  channels: number,
  table: number,
  budget: number,
  begin: number,
  end: number,
): Generator<Uint8Array, void, void> {
  const kernel = core.kernel("scale_shift", wide);
  const shift = table + channels * dtypes[wide].size;
  const affine: MapElements = (from, to, n, first) => {
    if (of.dtype === wide) {
      core.u8().copyWithin(to, from, from + n * dtypes[wide].size);
      kernel(to, n, first, channels, inner, table, shift);
      return;
    }
    core.frame(() => {
      const middle = core.scratch(n * dtypes[wide].size);
      castRange(of.dtype, wide, from, middle, n);
      kernel(middle, n, first, channels, inner, table, shift);
      castRange(wide, of.dtype, middle, to, n);
    });
  };
  return mapped(of, of.dtype, affine, budget, begin, end);
}
