/** @file Arguments and results of nodes: the schema's `Argument` union, a row per member. */

import type { Arg, Graph, Output, Value } from "../../aten/graph.ts";
import { schemaOf } from "../../aten/schema.ts";
import { layout, memoryFormat, scalarType } from "./enums.ts";
import { boolOf, floatOf, integerOf, type Json, listOf, member, numberOf, objectOf, stringOf, unionOf } from "./json.ts";
import { canonicalOp } from "./op-names.ts";
import type { Place } from "./place.ts";

/** What arguments are read with: the scope of their graph. */
export interface ArgumentReader {
  readonly place: Place;
  use(name: string): Value;
  define(name: string): Value;
  object(name: string): Value;
  nameIn(json: Json): string;
  subgraph(json: Json): Graph;
}

type Read = (json: Json, what: string, reader: ArgumentReader) => Arg;

const each =
  (read: Read): Read =>
  (json, what, reader) =>
    listOf(json, what, reader.place).map((item) => read(item, what, reader));

const int: Read = (json, what, { place }) => integerOf(json, what, place);
const float: Read = (json, what, { place }) => floatOf(json, what, place);
const bool: Read = (json, what, { place }) => boolOf(json, what, place);
const string: Read = (json, what, { place }) => stringOf(json, what, place);
/** A list of tensors may name symbolic integers too: operands of higher-order ops. */
const tensor: Read = (json, _what, reader) => reader.use(reader.nameIn(json));

/** SymIntArgument and its siblings: `{ as_name } | { as_int }`. */
const symbolic: Read = (json, what, reader) => {
  const [form, body] = unionOf(json, what, reader.place);
  if (form === "as_name") return reader.use(stringOf(body, what, reader.place));
  const literal = literals.get(form) ?? reader.place.fail("schema", `${what}: ${form} is no symbolic argument`);
  return literal(body, what, reader);
};
const literals = new Map<string, Read>([
  ["as_int", int],
  ["as_float", float],
  ["as_bool", bool],
]);

const device: Read = (json, what, { place }) => {
  const object = objectOf(json, what, place);
  const index = member(object, "index") ?? null;
  return {
    type: stringOf(member(object, "type"), "device.type", place),
    index: index === null ? null : numberOf(index, "device.index", place),
  };
};

const complex: Read = (json, what, { place }) => {
  const object = objectOf(json, what, place);
  return { re: floatOf(member(object, "real"), what, place), im: floatOf(member(object, "imag"), what, place) };
};

const dictionary: Read = (json, what, reader) =>
  Object.fromEntries(Object.entries(objectOf(json, what, reader.place)).map(([k, v]) => [k, argument(v, `${what}.${k}`, reader)]));

const rows: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["as_none", () => null],
  ["as_tensor", tensor],
  ["as_tensors", each(tensor)],
  ["as_nested_tensors", each(each(tensor))],
  ["as_optional_tensor", argument],
  ["as_optional_tensors", each(argument)],
  ["as_int", int],
  ["as_ints", each(int)],
  ["as_int_lists", each(each(int))],
  ["as_float", float],
  ["as_floats", each(float)],
  ["as_float_lists", each(each(float))],
  ["as_string", string],
  ["as_strings", each(string)],
  ["as_bool", bool],
  ["as_bools", each(bool)],
  ["as_sym_int", symbolic],
  ["as_sym_ints", each(symbolic)],
  ["as_sym_float", symbolic],
  ["as_sym_floats", each(symbolic)],
  ["as_sym_bool", symbolic],
  ["as_sym_bools", each(symbolic)],
  ["as_scalar_type", (json, what, { place }) => scalarType(numberOf(json, what, place), what, place)],
  ["as_memory_format", (json, what, { place }) => memoryFormat(numberOf(json, what, place), place)],
  ["as_layout", (json, what, { place }) => layout(numberOf(json, what, place), place)],
  ["as_device", device],
  ["as_complex", complex],
  ["as_graph", (json, _what, reader) => reader.subgraph(json)],
  ["as_custom_obj", (json, _what, reader) => reader.object(reader.nameIn(json))],
  ["as_operator", (json, what, { place }) => canonicalOp(stringOf(json, what, place))],
  ["as_string_to_argument", dictionary],
]);

/** Reads one argument. Throws `pt2/schema` for members that the schema does not have. */
export function argument(json: Json | undefined, what: string, reader: ArgumentReader): Arg {
  // {"as_none": null} would be a union without a member: 2.5 writes [] and later versions true.
  const [form, body] = unionOf(json, what, reader.place);
  const read = rows.get(form);
  if (read === undefined) {
    reader.place.fail(
      "schema",
      `${what}: arguments of kind ${form} are not known`,
      "the archive is newer than this version of torch-onnx: update it",
    );
  }
  return read(body, what, reader);
}

/** Results of a node, as new values. */
export function outputsOf(list: readonly Json[], reader: ArgumentReader): Output[] {
  return list.map((json, i) => output(json, `output ${i}`, reader));
}

function output(json: Json, what: string, reader: ArgumentReader): Output {
  const { place } = reader;
  const [form, body] = unionOf(json, what, place);
  if (form === "as_none") return null;
  if (form === "as_tensor" || form === "as_custom_obj") return reader.define(reader.nameIn(body));
  if (form === "as_tensors") return listOf(body, what, place).map((item) => reader.define(reader.nameIn(item)));
  if (/^as_sym_(int|float|bool)$/.test(form)) return symbolicOutput(body, what, reader);
  if (/^as_sym_(ints|floats|bools)$/.test(form)) return listOf(body, what, place).map((item) => symbolicOutput(item, what, reader));
  return place.fail("schema", `${what}: a result cannot be ${form}`);
}

function symbolicOutput(json: Json, what: string, reader: ArgumentReader): Value {
  const [form, name] = unionOf(json, what, reader.place);
  if (form !== "as_name") reader.place.fail("schema", `${what}: a result without a name (${form})`);
  return reader.define(stringOf(name, what, reader.place));
}

/**
 * Integers beyond 2^53 stay exact where they are data (`Scalar`); as sizes and indices (`slice` to 2^63-1, "to the end") they become
 * the nearest number.
 */
export function exactIntegers(op: string, name: string, arg: Arg): Arg {
  if (typeof arg !== "bigint" && !(Array.isArray(arg) && arg.some((a) => typeof a === "bigint"))) return arg;
  const type = schemaOf(op)?.args.find((a) => a.name === name)?.type;
  const isData = type === "Scalar" && op.startsWith("aten::");
  if (isData) return arg;
  return typeof arg === "bigint" ? Number(arg) : (arg as readonly Arg[]).map((a) => (typeof a === "bigint" ? Number(a) : a));
}
