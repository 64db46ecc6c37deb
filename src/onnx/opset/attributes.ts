/** @file Attributes: plain JavaScript values for who writes nodes, typed ones in the IR. */

import { type DType, dtypes, fromOnnx } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { TensorSource } from "../../weights/source.ts";
import { type Attribute, Graph, type Node } from "../ir/graph.ts";
import type { AttributeSchema, OpSchema } from "./schema.ts";

export type AttributeValue =
  | number
  | bigint
  | boolean
  | string
  | readonly (number | bigint)[]
  | readonly string[]
  | TensorSource
  | Graph
  | Attribute
  | undefined;

/**
 * Attributes by name; a missing one, or undefined, has the schema's default. dtype attributes take a dtype's name. Where no schema tells a
 * float from an int, `{ kind: "float", value: 2 }` does.
 */
export type Attributes = { readonly [name: string]: AttributeValue };

/** Whether the last argument of an op call is its attributes: a plain object, no operand. */
export const isAttributes = (x: unknown): x is Attributes =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

const isKinded = (x: AttributeValue): x is Attribute => typeof x === "object" && x !== null && "kind" in x && "value" in x && !isSource(x);
const isSource = (x: AttributeValue): x is TensorSource => typeof x === "object" && x !== null && "chunks" in x;

/** `value` as an ONNX attribute. Kinds come from the schema; without one, integral numbers are ints and others floats. */
function toAttribute(op: string, name: string, value: Exclude<AttributeValue, undefined>, row: AttributeSchema | null): Attribute {
  if (isKinded(value)) return value;
  const kind = row?.kind ?? naturalKind(value);
  if (kind === "dtype" && typeof value === "string") return { kind: "int", value: dtypes[value as DType].onnx };
  if ((kind === "int" || kind === "dtype") && (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")) {
    return { kind: "int", value: typeof value === "boolean" ? Number(value) : value };
  }
  if (kind === "float" && typeof value === "number") return { kind, value };
  if (kind === "string" && typeof value === "string") return { kind, value };
  if (kind === "tensor" && isSource(value)) return { kind, value };
  if (kind === "graph" && value instanceof Graph) return { kind, value };
  if (Array.isArray(value)) {
    if (kind === "ints") return { kind, value: value as (number | bigint)[] };
    if (kind === "floats") return { kind, value: value as number[] };
    if (kind === "strings") return { kind, value: value as string[] };
  }
  return internal(`attribute ${name} of ${op} is of kind ${kind}, got ${String(value)}`);
}

function naturalKind(value: Exclude<AttributeValue, undefined | Attribute>): AttributeSchema["kind"] {
  if (typeof value === "string") return "string";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (typeof value === "bigint" || typeof value === "boolean") return "int";
  if (value instanceof Graph) return "graph";
  if (isSource(value)) return "tensor";
  const list = value as readonly (number | bigint | string)[];
  if (list.some((x) => typeof x === "string")) return "strings";
  return list.every((x) => typeof x === "bigint" || Number.isInteger(x)) ? "ints" : "floats";
}

/** Whether `a` says what an absent attribute says. */
function isDefault(a: Attribute, row: AttributeSchema): boolean {
  const d = row.default;
  if (d === null || a.kind === "tensor" || a.kind === "graph") return false;
  if (Array.isArray(d)) return Array.isArray(a.value) && a.value.length === d.length && a.value.every((x, i) => x === d[i]);
  if (a.kind === "float") return Math.fround(a.value) === Math.fround(Number(d));
  return a.kind === "int" ? Number(a.value) === d : a.value === d;
}

/** The IR's attributes of a new node, in schema order; those equal to the default are left out. `schema` null: an op of another domain. */
export function attributesOf(op: string, schema: OpSchema | null, given: Attributes): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  for (const name of names.sort()) {
    const row = schema?.attributes.get(name) ?? null;
    if (schema !== null && row === null) internal(`${op} has no attribute ${name}`);
    const attribute = toAttribute(op, name, given[name] as Exclude<AttributeValue, undefined>, row);
    if (row === null || row.required || !isDefault(attribute, row)) attributes.set(name, attribute);
  }
  if (schema) {
    for (const row of schema.attributes.values())
      if (row.required && !attributes.has(row.name)) internal(`${op} needs attribute ${row.name}`);
  }
  return attributes;
}

/** The attributes of a node as plain values, as the builder takes them. */
export function plainAttributes(node: Node): { [name: string]: AttributeValue } {
  return Object.fromEntries([...node.attributes].map(([name, a]) => [name, a.value as AttributeValue]));
}

/** The dtype that an int attribute names; `otherwise` where it is absent or 0. */
export function dtypeAttribute(node: Node, name: string, otherwise: DType): DType {
  const n = node.int(name, 0);
  return n === 0 ? otherwise : fromOnnx(n, `${node.op}.${name}`);
}
