/** @file Features: picked, joined, scaled, normalized, replaced, encoded. */

import { sized } from "../../../core/door.ts";
import { cast, compare, scalarTensor } from "../../../core/ops/elementwise.ts";
import { indexSelect } from "../../../core/ops/index.ts";
import { reshape } from "../../../core/ops/layout.ts";
import { bigints, doubles, floats, fromBigints, fromFloats, fromIntegers, range } from "../../../core/ops/values.ts";
import { numel, type Strided } from "../../../core/strided.ts";
import { isInteger } from "../../../dtype.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { type Computed, isStrings } from "../value.ts";
import { stringsOf } from "./rows.ts";

function extracted(call: Call): Computed {
  const x = call.value(0);
  const places = call.integersAt(1) ?? [];
  const shapeOf = (shape: readonly number[]): number[] =>
    shape.length === 1 ? [1, places.length] : [...shape.slice(0, -1), places.length];
  if (!isStrings(x)) {
    const y = indexSelect(call.tensor(0), -1, fromIntegers(places));
    return reshape(y, shapeOf(call.tensor(0).shape));
  }
  const width = x.shape.at(-1) ?? 1;
  const rows = numel(x.shape.slice(0, -1));
  const strings = Array.from({ length: rows }, (_, r) => places.map((p) => x.strings[r * width + p] as string));
  return stringsOf(shapeOf(x.shape), strings.flat());
}

/** Each input cut or filled with zeros to its number of features; a vector is one row. */
function joined(call: Call): Strided {
  const widths = call.ints("inputdimensions") ?? [];
  const inputs = call.tensors().map((x, i) => {
    const own = x.shape.at(-1) ?? 1;
    return { values: floats(x), own, width: widths[i] ?? own, rows: numel(x.shape.slice(0, -1)) };
  });
  const rows = inputs[0]?.rows ?? 0;
  if (inputs.some((x) => x.rows !== rows)) throw call.refuse("shape", "the inputs have different numbers of rows", "give each [N, C]");
  const width = inputs.reduce((sum, x) => sum + x.width, 0);
  sized([rows, width], 8);
  const joinedRows = Array.from({ length: rows }, (_, r) =>
    inputs.flatMap((x) => range(x.width).map((c) => (c < x.own ? (x.values[r * x.own + c] as number) : 0))),
  );
  return fromFloats(Float64Array.from(joinedRows.flat()), [rows, width], "float32");
}

/** An attribute with one number for all features or one for each. */
function perFeature<T>(call: Call, name: string, list: readonly T[], width: number): (place: number) => T {
  if (list.length === 1) return () => list[0] as T;
  if (list.length === width) return (place) => list[place % width] as T;
  throw call.refuse("attribute", `${name} has ${list.length} numbers for ${width} features`, "it has one, or one for each feature");
}

function imputed(call: Call): Strided {
  const x = call.tensor(0);
  const width = x.shape.at(-1) ?? 1;
  if (isInteger(x.dtype)) {
    const by = perFeature(call, "imputed_value_int64s", call.ints("imputed_value_int64s") ?? [], width);
    const replaced = BigInt(call.int("replaced_value_int64", 0));
    return fromBigints(
      bigints(x).map((v, i) => (v === replaced ? BigInt(by(i)) : v)),
      x.shape,
      x.dtype,
    );
  }
  const by = perFeature(call, "imputed_value_floats", call.floats("imputed_value_floats") ?? [], width);
  const replaced = call.float("replaced_value_float", 0);
  const same = (v: number): boolean => v === replaced || (Number.isNaN(v) && Number.isNaN(replaced));
  return fromFloats(
    floats(x).map((v, i) => (same(v) ? by(i) : v)),
    x.shape,
    x.dtype,
  );
}

/** What a row is divided by; 0 leaves it as it is. */
const norms: { readonly [name: string]: (row: Float64Array) => number } = {
  MAX: (row) => row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  L1: (row) => row.reduce((sum, v) => sum + Math.abs(v), 0),
  L2: (row) => Math.hypot(...row),
};

function normalized(call: Call): Strided {
  const x = call.tensor(0);
  const name = call.string("norm", "MAX");
  const norm = norms[name];
  if (norm === undefined) throw call.refuse("attribute", `norm is ${name}`, "it is MAX, L1 or L2");
  const values = floats(x);
  const width = x.shape.at(-1) ?? 1;
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    const divisor = norm(row);
    if (divisor !== 0) {
      values.set(
        row.map((v) => v / divisor),
        at,
      );
    }
  }
  return fromFloats(values, x.shape, "float32");
}

function oneHot(call: Call): Strided {
  const x = call.value(0);
  const categories: readonly (string | number)[] = call.strings("cats_strings") ?? call.ints("cats_int64s") ?? [];
  const places = new Map(categories.map((c, i) => [c, i]));
  const elements = isStrings(x) ? x.strings : Array.from(floats(call.tensor(0)), Math.trunc);
  const shape = isStrings(x) ? x.shape : call.tensor(0).shape;
  const hot = doubles([elements.length, categories.length]);
  elements.forEach((element, i) => {
    const place = places.get(element);
    if (place !== undefined) hot[i * categories.length + place] = 1;
    else if (call.int("zeros", 1) === 0) throw call.refuse("input", `${element} is no category`, "give zeros=1 to encode it as zeros");
  });
  return fromFloats(hot, [...shape, categories.length], "float32");
}

export const features: EvaluateTable = {
  "ai.onnx.ml::ArrayFeatureExtractor": extracted,
  "ai.onnx.ml::Binarizer": (call) => {
    const x = call.tensor(0);
    // Integers are compared with a fraction.
    const wide = isInteger(x.dtype) ? cast(x, "float64") : x;
    return cast(compare("gt", wide, scalarTensor(wide.dtype, call.float("threshold", 0))), x.dtype);
  },
  "ai.onnx.ml::FeatureVectorizer": joined,
  "ai.onnx.ml::Imputer": imputed,
  "ai.onnx.ml::Normalizer": normalized,
  "ai.onnx.ml::OneHotEncoder": oneHot,
  "ai.onnx.ml::Scaler": (call) => {
    const x = call.tensor(0);
    const width = x.shape.at(-1) ?? 1;
    const offset = perFeature(call, "offset", call.floats("offset") ?? [0], width);
    const scale = perFeature(call, "scale", call.floats("scale") ?? [1], width);
    return fromFloats(
      floats(x).map((v, i) => (v - offset(i)) * scale(i)),
      x.shape,
      "float32",
    );
  },
};
