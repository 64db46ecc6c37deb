/**
 * @file Quantized weights and back, as ONNX's QuantizeLinear and DequantizeLinear have them: y = round(x / scale) + zero_point, held between the
 * ends of the type. Nothing is read before `chunks`; what is computed goes through the core in bounded pieces.
 */

import { core } from "../core/door.ts";
import { castRange } from "../core/ops/real.ts";
import { type DType, dtypes, isComplex, isFloat, width } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { bufferSource } from "./basic.ts";
import { type Granularity, type Groups, groupAt, groupsOf, startOf } from "./groups.ts";
import { castSource } from "./map.ts";
import { type MapElements, mapped } from "./mapped.ts";
import { packSource, unpackedType, unpackSource } from "./packed.ts";
import {
  type Choice,
  computedTables,
  givenTables,
  LoadedTables,
  type TablesOf,
  type Target,
  tablesIn,
  targetOf,
} from "./quantization-tables.ts";
import { half, source, type TensorSource } from "./source.ts";

export interface QuantizeOptions extends Granularity {
  /**
   * True, unless said otherwise: scale = max |x| / the largest number, the zero point is the middle. False, for integers:
   * scale = (max - min) / all steps, where min and max reach at least to 0.
   */
  readonly symmetric?: boolean;
  /** float32 unless said otherwise; numbers are divided by the scale as it is stored. */
  readonly scaleType?: DType;
}

export interface Quantized {
  readonly data: TensorSource;
  readonly scale: TensorSource;
  /** Null where all are 0: signed and float types with symmetric ranges. */
  readonly zero_point: TensorSource | null;
}

/**
 * `of` as `dtype`, with scales and zero points computed from its numbers when they are saved. A group of zeros has scale 1. The numbers
 * that stand for it are off by at most half a scale, by a whole one with zero points of asymmetric ranges, and what rounding the scale adds.
 * Throws `weights/dtype`, `weights/quantize`; inf and NaN are refused when bytes are read.
 */
export function quantize(of: TensorSource, dtype: DType, options: QuantizeOptions = {}): Quantized {
  const { symmetric = true, scaleType = "float32" } = options;
  const name = `quantization of ${of.dtype}[${of.shape.join(", ")}] to ${dtype}`;
  const target = targetOf(dtype, name);
  const groups = groupsOf(name, of.shape, options);
  if (isComplex(of.dtype)) throw new OnnxExporterError("weights/dtype", `no ${name}`, "quantize real numbers");
  if (!isFloat(scaleType) || dtypes[scaleType].size < 2)
    throw new OnnxExporterError("weights/dtype", `${name} with ${scaleType} scales`, "use float32, float16 or bfloat16");
  if (!symmetric && !target.integer) throw new OnnxExporterError("weights/quantize", `${name}: floats have no zero point`, "use symmetric");
  const x = castSource(of, "float32");
  const choice: Choice = { target, symmetric, scaleType, name };
  const tablesOf = computedTables(x, groups, choice);
  const key = of.key === null ? null : `quantize(${of.key};${dtype};${groupsKey(groups)};${symmetric};${scaleType})`;
  const remade = (part: keyof Quantized) => ({
    of: [of],
    make: ([other]: readonly TensorSource[]) => quantize(other as TensorSource, dtype, options)[part] as TensorSource,
  });
  const parameters = (part: "scale" | "zero_point", type: DType): TensorSource =>
    source({
      name: `${part} of the ${name}`,
      dtype: type,
      shape: groups.shape,
      key: key && `${part}:${key}`,
      materialized: of.materialized,
      derived: remade(part),
      pieces: (budget, begin, end) => parameterPieces(groups, tablesOf, part, type, budget, begin, end),
    });
  const zeros = (): TensorSource => packSource(parameters("zero_point", unpackedType(dtype)), dtype);
  return {
    data: dataSource(x, dtype, target, groups, tablesOf, key, { ...remade("data"), name }),
    scale: parameters("scale", scaleType),
    zero_point: symmetric && target.zero === 0 ? null : zeros(),
  };
}

/**
 * `of` as `dtype` with these scales and zero points, which have one number for each group of elements.
 * Throws `weights/dtype` and, when shapes do not fit, `weights/quantize`.
 */
export function quantizeSource(
  of: TensorSource,
  dtype: DType,
  scale: TensorSource,
  zero_point: TensorSource | null = null,
  granularity: Granularity = {},
): TensorSource {
  const name = `quantization of ${of.dtype}[${of.shape.join(", ")}] to ${dtype}`;
  const target = targetOf(dtype, name);
  const groups = groupsOf(name, of.shape, granularity);
  if (zero_point !== null && zero_point.dtype !== dtype)
    throw new OnnxExporterError("weights/dtype", `${name}: zero points are ${zero_point.dtype}`, `give them as ${dtype}`);
  const parts = zero_point === null ? [of, scale] : [of, scale, zero_point];
  const key = keyOf(`quantize(${dtype};${groupsKey(groups)}`, parts);
  const make = ([x, s, z]: readonly TensorSource[]) => quantizeSource(x as TensorSource, dtype, s as TensorSource, z ?? null, granularity);
  const tablesOf = givenTables(scale, zero_point, groups, name);
  return dataSource(castSource(of, "float32"), dtype, target, groups, tablesOf, key, { of: parts, make, name });
}

/**
 * (data - zero_point) * scale in the dtype of `scale`, computed in float32 and rounded once.
 * Throws `weights/dtype` for complex data and, when shapes do not fit, `weights/quantize`.
 */
export function dequantizeSource(
  data: TensorSource,
  scale: TensorSource,
  zero_point: TensorSource | null = null,
  granularity: Granularity = {},
): TensorSource {
  const name = `dequantization of ${data.dtype}[${data.shape.join(", ")}]`;
  const groups = groupsOf(name, data.shape, granularity);
  if (isComplex(data.dtype) || !isFloat(scale.dtype))
    throw new OnnxExporterError("weights/dtype", `no ${name} with ${scale.dtype} scales`, "give real numbers and float scales");
  const parts = zero_point === null ? [data, scale] : [data, scale, zero_point];
  const tablesOf = givenTables(scale, zero_point, groups, name);
  const { size } = dtypes[scale.dtype];
  const x = castSource(data, "float32");
  return source({
    name,
    dtype: scale.dtype,
    shape: data.shape,
    key: keyOf(`dequantize(${groupsKey(groups)}`, parts),
    materialized: parts.every((s) => s.materialized),
    derived: {
      of: parts,
      make: ([d, s, z]) => dequantizeSource(d as TensorSource, s as TensorSource, z ?? null, granularity),
    },
    pieces: (budget, begin, end) =>
      inGroups(groups, tablesOf, size, budget, begin, end, (tables, from, to) => {
        const f: MapElements = (at, y, n, first) => {
          const { scale: s, zero } = tables.at(first);
          core.exports.blocks_dequantize(at, at, n, first, tables.geometry, s, zero);
          castRange("float32", scale.dtype, at, y, n);
        };
        return mapped(x, scale.dtype, f, half(budget), from, to);
      }),
  });
}

interface Made {
  readonly of: readonly TensorSource[];
  readonly make: (of: readonly TensorSource[]) => TensorSource;
  readonly name: string;
}

/** The numbers of `x`, which is float32, as `dtype`. */
function dataSource(
  x: TensorSource,
  dtype: DType,
  target: Target,
  groups: Groups,
  tablesOf: TablesOf,
  key: string | null,
  { of, make, name }: Made,
): TensorSource {
  const held = unpackedType(dtype);
  const step = target.integer ? integers(target) : floats(target, dtype);
  const unpacked = source({
    name,
    dtype: held,
    shape: x.shape,
    key: key && `data:${key}`,
    materialized: of.every((s) => s.materialized),
    derived: { of, make: (others) => unpackSource(make(others)) },
    pieces: (budget, begin, end) =>
      inGroups(groups, tablesOf, 1, budget, begin, end, (tables, from, to) => mapped(x, held, step(tables), half(budget), from, to)),
  });
  return packSource(unpacked, dtype);
}

type Step = (tables: LoadedTables) => MapElements;

const integers =
  ({ lo, hi }: Target): Step =>
  (tables) =>
  (from, to, n, first) => {
    const { scale, zero } = tables.at(first);
    core.exports.blocks_quantize(from, to, n, first, tables.geometry, scale, zero, lo, hi);
  };

const floats =
  ({ lo, hi }: Target, dtype: DType): Step =>
  (tables) =>
  (from, to, n, first) => {
    core.exports.blocks_divide(from, from, n, first, tables.geometry, tables.at(first).scale, lo, hi);
    castRange("float32", dtype, from, to, n);
  };

/** Bytes [begin, end) of elements of `size` bytes, a window of groups after the other. */
function* inGroups(
  groups: Groups,
  tablesOf: TablesOf,
  size: number,
  budget: number,
  begin: number,
  end: number,
  pieces: (tables: LoadedTables, begin: number, end: number) => Generator<Uint8Array, void, void>,
): Generator<Uint8Array, void, void> {
  const touched = [groupAt(groups, Math.floor(begin / size)), groupAt(groups, Math.ceil(end / size) - 1) + 1] as const;
  for (const { from, to, tables } of tablesIn(groups, tablesOf, touched, budget)) {
    const loaded = new LoadedTables(groups, from, tables);
    try {
      yield* pieces(loaded, Math.max(begin, startOf(groups, from) * size), Math.min(end, startOf(groups, to) * size));
    } finally {
      loaded.free();
    }
  }
}

/** Bytes [begin, end) of the scales or zero points of all groups, as `dtype`. */
function* parameterPieces(
  groups: Groups,
  tablesOf: TablesOf,
  part: "scale" | "zero_point",
  dtype: DType,
  budget: number,
  begin: number,
  end: number,
): Generator<Uint8Array, void, void> {
  const bytes = groups.count * width(dtype); // of a group
  for (const { from, tables } of tablesIn(groups, tablesOf, [Math.floor(begin / bytes), Math.ceil(end / bytes)], budget)) {
    const table = part === "scale" ? tables.scale : tables.zero;
    const typed = castSource(bufferSource("float32", [table.length], table), dtype);
    yield* typed.chunks(half(budget), Math.max(begin - from * bytes, 0), Math.min(end - from * bytes, typed.nbytes));
  }
}

const groupsKey = ({ row, group, inner, count }: Groups): string => `${row}/${group}/${inner}/${count}`;
const keyOf = (what: string, parts: readonly TensorSource[]): string | null =>
  parts.some((s) => s.key === null) ? null : `${what};${parts.map((s) => s.key).join(";")})`;
