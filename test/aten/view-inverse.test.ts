/**
 * Writing through views: a view aliases its base's storage, and its inverse puts a changed view back as an in-place write would.
 * The cases are the recorded rows of the view ops.
 */

import { describe, expect, test } from "vitest";
import type { Arg } from "../../src/aten/graph.ts";
import { type Schema, schemaOf, withDefaults } from "../../src/aten/schema.ts";
import { viewInverses } from "../../src/aten/view-inverse.ts";
import { binary, compare, fill } from "../../src/core/ops/elementwise.ts";
import { clone, copyInto } from "../../src/core/ops/layout.ts";
import { integers } from "../../src/core/ops/values.ts";
import type { Strided } from "../../src/core/strided.ts";
import { callOn, evalInterpreter } from "../../src/dispatch.ts";
import { load } from "./compare.ts";
import { decodeArgs, type Family, loadFamily, type Row, describe as rowText, type TensorRef } from "./rows.ts";

type Inverse = (call: never, base: never, newView: never, args: never, index: number) => unknown;
const inverses: Readonly<Record<string, Inverse | undefined>> = viewInverses;

const call = (op: string, args: Record<string, unknown>): unknown => callOn(evalInterpreter, op, args);
const argsOf = (family: Family, row: Row): Record<string, unknown> =>
  decodeArgs(
    row,
    (ref: TensorRef) => load(family, ref),
    (n) => n,
  );
const viewsOf = (op: string, args: Record<string, unknown>): Strided[] => [call(op, args)].flat() as Strided[];
const equal = (a: Strided, b: Strided): boolean => integers(compare("eq", a, b)).every((x) => x === 1);

const rows = ["view", "join"].flatMap((name) => {
  const family = loadFamily(name);
  return family.rows.filter((row) => inverses[row.op] && isWritable(row)).map((row) => [rowText(row), family, row] as const);
});
/** Expansions repeat elements, and overlapping windows share them; other elements than floats cannot be told apart by adding 1. */
function isWritable({ op, args }: Row): boolean {
  if (/expand|broadcast|conj|complex/.test(op)) return false;
  if (op === "aten::unfold" && Number(args.step) < Number(args.size)) return false;
  return (args.self as TensorRef).dtype === "float32" && op !== "aten::view.dtype" && String(args.stride) !== "1,2,1";
}

describe("views", () => {
  test.each(rows)("%s", (_, family, row) => {
    const args = argsOf(family, row);
    const base = args.self as Strided;
    viewsOf(row.op, args).forEach((view, index) => {
      const changed = binary("add", clone(view), fill("float32", [], 1));
      const given = withDefaults(schemaOf(row.op) as Schema, args as Readonly<Record<string, Arg>>);
      const result = inverses[row.op]?.(call as never, base as never, changed as never, given as never, index) as Strided;
      if (view.storage !== base.storage) return; // a copy: nothing is written through it
      const written = clone(base);
      copyInto(viewsOf(row.op, { ...args, self: written })[index] as Strided, changed);
      expect(result.shape).toEqual(written.shape);
      expect(equal(result, written)).toBe(true);
    });
  });
});

test("every view of a row-major tensor aliases it", () => {
  const copies = rows.filter(([, family, row]) => {
    const args = argsOf(family, row);
    return viewsOf(row.op, args).some((view) => view.storage !== (args.self as Strided).storage);
  });
  expect(copies.map(([text]) => text)).toEqual([]);
});
