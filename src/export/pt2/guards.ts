/** @file What an archive says of its sizes: range constraints and guards become facts of the program's environment. */

import type { Value } from "../../aten/graph.ts";
import type { Dim, FactKind } from "../../symbolic.ts";
import type { Range } from "../exported-program.ts";
import { leafPaths, type PathStep, type TreeSpec } from "../pytree.ts";
import type { GraphSignature } from "../signature.ts";
import type { Expressions, Resolve } from "./expressions.ts";
import { integerOf, type Json, listOf, member, objectOf, stringOf } from "./json.ts";
import type { Place } from "./place.ts";
import { type Python, parsePython } from "./python.ts";

/** Reads `range_constraints` and tells the environment. Limits beyond 2^53 are no limits. What is read next decides what was `seen`. */
export function readRanges(json: Json | undefined, expressions: Expressions, place: Place): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (const [text, body] of Object.entries(objectOf(json ?? {}, "range_constraints", place))) {
    place.spot = `range constraint ${text}`;
    const constraint = objectOf(body, "the range", place);
    const limit = (key: string): number | bigint | null => {
      const given = member(constraint, key) ?? null;
      // 2.5 and later write no limit as null, or as a float Infinity.
      return given === null || given === "Infinity" || given === "-Infinity" ? null : integerOf(given, key, place);
    };
    const range = { min: limit("min_val"), max: limit("max_val") };
    if (/^zu?f\d/.test(text)) {
      ranges.set(text, range);
      continue; // a float symbol
    }
    const [min, max] = [finite(range.min), finite(range.max)];
    if (min !== null && max !== null && min > max) place.fail("schema", `the least value ${min} is above the greatest, ${max}`);
    expressions.env.setRange(expressions.parse(text, place), min, max);
    ranges.set(text, range);
  }
  place.spot = "";
  expressions.seen.clear();
  return ranges;
}

const finite = (n: number | bigint | null): number | null => (n === null || !Number.isSafeInteger(Number(n)) ? null : Number(n));

/** Reads `guards_code`; each guard that is a fact on sizes is told to the environment, the others are only kept. */
export function readGuards(json: Json | undefined, inputs: ReadonlyMap<string, Value>, expressions: Expressions, place: Place): string[] {
  const guards = listOf(json ?? [], "guards_code", place).map((g) => stringOf(g, "a guard", place));
  for (const guard of guards) assume(guard, inputs, expressions);
  return guards;
}

const opposite: Readonly<Record<string, FactKind>> = { "==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">" };

function assume(guard: string, inputs: ReadonlyMap<string, Value>, expressions: Expressions): void {
  const parsed = parsePython(guard);
  if (typeof parsed === "string") return;
  const resolve: Resolve = (x) => sizeOf(x, inputs);
  const visit = (x: Python, negated: boolean): void => {
    if (x.kind === "unary" && x.op === "not") visit(x.x, !negated);
    if (x.kind === "binary" && x.op === "and" && !negated) {
      visit(x.a, false);
      visit(x.b, false);
    }
    if (x.kind !== "compare") return;
    const kind = (negated ? opposite[x.op] : x.op) as FactKind;
    const [a, b] = [expressions.toDim(x.a, resolve), expressions.toDim(x.b, resolve)];
    if (a === null || b === null || (typeof a === "number" && typeof b === "number")) return;
    const divisor = kind === "==" && b === 0 && x.a.kind === "binary" && x.a.op === "%" ? expressions.toDim(x.a.b, resolve) : null;
    const dividend = divisor === null || x.a.kind !== "binary" ? null : expressions.toDim(x.a.a, resolve);
    if (divisor !== null && dividend !== null) expressions.env.assume("divisible", dividend, divisor);
    else expressions.env.assume(kind, a, b);
  };
  visit(parsed, false);
}

/** `L['x'].size()[0]`, `L['x'].stride()[1]`, `L['n']`. */
function sizeOf(x: Python, inputs: ReadonlyMap<string, Value>): Dim | null {
  const direct = inputs.get(sourceOf(x) ?? "");
  if (direct !== undefined) return direct.type.kind === "int" ? direct.type.expr : null;
  if (x.kind !== "subscript" || x.index.kind !== "number" || x.of.kind !== "call" || x.of.fn.kind !== "attribute") return null;
  const tensor = inputs.get(sourceOf(x.of.fn.of) ?? "");
  if (tensor?.type.kind !== "tensor") return null;
  const dims = x.of.fn.name === "size" ? tensor.type.shape : x.of.fn.name === "stride" ? tensor.type.strides : undefined;
  return dims?.[Number(x.index.value)] ?? null;
}

/** `L['d']['a'][0].b` → `d/a/0/b`; null for other expressions. */
export function sourceOf(x: Python): string | null {
  if (x.kind === "attribute") {
    const of = sourceOf(x.of);
    return of === null ? null : `${of}/${x.name}`;
  }
  if (x.kind !== "subscript" || (x.index.kind !== "string" && x.index.kind !== "number")) return null;
  if (x.of.kind === "name" && x.of.id === "L") return String(x.index.value);
  const of = sourceOf(x.of);
  return of === null ? null : `${of}/${String(x.index.value)}`;
}

/** The user inputs by the path that guards call them: `d/a/0`. */
export function inputsByPath(signature: GraphSignature, in_spec: TreeSpec, argNames: readonly string[] | null): Map<string, Value> {
  const users = signature.inputs.filter((s) => s.kind === "user_input" || s.kind === "constant_input");
  const paths = leafPaths(in_spec);
  const found = new Map<string, Value>();
  users.forEach((spec, i) => {
    const path = paths[i];
    if (path === undefined || spec.value === null) return;
    const [part, ...rest] = path as [PathStep, ...PathStep[]];
    const name = part === 0 && typeof rest[0] === "number" ? (argNames?.[rest[0]] ?? rest[0]) : rest[0];
    found.set([name, ...rest.slice(1)].join("/"), spec.value);
  });
  return found;
}
