/** @file AttributeProto → Attribute. */

import type { Attribute, Graph } from "../ir/graph.ts";
import { type Fields, keep } from "../ir/unheld.ts";
import type { Cursor, Range } from "./cursor.ts";
import { fieldsAt } from "./read-fields.ts";
import { type Origin, readSparse, readTensor } from "./read-tensor.ts";
import type { TypeReader } from "./read-type.ts";
import { malformed } from "./scan.ts";
import { enums, keysOf } from "./schema.ts";

const keys = keysOf("AttributeProto");
const types = enums.AttributeType;

/** The field that holds the value of a type. */
const fieldOfType: { readonly [type: number]: number } = {
  [types.FLOAT]: keys.f,
  [types.INT]: keys.i,
  [types.STRING]: keys.s,
  [types.TENSOR]: keys.t,
  [types.GRAPH]: keys.g,
  [types.SPARSE_TENSOR]: keys.sparse_tensor,
  [types.TYPE_PROTO]: keys.tp,
  [types.FLOATS]: keys.floats,
  [types.INTS]: keys.ints,
  [types.STRINGS]: keys.strings,
  [types.TENSORS]: keys.tensors,
  [types.GRAPHS]: keys.graphs,
};
const typeOfField: { readonly [key: number]: number } = Object.fromEntries(
  Object.entries(fieldOfType).map(([type, key]) => [key, Number(type)]),
);
/** Types whose value may be left out. */
const hasDefault: readonly number[] = [types.FLOAT, types.INT, types.STRING];
const isList: readonly number[] = [types.FLOATS, types.INTS, types.STRINGS, types.TENSORS, types.GRAPHS];

/** What reading a value needs: where, and how graphs in it are read. */
export interface AttributeContext {
  readonly cursor: Cursor;
  readonly origin: Origin;
  readonly types: TypeReader;
  readonly graph: (range: Range, where: string) => Graph;
}

/** The name and the value of the AttributeProto in `range`; a value that the IR has no kind for is null. Throws `proto/attribute`. */
export function readAttribute(range: Range, context: AttributeContext, node: string): { name: string; value: Attribute | null } {
  const { cursor } = context;
  let name = "";
  let type = 0;
  let ref = "";
  let implied = 0;
  const values: number[] = [];
  const rest: number[] = [];
  for (let i = range.begin; i < range.end; i = cursor.next(i)) {
    const key = cursor.key(i);
    if (key === keys.name) name = cursor.string(i);
    else if (key === keys.type) type = cursor.int(i);
    else if (key === keys.ref_attr_name) ref = cursor.string(i);
    else if ((key & 31) === 0) rest.push(i);
    else {
      values.push(i);
      implied = typeOfField[key] ?? implied;
    }
  }
  const field = fieldOfType[type];
  if (values.length > 0 && (ref !== "" || (field !== undefined && values.some((i) => cursor.key(i) !== field))))
    throw malformed(cursor.input, "attribute", `has ${node}, attribute ${name} with a value that its type or reference does not allow`);
  const value: Attribute | null =
    ref !== ""
      ? { kind: "ref", value: ref, type }
      : attributeValue(type === 0 ? implied : type, values, context, `${node}, attribute ${name}`);
  if (value !== null && rest.length > 0) keep(value, { fields: fieldsAt(cursor, rest, context.origin) });
  return { name, value };
}

function attributeValue(type: number, all: readonly number[], context: AttributeContext, where: string): Attribute | null {
  const { cursor } = context;
  const field = fieldOfType[type];
  const given = all.filter((i) => cursor.key(i) === field);
  const i = given.at(-1);
  if (i === undefined && !isList.includes(type) && !hasDefault.includes(type)) {
    if (type !== types.UNDEFINED && field === undefined) return null;
    throw malformed(cursor.input, "attribute", `has ${where} without a value`);
  }
  if (type === types.INT) return { kind: "int", value: i === undefined ? 0 : cursor.integer(i) };
  if (type === types.FLOAT) return { kind: "float", value: i === undefined ? 0 : cursor.float(i) };
  if (type === types.STRING)
    return i === undefined ? { kind: "string", value: "" } : text([i], context, ([value = ""]) => ({ kind: "string", value }));
  if (type === types.INTS) return { kind: "ints", value: given.map((k) => cursor.integer(k)) };
  if (type === types.FLOATS) return { kind: "floats", value: given.map((k) => cursor.float(k)) };
  if (type === types.STRINGS) return text(given, context, (value) => ({ kind: "strings", value }));
  return compound(type, given, i ?? -1, context, where);
}

/** An attribute of strings; bytes that are not UTF-8 are kept beside it. */
function text(at: readonly number[], { cursor, origin }: AttributeContext, make: (texts: string[]) => Attribute): Attribute {
  const read = at.map((i) => cursor.text(i));
  const made = make(read.map((r) => r.text));
  if (!read.every((r) => r.exact)) keep(made, { fields: [], value: fieldsAt(cursor, at, origin) });
  return made;
}

function compound(type: number, given: readonly number[], i: number, context: AttributeContext, where: string): Attribute | null {
  const { cursor, origin } = context;
  if (type === types.TENSOR) {
    const read = readTensor(cursor, cursor.inside(i), origin, where, false);
    if (read.source !== null) return { kind: "tensor", value: read.source };
    const made: Attribute = { kind: "string_tensor", value: read.strings };
    const { fields, value } = read.unheld;
    return fields.length === 0 && value === undefined ? made : exactly(made, [i], context);
  }
  if (type === types.SPARSE_TENSOR) {
    const { sparse, fields } = readSparse(cursor, i, origin, where, false);
    const made: Attribute = { kind: "sparse_tensor", value: sparse };
    return fields.length === 0 ? made : exactly(made, [i], context);
  }
  if (type === types.TYPE_PROTO) {
    const { type: value, exact } = context.types.read(i, where);
    if (value === null) throw malformed(cursor.input, "attribute", `has ${where} without a type`);
    const made: Attribute = { kind: "type", value };
    return exact ? made : exactly(made, [i], context);
  }
  if (type === types.GRAPH) return { kind: "graph", value: context.graph(cursor.inside(i), where) };
  if (type === types.GRAPHS) return { kind: "graphs", value: given.map((k) => context.graph(cursor.inside(k), where)) };
  const tensors = given.map((k) => readTensor(cursor, cursor.inside(k), origin, where, false).source);
  return tensors.every((t) => t !== null) ? { kind: "tensors", value: tensors } : null;
}

/** `made`, of which the fields `at` say more than the IR. */
function exactly(made: Attribute, at: readonly number[], { cursor, origin }: AttributeContext): Attribute {
  const value: Fields = fieldsAt(cursor, at, origin);
  keep(made, { fields: [], value });
  return made;
}
