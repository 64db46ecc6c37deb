/** @file Operator schemas at run time: argument order, defaults and aliases, parsed from PyTorch's schema text when an op is first asked for. */

import { splitOutside } from "../brackets.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import type { Arg } from "./graph.ts";
import { schemaText } from "./schema-text.gen.ts";

export interface SchemaArg {
  readonly name: string;
  /** `Tensor`, `SymInt`, `int`, `Scalar`, `float`, `bool`, `str`, `ScalarType`, … */
  readonly type: string;
  readonly optional: boolean;
  /** `Tensor[]`, `SymInt[2]`. */
  readonly list: boolean;
  /** Length of `int[2]`, to which a single number is repeated; null for plain lists. */
  readonly size: number | null;
  /** undefined: the argument must be given. */
  readonly default: Arg | undefined;
  /** Alias set of `Tensor(a!)`: `a`; null without one. */
  readonly alias: string | null;
  readonly writes: boolean;
  /** After the `*`: given by name only. */
  readonly keyword: boolean;
}

export interface SchemaReturn {
  readonly type: string;
  readonly list: boolean;
  readonly alias: string | null;
  readonly writes: boolean;
}

export interface Schema {
  readonly op: string;
  readonly text: string;
  readonly args: readonly SchemaArg[];
  readonly returns: readonly SchemaReturn[];
  /** An argument is written to. */
  readonly mutates: boolean;
  /** For an out overload that follows from another op's schema: that op, whose results it writes. */
  readonly outOf: string | null;
}

let offsets: Map<string, number> | null = null;
const parsed = new Map<string, Schema>();

/** The schema of `op` (`aten::add.Tensor`), null when PyTorch has no such op. */
export function schemaOf(op: string): Schema | null {
  const known = parsed.get(op);
  if (known) return known;
  offsets ??= indexLines();
  const start = offsets.get(op) ?? outOffsets.get(op);
  if (start === undefined) return null;
  const [text, mark] = schemaText.slice(start, schemaText.indexOf("\n", start)).split(" @") as [string, string?];
  const schema = outOffsets.has(op) && mark !== undefined ? outOverload(parse(text), mark) : parse(text);
  parsed.set(op, schema);
  return schema;
}

/** Where the out overloads are: the line of the op that they follow from, or one of their own. */
const outOffsets = new Map<string, number>();

function indexLines(): Map<string, number> {
  const index = new Map<string, number>();
  for (let at = 1; at < schemaText.length; at = schemaText.indexOf("\n", at) + 1) {
    const op = schemaText.slice(at, schemaText.indexOf("(", at));
    const line = schemaText.slice(at, schemaText.indexOf("\n", at));
    const mark = line.lastIndexOf(" @");
    if (mark >= 0) outOffsets.set(outName(op, line.slice(mark + 2)), at);
    if (/, \*, .*!\)(\[\])? \w+\) ->/.test(line)) outOffsets.set(op, at);
    else index.set(op, at);
  }
  return index;
}

/** Name of the out overload of `op`: what `mark` says before its bracket, else `.out` for an op without overload and `.Tensor_out` for `.Tensor`. */
function outName(op: string, mark: string): string {
  const [packet, overload] = op.split(".") as [string, string?];
  return `${packet}.${mark.split("(")[0] || (overload === undefined ? "out" : `${overload}_out`)}`;
}

/**
 * The out overload of an op: its arguments, less dtype, layout, device and pin_memory where it has all four, then those that the results are
 * written to, by name only: what `mark` has in its bracket, else `out`, or `out0`, `out1`, … for several. It returns them; a list it does not.
 */
function outOverload(twin: Schema, mark: string): Schema {
  const op = outName(twin.op, mark);
  const options = tensorOptions.every((name) => twin.args.some((a) => a.name === name)) ? tensorOptions : [];
  const read = twin.args.filter((a) => !options.includes(a.name)).map((a) => ({ ...a, alias: null }));
  const named = /\((.*)\)/.exec(mark)?.[1]?.split(", ");
  const names = named ?? (twin.returns.length === 1 ? ["out"] : twin.returns.map((_, i) => `out${i}`));
  const outs = twin.returns.map((r, i) => ({ ...r, alias: `${i}`, writes: true, name: names[i] as string }));
  return {
    op,
    text: `${op}, which writes the results of ${twin.text} into ${names.join(", ")}`,
    args: [...read, ...outs.map((r) => ({ ...r, optional: false, size: null, default: undefined, keyword: true }))],
    returns: outs.some((r) => r.list) ? [] : outs.map(({ name: _, ...r }) => r),
    mutates: true,
    outOf: twin.op,
  };
}

const tensorOptions: readonly string[] = ["dtype", "layout", "device", "pin_memory"];

/** The arguments that an out overload writes its results to: those that are written to and given by name only. */
export const outArguments = (schema: Schema): string[] => schema.args.filter((a) => a.writes && a.keyword).map((a) => a.name);

/** Ops of the user's own libraries. */
const users = new Set<string>();

/** Whether a user's library defines `op`. */
export const isUserOp = (op: string): boolean => users.has(op);

/**
 * Gives a user's op its schema, `mylib::op.overload(Tensor(a!) x, float by=1.0) -> Tensor`. Throws `torch/schema` for text that is none,
 * and for an op that has a schema already.
 */
export function defineSchema(text: string): Schema {
  const form = /^([A-Za-z_]\w*::[A-Za-z_]\w*(?:\.\w+)?)\(.*\) -> \S/.exec(text);
  if (!form) {
    const hint = "write mylib::op(Tensor x, float factor=1.0) -> Tensor; Tensor(a!) is one that the op writes to";
    throw new OnnxExporterError("torch/schema", `"${text}" is no schema of an operator`, hint);
  }
  const op = (form[1] as string).replace(/\.default$/, "");
  if (schemaOf(op) !== null) throw new OnnxExporterError("torch/schema", `${op} is defined already`, "choose another name");
  const schema = parse(text.replace(form[1] as string, op));
  parsed.set(op, schema);
  users.add(op);
  return schema;
}

/** Takes back what `defineSchema` did. */
export function forgetSchema(op: string): void {
  if (users.delete(op)) parsed.delete(op);
}

/** Every op of PyTorch that has a schema, out overloads left out. */
export function allOps(): string[] {
  offsets ??= indexLines();
  return [...offsets.keys()];
}

/** Every out overload. */
export function outOverloads(): string[] {
  offsets ??= indexLines();
  return [...outOffsets.keys()];
}

/** The schemas of every overload of `packet` (`aten::add`), those with named dims left out. */
export function overloadsOf(packet: string): Schema[] {
  packets ??= indexPackets();
  const own = [...users].filter((op) => op.split(".")[0] === packet);
  return [...(packets.get(packet) ?? []), ...own].map((op) => schemaOf(op) as Schema).filter((s) => !s.text.includes("Dimname"));
}

let packets: Map<string, string[]> | null = null;
function indexPackets(): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const op of allOps()) {
    const packet = op.split(".")[0] as string;
    const known = index.get(packet);
    if (known) known.push(op);
    else index.set(packet, [op]);
  }
  return index;
}

/** The items of a list in a schema; an empty list has none. */
const itemsOf = (text: string): string[] =>
  splitOutside(text, ",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function parse(text: string): Schema {
  const open = text.indexOf("(");
  const arrow = text.lastIndexOf(") -> ");
  const parts = itemsOf(text.slice(open + 1, arrow));
  const star = parts.indexOf("*");
  const args = parts.filter((a) => a !== "*").map((a, i) => parseArg(a, star >= 0 && i >= star));
  const returns = text.slice(arrow + 5);
  const list = returns.startsWith("(") ? itemsOf(returns.slice(1, -1)) : [returns];
  return {
    op: text.slice(0, open),
    text,
    args,
    returns: list.map((r) => {
      const { type, list: isList, alias, writes } = parseType(r.replace(/ \w+$/, ""));
      return { type, list: isList, alias, writes };
    }),
    mutates: args.some((a) => a.writes),
    outOf: null,
  };
}

function parseType(text: string): Omit<SchemaArg, "name" | "default" | "keyword"> {
  const alias = /\(([a-z]+)(!?)(?: -> \*)?\)/.exec(text);
  let type = text.replace(/\([^)]*\)/, "");
  let optional = type.endsWith("?");
  if (optional) type = type.slice(0, -1);
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list) type = list[1] as string;
  if (type.endsWith("?")) {
    optional ||= !list; // `Tensor?[]`: the elements are optional, the list is not
    type = type.slice(0, -1);
  }
  return {
    type,
    optional,
    list: list !== null,
    size: list?.[2] ? Number(list[2]) : null,
    alias: alias?.[1] ?? null,
    writes: alias?.[2] === "!",
  };
}

function parseArg(text: string, keyword: boolean): SchemaArg {
  const m = /^(.*?) (\w+)(?:=(.*))?$/.exec(text);
  if (!m) throw new OnnxExporterError("torch/schema", `"${text}" is no argument of a schema`, "write a type and a name: float factor=1.0");
  const type = parseType(m[1] as string);
  return { ...type, name: m[2] as string, keyword, default: m[3] === undefined ? undefined : parseDefault(m[3], type.type) };
}

/** c10::MemoryFormat numbers that stand as defaults in schemas. */
const memoryFormats: Readonly<Record<number, string>> = { 0: "contiguous_format", 1: "preserve_format" };
/** c10::ScalarType numbers that stand as defaults in schemas. */
const scalarTypes: Readonly<Record<number, string>> = { 4: "int64", 6: "float32", 24: "float8_e4m3fn" };

function parseDefault(text: string, type: string): Arg {
  if (text === "None") return null;
  if (text === "True" || text === "False") return text === "True";
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text.startsWith("[")) return itemsOf(text.slice(1, -1)).map((t) => parseDefault(t, type));
  const n = Number(text);
  if (type === "ScalarType") return scalarTypes[n] ?? internal(`default dtype ${text}`);
  if (type === "MemoryFormat") return memoryFormats[n] ?? internal(`default memory format ${text}`);
  if (!Number.isNaN(n)) return Number.isSafeInteger(n) || !/^-?\d+$/.test(text) ? n : BigInt(text);
  return text; // `cpu`, `long`, `strided`
}

/** `args` with defaults filled in and single numbers repeated where the schema says `int[2]`. Throws `aten/arguments` for one that is missing. */
export function withDefaults(schema: Schema, args: Readonly<Record<string, Arg>>): Record<string, Arg> {
  const full: Record<string, Arg> = {};
  for (const a of schema.args) {
    const given = args[a.name];
    let value = given === undefined ? a.default : given;
    if (value === undefined) {
      if (!a.optional) throw new OnnxExporterError("aten/arguments", `${schema.op} lacks ${a.name}`, `call it as ${schema.text}`);
      value = null;
    }
    if (a.list && a.size !== null && value !== null) {
      const list: readonly Arg[] = Array.isArray(value) ? value : [value as Arg];
      value = list.length === 1 && a.size > 1 ? new Array<Arg>(a.size).fill(list[0] as Arg) : list;
    }
    full[a.name] = value;
  }
  return full;
}
