/** @file Sources made of others by changing elements one by one: cast, per-channel scale and shift. */

import { core } from "../core/door.ts";
import { castRange } from "../core/ops/real.ts";
import { numel } from "../core/strided.ts";
import { type DType, dtypes, isComplex, isFloat } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { borrow, giveBack, half, pieceBytes, source, type TensorSource } from "./source.ts";

/** The elements in another dtype, as torch casts them. Throws `weights/dtype` for complex and packed types. */
export function castSource(of: TensorSource, dtype: DType): TensorSource {
  if (of.dtype === dtype) return of;
  const name = `cast of ${of.dtype}[${of.shape.join(", ")}] to ${dtype}`;
  if (isComplex(of.dtype) || isComplex(dtype) || dtypes[of.dtype].size < 1 || dtypes[dtype].size < 1) {
    throw new OnnxExporterError("weights/dtype", `no ${name}`, "cast between real types of whole bytes");
  }
  return source({
    name,
    dtype,
    shape: of.shape,
    key: of.key === null ? null : `cast(${of.key};${dtype})`,
    materialized: of.materialized,
    derived: { of: [of], make: ([other]) => castSource(other as TensorSource, dtype) },
    pieces: (budget, begin, end) =>
      mapped(of, dtype, budget, begin, end, (from, to, n) => {
        castRange(of.dtype, dtype, from, to, n);
      }),
  });
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
  return mapped(of, of.dtype, budget, begin, end, (from, to, n, first) => {
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
  });
}

/** Bytes [begin, end) of f(of), which has as many elements: `f` turns n elements at `from`, the first of index `first`, into those at `to`. */
function* mapped(
  of: TensorSource,
  dtype: DType,
  budget: number,
  begin: number,
  end: number,
  f: (from: number, to: number, n: number, first: number) => void,
): Generator<Uint8Array, void, void> {
  const [a, b] = [dtypes[of.dtype].size, dtypes[dtype].size];
  const share = half(budget);
  const room = Math.floor(Math.min(pieceBytes, share / 2) / Math.max(a, b));
  const { epoch } = core;
  const from = core.alloc(room * a + room * b);
  const out = borrow(room * b);
  const to = from + room * a;
  try {
    let first = Math.floor(begin / b);
    const last = Math.ceil(end / b);
    let held = 0; // bytes of the source that wait at `from`
    for (const piece of of.chunks(share, first * a, last * a)) {
      for (let taken = 0; taken < piece.length; ) {
        const take = Math.min(room * a - held, piece.length - taken);
        core.view(from + held, take, epoch).set(piece.subarray(taken, taken + take));
        taken += take;
        held += take;
        const n = Math.floor(held / a);
        if (held < room * a && first + n < last) continue;
        f(from, to, n, first);
        out.set(core.view(to, n * b, epoch));
        yield out.subarray(Math.max(begin - first * b, 0), Math.min(end - first * b, n * b));
        first += n;
        held = 0;
      }
    }
  } finally {
    giveBack(out);
    core.free(from, epoch);
  }
}
