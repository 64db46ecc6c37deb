/** @file Maps and encodings: labels to numbers and back, dictionaries to vectors, scores to dictionaries. */

import { bigints, floats, fromBigints, fromFloats, range } from "../../../core/ops/values.ts";
import { isStrided, numel, type Strided } from "../../../core/strided.ts";
import { isFloat, isInteger } from "../../../dtype.ts";
import { loadStrided } from "../../../weights/basic.ts";
import type { StringTensor } from "../../ir/graph.ts";
import { numerals, parsed, parsedInteger } from "../numerals.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { type Computed, describe, isMap, isStrings, type MapValue } from "../value.ts";
import { rowsOf, stringsOf } from "./rows.ts";

type Key = string | bigint | number;

/** Elements by what equals what: integers exactly, strings, floats with all NaN alike. */
interface Elements {
  readonly kind: "strings" | "integers" | "floats";
  readonly values: readonly Key[];
}

function elementsOf(x: Computed, call: Call): Elements {
  if (isStrings(x)) return { kind: "strings", values: x.strings };
  if (!isStrided(x)) throw call.refuse("input", `input 0 is ${describe(x)}`, `${call.node.op} wants a tensor`);
  return isFloat(x.dtype) ? { kind: "floats", values: Array.from(floats(x)) } : { kind: "integers", values: bigints(x) };
}

/** A list that a node gives under `name` with _strings, _int64s, _floats or _tensor; null where it does not. */
function listOf(call: Call, name: string): StringTensor | Strided | null {
  const strings = call.strings(`${name}_strings`);
  if (strings !== null) return stringsOf([strings.length], strings);
  const ints = call.ints(`${name}_int64s`);
  if (ints !== null) return fromBigints(ints.map(BigInt), [ints.length], "int64");
  const reals = call.floats(`${name}_floats`);
  if (reals !== null) return fromFloats(Float64Array.from(reals), [reals.length], "float32");
  const tensor = call.attribute(`${name}_tensor`);
  if (tensor?.kind === "string_tensor") return tensor.value;
  return tensor?.kind === "tensor" ? loadStrided(tensor.value) : null;
}

const shapeOf = (x: Computed): readonly number[] => (isStrings(x) || isStrided(x) ? x.shape : []);

/** `values`, chosen by `places`; null stands for `otherwise`. */
function picked(
  values: StringTensor | Strided,
  places: readonly (number | null)[],
  shape: readonly number[],
  otherwise: Key,
  call: Call,
): Computed {
  const from = elementsOf(values, call).values;
  const chosen = places.map((p) => (p === null ? otherwise : (from[p] as Key)));
  if (isStrings(values)) return stringsOf(shape, chosen.map(String));
  const { dtype } = values;
  if (isInteger(dtype))
    return fromBigints(
      chosen.map((v) => BigInt(v)),
      shape,
      dtype,
    );
  return fromFloats(Float64Array.from(chosen, Number), shape, dtype);
}

/** What an element without a key becomes, by the kind of the values. */
function defaultOf(call: Call, values: Elements): Key {
  const tensor = call.attribute("default_tensor");
  if (tensor?.kind === "string_tensor") return tensor.value.strings[0] ?? "";
  if (tensor?.kind === "tensor") {
    const [value] = elementsOf(loadStrided(tensor.value), call).values;
    if (value === undefined) throw call.refuse("attribute", "default_tensor has no element", "give one");
    return value;
  }
  if (values.kind === "strings") return call.string("default_string", "_Unused");
  return values.kind === "integers" ? BigInt(call.int("default_int64", -1)) : call.float("default_float", -0);
}

/** Version 1: strings to their places in `classes_strings`, or places to strings. */
function encodedByClasses(call: Call, classes: readonly string[]): Computed {
  const x = call.value(0);
  if (isStrings(x)) {
    const places = new Map(classes.map((c, i) => [c, BigInt(i)]));
    const otherwise = BigInt(call.int("default_int64", -1));
    return fromBigints(
      x.strings.map((text) => places.get(text) ?? otherwise),
      x.shape,
      "int64",
    );
  }
  const otherwise = call.string("default_string", "_Unused");
  const places = bigints(call.tensor(0)).map((p) => classes[Number(p)] ?? otherwise);
  return stringsOf(call.tensor(0).shape, places);
}

function encoded(call: Call): Computed {
  const classes = call.strings("classes_strings");
  if (classes !== null) return encodedByClasses(call, classes);
  const [keys, values] = [listOf(call, "keys"), listOf(call, "values")];
  if (keys === null || values === null) throw call.refuse("attribute", "keys or values are missing", "LabelEncoder needs both");
  const x = call.value(0);
  const [names, given] = [numel(shapeOf(keys)), numel(shapeOf(values))];
  if (names !== given) throw call.refuse("attribute", `there are ${names} keys and ${given} values`, "give a value for each key");
  const [from, known] = [elementsOf(x, call), elementsOf(keys, call)];
  if (from.kind !== known.kind) throw call.refuse("input", `input 0 is ${describe(x)}, keys are ${known.kind}`, "they are of one type");
  const places = new Map(known.values.map((key, i) => [key, i]));
  const found = from.values.map((key) => places.get(key) ?? null);
  return picked(values, found, shapeOf(x), defaultOf(call, elementsOf(values, call)), call);
}

function mapped(call: Call): Computed {
  const [ints, strings] = [(call.ints("cats_int64s") ?? []).map(BigInt), call.strings("cats_strings") ?? []];
  const x = call.value(0);
  if (isStrings(x)) {
    const known = new Map(strings.map((s, i) => [s, ints[i] as bigint]));
    const otherwise = BigInt(call.int("default_int64", -1));
    return fromBigints(
      x.strings.map((s) => known.get(s) ?? otherwise),
      x.shape,
      "int64",
    );
  }
  const known = new Map(ints.map((n, i) => [n, strings[i] as string]));
  const otherwise = call.string("default_string", "_Unused");
  const texts = bigints(call.tensor(0)).map((n) => known.get(n) ?? otherwise);
  return stringsOf(call.tensor(0).shape, texts);
}

function mapAt(call: Call): MapValue {
  const x = call.value(0);
  if (isMap(x)) return x;
  throw call.refuse("input", `input 0 is ${describe(x)}`, `${call.node.op} wants a map`);
}

/** One row of a map's values. */
function rowOf(values: readonly (Key | undefined)[], dtype: MapValue["dtype"]): Computed {
  const shape = [1, values.length];
  if (dtype === "string")
    return stringsOf(
      shape,
      values.map((v) => String(v ?? "")),
    );
  if (isInteger(dtype))
    return fromBigints(
      values.map((v) => BigInt(v ?? 0)),
      shape,
      dtype,
    );
  return fromFloats(
    Float64Array.from(values, (v) => Number(v ?? 0)),
    shape,
    dtype,
  );
}

function vectorized(call: Call): Computed {
  const { entries, dtype } = mapAt(call);
  const vocabulary = call.strings("string_vocabulary") ?? (call.ints("int64_vocabulary") ?? []).map(BigInt);
  return rowOf(
    vocabulary.map((key) => entries.get(key)),
    dtype,
  );
}

const castTypes: { readonly [name: string]: MapValue["dtype"] } = { TO_FLOAT: "float32", TO_INT64: "int64", TO_STRING: "string" };

/** A map's value as the dtype that CastMap wants. */
function castValue(call: Call, value: Key, to: MapValue["dtype"]): Key {
  if (to === "string")
    return typeof value === "number" ? (numerals(fromFloats(Float64Array.of(value), [1], "float32"))[0] as string) : String(value);
  const read = typeof value !== "string" ? value : to === "int64" ? parsedInteger(value) : parsed(value);
  if (read === null) throw call.refuse("string", `"${value}" is no number`, "cast strings of numbers only");
  return to === "int64" ? BigInt(typeof read === "number" ? Math.trunc(read) : read) : Number(read);
}

function castMap(call: Call): Computed {
  const { entries } = mapAt(call);
  const to = castTypes[call.string("cast_to", "TO_FLOAT")];
  if (to === undefined) throw call.refuse("attribute", `cast_to is ${call.string("cast_to", "")}`, Object.keys(castTypes).join(", "));
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [Number(k), castValue(call, v, to)] as const);
  if (call.string("map_form", "DENSE") === "DENSE")
    return rowOf(
      sorted.map(([, v]) => v),
      to,
    );
  const row = range(call.int("max_map", 1)).map((): Key | undefined => undefined);
  for (const [key, value] of sorted) {
    if (key < 0 || key >= row.length) throw call.refuse("input", `the key ${key} is outside the row of max_map ${row.length}`);
    row[key] = value;
  }
  return rowOf(row, to);
}

export const maps: EvaluateTable = {
  "ai.onnx.ml::LabelEncoder": encoded,
  "ai.onnx.ml::CategoryMapper": mapped,
  "ai.onnx.ml::DictVectorizer": vectorized,
  "ai.onnx.ml::CastMap": castMap,
  "ai.onnx.ml::ZipMap": (call) => {
    const x = rowsOf(call);
    const keys = call.strings("classlabels_strings") ?? (call.ints("classlabels_int64s") ?? []).map(BigInt);
    if (keys.length !== x.width) throw call.refuse("shape", `there are ${keys.length} keys for ${x.width} columns`, "one for each");
    const elements = Array.from({ length: x.count }, (_, i): MapValue => {
      const row = x.row(i);
      return { kind: "map", entries: new Map(keys.map((key, k) => [key, row[k] as number])), dtype: "float32" };
    });
    return { kind: "sequence", elements, dtype: "float32" };
  },
};
