/** @file What is known of each op: its meaning, its lowering, and what its recorded rows tell; and what is missing. Read off the tables. */

import { coreOps } from "../aten/core-ops.gen.ts";
import { aten, families } from "../aten/index.ts";
import { allOps, outOverloads, type Schema, schemaOf } from "../aten/schema.ts";
import { entryOf, functionalTwin } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import { internal } from "../errors.ts";
import { rules } from "../normalize/complex/rules.ts";
import { lowerings } from "../onnx/lowering/index.ts";
import { newestOpset } from "../onnx/opset/schemas.gen.ts";
import { reasonOutOfScope } from "./out-of-scope.ts";
import { recordedText } from "./recorded.gen.ts";

/** How an op comes to ONNX: by an entry of its own, by its decomposition, by a rule of the complex pass, or not. */
export type Route = "direct" | "decomposed" | "complex rule" | "none";

/** What the rows that PyTorch answered (test/aten/golden) tell of an op. */
export interface Recorded {
  readonly rows: number;
  /** dtypes of the first tensor of the rows. */
  readonly dtypes: readonly DType[];
  /** Opsets for which every row converts. */
  readonly opsets: readonly number[];
  /** Opsets for which some do. */
  readonly partly: readonly number[];
}

export interface OpCoverage {
  readonly op: string;
  readonly family: string;
  readonly core: boolean;
  /** Which of `meta`, `eval` and `decompose` its entry has. */
  readonly meaning: readonly string[];
  /** The result looks at an argument's memory. */
  readonly view: boolean;
  readonly route: Route;
  /** Complex operands have a rule of their own. */
  readonly complexRule: boolean;
  readonly recorded: Recorded;
}

/** Opsets that the rows are converted for. */
export const opsets: readonly number[] = Array.from({ length: newestOpset - 17 }, (_, i) => 18 + i);

const core: ReadonlySet<string> = new Set(coreOps);

/** `18-20,23` → 18, 19, 20, 23. */
const opsetsOf = (text: string): number[] =>
  text.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number) as [number, number?];
    return part === "" ? [] : Array.from({ length: (last as number) - first + 1 }, (_, i) => first + i);
  });

/** 18, 19, 20, 23 → `18-20,23`. */
export function opsetText(numbers: readonly number[]): string {
  const starts = numbers.filter((n) => !numbers.includes(n - 1));
  const ends = numbers.filter((n) => !numbers.includes(n + 1));
  return starts.map((n, i) => (n === ends[i] ? `${n}` : `${n}-${ends[i]}`)).join(",");
}

let known: Map<string, Recorded> | null = null;
function recordedOf(op: string): Recorded {
  known ??= new Map(
    recordedText
      .trim()
      .split("\n")
      .map((line) => {
        const [name, rows, dtypes, whole, partly] = line.split("|") as [string, string, string, string, string];
        return [
          name,
          { rows: Number(rows), dtypes: dtypes.split(" ").filter(Boolean) as DType[], opsets: opsetsOf(whole), partly: opsetsOf(partly) },
        ];
      }),
  );
  return known.get(op) ?? { rows: 0, dtypes: [], opsets: [], partly: [] };
}

function routeOf(op: string): Route {
  if (lowerings.has(op)) return "direct";
  if (entryOf(op)?.decompose !== undefined) return "decomposed";
  return rules.has(op) ? "complex rule" : "none";
}

const schemaFor = (op: string): Schema => schemaOf(op) ?? internal(`${op} has an entry, but no schema`);

/** Every op that has an entry, by family, in the order of the tables. */
export function coverage(): OpCoverage[] {
  return Object.entries(families).flatMap(([family, table]) =>
    Object.entries(table).map(([op, entry]) => {
      const schema = schemaFor(op);
      return {
        op,
        family,
        core: core.has(op),
        meaning: (["meta", "eval", "decompose"] as const).filter((kind) => entry[kind] !== undefined),
        view: !schema.mutates && schema.returns.some((r) => r.alias !== null),
        route: routeOf(op),
        complexRule: rules.has(op),
        recorded: recordedOf(op),
      };
    }),
  );
}

/** In-place ops whose functional twin has an entry: functionalization replaces them. */
export const inPlace = (): string[] => allOps().filter((op) => !aten.has(op) && hasEntry(functionalTwin(schemaFor(op))));

/** Out overloads whose functional twin has an entry. */
export const outs = (): string[] => outOverloads().filter((op) => hasEntry(functionalTwin(schemaFor(op))));

const hasEntry = (op: string | null): boolean => op !== null && aten.has(op);

/** What has no entry. */
export interface Missing {
  /** Ops that a program may have: the to-do list. */
  readonly wanted: readonly string[];
  /** Reason → ops that none has. */
  readonly outOfScope: ReadonlyMap<string, readonly string[]>;
}

/** Schemas less table. An in-place op comes with its twin; ops of the Core ATen set, with `coreOnly` these alone, are always wanted. */
export function missing(coreOnly = false): Missing {
  const wanted: string[] = coreOps.filter((op) => !hasMeaning(op));
  const outOfScope = new Map<string, string[]>();
  if (coreOnly) return { wanted: wanted.sort(), outOfScope };
  for (const op of allOps()) {
    const schema = schemaFor(op);
    if (core.has(op) || aten.has(op) || functionalTwin(schema) !== null) continue;
    const reason = reasonOutOfScope(schema);
    if (reason === null) wanted.push(op);
    else outOfScope.set(reason, [...(outOfScope.get(reason) ?? []), op]);
  }
  return { wanted: wanted.sort(), outOfScope };
}

/** Whether `op`, or what it does in place, has an entry. */
function hasMeaning(op: string): boolean {
  const schema = schemaOf(op);
  return aten.has(op) || (schema !== null && hasEntry(functionalTwin(schema)));
}

export interface CoreCount {
  readonly total: number;
  readonly meaning: number;
  readonly lowering: number;
}

/** How much of the Core ATen set has an entry, and how much of it converts for every opset. */
export function coreCount(): CoreCount {
  const converts = (op: string): boolean => {
    const schema = schemaOf(op);
    return schema !== null && recordedOf(functionalTwin(schema) ?? op).partly.length === opsets.length;
  };
  return { total: coreOps.length, meaning: coreOps.filter(hasMeaning).length, lowering: coreOps.filter(converts).length };
}
