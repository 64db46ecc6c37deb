/** @file ONNX operator schemas of the default domain at run time: every version of every op, parsed when first asked for. */

import { internal } from "../../errors.ts";
import { newestOpset, schemaLines, typeSets } from "./schemas.gen.ts";

export type AttributeKind =
  | "int"
  | "float"
  | "string"
  | "ints"
  | "floats"
  | "strings"
  | "tensor"
  | "graph"
  | "dtype"
  | "sparse_tensor"
  | "type_proto";

/** A formal input or output. */
export interface Formal {
  readonly name: string;
  readonly option: "single" | "optional" | "variadic";
  /** Whether a value, or one at least, must be there. */
  readonly required: boolean;
  /** The type variable (`T`), or the one type that is allowed. */
  readonly type: string;
  /** Types that are allowed: dtypes, "string", `seq(…)`, `optional(…)`. */
  readonly allowed: ReadonlySet<string>;
}

export interface AttributeSchema {
  readonly name: string;
  /** `dtype`: an int that names a tensor type. */
  readonly kind: AttributeKind;
  readonly required: boolean;
  /** null: no default. */
  readonly default: number | string | readonly (number | string)[] | null;
}

/** One version of one op. */
export interface OpSchema {
  readonly op: string;
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly Formal[];
  readonly outputs: readonly Formal[];
  readonly attributes: ReadonlyMap<string, AttributeSchema>;
  /** Outputs that are always there. */
  readonly mandatoryOutputs: number;
}

const sets = new Map<number, ReadonlySet<string>>();
function typeSet(index: number): ReadonlySet<string> {
  const known = sets.get(index);
  if (known) return known;
  const set = new Set((typeSets[index] ?? internal(`no type set ${index}`)).split(" "));
  sets.set(index, set);
  return set;
}

const options: { readonly [mark: string]: Formal["option"] } = { "?": "optional", "*": "variadic", "+": "variadic" };
const fields = (text: string): string[] => (text === "" ? [] : text.split(" "));

function formals(text: string, variables: ReadonlyMap<string, ReadonlySet<string>>): Formal[] {
  return fields(text).map((field) => {
    const colon = field.indexOf(":");
    const mark = field[colon - 1] ?? "";
    const option = options[mark] ?? "single";
    const type = field.slice(colon + 1);
    const name = field.slice(0, option === "single" ? colon : colon - 1);
    return { name, option, required: option === "single" || mark === "+", type, allowed: variables.get(type) ?? new Set([type]) };
  });
}

function attribute(field: string): AttributeSchema {
  const [, name, kind, required, value] = /^(\w+):(\w+)(!?)(?:=(.*))?$/.exec(field) ?? internal(`schema attribute ${field}`);
  return {
    name: name as string,
    kind: kind as AttributeKind,
    required: required === "!",
    default: value === undefined ? null : (JSON.parse(value) as AttributeSchema["default"]),
  };
}

function parse(line: string): OpSchema {
  const [op, since, inputs, outputs, attributes, types] = line.split("|") as [string, string, string, string, string, string];
  const variables = new Map(fields(types).map((t) => [t.slice(0, t.indexOf("=")), typeSet(Number(t.slice(t.indexOf("=") + 1)))] as const));
  const results = formals(outputs, variables);
  return {
    op,
    since: Number.parseInt(since, 10),
    deprecated: since.endsWith("d"),
    inputs: formals(inputs, variables),
    outputs: results,
    attributes: new Map(fields(attributes).map((a) => [attribute(a).name, attribute(a)])),
    mandatoryOutputs: results.filter((f) => f.option === "single").length,
  };
}

/** Versions of ops by name, oldest first: lines until somebody asks. */
export class SchemaTable {
  readonly #lines = new Map<string, (string | OpSchema)[]>();

  constructor(text: string) {
    for (const line of text.trim().split("\n")) {
      const op = line.slice(0, line.indexOf("|"));
      const known = this.#lines.get(op);
      if (known) known.push(line);
      else this.#lines.set(op, [line]);
    }
  }

  versionsOf(op: string): readonly OpSchema[] {
    const versions = this.#lines.get(op) ?? [];
    versions.forEach((v, i) => {
      if (typeof v === "string") versions[i] = parse(v);
    });
    return versions as OpSchema[];
  }

  names(): Iterable<string> {
    return this.#lines.keys();
  }
}

const table = new SchemaTable(schemaLines);

/** All versions of `op` up to the newest opset, oldest first; empty for an op that the default domain does not have. */
export const versionsOf = (op: string): readonly OpSchema[] => table.versionsOf(op);

/** The version of `op` that holds at `opset`; null where there is none or it is deprecated. */
export function schemaAt(op: string, opset: number): OpSchema | null {
  const schema = versionsOf(op).findLast((v) => v.since <= opset);
  return schema === undefined || schema.deprecated ? null : schema;
}

/** The form in which the IR holds `op`; null for ops that the default domain does not have. */
export const newest = (op: string): OpSchema | null => schemaAt(op, newestOpset);

/** Names of all ops of the default domain. */
export const opNames = (): Iterable<string> => table.names();
