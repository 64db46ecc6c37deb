//! `meta` against the types that PyTorch recorded in its archives, on every captured node: a free oracle.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Arg, type Node, type TensorType, Value } from "../../src/aten/graph.ts";
import { inlineRegions } from "../../src/aten/regions.ts";
import { schemaOf } from "../../src/aten/schema.ts";
import { callOn, functionalTwin, metaInterpreter } from "../../src/dispatch.ts";
import { load } from "../../src/export/load.ts";
import { type Dim, equal, SymInt, show } from "../../src/symbolic.ts";
import { isAnonymous } from "../../src/symbolic-values.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const cases = JSON.parse(readFileSync(join(fixtures, "manifest.json"), "utf8")) as { readonly id: string; readonly pt2: string }[];

const typed = (arg: Arg): unknown => {
  if (Array.isArray(arg)) return (arg as readonly Arg[]).map(typed);
  if (!(arg instanceof Value)) return arg;
  return arg.type.kind === "int" ? arg.type.expr : arg.type;
};

/** A size that only the data decide is a symbol of its own in the archive and in `meta`. */
const unbacked = (d: Dim): boolean => d instanceof SymInt && (isAnonymous(d) || /^u\d/.test(show(d)));
const same = (a: Dim, b: Dim): boolean => equal(a, b) || (unbacked(a) && unbacked(b));
const text = (t: { readonly dtype: string; readonly shape: readonly Dim[] }): string => `${t.dtype}[${t.shape.map(show).join(", ")}]`;

/** What differs between `meta` and the archive at `node`, null where nothing does. */
function difference(node: Node): string | null {
  const schema = schemaOf(node.op);
  if (schema === null || functionalTwin(schema) !== null) return null; // higher-order ops; in-place ones keep their target's type
  const captured = node.outputs.flat().flatMap((v) => (v?.type.kind === "tensor" ? [v.type] : []));
  const args = Object.fromEntries(Object.entries(node.args).map(([k, v]) => [k, typed(v)]));
  const result = callOn(metaInterpreter, node.op, args, captured[0]?.dtype);
  const got = [result].flat(2).filter((t): t is TensorType => typeof t === "object" && t !== null && "dtype" in t);
  const agrees =
    got.length >= captured.length &&
    captured.every((c, i) => {
      const g = got[i] as TensorType;
      return g.dtype === c.dtype && g.shape.length === c.shape.length && c.shape.every((d, k) => same(g.shape[k] as Dim, d));
    });
  return agrees ? null : `${node.op} ${node.origin.node}: meta ${got.map(text).join("; ")}, archive ${captured.map(text).join("; ")}`;
}

test.each(cases.map((c) => [c.id, c.pt2] as const))("%s", async (_, pt2) => {
  const program = await load(join(fixtures, pt2));
  expect(
    inlineRegions(program.graph)
      .nodes.map(difference)
      .filter((d) => d !== null),
  ).toEqual([]);
});
